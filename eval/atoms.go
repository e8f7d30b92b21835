package eval

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Part is one statement of a layer that takes part in deciding a query.
type Part struct {
	// Level is the organization's level of an SCP or RCP, from 0.
	Level int
	// Statement is shared and must not be changed, as is Policy.
	Statement *model.Statement
	Policy    *model.Policy
	// Named reports whether the principal matches; it does in policies other
	// than resource-side and endpoint policies. Fits reports whether the action
	// matches as well.
	Named, Fits bool

	layer     layer
	statement *statement
	kinds     kinds
}

// ResourceSide reports whether the statement belongs to the policy of the resource.
func (p *Part) ResourceSide() bool { return p.layer == layerResource }

// Layer is a small number that tells the layers apart, in the order of E91.
func (p *Part) Layer() int { return int(p.layer) }

// Conditional reports whether the statement has conditions.
func (p *Part) Conditional() bool { return len(p.statement.condition) > 0 }

// Kinds tells in which ways the statement names the caller, as a set that only compares.
func (p *Part) Kinds() uint8 { return uint8(p.kinds) }

// Parts is a query laid open for reasoning about many requests at once: the
// statements of every layer that takes part, and the one combinator that
// decides from which of them apply (E.14). It is immutable.
type Parts struct {
	q     *Query
	all   []Part
	fixed facts
	// grants tells whether a KMS grant could take part.
	grants bool
}

// Parts lays the query open.
func (q *Query) Parts() *Parts {
	p := &Parts{q: q}
	o := &q.engine.options
	e := newEvaluation(q, q.context, o, true)
	e.see = func(v visit) {
		s := v.statement
		part := Part{Level: v.level, Statement: s.source, Policy: s.policy.source, layer: v.layer, statement: s, Named: true, Fits: s.matchesAction(q.action, o)}
		if v.layer == layerResource || v.layer == layerVPCE {
			part.kinds = s.matchesPrincipal(&q.frame, o)
			part.Named = part.kinds != 0
			part.Fits = part.Fits && part.Named
		}
		p.all = append(p.all, part)
	}
	e.gather()
	p.fix()
	return p
}

// fix works out what does not depend on statements.
func (p *Parts) fix() {
	q, c, o := p.q, p.q.caller, &p.q.engine.options
	p.fixed = facts{
		always: alwaysAllowed(&q.frame), serviceRule: q.serviceRule,
		iam: c.iam(), root: c.kind == callerRoot, same: c.iam() && c.account == q.target.account,
		must: q.target.mandatory, identityToo: q.identityToo, trustUser: q.target.trust && c.kind == callerUser,
		ownARNOnly:   o.FederatedUserNeedsOwnARN && c.kind == callerFederatedUser && len(q.limits.policies) == 0,
		farPrincipal: c.far && c.iam(), farResource: q.target.far,
		rcp: allLevels, scp: allLevels, endpoint: conditions.True,
		identity: conditions.True, boundary: conditions.True, session: conditions.True,
	}
	p.grants = q.service == "kms" && q.target.row != nil && len(q.target.row.Grants) > 0
}

// On returns the same parts for a request on another resource that has the
// same owner, declaration and policy.
func (p *Parts) On(resource string) *Parts {
	q := *p.q
	q.resource = resource
	if arn, err := model.ParseARN(resource); err == nil {
		q.target.arn = arn
	}
	q.ruleNumber, q.ruleBroken = serviceRule(&q)
	q.serviceRule = q.ruleBroken != ""
	other := &Parts{q: &q, all: p.all}
	other.fix()
	return other
}

// All returns the statements in the order of E91; shared.
func (p *Parts) All() []Part { return p.all }

// Query returns the query that was laid open.
func (p *Parts) Query() *Query { return p.q }

// Env returns what conditions are decided with under a context: three-valued,
// so that a key which the context does not hold leaves them open.
func (p *Parts) Env(context *conditions.Context) conditions.Env {
	return conditions.Env{Context: context, Options: p.q.engine.options.Options, ThreeValued: true}
}

// Resource tells whether the resource part of statement i matches.
func (p *Parts) Resource(i int, env *conditions.Env) conditions.Truth {
	return p.all[i].statement.matchesResource(&p.q.frame, &p.q.engine.options, env)
}

// Applies tells whether statement i applies.
func (p *Parts) Applies(i int, env *conditions.Env) conditions.Truth {
	part := &p.all[i]
	if !part.Fits {
		return conditions.False
	}
	resource := p.Resource(i, env)
	if resource == conditions.False {
		return conditions.False
	}
	return resource.And(part.statement.condition.Eval(env))
}

// Missing returns an error if a policy or group that the caller is subject to was not read.
func (p *Parts) Missing() error {
	q := p.q
	var missing []string
	for _, set := range []*policySet{q.identity, q.boundary, q.limits} {
		missing = append(missing, set.missing...)
	}
	if len(missing) == 0 {
		return nil
	}
	return missingError(&q.frame, missing)
}

// Decide decides from which statements apply, one Truth for each of All. worst
// and best enclose every answer that is possible.
func (p *Parts) Decide(applies []conditions.Truth, env *conditions.Env) (worst, best Decision) {
	f := p.fixed
	p.combine(&f, applies, env)
	o := &p.q.engine.options
	return authorize(&f, o, false), authorize(&f, o, true)
}

func (p *Parts) combine(f *facts, applies []conditions.Truth, env *conditions.Env) {
	if f.always || f.serviceRule {
		return
	}
	q := p.q
	allowed := [layerCount]conditions.Truth{}
	var scp, rcp [maxLevels]conditions.Truth
	for i, t := range applies {
		if t == conditions.False {
			continue
		}
		part := &p.all[i]
		l := part.layer
		if part.Statement.Effect == model.Deny {
			f.deny[l] = f.deny[l].Or(t)
			continue
		}
		switch l {
		case layerSCP:
			scp[part.Level] = scp[part.Level].Or(t)
		case layerRCP:
			rcp[part.Level] = rcp[part.Level].Or(t)
		case layerResource:
			f.possible |= part.kinds
			if t == conditions.True {
				f.sure |= part.kinds
			}
		}
		allowed[l] = allowed[l].Or(t)
	}
	f.scp = levelsOf(scp[:min(len(q.scp), maxLevels)])
	if q.endpointPolicy != nil {
		f.endpoint = allowed[layerVPCE]
	}
	if q.ownBucketPolicy() {
		f.deny[layerResource] = conditions.False
	}
	f.grant = conditions.False
	if p.grants {
		f.grant = q.grantCovers(env)
	}
	if !f.iam {
		return
	}
	f.identity = allowed[layerIdentity]
	if q.boundary.present {
		f.boundary = allowed[layerBoundary]
	}
	if q.limits.present {
		f.session = p.session(applies, allowed[layerSession])
	}
	if f.root || f.farPrincipal {
		f.identity = conditions.True
	}
	p.might(f)
}

// maxLevels bounds the levels of an organization, of which AWS allows seven.
const maxLevels = 64

func levelsOf(said []conditions.Truth) levels {
	out := allLevels
	for i, t := range said {
		if t != conditions.True && out.sure < 0 {
			out.sure = i
		}
		if t == conditions.False && out.possible < 0 {
			out.possible = i
		}
	}
	return out
}

// session combines several session policies as E44 or its alternative says.
func (p *Parts) session(applies []conditions.Truth, union conditions.Truth) conditions.Truth {
	if !p.q.engine.options.SessionPoliciesIntersect || len(p.q.limits.policies) == 0 {
		return union
	}
	all := conditions.True
	for _, document := range p.q.limits.policies {
		one := conditions.False
		for i, t := range applies {
			if p.all[i].statement.policy == document && p.all[i].layer == layerSession && p.all[i].Statement.Effect == model.Allow {
				one = one.Or(t)
			}
		}
		all = all.And(one)
	}
	return all
}

// might leaves open what documents that were not read could say.
func (p *Parts) might(f *facts) {
	add := func(set *policySet, allow *conditions.Truth, l layer) {
		if len(set.missing) > 0 {
			*allow = allow.Or(conditions.Unknown)
			f.deny[l] = f.deny[l].Or(conditions.Unknown)
		}
	}
	add(p.q.identity, &f.identity, layerIdentity)
	add(p.q.boundary, &f.boundary, layerBoundary)
	add(p.q.limits, &f.session, layerSession)
}

// ResourceList returns the patterns that the resource part of statement i
// compares with an ARN. always is True or False where the part matches every
// ARN or none, and Unknown where the patterns tell, or where the statement has
// no Resource and means the resource that its policy hangs on (A41).
func (p *Parts) ResourceList(i int) (patterns []*wildcard.Template, always conditions.Truth) {
	s, o := p.all[i].statement, &p.q.engine.options
	if !s.source.HasResource {
		return nil, conditions.Unknown
	}
	for k := range s.resources {
		r := &s.resources[k]
		switch {
		case r.star:
			return nil, conditions.Of(!s.source.NotResource)
		case r.nothing:
		case r.apiShort:
			if _, t := r.expand(&p.q.frame); t != nil {
				patterns = append(patterns, t)
			}
		default:
			patterns = append(patterns, p.read(r.text, r.template, r, o))
			if r.completed != nil && (r.completedByDefault || o.ShortPatternsCompleted) {
				patterns = append(patterns, p.read(r.completed.String(), r.completed, r, o))
			}
		}
	}
	if len(patterns) == 0 {
		return nil, conditions.Of(s.source.NotResource)
	}
	return patterns, conditions.Unknown
}

// read returns a pattern as the options read it.
func (p *Parts) read(text string, t *wildcard.Template, r *resourcePattern, o *Options) *wildcard.Template {
	if o.StarNeverCrossesColon || o.VariablesInARNFields || o.ARNFieldsIgnoreCase {
		if other := p.q.engine.templates.get(text, r.syntax(o)); other != nil {
			return other
		}
	}
	return t
}

// ActionTraits spells what deciding looks at in an action besides what
// statements list: two actions of equal traits, which the same statements
// list, are decided alike on the same resource. endpoints tells that endpoints
// which serve one service are declared.
func ActionTraits(action string, endpoints bool) string {
	prefix, name, _ := strings.Cut(strings.ToLower(action), ":")
	trait := ""
	if rcpServices[prefix] {
		trait = "r"
	}
	special := false
	switch prefix {
	case "sts":
		special = roleCalls[name] || tokenCalls[name] || name == "getcalleridentity" || name == "getsessiontoken" || name == "getfederationtoken"
	case "iam":
		special = policyChanges[name] || roleChanges[name] || editableOnServiceRoles[name] || name == "passrole"
	case "kms":
		// A grant may list any operation.
		special = true
	case "s3":
		special = name == "listallmybuckets" || bucketPolicyCalls[name]
	default:
		if !endpoints {
			return trait
		}
	}
	trait += ":" + prefix
	if special {
		trait += ":" + name
	}
	return trait
}

// ResourceShapes are the forms of ARNs that deciding tells apart besides what
// statements list.
func ResourceShapes() []wildcard.Flat { return resourceShapes }

var resourceShapes = func() []wildcard.Flat {
	field, run := string(rune(wildcard.ShapeField)), string(rune(wildcard.ShapeRun))
	account := strings.Repeat(string(rune(wildcard.ShapeDigit)), 12)
	var out []wildcard.Flat
	for _, text := range []string{
		"arn:" + field + ":iam::aws:policy/" + run,
		"arn:" + field + ":iam::" + account + ":role/aws-reserved/" + run,
		"arn:" + field + ":iam::" + account + ":role/aws-service-role/" + run,
		"arn:" + field + ":kms:" + field + ":" + field + ":alias/aws/" + run,
		"arn:" + field + ":kms:" + field + ":" + field + ":key/" + run,
		"arn:" + field + ":iam:" + field + ":" + account + ":role/" + run,
	} {
		out = append(out, wildcard.Shape(text))
	}
	return out
}()

// Documents lists the policies that take part in deciding the query, whatever
// its action.
func (q *Query) Documents() []*model.Policy {
	var out []*model.Policy
	seen := map[*policy]bool{}
	add := func(list ...*policy) {
		for _, p := range list {
			if p != nil && !seen[p] {
				seen[p] = true
				out = append(out, p.source)
			}
		}
	}
	for _, list := range [][]level{q.rcp, q.scp} {
		for i := range list {
			add(list[i].policies...)
		}
	}
	add(q.endpointPolicy, q.resourcePolicy)
	add(q.identity.policies...)
	add(q.boundary.policies...)
	add(q.limits.policies...)
	return out
}

// Row returns the declared resource whose policy judges the query; nil where there is none.
func (q *Query) Row() *inventory.Resource { return q.target.row }

// Account returns the caller's account; empty for callers that belong to none.
func (q *Query) Account() string { return q.caller.account }

// Partition returns the caller's partition; empty for callers that belong to none.
func (q *Query) Partition() string { return q.caller.partition }

// Federated reports whether the caller's session may carry tags that were passed to it.
func (q *Query) Federated() bool {
	return q.caller.kind == callerRoleSession || q.caller.kind == callerFederatedUser
}

// IAM reports whether the caller has an identity side.
func (q *Query) IAM() bool { return q.caller.iam() }

// Shape spells what takes part in deciding the query besides statements: the
// kind of caller, its boundary and session policies, and the levels of organizations.
func (q *Query) Shape() string {
	b := []byte{byte('0' + q.caller.kind)}
	for _, yes := range []bool{q.caller.far, q.boundary.present, q.limits.present, q.gateway, q.endpointPolicy != nil, q.caller.row != nil && q.caller.row.HasBoundary()} {
		if yes {
			b = append(b, 'y')
		} else {
			b = append(b, 'n')
		}
	}
	for _, list := range [][]level{q.scp, q.rcp} {
		b = append(b, byte('0'+len(list)))
	}
	for _, set := range []*policySet{q.identity, q.boundary, q.limits} {
		b = append(b, list(set.missing)...)
	}
	return string(b)
}

// ActionSamples lists actions of which one has the traits of any action, the
// endpoints of single services aside.
func ActionSamples() []string {
	var out []string
	add := func(service string, sets ...map[string]bool) {
		for _, set := range sets {
			for _, name := range sortedKeys(set) {
				out = append(out, service+":"+name)
			}
		}
	}
	add("sts", roleCalls, set("getcalleridentity", "getsessiontoken", "getfederationtoken"))
	add("iam", policyChanges, roleChanges, editableOnServiceRoles, set("passrole"))
	add("kms", aliasChanges, unconstrained, set("decrypt", "encrypt"))
	add("s3", bucketPolicyCalls, set("listallmybuckets"))
	slices.Sort(out)
	return slices.Compact(out)
}
