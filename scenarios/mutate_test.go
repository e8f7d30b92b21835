package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/catalog"
)

// mutatedPolicies have something of everything that is changed.
const mutatedPolicies = `
organization:
  id: o-exam
  managementAccount: "999999999999"
  root:
    id: r-exam
    serviceControlPolicies: [FullAWSAccess, { name: Guard, document: { Version: 2012-10-17, Statement: [{ Sid: NoBuckets, Effect: Deny, NotAction: ["s3:*", "iam:*"], Resource: "*" }] } }]
    resourceControlPolicies: [{ name: Tls, document: { Version: 2012-10-17, Statement: [{ Sid: Tls, Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": false } } }] } }]
    accounts: ["111122223333"]
roles:
  - arn: arn:aws:iam::111122223333:role/App
    trustPolicy: { Version: 2012-10-17, Statement: [{ Sid: Trust, Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }] }
    permissionsBoundary: { Version: 2012-10-17, Statement: [{ Sid: Bound, Effect: Allow, Action: "s3:*", Resource: "*" }] }
    inlinePolicies:
      Own: { Version: 2012-10-17, Statement: [{ Sid: Read, Effect: Allow, Action: s3:GetObject, NotResource: "arn:aws:s3:::data/x", Condition: { NumericLessThan: { "aws:MultiFactorAuthAge": 60 } } }] }
resources:
  - { arn: "arn:aws:s3:::data", account: "111122223333", policy: { Version: 2012-10-17, Statement: [{ Sid: Open, Effect: Deny, Principal: "*", Action: "s3:Put*", Resource: "arn:aws:s3:::data/*" }] } }
vpcEndpoints:
  - { id: vpce-1, vpc: vpc-1, account: "111122223333", service: s3, policy: { Version: 2012-10-17, Statement: [{ Sid: End, Effect: Allow, Principal: "*", Action: "*", Resource: "*" }] } }
`

func TestMutants(t *testing.T) {
	suite := mustLoad(t, smallHead+"  - { name: n }", map[string]string{"dir/policies.yaml": mutatedPolicies})
	var got []string
	for _, m := range mutants([]*Suite{suite, suite}) {
		got = append(got, fmt.Sprintf("%d:%d %s: %s", m.Line, m.Column, m.Kind, m.Change))
		changed := m.apply(suite)
		require.NotNil(t, changed, m.Change)
		require.NotSame(t, suite.base, changed.base)
	}
	golden(t, "mutants.txt", []byte(strings.Join(got, "\n")+"\n"))
	kinds := map[string]bool{}
	for _, m := range mutants([]*Suite{suite}) {
		kinds[m.Kind] = true
	}
	for _, kind := range MutantKinds() {
		require.True(t, kinds[kind], kind)
	}
	other := mustLoad(t, smallHead+"  - { name: n }", map[string]string{"dir/policies.yaml": smallPolicies})
	for _, m := range mutants([]*Suite{suite}) {
		require.Nil(t, m.apply(other), "what is changed is not there")
	}
}

func TestNegated(t *testing.T) {
	ask := func(e *conditions.Entry, value string) bool {
		context := conditions.NewContext()
		context.Set("aws:x", value)
		return e.Eval(&conditions.Env{Context: context}) == conditions.True
	}
	for _, c := range []struct{ operator, value, same, other string }{
		{"StringEquals", "a", "a", "b"}, {"StringNotEquals", "a", "b", "a"},
		{"StringEqualsIgnoreCase", "a", "A", "b"}, {"StringNotEqualsIgnoreCase", "a", "b", "A"},
		{"StringLike", "a*", "ab", "b"}, {"StringNotLike", "a*", "b", "ab"},
		{"NumericEquals", "1", "1", "2"}, {"NumericNotEquals", "1", "2", "1"},
		{"NumericLessThan", "1", "0", "1"}, {"NumericLessThanEquals", "1", "1", "2"},
		{"NumericGreaterThan", "1", "2", "1"}, {"NumericGreaterThanEquals", "1", "1", "0"},
		{"DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"DateNotEquals", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		{"DateLessThan", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		{"DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"DateGreaterThan", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
		{"DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"Bool", "true", "true", "false"}, {"Bool", "false", "false", "true"}, {"Null", "false", "a", ""}, {"Null", "true", "", "a"},
		{"IpAddress", "192.0.2.0/24", "192.0.2.1", "198.51.100.1"}, {"NotIpAddress", "192.0.2.0/24", "198.51.100.1", "192.0.2.1"},
		{"ArnEquals", "arn:aws:s3:::a", "arn:aws:s3:::a", "arn:aws:s3:::b"}, {"ArnNotEquals", "arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::a"},
		{"ArnLike", "arn:aws:s3:::a*", "arn:aws:s3:::ab", "arn:aws:s3:::b"}, {"ArnNotLike", "arn:aws:s3:::a*", "arn:aws:s3:::b", "arn:aws:s3:::ab"},
	} {
		op, err := conditions.ParseOperator(c.operator, false)
		require.NoError(t, err)
		entry, err := conditions.NewEntry(op, "aws:x", []string{c.value}, true)
		require.NoError(t, err)
		other := negated(entry, true)
		require.NotNil(t, other, c.operator)
		for _, value := range []string{c.same, c.other} {
			if op.Base == conditions.Null && value == "" {
				continue // absence is not set
			}
			require.NotEqual(t, ask(entry, value), ask(other, value), "%s %s", c.operator, value)
		}
	}
	none := func(operator string, values ...string) {
		op, err := conditions.ParseOperator(operator, false)
		require.NoError(t, err)
		entry, err := conditions.NewEntry(op, "aws:x", values, true)
		require.NoError(t, err)
		require.Nil(t, negated(entry, true), operator)
	}
	none("BinaryEquals", "YQ==")
	none("Bool", "true", "false")
	none("Bool", "${aws:y}")
}

func mutate(t *testing.T, policies, scenarios string, m MutationOptions) *Mutation {
	t.Helper()
	suite := mustLoad(t, smallHead+scenarios, map[string]string{"dir/policies.yaml": policies})
	out := Mutate(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}}, m)
	require.Equal(t, out.Tried, out.Noticed+out.Survived+out.Equivalent)
	require.Len(t, out.Survivors, out.Survived)
	return out
}

func TestMutate(t *testing.T) {
	const thorough = `
  - { name: reads }
  - { name: no secrets, resource: "arn:aws:s3:::data/secret/1", expect: explicitDeny }
  - { name: reads there alone, resource: "arn:aws:s3:::other/1", expect: implicitDeny }
  - { name: does nothing else, action: s3:DeleteObject, expect: implicitDeny }
  - { name: writes from the office, action: s3:PutObject, context: { aws:SourceIp: 192.0.2.7 } }
  - { name: writes from nowhere else, action: s3:PutObject, context: { aws:SourceIp: 198.51.100.7 }, expect: implicitDeny }
  - { name: writes there alone, action: s3:PutObject, resource: "arn:aws:s3:::other/1", context: { aws:SourceIp: 192.0.2.7 }, expect: implicitDeny }
  - { name: does nothing else from the office, action: s3:DeleteObject, context: { aws:SourceIp: 192.0.2.7 }, expect: implicitDeny }
`
	out := mutate(t, smallPolicies, thorough, MutationOptions{})
	require.Equal(t, 17, out.Mutants)
	require.Equal(t, 13, out.Noticed)
	// Nobody of the account may assume the role, and nothing but S3 is allowed.
	for _, m := range out.Survivors {
		require.Equal(t, `Deny "NoSecrets" of Own: Action is "*"`, m.Change)
		require.Nil(t, m.Witness)
		require.NotEmpty(t, m.Inconclusive)
	}

	without := strings.Replace(thorough, "arn:aws:s3:::data/secret/1", "arn:aws:s3:::data/secret", 1)
	without = strings.Replace(without, "expect: explicitDeny", "expect: allowed", 1)
	out = mutate(t, smallPolicies, without, MutationOptions{})
	require.Less(t, out.Noticed, 13)
	require.Equal(t, DropStatement+` Deny "NoSecrets" of Own: dropped`, out.Survivors[0].Kind+" "+out.Survivors[0].Change)
	w := out.Survivors[0].Witness
	require.Equal(t, []string{"arn:aws:iam::111122223333:role/App", "explicitDeny", "allowed"}, []string{w.Principal, w.Answer, w.Changed})
	require.Contains(t, w.Resource, "arn:aws:s3:::data/secret/")
	require.Equal(t, percent(out.Noticed, out.Noticed+out.Survived), out.Score)
}

// Every scenario that is offered makes the suite notice its mutant.
func TestMutateOffersWhatNotices(t *testing.T) {
	for name, policies := range map[string]string{"small": smallPolicies, "everything": mutatedPolicies} {
		t.Run(name, func(t *testing.T) {
			const few = "\n  - { name: asks, action: s3:ListAllMyBuckets, resource: \"*\", expect: implicitDeny }\n"
			out := mutate(t, policies, few, MutationOptions{})
			require.Greater(t, out.Survived, 5)
			offered := 0
			for _, m := range out.Survivors {
				if m.Witness == nil {
					require.NotEmpty(t, m.Inconclusive, m.Change)
					continue
				}
				offered++
				suite := mustLoad(t, smallHead+few+indented(m.Witness.Scenario), map[string]string{"dir/policies.yaml": policies})
				o := RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}}
				require.Zero(t, Run(context.Background(), []*Suite{suite}, o).ExitCode(), m.Witness.Scenario)
				found := false
				for _, other := range mutants([]*Suite{suite}) {
					if other.Kind == m.Kind && other.Change == m.Change && other.Position() == m.Position() {
						found = true
						require.Equal(t, 1, Run(context.Background(), []*Suite{other.apply(suite)}, o).ExitCode(), "%s\n%s", m.Change, m.Witness.Scenario)
					}
				}
				require.True(t, found)
			}
			require.Greater(t, offered, 4)
		})
	}
}

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func TestMutateKnowsWhatChangesNothing(t *testing.T) {
	const twice = `
roles:
  - arn: arn:aws:iam::111122223333:role/App
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: sts:AssumeRole }] }
    inlinePolicies:
      Own: { Version: 2012-10-17, Statement: [{ Sid: All, Effect: Allow, Action: "*", Resource: "*" }, { Sid: Again, Effect: Allow, Action: s3:GetObject, Resource: "*" }] }
resources: [{ arn: "arn:aws:s3:::data", account: "111122223333" }]
`
	out := mutate(t, twice, "  - { name: reads }\n  - { name: deletes, action: s3:DeleteObject }\n", MutationOptions{})
	require.Positive(t, out.Equivalent)
	for _, m := range out.Survivors {
		require.NotContains(t, m.Change, "Again", "dropping or widening it changes no answer, and flipping it is noticed")
	}
	require.Equal(t, 100.0, mutate(t, "resources: []\nroles: []", "  - { name: n, principal: '*', expect: denied }", MutationOptions{}).Score, "nothing can be changed")
}

func TestMutateNeedsSuitesThatHold(t *testing.T) {
	for name, scenarios := range map[string]string{
		"one that fails": "  - { name: n, expect: denied }", "one that is skipped": "  - { name: n, skip: later }",
		"one without an answer": "  - { name: n, principal: role/Nobody }",
	} {
		t.Run(name, func(t *testing.T) {
			out := mutate(t, smallPolicies, scenarios, MutationOptions{Minimum: 50})
			require.Equal(t, "mutants are tried only where every scenario holds", out.NotTried)
			require.Zero(t, out.Tried)
			report := &Report{Suites: []SuiteResult{{Scenarios: []ScenarioResult{{Checks: []CheckResult{{Status: Passed}}}}}}}
			report.SetMutation(out)
			require.Equal(t, 2, report.ExitCode())
		})
	}
	broken := Mutate(context.Background(), []*Suite{Broken("x.yaml", nil)}, RunOptions{}, MutationOptions{})
	require.NotEmpty(t, broken.NotTried)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	suite := mustLoad(t, smallHead+"  - { name: n }", map[string]string{"dir/policies.yaml": smallPolicies})
	require.Equal(t, "the run was interrupted", Mutate(cancelled, []*Suite{suite}, RunOptions{}, MutationOptions{}).NotTried)
}

func TestMutateChoosesBySeed(t *testing.T) {
	const one = "  - { name: reads }\n"
	all := mutate(t, smallPolicies, one, MutationOptions{})
	require.Equal(t, all.Mutants, all.Tried)
	chosen := map[string]bool{}
	for seed := range uint64(4) {
		some := mutate(t, smallPolicies, one, MutationOptions{Mutants: 5, Seed: seed})
		require.Equal(t, 5, some.Tried)
		require.Equal(t, all.Mutants, some.Mutants)
		if seed == 0 {
			require.Equal(t, jsonOf(t, some), jsonOf(t, mutate(t, smallPolicies, one, MutationOptions{Mutants: 5})))
		}
		for _, m := range some.Survivors {
			chosen[m.Kind+m.Change] = true
		}
	}
	require.Greater(t, len(chosen), 4, "other seeds choose others")
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", " ")
	require.NoError(t, err)
	return string(text)
}

func TestMutateIsTheSameInParallel(t *testing.T) {
	suites := shipped(t, "examples")
	o := RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}, Parallel: 1}
	want := ""
	for _, o.Parallel = range []int{1, 8} {
		done := 0
		out := Mutate(context.Background(), suites, o, MutationOptions{Mutants: 30, Seed: 3, Progress: func(n, total int) {
			require.Equal(t, 30, total)
			done++
			require.Equal(t, done, n)
		}})
		require.Equal(t, 30, done)
		if want == "" {
			want = jsonOf(t, out)
		}
		require.Equal(t, want, jsonOf(t, out))
	}
}

// What makes trying mutants quick changes no outcome: the engine that takes
// over what did not change, and leaving out scenarios that a policy is no part of.
func TestMutateShortcuts(t *testing.T) {
	o := RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}}
	tried := 0
	for _, suite := range append(shipped(t, "systems"), mustLoad(t, viaHead+`
  - { name: through both, via: [{ role: Hub }, { role: End, externalId: x1 }] }
  - { name: stopped, via: [{ role: Hub }, { role: End }], expect: denied }
`, nil)) {
		trial := &trial{ctx: context.Background(), options: o}
		if why := trial.prepare([]*Suite{suite}); why != "" {
			t.Fatal(suite.File, why)
		}
		for i, m := range mutants([]*Suite{suite}) {
			if i%16 != 0 {
				continue
			}
			tried++
			concerned := trial.concerned[m.document]
			fast, slow := m.apply(trial.suites[0]), m.apply(suite)
			require.NotNil(t, fast.near)
			require.Nil(t, slow.near)
			whole := Run(context.Background(), []*Suite{slow}, o)
			require.Equal(t, statuses(whole), statuses(Run(context.Background(), []*Suite{fast}, o)), m.Change)
			for j, s := range suite.Scenarios {
				if !concerned[s] {
					require.Equal(t, Passed, whole.Suites[0].Scenarios[j].Status, "%s: %s", m.Change, s.Name)
				}
			}
		}
	}
	require.Greater(t, tried, 20)
}

func TestScenarioText(t *testing.T) {
	yes := true
	r := model.Request{
		Principal: "arn:aws:sts::111122223333:federated-user/bob", ParentUser: "arn:aws:iam::111122223333:user/bob",
		Action: "s3:GetObject", Resource: `arn:aws:s3:::data/"1": #x`, Context: conditions.NewContext(),
		Session: &model.Session{Type: "GetFederationToken", MFA: &yes, Tags: map[string]string{"b": "2", "a": "1: x"}, SourceIdentity: "x", FederatedProvider: "y"},
	}
	r.Context.Set("aws:SourceIp", "192.0.2.1")
	r.Context.SetList("aws:TagKeys", "a")
	r.Context.SetAbsent("aws:username")
	suite := mustLoad(t, smallHead+indented(ScenarioText(&r, eval.ExplicitDeny)), map[string]string{"dir/policies.yaml": smallPolicies})
	got := suite.Scenarios[0]
	require.Equal(t, ExpectExplicitDeny, got.Expect)
	require.Equal(t, []string{r.Resource}, got.Resources)
	back := got.request()
	back.Action, back.Resource = got.Actions[0], got.Resources[0]
	require.Equal(t, r.Session, back.Session)
	require.Equal(t, r.ParentUser, back.ParentUser)
	for _, key := range r.Context.Names() {
		want, state := r.Context.Lookup(key)
		value, had := back.Context.Lookup(key)
		require.Equal(t, state, had, key)
		require.Equal(t, want.String(), value.String(), key)
	}
}
