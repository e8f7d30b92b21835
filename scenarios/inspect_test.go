package scenarios

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Loading and Check together show every document once: those of the policy
// sets, and those that the scenarios carry. What an expected error is about
// is passed over.
func TestInspect(t *testing.T) {
	const suite = smallHead + `
  - name: session
    sessionPolicy: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
  - name: overlay
    policySet: { roles: [{ arn: arn:aws:iam::111122223333:role/App, inlinePolicies: { Other: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } } }] }
  - name: error
    expect: error
    sessionPolicy: { Version: 2012-10-17, Statement: { Effect: Allow, Action: "sqs:*", Resource: "*" } }
`
	var shown []string
	options := LoadOptions{Options: inventory.Options{Inspect: func(_ *source.Node, policy *model.Policy, _ string) {
		shown = append(shown, policy.Kind.String()+" "+policy.Name)
	}}}
	files := fstest.MapFS{"dir/suite.yaml": {Data: []byte(suite)}, "dir/policies.yaml": {Data: []byte(smallPolicies)}}
	loaded, found := LoadSuite(files, "dir/suite.yaml", options)
	require.NotNil(t, loaded, "%v", found)
	require.Empty(t, loaded.Check())
	slices.Sort(shown)
	require.Equal(t, []string{"identityPolicy Other", "identityPolicy Own", "sessionPolicy ", "trustPolicy trust policy"}, shown)
}
