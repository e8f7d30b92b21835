package eval_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// whoSet is a bucket, a queue of another account and a role, and who may do what with them.
const whoSet = `
policies:
  - arn: arn:aws:iam::111111111111:policy/Read
    document: { Version: 2012-10-17, Statement: [{ Sid: Read, Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::data/*" }] }
  - arn: arn:aws:iam::111111111111:policy/Office
    document:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::data/*", Condition: { IpAddress: { aws:SourceIp: 10.0.0.0/8 } } }
groups:
  - { arn: "arn:aws:iam::111111111111:group/readers", attachedPolicies: ["arn:aws:iam::111111111111:policy/Read"] }
users:
  - { arn: "arn:aws:iam::111111111111:user/member", groups: [readers] }
  - { arn: "arn:aws:iam::111111111111:user/nobody" }
  - { arn: "arn:aws:iam::111111111111:user/office", attachedPolicies: ["arn:aws:iam::111111111111:policy/Office"] }
  - arn: arn:aws:iam::111111111111:user/lab
    inlinePolicies:
      Lab:
        Version: 2012-10-17
        Statement:
          - { Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::data/*", Condition: { IpAddress: { aws:SourceIp: 192.168.0.0/16 } } }
  - arn: arn:aws:iam::111111111111:user/wild
    inlinePolicies:
      Wild:
        Version: 2012-10-17
        Statement:
          - { Effect: Allow, Action: "sqs:*", Resource: ["arn:aws:sqs:*:111111111111:jobs", "arn:aws:sqs:eu-west-1:111111111111:a*b?d*"] }
          - { Effect: Deny, NotAction: "sqs:Send*", Resource: "arn:aws:sqs:*:*:*-locked" }
          - { Effect: Allow, Action: ["sns:*", "dynamodb:*"], Resource: ["arn:aws:sns:*:111111111111:topic", "arn:aws:dynamodb:*:111111111111:table/T"] }
  - { arn: "arn:aws:iam::222222222222:user/stranger", attachedPolicies: ["arn:aws:iam::111111111111:policy/Read"] }
  - { arn: "arn:aws-cn:iam::444444444444:user/elsewhere", attachedPolicies: ["arn:aws:iam::111111111111:policy/Read"] }
  - arn: arn:aws:iam::111111111111:user/bounded
    attachedPolicies: ["arn:aws:iam::111111111111:policy/Read"]
    permissionsBoundary: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sqs:*", Resource: "*" }] }
roles:
  - arn: arn:aws:iam::111111111111:role/App
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Action: sts:AssumeRole, Principal: { Service: lambda.amazonaws.com, AWS: ["arn:aws:iam::111111111111:user/nobody", "555555555555"] } }
        - { Effect: Allow, Action: sts:AssumeRoleWithSAML, Principal: { Federated: "arn:aws:iam::111111111111:saml-provider/Corp" } }
identityProviders: [{ arn: "arn:aws:iam::111111111111:saml-provider/Corp" }]
resources:
  - arn: arn:aws:s3:::data
    account: "111111111111"
    policy:
      Version: 2012-10-17
      Statement:
        - { Sid: Session, Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::data/*", Principal: { AWS: "arn:aws:sts::111111111111:assumed-role/App/night" } }
        - { Sid: Guest, Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::data/*", Principal: { AWS: "arn:aws:iam::555555555555:role/Guest" } }
        - { Sid: Public, Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::data/public/*", Principal: "*", Condition: { StringEquals: { aws:PrincipalOrgID: o-guests } } }
  - arn: arn:aws:sns:us-east-1:111111111111:topic
    account: "111111111111"
    policy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Action: "sns:*", Resource: "*", Principal: "*", Condition: { ArnLike: { aws:PrincipalArn: "arn:aws:iam::111111111111:user/*e*" } } }
  - arn: arn:aws:sqs:us-east-1:111111111111:open
    account: "111111111111"
    policy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sqs:*", Resource: "*", Principal: "*" }] }
`

// whoExport has a user with a policy whose document it lacks.
const whoExport = `{"UserDetailList": [{"Path": "/", "UserName": "missing", "UserId": "AIDAMISSING", "Arn": "arn:aws:iam::111111111111:user/missing",
"GroupList": [], "AttachedManagedPolicies": [{"PolicyName": "NotRead", "PolicyArn": "arn:aws:iam::aws:policy/NotRead"}]}],
"GroupDetailList": [], "RoleDetailList": [], "Policies": []}`

func whoEngine(t *testing.T) *eval.Engine {
	t.Helper()
	l := inventory.NewLoader(fstest.MapFS{}, inventory.Options{})
	l.AddData("export.json", []byte(whoExport))
	l.AddData("who.yaml", []byte(whoSet))
	inv, problems := l.Finish()
	require.NotNil(t, inv, "%v", problems)
	for _, d := range problems {
		require.NotEqual(t, model.Error, d.Severity, "%v", d)
	}
	e, err := eval.Compile(inv.Snapshot(), eval.Options{})
	require.NoError(t, err)
	return e
}

// told writes a grant in a line.
func told(principal string, g *eval.Grant) string {
	short := strings.NewReplacer("arn:aws:iam::", "", "arn:aws:sts::", "").Replace(principal)
	text := fmt.Sprintf("%s %s", g.Kind, short)
	switch {
	case g.Unanswered != nil:
		return text + " unanswered"
	case g.Conditional():
		text += " " + g.Decision.Result().String() + " depends on " + strings.Join(g.DependsOn, " ")
	}
	if g.Decision.FarSide {
		text += " far"
	}
	for _, layer := range g.Path().GrantedBy {
		text += " " + string(layer)
	}
	return text
}

func TestWhoCan(t *testing.T) {
	e := whoEngine(t)
	known := conditions.NewContext()
	known.Set("aws:SourceIp", "10.1.2.3")
	for _, c := range []struct {
		name     string
		question eval.WhoQuestion
		want     []string
	}{
		{"identity policies, of its own and of groups, a session that the bucket policy names, and a policy that was not read",
			eval.WhoQuestion{Action: "s3:GetObject", Resource: "arn:aws:s3:::data/k"},
			[]string{
				"user 111111111111:user/lab implicitDeny depends on aws:SourceIp identityPolicy",
				"user 111111111111:user/member identityPolicy",
				"user 111111111111:user/missing unanswered",
				"user 111111111111:user/office implicitDeny depends on aws:SourceIp identityPolicy",
				"roleSession 111111111111:assumed-role/App/night resourcePolicy",
			}},
		{"the context settles a condition",
			eval.WhoQuestion{Action: "s3:GetObject", Resource: "arn:aws:s3:::data/k", Context: known},
			[]string{
				"user 111111111111:user/member identityPolicy",
				"user 111111111111:user/missing unanswered",
				"user 111111111111:user/office identityPolicy",
				"roleSession 111111111111:assumed-role/App/night resourcePolicy",
			}},
		{"external principals by name, and whoever has credentials under a condition",
			eval.WhoQuestion{Action: "s3:GetObject", Resource: "arn:aws:s3:::data/public/k", Context: known, Include: eval.IncludeExternal | eval.IncludeAnonymous},
			[]string{
				"anyone AWS:* implicitDeny depends on aws:PrincipalOrgID resourcePolicy",
				"role 111111111111:role/App implicitDeny depends on aws:PrincipalOrgID resourcePolicy",
				"user 111111111111:user/bounded implicitDeny depends on aws:PrincipalOrgID resourcePolicy",
				"user 111111111111:user/lab implicitDeny depends on aws:PrincipalOrgID resourcePolicy",
				"user 111111111111:user/member identityPolicy",
				"user 111111111111:user/missing unanswered",
				"user 111111111111:user/nobody implicitDeny depends on aws:PrincipalOrgID resourcePolicy",
				"user 111111111111:user/office identityPolicy",
				"user 111111111111:user/wild implicitDeny depends on aws:PrincipalOrgID resourcePolicy",
				"user 222222222222:user/stranger implicitDeny depends on aws:PrincipalOrgID identityPolicy resourcePolicy",
				"role 555555555555:role/Guest far resourcePolicy",
				"roleSession 111111111111:assumed-role/App/night resourcePolicy",
			}},
		{"a trust policy: who is named needs nothing else, accounts and services on request",
			eval.WhoQuestion{Action: "sts:AssumeRole", Resource: "arn:aws:iam::111111111111:role/App", Include: eval.IncludeExternal | eval.IncludeServices | eval.IncludeRoot},
			[]string{
				"user 111111111111:user/nobody trustPolicy",
				"account 555555555555:root far trustPolicy",
				"service lambda.amazonaws.com trustPolicy",
			}},
		{"identity providers make the calls that are theirs",
			eval.WhoQuestion{Action: "sts:AssumeRoleWithSAML", Resource: "arn:aws:iam::111111111111:role/App", Include: eval.IncludeProviders},
			[]string{"identityProvider 111111111111:saml-provider/Corp trustPolicy"}},
		{"everybody, anonymous callers and root users of an open queue",
			eval.WhoQuestion{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:111111111111:open", Include: eval.IncludeExternal | eval.IncludeAnonymous | eval.IncludeRoot},
			[]string{
				"anonymous * resourcePolicy",
				"anyone AWS:* far resourcePolicy",
				"role 111111111111:role/App resourcePolicy",
				"rootUser 111111111111:root identityPolicy",
				"user 111111111111:user/bounded resourcePolicy",
				"user 111111111111:user/lab resourcePolicy",
				"user 111111111111:user/member resourcePolicy",
				"user 111111111111:user/missing unanswered",
				"user 111111111111:user/nobody resourcePolicy",
				"user 111111111111:user/office resourcePolicy",
				"user 111111111111:user/wild resourcePolicy",
				"rootUser 222222222222:root identityPolicy resourcePolicy",
			}},
		{"a condition on the caller's ARN in a policy for everyone",
			eval.WhoQuestion{Action: "sns:Publish", Resource: "arn:aws:sns:us-east-1:111111111111:topic"},
			[]string{
				"user 111111111111:user/bounded resourcePolicy",
				"user 111111111111:user/member resourcePolicy",
				"user 111111111111:user/missing unanswered",
				"user 111111111111:user/office resourcePolicy",
				"user 111111111111:user/wild identityPolicy",
			}},
		{"a wildcard in the region", eval.WhoQuestion{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:111111111111:jobs"},
			[]string{"user 111111111111:user/missing unanswered", "user 111111111111:user/wild identityPolicy"}},
		{"a wildcard behind text that no other resource has", eval.WhoQuestion{Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:us-east-1:111111111111:table/T"},
			[]string{"user 111111111111:user/missing unanswered", "user 111111111111:user/wild identityPolicy"}},
		{"text behind a wildcard is the whole rest", eval.WhoQuestion{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:111111111111:jobs2"},
			[]string{"user 111111111111:user/missing unanswered"}},
		{"wildcards in the name", eval.WhoQuestion{Action: "sqs:DeleteMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:abbbcd"},
			[]string{"user 111111111111:user/missing unanswered", "user 111111111111:user/wild identityPolicy"}},
		{"wildcards that need more", eval.WhoQuestion{Action: "sqs:DeleteMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:abd"},
			[]string{"user 111111111111:user/missing unanswered"}},
		{"a Deny behind wildcards", eval.WhoQuestion{Action: "sqs:DeleteMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:abbd-locked"},
			[]string{"user 111111111111:user/missing unanswered"}},
		{"a Deny that spares the action", eval.WhoQuestion{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:abbd-locked"},
			[]string{"user 111111111111:user/missing unanswered", "user 111111111111:user/wild identityPolicy"}},
		{"nobody", eval.WhoQuestion{Action: "s3:DeleteObject", Resource: "arn:aws:s3:::data/k"},
			[]string{"user 111111111111:user/missing unanswered"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := e.PrepareWho(c.question)
			require.NoError(t, err)
			var got []string
			for principal, grant := range q.Grants() {
				got = append(got, told(principal, &grant))
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhoCanTellsThePath(t *testing.T) {
	e := whoEngine(t)
	for principal, grant := range e.WhoCan("s3:GetObject", "arn:aws:s3:::data/k", nil) {
		if strings.HasSuffix(principal, "/office") {
			path := grant.Path()
			require.Len(t, path.Statements, 1)
			require.Equal(t, "Office", path.Statements[0].Policy)
			require.Equal(t, []string{`IpAddress aws:SourceIp "10.0.0.0/8"`}, path.Statements[0].Conditions)
			x, err := grant.Explain()
			require.NoError(t, err)
			require.Equal(t, grant.DependsOn, x.DependsOn)
			return
		}
	}
	t.Fatal("office cannot")
}

func TestWhoCanRefuses(t *testing.T) {
	e := whoEngine(t)
	for _, c := range []struct{ name, action, resource, field string }{
		{"no action", "GetObject", "arn:aws:s3:::data/k", "action"},
		{"no resource", "s3:GetObject", "data", "resource"},
		{"a role that does not exist", "sts:AssumeRole", "arn:aws:iam::111111111111:role/Gone", "resource"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := e.PrepareWho(eval.WhoQuestion{Action: c.action, Resource: c.resource})
			var unusable *eval.RequestError
			require.ErrorAs(t, err, &unusable)
			require.Equal(t, c.field, unusable.Field)
			n := 0
			for principal, grant := range e.WhoCan(c.action, c.resource, nil) {
				n++
				require.Empty(t, principal)
				require.Equal(t, err, grant.Unanswered)
				require.Equal(t, eval.Path{}, grant.Path())
			}
			require.Equal(t, 1, n)
		})
	}
}

// TestWhoCanAtOnce asks many questions at once, some of which are broken off.
func TestWhoCanAtOnce(t *testing.T) {
	e := whoEngine(t)
	ask := func(q eval.WhoQuestion, most int) (names []string) {
		query, err := e.PrepareWho(q)
		require.NoError(t, err)
		for principal := range query.Grants() {
			if names = append(names, principal); len(names) == most {
				break
			}
		}
		return names
	}
	questions := []eval.WhoQuestion{
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::data/k"}, {Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:111111111111:open"},
		{Action: "sts:GetCallerIdentity", Resource: "*"},
	}
	var want [][]string
	for _, q := range questions {
		want = append(want, ask(q, 100))
	}
	got := make([][][]string, 8)
	var wg sync.WaitGroup
	for n := range got {
		wg.Go(func() {
			for i := range 60 {
				ask(questions[i%len(questions)], 1)
				got[n] = append(got[n], ask(questions[i%len(questions)], 100))
			}
		})
	}
	wg.Wait()
	for n := range got {
		for i, names := range got[n] {
			require.Equal(t, want[i%len(want)], names)
		}
	}
	require.Len(t, want[2], 10, "every user and role may ask who it is")
}

// TestWhoCanAfterAChange asks before and after a what-if.
func TestWhoCanAfterAChange(t *testing.T) {
	e := whoEngine(t)
	users := func(e *eval.Engine) []string {
		var names []string
		for principal, grant := range e.WhoCan("s3:GetObject", "arn:aws:s3:::data/k", nil) {
			if grant.Decision.Allowed() {
				names = append(names, principal)
			}
		}
		return names
	}
	before := users(e)
	overlay, err := source.Parse("change.yaml", []byte(`
users:
  - { arn: "arn:aws:iam::111111111111:user/nobody", attachedPolicies: ["arn:aws:iam::111111111111:policy/Read"] }
`))
	require.NoError(t, err)
	s, problems := e.Snapshot().WhatIf(overlay, ".", fstest.MapFS{}, inventory.Options{})
	require.False(t, model.HasErrors(problems), "%v", problems)
	after, err := e.Over(s)
	require.NoError(t, err)
	require.Equal(t, slices.Sorted(slices.Values(append(slices.Clone(before), "arn:aws:iam::111111111111:user/nobody"))), users(after))
	require.Equal(t, before, users(e))
}
