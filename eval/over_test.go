package eval_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// overlayOf makes an overlay from parts of a world: entities that the base has
// too are changed, others are added.
func overlayOf(t *testing.T, g *generator, w *refWorld) *source.Node {
	t.Helper()
	var set map[string]any
	require.NoError(t, json.Unmarshal(w.json(), &set))
	for part := range set {
		// An organization or a tree of accounts concerns every principal: mostly
		// left out, so that small changes are met too.
		if keep := map[string]int{"organization": 15}; g.chance(50) || part == "organization" && !g.chance(keep[part]) {
			delete(set, part)
		}
	}
	if list, ok := set["policies"].([]any); ok && set["organization"] == nil {
		set["policies"] = list[:g.IntN(len(list)+1)]
	}
	text, err := json.Marshal(set)
	require.NoError(t, err)
	node, err := source.Parse("overlay.json", text)
	require.NoError(t, err)
	return node
}

// TestOverEqualsCompile changes random worlds several times and compares an
// engine that compiled the changes alone with one that compiled everything.
func TestOverEqualsCompile(t *testing.T) {
	const worlds, changes, requests = 60, 3, 60
	changed := 0
	for seed := uint64(0); seed < worlds; seed++ {
		g := newGenerator(seed + 40_000)
		w := g.world()
		engine, err := w.engine(false)
		require.NoError(t, err)
		before := engine
		for range changes {
			other := newGenerator(g.Uint64())
			s, found := engine.Snapshot().WhatIf(overlayOf(t, g, other.world()), ".", nil, inventory.Options{})
			if model.HasErrors(found) {
				continue
			}
			over, err := engine.Over(s)
			require.NoError(t, err)
			afresh, err := eval.Compile(s, w.options)
			require.NoError(t, err)
			for range requests {
				r := g.request().request()
				want, err := engineAnswer(afresh, r)
				require.NoError(t, err)
				got, err := engineAnswer(over, r)
				require.NoError(t, err)
				require.Equal(t, want, got, "seed %d: %+v", seed, r)
				if was, _ := engineAnswer(before, r); was != want {
					changed++
				}
			}
			engine = over
		}
		require.Equal(t, w.options, engine.Options())
	}
	require.Greater(t, changed, 500, "the changes hardly change an answer")
}

// TestOverAnother takes a snapshot that no change leads to.
func TestOverAnother(t *testing.T) {
	one, other := newGenerator(1), newGenerator(2)
	a, err := one.world().engine(false)
	require.NoError(t, err)
	s, err := other.world().load(false)
	require.NoError(t, err)
	over, err := a.Over(s)
	require.NoError(t, err)
	afresh, err := eval.Compile(s, a.Options())
	require.NoError(t, err)
	for range 200 {
		r := other.request().request()
		want, err := engineAnswer(afresh, r)
		require.NoError(t, err)
		got, err := engineAnswer(over, r)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
