package classifiers

import (
	"bytes"
)

// secretOption is where a program takes a password: behind an option, or behind the
// name of the user of one.
type secretOption struct {
	command string
	option  string
	glued   bool // nothing stands between the two: -pSecret
	user    byte // the value is user and password, with this byte between; 0: it is the password
}

// secretOptions are as the manuals of the programs say.
var secretOptions = []secretOption{
	{command: "sshpass", option: "-p"}, {command: "sshpass", option: "-p", glued: true},
	{command: "mysql", option: "-p", glued: true}, {command: "mysqldump", option: "-p", glued: true}, {command: "mysqladmin", option: "-p", glued: true},
	{command: "curl", option: "-u", user: ':'}, {command: "curl", option: "--user", user: ':'},
	{command: "net use", option: "/user:", glued: true, user: ' '},
	{command: "psexec", option: "-p"}, {command: "plink", option: "-pw"}, {command: "pscp", option: "-pw"}, {command: "cmdkey", option: "/pass:", glued: true},
	{command: "convertto securestring", option: ""}, {command: "convertto securestring", option: "-string"},
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
		from, to := o.value(line)
		if v := line[from:to]; len(v) >= 6 && len(v) <= maxPassword && strong(v) && !placeholder(v) {
			d.foundSecret(r, int(h.end)+from, int(h.end)+to, v, candidate{context: true, cue: h.word})
			return
		}
	}
}

// value returns where the password stands in what follows the name of the program.
func (o *secretOption) value(line []byte) (from, to int) {
	option := []byte(" " + o.option)
	i := bytes.Index(line, option)
	if i < 0 {
		return 0, 0
	}
	i += len(option)
	if o.option != "" && !o.glued {
		if i == len(line) || line[i] != ' ' {
			return 0, 0
		}
		i++
	}
	from, to = argument(line, i)
	if o.user != 0 {
		k := bytes.IndexByte(line[from:], o.user)
		if k < 0 || o.user != ' ' && k >= to-from {
			return 0, 0
		}
		i = from + k + 1
		if end := to; o.user != ' ' {
			return i, end
		}
		from, to = argument(line, i)
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
