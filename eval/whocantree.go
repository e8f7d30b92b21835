package eval

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// whoTree makes the tree of a whoIndex out of the trees of its policies.
type whoTree struct {
	x     *whoIndex
	parts []whoPart
}

// whoPart are the postings of a range of sets, with prefixes of its own.
type whoPart struct {
	texts       map[string]uint32
	entries     []whoEntry
	asks        []whoAsk
	everyBucket []whoPost
	spared      map[string]uint32 // the lists of NotAction
}

// whoEntry is a posting with its place: first the number of its prefix in the
// part, then in the whole.
type whoEntry struct {
	whoPost
	text uint32
}

func newWhoTree(x *whoIndex) *whoTree { return &whoTree{x: x} }

// setsAPart is the number of sets that one core reads at a time.
const setsAPart = 1024

func (t *whoTree) build() {
	x := t.x
	t.parts = make([]whoPart, (len(x.sets)+setsAPart-1)/setsAPart)
	parallel(len(t.parts), func(n int) {
		p := &t.parts[n]
		p.texts, p.spared = map[string]uint32{}, map[string]uint32{}
		for set := n * setsAPart; set < min(len(x.sets), (n+1)*setsAPart); set++ {
			p.add(uint32(set), x.sets[set].policy)
		}
	})
	t.number()
	t.place()
	x.grow()
	t.parts = nil
}

// add reads the tree of one set.
func (w *whoPart) add(set uint32, p *policy) {
	index := p.index
	level := []uint32{p.root}
	for len(level) > 0 {
		at := level[len(level)-1]
		level = level[:len(level)-1]
		n := &index.nodes[at]
		for i := range n.children {
			level = append(level, n.child+uint32(i))
		}
		posts := index.posts[n.post:index.nodes[at+1].post]
		if len(posts) == 0 {
			continue
		}
		prefix := index.texts[n.text][:int(n.from)+int(n.length)]
		for i := range posts {
			t, at := posts[i], prefix
			if behind, ok := splitTail(index, prefix, &t); ok {
				at = behind
			}
			post := w.post(set, index, &t)
			w.entries = append(w.entries, whoEntry{post, w.text(at)})
			if coversBuckets(index, prefix, &posts[i]) {
				w.everyBucket = append(w.everyBucket, post)
			}
		}
	}
}

// text numbers a prefix.
func (w *whoPart) text(prefix string) uint32 {
	n, ok := w.texts[prefix]
	if !ok {
		n = uint32(len(w.texts))
		w.texts[prefix] = n
	}
	return n
}

// post makes the posting of one that stands in a set's own index. Numbers of
// asks are those of the part.
func (w *whoPart) post(set uint32, index *index, t *posting) whoPost {
	const asking = flagTail | flagPattern | flagList | flagNegated | flagCondition
	post := whoPost{t.pattern, set}
	if t.statement&asking != 0 {
		post.what = uint32(len(w.asks)) | whoAsks
		ask := whoAsk{set: set, statement: t.statement, ref: t.ref}
		if t.statement&flagNegated != 0 {
			n := &index.negated[t.ref]
			ask.ref, ask.spares = n.ref, w.spares(n.listed)
		}
		w.asks = append(w.asks, ask)
	}
	if t.statement&flagDeny != 0 {
		post.what |= whoDeny
	}
	if t.statement&flagWhole != 0 {
		post.what |= whoWhole
	}
	return post
}

// spares numbers a list of NotAction.
func (w *whoPart) spares(listed []uint32) uint32 {
	text := make([]byte, 0, 4*len(listed))
	for _, n := range listed {
		text = binary.LittleEndian.AppendUint32(text, n)
	}
	n, ok := w.spared[string(text)]
	if !ok {
		n = uint32(len(w.spared))
		w.spared[string(text)] = n
	}
	return n
}

// whoStar stands in the texts of the tree for a wildcard. It is no byte of any
// policy, which are UTF-8.
const whoStar = 0xff

// splitTail returns where a posting stands whose resource goes on behind its
// first wildcard, a star, with text: at its prefix, the star, and the text up
// to the next wildcard. What the tree does not tell of its resource then
// remains for the posting to ask.
func splitTail(index *index, prefix string, t *posting) (at string, ok bool) {
	ref := t.ref
	if t.statement&flagNegated != 0 {
		ref = index.negated[ref].ref
	}
	if t.statement&flagTail == 0 {
		return "", false
	}
	tail := index.tails[ref]
	end := strings.IndexAny(tail[1:], "*?") + 1
	if end == 0 {
		end = len(tail)
	}
	if tail[0] != '*' || end == 1 || len(prefix)+end > longest {
		return "", false
	}
	switch rest := tail[end:]; {
	case rest == "":
		t.statement = t.statement&^flagTail | flagWhole
	case strings.Trim(rest, "*") == "":
		t.statement &^= flagTail
	}
	return prefix + string([]byte{whoStar}) + tail[1:end], true
}

// coversBuckets reports whether a posting is of a resource that names every
// bucket (resourcePattern.everyBucket).
func coversBuckets(index *index, prefix string, t *posting) bool {
	switch {
	case t.statement&(flagWhole|flagList) != 0:
		return false
	case t.statement&flagNegated != 0:
		// What its resource asks is behind the list of actions; it is looked at there.
		return true
	case t.statement&flagPattern != 0:
		return index.patterns[t.ref].everyBucket
	case t.statement&flagTail != 0:
		return namesEveryBucket(prefix + index.tails[t.ref])
	}
	return namesEveryBucket(prefix + "*")
}

// number sorts the prefixes of all parts and gives each its rank as its number.
func (t *whoTree) number() {
	all := map[string]struct{}{}
	for i := range t.parts {
		for text := range t.parts[i].texts {
			all[text] = struct{}{}
		}
	}
	x := t.x
	x.texts = slices.AppendSeq(make([]string, 0, len(all)), maps.Keys(all))
	slices.Sort(x.texts)
	ranks := make(map[string]uint32, len(x.texts))
	for i, text := range x.texts {
		ranks[text] = uint32(i)
	}
	asks := make([]uint32, len(t.parts))
	t.numberSpared()
	for i := range t.parts {
		asks[i] = uint32(len(x.asks))
		x.asks = append(x.asks, t.parts[i].asks...)
	}
	x.asks = slices.Clip(x.asks)
	parallel(len(t.parts), func(n int) {
		p := &t.parts[n]
		rank := make([]uint32, len(p.texts))
		for text, i := range p.texts {
			rank[i] = ranks[text]
		}
		for i := range p.entries {
			e := &p.entries[i]
			e.text = rank[e.text]
			e.renumber(asks[n])
		}
		for i := range p.everyBucket {
			p.everyBucket[i].renumber(asks[n])
		}
	})
	for i := range t.parts {
		x.everyBucket = append(x.everyBucket, t.parts[i].everyBucket...)
	}
}

// numberSpared gives the lists of NotAction of all parts their numbers.
func (t *whoTree) numberSpared() {
	known := map[string]uint32{}
	for i := range t.parts {
		p := &t.parts[i]
		numbers := make([]uint32, len(p.spared))
		for _, text := range sortedKeys(p.spared) {
			n, ok := known[text]
			if !ok {
				n = uint32(len(t.x.spared))
				known[text] = n
				list := make([]uint32, 0, len(text)/4)
				for b := []byte(text); len(b) > 0; b = b[4:] {
					list = append(list, binary.LittleEndian.Uint32(b))
				}
				t.x.spared = append(t.x.spared, list)
			}
			numbers[p.spared[text]] = n
		}
		for j := range p.asks {
			if p.asks[j].statement&flagNegated != 0 {
				p.asks[j].spares = numbers[p.asks[j].spares]
			}
		}
	}
}

func (p *whoPost) renumber(asks uint32) {
	if p.what&whoAsks != 0 {
		p.what += asks
	}
}

// place sorts the postings by prefix and then by action pattern.
func (t *whoTree) place() {
	x := t.x
	x.start = make([]uint32, len(x.texts)+1)
	for i := range t.parts {
		for j := range t.parts[i].entries {
			x.start[t.parts[i].entries[j].text+1]++
		}
	}
	for i := range x.texts {
		x.start[i+1] += x.start[i]
	}
	x.posts = make([]whoPost, x.start[len(x.texts)])
	next := slices.Clone(x.start)
	for i := range t.parts {
		for _, e := range t.parts[i].entries {
			x.posts[next[e.text]] = e.whoPost
			next[e.text]++
		}
	}
	const textsAPart = 4096
	parallel((len(x.texts)+textsAPart-1)/textsAPart, func(n int) {
		for i := n * textsAPart; i < min(len(x.texts), (n+1)*textsAPart); i++ {
			slices.SortFunc(x.posts[x.start[i]:x.start[i+1]], func(a, b whoPost) int {
				return cmp.Or(cmp.Compare(a.pattern, b.pattern), cmp.Compare(a.what, b.what))
			})
		}
	})
}

// grow makes the nodes over the sorted prefixes, a level at a time.
func (x *whoIndex) grow() {
	x.heads = []byte{0}
	level := []subtree{{0, len(x.texts), 0, 0}}
	next := uint32(1)
	for len(level) > 0 {
		var below []subtree
		for _, t := range level {
			n := whoNode{text: uint32(t.low), child: next, from: uint16(t.from), length: uint16(t.depth - t.from)}
			before := len(below)
			below = x.branch(t, below)
			n.children = uint16(len(below) - before)
			next += uint32(n.children)
			x.nodes = append(x.nodes, n)
		}
		level = below
	}
	x.nodes, x.heads = slices.Clip(x.nodes), slices.Clip(x.heads)
}

// branch appends the children of a subtree.
func (x *whoIndex) branch(t subtree, below []subtree) []subtree {
	low := t.low
	if low < t.high && len(x.texts[low]) == t.depth {
		low++
	}
	for low < t.high {
		first := x.texts[low]
		high := low + 1
		for high < t.high && x.texts[high][t.depth] == first[t.depth] {
			high++
		}
		depth := t.depth + alike(first[t.depth:], x.texts[high-1][t.depth:])
		// A star begins a label, so that the way down meets it at a node.
		if star := strings.IndexByte(first[t.depth+1:depth], whoStar); star >= 0 {
			depth = t.depth + 1 + star
		}
		below = append(below, subtree{low, high, t.depth, depth})
		x.heads = append(x.heads, first[t.depth])
		low = high
	}
	return below
}

// namesEveryBucket reports whether a resource is arn:PARTITION:s3:::* (B18).
func namesEveryBucket(text string) bool {
	return strings.HasPrefix(text, "arn:") && strings.HasSuffix(text, ":s3:::*") && strings.Count(text, ":") == 5
}
