package scenarios

import (
	"slices"

	"iamsim/eval"
	"iamsim/model"
)

// Report is the outcome of a run. The writers WriteText, WriteJSON, WriteJUnit,
// WriteTAP, WriteGitHub and WriteMarkdown show it; the same suites give the
// same bytes every time.
//
// The JSON form of Report is what `simulate test --output json` prints. Field
// names are stable; fields that would be empty are left out where the tag says
// omitempty.
type Report struct {
	Suites  []SuiteResult `json:"suites"`
	Summary Summary       `json:"summary"`
	// Interrupted is set where the run was cancelled before its end.
	Interrupted bool `json:"interrupted,omitempty"`
	// Snapshots are those that were compared, if any.
	Snapshots []SnapshotResult `json:"snapshots,omitempty"`
	// Coverage is nil unless it was asked for.
	Coverage *Coverage `json:"coverage,omitempty"`
	// Mutation is nil unless it was asked for.
	Mutation *Mutation `json:"mutation,omitempty"`
}

// AddSnapshot adds the outcome of comparing a snapshot.
func (r *Report) AddSnapshot(s SnapshotResult) {
	r.Snapshots = append(r.Snapshots, s)
	r.summarize()
}

// SetMutation adds the outcome of trying mutants.
func (r *Report) SetMutation(m *Mutation) {
	r.Mutation = m
	r.summarize()
}

// Status is the outcome of a check, a scenario or a suite.
type Status string

const (
	// Passed: the answer and its reason are as expected.
	Passed Status = "passed"
	// Failed: there is an answer, and it or its reason is not as expected.
	Failed Status = "failed"
	// Errored: there is no answer where one was expected.
	Errored Status = "error"
	// Skipped: the scenario was not run.
	Skipped Status = "skipped"
)

// worse returns the status that weighs more.
func worse(a, b Status) Status {
	for _, status := range []Status{Errored, Failed, Passed} {
		if a == status || b == status {
			return status
		}
	}
	return Skipped
}

// Summary counts.
type Summary struct {
	// Suites counts the suites, BrokenSuites those of them that could not be run.
	Suites       int `json:"suites"`
	BrokenSuites int `json:"brokenSuites"`
	// Scenarios and Checks count what was run and, of scenarios, what was skipped.
	Scenarios Counts `json:"scenarios"`
	Checks    Counts `json:"checks"`
	// NotSelected counts the scenarios that RunOptions.Run left out.
	NotSelected int `json:"notSelected"`
	// NotRun counts the scenarios that were left when the run ended early.
	NotRun int `json:"notRun"`
	// ExitCode is 0 if all hold, 1 if some fail, 2 if something could not be
	// read or run, or nothing was checked.
	ExitCode int `json:"exitCode"`
}

// Counts counts by status. Total is their sum.
type Counts struct {
	Total   int `json:"total"`
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Errors  int `json:"errors"`
	Skipped int `json:"skipped"`
}

func (c *Counts) add(s Status) {
	c.Total++
	switch s {
	case Passed:
		c.Passed++
	case Failed:
		c.Failed++
	case Skipped:
		c.Skipped++
	default:
		c.Errors++
	}
}

// SuiteResult is the outcome of one suite.
type SuiteResult struct {
	Name string `json:"name"`
	File string `json:"file"`
	// Errors say why the suite could not be run; there are no scenarios then.
	Errors []string `json:"errors,omitempty"`
	// Scenarios are in the order of the file.
	Scenarios []ScenarioResult `json:"scenarios"`
}

// Status returns the worst of the scenarios' statuses; Errored for a suite that could not be run.
func (s *SuiteResult) Status() Status {
	if len(s.Errors) > 0 {
		return Errored
	}
	status := Skipped
	for i := range s.Scenarios {
		status = worse(status, s.Scenarios[i].Status)
	}
	return status
}

// counts returns the numbers of the suite's scenarios and checks by status.
func (s *SuiteResult) counts() (scenarios, checks Counts) {
	for i := range s.Scenarios {
		scenarios.add(s.Scenarios[i].Status)
		for j := range s.Scenarios[i].Checks {
			checks.add(s.Scenarios[i].Checks[j].Status)
		}
	}
	return scenarios, checks
}

// ScenarioResult is the outcome of one scenario.
type ScenarioResult struct {
	Name string `json:"name"`
	// File, Line and Column are where the scenario stands.
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Status is the worst of the checks' statuses, or Skipped.
	Status Status `json:"status"`
	// Skip is why the scenario was skipped.
	Skip     string   `json:"skip,omitempty"`
	Expected Expected `json:"expected"`
	// Checks are the pairs of action and resource, actions first; none for a skipped scenario.
	Checks []CheckResult `json:"checks"`
}

// Position returns where the scenario stands.
func (s *ScenarioResult) Position() model.Position {
	return model.Position{File: s.File, Line: s.Line, Column: s.Column}
}

// Expected is what a scenario asks for.
type Expected struct {
	Answer     Expectation     `json:"answer"`
	PolicyType eval.PolicyType `json:"policyType,omitempty"`
	Statement  string          `json:"statement,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	// Hop is the call of via that must fail; 0 is the last request.
	Hop int `json:"hop,omitempty"`
	// Message is a regular expression.
	Message string `json:"message,omitempty"`
	// DependsOn is null where the scenario does not ask for it.
	DependsOn []string `json:"dependsOn"`
}

// CheckResult is the outcome of one action on one resource.
type CheckResult struct {
	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Status    Status `json:"status"`
	// Answer is "allowed", "implicitDeny", "explicitDeny" or "error"; of a
	// scenario's claim, whose principal, action and resource are the patterns
	// of its shape, "holds", "violated" or "error".
	Answer string `json:"answer"`
	// Reason is the code of rule E90; empty for an error.
	Reason string `json:"reason,omitempty"`
	// Hop is the number of the call of via that failed, from 1; 0 if all passed.
	Hop int `json:"hop,omitempty"`
	// FarSide is set where the answer holds only if an account that is not known allows the request.
	FarSide bool `json:"farSide,omitempty"`
	// Errors say why there is no answer.
	Errors []string `json:"errors,omitempty"`
	// Mismatches are what is not as expected.
	Mismatches []Mismatch `json:"mismatches,omitempty"`
	// Explanation tells why the answer came. It is made where the check did not
	// pass, or where the expectation needs it; it is left out of a check that passed.
	Explanation *eval.Explanation `json:"explanation,omitempty"`
	// Witness is a request that violates a claim. Explanation is that of its answer.
	Witness *Witness `json:"witness,omitempty"`
}

// answerError is the Answer of a check that has none.
const answerError = "error"

// Mismatch is one thing that is not as expected.
type Mismatch struct {
	// Field is "answer", "policyType", "statement", "reason", "hop", "message" or "dependsOn".
	Field    string `json:"field"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// summarize fills the summary from the results.
func (r *Report) summarize() {
	s := &r.Summary
	s.Suites = len(r.Suites)
	s.BrokenSuites, s.Scenarios, s.Checks = 0, Counts{}, Counts{}
	for i := range r.Suites {
		if len(r.Suites[i].Errors) > 0 {
			s.BrokenSuites++
		}
		scenarios, checks := r.Suites[i].counts()
		s.Scenarios.plus(scenarios)
		s.Checks.plus(checks)
	}
	s.ExitCode = r.ExitCode()
}

func (c *Counts) plus(d Counts) {
	c.Total += d.Total
	c.Passed += d.Passed
	c.Failed += d.Failed
	c.Errors += d.Errors
	c.Skipped += d.Skipped
}

// ExitCode returns 0 if every check and snapshot holds; 1 if some do not, or if
// coverage or mutation score are lower than was asked for; 2 if a suite or a
// snapshot could not be run, a question that should have an answer has none,
// the run was interrupted, mutants could not be tried, or nothing was checked.
func (r *Report) ExitCode() int {
	s := r.Summary
	broken := func(s SnapshotResult) bool { return len(s.Errors) > 0 }
	switch {
	case r.Interrupted || s.BrokenSuites > 0 || s.Checks.Errors > 0 || s.Checks.Total == 0 && len(r.Snapshots) == 0:
		return 2
	case slices.ContainsFunc(r.Snapshots, broken):
		return 2
	case s.Checks.Failed > 0:
		return 1
	case slices.ContainsFunc(r.Snapshots, func(s SnapshotResult) bool { return s.Failed() }):
		return 1
	case r.Mutation != nil && r.Mutation.NotTried != "":
		return 2
	case r.Coverage.Below() || r.Mutation.Below():
		return 1
	}
	return 0
}

// NothingChecked says why no check was run; it is empty if one was.
func (r *Report) NothingChecked() string {
	s := r.Summary
	switch {
	case s.Checks.Total > 0 || s.BrokenSuites > 0 || len(r.Snapshots) > 0 || r.Interrupted:
		return ""
	case s.Scenarios.Skipped > 0:
		return "nothing was checked: every scenario is skipped"
	case s.NotSelected > 0:
		return "nothing was checked: no scenario matches --run"
	}
	return "nothing was checked: there is no scenario"
}
