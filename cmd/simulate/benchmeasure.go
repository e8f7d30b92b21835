package main

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// meter takes the measurements of one run.
type meter struct {
	app      *app
	flags    *benchFlags
	report   *benchJSON
	tell     func(done, total int)
	snapshot *inventory.Snapshot
	engine   *eval.Engine
	requests []model.Request
}

// seconds is how long something takes.
func (m *meter) seconds(run func()) float64 {
	start := m.app.now()
	run()
	return m.app.now().Sub(start).Seconds()
}

// grown is by how many bytes the live heap is larger than it was.
func (m *meter) grown(from uint64) int {
	if now := m.flags.heap(); now > from {
		return int(now - from)
	}
	return 0
}

// liveHeap is the number of bytes that live objects take.
func liveHeap() uint64 {
	// What the first collection finds dead by finalizers and pools goes with the second.
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// decide measures deciding the requests: on one core, on all, and one by one.
func (m *meter) decide() {
	t := &m.report.Timings
	t.DecisionsPerSecondOneCore = m.rate(1)
	t.DecisionsPerSecondAllCores = m.rate(m.report.Machine.Processors)
	t.Latency = m.latency()
}

// rate is the number of decisions a second of so many workers, over whole
// passes through the mix until the duration has passed.
func (m *meter) rate(workers int) float64 {
	runtime.GC()
	decided := 0
	start := m.app.now()
	for {
		m.pass(workers)
		decided += len(m.requests)
		if passed := m.app.now().Sub(start); passed >= m.flags.duration {
			return float64(decided) / max(passed.Seconds(), 1e-9)
		}
	}
}

// benchBlock is how many requests a worker takes at a time.
const benchBlock = 256

// pass decides every request of the mix once.
func (m *meter) pass(workers int) {
	if workers == 1 {
		m.decideSome(m.requests)
		return
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for {
				end := int(next.Add(benchBlock))
				start := end - benchBlock
				if start >= len(m.requests) {
					return
				}
				m.decideSome(m.requests[start:min(end, len(m.requests))])
			}
		})
	}
	done.Wait()
}

// decideSome decides requests whose answers were counted before; those
// without an answer are asked like the others.
func (m *meter) decideSome(requests []model.Request) {
	for i := range requests {
		_, _ = m.engine.Decide(requests[i])
	}
}

// latency times every request of the mix once, in nanoseconds.
func (m *meter) latency() latencyJSON {
	runtime.GC()
	times := make([]int64, len(m.requests))
	before := m.app.now()
	for i := range m.requests {
		_, _ = m.engine.Decide(m.requests[i])
		after := m.app.now()
		times[i] = int64(after.Sub(before) / time.Nanosecond)
		before = after
	}
	slices.Sort(times)
	at := func(share float64) int64 { return times[min(len(times)-1, int(share*float64(len(times))))] }
	return latencyJSON{at(0.5), at(0.9), at(0.99), times[len(times)-1]}
}
