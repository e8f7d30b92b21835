//go:build !race

package benchmarks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/benchmarks/organization"
	"iamsim/eval"
	"iamsim/model"
)

// A decision allocates nothing, whatever layers take part. (The race detector
// makes pools drop what they hold, and so allocates.)
func TestDecideAllocatesNothing(t *testing.T) {
	conditions := []organization.Condition{
		{Operator: "StringLike", Key: "aws:PrincipalTag/team", Values: []string{"data-*"}},
		{Operator: "IpAddress", Key: "aws:SourceIp", Values: []string{"203.0.113.0/24"}},
	}
	bucket := flatRequest(96)
	variable := flatRequest(96)
	variable.Action, variable.Resource = "s3:GetObject", "arn:aws:s3:::app-96-data-eu/report.json"
	type mix struct {
		name    string
		world   world
		request model.Request
		want    eval.Code
		// handle is set where only a request that was resolved before is decided
		// without allocating: a session policy belongs to the request.
		handle bool
	}
	everything := fullStack
	everything.conditions = conditions
	tests := []mix{
		{name: "identity", request: bucket, want: eval.AllowIdentity},
		{name: "implicit deny", request: flatRequest(100), want: eval.DenyImplicitIdentity},
		{name: "conditions", world: world{conditions: conditions}, request: bucket, want: eval.AllowIdentity},
		{name: "variables", world: world{variables: true}, request: variable, want: eval.AllowIdentity},
		{name: "full stack", world: fullStack, request: bucket, want: eval.AllowIdentity},
		{name: "full stack with conditions", world: everything, request: bucket, want: eval.AllowIdentity},
	}
	for _, l := range layers {
		tests = append(tests, mix{"layer " + l.name, l.world, l.request(t, bucket), eval.AllowIdentity, l.session || l.document})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := flat(t, 100, test.world)
			requireDecision(t, e, test.request, test.want)
			query, err := e.Prepare(test.request)
			require.NoError(t, err)
			if !test.handle {
				require.Zero(t, leastAllocs(func() { _, _ = e.Decide(test.request) }), "by name")
			}
			require.Zero(t, leastAllocs(func() { _, _ = query.Decide() }), "by handle")
		})
	}
}

// leastAllocs is the least of several counts: once in some thousand decisions
// the policies of a principal that has several are put into one tree, and a
// collection empties the pools. What every decision allocates shows in each count.
func leastAllocs(decide func()) float64 {
	least := testing.AllocsPerRun(100, decide)
	for range 4 {
		least = min(least, testing.AllocsPerRun(100, decide))
	}
	return least
}
