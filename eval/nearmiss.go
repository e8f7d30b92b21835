package eval

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// maxNearMisses bounds the list: beyond it a reader learns nothing more.
const maxNearMisses = 20

// nearMisses lists, for an implicit deny, the Allow statements of the silent
// layers of which one element alone did not match; the nearest first.
func (ex *explainer) nearMisses() []NearMiss {
	if ex.decision.Result() != ImplicitDeny {
		return nil
	}
	wanted := ex.silentLayers()
	type ranked struct {
		miss NearMiss
		rank int
	}
	var found []ranked
	for _, v := range ex.visits {
		if v.statement.source.Effect != model.Allow || v.applies == conditions.True || !wanted[v.layer] || !ex.wouldHelp(v) {
			continue
		}
		if miss, rank, ok := ex.nearMiss(v); ok {
			found = append(found, ranked{miss, rank})
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return a.rank - b.rank })
	var out []NearMiss
	for _, f := range found[:min(len(found), maxNearMisses)] {
		out = append(out, f.miss)
	}
	return out
}

// silentLayers are the layers whose Allow is missing, and the resource side
// where an Allow of it would have made up for the identity side.
func (ex *explainer) silentLayers() map[layer]bool {
	wanted := map[layer]bool{}
	f := ex.e.facts
	for range 4 * int(layerCount) {
		d := authorize(&f, ex.o, false)
		if d.Allowed() {
			break
		}
		switch d.Reason.Code {
		case DenyImplicitSCPLevel:
			wanted[layerSCP] = true
		case DenyImplicitVPCE:
			wanted[layerVPCE] = true
		case DenyImplicitResource, DenyImplicitResourceCrossAccount:
			wanted[layerResource] = true
		case DenyImplicitIdentity:
			wanted[layerIdentity], wanted[layerResource] = true, true
		case DenyImplicitIdentityCrossAccount:
			wanted[layerIdentity] = true
		case DenyImplicitBoundary:
			wanted[layerBoundary] = true
		case DenyImplicitSession:
			wanted[layerSession] = true
		}
		remove(&f, d.Reason.Code)
	}
	return wanted
}

// wouldHelp reports whether the statement, if it applied, would fill the gap:
// an SCP at a level that is silent, a resource-based statement that grants
// where the identity side is what is missing (E22, E41).
func (ex *explainer) wouldHelp(v visit) bool {
	f := &ex.e.facts
	switch {
	case v.layer == layerSCP:
		_, allowed, _ := ex.applying(layerSCP, v.level)
		return !allowed
	case v.layer == layerResource && f.same && !f.must && f.identity != conditions.True:
		named := v.statement.matchesPrincipal(&ex.q.frame, ex.o)
		return named == 0 || named.setAside().identity
	}
	return true
}

// nearMiss describes the one element of a statement that did not match; the
// rank is lower the nearer the miss.
func (ex *explainer) nearMiss(v visit) (miss NearMiss, rank int, ok bool) {
	s, q := v.statement, ex.q
	action := s.matchesAction(q.action, ex.o)
	principal := v.layer != layerResource && v.layer != layerVPCE || s.matchesPrincipal(&q.frame, ex.o) != 0
	resource := s.matchesResource(&q.frame, ex.o, ex.e.env) == conditions.True
	condition := s.condition.Eval(ex.e.env) == conditions.True
	misses := 0
	for _, matched := range []bool{action, principal, resource, condition} {
		if !matched {
			misses++
		}
	}
	if misses != 1 {
		return miss, 0, false
	}
	miss.Statement = ex.ref(v.layer, s)
	switch {
	case !condition:
		miss.Element, miss.Text = "Condition", ex.conditionMiss(s)
	case !resource:
		miss.Element, miss.Text, rank = element(s.source.NotResource, "Resource"), ex.resourceMiss(s), 1
	case !principal:
		miss.Element, miss.Text, rank = element(s.principals != nil && s.principals.not, "Principal"), ex.principalMiss(s), 2
	default:
		miss.Element, rank = element(s.source.NotAction, "Action"), 3
		if miss.Text, ok = ex.actionMiss(s); !ok {
			return miss, 0, false
		}
	}
	return miss, rank, true
}

// element returns the name of an element, or of its negation.
func element(not bool, name string) string {
	if not {
		return "Not" + name
	}
	return name
}

func (ex *explainer) conditionMiss(s *statement) string {
	var parts []string
	for _, entry := range s.condition {
		if entry.Eval(ex.e.env) != conditions.True {
			parts = append(parts, entry.Explain(ex.e.env))
		}
	}
	return "Condition " + strings.Join(parts, "; ")
}

func (ex *explainer) resourceMiss(s *statement) string {
	open := ex.unresolved(s)
	switch {
	case s.source.NotResource && len(open) > 0:
		return "NotResource holds ${" + open[0] + "}, which has no value: the statement does not apply (rule D7)"
	case s.source.NotResource:
		return "NotResource lists " + ex.q.resource
	case !s.source.HasResource && s.policy.source.Kind == model.KeyPolicy:
		return "the statement has no Resource and therefore covers nothing (rule E82)"
	case !s.source.HasResource:
		return "the statement has no Resource and does not cover " + ex.q.resource + " (rule A41)"
	}
	text := "Resource is " + shortList(s.source.Resources) + ", request has " + quote(ex.q.resource)
	if ex.q.resource == "*" {
		return text + ": a request without a concrete ARN is covered by \"*\" alone (rule B17)"
	}
	for _, key := range open {
		text += "; ${" + key + "} has no value"
	}
	return text
}

// unresolved lists the variables of a statement's resources that have no value.
func (ex *explainer) unresolved(s *statement) []string {
	var out []string
	for i := range s.resources {
		for _, v := range s.resources[i].template.Variables() {
			if value, state := ex.e.env.Context.Lookup(v.Key); !v.HasDefault && (state != conditions.Present || len(value.Texts()) != 1) && !slices.Contains(out, v.Key) {
				out = append(out, v.Key)
			}
		}
	}
	return out
}

func (ex *explainer) principalMiss(s *statement) string {
	if s.principals == nil {
		return "the statement names no principal"
	}
	var names []string
	for _, p := range s.source.Principals.Entries {
		names = append(names, p.Value)
	}
	if s.principals.not {
		return "NotPrincipal lists " + shortList(names) + ", caller is " + quote(ex.q.caller.arn)
	}
	if s.policy.source.Kind == model.EndpointPolicy && ex.q.gateway {
		return "Principal is " + shortList(names) + "; the policy of a gateway endpoint knows \"*\" alone, and root users (rule E38)"
	}
	return "Principal is " + shortList(names) + ", caller is " + quote(ex.q.caller.arn)
}

// actionMiss describes a statement that fits but for the action, if it speaks
// of the same service: else every statement on "*" would be a near miss.
func (ex *explainer) actionMiss(s *statement) (string, bool) {
	if s.source.NotAction {
		return "NotAction lists " + ex.q.action, true
	}
	var near []string
	for _, text := range s.source.Actions {
		if prefix, _, ok := strings.Cut(text, ":"); ok && strings.EqualFold(prefix, ex.q.service) {
			near = append(near, text)
		}
	}
	if len(near) == 0 {
		return "", false
	}
	return "Action is " + shortList(near) + ", request has " + quote(ex.q.action), true
}

// shortList quotes up to three texts and counts the rest.
func shortList(texts []string) string {
	const most = 3
	quoted := make([]string, 0, most)
	for _, t := range texts[:min(len(texts), most)] {
		quoted = append(quoted, quote(t))
	}
	if len(texts) == 0 {
		return "an empty list"
	}
	out := strings.Join(quoted, " or ")
	if len(texts) > most {
		out += " or " + plural(len(texts)-most, "other", "others")
	}
	return out
}
