package access

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
)

var (
	entryValues = map[conditions.Family][]string{
		conditions.StringFamily:  {"a", "b", "A", "*", "a*", "?", "${x:other}", "${*}", ""},
		conditions.NumericFamily: {"1", "2", "10", "no"},
		conditions.DateFamily:    {"2026-01-01", "2026-06-01"},
		conditions.BoolFamily:    {"true", "false", "a", "${x:other}"},
		conditions.BinaryFamily:  {"YQ==", "Yg=="},
		conditions.IPFamily:      {"10.0.0.0/8", "10.1.0.0/16", "::/0"},
		conditions.ARNFamily:     {"arn:aws:s3:::a", "arn:aws:s3:::*", "*", "arn:aws:s3:::${x:other}"},
		conditions.NullFamily:    {"true", "false"},
	}
	keyValues = [][]string{
		nil, {"a"}, {"b"}, {"A"}, {""}, {"*"}, {"${x:other}"}, {"1"}, {"2"}, {"true"}, {"false"}, {"2026-03-01"}, {"YQ=="}, {"10.1.2.3"}, {"10.2.2.3"},
		{"arn:aws:s3:::a"}, {"arn:aws:s3:::b"}, {"a", "a"}, {"a", "b"}, {"b", "c"}, {"1", "10"}, {"10.1.2.3", "10.2.2.3"}, {"arn:aws:s3:::a", "a"}, {"true", "true"},
	}
)

func randomEntry(r *rand.Rand, base conditions.Base) condition {
	for {
		op := conditions.Operator{Base: base, Set: conditions.SetOperator(r.IntN(3)), IfExists: r.IntN(3) == 0 && base != conditions.Null}
		pool := entryValues[base.Family()]
		var values []string
		for range r.IntN(4) {
			values = append(values, pool[r.IntN(len(pool))])
		}
		variables := r.IntN(4) > 0
		if entry, err := conditions.NewEntry(op, "x:key", values, variables); err == nil {
			return condition{entry: entry, variables: variables}
		}
	}
}

func contexts() []*conditions.Context {
	var out []*conditions.Context
	for _, values := range keyValues {
		for _, other := range []string{"", "a"} {
			c := conditions.NewContext()
			switch len(values) {
			case 0:
			case 1:
				c.Set("x:key", values[0])
			default:
				c.SetList("x:key", values...)
			}
			if other != "" {
				c.Set("x:other", other)
			}
			out = append(out, c)
		}
	}
	return out
}

const bases = 27

// TestBlockSaysTheSame compares two or three conditions on one key with the
// Condition element they are joined to, for every kind of value of the key.
func TestBlockSaysTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := contexts()
	joined, void, split := 0, 0, 0
	for range 8_000 {
		first := conditions.Base(r.IntN(bases))
		second := first
		if r.IntN(4) == 0 {
			second = conditions.Base(r.IntN(bases))
		}
		list := []condition{randomEntry(r, first), randomEntry(r, second)}
		if r.IntN(3) == 0 {
			list = append(list, randomEntry(r, first))
		}
		b, never, ok := block(list)
		if !ok {
			split++
			continue
		}
		var back conditions.Block
		for _, name := range b.operators {
			seen := map[string]bool{}
			for _, e := range b.entries[name] {
				require.False(t, seen[e.key], "one key stands twice under %s", name)
				seen[e.key] = true
				op, err := conditions.ParseOperator(name, false)
				require.NoError(t, err)
				entry, err := conditions.NewEntry(op, e.key, e.values, true)
				require.NoError(t, err)
				back = append(back, entry)
			}
		}
		if never {
			void++
		} else {
			joined++
		}
		for _, c := range all {
			env := &conditions.Env{Context: c}
			want := true
			for _, one := range list {
				want = want && one.entry.Eval(env) == conditions.True
			}
			got := !never && back.Eval(env) == conditions.True
			require.Equal(t, want, got, "%v under %v", describe(list), c.Names())
		}
	}
	require.Greater(t, joined, 4_000)
	require.Greater(t, void, 5)
	require.Greater(t, split, 20)
}

func describe(list []condition) []Condition { return Region{when: list}.Conditions() }

// TestNegatedIsTheOpposite holds every condition that has a counterpart to be false where it is true, and the other way round.
func TestNegatedIsTheOpposite(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	all := contexts()
	found := map[conditions.Family]int{}
	for range 4_000 {
		c := randomEntry(r, conditions.Base(r.IntN(bases)))
		n, always, ok := negated(c)
		if !ok {
			continue
		}
		found[c.entry.Operator().Base.Family()]++
		for _, context := range all {
			env := &conditions.Env{Context: context}
			got := always || n.entry.Eval(env) == conditions.True
			require.Equal(t, c.entry.Eval(env) != conditions.True, got, "%v under %v", describe([]condition{c}), context.Names())
		}
	}
	require.Greater(t, found[conditions.StringFamily], 200)
	require.Greater(t, found[conditions.NullFamily], 20)
}
