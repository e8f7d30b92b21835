package conditions

import (
	"slices"

	"iamsim/internal/wildcard"
)

// Coupled returns the patterns over the values of one key that tell how the
// entries which name the key as a variable compete with the others on the same
// key: Classes keeps them apart. What the context holds counts as a competitor.
// ok is false where the entries couple keys in a way that the patterns do not
// show, such as two variables whose values are open in one place.
func Coupled(key string, entries []*Entry, env *Env) (pieces []wildcard.Flat, ok bool) {
	c := coupling{folded: FoldKey(key), entries: entries, env: env, ok: true}
	for _, e := range entries {
		if !e.names(c.folded) {
			continue
		}
		switch t := e.test.(type) {
		case *stringTest:
			for _, template := range t.templates {
				c.text(e, template)
			}
		case *arnTest:
			for i := range t.patterns {
				c.arn(e, &t.patterns[i])
			}
		case *boolTest:
			c.pieces = append(c.pieces, anyTrue, wildcard.Shape(falseText))
		}
	}
	return c.pieces, c.ok
}

type coupling struct {
	folded  string
	entries []*Entry
	env     *Env
	pieces  []wildcard.Flat
	ok      bool
}

// namesKey reports whether the template has the variable.
func (c *coupling) namesKey(t *wildcard.Template) bool {
	return slices.ContainsFunc(t.Variables(), func(v wildcard.Variable) bool { return FoldKey(v.Key) == c.folded })
}

// text adds the pieces of a String template against all that the subject is compared with.
func (c *coupling) text(of *Entry, t *wildcard.Template) {
	if !c.namesKey(t) {
		return
	}
	if of.folded == c.folded {
		c.ok = false
		return
	}
	for _, text := range c.known(of.folded) {
		c.against(t, wildcard.Shape(text))
	}
	for _, e := range c.entries {
		if e.folded != of.folded {
			continue
		}
		switch other := e.test.(type) {
		case *stringTest:
			for _, o := range other.templates {
				c.template(t, o)
			}
		case nil:
			c.against(t, wildcard.Flat{})
		default:
			c.ok = false
		}
	}
}

// known returns what the context holds for a key.
func (c *coupling) known(folded string) []string {
	v, state := c.env.Context.Lookup(folded)
	if state != Present {
		return nil
	}
	return v.Texts()
}

func (c *coupling) template(t, other *wildcard.Template) {
	if other.String() == t.String() {
		return
	}
	f, presence := other.Flat(c.env, c.env.Options.VariableWildcards)
	switch presence {
	case wildcard.Resolved:
		c.against(t, f)
	case wildcard.UnknownValue:
		c.ok = false
	}
}

func (c *coupling) against(t *wildcard.Template, other wildcard.Flat) {
	pieces, ok := t.Pieces(c.folded, c.env, other)
	c.pieces, c.ok = append(c.pieces, pieces...), c.ok && ok
}

// arn adds the pieces of an ARN pattern, component by component (C44).
func (c *coupling) arn(of *Entry, p *arnPattern) {
	if of.folded == c.folded {
		c.ok = false
		return
	}
	for _, text := range c.known(of.folded) {
		parts, ok := splitARN(text)
		for i, part := range p.parts {
			if ok && c.namesKey(part) {
				c.against(part, wildcard.Shape(parts[i]))
			}
		}
	}
	for _, e := range c.entries {
		if e.folded != of.folded {
			continue
		}
		other, isARN := e.test.(*arnTest)
		if !isARN {
			c.ok = c.ok && e.test == nil
			continue
		}
		for k := range other.patterns {
			o := &other.patterns[k]
			for i, part := range p.parts {
				if i < len(o.parts) && c.namesKey(part) {
					c.template(part, o.parts[i])
				}
			}
		}
	}
}

// Patterns returns what the entries compare the texts of one key with, as far
// as the variables in it have values.
func Patterns(key string, entries []*Entry, env *Env) []wildcard.Flat {
	w := classWork{Classes: Classes{Key: key, Env: env}, folded: FoldKey(key)}
	for _, e := range entries {
		if e.folded == w.folded {
			w.own = append(w.own, e)
		}
	}
	sets, _ := w.patternSets()
	return slices.Concat(sets...)
}

// Vary reports whether the entry names a variable.
func (e *Entry) Vary() bool { return len(e.variables) > 0 }
