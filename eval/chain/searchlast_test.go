package chain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/chain"
)

// guarded has a user who reaches Reader over Gate; what Reader may do, and
// with what sessions, each case says. Reader comes back to Gate.
const guarded = `
identityProviders:
  - arn: arn:aws:iam::111111111111:oidc-provider/id.example.com
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], Resource: "*" }] } }
roles:
  - arn: arn:aws:iam::111111111111:role/Gate
    roleId: AROAEXAMPLEGATE
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:role/Reader"] }, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"] }
        - { Effect: Allow, Principal: { Federated: "arn:aws:iam::111111111111:oidc-provider/id.example.com" }, Action: "sts:AssumeRoleWithWebIdentity" }
    inlinePolicies:
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], Resource: "*" }] }
      Federated: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "s3:ListBucket", Resource: "*", Condition: { StringLike: { "aws:FederatedProvider": "*id.example.com" } } }] }
  - arn: arn:aws:iam::111111111111:role/Reader
    roleId: AROAEXAMPLEREADER
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/Gate" }, Action: %s }] }
    inlinePolicies:
      Assume: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] }
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "s3:GetObject", Resource: "%s", Condition: %s }] }
resources:
  - arn: arn:aws:s3:::data
    account: "111111111111"
    policy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:sts::111111111111:assumed-role/Reader/nightly" }, Action: "s3:PutObject", Resource: "arn:aws:s3:::data/*" }] }
`

func TestChainsThatTheLastRequestAsksFor(t *testing.T) {
	const all, plain, any = `["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]`, `"sts:AssumeRole"`, "arn:aws:s3:::data/*"
	for _, test := range []struct {
		name, trust, resource, condition string
		q                                chain.Question
		want, supply, cut                []string
	}{
		{
			name: "a tag", trust: all, resource: any, condition: `{ StringEquals: { "aws:PrincipalTag/team": "data" } }`,
			want: []string{"alice Gate Reader"}, supply: []string{"2 aws:RequestTag/team=data"},
		},
		{name: "a tag that may not be passed", trust: plain, resource: any, condition: `{ StringEquals: { "aws:PrincipalTag/team": "data" } }`},
		{
			name: "a tag in the resource", trust: all, resource: "arn:aws:s3:::data/${aws:PrincipalTag/team}/*", condition: "{}",
			want: []string{"alice Gate Reader"}, supply: []string{"2 aws:RequestTag/team=red"},
		},
		{
			name: "a source identity", trust: all, resource: any, condition: `{ StringLike: { "aws:SourceIdentity": "al*" } }`,
			want: []string{"alice Gate Reader"}, supply: []string{"2 sts:SourceIdentity=al"},
		},
		{
			name: "a tag and a source identity that are compared", trust: all, resource: any,
			condition: `{ StringEquals: { "aws:SourceIdentity": "ann" }, StringLike: { "aws:PrincipalTag/owner": "${aws:SourceIdentity}" } }`,
			want:      []string{"alice Gate Reader"}, supply: []string{"2 aws:RequestTag/owner=ann", "2 sts:SourceIdentity=ann"},
		},
		{
			name: "a session name in aws:userid", trust: plain, resource: any, condition: `{ StringLike: { "aws:userid": "*:night*" } }`,
			want: []string{"alice Gate Reader"}, supply: []string{"2 sts:RoleSessionName=night"},
		},
		{
			name: "a session that the resource's policy names", trust: plain, resource: "arn:aws:s3:::other/*", condition: "{}",
			q:    chain.Question{From: "alice", Action: "s3:PutObject", Resource: "arn:aws:s3:::data/red/x"},
			want: []string{"alice Gate Reader"}, supply: []string{"2 sts:RoleSessionName=nightly"},
		},
		{
			name: "a provider", trust: plain, resource: any, condition: "{}",
			q:    chain.Question{From: "arn:aws:iam::111111111111:oidc-provider/id.example.com", Action: "s3:ListBucket", Resource: "arn:aws:s3:::data"},
			want: []string{"id.example.com Gate"},
		},
		{
			name: "a provider that a user has not", trust: plain, resource: any, condition: "{}",
			q: chain.Question{From: "alice", Action: "s3:ListBucket", Resource: "arn:aws:s3:::data"},
		},
		{
			name: "a key that is nobody's to choose", trust: all, resource: any, condition: `{ StringEquals: { "s3:ExistingObjectTag/public": "yes" } }`,
			cut: []string{"s3:GetObject at the end of a chain depends on s3:ExistingObjectTag/public, which was not given"},
		},
		{
			name: "a tag of the start itself", trust: all, resource: any, condition: `{ StringEquals: { "aws:PrincipalTag/team": "data" } }`,
			q:    chain.Question{From: "role/Reader", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/red/x"},
			want: []string{"Reader"},
		},
		{
			name: "another name than that of the start", trust: plain, resource: any, condition: `{ StringLike: { "aws:userid": "*:nightly" } }`,
			q:    chain.Question{From: "arn:aws:sts::111111111111:assumed-role/Reader/daily", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/red/x"},
			want: []string{"Reader Gate Reader"}, supply: []string{"2 sts:RoleSessionName=nightly"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, err := chain.Build(compile(t, fmt.Appendf(nil, guarded, test.trust, test.resource, test.condition)), chain.Given{})
			require.NoError(t, err)
			q := test.q
			if q.From == "" {
				q = chain.Question{From: "alice", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/red/x"}
			}
			found := find(t, g, q)
			require.Equal(t, test.want, ways(found))
			require.Equal(t, test.cut, found.Cut)
			require.False(t, found.Incomplete)
			if len(found.Paths) > 0 {
				require.Equal(t, test.supply, sortedTexts(supplied(found.Paths[0])))
				require.Equal(t, "allowed", found.Paths[0].Result.Final.Answer)
			}
		})
	}
}

// S asks for a tag that the sessions of A get from B alone, and B is reached over A.
func TestAChainMayComeThroughARoleTwice(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(`
users: [{ arn: arn:aws:iam::111111111111:user/u }]
roles:
  - arn: arn:aws:iam::111111111111:role/A
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:user/u"] }, Action: "sts:AssumeRole" }
        - { Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:role/B"] }, Action: ["sts:AssumeRole", "sts:TagSession"] }
  - arn: arn:aws:iam::111111111111:role/B
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/A" }, Action: "sts:AssumeRole" }] }
  - arn: arn:aws:iam::111111111111:role/S
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/A" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:PrincipalTag/team": "data" } } }] }
`)), chain.Given{})
	require.NoError(t, err)
	found := find(t, g, chain.Question{From: "u", To: "S"})
	require.Equal(t, []string{"u A B A S"}, ways(found))
	require.Equal(t, []string{"3 aws:RequestTag/team=data"}, supplied(found.Paths[0]))
	require.Empty(t, find(t, g, chain.Question{From: "u", To: "S", MaxHops: 3}).Paths)
}

// Under Options.Strict a hop that another account would have to allow is
// denied, and a hop whose condition is met is decided all the same.
func TestStrictChains(t *testing.T) {
	e := compile(t, []byte(company)).With(eval.Options{Strict: true})
	g, err := chain.Build(e, chain.Given{})
	require.NoError(t, err)
	require.Equal(t, []string{"alice Deployer Gate Data"}, ways(find(t, g, chain.Question{From: "alice", To: "Data"})))
	found := find(t, g, chain.Question{From: "333333333333", To: "Gate"})
	require.Empty(t, found.Paths)
	address := conditions.NewContext()
	address.Set("aws:SourceIp", "198.51.100.1")
	g, err = chain.Build(e, chain.Given{Context: address})
	require.NoError(t, err)
	require.Empty(t, find(t, g, chain.Question{From: "alice", To: "Data"}).Paths)
}
