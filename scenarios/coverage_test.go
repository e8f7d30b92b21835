package scenarios

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
)

// coveredPolicies have a statement for each state, in the order of the lines.
const coveredPolicies = `
policies:
  - { arn: "arn:aws:iam::aws:policy/Theirs", document: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "sqs:*", Resource: "*" }] } }
  - arn: arn:aws:iam::111122223333:policy/Limit
    document:
      Version: 2012-10-17
      Statement:
        - { Sid: Bounds, Effect: Allow, Action: "s3:*", Resource: "*" }
        - { Sid: BoundsMore, Effect: Allow, Action: "sqs:*", Resource: "*" }
roles:
  - arn: arn:aws:iam::111122223333:role/App
    trustPolicy: { Version: 2012-10-17, Statement: [{ Sid: Trust, Effect: Allow, Principal: { AWS: "111122223333" }, Action: sts:AssumeRole }] }
    permissionsBoundary: arn:aws:iam::111122223333:policy/Limit
    attachedPolicies: ["arn:aws:iam::aws:policy/Theirs"]
    inlinePolicies:
      Own:
        Version: 2012-10-17
        Statement:
          - { Sid: Read, Effect: Allow, Action: s3:GetObject, Resource: "*" }
          - { Sid: NoSecrets, Effect: Deny, Action: "s3:*", Resource: "arn:aws:s3:::data/secret/*" }
          - { Sid: Compute, Effect: Allow, Action: "ec2:*", Resource: "*" }
          - Sid: FromOffice
            Effect: Allow
            Action: s3:PutObject
            Resource: "*"
            Condition: { IpAddress: { "aws:SourceIp": 192.0.2.0/24 }, Bool: { "aws:SecureTransport": true }, StringEquals: { "aws:username": x } }
          - { Sid: Two, Effect: Deny, Action: "s3:Delete*", Resource: "*" }
resources:
  - { arn: "arn:aws:s3:::data", account: "111122223333" }
`

const coveredScenarios = `
  - { name: reads, resource: ["arn:aws:s3:::data/1", "arn:aws:s3:::data/2"] }
  - { name: no secrets, resource: "arn:aws:s3:::data/secret/1", expect: explicitDeny }
  - { name: computes, action: ec2:RunInstances, expect: implicitDeny }
  - { name: writes, action: s3:PutObject, context: { aws:SourceIp: 192.0.2.1, aws:SecureTransport: true, aws:username: null }, expect: implicitDeny }
  - { name: writes from outside, action: s3:PutObject, context: { aws:SourceIp: 198.51.100.1, aws:SecureTransport: true }, expect: implicitDeny }
  - { name: later, action: s3:DeleteObject, expect: explicitDeny, skip: not now }
  - { name: another policy, expect: implicitDeny, policySet: { roles: [{ arn: "arn:aws:iam::111122223333:role/App", inlinePolicies: { Own: null } }] } }
`

func covered(t *testing.T, o CoverageOptions) *Report {
	t.Helper()
	suite := mustLoad(t, smallHead+coveredScenarios, map[string]string{"dir/policies.yaml": coveredPolicies})
	report := Run(context.Background(), []*Suite{suite}, RunOptions{Coverage: &o})
	require.Equal(t, 7, report.Summary.Checks.Passed, text(t, report))
	require.Equal(t, 7, report.Summary.Checks.Total)
	return report
}

func TestCoverage(t *testing.T) {
	c := covered(t, CoverageOptions{}).Coverage
	require.Len(t, c.Files, 1)
	require.Equal(t, "dir/policies.yaml", c.Files[0].File)
	var got []string
	for _, s := range c.Files[0].List {
		line := s.Sid + " " + string(s.State)
		for _, n := range []int{s.Evaluated, s.Matched, s.Decided} {
			line += " " + strconv.Itoa(n)
		}
		for _, e := range s.Entries {
			line += "; " + e.Operator + " " + e.Key + " " + strconv.Itoa(e.Met) + "/" + strconv.Itoa(e.NotMet)
		}
		got = append(got, line)
	}
	require.Equal(t, []string{
		"Bounds decided 7 6 2",
		"BoundsMore evaluated 7 0 0",
		"Trust notEvaluated 0 0 0",
		"Read decided 6 3 2",
		"NoSecrets decided 6 1 1",
		"Compute matched 6 1 0",
		"FromOffice evaluated 6 0 0; IpAddress aws:SourceIp 1/1; Bool aws:SecureTransport 2/0; StringEquals aws:username 0/2",
		"Two evaluated 6 0 0",
	}, got, "the policies of AWS itself are left out, and so is what a scenario changes for itself")
	require.Equal(t, CoverageCounts{
		Statements: 8, Decided: 3, Matched: 1, Evaluated: 3, NotEvaluated: 1, Entries: 3, BothOutcomes: 1,
	}, c.CoverageCounts)
	require.Equal(t, 37.5, c.Percent)
}

func TestCoverageOfChains(t *testing.T) {
	suite := mustLoad(t, viaHead+`
  - { name: through both, via: [{ role: Hub }, { role: End, externalId: x1 }] }
  - { name: stopped, via: [{ role: Hub }, { role: End }], expect: denied }
`, nil)
	c := Run(context.Background(), []*Suite{suite}, RunOptions{Coverage: &CoverageOptions{}}).Coverage
	got := map[string][3]int{}
	for _, s := range c.Files[0].List {
		got[s.Sid] = [3]int{s.Evaluated, s.Matched, s.Decided}
		if s.Sid == "Hub" {
			require.Equal(t, []EntryCoverage{{"StringEquals", "sts:ExternalId", 1, 1}}, s.Entries)
		}
	}
	// The last request of the chain that is stopped is never put.
	require.Equal(t, map[string][3]int{"Alice": {2, 2, 2}, "Hub": {2, 1, 1}, "Itself": {2, 0, 0}, "Read": {1, 1, 1}}, got)
}

// A document that is used twice is one; each use is a decision of its own.
func TestCoverageOfOnePlace(t *testing.T) {
	suite := mustLoad(t, `
policySet:
  policies:
    - arn: arn:aws:iam::111122223333:policy/P
      document: { Version: 2012-10-17, Statement: [{ Sid: S, Effect: Allow, Action: "s3:*", Resource: "*" }] }
  users:
    - { arn: "arn:aws:iam::111122223333:user/u", attachedPolicies: ["arn:aws:iam::111122223333:policy/P"], permissionsBoundary: "arn:aws:iam::111122223333:policy/P" }
scenarios: [{ name: n, principal: user/u, action: s3:ListAllMyBuckets, expect: allowed }]
`, nil)
	c := Run(context.Background(), []*Suite{suite, suite}, RunOptions{Coverage: &CoverageOptions{}}).Coverage
	require.Len(t, c.Files[0].List, 1)
	require.Equal(t, 4, c.Files[0].List[0].Decided)
}

func TestCoverageMinimum(t *testing.T) {
	for _, c := range []struct {
		minimum float64
		code    int
	}{{0, 0}, {37.5, 0}, {37.6, 1}, {100, 1}} {
		report := covered(t, CoverageOptions{Minimum: c.minimum})
		require.Equal(t, c.code, report.ExitCode(), c.minimum)
		require.Equal(t, c.code, report.Summary.ExitCode)
	}
	empty := Run(context.Background(), []*Suite{mustLoad(t, "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: denied }]", nil)}, RunOptions{Coverage: &CoverageOptions{Minimum: 100}})
	require.Equal(t, 100.0, empty.Coverage.Percent, "nothing is left out of nothing")
	require.Equal(t, 33.3, percent(1, 3))
	require.Equal(t, 99.9, percent(9999, 10000), "100 means all")
}

func TestCoverageWriters(t *testing.T) {
	c := covered(t, CoverageOptions{Minimum: 80}).Coverage
	for _, w := range []struct {
		file  string
		write func(io.Writer) error
	}{{"coverage.txt", c.WriteText}, {"coverage.json", c.WriteJSON}, {"coverage.info", c.WriteLCOV}} {
		t.Run(w.file, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, w.write(&out))
			golden(t, w.file, out.Bytes())
			require.Error(t, w.write(closedPipe{}))
		})
	}
}

// LCOV has one count a line: where several statements begin it is that of the least.
func TestLCOVOfOneLine(t *testing.T) {
	c := Coverage{Files: []FileCoverage{{File: "p.json", List: []StatementCoverage{
		{Line: 1, Column: 5, Decided: 3, Entries: []EntryCoverage{{Met: 1}}}, {Line: 1, Column: 90, Entries: []EntryCoverage{{}}}, {Line: 2, Decided: 1},
	}}}}
	var out strings.Builder
	require.NoError(t, c.WriteLCOV(&out))
	require.Equal(t, "TN:\nSF:p.json\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nBRDA:1,1,0,-\nBRDA:1,1,1,-\nBRF:4\nBRH:1\nDA:1,0\nDA:2,1\nLF:2\nLH:1\nend_of_record\n", out.String())
}

// What coverage adds to a run changes none of its results.
func TestCoverageChangesNoResult(t *testing.T) {
	for _, suite := range shipped(t, "systems") {
		o := RunOptions{EvalOptions: eval.Options{}}
		plain := Run(context.Background(), []*Suite{suite}, o)
		o.Coverage = &CoverageOptions{}
		with := Run(context.Background(), []*Suite{suite}, o)
		require.NotNil(t, with.Coverage)
		require.NotZero(t, with.Coverage.Decided, suite.File)
		with.Coverage = nil
		require.Equal(t, plain, with)
	}
}
