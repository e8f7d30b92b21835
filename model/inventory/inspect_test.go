package inventory

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
)

const inspectedSet = `
users:
  - arn: arn:aws:iam::111122223333:user/u
    inlinePolicies: { I: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } }
    permissionsBoundary: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
roles:
  - arn: arn:aws:iam::111122223333:role/r
    trustPolicyFile: trust.json
policies:
  - arn: arn:aws:iam::111122223333:policy/P
    document: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
  - arn: arn:aws:iam::aws:policy/Own
    document: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "iam:PassRole", Resource: "*" } }
  - name: Guard
    document: { Version: 2012-10-17, Statement: { Effect: Deny, Action: "s3:*", Resource: "*" } }
resources:
  - arn: arn:aws:s3:::b
    account: "111122223333"
    policy: { Version: 2012-10-17, Statement: { Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" } }
`

const inspectedExport = `{"UserDetailList":[],"RoleDetailList":[{"Arn":"arn:aws:iam::111122223333:role/x",
"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}},
"RolePolicyList":[{"PolicyName":"J","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}]}]}`

// Every document is shown, with its owner; AWS's own only on demand, which
// also keeps the warnings about them.
func TestInspect(t *testing.T) {
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`
	files := fstest.MapFS{"set.yaml": {Data: []byte(inspectedSet)}, "trust.json": {Data: []byte(trust)}, "export.json": {Data: []byte(inspectedExport)}}
	want := []string{
		"identityPolicy I arn:aws:iam::111122223333:user/u",
		"identityPolicy J arn:aws:iam::111122223333:role/x",
		"identityPolicy P arn:aws:iam::111122223333:policy/P",
		"permissionsBoundary permissions boundary arn:aws:iam::111122223333:user/u",
		"resourcePolicy resource policy arn:aws:s3:::b",
		"serviceControlPolicy Guard ",
		"trustPolicy trust policy arn:aws:iam::111122223333:role/r",
		"trustPolicy trust policy arn:aws:iam::111122223333:role/x",
	}
	for awsManaged, more := range map[bool][]string{false: nil, true: {"identityPolicy Own arn:aws:iam::aws:policy/Own"}} {
		var shown []string
		l := NewLoader(files, Options{AWSManaged: awsManaged, Inspect: func(document *source.Node, policy *model.Policy, owner string) {
			require.NotNil(t, document.Get("Statement"))
			shown = append(shown, fmt.Sprintf("%v %s %s", policy.Kind, policy.Name, owner))
		}})
		l.Add("set.yaml")
		l.Add("export.json")
		inv, found := l.Finish()
		require.NotNil(t, inv, "%v", found)
		require.Len(t, found, len(more))
		slices.Sort(shown)
		all := slices.Concat(want, more)
		slices.Sort(all)
		require.Equal(t, all, shown)
	}
}

// The program's own settings are no input, and the quota of customers does
// not bind AWS.
func TestSettingsAreNoInput(t *testing.T) {
	files := fstest.MapFS{"d/.simulate.yaml": {Data: []byte("suppress: []")}, "d/set.yaml": {Data: []byte("users: [{arn: 'arn:aws:iam::111122223333:user/u'}]")}}
	inv, found := Load(files, "d")
	require.NotNil(t, inv)
	require.Empty(t, found)
}
