package inventory

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An export is one account's answer of AWS: what a policy set says stands in a file of its own.
func TestExportsHoldNoPolicySet(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"resources", `{"UserDetailList": [], "resources": [{"arn": "arn:aws:sqs:eu-west-1:111122223333:q"}]}`, []string{
			`in.json:1:24: error: an account export has no field "resources", which belongs to policy sets; put it into a file of its own`,
		}},
		{"several, also without entries", `{"roles": [], "RoleDetailList": [], "organization": null}`, []string{
			`in.json:1:2: error: an account export has no field "roles", which belongs to policy sets; put it into a file of its own`,
			`in.json:1:37: error: an account export has no field "organization", which belongs to policy sets; put it into a file of its own`,
		}},
		{"a field that AWS may add", `{"UserDetailList": [], "ServerCertificateList": []}`, []string{}},
		{"its own list of policies", `{"UserDetailList": [], "Policies": []}`, []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			l.AddData("in.json", []byte(tt.text))
			inv, found := l.Finish()
			require.Equal(t, tt.want, lines(found))
			require.Equal(t, len(tt.want) == 0, inv != nil)
			for _, d := range found {
				require.Equal(t, "unknown-field", d.ID)
			}
		})
	}
}

// G8: the last page of one account says nothing about another's.
func TestTruncatedExportsOfSeveralAccounts(t *testing.T) {
	const (
		first  = `{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/u"}], "IsTruncated": true, "Marker": "x"}`
		last   = `{"RoleDetailList": [{"Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": ` + trustJSON + `}], "IsTruncated": false}`
		other  = `{"UserDetailList": [{"Arn": "arn:aws:iam::444455556666:user/u"}], "IsTruncated": false}`
		second = `{"UserDetailList": [{"Arn": "arn:aws:iam::444455556666:user/v"}], "IsTruncated": true, "Marker": "y"}`
		none   = `{"UserDetailList": [], "IsTruncated": true, "Marker": "z"}`
	)
	report := func(file string) string {
		return file + ":1:1: warning: the account export is truncated and its last page is not in the inputs [G8]; add the other pages"
	}
	for _, tt := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"the other account is complete", []string{first, other}, []string{report("0.json")}},
		{"the other account comes first", []string{other, first}, []string{report("1.json")}},
		{"both are truncated", []string{first, second}, []string{report("0.json"), report("1.json")}},
		{"the last page follows", []string{first, other, last}, []string{}},
		{"the last page comes first", []string{last, first}, []string{}},
		{"no account at all", []string{none}, []string{report("0.json")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			for i, text := range tt.files {
				l.AddData(string(rune('0'+i))+".json", []byte(text))
			}
			inv, found := l.Finish()
			require.NotNil(t, inv)
			require.Equal(t, tt.want, lines(found))
			for _, d := range found {
				require.Equal(t, "truncated-export", d.ID)
			}
		})
	}
}
