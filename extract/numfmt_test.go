package extract

import "testing"

func TestNumFormat(t *testing.T) {
	for _, c := range []struct {
		name, code    string
		v             float64
		shown, stored string
	}{
		{"general-nir", "General", 290017512345678, "290017512345678", ""},
		{"general-decimal", "General", 0.1 + 0.2, "0.3", ""},
		{"nir-13", `[>=3000000000000]#" "##" "##" "##" "###" "###" | "##;#" "##" "##" "##" "###" "###`, 2900175123456, "2 90 01 75 123 456", "2900175123456"},
		{"nir-15", `[>=3000000000000]#" "##" "##" "##" "###" "###" | "##;#" "##" "##" "##" "###" "###`, 290017512345678, "2 90 01 75 123 456 | 78", "290017512345678"},
		{"phone", `0#" "##" "##" "##" "##`, 612345678, "06 12 34 56 78", "612345678"},
		{"zip-code", "00000", 1230, "01230", ""},
		{"grouped", "#,##0.00", 1234567.891, "1\u202f234\u202f567.89", "1234567.891"},
		{"thousands", "#,##0,", 1234567, "1\u202f235", "1234567"},
		{"percent", "0.0%", 0.1234, "12.3%", ""},
		{"negative", "0;(0)", -12, "(12)", ""},
		{"zero-section", `0;-0;"néant"`, 0, "néant", ""},
		{"currency", `#,##0 [$€-40C]`, 1500, "1\u202f500 €", ""},
		{"exponent", "0.00E+00", 290017512345678, "290017512345678", ""},
		{"date", "dd/mm/yyyy", 45351, "29/02/2024", "2024-02-29"},
		{"date-french", "[$-40C]d mmmm yyyy", 45351, "29 février 2024", "2024-02-29"},
		{"date-english", "[$-409]mmmm d, yyyy", 45351, "February 29, 2024", "2024-02-29"},
		{"date-time", "dd/mm/yy hh:mm", 45351.75, "29/02/24 18:00", "2024-02-29 18:00:00"},
		{"minutes", "mm:ss", 0.5, "00:00", ""},
		{"elapsed", "[h]:mm", 1.5, "36:00", "1900-01-01 12:00:00"},
		{"afternoon", "h:mm AM/PM", 0.75, "6:00 PM", ""},
		{"early-1900", "dd/mm/yyyy", 1, "01/01/1900", "1900-01-01"},
		{"not-a-date", "dd/mm/yyyy", -5, "-5", ""},
		{"unclosed", `0 "abc`, 5, "5 abc", ""},
		{"escaped", `0\ 00\-00`, 12345, "1 23-45", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown, stored := parseFormat(c.code).show(c.v, false)
			if shown != c.shown || stored != c.stored {
				t.Errorf("show(%v) = %q, %q, want %q, %q", c.v, shown, stored, c.shown, c.stored)
			}
		})
	}
}

func FuzzNumFormat(f *testing.F) {
	f.Add(`[>=3]#" "##;[Red]-0.0%`, 12.5)
	f.Add(`\`, 1.0)
	f.Add("[h]:mm:ss.0", 1e300)
	f.Fuzz(func(t *testing.T, code string, v float64) {
		shown, stored := parseFormat(code).show(v, true)
		if len(shown)+len(stored) > 1<<16 {
			t.Errorf("%d bytes for one number", len(shown)+len(stored))
		}
	})
}
