package classifiers

import "strings"

// ibanLengths is the registry of IBAN lengths: country and length, in characters
// (SWIFT IBAN registry, and the countries that use the form without being in it).
const ibanLengths = "AD24 AE23 AL28 AO25 AT20 AX18 AZ28 BA20 BE16 BF28 BG22 BH22 BI27 BJ28 BL27 BR29 BY28 CF27 CG27 CH21 CI28 CM27 " +
	"CR22 CV25 CY28 CZ24 DE22 DJ27 DK18 DO28 DZ26 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GA27 GB22 GE22 GF27 GG22 GI23 GL18 GP27 " +
	"GQ27 GR27 GT28 GW25 HN28 HR21 HU28 IE22 IL23 IM22 IQ23 IR26 IS26 IT27 JE22 JO30 KM27 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 " +
	"LV21 LY25 MA28 MC27 MD24 ME22 MF27 MG27 MK19 ML28 MN20 MQ27 MR27 MT31 MU30 MZ25 NC27 NE28 NI28 NL18 NO15 OM23 PF27 PK24 " +
	"PL28 PM27 PS29 PT25 QA29 RE27 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SN28 SO23 ST25 SV28 TD27 TF27 TG28 TL23 " +
	"TN24 TR26 UA29 VA22 VG24 WF27 XK20 YE30 YT27"

var ibanLength = makeIBANLength()

func makeIBANLength() map[[2]byte]int {
	m := map[[2]byte]int{}
	for _, f := range strings.Fields(ibanLengths) {
		m[[2]byte{f[0], f[1]}] = int(f[2]-'0')*10 + int(f[3]-'0')
	}
	return m
}

// mod97 returns v modulo 97, letters counted as 10 to 35, or -1 where v holds
// anything else (ISO 7064 MOD 97-10).
func mod97(rem int, v []byte) int {
	for _, c := range v {
		switch {
		case isDigit(c):
			rem = (rem*10 + int(c-'0')) % 97
		case isUpper(c):
			rem = (rem*100 + int(c-'A') + 10) % 97
		default:
			return -1
		}
	}
	return rem
}

// validIBAN checks country, length and key (ISO 13616).
func validIBAN(v []byte) bool {
	if len(v) < 15 || ibanLength[[2]byte(v[:2])] != len(v) || !digits(v[2:4]) {
		return false
	}
	r := mod97(0, v[4:])
	return r >= 0 && mod97(r, v[:4]) == 1 && string(v[2:4]) != "00" && string(v[2:4]) != "01" && string(v[2:4]) != "99"
}

// validICS checks a SEPA creditor id: the key leaves out the business code at 5–7
// (EPC262-08).
func validICS(v []byte) bool {
	if len(v) != 13 || v[0] != 'F' || v[1] != 'R' || !digits(v[2:4]) {
		return false
	}
	r := mod97(0, v[7:])
	return r >= 0 && mod97(r, v[:4]) == 1
}

// validRIB checks bank, branch, account and key: 97 − (89·B + 15·G + 3·C) mod 97,
// letters counted A,J=1 B,K,S=2 … I,R,Z=9 (Comité français d'organisation et de
// normalisation bancaires).
func validRIB(v []byte) bool {
	if len(v) != 23 {
		return false
	}
	var b [23]byte
	for i, c := range v {
		switch {
		case isDigit(c):
		case c >= 'A' && c <= 'I':
			c = c - 'A' + '1'
		case c >= 'J' && c <= 'R':
			c = c - 'J' + '1'
		case c >= 'S' && c <= 'Z':
			c = c - 'S' + '2'
		default:
			return false
		}
		b[i] = c
	}
	bank, _ := number(b[:5])
	branch, _ := number(b[5:10])
	account, _ := number(b[10:21])
	key, _ := number(b[21:])
	return bank > 0 && digits(v[:10]) && digits(v[21:]) && key == 97-(89*bank+15*branch+3*account)%97
}

// bicCountries are the countries whose BIC are looked for: a word in capitals has
// the form of a BIC too often for all.
const bicCountries = "FR MC BE DE LU ES IT NL PT GB CH IE AT PL US"

// validBIC checks the form of ISO 9362: bank, country, place, branch.
func validBIC(v []byte) bool {
	return (len(v) == 8 || len(v) == 11) && strings.Contains(bicCountries, string(v[4:6]))
}
