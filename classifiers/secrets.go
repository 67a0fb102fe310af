package classifiers

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"math"
	"slices"
	"strings"
)

// maxRun bounds what is read of one value: longer than any secret that is looked
// for, and short enough for a million of cues in a row.
const maxRun = 512

// run returns the end of the run of bytes of a set from i on, at most maxRun of them.
func run(text []byte, i int, in func(byte) bool) int {
	for limit := min(len(text), i+maxRun); i < limit && in(text[i]); {
		i++
	}
	return i
}

func isBase64(b byte) bool    { return isAlnum(b) || b == '+' || b == '/' }
func isBase64URL(b byte) bool { return isAlnum(b) || b == '-' || b == '_' }

// exampleSecret reports whether a secret says itself that it is one of documentation.
func exampleSecret(v []byte) bool {
	u := bytes.ToUpper(v)
	return bytes.Contains(u, []byte("EXAMPLE")) || bytes.Contains(u, []byte("EXEMPLE")) || bytes.Contains(u, []byte("XXXXXX")) || bytes.Contains(v, []byte("..."))
}

func (d *idDetector) foundSecret(r *compiled, start, end int, value []byte, c candidate) {
	if exampleSecret(value) {
		c.class = classExample
	}
	c.grouped = true
	d.found(r, start, end, value, c)
}

// findAWS reads an access key id: a prefix of its kind and 16 characters of base32
// (AWS IAM reference, unique identifiers).
func (d *idDetector) findAWS(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	end := run(text, start, func(b byte) bool { return isUpper(b) || b >= '2' && b <= '7' })
	if end-start == 20 && (end == len(text) || !isWord[text[end]]) {
		d.foundSecret(r, start, end, text[start:end], candidate{})
	}
}

// findAzure reads the key of a storage account, 64 bytes in base64, or the signature
// of an address that opens one to whoever holds it.
func (d *idDetector) findAzure(s *segment, r *compiled, h hit) {
	text := s.text
	start := int(h.end)
	if start >= len(text) || text[start] != '=' {
		return
	}
	start++
	if int(h.end-h.start) == len("sig") {
		d.findSAS(s, r, h, start)
		return
	}
	end := run(text, start, isBase64)
	if end-start == 86 && bytes.HasPrefix(text[end:], []byte("==")) {
		v := text[start : end+2]
		// The key of the public emulator (Azurite).
		if bytes.HasPrefix(v, []byte("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq")) {
			d.found(r, start, end+2, v, candidate{class: classExample, grouped: true})
			return
		}
		d.foundSecret(r, start, end+2, v, candidate{})
	}
}

// findSAS reads the signature of a shared access: 32 bytes in base64, on the line of
// the version of the service that checks it (Azure Storage, service SAS).
func (d *idDetector) findSAS(s *segment, r *compiled, h hit, start int) {
	text := s.text
	end := run(text, start, func(b byte) bool { return isBase64(b) || b == '%' || b == '=' })
	query := text[max(0, start-maxRun):min(len(text), end+maxRun)]
	if n := end - start; n < 43 || n > 60 || !bytes.Contains(query, []byte("sv=20")) || entropy(text[start:end]) < tokenBits {
		return
	}
	d.foundSecret(r, start, end, text[start:end], candidate{context: true, cue: h.word})
}

// findGoogle reads an API key, or the id of the key of a service account in its JSON.
func (d *idDetector) findGoogle(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	if bytes.HasPrefix(text[start:], []byte("AIza")) {
		end := run(text, start, isBase64URL)
		if end-start == 39 {
			d.foundSecret(r, start, end, text[start:end], candidate{})
		}
		return
	}
	if !bytes.HasPrefix(text[start:], []byte("private_key_id")) {
		return
	}
	i := run(text, int(h.end), func(b byte) bool { return strings.IndexByte("\": \n", b) >= 0 })
	end := run(text, i, func(b byte) bool { return isDigit(b) || b >= 'a' && b <= 'f' })
	if end-i == 40 {
		d.foundSecret(r, i, end, text[i:end], candidate{})
	}
}

// findForge reads the tokens of GitHub and GitLab. The last six characters of a
// GitHub token are the CRC-32 of the rest in base 62 (GitHub, 5 April 2021).
func (d *idDetector) findForge(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	if int(h.end) >= len(text) || start > 0 && isBase64URL(text[start-1]) {
		return
	}
	end := run(text, start, isBase64URL)
	v, body := text[start:end], text[min(int(h.end)+1, end):end]
	switch sep := text[h.end]; {
	case bytes.HasPrefix(v, []byte("glpat-")) && len(body) >= 20, bytes.HasPrefix(v, []byte("github_pat_")) && len(body) >= 22:
		d.foundSecret(r, start, end, v, candidate{})
	case sep == '_' && h.end-h.start == 3 && bytes.HasPrefix(v, []byte("gh")) && len(body) == 36:
		d.foundSecret(r, start, end, v, candidate{several: base62CRC(body)})
	}
}

func base62CRC(body []byte) bool {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	n := len(body) - 6
	var want uint64
	for _, c := range body[n:] {
		k := strings.IndexByte(alphabet, c)
		if k < 0 {
			return false
		}
		want = want*62 + uint64(k)
	}
	return uint64(crc32.ChecksumIEEE(body[:n])) == want
}

// findJWT reads a token whose header decodes to JSON with "alg" (RFC 7519). A long
// payload has been cut by folding: what tells is in front.
func (d *idDetector) findJWT(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	end := run(text, start, isBase64URL)
	if end-start < 12 || !bytes.HasPrefix(text[end:], []byte(".eyJ")) || start > 0 && isBase64URL(text[start-1]) {
		return
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(text[start:end]))
	var header struct {
		Alg string `json:"alg"`
	}
	if err != nil || json.Unmarshal(raw, &header) != nil || header.Alg == "" {
		return
	}
	end = run(text, end+1, isBase64URL)
	if end < len(text) && text[end] == '.' {
		end = run(text, end+1, isBase64URL)
	} else if end < len(text) && text[end] != '\n' {
		return
	}
	// The token on the front page of jwt.io.
	class := classReal
	if bytes.Contains(text[start:end], []byte("eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIi")) {
		class = classExample
	}
	d.found(r, start, end, text[start:end], candidate{several: true, grouped: true, class: class})
}

// schemes call findConnection, with the two words of connection strings in ADO style.
var schemes = []string{"postgres", "postgresql", "mysql", "mariadb", "mongodb", "mongodb+srv", "amqp", "amqps", "redis", "rediss", "ldap", "ldaps",
	"ftp", "ftps", "sftp", "http", "https", "ssh", "smb", "jdbc", "password", "pwd"}

// findConnection reads scheme://user:password@host, and Password=…; in a chain of
// settings.
func (d *idDetector) findConnection(s *segment, r *compiled, h hit) {
	text, i := s.text, int(h.end)
	if i < len(text) && (text[i] == '=' || text[i] == ' ') && isLetter(text[h.start]) && text[h.start]|0x20 == 'p' {
		d.findSetting(s, r, h)
		return
	}
	if bytes.HasPrefix(text[i:], []byte(":oracle:")) {
		d.findOracle(s, r, h)
		return
	}
	if !bytes.HasPrefix(text[i:], []byte("://")) {
		return
	}
	i += 3
	plain := func(b byte) bool { return b > ' ' && strings.IndexByte(":/@\"'", b) < 0 }
	user := run(text, i, plain)
	if user == i || user-i > 64 || user >= len(text) || text[user] != ':' {
		return
	}
	pass := user + 1
	end := run(text, pass, func(b byte) bool { return b > ' ' && strings.IndexByte("@\"'", b) < 0 })
	if end == pass || end-pass > 128 || end >= len(text) || text[end] != '@' {
		return
	}
	host := run(text, end+1, func(b byte) bool { return b > ' ' && strings.IndexByte("\"'/", b) < 0 })
	if host-end < 4 || bytes.IndexByte(text[pass:end], '/') >= 0 {
		return
	}
	if placeholder(text[pass:end]) {
		return
	}
	d.foundSecret(r, int(h.start), host, text[h.start:host], candidate{context: true, cue: h.word})
}

// findOracle reads jdbc:oracle:thin:user/password@host (Oracle JDBC).
func (d *idDetector) findOracle(s *segment, r *compiled, h hit) {
	text := s.text
	driver := int(h.end) + len(":oracle:")
	user := run(text, driver, isLetter8) + 1
	pass := run(text, user, func(b byte) bool { return isWord[b] || b == '_' || b == '$' || b == '#' })
	if user <= driver+1 || pass == user || pass-user > 64 || pass >= len(text) || text[user-1] != ':' || text[pass] != '/' {
		return
	}
	end := run(text, pass+1, func(b byte) bool { return b > ' ' && strings.IndexByte("@\"'/", b) < 0 })
	host := run(text, end+1, func(b byte) bool { return b > ' ' && strings.IndexByte("\"'", b) < 0 })
	if end == pass+1 || end >= len(text) || text[end] != '@' || host-end < 4 || placeholder(text[pass+1:end]) {
		return
	}
	d.foundSecret(r, int(h.start), host, text[h.start:host], candidate{context: true, cue: h.word})
}

func (d *idDetector) findSetting(s *segment, r *compiled, h hit) {
	text := s.text
	i := run(text, int(h.end), func(b byte) bool { return b == ' ' })
	if i >= len(text) || text[i] != '=' {
		return
	}
	start := run(text, i+1, func(b byte) bool { return b == ' ' })
	end := run(text, start, func(b byte) bool { return b > ' ' && strings.IndexByte(";\"'", b) < 0 })
	if end-start < 4 || end >= len(text) || text[end] != ';' || placeholder(text[start:end]) {
		return
	}
	// A chain of settings: another one stands before or behind on the line.
	line := text[max(0, int(h.start)-maxRun):min(len(text), end+maxRun)]
	at := int(h.start) - max(0, int(h.start)-maxRun)
	line = line[bytes.LastIndexByte(line[:at], '\n')+1:]
	if k := bytes.IndexByte(line, '\n'); k >= 0 {
		line = line[:k]
	}
	if bytes.Count(line, []byte("=")) < 2 {
		return
	}
	d.foundSecret(r, start, end, text[start:end], candidate{context: true, cue: h.word})
}

// maxPassword is the length of the longest value taken for a password.
const maxPassword = 64

// findPassword reads a value after the cue of a password: at most two words
// between, then « : », « = » or « est », then a value that is not a word of the
// language.
func (d *idDetector) findPassword(s *segment, r *compiled, h hit) {
	text := s.text
	i := max(int(h.end), 0)
	if h.end > 0 {
		if i = assignment(text, i); i < 0 {
			return
		}
	} else {
		i = run(text, 0, func(b byte) bool { return b == ' ' || b == ':' || b == '=' })
	}
	i = run(text, i, func(b byte) bool { return b == ' ' || b == '"' || b == '\'' || b == '`' })
	end := run(text, i, func(b byte) bool { return b > ' ' && b != '"' && b != '`' && b != '<' && b < 0x80 })
	for end > i && strings.IndexByte(".,;)'", text[end-1]) >= 0 {
		end--
	}
	v := text[i:end]
	if len(v) < 6 || len(v) > maxPassword || placeholder(v) || !strong(v) {
		return
	}
	d.foundSecret(r, i, end, v, candidate{context: true, cue: h.word})
}

// assignment returns where the value starts after a cue that ends at i, or -1.
func assignment(text []byte, i int) int {
	for words := 0; i < len(text); {
		i = run(text, i, func(b byte) bool { return b == ' ' || b == '"' || b == '\'' || b == '_' })
		if i == len(text) {
			return -1
		}
		switch b := text[i]; {
		case b == ':' || b == '=' || b == '>':
			i++
			if i < len(text) && (text[i] == '=' || text[i] == '>' || text[i] == ':') { // := => ::
				i++
			}
			return run(text, i, func(b byte) bool { return b == ' ' || b == '\n' })
		case b == '-' && i+1 < len(text) && text[i+1] == ' ':
			return i + 2
		case isLetter(b):
			end := run(text, i, isAlnum)
			if w := strings.ToLower(string(text[i:end])); w == "est" || w == "is" {
				return run(text, end, func(b byte) bool { return strings.IndexByte(" :=", b) >= 0 })
			}
			if words++; words > 2 {
				return -1
			}
			i = end
		case b == '(': // mot de passe (wifi) :
			end := bytes.IndexByte(text[i:min(len(text), i+30)], ')')
			if end < 0 {
				return -1
			}
			i += end + 1
		default:
			return -1
		}
	}
	return -1
}

// strong reports whether v mixes two classes of characters, as words do not: a
// first capital and an inner hyphen or apostrophe are those of words.
func strong(v []byte) bool {
	var lower, upper, digit, sign bool
	for i, c := range v {
		switch {
		case isDigit(c):
			digit = true
		case isUpper(c):
			upper = upper || i > 0
		case isLetter(c):
			lower = true
		case (c == '-' || c == '\'' || c == '/' || c == '.' || c == '_' || c == ',') && i > 0 && i < len(v)-1:
		default:
			sign = true
		}
	}
	if upper && !lower && !digit && !sign {
		return false // a word in capitals
	}
	n := 0
	for _, b := range []bool{lower || !digit && !upper, upper, digit, sign} {
		if b {
			n++
		}
	}
	return n >= 2 || digit && !sign && len(v) >= 6
}

// placeholder reports whether v stands for a password instead of being one: a
// variable, a call, dots, stars, or a word of a form.
func placeholder(v []byte) bool {
	l := strings.ToLower(string(v))
	if strings.ContainsAny(l, "(){}[]<>") || strings.HasPrefix(l, "$") && len(l) > 1 && (isLetter(l[1]) || l[1] == '_') ||
		strings.HasPrefix(l, "%") || strings.HasPrefix(l, "http:") || strings.HasPrefix(l, "https:") || strings.HasPrefix(l, "@") {
		return true
	}
	if strings.Trim(l, "*.xX-_•#?\x01") == "" || strings.Contains(l, "***") || strings.Contains(l, "....") || strings.Contains(l, "\x01\x01") {
		return true
	}
	if at := strings.IndexByte(l, '@'); at > 0 && strings.LastIndexByte(l, '.') > at && knownTop([]byte(l[strings.LastIndexByte(l, '.')+1:])) {
		return true // an address
	}
	words := strings.FieldsFunc(l, func(r rune) bool { return !isAlnum(byte(r)) })
	for _, w := range words {
		if slices.Contains(placeholders, w) {
			return true
		}
	}
	return false
}

var placeholders = []string{"oublie", "perdu", "change", "changer", "changeme", "modifier", "renouveler", "expire", "obligatoire", "inchange", "initial",
	"temporaire", "provisoire", "password", "passwd", "pass", "motdepasse", "passe", "secret", "votre", "your", "mon", "user", "null", "none", "undefined", "true",
	"false", "string", "required", "optional", "caracteres", "characters", "lettres", "chiffres", "minimum", "complexe", "robuste", "env", "environ", "getenv", "process", "config", "settings", "vault", "input", "prompt"}

// A token has at least this many characters, and this many bits a character: those
// of random letters and digits have 4 and more, those of hexadecimal ones 3.5, words
// joined by hyphens 3 and less.
const (
	minToken  = 20
	tokenBits = 3.2
)

// issuers are how the tokens start that have a rule of their own.
var issuers = []string{"sk_live", "rk_live", "sk-proj", "sk-ant", "npm_", "pypi-", "hf_", "hvs.", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat", "akia", "asia", "aiza", "eyj", "xox", "scw"}

// findToken reads a random value after the cue of a key or token: alone, randomness
// is that of a hash or of an identifier of a machine.
func (d *idDetector) findToken(s *segment, r *compiled, h hit) {
	text := s.text
	i := max(int(h.end), 0)
	if h.end > 0 {
		if i = assignment(text, i); i < 0 {
			return
		}
	}
	i = run(text, i, func(b byte) bool { return strings.IndexByte(" \"'`:=", b) >= 0 })
	end := run(text, i, func(b byte) bool { return isBase64URL(b) || strings.IndexByte("+/=.~", b) >= 0 })
	for end > i && text[end-1] == '.' {
		end--
	}
	v := text[i:end]
	own := slices.ContainsFunc(issuers, func(p string) bool { return len(v) >= len(p) && equalFold(v[:len(p)], p) })
	if own || len(v) < minToken || len(v) > maxRun || entropy(v) < tokenBits || placeholder(v) || !bytes.ContainsAny(v, "0123456789") {
		return
	}
	d.foundSecret(r, i, end, v, candidate{context: true, cue: h.word})
}

// entropy returns how many bits a character of v has, after Shannon.
func entropy(v []byte) float64 {
	var counts [256]int
	for _, b := range v {
		counts[b]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(v))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// ldapSchemes name, in braces, how a directory stores a password (RFC 2307, OpenLDAP).
var ldapSchemes = []string{"sha", "ssha", "md5", "smd5", "crypt", "ssha256", "ssha384", "ssha512", "sha256", "sha512", "pbkdf2", "argon2"}

// findHash reads the stored form of a password: {SCHEME}hash of a directory, $id$salt$hash of crypt(5), or two
// hashes of Windows.
func (d *idDetector) findHash(s *segment, r *compiled, h hit) {
	text, start, end := s.text, int(h.start), int(h.end)
	if end < len(text) && start > 0 && text[start-1] == '{' && text[end] == '}' {
		stop := run(text, end+1, func(b byte) bool { return isBase64(b) || strings.IndexByte(".$=", b) >= 0 })
		if stop-end > 20 {
			d.foundSecret(r, start-1, stop, text[start-1:stop], candidate{})
		}
		return
	}
	if end < len(text) && start > 0 && text[start-1] == '$' && text[end] == '$' {
		switch strings.ToLower(string(text[start:end])) {
		case "1", "2a", "2b", "2y", "5", "6", "y", "argon2id", "argon2i", "argon2d":
		default:
			return
		}
		stop := run(text, end+1, func(b byte) bool { return isBase64(b) || strings.IndexByte(".$=,-", b) >= 0 })
		if stop-end > 20 {
			d.foundSecret(r, start-1, stop, text[start-1:stop], candidate{})
		}
		return
	}
	if h.word != wordDigit && h.word != wordMixed || end-start != 32 || end+33 > len(text) || text[end] != ':' || start > 0 && text[start-1] == ':' {
		return
	}
	hex := func(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }
	if run(text, start, hex) == end && run(text, end+1, hex) == end+33 && (end+33 == len(text) || !isWord[text[end+33]]) {
		d.foundSecret(r, start, end+33, text[start:end+33], candidate{})
	}
}

// findAuthorization reads the header of HTTP with a token (RFC 7235).
func (d *idDetector) findAuthorization(s *segment, r *compiled, h hit) {
	text := s.text
	blank := func(b byte) bool { return strings.IndexByte(" :=\"'", b) >= 0 }
	i := run(text, int(h.end), blank)
	if int(h.end-h.start) == len("auth") {
		d.findRegistryAuth(s, r, h, i)
		return
	}
	word := run(text, i, isLetter8)
	if w := strings.ToLower(string(text[i:word])); i == int(h.end) || w != "basic" && w != "bearer" {
		return
	}
	start := run(text, word, func(b byte) bool { return b == ' ' })
	end := run(text, start, func(b byte) bool { return isBase64URL(b) || strings.IndexByte("+/=.", b) >= 0 })
	if v := text[start:end]; start > word && len(v) >= 12 && strong(v) && !placeholder(v) {
		d.foundSecret(r, start, end, v, candidate{context: true, cue: h.word})
	}
}

// findRegistryAuth reads what programs keep of a registry, "auth": base64 of user and
// password (Docker, config.json; npm, .npmrc).
func (d *idDetector) findRegistryAuth(s *segment, r *compiled, h hit, start int) {
	text := s.text
	end := run(text, start, func(b byte) bool { return isBase64(b) || b == '=' })
	raw, err := base64.StdEncoding.DecodeString(string(text[start:end]))
	if start == int(h.end) || err != nil || len(raw) < 8 {
		return
	}
	user, password, ok := strings.Cut(string(raw), ":")
	plain := func(r rune) bool { return r > ' ' && r < 0x7F }
	if ok && user != "" && len(password) > 3 && strings.IndexFunc(user+password, func(r rune) bool { return !plain(r) }) < 0 {
		d.foundSecret(r, start, end, text[start:end], candidate{context: true, cue: h.word})
	}
}

func isLetter8(b byte) bool { return isLetter(b) }
