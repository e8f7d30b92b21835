package eval

import (
	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// evaluation decides one frame once, under one context and one set of options.
type evaluation struct {
	q       *frame
	options *Options
	env     *conditions.Env
	facts   facts
	// canonicalIDs makes every canonical user id name the caller (B39), to
	// find out whether an answer rests on its not doing so.
	canonicalIDs bool
	// listed makes every statement be looked at in the order of its document,
	// without the indexes.
	listed bool
	// denied is set when a Deny was found through an index: the first one, in
	// the order of E91, settles the answer.
	denied bool
	// settled completes the context of a request that was not prepared; nil for a Query.
	settled *settled
	// see, where set, is told of every statement of every layer that takes
	// part. Without it, statements that cannot change the facts any more are skipped.
	see func(visit)
}

// visit is one statement as an evaluation met it.
type visit struct {
	layer     layer
	level     int // of RCP and SCP layers, from 0
	statement *statement
	applies   conditions.Truth
	kinds     kinds // of resource-side and endpoint statements
}

func newEvaluation(q *Query, context *conditions.Context, o *Options, threeValued bool) *evaluation {
	return &evaluation{
		q: &q.frame, options: o,
		env: &conditions.Env{Context: context, Options: o.Options, ThreeValued: threeValued},
	}
}

// Decide decides the query. The error is an *UnansweredError where the
// document of an attached policy was not read and could change the answer,
// or where the options ask for no answer rather than one that rests on
// something open.
func (q *Query) Decide() (Decision, error) {
	o := &q.engine.options
	if o.Strict || o.UnknownUnanswered {
		x := q.Explain()
		if x.Unanswered != "" {
			return Decision{}, &UnansweredError{Message: x.Unanswered}
		}
		return x.Decision, nil
	}
	return q.decide()
}

// decide decides without looking at what the answer rests on.
func (q *Query) decide() (Decision, error) {
	o := &q.engine.options
	env := conditions.Env{Context: q.context, Options: o.Options}
	e := evaluation{q: &q.frame, options: o, env: &env}
	e.gather()
	if len(q.identity.missing)+len(q.boundary.missing)+len(q.limits.missing) > 0 {
		if err := e.unread(); err != nil {
			return Decision{}, err
		}
	}
	return authorize(&e.facts, o, false), nil
}

// gather runs every layer that takes part and fills in the facts (E.14, steps 1 to 3 and 8).
func (e *evaluation) gather() {
	q, f := e.q, &e.facts
	c := q.caller
	f.always = q.row.fixed && alwaysAllowed(q)
	f.serviceRule = q.serviceRule
	f.iam, f.root = c.iam(), c.kind == callerRoot
	f.same = f.iam && c.account == q.target.account
	f.must = q.target.mandatory
	f.identityToo = q.identityToo
	f.trustUser = q.target.trust && c.kind == callerUser
	f.ownARNOnly = e.options.FederatedUserNeedsOwnARN && c.kind == callerFederatedUser && len(q.limits.policies) == 0
	f.farPrincipal, f.farResource = c.far && f.iam, q.target.far
	f.boundary, f.session = conditions.True, conditions.True
	if (f.always || f.serviceRule) && e.see == nil {
		return
	}

	ownBucket := f.root && q.ownBucketPolicy()
	e.listed = e.see != nil || e.canonicalIDs || e.env.ThreeValued || q.row.listAllMyBuckets || ownBucket || !e.options.indexable()
	f.rcp, f.scp, f.endpoint = allLevels, allLevels, conditions.True
	if len(q.rcp) > 0 {
		f.rcp = e.levels(layerRCP, q.rcp, true)
	}
	if len(q.scp) > 0 && !e.denied {
		f.scp = e.levels(layerSCP, q.scp, false)
	}
	if q.endpointPolicy != nil && !e.denied {
		f.endpoint = e.policy(layerVPCE, 0, q.endpointPolicy)
	}
	if q.resourcePolicy != nil && !e.denied {
		e.policy(layerResource, 0, q.resourcePolicy)
	}
	if ownBucket {
		f.deny[layerResource] = conditions.False
	}
	if q.service == "kms" && !e.denied {
		f.grant = q.grantCovers(e.env)
	}
	if f.iam && !e.denied {
		e.caller()
	}
}

// caller evaluates the caller's side. A caller of whose account nothing was
// read is taken to be allowed everything there; the decision is then marked as resting on it.
func (e *evaluation) caller() {
	q, f := e.q, &e.facts
	if merged := q.identity.merged.Load(); merged != nil && !e.listed {
		f.identity = conditions.Of(e.indexed(layerIdentity, merged))
	} else {
		f.identity = e.policies(layerIdentity, q.identity.policies)
		q.engine.mergeSometimes(q.identity)
	}
	if q.boundary.present {
		f.boundary = e.policies(layerBoundary, q.boundary.policies)
	}
	if q.limits.present {
		f.session = e.sessionPolicies()
	}
	if q.caller.kind == callerRoot {
		f.identity = conditions.True
	}
	if f.farPrincipal {
		f.identity = conditions.True
	}
}

// sessionPolicies are a union, or under the alternative of E44 an intersection.
func (e *evaluation) sessionPolicies() conditions.Truth {
	if !e.options.SessionPoliciesIntersect || len(e.q.limits.policies) == 0 {
		return e.policies(layerSession, e.q.limits.policies)
	}
	all := conditions.True
	for _, p := range e.q.limits.policies {
		all = all.And(e.policy(layerSession, 0, p))
	}
	return all
}

// levels evaluates an organization's levels (E30, E35). RCPs need no Allow:
// RCPFullAWSAccess is attached everywhere.
func (e *evaluation) levels(l layer, list []level, allowed bool) levels {
	out := allLevels
	for i := range list {
		said := conditions.Of(allowed)
		for _, p := range list[i].policies {
			if e.denied {
				return out
			}
			said = said.Or(e.policy(l, i, p))
		}
		if said != conditions.True && out.sure < 0 {
			out.sure = i
		}
		if said == conditions.False && out.possible < 0 {
			out.possible = i
		}
	}
	return out
}

// policies evaluates the policies of one layer, which add up.
func (e *evaluation) policies(l layer, list []*policy) conditions.Truth {
	allowed := conditions.False
	for _, p := range list {
		if e.denied || allowed == conditions.True && !e.listed && p.compiled != nil && !p.denies {
			continue
		}
		allowed = allowed.Or(e.policy(l, 0, p))
	}
	return allowed
}

// policy evaluates one policy and returns whether an Allow of it applies;
// what else it says goes into the facts.
func (e *evaluation) policy(l layer, lvl int, p *policy) conditions.Truth {
	if !e.listed && p.compiled != nil {
		return conditions.Of(e.indexed(l, p))
	}
	f := &e.facts
	allowed := conditions.False
	statements := p.statements()
	for i := range statements {
		s := &statements[i]
		deny := s.source.Effect == model.Deny
		if e.see == nil && (deny && f.deny[l] == conditions.True || !deny && l != layerResource && allowed == conditions.True) {
			continue
		}
		applies, named := e.statement(l, s)
		if e.see != nil {
			e.see(visit{layer: l, level: lvl, statement: s, applies: applies, kinds: named})
		}
		switch {
		case applies == conditions.False:
		case deny:
			f.deny[l] = f.deny[l].Or(applies)
		default:
			allowed = allowed.Or(applies)
			if l == layerResource {
				f.possible |= named
				if applies == conditions.True {
					f.sure |= named
				}
			}
		}
	}
	return allowed
}

// statement tells whether a statement applies: its action, principal,
// resource and condition parts all match (0.4, C1). For resource-side and
// endpoint policies it also tells how the statement names the caller.
func (e *evaluation) statement(l layer, s *statement) (conditions.Truth, kinds) {
	if !s.matchesAction(e.q.action, e.options) {
		return conditions.False, 0
	}
	var named kinds
	if l == layerResource || l == layerVPCE {
		named = s.matchesPrincipal(e.q, e.options)
		if named == 0 && e.canonicalIDs && s.namesCanonicalID() {
			named = kindDirect
		}
		if named == 0 {
			return conditions.False, 0
		}
	}
	applies := s.matchesResource(e.q, e.options, e.env)
	if applies == conditions.False {
		return conditions.False, 0
	}
	if applies = applies.And(s.condition.Eval(e.env)); applies == conditions.False {
		named = 0
	}
	return applies, named
}

// unread returns an error where a managed policy or a group that the caller
// is subject to was not read and could change the answer (G7): it might allow or deny anything.
func (e *evaluation) unread() error {
	q := e.q
	missing := append(append(append([]string(nil), q.identity.missing...), q.boundary.missing...), q.limits.missing...)
	if len(missing) == 0 {
		return nil
	}
	f := e.facts
	might := func(set *policySet, allow *conditions.Truth, l layer) {
		if len(set.missing) > 0 {
			*allow = allow.Or(conditions.Unknown)
			f.deny[l] = f.deny[l].Or(conditions.Unknown)
		}
	}
	might(q.identity, &f.identity, layerIdentity)
	might(q.boundary, &f.boundary, layerBoundary)
	might(q.limits, &f.session, layerSession)
	best, worst := authorize(&f, e.options, true), authorize(&f, e.options, false)
	if best.Allowed() == worst.Allowed() {
		return nil
	}
	return missingError(q, missing)
}

func missingError(q *frame, missing []string) *UnansweredError {
	holder := q.caller.arn
	if q.caller.row != nil {
		holder = q.caller.row.ARN
	}
	return &UnansweredError{
		Message: holder + " is subject to " + list(missing) + ", of which nothing was read, and the answer could depend on that",
		Hint:    "add it as an entry of `policies` (a group: of `groups`) in a policy set, or a policy as a line {\"arn\", \"name\", \"document\"} of an NDJSON file",
	}
}

// endpointName returns what reports call an endpoint.
func endpointName(e *inventory.Endpoint) string {
	if e == nil {
		return ""
	}
	return e.ID
}
