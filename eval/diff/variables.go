package diff

import (
	"slices"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
)

// withVariables goes through the values of the variables in resources of which
// nothing is known, so that the patterns can be compared.
func (c *comparison) withVariables(n *node, visit func(*node)) {
	key, ok := n.openVariable()
	if !ok {
		visit(n)
		return
	}
	classes := conditions.Classes{Key: key, Entries: n.allEntries(), Env: n.env(), MaxStates: maxValueStates}
	pieces, complete := conditions.Coupled(key, classes.Entries, classes.Env)
	more, through := n.pieces(key)
	supported := complete && through
	if supported {
		classes.Apart = append(pieces, more...)
	}
	values, found := classes.Values()
	if !supported || !found {
		c.gap("the variable ${" + key + "} competes with other patterns in a form that is not supported")
		values = values[:min(len(values), unsupportedValues)]
	}
	options := []*conditions.Value{}
	folded := conditions.FoldKey(key)
	if n.mayBeAbsent(folded) {
		options = append(options, nil)
	}
	if derived, ok := n.soft[folded]; ok {
		options = append(options, &derived)
	}
	for i := range values {
		options = append(options, &values[i])
	}
	for _, v := range options {
		if c.spent() || c.done() {
			return
		}
		next, err := c.prepare(n.action, n.resource, append(slices.Clone(n.given), binding{key, v}))
		if err != nil {
			c.failed(err)
			continue
		}
		c.withVariables(next, visit)
	}
}

// unsupportedValues is how many values of a variable are tried where trying
// all of them would not settle the question.
const unsupportedValues = 2

// openVariable returns a variable in a resource that may take part and whose key is open.
func (n *node) openVariable() (string, bool) {
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		env := o.parts.Env(o.context)
		for k := range o.parts.All() {
			if !o.parts.All()[k].Fits {
				continue
			}
			templates, _ := o.parts.ResourceList(k)
			for _, t := range templates {
				for _, v := range t.Variables() {
					if _, presence := env.Resolve(v.Key); presence == wildcard.UnknownValue {
						return canonical(v.Key), true
					}
				}
			}
		}
	}
	return "", false
}

// allEntries returns the conditions of every statement whose action fits.
func (n *node) allEntries() []*conditions.Entry {
	var out []*conditions.Entry
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		for k := range o.parts.All() {
			if o.parts.All()[k].Fits {
				out = append(out, o.parts.All()[k].Statement.Condition...)
			}
		}
	}
	return out
}

// pieces returns how the resource patterns that name a variable compete with the others.
func (n *node) pieces(key string) (out []wildcard.Flat, ok bool) {
	env := n.env()
	var named, others []*wildcard.Template
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		for k := range o.parts.All() {
			if !o.parts.All()[k].Fits {
				continue
			}
			templates, _ := o.parts.ResourceList(k)
			for _, t := range templates {
				others = append(others, t)
				if slices.ContainsFunc(t.Variables(), func(v wildcard.Variable) bool {
					return conditions.FoldKey(canonical(v.Key)) == conditions.FoldKey(key)
				}) {
					named = append(named, t)
				}
			}
		}
	}
	ok = true
	seen := map[[2]string]bool{}
	for _, t := range named {
		for _, set := range n.c.scope.resourceSets() {
			for _, f := range set {
				pieces, told := t.Pieces(key, flatResolver{env}, f)
				out, ok = append(out, pieces...), ok && told
			}
		}
		for _, other := range others {
			pair := [2]string{t.String(), other.String()}
			if seen[pair] || t.String() == other.String() {
				continue
			}
			seen[pair] = true
			f, presence := other.Flat(flatResolver{env}, env.Options.VariableWildcards)
			switch presence {
			case wildcard.Resolved:
				pieces, told := t.Pieces(key, flatResolver{env}, f)
				out, ok = append(out, pieces...), ok && told
			case wildcard.UnknownValue:
				if apart(t, other) {
					continue
				}
				more, told := n.beside(t, key, other, others)
				out, ok = append(out, more...), ok && told
			}
		}
	}
	return out, ok
}

// beside returns what the value of a variable must be told apart by because
// another open variable stands in the same place of another pattern: all that
// the other variable is told apart by, so that the two can be equal in every way.
func (n *node) beside(t *wildcard.Template, key string, other *wildcard.Template, others []*wildcard.Template) (out []wildcard.Flat, ok bool) {
	env := n.env()
	r := flatResolver{env}
	open := ""
	for _, v := range other.Variables() {
		if _, presence := env.Resolve(v.Key); presence == wildcard.UnknownValue {
			if open != "" {
				return nil, false
			}
			open = v.Key
		}
	}
	if open == "" || !t.Beside(key, other, open, r) {
		return nil, false
	}
	out = conditions.Patterns(open, n.allEntries(), env)
	for _, fixed := range others {
		f, presence := fixed.Flat(r, env.Options.VariableWildcards)
		if presence != wildcard.Resolved {
			continue
		}
		pieces, told := other.Pieces(open, r, f)
		if !told {
			return nil, false
		}
		out = append(out, pieces...)
	}
	return out, true
}

// apart reports whether what stands before the first wildcard keeps two patterns apart.
func apart(a, b *wildcard.Template) bool {
	p, q := a.Prefix(), b.Prefix()
	n := min(len(p), len(q))
	return p[:n] != q[:n]
}
