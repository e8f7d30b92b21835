package chain_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval/chain"
)

// worlds is how many random inventories the searches are compared on: 2,000,
// or what the environment variable IAMSIM_CHAIN_WORLDS says; under the race
// detector a tenth.
func worlds(t *testing.T) int {
	if underRace {
		return 200
	}
	n, err := strconv.Atoi(cmp.Or(os.Getenv("IAMSIM_CHAIN_WORLDS"), "2000"))
	require.NoError(t, err)
	return n
}

// TestGraphAgreesWithBruteForce compares edges, chains, chains that end up able
// to do an action, and cycles with what trying everything finds.
func TestGraphAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	const shards = 2
	counts := make([]map[string]int, shards)
	most := worlds(t)
	t.Run("worlds", func(t *testing.T) {
		for shard := range shards {
			counts[shard] = map[string]int{}
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for seed, compared := uint64(shard), 0; compared < most/shards; seed += shards {
					w := newRandomWorld(seed)
					if w.trials() > w.most() {
						continue
					}
					compared++
					compareGraph(t, seed, w, counts[shard])
				}
			})
		}
	})
	least := 10
	if underRace {
		least = 0
	}
	for _, kind := range []string{
		"never", "if", "always", "1 hop", "2 hops", "3 hops", "able after 0 hops", "able after 1 hop", "able after 2 hops",
		"cycle of 1 hop", "cycle of 2 hops", "cycle of 3 hops", "4 keys", "5 keys", "6 keys",
	} {
		require.GreaterOrEqual(t, counts[0][kind]+counts[1][kind], least, "%s: %v", kind, counts)
	}
}

// most bounds the calls that brute force makes in one world.
func (w *randomWorld) most() int {
	if len(w.keys) > 4 {
		return 700
	}
	return 200
}

// trials is how many calls brute force makes.
func (w *randomWorld) trials() int {
	b := newBrute(nil, w, nil)
	return len(b.calls) * (len(w.users) + len(w.roles)*len(b.starts(w.roles[0]))) * len(w.roles)
}

func hopsText(n int) string {
	if n == 1 {
		return "1 hop"
	}
	return fmt.Sprintf("%d hops", n)
}

func compareGraph(t *testing.T, seed uint64, w *randomWorld, count map[string]int) {
	e := w.engine(t)
	g, err := chain.Build(e, chain.Given{})
	require.NoError(t, err)
	b := newBrute(t, w, e)
	count[fmt.Sprintf("%d keys", len(w.keys))]++
	kinds := map[string]chain.EdgeKind{}
	g.Edges(false, func(edge chain.Edge) bool {
		kinds[edge.From+" "+edge.To] = edge.Kind
		return true
	})
	for _, from := range append(slices.Clone(w.users), w.roles...) {
		reached := b.reach(from)
		for _, to := range w.roles {
			if from == to {
				continue
			}
			want := b.edge(from, to)
			passes := w.mentions("aws:RequestTag/team") || w.mentions("sts:SourceIdentity") || w.mentions("aws:SourceIdentity")
			if got := kinds[from+" "+to]; got != want && !(got == chain.If && want == chain.Always && passes) {
				t.Fatalf("seed %d: the edge from %s to %s is %s, brute force says %s, of the keys %v\n%s", seed, from, to, got, want, w.keys, w.text())
			}
			count[want.String()]++
			hops := 0
			if found := find(t, g, chain.Question{From: from, To: to}); len(found.Paths) > 0 {
				hops = len(found.Paths[0].Edges)
			}
			if hops != reached.role[to] {
				t.Fatalf("seed %d: from %s to %s %d hops were found, brute force has %d\n%s", seed, from, to, hops, reached.role[to], w.text())
			}
			count[hopsText(hops)]++
		}
		if seed/2%2 == 0 {
			compareAble(t, seed, w, g, from, reached.able, count)
		}
	}
	compareCycles(t, seed, w, g, b, count)
}

func compareAble(t *testing.T, seed uint64, w *randomWorld, g *chain.Graph, from string, want, count map[string]int) {
	found := find(t, g, chain.Question{From: from, Action: finalAction, Resource: finalResource})
	able := map[string]int{}
	for _, p := range found.Paths {
		able[p.To] = len(p.Edges)
		count["able after "+hopsText(len(p.Edges))]++
	}
	require.False(t, found.Incomplete, "seed %d: %v", seed, found.Cut)
	require.Equal(t, want, able, "seed %d: from %s\n%s", seed, from, w.text())
}

func compareCycles(t *testing.T, seed uint64, w *randomWorld, g *chain.Graph, b *brute, count map[string]int) {
	found, err := g.Cycles(chain.CycleQuestion{})
	require.NoError(t, err)
	require.Empty(t, found.Cut)
	var got []string
	for _, p := range found.Paths {
		names := []string{p.From}
		for _, e := range p.Edges {
			names = append(names, e.To)
		}
		got = append(got, strings.Join(names, " "))
		count["cycle of "+hopsText(len(p.Edges))]++
	}
	want := b.cycles()
	slices.SortStableFunc(want, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, " "), strings.Count(b, " ")), cmp.Compare(a, b))
	})
	require.Equal(t, want, got, "seed %d\n%s", seed, w.text())
}
