package diff

import (
	"fmt"
	"strings"

	"iamsim/internal/wildcard"
)

// scope narrows a comparison down.
type scope struct {
	principals, actions, resources filter
}

// filter is patterns of which one must match, and patterns of which none may.
type filter struct {
	takes, leaves []*wildcard.Pattern
	takeTexts     []string
	leaveTexts    []string
}

func newScope(o *Options) (scope, error) {
	var s scope
	var err error
	if s.principals, err = newFilter("principal", o.Principals, wildcard.Compile); err != nil {
		return s, err
	}
	if s.actions, err = newFilter("action", o.Actions, wildcard.CompileFold); err != nil {
		return s, err
	}
	s.resources, err = newFilter("resource", o.Resources, wildcard.Compile)
	return s, err
}

func newFilter(what string, texts []string, compile func(string) (*wildcard.Pattern, error)) (filter, error) {
	var f filter
	for _, text := range texts {
		rest, leave := strings.CutPrefix(text, "!")
		if rest == "" {
			return f, fmt.Errorf("%s %q names nothing", what, text)
		}
		p, err := compile(rest)
		if err != nil {
			return f, fmt.Errorf("%s %q: %w", what, text, err)
		}
		if leave {
			f.leaves, f.leaveTexts = append(f.leaves, p), append(f.leaveTexts, rest)
		} else {
			f.takes, f.takeTexts = append(f.takes, p), append(f.takeTexts, rest)
		}
	}
	return f, nil
}

func (f *filter) match(texts ...string) bool {
	any := func(patterns []*wildcard.Pattern) bool {
		for _, p := range patterns {
			for _, text := range texts {
				if p.Match(text) {
					return true
				}
			}
		}
		return false
	}
	return (len(f.takes) == 0 || any(f.takes)) && !any(f.leaves)
}

// principal reports whether a principal is compared: by its ARN, by what
// stands behind the fifth colon, or by its name alone.
func (s *scope) principal(arn string) bool {
	texts := []string{arn}
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		texts = append(texts, parts[5])
		if _, name, ok := strings.Cut(parts[5], "/"); ok {
			texts = append(texts, name)
		}
	}
	return s.principals.match(texts...)
}

func (s *scope) action(name string) bool   { return s.actions.match(name) }
func (s *scope) resource(text string) bool { return s.resources.match(text) }

// resourceSets are the resource patterns of the scope as sets that examples tell apart.
func (s *scope) resourceSets() [][]wildcard.Flat {
	var out [][]wildcard.Flat
	for _, texts := range [][]string{s.resources.takeTexts, s.resources.leaveTexts} {
		var set []wildcard.Flat
		for _, text := range texts {
			if t, err := wildcard.ParseTemplate(text, wildcard.Syntax{Wildcards: true}); err == nil {
				f, _ := t.Flat(nil, false)
				set = append(set, f)
			}
		}
		if len(set) > 0 {
			out = append(out, set)
		}
	}
	return out
}

// actionElements are the action patterns of the scope as elements that
// classes of actions tell apart.
func (s *scope) actionElements() []listing {
	var out []listing
	for _, texts := range [][]string{s.actions.takeTexts, s.actions.leaveTexts} {
		if len(texts) > 0 {
			out = append(out, listingOf(texts))
		}
	}
	return out
}
