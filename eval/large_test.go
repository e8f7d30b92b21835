package eval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

// TestLargeSets gives callers up to 20,000 statements and compares deciding by
// name, by handle, with merged policies and statement by statement; with
// fewer statements, with the reference too.
func TestLargeSets(t *testing.T) {
	for n, tt := range []struct{ documents, requests, referenced int }{
		{1, 60, 60}, {5, 60, 60}, {60, 60, 20}, {700, 30, 4}, {5_000, 15, 1},
	} {
		g := newGenerator(uint64(n) + 90_000)
		w := g.world()
		// Denies for everybody would leave little to tell apart.
		few := func() *refDoc {
			d := g.document(model.IdentityPolicy)
			for _, s := range d.stmts {
				if s.effect == "Deny" && !g.chance(400/(tt.documents+3)) {
					s.effect = "Allow"
				}
			}
			return d
		}
		statements := 0
		for _, i := range []*refIdentity{w.users[0], w.roles[0]} {
			i.inline = nil
			for range tt.documents {
				d := few()
				statements += len(d.stmts)
				i.inline = append(i.inline, d)
			}
		}
		e, err := w.engine(true)
		require.NoError(t, err)
		for i := range tt.requests {
			if i == tt.requests/2 {
				e.MergeAll()
			}
			q := g.request()
			if g.chance(80) {
				q.principal = []string{w.users[0].arn, w.roles[0].arn}[g.IntN(2)]
				q.session, q.parentUser, q.sessionPolicies, q.sessionARNs = nil, "", nil, nil
			}
			r := q.request()
			got, err := engineAnswer(e, r)
			require.NoError(t, err)
			if i < tt.referenced {
				require.Equal(t, refDecide(w, q, w.options), got, "%d statements, request %d\n%s", statements, i, q)
			}
			handle, err := prepared(e, r)
			require.NoError(t, err)
			require.Equal(t, got, handle)
			if query, err := e.Prepare(r); err == nil {
				listed, err := answerOf(query.DecideListed())
				require.NoError(t, err)
				require.Equal(t, got, listed, "%d statements, request %d\n%s", statements, i, q)
			}
		}
		t.Logf("%d statements", statements)
	}
}
