package classifiers

import (
	"bytes"
	"strings"
	"time"
)

// check is a validator of a value without separators, in upper case. The rule's
// shape has held already, but a check must survive any input.
type check struct {
	valid func(v []byte) bool
	key   float64 // the share of random keys that pass: evidence where it is not 0
	bonus bool    // failing is no reason to drop the value
	// alone says that the fields of a valid value make sense one by one, and odds how
	// many random values of this length do that: few enough to believe in a single one.
	alone func(v []byte) bool
	odds  float64
}

// checks are the validators that a rule can name. Formulas and their sources are
// with each function.
var checks = map[string]check{
	"nir":        {valid: validNIR, key: 1.0 / 100, alone: plainNIR, odds: plainNIROdds},
	"nir13":      {valid: validNIR13},
	"nia":        {valid: validNIA, key: 1.0 / 100},
	"spi":        {valid: validSPI, key: 1.0 / 1000},
	"cni":        {valid: func(v []byte) bool { return len(v) == 12 && monthOK(v[2:4]) && validDepartment(v[4:6]) }},
	"permis":     {valid: func(v []byte) bool { return len(v) == 9 || len(v) == 12 && monthOK(v[2:4]) }},
	"sejour":     {valid: func(v []byte) bool { return len(v) == 10 || validMixed9(v) }},
	"mixed9":     {valid: validMixed9},
	"luhn":       {valid: validLuhn, key: 1.0 / 10},
	"card":       {valid: validCard, key: 1.0 / 10},
	"siren":      {valid: validSIREN, key: 1.0 / 10},
	"siret":      {valid: validSIRET, key: 1.0 / 100},
	"siret-lp":   {valid: validSIRETLaPoste, key: 1.0 / 5},
	"tva":        {valid: validTVA, key: 1.0 / 100},
	"rpps":       {valid: validRPPS, key: 1.0 / 10},
	"finess":     {valid: validFINESS, key: 1.0 / 10},
	"adeli":      {valid: func(v []byte) bool { return len(v) == 9 && validDepartment(v[:2]) }},
	"rib":        {valid: validRIB, key: 1.0 / 100},
	"ics":        {valid: validICS, key: 1.0 / 100},
	"iban":       {valid: validIBAN, key: 1.0 / 100},
	"bic":        {valid: validBIC},
	"letter23":   {valid: validLetter23, key: 1.0 / 23},
	"nne":        {valid: validNNE, key: 1.0 / 10},
	"vin":        {valid: validVIN, key: 1.0 / 11, bonus: true},
	"tel":        {valid: validTel},
	"siv":        {valid: validSIV},
	"department": {valid: validFNI},
	"commune":    {valid: validCommune},
	"iccid":      {valid: func(v []byte) bool { return bytes.HasPrefix(v, []byte("89")) && validLuhn(v) }, key: 1.0 / 10},
	"mgrs":       {valid: validMGRS},
	"cim10":      {valid: func(v []byte) bool { return len(v) >= 3 && v[0] != 'U' }},
}

// Check reports whether value, letters and digits alone, passes the check of that
// name, as rules name it; known says whether there is one.
func Check(name, value string) (valid, known bool) {
	c, ok := checks[name]
	return ok && c.valid([]byte(value)), ok
}

func digits(v []byte) bool {
	for _, c := range v {
		if !isDigit(c) {
			return false
		}
	}
	return len(v) > 0
}

// number reads up to 18 digits; false where there is anything else.
func number(v []byte) (n int64, ok bool) {
	if len(v) > 18 || !digits(v) {
		return 0, false
	}
	for _, c := range v {
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// validSPI checks a tax number: the last three digits are the first ten modulo
// 511 (OECD and European Commission, TIN of France).
func validSPI(v []byte) bool {
	if len(v) != 13 || v[0] > '3' {
		return false
	}
	n, ok := number(v[:10])
	k, ok2 := number(v[10:])
	return ok && ok2 && k == n%511
}

func monthOK(v []byte) bool {
	m, ok := number(v)
	return ok && m >= 1 && m <= 12
}

// validMixed9 wants at least two letters and two digits, as identity cards since 2021 have.
func validMixed9(v []byte) bool {
	n := 0
	for _, c := range v {
		if isDigit(c) {
			n++
		}
	}
	return len(v) == 9 && n >= 2 && n <= 7
}

// validLuhn checks the key of ISO/IEC 7812-1, annex B.
func validLuhn(v []byte) bool {
	sum, odd := 0, false
	for i := len(v) - 1; i >= 0; i-- {
		if !isDigit(v[i]) {
			return false
		}
		d := int(v[i] - '0')
		if odd {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		odd = !odd
	}
	return len(v) > 1 && sum%10 == 0
}

// validCard checks the issuer's range with its lengths, and the Luhn key.
func validCard(v []byte) bool {
	if len(v) < 12 || len(v) > 19 || !digits(v) {
		return false
	}
	p, _ := number(v[:4])
	n := len(v)
	var known bool
	switch {
	case p/1000 == 4: // Visa
		known = n == 13 || n == 16 || n == 19
	case p >= 5100 && p <= 5599, p >= 2221 && p <= 2720: // Mastercard
		known = n == 16
	case p/100 == 34, p/100 == 37: // American Express
		known = n == 15
	case p/100 == 36, p/100 == 38, p/100 == 39, p/10 >= 300 && p/10 <= 305: // Diners
		known = n >= 14
	case p == 6011, p/10 >= 644 && p/10 <= 649, p/100 == 65, p/100 == 62, p >= 3528 && p <= 3589: // Discover, UnionPay, JCB
		known = n >= 16
	case p/100 == 50, p/100 >= 56 && p/100 <= 58, p/100 == 67: // Maestro
		known = true
	}
	return known && validLuhn(v)
}

// validSIREN checks nine digits with a Luhn key (INSEE).
func validSIREN(v []byte) bool { return len(v) == 9 && string(v) != "000000000" && validLuhn(v) }

// validSIRET checks a SIREN and five digits, both with a Luhn key. The
// establishments of La Poste have a rule of their own.
func validSIRET(v []byte) bool {
	return len(v) == 14 && string(v[:9]) != "356000000" && validSIREN(v[:9]) && validLuhn(v)
}

// validSIRETLaPoste checks an establishment of La Poste: the digits add up to a
// multiple of five; the head office has a Luhn key (INSEE).
func validSIRETLaPoste(v []byte) bool {
	if len(v) != 14 || !bytes.HasPrefix(v, []byte("356000000")) || !digits(v) {
		return false
	}
	sum := 0
	for _, c := range v {
		sum += int(c - '0')
	}
	return sum%5 == 0 || string(v) == "35600000000048"
}

// validTVA checks FR, a key and a SIREN: key = (12 + 3·(SIREN mod 97)) mod 97, or
// a key with letters, modulo 11 (CGI ann. II; python-stdnum fr.tva). The numbers
// of Monaco start with 000 and hold no SIREN.
func validTVA(v []byte) bool {
	if len(v) != 13 || v[0] != 'F' || v[1] != 'R' {
		return false
	}
	siren, ok := number(v[4:])
	if !ok || string(v[4:7]) != "000" && !validSIREN(v[4:]) {
		return false
	}
	const alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	a, b := strings.IndexByte(alphabet, v[2]), strings.IndexByte(alphabet, v[3])
	if a < 0 || b < 0 {
		return false
	}
	var k int
	switch {
	case a < 10 && b < 10:
		return int64(10*a+b) == (12+3*(siren%97))%97
	case a < 10:
		k = 24*a + b - 10
	default:
		k = 34*a + b - 100
	}
	return k >= 0 && (siren+1+int64(k/11))%11 == int64(k%11)
}

// validRPPS checks 11 digits with a Luhn key, 8 before them in an IDNPS (ANS).
func validRPPS(v []byte) bool {
	if len(v) == 12 && v[0] == '8' {
		v = v[1:]
	}
	return len(v) == 11 && v[0] == '1' && validLuhn(v)
}

// validFINESS checks nine characters with a Luhn key, the letter of a Corsican
// department counted as 0.
func validFINESS(v []byte) bool {
	if len(v) != 9 || !validDepartment(v[:2]) {
		return false
	}
	b := [9]byte(v)
	if isUpper(b[1]) {
		b[1] = '0'
	}
	return validLuhn(b[:])
}

// validDepartment checks two characters: 01–95, 97–99, 2A, 2B.
func validDepartment(v []byte) bool {
	if len(v) != 2 {
		return false
	}
	if v[0] == '2' && (v[1] == 'A' || v[1] == 'B') {
		return true
	}
	d, ok := number(v)
	return ok && d >= 1 && d != 96
}

// validLetter23 checks digits and the letter at their remainder by 23 (INE-BEA, UAI).
func validLetter23(v []byte) bool {
	n := len(v) - 1
	if n < 1 {
		return false
	}
	d, ok := number(v[:n])
	return ok && v[n] == "ABCDEFGHJKLMNPRSTUVWXYZ"[d%23]
}

// validNNE checks the student number of higher education (SISE): ten characters
// in base 36, the last digit = (6·(sum of nine) + the tenth) mod 10.
func validNNE(v []byte) bool {
	if len(v) != 11 || !isDigit(v[10]) {
		return false
	}
	sum, letters := 0, 0
	for i, c := range v[:10] {
		d := int(c - '0')
		if isUpper(c) {
			letters++
			d = int(c-'A') + 10
		} else if !isDigit(c) {
			return false
		}
		if i < 9 {
			d *= 6
		}
		sum += d
	}
	return letters > 0 && int(v[10]-'0') == sum%10
}

// validVIN checks the ninth character of a vehicle number (ISO 3779, 49 CFR 565):
// only North American ones have to have it.
func validVIN(v []byte) bool {
	if len(v) != 17 {
		return false
	}
	const letters, values = "ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789"
	sum := 0
	for i, c := range v {
		d := int(c - '0')
		if !isDigit(c) {
			k := strings.IndexByte(letters, c)
			if k < 0 {
				return false
			}
			d = int(values[k] - '0')
		}
		sum += d * [...]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}[i]
	}
	return v[8] == "0123456789X"[sum%11]
}

// validTel checks a French number in national form against the numbering plan:
// 01–07 and 09; 08 are services, not persons (ARCEP 2018-0881).
func validTel(v []byte) bool {
	return len(v) == 10 && digits(v) && v[0] == '0' && v[1] != '0' && v[1] != '8'
}

// validSIV leaves out SS and the temporary WW (arrêté du 9 février 2009).
func validSIV(v []byte) bool {
	return len(v) == 7 && string(v[:2]) != "SS" && string(v[5:]) != "SS" && string(v[:2]) != "WW"
}

// validFNI checks that an old plate ends with a department.
func validFNI(v []byte) bool {
	i := bytes.IndexFunc(v, func(r rune) bool { return r >= 'A' })
	if i < 1 || v[0] == '0' {
		return false
	}
	for i < len(v) && isUpper(v[i]) {
		i++
	}
	switch d := v[i:]; {
	case len(d) == 3:
		return string(d) >= "971" && string(d) <= "976"
	case len(d) == 2:
		return d[0] == '2' && isUpper(d[1]) || validDepartment(d) && string(d) < "96"
	}
	return false
}

func validCommune(v []byte) bool {
	return len(v) == 5 && (validDepartment(v[:2]) && digits(v[2:]))
}

// validMGRS checks zone, band and an even number of digits (NGA TM 8358.1).
func validMGRS(v []byte) bool {
	i := 0
	for i < len(v) && isDigit(v[i]) {
		i++
	}
	z, ok := number(v[:i])
	if !ok || z < 1 || z > 60 || i+3 > len(v) || v[i] < 'C' || v[i] > 'X' {
		return false
	}
	n := len(v) - i - 3
	return n%2 == 0 && n >= 4 && n <= 10 && digits(v[i+3:])
}

// validDate checks a day of the calendar between 1900 and 2099; years of two
// digits are taken as they come.
func validDate(day, month, year int64) bool {
	if year < 100 {
		year += 1900
	}
	if year < 1900 || year > 2099 || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= int64(time.Date(int(year), time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day())
}
