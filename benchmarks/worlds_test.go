// Package benchmarks measures how fast requests are decided. Names are fixed:
// figures are compared by them. See README.md beside this file.
package benchmarks

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/benchmarks/organization"
	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// load reads a policy set given as YAML or JSON.
func load(b testing.TB, policySet []byte) *inventory.Snapshot {
	b.Helper()
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("benchmark.json", policySet)
	inv, diagnostics := loader.Finish()
	if model.HasErrors(diagnostics) {
		b.Fatal(diagnostics[0])
	}
	return inv.Snapshot()
}

// engine compiles a policy set given as YAML or JSON.
func engine(b testing.TB, policySet string) *eval.Engine {
	b.Helper()
	compiled, err := eval.Compile(load(b, []byte(policySet)), eval.Options{})
	require.NoError(b, err)
	return compiled
}

// generate writes an organization.
func generate(b testing.TB, shape string) []byte {
	b.Helper()
	s, err := organization.ParseShape(shape)
	require.NoError(b, err)
	var text bytes.Buffer
	require.NoError(b, organization.Generate(&text, s, 1))
	return text.Bytes()
}

// lazily makes a function that builds once, and only if one of the
// benchmarks that share what it builds is run.
func lazily(build func(*testing.B) *eval.Engine) func(*testing.B) *eval.Engine {
	var e *eval.Engine
	return func(b *testing.B) *eval.Engine {
		if e == nil {
			e = build(b)
		}
		return e
	}
}

// manyRolesShape is 100,000 roles in 50 accounts that share 20,000 policies of ten statements.
const manyRolesShape = "accounts=50,roles=100000,policies=20000,statementsPerPolicy=10"

func manyRoles(b testing.TB) (*eval.Engine, *inventory.Snapshot) {
	b.Helper()
	snapshot := load(b, generate(b, manyRolesShape))
	e, err := eval.Compile(snapshot, eval.Options{})
	require.NoError(b, err)
	return e, snapshot
}

// world is what stands around the statements of one role.
type world struct {
	conditions []organization.Condition
	variables  bool
	boundary   bool
	// scpLevels is the number of levels with an SCP beside FullAWSAccess: root, unit, account.
	scpLevels      int
	rcp            bool
	resourcePolicy bool
	endpoint       bool
}

var fullStack = world{boundary: true, scpLevels: 3, rcp: true, resourcePolicy: true}

// layer is a world with one more layer than the identity policies.
type layer struct {
	name  string
	world world
	// session limits the request's session by a managed policy, document by a
	// policy that comes with the request.
	session, document bool
}

var layers = []layer{
	{name: "boundary", world: world{boundary: true}},
	{name: "session", session: true},
	{name: "session=document", document: true},
	{name: "scp", world: world{scpLevels: 3}},
	{name: "rcp", world: world{rcp: true}},
	{name: "resource", world: world{resourcePolicy: true}},
	{name: "endpoint", world: world{endpoint: true}},
}

// request is the request that the layer takes part in.
func (l layer) request(b testing.TB, r model.Request) model.Request {
	if l.session {
		r.SessionPolicyARNs = []string{sessionPolicy}
	}
	if l.document {
		document := organization.Document(organization.Statement{Effect: "Allow", Actions: []string{"s3:*"}, Resources: []string{"*"}})
		policy, diagnostics := model.ParsePolicy("session.json", []byte(document), model.SessionPolicy, model.ReadOptions{})
		require.False(b, model.HasErrors(diagnostics))
		r.SessionPolicies = []*model.Policy{policy}
	}
	if l.world.endpoint {
		r.Context = r.Context.Clone()
		r.Context.Set("aws:SourceVpce", "vpce-1")
	}
	return r
}

// flatRequest is a request of the role that statement i of organization.Flat allows.
func flatRequest(i int) model.Request {
	context := conditions.NewContext()
	context.Set("aws:SourceIp", "203.0.113.7")
	context.Set("aws:PrincipalTag/team", "data-eu")
	context.Set("aws:SecureTransport", "true")
	context.Set("aws:RequestedRegion", "eu-west-1")
	action, resource := organization.FlatRequest(i)
	return model.Request{Principal: organization.FlatRole, Action: action, Resource: resource, Context: context}
}

// flat compiles a role of n statements and what the world adds.
func flat(b testing.TB, n int, w world) *eval.Engine {
	b.Helper()
	var policies, attached []string
	for i, list := range organization.FlatPolicies(n) {
		for j := range list {
			list[j].Conditions = w.conditions
			if w.variables {
				list[j].Actions = []string{"s3:Get*"}
				list[j].Resources = []string{fmt.Sprintf("arn:aws:s3:::app-%d-${aws:PrincipalTag/team}/*", i*len(list)+j)}
			}
		}
		arn := fmt.Sprintf("arn:aws:iam::%s:policy/P%d", organization.FlatAccount, i)
		attached = append(attached, `"`+arn+`"`)
		policies = append(policies, fmt.Sprintf(`{"arn":%q,"document":%s}`, arn, organization.Document(list...)))
	}
	policies = append(policies, fmt.Sprintf(`{"arn":%q,"document":%s}`, sessionPolicy,
		organization.Document(organization.Statement{Effect: "Allow", Actions: []string{"s3:*"}, Resources: []string{"*"}})))
	role := fmt.Sprintf(`{"arn":%q,"trustPolicy":%s,"attachedPolicies":[%s]`, organization.FlatRole,
		organization.Document(organization.Statement{
			Effect: "Allow", Principal: `{"Service":"ec2.amazonaws.com"}`, Actions: []string{"sts:AssumeRole"},
		}), strings.Join(attached, ","))
	if w.boundary {
		role += `,"permissionsBoundary":` + organization.Document(
			organization.Statement{Effect: "Allow", Actions: []string{"s3:*", "dynamodb:*", "sqs:*", "logs:*"}, Resources: []string{"*"}},
			organization.Statement{Effect: "Deny", Actions: []string{"iam:*", "organizations:*"}, Resources: []string{"*"}})
	}
	return engine(b, fmt.Sprintf(`{"policies":[%s],"roles":[%s}]%s}`, strings.Join(policies, ",\n"), role, w.around()))
}

// sessionPolicy is a managed policy of every flat world that nobody attaches.
const sessionPolicy = "arn:aws:iam::" + organization.FlatAccount + ":policy/Session"

// around is the organization, the resources and the endpoints of a policy set.
func (w world) around() string {
	var rest string
	if w.scpLevels > 0 || w.rcp {
		rest += w.organization()
	}
	if w.resourcePolicy {
		_, object := organization.FlatRequest(96)
		bucket, _, _ := strings.Cut(object, "/")
		rest += fmt.Sprintf(`,"resources":[{"arn":%q,"account":%q,"policy":%s}]`, bucket, organization.FlatAccount, organization.Document(
			organization.Statement{Effect: "Deny", Principal: `"*"`, Actions: []string{"s3:*"}, Resources: []string{bucket, bucket + "/*"},
				Conditions: []organization.Condition{{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"false"}}}},
			organization.Statement{Effect: "Deny", Principal: `"*"`, Actions: []string{"s3:DeleteBucket"}, Resources: []string{bucket}}))
	}
	if w.endpoint {
		rest += fmt.Sprintf(`,"vpcEndpoints":[{"id":"vpce-1","account":%q,"policy":%s}]`, organization.FlatAccount, organization.Document(
			organization.Statement{Effect: "Allow", Principal: `"*"`, Actions: []string{"s3:*"}, Resources: []string{"*"}}))
	}
	return rest
}

// organization is a root, a unit and an account, each with FullAWSAccess and a
// policy of two Deny statements as far as scpLevels goes.
func (w world) organization() string {
	scps := func(level int) string {
		if level >= w.scpLevels {
			return `["FullAWSAccess"]`
		}
		return fmt.Sprintf(`["FullAWSAccess",{"name":"Guard%d","document":%s}]`, level, organization.Document(
			organization.Statement{Effect: "Deny", Actions: []string{"organizations:LeaveOrganization", "cloudtrail:Stop*"}, Resources: []string{"*"}},
			organization.Statement{Effect: "Deny", NotAction: true, Actions: []string{"iam:*", "sts:*", "support:*"}, Resources: []string{"*"},
				Conditions: []organization.Condition{{Operator: "StringNotEquals", Key: "aws:RequestedRegion", Values: []string{"eu-west-1", "eu-central-1"}}}}))
	}
	rcps := "[]"
	if w.rcp {
		rcps = fmt.Sprintf(`[{"name":"Perimeter","document":%s}]`, organization.Document(organization.Statement{
			Effect: "Deny", Principal: `"*"`, Actions: []string{"s3:*", "sqs:*", "kms:*"}, Resources: []string{"*"},
			Conditions: []organization.Condition{
				{Operator: "StringNotEqualsIfExists", Key: "aws:PrincipalOrgID", Values: []string{"o-benchmark01"}},
				{Operator: "BoolIfExists", Key: "aws:PrincipalIsAWSService", Values: []string{"false"}},
			},
		}))
	}
	return fmt.Sprintf(`,"organization":{"id":"o-benchmark01","managementAccount":"999999999999","root":{"id":"r-mark",
"serviceControlPolicies":%s,"resourceControlPolicies":%s,"organizationalUnits":[{"id":"ou-mark-1","serviceControlPolicies":%s,
"accounts":[{"id":%q,"serviceControlPolicies":%s}]}]}}`, scps(0), rcps, scps(1), organization.FlatAccount, scps(2))
}
