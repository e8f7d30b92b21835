package diff

import (
	"slices"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/wildcard"
)

// record notes that a node surely differs, and replays one request of it.
func (c *comparison) record(n *node) {
	opened, _, _ := n.possible()
	d := &Difference{Caller: c.caller, Direction: Closed, given: slices.Clone(n.given)}
	if opened {
		d.Direction = Opened
	}
	if c.o.First && c.seen[d.Direction] {
		return
	}
	d.Request = c.request(n.action, n.resource, n.given)
	var allowed [2]bool
	for i, into := range []*eval.Decision{&d.Old, &d.New} {
		if c.sides[i].Constant == Everything {
			allowed[i] = true
		}
		if c.present[i] {
			decision, err := c.sides[i].Engine.Decide(c.sided(d.Request, i))
			if err == nil {
				*into, allowed[i] = decision, decision.Allowed()
			}
		}
	}
	if allowed[Opened] == allowed[Closed] || allowed[1] != opened {
		c.faults = append(c.faults, "replayed, "+n.action+" on "+n.resource+" by "+c.caller.Principal+" differs from what comparing found")
		return
	}
	c.seen[d.Direction] = true
	for _, action := range c.members {
		d.actions = append(d.actions, c.v.names[action])
	}
	n.describe(d)
	c.found = append(c.found, d)
}

// describe tells which patterns of the statements that take part the resource
// matches and which not, and which conditions decide.
func (n *node) describe(d *Difference) {
	for i, o := range n.sides {
		if o == nil {
			continue
		}
		env := o.parts.Env(o.context)
		for k := range o.parts.All() {
			part := &o.parts.All()[k]
			if !part.Fits {
				continue
			}
			n.describeResources(d, o, k, &env)
			if o.parts.Resource(k, &env) == conditions.False {
				continue
			}
			for _, entry := range part.Statement.Condition {
				if n.looksAt(entry) {
					d.deciding = append(d.deciding, [...]string{"old", "new"}[i]+" "+conditionText(entry, entry.Eval(&env)))
				}
			}
		}
	}
	slices.Sort(d.resources)
	d.resources = slices.Compact(d.resources)
	slices.Sort(d.not)
	d.not = slices.Compact(d.not)
	slices.Sort(d.deciding)
	d.deciding = slices.Compact(d.deciding)
}

func (n *node) describeResources(d *Difference, o *open, k int, env *conditions.Env) {
	templates, always := o.parts.ResourceList(k)
	if always != conditions.Unknown {
		return
	}
	for _, t := range templates {
		if t.Match(n.resource, flatResolver{env}) == wildcard.Match {
			d.resources = append(d.resources, t.String())
		} else {
			d.not = append(d.not, t.String())
		}
	}
}

// looksAt reports whether the entry tests a key that the context settles.
func (n *node) looksAt(entry *conditions.Entry) bool {
	if n.gave(entry.Key()) {
		return true
	}
	return slices.ContainsFunc(entry.Variables(), n.gave)
}

// conditionText says of a condition whether it holds.
func conditionText(e *conditions.Entry, t conditions.Truth) string {
	text := e.Operator().String() + " " + e.Key() + " " + valuesText(e.Values())
	if t == conditions.False {
		return "not(" + text + ")"
	}
	return text
}

func valuesText(values []string) string {
	const most = 6
	text := "["
	for i, v := range values[:min(len(values), most)] {
		if i > 0 {
			text += ", "
		}
		text += v
	}
	if len(values) > most {
		text += ", ..."
	}
	return text + "]"
}
