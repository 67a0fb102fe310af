package main

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Separators that real documents hold between the groups of an identifier.
const (
	none   = ""
	space  = " "
	nbsp   = "\u00a0" // word processors
	nnbsp  = "\u202f" // French typography of recent word processors
	dot    = "."
	hyphen = "-"
	shy    = "\u00ad" // left by hyphenation
)

// group cuts s into groups of the given sizes joined with sep.
func group(s, sep string, sizes ...int) string {
	var parts []string
	for _, n := range sizes {
		parts = append(parts, s[:n])
		s = s[n:]
	}
	if s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, sep)
}

// number is a string of n random digits.
func (d *draft) number(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + d.rng.IntN(10))
	}
	return string(b)
}

// bareNIR returns the 15 characters of a social security number for p. Its
// commune codes, 950 to 989, are given to no commune: it is nobody's number.
func (d *draft) bareNIR(p person) string {
	sex := 1
	if p.female {
		sex = 2
	}
	body := fmt.Sprintf("%d%02d%02d%02d%03d%03d", sex, p.born.Year()%100, p.born.Month(), 1+d.rng.IntN(89), 950+d.rng.IntN(40), 1+d.rng.IntN(400))
	n, _ := strconv.ParseInt(body, 10, 64)
	return fmt.Sprintf("%s%02d", body, 97-n%97)
}

func nirForm(nir, sep string) string { return group(nir, sep, 1, 2, 2, 2, 3, 3) }

func (d *draft) nir(p person, sep string) string {
	n := d.bareNIR(p)
	return d.plant("fr-nir", n, nirForm(n, sep))
}

// bareSPI returns a tax number: ten digits, then their remainder by 511.
func (d *draft) bareSPI() string {
	n := int64(3_099_000_000) + d.rng.Int64N(1_000_000)
	return fmt.Sprintf("%010d%03d", n, n%511)
}

func (d *draft) spi(sep string) string {
	n := d.bareSPI()
	return d.plant("fr-spi", n, group(n, sep, 2, 2, 3, 3))
}

// luhn appends the digit that makes the sum of Luhn a multiple of ten.
func luhn(body string) string {
	return body + strconv.Itoa((10-luhnSum(body+"0")%10)%10)
}

func luhnSum(s string) int {
	sum := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum
}

func (d *draft) bareSIREN() string { return luhn("99" + d.number(6)) }

func (d *draft) siret(siren, sep string) string {
	n := luhn(siren + "000" + strconv.Itoa(1+d.rng.IntN(8)))
	return d.plant("fr-siret", n, group(n, sep, 3, 3, 3))
}

func (d *draft) tva(siren string) string {
	n, _ := strconv.Atoi(siren)
	v := fmt.Sprintf("FR%02d%s", (12+3*(n%97))%97, siren)
	return d.plant("fr-tva", v, v)
}

func (d *draft) card(sep string) string {
	n := luhn("497010" + d.number(9))
	return d.plant("card", n, group(n, sep, 4, 4, 4))
}

func (d *draft) rpps() string {
	n := luhn("1019" + d.number(6))
	return d.plant("fr-rpps", n, n)
}

// bareRIB returns a bank account: 5 of bank, 5 of branch, 11 of account, 2 of
// key. 29990 is given to no bank.
func (d *draft) bareRIB() string {
	bank, branch, account := "29990", d.number(5), d.number(11)
	b, _ := strconv.ParseInt(bank, 10, 64)
	g, _ := strconv.ParseInt(branch, 10, 64)
	c, _ := strconv.ParseInt(account, 10, 64)
	return fmt.Sprintf("%s%s%s%02d", bank, branch, account, 97-(89*b+15*g+3*c)%97)
}

func (d *draft) rib(sep string) string {
	n := d.bareRIB()
	return d.plant("fr-rib", n, group(n, sep, 5, 5, 11))
}

func (d *draft) iban(sep string) string {
	rib := d.bareRIB()
	n := fmt.Sprintf("FR%02d%s", 98-mod97(rib+"FR00"), rib)
	return d.plant("iban", n, group(n, sep, 4, 4, 4, 4, 4, 4))
}

// mod97 returns the remainder of s by 97, letters read as A=10 to Z=35.
func mod97(s string) int64 {
	var digits strings.Builder
	for _, c := range s {
		if c >= 'A' {
			fmt.Fprint(&digits, c-'A'+10)
		} else {
			digits.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	return new(big.Int).Mod(n, big.NewInt(97)).Int64()
}

// tel returns a number of the ranges that the regulator keeps for fiction
// (ARCEP, 06 39 98 and 02 61 91).
func (d *draft) tel(sep string) string {
	n := []string{"063998", "026191"}[d.rng.IntN(2)] + d.number(4)
	return d.plant("fr-tel", n, group(n, sep, 2, 2, 2, 2))
}

func (d *draft) email(p person) string {
	a := plain(p.first) + "." + plain(p.last) + "@valserine.exemple.fr"
	return d.plant("email", a, a)
}

func (d *draft) passport() string {
	v := d.number(2) + "ZK" + d.number(5)
	return d.plant("fr-passport", v, v)
}

func (d *draft) idCard() string {
	v := "K" + d.number(1) + "RTB" + d.number(2) + "W" + d.number(1)
	return d.plant("fr-cni-new", v, v)
}

// mrzDigit is the check digit of ICAO 9303: weights 7, 3, 1.
func mrzDigit(s string) string {
	sum := 0
	for i, c := range s {
		v := 0
		switch {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		}
		sum += v * []int{7, 3, 1}[i%3]
	}
	return strconv.Itoa(sum % 10)
}

// mrzName writes p as a machine readable zone does, filled to n characters.
func mrzName(p person, n int) string {
	s := strings.ToUpper(plain(p.last) + "<<" + plain(p.first))
	s = strings.ReplaceAll(s, "-", "<")
	return (s + strings.Repeat("<", n))[:n]
}

func mrzSex(p person) string {
	if p.female {
		return "F"
	}
	return "M"
}

// mrzTD3 returns the two lines of the passport num, joined with a newline.
func (d *draft) mrzTD3(p person, num string) string {
	num += mrzDigit(num)
	birth := p.born.Format("060102")
	birth += mrzDigit(birth)
	end := "320916"
	end += mrzDigit(end)
	personal := strings.Repeat("<", 14) + "0"
	line2 := num + "FRA" + birth + mrzSex(p) + end + personal
	line2 += mrzDigit(num + birth + end + personal)
	v := "P<FRA" + mrzName(p, 39) + "\n" + line2
	d.share.planted[line2] = true
	return d.plant("mrz-td3", v, v)
}

// mrzTD1 returns the three lines of the identity card num, joined with newlines.
func (d *draft) mrzTD1(p person, num string) string {
	line1 := "IDFRA" + num + mrzDigit(num) + strings.Repeat("<", 15)
	birth := p.born.Format("060102")
	birth += mrzDigit(birth)
	end := "310805"
	end += mrzDigit(end)
	line2 := birth + mrzSex(p) + end + "FRA" + strings.Repeat("<", 11)
	line2 += mrzDigit(line1[5:] + line2[:7] + line2[8:15] + line2[18:29])
	v := line1 + "\n" + line2 + "\n" + mrzName(p, 30)
	d.share.planted[line1], d.share.planted[line2] = true, true
	return d.plant("mrz-td1", v, v)
}

// Checks, by other ways than the makers above: sums over the whole value.

func validNIR(s string) bool {
	n, err := strconv.ParseInt(s[:13], 10, 64)
	key, err2 := strconv.ParseInt(s[13:], 10, 64)
	return err == nil && err2 == nil && (n+key)%97 == 0
}

func validSPI(s string) bool {
	n, err := strconv.ParseInt(s[:10], 10, 64)
	return err == nil && fmt.Sprintf("%03d", n%511) == s[10:]
}

func validLuhn(s string) bool { return luhnSum(s)%10 == 0 }

func validIBAN(s string) bool { return mod97(s[4:]+s[:4]) == 1 }

// validRIB uses that the whole account, read as one number, is a multiple of 97.
func validRIB(s string) bool { return mod97(s) == 0 }

// validTVA takes the key back to the company's number.
func validTVA(s string) bool {
	key, _ := strconv.Atoi(s[2:4])
	n, _ := strconv.Atoi(s[4:])
	return validLuhn(s[4:]) && (key+97-12)%97 == 3*(n%97)%97
}
