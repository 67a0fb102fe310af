package classifiers

import (
	"bytes"
)

// secretOption is where a program takes a password: behind an option, or behind the
// name of the user of one.
type secretOption struct {
	command string
	option  string
	anyCase bool // the option may be written in capitals too
	glued   bool // nothing stands between the two: -pSecret
	user    byte // the value is user and password, with this byte between; 0: it is the password
}

// secretOptions are as the manuals of the programs say. For "net use" the password
// stands behind the share, before or behind /user.
var secretOptions = []secretOption{
	{command: "sshpass", option: "-p"}, {command: "sshpass", option: "-p", glued: true},
	{command: "mysql", option: "-p", glued: true}, {command: "mysqldump", option: "-p", glued: true}, {command: "mysqladmin", option: "-p", glued: true},
	{command: "curl", option: "-u", user: ':'}, {command: "curl", option: "-u", glued: true, user: ':'}, {command: "curl", option: "--user", user: ':'},
	{command: "net use", option: `\\`, glued: true, user: ' '}, {command: "net use", option: "/user:", anyCase: true, glued: true, user: ' '},
	{command: "psexec", option: "-p", anyCase: true}, {command: "plink", option: "-pw"}, {command: "pscp", option: "-pw"},
	{command: "cmdkey", option: "/pass:", anyCase: true, glued: true},
	{command: "convertto securestring", option: ""}, {command: "convertto securestring", option: "-string", anyCase: true},
	{command: "machine", option: "password"}, // of .netrc, on one line
}

var commandWords = makeCommandWords()

func makeCommandWords() (words []string) {
	for _, o := range secretOptions {
		words = append(words, o.command)
	}
	return words
}

// maxCommand is how far behind the name of a program its options are looked for.
const maxCommand = 240

// findInCommand reads the password that a command line gives to a program.
func (d *idDetector) findInCommand(s *segment, r *compiled, h hit) {
	text := s.text
	line := text[h.end:min(len(text), int(h.end)+maxCommand)]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	name := bytes.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return ' '
		}
		return r
	}, bytes.ToLower(text[h.start:h.end]))
	for _, o := range secretOptions {
		if string(name) != o.command {
			continue
		}
		for i := o.next(line, 0); i >= 0; i = o.next(line, i) {
			from, to := o.value(line, i)
			if v := line[from:to]; len(v) >= 6 && len(v) <= maxPassword && strong(v) && !placeholder(v) {
				d.foundSecret(r, int(h.end)+from, int(h.end)+to, v, candidate{context: true, cue: h.word})
				return
			}
		}
	}
}

// next returns the end of the option's first occurrence from line[i:] on, or -1.
// Without an option, the start of the arguments is one.
func (o *secretOption) next(line []byte, i int) int {
	if o.option == "" {
		if i == 0 && len(line) > 0 && line[0] == ' ' {
			return 1
		}
		return -1
	}
	for n := len(o.option) + 1; i+n <= len(line); i++ {
		at := line[i+1 : i+n]
		if line[i] == ' ' && (string(at) == o.option || o.anyCase && equalFold(at, o.option)) {
			return i + n
		}
	}
	return -1
}

// value returns where the password stands behind the option that ends at line[i].
func (o *secretOption) value(line []byte, i int) (from, to int) {
	if o.option != "" && (i == len(line) || (line[i] == ' ') == o.glued) {
		return 0, 0
	}
	switch from, to = argument(line, i); {
	case o.option == "":
		return past(line, from, to, '-')
	case o.user == 0:
		return from, to
	case o.user == ' ':
		for to < len(line) && line[to] != ' ' { // a closing quote
			to++
		}
		from, to = argument(line, to)
		return past(line, from, to, '/')
	}
	k := bytes.IndexByte(line[from:to], o.user)
	if k < 0 {
		return 0, 0
	}
	return from + k + 1, to
}

// past returns the bounds of the first argument that does not start with sign, from
// that at line[from:to] on.
func past(line []byte, from, to int, sign byte) (int, int) {
	for from < to && line[from] == sign {
		from, to = argument(line, to)
	}
	return from, to
}

// argument returns the bounds of the argument at line[i:], without its quotes.
func argument(line []byte, i int) (from, to int) {
	for i < len(line) && line[i] == ' ' {
		i++
	}
	stop := byte(' ')
	if i < len(line) && (line[i] == '"' || line[i] == '\'') {
		stop = line[i]
		i++
	}
	end := i
	for end < len(line) && line[end] != stop {
		end++
	}
	return i, end
}
