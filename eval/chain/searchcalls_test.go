package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval/chain"
)

// S takes a tag or a source identity; A's sessions can have only the one, B's
// only the other. What the hop into S asks for first is not all that is tried.
func TestEveryPathIsTriedWithOtherSessions(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(`
users: [{ arn: arn:aws:iam::111111111111:user/u }]
roles:
  - arn: arn:aws:iam::111111111111:role/A
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:user/u" }, Action: ["sts:AssumeRole", "sts:TagSession"] }] }
  - arn: arn:aws:iam::111111111111:role/B
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:user/u" }, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"] }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:SetSourceIdentity", Resource: "*" }] } }
  - arn: arn:aws:iam::111111111111:role/S
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:role/A", "arn:aws:iam::111111111111:role/B"] }, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"], Condition: { StringEquals: { "aws:PrincipalTag/team": "data" } } }
        - { Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:role/A", "arn:aws:iam::111111111111:role/B"] }, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"], Condition: { StringEquals: { "aws:SourceIdentity": "alice" } } }
`)), chain.Given{})
	require.NoError(t, err)
	found := find(t, g, chain.Question{From: "u", To: "S"})
	require.Equal(t, []string{"u A S", "u B S"}, ways(found))
	require.Equal(t, []string{"1 aws:RequestTag/team=data"}, supplied(found.Paths[0]))
	require.Equal(t, []string{"1 sts:SourceIdentity=alice"}, supplied(found.Paths[1]))
}

// S wants the tag "team", which B takes under the value of its caller's tag
// "group": what the first hop must pass is known at the last alone.
func TestValuesFlowBackOverComparisons(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(`
users: [{ arn: arn:aws:iam::111111111111:user/u }]
roles:
  - arn: arn:aws:iam::111111111111:role/A
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:user/u" }, Action: ["sts:AssumeRole", "sts:TagSession"] }] }
  - arn: arn:aws:iam::111111111111:role/B
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - Effect: Allow
          Principal: { AWS: "arn:aws:iam::111111111111:role/A" }
          Action: ["sts:AssumeRole", "sts:TagSession"]
          Condition: { StringEquals: { "aws:RequestTag/team": "${aws:PrincipalTag/group}" } }
  - arn: arn:aws:iam::111111111111:role/S
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/B" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:PrincipalTag/team": "data" } } }] }
`)), chain.Given{})
	require.NoError(t, err)
	found := find(t, g, chain.Question{From: "u", To: "S"})
	require.Equal(t, []string{"u A B S"}, ways(found))
	require.Equal(t, []string{"1 aws:RequestTag/group=data", "2 aws:RequestTag/team=data"}, supplied(found.Paths[0]))
}
