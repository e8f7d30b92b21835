package lint

import "iamsim/model"

func allow(action, resource string) string {
	return `{"Effect":"Allow","Action":` + action + `,"Resource":` + resource + `}`
}

var actionCases = []lintCase{
	{name: "an action that exists", in: allow(`"s3:getobject"`, `"*"`)},
	{name: "an unknown action", in: allow(`@"s3:GetObjct"`, `"*"`), want: []string{"unknown-action"}},
	{name: "an unknown action beside a known one", in: allow(`["s3:GetObject",@"s3:HeadObject"]`, `"*"`), want: []string{"unknown-action"}},
	{name: "an unknown action in NotAction", in: `{"Effect":"Deny","NotAction":["iam:GetUser",@"iam:GetUsr"],"Resource":"*"}`, want: []string{"unknown-action"}},
	{name: "an unknown service", in: allow(`@"s4:GetObject"`, `"*"`), want: []string{"unknown-service"}},
	{name: "an unknown service with a pattern", in: allow(`@"s4:*"`, `"*"`), want: []string{"unknown-service"}},
	{name: "a pattern of a known service", in: allow(`"s3:Get*"`, `"*"`)},
	{name: "a pattern that matches nothing", in: allow(`@"s3:Fetch*"`, `"*"`), want: []string{"action-pattern-unmatched"}},
	{name: "a pattern of one question mark too many", in: allow(`[@"sqs:SendMessage?","sqs:SendMessage"]`, `"*"`), want: []string{"action-pattern-unmatched"}},
	{name: "a pattern over all services", in: allow(`"*:Describe*"`, `"*"`)},
	{name: "a pattern over all services that matches nothing", in: allow(`@"*:Frobnicate*"`, `"*"`), want: []string{"action-pattern-unmatched"}},
	{name: "every action", in: allow(`"*"`, `"arn:aws:s3:::b"`)},
	{name: "what model reports is not said again", in: `@` + allow(`["s3:", "s3:GetObject "]`, `"*"`), want: []string{"statement-inert"}},

	{name: "a statement of unknown actions", in: `@` + allow(`[@"s3:Foo",@"s3:Bar"]`, `"*"`), want: []string{"statement-inert", "unknown-action", "unknown-action"}},
	{name: "a statement with one action that can apply", in: allow(`[@"s3:Foo","s3:GetObject"]`, `"*"`), want: []string{"unknown-action"}},
	{name: "no actions", in: `@` + allow(`[]`, `"*"`), want: []string{"statement-inert"}},
	{name: "NotAction of everything", in: `@{"Effect":"Deny","NotAction":"*","Resource":"*"}`, want: []string{"statement-inert"}},
	{name: "NotAction of a service", in: `{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}`},
	{name: "an empty NotAction is every action", in: `{"Effect":"Deny","NotAction":[],"Resource":"*"}`},
	{name: "no resources", in: `@` + allow(`"s3:GetObject"`, `[]`), want: []string{"statement-inert"}},
	{name: "NotResource of everything", in: `@{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::b","*"]}`, want: []string{"statement-inert"}},
	{name: "NotResource of a bucket", in: `{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::b"]}`},
	{name: "nobody", kind: model.ResourcePolicy, in: `@{"Effect":"Deny","Principal":{"AWS":[]},"Action":"s3:*","Resource":"*"}`, want: []string{"statement-inert"}},
	{name: "everybody but everybody", kind: model.ResourcePolicy, in: `@{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}`, want: []string{"statement-inert"}},
	{name: "everybody but one account", kind: model.ResourcePolicy, in: `{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`},
}

var resourceCases = []lintCase{
	{name: "an object's action on a bucket", in: allow(`@"s3:GetObject"`, `"arn:aws:s3:::b"`), want: []string{"action-resource-mismatch"}},
	{name: "an object's action on objects", in: allow(`"s3:GetObject"`, `"arn:aws:s3:::b/*"`)},
	{name: "an object's action on all of S3", in: allow(`"s3:GetObject"`, `"arn:aws:s3:::*"`)},
	{name: "an object's action on a variable", in: allow(`"s3:GetObject"`, `"arn:aws:s3:::${aws:username}"`)},
	{name: "an action on another service", in: allow(`@"sqs:SendMessage"`, `"arn:aws:sns:eu-west-1:111122223333:t"`), want: []string{"action-resource-mismatch"}},
	{name: "an action on a short ARN", in: allow(`"sqs:SendMessage"`, `"arn:aws:sqs"`)},
	{name: "a pattern of which one action fits", in: allow(`"s3:*"`, `"arn:aws:s3:::b"`)},
	{name: "a pattern of which none fits", in: allow(`@"s3:GetObject*"`, `"arn:aws:s3:::b"`), want: []string{"action-resource-mismatch"}},
	{name: "bucket and object with an action each", in: allow(`["s3:GetObject","s3:ListBucket"]`, `["arn:aws:s3:::b","arn:aws:s3:::b/*"]`)},
	{name: "a resource of no action", in: allow(`["s3:GetObject"]`, `["arn:aws:s3:::b/*",@"arn:aws:s3:::b"]`), want: []string{"resource-unmatched"}},
	{name: "a resource beside an unknown action", in: allow(`["s3:GetObject",@"s3:Foo"]`, `["arn:aws:s3:::b/*","arn:aws:s3:::b"]`), want: []string{"unknown-action"}},
	{name: "a resource of another service", in: allow(`"lambda:InvokeFunction"`, `["arn:aws:lambda:eu-west-1:111122223333:function:f",@"arn:aws:dynamodb:eu-west-1:111122223333:table/t"]`), want: []string{"resource-unmatched"}},
	{name: "no mismatch of NotResource", in: `{"Effect":"Deny","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b"}`},
	{name: "no mismatch of NotAction", in: `{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"arn:aws:s3:::b"}`},

	{name: "an action without resources on an ARN", in: allow(`@"ec2:DescribeInstances"`, `"arn:aws:ec2:*:*:instance/*"`), want: []string{"action-needs-star"}},
	{name: "an action without resources on everything", in: allow(`"ec2:DescribeInstances"`, `"*"`)},
	{name: "the exception for buckets", in: allow(`"s3:ListAllMyBuckets"`, `"arn:aws:s3:::*"`)},
	{name: "a statement of which neither action fits", in: `@` + allow(`[@"s3:GetObject",@"s3:ListAllMyBuckets"]`, `"arn:aws:s3:::b"`),
		want: []string{"statement-inert", "action-resource-mismatch", "action-needs-star"}},
	{name: "load balancers, whose data is of one page", in: allow(`"elasticloadbalancing:AddTags"`, `"arn:aws:elasticloadbalancing:*:*:targetgroup/x/*"`)},
	{name: "load balancers on another service", in: allow(`@"elasticloadbalancing:AddTags"`, `"arn:aws:ec2:*:*:instance/*"`), want: []string{"action-resource-mismatch"}},
	{name: "log groups, which denials name", in: allow(`"logs:DescribeLogGroups"`, `"arn:aws:logs:*:*:log-group:*"`)},
}

func with(action, condition string) string {
	return `{"Effect":"Allow","Action":` + action + `,"Resource":"*","Condition":` + condition + `}`
}

var keyCases = []lintCase{
	{name: "a key of the service", in: with(`"s3:ListBucket"`, `{"StringEquals":{"S3:Prefix":"home"}}`)},
	{name: "an unknown key of a service", in: with(`"s3:ListBucket"`, `{"StringEquals":{@"s3:prefx":"home"}}`), want: []string{"unknown-condition-key"}},
	{name: "a key of an unknown service", in: with(`"s3:ListBucket"`, `{"StringEquals":{@"s4:prefix":"home"}}`), want: []string{"unknown-condition-key"}},
	{name: "a global key that is like none", in: with(`"s3:ListBucket"`, `{"StringEquals":{@"aws:FrobnicatedByDepartment":"home"}}`), want: []string{"unknown-condition-key"}},
	{name: "a global key that model reports", in: with(`"s3:ListBucket"`, `{"StringEquals":{"aws:PrincipalOrgId2":"home"}}`)},
	{name: "a claim of a provider", in: with(`"sts:AssumeRole"`, `{"StringEquals":{"token.example.com:team":"x"}}`)},
	{name: "a tag", in: with(`"ec2:StartInstances"`, `{"StringEquals":{"aws:ResourceTag/team":"x"}}`)},

	{name: "a key that the action never has", in: with(`"s3:GetObject"`, `{"StringEquals":{@"s3:prefix":"x"}}`), want: []string{"condition-key-absent"}},
	{name: "a key that the action never has, with IfExists", in: with(`"s3:GetObject"`, `{"StringEqualsIfExists":{@"s3:prefix":"x"}}`), want: []string{"condition-key-absent"}},
	{name: "a key of another service", in: with(`"sqs:SendMessage"`, `{"StringEquals":{@"s3:prefix":"x"}}`), want: []string{"condition-key-absent"}},
	{name: "a key that one of two actions has", in: with(`["s3:GetObject","s3:ListBucket"]`, `{"StringEquals":{@"s3:prefix":"x"}}`), want: []string{"condition-key-partial"}},
	{name: "a key that one of two actions has, with IfExists", in: with(`["s3:GetObject","s3:ListBucket"]`, `{"StringLikeIfExists":{"s3:prefix":"x"}}`)},
	{name: "a key that one action of a pattern has", in: with(`"s3:*"`, `{"StringEquals":{"s3:prefix":"x"}}`)},
	{name: "a key under every action", in: with(`"*"`, `{"StringEquals":{"s3:prefix":"x"}}`)},
	{name: "a global key", in: with(`"s3:GetObject"`, `{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)},
	{name: "a global key of tags that the action does not have", in: with(`"kms:ListKeys"`, `{"StringEquals":{@"aws:ResourceTag/team":"x"}}`), want: []string{"condition-key-absent"}},
	{name: "a trust that tags the session", kind: model.TrustPolicy,
		in: `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"sts:ExternalId":"x"}}}`},

	{name: "a number that is compared as a text", in: with(`"s3:ListBucket"`, `{"StringEquals":{@"s3:max-keys":"10"}}`), want: []string{"condition-key-type"}},
	{name: "a number that is compared as one", in: with(`"s3:ListBucket"`, `{"NumericLessThan":{"s3:max-keys":"10"}}`)},
	{name: "a text that is compared as a number", in: with(`"s3:ListBucket"`, `{"NumericEquals":{@"s3:prefix":"10"}}`), want: []string{"condition-key-type"}},
	{name: "several values without a set operator", in: with(`"dynamodb:GetItem"`, `{"StringEquals":{@"dynamodb:Attributes":["a","b"]}}`), want: []string{"bare-operator-multivalued"}},
	{name: "several values with a set operator", in: with(`"dynamodb:GetItem"`, `{"ForAnyValue:StringEquals":{"dynamodb:Attributes":["a","b"]}}`)},
	{name: "one value with a set operator", in: with(`"s3:ListBucket"`, `{"ForAnyValue:StringEquals":{@"s3:prefix":["a","b"]}}`), want: []string{"set-operator-single"}},
	{name: "presence needs no type", in: with(`"s3:ListBucket"`, `{"Null":{"s3:max-keys":"false"}}`)},

	{name: "a variable of no key", in: allow(`"s3:GetObject"`, `@"arn:aws:s3:::b/${aws:usernme}/*"`), want: []string{"unknown-variable-key"}},
	{name: "a variable of a key", in: allow(`"s3:GetObject"`, `"arn:aws:s3:::b/${aws:username}/${aws:PrincipalTag/team}/*"`)},
	{name: "a variable of no key in a condition", in: with(`"s3:ListBucket"`, `{"StringLike":{"s3:prefix":["x",@"${aws:usernme}/*"]}}`), want: []string{"unknown-variable-key"}},
	{name: "an escape", in: allow(`"s3:GetObject"`, `"arn:aws:s3:::b/${*}"`)},
}

var contradictionCases = []lintCase{
	{name: "two values of one key", in: with(`"s3:GetObject"`, `{"StringEquals":{"aws:PrincipalAccount":"111122223333"},"StringLike":{@"aws:PrincipalAccount":"4*"}}`), want: []string{"condition-contradiction"}},
	{name: "two values of one key, of which one fits", in: with(`"s3:GetObject"`, `{"StringEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]},"StringLike":{"aws:PrincipalAccount":"4*"}}`)},
	{name: "a value and its negation", in: with(`"s3:GetObject"`, `{"StringEquals":{"aws:username":"a"},"StringNotEquals":{@"aws:username":["a","b"]}}`), want: []string{"condition-contradiction"}},
	{name: "two patterns", in: with(`"s3:GetObject"`, `{"StringLike":{"aws:username":"a*"},"StringNotLike":{"aws:username":"*b"}}`)},
	{name: "two patterns that may overlap", in: with(`"s3:GetObject"`, `{"StringLike":{"aws:username":"a*"},"StringEqualsIgnoreCase":{"aws:username":"AB"}}`)},
	{name: "a key that is there and is not", in: with(`"s3:GetObject"`, `{"Null":{"aws:username":"true"},"StringEquals":{@"aws:username":"a"}}`), want: []string{"condition-contradiction"}},
	{name: "a key that is not there, or differs", in: with(`"s3:GetObject"`, `{"Null":{"aws:username":"true"},"StringNotEquals":{"aws:username":"a"}}`)},
	{name: "true and false", in: with(`"s3:GetObject"`, `{"Bool":{"aws:SecureTransport":"true"},"BoolIfExists":{@"aws:SecureTransport":"false"}}`), want: []string{"condition-contradiction"}},
	{name: "a text that is no number is another fault", in: with(`"s3:ListBucket"`, `{"NumericLessThan":{"s3:max-keys":"6"},"NumericEquals":{"s3:max-keys":"x"}}`)},
	{name: "true twice", in: with(`"s3:GetObject"`, `{"Bool":{"aws:SecureTransport":"true"},"BoolIfExists":{"aws:SecureTransport":"true"}}`)},
	{name: "an empty range of numbers", in: with(`"s3:ListBucket"`, `{"NumericLessThan":{"s3:max-keys":"5"},"NumericGreaterThan":{@"s3:max-keys":"10"}}`), want: []string{"condition-contradiction"}},
	{name: "a range of numbers", in: with(`"s3:ListBucket"`, `{"NumericLessThan":{"s3:max-keys":"6"},"NumericGreaterThan":{"s3:max-keys":"5"}}`)},
	{name: "a number out of range", in: with(`"s3:ListBucket"`, `{"NumericLessThan":{"s3:max-keys":"6"},"NumericEquals":{@"s3:max-keys":"7"}}`), want: []string{"condition-contradiction"}},
	{name: "an empty range of dates", in: with(`"s3:GetObject"`, `{"DateGreaterThan":{"aws:CurrentTime":"2026-02-01T00:00:00Z"},"DateLessThan":{@"aws:CurrentTime":"2026-01-01"}}`), want: []string{"condition-contradiction"}},
	{name: "a range of dates", in: with(`"s3:GetObject"`, `{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2026-02-01"}}`)},
	{name: "two networks", in: with(`"s3:GetObject"`, `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"IpAddressIfExists":{@"aws:SourceIp":"192.168.0.0/16"}}`), want: []string{"condition-contradiction"}},
	{name: "a network in another", in: with(`"s3:GetObject"`, `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"IpAddressIfExists":{"aws:SourceIp":"10.1.0.0/16"}}`)},
	{name: "several values of a set", in: with(`"ec2:CreateTags"`, `{"ForAnyValue:StringEquals":{"aws:TagKeys":"a"},"ForAnyValue:StringLike":{"aws:TagKeys":"b"}}`)},
	{name: "a variable may be anything", in: with(`"s3:GetObject"`, `{"StringEquals":{"aws:username":"a"},"StringLike":{"aws:username":"${aws:PrincipalTag/name}"}}`)},
}

func trust(principal, action, condition string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:` + action + `","Condition":` + condition + `}`
}

const (
	github  = `"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"`
	eks     = `"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"`
	samlIDP = `"arn:aws:iam::111122223333:saml-provider/corp"`
)

var trustCases = []lintCase{
	{name: "everybody", kind: model.TrustPolicy, in: trust(`@"*"`, "AssumeRole", `{}`), want: []string{"trust-anyone"}},
	{name: "every account", kind: model.TrustPolicy, in: trust(`{"AWS":["111122223333",@"*"]}`, "AssumeRole", `{}`), want: []string{"trust-anyone"}},
	{name: "everybody of the organization", kind: model.TrustPolicy, in: trust(`"*"`, "AssumeRole", `{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)},
	{name: "everybody who may be of no organization", kind: model.TrustPolicy, in: trust(`@"*"`, "AssumeRole", `{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`), want: []string{"trust-anyone"}},
	{name: "everybody who uses TLS", kind: model.TrustPolicy, in: trust(`@"*"`, "AssumeRole", `{"Bool":{"aws:SecureTransport":"true"}}`), want: []string{"trust-anyone"}},
	{name: "everybody but one account", kind: model.TrustPolicy, in: trust(`@"*"`, "AssumeRole", `{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}`), want: []string{"trust-anyone"}},
	{name: "everybody is denied", kind: model.TrustPolicy, in: `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`},
	{name: "an account", kind: model.TrustPolicy, in: trust(`{"AWS":"111122223333"}`, "AssumeRole", `{}`)},

	{name: "GitHub with its subject", kind: model.TrustPolicy, in: trust(`{"Federated":`+github+`}`, "AssumeRoleWithWebIdentity", `{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:org/repo:*"}}`)},
	{name: "GitHub with an open subject", kind: model.TrustPolicy, in: trust(`{"Federated":@`+github+`}`, "AssumeRoleWithWebIdentity", `{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*"}}`), want: []string{"federated-claim"}},
	{name: "GitHub but for a subject", kind: model.TrustPolicy, in: trust(`{"Federated":@`+github+`}`, "AssumeRoleWithWebIdentity", `{"StringNotLike":{"token.actions.githubusercontent.com:sub":"repo:org/*"}}`), want: []string{"federated-claim"}},
	{name: "GitHub with the audience alone, which model reports", kind: model.TrustPolicy, in: trust(`{"Federated":`+github+`}`, "AssumeRoleWithWebIdentity", `{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`)},
	{name: "EKS with the audience alone", kind: model.TrustPolicy, in: trust(`{"Federated":@`+eks+`}`, "AssumeRoleWithWebIdentity", `{"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud":"sts.amazonaws.com"}}`), want: []string{"federated-claim"}},
	{name: "EKS with its subject", kind: model.TrustPolicy, in: trust(`{"Federated":`+eks+`}`, "AssumeRoleWithWebIdentity", `{"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub":"system:serviceaccount:a:b"}}`)},
	{name: "Cognito without its pool", kind: model.TrustPolicy, in: trust(`{"Federated":@"cognito-identity.amazonaws.com"}`, "AssumeRoleWithWebIdentity", `{"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}`), want: []string{"federated-claim"}},
	{name: "Cognito with its pool", kind: model.TrustPolicy, in: trust(`{"Federated":"cognito-identity.amazonaws.com"}`, "AssumeRoleWithWebIdentity", `{"StringEquals":{"cognito-identity.amazonaws.com:aud":"eu-west-1:12345678"}}`)},
	{name: "SAML without the audience", kind: model.TrustPolicy, in: trust(`{"Federated":@`+samlIDP+`}`, "AssumeRoleWithSAML", `{}`), want: []string{"federated-claim"}},
	{name: "SAML with the audience", kind: model.TrustPolicy, in: trust(`{"Federated":`+samlIDP+`}`, "AssumeRoleWithSAML", `{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}`)},

	{name: "every service is passed the role", in: with(`"iam:PassRole"`, `{"StringLike":{"iam:PassedToService":@"*.amazonaws.com"}}`), want: []string{"service-wildcard"}},
	{name: "one service is passed the role", in: with(`"iam:PassRole"`, `{"StringLike":{"iam:PassedToService":"ec2*.amazonaws.com"}}`)},
	{name: "a star that is no wildcard", in: with(`"iam:PassRole"`, `{"StringEquals":{"iam:PassedToService":"*"}}`)},
	{name: "every service calls", kind: model.ResourcePolicy, in: `{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringLike":{"aws:PrincipalServiceName":["ses.amazonaws.com",@"*"]}}}`, want: []string{"service-wildcard"}},
}

func everybody(action, resource string) string {
	return `{"Effect":"Allow","Principal":"*","Action":"` + action + `","Resource":` + resource + `}`
}

var ownCases = []lintCase{
	{name: "objects of the bucket", kind: model.ResourcePolicy, owner: "arn:aws:s3:::b", in: everybody("s3:GetObject", `"arn:aws:s3:::b/*"`)},
	{name: "objects of another bucket", kind: model.ResourcePolicy, owner: "arn:aws:s3:::b", in: everybody("s3:GetObject", `["arn:aws:s3:::b/x",@"arn:aws:s3:::b2/*"]`), want: []string{"resource-foreign"}},
	{name: "objects of many buckets", kind: model.ResourcePolicy, owner: "arn:aws:s3:::b", in: everybody("s3:GetObject", `"arn:*:s3:::?/${aws:username}/*"`)},
	{name: "a pattern beside the bucket", kind: model.ResourcePolicy, owner: "arn:aws:s3:::b", in: everybody("s3:GetObject", `@"arn:aws:s3:::b-*/*"`), want: []string{"resource-foreign"}},
	{name: "objects of a bucket of no known owner", kind: model.ResourcePolicy, in: everybody("s3:GetObject", `"arn:aws:s3:::b2/*"`)},
	{name: "a queue", kind: model.ResourcePolicy, owner: "arn:aws:sqs:eu-west-1:111122223333:q", in: everybody("sqs:SendMessage", `"arn:aws:sqs:*:*:q"`)},
	{name: "another queue", kind: model.ResourcePolicy, owner: "arn:aws:sqs:eu-west-1:111122223333:q", in: everybody("sqs:SendMessage", `@"arn:aws:sqs:eu-west-1:111122223333:q2"`), want: []string{"resource-foreign"}},
	{name: "a version of a function", kind: model.ResourcePolicy, owner: "arn:aws:lambda:eu-west-1:111122223333:function:f", in: everybody("lambda:InvokeFunction", `"arn:aws:lambda:eu-west-1:111122223333:function:f:live"`)},
	{name: "this key", kind: model.KeyPolicy, owner: "arn:aws:kms:eu-west-1:111122223333:key/k", in: everybody("kms:Decrypt", `"*"`)},
	{name: "another key", kind: model.KeyPolicy, owner: "arn:aws:kms:eu-west-1:111122223333:key/k", in: everybody("kms:Decrypt", `@"arn:aws:kms:eu-west-1:111122223333:key/l"`), want: []string{"resource-foreign"}},
	{name: "an identity's policy names what it likes", owner: "arn:aws:iam::111122223333:user/u", in: allow(`"s3:GetObject"`, `"arn:aws:s3:::b/*"`)},
	{name: "a rule of an event bus", kind: model.ResourcePolicy, owner: "arn:aws:events:eu-west-1:111122223333:event-bus/b",
		in: everybody("events:PutRule", `"arn:aws:events:eu-west-1:111122223333:rule/b/r"`)},
	{name: "a whole document", kind: model.IdentityPolicy, in: `whole{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":@"s3:Foo","Resource":"*"}}`, want: []string{"unknown-action"}},
}
