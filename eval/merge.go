package eval

import (
	"math/rand/v2"
	"sync/atomic"
)

// A principal with several policies is decided by walking one tree for each
// of them. Those of a principal that is asked about again and again are put
// into one tree: decisions stay the same, and cost what one policy costs.
const (
	// mergeEvery and mergeEach are how many decisions it takes, on average, for
	// a set to be merged, and how many more for each of its statements: so many
	// that walking the trees has cost more than merging them does.
	mergeEvery = 1024
	mergeEach  = 8
	// mergeFrom is the number of policies from which on merging pays.
	mergeFrom = 3
	// mergeBudget bounds the statements of all merged sets of an engine, at
	// some hundred bytes each.
	mergeBudget = 1 << 21
)

// mergeSometimes merges the policies of a set, once in so many calls.
func (e *Engine) mergeSometimes(set *policySet) {
	if len(set.policies) >= mergeFrom && rand.Uint32()%(mergeEvery+mergeEach*uint32(set.statements)) == 0 {
		e.merge(set)
	}
}

// merge puts the policies of a set into one tree, if there is room for it.
func (e *Engine) merge(set *policySet) {
	if e.mergedStatements.Add(int64(set.statements)) > mergeBudget {
		e.mergedStatements.Add(-int64(set.statements))
		return
	}
	// Every pattern has its number: the policies were indexed one by one.
	b := newIndexer(e.vocabulary.number)
	b.x.merged = set.policies
	for i, p := range set.policies {
		b.owner = uint16(i)
		if err := b.statements(p.source); err != nil {
			panic("eval: an indexed policy does not compile: " + err.Error())
		}
	}
	c := &compiled{index: b.x}
	b.plant(c)
	b.finish()
	set.merged.CompareAndSwap(nil, &policy{source: set.policies[0].source, compiled: c})
}

// mergeCount counts the statements of the merged sets of an engine and of
// those made from it by changes.
type mergeCount = atomic.Int64
