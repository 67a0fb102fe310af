package sources

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"poterne"
)

// ask asks the store who can read the objects of the bucket. It is open to all by
// its policy or by its list. It is closed to all but named accounts where neither is
// and where objects cannot have lists of their own; else, and where the store does
// not say, it is unknown.
func (s *s3Server) ask(ctx context.Context) (poterne.Exposure, error) {
	if s.anonymous {
		return poterne.ExposureEveryone, nil // we are anyone
	}
	var policy struct {
		IsPublic bool // GetBucketPolicyStatus
	}
	known, err := s.tell(ctx, "policyStatus", &policy, "NoSuchBucketPolicy")
	if err != nil {
		return poterne.ExposureUnknown, err
	}
	var list struct { // GetBucketAcl
		Grants []struct {
			URI        string `xml:"Grantee>URI"`
			Permission string
		} `xml:"AccessControlList>Grant"`
	}
	if _, err := s.tell(ctx, "acl", &list); err != nil {
		return poterne.ExposureUnknown, err
	}
	// Both groups are everyone: any account of the store, anybody's.
	groups := []string{"http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}
	for _, g := range list.Grants {
		if slices.Contains(groups, g.URI) && (g.Permission == "READ" || g.Permission == "FULL_CONTROL") {
			return poterne.ExposureEveryone, nil
		}
	}
	if policy.IsPublic {
		return poterne.ExposureEveryone, nil
	}
	var owners struct { // GetBucketOwnershipControls
		Rules []string `xml:"Rule>ObjectOwnership"`
	}
	if _, err := s.tell(ctx, "ownershipControls", &owners); err != nil {
		return poterne.ExposureUnknown, err
	}
	if known && slices.Contains(owners.Rules, "BucketOwnerEnforced") {
		return poterne.ExposureGroup, nil
	}
	return poterne.ExposureUnknown, nil
}

// tell asks a question about the bucket that the library has no word for, and
// reports whether the store answered it: with a document, or by saying that there
// is none, with the code none. Its error is a lost connection.
func (s *s3Server) tell(ctx context.Context, question string, answer any, none ...string) (bool, error) {
	u, err := s.client.Presign(ctx, http.MethodGet, s.bucket, "", time.Minute, url.Values{question: {""}})
	if err != nil {
		if err = s3Error(err); errors.As(err, new(*lostError)) {
			return false, err
		}
		return false, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return false, nil
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return false, &lostError{unaddressed(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // a list has at most 100 grants
	switch {
	case err != nil:
		return false, err
	case resp.StatusCode == http.StatusOK:
		return xml.Unmarshal(body, answer) == nil, nil
	case resp.StatusCode == http.StatusServiceUnavailable:
		return false, &lostError{errors.New(resp.Status)}
	}
	var refusal struct{ Code string }
	return xml.Unmarshal(body, &refusal) == nil && slices.Contains(none, refusal.Code), nil
}
