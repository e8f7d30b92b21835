package eval

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"iamsim/internal/wildcard"
	"iamsim/model"
)

// indexer makes an index of documents.
type indexer struct {
	x       *index
	numbers func(action string) (uint32, error)
	keys    keySet
	known   map[resourceKey]place
	texts   map[string]uint32
	entries []entry
	kind    model.PolicyKind // of the document that is being added (indexKind)
	owner   uint16           // its number, where several share a tree
}

// resourceKey is what decides how an entry of Resource is indexed.
type resourceKey struct {
	text      string
	variables bool
	kind      model.PolicyKind
}

// place is where an entry of Resource stands, and what it takes to match it there.
type place struct {
	text    uint32 // number of the prefix
	flags   uint32
	ref     uint32
	nothing bool
}

// entry is a posting with its place in the tree.
type entry struct {
	posting
	text  uint32
	owner uint16
}

func newIndexer(numbers func(string) (uint32, error)) *indexer {
	return &indexer{
		x: &index{}, numbers: numbers, keys: keySet{},
		known: map[resourceKey]place{}, texts: map[string]uint32{},
	}
}

// finish ends the arrays, so that the last node's postings have an end, and
// gives back the room that they grew by.
func (b *indexer) finish() *index {
	x := b.x
	x.nodes = append(x.nodes, node{post: uint32(len(x.posts))})
	x.heads = append(x.heads, 0)
	x.nodes, x.heads, x.posts = slices.Clone(x.nodes), slices.Clone(x.heads), slices.Clone(x.posts)
	x.texts, x.tails, x.patterns, x.negated = slices.Clone(x.texts), slices.Clone(x.tails), slices.Clone(x.patterns), slices.Clone(x.negated)
	x.owners = slices.Clone(x.owners)
	return x
}

// add indexes a document.
func (b *indexer) add(document *model.Policy) (*compiled, error) {
	if n := len(document.Statements); n > maxStatements {
		return nil, fmt.Errorf("%s: %d statements; a document may have at most %d", document.Position, n, maxStatements)
	}
	c := &compiled{index: b.x}
	b.entries = b.entries[:0]
	if err := b.statements(document); err != nil {
		return nil, err
	}
	if sideKind(document.Kind) {
		list := make([]*principals, len(document.Statements))
		for i := range list {
			list[i] = compilePrincipals(document.Statements[i].Principals)
		}
		c.principals = &list
	}
	b.plant(c)
	return c, nil
}

// statements adds the postings of a document.
func (b *indexer) statements(document *model.Policy) error {
	b.kind = indexKind(document)
	for i := range document.Statements {
		if err := b.statement(document, i); err != nil {
			return err
		}
	}
	return nil
}

// plant makes the tree of the postings that were added.
func (b *indexer) plant(c *compiled) {
	for i := range b.entries {
		c.mask |= patternBit(b.entries[i].pattern)
		c.denies = c.denies || b.entries[i].statement&flagDeny != 0
	}
	c.root = b.tree()
}

// sideKind reports whether statements of such policies name principals.
func sideKind(kind model.PolicyKind) bool {
	switch kind {
	case model.ResourcePolicy, model.TrustPolicy, model.KeyPolicy, model.EndpointPolicy:
		return true
	}
	return false
}

// statement adds the postings of one statement.
func (b *indexer) statement(document *model.Policy, i int) error {
	s := &document.Statements[i]
	b.keys.addCondition(s)
	flags := uint32(i)
	if s.Effect == model.Deny {
		flags |= flagDeny
	}
	if len(s.Condition) > 0 {
		flags |= flagCondition
	}
	actions := make([]uint32, 0, len(s.Actions))
	for _, text := range s.Actions {
		n, err := b.numbers(text)
		if err != nil {
			return actionError(s, text, err)
		}
		actions = append(actions, n)
	}
	slices.Sort(actions)
	actions = slices.Compact(actions)
	if s.NotAction {
		flags |= flagNegated
	}
	places, err := b.places(document, s)
	if err != nil {
		return err
	}
	for _, at := range places {
		if s.NotAction {
			b.x.negated = append(b.x.negated, negation{listed: actions, ref: at.ref})
			b.entries = append(b.entries, entry{posting{anyAction, flags | at.flags, uint32(len(b.x.negated) - 1)}, at.text, b.owner})
			continue
		}
		for _, n := range actions {
			b.entries = append(b.entries, entry{posting{n, flags | at.flags, at.ref}, at.text, b.owner})
		}
	}
	return nil
}

// places are where a statement's resources stand.
func (b *indexer) places(document *model.Policy, s *model.Statement) ([]place, error) {
	var places []place
	for _, text := range s.Resources {
		at, err := b.place(text, document)
		if err != nil {
			return nil, resourceError(s, text, err)
		}
		if !at.nothing {
			places = append(places, at)
		}
	}
	if s.NotResource || !s.HasResource {
		return []place{{text: b.text("", ""), flags: flagList}}, nil
	}
	return places, nil
}

func (b *indexer) place(text string, document *model.Policy) (place, error) {
	key := resourceKey{text, document.Variables, b.kind}
	if at, ok := b.known[key]; ok {
		return at, nil
	}
	at, ok := b.plain(text)
	if !ok {
		r, err := compileResource(text, document)
		if err != nil {
			return place{}, err
		}
		b.keys.addVariables(&r)
		at = b.placed(&r)
	}
	b.known[key] = at
	return at, nil
}

// plain places a resource that takes no template: an ARN of six fields, or stars alone.
func (b *indexer) plain(text string) (at place, ok bool) {
	prefix, rest, ok := wildcard.SplitPlain(text)
	if !ok || len(prefix) > longest {
		return at, false
	}
	_, short := completeARN(text)
	switch stars := prefix == "" && rest != "" && strings.Trim(rest, "*") == ""; {
	case !stars && (short || !strings.HasPrefix(text, "arn:")):
		return at, false
	case rest == "":
		at.flags = flagWhole
	case strings.Trim(rest, "*") != "":
		at.flags, at.ref = flagTail, uint32(len(b.x.tails))
		b.x.tails = append(b.x.tails, rest)
	}
	at.text = b.text(prefix, text)
	return at, true
}

// longest is the length of a prefix from which on the rest of a pattern is
// left to matching: labels count in 16 bits.
const longest = 1 << 15

func (b *indexer) placed(r *resourcePattern) place {
	prefix, tail := r.template.Prefix(), r.template.Tail()
	switch {
	case r.nothing:
		return place{nothing: true}
	case r.apiShort:
		prefix, tail = "", wildcard.PatternTail
	case r.completed != nil && r.completedByDefault && tail != wildcard.AnyTail:
		tail = wildcard.PatternTail
	}
	if len(prefix) > longest {
		prefix, tail = prefix[:longest], wildcard.PatternTail
	}
	at := place{text: b.text(prefix, r.text)}
	switch tail {
	case wildcard.NoTail:
		at.flags = flagWhole
	case wildcard.PatternTail:
		at.flags, at.ref = flagPattern, uint32(len(b.x.patterns))
		b.x.patterns = append(b.x.patterns, *r)
	}
	return at
}

// text numbers a prefix; it shares the memory of the text it was cut from where that spells it.
func (b *indexer) text(prefix, source string) uint32 {
	if n, ok := b.texts[prefix]; ok {
		return n
	}
	if strings.HasPrefix(source, prefix) {
		prefix = source[:len(prefix)]
	}
	n := uint32(len(b.x.texts))
	b.texts[prefix] = n
	b.x.texts = append(b.x.texts, prefix)
	return n
}

// subtree is a part of the sorted entries that becomes one node: all of them
// begin alike up to depth.
type subtree struct {
	low, high   int
	from, depth int
}

// tree turns the entries into a radix tree, a level at a time, and returns its root.
func (b *indexer) tree() uint32 {
	texts := b.x.texts
	slices.SortFunc(b.entries, func(x, y entry) int {
		if x.text != y.text {
			if c := strings.Compare(texts[x.text], texts[y.text]); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(x.pattern, y.pattern), cmp.Compare(y.statement&flagDeny, x.statement&flagDeny),
			cmp.Compare(x.statement, y.statement))
	})
	root := uint32(len(b.x.nodes))
	b.x.heads = append(b.x.heads, 0)
	level := []subtree{{0, len(b.entries), 0, 0}}
	next := root + 1
	for len(level) > 0 {
		var below []subtree
		for _, t := range level {
			children := b.node(t, next, &below)
			next += uint32(children)
		}
		level = below
	}
	return root
}

// node adds the node of a subtree, whose children will stand from child on, and returns their number.
func (b *indexer) node(t subtree, child uint32, below *[]subtree) int {
	x := b.x
	n := node{from: uint16(t.from), length: uint8(t.depth - t.from), child: child, post: uint32(len(x.posts))}
	if t.low < t.high {
		n.text = b.entries[t.low].text
	}
	low := t.low
	for low < t.high && len(x.texts[b.entries[low].text]) == t.depth {
		x.posts = append(x.posts, b.entries[low].posting)
		if x.merged != nil {
			x.owners = append(x.owners, b.entries[low].owner)
		}
		low++
	}
	before := len(*below)
	for low < t.high {
		first := x.texts[b.entries[low].text]
		high := low + 1
		for high < t.high && x.texts[b.entries[high].text][t.depth] == first[t.depth] {
			high++
		}
		depth := t.depth + min(alike(first[t.depth:], x.texts[b.entries[high-1].text][t.depth:]), longestLabel)
		*below = append(*below, subtree{low, high, t.depth, depth})
		x.heads = append(x.heads, first[t.depth])
		low = high
	}
	children := len(*below) - before
	n.children = uint8(children)
	x.nodes = append(x.nodes, n)
	return children
}

// longestLabel is what the length of a label can count: a longer one is cut
// into nodes with one child.
const longestLabel = 1<<8 - 1

// alike returns the length of what two texts begin with alike.
func alike(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
