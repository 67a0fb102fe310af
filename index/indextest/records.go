package indextest

import (
	"time"

	"poterne"
)

// Records returns the made records of the suite; no person is meant.
func Records() []poterne.Record {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 10, 0, 0, 0, time.UTC) }
	make := func(share, path, member string, level poterne.Level, class poterne.Class, size int64, when time.Time, fs ...poterne.Finding) poterne.Record {
		return poterne.Record{
			Document: poterne.Document{ID: poterne.NewID(share, path, member), Share: share, Path: path, Member: member,
				Size: size, ModTime: when, Owner: `DOM\Agent-` + share, Exposure: poterne.ExposureGroup},
			Format: "docx", Findings: fs, Run: "run-1", ScannedAt: day(2026, 1, 2),
			Stamp:      poterne.Stamp{Content: poterne.Version("content-" + path), Rules: "r1"},
			Assessment: poterne.Assessment{Level: level, Hosting: poterne.Hosting{Class: class}, Actor: "etat", Doctrine: "sren"},
		}
	}
	nir := poterne.Finding{Rule: "fr-nir", Category: "identite", Count: 14, Distinct: 12, Confidence: 0.95, Level: poterne.Personal,
		Masked: []string{"2 •• 84"}, Prints: []poterne.Fingerprint{"AbC_-123", "dEf"}, Tags: []poterne.Tag{poterne.TagPerson},
		Spots: []poterne.Spot{{Place: poterne.Place{Zone: poterne.ZoneCell, Sheet: "Paie", Column: 4, Header: "Numéro de sécurité sociale"}, Count: 14}},
		Trace: []poterne.Step{{Name: "form"}}}
	care := poterne.Finding{Rule: "sante", Category: "sante", Count: 9, Distinct: 4, Confidence: 0.7, Level: poterne.Sensitive}
	mark := poterne.Finding{Rule: poterne.RuleMarking, Category: poterne.CategoryMarking, Mark: "dr", Count: 1, Distinct: 1, Confidence: 0.9, Level: poterne.Restricted}
	mail := poterne.Finding{Rule: "email", Category: "contact", Count: 1, Distinct: 1, Confidence: 0.5, Level: poterne.Internal, Tags: []poterne.Tag{poterne.TagExample}}

	pay := make("RH", "RH/2024/paie_mars.xlsx", "", poterne.Sensitive, poterne.H3, 2_000_000, day(2024, 3, 1), nir, care)
	pay.Format = "xlsx"
	pay.Assessment.Hosting.Flags = []poterne.Flag{poterne.FlagHDS}
	pay.Assessment.Categories = []string{"identite", "sante"}
	pay.Assessment.Confirm = true
	deaths := make("RH", "RH/2019/Relevé des décès.docx", "", poterne.Personal, poterne.H1, 48_213, day(2019, 12, 31), mail)
	deaths.Exposure = poterne.ExposureEveryone
	zip := make("RH", "RH/2024/archives.zip", "", poterne.Restricted, poterne.H4, 900, day(2024, 3, 31))
	zip.Format = "zip"
	zip.Assessment.Hosting.Flags = []poterne.Flag{poterne.FlagDR}
	member := make("RH", "RH/2024/archives.zip", "dans/note de service.odt", poterne.Restricted, poterne.H4, 500, day(2024, 3, 30), mark)
	member.Format = "odt"
	member.Assessment.Hosting.Flags = []poterne.Flag{poterne.FlagDR}
	locked := make("Sûreté", "l'État/note verrouillée.docx", "", poterne.Unassessed, poterne.ClassUnknown, 1_500_000, day(2020, 3, 15))
	locked.Failure = poterne.Fail(poterne.StageExtract, poterne.Encrypted, nil)
	locked.Owner = ""
	public := make("Sûreté", "public/avis.txt", "", poterne.Public, poterne.H0, 1000, time.Time{})
	public.Format = "txt"
	hostile := make("Sûreté", "public/a\xffb\x1b[31m\u202e!.txt", "", poterne.Public, poterne.H0, 0, day(2021, 6, 1))
	hostile.Format = "txt"
	return []poterne.Record{pay, deaths, zip, member, locked, public, hostile}
}
