package classifiers

import "strings"

// validNIR checks the 15 characters of a NIR: key = 97 − (N13 mod 97), 2A counted
// as 19 and 2B as 18 (décret 82-103, INSEE; python-stdnum fr.nir).
func validNIR(v []byte) bool {
	return len(v) == 15 && nirBody(v[:13], "1234") && nirKey(v)
}

func validNIR13(v []byte) bool { return len(v) == 13 && nirBody(v, "12") }

// validNIA checks a waiting or provisional number: 7 or 8, then 1 or 2, then
// digits; with its key where there is one (CNAM).
func validNIA(v []byte) bool {
	if len(v) != 13 && len(v) != 15 || !digits(v) || strings.IndexByte("78", v[0]) < 0 || strings.IndexByte("12", v[1]) < 0 {
		return false
	}
	return len(v) == 13 || nirKey(v)
}

func nirKey(v []byte) bool {
	var b [13]byte
	copy(b[:], v)
	switch {
	case b[5] == '2' && b[6] == 'A':
		b[5], b[6] = '1', '9'
	case b[5] == '2' && b[6] == 'B':
		b[5], b[6] = '1', '8'
	}
	n, ok := number(b[:])
	k, ok2 := number(v[13:])
	return ok && ok2 && k == 97-n%97
}

// nirBody checks the fields of a NIR without its key: sex, month (01–12, and
// 20–42, 50–99 for incomplete records of the INSEE), department, commune, order.
func nirBody(v []byte, sexes string) bool {
	if strings.IndexByte(sexes, v[0]) < 0 || !digits(v[1:5]) || !digits(v[7:]) {
		return false
	}
	m, _ := number(v[3:5])
	if !(m >= 1 && m <= 12 || m >= 20 && m <= 42 || m >= 50) {
		return false
	}
	if !(v[5] == '2' && (v[6] == 'A' || v[6] == 'B')) {
		if d, ok := number(v[5:7]); !ok || d == 0 {
			return false
		}
	}
	return string(v[7:10]) != "000" && string(v[10:13]) != "000"
}

// plainNIROdds is how many random numbers of 15 digits are a plain NIR: sex 2/10,
// month 12/100, department and commune 417/1000, key 1/100.
const plainNIROdds = 1.0e-4

// plainNIR reports whether each field of a valid NIR makes sense: sex 1 or 2, a month
// of the calendar, a commune that its department has or had, a country. Those of
// incomplete records, which the INSEE numbers otherwise, are not plain; neither is
// what reads as a date and time to the second.
func plainNIR(v []byte) bool {
	return (v[0] == '1' || v[0] == '2') && monthOK(v[3:5]) && bornSomewhere(v[5:10]) && !timestamp(v)
}

// communes gives for each department the highest number of a commune (INSEE, code
// officiel géographique of 2025, former communes with it).
const communes = "01458 02834 03321 04245 05184 06163 07349 08503 09342 10445 11441 12307 13216 14764 15269 16425 17486 18290 19289 20366 " +
	"21717 22391 23266 24587 25636 26382 27701 28426 29302 2A363 2B366 30356 31593 32468 33555 34344 35363 36248 37282 38567 " +
	"39586 40334 41297 42339 43268 44225 45349 46340 47328 48198 49382 50649 51664 52550 53276 54602 55586 56264 57767 58313 " +
	"59670 60703 61513 62909 63473 64560 65482 66234 67562 68386 69389 70583 71591 72386 73330 74315 75120 76759 77534 78692 " +
	"79357 80836 81326 82195 83154 84151 85307 86300 87206 88532 89486 90106 91692 92078 93079 94081 95690"

// bornSomewhere reports whether v, five characters, is a commune or country of birth.
func bornSomewhere(v []byte) bool {
	n, _ := number(v[2:])
	switch dep := string(v[:2]); dep {
	case "97", "98": // overseas: a third figure for the department, two for the commune
		return v[2] >= '1' && v[2] <= '8' && n%100 >= 1 && n%100 <= 60
	case "99": // countries
		return n >= 100 && n <= 517
	default:
		if dep >= "91" && dep <= "96" && n >= 350 && n <= 352 {
			return true // Algeria, Morocco and Tunisia before their independence
		}
		for i := 0; i < len(communes); i += len("01458 ") {
			if communes[i:i+2] == dep {
				last, _ := number([]byte(communes[i+2 : i+5]))
				return n >= 1 && n <= last
			}
		}
		return false
	}
}

// timestamp reports whether v starts with a date and a time of day, year to second.
func timestamp(v []byte) bool {
	if len(v) < 14 || !digits(v[:14]) {
		return false
	}
	at := func(from, to int) int64 { n, _ := number(v[from:to]); return n }
	return validDate(at(6, 8), at(4, 6), at(0, 4)) && at(8, 10) < 24 && at(10, 12) < 60 && at(12, 14) < 60
}
