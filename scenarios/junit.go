package scenarios

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"iamsim/internal/printable"
)

// The elements of the JUnit report, as the junit-10 schema of Jenkins' xUnit
// plugin has them. Times are constant: the same run gives the same bytes.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Time     string       `xml:"time,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	File     string      `xml:"file,attr,omitempty"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	Time      string        `xml:"time,attr"`
	Skipped   *junitMessage `xml:"skipped"`
	Errors    []junitDetail `xml:"error"`
	Failures  []junitDetail `xml:"failure"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
}

type junitDetail struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",cdata"`
}

// WriteJUnit writes the report for CI servers. A scenario is a test case; a suite that could not be run is a test case with
// an error. Each check that did not pass is a failure or an error element. A
// snapshot is a suite of one test case. Coverage and mutants have no place in the format.
func (r *Report) WriteJUnit(w io.Writer) error {
	report := junitSuites{Name: "simulate test", Time: "0", Suites: []junitSuite{}}
	for i := range r.Suites {
		suite := junitOf(&r.Suites[i])
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Errors += suite.Errors
		report.Suites = append(report.Suites, suite)
	}
	for i := range r.Snapshots {
		suite := junitSnapshot(&r.Snapshots[i])
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Errors += suite.Errors
		report.Suites = append(report.Suites, suite)
	}
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func junitOf(s *SuiteResult) junitSuite {
	scenarios, _ := s.counts()
	suite := junitSuite{
		Name: printable.Text(s.Name), Tests: scenarios.Total, Failures: scenarios.Failed, Errors: scenarios.Errors,
		Skipped: scenarios.Skipped, Time: "0", File: printable.Text(s.File),
	}
	if len(s.Errors) > 0 {
		suite.Tests, suite.Errors = 1, 1
		suite.Cases = append(suite.Cases, junitCase{
			Name: "the suite can be run", Classname: suite.Name, Time: "0",
			Errors: []junitDetail{{"suite", printable.Text(s.Errors[0]), printableLines(s.Errors)}},
		})
	}
	for i := range s.Scenarios {
		suite.Cases = append(suite.Cases, junitScenario(suite.Name, &s.Scenarios[i]))
	}
	return suite
}

func junitSnapshot(s *SnapshotResult) junitSuite {
	file := printable.Text(s.File)
	suite := junitSuite{Name: file, Tests: 1, Time: "0", File: file}
	c := junitCase{Name: "the answers are those of the snapshot", Classname: file, Time: "0"}
	detail := junitDetail{"snapshot", s.headline(), "\n" + strings.Join(s.lines()[1:], "\n") + "\n"}
	switch s.status() {
	case Errored:
		suite.Errors, c.Errors = 1, []junitDetail{detail}
	case Failed:
		suite.Failures, c.Failures = 1, []junitDetail{detail}
	}
	suite.Cases = []junitCase{c}
	return suite
}

func junitScenario(suite string, s *ScenarioResult) junitCase {
	c := junitCase{
		Name: printable.Text(s.Name), Classname: suite, Time: "0",
	}
	if s.Status == Skipped {
		c.Skipped = &junitMessage{printable.Text(s.Skip)}
		return c
	}
	for i := range s.Checks {
		check := &s.Checks[i]
		detail := junitDetail{
			Type:    mismatchedField(check),
			Message: printable.Text(fmt.Sprintf("%s on %s: expected %s; got %s", check.Action, check.Resource, s.Expected, got(check))),
			Text:    junitText(s, check),
		}
		switch check.Status {
		case Errored:
			c.Errors = append(c.Errors, detail)
		case Failed:
			c.Failures = append(c.Failures, detail)
		}
	}
	return c
}

// mismatchedField is the first field that is not as expected.
func mismatchedField(c *CheckResult) string {
	if len(c.Mismatches) == 0 {
		return "answer"
	}
	return c.Mismatches[0].Field
}

func junitText(s *ScenarioResult, c *CheckResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %s on %s\n", printable.Text(s.Position().String()), printable.Text(c.Action), printable.Text(c.Resource))
	for _, line := range failureLines(s, c) {
		fmt.Fprintf(&b, "%s: %s\n", line.label, line.text)
	}
	return b.String()
}

func printableLines(list []string) string {
	lines := make([]string, len(list))
	for i, text := range list {
		lines[i] = printable.Text(text)
	}
	return strings.Join(lines, "\n")
}
