package wildcard

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Joint asks which memberships in several sets of patterns can hold together.
// A text is in a set if one of the set's patterns matches it.
type Joint struct {
	// Sets are the sets whose memberships are asked for.
	Sets [][]Flat
	// Require narrows the texts down to those that are in each of these sets.
	Require [][]Flat
	// Exclude leaves out the texts that one of these patterns matches.
	Exclude []Flat
	// NotEmpty leaves out the empty text.
	NotEmpty bool
	// Allow says which characters a text may hold; nil allows all.
	Allow func(rune) bool
	// MaxStates bounds the search; 0 means DefaultStates.
	MaxStates int
	// Settled, where set, is asked with what is known so far: the sets that
	// every longer text is in, and those that it may or may not be in. True
	// ends the search below: no example is needed there.
	Settled func(in, open Bits) bool
}

// DefaultStates bounds the search of a Joint that does not say otherwise.
const DefaultStates = 200_000

// Example is a text and the sets that it is in.
type Example struct {
	Text string
	In   Bits
}

// Bits is a set of small numbers.
type Bits []uint64

// Has reports whether i is in the set.
func (b Bits) Has(i int) bool { return i>>6 < len(b) && b[i>>6]&(1<<(i&63)) != 0 }

func (b Bits) set(i int) { b[i>>6] |= 1 << (i & 63) }

// Count returns the number of elements.
func (b Bits) Count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b Bits) key() string {
	out := make([]byte, 0, 8*len(b))
	for _, w := range b {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return string(out)
}

// Examples returns one text, of the shortest, for every combination of
// memberships that some text has. complete is false where the bound on states
// was hit: there may then be combinations without an example. The states that
// were looked at are counted in states.
func (j *Joint) Examples() (found []Example, states int, complete bool) {
	x := newExplorer(j)
	complete = x.run()
	return x.found, len(x.nodes), complete
}

// explorer walks the deterministic automaton of all patterns at once, breadth
// first, making its states as it meets them. A state is the set of places that
// the patterns can be in, one word for each; a set of which a pattern cannot
// fail any more needs no places.
type explorer struct {
	j       *Joint
	code    []instruction // all patterns, each ended by accept
	set     []int32       // the set that an instruction belongs to
	sets    int           // those of Sets, then of Require, then that of Exclude
	words   int
	maximum int
	nodes   []node
	seen    map[string]struct{}
	found   []Example
	known   map[string]bool
	// scratch space of one step
	scratch node
	mark    []uint32
	stamp   uint32
	chars   []rune
	key     []byte
	// memory is what places are cut from.
	memory []int32
}

// node is a state and how it was reached.
type node struct {
	parent int32
	char   rune
	places []int32 // sorted
	sure   Bits    // sets that every text from here on is in
}

func newExplorer(j *Joint) *explorer {
	x := &explorer{j: j, sets: len(j.Sets) + len(j.Require), maximum: j.MaxStates, seen: map[string]struct{}{}, known: map[string]bool{}}
	if x.maximum == 0 {
		x.maximum = DefaultStates
	}
	add := func(list []Flat, set int) {
		for _, f := range list {
			for _, in := range f.code {
				x.code, x.set = append(x.code, in), append(x.set, int32(set))
			}
			x.code, x.set = append(x.code, instruction{kind: accept}), append(x.set, int32(set))
		}
	}
	for i, list := range j.Sets {
		add(list, i)
	}
	for i, list := range j.Require {
		add(list, len(j.Sets)+i)
	}
	if len(j.Exclude) > 0 {
		add(j.Exclude, x.sets)
		x.sets++
	}
	x.words = (x.sets + 63) / 64
	x.mark = make([]uint32, len(x.code))
	return x
}

// run explores everything that is needed and reports whether it got through.
func (x *explorer) run() bool {
	x.begin()
	all := 0
	if len(x.j.Sets) < 31 {
		all = 1 << len(x.j.Sets)
	}
	for i := 0; i < len(x.nodes); i++ {
		if len(x.found) == all && all > 0 {
			return true
		}
		if len(x.nodes) > x.maximum {
			return false
		}
		if !x.visit(i) {
			continue
		}
		places := x.nodes[i].places
		for _, r := range x.next(places) {
			x.step(int32(i), r)
		}
	}
	return true
}

// begin makes the first state: the beginning of every pattern.
func (x *explorer) begin() {
	n := x.blank(-1, 0)
	for i := range n.sure {
		n.sure[i] = 0
	}
	start := true
	for p := range x.code {
		if start {
			x.reach(n, int32(p))
		}
		start = x.code[p].kind == accept
	}
	x.keep(n)
}

// blank returns the scratch state, without places and with the sure sets of its parent.
func (x *explorer) blank(parent int32, r rune) *node {
	n := &x.scratch
	x.stamp++
	n.parent, n.char, n.places = parent, r, n.places[:0]
	if n.sure == nil {
		n.sure = make(Bits, x.words)
	}
	if parent >= 0 {
		copy(n.sure, x.nodes[parent].sure)
	}
	return n
}

// reach adds a place and those that need no character to get to from it.
func (x *explorer) reach(n *node, p int32) {
	for x.mark[p] != x.stamp {
		x.mark[p] = x.stamp
		set := int(x.set[p])
		if n.sure.Has(set) {
			return
		}
		k := x.code[p].kind
		if k == star && x.code[p+1].kind == accept {
			n.sure.set(set)
			return
		}
		n.places = append(n.places, p)
		if k != star && k != starInField && k != slashless {
			return
		}
		p++
	}
}

// keep stores a copy of a state that was not met before.
func (x *explorer) keep(n *node) {
	kept := n.places[:0]
	for _, p := range n.places {
		if !n.sure.Has(int(x.set[p])) {
			kept = append(kept, p)
		}
	}
	n.places = kept
	sortPlaces(n.places)
	if x.hopeless(n) {
		return
	}
	x.key = x.key[:0]
	for _, w := range n.sure {
		x.key = binary.LittleEndian.AppendUint64(x.key, w)
	}
	for _, p := range n.places {
		x.key = binary.AppendUvarint(x.key, uint64(p))
	}
	if _, met := x.seen[string(x.key)]; met {
		return
	}
	x.seen[string(x.key)] = struct{}{}
	x.nodes = append(x.nodes, node{parent: n.parent, char: n.char, places: x.places(n.places), sure: x.sure(n)})
}

// places copies places into a larger piece of memory.
func (x *explorer) places(list []int32) []int32 {
	const piece = 4096
	if cap(x.memory)-len(x.memory) < len(list) {
		x.memory = make([]int32, 0, max(piece, len(list)))
	}
	from := len(x.memory)
	x.memory = append(x.memory, list...)
	return x.memory[from:len(x.memory):len(x.memory)]
}

// sure copies the sure sets, or shares those of the parent if they are the same.
func (x *explorer) sure(n *node) Bits {
	if n.parent >= 0 && slices.Equal(x.nodes[n.parent].sure, n.sure) {
		return x.nodes[n.parent].sure
	}
	return slices.Clone(n.sure)
}

// sortPlaces sorts few numbers that are nearly in order.
func sortPlaces(list []int32) {
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && list[k] < list[k-1]; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
}

// hopeless reports whether no text from here on is one that is asked for.
func (x *explorer) hopeless(n *node) bool {
	required := len(x.j.Sets)
	for i := range x.j.Require {
		if !n.sure.Has(required+i) && !x.alive(n, required+i) {
			return true
		}
	}
	return len(x.j.Exclude) > 0 && n.sure.Has(x.sets-1)
}

func (x *explorer) alive(n *node, set int) bool {
	for _, p := range n.places {
		if int(x.set[p]) == set {
			return true
		}
	}
	return false
}

// visit notes the memberships of the texts that end here, and reports whether
// longer texts need to be looked at.
func (x *explorer) visit(i int) bool {
	n := &x.nodes[i]
	open := make(Bits, x.words)
	in := append(Bits(nil), n.sure...)
	for _, p := range n.places {
		if x.code[p].kind == accept {
			in.set(int(x.set[p]))
		} else {
			open.set(int(x.set[p]))
		}
	}
	x.note(i, in)
	if x.undecided(open) {
		return x.j.Settled == nil || !x.j.Settled(x.own(n.sure), x.own(open))
	}
	// The memberships of all longer texts are the same; they matter only as
	// long as no text has been found that has them.
	return !x.known[x.own(n.sure).key()]
}

// undecided reports whether a set asked for is open.
func (x *explorer) undecided(open Bits) bool {
	for i := range x.j.Sets {
		if open.Has(i) {
			return true
		}
	}
	return false
}

// own returns the bits of Sets alone.
func (x *explorer) own(b Bits) Bits {
	out := make(Bits, (len(x.j.Sets)+63)/64)
	for i := range out {
		out[i] = b[i]
	}
	if rest := len(x.j.Sets) & 63; rest != 0 {
		out[len(out)-1] &= 1<<rest - 1
	}
	return out
}

func (x *explorer) note(i int, in Bits) {
	for r := range x.j.Require {
		if !in.Has(len(x.j.Sets) + r) {
			return
		}
	}
	if len(x.j.Exclude) > 0 && in.Has(x.sets-1) || x.j.NotEmpty && i == 0 {
		return
	}
	own := x.own(in)
	if key := own.key(); !x.known[key] {
		x.known[key] = true
		x.found = append(x.found, Example{Text: x.text(i), In: own})
	}
}

// text spells how a state was reached.
func (x *explorer) text(i int) string {
	var back []rune
	for x.nodes[i].parent >= 0 {
		back = append(back, x.nodes[i].char)
		i = int(x.nodes[i].parent)
	}
	text := make([]byte, 0, len(back))
	for k := len(back) - 1; k >= 0; k-- {
		text = utf8.AppendRune(text, back[k])
	}
	return string(text)
}

// fillers stand for the characters that no pattern tells apart, the first that is none of them.
const fillers = "xyzabcdefghijklmnopqrstuvw0123456789-_XYZABCDEFGHIJKLMNOPQRSTUVW"

// next returns the characters that the places can tell apart, and one for all others.
func (x *explorer) next(places []int32) []rune {
	x.chars = x.chars[:0]
	others := false
	for _, p := range places {
		in := &x.code[p]
		switch in.kind {
		case literal:
			x.offer(in.char)
			switch in.fold {
			case ASCIIInsensitive:
				if in.char < utf8.RuneSelf && unicode.IsLetter(in.char) {
					x.offer(in.char ^ ' ')
				}
			case UnicodeInsensitive:
				for r := unicode.SimpleFold(in.char); r != in.char; r = unicode.SimpleFold(r) {
					x.offer(r)
				}
			}
		case oneInField, starInField:
			x.offer(':')
			others = true
		case slashless, oneSlashless:
			x.offer('/')
			others = true
		case one, star:
			others = true
		case digit:
			x.otherDigit(places)
		}
	}
	// A character that nothing looks at leads on only where something takes any.
	if others || !x.needed() {
		x.offerOther()
	}
	return x.chars
}

// offerOther adds a character that no place names, and puts it first: so
// examples hold it where anything will do.
func (x *explorer) offerOther() {
	other := rune(0)
	for _, r := range fillers {
		if x.offer(r) {
			other = r
			break
		}
	}
	for r := rune(0x2190); other == 0 && r < 0x3000; r++ {
		if x.offer(r) {
			other = r
		}
	}
	if other == 0 {
		return
	}
	copy(x.chars[1:], x.chars)
	x.chars[0] = other
}

// needed reports whether texts must be in some set, so that one that has left every pattern is of no use.
func (x *explorer) needed() bool { return len(x.j.Require) > 0 }

// offer adds a character once and reports whether it is there to stay.
func (x *explorer) offer(r rune) bool {
	if x.j.Allow != nil && !x.j.Allow(r) {
		return false
	}
	for _, c := range x.chars {
		if c == r {
			return false
		}
	}
	x.chars = append(x.chars, r)
	return true
}

// otherDigit adds a digit that no literal at the places names, if there is one.
func (x *explorer) otherDigit(places []int32) {
	for _, r := range "3456789012" {
		named := false
		for _, p := range places {
			named = named || x.code[p].kind == literal && x.code[p].char == r
		}
		if !named {
			x.offer(r)
			return
		}
	}
}

// step makes the state that a character leads to.
func (x *explorer) step(from int32, r rune) {
	n := x.blank(from, r)
	for _, p := range x.nodes[from].places {
		in := &x.code[p]
		if !in.takes(r) {
			continue
		}
		if in.kind == star || in.kind == starInField || in.kind == slashless {
			x.reach(n, p)
		} else {
			x.reach(n, p+1)
		}
	}
	x.keep(n)
}
