// Command evalchecks compares our checks of keys with independent implementations
// from public registries (python-stdnum, and stdnum and ibantools of npm), on
// made values, half of them valid and half with a fault. One difference fails it.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"poterne/classifiers"
	"poterne/internal/section"
)

//go:embed check.py
var pythonScript string

//go:embed check.js
var nodeScript string

func main() {
	dir := flag.String("tools", "build/checks", "folder with venv and node_modules")
	each := flag.Int("n", 3000, "values of each kind")
	page := flag.String("write", "", "page of documentation whose section \"controles\" gets the figures")
	flag.Parse()
	if err := run(*dir, *each, *page); err != nil {
		fmt.Fprintln(os.Stderr, "evalchecks:", err)
		os.Exit(1)
	}
}

func run(dir string, each int, page string) error {
	r := rand.New(rand.NewPCG(97, 511))
	var lines []string
	for _, k := range kinds {
		for i := range each {
			v := k.valid(r)
			if i%2 == 1 {
				v = spoil(r, v, k.from)
			}
			lines = append(lines, k.name+" "+v)
		}
	}
	input := strings.Join(lines, "\n") + "\n"
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	python, err := verdicts(exec.Command(filepath.Join(dir, "venv/bin/python"), "-c", pythonScript), input)
	if err != nil {
		return err
	}
	node := exec.Command("node", "-e", nodeScript)
	node.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(dir, "node_modules"))
	npm, err := verdicts(node, input)
	if err != nil {
		return err
	}
	if len(python) != len(lines) || len(npm) != len(lines) {
		return fmt.Errorf("%d values, %d verdicts of Python, %d of npm", len(lines), len(python), len(npm))
	}
	return compare(lines, python, npm, page)
}

// verdicts runs a peer and returns its answers: "1", "0", or "-" where it has no such check.
func verdicts(cmd *exec.Cmd, input string) ([]string, error) {
	cmd.Stdin = strings.NewReader(input)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	return strings.Fields(string(out)), nil
}

func compare(lines, python, npm []string, page string) error {
	var b bytes.Buffer
	fmt.Fprintln(&b, "| contrôle | valeurs | valides | python-stdnum, écarts | npm stdnum et ibantools, écarts |")
	fmt.Fprintln(&b, "|---|---|---|---|---|")
	total, differences, at := 0, 0, 0
	for _, k := range kinds {
		n, valid := 0, 0
		var wrong, asked [2]int
		for ; at < len(lines) && strings.HasPrefix(lines[at], k.name+" "); at++ {
			v := strings.TrimPrefix(lines[at], k.name+" ")
			ours, known := classifiers.Check(k.check, v)
			if !known {
				return fmt.Errorf("no check %q", k.check)
			}
			n++
			if ours {
				valid++
			}
			for i, theirs := range []string{python[at], npm[at]} {
				if theirs == "-" {
					continue
				}
				asked[i]++
				if (theirs == "1") != ours {
					wrong[i]++
					fmt.Fprintf(os.Stderr, "%s %s: ours %v, theirs %s\n", k.name, v, ours, theirs)
				}
			}
		}
		cell := func(i int) string {
			if asked[i] == 0 {
				return "—"
			}
			return fmt.Sprint(wrong[i])
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s |\n", k.check, n, valid, cell(0), cell(1))
		total += n
		differences += wrong[0] + wrong[1]
	}
	fmt.Fprintf(&b, "\n%d valeurs inventées, %d écarts (`make eval-checks`).\n", total, differences)
	fmt.Print(b.String())
	if page != "" {
		if err := section.Replace(page, "controles", b.String()); err != nil {
			return err
		}
	}
	if differences > 0 {
		return fmt.Errorf("%d differences", differences)
	}
	return nil
}

// kind makes valid values of one identifier. The first from characters say what
// it is; faults come after them.
type kind struct {
	name, check string
	from        int
	valid       func(r *rand.Rand) string
}

var kinds = []kind{
	{"nir", "nir", 7, nir},
	{"spi", "spi", 1, func(r *rand.Rand) string {
		n := r.Int64N(4_000_000_000)
		return fmt.Sprintf("%010d%03d", n, n%511)
	}},
	{"siren", "siren", 0, func(r *rand.Rand) string { return withLuhn(digits(r, 8)) }},
	{"siret", "siret", 9, func(r *rand.Rand) string { return withLuhn(withLuhn(digits(r, 8)) + digits(r, 4)) }},
	{"tva", "tva", 2, func(r *rand.Rand) string {
		siren := withLuhn("1" + digits(r, 7))
		return fmt.Sprintf("FR%02d%s", (12+3*mod(siren, 97))%97, siren)
	}},
	{"iban", "iban", 4, iban},
	{"ics", "ics", 7, func(r *rand.Rand) string {
		tail := digits(r, 6)
		return fmt.Sprintf("FR%02d%s%s", 98-mod(numeral(tail+"FR00"), 97), letters(r, 3), tail)
	}},
	{"card", "card", 6, func(r *rand.Rand) string { return withLuhn("4970" + digits(r, 11)) }},
	{"imei", "luhn", 0, func(r *rand.Rand) string { return withLuhn("35" + digits(r, 12)) }},
	{"iccid", "iccid", 4, func(r *rand.Rand) string { return withLuhn("8933" + digits(r, 14)) }},
	{"rpps", "rpps", 1, func(r *rand.Rand) string { return withLuhn("1" + digits(r, 9)) }},
}

func nir(r *rand.Rand) string {
	department := fmt.Sprintf("%02d", 1+r.IntN(95))
	switch r.IntN(10) {
	case 0:
		department = "2A"
	case 1:
		department = "2B"
	}
	body := fmt.Sprintf("%d%02d%02d%s%03d%03d", 1+r.IntN(2), r.IntN(100), 1+r.IntN(12), department, 101+r.IntN(800), 101+r.IntN(800))
	if body[5:7] == "20" { // Corsica before 1976
		body = body[:5] + "21" + body[7:]
	}
	number := strings.NewReplacer("2A", "19", "2B", "18").Replace(body[5:7])
	return fmt.Sprintf("%s%02d", body, 97-mod(body[:5]+number+body[7:], 97))
}

// countries have accounts without a key of their own, so that the IBAN's alone decides.
var countries = []string{"DE18", "AT16", "LU16", "CH17", "DK14", "GR23", "LT16"}

func iban(r *rand.Rand) string {
	c := countries[r.IntN(len(countries))]
	var n int
	fmt.Sscan(c[2:], &n)
	return withIBAN(c[:2], digits(r, n))
}

func withIBAN(country, account string) string {
	return fmt.Sprintf("%s%02d%s", country, 98-mod(numeral(account+country+"00"), 97), account)
}

// spoil puts one fault into v, after its first from characters: another digit, two
// neighbours exchanged, or two other digits.
func spoil(r *rand.Rand, v string, from int) string {
	b := []byte(v)
	at := func() int {
		for {
			if i := from + r.IntN(len(b)-from); b[i] >= '0' && b[i] <= '9' {
				return i
			}
		}
	}
	change := func(i int) { b[i] = '0' + (b[i]-'0'+1+byte(r.IntN(9)))%10 }
	switch r.IntN(3) {
	case 0:
		change(at())
	case 1:
		if i := at(); i+1 < len(b) && b[i] != b[i+1] && b[i+1] <= '9' {
			b[i], b[i+1] = b[i+1], b[i]
		} else {
			change(i)
		}
	default:
		change(len(b) - 1)
		change(len(b) - 2)
	}
	return string(b)
}

func digits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(r.IntN(10))
	}
	return string(b)
}

func letters(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'A' + byte(r.IntN(26))
	}
	return string(b)
}

// withLuhn appends the key of ISO/IEC 7812-1.
func withLuhn(v string) string {
	sum := 0
	for i := range len(v) {
		d := int(v[len(v)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return v + fmt.Sprint((10-sum%10)%10)
}

// numeral writes letters as the numbers 10 to 35.
func numeral(v string) string {
	var b strings.Builder
	for _, c := range v {
		if c >= 'A' {
			fmt.Fprint(&b, c-'A'+10)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func mod(v string, m int64) int64 {
	n, _ := new(big.Int).SetString(v, 10)
	return new(big.Int).Mod(n, big.NewInt(m)).Int64()
}
