package eval

import (
	"iamsim/model"
	"iamsim/model/inventory"
)

// LayerPolicy is one policy that takes part in deciding a query, and the layer it belongs to.
type LayerPolicy struct {
	Type PolicyType
	// Level is the organization's level of SCPs and RCPs, 0 for its root; else 0.
	Level  int
	Policy *model.Policy

	q        *Query
	compiled *policy
}

// Naming says how a statement of a resource-based or endpoint policy names
// the caller, and what an Allow by that name sets aside within the account (E41, E69).
type Naming struct {
	// Named is set where the statement names the caller at all.
	Named bool
	// Identity, Boundary and Session are set where the silence of that layer does not matter.
	Identity, Boundary, Session bool
}

// Policies lists the policies that take part in deciding the query, layer by
// layer in the order of E91. A level of SCPs without any policy does not show
// here, but counts in Standing.SCPLevels.
func (q *Query) Policies() []LayerPolicy {
	var out []LayerPolicy
	add := func(t PolicyType, level int, list ...*policy) {
		for _, p := range list {
			if p != nil {
				out = append(out, LayerPolicy{Type: t, Level: level, Policy: p.source, q: q, compiled: p})
			}
		}
	}
	for i := range q.rcp {
		add(ResourceControlPolicyType, i, q.rcp[i].policies...)
	}
	for i := range q.scp {
		add(ServiceControlPolicyType, i, q.scp[i].policies...)
	}
	add(EndpointPolicyType, 0, q.endpointPolicy)
	resource := ResourcePolicyType
	if q.target.trust {
		resource = TrustPolicyType
	}
	add(resource, 0, q.resourcePolicy)
	add(IdentityPolicyType, 0, q.identity.policies...)
	add(PermissionsBoundaryType, 0, q.boundary.policies...)
	add(SessionPolicyType, 0, q.limits.policies...)
	return out
}

// Naming tells how a statement of the policy, by its number in the document,
// names the query's caller. Policies of other types than resource-side and
// endpoint policies name nobody.
func (l *LayerPolicy) Naming(statement int) Naming {
	s := &l.compiled.statements()[statement]
	k := s.matchesPrincipal(&l.q.frame, &l.q.engine.options)
	if k == 0 {
		return Naming{}
	}
	a := l.q.setAside(k)
	return Naming{Named: true, Identity: a.identity, Boundary: a.boundary, Session: a.session}
}

// Reference returns what reports show of a statement of the policy, by its number in the document.
func (l *LayerPolicy) Reference(statement int) StatementRef {
	s := &l.Policy.Statements[statement]
	return StatementRef{
		PolicyType: l.Type, Policy: l.Policy.Name, Index: s.Index, Sid: s.Sid, Effect: s.Effect.String(),
		File: s.Position.File, Line: s.Position.Line, Column: s.Position.Column,
	}
}

// setAside is table E41 with what E45 and E69 make of it for this query.
func (q *Query) setAside(k kinds) aside {
	a, o := k.setAside(), &q.engine.options
	if q.identityToo {
		a.identity = false
	}
	if q.target.trust && q.caller.kind == callerUser && !o.TrustSetsBoundaryAside {
		a.boundary, a.session = false, false
	}
	if o.FederatedUserNeedsOwnARN && q.caller.kind == callerFederatedUser && len(q.limits.policies) == 0 && k&kindDirect == 0 {
		a.session = false
	}
	return a
}

// Standing is where caller and resource of a query stand to each other: what
// the combination of the layers (E.14) needs to know besides the policies.
type Standing struct {
	// Caller is the kind of the caller, such as "user" or "role session"; IAM
	// is set where it has an identity side.
	Caller string
	IAM    bool
	// Account and Partition are the caller's; both may be empty.
	Account, Partition string
	// ResourceAccount owns the resource; empty where nothing tells.
	ResourceAccount string
	// Holder is the ARN of the declared resource whose policy judges the
	// request: the request's own, or one that it lies below; else empty.
	Holder string
	// Same is set where caller and resource belong to one account (E20).
	Same bool
	// Mandatory is set where the resource's policy must allow (E60, E80).
	Mandatory bool
	// FarPrincipal and FarResource are set where the account is not known.
	FarPrincipal, FarResource bool
	// Boundary and Session are set where the caller has such a layer.
	Boundary, Session bool
	// SCPLevels is the number of levels whose SCPs bind the caller (E30).
	SCPLevels int
	// Endpoint is the service that the request's VPC endpoint declares; empty where it serves any.
	Endpoint string
	// Token is set where the credentials are those of GetSessionToken (E6B);
	// SecondFactor where a second factor is told for them.
	Token, SecondFactor bool
	// Missing are the policies and groups that the caller is subject to and of which nothing was read (G7).
	Missing []string
	// Grants are the KMS grants on the resource that the caller holds (E84).
	Grants []inventory.Grant
}

// Standing tells where caller and resource of the query stand to each other.
func (q *Query) Standing() Standing {
	c := q.caller
	st := Standing{
		Caller: c.kind.String(), IAM: c.iam(), Account: c.account, Partition: c.partition,
		ResourceAccount: q.target.account, Same: c.iam() && c.account == q.target.account,
		Mandatory: q.target.mandatory, FarPrincipal: c.far && c.iam(), FarResource: q.target.far,
		Boundary: q.boundary.present, Session: q.limits.present, SCPLevels: len(q.scp),
		Token: q.sessionToken(), SecondFactor: q.secondFactor(),
	}
	for _, set := range []*policySet{q.identity, q.boundary, q.limits} {
		st.Missing = append(st.Missing, set.missing...)
	}
	if q.endpoint != nil {
		st.Endpoint = q.endpoint.Service
	}
	if row := q.target.row; row != nil {
		st.Holder = row.ARN
		for _, g := range row.Grants {
			if q.holds(g.Grantee) {
				st.Grants = append(st.Grants, g)
			}
		}
	}
	return st
}

// RCPServices lists the action prefixes that resource control policies apply
// to (E36), sorted, as of RCPServicesDate.
func RCPServices() []string { return sortedKeys(rcpServices) }
