package inventory

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

type fault struct {
	name, set string
	// want are the findings, their places without the file's name.
	want []string
}

func (f fault) run(t *testing.T) {
	inv, found := Load(faultFiles(f.set), "set.yaml")
	require.Nil(t, inv)
	var got []string
	for _, d := range found {
		got = append(got, strings.TrimPrefix(d.Error(), "set.yaml:"))
		require.Contains(t, findings, d.ID)
	}
	require.Equal(t, f.want, got)
}

// faultFiles are a policy set and files beside it.
func faultFiles(set string) fstest.MapFS {
	return files(map[string]string{
		"set.yaml":   strings.TrimPrefix(set, "\n"),
		"trust.json": "TRUST", "allow.json": "ALLOW", "open.json": "OPEN",
		"broken.json": `{"Version": `, "other.json": `{"a": 1}`,
	})
}

func TestFaultsOfShape(t *testing.T) {
	for _, tt := range []fault{
		{"unknown field of the policy set", `
rolez: []
roles: []`, []string{
			`1:1: error: unknown field "rolez" in a policy set; it takes organization, policies, roles, users, groups, resources, identityProviders, vpcEndpoints; did you mean "roles"?`,
		}},
		{"unknown field of a role", `
roles:
  - arn: arn:aws:iam::111122223333:role/R
    trustPolicy: TRUST
    attachedPolicys: []
    colour: red`, []string{
			`4:5: error: unknown field "attachedPolicys" in a role; it takes arn, roleId, trustPolicy, trustPolicyFile, maxSessionDuration, inlinePolicies, attachedPolicies, permissionsBoundary, tags; did you mean "attachedPolicies"?`,
			`5:5: error: unknown field "colour" in a role; it takes arn, roleId, trustPolicy, trustPolicyFile, maxSessionDuration, inlinePolicies, attachedPolicies, permissionsBoundary, tags`,
		}},
		{"unknown field of a user", `
users: [{arn: 'arn:aws:iam::111122223333:user/u', group: [g]}]`, []string{
			`1:51: error: unknown field "group" in a user; it takes arn, userId, groups, inlinePolicies, attachedPolicies, permissionsBoundary, tags; did you mean "groups"?`,
		}},
		{"unknown field of a group", `
groups: [{arn: 'arn:aws:iam::111122223333:group/g', tags: {}}]`, []string{
			`1:53: error: unknown field "tags" in a group; it takes arn, inlinePolicies, attachedPolicies`,
		}},
		{"unknown field of a policy", `
policies: [{name: P, document: ALLOW, arns: x}]`, []string{
			`1:126: error: unknown field "arns" in a policy; it takes arn, name, document, file; did you mean "arn"?`,
		}},
		{"unknown field of a resource", `
resources: [{arn: 'arn:aws:sqs:eu-west-1:111122223333:q', owner: x}]`, []string{
			`1:59: error: unknown field "owner" in a resource; it takes arn, account, policy, policyFile, tags, grants`,
		}},
		{"unknown field of a grant", `
resources: [{arn: 'arn:aws:kms:eu-west-1:111122223333:key/k', grants: [{grantee: lambda.amazonaws.com, operations: [Decrypt], grantId: 1}]}]`, []string{
			`1:127: error: unknown field "grantId" in a grant; it takes grantee, operations, encryptionContextEquals, encryptionContextSubset; did you mean "grantee"?`,
		}},
		{"unknown field of an endpoint", `
vpcEndpoints: [{id: vpce-1, vpcId: vpc-1}]`, []string{
			`1:29: error: unknown field "vpcId" in a VPC endpoint; it takes id, vpc, account, type, service, policy, policyFile`,
		}},
		{"unknown field of a provider", `
identityProviders: [{arn: 'arn:aws:iam::111122223333:saml-provider/P', url: x}]`, []string{
			`1:72: error: unknown field "url" in an identity provider; it takes arn`,
		}},
		{"unknown field of the organization", `
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a}, masterAccount: x}`, []string{
			`1:77: error: unknown field "masterAccount" in an organization; it takes id, managementAccount, root`,
		}},
		{"unknown field of the root", `
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, account: []}}`, []string{
			`1:76: error: unknown field "account" in a root; it takes id, serviceControlPolicies, resourceControlPolicies, accounts, organizationalUnits; did you mean "accounts"?`,
		}},
		{"unknown field of a unit", `
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, organizationalUnits: [{id: ou-a, ous: []}]}}`, []string{
			`1:109: error: unknown field "ous" in an organizational unit; it takes id, name, serviceControlPolicies, resourceControlPolicies, accounts, organizationalUnits`,
		}},
		{"unknown field of an account", `
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, accounts: [{id: '111122223333', ou: x}]}}`, []string{
			`1:108: error: unknown field "ou" in an account; it takes id, name, serviceControlPolicies, resourceControlPolicies`,
		}},
		{"unknown field of an inline SCP", `
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, serviceControlPolicies: [{name: N, document: ALLOW, arn: x}]}}`, []string{
			`1:215: error: unknown field "arn" in a policy with name and document; it takes name, document`,
		}},
		{"unknown field of a file reference", `
groups: [{arn: 'arn:aws:iam::111122223333:group/g', inlinePolicies: {X: {file: allow.json, mode: x}}}]`, []string{
			`1:92: error: unknown field "mode" in a reference to a file; it takes file`,
		}},
		{"sections that are no lists", `
roles: {}
users: x
groups: 1
resources: true
identityProviders: {}
vpcEndpoints: {}
policies: {}
organization: []`, []string{
			`1:8: error: "roles" of a policy set must be a list, found an object`,
			`2:8: error: "users" of a policy set must be a list, found the string "x"`,
			`3:9: error: "groups" of a policy set must be a list, found the number 1`,
			`4:12: error: "resources" of a policy set must be a list, found the boolean true`,
			`5:20: error: "identityProviders" of a policy set must be a list, found an object`,
			`6:15: error: "vpcEndpoints" of a policy set must be a list, found an object`,
			`7:11: error: "policies" of a policy set must be a list, found an object`,
			`8:15: error: "organization" of a policy set must be an object (an organization), found a list`,
		}},
		{"entries that are no objects", `
roles: [x]
policies: [[]]`, []string{
			`1:9: error: an entry of "roles" of a policy set must be an object (a role), found the string "x"`,
			`2:12: error: an entry of "policies" of a policy set must be an object (a policy), found a list`,
		}},
		{"texts that are no texts", `
roles:
  - arn: [x]
    roleId: {}
    trustPolicy: TRUST
    trustPolicyFile: []
    maxSessionDuration: []
users: [{arn: {}}]`, []string{
			`2:5: error: a role has both trustPolicy and trustPolicyFile; one of them is allowed`,
			`2:10: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found a list`,
			`3:13: error: "roleId" of a role must be a name, found an object`,
			`5:22: error: "trustPolicyFile" of a role must be a file name, found a list`,
			`6:25: error: "maxSessionDuration" of a role must be a number of seconds from 3600 to 43200, found a list`,
			`7:15: error: "arn" of a user must be an ARN of a user such as arn:aws:iam::111122223333:user/alice, found an object`,
		}},
		{"documents that are no documents", `
roles: [{arn: 'arn:aws:iam::111122223333:role/R', trustPolicy: trust.json, inlinePolicies: {X: allow.json}, permissionsBoundary: [x]}]
policies: [{name: P, document: allow.json}]`, []string{
			`1:64: error: "trustPolicy" of a role must be a policy document, found the string "trust.json"; to read the policy from a file, use trustPolicyFile`,
			`1:96: error: "X" in "inlinePolicies" of a role must be an object (a reference to a file) or a policy document, found the string "allow.json"; to read the policy from a file, write {file: NAME}`,
			`1:130: error: "permissionsBoundary" of a role must be an ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/ReadLogs or a policy document, found a list`,
			`2:32: error: "document" of a policy must be a policy document, found the string "allow.json"; to read the policy from a file, use file`,
		}},
		{"resource policy that is no document", `
resources: [{arn: 'arn:aws:sqs:eu-west-1:111122223333:q', policy: file.json, tags: [{Key: a, Value: b}], grants: {}}]`, []string{
			`1:67: error: "policy" of a resource must be a policy document, found the string "file.json"; to read the policy from a file, use policyFile`,
			`1:84: error: "tags" of a resource must be an object that maps names to values, found a list; write tags as NAME: VALUE`,
			`1:114: error: "grants" of a resource must be a list, found an object`,
		}},
		{"lists that are no lists", `
users: [{arn: 'arn:aws:iam::111122223333:user/u', groups: g, attachedPolicies: 'arn:aws:iam::aws:policy/P', inlinePolicies: [], tags: x}]`, []string{
			`1:59: error: "groups" of a user must be a list, found the string "g"`,
			`1:80: error: "attachedPolicies" of a user must be a list, found the string "arn:aws:iam::aws:policy/P"`,
			`1:125: error: "inlinePolicies" of a user must be an object that maps names to values, found a list`,
			`1:135: error: "tags" of a user must be an object that maps names to values, found the string "x"; write tags as NAME: VALUE`,
		}},
		{"tag with a list", `
users: [{arn: 'arn:aws:iam::111122223333:user/u', tags: {a: [b]}}]`, []string{
			`1:61: error: "a" in "tags" of a user must be a string, found a list`,
		}},
		{"missing fields", `
roles: [{}]
users: [{}]
groups: [{}]
policies: [{}]
resources: [{}]
identityProviders: [{}]
vpcEndpoints: [{}]
organization: {}`, []string{
			`1:9: error: a role needs "arn"`,
			`1:9: error: a role needs trustPolicy or trustPolicyFile`,
			`2:9: error: a user needs "arn"`,
			`3:10: error: a group needs "arn"`,
			`4:12: error: a policy needs arn or name`,
			`4:12: error: a policy needs document or file`,
			`5:13: error: a resource needs "arn"`,
			`6:21: error: an identity provider needs "arn"`,
			`7:16: error: a VPC endpoint needs "id"`,
			`8:15: error: an organization needs "id"`,
			`8:15: error: an organization needs "managementAccount"`,
			`8:15: error: an organization needs "root"`,
		}},
		{"missing trust policy", `
roles: [{arn: 'arn:aws:iam::111122223333:role/R'}]`, []string{
			`1:9: error: a role needs trustPolicy or trustPolicyFile`,
		}},
		{"missing ids of levels", `
organization: {id: o-a, managementAccount: '999999999999', root: {accounts: [{name: x}], organizationalUnits: [{name: x}], serviceControlPolicies: [{}]}}`, []string{
			`1:66: error: a root needs "id"`,
			`1:78: error: an account needs "id"`,
			`1:112: error: an organizational unit needs "id"`,
			`1:149: error: a policy with name and document needs "document"`,
			`1:149: error: a policy with name and document needs "name"`,
		}},
		{"missing fields of a grant", `
resources: [{arn: 'arn:aws:kms:eu-west-1:111122223333:key/k', grants: [{}]}]`, []string{
			`1:72: error: a grant needs "grantee"`,
			`1:72: error: a grant needs "operations"`,
		}},
		{"conflicting fields", `
roles: [{arn: 'arn:aws:iam::111122223333:role/R', trustPolicy: TRUST, trustPolicyFile: trust.json}]
policies: [{name: P, document: ALLOW, file: allow.json}]
resources: [{arn: 'arn:aws:sqs:eu-west-1:111122223333:q', policy: OPEN, policyFile: open.json}]`, []string{
			`1:9: error: a role has both trustPolicy and trustPolicyFile; one of them is allowed`,
			`2:12: error: a policy has both document and file; one of them is allowed`,
			`3:13: error: a resource has both policy and policyFile; one of them is allowed`,
		}},
		{"null", `
roles: null
users: [{arn: 'arn:aws:iam::111122223333:user/u', tags: null, inlinePolicies: {X: null}}]`, []string{
			`1:8: error: "roles" of a policy set is null, which has a meaning only in an overlay; leave it out`,
			`2:57: error: "tags" of a user is null, which has a meaning only in an overlay; leave it out`,
			`2:83: error: "X" in "inlinePolicies" of a user is null, which has a meaning only in an overlay; leave it out`,
		}},
		{"empty names", `
users: [{arn: 'arn:aws:iam::111122223333:user/u', userId: '', tags: {'': x}, inlinePolicies: {'': ALLOW}, groups: ['']}]`, []string{
			`1:59: error: "userId" of a user must be a name, found ""`,
			`1:70: error: a name in "tags" of a user is empty`,
			`1:95: error: a name in "inlinePolicies" of a user is empty`,
			`1:203: error: an entry of "groups" of a user must be a name, found ""`,
		}},
	} {
		t.Run(tt.name, tt.run)
	}
}

func TestFaultsOfDocumentsAndFiles(t *testing.T) {
	tests := []struct {
		name, set string
		want      []string
	}{
		{"duplicate key", `
groups:
  - arn: arn:aws:iam::111122223333:group/g
    arn: arn:aws:iam::111122223333:group/h`, []string{
			"set.yaml:3:5 syntax",
		}},
		{"files", `
roles:
  - {arn: 'arn:aws:iam::111122223333:role/R', trustPolicyFile: trst.json}
  - {arn: 'arn:aws:iam::111122223333:role/S', trustPolicyFile: broken.json}
  - {arn: 'arn:aws:iam::111122223333:role/T', trustPolicyFile: other.json}
  - {arn: 'arn:aws:iam::111122223333:role/U', trustPolicyFile: nowhere/near.json}`, []string{
			"broken.json:1:13 syntax",
			"other.json:1:1 document-form",
			"set.yaml:2:64 unreadable-file",
			"set.yaml:5:64 unreadable-file",
		}},
		{"a broken file named twice is reported once", `
policies: [{name: A, file: broken.json}, {name: B, file: broken.json}]`, []string{
			"broken.json:1:13 syntax",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inv, found := Load(faultFiles(tt.set), "set.yaml")
			require.Nil(t, inv)
			var got []string
			for _, d := range found {
				got = append(got, d.Position.String()+" "+d.ID)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// Every place that takes a document reports what is wrong with it.
func TestEveryDocumentIsRead(t *testing.T) {
	set := `
policies:
  - {name: P, document: BAD}
roles:
  - arn: arn:aws:iam::111122223333:role/R
    trustPolicy: BAD
    inlinePolicies: {X: BAD}
    permissionsBoundary: BAD
users:
  - arn: arn:aws:iam::111122223333:user/u
    inlinePolicies: {X: BAD}
    permissionsBoundary: '{"Statement": {"Effect": "Maybe"}}'
groups:
  - arn: arn:aws:iam::111122223333:group/g
    inlinePolicies: {X: BAD}
resources:
  - arn: arn:aws:sqs:eu-west-1:111122223333:q
    policy: BAD
vpcEndpoints:
  - id: vpce-1
    policy: BAD
organization:
  id: o-a
  managementAccount: "999999999999"
  root:
    id: r-a
    serviceControlPolicies: [{name: N, document: BAD}]
    resourceControlPolicies: [{name: N, document: BAD}]
    organizationalUnits:
      - id: ou-a
        serviceControlPolicies: [{name: N, document: BAD}]
        accounts:
          - id: "111122223333"
            serviceControlPolicies: [{name: N, document: BAD}]`
	inv, found := Load(faultFiles(strings.ReplaceAll(set, "BAD", "{Statement: {Effect: Maybe}}")), "set.yaml")
	require.Nil(t, inv)
	var got []int
	for _, d := range found {
		if d.ID == "effect-value" {
			got = append(got, d.Position.Line)
		}
	}
	require.Equal(t, []int{2, 5, 6, 7, 10, 11, 14, 17, 20, 26, 27, 30, 33}, got)
}
