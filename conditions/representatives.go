package conditions

import (
	"slices"
	"strings"

	"iamsim/internal/wildcard"
)

// Representatives returns values of the key, which is the entry's own or one
// that its values name as a variable, such that every outcome the entry can
// have for some value it has for one of them, all other keys being as in env;
// absence is for the caller to add. The own key of an entry on sets gets lists
// as well. The values are distinct and in a fixed order; none if the entry has
// nothing to do with the key.
func (e *Entry) Representatives(key string, env *Env) []Value {
	folded := FoldKey(key)
	own := folded == e.folded
	var texts, constants []string
	if own {
		constants = e.constants(env)
		texts = append(texts, constants...)
		texts = append(texts, e.foreign(env)...)
	}
	if e.names(folded) {
		texts = append(texts, e.variableTexts(folded, env)...)
	}
	texts = unique(texts)
	var values []Value
	for _, t := range texts {
		values = append(values, textValue(t))
	}
	if own && e.onSets() {
		values = append(values, e.lists(unique(constants), env)...)
	}
	return values
}

// names reports whether a value of the entry names the folded key as a
// variable.
func (e *Entry) names(folded string) bool {
	return slices.ContainsFunc(e.variables, func(v string) bool { return FoldKey(v) == folded })
}

// onSets reports whether lists matter to the entry.
func (e *Entry) onSets() bool {
	info, known := LookupKey(e.folded)
	return e.op.Set != None || known && info.Multivalued
}

// lists returns the lists of a key that is a set: each constant, all of them,
// and all with one that none matches, which also are the sets of several
// values on which an operator without set operator fails (rule C17).
func (e *Entry) lists(constants []string, env *Env) []Value {
	var values []Value
	for _, c := range constants {
		values = append(values, listValue([]string{c}))
	}
	foreign := e.foreign(env)
	for _, f := range foreign {
		values = append(values, listValue([]string{f}))
	}
	if len(constants) > 1 {
		values = append(values, listValue(constants))
	}
	if len(constants) > 0 && len(foreign) > 0 {
		values = append(values, listValue([]string{constants[0], foreign[0]}))
	}
	if len(constants) > 1 && len(foreign) > 0 {
		values = append(values, listValue(append(slices.Clone(constants), foreign[0])))
	}
	return values
}

// constants returns the texts that come from the policy's values.
func (e *Entry) constants(env *Env) []string {
	var texts []string
	switch t := e.test.(type) {
	case *stringTest:
		for _, template := range t.templates {
			texts = append(texts, e.witnesses(template, env)...)
		}
	case *arnTest:
		for i := range t.patterns {
			texts = append(texts, e.arnWitnesses(&t.patterns[i], env)...)
		}
	case *orderedTest:
		for i, p := range t.values {
			if p != nil {
				texts = append(texts, e.boundaries(e.values[i])...)
			}
		}
	case *boolTest:
		texts = append(texts, trueText, falseText)
	case *binaryTest:
		for i := range t.values {
			if t.values[i].ok {
				texts = append(texts, e.values[i])
			}
		}
	case *ipTest:
		for _, p := range t.ranges {
			texts = append(texts, edges(p)...)
		}
	default:
		texts = append(texts, "x")
	}
	return texts
}

// placeholder stands for a variable whose value is not known.
const placeholder = "x"

// witnesses returns texts that match the template if any does: with the stars
// empty and with the stars filled. For an operator that ignores case a twin in
// the other case joins each.
func (e *Entry) witnesses(t *wildcard.Template, env *Env) []string {
	texts := []string{
		t.Witness("", placeholder, env),
		t.Witness(placeholder, placeholder, env),
	}
	if e.op.Base == StringEqualsIgnoreCase || e.op.Base == StringNotEqualsIgnoreCase {
		texts = append(texts, otherCase(texts[0]))
	}
	return texts
}

// otherCase returns the text with upper-case letters for lower-case ones and
// the reverse, ASCII letters only.
func otherCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, s)
}

// arnWitnesses is witnesses for the components of an ARN pattern; missing ones
// are empty.
func (e *Entry) arnWitnesses(p *arnPattern, env *Env) []string {
	var texts []string
	for _, run := range []string{"", placeholder} {
		var parts [components]string
		for i, part := range p.parts {
			parts[i] = part.Witness(run, placeholder, env)
		}
		if parts[0] == "" || parts[0] == placeholder {
			parts[0] = "arn"
		}
		texts = append(texts, strings.Join(parts[:], ":"))
	}
	return texts
}

// candidateCount bounds the values of a variable that are tried for one text.
const candidateCount = 8

// variableTexts returns values of a variable that bear on the comparison with
// what the entry's own key has: those that make a template match, and one that
// makes none match.
func (e *Entry) variableTexts(folded string, env *Env) []string {
	if e.op.Base == BoolEquals {
		return []string{trueText, falseText, placeholder}
	}
	subjects := []string{placeholder}
	if v, state := env.Context.Lookup(e.folded); state == Present {
		subjects = append(v.Texts(), subjects...)
	}
	var texts []string
	for _, s := range subjects {
		switch t := e.test.(type) {
		case *stringTest:
			for _, template := range t.templates {
				texts = append(texts, template.Candidates(s, folded, candidateCount)...)
			}
		case *arnTest:
			texts = append(texts, t.candidates(s, folded)...)
		}
	}
	for _, s := range strangers {
		if !slices.Contains(texts, s) {
			return append(texts, s)
		}
	}
	return append(texts, strings.Repeat(unusedCharacter(texts), 2))
}

// candidates returns values of a variable with which some component of a
// pattern matches that of the ARN.
func (t *arnTest) candidates(arn, folded string) []string {
	parts, ok := splitARN(arn)
	if !ok {
		return nil
	}
	var texts []string
	for i := range t.patterns {
		for j, part := range t.patterns[i].parts {
			texts = append(texts, part.Candidates(parts[j], folded, candidateCount)...)
		}
	}
	return texts
}

// unique returns the texts without repetitions, in the order they first stand
// in.
func unique(texts []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			kept = append(kept, t)
		}
	}
	return kept
}
