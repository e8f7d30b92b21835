package eval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// misses are the Sids of an answer's near misses, the nearest first.
func misses(x *eval.Explanation) []string {
	var sids []string
	for _, miss := range x.NearMisses {
		sids = append(sids, miss.Statement.Sid)
	}
	return sids
}

// D7: a NotResource that holds a variable without a value lists nothing that could be told apart.
func TestNearMissOfNotResource(t *testing.T) {
	e := load(t, `
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: {P: {Version: "2012-10-17", Statement: [
      {Sid: Others, Effect: Allow, Action: "s3:GetObject", NotResource: "arn:aws:s3:::data/${aws:SourceIdentity}/*"},
      {Sid: Listed, Effect: Allow, Action: "s3:PutObject", NotResource: ["arn:aws:s3:::data/a*", "arn:aws:s3:::data/b*"]},
      {Sid: Named, Effect: Allow, Action: "s3:DeleteObject", Resource: "arn:aws:s3:::data/${aws:SourceIdentity}/*"}]}}
resources: [{arn: "arn:aws:s3:::data", account: "111111111111"}]
`)
	for _, test := range []struct{ name, action, sid, element, text string }{
		{
			"NotResource with an unresolved variable", "s3:GetObject", "Others", "NotResource",
			"NotResource holds ${aws:SourceIdentity}, which has no value: the statement does not apply (rule D7)",
		},
		{"NotResource that lists the resource", "s3:PutObject", "Listed", "NotResource", "NotResource lists arn:aws:s3:::data/bob/x"},
		{
			"Resource with an unresolved variable", "s3:DeleteObject", "Named", "Resource",
			`Resource is "arn:aws:s3:::data/${aws:SourceIdentity}/*", request has "arn:aws:s3:::data/bob/x"; ${aws:SourceIdentity} has no value`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explain(t, e, model.Request{Principal: "alice", Action: test.action, Resource: "arn:aws:s3:::data/bob/x"})
			require.Equal(t, "implicitDeny", x.Answer)
			require.Equal(t, []string{test.sid}, misses(x))
			require.Equal(t, test.element, x.NearMisses[0].Element)
			require.Equal(t, test.text, x.NearMisses[0].Text)
		})
	}
}

// E30: an Allow at a level that allows already would not help the level that is silent.
func TestNearMissesOfSilentSCPLevels(t *testing.T) {
	e := load(t, `
organization:
  id: o-exam
  managementAccount: "999999999999"
  root:
    id: r-exam
    serviceControlPolicies:
      - {name: Base, document: {Version: "2012-10-17", Statement: [
          {Sid: RootAll, Effect: Allow, Action: "*", Resource: "*"},
          {Sid: RootNever, Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {aws:RequestedRegion: eu-west-1}}}]}}
    organizationalUnits:
      - id: ou-prod
        serviceControlPolicies:
          - {name: Prod, document: {Version: "2012-10-17", Statement: [
              {Sid: ProdRegion, Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {aws:RequestedRegion: eu-west-1}}}]}}
        accounts: ["111111111111"]
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: {P: {Version: "2012-10-17", Statement: [
      {Sid: Own, Effect: Allow, Action: "s3:*", Resource: "*"},
      {Sid: OwnRegion, Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {aws:RequestedRegion: eu-west-1}}}]}}
resources: [{arn: "arn:aws:s3:::data", account: "111111111111"}]
`)
	r := model.Request{Principal: "alice", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/x", Context: region("us-east-1")}
	x := explain(t, e, r)
	require.Equal(t, "DENY_IMPLICIT_SCP_LEVEL_1", x.Reason)
	require.Equal(t, []string{"ProdRegion"}, misses(x))
	require.Equal(t, eval.ServiceControlPolicyType, x.NearMisses[0].Statement.PolicyType)

	r.Context = region("eu-west-1")
	require.Equal(t, "allowed", explain(t, e, r).Answer)
}

// E38: a gateway endpoint knows "*" and root users alone, which the text says where that is the reason.
func TestNearMissOfEndpointPrincipals(t *testing.T) {
	e := load(t, `
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: {P: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}
vpcEndpoints:
  - id: vpce-gateway
    type: Gateway
    service: s3
    policy: {Version: "2012-10-17", Statement: {Sid: Us, Effect: Allow, Principal: {AWS: "111111111111"}, Action: "*", Resource: "*"}}
  - id: vpce-interface
    type: Interface
    policy: {Version: "2012-10-17", Statement: {Sid: Bob, Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:user/bob"}, Action: "*", Resource: "*"}}
resources: [{arn: "arn:aws:s3:::data", account: "111111111111"}]
`)
	for _, test := range []struct{ endpoint, sid, text string }{
		{"vpce-gateway", "Us", `Principal is "111111111111"; the policy of a gateway endpoint knows "*" alone, and root users (rule E38)`},
		{"vpce-interface", "Bob", `Principal is "arn:aws:iam::111111111111:user/bob", caller is "arn:aws:iam::111111111111:user/alice"`},
	} {
		t.Run(test.endpoint, func(t *testing.T) {
			context := conditions.NewContext()
			context.Set("aws:SourceVpce", test.endpoint)
			x := explain(t, e, model.Request{Principal: "alice", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/x", Context: context})
			require.Equal(t, "DENY_IMPLICIT_VPCE", x.Reason)
			require.Equal(t, []string{test.sid}, misses(x))
			require.Equal(t, "Principal", x.NearMisses[0].Element)
			require.Equal(t, test.text, x.NearMisses[0].Text)
		})
	}
}

// E22, E41: within an account, a statement that names the account sets no silent identity aside.
func TestNearMissesThatWouldHelp(t *testing.T) {
	e := load(t, `
users:
  - {arn: "arn:aws:iam::111111111111:user/silent"}
  - arn: arn:aws:iam::222222222222:user/far
    inlinePolicies: {P: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}
resources:
  - arn: arn:aws:s3:::data
    account: "111111111111"
    policy: {Version: "2012-10-17", Statement: [
      {Sid: Account, Effect: Allow, Principal: {AWS: "111111111111"}, Action: "s3:GetObject", Resource: "*", Condition: {Bool: {aws:SecureTransport: "true"}}},
      {Sid: User, Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:user/silent"}, Action: "s3:PutObject", Resource: "*", Condition: {Bool: {aws:SecureTransport: "true"}}},
      {Sid: Everyone, Effect: Allow, Principal: "*", Action: "s3:DeleteObject", Resource: "*", Condition: {Bool: {aws:SecureTransport: "true"}}},
      {Sid: Abroad, Effect: Allow, Principal: {AWS: "222222222222"}, Action: "s3:GetObjectTagging", Resource: "*", Condition: {Bool: {aws:SecureTransport: "true"}}}]}
`)
	const silent, far = "arn:aws:iam::111111111111:user/silent", "arn:aws:iam::222222222222:user/far"
	for _, test := range []struct {
		name, principal, action, reason string
		want                            []string
	}{
		{"the account", silent, "s3:GetObject", "DENY_IMPLICIT_IDENTITY", nil},
		{"the user", silent, "s3:PutObject", "DENY_IMPLICIT_IDENTITY", []string{"User"}},
		{"everyone", silent, "s3:DeleteObject", "DENY_IMPLICIT_IDENTITY", []string{"Everyone"}},
		{"the account of a caller from abroad", far, "s3:GetObjectTagging", "DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT", []string{"Abroad"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			context := conditions.NewContext()
			context.Set("aws:SecureTransport", "false")
			x := explain(t, e, model.Request{Principal: test.principal, Action: test.action, Resource: "arn:aws:s3:::data/x", Context: context})
			require.Equal(t, test.reason, x.Reason)
			require.Equal(t, test.want, misses(x))
			for _, miss := range x.NearMisses {
				require.Equal(t, "Condition", miss.Element)
			}
		})
	}
}
