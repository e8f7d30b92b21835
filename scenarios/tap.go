package scenarios

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"iamsim/internal/printable"
)

// WriteTAP writes the report in version 14 of the Test Anything Protocol. A
// scenario is a test point; one that did not pass has a YAML block that says
// why. A suite that could not be run is a test point that failed; a snapshot is
// a test point. Coverage and mutants have no place in the format.
func (r *Report) WriteTAP(w io.Writer) error {
	t := &tapWriter{out: bufio.NewWriter(w)}
	points := 0
	for i := range r.Suites {
		points += max(len(r.Suites[i].Scenarios), min(len(r.Suites[i].Errors), 1))
	}
	fmt.Fprintf(t.out, "TAP version 14\n1..%d\n", points+len(r.Snapshots))
	for i := range r.Suites {
		t.suite(&r.Suites[i])
	}
	for i := range r.Snapshots {
		t.snapshot(&r.Snapshots[i])
	}
	if text := r.NothingChecked(); text != "" {
		fmt.Fprintf(t.out, "Bail out! %s\n", text)
	}
	if r.Interrupted {
		fmt.Fprintf(t.out, "Bail out! the run was interrupted\n")
	}
	return t.out.Flush()
}

type tapWriter struct {
	out    *bufio.Writer
	number int
}

func (t *tapWriter) suite(s *SuiteResult) {
	if len(s.Errors) > 0 {
		t.point("not ok", s.Name+" can be run", "")
		t.block(func() {
			t.field("severity", "error")
			t.list("errors", s.Errors)
		})
		return
	}
	for i := range s.Scenarios {
		t.scenario(s.Name, &s.Scenarios[i])
	}
}

func (t *tapWriter) snapshot(s *SnapshotResult) {
	if !s.Failed() {
		t.point("ok", s.File+": "+s.headline(), "")
		return
	}
	t.point("not ok", s.File+": "+s.headline(), "")
	t.block(func() { t.list("changes", s.lines()[1:]) })
}

func (t *tapWriter) scenario(suite string, s *ScenarioResult) {
	description := suite + ": " + s.Name
	switch s.Status {
	case Passed:
		t.point("ok", description, "")
		return
	case Skipped:
		t.point("ok", description, " # SKIP "+tapText(s.Skip))
		return
	}
	t.point("not ok", description, "")
	t.block(func() {
		severity := "fail"
		if s.Status == Errored {
			severity = "error"
		}
		t.field("severity", severity)
		t.field("at", s.Position().String())
		fmt.Fprintln(t.out, "  checks:")
		for i := range s.Checks {
			if c := &s.Checks[i]; c.Status != Passed {
				t.check(s, c)
			}
		}
	})
}

func (t *tapWriter) check(s *ScenarioResult, c *CheckResult) {
	fmt.Fprintf(t.out, "    - action: %s\n", quoted(c.Action))
	fmt.Fprintf(t.out, "      resource: %s\n", quoted(c.Resource))
	fmt.Fprintln(t.out, "      report:")
	for _, line := range failureLines(s, c) {
		fmt.Fprintf(t.out, "        - %s\n", quoted(line.label+": "+line.text))
	}
}

func (t *tapWriter) point(verdict, description, directive string) {
	t.number++
	fmt.Fprintf(t.out, "%s %d - %s%s\n", verdict, t.number, tapText(description), directive)
}

func (t *tapWriter) block(content func()) {
	fmt.Fprintln(t.out, "  ---")
	content()
	fmt.Fprintln(t.out, "  ...")
}

func (t *tapWriter) field(name, text string) { fmt.Fprintf(t.out, "  %s: %s\n", name, quoted(text)) }

func (t *tapWriter) list(name string, list []string) {
	fmt.Fprintf(t.out, "  %s:\n", name)
	for _, text := range list {
		fmt.Fprintf(t.out, "    - %s\n", quoted(text))
	}
}

// tapText escapes what would start a directive.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(printable.Text(s))
}

// quoted writes a JSON string, which is a YAML string as well.
func quoted(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Encoding a string cannot fail, and neither can writing to a Builder.
	_ = encoder.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}
