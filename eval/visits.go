package eval

import (
	"slices"

	"iamsim/conditions"
	"iamsim/model"
)

// StatementVisit is what one statement of a policy that took part said to a query.
type StatementVisit struct {
	Type      PolicyType
	Policy    *model.Policy
	Statement *model.Statement
	// Applies is set where every part of the statement matches.
	Applies bool
	// Decides is set where the answer rests on the statement: a Deny of the
	// layer that an explicit deny is from, or an Allow of a layer without
	// whose Allow the request would be denied.
	Decides bool
	// Outcomes are those of the condition's entries, in their order, where the
	// other parts match; nil elsewhere.
	Outcomes []bool
}

// Visits returns the statements of every layer that takes part, in the order of
// E91 and then of the documents. Where the query is unanswered none decides.
func (q *Query) Visits() []StatementVisit {
	ex := &explainer{q: q, o: &q.engine.options, e: newEvaluation(q, q.context, &q.engine.options, false)}
	ex.e.see = func(v visit) { ex.visits = append(ex.visits, v) }
	ex.e.gather()
	ex.decision = authorize(&ex.e.facts, ex.o, false)
	needed := ex.neededAllows()
	_, err := q.Decide()
	fitting := ex.fitting()
	out := make([]StatementVisit, 0, len(ex.visits))
	for _, v := range ex.visits {
		s := v.statement
		visited := StatementVisit{
			Type: ex.layerType(v.layer), Policy: s.policy.source, Statement: s.source, Applies: v.applies == conditions.True,
		}
		if visited.Applies && err == nil {
			visited.Decides = needed[v.layer]
			if s.source.Effect == model.Deny {
				visited.Decides = ex.decision.Result() == ExplicitDeny && explicitDenyOf[v.layer] == ex.decision.Reason.Code
			}
		}
		// Those that fit are in the order of the visits.
		if len(fitting) > 0 && fitting[0].statement == s {
			fitting = fitting[1:]
			for _, entry := range s.condition {
				visited.Outcomes = append(visited.Outcomes, entry.Eval(ex.e.env) == conditions.True)
			}
		}
		out = append(out, visited)
	}
	return out
}

// neededAllows tells of each layer whether an allowed request rests on its Allow statements.
func (ex *explainer) neededAllows() (needed [layerCount]bool) {
	f := &ex.e.facts
	if !ex.decision.Allowed() || f.always || f.serviceRule {
		return needed
	}
	granted := ex.grantedBy()
	set := ex.q.setAside(f.sure)
	for l := range needed {
		switch layer(l) {
		case layerSCP, layerVPCE:
			needed[l] = true
		case layerBoundary:
			needed[l] = !set.boundary
		case layerSession:
			needed[l] = !set.session
		case layerIdentity, layerResource:
			needed[l] = slices.Contains(granted, ex.layerType(layer(l)))
		}
	}
	return needed
}
