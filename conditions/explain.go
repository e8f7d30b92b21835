package conditions

import (
	"fmt"
	"strconv"
	"strings"

	"iamsim/internal/wildcard"
)

// explainedValues is the number of policy values Explain writes out.
const explainedValues = 10

// Explain says what the request has and what the policy wants, and what else
// bears on the result: variables with their values, texts that are not what
// the operator compares, and the rules for missing keys and for sets.
//
//	StringEquals aws:PrincipalTag/team: request has "web", policy wants "data"
func (e *Entry) Explain(env *Env) string {
	v, state := env.Context.Lookup(e.folded)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s, policy wants %s", e.op, e.key, requestSide(v, state, env), e.policySide())
	for _, note := range e.notes(v, state, env) {
		b.WriteString("; ")
		b.WriteString(note)
	}
	return b.String()
}

func requestSide(v Value, state State, env *Env) string {
	switch {
	case state == NotSupplied && env.ThreeValued:
		return "nothing is known of the key in the request"
	case v.missing():
		return "the request does not carry the key"
	}
	return "request has " + v.String()
}

// wanted are the words before the policy values of operators that do not ask
// for equality.
var wanted = map[Base]string{
	NumericLessThan:          "a number less than ",
	NumericLessThanEquals:    "a number of at most ",
	NumericGreaterThan:       "a number greater than ",
	NumericGreaterThanEquals: "a number of at least ",
	DateLessThan:             "a time before ",
	DateLessThanEquals:       "a time no later than ",
	DateGreaterThan:          "a time after ",
	DateGreaterThanEquals:    "a time no earlier than ",
	IPAddress:                "an address in ",
	NotIPAddress:             "an address in ",
}

func (e *Entry) policySide() string {
	if e.op.Base == Null {
		return e.nullSide()
	}
	if len(e.values) == 0 {
		return "a value out of an empty list"
	}
	var b strings.Builder
	switch e.op.Set {
	case ForAllValues:
		b.WriteString("every value to be ")
	case ForAnyValue:
		b.WriteString("some value to be ")
	}
	b.WriteString(wanted[e.op.Base])
	switch {
	case e.op.Negated():
		b.WriteString("none of ")
	case len(e.values) > 1:
		b.WriteString("one of ")
	}
	for i, v := range e.values {
		if i == explainedValues {
			fmt.Fprintf(&b, " and %d more", len(e.values)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(v))
	}
	return b.String()
}

func (e *Entry) nullSide() string {
	switch absent, present := e.asksNull(true), e.asksNull(false); {
	case absent && present:
		return "the key absent or present"
	case absent:
		return "the key absent or empty"
	case present:
		return "the key present and not empty"
	}
	return "a value out of an empty list"
}

// notes returns what bears on the result besides the values themselves.
func (e *Entry) notes(v Value, state State, env *Env) []string {
	var notes []string
	unknown := state == NotSupplied && env.ThreeValued
	switch {
	case e.op.Base == Null:
		return e.nullNotes(v, env)
	case unknown:
	case v.empty():
		if note := e.emptyNote(v, env); note != "" {
			notes = append(notes, note)
		}
	case len(e.values) == 0:
		notes = append(notes, e.emptyListNote(env))
	case e.op.Set == None && len(v.scalars) > 1:
		does := "fails on"
		if e.comparesSets(env) {
			does = "must hold for each of"
		}
		notes = append(notes, fmt.Sprintf("%s compares one value and %s the %d of the request (rule C17)", e.op.Base, does, len(v.scalars)))
	}
	notes = append(notes, e.requestNotes(v, env)...)
	notes = append(notes, e.policyNotes(env)...)
	return append(notes, e.variableNotes(env)...)
}

func (e *Entry) nullNotes(v Value, env *Env) []string {
	switch _, constant := e.constantNull(env); {
	case constant:
		return []string{e.op.Set.String() + " makes Null constant (rule C45)"}
	case v.empty() && !v.missing():
		return []string{"an empty text counts as absent (rule C12)"}
	}
	return nil
}

// emptyNote says which rule decides for a key that is missing or empty, if it
// is not simply that nothing matches.
func (e *Entry) emptyNote(v Value, env *Env) string {
	switch {
	case e.op.Set == ForAllValues && v.missing():
		return "ForAllValues holds for a missing key (rule C14)"
	case e.op.Set == ForAllValues:
		return "ForAllValues holds for an empty text (rule C12)"
	case e.op.Set == ForAnyValue && e.op.IfExists && v.missing() && !e.anyHoldsMissing(env):
		return "ForAnyValue never holds for a missing key, even with IfExists (rule C19)"
	case e.op.Set == ForAnyValue && e.op.IfExists && v.missing():
		return "IfExists holds for a missing key, even with ForAnyValue (rule C19)"
	case e.op.Set == ForAnyValue && v.missing():
		return "ForAnyValue never holds for a missing key (rule C15)"
	case e.op.Set == ForAnyValue:
		return "ForAnyValue never holds for an empty text (rule C12)"
	case v.missing() && e.op.IfExists:
		return "IfExists holds for a missing key (rule C11)"
	case len(e.values) == 0:
		return e.emptyListNote(env)
	case v.missing() && e.op.Negated():
		return "a negated operator holds for a missing key (rule C10)"
	}
	return ""
}

func (e *Entry) emptyListNote(env *Env) string {
	if e.op.Negated() && env.Options.EmptyNegatedListTrue {
		return "an empty list excludes no value (rule C18)"
	}
	return "an empty list holds for no value (rule C18)"
}

// requestNotes names request values that are not what the operator compares.
func (e *Entry) requestNotes(v Value, env *Env) []string {
	var notes []string
	for i := range v.scalars {
		x := &v.scalars[i]
		fault := ""
		switch e.op.Base.Family() {
		case NumericFamily:
			if x.number == nil {
				fault = "is not a number (rule C32)"
			}
		case DateFamily:
			if x.instant == nil {
				fault = "is not a date (rule C34)"
			}
		case BinaryFamily:
			if !validBase64(x.text) {
				fault = "is not base64 (rule C39)"
			}
		case IPFamily:
			switch {
			case !x.address.IsValid():
				fault = "is not an IP address (rule C2)"
			case x.address.Is4In6() && !env.Options.MappedIPv4IsIPv4:
				fault = "is compared as an IPv6 address (rule C37)"
			}
		case ARNFamily:
			if _, ok := splitARN(x.text); !ok {
				fault = "is not an ARN (rule C42)"
			}
		}
		if fault != "" {
			notes = append(notes, strconv.Quote(x.text)+" "+fault)
		}
	}
	return notes
}

// policyNotes names policy values that match nothing whatever the request has.
func (e *Entry) policyNotes(env *Env) []string {
	var notes []string
	add := func(i int, fault string) {
		notes = append(notes, strconv.Quote(e.values[i])+" "+fault)
	}
	switch t := e.test.(type) {
	case *orderedTest:
		for i, p := range t.values {
			if p == nil {
				add(i, "is not a number (rule C32)")
			}
		}
	case *binaryTest:
		for i := range t.values {
			if !t.values[i].ok {
				add(i, "is not base64 (rule C39)")
			}
		}
	case *boolTest:
		for i, p := range t.values {
			if p.literal == neither && (p.template == nil || env.Options.BoolVariablesLiteral) {
				add(i, "is neither true nor false (rule C35)")
			}
		}
	case *arnTest:
		for i, p := range t.patterns {
			if len(p.parts) < components && !env.Options.ShortARNPatternsCompleted {
				add(i, "has fewer than six components and matches no ARN (rule C43)")
			}
		}
	}
	return notes
}

// variableNotes says what each variable stands for.
func (e *Entry) variableNotes(env *Env) []string {
	if e.op.Base == BoolEquals && env.Options.BoolVariablesLiteral {
		return nil
	}
	var notes []string
	seen := map[string]bool{}
	for _, t := range e.templates() {
		for _, v := range t.Variables() {
			source := t.String()[v.Start:v.End]
			if seen[source] {
				continue
			}
			seen[source] = true
			notes = append(notes, source+" "+variableState(v, env))
		}
	}
	return notes
}

func variableState(v wildcard.Variable, env *Env) string {
	text, presence := env.Resolve(v.Key)
	switch {
	case presence == wildcard.Resolved:
		return "is " + strconv.Quote(text)
	case presence == wildcard.UnknownValue:
		return "is not known"
	case presence == wildcard.Multivalued:
		return "is a set and has no one value, so what holds it matches nothing (rules D7, D8)"
	case v.HasDefault:
		return "is absent and stands for its default " + strconv.Quote(v.Default) + " (rule D3)"
	}
	return "is absent, so what holds it matches nothing (rule D8)"
}
