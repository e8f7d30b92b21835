package conditions

import "iamsim/internal/wildcard"

// boolTest is Bool (rule C35).
type boolTest struct {
	values []boolValue
}

// boolValue is one policy value.
type boolValue struct {
	literal  boolLiteral
	template *wildcard.Template // set if the value holds a variable (rule C.12)
}

// boolLiteral is what a policy text without variables says.
type boolLiteral uint8

const (
	neither boolLiteral = iota
	saysTrue
	saysFalse
)

const (
	trueText  = "true"
	falseText = "false"
)

func newBoolTest(values []string, variables bool) (*boolTest, []*ValueError) {
	t := &boolTest{}
	var faults []*ValueError
	for i, v := range values {
		template, err := wildcard.ParseTemplate(v, wildcard.Syntax{Variables: variables, Case: wildcard.ASCIIInsensitive})
		switch {
		case err != nil:
			faults = append(faults, templateError(i, v, err))
		case len(template.Variables()) > 0:
			t.values = append(t.values, boolValue{template: template})
		default:
			t.values = append(t.values, boolValue{literal: boolOf(v)})
		}
	}
	return t, faults
}

// boolOf reads a text in any case.
func boolOf(text string) boolLiteral {
	switch FoldKey(text) {
	case trueText:
		return saysTrue
	case falseText:
		return saysFalse
	}
	return neither
}

// against compares the request value: `true` in any case meets the policy
// value true, anything else meets false (rule C35).
func (t *boolTest) against(x *scalar, env *Env) verdict {
	want, word := saysFalse, falseText
	if isTrue(x.text) {
		want, word = saysTrue, trueText
	}
	return t.says(want, word, env)
}

// isTrue is boolOf(text) == saysTrue without allocating.
func isTrue(text string) bool {
	if len(text) != len(trueText) {
		return false
	}
	for i := 0; i < len(text); i++ {
		if foldByte(text[i]) != trueText[i] {
			return false
		}
	}
	return true
}

// says reports whether one of the policy values says want, which is written
// word.
func (t *boolTest) says(want boolLiteral, word string, env *Env) verdict {
	var v verdict
	for i := range t.values {
		p := &t.values[i]
		switch {
		case p.template == nil && p.literal == want:
			return matched
		case p.template != nil && !env.Options.BoolVariablesLiteral:
			if v |= matchTemplate(p.template, word, env); v&matched != 0 {
				return v
			}
		}
	}
	return v
}

func (t *boolTest) reach(env *Env) reach {
	yes, no := t.says(saysTrue, trueText, env), t.says(saysFalse, falseText, env)
	return reach{never: yes|no == 0, always: yes&no&matched != 0}
}
