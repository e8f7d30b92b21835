package scenarios

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model/catalog"
)

// TestShippedSuites runs every suite of the repository. Each scenario is a subtest.
func TestShippedSuites(t *testing.T) {
	for _, folder := range []string{"language", "systems", "examples"} {
		t.Run(folder, func(t *testing.T) {
			for _, suite := range shipped(t, folder) {
				t.Run(strings.TrimPrefix(suite.File, "scenarios/"+folder+"/"), func(t *testing.T) { runShipped(t, suite) })
			}
		})
	}
}

func runShipped(t *testing.T, suite *Suite) {
	report := Run(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}})
	require.Len(t, report.Suites, 1)
	require.Empty(t, report.Suites[0].Errors)
	require.NotZero(t, report.Summary.Checks.Total, "a suite must check something")
	for i := range report.Suites[0].Scenarios {
		scenario := &report.Suites[0].Scenarios[i]
		t.Run(scenario.Name, func(t *testing.T) {
			require.NotEqual(t, Skipped, scenario.Status, "no shipped scenario is skipped")
			if scenario.Status == Passed {
				return
			}
			var out bytes.Buffer
			w := &Report{Suites: []SuiteResult{{Name: suite.Name, File: suite.File, Scenarios: []ScenarioResult{*scenario}}}}
			require.NoError(t, w.WriteText(&out, TextOptions{}))
			t.Error("\n" + out.String())
		})
	}
}

// The catalogue changes no answer but those that rules B17 to B21 give, which
// have a suite of their own and scenarios named so.
func TestShippedSuitesWithoutCatalog(t *testing.T) {
	for _, folder := range []string{"language", "systems", "examples"} {
		for _, suite := range shipped(t, folder) {
			report := Run(context.Background(), []*Suite{suite}, RunOptions{})
			if strings.HasSuffix(suite.File, "language/catalog.yaml") {
				require.NotZero(t, report.Summary.Checks.Failed, "the suite holds what the catalogue changes")
				continue
			}
			for _, scenario := range report.Suites[0].Scenarios {
				want := Passed
				if strings.HasPrefix(scenario.Name, "catalogue: ") {
					want = Failed
				}
				require.Equal(t, want, scenario.Status, "%s: %s", suite.File, scenario.Name)
			}
		}
	}
}

// shipped loads the suites of a folder; none, or one with a diagnostic of its own, is a fault.
func shipped(t *testing.T, folder string) []*Suite {
	t.Helper()
	root := os.DirFS("..")
	files, err := Find(root, "scenarios/"+folder)
	require.NoError(t, err)
	var suites []*Suite
	for _, file := range files {
		suite, diagnostics := LoadSuite(root, file, LoadOptions{})
		require.NotNil(t, suite, strings.Join(lines(diagnostics), "\n"))
		suites = append(suites, suite)
	}
	require.NotEmpty(t, suites)
	return suites
}

func TestLanguageSuitesAreMany(t *testing.T) {
	checks := 0
	for _, suite := range shipped(t, "language") {
		checks += suite.Checks()
	}
	require.GreaterOrEqual(t, checks, 400, "checks of scenarios/language")
}

// systems are the folders or files of scenarios/systems.
var systems = []string{"ai-unlimited", "deep-lake", "deepseek-bedrock", "deepseek-opensearch", "opensearch-serverless"}

func TestSystemSuitesAskForDenials(t *testing.T) {
	checks, denials := map[string]int{}, map[string]int{}
	for _, suite := range shipped(t, "systems") {
		system, ok := "", false
		for _, name := range systems {
			if strings.HasPrefix(suite.File, "scenarios/systems/"+name) {
				system, ok = name, true
			}
		}
		require.True(t, ok, "%s belongs to none of %v", suite.File, systems)
		checks[system] += suite.Checks()
		for _, scenario := range suite.Scenarios {
			switch scenario.Expect {
			case ExpectDenied, ExpectExplicitDeny, ExpectImplicitDeny:
				if scenario.Skip == "" {
					denials[system] += scenario.Checks()
				}
			}
		}
	}
	for _, system := range systems {
		require.GreaterOrEqual(t, checks[system], 25, "checks of %s", system)
		require.GreaterOrEqual(t, 3*denials[system], checks[system], "denials of %s: %d of %d checks", system, denials[system], checks[system])
	}
}
