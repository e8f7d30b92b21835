package scenarios

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// loadText loads a suite that stands in dir/suite.yaml, with other files beside it.
func loadText(text string, others map[string]string) (*Suite, []model.Diagnostic) {
	files := fstest.MapFS{"dir/suite.yaml": {Data: []byte(text)}}
	for name, content := range others {
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return LoadSuite(files, "dir/suite.yaml", LoadOptions{})
}

func mustLoad(t *testing.T, text string, others map[string]string) *Suite {
	t.Helper()
	suite, diagnostics := loadText(text, others)
	require.Empty(t, lines(diagnostics))
	require.NotNil(t, suite)
	return suite
}

func lines(diagnostics []model.Diagnostic) []string {
	var list []string
	for _, d := range diagnostics {
		list = append(list, d.Error())
	}
	return list
}

func TestLoadSuiteReadsEveryField(t *testing.T) {
	suite := mustLoad(t, `
name: everything
description: each field once
defaults:
  principal: arn:aws:iam::012345670123:role/App
  context: { aws:SecureTransport: true, aws:username: alice, s3:prefix: home }
  strict: true
scenarios:
  - name: full
    action: [s3:GetObject, s3:PutObject]
    resource: [arn:aws:s3:::a/1, arn:aws:s3:::a/2]
    context: { AWS:UserName: null, aws:TagKeys: [a, 010, true], aws:SourceIp: 203.0.113.9, s3:x-amz-acl: [] }
    at: 2026-11-22T10:00:00+01:00
    sessionPolicyArns: [arn:aws:iam::012345670123:policy/P]
    session:
      type: AssumeRoleWithWebIdentity
      mfa: false
      tags: { team: data, level: 012 }
      sourceIdentity: alice
      tokenIssueTime: 2026-11-22T08:00:00Z
      federatedProvider: accounts.google.com
    parentUser: arn:aws:iam::012345670123:user/alice
    strict: false
    expect: explicitDeny
    because: { policyType: serviceControlPolicy, statement: No, reason: DENY_EXPLICIT_SCP }
    dependsOn: [aws:MultiFactorAuthPresent]
    skip: not yet
  - name: 10
    action: s3:ListAllMyBuckets
    expect: error
    because: { message: "(?i)no policy" }
    dependsOn: []
`, nil)
	require.Equal(t, "everything", suite.Name)
	require.Equal(t, "each field once", suite.Description)
	require.Equal(t, "dir/suite.yaml", suite.File)
	require.Len(t, suite.Scenarios, 2)
	require.Equal(t, 1, suite.Checks(), "skipped scenarios are not counted")

	full := suite.Scenarios[0]
	require.Equal(t, "dir/suite.yaml:9:5", full.Position.String())
	require.Equal(t, "arn:aws:iam::012345670123:role/App", full.Principal)
	require.Equal(t, []string{"s3:GetObject", "s3:PutObject"}, full.Actions)
	require.Equal(t, 4, full.Checks())
	require.True(t, full.At.Equal(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)))
	require.Equal(t, []string{"arn:aws:iam::012345670123:policy/P"}, full.SessionPolicyARNs)
	no := false
	require.Equal(t, &model.Session{
		Type: "AssumeRoleWithWebIdentity", MFA: &no, Tags: map[string]string{"team": "data", "level": "012"}, SourceIdentity: "alice",
		TokenIssueTime: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), FederatedProvider: "accounts.google.com",
	}, full.Session)
	require.Equal(t, "arn:aws:iam::012345670123:user/alice", full.ParentUser)
	require.False(t, full.Strict, "the scenario replaces the default")
	require.Equal(t, ExpectExplicitDeny, full.Expect)
	require.Equal(t, Because{PolicyType: eval.ServiceControlPolicyType, Statement: "No", Reason: "DENY_EXPLICIT_SCP"}, full.Because)
	require.Equal(t, []string{"aws:MultiFactorAuthPresent"}, full.DependsOn)
	require.Equal(t, "not yet", full.Skip)

	second := suite.Scenarios[1]
	require.Equal(t, "10", second.Name, "source text, whatever YAML makes of it")
	require.Equal(t, []string{"*"}, second.Resources)
	require.True(t, second.Strict)
	require.NotNil(t, second.DependsOn, "an empty list asks for no key; a missing one asks nothing")
	require.True(t, second.Because.Message.MatchString("No policy"))
	require.Nil(t, second.Session)
}

func TestContextOfDefaultsMergesKeyByKey(t *testing.T) {
	suite := mustLoad(t, `
defaults:
  principal: "*"
  action: s3:GetObject
  expect: denied
  context: { aws:SecureTransport: true, aws:username: alice, s3:prefix: home, aws:referer: null }
scenarios:
  - name: own
    context: { AWS:UserName: null, aws:TagKeys: [a, 010, true], s3:prefix: "", aws:referer: r }
  - name: defaults alone
`, nil)
	own := suite.Scenarios[0].Context
	for _, c := range []struct {
		key    string
		state  conditions.State
		values []string
		list   bool
	}{
		{"aws:securetransport", conditions.Present, []string{"true"}, false},
		{"aws:username", conditions.Absent, nil, false},
		{"aws:TagKeys", conditions.Present, []string{"a", "010", "true"}, true},
		{"s3:prefix", conditions.Present, []string{""}, false},
		{"aws:referer", conditions.Present, []string{"r"}, false},
		{"aws:SourceIp", conditions.NotSupplied, nil, false},
	} {
		value, state := own.Lookup(c.key)
		require.Equal(t, c.state, state, c.key)
		if state == conditions.Present {
			require.Equal(t, c.values, value.Texts(), c.key)
			require.Equal(t, c.list, value.IsList(), c.key)
		}
	}
	value, state := suite.Scenarios[1].Context.Lookup("aws:username")
	require.Equal(t, conditions.Present, state, "a scenario does not change the defaults")
	require.Equal(t, []string{"alice"}, value.Texts())
	_, state = suite.Scenarios[1].Context.Lookup("aws:referer")
	require.Equal(t, conditions.Absent, state)
}

func TestLoadSuiteNamesItselfByItsFile(t *testing.T) {
	suite := mustLoad(t, "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: denied }]", nil)
	require.Equal(t, "dir/suite", suite.Name)
}

func TestLoadSuiteFaults(t *testing.T) {
	const good = "{ name: n, principal: '*', action: s3:GetObject, expect: denied }"
	scenario := func(fields string) string {
		return "scenarios:\n  - name: n\n    principal: '*'\n    action: s3:GetObject\n    expect: denied\n    " + fields + "\n"
	}
	for _, c := range []struct {
		name, text string
		want       []string // place and part of the text of each diagnostic
	}{
		{"not a suite: policy set", "users: []", []string{"dir/suite.yaml:1:1: error: this is not a scenario suite: it is a policy set"}},
		{"not a suite: policy", "Statement: []", []string{"1:1: error: this is not a scenario suite: it is a policy document"}},
		{"not a suite: list", "[]", []string{"1:1: error: this is not a scenario suite: it is a list"}},
		{"not a suite: object", "a: 1", []string{`1:1: error: this is not a scenario suite: it has no field "scenarios"`}},
		{"syntax", "scenarios: [", []string{"dir/suite.yaml:"}},
		{"no scenarios", "scenarios: []", []string{"1:12: error: scenarios is an empty list"}},
		{"scenarios of a wrong type", "scenarios: {}", []string{"1:12: error: scenarios takes a list of scenarios, not an object"}},
		{"scenario of a wrong type", "scenarios: [x]", []string{"1:13: error: a scenario takes an object, not a string"}},
		{"unknown field of a suite", "scenaros: 1\nscenarios: [" + good + "]", []string{`1:1: error: a suite has no field "scenaros"; did you mean "scenarios"?`}},
		{"unknown field of a scenario", scenario("expct: allowed"), []string{`6:5: error: a scenario has no field "expct"; did you mean "expect"?`}},
		{"unknown field lists what is allowed", scenario("zzzzzz: 1"), []string{"allowed are name, principal, via, action, resource, context, at, sessionPolicy, sessionPolicyArns"}},
		{"a name in the defaults", "defaults: { name: x }\nscenarios: [" + good + "]", []string{`1:13: error: defaults has no field "name"`}},
		{"fields missing", "scenarios: [{}]", []string{
			`1:13: error: a scenario needs the field "action", here or in the defaults`,
			`1:13: error: a scenario needs the field "expect", here or in the defaults`,
			`1:13: error: a scenario needs the field "name"`,
			`1:13: error: a scenario needs the field "principal", here or in the defaults`,
		}},
		{"via is no list", scenario("via: { role: r }"), []string{"6:10: error: via takes a list of calls, not an object"}},
		{"via of texts", scenario("via: [r]"), []string{"6:11: error: an entry of via takes an object, not a string"}},
		{"unknown field of a hop", scenario("via: [{ role: r, sesionName: x }]"), []string{`6:22: error: an entry of via has no field "sesionName"; did you mean "sessionName"?`}},
		{"hop without a role", scenario("via: [{ sessionName: x }]"), []string{`6:11: error: an entry of via needs the field "role": sts:AssumeRole is called with it`}},
		{"hop of another action", scenario("via: [{ role: r, action: sts:AssumeRoleWithSaml }]"), []string{`6:30: error: action is "sts:AssumeRoleWithSaml"; allowed are sts:AssumeRole, sts:AssumeRoleWithSAML`}},
		{"external id of a token's call", scenario("via: [{ role: r, action: sts:AssumeRoleWithWebIdentity, externalId: x }]"), []string{
			"6:61: error: sts:AssumeRoleWithWebIdentity takes no externalId; besides action, it takes role, sessionName, sourceIdentity, tags",
		}},
		{"name of a role's call", scenario("via: [{ role: r, name: x }]"), []string{"6:22: error: sts:AssumeRole takes no name"}},
		{"role and tags of GetSessionToken", scenario("via: [{ action: sts:GetSessionToken, role: r, tags: { a: b } }]"), []string{
			"6:42: error: sts:GetSessionToken takes no role", "6:51: error: sts:GetSessionToken takes no tags",
		}},
		{"GetFederationToken without a name", scenario("via: [{ action: sts:GetFederationToken, sourceIdentity: x }]"), []string{
			`6:11: error: an entry of via needs the field "name"`, "6:45: error: sts:GetFederationToken takes no sourceIdentity",
		}},
		{"tags of a hop", scenario("via: [{ role: r, tags: [a] }, { role: r, tags: { a: [b] } }]"), []string{
			"6:28: error: tags takes an object of tags, not a list", "6:57: error: the tag a takes a string, not a list",
		}},
		{"lists of a hop", scenario("via: [{ role: r, transitiveTagKeys: a, policyArns: [a, a] }]"), []string{
			"6:41: error: transitiveTagKeys takes a list of strings, not a string", `6:60: error: policyArns lists "a" twice`,
		}},
		{"durations", scenario("via: [{ role: r, durationSeconds: 1h }, { role: r, durationSeconds: 0 }, { role: r, durationSeconds: true }, { role: r, durationSeconds: 9999999999 }]"), []string{
			`6:39: error: durationSeconds is "1h", which is no number of seconds`, `6:73: error: durationSeconds is "0"`,
			"6:106: error: durationSeconds takes a number of seconds, not a boolean", `6:142: error: durationSeconds is "9999999999"`,
		}},
		{"context of a hop", scenario("via: [{ role: r, context: { a: 1, aws:x: {}, s3:y: 1, S3:Y: 2 } }]"), []string{
			`6:33: error: "a" is no condition key`, "6:39: warning: ", "6:46: error: the context key aws:x takes a value", `6:59: error: context has the key "S3:Y" twice`,
		}},
		{"policy of a hop", scenario("via: [{ role: r, policy: [a] }]"), []string{"6:30: error: policy takes a policy document, not a list"}},
		{"empty fields of a hop", scenario("via: [{ role: '', sessionName: }]"), []string{"6:19: error: role is the empty string", "6:36: error: sessionName takes a string, and is empty here"}},
		{"hop without via", scenario("because: { hop: 1 }"), []string{"6:14: error: hop is 1, and via holds 0 calls"}},
		{"hop beyond via", scenario("via: [{ role: r }]\n    because: { hop: 2 }"), []string{"7:14: error: hop is 2, and via holds 1 calls"}},
		{"hop 0", scenario("via: [{ role: r }]\n    because: { hop: 0 }"), []string{`7:21: error: hop is "0"; the calls of via are numbered from 1`}},
		{"hop in words", scenario("via: [{ role: r }]\n    because: { hop: [1] }"), []string{"7:21: error: hop takes the number of a call of via, not a list"}},
		{"hop of an allowed answer", "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: allowed, via: [{ role: r }], because: { hop: 1 } }]", []string{"error: an allowed answer is that to the last request"}},
		{"hop of an error", "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: error, via: [{ role: r }], because: { hop: 1 } }]", []string{"error: with expect: error, because takes message alone"}},
		{"names repeated", "scenarios: [" + good + ",\n " + good + "]", []string{`2:10: error: the name "n" is already that of the scenario on line 1`}},
		{"empty name", "scenarios: [{ name: '', principal: '*', action: s3:GetObject, expect: denied }]", []string{"1:21: error: name is the empty string"}},
		{"empty field", scenario("resource:"), []string{"6:14: error: resource takes a string or a list of strings, and is empty here; leave the field out"}},
		{"duplicate key", scenario("expect: allowed"), []string{"6:5: error: "}},
		{"action of a wrong type", scenario("resource: { a: b }"), []string{"6:15: error: resource takes a string or a list of strings, not an object"}},
		{"action repeated", scenario("resource: [a, b, a]"), []string{`6:22: error: resource lists "a" twice`}},
		{"empty list", scenario("resource: []"), []string{"6:15: error: resource is an empty list"}},
		{"list in a list", scenario("resource: [[a]]"), []string{"6:16: error: an entry of resource takes a string, not a list"}},
		{"expect", "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: alowed }]",
			[]string{`1:70: error: expect is "alowed"; allowed are allowed, denied, explicitDeny, implicitDeny, error; did you mean "allowed"?`}},
		{"strict", scenario("strict: 'true'"), []string{"6:13: error: strict takes true or false, not a string"}},
		{"at", scenario("at: yesterday"), []string{`6:9: error: at is "yesterday", which is not an RFC 3339 time; write it as 2026-`}},
		{"skip: false", scenario("skip: false"), []string{"6:11: error: skip takes the reason in words, not a boolean"}},
		{"skip without reason", scenario("skip: ''"), []string{"6:11: error: skip is the empty string"}},
		{"context of a wrong type", scenario("context: [a]"), []string{"6:14: error: context takes an object of condition keys, not a list"}},
		{"context key without prefix", scenario("context: { SourceIp: 1 }"), []string{`6:16: error: "SourceIp" is no condition key; keys are written prefix:name`}},
		{"context key twice", scenario("context: { s3:prefix: a, S3:Prefix: b }"), []string{`6:30: error: context has the key "S3:Prefix" twice: it also stands as "s3:prefix"`}},
		{"context value", scenario("context: { s3:prefix: { a: b } }"), []string{"6:27: error: the context key s3:prefix takes a value, a list of values, or null, not an object"}},
		{"context list entry", scenario("context: { s3:prefix: [a, null] }"), []string{"6:31: error: an entry of the list of s3:prefix takes a string, a number or a boolean, and is empty here"}},
		{"unknown global key is a warning", scenario("context: { aws:SorceIp: 1.2.3.4 }"), []string{`6:16: warning: "aws:SorceIp" is not among the global condition keys known on`}},
		{"session", scenario("session: { type: AssumeRoot, mfa: yes, tags: { a: [], B: x, b: y }, tokenIssueTime: now, x: 1 }"), []string{
			`6:22: error: type is "AssumeRoot"; allowed are AssumeRole,`,
			"6:39: error: mfa takes true or false, not a string",
			"6:55: error: the tag a takes a string, not a list",
			`6:65: error: tags has the key "b" twice: it also stands as "B"`,
			`6:89: error: tokenIssueTime is "now"`,
			`6:94: error: session has no field "x"`,
		}},
		{"because: unknown layer", scenario("because: { policyType: scp }"), []string{`6:28: error: policyType is "scp"; allowed are identityPolicy, resourcePolicy`}},
		{"because: unknown code", scenario("because: { reason: DENY_EXPLICIT_SPC }"), []string{`6:24: error: reason is "DENY_EXPLICIT_SPC", which is no reason code (E90); did you mean "DENY_EXPLICIT_SCP"?`}},
		{"because: code of another answer", scenario("because: { reason: ALLOW_IDENTITY }"), []string{`6:14: error: ALLOW_IDENTITY is the reason of an answer "allowed", and the scenario expects "denied"`}},
		{"because: message without error", scenario("because: { message: x }"), []string{"6:14: error: because takes message only with expect: error"}},
		{"because: bad regular expression", scenario("because: { message: '(' }"), []string{"6:25: error: message is no regular expression"}},
		{"because: reason with error", "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: error,\n because: { reason: ALLOW_IDENTITY } }]",
			[]string{"2:11: error: with expect: error, because takes message alone"}},
		{"because: statement of an implicit deny", "defaults: { expect: implicitDeny }\nscenarios: [{ name: n, principal: '*', action: s3:GetObject,\n because: { statement: S } }]",
			[]string{"3:11: error: no statement decides an implicit deny"}},
		{"dependsOn repeated", scenario("dependsOn: [aws:SourceIp, AWS:sourceip]"), []string{`6:31: error: dependsOn lists "AWS:sourceip" twice`}},
		{"dependsOn of a wrong type", scenario("dependsOn: aws:SourceIp"), []string{"6:16: error: dependsOn takes a list of strings, not a string"}},
		{"policySets missing", "policySets: [none.yaml]\nscenarios: [" + good + "]", []string{"1:14: error: the policy set none.yaml cannot be read: file does not exist; policySets are relative to the suite's file"}},
		{"policySet of a wrong type", scenario("policySet: a.yaml"), []string{"6:16: error: policySet takes an object, not a string"}},
		{"sessionPolicy of a wrong type", scenario("sessionPolicy: [a]"), []string{"6:20: error: sessionPolicy takes a policy document, not a list"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite, diagnostics := loadText(c.text, nil)
			got := lines(diagnostics)
			require.Len(t, got, len(c.want), "%s", strings.Join(got, "\n"))
			for i, want := range c.want {
				require.Contains(t, got[i], want)
			}
			require.Equal(t, model.HasErrors(diagnostics), suite == nil)
		})
	}
}

func TestLoadSuiteUnreadable(t *testing.T) {
	_, diagnostics := LoadSuite(fstest.MapFS{}, "none.yaml", LoadOptions{})
	require.Equal(t, []string{"none.yaml: error: the suite cannot be read: file does not exist"}, lines(diagnostics))
}

func TestFaultsOfPolicySets(t *testing.T) {
	const scenario = "\nscenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: denied }]"
	user := "users: [{ arn: \"arn:aws:iam::111122223333:user/u\", attachedPolicies: [\"arn:aws:iam::111122223333:policy/P\"] }]"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"in a file", "policySets: [policies.yaml]", []string{`dir/policies.yaml:1:9: error:`}},
		{"written in place", "policySet: { " + user + " }", []string{"dir/suite.yaml:1:84: error:"}},
		{"a missing file hides what it may declare, and nothing else", "policySets: [none.yaml, policies.yaml]\npolicySet: { " + user + " }",
			[]string{"dir/policies.yaml:1:9: error:", "dir/suite.yaml:1:14: error: the policy set none.yaml cannot be read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite, diagnostics := loadText(c.text+scenario, map[string]string{"dir/policies.yaml": "users: [oops]"})
			require.Nil(t, suite)
			got := lines(diagnostics)
			require.Len(t, got, len(c.want), "%s", strings.Join(got, "\n"))
			for i, want := range c.want {
				require.Contains(t, got[i], want)
			}
		})
	}
}

func TestFaultsOfTheDefaultsAreReportedOnce(t *testing.T) {
	_, diagnostics := loadText(`
defaults: { principal: "*", action: s3:GetObject, expect: denied, because: { reason: ALLOW_IDENTITY } }
scenarios: [{ name: a }, { name: b }]`, nil)
	require.Len(t, diagnostics, 1)
}

func TestReasonCodesOfEveryLevel(t *testing.T) {
	for _, reason := range []string{"DENY_IMPLICIT_SCP_LEVEL_0", "DENY_IMPLICIT_RCP_LEVEL_6"} {
		mustLoad(t, "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: denied, because: { reason: "+reason+" } }]", nil)
	}
	_, diagnostics := loadText("scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: denied, because: { reason: DENY_IMPLICIT_SCP_LEVEL_n } }]", nil)
	require.Len(t, diagnostics, 1)
	require.Regexp(t, reasonPattern(), "DENY_IMPLICIT_SCP_LEVEL_2")
	require.NotRegexp(t, reasonPattern(), "DENY_IMPLICIT_SCP_LEVEL_n")
	require.NotRegexp(t, reasonPattern(), "XDENY_EXPLICIT_SCP")
}

func TestFindingsAreComplete(t *testing.T) {
	known := map[string]bool{}
	last := ""
	for _, f := range Findings() {
		require.Less(t, last, f.ID, "sorted, each once")
		last, known[f.ID] = f.ID, true
	}
	for _, id := range []string{
		findingUnreadable, findingNotASuite, findingUnknownField, findingWrongType, findingMissingField,
		findingBadValue, findingRepeated, findingUnknownKey,
	} {
		require.True(t, known[id], id)
	}
	require.Len(t, known, 8)
}
