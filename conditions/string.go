package conditions

import "iamsim/internal/wildcard"

// literalSetSize is the number of plain values from which on StringEquals
// looks a text up instead of comparing it with each.
const literalSetSize = 8

// stringTest is the String operators (rules C20 to C24).
type stringTest struct {
	templates []*wildcard.Template
	// literals holds the values of StringEquals if all are plain text and
	// there are many.
	literals map[string]struct{}
}

func newStringTest(op Operator, values []string, variables bool) (*stringTest, []*ValueError) {
	syntax := wildcard.Syntax{Variables: variables, Wildcards: op.Wildcards()}
	if op.Base == StringEqualsIgnoreCase || op.Base == StringNotEqualsIgnoreCase {
		syntax.Case = wildcard.UnicodeInsensitive
	}
	t := &stringTest{}
	var faults []*ValueError
	literals := map[string]struct{}{}
	for i, v := range values {
		template, err := wildcard.ParseTemplate(v, syntax)
		if err != nil {
			faults = append(faults, templateError(i, v, err))
			continue
		}
		t.templates = append(t.templates, template)
		if text, ok := template.Literal(); ok && literals != nil {
			literals[text] = struct{}{}
		} else {
			literals = nil
		}
	}
	if len(literals) >= literalSetSize {
		t.literals = literals
	}
	return t, faults
}

func (t *stringTest) against(x *scalar, env *Env) verdict {
	if t.literals != nil {
		if _, ok := t.literals[x.text]; ok {
			return matched
		}
		return 0
	}
	var v verdict
	for _, template := range t.templates {
		if v |= matchTemplate(template, x.text, env); v&matched != 0 {
			return v
		}
	}
	return v
}

// matchTemplate compares one text with one template. A variable without value
// matches nothing (rule D8).
func matchTemplate(t *wildcard.Template, text string, env *Env) verdict {
	switch env.Match(t, text) {
	case wildcard.Match:
		return matched
	case wildcard.Unknown:
		return undecided
	}
	return 0
}

// resolvable reports whether every variable of the template has or may have a
// value.
func resolvable(t *wildcard.Template, env *Env) bool {
	return env.Match(t, "") != wildcard.Unresolved
}

// reach says what the policy values of a test can do to request values.
func (t *stringTest) reach(env *Env) reach {
	r := reach{never: true}
	for _, template := range t.templates {
		if resolvable(template, env) {
			r.never = false
		}
		if template.MatchesAll() {
			r.always = true
		}
	}
	return r
}
