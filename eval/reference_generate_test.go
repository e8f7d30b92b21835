package eval_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/model"
)

const (
	accountA   = "111111111111" // the usual caller's
	accountB   = "222222222222" // the other
	accountC   = "333333333333" // known in some worlds only
	management = "999999999999"
)

// Small alphabets, so that patterns meet what they are made from.
var (
	allAccounts = []string{accountA, accountA, accountB, accountB, accountC, management}

	userARNs = []string{
		"arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:user/div/bob",
		"arn:aws:iam::222222222222:user/carol", "arn:aws:iam::999999999999:user/mia",
	}
	roleARNs = []string{
		"arn:aws:iam::111111111111:role/App", "arn:aws:iam::111111111111:role/svc/Deploy",
		"arn:aws:iam::222222222222:role/Peer", "arn:aws:iam::999999999999:role/Boss",
		"arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/Linked",
		"arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/Sso",
	}
	groupARNs    = []string{"arn:aws:iam::111111111111:group/devs", "arn:aws:iam::111111111111:group/ops"}
	providerARNs = []string{
		"arn:aws:iam::111111111111:oidc-provider/idp.example.com", "arn:aws:iam::111111111111:saml-provider/Corp",
	}
	services    = []string{"lambda.amazonaws.com", "s3.amazonaws.com"}
	endpointIDs = []string{"vpce-1", "vpce-2", "vpce-9"}

	resourceARNs = []string{
		"arn:aws:s3:::data", "arn:aws:s3:::data/k", "arn:aws:s3:::data/alice/k", "arn:aws:s3:::other",
		"arn:aws:sqs:us-east-1:111111111111:q", "arn:aws:sqs:eu-west-1:222222222222:q",
		"arn:aws:sqs:us-east-1:333333333333:q",
		"arn:aws:kms:us-east-1:111111111111:key/k1", "arn:aws:kms:us-east-1:222222222222:key/k2",
		"arn:aws:kms:us-east-1:111111111111:key/k1", "arn:aws:kms:us-east-1:111111111111:alias/app",
		"arn:aws:kms:us-east-1:111111111111:alias/aws/s3", "arn:aws:dynamodb:us-east-1:111111111111:table/T",
		"arn:aws:dynamodb:us-east-1:111111111111:table/T/index/I",
		"arn:aws:lambda:us-east-1:222222222222:function:f", "arn:aws:lambda:us-east-1:222222222222:function:f:1",
		"arn:aws:execute-api:us-east-1:111111111111:api1/prod/GET/x",
		"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:sts::111111111111:federated-user/fred", "*",
	}
	actionNames = []string{
		"s3:GetObject", "s3:GetObject", "s3:PutObject", "s3:PutObject", "s3:ListBucket", "s3:ListBucket",
		"s3:ListAllMyBuckets", "s3:PutBucketPolicy", "sqs:SendMessage", "sqs:SendMessage", "sqs:ReceiveMessage",
		"sqs:ReceiveMessage", "kms:Decrypt", "kms:Decrypt", "kms:Encrypt", "dynamodb:GetItem", "dynamodb:PutItem", "kms:Decrypt", "kms:Encrypt", "kms:DeleteAlias", "kms:RetireGrant", "kms:DescribeKey",
		"dynamodb:GetItem", "lambda:InvokeFunction", "execute-api:Invoke", "ec2:DescribeInstances",
		"iam:PassRole", "iam:GetRole", "iam:TagRole", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion",
		"sts:AssumeRole", "sts:TagSession", "sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetFederationToken",
		"sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML",
	}
)

// generator makes worlds and requests from a seed.
type generator struct {
	*rand.Rand
	w    *refWorld
	sids int
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0x1a35))}
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// some picks up to n elements.
func some[T any](g *generator, n int, one func() T) []T {
	out := make([]T, 0, n)
	for range g.IntN(n) + 1 {
		out = append(out, one())
	}
	return out
}

// world makes a world. What it holds is declared in the order in which later
// parts refer to earlier ones.
func (g *generator) world() *refWorld {
	g.w = &refWorld{}
	if g.chance(30) {
		for _, field := range alternatives(&g.w.options) {
			*field = g.chance(25)
		}
	}
	for n := range 3 {
		g.w.managed = append(g.w.managed, &refManaged{
			arn: fmt.Sprintf("arn:aws:iam::%s:policy/P%d", accountA, n), doc: g.document(model.SessionPolicy),
		})
	}
	for _, arn := range groupARNs {
		i := &refIdentity{arn: arn}
		g.policies(i)
		g.w.groups = append(g.w.groups, i)
	}
	for _, arn := range userARNs {
		i := g.identity(arn)
		if i.account() == accountA && g.chance(50) {
			i.groups = append(i.groups, g.w.groups[0])
		}
		if i.account() == accountA && g.chance(30) {
			i.groups = append(i.groups, g.w.groups[1])
		}
		g.w.users = append(g.w.users, i)
	}
	for _, arn := range roleARNs {
		i := g.identity(arn)
		i.trust = g.document(model.TrustPolicy)
		g.w.roles = append(g.w.roles, i)
	}
	g.w.providers = providerARNs
	g.resources()
	g.endpoints()
	if g.chance(70) {
		g.organization()
	}
	return g.w
}

func (g *generator) identity(arn string) *refIdentity {
	i := &refIdentity{arn: arn}
	prefix := map[bool]string{true: "AROA", false: "AIDA"}[strings.Contains(arn, ":role/")]
	if g.chance(80) {
		i.id = prefix + strings.ToUpper(i.name())
	}
	if g.chance(60) {
		i.tags = map[string]string{"team": pick(g, tagValues)}
		if g.chance(30) {
			i.tags["Flag"] = pick(g, []string{"true", "false"})
		}
	}
	g.policies(i)
	if g.chance(35) && !strings.Contains(arn, "/aws-service-role/") {
		if g.chance(50) {
			m := pick(g, g.w.managed)
			i.boundary, i.boundaryARN = m.doc, m.arn
		} else {
			i.boundary = g.document(model.PermissionsBoundary)
		}
	}
	return i
}

func (g *generator) policies(i *refIdentity) {
	for range g.IntN(3) + g.IntN(2) {
		i.inline = append(i.inline, g.document(model.IdentityPolicy))
	}
	if g.chance(40) {
		i.attached = append(i.attached, pick(g, g.w.managed))
	}
}

func (g *generator) resources() {
	declare := func(percent int, arn, account string, tags bool) *refResource {
		if !g.chance(percent) {
			return &refResource{}
		}
		r := &refResource{arn: arn, account: account}
		if g.chance(80) {
			kind := model.ResourcePolicy
			if strings.Contains(arn, ":key/") {
				kind = model.KeyPolicy
			}
			r.policy = g.document(kind)
		}
		if tags && g.chance(60) {
			r.tags = map[string]string{"env": pick(g, tagValues)}
		}
		g.w.resources = append(g.w.resources, r)
		return r
	}
	declare(90, "arn:aws:s3:::data", pick(g, []string{accountA, accountA, accountB, management}), true)
	declare(15, "arn:aws:s3:::data/alice", accountB, true)
	if object := len(g.w.resources) - 1; object > 0 && g.chance(50) {
		g.w.resources[object].policy = nil
	}
	for _, arn := range resourceARNs {
		account := strings.SplitN(arn+":::::", ":", 6)[4]
		declared := slices.ContainsFunc(g.w.resources, func(r *refResource) bool { return r.arn == arn })
		switch {
		case declared:
		case account == accountA || account == accountB:
			if strings.Contains(arn, ":alias/") || strings.Contains(arn, ":sts:") || strings.HasSuffix(arn, ":f:1") || strings.HasSuffix(arn, "/I") {
				continue
			}
			arn, _, _ = strings.Cut(arn, "/prod")
			r := declare(70, arn, account, true)
			if strings.Contains(r.arn, ":key/") {
				for range g.IntN(4) {
					r.grants = append(r.grants, g.grant())
				}
			}
		case account == accountC:
			declare(30, arn, account, true)
		}
	}
}

func (g *generator) grant() refGrant {
	grant := refGrant{
		grantee: pick(g, slices.Concat(userARNs[:2], userARNs[:3], roleARNs[:2], roleARNs[:3], services, []string{
			"arn:aws:sts::111111111111:assumed-role/App/s1", "arn:aws:sts::111111111111:federated-user/fred",
		})),
		operations: some(g, 3, func() string { return pick(g, []string{"Decrypt", "Encrypt", "Decrypt", "RetireGrant", "DescribeKey"}) }),
	}
	slices.Sort(grant.operations)
	grant.operations = slices.Compact(grant.operations)
	if g.chance(20) {
		grant.equals = map[string]string{"app": pick(g, tagValues)}
	}
	if g.chance(20) {
		grant.subset = map[string]string{"app": pick(g, tagValues)}
	}
	return grant
}

func (g *generator) endpoints() {
	for n, id := range endpointIDs[:2] {
		e := &refEndpoint{
			id: id, vpc: fmt.Sprintf("vpc-%d", n+1), account: pick(g, []string{accountA, accountB}), gateway: g.chance(40),
		}
		if g.chance(40) {
			e.service = pick(g, []string{"s3", "sqs", "kms"})
		}
		if g.chance(75) {
			e.policy = g.document(model.EndpointPolicy)
		}
		g.w.endpoints = append(g.w.endpoints, e)
	}
}

// organization makes a tree. Lists of SCPs mostly begin with FullAWSAccess: a
// level that allows little hides everything behind it.
func (g *generator) organization() {
	named := []*refControl{}
	for n := range 2 {
		m := &refManaged{name: fmt.Sprintf("Control%d", n), doc: g.document(model.ServiceControlPolicy)}
		g.w.managed = append(g.w.managed, m)
		named = append(named, &refControl{name: m.name, doc: m.doc})
	}
	rcp := &refManaged{name: "Resource0", doc: g.document(model.ResourceControlPolicy)}
	g.w.managed = append(g.w.managed, rcp)
	node := func(id string, children ...*refNode) *refNode {
		n := &refNode{id: id, account: model.IsAccountID(id), children: children}
		n.scpsLeft = g.chance(55)
		if !n.scpsLeft && !g.chance(4) {
			if g.chance(75) {
				n.scps = append(n.scps, &refControl{name: "FullAWSAccess"})
			}
			if g.chance(70) {
				n.scps = append(n.scps, pick(g, named))
			}
			if g.chance(30) {
				n.scps = append(n.scps, &refControl{name: "In" + id[:1] + id[len(id)-1:], doc: g.document(model.ServiceControlPolicy), inPlace: true})
			}
		}
		if g.chance(15) {
			n.rcps = append(n.rcps, &refControl{name: rcp.name, doc: rcp.doc})
		}
		if g.chance(8) {
			n.rcps = append(n.rcps, &refControl{name: "Rcp" + id[:1] + id[len(id)-1:], doc: g.document(model.ResourceControlPolicy), inPlace: true})
		}
		n.byName = n.account && n.scpsLeft && len(n.rcps) == 0 && g.chance(50)
		return n
	}
	a, b, m := node(accountA), node(accountB), node(management)
	var root *refNode
	switch g.IntN(4) {
	case 0:
		root = node("r-root", a, b, m)
	case 1:
		root = node("r-root", m, node("ou-root-one", a), node("ou-root-two", b))
	case 2:
		root = node("r-root", m, b, node("ou-root-one", node("ou-root-three", a)))
	default:
		root = node("r-root", m, node("ou-root-one", a)) // B belongs to nobody
	}
	g.w.org = &refOrg{id: "o-example", management: management, root: root}
}

// alternatives are the fields that choose the other reading of a rule (section H).
func alternatives(o *eval.Options) []*bool {
	return []*bool{
		&o.NegatedBareOperatorCompares, &o.EmptyNegatedListTrue, &o.ForAnyValueIfExistsMissingTrue,
		&o.UnparsableNegatedNumberTrue, &o.MappedIPv4IsIPv4, &o.ShortARNPatternsCompleted,
		&o.NullWithSetOperatorConstant, &o.BoolVariablesLiteral, &o.VariableWildcards,
		&o.EmptyNotActionMatchesNone, &o.PartialPrefixNeverMatches, &o.StarNeverCrossesColon,
		&o.ShortPatternsCompleted, &o.ARNFieldsIgnoreCase, &o.ListAllMyBucketsNeedsStar,
		&o.TrustWildcardSparesTokenCallers, &o.NotPrincipalAnyOfChain, &o.NotPrincipalAllowMatchesNobody,
		&o.VariablesInARNFields, &o.UnresolvedNotResourceListsNothing, &o.AssumedRoleMFAAbsent,
		&o.UnnamedResourceHasNoRCP, &o.SessionPoliciesIntersect, &o.FederatedUserNeedsOwnARN,
		&o.TrustSetsBoundaryAside, &o.GrantsIgnoreLimits,
	}
}
