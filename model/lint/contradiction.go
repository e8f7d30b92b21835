package lint

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/conditions"
)

// checkContradictions reports tests of one key that no value passes together
// (rule C5). Only what is certain is reported: that one of the tests lists all
// values it admits, or that all of them are bounds of one range.
func (s *statement) checkContradictions() {
	groups := map[string][]entry{}
	for _, e := range s.entries {
		folded := conditions.FoldKey(e.Key())
		groups[folded] = append(groups[folded], e)
	}
	reported := map[string]bool{}
	for _, e := range s.entries {
		folded := conditions.FoldKey(e.Key())
		group := groups[folded]
		if reported[folded] || len(group) < 2 {
			continue
		}
		reported[folded] = true
		if contradict(group) {
			first, last := group[0], group[len(group)-1]
			s.report(contradiction, last.at, "%s of %s never holds together with %s on line %d: the statement %s",
				last.Operator(), last.Key(), first.Operator(), first.at.Line, s.never())
		}
	}
}

func contradict(group []entry) bool {
	for _, e := range group {
		// Without values a test never holds by itself, which model reports.
		if len(e.Variables()) > 0 || len(e.Entry.Values()) == 0 {
			return false
		}
	}
	if outOfRange(group) {
		return true
	}
	candidates, complete := candidates(group)
	if !complete {
		return false
	}
	absent := conditions.NewContext()
	absent.SetAbsent(group[0].Key())
	if together(group, absent) || slices.ContainsFunc(candidates, func(text string) bool { return together(group, of(group[0], text)) }) {
		return false
	}
	// A test that fails by itself, for a text that is no number say, is another fault.
	return !slices.ContainsFunc(group, failsAlone)
}

// of returns a context in which the key of a test has a value.
func of(e entry, text string) *conditions.Context {
	c := conditions.NewContext()
	c.Set(e.Key(), text)
	return c
}

func together(group []entry, context *conditions.Context) bool {
	env := conditions.Env{Context: context}
	return all(group, func(e entry) bool { return e.Eval(&env) == conditions.True })
}

// failsAlone reports whether a test that lists its values holds for none of them.
func failsAlone(e entry) bool {
	return (literal(e) || e.Operator().Base == conditions.NumericEquals) &&
		!slices.ContainsFunc(e.Entry.Values(), func(text string) bool { return together([]entry{e}, of(e, text)) })
}

// candidates returns values such that the tests hold together for one of them,
// or for no value at all. complete is false if that cannot be told.
func candidates(group []entry) (values []string, complete bool) {
	families := map[conditions.Family]bool{}
	negated := false
	for _, e := range group {
		op := e.Operator()
		if op.Base == conditions.Null {
			if !slices.ContainsFunc(e.Entry.Values(), func(v string) bool { return !strings.EqualFold(v, "true") }) {
				return nil, true // the key has to be absent
			}
			continue
		}
		families[op.Base.Family()] = true
		negated = negated || op.Negated()
		if literal(e) {
			values = append(values, e.Entry.Values()...)
			complete = true
		}
	}
	if complete || len(families) != 1 {
		return values, complete
	}
	switch {
	case families[conditions.BoolFamily]:
		return []string{"true", "false"}, all(group, single)
	case families[conditions.NumericFamily]:
		isEquals := func(e entry) bool { return e.Operator().Base == conditions.NumericEquals && single(e) }
		return valuesOf(group, isEquals), slices.ContainsFunc(group, isEquals)
	case families[conditions.IPFamily] && !negated:
		return firstAddresses(group), all(group, single)
	}
	return nil, false
}

func all(group []entry, holds func(entry) bool) bool {
	return !slices.ContainsFunc(group, func(e entry) bool { return !holds(e) })
}

// single reports whether the test sees one value, or is about presence.
func single(e entry) bool { return e.Operator().Set == conditions.None }

// literal reports whether the test admits exactly the texts that it lists: a
// positive one without wildcards, which also demands that there is one value.
func literal(e entry) bool {
	op := e.Operator()
	switch op.Base {
	case conditions.StringEquals, conditions.StringLike, conditions.ARNEquals, conditions.ARNLike:
	default:
		return false
	}
	starred := func(v string) bool { return strings.ContainsAny(v, "*?") }
	return op.Set == conditions.None && !(op.Wildcards() && slices.ContainsFunc(e.Entry.Values(), starred))
}

func valuesOf(group []entry, of func(entry) bool) []string {
	var values []string
	for _, e := range group {
		if of(e) {
			values = append(values, e.Entry.Values()...)
		}
	}
	return values
}

// firstAddresses returns the first address of every range. Ranges that have an
// address in common have the first of the smallest in common.
func firstAddresses(group []entry) []string {
	var list []string
	for _, text := range valuesOf(group, func(e entry) bool { return e.Operator().Base == conditions.IPAddress }) {
		if p, err := netip.ParsePrefix(text); err == nil {
			text = p.Masked().Addr().String()
		}
		list = append(list, text)
	}
	return list
}

// outOfRange reports whether bounds of numbers or dates leave nothing between
// them. Absent keys do not matter: an entry with IfExists is no bound.
func outOfRange(group []entry) bool {
	var low, high *float64
	for _, e := range group {
		upper, ok := bound(e.Operator())
		if !ok {
			continue
		}
		loosest, ok := loosest(e, upper)
		if !ok {
			return false
		}
		if upper && (high == nil || loosest < *high) {
			high = &loosest
		}
		if !upper && (low == nil || loosest > *low) {
			low = &loosest
		}
	}
	return low != nil && high != nil && *low > *high
}

// bound tells upper bounds from lower ones, and both from other operators.
func bound(op conditions.Operator) (upper, ok bool) {
	if op.Set != conditions.None || op.IfExists {
		return false, false
	}
	switch op.Base {
	case conditions.NumericLessThan, conditions.NumericLessThanEquals, conditions.DateLessThan, conditions.DateLessThanEquals:
		return true, true
	case conditions.NumericGreaterThan, conditions.NumericGreaterThanEquals, conditions.DateGreaterThan, conditions.DateGreaterThanEquals:
		return false, true
	}
	return false, false
}

// loosest returns the bound that the values of an entry make together, any of
// which is enough: a number, or a date in seconds.
func loosest(e entry, upper bool) (float64, bool) {
	var bounds []float64
	for _, text := range e.Entry.Values() {
		b, err := strconv.ParseFloat(text, 64)
		if e.Operator().Base.Family() == conditions.DateFamily {
			var at time.Time
			if at, err = time.Parse(time.RFC3339, text); err != nil {
				at, err = time.Parse(time.DateOnly, text)
			}
			b = float64(at.Unix())
		}
		if err != nil {
			return 0, false
		}
		bounds = append(bounds, b)
	}
	if upper {
		return slices.Max(bounds), true
	}
	return slices.Min(bounds), true
}
