// Package access tells what a principal may do: the requests that an engine
// allows it, as regions of actions, resources and conditions that are allowed,
// less those that are denied, and as one policy document that grants the same.
//
// It asks the engine which policies take part (Query.Policies) and how caller
// and resource stand to each other (Query.Standing), combines the statements
// as rule E.14 does the layers, and never decides a single request. Patterns
// are compared exactly; what cannot be is kept as it is, never guessed.
package access

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// maxRegions bounds the regions of one part, and maxPairs those compared on
// the way to it; a question beyond them is not answered.
const (
	maxRegions = 512
	maxPairs   = 4 * maxRegions
)

// Question asks what a principal may do.
type Question struct {
	// Request names the principal, its session and what is known of every
	// request: context, time, session policies. Resource, where it is not
	// empty, narrows the question to it; Action is not looked at.
	Request model.Request
}

// Access is the answer to a question. It holds for every request that the
// question's context fits: a key that is neither supplied nor follows from the
// caller may have any value.
type Access struct {
	// Principal is the caller's ARN, a service's or provider's name, or "*".
	Principal string
	// Account is the caller's; empty for services, providers and anonymous callers.
	Account string
	// Parts are the caller's own side first, then the resources whose own
	// policy makes a difference, sorted by ARN; with Question.Resource that part alone.
	Parts []*Part
	// Always is what no policy can refuse, on any resource (E70).
	Always []Region
	// Assumptions are what the answer takes for granted.
	Assumptions []string

	finder *finder
}

// Part is what the principal may do on some resources: what one of Allows
// holds, unless one of Denies does.
type Part struct {
	// Resource is the ARN that the part is about, or "*"; empty for the
	// caller's own side, which holds for the resources of its account that no
	// policy of their own or another account governs. Undeclared KMS keys are
	// among them, since their default policy leaves kms actions to the account (E80).
	Resource string
	// Below is set where the part also covers what lies below the resource.
	Below bool
	// Account owns the resource; empty where nothing tells.
	Account string
	// FarSide is set where the resource's account is not known: the part holds if that account allows the request.
	FarSide bool
	Allows  []Region
	Denies  []Region

	classes []class
	options *eval.Options
	covers  func(action, resource string) bool
}

// class is a set of requests on which the same layers are combined.
type class struct {
	domain Region
	layers *layers
	ways   []way
}

// way is one way to be allowed: all its layers have to allow.
type way []layer

// TooLargeError says that an answer has more regions than are looked at.
type TooLargeError struct{ Principal, Resource string }

// Error names what was asked.
func (e *TooLargeError) Error() string {
	about := e.Principal
	if e.Resource != "" {
		about += " on " + e.Resource
	}
	return fmt.Sprintf("what %s may do falls into more than %d regions; name a resource", about, maxRegions)
}

// WhatCan answers a question. The error is an *eval.RequestError where the
// question cannot be understood, an *eval.UnansweredError where the inventory
// does not hold what an answer needs, or a *TooLargeError.
func WhatCan(e *eval.Engine, q Question) (*Access, error) {
	// Actions that take no resource are authorised on "*" alone: here a pair of
	// action and resource is taken at its word.
	o := e.Options()
	o.Catalog = nil
	f := &finder{engine: e.With(o), q: q, known: map[*model.Statement]space{}}
	if q.Request.Resource != "" {
		return f.onResource()
	}
	return f.onEverything()
}

// Regions yields the regions of every part: what is allowed, then what is
// denied of it. The part of what is always allowed is nil.
func (a *Access) Regions() iter.Seq2[*Part, Region] {
	return func(yield func(*Part, Region) bool) {
		for _, r := range a.Always {
			if !yield(nil, r) {
				return
			}
		}
		for _, p := range a.Parts {
			for _, r := range slices.Concat(p.Allows, p.Denies) {
				if !yield(p, r) {
					return
				}
			}
		}
	}
}

// Allows reports whether a request is among those that are allowed. The
// context is the request's own, with the keys derived that policies test
// (eval.Query.Context). told is false where the answer does not cover the
// resource: one of an account of which nothing was read, or another than the question's.
func (a *Access) Allows(action, resource string, c *conditions.Context) (allowed, told bool) {
	if slices.ContainsFunc(a.Always, func(r Region) bool { return r.actions.holds(action, nil, false, false) }) {
		return true, true
	}
	for _, p := range slices.Backward(a.Parts) {
		if p.covers(action, resource) {
			return p.Allowed(action, resource, c), true
		}
	}
	return false, a.refused(action, resource)
}

// refused reports whether a resource that no part covers is one that the
// caller is sure to be refused: of another account that is known, or one whose
// policy would have to name the caller.
func (a *Access) refused(action, resource string) bool {
	if a.finder.q.Request.Resource != "" {
		return false
	}
	q, err := a.finder.prepare(action, resource)
	if err != nil {
		return false
	}
	st := q.Standing()
	return !st.FarResource && (!st.Same || st.Mandatory)
}

// Allowed reports whether the part allows a request on one of its resources.
func (p *Part) Allowed(action, resource string, c *conditions.Context) bool {
	env := &conditions.Env{Context: c, Options: p.options.Options}
	holds := func(r Region) bool { return r.holds(action, resource, env, p.options) }
	return slices.ContainsFunc(p.Allows, holds) && !slices.ContainsFunc(p.Denies, holds)
}

// finder answers one question.
type finder struct {
	engine *eval.Engine
	q      Question
	known  map[*model.Statement]space
}

// prepare asks how the caller stands to a resource with an action of a service.
func (f *finder) prepare(action, resource string) (*eval.Query, error) {
	r := f.q.Request
	r.Action, r.Resource = action, resource
	q, err := f.engine.Prepare(r)
	if err != nil {
		return nil, err
	}
	if missing := q.Standing().Missing; len(missing) > 0 {
		return nil, &eval.UnansweredError{
			Message: q.Principal() + " is subject to " + strings.Join(missing, ", ") + ", of which nothing was read",
			Hint:    "add it as an entry of `policies` (a group: of `groups`) in a policy set",
		}
	}
	return q, nil
}

// probe is an action that the caller's VPC endpoint lets through, and that is
// neither of IAM nor of STS where it may choose.
func (f *finder) probe() string {
	value, state := f.q.Request.Context.Lookup("aws:SourceVpce")
	if state == conditions.Present && len(value.Texts()) == 1 {
		if e, ok := f.engine.Snapshot().Endpoint(value.Texts()[0]); ok && e.Service != "" {
			return strings.ToLower(e.Service) + ":Any"
		}
	}
	return "s3:Any"
}

// class combines the layers of a query for the requests of a domain. Policies
// of the resource deny within the domain alone.
func (f *finder) class(q *eval.Query, domain Region, exact bool) class {
	o := f.options()
	b := newBuilder(o, settled(q, f.q.Request.Context, exact), f.known)
	l := b.layers(q)
	if l.standing.Endpoint != "" {
		domain.actions = domain.actions.and(service(o, l.standing.Endpoint))
	}
	l.denies = append(l.denies, serviceRules(q.Principal(), l.standing, o)...)
	return class{domain: domain, layers: l, ways: l.ways(o, layer{kind: eval.KMSGrantType, allows: b.grantRegions(l.standing)})}
}

func (f *finder) options() *eval.Options {
	o := f.engine.Options()
	return &o
}

// ways is rule E.14, steps 6 to 10: the ways in which a request may be allowed.
func (l *layers) ways(o *eval.Options, kms layer) []way {
	st := &l.standing
	callers := append(way{l.identity, l.boundary}, l.session...)
	var out []way
	add := func(parts ...[]layer) { out = append(out, slices.Concat(append(parts, l.limits)...)) }
	far := o.Strict && (st.FarPrincipal || st.FarResource)
	if len(kms.allows) > 0 && !(o.Strict && st.FarPrincipal) {
		if o.GrantsIgnoreLimits {
			add([]layer{kms})
		} else {
			add([]layer{kms}, callers[1:])
		}
	}
	switch {
	case !st.IAM:
		add([]layer{l.granted(func(eval.Naming) bool { return true })})
	case far:
	case !st.Same && st.FarResource:
		add(callers)
	case !st.Same:
		add([]layer{l.granted(func(eval.Naming) bool { return true })}, callers)
	default:
		if !st.Mandatory {
			add(callers)
		}
		for _, n := range []eval.Naming{
			{Named: true, Identity: true, Boundary: true, Session: true}, {Named: true, Identity: true, Boundary: true},
			{Named: true, Identity: true}, {Named: true},
		} {
			granted := l.granted(func(other eval.Naming) bool { return other == n })
			if len(granted.allows) == 0 || !n.Identity && !st.Mandatory {
				continue
			}
			needed := []layer{granted}
			if !n.Identity {
				needed = append(needed, l.identity)
			}
			if !n.Boundary {
				needed = append(needed, l.boundary)
			}
			if !n.Session {
				needed = append(needed, l.session...)
			}
			add(needed)
		}
	}
	return out
}

// granted is the resource-based policy as a layer, as far as its Allows name the caller in some way.
func (l *layers) granted(as func(eval.Naming) bool) layer {
	out := layer{kind: eval.ResourcePolicyType}
	for _, g := range l.grants {
		if as(g.naming) {
			out.allows = append(out.allows, g.Region)
		}
	}
	return out
}

// product is what all layers allow within a region; ok is false if that is too much.
func product(start Region, list []layer) (out []Region, ok bool) {
	out = []Region{start}
	order := slices.SortedStableFunc(slices.Values(list), func(a, b layer) int { return cmp.Compare(len(a.allows), len(b.allows)) })
	for _, l := range order {
		if l.everything {
			continue
		}
		if len(out)*len(l.allows) > maxPairs {
			return nil, false
		}
		var next []Region
		for _, r := range out {
			for _, a := range l.allows {
				if both := r.and(a); !both.empty() {
					next = append(next, both)
				}
			}
		}
		if out = widest(next); len(out) > maxRegions {
			return nil, false
		}
	}
	return out, true
}

// fill computes the regions of a part from its classes.
func (p *Part) fill(principal string) error {
	var denies []Region
	for _, c := range p.classes {
		for _, w := range c.ways {
			allowed, ok := product(c.domain, w)
			if !ok {
				return &TooLargeError{Principal: principal, Resource: p.Resource}
			}
			p.Allows = append(p.Allows, allowed...)
		}
		denies = append(denies, c.denies()...)
	}
	p.Allows = widest(p.Allows)
	if len(p.Allows) > maxRegions {
		return &TooLargeError{Principal: principal, Resource: p.Resource}
	}
	p.prune(widest(denies))
	for i := range p.Allows {
		p.Allows[i].sortStems()
	}
	return nil
}

// denies are the Denies of a class. Those of the resource's own policies and
// account say nothing of requests outside its domain.
func (c *class) denies() []Region {
	var out []Region
	for _, d := range c.layers.denies {
		if len(d.stems) > 0 {
			switch d.stems[0].PolicyType {
			case eval.ResourceControlPolicyType, eval.ResourcePolicyType, eval.TrustPolicyType:
				d = d.and(c.domain)
			}
		}
		out = append(out, d)
	}
	return out
}

// prune leaves out what does not matter: Allows that a Deny without condition
// covers, and Denies that meet no Allow.
func (p *Part) prune(denies []Region) {
	p.Allows = slices.DeleteFunc(p.Allows, func(r Region) bool {
		return slices.ContainsFunc(denies, func(d Region) bool { return d.contains(Region{actions: r.actions, resources: r.resources}) })
	})
	p.Denies = slices.DeleteFunc(denies, func(d Region) bool {
		return !slices.ContainsFunc(p.Allows, func(r Region) bool { return !r.disjoint(d) })
	})
}

// stemOrder is that in which layers grant and limit.
var stemOrder = []eval.PolicyType{
	eval.IdentityPolicyType, eval.ResourcePolicyType, eval.TrustPolicyType, eval.KMSGrantType, eval.PermissionsBoundaryType,
	eval.SessionPolicyType, eval.ServiceControlPolicyType, eval.EndpointPolicyType,
}

func (r *Region) sortStems() {
	slices.SortStableFunc(r.stems, func(a, b eval.StatementRef) int {
		return cmp.Or(cmp.Compare(slices.Index(stemOrder, a.PolicyType), slices.Index(stemOrder, b.PolicyType)),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Index, b.Index))
	})
}
