package model

import "strings"

// to writes a statement of a resource-based policy for a principal.
func to(principal string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"*"}`
}

// except writes a statement of a resource-based policy with NotPrincipal.
func except(effect, principal string) string {
	return `{"Effect":"` + effect + `","NotPrincipal":` + principal + `,"Action":"s3:GetObject","Resource":"*"}`
}

// trusting writes a statement of a trust policy for a principal.
func trusting(principal, condition string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRoleWithWebIdentity","Condition":` + condition + `}`
}

const github = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"

var principalCases = []ruleCase{
	{name: "A30 everybody", kind: ResourcePolicy, in: to(`"*"`)},
	{name: "A30 everybody as AWS", kind: ResourcePolicy, in: to(`{"AWS":"*"}`)},
	{name: "A30 a text", kind: ResourcePolicy, in: to(`@"111111111111"`), want: []string{"error principal-form A30"}},
	{name: "A30 a list", kind: ResourcePolicy, in: to(`@["*"]`), want: []string{"error principal-form A30"}},
	{name: "A30 null", kind: ResourcePolicy, in: to(`@null`), want: []string{"error principal-form A30"}},
	{name: "A30 an empty object", kind: ResourcePolicy, in: to(`@{}`), want: []string{"error principal-form A30"}},
	{name: "A30 an unknown type", kind: ResourcePolicy, in: to(`{@"aws":"*"}`), want: []string{"error principal-form A30"}},
	{name: "A30 a wrong type of value", kind: ResourcePolicy, in: to(`{"AWS":["*",@null,@{}]}`), want: []string{"error wrong-type A30", "error wrong-type A30"}},
	{name: "A30 an empty list", kind: ResourcePolicy, in: to(`{"AWS":@[]}`), want: []string{"warning empty-list A30"}},
	{name: "A31 AWS", kind: ResourcePolicy, in: to(`{"AWS":["111111111111",222222222222,"arn:aws:iam::111111111111:root","arn:aws-cn:iam::111111111111:user/a/b",` +
		`"arn:aws:iam::111111111111:role/svc/x","arn:aws:sts::111111111111:assumed-role/y/s","arn:aws:sts::111111111111:federated-user/f","AIDAEXAMPLE","AROAEXAMPLE",` +
		`"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"]}`)},
	{name: "A31 no principal", kind: ResourcePolicy, in: to(`{"AWS":[@"alice",@"11111111111",@"arn:aws:s3:::b",@"arn:aws:iam::aws:user/x",@"arn:aws:iam::111111111111:user/",` +
		`@"arn:aws:iam::111111111111:policy/x",@"arn:aws:iam:us-east-1:111111111111:user/x",@"AKIAEXAMPLE",@"",@"lambda.amazonaws.com",` +
		`@"arn:aws:iam::111111111111:assumed-role/x/y",@"arn:aws:sts::111111111111:assumed-role/x",@"arn:aws:sts::111111111111:x",@"` + github + `"]}`),
		want: strings.Split(strings.TrimSuffix(strings.Repeat("error principal-value A31,", 14), ","), ",")},
	{name: "B33 a session with a path", kind: ResourcePolicy, in: to(`{"AWS":@"arn:aws:sts::111111111111:assumed-role/svc/x/s"}`), want: []string{"warning principal-session-path B33"}},
	{name: "A33 no principals", kind: ResourcePolicy,
		in:   to(`{"AWS":[@"arn:aws:iam::111111111111:group/g",@"arn:aws:iam::111111111111:instance-profile/p",@"AGPAEXAMPLE",@"arn:aws:identitystore:::user/x"]}`),
		want: []string{"warning principal-kind A33", "warning principal-kind A33", "warning principal-kind A33", "warning principal-kind A33"}},
	{name: "A31 services", kind: ResourcePolicy, in: to(`{"Service":["lambda.amazonaws.com","s3.eu-west-1.amazonaws.com"]}`)},
	{name: "A31 no service", kind: ResourcePolicy, in: to(`{"Service":[@"lambda",@"arn:aws:iam::111111111111:root",@"a b.amazonaws.com"]}`),
		want: []string{"error principal-value A31", "error principal-value A31", "error principal-value A31"}},
	{name: "A31 canonical user ids", kind: ResourcePolicy, in: to(`{"CanonicalUser":["` + strings.Repeat("0a", 32) + `",@"0a"]}`), want: []string{"error principal-value A31"}},
	{name: "A31 providers", kind: TrustPolicy,
		in: trusting(`{"Federated":["arn:aws:iam::111111111111:saml-provider/x","cognito-identity.amazonaws.com"]}`, `{"StringEquals":{"cognito-identity.amazonaws.com:aud":"x"}}`)},
	{name: "A31 no providers", kind: ResourcePolicy, in: to(`{"Federated":[@"google.com",@"arn:aws:iam::111111111111:role/x",@"arn:aws:iam::x:saml-provider/x"]}`),
		want: []string{"error principal-value A31", "error principal-value A31", "error principal-value A31"}},
	{name: "A31 a provider's name outside a trust policy", kind: ResourcePolicy, in: to(`{"Federated":@"accounts.google.com"}`), want: []string{"warning federated-place A31"}},
	{name: "A32 a wildcard as service", kind: ResourcePolicy, in: to(`{"Service":@"*"}`), want: []string{"error principal-wildcard A32"}},
	{name: "A32 a wildcard as provider", kind: TrustPolicy, in: trusting(`{"Federated":@"*"}`, `{"StringEquals":{"*:aud":"x"}}`), want: []string{"error principal-wildcard A32"}},
	{name: "A32 a wildcard in an account", kind: ResourcePolicy, in: to(`{"AWS":@"11111111111*"}`), want: []string{"error principal-wildcard A32"}, options: ReadOptions{Lenient: true}},
	{name: "A32 a wildcard in an ARN", kind: ResourcePolicy, in: to(`{"AWS":@"arn:aws:iam::111111111111:role/*"}`), want: []string{"error principal-arn-wildcard B35"}},
	{name: "B35 a wildcard in an ARN, leniently", kind: ResourcePolicy, in: to(`{"AWS":@"arn:aws:iam::*:root"}`), want: []string{"warning principal-arn-wildcard B35"}, options: ReadOptions{Lenient: true}},
	{name: "B35 not in NotPrincipal", kind: ResourcePolicy, in: except("Deny", `{"AWS":@"arn:aws:iam::111111111111:role/*"}`), want: []string{"error principal-wildcard A32"}, options: ReadOptions{Lenient: true}},
	{name: "D5 a variable", kind: ResourcePolicy, in: to(`{"AWS":@"arn:aws:iam::111111111111:user/${aws:username}"}`), want: []string{"warning variable-place D5"}},
	{name: "A34 NotPrincipal", kind: ResourcePolicy, in: except("Deny", `{"AWS":"111111111111"}`)},
	{name: "A34 NotPrincipal with Allow", kind: ResourcePolicy, in: except("Allow", `@{"AWS":"111111111111"}`), want: []string{"warning not-principal-allow A34"}},
	{name: "A34 NotPrincipal in a trust policy", kind: TrustPolicy, in: `{"Effect":"Deny","NotPrincipal":@{"AWS":"111111111111"},"Action":"sts:AssumeRole"}`,
		want: []string{"error element-forbidden A34"}},
	{name: "A72 a role and its session", kind: ResourcePolicy,
		in:   to(`{"AWS":["arn:aws:iam::111111111111:role/svc/x",@"arn:aws:sts::111111111111:assumed-role/x/s","arn:aws:sts::222222222222:assumed-role/x/s"]}`),
		want: []string{"warning redundant-principal A72"}},
	{name: "A43 GitHub without the subject", kind: TrustPolicy,
		in:   "@" + trusting(`{"Federated":"`+github+`"}`, `{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`),
		want: []string{"warning federated-unconditioned A43"}},
	{name: "A43 GitHub with the subject", kind: TrustPolicy,
		in: trusting(`{"Federated":"`+github+`"}`, `{"StringLike":{"token.actions.githubusercontent.com:SUB":"repo:me/x:*"}}`)},
	{name: "A43 a provider of one's own", kind: TrustPolicy,
		in: trusting(`{"Federated":"arn:aws:iam::111111111111:oidc-provider/id.example.com/x"}`, `{"StringEquals":{"id.example.com/x:aud":"y"}}`)},
	{name: "A43 a provider of one's own without condition", kind: TrustPolicy,
		in:   "@" + trusting(`{"Federated":"arn:aws:iam::111111111111:oidc-provider/id.example.com/x"}`, `{}`),
		want: []string{"warning federated-unconditioned A43"}},
}
