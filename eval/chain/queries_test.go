package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
)

// Queries are what Follow decides, one for each check of its steps.
func TestQueries(t *testing.T) {
	trust := `{Sid: Hub, Effect: Allow, Principal: {AWS: "` + hub + `"}, Action: ` + every + `, Condition: {StringEquals: {"sts:ExternalId": x1}}}`
	e := world(t, trust, "", "")
	for _, c := range []struct {
		name string
		hops []chain.Hop
		want int
	}{
		{"one call", []chain.Hop{{Role: hub}}, 1},
		{"with what must be allowed besides", []chain.Hop{{Role: hub, Tags: map[string]string{"a": "b"}, SourceIdentity: "alice"}}, 3},
		{"two calls", []chain.Hop{{Role: hub, SourceIdentity: "alice"}, {Role: target, ExternalID: "x1"}}, 4},
		{"the second is refused", []chain.Hop{{Role: hub}, {Role: target}, {Role: hub}}, 2},
		{"by a fixed rule", []chain.Hop{{Role: hub, SessionName: "a b"}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := model.Request{Principal: alice}
			queries, err := chain.Queries(e, start, c.hops)
			require.NoError(t, err)
			followed, err := chain.Follow(e, start, c.hops)
			require.NoError(t, err)
			var checks []*eval.Explanation
			for _, step := range followed.Steps {
				for _, check := range step.Checks {
					if check.Reason != "DENY_SERVICE_RULE" {
						checks = append(checks, check)
					}
				}
			}
			require.Len(t, queries, c.want)
			require.Len(t, checks, c.want)
			for i, q := range queries {
				x := q.Explain()
				require.Equal(t, checks[i].Action, x.Action)
				require.Equal(t, checks[i].Resource, x.Resource)
				require.Equal(t, checks[i].Principal, x.Principal)
				require.Equal(t, checks[i].Reason, x.Reason)
				require.Equal(t, checks[i].Statements, x.Statements)
				require.Equal(t, checks[i].Context, x.Context)
			}
		})
	}
	_, err := chain.Queries(e, model.Request{Principal: alice}, []chain.Hop{{Role: "Nobody"}})
	require.Error(t, err)
	_, err = chain.Queries(e, model.Request{Principal: alice}, []chain.Hop{{Role: hub, Action: "sts:Nothing"}})
	require.Error(t, err)
}
