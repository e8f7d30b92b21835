package inventory

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
)

// Documents without findings, by what they are used as.
const (
	allowDocument = `{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]}`
	denyDocument  = `{Version: "2012-10-17", Statement: [{Effect: Deny, Action: "s3:*", Resource: "*"}]}`
	trustDocument = `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}`
	rcpDocument   = `{Version: "2012-10-17", Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*"}]}`
	openDocument  = `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: "s3:GetObject", Resource: "*"}]}`
	keyDocument   = `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: "kms:*", Resource: "*"}]}`
)

// fill replaces the names of documents in a text by the documents.
func fill(text string) string {
	return strings.NewReplacer(
		"ALLOW", allowDocument, "DENY", denyDocument, "TRUST", trustDocument, "RCP!", rcpDocument, "OPEN", openDocument, "KEY!", keyDocument,
	).Replace(text)
}

func files(named map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range named {
		fsys[name] = &fstest.MapFile{Data: []byte(fill(text))}
	}
	return fsys
}

// load reads one policy set that must have no findings.
func load(t *testing.T, text string) *Inventory {
	t.Helper()
	inv, found := Load(files(map[string]string{"set.yaml": text}), "set.yaml")
	require.Empty(t, lines(found))
	require.NotNil(t, inv)
	return inv
}

// lines are diagnostics as text, without the names of their files.
func lines(found []model.Diagnostic) []string {
	list := []string{}
	for _, d := range found {
		list = append(list, d.Error())
	}
	return list
}

func node(t *testing.T, text string) *source.Node {
	t.Helper()
	n, err := source.Parse("overlay.yaml", []byte(fill(text)))
	require.NoError(t, err)
	return n
}

func names(policies []*model.Policy) []string {
	list := []string{}
	for _, p := range policies {
		list = append(list, p.Name)
	}
	return list
}

const everything = `
organization:
  id: o-exampleorgid
  managementAccount: "999999999999"
  root:
    id: r-exam
    serviceControlPolicies: [FullAWSAccess, DenyEverything]
    resourceControlPolicies: [RCPFullAWSAccess, {name: Perimeter, document: RCP!}]
    accounts: ["999999999999"]
    organizationalUnits:
      - id: ou-exam-prod
        name: Production
        serviceControlPolicies: []
        accounts:
          - id: 111122223333
            name: prod-data
policies:
  - arn: arn:aws:iam::111122223333:policy/app/ReadLogs
    document: ALLOW
  - arn: arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
    file: policies/s3-read-only.json
  - name: DenyEverything
    document: DENY
roles:
  - arn: arn:aws:iam::111122223333:role/team/Deployer
    roleId: AROAEXAMPLE
    trustPolicy: TRUST
    inlinePolicies:
      WriteArtifacts: ALLOW
      Another: {file: policies/s3-read-only.json}
    attachedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess, arn:aws:iam::111122223333:policy/app/ReadLogs]
    permissionsBoundary: arn:aws:iam::111122223333:policy/app/ReadLogs
    tags: {team: data, level: 7, active: true}
    maxSessionDuration: 7200
  - arn: arn:aws:iam::111122223333:role/Plain
    trustPolicyFile: policies/trust.json
    permissionsBoundary: ALLOW
users:
  - arn: arn:aws:iam::111122223333:user/alice
    userId: AIDAEXAMPLE
    groups: [analysts]
    inlinePolicies: {Own: ALLOW}
groups:
  - arn: arn:aws:iam::111122223333:group/people/analysts
    inlinePolicies: {Shared: DENY}
    attachedPolicies: [arn:aws:iam::111122223333:policy/app/ReadLogs]
resources:
  - arn: arn:aws:s3:::artifacts
    account: 111122223333
    policy: OPEN
    tags: {classification: secret}
  - arn: arn:aws:kms:eu-west-1:111122223333:key/abc
    policyFile: policies/key.json
    grants:
      - grantee: arn:aws:iam::111122223333:role/Plain
        operations: [Decrypt, Encrypt]
        encryptionContextEquals: {purpose: test}
      - {grantee: lambda.amazonaws.com, operations: [Decrypt], encryptionContextSubset: {a: b}}
  - arn: arn:aws:sqs:eu-west-1:444455556666:queue
identityProviders:
  - arn: arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com
vpcEndpoints:
  - id: vpce-0a1b2c3d
    vpc: vpc-1234
    account: "111122223333"
    type: Gateway
    service: s3
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*"}]}
  - id: vpce-1
`

func everythingFiles() fstest.MapFS {
	return files(map[string]string{
		"sets/set.yaml":                   everything,
		"sets/policies/s3-read-only.json": `{"PolicyVersion": {"Document": ALLOW}}`,
		"sets/policies/trust.json":        `{"Role": {"Arn": "x", "AssumeRolePolicyDocument": TRUST}}`,
		"sets/policies/key.json":          `{"PolicyName": "default", "Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111122223333\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"}`,
	})
}

func TestEveryField(t *testing.T) {
	inv, found := Load(everythingFiles(), "sets/set.yaml")
	require.Empty(t, lines(found))
	s := inv.Snapshot()

	role, ok := s.Principal("arn:aws:iam::111122223333:role/team/Deployer")
	require.True(t, ok)
	require.Equal(t, Role, role.Kind)
	require.Equal(t, "111122223333", role.Account)
	require.Equal(t, "Deployer", role.Name)
	require.Equal(t, "/team/", role.Path)
	require.Equal(t, "AROAEXAMPLE", role.ID)
	require.Equal(t, model.TrustPolicy, role.Trust.Kind)
	require.Equal(t, "trust policy", role.Trust.Name)
	require.Equal(t, []string{"Another", "WriteArtifacts"}, names(role.Inline), "sorted by name")
	require.Equal(t, "sets/policies/s3-read-only.json", role.Inline[0].Position.File)
	require.Equal(t, []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::111122223333:policy/app/ReadLogs"}, role.Attached)
	require.Equal(t, "arn:aws:iam::111122223333:policy/app/ReadLogs", role.Boundary)
	require.True(t, role.HasBoundary())
	require.Nil(t, role.BoundaryPolicy)
	require.Equal(t, map[string]string{"team": "data", "level": "7", "active": "true"}, role.Tags)
	require.Equal(t, 2*time.Hour, role.MaxSessionDuration)
	require.Equal(t, "sets/set.yaml:25:5", role.Position.String())

	plain, _ := s.Principal("arn:aws:iam::111122223333:role/Plain")
	require.Equal(t, "/", plain.Path)
	require.Len(t, plain.Trust.Statements, 1)
	require.Empty(t, plain.Boundary)
	require.Equal(t, model.PermissionsBoundary, plain.BoundaryPolicy.Kind)

	user, _ := s.Principal("arn:aws:iam::111122223333:user/alice")
	require.Equal(t, User, user.Kind)
	require.Equal(t, "AIDAEXAMPLE", user.ID)
	require.Equal(t, []string{"arn:aws:iam::111122223333:group/people/analysts"}, user.Groups)
	require.Equal(t, []string{"Own"}, names(user.Inline))
	require.Nil(t, user.Trust)

	group, _ := s.Group("arn:aws:iam::111122223333:group/people/analysts")
	require.Equal(t, "analysts", group.Name)
	require.Equal(t, "/people/", group.Path)
	require.Equal(t, []string{"Shared"}, names(group.Inline))
	require.Equal(t, []string{"arn:aws:iam::111122223333:policy/app/ReadLogs"}, group.Attached)

	bucket, _ := s.Resource("arn:aws:s3:::artifacts")
	require.Equal(t, "111122223333", bucket.Account)
	require.Equal(t, model.ResourcePolicy, bucket.Policy.Kind)
	require.Equal(t, map[string]string{"classification": "secret"}, bucket.Tags)

	key, _ := s.Resource("arn:aws:kms:eu-west-1:111122223333:key/abc")
	require.Equal(t, model.KeyPolicy, key.Policy.Kind)
	require.Len(t, key.Grants, 2)
	require.Equal(t, "arn:aws:iam::111122223333:role/Plain", key.Grants[0].Grantee)
	require.Equal(t, []string{"Decrypt", "Encrypt"}, key.Grants[0].Operations)
	require.Equal(t, map[string]string{"purpose": "test"}, key.Grants[0].EncryptionContextEquals)
	require.Nil(t, key.Grants[0].EncryptionContextSubset)
	require.Equal(t, map[string]string{"a": "b"}, key.Grants[1].EncryptionContextSubset)

	queue, _ := s.Resource("arn:aws:sqs:eu-west-1:444455556666:queue")
	require.Equal(t, "444455556666", queue.Account, "from the ARN")
	require.Nil(t, queue.Policy)

	provider, _ := s.Provider("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com")
	require.Equal(t, "111122223333", provider.Account)

	endpoint, _ := s.Endpoint("vpce-0a1b2c3d")
	require.Equal(t, "vpc-1234", endpoint.VPC)
	require.Equal(t, "111122223333", endpoint.Account)
	require.Equal(t, Gateway, endpoint.Type)
	require.Equal(t, "s3", endpoint.Service)
	require.Equal(t, model.EndpointPolicy, endpoint.Policy.Kind)
	other, _ := s.Endpoint("vpce-1")
	require.Equal(t, Interface, other.Type)
	require.Nil(t, other.Policy)
}

func TestEveryLevelOfAnOrganization(t *testing.T) {
	inv, found := Load(everythingFiles(), "sets/set.yaml")
	require.Empty(t, lines(found))
	s := inv.Snapshot()

	organization := s.Organization()
	require.Equal(t, "o-exampleorgid", organization.ID)
	require.Equal(t, "999999999999", organization.ManagementAccount)
	root := organization.Root
	require.Equal(t, "r-exam", root.ID)
	require.Equal(t, Root, root.Kind)
	require.Equal(t, []string{"FullAWSAccess", "DenyEverything"}, names(root.ServiceControlPolicies))
	require.Equal(t, []string{"Perimeter"}, names(root.ResourceControlPolicies), "RCPFullAWSAccess adds nothing")
	require.Same(t, FullAWSAccess(), root.ServiceControlPolicies[0])

	node, ok := s.AccountNode("111122223333")
	require.True(t, ok)
	require.Equal(t, "prod-data", node.Name)
	require.Equal(t, []string{"FullAWSAccess"}, names(node.ServiceControlPolicies), "left out")
	require.Empty(t, node.ResourceControlPolicies)
	unit := node.Parent
	require.Equal(t, "Production", unit.Name)
	require.Equal(t, OrganizationalUnit, unit.Kind)
	require.NotNil(t, unit.ServiceControlPolicies)
	require.Empty(t, unit.ServiceControlPolicies, "an empty list allows nothing")
	require.Equal(t, []*Node{root, unit, node}, node.Path())

	_, ok = s.AccountNode("ou-exam-prod")
	require.False(t, ok, "a unit is no account")
	require.True(t, s.InOrganization("111122223333"))
	require.True(t, s.InOrganization("999999999999"))
	require.False(t, s.InOrganization("444455556666"))
	require.False(t, s.InOrganization(""))
	require.True(t, s.AccountKnown("444455556666"), "it owns a resource")
	require.True(t, s.AccountKnown("999999999999"), "it stands in the tree")
	require.False(t, s.AccountKnown("123456789012"))
	require.Equal(t, []Account{{"111122223333", "prod-data"}, {"444455556666", ""}, {"999999999999", ""}}, s.Accounts())
}

func TestManagementAccountOutsideTheTreeIsNotKnown(t *testing.T) {
	s := load(t, `organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a}}`).Snapshot()
	require.True(t, s.InOrganization("999999999999"))
	require.False(t, s.AccountKnown("999999999999"))
	require.Empty(t, s.Accounts())
}

func TestPoliciesAreReadForTheirUses(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:policy/P"
	iam := []model.PolicyKind{model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy}
	control := []model.PolicyKind{model.ServiceControlPolicy}
	tests := []struct {
		name, set, key string
		kinds          []model.PolicyKind
	}{
		{"unused with an ARN of IAM", `policies: [{arn: ` + arn + `, document: ALLOW}]`, arn, iam},
		{"boundary only", `
policies: [{arn: ` + arn + `, document: ALLOW}]
users: [{arn: "arn:aws:iam::111122223333:user/u", permissionsBoundary: ` + arn + `}]`, arn, iam},
		{"SCP by ARN only", `
policies: [{arn: ` + arn + `, document: ALLOW}]
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, serviceControlPolicies: [` + arn + `]}}`, arn, control},
		{"SCP and attached", `
policies: [{arn: ` + arn + `, document: ALLOW}]
users: [{arn: "arn:aws:iam::111122223333:user/u", attachedPolicies: [` + arn + `]}]
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, serviceControlPolicies: [P]}}`, arn, append(control, iam...)},
		{"unused, a name alone", `policies: [{name: P, document: ALLOW}]`, "P", control},
		{"unused, a name alone and a principal", `policies: [{name: P, document: RCP!}]`, "P", []model.PolicyKind{model.ResourceControlPolicy}},
		{"unused, the ARN of an SCP", `policies: [{arn: "arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1", document: ALLOW}]`,
			"arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1", control},
		{"unused, the ARN of an RCP", `policies: [{arn: "arn:aws:organizations::999999999999:policy/o-a/resource_control_policy/p-1", document: RCP!}]`,
			"arn:aws:organizations::999999999999:policy/o-a/resource_control_policy/p-1", []model.PolicyKind{model.ResourceControlPolicy}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy, ok := load(t, tt.set).Snapshot().Policy(tt.key)
			require.True(t, ok)
			var got []model.PolicyKind
			for kind := model.IdentityPolicy; kind <= model.ResourceControlPolicy; kind++ {
				document := policy.Document(kind)
				if document == nil {
					continue
				}
				got = append(got, kind)
				require.Equal(t, kind, document.Kind)
				require.Equal(t, policy.Name, document.Name)
				require.Equal(t, policy.ARN, document.ARN)
			}
			slices.Sort(tt.kinds)
			require.Equal(t, tt.kinds, got)
		})
	}
}

func TestPolicyNames(t *testing.T) {
	s := load(t, `
policies:
  - {arn: "arn:aws:iam::111122223333:policy/app/ReadLogs", document: ALLOW}
  - {arn: "arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1", name: Guard, document: ALLOW}
  - {name: Alone, document: ALLOW}
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, serviceControlPolicies: [Guard, Alone, p-FullAWSAccess]}}`).Snapshot()
	got := map[string]string{}
	for p := range s.Policies() {
		got[p.Key] = p.Name + " of " + p.Account
	}
	require.Equal(t, map[string]string{
		"arn:aws:iam::111122223333:policy/app/ReadLogs":                             "ReadLogs of 111122223333",
		"arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1": "Guard of 999999999999",
		"Alone": "Alone of ",
	}, got)
	require.Equal(t, []string{"Guard", "Alone", "FullAWSAccess"}, names(s.Organization().Root.ServiceControlPolicies))
	require.True(t, s.AccountKnown("999999999999"), "it owns a policy")
}

func TestFullAWSAccess(t *testing.T) {
	want, found := model.ParsePolicy("", []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`),
		model.ServiceControlPolicy, model.ReadOptions{})
	require.Empty(t, found)
	want.Name, want.ARN = "FullAWSAccess", "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
	want.Position, want.Statements[0].Position = model.Position{}, model.Position{}
	require.Equal(t, want, FullAWSAccess())
}
