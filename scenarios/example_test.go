package scenarios_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"iamsim/eval"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
	"iamsim/scenarios"
)

// ExampleTest runs the suites below a folder as subtests of a Go test.
func ExampleTest() {
	_ = func(t *testing.T) { // func TestAccess(t *testing.T)
		scenarios.Test(t, "testdata/access")
	}
}

// A suite is loaded once, and run any number of times.
func Example() {
	suite, diagnostics := scenarios.LoadSuite(inventory.OS(), "examples/quickstart.yaml", scenarios.LoadOptions{})
	for _, d := range diagnostics {
		fmt.Println(d)
	}
	report := scenarios.Run(context.Background(), []*scenarios.Suite{suite}, scenarios.RunOptions{
		EvalOptions: eval.Options{Catalog: catalog.Default()},
		Coverage:    &scenarios.CoverageOptions{Minimum: 60},
	})
	if err := report.WriteText(os.Stdout, scenarios.TextOptions{}); err != nil {
		fmt.Println(err)
	}
	fmt.Println("statements that decided a check:", report.Coverage.Decided)
	fmt.Println("exit code", report.ExitCode())
	// Output:
	// ok     examples/quickstart.yaml: Quick start (16 scenarios, 18 checks: 18 passed)
	//
	// 1 suite, 16 scenarios, 18 checks: 18 passed
	//
	// coverage: 12 of 17 statements decided a check (70.5 %), 2 of 2 condition entries had both outcomes
	//   examples/account.json: 7 of 12 statements decided a check, 2 of 2 condition entries had both outcomes
	//     examples/account.json:153:21: Allow statement 0 of trust policy: no scenario evaluated it
	//     examples/account.json:259:29: Allow "HandleBucket" of DeployTools: matched once, decided never
	//     examples/account.json:277:29: Allow "UpdateFunctions" of DeployTools: evaluated 7 times, matched never
	//     examples/account.json:286:29: Allow "RunStacks" of DeployTools: matched once, decided never
	//     examples/account.json:364:29: Allow "WriteReports" of BatchWork: evaluated twice, matched never
	// statements that decided a check: 12
	// exit code 0
}
