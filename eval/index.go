package eval

import (
	"bytes"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// index holds the statements of many policies in arrays without pointers, one
// radix tree over resources for each policy. A pattern stands at the node of
// the text before its first wildcard or variable, so that the patterns that a
// resource can match are those on one way down from the root.
//
// A node takes 17 bytes and a posting 12; there is a posting for each pair of
// an action pattern and a resource pattern of a statement.
type index struct {
	nodes []node
	heads []byte // the first byte of each node's label
	posts []posting
	texts []string // the texts that labels are cut from: those of the documents
	// tails are what resources with wildcards alone ask of the text behind
	// their prefix, and patterns the resources that take more than that.
	tails    []string
	patterns []resourcePattern
	// negated are the statements with NotAction.
	negated []negation
	// owners are set where several policies share a tree (merge): for each
	// posting the number in merged of the policy that it belongs to.
	owners []uint16
	merged []*policy
}

// node is a node of a radix tree. Its label is texts[text][from:from+length];
// its children stand one after another, and so do its postings, which end
// where those of the next node begin.
// UTF-8 has fewer than 256 first bytes, so that children counts in eight bits.
type node struct {
	text     uint32
	child    uint32
	post     uint32
	from     uint16
	length   uint8
	children uint8
}

// posting says that a statement has an action pattern and a resource pattern.
// The postings of a node are sorted by action pattern, Deny before Allow.
type posting struct {
	// pattern is the action pattern's number in the vocabulary.
	pattern uint32
	// statement holds the statement's number in its document in the lower
	// bits, and flags above.
	statement uint32
	// ref is the number in index.tails or index.patterns, or in index.negated for NotAction.
	ref uint32
}

const (
	statementBits = 24
	maxStatements = 1<<statementBits - 1
)

// The flags of a posting.
const (
	flagDeny uint32 = 1 << (statementBits + iota)
	// flagTail: what is behind the prefix is matched by index.tails.
	flagTail
	// flagPattern: the resource is matched by index.patterns.
	flagPattern
	// flagWhole: the prefix is the whole resource.
	flagWhole
	// flagList: NotResource, or no resource at all: the statement is asked.
	flagList
	// flagNegated: the statement has NotAction.
	flagNegated
	// flagCondition: the statement has a condition.
	flagCondition
)

// negation is what a posting of a statement with NotAction refers to.
type negation struct {
	// listed are the numbers of the action patterns of the list.
	listed []uint32
	ref    uint32
}

// indexed evaluates an indexed policy. It returns whether an Allow of it
// applies; what else it says goes into the facts. It ends at the first Deny.
func (e *evaluation) indexed(l layer, p *policy) bool {
	allowed := false
	if p.mask&e.q.row.mask == 0 {
		return false
	}
	x, rest := p.index, e.q.resource
	if rest == "*" {
		// Only patterns of stars cover it, and they have no prefix (B17).
		e.posts(l, p, p.root, "", &allowed)
		return allowed
	}
	at := p.root
	for {
		n := &x.nodes[at]
		if n.post < x.nodes[at+1].post && e.posts(l, p, at, rest, &allowed) {
			return false
		}
		if rest == "" || n.children == 0 {
			return allowed
		}
		heads := x.heads[n.child : n.child+uint32(n.children)]
		i := bytes.IndexByte(heads, rest[0])
		if i < 0 {
			return allowed
		}
		at = n.child + uint32(i)
		n = &x.nodes[at]
		label := x.texts[n.text][n.from:][:n.length]
		if !strings.HasPrefix(rest, label) {
			return allowed
		}
		rest = rest[len(label):]
	}
}

// few is the number of postings of a node up to which they are looked at one after another.
const few = 8

// posts evaluates the postings of a node that have an action pattern of the
// request, and reports whether a Deny applies. rest is what the node's way
// down leaves of the resource.
func (e *evaluation) posts(l layer, p *policy, at uint32, rest string, allowed *bool) bool {
	posts := p.index.posts
	from, to := p.index.nodes[at].post, p.index.nodes[at+1].post
	patterns := e.q.row.patterns
	if to-from <= few {
		for i := from; i < to; i++ {
			for _, n := range patterns {
				if posts[i].pattern == n && e.post(l, p, i, rest, allowed) {
					return true
				}
			}
		}
		return false
	}
	for _, n := range patterns {
		low, high := from, to
		for low < high {
			middle := low + (high-low)/2
			if posts[middle].pattern < n {
				low = middle + 1
			} else {
				high = middle
			}
		}
		for ; low < to && posts[low].pattern == n; low++ {
			if e.post(l, p, low, rest, allowed) {
				return true
			}
		}
	}
	return false
}

// post evaluates posting i, whose action pattern matches, and reports whether it is a Deny that applies.
func (e *evaluation) post(l layer, p *policy, i uint32, rest string, allowed *bool) bool {
	t := &p.index.posts[i]
	flags, deny := t.statement, t.statement&flagDeny != 0
	side := l == layerResource || l == layerVPCE
	if !deny && *allowed && l != layerResource {
		return false
	}
	if flags&flagWhole != 0 && rest != "" {
		return false
	}
	statement := flags & maxStatements
	var named kinds
	if side {
		effect := model.Allow
		if deny {
			effect = model.Deny
		}
		named = (*p.principals)[statement].match(effect, p.source.Kind, e.q, e.options)
		if named == 0 {
			return false
		}
	}
	if flags&(flagTail|flagPattern|flagList|flagNegated|flagCondition) != 0 && !e.demands(p, i, rest) {
		return false
	}
	if deny {
		e.facts.deny[l], e.denied = conditions.True, true
		return true
	}
	*allowed = true
	if l == layerResource {
		e.facts.possible |= named
		e.facts.sure |= named
	}
	return false
}

// demands evaluates what a posting asks beyond its action pattern and its prefix.
func (e *evaluation) demands(p *policy, i uint32, rest string) bool {
	x := p.index
	flags, ref := x.posts[i].statement, x.posts[i].ref
	if flags&flagNegated != 0 {
		n := &x.negated[ref]
		if common(n.listed, e.q.row.patterns) {
			return false
		}
		ref = n.ref
	}
	if flags&flagTail != 0 && !wildcard.MatchPlain(x.tails[ref], rest) {
		return false
	}
	if flags&(flagPattern|flagList|flagCondition) == 0 {
		return true
	}
	e.complete()
	if x.owners != nil {
		p = x.merged[x.owners[i]]
	}
	statement := flags & maxStatements
	if flags&flagPattern != 0 && x.patterns[ref].match(e.q, e.options, e.env) != wildcard.Match {
		return false
	}
	if flags&flagList != 0 && p.statements()[statement].matchesResource(e.q, e.options, e.env) != conditions.True {
		return false
	}
	return flags&flagCondition == 0 || p.source.Statements[statement].Condition.Eval(e.env) == conditions.True
}

// common reports whether two ascending lists have a number in common.
func common(a, b []uint32) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			return true
		case a[0] < b[0]:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}
