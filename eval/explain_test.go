package eval_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

const world = `
organization:
  id: o-exam
  managementAccount: "999999999999"
  root:
    id: r-exam
    organizationalUnits:
      - id: ou-prod
        serviceControlPolicies:
          - name: NoLeaving
            document:
              Version: "2012-10-17"
              Statement:
                - {Effect: Allow, Action: "*", Resource: "*"}
                - {Sid: Stay, Effect: Deny, Action: "organizations:LeaveOrganization", Resource: "*"}
        accounts: ["111111111111"]
policies:
  - arn: arn:aws:iam::111111111111:policy/Limit
    document: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}
roles:
  - arn: arn:aws:iam::111111111111:role/team/App
    roleId: AROAAPP
    tags: {team: web}
    trustPolicy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}}
    permissionsBoundary: arn:aws:iam::111111111111:policy/Limit
    inlinePolicies:
      Write:
        Version: "2012-10-17"
        Statement:
          - Sid: DataTeam
            Effect: Allow
            Action: s3:PutObject
            Resource: arn:aws:s3:::data/*
            Condition: {StringEquals: {aws:PrincipalTag/team: data}}
          - Sid: FromOffice
            Effect: Allow
            Action: s3:GetObject
            Resource: arn:aws:s3:::data/*
            Condition: {IpAddress: {aws:SourceIp: 203.0.113.0/24}}
          - Sid: Home
            Effect: Allow
            Action: s3:GetObject
            Resource: "arn:aws:s3:::home/${aws:SourceIdentity}/*"
          - Sid: Either
            Effect: Allow
            Action: s3:ListBucket
            Resource: "*"
            Condition: {StringEquals: {s3:prefix: a}}
          - Sid: OrNot
            Effect: Allow
            Action: s3:ListBucket
            Resource: "*"
            Condition: {StringNotEquals: {s3:prefix: a}}
          - Sid: Lambda
            Effect: Allow
            Action: lambda:InvokeFunction
            Resource: "*"
          - Sid: Both
            Effect: Allow
            Action: s3:DeleteObject
            Resource: arn:aws:s3:::data/*
            Condition: {Bool: {aws:MultiFactorAuthPresent: "true"}, StringEquals: {aws:RequestedRegion: eu-west-1}}
users:
  - {arn: "arn:aws:iam::111111111111:user/alice", userId: AIDAALICE}
  - {arn: "arn:aws:iam::222222222222:user/alice"}
resources:
  - {arn: "arn:aws:s3:::data", account: "111111111111"}
  - {arn: "arn:aws:s3:::home", account: "111111111111"}
`

func load(t *testing.T, text string) *eval.Engine {
	t.Helper()
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("world.yaml", []byte(text))
	inv, diagnostics := loader.Finish()
	require.False(t, model.HasErrors(diagnostics), "%v", diagnostics)
	engine, err := eval.Compile(inv.Snapshot(), eval.Options{})
	require.NoError(t, err)
	return engine
}

func explain(t *testing.T, e *eval.Engine, r model.Request) *eval.Explanation {
	t.Helper()
	x, err := e.Explain(r)
	require.NoError(t, err)
	return x
}

func TestExplainNearestMiss(t *testing.T) {
	x := explain(t, load(t, world), model.Request{Principal: "role/team/App", Action: "s3:PutObject", Resource: "arn:aws:s3:::data/x"})
	require.Equal(t, "implicitDeny", x.Answer)
	require.Equal(t, "DENY_IMPLICIT_IDENTITY", x.Reason)
	require.Equal(t, eval.IdentityPolicyType, x.PolicyType)
	require.Empty(t, x.Statements)
	require.NotEmpty(t, x.NearMisses)
	require.Equal(t, "DataTeam", x.NearMisses[0].Statement.Sid)
	require.Equal(t, "Condition", x.NearMisses[0].Element)
	require.Equal(t, `Condition StringEquals aws:PrincipalTag/team: request has "web", policy wants "data"`, x.NearMisses[0].Text)
	require.Equal(t, 30, x.NearMisses[0].Statement.Line)
	require.Empty(t, x.DependsOn, "the role's tags are known")
}

func TestExplainCauses(t *testing.T) {
	e := load(t, world)
	t.Run("boundary", func(t *testing.T) {
		x := explain(t, e, model.Request{Principal: "App", Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:eu-west-1:111111111111:function:f"})
		require.Equal(t, "DENY_IMPLICIT_BOUNDARY", x.Reason)
		require.Equal(t, eval.PermissionsBoundaryType, x.PolicyType)
	})
	t.Run("every cause is listed in order", func(t *testing.T) {
		x := explain(t, e, model.Request{Principal: "App", Action: "organizations:LeaveOrganization"})
		require.Equal(t, "explicitDeny", x.Answer)
		var reasons []string
		for _, c := range x.Causes {
			reasons = append(reasons, c.Reason)
		}
		require.Equal(t, []string{"DENY_EXPLICIT_SCP", "DENY_IMPLICIT_IDENTITY", "DENY_IMPLICIT_BOUNDARY"}, reasons)
		require.Len(t, x.Statements, 1)
		require.Equal(t, "Stay", x.Statements[0].Sid)
		require.Equal(t, "NoLeaving", x.Statements[0].Policy)
		require.Contains(t, x.Headline, "an explicit deny in a service control policy NoLeaving")
	})
}

func TestDependsOn(t *testing.T) {
	e := load(t, world)
	for _, test := range []struct {
		name, action, resource string
		want                   []string
	}{
		{"a key that opens", "s3:GetObject", "arn:aws:s3:::data/x", []string{"aws:SourceIp"}},
		{"a variable of a resource", "s3:GetObject", "arn:aws:s3:::home/bob/x", []string{"aws:SourceIdentity"}},
		{"whatever the value, one of two statements applies", "s3:ListBucket", "arn:aws:s3:::data", nil},
		{"a key that is known", "s3:PutObject", "arn:aws:s3:::data/x", nil},
		{"one entry is false already", "s3:DeleteObject", "arn:aws:s3:::data/x", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explain(t, e, model.Request{Principal: "role/team/App", Action: test.action, Resource: test.resource})
			require.Equal(t, test.want, x.DependsOn)
		})
	}
	t.Run("two keys that matter together", func(t *testing.T) {
		far := conditions.NewContext()
		far.Set("aws:MultiFactorAuthPresent", "true")
		x := explain(t, e, model.Request{Principal: "role/team/App", Action: "s3:DeleteObject", Resource: "arn:aws:s3:::data/x", Context: far})
		require.Equal(t, []string{"aws:RequestedRegion"}, x.DependsOn)
	})
	t.Run("unknown keys can be refused", func(t *testing.T) {
		x := explain(t, e.With(eval.Options{UnknownUnanswered: true}), model.Request{Principal: "role/team/App", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/x"})
		require.Equal(t, "unanswered", x.Answer)
		require.Contains(t, x.Unanswered, "aws:SourceIp")
		_, err := e.With(eval.Options{UnknownUnanswered: true}).Decide(model.Request{Principal: "role/team/App", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/x"})
		require.ErrorContains(t, err, "aws:SourceIp")
	})
}

func TestUncertainRules(t *testing.T) {
	x := explain(t, load(t, world), model.Request{Principal: "role/team/App", Action: "s3:DeleteObject", Resource: "arn:aws:s3:::data/x", Context: region("eu-west-1")})
	require.Equal(t, "implicitDeny", x.Answer)
	require.Empty(t, x.UncertainRules, "absent or false, the second factor is not given")

	e := load(t, `
roles:
  - arn: arn:aws:iam::111111111111:role/R
    trustPolicy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: "*", Action: "sts:AssumeRole"}}
    inlinePolicies: {P: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*", Condition: {Bool: {aws:MultiFactorAuthPresent: "false"}}}}}
resources: [{arn: "arn:aws:s3:::b", account: "111111111111"}]
`)
	r := model.Request{Principal: "role/R", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	x = explain(t, e, r)
	require.Equal(t, "allowed", x.Answer)
	require.Len(t, x.UncertainRules, 1)
	require.Equal(t, "D.3", x.UncertainRules[0].Rule)
	require.Equal(t, "implicitDeny", x.UncertainRules[0].AnswerOtherwise)
	require.Contains(t, x.Headline, "rests on the uncertain rule D.3")
	x = explain(t, e.With(eval.Options{Strict: true}), r)
	require.Equal(t, "unanswered", x.Answer)
}

func region(name string) *conditions.Context {
	c := conditions.NewContext()
	c.Set("aws:RequestedRegion", name)
	return c
}

func TestUnreadPolicies(t *testing.T) {
	const export = `{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
"Path": "/", "RoleName": "R", "RoleId": "AROAR", "Arn": "arn:aws:iam::111111111111:role/R", "CreateDate": "2024-01-02T03:04:05+00:00",
"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}, "InstanceProfileList": [],
"RolePolicyList": [{"PolicyName": "P", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
  {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}]}}],
"AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}], "Tags": []}]}`
	const filtered = `{"UserDetailList": [{"Path": "/", "UserName": "u", "UserId": "AIDAU", "Arn": "arn:aws:iam::111111111111:user/u",
"CreateDate": "2024-01-02T03:04:05+00:00", "GroupList": ["gone"], "AttachedManagedPolicies": []}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}`
	x := explain(t, load(t, filtered), model.Request{Principal: "u", Action: "s3:GetObject", ResourceAccount: "111111111111"})
	require.Contains(t, x.Unanswered, "arn:aws:iam::111111111111:group/gone")

	e := load(t, export)
	for _, test := range []struct{ action, answer string }{
		{"s3:GetObject", "unanswered"},      // the missing document might deny
		{"s3:PutObject", "unanswered"},      // or allow
		{"s3:DeleteObject", "explicitDeny"}, // nothing lifts a deny
	} {
		x = explain(t, e, model.Request{Principal: "R", Action: test.action, Resource: "arn:aws:s3:::b/k", ResourceAccount: "111111111111"})
		require.Equal(t, test.answer, x.Answer, test.action)
		if test.answer == "unanswered" {
			require.Contains(t, x.Unanswered, "arn:aws:iam::aws:policy/ReadOnlyAccess")
			require.Contains(t, x.Unanswered, "policies")
		}
	}
}

func TestRequestErrors(t *testing.T) {
	e := load(t, world)
	for _, test := range []struct {
		name    string
		request model.Request
		want    string
	}{
		{"no principal", model.Request{Action: "s3:GetObject"}, "names no principal"},
		{"several fit", model.Request{Principal: "alice", Action: "s3:GetObject"}, "arn:aws:iam::111111111111:user/alice, arn:aws:iam::222222222222:user/alice"},
		{"none fits", model.Request{Principal: "role/App2", Action: "s3:GetObject"}, "did you mean arn:aws:iam::111111111111:role/team/App?"},
		{"undeclared in a known account", model.Request{Principal: "arn:aws:iam::111111111111:role/App", Action: "s3:GetObject"}, "no user or role"},
		{"an account", model.Request{Principal: "111111111111", Action: "s3:GetObject"}, "arn:aws:iam::111111111111:root"},
		{"a wildcard action", model.Request{Principal: "App", Action: "s3:Get*"}, "is no action"},
		{"no ARN", model.Request{Principal: "App", Action: "s3:GetObject", Resource: "foo"}, "resource"},
		{"undeclared role to assume", model.Request{Principal: "App", Action: "sts:AssumeRole", Resource: "arn:aws:iam::111111111111:role/Gone"}, "has no role"},
		{"a session of a user", model.Request{Principal: "arn:aws:iam::111111111111:user/alice", Action: "s3:GetObject", SessionPolicyARNs: []string{"x"}}, "no session policy"},
		{"a federated user without parent", model.Request{Principal: "arn:aws:sts::111111111111:federated-user/f", Action: "s3:GetObject"}, "parentUser"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := e.Explain(test.request)
			var request *eval.RequestError
			require.ErrorAs(t, err, &request)
			require.ErrorContains(t, err, test.want)
			_, err = e.Decide(test.request)
			require.Error(t, err)
		})
	}
}

func TestTimeUsed(t *testing.T) {
	e := load(t, `
users:
  - arn: arn:aws:iam::111111111111:user/u
    inlinePolicies: {P: {Version: "2012-10-17", Statement: [
      {Effect: Allow, Action: "s3:GetObject", Resource: "*", Condition: {DateLessThan: {aws:CurrentTime: "2026-12-01T00:00:00Z"}}},
      {Effect: Allow, Action: "s3:PutObject", Resource: "*"}]}}
`)
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	x := explain(t, e, model.Request{Principal: "u", Action: "s3:GetObject", Resource: "*", At: at})
	require.Equal(t, "allowed", x.Answer)
	require.True(t, x.TimeUsed)
	require.False(t, explain(t, e, model.Request{Principal: "u", Action: "s3:PutObject", Resource: "*", At: at}).TimeUsed)
	require.Equal(t, []string{"aws:CurrentTime"}, explain(t, e, model.Request{Principal: "u", Action: "s3:GetObject", Resource: "*"}).DependsOn)
}

func TestTrace(t *testing.T) {
	q, err := load(t, world).Prepare(model.Request{Principal: "role/team/App", Action: "s3:PutObject", Resource: "arn:aws:s3:::data/x"})
	require.NoError(t, err)
	bySid := map[string]eval.StatementTrace{}
	for _, s := range q.Trace() {
		bySid[s.Statement.Sid] = s
	}
	require.Equal(t, "false", bySid["DataTeam"].Applies)
	require.True(t, bySid["DataTeam"].Resource)
	require.Equal(t, "false", bySid["DataTeam"].Entries[0].Outcome)
	require.Contains(t, bySid["FromOffice"].Mismatch, "Action")
}
