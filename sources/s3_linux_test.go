package sources

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"poterne"
	"poterne/internal/s3test"
)

func openS3(t *testing.T, s *s3test.Server, prefix string, who Credentials) *Shares {
	t.Helper()
	shares, err := Open([]Root{{Share: "s", Dir: s.Address(prefix)}}, Options{
		Keyring: Keyring{"": who}, Timeout: 5 * time.Second, Patience: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shares.Close() })
	return shares
}

func reader(s *s3test.Server) Credentials { return Credentials{User: s.User, Password: s.Password} }

// TestS3KilledAndStartedAgain lists and reads 500 objects while the server is
// killed and started again.
func TestS3KilledAndStartedAgain(t *testing.T) {
	server, want := s3test.Start(t), map[string]bool{}
	for i := range 500 {
		p := fmt.Sprintf("dossier %d/été #%%20?+&/note %d.txt", i%20, i)
		server.Put("actes/"+p, "document "+p)
		want[p] = true
	}
	server.Put("autre.txt", "hors du préfixe")
	survives(t, server, openS3(t, server, "/actes", reader(server)), want, func(p string, d poterne.Document) {
		if d.Size != int64(len("document "+p)) || d.ModTime.IsZero() || d.Inode == 0 || d.Owner != server.User {
			t.Errorf("%s: %+v", p, d)
		}
	})
}

// TestS3ReadsOneVersion reads the second half of an object from the server's
// second life, and refuses to go on with another version of it.
func TestS3ReadsOneVersion(t *testing.T) {
	server := s3test.Start(t)
	server.Put("a.bin", long)
	server.Put("vide.txt", "")
	shares := openS3(t, server, "", reader(server))
	docs := seen(t, shares, nil)
	if got, err := readAll(t.Context(), shares, docs["vide.txt"]); err != nil || got != "" {
		t.Errorf("an empty object: %q, %v", got, err)
	}
	c := readsOn(t, server, shares, docs["a.bin"])
	defer c.Close()
	server.Put("a.bin", strings.Repeat("fedcba9876543210", 3*blockSize/16)+"fin")
	if _, err := c.ReadAt(make([]byte, 100), 0); !errors.Is(err, errChanged) {
		t.Errorf("another version: %v", err)
	}
	if d := seen(t, shares, nil)["a.bin"]; d.Size != docs["a.bin"].Size || d.Inode == docs["a.bin"].Inode {
		t.Error("another content of the same size looks unchanged")
	}
}

// TestS3ReadsTheVersionItOpened wants the version that was opened, where the bucket
// keeps them.
func TestS3ReadsTheVersionItOpened(t *testing.T) {
	server := s3test.Start(t)
	if err := server.Client.EnableVersioning(t.Context(), s3test.Bucket); err != nil {
		t.Fatal(err)
	}
	server.Put("a.txt", "un")
	server.Put("dossier/", "") // the mark of an empty folder
	server.Put("parti.txt", "x")
	if err := server.Client.RemoveObject(t.Context(), s3test.Bucket, "parti.txt", minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	shares := openS3(t, server, "", reader(server))
	docs := seen(t, shares, nil)
	if len(docs) != 1 {
		t.Errorf("listed %v", paths(docs))
	}
	c, err := shares.Open(t.Context(), docs["a.txt"])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	server.Put("a.txt", "deux")
	b := make([]byte, 2)
	if _, err := c.ReadAt(b, 0); err != nil || string(b) != "un" {
		t.Errorf("read %q, %v", b, err)
	}
}

func TestS3FailuresAreNamed(t *testing.T) {
	server := s3test.Start(t)
	server.Put("a.txt", "x")
	wrong := reader(server)
	wrong.Password = "faux"
	for _, c := range []struct {
		name, prefix string
		who          Credentials
		kind         poterne.Kind
	}{
		{"an-absent-prefix", "/absent", reader(server), poterne.Vanished},
		{"a-wrong-password", "", wrong, poterne.Denied},
		{"nobody", "", Credentials{}, poterne.Denied},
		{"an-absent-bucket", "-absent", reader(server), poterne.Vanished},
	} {
		t.Run(c.name, func(t *testing.T) {
			var kinds []poterne.Kind
			for d, err := range openS3(t, server, c.prefix, c.who).Documents(t.Context()) {
				var f *poterne.Failure
				if !errors.As(err, &f) || d.Path != "" {
					t.Fatalf("%q, %v", d.Path, err)
				}
				kinds = append(kinds, f.Kind)
				if text := f.Error(); strings.Contains(text, server.Host) || strings.Contains(text, s3test.Bucket) || strings.Contains(text, c.who.Password) && c.who.Password != "" {
					t.Errorf("the failure tells too much: %s", text)
				}
			}
			if len(kinds) != 1 || kinds[0] != c.kind {
				t.Errorf("failures %v, want %s", kinds, c.kind)
			}
		})
	}
	if _, err := Open([]Root{{Share: "s", Dir: "s3+http://nas.example/seau"}}, Options{}); err == nil {
		t.Error("objects would be read in clear from another machine")
	}
	if _, err := Open([]Root{{Share: "s", Dir: "s3+http://nas.example/seau"}}, Options{AllowHTTP: true}); err != nil {
		t.Error(err)
	}
}

// TestS3SaysWhoCanRead opens the bucket by its policy and wants it seen.
func TestS3SaysWhoCanRead(t *testing.T) {
	server := s3test.Start(t)
	server.Put("a.txt", "x")
	exposure := func(who Credentials) poterne.Exposure {
		return seen(t, openS3(t, server, "", who), nil)["a.txt"].Exposure
	}
	if got := exposure(reader(server)); got != poterne.ExposureGroup {
		t.Errorf("a closed bucket is %s", got)
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],
		"Resource":["arn:aws:s3:::seau/*","arn:aws:s3:::seau"]}]}`
	if err := server.Client.SetBucketPolicy(t.Context(), s3test.Bucket, policy); err != nil {
		t.Fatal(err)
	}
	if got := exposure(reader(server)); got != poterne.ExposureEveryone {
		t.Errorf("an open bucket is %s", got)
	}
	if got := exposure(Credentials{}); got != poterne.ExposureEveryone {
		t.Errorf("what nobody in particular reads is %s", got)
	}
}
