package eval_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// whoAnswer is how one principal can do something.
type whoAnswer struct {
	principal, reason string
	farSide           bool
	dependsOn         []string
	unanswered        bool
}

func (a whoAnswer) String() string {
	return fmt.Sprintf("%s %s far=%v %q unanswered=%v", a.principal, a.reason, a.farSide, a.dependsOn, a.unanswered)
}

// whoByLoop asks for every principal, one after the other.
func whoByLoop(t *testing.T, e *eval.Engine, q eval.WhoQuestion) []whoAnswer {
	var out []whoAnswer
	everySo := 0
	for row := range e.Snapshot().Principals() {
		r := model.Request{Principal: row.ARN, Action: q.Action, Resource: q.Resource, ResourceAccount: q.ResourceAccount, Context: q.Context, At: q.At}
		d, err := e.Decide(r)
		var unanswered *eval.UnansweredError
		var unusable *eval.RequestError
		switch {
		case errors.As(err, &unanswered):
			out = append(out, whoAnswer{principal: row.ARN, reason: eval.Decision{}.Reason.String(), unanswered: true})
			continue
		case errors.As(err, &unusable):
			continue
		}
		require.NoError(t, err)
		var dependsOn []string
		if everySo++; mayDepend(t, e, r) || everySo%explainEvery == 0 {
			x, err := e.Explain(r)
			require.NoError(t, err)
			dependsOn = x.DependsOn
		}
		if d.Allowed() || len(dependsOn) > 0 {
			out = append(out, whoAnswer{principal: row.ARN, reason: d.Reason.String(), farSide: d.FarSide, dependsOn: dependsOn})
		}
	}
	return out
}

// mayDepend spares asking for an explanation, which costs many decisions,
// where no key that was not supplied can matter.
func mayDepend(t *testing.T, e *eval.Engine, r model.Request) bool {
	query, err := e.Prepare(r)
	require.NoError(t, err)
	parts := query.Parts()
	env := parts.Env(query.Context())
	applies := make([]conditions.Truth, len(parts.All()))
	for i := range applies {
		applies[i] = parts.Applies(i, &env)
	}
	worst, best := parts.Decide(applies, &env)
	return worst.Allowed() != best.Allowed()
}

func whoByIndex(t *testing.T, e *eval.Engine, q eval.WhoQuestion) []whoAnswer {
	query, err := e.PrepareWho(q)
	require.NoError(t, err)
	var out []whoAnswer
	last := ""
	for principal, grant := range query.Grants() {
		require.Less(t, last, principal, "names ascend")
		last = principal
		if _, declared := e.Snapshot().Principal(principal); !declared {
			require.Contains(t, []eval.GranteeKind{eval.GranteeSession, eval.GranteeFed}, grant.Kind, principal)
			continue
		}
		out = append(out, whoAnswer{principal, grant.Decision.Reason.String(), grant.Decision.FarSide, grant.DependsOn, grant.Unanswered != nil})
		requirePath(t, &grant)
	}
	return out
}

// requirePath holds a path to telling at least one statement of every layer
// that grants by statements.
func requirePath(t *testing.T, g *eval.Grant) {
	if g.Unanswered != nil {
		return
	}
	path := g.Path()
	for _, layer := range path.GrantedBy {
		if layer == eval.KMSGrantType || layer == eval.ServiceRuleType {
			continue
		}
		require.True(t, slices.ContainsFunc(path.Statements, func(s eval.PathStatement) bool { return s.PolicyType == layer }),
			"%v names no statement of %s", path, layer)
	}
	if g.Decision.FarSide {
		return
	}
	require.NotEmpty(t, path.GrantedBy)
}

// TestWhoCanIsTheLoop compares, on random worlds, who can do something
// according to the index with asking for every principal.
// IAMSIM_WHOCAN is the number of worlds.
func TestWhoCanIsTheLoop(t *testing.T) {
	const questions = 30
	worlds := number(t, "IAMSIM_WHOCAN", 40)
	counts := map[string]int{}
	for seed := number(t, "IAMSIM_WHOCAN_SEED", 1); worlds > 0; seed, worlds = seed+1, worlds-1 {
		g := newGenerator(uint64(seed))
		w := g.world()
		e, err := w.engine(false)
		require.NoError(t, err)
		for range questions {
			asked := g.request()
			if g.chance(40) {
				asked.context = nil
			}
			r := asked.request()
			q := eval.WhoQuestion{Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount, Context: r.Context, At: r.At}
			if _, err := e.PrepareWho(q); err != nil {
				counts["unusable"]++
				require.Empty(t, whoByLoop(t, e, q), "seed %d: %v", seed, err)
				continue
			}
			want, got := whoByLoop(t, e, q), whoByIndex(t, e, q)
			if !slices.EqualFunc(want, got, func(a, b whoAnswer) bool { return a.String() == b.String() }) {
				t.Fatalf("seed %d: %s %s %s at %v, context %v\nloop  %v\nindex %v\noptions %+v\n%s",
					seed, r.Action, r.Resource, r.ResourceAccount, r.At, asked.context, want, got, w.options, w.json())
			}
			counts["questions"]++
			for _, a := range got {
				switch {
				case a.unanswered:
					counts["unanswered"]++
				case len(a.dependsOn) > 0:
					counts["conditional"]++
				default:
					counts["always"]++
				}
			}
		}
	}
	t.Log(counts)
	for _, name := range []string{"questions", "unusable", "conditional", "always"} {
		require.Positive(t, counts[name], name)
	}
}
