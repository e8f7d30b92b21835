package scenarios

import (
	"context"
	"strings"

	"iamsim/eval"
	"iamsim/internal/printable"
	"iamsim/model"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// Tester is what Test needs of a *testing.T.
type Tester[T any] interface {
	Helper()
	Errorf(format string, args ...any)
	Log(args ...any)
	Skip(args ...any)
	Run(name string, f func(T)) bool
}

// Test runs scenario suites as subtests of a Go test: one for each suite, and
// below it one for each scenario. The paths are suites, and folders of them;
// relative ones are relative to the directory of the test's package. A suite
// that cannot be read, a path without a suite and a suite without a check fail.
// The built-in action catalogue is used, as by the command. T is *testing.T.
//
//	func TestAccess(t *testing.T) { scenarios.Test(t, "testdata/access") }
func Test[T Tester[T]](t T, paths ...string) {
	t.Helper()
	if len(paths) == 0 {
		t.Errorf("no suite is named")
	}
	options := eval.Options{Catalog: catalog.Default()}
	for _, path := range paths {
		files, err := Find(inventory.OS(), path)
		if err != nil {
			t.Errorf("%v", err)
		}
		for _, file := range files {
			testSuite(t, file, options)
		}
	}
}

func testSuite[T Tester[T]](t T, file string, o eval.Options) {
	t.Helper()
	suite, diagnostics := LoadSuite(inventory.OS(), file, LoadOptions{})
	if suite == nil {
		suite = Broken(file, diagnostics)
	}
	t.Run(file, func(t T) {
		t.Helper()
		for _, d := range diagnostics {
			if d.Severity == model.Warning {
				t.Log(d.Error())
			}
		}
		report := Run(context.Background(), []*Suite{suite}, RunOptions{EvalOptions: o})
		if text := report.NothingChecked(); text != "" {
			t.Errorf("%s", text)
		}
		for i := range report.Suites {
			for _, message := range report.Suites[i].Errors {
				t.Errorf("%s", printable.Text(message))
			}
			for j := range report.Suites[i].Scenarios {
				scenario := &report.Suites[i].Scenarios[j]
				t.Run(scenario.Name, func(t T) { testScenario(t, scenario) })
			}
		}
	})
}

func testScenario[T Tester[T]](t T, s *ScenarioResult) {
	t.Helper()
	if s.Status == Skipped {
		t.Skip(printable.Text(s.Skip))
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Status == Passed {
			continue
		}
		var b strings.Builder
		for _, line := range failureLines(s, c) {
			b.WriteString("\n  " + line.label + ": " + line.text)
		}
		t.Errorf("%s: %s on %s%s", s.Position(), printable.Text(c.Action), printable.Text(c.Resource), b.String())
	}
}
