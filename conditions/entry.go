// Package conditions is the language of the Condition element: operators by
// family, set operators, policy variables, the context of a request, and the
// table of known condition keys (sections C and D of the rules).
//
// An Entry is compiled once, with its patterns, dates, ranges and numbers; a
// Context parses its values when they are set. Deciding then only compares,
// and allocates nothing.
package conditions

import (
	"errors"
	"fmt"
	"slices"

	"iamsim/internal/wildcard"
)

// Entry is one line of a Condition: one operator, one key and the values of
// the policy. It is immutable and safe for concurrent use.
type Entry struct {
	op     Operator
	key    string
	folded string
	hash   uint64 // of folded
	plain  bool   // an operator without set operator that compares one value
	values []string
	// variables are the keys named by ${...} in the values.
	variables []string
	test      test
}

// test is what an operator family makes of the policy values; it is one of
// *stringTest, *orderedTest, *boolTest, *binaryTest, *ipTest, *arnTest and nil
// (Null).
type test any

// ValueError tells what is wrong with one value of a policy.
type ValueError struct {
	// Index is the place of the value in the list, from 0.
	Index int
	Msg   string
}

// Error returns the message, which quotes the value.
func (e *ValueError) Error() string { return e.Msg }

func valueError(index int, value, msg string) *ValueError {
	return &ValueError{Index: index, Msg: fmt.Sprintf("value %q %s", value, msg)}
}

// templateError turns an error of wildcard.ParseTemplate into a ValueError.
func templateError(index int, value string, err error) *ValueError {
	var syntax *wildcard.SyntaxError
	if errors.As(err, &syntax) {
		return valueError(index, value, fmt.Sprintf("is malformed at byte %d: %s (rule D2)", syntax.Offset, syntax.Msg))
	}
	return valueError(index, value, "is "+err.Error())
}

// NewEntry makes an entry of an operator, a key and the values of the policy,
// numbers and booleans among them as their JSON text (rule A23). variables
// tells that the policy's Version has policy variables (rule D6). The error
// joins one *ValueError for each value that makes the policy invalid: text
// that is no address, range or date, and malformed variables (rules A27, A70).
// Numbers, ARNs and base64 texts that are none are not errors; they never
// match (rules C2, C32, C43).
func NewEntry(op Operator, key string, values []string, variables bool) (*Entry, error) {
	e := &Entry{op: op, key: key, folded: FoldKey(key), values: slices.Clone(values)}
	e.hash, e.plain = hashKey(e.folded), op.Set == None && op.Base != Null
	faults := e.compile(variables)
	if len(faults) > 0 {
		errs := make([]error, len(faults))
		for i, f := range faults {
			errs[i] = f
		}
		return nil, errors.Join(errs...)
	}
	e.variables = e.namedKeys()
	return e, nil
}

func (e *Entry) compile(variables bool) (faults []*ValueError) {
	switch e.op.Base.Family() {
	case StringFamily:
		e.test, faults = newStringTest(e.op, e.values, variables)
	case NumericFamily:
		e.test = newNumericTest(e.op, e.values)
	case DateFamily:
		e.test, faults = newDateTest(e.op, e.values)
	case BoolFamily:
		e.test, faults = newBoolTest(e.values, variables)
	case BinaryFamily:
		e.test = newBinaryTest(e.values)
	case IPFamily:
		e.test, faults = newIPTest(e.values)
	case ARNFamily:
		e.test, faults = newARNTest(e.values, variables)
	}
	return faults
}

// templates returns the templates of all values, those of the components of
// an ARN one by one.
func (e *Entry) templates() []*wildcard.Template {
	switch t := e.test.(type) {
	case *stringTest:
		return t.templates
	case *arnTest:
		var all []*wildcard.Template
		for i := range t.patterns {
			all = append(all, t.patterns[i].parts...)
		}
		return all
	case *boolTest:
		var all []*wildcard.Template
		for i := range t.values {
			if t.values[i].template != nil {
				all = append(all, t.values[i].template)
			}
		}
		return all
	}
	return nil
}

// namedKeys returns the keys of all variables, each once, in the order and
// spelling of their first place.
func (e *Entry) namedKeys() []string {
	var keys []string
	seen := map[string]bool{}
	for _, t := range e.templates() {
		for _, v := range t.Variables() {
			if folded := FoldKey(v.Key); !seen[folded] {
				seen[folded] = true
				keys = append(keys, v.Key)
			}
		}
	}
	return keys
}

// Operator returns the entry's operator.
func (e *Entry) Operator() Operator { return e.op }

// Key returns the condition key as the policy writes it.
func (e *Entry) Key() string { return e.key }

// Values returns the values of the policy in their order.
func (e *Entry) Values() []string { return slices.Clone(e.values) }

// Variables returns the condition keys named by ${...} in the values, each
// once, as first written.
func (e *Entry) Variables() []string { return slices.Clone(e.variables) }

// Block is a Condition element: entries joined by AND (rule C5).
type Block []*Entry
