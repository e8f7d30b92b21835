package chain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval/chain"
)

// rings has the cycles A-B, A-B-C, D-E, and Self with itself; Lone leads to A
// and is on none. E asks D's session for a tag that E cannot pass to it.
const rings = `
users: [{ arn: arn:aws:iam::111111111111:user/eve }]
roles:
  - arn: arn:aws:iam::111111111111:role/A
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:role/B", "arn:aws:iam::222222222222:role/C", "arn:aws:iam::111111111111:role/Lone"] }, Action: "sts:AssumeRole" }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
  - arn: arn:aws:iam::111111111111:role/B
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/A" }, Action: "sts:AssumeRole" }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
  - arn: arn:aws:iam::222222222222:role/C
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/B" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "sts:ExternalId": "e1" } } }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
  - arn: arn:aws:iam::333333333333:role/D
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::222222222222:role/E" }, Action: "sts:AssumeRole" }, { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: ["sts:AssumeRole", "sts:TagSession"] }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
  - arn: arn:aws:iam::222222222222:role/E
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::333333333333:role/D" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:PrincipalTag/team": "data" } } }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
  - arn: arn:aws:iam::111111111111:role/Lone
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:user/eve" }, Action: "sts:AssumeRole" }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
  - arn: arn:aws:iam::111111111111:role/Self
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/Self" }, Action: "sts:AssumeRole" }] }
`

func TestCycles(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(rings)), chain.Given{})
	require.NoError(t, err)
	for _, test := range []struct {
		name string
		q    chain.CycleQuestion
		want []string
		cut  []string
	}{
		{"all", chain.CycleQuestion{}, []string{"Self Self", "A B A", "D E D", "A B C A"}, nil},
		{"of few hops", chain.CycleQuestion{MaxHops: 2}, []string{"Self Self", "A B A", "D E D"}, []string{"cycles of more than 2 hops were not looked for"}},
		{"the first", chain.CycleQuestion{Limit: 2}, []string{"Self Self", "A B A"}, []string{"cycles besides the first 2 were not listed"}},
		{"through a role", chain.CycleQuestion{Through: "C"}, []string{"A B C A"}, nil},
		{"through the first role", chain.CycleQuestion{Through: "A"}, []string{"A B A", "A B C A"}, nil},
		{"through none", chain.CycleQuestion{Through: "Lone"}, nil, nil},
		{"within reach of a user", chain.CycleQuestion{From: "eve"}, []string{"A B A", "A B C A"}, nil},
		{"within reach of a role on one", chain.CycleQuestion{From: "role/Self"}, []string{"Self Self"}, nil},
		{"between accounts alone", chain.CycleQuestion{CrossAccount: true}, []string{"D E D"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := g.Cycles(test.q)
			require.NoError(t, err)
			require.Equal(t, test.want, ways(found))
			require.Equal(t, test.cut, found.Cut)
			require.False(t, found.Incomplete)
		})
	}
}

// A cycle is followed like any chain, from a role from which it stands: each hop tells what it needs.
func TestCyclesAreFollowed(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(rings)), chain.Given{})
	require.NoError(t, err)
	found, err := g.Cycles(chain.CycleQuestion{Through: "C"})
	require.NoError(t, err)
	require.Equal(t, []string{"2 sts:ExternalId=e1"}, supplied(found.Paths[0]))

	found, err = g.Cycles(chain.CycleQuestion{Through: "E"})
	require.NoError(t, err)
	require.Equal(t, []string{"D E D"}, ways(found), "from E it does not stand")
	require.Equal(t, []chain.Supply{{Place: chain.OfSession, Key: "aws:PrincipalTag/team", Values: []string{"data"}}}, found.Paths[0].Start)
	require.Equal(t, 1, found.Reached)
}

func TestCyclesThatCannotBeDecided(t *testing.T) {
	const export = `{"UserDetailList":[],"GroupDetailList":[],"Policies":[],
"RoleDetailList":[{"RoleName":"R","RoleId":"AROAEXAMPLER000000001","Arn":"arn:aws:iam::111111111111:role/R","Path":"/","AttachedManagedPolicies":[{"PolicyName":"P","PolicyArn":"arn:aws:iam::111111111111:policy/P"}],
"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}}]}`
	g, err := chain.Build(compile(t, []byte(export)), chain.Given{})
	require.NoError(t, err)
	found, err := g.Cycles(chain.CycleQuestion{})
	require.NoError(t, err)
	require.Empty(t, found.Paths)
	require.Len(t, found.Unanswered, 1)
	require.Contains(t, found.Unanswered[0].Why, "arn:aws:iam::111111111111:policy/P")
}

func TestCyclesOfUnknownNames(t *testing.T) {
	g := companyGraph(t, chain.Given{})
	_, err := g.Cycles(chain.CycleQuestion{Through: "Date"})
	require.ErrorContains(t, err, "did you mean arn:aws:iam::222222222222:role/Data?")
	_, err = g.Cycles(chain.CycleQuestion{From: "alcie"})
	require.ErrorContains(t, err, "did you mean arn:aws:iam::111111111111:user/alice?")
}

// Roles that all trust their account make more cycles than anyone could list: the bound is told.
func TestCyclesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("roles:\n")
	for i := range 24 {
		fmt.Fprintf(&b, `  - arn: arn:aws:iam::111111111111:role/R%02d
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" }] }
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
`, i)
	}
	g, err := chain.Build(compile(t, []byte(b.String())), chain.Given{})
	require.NoError(t, err)
	found, err := g.Cycles(chain.CycleQuestion{Limit: 40})
	require.NoError(t, err)
	require.Len(t, found.Paths, 40)
	require.Equal(t, []string{"cycles besides the first 40 were not listed"}, found.Cut)
	require.Equal(t, "R00 R00", ways(found)[0])
	require.Equal(t, "R00 R01 R00", ways(found)[24])
}
