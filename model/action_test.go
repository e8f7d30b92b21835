package model

// allow writes a statement of an identity policy that allows an action.
func allow(action string) string {
	return `{"Effect":"Allow","Action":` + action + `,"Resource":"*"}`
}

// grant writes a statement of a resource-based policy that allows an action.
func grant(action string) string {
	return `{"Effect":"Allow","Principal":"*","Action":` + action + `,"Resource":"*"}`
}

// trust writes a statement of a trust policy that allows an action.
func trust(action string) string {
	return `{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":` + action + `}`
}

var actionCases = []ruleCase{
	{name: "A17 everything", in: allow(`"*"`)},
	{name: "A17 forms", in: allow(`["s3:Get*","S3:?etObject","execute-api:Invoke","a4b.x:*","*:Get*","s3:*"]`)},
	{name: "A17 no colon", in: allow(`@"s3"`), want: []string{"error action-form A17"}},
	{name: "A17 two stars", in: allow(`@"**"`), want: []string{"error action-form A17"}},
	{name: "A17 empty", in: allow(`@""`), want: []string{"error action-form A17"}},
	{name: "A17 two colons", in: allow(`["s3:GetObject",@"s3:Get:Object"]`), want: []string{"error action-form A17"}},
	{name: "A17 two actions in one string", in: allow(`@"s3:Get, s3:Put"`), want: []string{"error action-form A17"}},
	{name: "A17 empty prefix", in: allow(`@":GetObject"`), want: []string{"error action-form A17"}},
	{name: "A17 in NotAction", in: `{"Effect":"Deny","NotAction":@"s3","Resource":"*"}`, want: []string{"error action-form A17"}},
	{name: "A17 a number", in: allow(`@10`), want: []string{"error action-form A17"}},
	{name: "A17 no name", in: allow(`@"s3:"`), want: []string{"warning action-name-empty A17"}},
	{name: "A17 characters of the prefix", in: allow(`@"s_3:GetObject"`), want: []string{"warning action-prefix-characters A17"}},
	{name: "B5 a blank behind", in: allow(`@"s3:GetObject "`), want: []string{"warning action-blank B5"}},
	{name: "A16 a blank before", in: allow(`@" s3:GetObject"`), want: []string{"warning action-blank B5"}},
	{name: "B5 a comma", in: allow(`@"s3:{Get,Put}Object"`), want: []string{"warning action-blank B5"}},
	{name: "D5 a variable", in: allow(`@"s3:${aws:username}"`), want: []string{"warning variable-place D5"}},

	{name: "A17 a partial prefix in an identity policy", in: allow(`@"s3*:Get*"`), want: []string{"error action-prefix-wildcard A17"}},
	{name: "A17 a partial prefix in a boundary", kind: PermissionsBoundary, in: allow(`@"?3:Get*"`), want: []string{"error action-prefix-wildcard A17"}},
	{name: "A17 a partial prefix in a session policy", kind: SessionPolicy, in: allow(`@"*3:Get*"`), want: []string{"error action-prefix-wildcard A17"}},
	{name: "A17 a partial prefix in an SCP", kind: ServiceControlPolicy, in: allow(`@"s3*:Get*"`), want: []string{"error action-prefix-wildcard A17"}},
	{name: "B4 a partial prefix in a resource-based policy", kind: ResourcePolicy, in: grant(`@"s3*:Get*"`), want: []string{"warning action-prefix-glob B4"}},
	{name: "B4 a partial prefix in an endpoint policy", kind: EndpointPolicy, in: grant(`@"s3*:Get*"`), want: []string{"warning action-prefix-glob B4"}},
	{name: "B4 a partial prefix, leniently", in: allow(`@"s3*:Get*"`), want: []string{"warning action-prefix-wildcard A17"}, options: ReadOptions{Lenient: true}},
	{name: "B4 a partial prefix in NotAction is never lenient", in: `{"Effect":"Allow","NotAction":@"s3*:Get*","Resource":"*"}`,
		want: []string{"error action-prefix-wildcard A17"}, options: ReadOptions{Lenient: true}},
	{name: "B4 a partial prefix in an SCP is never lenient", kind: ServiceControlPolicy, in: allow(`@"s3*:Get*"`),
		want: []string{"error action-prefix-wildcard A17"}, options: ReadOptions{Lenient: true}},
	{name: "B4 any service in an SCP", kind: ServiceControlPolicy, in: allow(`@"*:Get*"`), want: []string{"warning action-prefix-glob B4"}},

	{name: "A42 what a trust policy allows", kind: TrustPolicy,
		in: trust(`["sts:AssumeRole","STS:assumerolewithsaml","sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity","sts:SetContext","sts:*"]`)},
	{name: "A42 another action", kind: TrustPolicy, in: trust(`["sts:AssumeRole",@"s3:GetObject",@"sts:GetCallerIdentity"]`),
		want: []string{"error trust-action A42", "error trust-action A42"}},
	{name: "A42 every action", kind: TrustPolicy, in: trust(`@"*"`), want: []string{"error trust-action A42"}},
	{name: "A42 every service", kind: TrustPolicy, in: trust(`@"*:AssumeRole"`), want: []string{"error trust-action A42"}},
	{name: "A42 a partial prefix", kind: TrustPolicy, in: trust(`@"st*:AssumeRole"`), want: []string{"error trust-action A42"}, options: ReadOptions{Lenient: true}},
	{name: "A42 a pattern", kind: TrustPolicy, in: trust(`@"sts:AssumeRole*"`), want: []string{"error trust-action-wildcard A42"}},
	{name: "A42 a pattern, leniently", kind: TrustPolicy, in: trust(`@"sts:AssumeRole*"`), want: []string{"warning trust-action-wildcard A42"}, options: ReadOptions{Lenient: true}},
	{name: "A42 a pattern of other actions", kind: TrustPolicy, in: trust(`@"sts:Get*"`), want: []string{"error trust-action A42"}, options: ReadOptions{Lenient: true}},
	{name: "A42 Resource in a trust policy", kind: TrustPolicy,
		in:   `{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole","Resource":@"*"}`,
		want: []string{"error element-forbidden A42"}},

	{name: "A72 PassRole on every role", in: allow(`["s3:*",@"iam:passrole"]`), want: []string{"warning pass-role-any A72"}},
	{name: "A72 PassRole on a role", in: `{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111111111111:role/x"}`},
	{name: "A72 PassRole to a service", in: `{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}`},
	{name: "A72 a denied PassRole", in: `{"Effect":"Deny","Action":"iam:PassRole","Resource":"*"}`},
	{name: "a finding of AWS's own policies is left out", in: allow(`"iam:PassRole"`), options: ReadOptions{AWSManaged: true}},
	{name: "an error of AWS's own policies is not", in: allow(`@"iam"`), want: []string{"error action-form A17"}, options: ReadOptions{AWSManaged: true}},
}

// on writes a statement of an identity policy on a resource.
func on(resource string) string {
	return `{"Effect":"Allow","Action":"s3:GetObject","Resource":` + resource + `}`
}

// at writes a statement of a resource-based policy on a resource.
func at(resource string) string {
	return `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":` + resource + `}`
}

var resourceCases = []ruleCase{
	{name: "A19 forms", in: on(`["*","arn:aws:s3:::b/*","arn:aws-cn:sqs:cn-north-1:111111111111:q","arn:*:s3:::b","arn:aws-us-gov:s3:::b"]`)},
	{name: "A19 no ARN in an identity policy", in: on(`@"foo"`), want: []string{"error resource-form A19"}},
	{name: "A19 no ARN in a session policy", kind: SessionPolicy, in: on(`@"b/*"`), want: []string{"error resource-form A19"}},
	{name: "A19 two stars", in: on(`@"**"`), want: []string{"error resource-form A19"}},
	{name: "A19 upper case", in: on(`@"ARN:aws:s3:::b"`), want: []string{"error resource-form A19"}},
	{name: "A16 a blank before an ARN", in: on(`@" arn:aws:s3:::b"`), want: []string{"error resource-form A19"}},
	{name: "A19 in NotResource", in: `{"Effect":"Deny","Action":"s3:GetObject","NotResource":@"foo"}`, want: []string{"error resource-form A19"}},
	{name: "A19 no ARN in an SCP", kind: ServiceControlPolicy, in: on(`@"foo"`), want: []string{"error resource-form A19"}},
	{name: "A19 no ARN in a resource-based policy", kind: ResourcePolicy, in: at(`@"foo"`), want: []string{"warning resource-inert A19"}},
	{name: "A19 no ARN in an endpoint policy", kind: EndpointPolicy, in: at(`@"foo"`), want: []string{"warning resource-inert A19"}},
	{name: "A19 the short form of API Gateway", kind: ResourcePolicy, in: at(`"execute-api:/prod/GET/x"`)},
	{name: "A19 an unknown partition", in: on(`@"arn:aws-ch:s3:::b"`), want: []string{"warning resource-partition A19"}},
	{name: "A19 a wildcard in the service", in: on(`[@"arn:aws:s*:::b",@"arn:aws::::b",@@"arn:aws:*"]`),
		want: []string{"warning resource-service A19", "warning resource-service A19", "warning resource-service A19", "warning resource-short B15"}},
	{name: "B15 fewer fields", in: on(`@"arn:aws:sqs"`), want: []string{"warning resource-short B15"}},
	{name: "B15 fewer fields in a resource-based policy", kind: ResourcePolicy, in: at(`@"arn:aws:sqs:*"`), want: []string{"warning resource-short B15"}},
	{name: "A20 IAM without region", in: on(`@"arn:aws:iam:us-east-1:111111111111:role/x"`), want: []string{"warning resource-iam A20"}},
	{name: "A20 types of IAM", in: on(`["arn:aws:iam::111111111111:role/x","arn:aws:iam::*:*","arn:aws:iam::111111111111:root","arn:aws:iam:*:1:mfa/x"]`)},
	{name: "A20 an unknown type of IAM", in: on(`[@"arn:aws:iam::111111111111:roles/x",@"arn:aws:iam::111111111111:role*"]`),
		want: []string{"warning resource-iam A20", "warning resource-iam A20"}},
	{name: "A21 a wildcard in the type", in: on(`@"arn:aws:iam::111111111111:u*/alice"`), want: []string{"warning resource-type-wildcard A21"}},
	{name: "A20 a bucket with a region", in: on(`@"arn:aws:s3:us-east-1::b"`), want: []string{"warning resource-s3-region A20"}},
	{name: "A20 S3 ARNs with a region", in: on(`["arn:aws:s3:us-east-1:111111111111:accesspoint/x","arn:aws:s3:*:*:job/*","arn:aws:s3:*::b"]`)},
	{name: "A16 a blank at the end", in: on(`@"arn:aws:s3:::b "`), want: []string{"warning resource-blank A16"}},
	{name: "A16 a blank in the fields", in: on(`@@"arn:aws:s3: ::b"`), want: []string{"warning resource-blank A16", "warning resource-s3-region A20"}},
	{name: "A16 a blank in a key", in: on(`"arn:aws:s3:::b/my file"`)},
	{name: "A23 null", in: on(`["*",@null]`), want: []string{"error resource-null A23"}},
	{name: "A23 null, leniently", in: on(`["*",@null]`), want: []string{"warning resource-null A23"}, options: ReadOptions{Lenient: true}},
	{name: "A23 null in NotResource is never lenient", in: `{"Effect":"Allow","Action":"s3:GetObject","NotResource":["*",@null]}`,
		want: []string{"error wrong-type A15"}, options: ReadOptions{Lenient: true}},
	{name: "A15 an empty list", in: on(`@[]`), want: []string{"warning empty-list A15"}},
	{name: "D1 variables", in: on(`["arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::b/${aws:PrincipalTag/x, 'none'}","arn:aws:s3:::b/${*}"]`)},
	{name: "D2 syntax of variables", in: on(`[@"arn:aws:s3:::b/${aws:username",@"arn:aws:s3:::b/${}",@"arn:aws:s3:::b/${aws: username}",@"arn:aws:s3:::b/${a${b}}"]`),
		want: []string{"error variable-syntax D2", "error variable-syntax D2", "error variable-syntax D2", "error variable-syntax D2"}},
	{name: "D5 a variable in another field", in: on(`[@"arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q",@@"arn:aws:sqs:${aws:"]`),
		want: []string{"warning variable-place D5", "warning resource-short B15", "warning variable-place D5"}},
}
