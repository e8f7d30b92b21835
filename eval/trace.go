package eval

import (
	"slices"
	"strings"

	"iamsim/conditions"
)

// StatementTrace tells of one statement of a layer that took part how each
// of its parts compared with the request (E92).
type StatementTrace struct {
	Statement StatementRef `json:"statement"`
	// Level is the organization's level of an SCP or RCP, from 0; nil for other layers.
	Level *int `json:"level,omitempty"`
	// Applies is "true", "false", or "unknown" where a key that was not supplied decides.
	Applies string `json:"applies"`
	// Action, Principal, Resource and Condition tell whether the part
	// matches; Principal is empty for policies without one.
	Action    bool   `json:"action"`
	Principal string `json:"principal,omitempty"`
	Resource  bool   `json:"resource"`
	Condition string `json:"condition"`
	// Entries are the condition's entries.
	Entries []EntryTrace `json:"entries,omitempty"`
	// Mismatch explains the first part that does not match.
	Mismatch string `json:"mismatch,omitempty"`
}

// EntryTrace is one condition entry's outcome.
type EntryTrace struct {
	Operator string `json:"operator"`
	Key      string `json:"key"`
	Outcome  string `json:"outcome"`
	Text     string `json:"text"`
}

// Trace returns every statement of every layer that took part, in the order
// of E91 and then of the documents.
func (q *Query) Trace() []StatementTrace {
	o := &q.engine.options
	ex := &explainer{q: q, o: o, e: newEvaluation(q, q.context, o, true)}
	ex.e.see = func(v visit) { ex.visits = append(ex.visits, v) }
	ex.e.gather()
	out := make([]StatementTrace, 0, len(ex.visits))
	for _, v := range ex.visits {
		out = append(out, ex.trace(v))
	}
	return out
}

func (ex *explainer) trace(v visit) StatementTrace {
	s := v.statement
	condition := s.condition.Eval(ex.e.env)
	resource := s.matchesResource(&ex.q.frame, ex.o, ex.e.env)
	t := StatementTrace{
		Statement: ex.ref(v.layer, s), Applies: v.applies.String(),
		Action: s.matchesAction(ex.q.action, ex.o), Resource: resource != conditions.False, Condition: condition.String(),
	}
	if v.layer == layerRCP || v.layer == layerSCP {
		t.Level = &v.level
	}
	named := true
	if v.layer == layerResource || v.layer == layerVPCE {
		kinds := s.matchesPrincipal(&ex.q.frame, ex.o)
		named = kinds != 0
		t.Principal = kinds.String()
	}
	for _, entry := range s.condition {
		t.Entries = append(t.Entries, EntryTrace{
			Operator: entry.Operator().String(), Key: entry.Key(),
			Outcome: entry.Eval(ex.e.env).String(), Text: entry.Explain(ex.e.env),
		})
	}
	switch {
	case !t.Action:
		list := "Action"
		if s.source.NotAction {
			list = "NotAction"
		}
		t.Mismatch = list + " is " + shortList(s.source.Actions) + ", request has " + quote(ex.q.action)
	case !named:
		t.Mismatch = ex.principalMiss(s)
	case !t.Resource:
		t.Mismatch = ex.resourceMiss(s)
	case condition == conditions.False:
		t.Mismatch = ex.conditionMiss(s)
	}
	return t
}

// String names the strongest of the kinds in the order of B3A; "none" for no kind.
func (k kinds) String() string {
	for _, named := range []struct {
		kind kinds
		name string
	}{
		{kindDirect, "direct"}, {kindService, "service"}, {kindFederated, "federated"}, {kindWildcard, "wildcard"},
		{kindRole, "role"}, {kindParent, "parentUser"}, {kindAccount, "account"},
	} {
		if k&named.kind != 0 {
			return named.name
		}
	}
	return "none"
}

// ContextKey is one key of the context that a request was decided under.
type ContextKey struct {
	Key string `json:"key"`
	// Values is empty where the key is known to be absent.
	Values []string `json:"values,omitempty"`
	Absent bool     `json:"absent,omitempty"`
	// Derived is set where the request did not give the key itself.
	Derived bool `json:"derived,omitempty"`
}

// contextKeys lists the keys the request was decided under, sorted.
func (q *Query) contextKeys() []ContextKey {
	var out []ContextKey
	for _, name := range q.context.Names() {
		value, state := q.context.Lookup(name)
		_, given := q.request.Context.Lookup(name)
		out = append(out, ContextKey{
			Key: name, Values: value.Texts(), Absent: state == conditions.Absent,
			Derived: given == conditions.NotSupplied,
		})
	}
	return out
}

// notSupplied lists the keys that statements test whose other parts match,
// and that nobody supplied: AWS's MissingContextValues.
func (ex *explainer) notSupplied() []string {
	seen := map[string]string{}
	for _, v := range ex.fitting() {
		s := v.statement
		for _, entry := range s.condition {
			for _, key := range append([]string{entry.Key()}, entry.Variables()...) {
				if _, state := ex.q.context.Lookup(key); state == conditions.NotSupplied {
					if _, ok := seen[conditions.FoldKey(key)]; !ok {
						seen[conditions.FoldKey(key)] = key
					}
				}
			}
		}
	}
	var out []string
	for _, folded := range sortedKeys(seen) {
		out = append(out, seen[folded])
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
