package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFaultsOfContent(t *testing.T) {
	for _, tt := range []fault{
		{"ARNs of roles", `
roles:
  - {arn: 'R', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:user/u', trustPolicy: TRUST}
  - {arn: 'arn:aws:sts::111122223333:assumed-role/R/s', trustPolicy: TRUST}
  - {arn: 'arn:aws:s3:::b', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam:eu-west-1:111122223333:role/R', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::11112222333:role/R', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:role/', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:role/R*', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:instance-profile/R', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:nothing/R', trustPolicy: TRUST}`, []string{
			`2:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "R"; an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`,
			`3:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam::111122223333:user/u"; this is the ARN of a user`,
			`4:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:sts::111122223333:assumed-role/R/s"; a session belongs to its role: give the role's ARN`,
			`5:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:s3:::b"; the service field must be iam`,
			`6:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam:eu-west-1:111122223333:role/R"; ARNs of IAM name no region`,
			`7:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam::11112222333:role/R"; the account id of an ARN has 12 digits`,
			`8:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam::111122223333:role/"; the name is missing`,
			`9:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam::111122223333:role/R*"; wildcards are not allowed here`,
			`10:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam::111122223333:instance-profile/R"; this is the ARN of an instance profile, not of its role`,
			`11:11: error: "arn" of a role must be an ARN of a role such as arn:aws:iam::111122223333:role/team/Deployer, found "arn:aws:iam::111122223333:nothing/R"`,
		}},
		{"ARNs of policies", `
policies:
  - {arn: 'ReadLogs', document: ALLOW}
  - {arn: 'arn:aws:iam::111122223333:role/R', document: ALLOW}
  - {arn: 'arn:aws:organizations::999999999999:policy/o-a/tag_policy/p-1', document: ALLOW}
  - {arn: 'arn:aws:organizations::999999999999:policy/o-a/service_control_policy/', document: ALLOW}`, []string{
			`2:11: error: "arn" of a policy must be an ARN of an IAM policy, an SCP or an RCP, found "ReadLogs"; an ARN is needed, not a name`,
			`3:11: error: "arn" of a policy must be an ARN of an IAM policy, an SCP or an RCP, found "arn:aws:iam::111122223333:role/R"; this is the ARN of a role`,
			`4:11: error: "arn" of a policy must be an ARN of an IAM policy, an SCP or an RCP, found "arn:aws:organizations::999999999999:policy/o-a/tag_policy/p-1"`,
			`5:11: error: "arn" of a policy must be an ARN of an IAM policy, an SCP or an RCP, found "arn:aws:organizations::999999999999:policy/o-a/service_control_policy/"`,
		}},
		{"ARNs of resources", `
resources:
  - {arn: 'bucket', account: '111122223333'}
  - {arn: 'arn:aws:s3:::b/*', account: '111122223333'}
  - {arn: 'arn:aws:s3:::', account: '111122223333'}
  - {arn: 'arn:aws:::111122223333:x', account: '111122223333'}`, []string{
			`2:11: error: "arn" of a resource must be an ARN of one resource, without wildcards, found "bucket"; an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`,
			`3:11: error: "arn" of a resource must be an ARN of one resource, without wildcards, found "arn:aws:s3:::b/*"; declare the resource itself: what is said of it also holds for what lies below it`,
			`4:11: error: "arn" of a resource must be an ARN of one resource, without wildcards, found "arn:aws:s3:::"; an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`,
			`5:11: error: "arn" of a resource must be an ARN of one resource, without wildcards, found "arn:aws:::111122223333:x"; an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`,
		}},
		{"ARNs of providers", `
identityProviders:
  - {arn: 'accounts.google.com'}
  - {arn: 'arn:aws:iam::111122223333:role/R'}`, []string{
			`2:11: error: "arn" of an identity provider must be an ARN of a SAML or OIDC provider, found "accounts.google.com"; an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`,
			`3:11: error: "arn" of an identity provider must be an ARN of a SAML or OIDC provider, found "arn:aws:iam::111122223333:role/R"; this is the ARN of a role`,
		}},
		{"attached policies", `
users: [{arn: 'arn:aws:iam::111122223333:user/u', attachedPolicies: [ReadLogs, 'arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1'], permissionsBoundary: Boundary}]`, []string{
			`1:70: error: an entry of "attachedPolicies" of a user must be an ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/ReadLogs, found "ReadLogs"; an ARN is needed, not a name`,
			`1:80: error: an entry of "attachedPolicies" of a user must be an ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/ReadLogs, found "arn:aws:organizations::999999999999:policy/o-a/service_control_policy/p-1"; the service field must be iam`,
			`1:179: error: "permissionsBoundary" of a user must be an ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/ReadLogs or a policy document, found "Boundary"; an ARN is needed, not a name`,
		}},
		{"account ids", `
resources:
  - {arn: 'arn:aws:s3:::b0', account: 12345678901}
  - {arn: 'arn:aws:s3:::b1', account: 1111-2222-3333}
  - {arn: 'arn:aws:s3:::b2', account: 1.11122223333e11}
  - {arn: 'arn:aws:s3:::b3', account: prod}
  - {arn: 'arn:aws:s3:::b4', account: ''}`, []string{
			`2:39: error: "account" of a resource must be an account id of 12 digits, found "12345678901"; were leading zeros lost? quote the id: "012345678901"`,
			`3:39: error: "account" of a resource must be an account id of 12 digits, found "1111-2222-3333"; write "111122223333"`,
			`4:39: error: "account" of a resource must be an account id of 12 digits, found "1.11122223333e11"; quote the id so that it is no number`,
			`5:39: error: "account" of a resource must be an account id of 12 digits, found "prod"`,
			`6:39: error: "account" of a resource must be an account id of 12 digits, found ""`,
		}},
		{"account ids of the tree", `
organization: {id: o-a, managementAccount: 99999999999, root: {id: r-a, accounts: [abc, {id: 11112222333}]}}`, []string{
			`1:44: error: "managementAccount" of an organization must be an account id of 12 digits, found "99999999999"; were leading zeros lost? quote the id: "099999999999"`,
			`1:84: error: an entry of "accounts" of a root must be an account id of 12 digits or an object (an account), found "abc"`,
			`1:94: error: "id" of an account must be an account id of 12 digits, found "11112222333"; were leading zeros lost? quote the id: "011112222333"`,
		}},
		{"ids", `
organization: {id: a, managementAccount: '999999999999', root: {id: root, organizationalUnits: [{id: Prod}]}}
vpcEndpoints: [{id: endpoint, vpc: net}]`, []string{
			`1:20: error: "id" of an organization must be an organization id such as o-0a1b, found "a"`,
			`1:69: error: "id" of a root must be a root id such as r-0a1b, found "root"`,
			`1:102: error: "id" of an organizational unit must be an organizational unit id such as ou-0a1b, found "Prod"`,
			`2:21: error: "id" of a VPC endpoint must be a VPC endpoint id such as vpce-0a1b, found "endpoint"`,
			`2:36: error: "vpc" of a VPC endpoint must be a VPC id such as vpc-0a1b, found "net"`,
		}},
		{"endpoint values", `
vpcEndpoints: [{id: vpce-1, type: gateway, service: com.amazonaws.eu-west-1.s3}, {id: vpce-2, type: Loadbalancer, service: S3}]`, []string{
			`1:35: error: "type" of a VPC endpoint must be one of Interface, Gateway, found "gateway"; did you mean "Gateway"?`,
			`1:53: error: "service" of a VPC endpoint must be a service prefix such as s3, found "com.amazonaws.eu-west-1.s3"; write the prefix of the service's actions, such as "s3"`,
			`1:101: error: "type" of a VPC endpoint must be one of Interface, Gateway, found "Loadbalancer"`,
			`1:124: error: "service" of a VPC endpoint must be a service prefix such as s3, found "S3"`,
		}},
		{"session durations", `
roles:
  - {arn: 'arn:aws:iam::111122223333:role/R0', trustPolicy: TRUST, maxSessionDuration: 60}
  - {arn: 'arn:aws:iam::111122223333:role/R1', trustPolicy: TRUST, maxSessionDuration: 43201}
  - {arn: 'arn:aws:iam::111122223333:role/R2', trustPolicy: TRUST, maxSessionDuration: 1h}
  - {arn: 'arn:aws:iam::111122223333:role/R3', trustPolicy: TRUST, maxSessionDuration: 3600.5}`, []string{
			`2:203: error: "maxSessionDuration" of a role must be a number of seconds from 3600 to 43200, found "60"`,
			`3:203: error: "maxSessionDuration" of a role must be a number of seconds from 3600 to 43200, found "43201"`,
			`4:203: error: "maxSessionDuration" of a role must be a number of seconds from 3600 to 43200, found "1h"`,
			`5:203: error: "maxSessionDuration" of a role must be a number of seconds from 3600 to 43200, found "3600.5"`,
		}},
		{"grants", `
resources: [{arn: 'arn:aws:kms:eu-west-1:111122223333:key/k', grants: [{grantee: '111122223333', operations: [decrypt, 'kms:Decrypt']}, {grantee: '*', operations: []}, {grantee: 'arn:aws:iam::111122223333:role/*', operations: [Sign]}]}]`, []string{
			`1:82: error: "grantee" of a grant must be a principal ARN or a service principal such as lambda.amazonaws.com, found "111122223333"; the account's root user is arn:aws:iam::111122223333:root`,
			`1:111: error: an entry of "operations" of a grant must be one of CreateGrant, Decrypt, DeriveSharedSecret, DescribeKey, Encrypt, GenerateDataKey, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext, GenerateDataKeyWithoutPlaintext, GenerateMac, GetPublicKey, ReEncryptFrom, ReEncryptTo, RetireGrant, Sign, Verify, VerifyMac, found "decrypt"; did you mean "Decrypt"?`,
			`1:120: error: an entry of "operations" of a grant must be one of CreateGrant, Decrypt, DeriveSharedSecret, DescribeKey, Encrypt, GenerateDataKey, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext, GenerateDataKeyWithoutPlaintext, GenerateMac, GetPublicKey, ReEncryptFrom, ReEncryptTo, RetireGrant, Sign, Verify, VerifyMac, found "kms:Decrypt"`,
			`1:147: error: "grantee" of a grant must be a principal ARN or a service principal such as lambda.amazonaws.com, found "*"`,
			`1:179: error: "grantee" of a grant must be a principal ARN or a service principal such as lambda.amazonaws.com, found "arn:aws:iam::111122223333:role/*"`,
		}},
		{"entries that are null", `
users: [null]
groups: [{arn: 'arn:aws:iam::111122223333:group/g', attachedPolicies: [~]}]`, []string{
			`1:9: error: an entry of "users" of a policy set must be an object (a user), found null`,
			`2:72: error: an entry of "attachedPolicies" of a group must be an ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/ReadLogs, found null`,
		}},
		{"grants of no key", `
resources: [{arn: 'arn:aws:sqs:eu-west-1:111122223333:q', grants: [{grantee: lambda.amazonaws.com, operations: [Decrypt]}]}]`, []string{
			`1:67: error: only KMS keys have grants, and "arn:aws:sqs:eu-west-1:111122223333:q" is no key`,
		}},
		{"undeclared grantees", `
roles: [{arn: 'arn:aws:iam::111122223333:role/Worker', trustPolicy: TRUST}]
resources:
  - arn: arn:aws:kms:eu-west-1:111122223333:key/k
    grants:
      - {grantee: 'arn:aws:iam::111122223333:role/Worker', operations: [Decrypt]}
      - {grantee: 'arn:aws:iam::111122223333:role/Wroker', operations: [Decrypt]}
      - {grantee: 'arn:aws:sts::111122223333:assumed-role/Worker/s', operations: [Decrypt]}
      - {grantee: 'arn:aws:sts::111122223333:assumed-role/Nobody/s', operations: [Decrypt]}
      - {grantee: 'arn:aws:iam::111122223333:root', operations: [Decrypt]}
      - {grantee: 'arn:aws:sts::111122223333:federated-user/f', operations: [Decrypt]}
      - {grantee: 'arn:aws:iam::444455556666:role/Far', operations: [Decrypt]}`, []string{
			`6:9: error: the grantee "arn:aws:iam::111122223333:role/Wroker" is not declared, although its account is known; did you mean "arn:aws:iam::111122223333:role/Worker"?`,
			`8:9: error: the grantee "arn:aws:sts::111122223333:assumed-role/Nobody/s" is not declared, although its account is known`,
		}},
		{"owners", `
resources: [{arn: 'arn:aws:s3:::b'}, {arn: 'arn:aws:sqs:eu-west-1:111122223333:q', account: '444455556666'}]`, []string{
			`1:13: error: the owner of "arn:aws:s3:::b" is not known: its ARN names no account; add "account"`,
			`1:93: error: the resource's ARN names account 111122223333, its entry 444455556666`,
		}},
		{"policy of an IAM entity", `
resources: [{arn: 'arn:aws:iam::111122223333:role/R', policy: OPEN}]`, []string{
			`1:13: error: entities of IAM have no resource-based policy; a role's trust policy is the trustPolicy of its entry in roles`,
		}},
		{"undeclared policies", `
policies: [{arn: 'arn:aws:iam::111122223333:policy/ReadLogs', document: ALLOW}, {name: Guard, document: ALLOW}]
users:
  - arn: arn:aws:iam::111122223333:user/u
    attachedPolicies: [arn:aws:iam::111122223333:policy/ReadLog, arn:aws:iam::aws:policy/AdministratorAccess]
    permissionsBoundary: arn:aws:iam::111122223333:policy/Else
groups: [{arn: 'arn:aws:iam::111122223333:group/g', attachedPolicies: ['arn:aws:iam::111122223333:policy/None']}]
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, serviceControlPolicies: [Gaurd], resourceControlPolicies: [Nothing]}}`, []string{
			`4:24: error: no policy "arn:aws:iam::111122223333:policy/ReadLog" is declared; did you mean "arn:aws:iam::111122223333:policy/ReadLogs"?`,
			`4:66: error: no policy "arn:aws:iam::aws:policy/AdministratorAccess" is declared; add the AWS managed policy: an entry of policies with this arn and its document, or a file of managed policies as NDJSON`,
			`5:26: error: no policy "arn:aws:iam::111122223333:policy/Else" is declared`,
			`6:72: error: no policy "arn:aws:iam::111122223333:policy/None" is declared`,
			`7:101: error: no policy "Gaurd" is declared; did you mean "Guard"?`,
			`7:135: error: no policy "Nothing" is declared`,
		}},
		{"undeclared groups", `
users: [{arn: 'arn:aws:iam::111122223333:user/u', groups: [analyst, 'arn:aws:iam::111122223333:group/p/analysts', far]}]
groups: [{arn: 'arn:aws:iam::111122223333:group/analysts'}, {arn: 'arn:aws:iam::444455556666:group/far'}]`, []string{
			`1:60: error: no group "analyst" is declared in account 111122223333; did you mean "analysts"?`,
			`1:69: error: no group "arn:aws:iam::111122223333:group/p/analysts" is declared in account 111122223333; groups are named without ARN and path: "analysts"`,
			`1:115: error: no group "far" is declared in account 111122223333`,
		}},
		{"built-in policies", `
policies: [{name: FullAWSAccess, document: ALLOW}, {arn: 'arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess', document: RCP!}]
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, serviceControlPolicies: [RCPFullAWSAccess, {name: FullAWSAccess, document: ALLOW}], resourceControlPolicies: [FullAWSAccess]}}`, []string{
			`1:12: error: the policy "FullAWSAccess" is built in; leave the entry out`,
			`1:139: error: the policy "p-RCPFullAWSAccess" is built in; leave the entry out`,
			`2:101: error: RCPFullAWSAccess is an RCP, not an SCP; did you mean FullAWSAccess?`,
			`2:119: error: the policy "FullAWSAccess" is built in; write its name alone`,
			`2:273: error: FullAWSAccess is an SCP, not an RCP; did you mean RCPFullAWSAccess?`,
		}},
		{"ambiguous name", `
policies: [{arn: 'arn:aws:iam::111122223333:policy/a/P', document: ALLOW}, {arn: 'arn:aws:iam::111122223333:policy/b/P', document: ALLOW}]
organization: {id: o-a, managementAccount: '999999999999', root: {id: r-a, serviceControlPolicies: [P]}}`, []string{
			`2:101: error: 2 policies are named "P": arn:aws:iam::111122223333:policy/a/P, arn:aws:iam::111122223333:policy/b/P; give the ARN`,
		}},
		{"declared twice", `
roles:
  - {arn: 'arn:aws:iam::111122223333:role/R', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:role/R', trustPolicy: TRUST}
policies:
  - {name: P, document: ALLOW}
  - {name: P, document: ALLOW}
vpcEndpoints: [{id: vpce-1}, {id: vpce-1}]`, []string{
			`3:5: error: "arn:aws:iam::111122223333:role/R" is declared twice; first at set.yaml:2:5; remove one of them, or let later inputs win with --override`,
			`6:5: error: "P" is declared twice; first at set.yaml:5:5; remove one of them, or let later inputs win with --override`,
			`7:30: error: "vpce-1" is declared twice; first at set.yaml:7:16; remove one of them, or let later inputs win with --override`,
		}},
		{"names that IAM takes for the same", `
roles:
  - {arn: 'arn:aws:iam::111122223333:role/R', trustPolicy: TRUST}
  - {arn: 'arn:aws:iam::111122223333:role/path/r', trustPolicy: TRUST}
groups: [{arn: 'arn:aws:iam::111122223333:group/g'}, {arn: 'arn:aws:iam::111122223333:group/path/G'}]`, []string{
			`2:5: error: account 111122223333 has another role "r" at set.yaml:3:5; names are unique whatever their path and case`,
			`3:5: error: account 111122223333 has another role "R" at set.yaml:2:5; names are unique whatever their path and case`,
			`4:10: error: account 111122223333 has another group "G" at set.yaml:4:54; names are unique whatever their path and case`,
			`4:54: error: account 111122223333 has another group "g" at set.yaml:4:10; names are unique whatever their path and case`,
		}},
		{"unique id twice", `
users: [{arn: 'arn:aws:iam::111122223333:user/a', userId: AIDA1}, {arn: 'arn:aws:iam::111122223333:user/b', userId: AIDA1}]`, []string{
			`1:67: error: the unique id "AIDA1" is also that of arn:aws:iam::111122223333:user/a`,
		}},
		{"tags that differ by case", `
users: [{arn: 'arn:aws:iam::111122223333:user/a', tags: {Team: a, team: b}}]`, []string{
			`1:9: error: the tags "Team" and "team" differ only by case, and IAM keeps one of them`,
		}},
		{"levels twice", `
organization:
  id: o-a
  managementAccount: '999999999999'
  root:
    id: r-a
    accounts: ['111122223333', '111122223333']
    organizationalUnits:
      - {id: ou-a, accounts: [{id: '111122223333'}]}
      - {id: ou-a}
    serviceControlPolicies: [{name: S, document: ALLOW}, {name: S, document: DENY}]`, []string{
			`6:32: error: "111122223333" stands twice in the organization; first at set.yaml:6:16`,
			`8:31: error: "111122223333" stands twice in the organization; first at set.yaml:6:16`,
			`9:9: error: "ou-a" stands twice in the organization; first at set.yaml:8:9`,
			`10:145: error: the policy "S" stands twice in this list`,
		}},
	} {
		t.Run(tt.name, tt.run)
	}
}

// The search for near names is bounded; the findings are not.
func TestSuggestionsAreBounded(t *testing.T) {
	var set strings.Builder
	set.WriteString("groups: [{arn: 'arn:aws:iam::111122223333:group/analysts'}]\nusers:\n")
	for i := range 2 * maxSuggestions {
		fmt.Fprintf(&set, "  - {arn: 'arn:aws:iam::111122223333:user/u%d', groups: [analyst]}\n", i)
	}
	_, found := Load(faultFiles(set.String()), "set.yaml")
	hints := 0
	for _, d := range found {
		if d.Hint != "" {
			hints++
		}
	}
	require.Len(t, found, 2*maxSuggestions)
	require.Equal(t, maxSuggestions, hints)

	set.Reset()
	set.WriteString("groups:\n")
	for i := range maxCandidates + 1 {
		fmt.Fprintf(&set, "  - {arn: 'arn:aws:iam::111122223333:group/g%d'}\n", i)
	}
	set.WriteString("users: [{arn: 'arn:aws:iam::111122223333:user/u', groups: [g]}]")
	_, found = Load(faultFiles(set.String()), "set.yaml")
	require.Len(t, found, 1)
	require.Empty(t, found[0].Hint)
}

func TestLongTextsAreShortened(t *testing.T) {
	_, found := Load(faultFiles("users: ["+strings.Repeat("x", 10_000)+"]"), "set.yaml")
	require.Len(t, found, 1)
	require.Less(t, len(found[0].Message), 300)
}
