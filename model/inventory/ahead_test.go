package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
)

// many are the roles of a policy set and of an account export, and managed
// policies as NDJSON: so many that their documents are read ahead, with faults
// and lints in some of them.
func many() map[string]string {
	document := func(i int) string {
		action := fmt.Sprintf("s3:Get%d", i)
		switch i % 7 {
		case 3:
			action = "s3"
		case 5:
			action = "s3:Get Object"
		}
		return fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": %q, "Resource": "*",
 "Condition": {"StringEquals": {"aws:PrincipalTag/team": "t%d"}, "StringLike": {"aws:Nothing": "x"}}}]}`, action, i%3)
	}
	var roles, users, exported, versions, records []string
	for i := range 700 {
		arn := fmt.Sprintf("arn:aws:iam::111122223333:role/r%d", i)
		roles = append(roles, fmt.Sprintf(`{"arn": %q, "trustPolicy": %s, "inlinePolicies": {"a": %s, "b": %s}, "tags": {"team": "t%d"}}`,
			arn, trustJSON, document(i), document(i+1), i%2))
		users = append(users, fmt.Sprintf(`{"arn": "arn:aws:iam::111122223333:user/u%d", "permissionsBoundary": %s}`, i, document(i)))
		exported = append(exported, fmt.Sprintf(`{"Arn": %q, "AssumeRolePolicyDocument": %s, "RolePolicyList": [{"PolicyName": "a", "PolicyDocument": %s}]}`,
			arn, trustJSON, document(i)))
		versions = append(versions, fmt.Sprintf(`{"Arn": "arn:aws:iam::111122223333:policy/p%d", "PolicyVersionList": [
 {"VersionId": "v1", "IsDefaultVersion": false, "Document": %s}, {"VersionId": "v2", "IsDefaultVersion": true, "Document": %s}]}`, i, document(i), document(i+2)))
		records = append(records, fmt.Sprintf(`{"arn": "arn:aws:iam::111122223333:policy/p%d", "document": %s}`, i, document(i)))
	}
	list := func(items []string) string { return "[" + strings.Join(items, ",\n") + "]" }
	return map[string]string{
		"set":    `{"roles": ` + list(roles) + `, "users": ` + list(users) + `, "policies": ` + list(records) + `}`,
		"export": `{"RoleDetailList": ` + list(exported) + `, "Policies": ` + list(versions) + `}`,
		"lines":  strings.Join(records, "\n"),
	}
}

// What is read ahead is what reading each document by itself gives.
func TestReadAhead(t *testing.T) {
	for name, text := range many() {
		for _, faulty := range []bool{true, false} {
			if !faulty {
				text = strings.ReplaceAll(text, `"s3"`, `"s3:*"`)
			}
			t.Run(fmt.Sprint(name, " faulty ", faulty), func(t *testing.T) {
				var want []model.Diagnostic
				inspected := 0
				l := NewLoader(nil, Options{Inspect: func(document *source.Node, policy *model.Policy, owner string) {
					alone, found := model.ReadPolicy(document, policy.Kind, model.ReadOptions{})
					alone.Name, alone.ARN = policy.Name, policy.ARN
					require.Equal(t, alone, policy)
					want = append(want, found...)
					inspected++
				}})
				l.AddData("in.json", []byte(text))
				inv, found := l.Finish()
				require.Greater(t, inspected, 500)
				require.Equal(t, faulty, inv == nil)
				require.Equal(t, faulty, model.HasErrors(found))
				var warnings []model.Diagnostic
				for _, d := range found {
					if d.ID == "action-blank" {
						warnings = append(warnings, d)
					}
				}
				require.NotEmpty(t, warnings)
				model.SortDiagnostics(want)
				if !faulty {
					require.Equal(t, lines(want), lines(found))
				}
				again := NewLoader(nil, Options{})
				again.AddData("in.json", []byte(text))
				_, repeated := again.Finish()
				require.Equal(t, found, repeated)
			})
		}
	}
}
