package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
)

const viaHead = `
name: chains
policySet:
  users:
    - { arn: "arn:aws:iam::111122223333:user/alice" }
  roles:
    - arn: arn:aws:iam::111122223333:role/Hub
      trustPolicy: { Version: 2012-10-17, Statement: [{ Sid: Alice, Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:user/alice" }, Action: [sts:AssumeRole, sts:TagSession] }] }
    - arn: arn:aws:iam::111122223333:role/End
      trustPolicy: { Version: 2012-10-17, Statement: [{ Sid: Hub, Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/Hub" }, Action: sts:AssumeRole, Condition: { StringEquals: { sts:ExternalId: x1 } } }, { Sid: Itself, Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:role/End" }, Action: sts:AssumeRole }] }
      inlinePolicies: { Read: { Version: 2012-10-17, Statement: [{ Sid: Read, Effect: Allow, Action: s3:GetObject, Resource: "*" }] } }
  resources:
    - { arn: "arn:aws:s3:::data", account: "111122223333" }
defaults: { principal: alice, action: s3:GetObject, resource: "arn:aws:s3:::data/1", expect: allowed }
scenarios:
`

func TestViaReadsEveryField(t *testing.T) {
	suite := mustLoad(t, viaHead+`
  - name: every
    via:
      - action: sts:AssumeRole
        role: Hub
        sessionName: 012
        externalId: x1
        sourceIdentity: alice
        tags: { team: data, level: 012, empty: "", TEAM: x }
        transitiveTagKeys: [team]
        policy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
        policyArns: [arn:aws:iam::111122223333:policy/P]
        durationSeconds: 0900
        context: { aws:MultiFactorAuthPresent: true, aws:SourceIp: null }
      - { action: sts:GetFederationToken, name: temp }
  - name: none
`, nil)
	require.Len(t, suite.Scenarios[0].Via, 2)
	hop := suite.Scenarios[0].Via[0]
	require.Equal(t, "sts:AssumeRole", hop.Action)
	require.Equal(t, "Hub", hop.Role)
	require.Equal(t, "012", hop.SessionName)
	require.Equal(t, "x1", hop.ExternalID)
	require.Equal(t, "alice", hop.SourceIdentity)
	require.Equal(t, map[string]string{"team": "data", "level": "012", "empty": "", "TEAM": "x"}, hop.Tags)
	require.Equal(t, []string{"team"}, hop.TransitiveTagKeys)
	require.Len(t, hop.Policies, 1)
	require.Equal(t, []string{"arn:aws:iam::111122223333:policy/P"}, hop.PolicyARNs)
	require.Equal(t, 900*time.Second, hop.Duration)
	_, state := hop.Context.Lookup("aws:SourceIp")
	require.Equal(t, conditions.Absent, state)
	require.Equal(t, "temp", suite.Scenarios[0].Via[1].Name)
	require.Empty(t, suite.Scenarios[1].Via)
}

func TestViaOfTheDefaultsIsReplacedWhole(t *testing.T) {
	suite := mustLoad(t, strings.Replace(viaHead, "expect: allowed }", "expect: allowed, via: [{ role: Hub }, { role: End, externalId: x1 }] }", 1)+`
  - { name: as the defaults }
  - { name: another, via: [{ role: Hub }], expect: denied }
  - { name: none, via: [], expect: denied, because: { reason: DENY_IMPLICIT_IDENTITY } }
`, nil)
	report := Run(context.Background(), []*Suite{suite}, RunOptions{})
	require.Equal(t, []string{"as the defaults passed", "another passed", "none passed"}, statuses(report))
}

func TestHopOfTheReason(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		status       Status
		mismatches   []Mismatch
	}{
		{"all pass", "via: [{ role: Hub }, { role: End, externalId: x1 }], because: { statement: Read }", Passed, nil},
		{"the first fails", "via: [{ role: End }], expect: denied, because: { hop: 1, policyType: trustPolicy, reason: DENY_IMPLICIT_RESOURCE }", Passed, nil},
		{"the second fails", "via: [{ role: Hub }, { role: End }], expect: denied, because: { hop: 2 }", Passed, nil},
		{"another hop", "via: [{ role: Hub }, { role: End }], expect: denied, because: { hop: 1 }", Failed, []Mismatch{{"hop", "hop 1", "hop 2"}}},
		{"a hop instead of the last request", "via: [{ role: Hub }, { role: End }], expect: denied, because: { reason: DENY_IMPLICIT_RESOURCE }", Failed, []Mismatch{{"hop", "the last request", "hop 2"}}},
		{"the last request instead of a hop", "via: [{ role: Hub }], expect: denied, because: { hop: 1 }", Failed, []Mismatch{{"hop", "hop 1", "the last request"}}},
		{"no reason asked for", "via: [{ role: End }], expect: denied", Passed, nil},
		{"a denial where an allowed answer is expected", "via: [{ role: End }]", Failed, []Mismatch{{"answer", "allowed", "implicitDeny"}}},
		{"a role that does not exist", "via: [{ role: Gone }], expect: error, because: { message: '^via.1..role: no role is called \"Gone\"' }", Passed, nil},
		{"a role that does not exist, not expected", "via: [{ role: Gone }], expect: denied", Errored, []Mismatch{{"answer", "denied", "error"}}},
		{"a hop that cannot be answered", "principal: lambda.amazonaws.com, via: [{ role: 'arn:aws:iam::444455556666:role/Far' }], expect: error, because: { message: '^hop 1: account 444455556666 owns' }", Passed, nil},
		{"a session policy that is none", "via: [{ role: Hub, policy: { Statement: [{ Effect: allow }] } }], expect: error, because: { message: Effect }", Passed, nil},
		{"keys that matter", "via: [{ role: Hub }, { role: End, externalId: x1 }], dependsOn: []", Passed, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := Run(context.Background(), []*Suite{mustLoad(t, viaHead+"  - { name: n, "+test.fields+" }\n", nil)}, RunOptions{})
			check := report.Suites[0].Scenarios[0].Checks[0]
			require.Equal(t, test.mismatches, check.Mismatches, "%v", check.Errors)
			require.Equal(t, test.status, check.Status)
		})
	}
}

func TestReportsShowTheHop(t *testing.T) {
	suite := mustLoad(t, viaHead+"  - { name: n, via: [{ role: Hub, sessionName: one }, { role: End }] }\n", nil)
	report := Run(context.Background(), []*Suite{suite}, RunOptions{})
	require.Equal(t, 2, report.Suites[0].Scenarios[0].Checks[0].Hop)
	out := text(t, report)
	require.Contains(t, out, "got        implicitDeny (DENY_IMPLICIT_RESOURCE) at hop 2")
	require.Contains(t, out, "hop        2: sts:AssumeRole on arn:aws:iam::111122223333:role/End by arn:aws:sts::111122223333:assumed-role/Hub/one")
	require.Contains(t, out, `near miss  Allow "Hub" of trust policy (trustPolicy)`)
}

// A chain of a thousand calls is run once for all checks.
func TestViaOfAThousandCalls(t *testing.T) {
	var b strings.Builder
	b.WriteString("  - name: long\n    action: [s3:GetObject, s3:PutObject]\n    expect: denied\n    via:\n      - { role: Hub }\n      - { role: End, externalId: x1 }\n")
	for i := range 997 {
		fmt.Fprintf(&b, "      - { role: End, sessionName: s%d }\n", i)
	}
	b.WriteString("      - { role: Hub }\n    because: { hop: 1000 }\n")
	report := Run(context.Background(), []*Suite{mustLoad(t, viaHead+b.String(), nil)}, RunOptions{})
	require.Equal(t, []string{"long passed"}, statuses(report))
}

func TestCheckFindsThePoliciesOfVia(t *testing.T) {
	suite := mustLoad(t, viaHead+`
  - { name: wrong, expect: denied, via: [{ role: Hub, policy: { Version: 2012-10-17, Statement: [{ Effect: allow, Action: "*", Resource: "*" }] } }] }
  - { name: wrong on purpose, expect: error, via: [{ role: Hub, policy: { Statement: [{ Effect: allow }] } }] }
`, nil)
	found := suite.Check()
	require.Len(t, errorsOf(found), 1)
	require.Contains(t, found[0].Error(), "suite.yaml:17:")
}

func TestReadHops(t *testing.T) {
	n, err := source.Parse("hops.yaml", []byte("[{ role: Hub }, { role: End, policy: { Statement: 1 }, x: 1 }]"))
	require.NoError(t, err)
	hops, diagnostics := ReadHops(n, model.ReadOptions{})
	require.Len(t, hops, 2)
	require.True(t, model.HasErrors(diagnostics))
	require.Contains(t, strings.Join(lines(diagnostics), "\n"), `hops.yaml:1:56: error: an entry of via has no field "x"`)
}
