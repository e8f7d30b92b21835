package model

// when writes a statement with a condition.
func when(effect, condition string) string {
	return `{"Effect":"` + effect + `","Action":"ec2:CreateTags","Resource":"*","Condition":` + condition + `}`
}

var conditionCases = []ruleCase{
	{name: "A22 an empty object", in: `{}`},
	{name: "A22 an empty block under an unknown operator", in: `{"Nonsense":{}}`},
	{name: "A22 no object", in: `@[]`, want: []string{"error condition-form A22"}},
	{name: "A22 a block that is no object", in: `{"StringEquals":@"x"}`, want: []string{"error condition-form A22"}},
	{name: "A24 an unknown operator", in: `{@"StringMatches":{"aws:username":"x"}}`, want: []string{"error condition-operator A24"}},
	{name: "A24 Null with IfExists", in: `{@"NullIfExists":{"aws:username":"true"}}`, want: []string{"error condition-operator A24"}},
	{name: "A24 prefix and suffix", in: `{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"x"}}`},
	{name: "A25 another case", in: `{@"stringequals":{"aws:username":"x"}}`, want: []string{"error condition-operator-case A25"}},
	{name: "A25 another case, leniently", in: `{@"stringequals":{"aws:username":"x"}}`, want: []string{"warning condition-operator-case A25"}, options: ReadOptions{Lenient: true}},
	{name: "A25 any case", in: `{"stringequals":{"aws:username":"x"}}`, options: ReadOptions{AnyOperatorCase: true}},
	{name: "A3 two spellings of a key", in: `{"StringEquals":{"aws:username":"x",@"AWS:UserName":"y"}}`, want: []string{"error condition-duplicate-key A3"}},
	{name: "A3 one key under two operators", in: `{"StringEquals":{"aws:username":"x"},"StringNotEquals":{"aws:username":"y"}}`},
	{name: "A23 scalars", in: `{"StringEquals":{"s3:prefix":["a",10,true]},"Bool":{"aws:SecureTransport":true}}`},
	{name: "A23 other values", in: `{"StringEquals":{"s3:prefix":["a",@null,@{},@[]],"s3:delimiter":@{}}}`,
		want: []string{"error wrong-type A23", "error wrong-type A23", "error wrong-type A23", "error wrong-type A23"}},
	{name: "C18 no values", in: `{"StringEquals":{"s3:prefix":@[]}}`, want: []string{"warning empty-list C18"}},
	{name: "A26 a key without prefix", in: `{"StringEquals":{@"username":"x"}}`, want: []string{"warning condition-key A26"}},
	{name: "A26 a misspelled global key", in: `{"StringEquals":{@"aws:PrincpalArn":"x"}}`, want: []string{"warning condition-key A26"}},
	{name: "A26 unknown keys", in: `{"StringEquals":{"acme:x":"x","aws:SomethingQuiteDifferent":"x","aws:RequestTag/a:b":"x"}}`},
	{name: "D5 a variable in a key", in: `{"StringEquals":{@"aws:RequestTag/${aws:username}":"x"}}`, want: []string{"warning variable-place D5"}},

	{name: "A27 dates", in: `{"DateLessThan":{"aws:CurrentTime":["2026-01-01","2026-01-01T00:00:00Z","1767225600"]}}`},
	{name: "A27 no date", in: `{"DateLessThan":{"aws:CurrentTime":["2026-01-01",@"yesterday"]}}`, want: []string{"error condition-value A27"}},
	{name: "C36 addresses", in: `{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.1","2001:db8::/32"]}}`},
	{name: "C36 no addresses", in: `{"NotIpAddress":{"aws:SourceIp":[@"10.0.0.0/33","10.0.0.0/8",@"localhost"]}}`,
		want: []string{"error condition-value C36", "error condition-value C36"}},
	{name: "D1 variables", in: `{"StringEquals":{"s3:prefix":"${aws:username}/${aws:PrincipalTag/x, 'none'}"},"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:${aws:username}"}}`},
	{name: "D2 syntax of variables", in: `{"StringEquals":{"s3:prefix":["a",@"${aws:username",@"${}"]},"ArnLike":{"aws:SourceArn":@"arn:aws:sns:*:*:${a b}"}}`,
		want: []string{"error variable-syntax D2", "error variable-syntax D2", "error variable-syntax D2"}},
	{name: "D5 where nothing is substituted", in: `{"NumericEquals":{"s3:max-keys":@"${aws:userid}"}}`, want: []string{"warning variable-place D5"}},
	{name: "D5 a date is a date", in: `{"DateLessThan":{"aws:CurrentTime":@"${aws:TokenIssueTime}"}}`, want: []string{"error condition-value A27"}},

	{name: "C51 no number", in: `{"NumericLessThan":{"s3:max-keys":["1","-1.5","1e3",@"ten",@"0x10",@"1/2"]}}`,
		want: []string{"warning condition-value-type C51", "warning condition-value-type C51", "warning condition-value-type C51"}},
	{name: "C51 neither true nor false", in: `{"Bool":{"aws:SecureTransport":["TRUE",@"yes"]},"Null":{"aws:username":@"1"}}`,
		want: []string{"warning condition-value-type C51", "warning condition-value-type C51"}},
	{name: "C51 no base64", in: `{"BinaryEquals":{"acme:x":["QUJD",@"!"]}}`, want: []string{"warning condition-value-type C51"}},
	{name: "C51 another type than the key's", in: `{"StringEquals":{@"aws:CurrentTime":"2026"},"IpAddress":{@"aws:username":"10.0.0.1"},"Bool":{@"aws:SourceIp":true}}`,
		want: []string{"warning condition-key-type C51", "warning condition-key-type C51", "warning condition-key-type C51"}},
	{name: "C51 types that fit", in: `{"StringLike":{"aws:PrincipalArn":"arn:*"},"NumericLessThan":{"aws:PrincipalTag/size":"3","aws:EpochTime":"3"},"StringEquals":{"aws:SecureTransport":"true"}}`},
	{name: "C43 short ARNs", in: `{"ArnLike":{"aws:SourceArn":["arn:aws:sns:*:*:x",@"*",@"arn:aws:sns:*",@"x:aws:sns:*:*:x"]}}`,
		want: []string{"warning condition-arn C43", "warning condition-arn C43", "warning condition-arn C43"}},
	{name: "C45 Null with a set operator", in: `{@"ForAnyValue:Null":{"aws:TagKeys":"true"}}`, want: []string{"warning null-set-operator C45"}},
	{name: "A72 a wildcard for an organization", in: `{"StringLike":{"aws:PrincipalOrgID":["o-abc",@"o-*"],"aws:PrincipalArn":"*"}}`, want: []string{"warning sensitive-wildcard A72"}},
	{name: "C17 a bare operator on a set", in: `{"StringEquals":{@"aws:TagKeys":"x"}}`, want: []string{"warning bare-operator-multivalued C17"}},
	{name: "C17 a set operator on one value", in: `{"ForAnyValue:StringEquals":{@"aws:username":"x","aws:TagKeys":"x"}}`, want: []string{"warning set-operator-single C17"}},
	{name: "C17 Null on a set", in: `{"Null":{"aws:TagKeys":"true"}}`},
}

var statementConditionCases = []ruleCase{
	{name: "A72 ForAllValues in an Allow", in: when("Allow", `{"ForAllValues:StringEquals":{@"aws:TagKeys":"x"}}`), want: []string{"warning for-all-values-allow A72"}},
	{name: "A72 ForAllValues in a Deny", in: when("Deny", `{"ForAllValues:StringEquals":{"aws:TagKeys":"x"}}`)},
	{name: "A72 ForAllValues guarded by Null", in: when("Allow", `{"ForAllValues:StringEquals":{"aws:TagKeys":"x"},"Null":{"AWS:TagKeys":"false"}}`)},
	{name: "A72 ForAllValues guarded by another operator", in: when("Allow", `{"ForAllValues:StringEquals":{"aws:TagKeys":"x"},"ForAnyValue:StringEquals":{"aws:TagKeys":"x"}}`)},
	{name: "A72 ForAllValues guarded by a tag", in: when("Allow", `{"ForAllValues:StringEquals":{"aws:TagKeys":"x"},"StringEquals":{"aws:RequestTag/x":"y"}}`)},
	{name: "A72 ForAllValues not guarded by a negation", in: when("Allow", `{"ForAllValues:StringEquals":{@"aws:TagKeys":"x"},"StringNotEquals":{"aws:RequestTag/x":"y"}}`),
		want: []string{"warning for-all-values-allow A72"}},
	{name: "A72 ForAllValues not guarded by the other Null", in: when("Allow", `{"ForAllValues:StringEquals":{@"aws:TagKeys":"x"},"Null":{"aws:TagKeys":["false","true"]}}`),
		want: []string{"warning for-all-values-allow A72"}},
}

// Findings about the lack of variables need another Version; those of control
// policies another kind.
var controlCases = []ruleCase{
	{name: "D6 a resource without Version", kind: ResourcePolicy,
		in:   `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":@"arn:aws:s3:::b/${aws:username"}}`,
		want: []string{"warning variable-without-version D6"}},
	{name: "D6 a value without Version", kind: ResourcePolicy,
		in:   `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"StringLike":{"s3:prefix":@"${aws:username"}}}}`,
		want: []string{"warning variable-without-version D6"}},

	{name: "A53 an SCP", kind: ServiceControlPolicy, in: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"s3:*","NotResource":"arn:aws:s3:::b",` +
		`"Condition":{"Bool":{"aws:SecureTransport":true}}},{"Sid":"a1","Effect":"Deny","Action":["s3:*Get*","*"],"Resource":"*"}]}`},
	{name: "A6 an SCP without Version", kind: ServiceControlPolicy, in: `@{"Statement":` + someStatement + `}`, want: []string{"error version-required A6"}},
	{name: "A6 an SCP without Version is never lenient", kind: ServiceControlPolicy, in: `@{"Statement":` + someStatement + `}`,
		want: []string{"error version-required A6"}, options: ReadOptions{Lenient: true}},
	{name: "A6 an RCP of the old Version", kind: ResourceControlPolicy,
		in:   `{"Version":@"2008-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`,
		want: []string{"error version-required A6"}},
	{name: "A40 Id in an SCP", kind: ServiceControlPolicy, in: `{"Version":"2012-10-17","Id":@"x","Statement":` + someStatement + `}`, want: []string{"error element-forbidden A40"}},
	{name: "A11 Sid of other characters in an SCP", kind: ServiceControlPolicy,
		in:   `{"Version":"2012-10-17","Statement":{"Sid":@"a-b","Effect":"Deny","Action":"*","Resource":"*"}}`,
		want: []string{"warning sid-characters A11"}},

	{name: "A54 an RCP", kind: ResourceControlPolicy, in: `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":["s3:*","sts:Assume*"],"NotResource":"arn:aws:s3:::b",` +
		`"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a"}}}}`},
	{name: "A54 AWS's own RCP", kind: ResourceControlPolicy, in: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`},
	{name: "A54 what an RCP has not", kind: ResourceControlPolicy,
		in: `{"Version":"2012-10-17","Statement":[{"Effect":@"Allow","Principal":@{"AWS":"*"},"Action":[@"*",@"*:Get"],"Resource":"*"},` +
			`{"Effect":"Deny","NotPrincipal":@"*","NotAction":@"s3:*","Resource":"*"},@@{"Effect":"Deny","Action":"s3:*"}]}`,
		want: []string{"error rcp-effect A54", "error rcp-principal A54", "error rcp-action A54", "error rcp-action A54",
			"error element-forbidden A34", "error element-forbidden A54", "error principal-missing A40", "error resource-missing A15"}},
}
