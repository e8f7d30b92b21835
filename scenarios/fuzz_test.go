package scenarios

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// FuzzSuite: no text makes the reader panic, or find different things when it
// is read again; what is loaded is complete.
func FuzzSuite(f *testing.F) {
	for _, seed := range []string{
		"", "scenarios:", "scenarios: []", `{"scenarios": [{}]}`, "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: denied }]",
		smallHead + "  - { name: n, context: { aws:TagKeys: [a, b], aws:username: null }, at: 2026-11-22T10:00:00Z }\n",
		smallHead + "  - { name: n, sessionPolicy: { Statement: [] }, session: { mfa: true, tags: { a: b } }, because: { reason: ALLOW_IDENTITY, message: x } }\n",
		smallHead + "  - { name: n, policySet: { users: [{ arn: x }] }, via: [{ role: r, tags: { a: b }, policy: { Statement: [] }, durationSeconds: 900 }, { action: sts:GetFederationToken, name: x }], because: { hop: 2 }, dependsOn: [a], skip: x, strict: true }\n",
		"scenarios: [{ name: n, never: { principal: ['role/*', '!x'], action: a, resource: [b] }, policySet: {} }, { name: m, noNewAccess: { old: a, new: [b] }, skip: x }]",
		"policySet: { roles: [{ arn: 1 }] }\ndefaults: { context: [] }\nscenarios: [null, &a {}, *a]",
	} {
		f.Add([]byte(seed))
	}
	for _, folder := range []string{"language", "systems"} {
		files := os.DirFS(folder)
		_ = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && strings.HasSuffix(name, ".yaml") {
				if data, err := fs.ReadFile(files, name); err == nil && len(data) < 8<<10 {
					f.Add(data)
				}
			}
			return nil
		})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files := fstest.MapFS{"dir/suite.yaml": {Data: data}, "dir/policies.yaml": {Data: []byte(smallPolicies)}}
		suite, diagnostics := LoadSuite(files, "dir/suite.yaml", LoadOptions{})
		again, repeated := LoadSuite(files, "dir/suite.yaml", LoadOptions{})
		require.Equal(t, lines(diagnostics), lines(repeated))
		require.Equal(t, suite == nil, again == nil)
		for _, d := range diagnostics {
			require.NotEmpty(t, d.Message)
			require.NotContains(t, d.Error(), "\n")
		}
		if suite == nil {
			require.NotEmpty(t, diagnostics)
			return
		}
		require.NotEmpty(t, suite.Scenarios)
		for _, s := range suite.Scenarios {
			require.NotEmpty(t, s.Name)
			if s.Claim != nil {
				require.Contains(t, []Expectation{ExpectNever, ExpectNoNewAccess}, s.Expect)
				require.Equal(t, 1, s.Checks())
				continue
			}
			require.NotEmpty(t, s.Principal)
			require.NotEmpty(t, s.Actions)
			require.NotEmpty(t, s.Resources)
			require.Contains(t, expectations, string(s.Expect))
		}
		require.Equal(t, lines(suite.Check()), lines(again.Check()))
		var out bytes.Buffer
		require.NoError(t, (&Report{Suites: []SuiteResult{{Name: suite.Name, Scenarios: []ScenarioResult{{Name: suite.Scenarios[0].Name}}}}}).WriteJUnit(&out))
	})
}
