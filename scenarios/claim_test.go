package scenarios

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model/catalog"
)

const claimPolicies = `
roles:
  - arn: arn:aws:iam::111122223333:role/Admin
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }] }
    inlinePolicies: { All: { Version: 2012-10-17, Statement: [{ Sid: All, Effect: Allow, Action: "*", Resource: "*" }] } }
  - arn: arn:aws:iam::111122223333:role/Dev
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }] }
    inlinePolicies: { Dev: { Version: 2012-10-17, Statement: [{ Sid: Objects, Effect: Allow, Action: "s3:*Object", Resource: "arn:aws:s3:::data/*", Condition: { Bool: { "aws:SecureTransport": true } } }] } }
resources: [{ arn: "arn:aws:s3:::data", account: "111122223333" }]
`

func claims(t *testing.T, scenarios string) *Report {
	t.Helper()
	suite := mustLoad(t, "policySets: [policies.yaml]\ndefaults: { principal: Dev, action: s3:GetObject, via: [{ role: Dev }], context: { aws:SecureTransport: true } }\nscenarios:\n"+scenarios,
		map[string]string{
			"dir/policies.yaml": claimPolicies,
			"dir/old.yaml":      strings.Replace(claimPolicies, `"s3:*Object"`, `"s3:Get*"`, 1),
			"dir/wide.yaml":     strings.Replace(claimPolicies, `"s3:*Object"`, `"s3:*"`, 1),
			"dir/broken.yaml":   "roles: [oops]",
		})
	return Run(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}})
}

func TestClaims(t *testing.T) {
	for _, c := range []struct {
		name, scenario string
		status         Status
		shows          []string
	}{
		{"never holds", `never: { principal: ["role/*", "!role/Admin"], action: "iam:*" }`, Passed, []string{"ok     iam:* on *: holds"}},
		{"never is violated", `never: { principal: role/*, action: "iam:*" }`, Failed,
			[]string{"principal  role/*", "expected   never", "got        violated", "witness    iam:", "by arn:aws:iam::111122223333:role/Admin", `Allow "All" of All`}},
		{"a resource", `never: { principal: role/Dev, resource: "arn:aws:s3:::other/*" }`, Passed, nil},
		{"what decides is in the context of the witness", `never: { principal: role/Dev, action: s3:PutObject }`, Failed, []string{`context    {"aws:SecureTransport": "true"}`}},
		{"with an overlay", `{ never: { principal: role/Dev, action: "s3:*" }, policySet: { roles: [{ arn: "arn:aws:iam::111122223333:role/Dev", inlinePolicies: null }] } }`, Passed, nil},
		{"no new access", `noNewAccess: { old: wide.yaml }`, Passed, nil},
		{"new access", `noNewAccess: { old: old.yaml }`, Failed, []string{"expected   noNewAccess", "by arn:aws:iam::111122223333:role/Dev", `Allow "Objects" of Dev`}},
		{"new access elsewhere", `noNewAccess: { old: [old.yaml], action: "s3:Get*" }`, Passed, nil},
		{"two files", `noNewAccess: { old: old.yaml, new: wide.yaml, principal: role/Dev }`, Failed, nil},
		{"two files the other way", `noNewAccess: { old: wide.yaml, new: old.yaml }`, Passed, nil},
		{"the same", `noNewAccess: { old: policies.yaml }`, Passed, nil},
		{"a file that is missing", `noNewAccess: { old: none.yaml }`, Errored, []string{"none.yaml"}},
		{"a broken file", `noNewAccess: { old: old.yaml, new: broken.yaml }`, Errored, []string{"dir/broken.yaml:1:9: error:"}},
		{"nobody", `never: { principal: role/Nobody }`, Errored, []string{"role/Nobody"}},
		{"a faulty overlay", `{ never: { action: "s3:*" }, policySet: { roles: [oops] } }`, Errored, []string{"dir/suite.yaml:"}},
		{"skipped", `{ never: { action: "*" }, skip: later }`, Skipped, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			scenario, found := strings.CutPrefix(c.scenario, "{ ")
			if !found {
				scenario += " }"
			}
			report := claims(t, "  - { name: n, "+scenario+"\n")
			require.Equal(t, []string{"n " + string(c.status)}, statuses(report), text(t, report))
			shown := text(t, report)
			for _, want := range c.shows {
				require.Contains(t, shown, want)
			}
			for _, check := range report.Suites[0].Scenarios[0].Checks {
				require.Equal(t, c.status == Failed, check.Witness != nil)
			}
		})
	}
}

// The witness of a violated claim, put as a scenario, is allowed.
func TestWitnessOfAClaim(t *testing.T) {
	report := claims(t, "  - { name: n, never: { principal: role/Dev } }\n")
	w := report.Suites[0].Scenarios[0].Checks[0].Witness
	require.Contains(t, w.Scenario, "expect: allowed")
	suite := mustLoad(t, "policySets: [policies.yaml]\nscenarios:\n"+indented(w.Scenario), map[string]string{"dir/policies.yaml": claimPolicies})
	require.Zero(t, Run(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}}).ExitCode())
}

func TestClaimFaults(t *testing.T) {
	for _, c := range []struct{ name, scenario, want string }{
		{"not an object", "never: s3:*", "never takes an object, not a string"},
		{"nothing named", "never: {}", "never says of no request that it must not be allowed"},
		{"an unknown field", "never: { actions: x }", `never has no field "actions"; did you mean "action"?`},
		{"an empty list", "never: { action: [] }", "action is an empty list"},
		{"both", "never: { action: x }, noNewAccess: { old: a }", "a scenario has either never or noNewAccess"},
		{"old is missing", "noNewAccess: { new: a }", `noNewAccess needs the field "old"`},
		{"a request besides", "never: { action: x }, principal: Dev", "a scenario with never asks of all requests and takes no principal"},
		{"an expectation besides", "noNewAccess: { old: a }, expect: denied", "a scenario with noNewAccess asks of all requests and takes no expect"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, diagnostics := loadText("scenarios: [{ name: n, "+c.scenario+" }]", nil)
			require.NotEmpty(t, diagnostics)
			require.Contains(t, strings.Join(lines(diagnostics), "\n"), c.want)
		})
	}
	_, diagnostics := loadText("defaults: { never: { action: x } }\nscenarios: [{ name: n }]", nil)
	require.Contains(t, lines(diagnostics)[0], `defaults has no field "never"`)
}

func TestClaimsNoticeMutants(t *testing.T) {
	const one = "  - { name: reads, action: s3:GetObject, principal: Dev, resource: \"arn:aws:s3:::data/1\", context: { aws:SecureTransport: true }, expect: allowed }\n"
	with := func(scenarios string) *Mutation {
		suite := mustLoad(t, "policySets: [policies.yaml]\nscenarios:\n"+scenarios, map[string]string{"dir/policies.yaml": claimPolicies})
		return Mutate(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}}, MutationOptions{})
	}
	survives := func(m *Mutation, change string) bool {
		require.Empty(t, m.NotTried)
		for _, s := range m.Survivors {
			if s.Change == change {
				return true
			}
		}
		return false
	}
	const widened = `Allow "Objects" of Dev: Resource is "*"`
	require.True(t, survives(with(one), widened))
	require.False(t, survives(with(one+"  - { name: nowhere else, never: { principal: role/Dev, action: \"s3:*\", resource: [\"*\", \"!arn:aws:s3:::data/*\"] } }\n"), widened))
}
