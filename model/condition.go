package model

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
)

// condition reads a Condition element: operator, key, values.
func (r *reader) condition(s *Statement, n *source.Node) {
	if n.Kind != source.Object {
		r.report(conditionForm, n.Position(), "Condition is an object of operators, not %s", n.Kind.Phrase())
		return
	}
	for i := range n.Fields {
		r.operatorBlock(s, n, &n.Fields[i])
	}
	r.checkForAllValues(s, n)
}

func (r *reader) operatorBlock(s *Statement, n *source.Node, f *source.Field) {
	at, block := n.FieldPosition(f), f.Value
	if block.Kind != source.Object {
		r.report(conditionForm, block.Position(), "%s is an object of condition keys, not %s", quote(f.Name), block.Kind.Phrase())
		return
	}
	if len(block.Fields) == 0 {
		return // true, whatever the operator (A22)
	}
	op, ok := r.operator(f.Name, at)
	if ok && op.Base == conditions.Null && op.Set != conditions.None {
		r.report(nullSet, at, "%s: Null asks whether the key is present; with a set operator AWS does not say what it means", op)
	}
	for i := range block.Fields {
		r.entry(s, op, ok, block, &block.Fields[i])
	}
	if len(block.Fields) > 1 {
		r.checkKeysDiffer(block)
	}
}

// checkKeysDiffer reports keys that stand twice under one operator (A3).
func (r *reader) checkKeysDiffer(block *source.Node) {
	seen := map[string]*source.Field{}
	for i := range block.Fields {
		key := &block.Fields[i]
		folded := conditions.FoldKey(key.Name)
		if first, twice := seen[folded]; twice {
			r.report(keyTwice, block.FieldPosition(key), "condition key %s stands on line %d already, as %s; the case of keys does not matter",
				quote(key.Name), first.Line, quote(first.Name))
		}
		seen[folded] = key
	}
}

// operator reads the name of an operator (A24, A25).
func (r *reader) operator(name string, at Position) (op conditions.Operator, ok bool) {
	op, err := conditions.ParseOperator(name, r.options.AnyOperatorCase)
	if err == nil {
		return op, true
	}
	if meant, caseErr := conditions.ParseOperator(name, true); caseErr == nil {
		d := r.report(operatorCase, at, "condition operator %s is written %s", quote(name), meant)
		return meant, d.Severity == Warning
	}
	r.report(operatorName, at, "%v", err)
	return op, false
}

// entry reads one key under an operator. Without a known operator only the
// form of the values is checked.
func (r *reader) entry(s *Statement, op conditions.Operator, known bool, block *source.Node, key *source.Field) {
	nodes := r.conditionValues(key)
	if !known {
		r.checkKey(key, block.FieldPosition(key))
		return
	}
	r.entryKey(op, key.Name, nodes)
	if entry := r.entries[string(r.key)]; entry != nil {
		s.Condition = append(s.Condition, entry)
		return
	}
	before := len(r.diagnostics)
	r.checkKey(key, block.FieldPosition(key))
	values := make([]string, len(nodes))
	for i, n := range nodes {
		values[i] = n.Text
	}
	entry, err := conditions.NewEntry(op, key.Name, values, r.variables)
	if err != nil {
		r.valueErrors(op, key, nodes, err)
		return
	}
	s.Condition = append(s.Condition, entry)
	r.checkOperator(op, key, block.FieldPosition(key))
	for _, n := range nodes {
		r.checkValue(op, key.Name, n)
	}
	if len(r.diagnostics) == before && len(r.entries) < maxEntries {
		if r.entries == nil {
			r.entries = map[string]*conditions.Entry{}
		}
		r.entries[string(r.key)] = entry
	}
}

// maxEntries bounds what a Reader remembers; the conditions that policies
// repeat are few.
const maxEntries = 1 << 14

// entryKey sets r.key to everything that an entry and the findings in it depend on.
func (r *reader) entryKey(op conditions.Operator, name string, values []*source.Node) {
	flags := byte(0)
	if r.variables {
		flags = 1
	}
	key := append(r.key[:0], byte(op.Base), byte(op.Set), flags)
	if op.IfExists {
		key[2] |= 2
	}
	key = binary.AppendUvarint(key, uint64(len(name)))
	key = append(key, name...)
	for _, n := range values {
		key = binary.AppendUvarint(key, uint64(len(n.Text)))
		key = append(key, n.Text...)
	}
	r.key = key
}

// conditionValues returns the scalars of a key, and reports what is none (A23).
func (r *reader) conditionValues(key *source.Field) []*source.Node {
	n := key.Value
	if n.Kind == source.List && len(n.Items) == 0 {
		r.report(emptyList, n.Position(), "the list of values of %s is empty; no value satisfies it", quote(key.Name)).Rule = "C18"
	}
	items := list(n)
	if !slices.ContainsFunc(items, func(item *source.Node) bool { return !item.Scalar() }) {
		return items
	}
	var nodes []*source.Node
	for _, item := range items {
		if item.Scalar() {
			nodes = append(nodes, item)
			continue
		}
		r.report(wrongType, item.Position(), "a value of %s is a string, a number or a boolean, not %s", quote(key.Name), item.Kind.Phrase()).Rule = "A23"
	}
	return nodes
}

// valueErrors gives the errors of an entry the places of the values they are about.
func (r *reader) valueErrors(op conditions.Operator, key *source.Field, nodes []*source.Node, err error) {
	f, rule := variableSyntax, "D2"
	switch op.Base.Family() {
	case conditions.DateFamily:
		f, rule = conditionValue, "A27"
	case conditions.IPFamily:
		f, rule = conditionValue, "C36"
	}
	for _, err := range split(err) {
		at := key.Value.Position()
		var value *conditions.ValueError
		if errors.As(err, &value) && value.Index < len(nodes) {
			at = nodes[value.Index].Position()
		}
		text := strings.TrimSuffix(err.Error(), " (rule "+rule+")")
		r.report(f, at, "%s %s: %s", op, quote(key.Name), text).Rule = rule
	}
}
