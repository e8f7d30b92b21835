package conditions

import (
	"strings"

	"iamsim/internal/wildcard"
)

// components is the number of components of an ARN: what the first five
// colons separate (rule C41).
const components = 6

// arnTest is the Arn operators; ArnEquals is ArnLike (rule C40).
type arnTest struct {
	patterns []arnPattern
}

// arnPattern is one policy value. Each component is compared on its own, so
// that no wildcard of one reaches into the next (rule C41), and the text is
// split before variables get their values (rule C44).
type arnPattern struct {
	parts []*wildcard.Template // fewer than six if the text is short (rule C43)
	// literal is the one ARN a plain pattern matches: comparing all components
	// is then comparing the whole texts.
	literal string
	plain   bool
}

func newARNTest(values []string, variables bool) (*arnTest, []*ValueError) {
	t := &arnTest{}
	var faults []*ValueError
	for i, v := range values {
		p, err := parseARNPattern(v, variables)
		if err != nil {
			faults = append(faults, templateError(i, v, err))
			continue
		}
		t.patterns = append(t.patterns, p)
	}
	return t, faults
}

func parseARNPattern(text string, variables bool) (arnPattern, error) {
	syntax := wildcard.Syntax{Variables: variables, Wildcards: true}
	whole, err := wildcard.ParseTemplate(text, syntax)
	if err != nil {
		return arnPattern{}, err
	}
	p := arnPattern{}
	p.literal, p.plain = whole.Literal()
	for _, part := range splitARNTemplate(text, whole.Variables()) {
		template, err := wildcard.ParseTemplate(part, syntax)
		if err != nil {
			return arnPattern{}, err
		}
		p.parts = append(p.parts, template)
	}
	return p, nil
}

// splitARNTemplate splits a template at its first five colons outside
// variables.
func splitARNTemplate(text string, variables []wildcard.Variable) []string {
	var parts []string
	begin := 0
	for i := 0; i < len(text) && len(parts) < components-1; i++ {
		if len(variables) > 0 && i == variables[0].Start {
			i = variables[0].End - 1
			variables = variables[1:]
			continue
		}
		if text[i] == ':' {
			parts = append(parts, text[begin:i])
			begin = i + 1
		}
	}
	return append(parts, text[begin:])
}

// splitARN splits the text of a request; ok is false if it is not an ARN (rule
// C42).
func splitARN(text string) (parts [components]string, ok bool) {
	for i := range components - 1 {
		if parts[i], text, ok = strings.Cut(text, ":"); !ok {
			return parts, false
		}
	}
	parts[components-1] = text
	return parts, parts[0] == "arn"
}

func (t *arnTest) against(x *scalar, env *Env) verdict {
	parts, ok := splitARN(x.text)
	if !ok {
		return failed
	}
	var v verdict
	for i := range t.patterns {
		p := &t.patterns[i]
		if p.plain && len(p.parts) == components {
			if p.literal == x.text {
				return matched
			}
			continue
		}
		if v |= p.match(&parts, env); v&matched != 0 {
			return v
		}
	}
	return v
}

// match compares the components. A variable without value anywhere makes the
// whole pattern match nothing (rule D8).
func (p *arnPattern) match(parts *[components]string, env *Env) verdict {
	if len(p.parts) < components && !env.Options.ShortARNPatternsCompleted {
		return 0
	}
	v := matched
	for i, part := range p.parts {
		switch matchTemplate(part, parts[i], env) {
		case 0:
			return 0
		case undecided:
			v = undecided
		}
	}
	return v
}

func (t *arnTest) reach(env *Env) reach {
	r := reach{never: true, fails: true}
	for i := range t.patterns {
		if t.patterns[i].usable(env) {
			r.never = false
		}
	}
	return r
}

// usable reports whether the pattern matches any ARN at all.
func (p *arnPattern) usable(env *Env) bool {
	if len(p.parts) < components && !env.Options.ShortARNPatternsCompleted {
		return false
	}
	for _, part := range p.parts {
		if !resolvable(part, env) {
			return false
		}
	}
	return true
}
