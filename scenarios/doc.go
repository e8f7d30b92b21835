// Package scenarios loads, runs and reports scenario suites: files that say
// which requests must be allowed, which denied, and why.
//
// docs/formats.md describes the format. A suite names the policy sets that its
// questions are put to, and lists scenarios. Each scenario is one principal
// with one or more actions and resources; every pair of them is a check, and
// the scenario passes if all its checks do.
//
//	files, err := scenarios.Find(inventory.OS(), "suites")
//	suite, diagnostics := scenarios.LoadSuite(inventory.OS(), files[0], scenarios.LoadOptions{})
//	report := scenarios.Run(ctx, []*scenarios.Suite{suite}, scenarios.RunOptions{})
//	err = report.WriteText(os.Stdout, scenarios.TextOptions{})
//	os.Exit(report.ExitCode())
//
// How far the scenarios test the policies, Coverage and Mutate tell. A Matrix
// asks whole tables of requests, whose answers an AccessSnapshot keeps in a
// file. Test runs suites as subtests of a Go test.
//
// Reading and the JSON Schema that editors use follow the same tables of
// fields, so that they cannot drift apart.
package scenarios

//go:generate sh -c "go run ../cmd/simulate schema suite > schema/suite.schema.json"
//go:generate sh -c "go run ../cmd/simulate schema policy-set > schema/policy-set.schema.json"
