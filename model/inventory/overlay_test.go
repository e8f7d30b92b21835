package inventory

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

const base = `
policies:
  - {arn: "arn:aws:iam::111122223333:policy/A", document: ALLOW}
  - {arn: "arn:aws:iam::111122223333:policy/B", document: ALLOW}
  - {name: Guard, document: ALLOW}
roles:
  - arn: arn:aws:iam::111122223333:role/R
    roleId: AROA1
    trustPolicy: TRUST
    inlinePolicies: {One: ALLOW, Two: ALLOW}
    attachedPolicies: [arn:aws:iam::111122223333:policy/A]
    permissionsBoundary: arn:aws:iam::111122223333:policy/A
    tags: {team: data, cost: "1"}
    maxSessionDuration: 7200
users:
  - arn: arn:aws:iam::111122223333:user/alice
    userId: AIDA1
    groups: [analysts]
groups:
  - {arn: "arn:aws:iam::111122223333:group/analysts", inlinePolicies: {G: ALLOW}}
  - {arn: "arn:aws:iam::111122223333:group/admins"}
resources:
  - arn: arn:aws:s3:::b
    account: "111122223333"
    policy: OPEN
    tags: {a: "1"}
  - arn: arn:aws:kms:eu-west-1:111122223333:key/k
    policy: KEY!
    grants: [{grantee: lambda.amazonaws.com, operations: [Decrypt]}]
vpcEndpoints:
  - {id: vpce-1, vpc: vpc-1, account: "111122223333", type: Gateway, service: s3, policy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*"}}}
organization:
  id: o-a
  managementAccount: "999999999999"
  root:
    id: r-a
    serviceControlPolicies: [FullAWSAccess, Guard]
    accounts: [{id: "444455556666", name: far}]
    organizationalUnits:
      - id: ou-prod
        name: Production
        accounts: ["111122223333"]
        organizationalUnits: [{id: ou-inner}]
`

// whatIf applies an overlay that must have no findings to the base.
func whatIf(t *testing.T, overlay string) (before, after *Snapshot) {
	t.Helper()
	before = load(t, base).Snapshot()
	after, found := before.WhatIf(node(t, overlay), ".", nil, Options{})
	require.Empty(t, lines(found))
	require.NotNil(t, after)
	return before, after
}

func TestOverlayOfPrincipals(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/R"
	tests := []struct {
		name, overlay string
		want          func(p *Principal)
	}{
		{"nothing", `roles: [{arn: ` + role + `}]`, func(p *Principal) {}},
		{"id replaced", `roles: [{arn: ` + role + `, roleId: AROA2}]`, func(p *Principal) { p.ID = "AROA2" }},
		{"id removed", `roles: [{arn: ` + role + `, roleId: null}]`, func(p *Principal) { p.ID = "" }},
		{"attached united", `roles: [{arn: ` + role + `, attachedPolicies: ["arn:aws:iam::111122223333:policy/B", "arn:aws:iam::111122223333:policy/A"]}]`,
			func(p *Principal) { p.Attached = append(p.Attached, "arn:aws:iam::111122223333:policy/B") }},
		{"attached united with nothing", `roles: [{arn: ` + role + `, attachedPolicies: []}]`, func(p *Principal) {}},
		{"attached removed", `roles: [{arn: ` + role + `, attachedPolicies: null}]`, func(p *Principal) { p.Attached = nil }},
		{"boundary replaced", `roles: [{arn: ` + role + `, permissionsBoundary: "arn:aws:iam::111122223333:policy/B"}]`,
			func(p *Principal) { p.Boundary = "arn:aws:iam::111122223333:policy/B" }},
		{"boundary removed", `roles: [{arn: ` + role + `, permissionsBoundary: null}]`, func(p *Principal) { p.Boundary = "" }},
		{"tags merged", `roles: [{arn: ` + role + `, tags: {team: web, new: x, cost: null}}]`,
			func(p *Principal) { p.Tags = map[string]string{"team": "web", "new": "x"} }},
		{"tags removed one by one", `roles: [{arn: ` + role + `, tags: {team: null, cost: null}}]`, func(p *Principal) { p.Tags = nil }},
		{"tags removed", `roles: [{arn: ` + role + `, tags: null}]`, func(p *Principal) { p.Tags = nil }},
		{"duration replaced", `roles: [{arn: ` + role + `, maxSessionDuration: 3600}]`, func(p *Principal) { p.MaxSessionDuration = time.Hour }},
		{"duration removed", `roles: [{arn: ` + role + `, maxSessionDuration: null}]`, func(p *Principal) { p.MaxSessionDuration = 0 }},
		{"inline removed", `roles: [{arn: ` + role + `, inlinePolicies: {Two: null, Three: null}}]`, func(p *Principal) { p.Inline = p.Inline[:1] }},
		{"all inline removed", `roles: [{arn: ` + role + `, inlinePolicies: null}]`, func(p *Principal) { p.Inline = nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, after := whatIf(t, tt.overlay)
			old, _ := before.Principal(role)
			want := *old
			tt.want(&want)
			got, _ := after.Principal(role)
			require.Equal(t, &want, got)
			again, _ := load(t, base).Snapshot().Principal(role)
			require.Equal(t, again, old, "the snapshot under the overlay is as it was")
		})
	}
}

func TestOverlayOfDocuments(t *testing.T) {
	before, after := whatIf(t, `
roles:
  - arn: arn:aws:iam::111122223333:role/R
    trustPolicy: {Version: "2012-10-17", Statement: [{Sid: Mine, Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
    inlinePolicies: {Two: DENY, Zero: ALLOW}
    permissionsBoundary: DENY`)
	old, _ := before.Principal("arn:aws:iam::111122223333:role/R")
	got, _ := after.Principal("arn:aws:iam::111122223333:role/R")
	require.Equal(t, "Mine", got.Trust.Statements[0].Sid)
	require.Equal(t, []string{"One", "Two", "Zero"}, names(got.Inline))
	require.Same(t, old.Inline[0], got.Inline[0], "what is left out is not read again")
	require.Equal(t, model.Deny, got.Inline[1].Statements[0].Effect)
	require.Empty(t, got.Boundary, "a document replaces the ARN")
	require.Equal(t, model.Deny, got.BoundaryPolicy.Statements[0].Effect)
	require.Equal(t, model.Allow, old.Inline[1].Statements[0].Effect)
	require.Equal(t, old.Position, got.Position)
}

func TestOverlayOfGroups(t *testing.T) {
	_, after := whatIf(t, `
users:
  - {arn: "arn:aws:iam::111122223333:user/alice", groups: [admins, analysts, added]}
  - {arn: "arn:aws:iam::111122223333:user/bob"}
groups:
  - {arn: "arn:aws:iam::111122223333:group/analysts", inlinePolicies: {G: null}, attachedPolicies: ["arn:aws:iam::111122223333:policy/B"]}
  - {arn: "arn:aws:iam::111122223333:group/added"}`)
	alice, _ := after.Principal("arn:aws:iam::111122223333:user/alice")
	require.Equal(t, []string{
		"arn:aws:iam::111122223333:group/analysts", "arn:aws:iam::111122223333:group/admins", "arn:aws:iam::111122223333:group/added",
	}, alice.Groups)
	require.Equal(t, "AIDA1", alice.ID)
	_, ok := after.Principal("arn:aws:iam::111122223333:user/bob")
	require.True(t, ok)
	group, _ := after.Group("arn:aws:iam::111122223333:group/analysts")
	require.Empty(t, group.Inline)
	require.Equal(t, []string{"arn:aws:iam::111122223333:policy/B"}, group.Attached)

	_, after = whatIf(t, `users: [{arn: "arn:aws:iam::111122223333:user/alice", groups: null}]`)
	alice, _ = after.Principal("arn:aws:iam::111122223333:user/alice")
	require.Empty(t, alice.Groups)
}

func TestOverlayOfResources(t *testing.T) {
	before, after := whatIf(t, `
resources:
  - {arn: "arn:aws:s3:::b", policy: null, account: "444455556666", tags: {a: null, b: "2"}}
  - {arn: "arn:aws:kms:eu-west-1:111122223333:key/k", grants: [{grantee: ec2.amazonaws.com, operations: [Sign], encryptionContextEquals: {}}]}
  - {arn: "arn:aws:s3:::new", account: "123456789012"}`)
	old, _ := before.Resource("arn:aws:s3:::b")
	require.NotNil(t, old.Policy)
	bucket, _ := after.Resource("arn:aws:s3:::b")
	require.Nil(t, bucket.Policy)
	require.Equal(t, "444455556666", bucket.Account)
	require.Equal(t, map[string]string{"b": "2"}, bucket.Tags)
	key, _ := after.Resource("arn:aws:kms:eu-west-1:111122223333:key/k")
	require.Len(t, key.Grants, 1, "grants are replaced")
	require.Equal(t, map[string]string{}, key.Grants[0].EncryptionContextEquals, "an empty context is a constraint")
	require.Nil(t, key.Grants[0].EncryptionContextSubset)
	require.Equal(t, "ec2.amazonaws.com", key.Grants[0].Grantee)
	require.NotNil(t, key.Policy)
	require.True(t, after.AccountKnown("123456789012"))
	require.False(t, before.AccountKnown("123456789012"))

	_, after = whatIf(t, `resources: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/k", grants: null, policyFile: null}]`)
	key, _ = after.Resource("arn:aws:kms:eu-west-1:111122223333:key/k")
	require.Empty(t, key.Grants)
	require.Nil(t, key.Policy)
}

func TestOverlayOfEndpoints(t *testing.T) {
	_, after := whatIf(t, `vpcEndpoints: [{id: vpce-1, vpc: null, account: null, type: null, service: null, policy: null}, {id: vpce-2, service: sqs}]`)
	endpoint, _ := after.Endpoint("vpce-1")
	require.Equal(t, &Endpoint{Position: endpoint.Position, ID: "vpce-1"}, endpoint)
	added, _ := after.Endpoint("vpce-2")
	require.Equal(t, "sqs", added.Service)
}

func TestAccountThatOwnsNothingLongerIsUnknown(t *testing.T) {
	s := load(t, `resources: [{arn: "arn:aws:s3:::b", account: "111122223333"}]`).Snapshot()
	after, found := s.WhatIf(node(t, `resources: [{arn: "arn:aws:s3:::b", account: "444455556666"}]`), ".", nil, Options{})
	require.Empty(t, found)
	require.False(t, after.AccountKnown("111122223333"))
	require.True(t, after.AccountKnown("444455556666"))
	require.True(t, s.AccountKnown("111122223333"))
}

func TestOverlayOfPolicies(t *testing.T) {
	before, after := whatIf(t, `
policies:
  - {arn: "arn:aws:iam::111122223333:policy/A", document: DENY}
  - {arn: "arn:aws:iam::111122223333:policy/C", document: ALLOW}
roles: [{arn: "arn:aws:iam::111122223333:role/R", attachedPolicies: ["arn:aws:iam::111122223333:policy/C"]}]`)
	for _, kind := range []model.PolicyKind{model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy} {
		policy, _ := after.Policy("arn:aws:iam::111122223333:policy/A")
		require.Equal(t, model.Deny, policy.Document(kind).Statements[0].Effect)
		policy, _ = before.Policy("arn:aws:iam::111122223333:policy/A")
		require.Equal(t, model.Allow, policy.Document(kind).Statements[0].Effect)
	}
	unchanged, _ := before.Policy("arn:aws:iam::111122223333:policy/B")
	same, _ := after.Policy("arn:aws:iam::111122223333:policy/B")
	require.Same(t, unchanged, same)
	_, ok := after.Policy("arn:aws:iam::111122223333:policy/C")
	require.True(t, ok)
}

// An SCP that an overlay changes is changed wherever it is attached.
func TestOverlayOfAttachedSCP(t *testing.T) {
	before, after := whatIf(t, `policies: [{name: Guard, document: DENY}]`)
	require.Equal(t, model.Deny, after.Organization().Root.ServiceControlPolicies[1].Statements[0].Effect)
	require.Equal(t, model.Allow, before.Organization().Root.ServiceControlPolicies[1].Statements[0].Effect)
	node, _ := after.AccountNode("111122223333")
	require.Same(t, after.Organization().Root, node.Path()[0])
}

func TestOverlayNamesAPolicyByItsName(t *testing.T) {
	const arn = "arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1"
	s := load(t, `
policies: [{arn: "`+arn+`", name: Guard, document: ALLOW}]
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, serviceControlPolicies: [Guard]}}`).Snapshot()
	after, found := s.WhatIf(node(t, `policies: [{name: Guard, document: DENY}]`), ".", nil, Options{})
	require.Empty(t, found)
	require.Equal(t, model.Deny, after.Organization().Root.ServiceControlPolicies[0].Statements[0].Effect)
	_, ok := after.Policy("Guard")
	require.False(t, ok)

	after, found = s.WhatIf(node(t, `policies: [{arn: "`+arn+`", name: Renamed}]`), ".", nil, Options{})
	require.Empty(t, found)
	require.Equal(t, []string{"Renamed"}, names(after.Organization().Root.ServiceControlPolicies))
}

// A policy that was read as an SCP is read again when an overlay attaches it elsewhere.
func TestOverlayUsesAPolicyOtherwise(t *testing.T) {
	_, after := whatIf(t, `organization: {root: {organizationalUnits: [{id: ou-prod, resourceControlPolicies: [{name: X, document: RCP!}]}]}}
policies: [{name: Both, document: RCP!}]`)
	policy, _ := after.Policy("Both")
	require.NotNil(t, policy.Document(model.ResourceControlPolicy))

	s := load(t, `policies: [{name: Guard, document: ALLOW}]
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a}}`).Snapshot()
	_, found := s.WhatIf(node(t, `organization: {root: {resourceControlPolicies: [Guard]}}`), ".", nil, Options{})
	require.True(t, model.HasErrors(found), "an SCP's document is no RCP")

	s = load(t, `policies: [{arn: "arn:aws:iam::111122223333:policy/P", document: ALLOW}]
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a}}`).Snapshot()
	_, found = s.WhatIf(node(t, `organization: {root: {serviceControlPolicies: [P]}}`), ".", nil, Options{})
	require.Equal(t, []string{`set.yaml:1:12: error: "arn:aws:iam::111122223333:policy/P" is a policy of IAM and is now attached as an SCP or RCP; ` +
		`declare it in policies beside the organization that attaches it`}, lines(found))
}

func TestOverlayOfTheOrganization(t *testing.T) {
	before, after := whatIf(t, `
organization:
  managementAccount: "888888888888"
  root:
    accounts: [{id: "444455556666", name: renamed}]
    organizationalUnits:
      - id: ou-prod
        name: null
        serviceControlPolicies: [{name: Extra, document: DENY}]
      - id: ou-new
        serviceControlPolicies: [Guard]
        accounts: ["123456789012"]`)
	organization := after.Organization()
	require.Equal(t, "o-a", organization.ID)
	require.Equal(t, "888888888888", organization.ManagementAccount)
	require.Equal(t, "999999999999", before.Organization().ManagementAccount)

	far, _ := after.AccountNode("444455556666")
	require.Equal(t, "renamed", far.Name)
	require.Same(t, organization.Root, far.Parent)
	old, _ := before.AccountNode("444455556666")
	require.Equal(t, "far", old.Name)

	account, _ := after.AccountNode("111122223333")
	require.Empty(t, account.Parent.Name)
	require.Equal(t, []string{"FullAWSAccess", "Extra"}, names(account.Parent.ServiceControlPolicies), "united with what was left out")
	added, _ := after.AccountNode("123456789012")
	require.Equal(t, []string{"Guard"}, names(added.Parent.ServiceControlPolicies))
	require.Equal(t, []string{"FullAWSAccess"}, names(added.ServiceControlPolicies))
	require.Equal(t, []string{"444455556666", "ou-prod", "ou-new"}, ids(organization.Root.Children))
	require.Equal(t, []string{"FullAWSAccess", "Guard"}, names(organization.Root.ServiceControlPolicies))
}

func ids(nodes []*Node) []string {
	list := []string{}
	for _, n := range nodes {
		list = append(list, n.ID)
	}
	return list
}

func TestOverlayMovesNodes(t *testing.T) {
	_, after := whatIf(t, `organization: {root: {accounts: ["111122223333"], organizationalUnits: [{id: ou-inner, accounts: [{id: "444455556666"}]}]}}`)
	root := after.Organization().Root
	require.Equal(t, []string{"ou-prod", "111122223333", "ou-inner"}, ids(root.Children))
	require.Equal(t, []string{"444455556666"}, ids(root.Children[2].Children))
	require.Empty(t, root.Children[0].Children)
	moved, _ := after.AccountNode("444455556666")
	require.Equal(t, []string{"r-a", "ou-inner", "444455556666"}, ids(moved.Path()))
	require.Equal(t, "far", moved.Name)
}

func TestOverlayRemovesFromTheOrganization(t *testing.T) {
	_, after := whatIf(t, `organization: {root: {serviceControlPolicies: null, resourceControlPolicies: null, accounts: [{id: "444455556666", name: null}]}}`)
	require.Equal(t, []string{"FullAWSAccess"}, names(after.Organization().Root.ServiceControlPolicies))
	far, _ := after.AccountNode("444455556666")
	require.Empty(t, far.Name)

	before, after := whatIf(t, `organization: null`)
	require.Nil(t, after.Organization())
	require.NotNil(t, before.Organization())
	require.False(t, after.AccountKnown("444455556666"))
	require.True(t, after.AccountKnown("111122223333"))

	s := load(t, `users: [{arn: "arn:aws:iam::111122223333:user/u"}]`).Snapshot()
	after, found := s.WhatIf(node(t, `organization: null`), ".", nil, Options{})
	require.Empty(t, found)
	require.Nil(t, after.Organization())
}

func TestOverlayAddsAnOrganization(t *testing.T) {
	s := load(t, `users: [{arn: "arn:aws:iam::111122223333:user/u"}]`).Snapshot()
	after, found := s.WhatIf(node(t, `organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, accounts: ["111122223333"]}}`), ".", nil, Options{})
	require.Empty(t, found)
	require.True(t, after.InOrganization("111122223333"))
	require.False(t, s.InOrganization("111122223333"))
}

func TestFaultsOfOverlays(t *testing.T) {
	tests := []struct {
		name, overlay string
		want          []string
	}{
		{"no object", `[]`, []string{`1:1: error: the policy set must be an object (a policy set), found a list`}},
		{"new role without trust policy", `roles: [{arn: "arn:aws:iam::111122223333:role/New"}]`, []string{
			`1:9: error: a role needs trustPolicy or trustPolicyFile`}},
		{"new policy without document", `policies: [{name: New}]`, []string{
			`1:12: error: a policy needs document or file`}},
		{"new resource without owner", `resources: [{arn: "arn:aws:s3:::new"}]`, []string{
			`1:13: error: the owner of "arn:aws:s3:::new" is not known: its ARN names no account; add "account"`}},
		{"owner removed", `resources: [{arn: "arn:aws:s3:::b", account: null}]`, []string{
			`1:13: error: the owner of "arn:aws:s3:::b" is not known: its ARN names no account; add "account"`}},
		{"nothing to remove", `{roles: null, users: [{arn: null}], policies: [{name: Guard, document: null}]}`, []string{
			`1:9: error: "roles" of a policy set cannot be removed by null`,
			`1:29: error: "arn" of a user cannot be removed by null`,
			`1:72: error: "document" of a policy cannot be removed by null`}},
		{"trust policy removed", `roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: null}]`, []string{
			`1:64: error: "trustPolicy" of a role cannot be removed by null`}},
		{"file without file system", `roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicyFile: trust.json}]`, []string{
			`1:68: error: files cannot be read here; write the document itself`}},
		{"undeclared", `roles: [{arn: "arn:aws:iam::111122223333:role/R", attachedPolicies: ["arn:aws:iam::111122223333:policy/Z"]}]
users: [{arn: "arn:aws:iam::111122223333:user/alice", groups: [admin]}]`, []string{
			`1:70: error: no policy "arn:aws:iam::111122223333:policy/Z" is declared`,
			`2:64: error: no group "admin" is declared in account 111122223333; did you mean "admins"?`}},
		{"twice in the overlay", `users: [{arn: "arn:aws:iam::111122223333:user/alice"}, {arn: "arn:aws:iam::111122223333:user/alice"}]`, []string{
			`1:56: error: "arn:aws:iam::111122223333:user/alice" is declared twice; first at overlay.yaml:1:9; remove one of them, or let later inputs win with --override`}},
		{"another root", `organization: {root: {id: r-b}}`, []string{
			`1:27: error: the organization's root is "r-a", declared at set.yaml:36:5`}},
		{"below itself", `organization: {root: {organizationalUnits: [{id: ou-inner, organizationalUnits: [{id: ou-prod, organizationalUnits: [{id: ou-inner}]}]}]}}`, []string{
			`1:118: error: "ou-inner" stands twice in the organization; first at overlay.yaml:1:45`}},
		{"a name another group has", `groups: [{arn: "arn:aws:iam::111122223333:group/path/Admins"}]`, []string{
			`1:10: error: account 111122223333 has another group "admins" at set.yaml:21:5; names are unique whatever their path and case`}},
		{"a name another role has", `roles: [{arn: "arn:aws:iam::111122223333:role/path/r", trustPolicy: TRUST}]`, []string{
			`1:9: error: account 111122223333 has another role "R" at set.yaml:7:5; names are unique whatever their path and case`}},
		{"an id another principal has", `users: [{arn: "arn:aws:iam::111122223333:user/bob", userId: AIDA1}]`, []string{
			`1:9: error: the unique id "AIDA1" is also that of arn:aws:iam::111122223333:user/alice`}},
		{"an organization from nothing", `organization: {root: {accounts: [{name: x}]}}`, []string{
			`1:34: error: an account needs "id"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inv := load(t, base)
			s, found := inv.Snapshot().WhatIf(node(t, tt.overlay), ".", nil, Options{})
			require.Nil(t, s)
			want := []string{}
			for _, line := range tt.want {
				if line[0] >= '0' && line[0] <= '9' {
					line = "overlay.yaml:" + line
				}
				want = append(want, line)
			}
			require.Equal(t, want, lines(found))
			require.Equal(t, want, lines(inv.Update(node(t, tt.overlay), ".", nil, Options{})))
			require.Equal(t, contents(load(t, base).Snapshot()), contents(inv.Snapshot()), "an update with errors changes nothing")
		})
	}
}

// The levels of a chain may change places.
func TestOverlayTurnsTheTreeOver(t *testing.T) {
	_, after := whatIf(t, `organization: {root: {organizationalUnits: [{id: ou-inner, organizationalUnits: [{id: ou-prod}]}]}}`)
	account, _ := after.AccountNode("111122223333")
	require.Equal(t, []string{"r-a", "ou-inner", "ou-prod", "111122223333"}, ids(account.Path()))
}

func TestOverlayFiles(t *testing.T) {
	s := load(t, base).Snapshot()
	fsys := fstest.MapFS{"dir/trust.json": {Data: []byte(fill("TRUST"))}}
	after, found := s.WhatIf(node(t, `roles: [{arn: "arn:aws:iam::111122223333:role/New", trustPolicyFile: trust.json}]`), "dir", fsys, Options{})
	require.Empty(t, lines(found))
	role, _ := after.Principal("arn:aws:iam::111122223333:role/New")
	require.Equal(t, "dir/trust.json", role.Trust.Position.File)
}

func TestOverlayOverride(t *testing.T) {
	s := load(t, base).Snapshot()
	after, found := s.WhatIf(node(t, `users: [{arn: "arn:aws:iam::111122223333:user/alice", userId: AIDA2}, {arn: "arn:aws:iam::111122223333:user/alice", tags: {a: b}}]`),
		".", nil, Options{Override: true})
	require.Empty(t, found)
	alice, _ := after.Principal("arn:aws:iam::111122223333:user/alice")
	require.Equal(t, "AIDA1", alice.ID, "the later entry stands for the earlier one")
	require.Equal(t, map[string]string{"a": "b"}, alice.Tags)
}

func TestOverlayNamesAProviderAgain(t *testing.T) {
	const set = `identityProviders: [{arn: "arn:aws:iam::111122223333:saml-provider/P"}]`
	s := load(t, set).Snapshot()
	after, found := s.WhatIf(node(t, set), ".", nil, Options{})
	require.Empty(t, found)
	require.Equal(t, contents(s), contents(after))
}

func TestNoOverlay(t *testing.T) {
	s := load(t, base).Snapshot()
	after, found := s.WhatIf(nil, ".", nil, Options{})
	require.Empty(t, found)
	require.Equal(t, contents(s), contents(after))
}
