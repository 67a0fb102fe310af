package sources

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"poterne"
)

// store answers questions about a bucket with these documents, by the name of the
// question; one that starts with "!" is a refusal with that code.
type store map[string]string

func (s store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	question := "list " + r.URL.Query().Get("prefix")
	for _, q := range []string{"policyStatus", "acl", "ownershipControls"} {
		if r.URL.Query().Has(q) {
			question = q
		}
	}
	answer, ok := s[question]
	if code, refused := strings.CutPrefix(answer, "!"); refused || !ok {
		w.WriteHeader(http.StatusNotFound)
		answer = "<Error><Code>" + code + "</Code></Error>"
	}
	io.WriteString(w, answer)
}

func (s store) open(t *testing.T) *Shares {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	shares, err := Open([]Root{{Share: "s", Dir: "s3+http" + strings.TrimPrefix(server.URL, "http") + "/seau"}}, Options{
		Keyring: Keyring{"": {User: "u", Password: "p", Region: "r"}}, Timeout: 5 * time.Second, Patience: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shares.Close() })
	return shares
}

// listing is an answer to ListObjectsV2 with these keys of two bytes each; those
// with "/" at their end that are not the prefix itself are common prefixes.
func listing(prefix string, keys ...string) string {
	b := "<ListBucketResult>"
	for _, k := range keys {
		if strings.HasSuffix(k, "/") && k != prefix {
			b += "<CommonPrefixes><Prefix>" + k + "</Prefix></CommonPrefixes>"
			continue
		}
		b += "<Contents><Key>" + k + "</Key><Size>2</Size><LastModified>2024-03-01T10:00:00.000Z</LastModified><ETag>e</ETag></Contents>"
	}
	return b + "</ListBucketResult>"
}

// TestS3KeysThatAreNoPaths wants a failure for each key that no path can name, and
// a folder and an object of one name kept apart.
func TestS3KeysThatAreNoPaths(t *testing.T) {
	shares := store{
		"list ":    listing("", "a", "a/", "/", "../", "b/", "c.txt"),
		"list a/":  listing("a/", "a/", "a//", "a/..", "a/d.txt"),
		"list b/":  listing("b/", "ailleurs/e.txt"),
		"list a//": listing("a//", "a//f.txt"),
	}.open(t)
	docs, kinds := map[string]bool{}, map[string]poterne.Kind{}
	for d, err := range shares.Documents(t.Context()) {
		var f *poterne.Failure
		if errors.As(err, &f) {
			kinds[d.Path] = f.Kind
			continue
		}
		docs[d.Path] = true
	}
	if diff := cmp.Diff(map[string]bool{"a": true, "c.txt": true, "a/d.txt": true}, docs); diff != "" {
		t.Errorf("documents (-want +got)\n%s", diff)
	}
	want := map[string]poterne.Kind{"/": poterne.Unsupported, "a//": poterne.Unsupported, "a/..": poterne.Unsupported, "../": poterne.Unsupported, "b": poterne.Vanished}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("failures (-want +got)\n%s", diff)
	}
}

func TestS3Audience(t *testing.T) {
	const (
		private  = "<AccessControlPolicy><AccessControlList><Grant><Grantee><ID>u</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>"
		enforced = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"
		writer   = "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>"
	)
	public := func(is string) string { return "<PolicyStatus><IsPublic>" + is + "</IsPublic></PolicyStatus>" }
	granted := func(group, permission string) string {
		return strings.Replace(private, "<Grant>", "<Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/"+group+"</URI></Grantee><Permission>"+permission+"</Permission></Grant><Grant>", 1)
	}
	for _, c := range []struct {
		name, policy, acl, owners string
		want                      poterne.Exposure
	}{
		{"public-policy", public("TRUE"), private, enforced, poterne.ExposureEveryone},
		{"private-policy", public("false"), private, enforced, poterne.ExposureGroup},
		{"no-policy", "!NoSuchBucketPolicy", private, enforced, poterne.ExposureGroup},
		{"objects-have-lists", public("false"), private, writer, poterne.ExposureUnknown},
		{"policy-not-told", "!NotImplemented", private, enforced, poterne.ExposureUnknown},
		{"owners-not-told", public("false"), private, "!AccessDenied", poterne.ExposureUnknown},
		{"nothing-told", "!AccessDenied", "!AccessDenied", "!AccessDenied", poterne.ExposureUnknown},
		{"list-open-to-all", "!NoSuchBucketPolicy", granted("AllUsers", "READ"), writer, poterne.ExposureEveryone},
		{"list-open-to-any-account", "!NoSuchBucketPolicy", granted("AuthenticatedUsers", "FULL_CONTROL"), writer, poterne.ExposureEveryone},
		{"list-open-to-write", "!NoSuchBucketPolicy", granted("AllUsers", "WRITE"), enforced, poterne.ExposureGroup},
		{"logs-written", "!NoSuchBucketPolicy", granted("LogDelivery", "READ"), enforced, poterne.ExposureGroup},
		{"damaged-answer", "<PolicyStatus><IsPublic>", private, enforced, poterne.ExposureUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			shares := store{"policyStatus": c.policy, "acl": c.acl, "ownershipControls": c.owners, "list ": listing("", "a.txt")}.open(t)
			if got := seen(t, shares, nil)["a.txt"].Exposure; got != c.want {
				t.Errorf("exposure %s, want %s", got, c.want)
			}
		})
	}
}
