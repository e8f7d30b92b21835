package eval

import (
	"math/rand/v2"
	"sync/atomic"
)

// A principal with several policies is decided by walking one tree for each
// of them. Those of a principal that is asked about again and again are put
// into one tree: decisions stay the same, and cost what one policy costs.
const (
	// mergeEvery is how many decisions it takes, on average, for a set to be
	// merged: so many that walking the trees costs more than merging them.
	mergeEvery = 1024
	// mergeFrom is the number of policies from which on merging pays.
	mergeFrom = 3
	// maxMerged bounds the statements of a set that is merged: beyond them the
	// number of trees is not what matters.
	maxMerged = 4096
	// mergeBudget bounds the statements of all merged sets of an engine, at
	// some hundred bytes each.
	mergeBudget = 1 << 20
)

// mergeSometimes merges the policies of a set, once in mergeEvery calls.
func (e *Engine) mergeSometimes(set *policySet) {
	if len(set.policies) >= mergeFrom && rand.Uint32()%mergeEvery == 0 {
		e.merge(set)
	}
}

// merge puts the policies of a set into one tree, unless they are too large.
func (e *Engine) merge(set *policySet) {
	statements := 0
	for _, p := range set.policies {
		if p.compiled == nil || p.index.merged != nil {
			return
		}
		statements += len(p.source.Statements)
	}
	if statements > maxMerged || e.mergedStatements.Add(int64(statements)) > mergeBudget {
		e.mergedStatements.Add(-int64(statements))
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
