package diff

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/wildcard"
)

// resources compares an action on ARNs of the given forms, one for each way
// in which the resource elements tell them apart. distinct are further forms
// that are told apart.
func (c *comparison) resources(action, place string, require [][]wildcard.Flat, exclude []wildcard.Flat, distinct [][]wildcard.Flat, base []binding) {
	require = append(slices.Clone(require), []wildcard.Flat{wholeARN})
	// Any ARN of the form will do to lay the statements open.
	first := wildcard.Joint{Require: require, Exclude: exclude, MaxStates: c.maxStates()}
	sample, ok := c.sample(place, &first)
	if !ok {
		return
	}
	n, err := c.prepare(action, sample, slices.Clone(base))
	if err != nil {
		c.failed(err)
		return
	}
	c.withVariables(n, func(n *node) {
		sets := n.resourceSets()
		j := wildcard.Joint{Require: require, Exclude: exclude, MaxStates: c.maxStates()}
		key := place + "\x00" + number(len(distinct))
		for _, set := range sets {
			j.Sets = append(j.Sets, set.patterns)
			key += "\x00" + set.text
		}
		j.Sets = append(append(j.Sets, distinct...), c.shapesOf(place, require[0])...)
		kinds := len(j.Sets)
		j.Sets = append(j.Sets, c.scope.resourceSets()...)
		places := map[string]*node{}
		for _, example := range c.examples(key, &j) {
			if c.done() {
				return
			}
			if c.scope.resource(example.Text) {
				c.place(n, example, len(sets), kinds, places)
			}
		}
	})
}

// place compares the action of a node on another resource. Where the resource
// is of a form that was laid open before, only the statements are asked again;
// which form it is the sets from first to last tell.
func (c *comparison) place(n *node, example wildcard.Example, first, last int, places map[string]*node) {
	var b strings.Builder
	for i := first; i < last; i++ {
		if example.In.Has(i) {
			b.WriteString(number(i) + " ")
		}
	}
	if c.isPrincipal(example.Text) {
		b.WriteString(example.Text)
	}
	known, ok := places[b.String()]
	if !ok {
		next, err := c.prepare(n.action, example.Text, slices.Clone(n.given))
		if err != nil {
			c.failed(err)
		}
		places[b.String()] = next
		if next != nil {
			next.explore()
		}
		return
	}
	if known != nil {
		known.on(example.Text).explore()
	}
}

// isPrincipal reports whether a resource is a declared user or role, whose tags are known.
func (c *comparison) isPrincipal(arn string) bool {
	if !strings.Contains(arn, ":iam:") {
		return false
	}
	for i := range c.sides {
		if _, ok := c.sides[i].Engine.Snapshot().Principal(arn); ok {
			return true
		}
	}
	return false
}

// wholeARN is what model.ParseARN reads: partition, service and resource are not empty.
var wholeARN = func() wildcard.Flat {
	field, run := string(rune(wildcard.ShapeField)), string(rune(wildcard.ShapeRun))
	some := string(rune(wildcard.ShapeFieldChar)) + field
	return wildcard.Shape("arn:" + some + ":" + some + ":" + field + ":" + field + ":" + string(rune(wildcard.ShapeChar)) + run)
}()

// shapesOf returns the forms of ARNs that deciding tells apart among those of a place.
func (c *comparison) shapesOf(place string, require []wildcard.Flat) [][]wildcard.Flat {
	known, ok := c.special[place]
	if !ok {
		for _, shape := range eval.ResourceShapes() {
			if slices.ContainsFunc(require, shape.Meets) {
				known = append(known, []wildcard.Flat{shape})
			}
		}
		c.special[place] = known
	}
	return known
}

// sample returns some ARN of the forms.
func (c *comparison) sample(place string, j *wildcard.Joint) (string, bool) {
	found := c.examples(place+"\x00sample", j)
	if len(found) == 0 {
		return "", false
	}
	return found[0].Text, true
}

// examples runs a search once and remembers what it found.
func (c *comparison) examples(key string, j *wildcard.Joint) []wildcard.Example {
	known, ok := c.joints[key]
	if !ok {
		found, states, complete := j.Examples()
		c.states += states / statesPerClass
		known = jointAnswer{found: found, complete: complete}
		c.joints[key] = known
	}
	if !known.complete {
		c.gap("resources that the patterns tell apart were not searched to the end")
	}
	return known.found
}

// statesPerClass weighs a step of an automaton against a decision.
const statesPerClass = 8

// resourceSet is the patterns of one resource element.
type resourceSet struct {
	text     string
	patterns []wildcard.Flat
}

// resourceSets returns the resource elements of the statements that may apply,
// on both sides: equal ones once, unless every shortcut is off.
func (n *node) resourceSets() []resourceSet {
	var out []resourceSet
	seen := map[string]bool{}
	for i, o := range n.sides {
		if o == nil {
			continue
		}
		env := o.parts.Env(o.context)
		for k := range o.parts.All() {
			if !o.parts.All()[k].Fits {
				continue
			}
			templates, always := o.parts.ResourceList(k)
			if always != conditions.Unknown || len(templates) == 0 {
				continue
			}
			set := resourceSet{}
			var texts []string
			for _, t := range templates {
				f, presence := t.Flat(flatResolver{&env}, env.Options.VariableWildcards)
				if presence == wildcard.Resolved {
					set.patterns = append(set.patterns, f)
					texts = append(texts, resolvedText(t, &env))
				}
			}
			slices.Sort(texts)
			set.text = strings.Join(texts, "\x01")
			if n.c.o.Exhaustive {
				set.text += "\x01" + number(i)
			}
			if len(set.patterns) > 0 && !seen[set.text] {
				seen[set.text] = true
				out = append(out, set)
			}
		}
	}
	return out
}

// flatResolver resolves variables under an environment.
type flatResolver struct{ env *conditions.Env }

func (r flatResolver) Resolve(key string) (string, wildcard.Presence) { return r.env.Resolve(key) }

// resolvedText spells a pattern with the values of its variables.
func resolvedText(t *wildcard.Template, env *conditions.Env) string {
	text := t.String()
	for _, v := range t.Variables() {
		value, _ := env.Resolve(v.Key)
		text += "\x02" + value
	}
	return text
}
