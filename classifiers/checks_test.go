package classifiers

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// The second implementations of this file follow the texts of the standards with
// strings and big numbers, another way than the checks do.

func bigMod(s string, m int64) int64 {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return -1
	}
	return new(big.Int).Mod(n, big.NewInt(m)).Int64()
}

// luhnText is ISO/IEC 7812-1 by the letter: double every second digit from the
// right, add the digits of the results.
func luhnText(s string) bool {
	var out strings.Builder
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		out.WriteString(strconv.Itoa(d))
	}
	sum := 0
	for _, c := range out.String() {
		sum += int(c - '0')
	}
	return sum%10 == 0
}

func nirText(s string) bool {
	body := strings.NewReplacer("A", "0", "B", "0").Replace(s[:13])
	n, ok := new(big.Int).SetString(body, 10)
	if !ok {
		return false
	}
	switch s[6] { // INSEE: take one million off for 2A, two for 2B
	case 'A':
		n.Sub(n, big.NewInt(1000000))
	case 'B':
		n.Sub(n, big.NewInt(2000000))
	}
	key := 97 - new(big.Int).Mod(n, big.NewInt(97)).Int64()
	return fmt.Sprintf("%02d", key) == s[13:]
}

func ibanText(s string) bool {
	var out strings.Builder
	for _, c := range s[4:] + s[:4] {
		if c >= 'A' {
			out.WriteString(strconv.Itoa(int(c-'A') + 10))
		} else {
			out.WriteRune(c)
		}
	}
	return bigMod(out.String(), 97) == 1
}

func ribText(s string) bool {
	var out strings.Builder
	for _, c := range s {
		switch {
		case c >= 'A' && c <= 'I':
			c = c - 'A' + '1'
		case c >= 'J' && c <= 'R':
			c = c - 'J' + '1'
		case c >= 'S':
			c = c - 'S' + '2'
		}
		out.WriteRune(c)
	}
	return bigMod(out.String(), 97) == 0 // bank, branch, account and key make one multiple of 97
}

func tvaText(s string) bool { return bigMod(s[4:]+"12", 97) == bigMod(s[2:4], 97) && luhnText(s[4:]) }

func spiText(s string) bool { return bigMod(s[:10], 511) == bigMod(s[10:], 1000) }

// TestChecksAgainstTexts compares each check with the second implementation on
// 4,000 values with a good key, and on as many with one digit changed.
func TestChecksAgainstTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	digitsOf := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + r.IntN(10))
		}
		return string(b)
	}
	// complete puts the key that makes ok true at the end of body.
	complete := func(body string, n int, ok func(string) bool) string {
		for k := range 1000 {
			if s := body + fmt.Sprintf("%0*d", n, k); len(s) == len(body)+n && ok(s) {
				return s
			}
		}
		return body + strings.Repeat("0", n)
	}
	for _, c := range []struct {
		name string
		make func() string
		text func(string) bool
	}{
		{"nir", func() string {
			dep := [...]string{"75", "13", "2A", "2B", "97", "99"}[r.IntN(6)]
			return complete(fmt.Sprintf("%d%02d%02d%s%03d%03d", 1+r.IntN(2), r.IntN(100), 1+r.IntN(12), dep, 1+r.IntN(990), 1+r.IntN(999)), 2, nirText)
		}, nirText},
		{"spi", func() string { return complete(strconv.Itoa(r.IntN(4))+digitsOf(9), 3, spiText) }, spiText},
		{"luhn", func() string { return complete(digitsOf(14), 1, luhnText) }, luhnText},
		{"siren", func() string { return complete("7"+digitsOf(7), 1, luhnText) }, luhnText},
		{"siret", func() string { return complete(complete("7"+digitsOf(7), 1, luhnText)+digitsOf(4), 1, luhnText) },
			func(s string) bool { return luhnText(s[:9]) && luhnText(s) }},
		{"rpps", func() string { return complete("1"+digitsOf(9), 1, luhnText) }, luhnText},
		{"card", func() string { return complete("4970"+digitsOf(11), 1, luhnText) }, luhnText},
		{"rib", func() string {
			return complete(digitsOf(10)+strings.Repeat("A", r.IntN(2))+digitsOf(5)+"KZ"+digitsOf(4), 2, func(s string) bool { return len(s) == 23 && ribText(s) })
		}, ribText},
		{"iban", func() string {
			bban := digitsOf(10) + digitsOf(9) + "X" + digitsOf(3)
			for k := 2; k < 99; k++ {
				if s := fmt.Sprintf("FR%02d", k) + bban; ibanText(s) {
					return s
				}
			}
			return "FR00" + bban
		}, ibanText},
		{"tva", func() string {
			siren := complete("7"+digitsOf(7), 1, luhnText)
			for k := range 97 {
				if s := fmt.Sprintf("FR%02d", k) + siren; tvaText(s) {
					return s
				}
			}
			return "FR00" + siren
		}, tvaText},
	} {
		t.Run(c.name, func(t *testing.T) {
			valid := 0
			for range 4000 {
				s := c.make()
				if len(s) != map[string]int{"nir": 15, "spi": 13, "luhn": 15, "siren": 9, "siret": 14, "rpps": 11, "card": 16, "rib": 23, "iban": 27, "tva": 13}[c.name] {
					continue
				}
				for _, v := range []string{s, mutate(r, s)} {
					want, got := c.text(v), checks[c.name].valid([]byte(v))
					if got != want && !fieldsReject(c.name, v) {
						t.Fatalf("%s: check says %v, the text %v", v, got, want)
					}
					if got {
						valid++
					}
				}
			}
			if valid < 1000 {
				t.Errorf("only %d valid values: the comparison proves little", valid)
			}
		})
	}
}

// fieldsReject reports whether v fails for another reason than its key.
func fieldsReject(name, v string) bool {
	switch name {
	case "nir":
		return !nirBody([]byte(v[:13]), "1234")
	case "spi":
		return v[0] > '3'
	case "rpps":
		return v[0] != '1'
	case "card":
		return !strings.HasPrefix(v, "4")
	case "siret":
		return strings.HasPrefix(v, "356000000")
	case "tva":
		return v[:2] != "FR"
	case "iban":
		return v[2:4] < "02" || v[2:4] == "99"
	case "rib":
		return strings.HasPrefix(v, "00000") || v[21:] == "00" // keys are 01 to 97
	}
	return false
}

// mutate changes one digit of s.
func mutate(r *rand.Rand, s string) string {
	b := []byte(s)
	for {
		if i := r.IntN(len(b)); isDigit(b[i]) {
			b[i] = '0' + (b[i]-'0'+byte(1+r.IntN(9)))%10
			return string(b)
		}
	}
}

// TestKnownValues are published values, of standards and of administrations.
func TestKnownValues(t *testing.T) {
	for _, c := range []struct {
		check, value string
		want         bool
	}{
		{"nir", "185057800608491", true}, {"nir", "290072A00412384", true}, {"nir", "284058832102530", false}, {"nir", "185137800608436", false},
		{"spi", "3023217600053", true}, {"spi", "3012345678902", false},
		{"siren", "732829320", true}, {"siren", "123456789", false}, {"siren", "000000000", false},
		{"siret", "73282932000074", true}, {"siret", "35600000049837", false},
		{"siret-lp", "35600000049837", true}, {"siret-lp", "35600000000048", true}, {"siret-lp", "35600000049838", false},
		{"tva", "FR40303265045", true}, {"tva", "FR23334175221", true}, {"tva", "FRK7399859412", true}, {"tva", "FR84323140391", false},
		{"iban", "GB82WEST12345698765432", true}, {"iban", "MT84MALT011000012345MTLCAST001S", true}, {"iban", "GB82WEST12345698765433", false}, {"iban", "FR7630006000011234567890189", true},
		{"rib", "30006000011234567890189", true}, {"rib", "20041010050500013M02606", true}, {"rib", "30006000011234567890188", false},
		{"ics", "FR72ZZZ123456", true}, {"ics", "FR73ZZZ123456", false},
		{"letter23", "0750655E", true}, {"letter23", "1234567890V", true}, {"letter23", "0750655F", false},
		{"nne", "0AB1C23D4E0", true}, {"nne", "0AB1C23D4E1", false},
		{"finess", "750712184", true}, {"finess", "590780193", true}, {"finess", "750712185", false},
		{"rpps", "10002909371", true}, {"rpps", "10002909372", false},
		{"vin", "1M8GDM9AXKP042788", true}, {"vin", "1M8GDM9A1KP042788", false},
		{"card", "4111111111111111", true}, {"card", "378282246310005", true}, {"card", "30569309025904", true}, {"card", "9999999999999995", false},
		{"tel", "0612345678", true}, {"tel", "0812345678", false},
		{"siv", "AB123CD", true}, {"siv", "WW123CD", false},
	} {
		if got := checks[c.check].valid([]byte(c.value)); got != c.want {
			t.Errorf("%s %s: %v, want %v", c.check, c.value, got, c.want)
		}
	}
	if len(ibanLength) < 120 {
		t.Errorf("only %d countries have an IBAN length", len(ibanLength))
	}
}

// FuzzChecks: a check survives any bytes, takes its value alone, and gives the
// same answer twice.
func FuzzChecks(f *testing.F) {
	for _, s := range []string{"", "1", "185057800608491", "FR7630006000011234567890189", "2A", "W", "\x00\xff", "1M8GDM9AXKP042788"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		before := bytes.Clone(v)
		for name, c := range checks {
			first := c.valid(v)
			if c.valid(v) != first {
				t.Errorf("%s: two answers", name)
			}
		}
		validBase58(v)
		validBech32(v)
		if len(v) == 40 {
			validEIP55(v, bytes.ToLower(v))
		}
		validTD1(v, v, v)
		validTD3(v, v)
		validMRZCNI(v, v)
		if !bytes.Equal(before, v) {
			t.Error("a check changed its value")
		}
	})
}
