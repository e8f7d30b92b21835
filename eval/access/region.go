package access

import (
	"cmp"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/wildcard"
	"iamsim/model/inventory"
)

// Region is a set of requests: those whose action, resource and context all
// fit. It is immutable.
type Region struct {
	effect    effect
	actions   space
	resources resources
	when      []condition
	// grant is the KMS grant that the region comes from; nil for others (E84).
	grant *inventory.Grant
	// rule is the fixed rule that the region comes from; empty for others.
	rule, ruleText string
	stems          []eval.StatementRef
}

type effect uint8

const (
	deny effect = iota
	allow
)

// resources is a set of resources: of ARNs, of the request on "*" (B17), and
// of s3:ListAllMyBuckets on "*", to which a rule of its own applies (B18).
type resources struct {
	space
	star, buckets bool
}

// condition is an entry that has to hold, as a policy holds it.
type condition struct {
	entry *conditions.Entry
	// variables tells whether the policy's Version substitutes ${...} (D6).
	variables bool
}

func (c condition) same(o condition) bool {
	return c.entry == o.entry || c.variables == o.variables && c.entry.Operator() == o.entry.Operator() &&
		conditions.FoldKey(c.entry.Key()) == conditions.FoldKey(o.entry.Key()) && slices.Equal(c.entry.Values(), o.entry.Values())
}

// everywhere is every request.
func everywhere(e effect) Region {
	return Region{effect: e, resources: resources{star: true, buckets: true}}
}

// and is the set of requests that are in both regions. The effect is r's.
func (r Region) and(o Region) Region {
	out := Region{
		effect: r.effect, actions: r.actions.and(o.actions), when: slices.Clone(r.when), grant: r.grant,
		rule: cmp.Or(r.rule, o.rule), ruleText: cmp.Or(r.ruleText, o.ruleText), stems: slices.Clone(r.stems),
		resources: resources{
			space: r.resources.space.and(o.resources.space),
			star:  r.resources.star && o.resources.star, buckets: r.resources.buckets && o.resources.buckets,
		},
	}
	if out.grant == nil {
		out.grant = o.grant
	}
	for _, c := range o.when {
		if !slices.ContainsFunc(out.when, c.same) {
			out.when = append(out.when, c)
		}
	}
	for _, s := range o.stems {
		if !slices.Contains(out.stems, s) {
			out.stems = append(out.stems, s)
		}
	}
	return out
}

// listBuckets is the action of B18.
var listBuckets = literal("s3:ListAllMyBuckets", true)

// touchesBuckets reports whether s3:ListAllMyBuckets on "*" may be in the region.
func (r Region) touchesBuckets() bool {
	return r.resources.buckets && !r.actions.disjoint(space{all: [][]pattern{{listBuckets}}})
}

// empty reports whether the region surely holds no request.
func (r Region) empty() bool {
	if r.actions.empty() {
		return true
	}
	return !r.resources.star && !r.touchesBuckets() && r.resources.space.empty()
}

// disjoint reports whether the regions surely have no request in common.
// Conditions are not looked at.
func (r Region) disjoint(o Region) bool {
	if r.actions.disjoint(o.actions) {
		return true
	}
	if r.resources.star && o.resources.star || r.touchesBuckets() && o.touchesBuckets() {
		return false
	}
	return r.resources.space.disjoint(o.resources.space)
}

// contains reports whether every request of o is surely in r as well.
func (r Region) contains(o Region) bool {
	if r.grant != nil && r.grant != o.grant || !r.actions.contains(o.actions) || !r.resources.contains(o.resources.space) ||
		o.resources.star && !r.resources.star || o.touchesBuckets() && !r.resources.buckets {
		return false
	}
	for _, c := range r.when {
		if !slices.ContainsFunc(o.when, c.same) {
			return false
		}
	}
	return true
}

// widest drops every region that another contains; of equal ones the first stays.
func widest(list []Region) []Region {
	var out []Region
	for i, r := range list {
		covered := r.empty()
		for j := 0; j < len(list) && !covered; j++ {
			covered = i != j && list[j].contains(r) && (j < i || !r.contains(list[j]))
		}
		if !covered {
			out = append(out, r)
		}
	}
	return out
}

// holds reports whether a request is in the region.
func (r Region) holds(action, resource string, env *conditions.Env, o *eval.Options) bool {
	if !r.actions.holds(action, nil, false, false) {
		return false
	}
	strict := r.effect == allow && !o.UnresolvedNotResourceListsNothing
	switch {
	case resource == "*" && strings.EqualFold(action, "s3:ListAllMyBuckets"):
		if !r.resources.buckets {
			return false
		}
	case resource == "*":
		if !r.resources.star {
			return false
		}
	case !r.resources.space.holds(resource, env, strict, o.VariableWildcards):
		return false
	}
	if resource == "*" && strict && !r.resolved(env) {
		return false
	}
	for _, c := range r.when {
		if c.entry.Eval(env) != conditions.True {
			return false
		}
	}
	return r.grant == nil || soleContext(r.grant, env)
}

// resolved reports whether every exclusion has values for its variables (D7).
func (r Region) resolved(env *conditions.Env) bool {
	for _, n := range r.resources.not {
		if _, ok := n.resolve(env, false); !ok {
			return false
		}
	}
	return true
}

const encryptionContext = "kms:encryptioncontext:"

// soleContext reports whether the request's encryption context holds no key
// besides those that EncryptionContextEquals lists (E84).
func soleContext(g *inventory.Grant, env *conditions.Env) bool {
	if g.EncryptionContextEquals == nil {
		return true
	}
	for _, name := range env.Context.Names() {
		key, ok := strings.CutPrefix(conditions.FoldKey(name), encryptionContext)
		if !ok {
			continue
		}
		if _, state := env.Context.Lookup(name); state != conditions.Present {
			continue
		}
		listed := false
		for k := range g.EncryptionContextEquals {
			listed = listed || conditions.FoldKey(k) == key
		}
		if !listed {
			return false
		}
	}
	return true
}

var _ wildcard.Resolver = (*conditions.Env)(nil)
