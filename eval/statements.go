package eval

import (
	"slices"

	"iamsim/conditions"
	"iamsim/model"
)

// Statements returns the statements, of every layer that takes part, whose
// action and resource fit the request, or might where the resource names a
// variable: all that can bear on the decision, whatever the context holds.
// They are in the order of E91, shared, and must not be changed.
func (q *Query) Statements() []*model.Statement {
	o := &q.engine.options
	e := newEvaluation(q, q.context, o, true)
	var out []*model.Statement
	e.see = func(v visit) {
		s := v.statement
		if s.matchesAction(q.action, o) && (s.namesVariable() || s.matchesResource(&q.frame, o, e.env) != conditions.False) {
			out = append(out, s.source)
		}
	}
	e.gather()
	return out
}

// namesVariable reports whether a resource of the statement depends on the context (D7).
func (s *statement) namesVariable() bool {
	return slices.ContainsFunc(s.resources, func(r resourcePattern) bool { return len(r.template.Variables()) > 0 })
}
