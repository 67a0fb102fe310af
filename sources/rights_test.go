package sources

import (
	"encoding/binary"
	"testing"

	"github.com/cloudsoda/sddl"

	"poterne"
)

// descriptor makes the bytes of a descriptor written in SDDL, by a library that
// shares no code with ours.
func descriptor(t testing.TB, text string) []byte {
	t.Helper()
	sd, err := sddl.FromString(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return sd.Binary()
}

const ann = "S-1-5-21-1-2-3-1001"

func TestRights(t *testing.T) {
	for _, c := range []struct {
		name, sddl string
		want       poterne.Exposure
	}{
		{"everyone", "O:" + ann + "D:(A;;FR;;;WD)", poterne.ExposureEveryone},
		{"generic-all", "O:" + ann + "D:(A;;GA;;;WD)", poterne.ExposureEveryone},
		{"guests", "O:" + ann + "D:(A;;FR;;;BG)", poterne.ExposureEveryone},
		{"authenticated", "O:" + ann + "D:(A;;FA;;;AU)", poterne.ExposureAuthenticated},
		{"domain-users", "O:" + ann + "D:(A;;FR;;;S-1-5-21-1-2-3-513)", poterne.ExposureAuthenticated},
		{"users", "O:" + ann + "D:(A;;FR;;;BU)", poterne.ExposureAuthenticated},
		{"named-group", "O:" + ann + "D:(A;;FR;;;S-1-5-21-1-2-3-2010)", poterne.ExposureGroup},
		{"owner-and-system", "O:" + ann + "D:(A;;FA;;;" + ann + ")(A;;FA;;;SY)(A;;FA;;;BA)", poterne.ExposureOwner},
		{"no-right-to-read", "O:" + ann + "D:(A;;0x2;;;WD)", poterne.ExposureOwner},
		{"inherit-only", "O:" + ann + "D:(A;OIIO;FA;;;WD)", poterne.ExposureOwner},
		{"denied-first", "O:" + ann + "D:(D;;FR;;;WD)(A;;FR;;;AU)", poterne.ExposureOwner},
		{"granted-before-denied", "O:" + ann + "D:(A;;FR;;;AU)(D;;FR;;;WD)", poterne.ExposureAuthenticated},
		{"users-denied-with-authenticated", "O:" + ann + "D:(D;;FR;;;AU)(A;;FR;;;BU)(A;;FR;;;S-1-5-21-1-2-3-2010)", poterne.ExposureGroup},
		{"denied-to-write-only", "O:" + ann + "D:(D;;0x2;;;WD)(A;;FR;;;WD)", poterne.ExposureEveryone},
		{"widest-of-several", "O:" + ann + "D:(A;;FR;;;S-1-5-21-1-2-3-2010)(A;;FR;;;WD)(A;;FR;;;AU)", poterne.ExposureEveryone},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseRights(descriptor(t, c.sddl))
			if err != nil || got.owner != ann || got.exposure != c.want {
				t.Errorf("got %+v, %v; want %s of %s", got, err, c.want, ann)
			}
		})
	}
}

// bare returns a descriptor without owner and list, with this control word.
func bare(control uint16) []byte {
	sd := make([]byte, 20)
	sd[0] = 1
	binary.LittleEndian.PutUint16(sd[2:], control)
	return sd
}

func TestNullListIsEveryoneAndEmptyListIsNobody(t *testing.T) {
	for name, sd := range map[string][]byte{"no-list": bare(0x8000), "null-list": bare(0x8000 | daclPresent)} {
		if r, err := parseRights(sd); err != nil || r.exposure != poterne.ExposureEveryone || r.owner != "" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	empty := append(bare(0x8000|daclPresent), 2, 0, 8, 0, 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(empty[16:], 20)
	if r, err := parseRights(empty); err != nil || r.exposure != poterne.ExposureOwner {
		t.Errorf("empty list: %+v, %v", r, err)
	}
}

// FuzzRights wants no panic, and no exposure from a descriptor that was cut.
func FuzzRights(f *testing.F) {
	whole := descriptor(f, "O:"+ann+"D:(D;;FR;;;BG)(A;;FR;;;WD)")
	for n := range whole {
		f.Add(whole[:n])
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, sd []byte) {
		if r, err := parseRights(sd); err != nil && r.exposure != poterne.ExposureUnknown {
			t.Errorf("%v with %+v", err, r)
		}
	})
}
