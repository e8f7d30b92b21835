package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const someStatement = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`

var documentCases = []ruleCase{
	{name: "A1 an object", in: `{"Version":"2012-10-17","Statement":` + someStatement + `}`},
	{name: "A1 a list", in: `@[]`, want: []string{"error document-form A1"}},
	{name: "A1 a number", in: `@12`, want: []string{"error document-form A1"}},
	{name: "A1 a string that holds nothing", in: `@"x"`, want: []string{"error document-form A1"}},
	{name: "A1 truncated", in: `{"Version":"2012-10-17","Statement":[@`, want: []string{"error syntax A1"}},
	{name: "A3 all duplicate names", in: `{"Version":"2012-10-17",@"Version":"2008-10-17","Statement":{"Effect":"Deny",@"Effect":"Allow"}}`,
		want: []string{"error syntax A1", "error syntax A1"}},
	{name: "A1 YAML", in: "Version: 2012-10-17\nStatement:\n- Effect: Allow\n  Action: s3:GetObject\n  Resource: '*'\n"},
	{name: "A1 not Latin-1 in IAM", in: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":@"arn:aws:s3:::b/日本"}}`,
		want: []string{"warning character-range A1"}},
	{name: "A1 a control character in a name", in: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",` +
		`"Condition":{"StringEquals":{@"aws:x\u0001":"1"}}}}`, want: []string{"warning character-range A1"}},
	{name: "A1 Latin-1 in IAM", in: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":@"arn:aws:s3:::b/é\n"}}`,
		want: []string{"warning resource-blank A16"}},
	{name: "A1 other characters elsewhere", kind: ResourcePolicy,
		in: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/日本"}}`},

	{name: "A4 an unknown element", in: `{"Version":"2012-10-17",@"Statements":[],"Statement":` + someStatement + `}`,
		want: []string{"error unknown-element A4"}},
	{name: "A2 case of an element", in: `@{@"version":"2012-10-17","Statement":` + someStatement + `}`,
		want: []string{"warning version-old A6", "error unknown-element A4"}},
	{name: "A5 another Version", in: `{"Version":@"2012-10-18","Statement":` + someStatement + `}`, want: []string{"error version-value A5"}},
	{name: "A5 Version of a wrong type", in: `{"Version":@["2012-10-17"],"Statement":` + someStatement + `}`, want: []string{"error wrong-type A5"}},
	{name: "A5 Version as a number", in: `{"Version":@@2012,"Statement":` + someStatement + `}`,
		want: []string{"error version-value A5", "warning unquoted-text A5"}},
	{name: "A6 the old Version", in: `{"Version":@"2008-10-17","Statement":` + someStatement + `}`, want: []string{"warning version-old A6"}},
	{name: "A6 no Version", in: `@{"Statement":` + someStatement + `}`, want: []string{"warning version-old A6"}},
	{name: "A6 no Version in a resource-based policy", kind: ResourcePolicy,
		in: `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`},
	{name: "A7 Id in an identity policy", in: `{"Version":"2012-10-17","Id":@"x","Statement":` + someStatement + `}`, want: []string{"warning id-unused A7"}},
	{name: "A7 Id of a wrong type", kind: KeyPolicy,
		in:   `{"Version":"2012-10-17","Id":@{},"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}`,
		want: []string{"error wrong-type A7"}},
	{name: "A7 Id in a resource-based policy", kind: ResourcePolicy,
		in: `{"Version":"2012-10-17","Id":"x","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`},
	{name: "A9 no Statement", in: `@{"Version":"2012-10-17"}`, want: []string{"error statement-missing A9"}},
	{name: "A9 an empty list", in: `{"Version":"2012-10-17","Statement":@[]}`, want: []string{"warning statement-empty A9"}},
	{name: "A9 a string", in: `{"Version":"2012-10-17","Statement":@"Allow"}`, want: []string{"error wrong-type A9"}},
	{name: "A9 null", in: `{"Version":"2012-10-17","Statement":@null}`, want: []string{"error wrong-type A9"}},
	{name: "A9 a string among statements", in: `{"Version":"2012-10-17","Statement":[` + someStatement + `,@"x",@[]]}`,
		want: []string{"error wrong-type A9", "error wrong-type A9"}},
	{name: "A11 one Sid twice", in: `{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"},` +
		`{"Sid":@"a","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"","Effect":"Deny","Action":"*","Resource":"*"}]}`,
		want: []string{"warning sid-duplicate A11"}},
	{name: "A60 too long", kind: SessionPolicy, in: `@{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` +
		strings.Repeat("x", 2048) + `"}}`, want: []string{"warning policy-size A60"}},
	{name: "A60 a bucket policy too long", kind: ResourcePolicy, in: `@{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::` +
		strings.Repeat("x", 20<<10) + `"}}`, want: []string{"warning policy-size A60"}},
	{name: "A60 no quota is known", kind: ResourcePolicy, in: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"arn:aws:sqs:::` +
		strings.Repeat("x", 20<<10) + `"}}`},
	{name: "A60 white space does not count", kind: SessionPolicy, in: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` +
		`x",` + strings.Repeat(" ", 2048) + `"Sid":""}}`},
	{name: "all errors at once, by place", in: `{@"Versio":"2012-10-17",` + "\n" + `"Statement":[{"Effect":@"allow","Action":@"s3","Resource":@"foo"},` + "\n" +
		`@@@{@"Efect":"Allow"}],"Version":"2012-10-17"}`,
		want: []string{"error unknown-element A4", "error effect-value A12", "error action-form A17", "error resource-form A19",
			"error action-missing A14", "error effect-missing A13", "error resource-missing A15", "error unknown-element A8"}},
}

var statementCases = []ruleCase{
	{name: "A8 an unknown element", in: `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",@"Conditions":{}}`, want: []string{"error unknown-element A8"}},
	{name: "A8 a document's element", in: `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",@"Id":"x"}`, want: []string{"error unknown-element A8"}},
	{name: "A2 any order", in: `{"Resource":"*","Action":"s3:GetObject","Sid":"x1","Effect":"Allow"}`},
	{name: "A11 Sid of other characters", in: `{"Sid":@"a b","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, want: []string{"warning sid-characters A11"}},
	{name: "A11 Sid of other characters elsewhere", kind: KeyPolicy, in: `{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}`},
	{name: "A11 Sid as a number", in: `{"Sid":@12,"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, want: []string{"warning unquoted-text A11"}},
	{name: "A11 Sid of a wrong type", in: `{"Sid":@null,"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error wrong-type A11"}},
	{name: "A12 Effect in lower case", in: `{"Effect":@"deny","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error effect-value A12"}},
	{name: "A12 Effect of a wrong type", in: `{"Effect":@true,"Action":"s3:GetObject","Resource":"*"}`, want: []string{"error wrong-type A12"}},
	{name: "A13 no Effect", in: `@{"Action":"s3:GetObject","Resource":"*"}`, want: []string{"error effect-missing A13"}},
	{name: "A14 no Action", in: `@{"Effect":"Allow","Resource":"*"}`, want: []string{"error action-missing A14"}},
	{name: "A14 both", in: `@{"Effect":"Allow","Action":"s3:GetObject","NotAction":"s3:PutObject","Resource":"*"}`, want: []string{"error action-both A14"}},
	{name: "A14 an empty list", in: `{"Effect":"Allow","Action":@[],"Resource":"*"}`, want: []string{"warning empty-list A14"}},
	{name: "A14 an empty NotAction", in: `{"Effect":"Deny","NotAction":@[],"Resource":"*"}`, want: []string{"warning empty-list A14"}},
	{name: "A10 a wrong type", in: `{"Effect":"Allow","Action":@{},"Resource":"*"}`, want: []string{"error wrong-type A14"}},
	{name: "A10 null", in: `{"Effect":"Allow","Action":@null,"Resource":@null}`, want: []string{"error wrong-type A14", "error wrong-type A15"}},
	{name: "A10 wrong types in a list", in: `{"Effect":"Allow","Action":["s3:GetObject",@null,@["s3:PutObject"]],"Resource":"*"}`,
		want: []string{"error wrong-type A14", "error wrong-type A14"}},
	{name: "A15 no Resource", in: `@{"Effect":"Allow","Action":"s3:GetObject"}`, want: []string{"error resource-missing A15"}},
	{name: "A15 both", in: `@{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","NotResource":"*"}`, want: []string{"error resource-both A15"}},
	{name: "A40 Principal in an identity policy", in: `{"Effect":"Allow","Principal":@"*","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error element-forbidden A40"}},
	{name: "A40 Principal in a boundary", kind: PermissionsBoundary, in: `{"Effect":"Allow","Principal":@"*","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error element-forbidden A40"}},
	{name: "A40 NotPrincipal in a session policy", kind: SessionPolicy, in: `{"Effect":"Deny","NotPrincipal":@"*","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error element-forbidden A40"}},
	{name: "A40 Principal in an SCP", kind: ServiceControlPolicy, in: `{"Effect":"Deny","Principal":@"*","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error element-forbidden A40"}},
	{name: "A40 no Principal in a resource-based policy", kind: ResourcePolicy, in: `@{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error principal-missing A40"}},
	{name: "A40 no Principal in an endpoint policy", kind: EndpointPolicy, in: `@{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error principal-missing A40"}},
	{name: "A40 both", kind: ResourcePolicy, in: `@{"Effect":"Deny","Principal":"*","NotPrincipal":"*","Action":"s3:GetObject","Resource":"*"}`, want: []string{"error principal-both A40"}},
	{name: "A41 no Resource in a resource-based policy", kind: ResourcePolicy, in: `{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}`},
	{name: "A15 no Resource in an endpoint policy", kind: EndpointPolicy, in: `@{"Effect":"Allow","Principal":"*","Action":"*"}`, want: []string{"error resource-missing A15"}},
	{name: "E82 no Resource in a key policy", kind: KeyPolicy, in: `@{"Effect":"Allow","Principal":"*","Action":"kms:*"}`, want: []string{"warning resource-absent E82"}},
}

func TestSize(t *testing.T) {
	p, list := ParsePolicy("f", []byte(" {\"Version\": \"2012-10-17\",\n \"Statement\": [{\"Sid\": \"\", \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:Put*\"],"+
		"\"Resource\": \"arn:aws:s3:::a b\\\"c\", \"Condition\": {\"Bool\": {\"aws:SecureTransport\": true}}}]}"), IdentityPolicy, ReadOptions{})
	require.Empty(t, list)
	require.Equal(t, len(`{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":["s3:GetObject","s3:Put*"],`+
		`"Resource":"arn:aws:s3:::ab\"c","Condition":{"Bool":{"aws:SecureTransport":true}}}]}`), p.Size)
}

func TestPolicy(t *testing.T) {
	p, list := ParsePolicy("p.yaml", []byte(`
Version: 2012-10-17
Id: key
Statement:
  - Sid: One
    Effect: Deny
    NotPrincipal: { AWS: [012345670123, "arn:aws:iam::012345670123:role/x"], Service: lambda.amazonaws.com }
    NotAction: [ "kms:Get*", kms:ListKeys ]
    Resource: "*"
    Condition:
      StringEquals: { aws:PrincipalTag/team: [a, b], aws:username: "${aws:userid}" }
      Bool: { aws:SecureTransport: true }
  - Effect: Allow
    Principal: "*"
    Action: kms:Decrypt
    NotResource: "arn:aws:kms:*:*:key/1"
`), KeyPolicy, ReadOptions{})
	require.Empty(t, list)
	require.Equal(t, KeyPolicy, p.Kind)
	require.Equal(t, "2012-10-17", p.Version)
	require.True(t, p.Variables)
	require.Equal(t, "key", p.ID)
	require.Equal(t, "p.yaml:2:1", p.Position.String())
	require.Len(t, p.Statements, 2)

	one := p.Statements[0]
	require.Equal(t, "p.yaml:5:5", one.Position.String())
	require.Equal(t, "One", one.Sid)
	require.Equal(t, Deny, one.Effect)
	require.Equal(t, &Principals{Not: true, Entries: []Principal{
		{AWSPrincipal, "012345670123"}, {AWSPrincipal, "arn:aws:iam::012345670123:role/x"}, {ServicePrincipal, "lambda.amazonaws.com"},
	}}, one.Principals)
	require.True(t, one.NotAction)
	require.Equal(t, []string{"kms:Get*", "kms:ListKeys"}, one.Actions)
	require.True(t, one.HasResource)
	require.False(t, one.NotResource)
	require.Len(t, one.Condition, 3)
	require.Equal(t, "aws:PrincipalTag/team", one.Condition[0].Key())
	require.Equal(t, []string{"a", "b"}, one.Condition[0].Values())
	require.Equal(t, []string{"aws:userid"}, one.Condition[1].Variables())
	require.Equal(t, []string{"true"}, one.Condition[2].Values())

	two := p.Statements[1]
	require.Equal(t, 1, two.Index)
	require.Equal(t, Allow, two.Effect)
	require.Equal(t, []Principal{{AWSPrincipal, "*"}}, two.Principals.Entries)
	require.True(t, two.NotResource)
	require.Nil(t, two.Condition)

	p, _ = ParsePolicy("f", []byte(`{"Statement":`+someStatement+`}`), IdentityPolicy, ReadOptions{})
	require.Equal(t, "2008-10-17", p.Version)
	require.False(t, p.Variables)
	require.Nil(t, p.Statements[0].Principals)
}
