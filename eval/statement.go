package eval

import (
	"fmt"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// statement is a statement whose patterns are compiled.
type statement struct {
	source     *model.Statement
	policy     *policy
	actions    []actionPattern
	resources  []resourcePattern
	principals *principals
	condition  conditions.Block
}

// compileStatements compiles the statements of a policy's document one by one.
func compileStatements(p *policy) ([]statement, error) {
	document := p.source
	statements := make([]statement, len(document.Statements))
	for i := range document.Statements {
		source := &document.Statements[i]
		s := &statements[i]
		s.source, s.policy = source, p
		s.condition = source.Condition
		s.principals = compilePrincipals(source.Principals)
		for _, text := range source.Actions {
			pattern, err := compileAction(text)
			if err != nil {
				return nil, actionError(source, text, err)
			}
			s.actions = append(s.actions, pattern)
		}
		for _, text := range source.Resources {
			pattern, err := compileResource(text, document)
			if err != nil {
				return nil, resourceError(source, text, err)
			}
			s.resources = append(s.resources, pattern)
		}
	}
	return statements, nil
}

func actionError(s *model.Statement, text string, err error) error {
	return fmt.Errorf("%s: action %q: %w", s.Position, text, err)
}

func resourceError(s *model.Statement, text string, err error) error {
	return fmt.Errorf("%s: resource %q: %w", s.Position, text, err)
}

// actionPattern is one entry of Action or NotAction.
type actionPattern struct {
	pattern *wildcard.Pattern
	// partialPrefix is set where the service prefix mixes text and wildcards (B4).
	partialPrefix bool
}

func compileAction(text string) (actionPattern, error) {
	pattern, err := wildcard.CompileFold(text)
	if err != nil {
		return actionPattern{}, err
	}
	prefix, _, found := strings.Cut(text, ":")
	return actionPattern{
		pattern:       pattern,
		partialPrefix: found && prefix != "*" && strings.ContainsAny(prefix, "*?"),
	}, nil
}

// matchesAction is the action part of a statement (B1 to B7, A14).
func (s *statement) matchesAction(action string, o *Options) bool {
	if s.source.NotAction && len(s.actions) == 0 {
		return !o.EmptyNotActionMatchesNone
	}
	for i := range s.actions {
		a := &s.actions[i]
		if a.partialPrefix && o.PartialPrefixNeverMatches {
			continue
		}
		if a.pattern.Match(action) {
			return !s.source.NotAction
		}
	}
	return s.source.NotAction
}
