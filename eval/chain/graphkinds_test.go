package chain_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval/chain"
)

// edgesOf lists the edges of a graph as "from to kind needs", with short names.
func edgesOf(t *testing.T, set string, given chain.Given) []string {
	t.Helper()
	g, err := chain.Build(compile(t, []byte(set)), given)
	require.NoError(t, err)
	var out []string
	g.Edges(false, func(e chain.Edge) bool {
		text := short(e.From) + " " + short(e.To) + " " + e.Kind.String()
		for _, s := range e.Supply {
			text += " " + string(s.Place) + " " + s.Key + "=" + strings.Join(s.Values, ",")
		}
		out = append(out, text)
		return true
	})
	return sortedTexts(out)
}

// trusting is a role R with one trust policy, and users alice and bob who may call STS.
func trusting(statements string) string {
	const may = `inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }`
	return `
identityProviders: [{ arn: "arn:aws:iam::111111111111:oidc-provider/id.example.com" }]
users:
  - { arn: "arn:aws:iam::111111111111:user/alice", userId: AIDAALICE, ` + may + ` }
  - { arn: "arn:aws:iam::111111111111:user/bob", ` + may + ` }
roles:
  - { arn: "arn:aws:iam::222222222222:role/R", trustPolicy: { Version: 2012-10-17, Statement: [` + statements + `] } }
`
}

func TestEdgesOfAVPCEndpoint(t *testing.T) {
	const there = `{ Effect: Allow, Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" }`
	const asked = `{ Effect: Allow, Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:SourceVpce": vpce-1 } } }`
	const alone = `{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:user/alice" }, Action: "*", Resource: "*" }`
	const other = `{ Effect: Allow, Principal: "*", Action: "*", Resource: "*" }, { Effect: Deny, Principal: "*", Action: "*", Resource: "*", Condition: { StringEquals: { "sts:RoleSessionName": root } } }`
	through := chain.Given{Context: with("aws:SourceVpce", "vpce-1")}
	for _, test := range []struct {
		name, trust, endpoint, service string
		given                          chain.Given
		want                           []string
	}{
		{"the endpoint's policy names one of a class", there, alone, "sts", through, []string{"alice R always"}},
		{"nobody passes the endpoint", there, alone, "sts", chain.Given{}, []string{"alice R always", "bob R always"}},
		{"the role asks for the endpoint", asked, alone, "sts", chain.Given{}, []string{"alice R if call aws:SourceVpce=vpce-1"}},
		{"the endpoint's policy has a condition", there, other, "sts", through, []string{"alice R if", "bob R if"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := trusting(test.trust) + fmt.Sprintf("vpcEndpoints: [{ id: vpce-1, service: %s, policy: { Version: 2012-10-17, Statement: [%s] } }]\n", test.service, test.endpoint)
			require.Equal(t, test.want, edgesOf(t, set, test.given))
		})
	}
	set := trusting(there) + "vpcEndpoints: [{ id: vpce-1, service: s3 }]\n"
	_, err := chain.Build(compile(t, []byte(set)), through)
	require.ErrorContains(t, err, "a request of sts cannot pass it")
}

// An account of which nothing was read stands for users and roles of any name, with any tags.
func TestEdgesOfUnknownCallers(t *testing.T) {
	const of = `{ Effect: Allow, Principal: { AWS: "777777777777" }, Action: "sts:AssumeRole"`
	const everyone = `{ Effect: Allow, Principal: "*", Action: "sts:AssumeRole"`
	user, role := "caller aws:PrincipalArn=arn:aws:iam::777777777777:user/any", "caller aws:PrincipalArn=arn:aws:iam::777777777777:role/any"
	nobody := " caller aws:PrincipalArn=arn:aws:iam::000000000000:user/any"
	for _, test := range []struct {
		name, trust string
		want        []string
	}{
		{"whoever it is", of + "}", []string{"777777777777 R always"}},
		{"all but one user", of + `, Condition: { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::777777777777:user/eve" } } }`, []string{"777777777777 R if " + user}},
		{"all but one who is named", of + `}, { Effect: Deny, Principal: { AWS: "arn:aws:iam::777777777777:user/eve" }, Action: "sts:AssumeRole" }`, []string{"777777777777 R if " + user}},
		{"users alone", of + `, Condition: { StringEquals: { "aws:PrincipalType": User } } }`, []string{"777777777777 R if " + user}},
		{"roles alone", of + `, Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::777777777777:role/*" } } }`, []string{"777777777777 R if " + role}},
		{"roles of a path", of + `, Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/ci/*" } } }`, []string{"777777777777 R if caller aws:PrincipalArn=arn:aws:iam::777777777777:role/ci/any"}},
		{"one name", of + `, Condition: { StringEquals: { "aws:username": any } } }`, []string{"777777777777 R if " + user}},
		{"one's own name", of + `, Condition: { StringEquals: { "sts:RoleSessionName": "${aws:username}" } } }`, []string{"777777777777 R if " + user + " call sts:RoleSessionName=any"}},
		{"a second factor", of + `, Condition: { Bool: { "aws:MultiFactorAuthPresent": true } } }`, []string{"777777777777 R if " + user + " call aws:MultiFactorAuthPresent=true"}},
		{"a tag that is denied", of + `}, { Effect: Deny, Principal: "*", Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:PrincipalTag/blocked": "yes" } } }`, []string{"777777777777 R if"}},
		{"all but one account", everyone + `, Condition: { StringNotEquals: { "aws:PrincipalAccount": "888888888888" } } }`, []string{"* R if" + nobody, "alice R always", "bob R always"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, edgesOf(t, trusting(test.trust), chain.Given{}))
		})
	}
	g, err := chain.Build(compile(t, []byte(trusting(of+`, Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::777777777777:role/*" } } }`))), chain.Given{})
	require.NoError(t, err)
	found := find(t, g, chain.Question{From: "777777777777", To: "R"})
	require.Equal(t, []string{"777777777777 R"}, ways(found))
	require.Equal(t, []chain.Supply{{Place: chain.OfCaller, Key: "aws:PrincipalArn", Values: []string{"arn:aws:iam::777777777777:role/any"}}}, found.Paths[0].Start)
}

// What a call can never carry is not offered as its need.
func TestNeedsThatNobodyCanMeet(t *testing.T) {
	with := func(principal, action, condition string) string {
		return `{ Effect: Allow, Principal: ` + principal + `, Action: "` + action + `", Condition: { ` + condition + ` } }`
	}
	const users, token = `{ AWS: "111111111111" }`, `{ Federated: "arn:aws:iam::111111111111:oidc-provider/id.example.com" }`
	for name, test := range map[string]struct {
		trust string
		want  []string
	}{
		"a claim without a token":          {with(users, chain.AssumeRole, `StringEquals: { "id.example.com:sub": x }`), nil},
		"a claim of an assertion":          {with(users, chain.AssumeRole, `StringEquals: { "saml:aud": x }`), nil},
		"a claim of the token":             {with(token, chain.AssumeRoleWithWebIdentity, `StringEquals: { "id.example.com:sub": x }`), []string{"id.example.com R if call id.example.com:sub=x"}},
		"a claim of another issuer":        {with(token, chain.AssumeRoleWithWebIdentity, `StringEquals: { "accounts.google.com:sub": x }`), nil},
		"an assertion's claim in a token":  {with(token, chain.AssumeRoleWithWebIdentity, `StringEquals: { "saml:aud": x }`), nil},
		"a workload":                       {with(users, chain.AssumeRole, `StringEquals: { "ec2:SourceInstanceARN": "arn:aws:ec2:us-east-1:111111111111:instance/i-1" }`), nil},
		"a session of the root user":       {with(users, chain.AssumeRole, `Bool: { "aws:AssumedRoot": true }`), nil},
		"another service's key":            {with(users, chain.AssumeRole, `StringEquals: { "kms:ViaService": x }`), nil},
		"a provided context":               {with(users, chain.AssumeRole, `StringEquals: { "sts:RequestContext/x": x }`), nil},
		"a token's time":                   {with(users, chain.AssumeRole, `DateGreaterThan: { "aws:TokenIssueTime": "2020-01-01T00:00:00Z" }`), nil},
		"a unique id that somebody has":    {with(users, chain.AssumeRole, `StringEquals: { "aws:userid": AIDAALICE }`), []string{"alice R always"}},
		"a unique id that nobody has":      {with(users, chain.AssumeRole, `StringEquals: { "aws:userid": AIDAOTHER }`), []string{"bob R if caller aws:userid=AIDAOTHER"}},
		"a unique id of a session":         {with(users, chain.AssumeRole, `StringEquals: { "aws:userid": "AROAOTHER:" }`), nil},
		"an organization that is not told": {with(users, chain.AssumeRole, `StringEquals: { "aws:PrincipalOrgID": o-1 }`), []string{"alice R if caller aws:PrincipalOrgID=o-1", "bob R if caller aws:PrincipalOrgID=o-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, edgesOf(t, trusting(test.trust), chain.Given{}))
		})
	}
}

// A value may be empty, and what was not tried is not taken to be allowed.
func TestEdgesThatAreNotAlways(t *testing.T) {
	const all = `{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:user/alice" }, Action: ["sts:AssumeRole", "sts:TagSession"] }`
	deny := func(condition string) string {
		return all + `, { Effect: Deny, Principal: "*", Action: "sts:AssumeRole", Condition: { StringEquals: { ` + condition + ` } } }`
	}
	for name, condition := range map[string]string{
		"an empty tag":   `"aws:RequestTag/a": ""`,
		"an empty agent": `"aws:UserAgent": ""`,
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, []string{"alice R if"}, edgesOf(t, trusting(deny(condition)), chain.Given{}))
		})
	}
	var keys []string
	for _, tag := range "abcdefghijkl" {
		keys = append(keys, fmt.Sprintf(`"aws:RequestTag/%c": [x1, x2]`, tag))
	}
	g, err := chain.Build(compile(t, []byte(trusting(deny(strings.Join(keys, ", "))))), chain.Given{})
	require.NoError(t, err)
	g.Edges(false, func(e chain.Edge) bool {
		require.True(t, e.Partial)
		require.Equal(t, chain.If, e.Kind)
		return true
	})
}

// Who is let in by the account and by "*" as well is let in once.
func TestARoleThatTrustsItsAccountAndEveryone(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(`
users:
  - arn: arn:aws:iam::222222222222:user/carl
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
roles:
  - arn: arn:aws:iam::222222222222:role/R
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: ["arn:aws:iam::222222222222:root", "*"] }, Action: "sts:AssumeRole" }] }
`)), chain.Given{})
	require.NoError(t, err)
	require.Equal(t, []string{"carl R"}, ways(find(t, g, chain.Question{From: "carl", To: "R", More: 3})))
	require.Equal(t, []string{"* R", "carl R"}, sortedTexts(ways(find(t, g, chain.Question{To: "R", More: 3}))))
}

// A chain starts with a session that somebody can make.
func TestSessionsThatNobodyCanMake(t *testing.T) {
	set := func(hub string) string {
		return `
users:
  - arn: arn:aws:iam::111111111111:user/alice
    inlinePolicies: { P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }] } }
roles:
  - arn: arn:aws:iam::111111111111:role/Hub
    trustPolicy: { Version: 2012-10-17, Statement: [` + hub + `] }
    inlinePolicies:
      P: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sts:*", Resource: "*" }, { Effect: Allow, Action: "s3:GetObject", Resource: "*", Condition: { StringEquals: { "aws:PrincipalTag/team": data } } }] }
  - arn: arn:aws:iam::111111111111:role/OnlyTag
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/Hub" }, Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:PrincipalTag/team": data } } }] }
  - arn: arn:aws:iam::111111111111:role/OnlySource
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/Hub" }, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"], Condition: { StringEquals: { "aws:SourceIdentity": al } } }] }
resources: [{ arn: "arn:aws:s3:::box", account: "111111111111" }]
`
	}
	const alice = `Principal: { AWS: "arn:aws:iam::111111111111:user/alice" }`
	for _, test := range []struct {
		name, hub   string
		tag, source []string
		able        int
	}{
		{"neither tag nor source identity", `{ Effect: Allow, ` + alice + `, Action: "sts:AssumeRole" }`, nil, nil, 0},
		{"a tag", `{ Effect: Allow, ` + alice + `, Action: ["sts:AssumeRole", "sts:TagSession"] }`, []string{"Hub OnlyTag", "alice Hub OnlyTag"}, nil, 1},
		{"another tag", `{ Effect: Allow, ` + alice + `, Action: ["sts:AssumeRole", "sts:TagSession"], Condition: { StringNotEquals: { "aws:RequestTag/team": data } } }`, nil, nil, 0},
		{"a source identity", `{ Effect: Allow, ` + alice + `, Action: ["sts:AssumeRole", "sts:SetSourceIdentity"] }`, nil, []string{"Hub OnlySource", "alice Hub OnlySource"}, 0},
		{"a tag from itself alone", `{ Effect: Allow, ` + alice + `, Action: "sts:AssumeRole" }, { Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/Hub" }, Action: ["sts:AssumeRole", "sts:TagSession"], Condition: { StringEquals: { "aws:PrincipalTag/team": data } } }`, nil, nil, 0},
		{"a tag from another account", `{ Effect: Allow, Principal: { AWS: "777777777777" }, Action: ["sts:AssumeRole", "sts:TagSession"] }`, []string{"Hub OnlyTag", "777777777777 Hub OnlyTag"}, nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, err := chain.Build(compile(t, []byte(set(test.hub))), chain.Given{})
			require.NoError(t, err)
			require.Equal(t, test.tag, ways(find(t, g, chain.Question{To: "OnlyTag"})))
			require.Equal(t, test.source, ways(find(t, g, chain.Question{To: "OnlySource"})))
			require.Len(t, find(t, g, chain.Question{From: "role/Hub", Action: "s3:GetObject", Resource: "arn:aws:s3:::box/x"}).Paths, test.able)
		})
	}
}

func TestStartsThatLeadNowhere(t *testing.T) {
	g, err := chain.Build(compile(t, []byte(diamond)), chain.Given{})
	require.NoError(t, err)
	require.Empty(t, find(t, g, chain.Question{From: "*"}).Paths, "no trust policy names everyone")
	_, err = g.Find(chain.Question{From: "alcie"})
	require.ErrorContains(t, err, "from: ")
}
