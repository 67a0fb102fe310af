package classifiers

import (
	"bytes"
	"slices"
	"strings"
)

// findEmail reads the address around an '@' (RFC 5321 as people write it).
func (d *idDetector) findEmail(s *segment, r *compiled, h hit) {
	start, at, end, ok := emailBounds(s.text, int(h.start))
	if !ok {
		return
	}
	class := classReal
	if functional(s.text[start:at]) {
		class = classPublic
	}
	var buf [maxAddress]byte
	d.found(r, start, end, lower(&buf, s.text[start:end]), candidate{class: class, grouped: true})
}

// findAgentEmail is findEmail for the domains of the State and of public bodies,
// where the part before the '@' is a name in two parts.
func (d *idDetector) findAgentEmail(s *segment, r *compiled, h hit) {
	start, at, end, ok := emailBounds(s.text, int(h.start))
	if !ok || !bytes.ContainsAny(s.text[start:at], ".-") || functional(s.text[start:at]) {
		return
	}
	var buf [maxAddress]byte
	v := lower(&buf, s.text[start:end])
	domain := v[at-start+1:]
	for _, of := range agentDomains {
		whole := len(domain) == len(of) || len(domain) > len(of) && domain[len(domain)-len(of)-1] == '.'
		if bytes.HasSuffix(domain, of) && whole || of[len(of)-1] == '-' && bytes.HasPrefix(domain, of) && bytes.HasSuffix(domain, []byte(".fr")) {
			d.found(r, start, end, v, candidate{grouped: true})
			return
		}
	}
}

// agentDomains are the domains of agents; one that ends with a hyphen is the start
// of a family (ac-lille.fr).
var agentDomains = bytes.Fields([]byte("gouv.fr justice.fr ac- diplomatie.fr assemblee-nationale.fr senat.fr conseil-etat.fr " +
	"cnil.fr ars.sante.fr assurance-maladie.fr"))

func emailBounds(text []byte, at int) (start, sign, end int, ok bool) {
	start = at
	for start > 0 && at-start < 65 && (isAlnum(text[start-1]) || bytes.IndexByte([]byte("._%+-"), text[start-1]) >= 0) {
		start--
	}
	for start < at && !isAlnum(text[start]) {
		start++
	}
	if start == at || at-start > 64 || start > 0 && isWord[text[start-1]] {
		return 0, 0, 0, false
	}
	end = at + 1
	dot := -1
	for end < len(text) && end-at < 250 && (isAlnum(text[end]) || text[end] == '-' || text[end] == '.') {
		if text[end] == '.' {
			if text[end-1] == '.' || text[end-1] == '@' || end+1 == len(text) || !isAlnum(text[end+1]) {
				break
			}
			dot = end
		}
		end++
	}
	for end > at && text[end-1] == '-' {
		end--
	}
	if dot < 0 || end < len(text) && text[end] >= 0x80 {
		return 0, 0, 0, false
	}
	return start, at, end, knownTop(text[dot+1 : end])
}

// tops are the top-level domains of more than two letters that people's addresses
// have; those of two letters are all taken for countries. Files are called
// logo@2x.png too.
var tops = strings.Fields("com org net edu gov int mil info biz name pro coop aero asso bzh paris corsica alsace tel mobi jobs museum travel eus " +
	"cat gal app dev cloud online email site xyz tech store shop blog page world company agency consulting solutions services group")

func knownTop(top []byte) bool {
	if len(top) == 2 {
		return isLetter(top[0]) && isLetter(top[1])
	}
	return slices.ContainsFunc(tops, func(t string) bool { return len(t) == len(top) && equalFold(top, t) })
}

// functional reports whether the part before the '@' names a service.
func functional(local []byte) bool {
	for from := 0; from < len(local); {
		end := from
		for end < len(local) && isAlnum(local[end]) {
			end++
		}
		for _, w := range serviceWords {
			if len(w) == end-from && equalFold(local[from:end], w) {
				return true
			}
		}
		from = end + 1
	}
	return false
}

// lower copies b in lower case into buf, which b fits into.
func lower(buf *[maxAddress]byte, b []byte) []byte {
	out := buf[:0]
	for _, c := range b[:min(len(b), maxAddress)] {
		if isUpper(c) {
			c |= 0x20
		}
		out = append(out, c)
	}
	return out
}

// maxAddress is the length of the longest address that emailBounds returns.
const maxAddress = 320

var serviceWords = []string{"contact", "contacts", "dpo", "rgpd", "cnil", "info", "infos", "information", "accueil", "secretariat", "secretaire",
	"support", "assistance", "hotline", "webmaster", "postmaster", "hostmaster", "abuse", "noreply", "reply", "repondre", "mairie",
	"prefecture", "communication", "presse", "courrier", "greffe", "admin", "administrateur", "administration", "direction", "service",
	"services", "bureau", "cabinet", "recrutement", "rh", "drh", "dsi", "ssi", "rssi", "cert", "security", "securite", "formation",
	"marches", "achats", "facturation", "comptabilite", "compta", "scolarite", "bibliotheque", "documentation", "archives", "equipe",
	"team", "help", "hello", "bonjour", "office", "sales", "legal", "newsletter", "listes", "liste", "boite", "bal", "standard", "urbanisme",
	"etatcivil", "ddt", "ddtm", "dreal", "draaf", "drac", "ddcs", "pref", "tribunal", "commissariat", "gendarmerie"}

// streetWords call the address finder.
var streetWords = []string{"rue", "avenue", "av", "boulevard", "bd", "blvd", "place", "pl", "allee", "allees", "impasse", "chemin", "route", "quai",
	"cours", "square", "residence", "lotissement", "hameau", "passage", "villa", "faubourg", "esplanade", "sentier", "ruelle", "promenade"}

// addressReach is how far the postcode may stand behind the kind of street.
const addressReach = 90

// findAddress reads an address of which h is the kind of street: the number before
// it, the postcode and the town behind it, on the same line or on the next.
func (d *idDetector) findAddress(s *segment, r *compiled, h hit) {
	text := s.text
	if h.start < 2 {
		return
	}
	start := houseNumber(text, int(h.start))
	if start < 0 {
		return
	}
	limit := min(len(text), int(h.end)+addressReach)
	lines := 0
	for i := int(h.end); i < limit; i++ {
		if text[i] == '\n' {
			if lines++; lines > 2 {
				return
			}
		}
		if i < int(h.end)+2 || isWord[text[i-1]] || !isDigit(text[i]) && text[i] != '2' {
			continue
		}
		end := postcode(text, i)
		if end < 0 {
			continue
		}
		var buf [2 * addressReach]byte
		v := buf[:0]
		for _, c := range text[start:end] {
			if isAlnum(c) {
				v = append(v, c&^(c>>6&1<<5)) // upper case: a letter has bit 6 set
			}
		}
		d.found(r, start, end, v, candidate{grouped: true})
		return
	}
}

// houseNumber returns where the number before the kind of street at i starts, or -1.
func houseNumber(text []byte, i int) int {
	i--
	if text[i] != ' ' {
		return -1
	}
	i--
	if text[i] == ',' {
		i--
	}
	end := i
	for i >= 0 && isLetter(text[i]) && end-i < 7 {
		i--
	}
	if w := strings.ToLower(string(text[i+1 : end+1])); w != "" {
		if w != "bis" && w != "ter" && w != "quater" && len(w) > 1 {
			return -1
		}
		if i >= 0 && text[i] == ' ' {
			i--
		}
	}
	n := groupLength(text, i, -1)
	if i < 0 || n < 1 || n > 4 {
		return -1
	}
	start := i - n + 1
	if start > 0 && isWord[text[start-1]] {
		return -1
	}
	return start
}

// postcode returns the end of the postcode and the town at i, or -1.
func postcode(text []byte, i int) int {
	if i+7 > len(text) || !digits(text[i:i+5]) || isWord[text[i+5]] {
		return -1
	}
	d, _ := number(text[i : i+2])
	if d == 0 || d == 96 || d == 99 || d == 97 && (text[i+2] == '0' || text[i+2] == '9') || d == 98 && text[i+2] < '4' {
		return -1
	}
	i += 5
	for i < len(text) && (text[i] == ' ' || text[i] == '-' || text[i] == ',') {
		i++
	}
	if i >= len(text) || !isUpper(text[i]) {
		return -1
	}
	end := i
	for end < len(text) && end-i < 40 && (isLetter(text[end]) || text[end] == '-' || text[end] == '\'') {
		end++
	}
	return end
}
