package eval

import (
	"slices"
	"strconv"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// Path is over which statements a principal can do what was asked about.
type Path struct {
	// GrantedBy are the layers that grant it; across accounts, and where a
	// policy delegates, there are two. What would have to be granted by an
	// account that is not known is left out.
	GrantedBy []PolicyType `json:"grantedBy,omitempty"`
	// Statements are the Allow statements of these layers that apply, those
	// that apply under a condition that is open, and the statements of other
	// layers with such a condition.
	Statements []PathStatement `json:"statements,omitempty"`
}

// PathStatement is a statement on a path.
type PathStatement struct {
	StatementRef
	// Conditions are the conditions on keys that were not supplied: an Allow
	// applies only if all of them hold, a Deny refuses if all of them do. It is
	// empty for a statement that applies.
	Conditions []string `json:"conditions,omitempty"`
}

// Path tells over which statements the principal can. It is worked out by
// every call, and empty where the question is unanswered.
func (g *Grant) Path() Path {
	q := g.open
	if g.Unanswered != nil || g.who == nil {
		return Path{}
	}
	if q == nil {
		var err error
		if q, err = g.who.engine.Prepare(g.who.request(g.principal)); err != nil {
			return Path{}
		}
	}
	ex := &explainer{q: q, o: &q.engine.options, e: q.threeValued(), decision: g.Decision}
	ex.e.see = func(v visit) { ex.visits = append(ex.visits, v) }
	ex.e.gather()
	if !g.Decision.Allowed() {
		ex.decision = authorize(&ex.e.facts, ex.o, true)
	}
	path := Path{GrantedBy: slices.DeleteFunc(ex.grantedBy(), func(t PolicyType) bool {
		return ex.e.facts.farPrincipal && t == IdentityPolicyType || ex.e.facts.farResource && t == ex.policyType(AllowResource)
	})}
	for _, v := range ex.visits {
		s := v.statement
		grants := s.source.Effect == model.Allow && slices.Contains(path.GrantedBy, ex.layerType(v.layer))
		switch {
		case v.applies == conditions.True && grants:
			path.Statements = append(path.Statements, PathStatement{StatementRef: ex.ref(v.layer, s)})
		case v.applies == conditions.Unknown && (grants || g.Conditional()):
			path.Statements = append(path.Statements, PathStatement{ex.ref(v.layer, s), ex.open(s)})
		}
	}
	return path
}

// open spells the conditions of a statement that keys which were not supplied decide.
func (ex *explainer) open(s *statement) []string {
	var out []string
	for _, entry := range s.condition {
		if entry.Eval(ex.e.env) == conditions.Unknown {
			out = append(out, conditionOf(entry))
		}
	}
	for i := range s.resources {
		r := &s.resources[i]
		if len(r.template.Variables()) > 0 {
			out = append(out, "the resource is "+r.text)
		}
	}
	return out
}

func conditionOf(entry *conditions.Entry) string {
	values := entry.Values()
	for i := range values {
		values[i] = strconv.Quote(values[i])
	}
	return entry.Operator().String() + " " + entry.Key() + " " + strings.Join(values, ", ")
}

// Explain explains the decision at length, as Engine.Explain does. Whoever an
// account that is not known lets in makes no single request that could be
// explained: that is an error.
func (g *Grant) Explain() (*Explanation, error) {
	if g.who == nil || g.Kind == GranteeAccount || g.Kind == GranteeAnyone {
		return nil, requestError("principal", quote(g.principal)+" is no single principal", "")
	}
	return g.who.engine.Explain(g.who.request(g.principal))
}
