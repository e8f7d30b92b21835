package access

import (
	"slices"
	"strings"

	"iamsim/conditions"
)

// conditionBlock is a Condition element in the making: operator, key, values.
type conditionBlock struct {
	operators []string // in the order of their first entry
	entries   map[string][]blockEntry
}

type blockEntry struct {
	op     conditions.Operator
	key    string
	values []string
}

// block joins conditions to one Condition element. Two on the same operator
// and key cannot stand side by side (A3): they are merged where one says what
// both do, or one is put under another operator that means the same there.
// void is set where they can never hold together; ok is false where no block says it.
func block(list []condition) (b conditionBlock, void, ok bool) {
	b.entries = map[string][]blockEntry{}
	for _, c := range list {
		op := c.entry.Operator()
		e := blockEntry{op: op, key: c.entry.Key(), values: writtenValues(c)}
		placed, never := b.place(e)
		switch {
		case never:
			return b, true, true
		case !placed:
			return b, false, false
		}
	}
	return b, false, true
}

// writtenValues are an entry's values as Version 2012-10-17 spells them.
func writtenValues(c condition) []string {
	values := c.entry.Values()
	switch c.entry.Operator().Base.Family() {
	case conditions.StringFamily, conditions.ARNFamily, conditions.BoolFamily:
	default:
		return values
	}
	for i := range values {
		if !c.variables {
			values[i] = strings.ReplaceAll(values[i], "${", "${$}{")
		}
	}
	return values
}

// slot returns the entry of an operator and key, if there is one.
func (b *conditionBlock) slot(op conditions.Operator, key string) *blockEntry {
	list := b.entries[op.String()]
	for i := range list {
		if conditions.FoldKey(list[i].key) == conditions.FoldKey(key) {
			return &list[i]
		}
	}
	return nil
}

func (b *conditionBlock) put(e blockEntry) {
	name := e.op.String()
	if _, ok := b.entries[name]; !ok {
		b.operators = append(b.operators, name)
	}
	b.entries[name] = append(b.entries[name], e)
}

func (b *conditionBlock) place(e blockEntry) (placed, never bool) {
	there := b.slot(e.op, e.key)
	if there == nil {
		b.put(e)
		return true, false
	}
	if slices.Equal(there.values, e.values) {
		return true, false
	}
	if values, ok := merged(e.op, there.values, e.values); ok {
		if len(values) == 0 && (e.op.Base == conditions.Null || e.op.Set != conditions.ForAllValues && !e.op.IfExists) {
			return false, true
		}
		there.values = values
		return true, false
	}
	for _, other := range spellings(e) {
		if b.slot(other.op, other.key) == nil {
			b.put(other)
			return true, false
		}
	}
	return false, false
}

// merged returns the values under which an operator says what it says under
// each of two lists. A negated operator excludes both lists (C7), save under
// ForAnyValue, where two values may satisfy one list each; plain texts of
// StringEquals, and what Null asks for, are intersected.
func merged(op conditions.Operator, a, b []string) ([]string, bool) {
	plain := func(list []string) bool {
		return !slices.ContainsFunc(list, func(v string) bool { return strings.Contains(v, "${") })
	}
	switch {
	case op.Base == conditions.Null && op.Set == conditions.None:
		return intersection(nullValues(a), nullValues(b)), true
	case op.Set == conditions.ForAnyValue || op.Base == conditions.Null:
		return nil, false
	case op.Negated():
		if len(a) == 0 || len(b) == 0 {
			return nil, false
		}
		out := slices.Clone(a)
		for _, v := range b {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return out, true
	case op.Base == conditions.StringEquals && plain(a) && plain(b):
		return intersection(a, b), true
	}
	return nil, false
}

func intersection(a, b []string) []string {
	var out []string
	for _, v := range a {
		if slices.Contains(b, v) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// nullValues are the values of Null as "true" and "false" (C45).
func nullValues(list []string) []string {
	var out []string
	for _, v := range list {
		text := "false"
		if conditions.FoldKey(v) == "true" {
			text = "true"
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// spellings are other ways to write an entry, which mean the same beside one
// that is there already under the entry's own operator and key: that one makes
// sure that the key is present, so that IfExists adds nothing (C11, C14, C15);
// ArnEquals is ArnLike (C40); StringEquals is StringLike without wildcards (C20, C22).
func spellings(e blockEntry) []blockEntry {
	bases := []conditions.Base{e.op.Base}
	switch e.op.Base {
	case conditions.ARNEquals:
		bases = append(bases, conditions.ARNLike)
	case conditions.ARNLike:
		bases = append(bases, conditions.ARNEquals)
	case conditions.StringEquals:
		if !slices.ContainsFunc(e.values, func(v string) bool { return strings.Contains(v, "${") }) {
			bases = append(bases, conditions.StringLike)
		}
	case conditions.Null:
		return nil
	}
	if e.op.Negated() {
		return nil
	}
	var out []blockEntry
	for _, base := range bases {
		for _, ifExists := range []bool{e.op.IfExists, true} {
			other := blockEntry{op: conditions.Operator{Set: e.op.Set, Base: base, IfExists: ifExists}, key: e.key, values: e.values}
			if e.op.Base == conditions.StringEquals && base == conditions.StringLike {
				other.values = withoutWildcards(e.values)
			}
			out = append(out, other)
		}
	}
	return out
}

// withoutWildcards spells plain texts for an operator that has wildcards (D4).
func withoutWildcards(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.NewReplacer("*", "${*}", "?", "${?}").Replace(v)
	}
	return out
}

// negated returns the condition that holds exactly where c does not; ok is
// false where no single entry does. Plain operators have none: they are false
// for a key with several values, and so is their counterpart (C17).
func negated(c condition) (n condition, always, ok bool) {
	op, values := c.entry.Operator(), c.entry.Values()
	switch {
	case op.Base == conditions.Null && op.Set == conditions.None:
		asks := nullValues(values)
		switch len(asks) {
		case 0:
			return n, true, true
		case 2:
			values = nil
		default:
			values = []string{map[string]string{"true": "false", "false": "true"}[asks[0]]}
		}
	case op.Base.Family() != conditions.StringFamily || op.Set == conditions.None || len(values) == 0:
		return n, false, false
	case op.Set == conditions.ForAnyValue && op.IfExists:
		return n, false, false
	case op.Set == conditions.ForAnyValue:
		op.Set, op.Base = conditions.ForAllValues, opposite[op.Base]
	default:
		op.Set, op.Base, op.IfExists = conditions.ForAnyValue, opposite[op.Base], false
	}
	entry, err := conditions.NewEntry(op, c.entry.Key(), values, c.variables)
	return condition{entry: entry, variables: c.variables}, false, err == nil
}

var opposite = map[conditions.Base]conditions.Base{
	conditions.StringEquals: conditions.StringNotEquals, conditions.StringNotEquals: conditions.StringEquals,
	conditions.StringEqualsIgnoreCase:    conditions.StringNotEqualsIgnoreCase,
	conditions.StringNotEqualsIgnoreCase: conditions.StringEqualsIgnoreCase,
	conditions.StringLike:                conditions.StringNotLike, conditions.StringNotLike: conditions.StringLike,
}
