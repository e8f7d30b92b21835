package access

import (
	"maps"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// builder turns statements into regions for one caller.
type builder struct {
	options *eval.Options
	reader  resourceReader
	// settled decides the conditions whose outcome is the same for every request asked about.
	settled *conditions.Env
	// known holds the actions of statements that were met before.
	known map[*model.Statement]space
}

func newBuilder(o *eval.Options, settled *conditions.Context, known map[*model.Statement]space) *builder {
	env := &conditions.Env{Context: settled, Options: o.Options, ThreeValued: true}
	return &builder{options: o, settled: env, reader: resourceReader{options: o, settled: env}, known: known}
}

// statement returns the requests that a statement applies to; ok is false
// where it applies to none. Who is named is not looked at. holder is the
// resource that a resource-based policy hangs on.
func (b *builder) statement(p *eval.LayerPolicy, index int, holder string) (r Region, ok bool) {
	s := &p.Policy.Statements[index]
	r = everywhere(deny)
	if s.Effect == model.Allow {
		r.effect = allow
	}
	r.stems = []eval.StatementRef{p.Reference(index)}
	for _, entry := range s.Condition {
		switch entry.Eval(b.settled) {
		case conditions.False:
			return r, false
		case conditions.Unknown:
			r.when = append(r.when, condition{entry: entry, variables: p.Policy.Variables})
		}
	}
	if r.actions, ok = b.known[s]; !ok {
		r.actions = b.actions(s)
		b.known[s] = r.actions
	}
	if r.resources, ok = b.resources(s, p, holder); !ok {
		return r, false
	}
	return r, !r.empty()
}

func (b *builder) actions(s *model.Statement) space {
	var list []pattern
	for _, text := range s.Actions {
		list = append(list, actionPatterns(text, b.options)...)
	}
	if !s.NotAction {
		return actionUniverse.within(list)
	}
	if len(s.Actions) == 0 && b.options.EmptyNotActionMatchesNone {
		return actionUniverse.within(nil)
	}
	return space{not: smallest(list)}
}

// resources is the resource part of a statement (B8, B10 to B18, D7, A41, E82).
func (b *builder) resources(s *model.Statement, p *eval.LayerPolicy, holder string) (resources, bool) {
	if !s.HasResource {
		return ownResource(s, p.Policy.Kind, holder), true
	}
	out := resources{star: s.NotResource, buckets: s.NotResource}
	var list []pattern
	for _, text := range s.Resources {
		a, ok := b.reader.read(text, p.Policy, holder)
		if !ok {
			return out, false
		}
		switch {
		case a.universal:
			out.star, out.buckets = !s.NotResource, !s.NotResource
			list = append(list, pattern{{kind: many}})
		case s.NotResource && s.Effect == model.Allow && !b.options.UnresolvedNotResourceListsNothing:
			if a.unresolved {
				return out, false
			}
			list = append(list, a.patterns...)
			list = append(list, a.open...)
		default:
			list = append(list, a.patterns...)
		}
		if a.everyBucket && !a.universal && !b.options.ListAllMyBucketsNeedsStar && (!s.NotResource || s.Effect == model.Allow) {
			out.buckets = out.buckets || !s.NotResource
			if s.NotResource {
				out.buckets = false
			}
		}
	}
	if s.NotResource {
		out.space = space{not: joinExclusions(list, nil)}
		return out, true
	}
	out.space = arnUniverse.within(list)
	return out, true
}

// ownResource is what a statement without Resource covers: as an Allow the
// very resource that the policy hangs on, as a Deny all that the policy is asked for.
func ownResource(s *model.Statement, kind model.PolicyKind, holder string) resources {
	switch {
	case kind == model.KeyPolicy:
		return resources{space: arnUniverse.within(nil)}
	case kind != model.ResourcePolicy, s.Effect == model.Deny:
		return resources{star: true, buckets: true}
	}
	arn, err := model.ParseARN(holder)
	if err != nil || slices.Contains([]string{"s3", "sns", "sqs"}, arn.Service) {
		return resources{space: arnUniverse.within(nil)}
	}
	return resources{space: arnUniverse.within([]pattern{literal(holder, false)})}
}

// layer is one set of policies of which one has to allow.
type layer struct {
	kind  eval.PolicyType
	level int
	// everything is set for a layer that lets all through.
	everything bool
	allows     []Region
}

// layers are what takes part in deciding the requests of one caller on some resources.
type layers struct {
	standing eval.Standing
	// identity, boundary and session are the caller's side, limits what filters
	// whoever grants: the levels of SCPs and the endpoint policy.
	identity, boundary layer
	session, limits    []layer
	// grants are the Allows of the resource-based policy that name the caller.
	grants []namedRegion
	denies []Region
}

type namedRegion struct {
	Region
	naming eval.Naming
}

// layers collects what takes part in deciding a query.
func (b *builder) layers(q *eval.Query) *layers {
	st := q.Standing()
	l := &layers{standing: st, identity: layer{kind: eval.IdentityPolicyType}, boundary: layer{kind: eval.PermissionsBoundaryType}}
	l.identity.everything = st.Caller == "root user" || st.FarPrincipal
	l.boundary.everything = !st.Boundary
	union := layer{kind: eval.SessionPolicyType, everything: !st.Session}
	scps := make([]layer, st.SCPLevels)
	for i := range scps {
		scps[i] = layer{kind: eval.ServiceControlPolicyType, level: i}
	}
	endpoint := layer{kind: eval.EndpointPolicyType, everything: true}
	policies := q.Policies()
	for i := range policies {
		p := &policies[i]
		allows := b.policy(l, p)
		switch p.Type {
		case eval.ServiceControlPolicyType:
			scps[p.Level].allows = append(scps[p.Level].allows, allows...)
		case eval.EndpointPolicyType:
			endpoint.everything, endpoint.allows = false, allows
		case eval.IdentityPolicyType:
			l.identity.allows = append(l.identity.allows, allows...)
		case eval.PermissionsBoundaryType:
			l.boundary.allows = append(l.boundary.allows, allows...)
		case eval.SessionPolicyType:
			if b.options.SessionPoliciesIntersect {
				l.session = append(l.session, layer{kind: p.Type, allows: allows})
			}
			union.allows = append(union.allows, allows...)
		}
	}
	if len(l.session) == 0 {
		l.session = []layer{union}
	}
	l.limits = append(scps, endpoint)
	return l
}

// policy adds the Denies of a policy, and the Allows of a resource-based one,
// to the layers; it returns the Allows of others.
func (b *builder) policy(l *layers, p *eval.LayerPolicy) []Region {
	var allows []Region
	resourceSide := p.Type == eval.ResourcePolicyType || p.Type == eval.TrustPolicyType
	for i := range p.Policy.Statements {
		var naming eval.Naming
		if resourceSide || p.Type == eval.EndpointPolicyType {
			if naming = p.Naming(i); !naming.Named {
				continue
			}
		}
		r, ok := b.statement(p, i, l.standing.Holder)
		switch {
		case !ok:
		case r.effect == deny && p.Type == eval.ResourceControlPolicyType:
			l.denies = append(l.denies, rcpRegions(r)...)
		case r.effect == deny && resourceSide:
			l.denies = append(l.denies, bucketOwner(r, l.standing)...)
		case r.effect == deny:
			l.denies = append(l.denies, r)
		case resourceSide:
			l.grants = append(l.grants, namedRegion{r, naming})
		default:
			allows = append(allows, r)
		}
	}
	return allows
}

// grantRegions are what a KMS grant allows (E84).
func (b *builder) grantRegions(st eval.Standing) []Region {
	var out []Region
	for i := range st.Grants {
		g := &st.Grants[i]
		var free, bound []pattern
		for _, operation := range g.Operations {
			p := literal("kms:"+operation, true)
			if strings.EqualFold(operation, "DescribeKey") || strings.EqualFold(operation, "RetireGrant") {
				free = append(free, p)
			} else {
				bound = append(bound, p)
			}
		}
		r := everywhere(allow)
		ref := eval.StatementRef{
			PolicyType: eval.KMSGrantType, Policy: st.Holder, Index: i, Effect: "Allow",
			File: g.Position.File, Line: g.Position.Line, Column: g.Position.Column,
		}
		r.stems = []eval.StatementRef{ref}
		if len(free) > 0 {
			one := r
			one.actions = actionUniverse.within(free)
			out = append(out, one)
		}
		if len(bound) == 0 {
			continue
		}
		r.actions, r.grant = actionUniverse.within(bound), g
		possible := true
		for _, constraint := range []map[string]string{g.EncryptionContextEquals, g.EncryptionContextSubset} {
			for _, key := range slices.Sorted(maps.Keys(constraint)) {
				entry, err := conditions.NewEntry(conditions.Operator{}, "kms:EncryptionContext:"+key, []string{constraint[key]}, false)
				if err != nil {
					continue
				}
				switch entry.Eval(b.settled) {
				case conditions.False:
					possible = false
				case conditions.Unknown:
					r.when = append(r.when, condition{entry: entry})
				}
			}
		}
		if possible {
			out = append(out, r)
		}
	}
	return out
}
