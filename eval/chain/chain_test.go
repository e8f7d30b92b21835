package chain_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
	"iamsim/model/inventory"
)

func engine(t testing.TB, text string) *eval.Engine {
	t.Helper()
	inv, diagnostics := inventory.Load(fstest.MapFS{"set.yaml": {Data: []byte(text)}}, "set.yaml")
	for _, d := range diagnostics {
		require.NotEqual(t, model.Error, d.Severity, d.Error())
	}
	e, err := eval.Compile(inv.Snapshot(), eval.Options{})
	require.NoError(t, err)
	return e
}

const (
	account = "111111111111"
	alice   = "arn:aws:iam::111111111111:user/alice"
	bare    = "arn:aws:iam::111111111111:user/bare"
	hub     = "arn:aws:iam::111111111111:role/team/Hub"
	target  = "arn:aws:iam::111111111111:role/deep/er/Target"
	every   = `["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]`
)

// world has two users, of whom alice may call STS and bare may nothing, a role
// Hub that both may assume and that may call STS, and a role Target with the
// trust policy and the permissions given.
func world(t testing.TB, trust, work, more string) *eval.Engine {
	t.Helper()
	if work == "" {
		work = `{Sid: Work, Effect: Allow, Action: "*", Resource: "*"}`
	}
	return engine(t, `
users:
  - {arn: `+alice+`, userId: AIDAALICE, inlinePolicies: {Sts: {Version: 2012-10-17, Statement: [{Sid: Own, Effect: Allow, Action: "sts:*", Resource: "*"}]}}}
  - {arn: `+bare+`, userId: AIDABARE}
identityProviders:
  - {arn: "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
  - {arn: "arn:aws:iam::111111111111:saml-provider/Corp"}
policies:
  - {arn: "arn:aws:iam::111111111111:policy/NoSts", document: {Version: 2012-10-17, Statement: [{Sid: Rest, Effect: Allow, NotAction: "sts:*", Resource: "*"}]}}
roles:
  - arn: `+hub+`
    roleId: AROAHUB
    tags: {team: hub}
    trustPolicy: {Version: 2012-10-17, Statement: [{Sid: Users, Effect: Allow, Principal: {AWS: ["`+alice+`", "`+bare+`"]}, Action: `+every+`}]}
    inlinePolicies: {Sts: {Version: 2012-10-17, Statement: [{Sid: Hub, Effect: Allow, Action: "sts:*", Resource: "*"}]}}
  - arn: `+target+`
    roleId: AROATARGET
    tags: {Team: target, level: "1"}
    trustPolicy: {Version: 2012-10-17, Statement: [`+trust+`]}
    inlinePolicies: {Work: {Version: 2012-10-17, Statement: [`+work+`]}}
`+more)
}

func box(principal string) model.Request {
	return model.Request{Principal: principal, Action: "s3:GetObject", Resource: "arn:aws:s3:::box/x", ResourceAccount: account}
}

func allow(principal, actions, condition string) string {
	text := `{Sid: Trust, Effect: Allow, Principal: ` + principal + `, Action: ` + actions
	if condition != "" {
		text += `, Condition: ` + condition
	}
	return text + "}"
}

func aws(arn string) string { return `{AWS: "` + arn + `"}` }

func with(pairs ...string) *conditions.Context {
	c := conditions.NewContext()
	for i := 0; i < len(pairs); i += 2 {
		c.Set(pairs[i], pairs[i+1])
	}
	return c
}

// Each case breaks if the rule in its name does: it stands beside its opposite.
func TestEvaluate(t *testing.T) {
	viaHub := func(h chain.Hop) []chain.Hop { return []chain.Hop{{Role: hub, SessionName: "one"}, h} }
	direct := func(h chain.Hop) []chain.Hop { return []chain.Hop{h} }
	to := func(change func(*chain.Hop)) chain.Hop {
		h := chain.Hop{Role: target}
		if change != nil {
			change(&h)
		}
		return h
	}
	tags := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	many := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("k%d", i)] = "v"
		}
		return m
	}
	isHub := allow(aws(hub), every, "")
	isAlice := allow(aws(alice), every, "")
	work := func(condition string) string {
		return `{Sid: Work, Effect: Allow, Action: "*", Resource: "*", Condition: ` + condition + `}`
	}
	factored := with("aws:MultiFactorAuthPresent", "true")

	for _, test := range []struct {
		name, from, trust, work string
		hops                    []chain.Hop
		// hop is 0 for an answer to the last request.
		hop    int
		reason string
		text   string
	}{
		// 1: the identity after a hop.
		{"session ARN without the path", alice, allow(aws("arn:aws:sts::111111111111:assumed-role/Hub/one"), every, ""), "", viaHub(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"another session of the role", alice, allow(aws("arn:aws:sts::111111111111:assumed-role/Hub/two"), every, ""), "", viaHub(to(nil)), 2, "DENY_IMPLICIT_RESOURCE", ""},
		{"role ARN with the path", alice, allow(`"*"`, every, `{ArnEquals: {aws:PrincipalArn: "`+hub+`"}}`), "", viaHub(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"role ARN without the path", alice, allow(`"*"`, every, `{ArnEquals: {aws:PrincipalArn: "arn:aws:iam::111111111111:role/Hub"}}`), "", viaHub(to(nil)), 2, "DENY_IMPLICIT_RESOURCE", ""},
		{"user id of the session", alice, allow(`"*"`, every, `{StringEquals: {aws:userid: "AROAHUB:one", aws:PrincipalType: AssumedRole}, Null: {aws:username: true}}`), "", viaHub(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"user id of the user", alice, allow(`"*"`, every, `{StringEquals: {aws:userid: AIDAALICE}}`), "", viaHub(to(nil)), 2, "DENY_IMPLICIT_RESOURCE", ""},
		{"the last session's identity", alice, isHub, work(`{StringEquals: {aws:userid: "AROATARGET:session"}, ArnEquals: {aws:PrincipalArn: "` + target + `"}}`), viaHub(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"the last session is not the first", alice, isHub, work(`{StringLike: {aws:userid: "AROAHUB:*"}}`), viaHub(to(nil)), 0, "DENY_IMPLICIT_IDENTITY", ""},

		// 2, E6A: durations.
		{"an hour when chaining", alice, isHub, "", viaHub(to(func(h *chain.Hop) { h.Duration = time.Hour })), 0, "ALLOW_IDENTITY", ""},
		{"more than an hour when chaining", alice, isHub, "", viaHub(to(func(h *chain.Hop) { h.Duration = time.Hour + time.Second })), 2, "DENY_SERVICE_RULE", "the caller is a role session itself"},
		{"a role that a chain starts with chains", hub, isHub, "", direct(to(func(h *chain.Hop) { h.Duration = 2 * time.Hour })), 1, "DENY_SERVICE_RULE", "the caller is a role session itself"},
		{"more than the role's unknown limit", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Duration = 2 * time.Hour })), 1, "DENY_SERVICE_RULE", "not known and taken as 3600 s"},
		{"less than 15 minutes", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Duration = 899 * time.Second })), 1, "DENY_SERVICE_RULE", "the least is 900 s"},
		{"15 minutes", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Duration = 900 * time.Second })), 0, "ALLOW_IDENTITY", ""},
		{"the duration is a key of the call", alice, allow(aws(alice), every, `{NumericLessThan: {sts:DurationSeconds: 1000}}`), "", direct(to(func(h *chain.Hop) { h.Duration = 900 * time.Second })), 0, "ALLOW_IDENTITY", ""},
		{"no duration is no key", alice, allow(aws(alice), every, `{NumericLessThan: {sts:DurationSeconds: 1000}}`), "", direct(to(nil)), 1, "DENY_IMPLICIT_RESOURCE", ""},

		// 3: session tags.
		{"tags need sts:TagSession of the trust policy", alice, allow(aws(alice), `"sts:AssumeRole"`, ""), "", direct(to(func(h *chain.Hop) { h.Tags = tags("a", "b") })), 1, "DENY_IMPLICIT_RESOURCE", "sts:TagSession"},
		{"without tags they do not", alice, allow(aws(alice), `"sts:AssumeRole"`, ""), "", direct(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"named directly, the caller needs no sts:TagSession", bare, allow(aws(bare), every, ""), "", direct(to(func(h *chain.Hop) { h.Tags = tags("a", "b") })), 0, "ALLOW_IDENTITY", ""},
		{"inherited tags need sts:TagSession", alice, allow(aws(hub), `"sts:AssumeRole"`, ""), "", []chain.Hop{{Role: hub, Tags: tags("a", "b"), TransitiveTagKeys: []string{"a"}}, to(nil)}, 2, "DENY_IMPLICIT_RESOURCE", "sts:TagSession"},
		{"tags that end do not", alice, allow(aws(hub), `"sts:AssumeRole"`, ""), "", []chain.Hop{{Role: hub, Tags: tags("a", "b")}, to(nil)}, 0, "ALLOW_IDENTITY", ""},
		{"50 tags", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = many(50) })), 0, "ALLOW_IDENTITY", ""},
		{"51 tags", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = many(51) })), 1, "DENY_SERVICE_RULE", "51 session tags"},
		{"50 tags and an inherited one", alice, isHub, "", []chain.Hop{{Role: hub, Tags: tags("a", "b"), TransitiveTagKeys: []string{"a"}}, to(func(h *chain.Hop) { h.Tags = many(50) })}, 2, "DENY_SERVICE_RULE", "51 session tags"},
		{"a key of 128 characters", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags(strings.Repeat("é", 128), "v") })), 0, "ALLOW_IDENTITY", ""},
		{"a key of 129 characters", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags(strings.Repeat("é", 129), "v") })), 1, "DENY_SERVICE_RULE", "is no tag key"},
		{"a value of 256 characters", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags("a", strings.Repeat("é", 256)) })), 0, "ALLOW_IDENTITY", ""},
		{"a value of 257 characters", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags("a", strings.Repeat("é", 257)) })), 1, "DENY_SERVICE_RULE", "is no tag value"},
		{"a key of AWS", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags("AWS:x", "v") })), 1, "DENY_SERVICE_RULE", "is no tag key"},
		{"keys that differ in case alone", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags("a", "1", "A", "2") })), 1, "DENY_SERVICE_RULE", `"A" and "a" differ in case alone`},
		{"a session tag overrides the role's", alice, isAlice, work(`{StringEquals: {aws:PrincipalTag/team: data}}`), direct(to(func(h *chain.Hop) { h.Tags = tags("team", "data") })), 0, "ALLOW_IDENTITY", ""},
		{"the role's tag is not left beside it", alice, isAlice, work(`{StringEquals: {aws:PrincipalTag/Team: target}}`), direct(to(func(h *chain.Hop) { h.Tags = tags("team", "data") })), 0, "DENY_IMPLICIT_IDENTITY", ""},
		{"the role's other tags stay", alice, isAlice, work(`{StringEquals: {aws:PrincipalTag/level: "1"}}`), direct(to(func(h *chain.Hop) { h.Tags = tags("team", "data") })), 0, "ALLOW_IDENTITY", ""},
		{"a transitive tag persists", alice, isHub, work(`{StringEquals: {aws:PrincipalTag/team: data}}`), []chain.Hop{{Role: hub, Tags: tags("team", "data"), TransitiveTagKeys: []string{"TEAM"}}, to(nil)}, 0, "ALLOW_IDENTITY", ""},
		{"another tag does not", alice, isHub, work(`{StringEquals: {aws:PrincipalTag/team: data}}`), []chain.Hop{{Role: hub, Tags: tags("team", "data")}, to(nil)}, 0, "DENY_IMPLICIT_IDENTITY", ""},
		{"a transitive tag is in the call", alice, allow(aws(hub), every, `{StringEquals: {aws:RequestTag/team: data, aws:PrincipalTag/team: data}, "ForAnyValue:StringEquals": {sts:TransitiveTagKeys: team}, "ForAllValues:StringEquals": {aws:TagKeys: team}}`), "", []chain.Hop{{Role: hub, Tags: tags("team", "data"), TransitiveTagKeys: []string{"team"}}, to(nil)}, 0, "ALLOW_IDENTITY", ""},
		{"a tag that ends is not in the next call", alice, allow(aws(hub), every, `{Null: {aws:RequestTag/team: false}}`), "", []chain.Hop{{Role: hub, Tags: tags("team", "data")}, to(nil)}, 2, "DENY_IMPLICIT_RESOURCE", ""},
		{"an inherited tag passed again", alice, isHub, "", []chain.Hop{{Role: hub, Tags: tags("team", "data"), TransitiveTagKeys: []string{"team"}}, to(func(h *chain.Hop) { h.Tags = tags("TEAM", "web") })}, 2, "DENY_SERVICE_RULE", `"team" is inherited as transitive`},
		{"a tag that ended passed again", alice, isHub, work(`{StringEquals: {aws:PrincipalTag/team: web}}`), []chain.Hop{{Role: hub, Tags: tags("team", "data")}, to(func(h *chain.Hop) { h.Tags = tags("TEAM", "web") })}, 0, "ALLOW_IDENTITY", ""},
		{"a transitive key that is no tag", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Tags = tags("a", "b"); h.TransitiveTagKeys = []string{"c"} })), 1, "DENY_SERVICE_RULE", `"c" is not among the tags`},

		// 4: source identity.
		{"source identity needs its permission", alice, allow(aws(alice), `"sts:AssumeRole"`, ""), "", direct(to(func(h *chain.Hop) { h.SourceIdentity = "alice" })), 1, "DENY_IMPLICIT_RESOURCE", "sts:SetSourceIdentity"},
		{"without one it does not", alice, allow(aws(alice), `"sts:AssumeRole"`, ""), "", direct(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"an inherited one needs it at every role", alice, allow(aws(hub), `"sts:AssumeRole"`, ""), "", []chain.Hop{{Role: hub, SourceIdentity: "alice"}, to(nil)}, 2, "DENY_IMPLICIT_RESOURCE", "sts:SetSourceIdentity"},
		{"it cannot be changed", alice, isHub, "", []chain.Hop{{Role: hub, SourceIdentity: "alice"}, to(func(h *chain.Hop) { h.SourceIdentity = "bob" })}, 2, "DENY_SERVICE_RULE", `cannot be changed to "bob"`},
		{"it is a key of the call", alice, allow(aws(hub), every, `{StringEquals: {sts:SourceIdentity: alice, aws:SourceIdentity: alice}}`), "", []chain.Hop{{Role: hub, SourceIdentity: "alice"}, to(nil)}, 0, "ALLOW_IDENTITY", ""},
		{"in the call that sets it aws:SourceIdentity is not there", alice, allow(aws(alice), every, `{StringEquals: {aws:SourceIdentity: alice}}`), "", direct(to(func(h *chain.Hop) { h.SourceIdentity = "alice" })), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"it is a key of the session", alice, isHub, work(`{StringEquals: {aws:SourceIdentity: alice}}`), []chain.Hop{{Role: hub, SourceIdentity: "alice"}, to(nil)}, 0, "ALLOW_IDENTITY", ""},
		{"sts:SourceIdentity is not", alice, isHub, work(`{StringEquals: {sts:SourceIdentity: alice}}`), []chain.Hop{{Role: hub, SourceIdentity: "alice"}, to(nil)}, 0, "DENY_IMPLICIT_IDENTITY", ""},

		// 5: the second factor.
		{"given with the call", alice, allow(aws(alice), every, `{Bool: {aws:MultiFactorAuthPresent: true}}`), "", direct(to(func(h *chain.Hop) { h.Context = factored })), 0, "ALLOW_IDENTITY", ""},
		{"not given with the call", alice, allow(aws(alice), every, `{Bool: {aws:MultiFactorAuthPresent: true}}`), "", direct(to(nil)), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"given at the first hop, asked at the second", alice, allow(aws(hub), every, `{Bool: {aws:MultiFactorAuthPresent: true}}`), "", []chain.Hop{{Role: hub, Context: factored}, to(nil)}, 2, "DENY_IMPLICIT_RESOURCE", ""},
		{"a role session cannot give it", alice, allow(aws(hub), every, `{Bool: {aws:MultiFactorAuthPresent: true}}`), "", viaHub(to(func(h *chain.Hop) { h.Context = factored })), 2, "DENY_SERVICE_RULE", "no second factor"},
		{"the session's key is there and false", alice, isHub, work(`{Bool: {aws:MultiFactorAuthPresent: false}}`), viaHub(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"GetSessionToken carries it", alice, allow(aws(alice), every, `{Bool: {aws:MultiFactorAuthPresent: true}}`), "", []chain.Hop{{Action: chain.GetSessionToken, Context: factored}, to(nil)}, 0, "ALLOW_IDENTITY", ""},
		{"GetSessionToken without it", alice, allow(aws(alice), every, `{Bool: {aws:MultiFactorAuthPresent: true}}`), "", []chain.Hop{{Action: chain.GetSessionToken}, to(nil)}, 2, "DENY_IMPLICIT_RESOURCE", ""},

		// 6: keys of the call alone.
		{"external id right", alice, allow(aws(alice), every, `{StringEquals: {sts:ExternalId: 7f3c}}`), "", direct(to(func(h *chain.Hop) { h.ExternalID = "7f3c" })), 0, "ALLOW_IDENTITY", ""},
		{"external id of another case", alice, allow(aws(alice), every, `{StringEquals: {sts:ExternalId: 7f3c}}`), "", direct(to(func(h *chain.Hop) { h.ExternalID = "7F3C" })), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"external id missing", alice, allow(aws(alice), every, `{StringEquals: {sts:ExternalId: 7f3c}}`), "", direct(to(nil)), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"external id unasked", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.ExternalID = "7f3c" })), 0, "ALLOW_IDENTITY", ""},
		{"external id of the hop before", alice, allow(aws(hub), every, `{StringEquals: {sts:ExternalId: 7f3c}}`), "", []chain.Hop{{Role: hub, ExternalID: "7f3c"}, to(nil)}, 2, "DENY_IMPLICIT_RESOURCE", ""},
		{"an external id that is none", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.ExternalID = "a b" })), 1, "DENY_SERVICE_RULE", "external id"},
		{"session name asked", alice, allow(aws(alice), every, `{StringEquals: {sts:RoleSessionName: alice}}`), "", direct(to(func(h *chain.Hop) { h.SessionName = "alice" })), 0, "ALLOW_IDENTITY", ""},
		{"session name wrong", alice, allow(aws(alice), every, `{StringEquals: {sts:RoleSessionName: alice}}`), "", direct(to(nil)), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"session name of one character", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.SessionName = "x" })), 1, "DENY_SERVICE_RULE", "session name"},
		{"session name with a comma and an equals sign", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.SessionName = "a,b=c@d" })), 0, "ALLOW_IDENTITY", ""},
		{"session name with a slash", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.SessionName = "a/b" })), 1, "DENY_SERVICE_RULE", "session name"},
		{"tags that are not passed are absent", alice, allow(aws(alice), every, `{Null: {aws:RequestTag/team: true}}`), "", direct(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"a key of the call does not stay", alice, isAlice, work(`{StringEquals: {aws:SourceIp: 203.0.113.9}}`), direct(to(func(h *chain.Hop) { h.Context = with("aws:SourceIp", "203.0.113.9") })), 0, "DENY_IMPLICIT_IDENTITY", ""},

		// 7: session policies.
		{"a session policy that forbids the next call", alice, allow(aws("arn:aws:iam::111111111111:root"), every, ""), "", []chain.Hop{{Role: hub, PolicyARNs: []string{"arn:aws:iam::111111111111:policy/NoSts"}}, to(nil)}, 2, "DENY_IMPLICIT_SESSION", ""},
		{"the last session's policy limits the request", alice, isAlice, "", direct(to(func(h *chain.Hop) { h.Policies = []*model.Policy{onlySts(t)} })), 0, "DENY_IMPLICIT_SESSION", ""},
		{"eleven managed session policies", alice, isAlice, "", direct(to(func(h *chain.Hop) {
			for range 11 {
				h.PolicyARNs = append(h.PolicyARNs, "arn:aws:iam::111111111111:policy/NoSts")
			}
		})), 1, "DENY_SERVICE_RULE", "11 managed session policies"},

		// 9: naming and conditions come from one statement.
		{"named directly without an own Allow", bare, allow(aws(bare), every, ""), "", direct(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"delegated without an own Allow", bare, allow(aws("arn:aws:iam::111111111111:root"), every, ""), "", direct(to(nil)), 1, "DENY_IMPLICIT_IDENTITY", ""},
		{"a direct statement that fails beside a delegating one", bare, allow(aws(bare), every, `{StringEquals: {sts:ExternalId: x1}}`) + ", " + allow(aws("arn:aws:iam::111111111111:root"), every, ""), "", direct(to(nil)), 1, "DENY_IMPLICIT_IDENTITY", ""},
		{"a direct statement that holds beside a delegating one", bare, allow(aws(bare), every, `{StringEquals: {sts:ExternalId: x1}}`) + ", " + allow(aws("arn:aws:iam::111111111111:root"), every, ""), "", direct(to(func(h *chain.Hop) { h.ExternalID = "x1" })), 0, "ALLOW_IDENTITY", ""},

		// 10: unique ids.
		{"the stored id of the role that is there", alice, allow(aws("AROAHUB"), every, ""), "", viaHub(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"the stored id of the role that was there", alice, allow(aws("AROAOLDHUB"), every, ""), "", viaHub(to(nil)), 2, "DENY_IMPLICIT_RESOURCE", ""},

		// 11, E62: self-assumption.
		{"a role that does not trust itself", target, isAlice, "", direct(to(nil)), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"a role that trusts itself", target, allow(aws(target), every, ""), "", direct(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"a cycle", alice, isHub + ", " + isAlice, "", []chain.Hop{{Role: hub}, to(nil), {Role: hub}}, 3, "DENY_IMPLICIT_RESOURCE", ""},

		// 12: chains that start outside.
		{"a service", "lambda.amazonaws.com", allow(`{Service: lambda.amazonaws.com}`, `"sts:AssumeRole"`, ""), "", direct(to(nil)), 0, "ALLOW_IDENTITY", ""},
		{"another service", "ec2.amazonaws.com", allow(`{Service: lambda.amazonaws.com}`, `"sts:AssumeRole"`, ""), "", direct(to(nil)), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"a service's session is no chaining", "lambda.amazonaws.com", allow(`{Service: lambda.amazonaws.com}`, `"sts:AssumeRole"`, ""), "", direct(to(func(h *chain.Hop) { h.Duration = time.Hour })), 0, "ALLOW_IDENTITY", ""},
		{"a repository's branch", github, allow(`{Federated: "`+github+`"}`, `"sts:AssumeRoleWithWebIdentity"`, `{StringEquals: {"token.actions.githubusercontent.com:sub": "repo:org/app:ref:refs/heads/main"}}`), work(`{StringEquals: {aws:FederatedProvider: "` + github + `"}}`),
			direct(to(func(h *chain.Hop) {
				h.Action, h.Context = chain.AssumeRoleWithWebIdentity, with("token.actions.githubusercontent.com:sub", "repo:org/app:ref:refs/heads/main")
			})), 0, "ALLOW_IDENTITY", ""},
		{"another branch", github, allow(`{Federated: "`+github+`"}`, `"sts:AssumeRoleWithWebIdentity"`, `{StringEquals: {"token.actions.githubusercontent.com:sub": "repo:org/app:ref:refs/heads/main"}}`), "",
			direct(to(func(h *chain.Hop) {
				h.Action, h.Context = chain.AssumeRoleWithWebIdentity, with("token.actions.githubusercontent.com:sub", "repo:org/app:ref:refs/heads/dev")
			})), 1, "DENY_IMPLICIT_RESOURCE", ""},
		{"a token makes no other call", github, allow(`{Federated: "`+github+`"}`, `"sts:AssumeRole"`, ""), "", direct(to(nil)), 1, "DENY_SERVICE_RULE", "token"},
		{"an assertion", "arn:aws:iam::111111111111:saml-provider/Corp", allow(`{Federated: "arn:aws:iam::111111111111:saml-provider/Corp"}`, `["sts:AssumeRoleWithSAML", "sts:TagSession"]`, `{StringEquals: {"saml:aud": "https://signin.aws.amazon.com/saml"}}`), work(`{StringEquals: {aws:PrincipalTag/team: data}, Null: {aws:FederatedProvider: true}}`),
			direct(to(func(h *chain.Hop) {
				h.Action, h.Tags, h.Context = chain.AssumeRoleWithSAML, tags("team", "data"), with("saml:aud", "https://signin.aws.amazon.com/saml")
			})), 0, "ALLOW_IDENTITY", ""},
		{"anyone", "*", allow(`"*"`, every, ""), "", direct(to(nil)), 1, "DENY_SERVICE_RULE", "anonymous"},

		// E64, E6B: who may not make the call.
		{"the root user", "arn:aws:iam::111111111111:root", allow(aws("arn:aws:iam::111111111111:root"), every, ""), "", direct(to(nil)), 1, "DENY_SERVICE_RULE", "root user"},
		{"a federated user", alice, allow(`"*"`, every, ""), "", []chain.Hop{{Action: chain.GetFederationToken, Name: "temp"}, to(nil)}, 2, "DENY_SERVICE_RULE", "federated user"},
		{"a role session asks for a session token", alice, isAlice, "", []chain.Hop{to(nil), {Action: chain.GetSessionToken}}, 2, "DENY_SERVICE_RULE", "role session"},
		{"a session token for a session token", alice, isAlice, "", []chain.Hop{{Action: chain.GetSessionToken}, {Action: chain.GetSessionToken}}, 2, "DENY_SERVICE_RULE", "GetSessionToken session"},
		{"a federated user's name", alice, isAlice, "", []chain.Hop{{Action: chain.GetFederationToken, Name: "a b"}}, 1, "DENY_SERVICE_RULE", "federated user's name"},
		{"a federation token without policies", alice, isAlice, "", []chain.Hop{{Action: chain.GetFederationToken, Name: "temp"}}, 0, "DENY_IMPLICIT_IDENTITY", ""},
		{"a federation token with tags", alice, isAlice, "", []chain.Hop{{Action: chain.GetFederationToken, Name: "temp", Tags: tags("a", "b"), PolicyARNs: []string{"arn:aws:iam::111111111111:policy/NoSts"}}}, 0, "DENY_IMPLICIT_IDENTITY", ""},
		{"a federation token without permission", bare, isAlice, "", []chain.Hop{{Action: chain.GetFederationToken, Name: "temp"}}, 1, "DENY_IMPLICIT_IDENTITY", ""},
		{"a federation token for 36 hours", alice, isAlice, "", []chain.Hop{{Action: chain.GetFederationToken, Name: "temp", Duration: 36 * time.Hour}}, 0, "DENY_IMPLICIT_IDENTITY", ""},
		{"a federation token for longer", alice, isAlice, "", []chain.Hop{{Action: chain.GetFederationToken, Name: "temp", Duration: 37 * time.Hour}}, 1, "DENY_SERVICE_RULE", "129600 s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := world(t, test.trust, test.work, "")
			r, err := chain.Evaluate(e, box(test.from), test.hops)
			require.NoError(t, err)
			require.Equal(t, test.reason, r.Final.Reason, r.Final.Headline)
			require.Equal(t, test.hop, r.FailedHop)
			require.Equal(t, test.hop, r.Final.Hop)
			require.Contains(t, r.Final.Headline, test.text)
			for i, step := range r.Steps {
				require.Equal(t, i+1, step.Number)
				require.Equal(t, step.Number == r.FailedHop, step.Session == nil)
			}
		})
	}
}

const github = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"

func onlySts(t testing.TB) *model.Policy {
	p, diagnostics := model.ParsePolicy("p", []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`), model.SessionPolicy, model.ReadOptions{})
	require.Empty(t, diagnostics)
	return p
}

// A limited session makes a limited call, and what comes after it is free of the limit.
func TestSessionPolicyEndsWithItsSession(t *testing.T) {
	e := world(t, allow(aws(hub), every, ""), "", "")
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: hub, Policies: []*model.Policy{onlySts(t)}}, {Role: target}})
	require.NoError(t, err)
	require.Equal(t, "ALLOW_IDENTITY", r.Final.Reason, "the session policy of Hub allows sts alone, and s3 is asked of Target")
}

func TestMaxSessionDuration(t *testing.T) {
	e := world(t, allow(aws(alice), every, ""), "", `  - {arn: "arn:aws:iam::111111111111:role/Long", maxSessionDuration: 7200, trustPolicy: {Version: 2012-10-17, Statement: [`+allow(aws(alice), every, "")+`]}}
`)
	for _, test := range []struct {
		role          string
		ask, got, max time.Duration
		because       string
	}{
		{"Long", 0, time.Hour, 2 * time.Hour, "the role's MaxSessionDuration"},
		{"Long", 2 * time.Hour, 2 * time.Hour, 2 * time.Hour, "the role's MaxSessionDuration"},
		{"Long", 2*time.Hour + time.Second, 0, 0, ""},
		{"Target", 0, time.Hour, time.Hour, "the role's MaxSessionDuration is not known and taken as 3600 s"},
	} {
		t.Run(fmt.Sprint(test.role, test.ask), func(t *testing.T) {
			r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: test.role, Duration: test.ask}})
			require.NoError(t, err)
			session := r.Steps[0].Session
			if test.got == 0 {
				require.Nil(t, session)
				require.Equal(t, "DENY_SERVICE_RULE", r.Final.Reason)
				return
			}
			require.Equal(t, test.got, session.Duration)
			require.Equal(t, test.max, session.MaxDuration)
			require.Equal(t, test.because, session.MaxDurationBecause)
		})
	}
}

func TestSessions(t *testing.T) {
	e := world(t, allow(aws(hub), every, ""), "", "")
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	start := box(alice)
	start.At = at
	r, err := chain.Evaluate(e, start, []chain.Hop{
		{Role: "role/Hub", SessionName: "one", SourceIdentity: "alice", Tags: map[string]string{"team": "data", "x": "y"}, TransitiveTagKeys: []string{"team"}},
		{Role: "deep/er/Target", Tags: map[string]string{"z": "1"}, Policies: []*model.Policy{onlySts(t)}},
	})
	require.NoError(t, err)
	require.Zero(t, r.FailedHop)
	require.Equal(t, "DENY_IMPLICIT_SESSION", r.Final.Reason)

	one, two := r.Steps[0].Session, r.Steps[1].Session
	require.Equal(t, "arn:aws:sts::111111111111:assumed-role/Hub/one", one.Principal)
	require.Equal(t, hub, one.Role)
	require.Equal(t, map[string]string{"team": "data", "x": "y"}, one.Tags)
	require.Equal(t, map[string]string{"team": "data"}, one.TransitiveTags)
	require.Equal(t, "arn:aws:sts::111111111111:assumed-role/Target/session", two.Principal)
	require.Equal(t, map[string]string{"team": "data", "z": "1"}, two.Tags)
	require.Equal(t, map[string]string{"team": "data"}, two.TransitiveTags)
	require.Equal(t, "alice", two.SourceIdentity)
	require.Equal(t, time.Hour, two.MaxDuration)
	require.Equal(t, "the caller is a role session itself", two.MaxDurationBecause)

	var calls []string
	for _, check := range r.Steps[1].Checks {
		require.Equal(t, one.Principal, check.Principal)
		require.Equal(t, target, check.Resource)
		calls = append(calls, check.Action)
	}
	require.Equal(t, []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}, calls)
	require.Equal(t, "Trust", chain.TrustStatements(r.Steps[1].Checks[0])[0].Sid)
	_, needed := chain.IdentityStatements(r.Steps[1].Checks[0])
	require.False(t, needed, "the trust policy names the role")
	own, needed := chain.IdentityStatements(r.Steps[1].Checks[2])
	require.True(t, needed, "a role session that passes a source identity on needs an own Allow")
	require.Equal(t, "Hub", own[0].Sid)

	keys := map[string][]string{}
	for _, key := range r.Final.Context {
		keys[strings.ToLower(key.Key)] = key.Values
	}
	require.Equal(t, []string{"2026-11-22T10:00:00Z"}, keys["aws:tokenissuetime"])
	require.Equal(t, []string{"alice"}, keys["aws:sourceidentity"])
	require.Equal(t, []string{"data"}, keys["aws:principaltag/team"])
	require.Equal(t, []string{"1"}, keys["aws:principaltag/level"])
}

// Down a chain, a source identity needs an Allow of the caller's own policies,
// also where the trust policy names the caller (E68).
func TestSourceIdentityDownAChain(t *testing.T) {
	const quiet = "arn:aws:iam::111111111111:role/Quiet"
	more := `  - arn: ` + quiet + `
    trustPolicy: {Version: 2012-10-17, Statement: [` + allow(aws(alice), every, "") + `]}
`
	e := world(t, allow(aws(quiet), every, ""), "", more)
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: quiet, SourceIdentity: "alice"}, {Role: target}})
	require.NoError(t, err)
	require.Equal(t, 2, r.FailedHop)
	require.Equal(t, "DENY_IMPLICIT_IDENTITY", r.Final.Reason)
	require.Equal(t, "sts:SetSourceIdentity", r.Final.Action)
	require.Empty(t, r.Final.UncertainRules)

	r, err = chain.Evaluate(e, box(alice), []chain.Hop{{Role: quiet}, {Role: target}})
	require.NoError(t, err)
	require.Zero(t, r.FailedHop)
}

const accounts = `
organization:
  id: o-example
  managementAccount: "999999999999"
  root:
    id: r-1
    serviceControlPolicies: [FullAWSAccess]
    accounts:
      - {id: "111111111111", serviceControlPolicies: [FullAWSAccess%s]}
      - {id: "222222222222", serviceControlPolicies: [FullAWSAccess%s], resourceControlPolicies: [%s]}
policies:
  - {name: NoAssume, document: {Version: 2012-10-17, Statement: [{Sid: NoAssume, Effect: Deny, Action: "sts:AssumeRole", Resource: "*"}]}}
  - {name: NoStrangers, document: {Version: 2012-10-17, Statement: [{Sid: NoStrangers, Effect: Deny, Principal: "*", Action: "sts:AssumeRole", Resource: "*"}]}}
roles:
  - arn: arn:aws:iam::111111111111:role/Start
    trustPolicy: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}]}
    inlinePolicies: {P: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "sts:*", Resource: "*"}]}}
    permissionsBoundary: {Version: 2012-10-17, Statement: [{Sid: Bound, Effect: Allow, Action: "%s", Resource: "*"}]}
  - arn: arn:aws:iam::222222222222:role/End
    trustPolicy: {Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:root"}, Action: sts:AssumeRole}]}
    inlinePolicies: {P: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
`

// 8: SCPs and the boundary are the caller's, RCPs the target's.
func TestLimitsOfAHop(t *testing.T) {
	for _, test := range []struct {
		name, callerSCP, targetSCP, targetRCP, boundary string
		hop                                             int
		reason                                          string
	}{
		{"none", "", "", "", "*", 0, "ALLOW_IDENTITY"},
		{"an SCP of the caller's account", ", NoAssume", "", "", "*", 1, "DENY_EXPLICIT_SCP"},
		{"an SCP of the target's account", "", ", NoAssume", "", "*", 0, "ALLOW_IDENTITY"},
		{"an RCP of the target's account", "", "", "NoStrangers", "*", 1, "DENY_EXPLICIT_RCP"},
		{"the caller's boundary", "", "", "", "s3:*", 1, "DENY_IMPLICIT_BOUNDARY"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := engine(t, fmt.Sprintf(accounts, test.callerSCP, test.targetSCP, test.targetRCP, test.boundary))
			start := box("role/Start")
			start.ResourceAccount = "222222222222"
			r, err := chain.Evaluate(e, start, []chain.Hop{{Role: "role/End"}})
			require.NoError(t, err)
			require.Equal(t, test.reason, r.Final.Reason, r.Final.Headline)
			require.Equal(t, test.hop, r.FailedHop)
		})
	}
}

// The far side of a hop is part of the answer.
func TestFarHops(t *testing.T) {
	e := world(t, allow(aws("arn:aws:iam::444444444444:role/far/Away"), every, ""), "", "")
	away := chain.Hop{Role: "arn:aws:iam::444444444444:role/far/Away"}
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{away, {Role: target}})
	require.NoError(t, err)
	require.Zero(t, r.FailedHop)
	require.Equal(t, "allowed", r.Final.Answer)
	require.True(t, r.Final.Decision.FarSide)
	require.Contains(t, r.Final.Headline, "allowed if account 444444444444 allows hop 1, and account 444444444444 allows hop 2: ")
	require.NotEmpty(t, r.Final.Assumptions)

	// The path of the role counts though nothing was read of it.
	r, err = chain.Evaluate(e, box(alice), []chain.Hop{{Role: "arn:aws:iam::444444444444:role/Away"}, {Role: target}})
	require.NoError(t, err)
	require.Equal(t, 2, r.FailedHop)

	strict := e.With(eval.Options{Strict: true})
	r, err = chain.Evaluate(strict, box(alice), []chain.Hop{away, {Role: target}})
	require.NoError(t, err)
	require.Equal(t, 1, r.FailedHop)
	require.NotEqual(t, "allowed", r.Final.Answer)
}

func TestWhatCannotBeUnderstood(t *testing.T) {
	e := world(t, allow(aws(alice), every, ""), "", `  - {arn: "arn:aws:iam::222222222222:role/Target", trustPolicy: {Version: 2012-10-17, Statement: [`+allow(aws(alice), every, "")+`]}}
`)
	for _, test := range []struct {
		name  string
		start model.Request
		hops  []chain.Hop
		field string
		text  string
	}{
		{"no such principal", box("nobody"), []chain.Hop{{Role: hub}}, "principal", "nobody"},
		{"no such role", box(alice), []chain.Hop{{Role: hub}, {Role: "arn:aws:iam::111111111111:role/Gone"}}, "via[2].role", "Gone"},
		{"no such short name", box(alice), []chain.Hop{{Role: "Gone"}}, "via[1].role", `no role is called "Gone"`},
		{"a short name of two roles", box(alice), []chain.Hop{{Role: "Target"}}, "via[1].role", "arn:aws:iam::111111111111:role/deep/er/Target, arn:aws:iam::222222222222:role/Target"},
		{"a user", box(alice), []chain.Hop{{Role: bare}}, "via[1].role", "is no role"},
		{"a user's short name", box(alice), []chain.Hop{{Role: "bare"}}, "via[1].role", "no role is called"},
		{"no role", box(alice), []chain.Hop{{}}, "via[1].role", "needs a role"},
		{"every role", box(alice), []chain.Hop{{Role: "*"}}, "via[1].role", `"*"`},
		{"a role without a name", box(alice), []chain.Hop{{Role: "arn:aws:iam::444444444444:role/"}}, "via[1].role", "names no role"},
		{"another partition", box(alice), []chain.Hop{{Role: "arn:aws-cn:iam::111111111111:role/Hub"}}, "via[1].role", "partition"},
		{"another action", box(alice), []chain.Hop{{Action: "s3:GetObject", Role: hub}}, "via[1].action", "makes no session"},
		{"a role of GetSessionToken", box(alice), []chain.Hop{{Action: chain.GetSessionToken, Role: hub}}, "via[1].role", "takes no role"},
		{"an external id of a token", box(alice), []chain.Hop{{Action: chain.AssumeRoleWithWebIdentity, Role: hub, ExternalID: "x1"}}, "via[1].externalId", "takes no externalId"},
		{"a federated user without a name", box(alice), []chain.Hop{{Action: chain.GetFederationToken}}, "via[1].name", "needs a name"},
		{"a service asks for a federation token", box("ec2.amazonaws.com"), []chain.Hop{{Action: chain.GetFederationToken, Name: "temp"}}, "via[1].action", "IAM user"},
		{"half a second", box(alice), []chain.Hop{{Role: hub, Duration: time.Second / 2}}, "via[1].durationSeconds", "whole seconds"},
		{"a managed policy that was not read", box(alice), []chain.Hop{{Role: hub, PolicyARNs: []string{"arn:aws:iam::111111111111:policy/Gone"}}}, "via[1].policyArns", "Gone"},
		{"a wrong action behind a hop that fails", model.Request{Principal: bare, Action: "GetObject", Resource: "*"}, []chain.Hop{{Role: target + "/"}}, "via[1].role", "names no role"},
		{"a wrong action behind a refused hop", model.Request{Principal: bare, Action: "GetObject", Resource: "*"}, []chain.Hop{{Role: target}}, "action", "is no action"},
		{"a wrong resource behind a refused hop", model.Request{Principal: bare, Action: "s3:GetObject", Resource: "box"}, []chain.Hop{{Role: target}}, "resource", "box"},
		{"a session policy of a user", model.Request{Principal: alice, Action: "s3:GetObject", SessionPolicyARNs: []string{"arn:aws:iam::111111111111:policy/NoSts"}}, []chain.Hop{{Role: hub}}, "sessionPolicy", "no session policy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := chain.Evaluate(e, test.start, test.hops)
			var wrong *eval.RequestError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, test.field, wrong.Field)
			require.ErrorContains(t, err, test.text)
		})
	}
}

// A chain of a thousand hops ends.
func TestLongChain(t *testing.T) {
	e := world(t, allow(aws(hub), every, "")+", "+allow(aws(target), every, ""), "", "")
	hops := []chain.Hop{{Role: hub, SourceIdentity: "alice"}}
	for len(hops) < 1000 {
		hops = append(hops, chain.Hop{Role: target, SessionName: fmt.Sprintf("s%d", len(hops))})
	}
	r, err := chain.Evaluate(e, box(alice), hops)
	require.NoError(t, err)
	require.Zero(t, r.FailedHop)
	require.Len(t, r.Steps, 1000)
	require.Equal(t, "arn:aws:sts::111111111111:assumed-role/Target/s999", r.Final.Principal)
	require.Equal(t, "alice", r.Steps[999].Session.SourceIdentity)
}

// The two questions of a chain are decided with one walk, and without hops a chain is a plain question.
func TestAskTwice(t *testing.T) {
	e := world(t, allow(aws(alice), every, ""), `{Sid: Read, Effect: Allow, Action: "s3:GetObject", Resource: "*"}`, "")
	followed, err := chain.Follow(e, box(alice), []chain.Hop{{Role: target, Context: with("aws:SourceIp", "203.0.113.9")}})
	require.NoError(t, err)
	read, err := followed.Ask(box(""))
	require.NoError(t, err)
	require.Equal(t, "allowed", read.Final.Answer)
	write := box("")
	write.Action = "s3:PutObject"
	refused, err := followed.Ask(write)
	require.NoError(t, err)
	require.Equal(t, "implicitDeny", refused.Final.Answer)

	plain, err := chain.Evaluate(e, box(alice), nil)
	require.NoError(t, err)
	want, err := e.Explain(box(alice))
	require.NoError(t, err)
	require.Equal(t, want, plain.Final)
}

// What an allowed hop rests on, the answer rests on.
func TestAnswerRestsOnItsHops(t *testing.T) {
	e := world(t, allow(aws(alice), every, `{BoolIfExists: {aws:SecureTransport: true}}`), "", "")
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: target}})
	require.NoError(t, err)
	require.Equal(t, []string{"aws:SecureTransport"}, r.Final.DependsOn)
	require.Contains(t, r.Final.Headline, "hop 1 depends on aws:SecureTransport")

	r, err = chain.Evaluate(e, box(alice), []chain.Hop{{Role: target, Context: with("aws:SecureTransport", "true")}})
	require.NoError(t, err)
	require.Empty(t, r.Final.DependsOn)
}

// What a hop does not pass is known to be absent: no value of it could change the answer.
func TestWhatAHopDoesNotPass(t *testing.T) {
	e := world(t, allow(aws(alice), every, `{StringEquals: {sts:ExternalId: x1, aws:RequestTag/team: data}, NumericLessThan: {sts:DurationSeconds: 1000}}`), "", "")
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: target}})
	require.NoError(t, err)
	require.Equal(t, 1, r.FailedHop)
	require.Empty(t, r.Final.DependsOn)
	require.Empty(t, r.Final.NotSupplied)
}
