package eval_test

import (
	"testing"
)

func TestTriage(t *testing.T) {
	seen := map[string]int{}
	n := number(t, "TRIAGE", 40)
	from := number(t, "TRIAGE_SEED", 1)
	for seed := from; seed < from+n; seed++ {
		g := newGenerator(uint64(seed))
		w := g.world()
		e, err := w.engine(seed%2 == 0)
		if err != nil {
			t.Logf("LOAD seed %d: %v", seed, err)
			continue
		}
		for i := range requestsPerWorld {
			q := g.request()
			want := refDecide(w, q, w.options)
			got, err := engineAnswer(e, q.request())
			if err != nil {
				t.Logf("ERR %v", err)
				continue
			}
			if got == want {
				continue
			}
			pair := got.String() + " / " + want.String()
			seen[pair]++
			if seen[pair] <= number(t, "TRIAGE_EACH", 1) {
				t.Logf("=== seed %d request %d: engine %s\n%s", seed, i, pair, reproduction(w, q))
				g = newGenerator(uint64(seed))
				w = g.world()
				for range i + 1 {
					g.request()
				}
			}
		}
	}
	for p, n := range seen {
		t.Logf("PAIR %6d %s", n, p)
	}
}
