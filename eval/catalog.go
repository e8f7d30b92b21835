package eval

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model/catalog"
)

// applyCatalog takes into account what is known of the request's action: one
// without resource-level support is authorised on "*" whatever ARN the
// request names (B17). Other mismatches are answered as asked, and noted
// (B20, B21).
func (q *Query) applyCatalog() {
	c := q.engine.options.Catalog
	if c == nil {
		return
	}
	if q.row.known == nil {
		q.assume(unknownAction(c, q.action), false)
		return
	}
	action := *q.row.known
	q.known = &action
	switch {
	case q.resource != "*" && action.MayTake(q.resource):
	case !action.TakesResource() && q.resource != "*":
		q.notes = append(q.notes, action.Name()+" is not authorised on a resource: the request is decided on \"*\", not on "+q.resource+" (rule B17)")
		q.named, q.resource = q.resource, "*"
	case action.TakesResource() && q.resource == "*":
		q.notes = append(q.notes, action.Name()+" is authorised on a resource: name an ARN, "+formats(action)+" (rule B20)")
	case action.TakesResource() && len(action.FittingTypes(q.resource)) == 0:
		q.notes = append(q.notes, q.resource+" is nothing that "+action.Name()+" is authorised on, which is "+formats(action))
	}
}

// unknownAction says that the catalogue lacks an action, and what is near.
func unknownAction(c *catalog.Catalog, name string) string {
	text := name + " exists, though the catalogue of " + c.Date() + " does not know it"
	if near, ok := c.SuggestAction(name); ok {
		text += " (did you mean " + near + "?)"
	}
	return text
}

// formats lists the kinds of ARNs that an action takes, the required ones first; at most four.
func formats(action catalog.Action) string {
	const most = 4
	uses := action.Resources()
	slices.SortStableFunc(uses, func(a, b catalog.ResourceUse) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	var out []string
	for _, use := range uses[:min(len(uses), most)] {
		out = append(out, use.Type.Name()+" ("+use.Type.ARNFormat()+")")
	}
	text := strings.Join(out, " or ")
	if len(uses) > most {
		text += " or " + plural(len(uses)-most, "other type", "other types")
	}
	return text
}

// onNamed notes where the answer would be another if the action did take the
// resource that the request names: the catalogue may lack it.
func (ex *explainer) onNamed() []string {
	q := ex.q
	if q.named == "" {
		return nil
	}
	o := *ex.o
	o.Catalog = nil
	r := q.request
	r.Resource = q.named
	otherwise := "unanswered"
	if named, err := q.engine.With(o).Prepare(r); err == nil {
		if d, err := named.decide(); err == nil {
			otherwise = d.Result().String()
		}
	}
	if otherwise == ex.decision.Result().String() {
		return nil
	}
	return []string{"on " + q.named + " itself the answer would be " + otherwise + "; --catalog none asks so"}
}

// neverSent notes the condition keys that statements test whose other parts
// match, and that the service never sends with this action.
func (ex *explainer) neverSent() []string {
	action := ex.q.known
	if action == nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, v := range ex.fitting() {
		for _, entry := range v.statement.condition {
			key := conditions.FoldKey(entry.Key())
			if seen[key] || action.AdmitsKey(entry.Key()) || action.MayCarry(entry.Key()) {
				continue
			}
			seen[key] = true
			_, state := ex.q.context.Lookup(entry.Key())
			text := entry.Key() + " is never sent with " + action.Name() + ": "
			switch {
			case state == conditions.Present:
				text += "the request supplies it all the same"
			case entry.Eval(ex.e.env) == conditions.True:
				text += "the condition on it is always met"
			default:
				text += "the condition on it can never be met"
			}
			out = append(out, text)
		}
	}
	return out
}

// fitting lists the visits of statements with a condition whose other parts match the request.
func (ex *explainer) fitting() []visit {
	var out []visit
	for _, v := range ex.visits {
		s := v.statement
		if len(s.condition) == 0 || !s.matchesAction(ex.q.action, ex.o) || s.matchesResource(&ex.q.frame, ex.o, ex.e.env) == conditions.False {
			continue
		}
		if (v.layer == layerResource || v.layer == layerVPCE) && s.matchesPrincipal(&ex.q.frame, ex.o) == 0 {
			continue
		}
		out = append(out, v)
	}
	return out
}
