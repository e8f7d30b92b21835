package eval

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
)

// vocabulary numbers the distinct action patterns of an engine's policies, so
// that matching a request's action is done once and not statement by statement.
type vocabulary struct {
	// numbers are by folded text; number 0 is taken (anyAction).
	numbers map[string]uint32
	// wild are the patterns with wildcards behind a literal service prefix, by
	// that prefix, and open those that may match several services.
	wild map[string][]wildAction
	open []wildAction
	// base holds the patterns numbered before; it is not changed any more.
	base *vocabulary
	next uint32
}

// anyAction is the number under which statements with NotAction stand: each
// of them is looked at for every action.
const anyAction = 0

type wildAction struct {
	pattern *wildcard.Pattern
	number  uint32
}

func newVocabulary(base *vocabulary) *vocabulary {
	v := &vocabulary{numbers: map[string]uint32{}, wild: map[string][]wildAction{}, base: base, next: anyAction + 1}
	if base != nil {
		v.next = base.next
	}
	return v
}

// number returns the number of a pattern, and gives it one where it has none.
// The only error is that of text that is not UTF-8.
func (v *vocabulary) number(text string) (uint32, error) {
	folded := conditions.FoldKey(text)
	for known := v; known != nil; known = known.base {
		if n, ok := known.numbers[folded]; ok {
			return n, nil
		}
	}
	pattern, err := wildcard.CompileFold(text)
	if err != nil {
		return 0, err
	}
	n := v.next
	v.next++
	v.numbers[strings.Clone(folded)] = n
	if _, literal := pattern.Literal(); literal {
		return n, nil
	}
	prefix, _, found := strings.Cut(folded, ":")
	if !found || strings.ContainsAny(prefix, "*?") {
		v.open = append(v.open, wildAction{pattern, n})
	} else {
		v.wild[prefix] = append(v.wild[prefix], wildAction{pattern, n})
	}
	return n, nil
}

// matching appends the numbers of the patterns that match an action, ascending, behind anyAction.
func (v *vocabulary) matching(name string, numbers []uint32) []uint32 {
	numbers = append(numbers, anyAction)
	folded := conditions.FoldKey(name)
	service, _, _ := strings.Cut(folded, ":")
	for ; v != nil; v = v.base {
		if n, ok := v.numbers[folded]; ok {
			numbers = append(numbers, n)
		}
		for _, list := range [][]wildAction{v.wild[service], v.open} {
			for _, w := range list {
				if w.pattern.Match(name) {
					numbers = append(numbers, w.number)
				}
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

// patternBit spreads the numbers of patterns over the bits of a mask.
func patternBit(n uint32) uint64 { return 1 << (n * 2654435769 >> 26) }
