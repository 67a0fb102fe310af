package extract

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numFormat shows a stored number as Excel does (ECMA-376 part 1, 18.8.31). A
// social security number stored as a number is only found where its format's
// spaces are, and one formatted as a date is only a date when shown.
type numFormat struct {
	sections []numSection
}

type numSection struct {
	toks    []numTok
	kind    numKind
	cond    byte // '<' '>' '=' 'l' (<=) 'g' (>=) 'n' (<>), 0 for none
	limit   float64
	digits  int // placeholders before the point
	zeros   int // of which forced
	places  int // placeholders behind the point
	grouped bool
	scale   int // powers of a thousand to divide by
	percent int
	english bool
}

type numKind uint8

const (
	numGeneral numKind = iota
	numNumber
	numDate
	numOther // fractions and exponents: shown as stored
	numText  // words in place of the number
)

// numTok is a literal (kind 'L'), a digit placeholder ('0'), the point ('.'), or
// a piece of a date by its letter, with its length.
type numTok struct {
	kind byte
	n    int
	text string
}

// builtinFormats are the formats that files name by number only, as a French
// Excel shows them (18.8.30; 14 and 22 follow the system's short date).
var builtinFormats = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0 €", 6: "#,##0 €", 7: "#,##0.00 €", 8: "#,##0.00 €", 9: "0%", 10: "0.00%", 11: "0.00E+00",
	12: "# ?/?", 13: "# ??/??", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
	20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 27: "dd/mm/yyyy", 28: "dd/mm/yyyy", 29: "dd/mm/yyyy", 30: "dd/mm/yyyy", 31: "dd/mm/yyyy",
	36: "dd/mm/yyyy", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
	41: "#,##0", 42: "#,##0 €", 43: "#,##0.00", 44: "#,##0.00 €", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	50: "dd/mm/yyyy", 57: "dd/mm/yyyy", 58: "dd/mm/yyyy",
}

// parseFormat reads a format code. Codes are short: what is beyond 255 bytes,
// Excel's own limit, is ignored.
func parseFormat(code string) *numFormat {
	f := &numFormat{}
	code = code[:min(len(code), 1024)]
	for len(f.sections) < 4 {
		end := sectionEnd(code)
		f.sections = append(f.sections, parseSection(code[:end]))
		if end >= len(code) {
			break
		}
		code = code[end+1:]
	}
	return f
}

// sectionEnd returns where the first section of code ends.
func sectionEnd(code string) int {
	quoted := false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
		case c == ';' && !quoted:
			return i
		}
	}
	return len(code)
}

func parseSection(code string) numSection {
	var s numSection
	pointSeen := false
	lit := func(t string) { s.toks = append(s.toks, numTok{kind: 'L', text: t}) }
	for i := 0; i < len(code); {
		c := code[i]
		low := c | 0x20
		switch {
		case c == '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				end = len(code) - i - 1
			}
			lit(code[i+1 : i+1+end])
			i += end + 2
			continue
		case c == '\\':
			r := []rune(code[i+1:min(len(code), i+5)] + " ")[0]
			lit(string(r))
			i += 1 + len(string(r))
			continue
		case c == '_' || c == '*':
			r := []rune(code[i+1:min(len(code), i+5)] + " ")[0]
			if c == '_' {
				lit(" ")
			}
			i += 1 + len(string(r))
			continue
		case c == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return s
			}
			s.bracket(code[i+1 : i+end])
			i += end + 1
			continue
		case c == '0' || c == '#' || c == '?':
			s.kind = max(s.kind, numNumber)
			if s.kind == numDate { // fractions of a second
				break
			}
			s.toks = append(s.toks, numTok{kind: '0'})
			switch {
			case pointSeen:
				s.places++
			default:
				s.digits++
				if c == '0' || s.zeros > 0 { // all behind the first zero are forced
					s.zeros++
				}
			}
		case c == '.' && s.kind != numDate:
			pointSeen = true
			s.toks = append(s.toks, numTok{kind: '.'})
		case c == ',' && s.kind == numNumber:
			if i+1 < len(code) && strings.IndexByte("0#?", code[i+1]) >= 0 {
				s.grouped = true
			} else {
				s.scale++
			}
		case c == '%':
			s.percent++
			lit("%")
		case (c == 'E' || c == 'e') && s.kind == numNumber && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-'):
			s.kind = numOther
			return s
		case c == '/' && s.kind == numNumber:
			s.kind = numOther
			return s
		case strings.HasPrefix(strings.ToLower(code[i:]), "general"), strings.HasPrefix(strings.ToLower(code[i:]), "standard"):
			s.kind = numGeneral
			return s
		case strings.HasPrefix(strings.ToUpper(code[i:]), "AM/PM"):
			s.toks = append(s.toks, numTok{kind: 'p'})
			s.kind = numDate
			i += 5
			continue
		case strings.IndexByte("ymdhsaj", low) >= 0 && s.kind != numNumber:
			n := 1
			for i+n < len(code) && code[i+n]|0x20 == low {
				n++
			}
			kind := low
			switch low {
			case 'a': // year of a French or German Excel
				kind = 'y'
			case 'j': // jour
				kind = 'd'
			}
			s.toks = append(s.toks, numTok{kind: kind, n: n})
			s.kind = numDate
			i += n
			continue
		case c == '@':
			s.kind = numGeneral
			return s
		default:
			r := []rune(code[i:min(len(code), i+4)])[0]
			lit(string(r))
			i += max(1, len(string(r)))
			if r == 0xFFFD {
				i = min(i, len(code))
			}
			continue
		}
		i++
	}
	if s.kind == numGeneral {
		s.kind = numText
	}
	return s
}

// bracket reads what stands in square brackets: a condition, a currency and
// locale, an elapsed time; colours say nothing.
func (s *numSection) bracket(in string) {
	if in == "" {
		return
	}
	if cur, ok := strings.CutPrefix(in, "$"); ok {
		sign, locale, _ := strings.Cut(cur, "-")
		s.english = s.english || strings.HasSuffix(strings.ToUpper(locale), "409") || strings.HasSuffix(strings.ToUpper(locale), "809") || strings.HasPrefix(locale, "en")
		if sign != "" {
			s.toks = append(s.toks, numTok{kind: 'L', text: sign})
		}
		return
	}
	if c := in[0] | 0x20; (c == 'h' || c == 'm' || c == 's') && strings.Trim(strings.ToLower(in), string(rune(c))) == "" {
		s.toks = append(s.toks, numTok{kind: c - 0x20, n: len(in)})
		s.kind = numDate
		return
	}
	ops := map[string]byte{"<=": 'l', ">=": 'g', "<>": 'n', "<": '<', ">": '>', "=": '='}
	for _, op := range []string{"<=", ">=", "<>", "<", ">", "="} {
		if v, ok := strings.CutPrefix(in, op); ok {
			if f, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
				s.cond, s.limit = ops[op], f
			}
			return
		}
	}
}

func (s *numSection) holds(v float64) bool {
	switch s.cond {
	case '<':
		return v < s.limit
	case '>':
		return v > s.limit
	case '=':
		return v == s.limit
	case 'l':
		return v <= s.limit
	case 'g':
		return v >= s.limit
	case 'n':
		return v != s.limit
	}
	return true
}

// pick chooses the section for v and says whether the sign is still to be shown.
func (f *numFormat) pick(v float64) (*numSection, bool) {
	n := min(len(f.sections), 3)
	for i := range f.sections[:n] {
		if s := &f.sections[i]; s.cond != 0 && s.holds(v) {
			return s, v < 0
		}
	}
	if f.sections[0].cond != 0 {
		return &f.sections[n-1], v < 0 // "else"
	}
	switch {
	case v < 0 && n > 1:
		return &f.sections[1], false
	case v == 0 && n > 2:
		return &f.sections[2], false
	}
	return &f.sections[0], v < 0
}

// show returns v as it is displayed, and as it is stored where that differs in
// a way that matters: the date in ISO form, the bare digits of a long number.
func (f *numFormat) show(v float64, date1904 bool) (shown, stored string) {
	s, minus := f.pick(v)
	plain := plainNumber(v)
	switch s.kind {
	case numDate:
		t, ok := serialTime(v, date1904)
		if !ok {
			return plain, ""
		}
		return s.date(t, v), isoTime(t, v)
	case numNumber:
		shown = s.number(math.Abs(v))
		if minus {
			shown = "-" + shown
		}
		if len(plain) >= 7 && plain != shown {
			stored = plain
		}
		return strings.TrimSpace(shown), stored
	case numText:
		for _, t := range s.toks {
			shown += t.text
		}
		if shown == "" { // ";;;" hides the value
			return plain, ""
		}
		return strings.TrimSpace(shown), ""
	}
	return plain, ""
}

// plainNumber returns v in digits, never with an exponent that would hide them:
// an identifier of 15 digits stays one. Excel stores 15 significant digits.
func plainNumber(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e21 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if a := math.Abs(v); a >= 1e-5 && a < 1e15 {
		// Fifteen digits show 0.1+0.2 as 0.3.
		s := strconv.FormatFloat(v, 'g', 15, 64)
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return strconv.FormatFloat(v, 'g', 15, 64)
}

// number lays the digits of v, not negative, into the placeholders.
func (s *numSection) number(v float64) string {
	v *= math.Pow(100, float64(s.percent))
	v /= math.Pow(1000, float64(s.scale))
	if s.digits == 0 && s.places == 0 {
		var b strings.Builder
		for _, t := range s.toks {
			b.WriteString(t.text)
		}
		return b.String()
	}
	whole, frac, _ := strings.Cut(strconv.FormatFloat(v, 'f', min(s.places, 30), 64), ".")
	if whole == "0" && s.zeros == 0 {
		whole = ""
	}
	for len(whole) < s.zeros {
		whole = "0" + whole
	}
	if s.grouped {
		whole = group(whole)
	}
	var b strings.Builder
	left, point := s.digits, false
	for _, t := range s.toks {
		switch t.kind {
		case 'L':
			b.WriteString(t.text)
		case '.':
			if frac != "" {
				b.WriteByte('.')
			}
			point = true
		case '0':
			switch {
			case point:
				if frac != "" {
					b.WriteByte(frac[0])
					frac = frac[1:]
				}
			case s.grouped:
				b.WriteString(whole) // literals between grouped digits are not used
				whole = ""
			default:
				n := len(whole) - left + 1 // all digits that no later placeholder takes
				if n > 0 {
					b.WriteString(whole[:n])
					whole = whole[n:]
				}
				left--
			}
		}
	}
	return b.String()
}

// group sets thousands apart as a French Excel does.
func group(digits string) string {
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// serialTime returns the time of a date's serial number.
func serialTime(v float64, date1904 bool) (time.Time, bool) {
	if v < 0 || v > 2958466 || math.IsNaN(v) { // the year 9999
		return time.Time{}, false
	}
	day := math.Floor(v)
	ms := math.Round((v - day) * 86400_000)
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if date1904 {
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if day < 61 {
		day++ // Excel believes in 29 February 1900
	}
	return base.AddDate(0, 0, int(day)).Add(time.Duration(ms) * time.Millisecond), true
}

func isoTime(t time.Time, v float64) string {
	switch {
	case v < 1:
		return ""
	case v == math.Floor(v):
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04:05")
}

var (
	frenchMonths = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	frenchShort  = [...]string{"janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"}
	frenchDays   = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
)

func (s *numSection) date(t time.Time, v float64) string {
	var b strings.Builder
	number := func(width, n int) {
		if width > 1 && n < 10 {
			b.WriteByte('0')
		}
		b.WriteString(strconv.Itoa(n))
	}
	half := false
	for _, k := range s.toks {
		half = half || k.kind == 'p'
	}
	for i, k := range s.toks {
		switch k.kind {
		case 'L':
			b.WriteString(k.text)
		case 'y':
			if k.n <= 2 {
				b.WriteString(t.Format("06"))
			} else {
				b.WriteString(t.Format("2006"))
			}
		case 'm':
			if s.minutes(i) {
				number(min(k.n, 2), t.Minute())
				break
			}
			switch {
			case k.n <= 2:
				number(k.n, int(t.Month()))
			case k.n == 5:
				b.WriteString(t.Month().String()[:1])
			case s.english && k.n == 3:
				b.WriteString(t.Format("Jan"))
			case s.english:
				b.WriteString(t.Format("January"))
			case k.n == 3:
				b.WriteString(frenchShort[t.Month()-1])
			default:
				b.WriteString(frenchMonths[t.Month()-1])
			}
		case 'd':
			name := frenchDays[t.Weekday()]
			if s.english {
				name = t.Weekday().String()
			}
			switch {
			case k.n <= 2:
				number(k.n, t.Day())
			case k.n == 3:
				b.WriteString(name[:3])
			default:
				b.WriteString(name)
			}
		case 'h':
			h := t.Hour()
			if half {
				if h %= 12; h == 0 {
					h = 12
				}
			}
			number(min(k.n, 2), h)
		case 's':
			number(min(k.n, 2), t.Second())
		case 'H':
			number(min(k.n, 2), int(v*24+1e-9))
		case 'M':
			number(min(k.n, 2), int(v*1440+1e-9))
		case 'S':
			number(min(k.n, 2), int(v*86400+1e-9))
		case 'p':
			b.WriteString(t.Format("PM"))
		}
	}
	return b.String()
}

// minutes reports whether the m at i means minutes: behind hours or before seconds.
func (s *numSection) minutes(i int) bool {
	for j := i - 1; j >= 0; j-- {
		if k := s.toks[j].kind; k != 'L' {
			if k == 'h' || k == 'H' {
				return true
			}
			break
		}
	}
	for j := i + 1; j < len(s.toks); j++ {
		if k := s.toks[j].kind; k != 'L' {
			return k == 's' || k == 'S'
		}
	}
	return false
}
