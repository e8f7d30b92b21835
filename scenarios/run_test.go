package scenarios

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
)

const smallPolicies = `
roles:
  - arn: arn:aws:iam::111122223333:role/App
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: sts:AssumeRole }] }
    inlinePolicies:
      Own:
        Version: 2012-10-17
        Statement:
          - { Sid: Read, Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::data/*" }
          - { Sid: NoSecrets, Effect: Deny, Action: "s3:*", Resource: "arn:aws:s3:::data/secret/*" }
          - { Sid: FromOffice, Effect: Allow, Action: s3:PutObject, Resource: "arn:aws:s3:::data/*", Condition: { IpAddress: { "aws:SourceIp": 192.0.2.0/24 } } }
resources:
  - { arn: "arn:aws:s3:::data", account: "111122223333" }
`

const smallHead = `
name: small
policySets: [policies.yaml]
defaults: { principal: role/App, action: s3:GetObject, resource: "arn:aws:s3:::data/1", expect: allowed }
scenarios:
`

func small(t *testing.T, scenarios string) *Suite {
	t.Helper()
	return mustLoad(t, smallHead+scenarios, map[string]string{"dir/policies.yaml": smallPolicies})
}

// statuses tells the scenarios of a report as "name status", those of all suites in order.
func statuses(r *Report) []string {
	list := []string{}
	for _, suite := range r.Suites {
		for _, scenario := range suite.Scenarios {
			list = append(list, scenario.Name+" "+string(scenario.Status))
		}
	}
	return list
}

func text(t *testing.T, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.WriteText(&out, TextOptions{Verbose: true}))
	return out.String()
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name, scenario string
		status         Status
		code           int
		shows          []string // parts of the verbose text report
	}{
		{"allowed", "{ name: n }", Passed, 0, []string{"ok     s3:GetObject on arn:aws:s3:::data/1: allowed (ALLOW_IDENTITY)"}},
		{"denied", "{ name: n, expect: denied }", Failed, 1, []string{"expected   denied", "got        allowed (ALLOW_IDENTITY)", `"Read"`, "policies.yaml:9:"}},
		{"every pair is a check", "{ name: n, action: [s3:GetObject, s3:DeleteObject], resource: [\"arn:aws:s3:::data/1\", \"arn:aws:s3:::data/2\"] }", Failed, 1,
			[]string{"4 checks: 2 passed, 2 failed", "s3:DeleteObject on arn:aws:s3:::data/2"}},
		{"because of a statement", "{ name: n, because: { policyType: identityPolicy, statement: Read, reason: ALLOW_IDENTITY } }", Passed, 0, nil},
		{"because of another statement", "{ name: n, because: { statement: FromOffice } }", Failed, 1, []string{"mismatch   statement: expected FromOffice, got Read"}},
		{"an explicit deny", "{ name: n, resource: \"arn:aws:s3:::data/secret/1\", expect: explicitDeny, because: { statement: NoSecrets, reason: DENY_EXPLICIT_IDENTITY } }", Passed, 0, nil},
		{"keys that matter", "{ name: n, action: s3:PutObject, expect: implicitDeny, dependsOn: [AWS:SourceIP] }", Passed, 0, nil},
		{"keys that do not", "{ name: n, dependsOn: [aws:SourceIp] }", Failed, 1, []string{"mismatch   dependsOn: expected aws:SourceIp, got no key"}},
		{"a key is supplied", "{ name: n, action: s3:PutObject, context: { aws:SourceIp: 192.0.2.7 }, dependsOn: [] }", Passed, 0, nil},
		{"strict leaves unanswered what a key decides", "{ name: n, action: s3:PutObject, strict: true, expect: error, because: { message: aws:SourceIp } }", Passed, 0, nil},
		{"an unknown principal", "{ name: n, principal: role/Nobody }", Errored, 2, []string{"got        error", "role/Nobody"}},
		{"an unknown principal as expected", "{ name: n, principal: role/Nobody, expect: error, because: { message: Nobody } }", Passed, 0, nil},
		{"an error of another message", "{ name: n, principal: role/Nobody, expect: error, because: { message: '^overlay' } }", Failed, 1, []string{"mismatch   message: expected ^overlay"}},
		{"an error that does not come", "{ name: n, expect: error }", Failed, 1, []string{"got        allowed"}},
		{"an overlay", "{ name: n, action: s3:DeleteObject, policySet: { roles: [{ arn: \"arn:aws:iam::111122223333:role/App\", inlinePolicies: { Own: null, More: { Version: 2012-10-17, Statement: [{ Sid: More, Effect: Allow, Action: s3:DeleteObject, Resource: \"*\" }] } } }] }, because: { statement: More } }", Passed, 0, nil},
		{"an overlay with an error", "{ name: n, policySet: { roles: [{ arn: \"arn:aws:iam::111122223333:role/App\", inlinePolices: {} }] } }", Errored, 2, []string{"inlinePolices", "dir/suite.yaml:6:"}},
		{"an overlay with an error as expected", "{ name: n, policySet: { rolls: [] }, expect: error, because: { message: rolls } }", Passed, 0, nil},
		{"a session policy", "{ name: n, sessionPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: s3:PutObject, Resource: \"*\" }] }, expect: implicitDeny, because: { policyType: sessionPolicy } }", Passed, 0, nil},
		{"a session policy with an error", "{ name: n, sessionPolicy: { Version: 2012-10-17, Statement: [{ Efect: Allow, Action: s3:PutObject, Resource: \"*\" }] } }", Errored, 2, []string{"Efect"}},
		{"a session policy with an error as expected", "{ name: n, sessionPolicy: { Version: 2012-10-17, Statement: [{ Efect: Allow }] }, expect: error, because: { message: Efect } }", Passed, 0, nil},
		{"skipped", "{ name: n, skip: for a reason }", Skipped, 2, []string{"skip   n (dir/suite.yaml:6:5)", "for a reason", "every scenario is skipped"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := Run(context.Background(), []*Suite{small(t, "  - "+c.scenario+"\n")}, RunOptions{})
			shown := text(t, report)
			require.Equal(t, []string{"n " + string(c.status)}, statuses(report), shown)
			require.Equal(t, c.code, report.ExitCode(), shown)
			for _, part := range c.shows {
				require.Contains(t, shown, part)
			}
		})
	}
}

func TestRunExplainsOnlyWhatDidNotPass(t *testing.T) {
	suite := small(t, "  - { name: passes, because: { statement: Read } }\n  - { name: fails, expect: denied }\n")
	report := Run(context.Background(), []*Suite{suite}, RunOptions{})
	require.Nil(t, report.Suites[0].Scenarios[0].Checks[0].Explanation)
	require.NotNil(t, report.Suites[0].Scenarios[1].Checks[0].Explanation)
}

func TestRunSelectsByName(t *testing.T) {
	first := small(t, "  - name: reads one\n  - name: reads two\n")
	second := small(t, "  - name: writes\n")
	second.Name = "other"
	for _, c := range []struct {
		pattern string
		want    []string
		left    int
	}{
		{"", []string{"reads one passed", "reads two passed", "writes passed"}, 0},
		{"^reads", []string{"reads one passed", "reads two passed"}, 1},
		{"^other/", []string{"writes passed"}, 2},
		{"^small/reads two$", []string{"reads two passed"}, 2},
		{"nothing", []string{}, 3},
	} {
		t.Run(c.pattern, func(t *testing.T) {
			report := Run(context.Background(), []*Suite{first, second}, RunOptions{Run: regexp.MustCompile(c.pattern)})
			require.Equal(t, c.want, statuses(report))
			require.Equal(t, c.left, report.Summary.NotSelected)
			if len(c.want) == 0 {
				require.Equal(t, 2, report.ExitCode())
				require.Contains(t, text(t, report), "no scenario matches --run")
				require.Empty(t, report.Suites)
			}
		})
	}
}

func TestRunIsTheSameInParallel(t *testing.T) {
	var scenarios strings.Builder
	for i := range 60 {
		expect := []string{"allowed", "denied", "error"}[i%3]
		fmt.Fprintf(&scenarios, "  - { name: s%d, expect: %s, action: [s3:GetObject, s3:PutObject] }\n", i, expect)
	}
	suites := []*Suite{small(t, scenarios.String()), Broken("broken.yaml", nil), small(t, scenarios.String())}
	var want string
	for _, parallel := range []int{1, 2, 7, 0, 100} {
		calls, last := 0, 0
		report := Run(context.Background(), suites, RunOptions{Parallel: parallel, Progress: func(done, total int) {
			require.Equal(t, 120, total)
			require.Equal(t, last+1, done)
			calls, last = calls+1, done
		}})
		require.Equal(t, 120, calls)
		var out bytes.Buffer
		require.NoError(t, report.WriteJSON(&out))
		if want == "" {
			want = out.String()
		}
		require.Equal(t, want, out.String())
	}
}

func TestRunFailFast(t *testing.T) {
	var scenarios strings.Builder
	for i := range 40 {
		expect := "allowed"
		if i == 9 || i > 10 {
			expect = "denied"
		}
		fmt.Fprintf(&scenarios, "  - { name: s%d, expect: %s }\n", i, expect)
	}
	suites := []*Suite{small(t, scenarios.String()), small(t, "  - name: last\n")}
	for _, parallel := range []int{1, 3, 16} {
		report := Run(context.Background(), suites, RunOptions{FailFast: true, Parallel: parallel})
		require.Len(t, statuses(report), 10)
		require.Equal(t, "s9 failed", statuses(report)[9])
		require.Equal(t, 31, report.Summary.NotRun)
		require.Equal(t, 1, report.ExitCode())
		require.False(t, report.Interrupted)
	}
	report := Run(context.Background(), []*Suite{suites[1], Broken("b.yaml", nil), suites[0]}, RunOptions{FailFast: true})
	require.Equal(t, []string{"last passed"}, statuses(report))
	require.Equal(t, 40, report.Summary.NotRun)
	require.Equal(t, 2, report.ExitCode())
}

func TestRunReportsBrokenSuites(t *testing.T) {
	_, diagnostics := loadText("scenaros: []", nil)
	report := Run(context.Background(), []*Suite{Broken("dir/suite.yaml", diagnostics), small(t, "  - name: n\n")}, RunOptions{Run: regexp.MustCompile("n")})
	require.Equal(t, 1, report.Summary.BrokenSuites)
	require.Equal(t, 2, report.ExitCode())
	require.Contains(t, text(t, report), "this is not a scenario suite")
	require.Equal(t, []string{"n passed"}, statuses(report), "the others are run")

	warning := []model.Diagnostic{{Severity: model.Warning, Message: "w"}}
	report = Run(context.Background(), []*Suite{Broken("x.yaml", warning)}, RunOptions{})
	require.Equal(t, 2, report.ExitCode(), "a suite that could not be loaded never passes")
}

func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	report := Run(ctx, []*Suite{small(t, "  - name: n\n")}, RunOptions{})
	require.True(t, report.Interrupted)
	require.Equal(t, 1, report.Summary.NotRun)
	require.Equal(t, 2, report.ExitCode())
	require.Contains(t, text(t, report), "interrupted")
}

func TestRunStrictForAll(t *testing.T) {
	suite := small(t, "  - { name: n, action: s3:PutObject, expect: denied, strict: false }\n")
	require.Equal(t, []string{"n passed"}, statuses(Run(context.Background(), []*Suite{suite}, RunOptions{})))
	strict := Run(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: eval.Options{Strict: true}})
	require.Equal(t, []string{"n error"}, statuses(strict))
}

func TestSuiteWithoutPoliciesOfItsOwn(t *testing.T) {
	policies := "\n      " + strings.ReplaceAll(strings.TrimSpace(smallPolicies), "\n", "\n      ")
	suite := mustLoad(t, "scenarios:\n  - name: n\n    principal: role/App\n    action: s3:GetObject\n    resource: arn:aws:s3:::data/1\n    expect: allowed\n    policySet:"+policies+
		"\n  - name: the overlay of another scenario does not count\n    principal: role/App\n    action: s3:GetObject\n    expect: error\n", nil)
	report := Run(context.Background(), []*Suite{suite}, RunOptions{})
	require.Equal(t, 0, report.ExitCode(), text(t, report))
}

func TestOverlayOfTheDefaultsIsShared(t *testing.T) {
	suite := mustLoad(t, `
policySets: [policies.yaml]
defaults:
  principal: role/App
  action: s3:GetObject
  resource: arn:aws:s3:::data/1
  policySet: { roles: [{ arn: "arn:aws:iam::111122223333:role/App", inlinePolicies: { Own: null } }] }
scenarios:
  - { name: with the defaults, expect: implicitDeny }
  - { name: with its own, policySet: {}, expect: allowed }
`, map[string]string{"dir/policies.yaml": smallPolicies})
	report := Run(context.Background(), []*Suite{suite}, RunOptions{})
	require.Equal(t, 0, report.ExitCode(), text(t, report))
}

func TestCheckFindsWhatScenariosCarry(t *testing.T) {
	suite := small(t, `
  - { name: overlay, policySet: { rolls: [] } }
  - { name: overlay as expected, policySet: { rulls: [] }, expect: error }
  - { name: session policy, sessionPolicy: { Statement: [{ Efect: Allow }] } }
  - { name: session policy as expected, sessionPolicy: { Statement: [{ Efekt: Allow }] }, expect: error }
`)
	found := strings.Join(lines(suite.Check()), "\n")
	require.Contains(t, found, `"rolls"`)
	require.Contains(t, found, `"Efect"`)
	require.Contains(t, found, "warning: the policy has no Version")
	require.NotContains(t, found, "rulls")
	require.NotContains(t, found, "Efekt")
}
