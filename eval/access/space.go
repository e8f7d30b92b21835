package access

import (
	"slices"

	"iamsim/internal/wildcard"
)

// space is a set of actions, or of ARNs: what matches one pattern of each
// list of all, and none of not.
type space struct {
	all [][]pattern // no list holds everything; no lists: everything
	not []pattern
}

// universe is what the patterns of a space are taken from.
type universe struct {
	// everything is contained in a pattern that restricts nothing.
	everything pattern
}

var (
	actionUniverse = universe{everything: anyAction}
	// Every ARN begins alike and has six fields (B12).
	arnUniverse = universe{everything: pattern{
		{kind: char, r: 'a'}, {kind: char, r: 'r'}, {kind: char, r: 'n'}, {kind: char, r: ':'}, {kind: many},
	}}
)

// within is the space of a list of patterns, each of which suffices.
func (u universe) within(list []pattern) space {
	for _, p := range list {
		if p.contains(u.everything) {
			return space{}
		}
	}
	return space{all: [][]pattern{smallest(list)}}
}

// empty reports whether the space is sure to hold nothing.
func (s space) empty() bool {
	return s.excludedBy(s.not)
}

// coveredBy reports whether one of the patterns surely contains p.
func coveredBy(p pattern, list []pattern) bool {
	return slices.ContainsFunc(list, func(other pattern) bool { return other.contains(p) })
}

// and is the space of what is in both. Lists are intersected to one wherever
// that is a list of patterns again.
func (s space) and(o space) space {
	out := space{all: slices.Clone(s.all), not: joinExclusions(s.not, o.not)}
	for _, list := range o.all {
		out.all = joinList(out.all, list)
	}
	return out.simplified()
}

// joinExclusions lists what either excludes. A pattern with variables goes only
// where the same one stays: unresolved, it says more than what it matches.
func joinExclusions(a, b []pattern) []pattern {
	var plain, open []pattern
	for _, p := range slices.Concat(a, b) {
		switch {
		case !p.variables():
			plain = append(plain, p)
		case !slices.ContainsFunc(open, p.same):
			open = append(open, p)
		}
	}
	return append(smallest(plain), open...)
}

// same reports whether two patterns surely match the same texts.
func (p pattern) same(q pattern) bool { return p.contains(q) && q.contains(p) }

// joinList adds a list to lists of which one pattern each has to match.
func joinList(all [][]pattern, list []pattern) [][]pattern {
	for i := range all {
		if joined, ok := intersectLists(all[i], list); ok {
			out := slices.Clone(all)
			out[i] = joined
			return out
		}
	}
	return append(slices.Clone(all), list)
}

// maxList bounds the patterns of the intersection of two lists.
const maxList = 4096

func intersectLists(a, b []pattern) ([]pattern, bool) {
	var out []pattern
	for _, p := range a {
		for _, q := range b {
			pieces, ok := intersect(p, q)
			if !ok || len(out)+len(pieces) > maxList {
				return nil, false
			}
			out = append(out, pieces...)
		}
	}
	return smallest(out), true
}

// simplified drops what cannot matter: patterns that the exclusions cover, and
// exclusions that nothing else meets. An exclusion with a variable stays: a
// NotResource that is not resolved voids its statement (D7).
func (s space) simplified() space {
	for i, list := range s.all {
		s.all[i] = slices.DeleteFunc(slices.Clone(list), func(p pattern) bool { return coveredBy(p, s.not) })
	}
	if len(s.all) == 0 {
		return s
	}
	s.not = slices.DeleteFunc(slices.Clone(s.not), func(n pattern) bool {
		return !n.variables() && slices.ContainsFunc(s.all, func(list []pattern) bool {
			return !slices.ContainsFunc(list, n.overlaps)
		})
	})
	return s
}

// disjoint reports whether the spaces surely have nothing in common.
func (s space) disjoint(o space) bool {
	if s.empty() || o.empty() || s.excludedBy(o.not) || o.excludedBy(s.not) {
		return true
	}
	for _, a := range s.all {
		for _, b := range o.all {
			if !slices.ContainsFunc(a, func(p pattern) bool { return slices.ContainsFunc(b, p.overlaps) }) {
				return true
			}
		}
	}
	return false
}

// excludedBy reports whether exclusions cover all of one of the space's lists.
func (s space) excludedBy(not []pattern) bool {
	return slices.ContainsFunc(s.all, func(list []pattern) bool {
		return !slices.ContainsFunc(list, func(p pattern) bool { return !coveredBy(p, not) })
	})
}

// contains reports whether everything in o is surely in s as well.
func (s space) contains(o space) bool {
	for _, list := range s.all {
		inside := slices.ContainsFunc(o.all, func(narrower []pattern) bool {
			return !slices.ContainsFunc(narrower, func(p pattern) bool { return !coveredBy(p, list) })
		})
		if !inside {
			return false
		}
	}
	for _, n := range s.not {
		met := !slices.ContainsFunc(o.all, func(list []pattern) bool { return !slices.ContainsFunc(list, n.overlaps) })
		switch {
		case n.variables() && !slices.ContainsFunc(o.not, n.same), !n.variables() && met && !coveredBy(n, o.not):
			return false
		}
	}
	return true
}

// holds reports whether a text is in the space. strict says what an exclusion
// without value does: it leaves everything out (D7), or is passed over.
func (s space) holds(text string, r wildcard.Resolver, strict, spliced bool) bool {
	for _, list := range s.all {
		if !slices.ContainsFunc(list, func(p pattern) bool { return p.matches(text, r, spliced) }) {
			return false
		}
	}
	for _, n := range s.not {
		resolved, ok := n.resolve(r, spliced)
		switch {
		case !ok && strict:
			return false
		case ok && resolved.contains(literal(text, false)):
			return false
		}
	}
	return true
}

// single returns the one list that the space amounts to, apart from exclusions.
func (s space) single() ([]pattern, bool) {
	if len(s.all) > 1 {
		return nil, false
	}
	if len(s.all) == 0 {
		return nil, true
	}
	return s.all[0], true
}
