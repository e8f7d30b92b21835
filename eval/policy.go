package eval

import (
	"sync/atomic"

	"iamsim/model"
)

// policy is a document ready for deciding: indexed, if it belongs to the
// inventory, and statement by statement for what looks at each of them.
type policy struct {
	source *model.Policy
	// compiled is nil where the document is not the inventory's, such as a
	// request's session policy.
	*compiled
	// listed holds the statements when they were asked for.
	listed atomic.Pointer[[]statement]
}

// compiled is what documents of equal content share.
type compiled struct {
	// index holds the tree whose root is the node root.
	index *index
	root  uint32
	// mask has the bits of the action patterns (patternBit).
	mask uint64
	// denies is set where a statement denies.
	denies bool
	// principals are those of the statements of resource-side policies, by
	// statement; nil for others.
	principals *[]*principals
}

// compilePolicy makes a policy that is not indexed.
func compilePolicy(document *model.Policy) (*policy, error) {
	p := &policy{source: document}
	statements, err := compileStatements(p)
	if err != nil {
		return nil, err
	}
	p.listed.Store(&statements)
	return p, nil
}

// statements returns the statements in the order of the document. They are
// compiled when first asked for: most policies of a large set never are.
func (p *policy) statements() []statement {
	if known := p.listed.Load(); known != nil {
		return *known
	}
	statements, err := compileStatements(p)
	if err != nil {
		// Indexing compiled the same texts.
		panic("eval: an indexed policy does not compile: " + err.Error())
	}
	p.listed.CompareAndSwap(nil, &statements)
	return *p.listed.Load()
}
