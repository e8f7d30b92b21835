package access_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/access"
	"iamsim/model"
	"iamsim/model/inventory"
)

func engine(t *testing.T, set string) *eval.Engine {
	t.Helper()
	l := inventory.NewLoader(fstest.MapFS{}, inventory.Options{})
	l.AddData("set.yaml", []byte(set))
	inv, problems := l.Finish()
	require.False(t, model.HasErrors(problems), "%v", problems)
	e, err := eval.Compile(inv.Snapshot(), eval.Options{})
	require.NoError(t, err)
	return e
}

func ask(t *testing.T, e *eval.Engine, principal, resource string) *access.Access {
	t.Helper()
	a, err := access.WhatCan(e, access.Question{Request: model.Request{Principal: principal, Resource: resource}})
	require.NoError(t, err)
	return a
}

// world is one role with one statement a layer; empty texts leave a layer out.
func world(identity, boundary, scp string) string {
	set := `{roles: [{arn: "arn:aws:iam::111111111111:role/R", trustPolicy: {Version: "2012-10-17", Statement: [` + trusted + `]}, inlinePolicies: {I: {Version: "2012-10-17", Statement: [` + identity + `]}}`
	if boundary != "" {
		set += `, permissionsBoundary: {Version: "2012-10-17", Statement: [` + boundary + `]}`
	}
	set += `}]`
	if scp != "" {
		set += `, organization: {id: o-example, managementAccount: "999999999999", root: {id: r-exmp, accounts: [{id: "111111111111",
			serviceControlPolicies: [{name: S, document: {Version: "2012-10-17", Statement: [` + scp + `]}}]}, "999999999999"]}}`
	}
	return set + "}"
}

const trusted = `{Effect: Allow, Principal: {Service: "ec2.amazonaws.com"}, Action: "sts:AssumeRole"}`

const role = "arn:aws:iam::111111111111:role/R"

// told is a part in one line a region; fixed rules are left out.
func told(p *access.Part) string {
	var b strings.Builder
	for _, r := range append(append([]access.Region{}, p.Allows...), p.Denies...) {
		if rule, _ := r.Rule(); rule != "" {
			continue
		}
		fmt.Fprintf(&b, "%s %s on %s", r.Effect(), patterns(r.Actions()), patterns(r.Resources()))
		for _, c := range r.Conditions() {
			fmt.Fprintf(&b, " if %s %s %s", c.Operator, c.Key, strings.Join(c.Values, " "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func patterns(p access.Patterns) string {
	text := strings.Join(p.Any, " ")
	for _, list := range p.And {
		text += " and " + strings.Join(list, " ")
	}
	if len(p.Not) > 0 {
		text += " but " + strings.Join(p.Not, " ")
	}
	return text
}

const everything = `{Effect: Allow, Action: "*", Resource: "*"}`

func TestOwnSide(t *testing.T) {
	for _, test := range []struct {
		name, identity, boundary, scp string
		want                          string
		document                      string // the statements; "inexact: WHY" where there is no document
	}{
		{
			name: "patterns are intersected", identity: `{Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::data/*"}`,
			boundary: `{Effect: Allow, Action: "s3:*Object", Resource: "arn:aws:s3:::*.csv"}`,
			want:     "Allow s3:Get*Object on arn:aws:s3:::data/*.csv\n",
			document: `[{"Effect":"Allow","Action":["s3:Get*Object"],"Resource":["arn:aws:s3:::data/*.csv"]}]`,
		},
		{
			name: "every layer's conditions hold together", identity: `{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"s3:prefix": [a, b]}}}`,
			boundary: `{Effect: Allow, Action: "s3:ListBucket", Resource: "*", Condition: {StringEquals: {"s3:prefix": [b, c]}}}`,
			scp:      `{Effect: Allow, Action: "*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "true"}}}`,
			want:     "Allow s3:ListBucket on * if StringEquals s3:prefix a b if StringEquals s3:prefix b c if Bool aws:SecureTransport true\n",
			document: `[{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["*"],"Condition":{"Bool":{"aws:SecureTransport":["true"]},"StringEquals":{"s3:prefix":["b"]}}}]`,
		},
		{
			name: "conditions that contradict each other allow nothing", identity: `{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"s3:prefix": a}}}`,
			boundary: `{Effect: Allow, Action: "*", Resource: "*", Condition: {StringEquals: {"s3:prefix": b}}}`,
			want:     "Allow s3:* on * if StringEquals s3:prefix a if StringEquals s3:prefix b\n",
			document: `[]`,
		},
		{
			name: "what is known of the caller is settled", identity: `{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::${aws:PrincipalAccount}/*", Condition: {StringEquals: {"aws:PrincipalType": AssumedRole}}},
				{Effect: Allow, Action: "sqs:*", Resource: "*", Condition: {StringEquals: {"aws:PrincipalType": User}}}`,
			want:     "Allow s3:* on arn:aws:s3:::111111111111/*\n",
			document: `[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::111111111111/*"]}]`,
		},
		{
			name: "an exception is denied where nothing else is allowed there", identity: `{Effect: Allow, Action: "s3:*", Resource: "*"}`,
			boundary: `{Effect: Allow, NotAction: ["s3:Delete*", "sqs:*"], Resource: "*"}`,
			want:     "Allow s3:* but s3:Delete* on *\n",
			document: `[{"Effect":"Allow","Action":["s3:*"],"Resource":["*"]},{"Effect":"Deny","Action":["s3:Delete*"],"Resource":["*"]}]`,
		},
		{
			name: "a limit that meets a variable is written as a Deny of the rest", identity: `{Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::home/${s3:prefix}"}`,
			boundary: `{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::home/a*"}`,
			want:     "Allow s3:Get* on arn:aws:s3:::home/${s3:prefix} and arn:aws:s3:::home/a*\n",
			document: `[{"Effect":"Allow","Action":["s3:Get*"],"Resource":["arn:aws:s3:::home/${s3:prefix}"]},{"Effect":"Deny","NotAction":["s3:*"],"Resource":["*"]},{"Effect":"Deny","Action":["*"],"NotResource":["arn:aws:s3:::home/a*"]}]`,
		},
		{
			name: "an exception with an exception cannot be written", identity: `{Effect: Allow, Action: "s3:*", Resource: "*"}`,
			boundary: `{Effect: Allow, NotAction: "s3:Get*", Resource: "*"}, {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}`,
			want:     "Allow s3:* but s3:Get* on *\nAllow s3:GetObject on arn:aws:s3:::b/*\n",
			document: "inexact: what it leaves out cannot be denied without taking from other statements",
		},
		{
			name: "Denies of every layer count once they matter", identity: everything + `, {Effect: Deny, Action: "sqs:*", Resource: "*"}`,
			boundary: `{Effect: Allow, Action: ["s3:*", "ec2:*"], Resource: "*"}`,
			scp:      everything + `, {Effect: Deny, Action: "ec2:*", Resource: "*"}, {Effect: Deny, Action: "s3:Put*", Resource: "*", Condition: {"Null": {"aws:RequestTag/a": "true"}}}`,
			want:     "Allow s3:* ec2:* on *\nDeny ec2:* on *\nDeny s3:Put* on * if Null aws:RequestTag/a true\n",
			document: `[{"Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":["*"]},{"Effect":"Deny","Action":["ec2:*"],"Resource":["*"]},{"Effect":"Deny","Action":["s3:Put*"],"Resource":["*"],"Condition":{"Null":{"aws:RequestTag/a":["true"]}}}]`,
		},
		{
			name: "the text of all buckets says more than its pattern", identity: `{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::*"}`,
			boundary: `{Effect: Allow, Action: "*", Resource: "arn:aws:s*"}`,
			want:     "Allow s3:* on arn:aws:s3:::*\n",
			document: `[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::**"]}]`,
		},
		{
			name: "a short pattern of an SCP is not completed", identity: everything, scp: `{Effect: Allow, Action: "*", Resource: "arn:aws:*:q"}`,
			want:     "Allow * on arn:aws:*:q\n",
			document: `[{"Effect":"Allow","Action":["*"],"Resource":["arn:aws:*:*:*:q"]}]`,
		},
		{
			name: "a silent layer leaves nothing", identity: everything, boundary: `{Effect: Deny, Action: "s3:*", Resource: "*"}`,
			document: `[]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := ask(t, engine(t, world(test.identity, test.boundary, test.scp)), role, "").Parts[0]
			require.Equal(t, test.want, told(p))
			document, err := p.Policy()
			var inexact *access.InexactError
			if errors.As(err, &inexact) {
				require.Equal(t, test.document, "inexact: "+inexact.Lost[0].Why)
				require.Contains(t, err.Error(), inexact.Lost[0].Why)
				return
			}
			require.NoError(t, err)
			text, err := json.Marshal(document.Statement)
			require.NoError(t, err)
			require.Equal(t, test.document, string(text))
		})
	}
}

const bucket = `
roles:
  - arn: arn:aws:iam::111111111111:role/R
    trustPolicy: {Version: "2012-10-17", Statement: [` + trusted + `]}
    inlinePolicies: {I: {Version: "2012-10-17", Statement: [{Sid: Read, Effect: Allow, Action: "s3:Get*", Resource: "*"}]}}
    permissionsBoundary: {Version: "2012-10-17", Statement: [{Sid: Limit, Effect: Allow, Action: ["s3:GetObject", "s3:PutObject", "sts:AssumeRole"], Resource: "*"}]}
  - arn: arn:aws:iam::111111111111:role/T
    trustPolicy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:role/R"}, Action: "sts:AssumeRole"}]}
users:
  - arn: arn:aws:iam::222222222222:user/far
    inlinePolicies: {I: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/x/*"}]}}
resources:
  - arn: arn:aws:s3:::b
    account: "111111111111"
    policy:
      Version: "2012-10-17"
      Statement:
        - {Sid: Role, Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:role/R"}, Action: "s3:*Object", Resource: "arn:aws:s3:::b/*"}
        - {Sid: Session, Effect: Allow, Principal: {AWS: "arn:aws:sts::111111111111:assumed-role/R/s"}, Action: "s3:DeleteObject", Resource: "arn:aws:s3:::b/*"}
        - {Sid: Far, Effect: Allow, Principal: {AWS: "222222222222"}, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}
        - {Sid: Not, Effect: Deny, Principal: "*", Action: "s3:PutObject", Resource: "arn:aws:s3:::b/locked/*"}
  - arn: arn:aws:s3:::other
    account: "222222222222"
`

// TestResources holds table E41, foreign accounts and trust policies to what the regions say.
func TestResources(t *testing.T) {
	e := engine(t, bucket)
	const below = "arn:aws:s3:::b arn:aws:s3:::b/* arn:aws:s3:::b:*"
	for _, test := range []struct {
		name, principal, resource string
		want                      map[string]string // part -> regions
	}{
		{"a role is freed of identity, not of its boundary", "arn:aws:sts::111111111111:assumed-role/R/other", "", map[string]string{
			"":                                 "Allow s3:GetObject on *\n",
			"arn:aws:s3:::b":                   "Allow s3:GetObject on " + below + "\nAllow s3:GetObject s3:PutObject on arn:aws:s3:::b/*\nDeny s3:PutObject on arn:aws:s3:::b/locked/*\n",
			"arn:aws:iam::111111111111:role/T": "Allow sts:AssumeRole on arn:aws:iam::111111111111:role/T\n",
		}},
		{"a session is freed of all", "arn:aws:sts::111111111111:assumed-role/R/s", "arn:aws:s3:::b/k", map[string]string{
			"arn:aws:s3:::b/k": "Allow s3:DeleteObject on arn:aws:s3:::b/k\nAllow s3:GetObject s3:PutObject on arn:aws:s3:::b/k\n",
		}},
		{"another account needs both sides", "far", "", map[string]string{
			"":               "Allow s3:* on arn:aws:s3:::b/x/*\n",
			"arn:aws:s3:::b": "Allow s3:GetObject on arn:aws:s3:::b/x/*\n",
		}},
		{"a resource of another account that says nothing", role, "arn:aws:s3:::other/k", map[string]string{"arn:aws:s3:::other/k": ""}},
		{"a service has no own side", "lambda.amazonaws.com", "", map[string]string{"arn:aws:s3:::b": ""}},
		{"the request on * alone", role, "*", map[string]string{"*": "Allow s3:GetObject on *\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := map[string]string{}
			for _, p := range ask(t, e, test.principal, test.resource).Parts {
				lines := strings.SplitAfter(told(p), "\n")
				got[p.Resource] = strings.Join(lines, "")
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestAllows(t *testing.T) {
	e := engine(t, bucket)
	a := ask(t, e, role, "")
	c := conditions.NewContext()
	for _, test := range []struct {
		action, resource string
		allowed, told    bool
	}{
		{"s3:GetObject", "arn:aws:s3:::mine/k", true, true},
		{"s3:PutObject", "arn:aws:s3:::mine/k", false, true},
		{"s3:PutObject", "arn:aws:s3:::b/k", true, true},
		{"s3:PutObject", "arn:aws:s3:::b/locked/k", false, true},
		{"s3:GetObject", "arn:aws:s3:::other/k", false, true},
		{"sqs:SendMessage", "arn:aws:sqs:us-east-1:333333333333:q", false, false},
		{"sts:AssumeRole", "arn:aws:iam::111111111111:role/T", true, true},
		{"sts:AssumeRole", "arn:aws:iam::111111111111:role/R", false, true},
		{"sts:GetCallerIdentity", "*", true, true},
	} {
		allowed, told := a.Allows(test.action, test.resource, c)
		require.Equal(t, test.allowed, allowed, "%s on %s", test.action, test.resource)
		require.Equal(t, test.told, told, "%s on %s", test.action, test.resource)
	}
}

func TestRegionsComeFromStatements(t *testing.T) {
	a := ask(t, engine(t, bucket), role, "arn:aws:s3:::b/k")
	var stems []string
	for p, r := range a.Regions() {
		if p == nil {
			continue
		}
		for _, s := range r.Statements() {
			stems = append(stems, s.Sid+" "+s.File)
		}
	}
	require.Equal(t, []string{"Role set.yaml", "Limit set.yaml"}, stems)
	n := 0
	for range a.Regions() {
		n++
		break
	}
	require.Equal(t, 1, n)
}

func TestUnanswered(t *testing.T) {
	e := engine(t, `{"RoleDetailList": [{"Path": "/", "RoleName": "R", "RoleId": "AROAR", "Arn": "arn:aws:iam::111111111111:role/R",
		"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [`+strings.NewReplacer("{Effect: ", `{"Effect": "`, ", Principal: {Service: ", `", "Principal": {"Service": `, "Action:", `"Action":`).Replace(trusted)+`]},
		"AttachedManagedPolicies": [{"PolicyName": "Gone", "PolicyArn": "arn:aws:iam::111111111111:policy/Gone"}]}]}`)
	_, err := access.WhatCan(e, access.Question{Request: model.Request{Principal: role}})
	var open *eval.UnansweredError
	require.ErrorAs(t, err, &open)
	require.Contains(t, open.Message, "policy/Gone")
	_, err = access.WhatCan(e, access.Question{Request: model.Request{Principal: "role/X"}})
	var request *eval.RequestError
	require.ErrorAs(t, err, &request)

	var many, limit []string
	for i := range 80 {
		many = append(many, fmt.Sprintf(`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::*x%dz*"}`, i))
		limit = append(limit, fmt.Sprintf(`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::*y%dz*"}`, i))
	}
	_, err = access.WhatCan(engine(t, world(strings.Join(many, ", "), strings.Join(limit, ", "), "")), access.Question{Request: model.Request{Principal: role}})
	var large *access.TooLargeError
	require.ErrorAs(t, err, &large)
	require.Contains(t, large.Error(), "name a resource")
}
