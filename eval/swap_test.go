package eval_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// TestSwapUnderLoad decides on several goroutines while another one puts
// engines with changes in place of one another: each answer is that of the
// engine that was asked. The race detector watches what engines share.
func TestSwapUnderLoad(t *testing.T) {
	g := newGenerator(7)
	w := g.world()
	w.options = eval.Options{}
	first, err := w.engine(false)
	require.NoError(t, err)
	requests := make([]model.Request, 40)
	for i := range requests {
		requests[i] = g.request().request()
	}
	answers := func(e *eval.Engine) []refAnswer {
		out := make([]refAnswer, len(requests))
		for i, r := range requests {
			out[i], _ = engineAnswer(e, r)
		}
		return out
	}
	engines, want := []*eval.Engine{first}, [][]refAnswer{answers(first)}
	for len(engines) < 6 {
		s, found := engines[len(engines)-1].Snapshot().WhatIf(overlayOf(t, g, newGenerator(g.Uint64()).world()), ".", nil, inventory.Options{})
		if model.HasErrors(found) {
			continue
		}
		e, err := eval.Compile(s, w.options)
		require.NoError(t, err)
		engines, want = append(engines, e), append(want, answers(e))
	}

	type state struct {
		engine *eval.Engine
		number int
	}
	var current atomic.Pointer[state]
	current.Store(&state{first, 0})
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				s, r := current.Load(), requests[i%len(requests)]
				got, _ := engineAnswer(s.engine, r)
				if want := want[s.number][i%len(requests)]; got != want {
					t.Errorf("engine %d says %v of request %d, and said %v", s.number, got, i%len(requests), want)
					return
				}
			}
		})
	}
	engine := first
	for round := range 20 {
		n := 1 + round%(len(engines)-1)
		if n == 1 {
			engine = first
		}
		over, err := engine.Over(engines[n].Snapshot())
		require.NoError(t, err)
		engine = over
		current.Store(&state{engine, n})
	}
	stop.Store(true)
	readers.Wait()
}
