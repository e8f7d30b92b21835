package scenarios

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
)

var update = flag.Bool("update", false, "write the golden files and the schemas instead of comparing with them")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(file, got, 0o666))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// sampleReport has every kind of outcome.
func sampleReport() *Report {
	passed := CheckResult{
		Principal: "role/App", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/1", Status: Passed,
		Answer: "allowed", Reason: "ALLOW_IDENTITY",
	}
	far := passed
	far.Resource, far.FarSide, far.Reason = "arn:aws:s3:::far/1", true, "ALLOW_IDENTITY_AND_RESOURCE"
	failed := CheckResult{
		Principal: "role/App", Action: "s3:PutObject", Resource: "arn:aws:s3:::data/1", Status: Failed,
		Answer: "implicitDeny", Reason: "DENY_IMPLICIT_IDENTITY",
		Mismatches: []Mismatch{{"answer", "allowed", "implicitDeny"}},
		Explanation: &eval.Explanation{
			Principal: "arn:aws:iam::111122223333:role/App", Action: "s3:PutObject", Resource: "arn:aws:s3:::data/1", ResourceAccount: "111122223333",
			Answer: "implicitDeny", Reason: "DENY_IMPLICIT_IDENTITY", PolicyType: eval.IdentityPolicyType,
			Headline: "denied: no identity-based policy allows the s3:PutObject action",
			Causes:   []eval.Cause{{Reason: "DENY_IMPLICIT_IDENTITY", PolicyType: eval.IdentityPolicyType, Text: "no identity-based policy allows the s3:PutObject action"}},
			NearMisses: []eval.NearMiss{{
				Statement: eval.StatementRef{PolicyType: eval.IdentityPolicyType, Policy: "Write", Index: 1, Sid: "WriteData", Effect: "Allow", File: "policies.yaml", Line: 7, Column: 11},
				Element:   "Condition", Text: `Condition StringEquals aws:PrincipalTag/team: request has "web", policy wants "data"`,
			}},
			DependsOn: []string{"aws:SourceIp"}, Assumptions: []string{"arn:aws:s3:::data is owned by 111122223333"},
			UncertainRules: []eval.UncertainRule{{Rule: "B16", Name: "arnFieldCase", Assumed: "sensitive", Alternative: "insensitive", AnswerOtherwise: "allowed", Question: "whether case counts"}},
			Notes:          []string{"a note"},
		},
	}
	reason := CheckResult{
		Principal: "role/App", Action: "s3:DeleteObject", Resource: "*", Status: Failed, Answer: "explicitDeny", Reason: "DENY_EXPLICIT_IDENTITY",
		Mismatches: []Mismatch{{"policyType", "serviceControlPolicy", "identityPolicy"}, {"statement", "Guard", "No"}},
		Explanation: &eval.Explanation{
			Headline: "denied with an explicit deny in an identity-based policy", Answer: "explicitDeny",
			Statements: []eval.StatementRef{{PolicyType: eval.IdentityPolicyType, Policy: "Own", Effect: "Deny", Sid: "No"}},
		},
	}
	errored := CheckResult{
		Principal: "role/Gone", Action: "s3:GetObject", Resource: "*", Status: Errored, Answer: "error",
		Errors:     []string{`principal: no role "Gone" in account 111122223333`, "two\nlines <&> \x1b[31m"},
		Mismatches: []Mismatch{{"answer", "allowed", "error"}},
	}
	report := &Report{Suites: []SuiteResult{
		{Name: "passing", File: "suites/a.yaml", Scenarios: []ScenarioResult{
			{Name: "reads", File: "suites/a.yaml", Line: 9, Column: 5, Status: Passed, Expected: Expected{Answer: ExpectAllowed}, Checks: []CheckResult{passed, far}},
		}},
		{Name: "mixed # \\ <x>", File: "suites/b.yaml", Scenarios: []ScenarioResult{
			{Name: "reads", File: "suites/b.yaml", Line: 4, Column: 5, Status: Passed, Expected: Expected{Answer: ExpectAllowed}, Checks: []CheckResult{passed}},
			{Name: "writes\nok 99 - forged", File: "suites/b.yaml", Line: 12, Column: 5, Status: Failed,
				Expected: Expected{Answer: ExpectAllowed, DependsOn: []string{}}, Checks: []CheckResult{passed, failed}},
			{Name: "guarded", File: "suites/b.yaml", Line: 20, Column: 5, Status: Failed,
				Expected: Expected{Answer: ExpectDenied, PolicyType: eval.ServiceControlPolicyType, Statement: "Guard", Reason: "DENY_EXPLICIT_SCP", DependsOn: []string{"b", "a"}},
				Checks:   []CheckResult{reason}},
			{Name: "no such role", File: "suites/b.yaml", Line: 30, Column: 5, Status: Errored, Expected: Expected{Answer: ExpectAllowed}, Checks: []CheckResult{errored}},
			{Name: "later", File: "suites/b.yaml", Line: 40, Column: 5, Status: Skipped, Skip: "waits for # 7", Expected: Expected{Answer: ExpectError, Message: "^no"}, Checks: []CheckResult{}},
		}},
		{Name: "suites/c.yaml", File: "suites/c.yaml", Errors: []string{"suites/c.yaml:1:1: error: one", "suites/c.yaml:2:1: error: two"}, Scenarios: []ScenarioResult{}},
	}}
	report.Summary.NotSelected, report.Summary.NotRun = 2, 1
	report.summarize()
	return report
}

// fullReport has everything that a report may hold besides.
func fullReport() *Report {
	report := sampleReport()
	report.Suites = append(report.Suites, SuiteResult{Name: "claims", File: "suites/d.yaml", Scenarios: []ScenarioResult{{
		Name: "nobody | *anyone*", File: "suites/d.yaml", Line: 3, Column: 5, Status: Failed, Expected: Expected{Answer: ExpectNever},
		Checks: []CheckResult{{
			Principal: "role/*, !role/Admin", Action: "iam:*", Resource: "*", Status: Failed, Answer: "violated",
			Mismatches: []Mismatch{{"answer", "never", "violated"}},
			Witness: &Witness{
				Principal: "arn:aws:iam::111122223333:role/App", Action: "iam:CreateUser", Resource: "*",
				Answer: "implicitDeny", Changed: "allowed", Context: `{"aws:SecureTransport": "true"}`, Scenario: "- name: n\n  expect: allowed\n",
			},
			Explanation: &eval.Explanation{Answer: "allowed", Headline: "allowed: by identity-based policy Own", Statements: []eval.StatementRef{
				{PolicyType: eval.IdentityPolicyType, Policy: "Own, the: 100 % one", Effect: "Allow", Index: 1, File: "policies.yaml", Line: 7, Column: 3},
			}},
		}},
	}}})
	report.AddSnapshot(SnapshotResult{File: "same.golden", Answers: 3, Changes: []AccessChange{}})
	report.AddSnapshot(SnapshotResult{File: "new.golden", Answers: 1, Updated: true, Changes: []AccessChange{
		{Effect: "changed", Principal: "a b", Action: "s3:GetObject", Resource: "x`|y", Line: 2, New: "implicitDeny DENY_IMPLICIT_IDENTITY"},
	}})
	report.AddSnapshot(SnapshotResult{File: "none.golden", Errors: []string{"none.golden: file does not exist"}, Changes: []AccessChange{}})
	changed := SnapshotResult{File: "access.golden", Answers: 40, Changes: []AccessChange{}}
	for i := range 17 {
		changed.Changes = append(changed.Changes, AccessChange{
			Effect: []string{"changed", "opened", "closed"}[i%3], Principal: "role/App", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/" + strconv.Itoa(i), Line: 5 + i,
			Old: "implicitDeny DENY_IMPLICIT_IDENTITY", New: "allowed ALLOW_IDENTITY",
		})
	}
	report.AddSnapshot(changed)
	report.Coverage = &Coverage{Percent: 50, Minimum: 62.5, CoverageCounts: CoverageCounts{Statements: 2, Decided: 1, Matched: 1, Entries: 1}, Files: []FileCoverage{
		{File: "policies.yaml", CoverageCounts: CoverageCounts{Statements: 2, Decided: 1, Matched: 1, Entries: 1}, List: []StatementCoverage{
			{Policy: "Own", Sid: "Read", Effect: "Allow", Line: 6, Column: 3, State: Decided, Evaluated: 3, Matched: 2, Decided: 1,
				Entries: []EntryCoverage{{"Bool", "aws:SecureTransport", 2, 0}}},
			{Policy: "Own", Index: 1, Effect: "Deny", Line: 7, Column: 3, State: Matched, Evaluated: 3, Matched: 3},
		}},
	}}
	report.SetMutation(&Mutation{Mutants: 9, Tried: 4, Noticed: 1, Survived: 2, Equivalent: 1, Score: 33.3, Minimum: 90, Seed: 7, Survivors: []Mutant{
		{Kind: DropStatement, Policy: "Own", File: "policies.yaml", Line: 6, Column: 3, Change: `Allow "Read" of Own: dropped`,
			Witness: &Witness{Principal: "role/App", Action: "s3:GetObject", Resource: "*", Answer: "allowed", Changed: "implicitDeny", Scenario: "- name: \"x\"\n  expect: allowed\n"}},
		{Kind: FlipEffect, Policy: "Own", File: "policies.yaml", Line: 7, Column: 3, Change: "Deny statement 1 of Own: Effect is Allow", Inconclusive: "whether it answers any request otherwise is not known: too much"},
	}})
	return report
}

// TestFullReports shows what a run may be asked for besides its scenarios.
func TestFullReports(t *testing.T) {
	for _, c := range []struct {
		file  string
		write func(*Report, io.Writer) error
	}{
		{"full.txt", func(r *Report, w io.Writer) error { return r.WriteText(w, TextOptions{}) }},
		{"full.json", (*Report).WriteJSON},
		{"full.junit.xml", (*Report).WriteJUnit},
		{"full.tap", (*Report).WriteTAP},
		{"full.github", (*Report).WriteGitHub},
		{"full.md", (*Report).WriteMarkdown},
	} {
		t.Run(c.file, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, c.write(fullReport(), &out))
			golden(t, c.file, out.Bytes())
			require.NotContains(t, out.String(), "\x1b", "control characters are escaped")
			require.Error(t, c.write(fullReport(), closedPipe{}), "a failed write is an error")
		})
	}
}

// Whatever a text holds, it stays one command and one property of GitHub's.
func TestGitHubEscapes(t *testing.T) {
	var out bytes.Buffer
	g := &githubWriter{out: bufio.NewWriter(&out)}
	g.annotate("error", model.Position{File: "a:b,c%\n::x", Line: 3}, "t,\r\n::warning::y", "one\n::set-output name=x::y\r%")
	require.NoError(t, g.out.Flush())
	require.Equal(t, `::error file=a%3Ab%2Cc%25\n%3A%3Ax,line=3,title=t%2C\r\n%3A%3Awarning%3A%3Ay::one%0A::set-output name=x::y\r%25`+"\n", out.String())
}

func TestMarkdownEscapes(t *testing.T) {
	require.Equal(t, `\*a\* \| &lt;b&gt; \[c\] &#64;d \#1`, markdownText("*a* | <b> [c] @d #1"))
	for text, want := range map[string]string{"": "", "a": "`a`", "a`b": "``a`b``", "`a": "`` `a ``", "a|b": "`a\\|b`"} {
		require.Equal(t, want, markdownCode(text))
	}
	var out bytes.Buffer
	m := &markdownWriter{out: bufio.NewWriter(&out)}
	m.code([]string{"```", "x", "````"})
	require.NoError(t, m.out.Flush())
	require.Equal(t, "`````\n```\nx\n````\n`````\n", out.String())
}

func TestReporters(t *testing.T) {
	for _, c := range []struct {
		file  string
		write func(*Report, io.Writer) error
	}{
		{"report.txt", func(r *Report, w io.Writer) error { return r.WriteText(w, TextOptions{}) }},
		{"report-verbose.txt", func(r *Report, w io.Writer) error { return r.WriteText(w, TextOptions{Verbose: true}) }},
		{"report.json", (*Report).WriteJSON},
		{"report.junit.xml", (*Report).WriteJUnit},
		{"report.tap", (*Report).WriteTAP},
		{"report.github", (*Report).WriteGitHub},
		{"report.md", (*Report).WriteMarkdown},
	} {
		t.Run(c.file, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, c.write(sampleReport(), &out))
			golden(t, c.file, out.Bytes())
			require.NotContains(t, out.String(), "\x1b", "control characters are escaped")
			require.Error(t, c.write(sampleReport(), closedPipe{}), "a failed write is an error")
			require.NoError(t, c.write(&Report{Suites: []SuiteResult{}}, io.Discard))
		})
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("closed pipe") }

func TestSummaryAndExitCode(t *testing.T) {
	r := sampleReport()
	require.Equal(t, Summary{
		Suites: 3, BrokenSuites: 1, NotSelected: 2, NotRun: 1, ExitCode: 2,
		Scenarios: Counts{Total: 6, Passed: 2, Failed: 2, Errors: 1, Skipped: 1},
		Checks:    Counts{Total: 7, Passed: 4, Failed: 2, Errors: 1},
	}, r.Summary)
	check := func(statuses ...Status) *Report {
		scenario := ScenarioResult{Status: Skipped}
		for _, s := range statuses {
			scenario.Checks = append(scenario.Checks, CheckResult{Status: s})
			scenario.Status = worse(scenario.Status, s)
		}
		r := &Report{Suites: []SuiteResult{{Scenarios: []ScenarioResult{scenario}}}}
		r.summarize()
		return r
	}
	for _, c := range []struct {
		name    string
		report  *Report
		code    int
		nothing string
	}{
		{"all hold", check(Passed, Passed), 0, ""},
		{"one fails", check(Passed, Failed), 1, ""},
		{"one errs", check(Failed, Errored, Passed), 2, ""},
		{"all skipped", check(), 2, "every scenario is skipped"},
		{"no scenario", &Report{}, 2, "there is no scenario"},
		{"nothing selected", &Report{Summary: Summary{NotSelected: 3}}, 2, "no scenario matches --run"},
		{"interrupted", &Report{Interrupted: true, Summary: Summary{Checks: Counts{Total: 1, Passed: 1}}}, 2, ""},
		{"a broken suite beside a good one", &Report{Summary: Summary{BrokenSuites: 1, Checks: Counts{Total: 1, Passed: 1}}}, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.code, c.report.ExitCode())
			if c.nothing == "" {
				require.Empty(t, c.report.NothingChecked())
			} else {
				require.Contains(t, c.report.NothingChecked(), c.nothing)
			}
		})
	}
}

// TestJUnitStructure holds the report to what the junit-10 schema of Jenkins'
// xUnit plugin allows: the nesting of elements and their attributes.
func TestJUnitStructure(t *testing.T) {
	children := map[string][]string{
		"":           {"testsuites"},
		"testsuites": {"testsuite"},
		"testsuite":  {"testsuite", "properties", "testcase", "system-out", "system-err"},
		"testcase":   {"skipped", "error", "failure", "rerunFailure", "rerunError", "system-out", "system-err"},
	}
	attributes := map[string][]string{
		"testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
		"testsuite": {"name", "tests", "failures", "errors", "time", "disabled", "skipped", "skips", "timestamp", "hostname", "id",
			"package", "assertions", "file", "skip", "log", "url"},
		"testcase": {"name", "time", "classname", "status", "class", "log", "group", "url"},
		"failure":  {"type", "message"}, "error": {"type", "message"}, "skipped": {"type", "message"},
	}
	required := map[string][]string{
		"testsuites": {"tests", "failures", "errors"},
		"testsuite":  {"name", "tests", "failures", "errors", "skipped"},
		"testcase":   {"name", "classname", "time"},
		"failure":    {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"},
	}
	var out bytes.Buffer
	require.NoError(t, sampleReport().WriteJUnit(&out))
	decoder := xml.NewDecoder(&out)
	path, seen := []string{""}, map[string]int{}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch at := token.(type) {
		case xml.StartElement:
			name := at.Name.Local
			require.Contains(t, children[path[len(path)-1]], name)
			given := map[string]string{}
			for _, a := range at.Attr {
				require.Contains(t, attributes[name], a.Name.Local, name)
				given[a.Name.Local] = a.Value
			}
			for _, want := range required[name] {
				require.Contains(t, given, want, name)
			}
			path = append(path, name)
			seen[name]++
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			text := strings.TrimSpace(string(at))
			require.True(t, text == "" || path[len(path)-1] == "failure" || path[len(path)-1] == "error", "text %q in %v", text, path)
		}
	}
	require.Equal(t, map[string]int{"testsuites": 1, "testsuite": 3, "testcase": 7, "failure": 2, "error": 2, "skipped": 1}, seen)
}

// TestTAPStructure parses the stream line by line as a harness does, and every YAML block as YAML.
func TestTAPStructure(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sampleReport().WriteTAP(&out))
	text := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Equal(t, []string{"TAP version 14", "1..7"}, text[:2])
	point := regexp.MustCompile(`^(not )?ok (\d+) - ([^#\\]|\\[#\\])*( # SKIP .+)?$`)
	var verdicts []string
	var block []string
	inside := false
	for _, line := range text[2:] {
		switch {
		case line == "  ---":
			require.False(t, inside)
			inside, block = true, nil
		case line == "  ...":
			require.True(t, inside)
			inside = false
			document, err := source.Parse("block", []byte(strings.Join(block, "\n")))
			require.NoError(t, err)
			require.NotNil(t, document.Get("severity"))
		case inside:
			require.True(t, strings.HasPrefix(line, "  "), line)
			block = append(block, strings.TrimPrefix(line, "  "))
		default:
			parts := point.FindStringSubmatch(line)
			require.NotNil(t, parts, line)
			verdicts = append(verdicts, parts[1]+"ok"+strings.TrimRight(parts[4], "waits for #7\\"))
		}
	}
	require.False(t, inside)
	require.Equal(t, []string{"ok", "ok", "not ok", "not ok", "not ok", "ok # SKIP", "not ok"}, verdicts)
}

func TestJSONRoundTrip(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sampleReport().WriteJSON(&out))
	var back Report
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&back))
	require.Equal(t, sampleReport(), &back)

	out.Reset()
	require.NoError(t, fullReport().WriteJSON(&out))
	decoder = json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	back = Report{}
	require.NoError(t, decoder.Decode(&back))
	require.Equal(t, fullReport(), &back)
}
