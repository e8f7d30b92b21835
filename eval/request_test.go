package eval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
)

const owners = `
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: {All: {Version: "2012-10-17", Statement: {Sid: All, Effect: Allow, Action: "*", Resource: "*"}}}
  - {arn: "arn:aws:iam::222222222222:user/bob"}
resources:
  - {arn: "arn:aws:s3:::theirs", account: "222222222222"}
  - {arn: "arn:aws:sqs:eu-west-1:222222222222:jobs"}
  - arn: arn:aws:s3:::elsewhere
    account: "222222222222"
    policy: {Version: "2012-10-17", Statement: {Sid: Alice, Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:user/alice"}, Action: "s3:*", Resource: "*"}}
`

// A resource that were taken for the caller's own would need no Allow of its owner (E20, E50).
func TestOwnersThatContradict(t *testing.T) {
	e := load(t, owners)
	for _, test := range []struct {
		name, action, resource, account, want string
	}{
		{"the account of the ARN", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:222222222222:undeclared", "111111111111", "the ARN says 222222222222"},
		{"the account of a declared ARN", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:222222222222:jobs", "111111111111", "the inventory says 222222222222"},
		{"the declared owner of a bucket", "s3:ListBucket", "arn:aws:s3:::theirs", "111111111111", "the inventory says 222222222222"},
		{"the declared owner of an object's bucket", "s3:GetObject", "arn:aws:s3:::theirs/x", "111111111111", "the inventory says 222222222222"},
		{"the account of a role", "sts:AssumeRole", "arn:aws:iam::222222222222:role/R", "111111111111", "the ARN says 222222222222"},
		{"the account of a key", "kms:Decrypt", "arn:aws:kms:eu-west-1:222222222222:key/k", "111111111111", "the ARN says 222222222222"},
		{"an account that is unknown", "s3:GetObject", "arn:aws:s3:::theirs/x", "333333333333", "the inventory says 222222222222"},
		{"no account id", "s3:GetObject", "arn:aws:s3:::unclaimed/x", "11111111111", "no 12-digit account id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := model.Request{
				Principal: "arn:aws:iam::111111111111:user/alice", Action: test.action, Resource: test.resource, ResourceAccount: test.account,
			}
			_, err := e.Decide(request)
			var wrong *eval.RequestError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, "resourceAccount", wrong.Field)
			require.ErrorContains(t, err, test.want)
			_, err = e.Explain(request)
			require.ErrorAs(t, err, &wrong)
		})
	}
}

// An owner that agrees, or that nothing else tells, is taken.
func TestOwnersThatAgree(t *testing.T) {
	e := load(t, owners)
	for _, test := range []struct{ name, action, resource, account, want string }{
		{"a declared bucket without a policy", "s3:GetObject", "arn:aws:s3:::theirs/x", "222222222222", "DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT"},
		{"a declared bucket whose policy allows", "s3:GetObject", "arn:aws:s3:::elsewhere/x", "222222222222", "ALLOW_IDENTITY_AND_RESOURCE"},
		{"the account of the ARN", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:222222222222:jobs", "222222222222", "DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT"},
		{"an undeclared bucket of the caller's account", "s3:GetObject", "arn:aws:s3:::unclaimed/x", "111111111111", "ALLOW_IDENTITY"},
		{"an undeclared bucket of another account", "s3:GetObject", "arn:aws:s3:::unclaimed/x", "222222222222", "DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := e.Decide(model.Request{
				Principal: "arn:aws:iam::111111111111:user/alice", Action: test.action, Resource: test.resource, ResourceAccount: test.account,
			})
			require.NoError(t, err)
			require.Equal(t, test.want, d.Reason.String())
		})
	}
}

// What an answer takes for granted stands in its headline, and keeps a strict engine from giving it.
func TestHeadlineNamesAssumptions(t *testing.T) {
	e := load(t, `
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: {All: {Version: "2012-10-17", Statement: {Sid: All, Effect: Allow, Action: ["s3:*", "kms:*"], Resource: "*"}}}
resources:
  - arn: arn:aws:s3:::canonical
    account: "111111111111"
    policy:
      Version: "2012-10-17"
      Statement:
        - {Sid: NotThem, Effect: Deny, Principal: {CanonicalUser: 79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be}, Action: "s3:GetObject", Resource: "*"}
  - {arn: "arn:aws:kms:eu-west-1:111111111111:alias/declared"}
  - arn: arn:aws:kms:eu-west-1:111111111111:key/granted
    policy: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {AWS: "111111111111"}, Action: "kms:*", Resource: "*"}}
    grants: [{grantee: "arn:aws:iam::333333333333:user/uma", operations: [Encrypt]}]
`)
	const (
		alice     = "arn:aws:iam::111111111111:user/alice"
		canonical = "no canonical user id that the resource-based policy names is the caller's"
	)
	for _, test := range []struct {
		name, principal, action, resource string
		headline, assumption              string
		strict                            string
	}{
		{
			"B39 a canonical user id", alice, "s3:GetObject", "arn:aws:s3:::canonical/x",
			"; assuming that " + canonical, canonical, "unanswered",
		},
		{
			"B39 a canonical user id that cannot matter", alice, "s3:PutObject", "arn:aws:s3:::canonical/x",
			"allowed: by identity-based policy All", "", "allowed",
		},
		{
			"E8A an undeclared alias", alice, "kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:alias/data",
			"; assuming that the key behind arn:aws:kms:eu-west-1:111111111111:alias/data admits the request",
			"the key behind arn:aws:kms:eu-west-1:111111111111:alias/data", "unanswered",
		},
		{
			"E8A a declared alias", alice, "kms:UpdateAlias", "arn:aws:kms:eu-west-1:111111111111:alias/declared",
			"; assuming that the key behind arn:aws:kms:eu-west-1:111111111111:alias/declared admits the request",
			"the key behind arn:aws:kms:eu-west-1:111111111111:alias/declared", "unanswered",
		},
		{
			"E80 a key without an account", alice, "kms:Decrypt", "arn:aws:kms:eu-west-1::key/foo",
			"arn:aws:kms:eu-west-1::key/foo has the default key policy", "arn:aws:kms:eu-west-1::key/foo belongs to account 111111111111", "unanswered",
		},
		{
			"E84 a grant to a stranger", "arn:aws:iam::333333333333:user/uma", "kms:Encrypt", "arn:aws:kms:eu-west-1:111111111111:key/granted",
			"allowed if account 333333333333 allows it: a KMS grant covers it", "account 333333333333, of which nothing was read", "implicitDeny",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			request := model.Request{Principal: test.principal, Action: test.action, Resource: test.resource}
			x := explain(t, e, request)
			require.Equal(t, "allowed", x.Answer)
			require.Contains(t, x.Headline, test.headline)
			if test.assumption == "" {
				require.Empty(t, x.Assumptions)
				require.NotContains(t, x.Headline, "assuming")
			} else {
				require.NotEmpty(t, x.Assumptions)
				require.Contains(t, x.Assumptions[0], test.assumption)
			}
			require.Equal(t, test.strict, explain(t, e.With(eval.Options{Strict: true}), request).Answer)
		})
	}
}
