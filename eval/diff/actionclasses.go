package diff

import (
	"slices"
	"strings"

	"iamsim/internal/wildcard"
)

// expand returns the numbers of the actions that a folded pattern covers.
func (v *vocabulary) expand(pattern string) []int32 {
	if n, ok := v.byName[pattern]; ok {
		return []int32{n}
	}
	if !strings.ContainsAny(pattern, "*?") {
		return nil
	}
	if list, ok := v.expansions.Load(pattern); ok {
		return list.([]int32)
	}
	var out []int32
	if v.catalog == nil {
		p, err := wildcard.CompileFold(pattern)
		for i, name := range v.names {
			if err == nil && p.Match(name) {
				out = append(out, int32(i))
			}
		}
	} else {
		for _, action := range v.catalog.Expand(pattern) {
			out = append(out, v.byName[strings.ToLower(action.Name())])
		}
	}
	v.expansions.Store(pattern, out)
	return out
}

// listing is the Action or NotAction element of a statement.
type listing struct {
	patterns []string // folded
	all      bool     // a pattern of stars alone lists everything
}

func listingOf(actions []string) listing {
	l := listing{patterns: make([]string, len(actions))}
	for i, text := range actions {
		l.patterns[i] = strings.ToLower(text)
		l.all = l.all || strings.Trim(text, "*") == "" && text != ""
	}
	return l
}

// actionClass is the actions that the same elements list.
type actionClass struct {
	// listed are the elements that list the actions.
	listed wildcard.Bits
	// members are the known actions, sorted; nil with others set for all that
	// no element lists by name.
	members []int32
	others  bool
	// example is an action that the catalogue does not know; empty if there are members.
	example string
}

// has reports whether an element lists the class.
func (c *actionClass) has(i int) bool { return c.listed.Has(i) }

// classer sorts actions by the elements that list them.
type classer struct {
	v        *vocabulary
	elements []listing
	// nodes is a trie of sets of elements; signature[action] is a node.
	parent, element []int32
	child           map[[2]int32]int32
	signature       map[int32]int32
}

// classes returns every class of actions that there is, and the known actions
// that some element lists by name or by a pattern. complete is false
// where actions that nobody knows were not searched to the end.
func (v *vocabulary) classes(elements []listing, maxStates int) (out []actionClass, named map[int32]int32, complete bool) {
	c := &classer{v: v, elements: elements, parent: []int32{-1}, element: []int32{-1}, child: map[[2]int32]int32{}, signature: map[int32]int32{}}
	for i, e := range elements {
		if e.all {
			continue
		}
		for _, p := range e.patterns {
			for _, action := range v.expand(p) {
				c.list(action, int32(i))
			}
		}
	}
	byNode := map[int32][]int32{}
	for action, node := range c.signature {
		byNode[node] = append(byNode[node], action)
	}
	seen := map[string]bool{}
	for node, members := range byNode {
		slices.Sort(members)
		listed := c.bits(node)
		seen[bitsKey(listed)] = true
		out = append(out, actionClass{listed: listed, members: members})
	}
	if len(c.signature) < len(v.names) {
		rest := c.bits(0)
		if !seen[bitsKey(rest)] {
			seen[bitsKey(rest)] = true
			out = append(out, actionClass{listed: rest, others: true})
		}
	}
	slices.SortFunc(out, func(a, b actionClass) int {
		switch {
		case a.others != b.others && a.others:
			return 1
		case a.others != b.others:
			return -1
		}
		return int(a.members[0]) - int(b.members[0])
	})
	if v.catalog == nil {
		// What is known are actions of a kind of their own, which do not stand for others.
		seen = map[string]bool{}
	}
	unknown, complete := c.unknown(seen, maxStates)
	return append(out, unknown...), c.signature, complete
}

// list notes that an element lists an action; elements come in their order.
func (c *classer) list(action, element int32) {
	node := c.signature[action]
	if node != 0 && c.element[node] == element {
		return
	}
	next, ok := c.child[[2]int32{node, element}]
	if !ok {
		next = int32(len(c.parent))
		c.parent, c.element = append(c.parent, node), append(c.element, element)
		c.child[[2]int32{node, element}] = next
	}
	c.signature[action] = next
}

// bits returns the set of elements of a node, those that list everything included.
func (c *classer) bits(node int32) wildcard.Bits {
	out := make(wildcard.Bits, (len(c.elements)+63)/64)
	for i := range c.elements {
		if c.elements[i].all {
			out[i/64] |= 1 << (i % 64)
		}
	}
	for ; node > 0; node = c.parent[node] {
		e := c.element[node]
		out[e/64] |= 1 << (e % 64)
	}
	return out
}

func bitsKey(b wildcard.Bits) string {
	out := make([]byte, 0, 8*len(b))
	for _, w := range b {
		for range 8 {
			out = append(out, byte(w))
			w >>= 8
		}
	}
	return string(out)
}

// anyAction is the shape of an action, prefix:Name.
var anyAction = func() wildcard.Flat {
	one, run := string(rune(wildcard.ShapeFieldChar)), string(rune(wildcard.ShapeField))
	return wildcard.Shape(one + run + ":" + one + run)
}()

// collisions bounds how often the search is repeated because its examples
// turned out to be known actions.
const collisions = 4

func actionCharacter(r rune) bool { return r != '*' && r != '?' && r != ' ' && (r < 'A' || r > 'Z') }

// unknown returns classes that no known action is in: what patterns grant to
// actions that do not exist yet, and literals that the catalogue does not know.
func (c *classer) unknown(seen map[string]bool, maxStates int) (out []actionClass, complete bool) {
	var index []int
	j := wildcard.Joint{Require: [][]wildcard.Flat{{anyAction}}, Allow: actionCharacter, MaxStates: maxStates}
	for i, e := range c.elements {
		if e.all {
			continue
		}
		var set []wildcard.Flat
		for _, p := range e.patterns {
			if _, known := c.v.byName[p]; !known && !strings.Contains(p, " ") {
				set = append(set, wildcard.FlatFold(p))
			}
		}
		if len(set) > 0 {
			j.Sets, index = append(j.Sets, set), append(index, i)
		}
	}
	if len(j.Sets) == 0 && c.v.catalog != nil {
		return nil, true
	}
	complete = true
	for range collisions {
		found, _, through := j.Examples()
		complete = complete && through
		again := false
		for _, example := range found {
			if _, known := c.v.byName[example.Text]; known {
				j.Exclude, again = append(j.Exclude, wildcard.FlatFold(example.Text)), true
				continue
			}
			listed := c.bits(0)
			for k, i := range index {
				if example.In.Has(k) {
					listed[i/64] |= 1 << (i % 64)
				}
			}
			if key := bitsKey(listed); !seen[key] {
				seen[key] = true
				out = append(out, actionClass{listed: listed, example: example.Text})
			}
		}
		if !again {
			return out, complete
		}
	}
	return out, complete
}
