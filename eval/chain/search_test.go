package chain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval/chain"
)

// company is an inventory with every kind of start: users, a service, an
// identity provider, an account of which nothing was read, and everyone.
const company = `
identityProviders:
  - arn: arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies:
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Resource: "arn:aws:iam::111111111111:role/*" }] }
  - arn: arn:aws:iam::111111111111:user/bob
roles:
  - arn: arn:aws:iam::111111111111:role/Deployer
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole", Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }
        - Effect: Allow
          Principal: { Federated: "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }
          Action: "sts:AssumeRoleWithWebIdentity"
          Condition: { StringLike: { "token.actions.githubusercontent.com:sub": "repo:org/app:ref:refs/heads/main" } }
    inlinePolicies:
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: ["sts:AssumeRole", "sts:TagSession"], Resource: "arn:aws:iam::222222222222:role/*" }] }
  - arn: arn:aws:iam::111111111111:role/SecondFactor
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/Deployer" }, Action: "sts:AssumeRole", Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }
  - arn: arn:aws:iam::222222222222:role/Gate
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - Effect: Allow
          Principal: { AWS: ["arn:aws:iam::111111111111:role/Deployer", "333333333333"] }
          Action: ["sts:AssumeRole", "sts:TagSession"]
          Condition: { StringEquals: { "sts:ExternalId": "7f3c" }, IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }
    inlinePolicies:
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "s3:GetObject", Resource: "*" }] }
  - arn: arn:aws:iam::222222222222:role/Data
    trustPolicy:
      Version: 2012-10-17
      Statement:
        - { Effect: Allow, Principal: { AWS: "arn:aws:iam::222222222222:role/Gate" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:PrincipalTag/team": "data" } } }
        - { Effect: Allow, Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }
    inlinePolicies:
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::data/*" }] }
  - arn: arn:aws:iam::222222222222:role/Open
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: "*", Action: "sts:AssumeRole" }] }
`

func companyGraph(t *testing.T, given chain.Given) *chain.Graph {
	t.Helper()
	g, err := chain.Build(compile(t, []byte(company)), given)
	require.NoError(t, err)
	return g
}

// ways writes each chain as the short names along it.
func ways(found *chain.Found) []string {
	var out []string
	for _, p := range found.Paths {
		names := []string{short(p.From)}
		for _, e := range p.Edges {
			names = append(names, short(e.To))
		}
		out = append(out, strings.Join(names, " "))
	}
	return out
}

func short(name string) string { return lastPart(name) }

func find(t *testing.T, g *chain.Graph, q chain.Question) *chain.Found {
	t.Helper()
	found, err := g.Find(q)
	require.NoError(t, err)
	return found
}

func supplied(p chain.Path) []string {
	var out []string
	for i, e := range p.Edges {
		for _, s := range e.Supply {
			out = append(out, string(rune('1'+i))+" "+s.Key+"="+strings.Join(s.Values, ","))
		}
	}
	return out
}

func TestFindTellsWhatEveryHopNeeds(t *testing.T) {
	found := find(t, companyGraph(t, chain.Given{}), chain.Question{From: "alice", To: "Data"})
	require.Equal(t, []string{"alice Deployer Gate Data"}, ways(found))
	require.Equal(t, []string{
		"1 aws:MultiFactorAuthPresent=true",
		"2 aws:RequestTag/team=data", "2 aws:SourceIp=203.0.113.0", "2 sts:ExternalId=7f3c",
	}, sortedTexts(supplied(found.Paths[0])))
	last := found.Paths[0].Result.Steps[1].Session
	require.Equal(t, map[string]string{"team": "data"}, last.Tags)
	require.Zero(t, found.Paths[0].Result.FailedHop)
	require.Empty(t, found.Cut)
}

func sortedTexts(list []string) []string {
	slices.Sort(list)
	return list
}

func TestFindNarrowed(t *testing.T) {
	no := false
	address := conditions.NewContext()
	address.Set("aws:SourceIp", "198.51.100.1")
	for _, test := range []struct {
		name  string
		given chain.Given
		q     chain.Question
		want  []string
	}{
		{"no second factor", chain.Given{MFA: &no}, chain.Question{From: "alice", To: "Data"}, nil},
		{"another external id", chain.Given{ExternalID: "other"}, chain.Question{From: "role/Deployer", To: "Gate"}, nil},
		{"the external id", chain.Given{ExternalID: "7f3c"}, chain.Question{From: "role/Deployer", To: "Gate"}, []string{"Deployer Gate"}},
		{"another address", chain.Given{Context: address}, chain.Question{From: "role/Deployer", To: "Gate"}, nil},
		{"too few hops", chain.Given{}, chain.Question{From: "alice", To: "Data", MaxHops: 2}, nil},
		{"the second factor is gone after the first hop", chain.Given{}, chain.Question{From: "alice", To: "SecondFactor"}, nil},
		{"between accounts alone", chain.Given{}, chain.Question{From: "role/Deployer", To: "Data", CrossAccount: true}, nil},
		{"a stranger may not", chain.Given{}, chain.Question{From: "arn:aws:iam::444444444444:user/eve", To: "Gate"}, nil},
		{"a stranger may where everyone may", chain.Given{}, chain.Question{From: "arn:aws:iam::444444444444:user/eve", To: "Open"}, []string{"eve Open"}},
		{"a user of an account that is named", chain.Given{}, chain.Question{From: "arn:aws:iam::333333333333:user/carl", To: "Data"}, []string{"carl Gate Data"}},
		{"a session by its name", chain.Given{}, chain.Question{From: "arn:aws:sts::111111111111:assumed-role/Deployer/ci", To: "Gate"}, []string{"Deployer Gate"}},
		{"everything within reach", chain.Given{}, chain.Question{From: "role/Gate"}, []string{"Gate Data", "Gate Open"}},
		{"an action at the end", chain.Given{}, chain.Question{From: "alice", Action: "s3:PutObject", Resource: "arn:aws:s3:::data/x"}, []string{"alice Deployer Gate Data"}},
		{"an action nobody may", chain.Given{}, chain.Question{From: "alice", Action: "iam:CreateUser"}, nil},
		{"a service", chain.Given{}, chain.Question{From: "lambda.amazonaws.com", To: "Open"}, []string{"lambda.amazonaws.com Open"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := find(t, companyGraph(t, test.given), test.q)
			require.Equal(t, test.want, ways(found))
		})
	}
}

func TestFindWhoCanReach(t *testing.T) {
	found := find(t, companyGraph(t, chain.Given{}), chain.Question{To: "Data"})
	require.Equal(t, []string{
		"Gate Data", "lambda.amazonaws.com Data",
		"333333333333 Gate Data", "Deployer Gate Data",
		"token.actions.githubusercontent.com Deployer Gate Data", "alice Deployer Gate Data",
	}, ways(found))
	require.Equal(t, []chain.Supply{{Place: chain.OfSession, Key: "aws:PrincipalTag/team", Values: []string{"data"}}}, found.Paths[0].Start)
	require.True(t, found.Paths[2].Edges[0].FarSide)
	require.Equal(t, []chain.Supply{{
		Place: chain.OfCall, Key: "token.actions.githubusercontent.com:sub", Values: []string{"repo:org/app:ref:refs/heads/main"},
	}}, found.Paths[4].Edges[0].Supply)
	require.Equal(t, chain.AssumeRoleWithWebIdentity, found.Paths[4].Edges[0].Action)
}

func TestReachCountsHops(t *testing.T) {
	reach, err := companyGraph(t, chain.Given{}).Reach("Gate", 0)
	require.NoError(t, err)
	require.Equal(t, map[string]int{
		"333333333333": 1, "arn:aws:iam::111111111111:role/Deployer": 1, "arn:aws:iam::111111111111:user/alice": 2,
		"arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com": 2,
	}, reach)
}

func TestFindListsTheShortestAndMore(t *testing.T) {
	e := compile(t, []byte(diamond))
	g, err := chain.Build(e, chain.Given{})
	require.NoError(t, err)
	require.Equal(t, []string{"A B1 C", "A B2 C"}, ways(find(t, g, chain.Question{From: "A", To: "C"})))
	require.Equal(t, []string{"A B1 C", "A B2 C", "A B1 B2 C"}, ways(find(t, g, chain.Question{From: "A", To: "C", More: 1})))
	require.Equal(t, []string{"A B1 C", "A B2 C", "A B1 B2 C", "A B2 B1 C"}, ways(find(t, g, chain.Question{From: "A", To: "C", More: 9})))
	limited := find(t, g, chain.Question{From: "A", Limit: 1})
	require.Equal(t, []string{"A B1"}, ways(limited))
	require.Equal(t, []string{"2 more were not listed"}, limited.Cut)
	require.False(t, limited.Incomplete)
}

// diamond has a cycle between B1 and B2.
const diamond = `
users: [{ arn: arn:aws:iam::111111111111:user/A }]
roles:
  - arn: arn:aws:iam::111111111111:role/B1
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:user/A", "arn:aws:iam::111111111111:role/B2"] }, Action: "sts:AssumeRole" }] }
  - arn: arn:aws:iam::111111111111:role/B2
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:user/A", "arn:aws:iam::111111111111:role/B1"] }, Action: "sts:AssumeRole" }] }
  - arn: arn:aws:iam::111111111111:role/C
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: ["arn:aws:iam::111111111111:role/B1", "arn:aws:iam::111111111111:role/B2"] }, Action: "sts:AssumeRole" }] }
`

func TestGapsNameTheNearestHop(t *testing.T) {
	gaps, cut, err := companyGraph(t, chain.Given{}).Gaps(chain.Question{From: "bob", To: "Gate"}, 3)
	require.NoError(t, err)
	require.False(t, cut)
	require.NotEmpty(t, gaps)
	require.Equal(t, "arn:aws:iam::111111111111:user/bob", gaps[0].Before[0])
	require.Equal(t, "Gate", short(gaps[0].After[len(gaps[0].After)-1]))
	require.NotEqual(t, "allowed", gaps[0].Refused.Answer)

	no := false
	gaps, _, err = companyGraph(t, chain.Given{MFA: &no}).Gaps(chain.Question{From: "alice", To: "Deployer"}, 1)
	require.NoError(t, err)
	require.Equal(t, `Condition Bool aws:MultiFactorAuthPresent: request has "false", policy wants "true"`, gaps[0].Refused.NearMisses[0].Text)
}

func TestBadQuestions(t *testing.T) {
	g := companyGraph(t, chain.Given{})
	for name, test := range map[string]struct {
		q    chain.Question
		want string
	}{
		"nothing asked":       {chain.Question{}, "from: neither the start nor the end of the chains is given"},
		"an unknown start":    {chain.Question{From: "alcie", To: "Data"}, "did you mean arn:aws:iam::111111111111:user/alice?"},
		"an unknown end":      {chain.Question{From: "alice", To: "Date"}, "did you mean arn:aws:iam::222222222222:role/Data?"},
		"an end that is none": {chain.Question{To: "alice"}, `to: "alice" is no role; a chain ends in a role`},
		"no action":           {chain.Question{From: "alice", Action: "s3"}, "is no action"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := g.Find(test.q)
			require.ErrorContains(t, err, test.want)
		})
	}
	for _, key := range []string{"aws:PrincipalTag/team", "aws:MultiFactorAuthPresent", "sts:ExternalId", "aws:userid"} {
		c := conditions.NewContext()
		c.Set(key, "x")
		_, err := chain.Build(compile(t, []byte(company)), chain.Given{Context: c})
		require.ErrorContains(t, err, key+" follows from the caller")
	}
}

// An edge that the inventory cannot decide is told, never followed.
func TestUnreadPolicyLeavesAnEdgeOpen(t *testing.T) {
	const export = `{"UserDetailList":[{"UserName":"u","UserId":"AIDAEXAMPLEU000000001","Arn":"arn:aws:iam::111111111111:user/u","Path":"/","AttachedManagedPolicies":[{"PolicyName":"P","PolicyArn":"arn:aws:iam::111111111111:policy/P"}]}],
"RoleDetailList":[{"RoleName":"R","RoleId":"AROAEXAMPLER000000001","Arn":"arn:aws:iam::111111111111:role/R","Path":"/","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"sts:AssumeRole"}]}}],"GroupDetailList":[],"Policies":[]}`
	g, err := chain.Build(compile(t, []byte(export)), chain.Given{})
	require.NoError(t, err)
	found := find(t, g, chain.Question{From: "u", To: "R"})
	require.Empty(t, found.Paths)
	require.Len(t, found.Unanswered, 1)
	require.Contains(t, found.Unanswered[0].Why, "arn:aws:iam::111111111111:policy/P")
}
