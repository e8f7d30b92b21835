package scenarios

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"iamsim/eval"
	"iamsim/internal/printable"
)

// TextOptions tell how much WriteText shows.
type TextOptions struct {
	// Verbose lists every check, not only those that do not pass.
	Verbose bool
}

// WriteText writes the report for people: a line for each suite; below it the
// scenarios that do not pass, each with what was expected, what came and why;
// those that are skipped, with their reason; a line for each snapshot, with its
// changes; a summary; and what was asked for of coverage and mutants.
func (r *Report) WriteText(w io.Writer, o TextOptions) error {
	t := &textWriter{out: bufio.NewWriter(w), verbose: o.Verbose, apart: true}
	for i := range r.Suites {
		t.suite(&r.Suites[i])
	}
	for i := range r.Snapshots {
		t.section(r.Snapshots[i].lines(), len(r.Snapshots[i].Changes)+len(r.Snapshots[i].Errors) > 0)
	}
	t.summary(r)
	if r.Coverage != nil {
		t.gap()
		t.section(r.Coverage.lines(), false)
	}
	if r.Mutation != nil {
		t.gap()
		t.section(r.Mutation.lines(), false)
	}
	return t.out.Flush()
}

// section writes lines, and a gap behind them if it is asked for.
func (t *textWriter) section(lines []string, gap bool) {
	for _, line := range lines {
		t.line("%s", line)
	}
	if gap {
		t.gap()
	}
}

// textWriter leaves errors to the Flush at the end, which returns the first.
type textWriter struct {
	out     *bufio.Writer
	verbose bool
	// apart is set where a blank line stands before what follows.
	apart bool
}

func (t *textWriter) line(format string, args ...any) {
	fmt.Fprintf(t.out, format+"\n", args...)
	t.apart = false
}

func (t *textWriter) gap() {
	if !t.apart {
		fmt.Fprintln(t.out)
	}
	t.apart = true
}

func (t *textWriter) suite(s *SuiteResult) {
	scenarios, checks := s.counts()
	if len(s.Errors) > 0 {
		t.line("ERROR  %s: the suite cannot be run", printable.Text(s.File))
		for _, message := range s.Errors {
			t.line("       %s", printable.Text(message))
		}
		t.gap()
		return
	}
	t.line("%-5s  %s: %s (%s, %s)", statusWord(s.Status()), printable.Text(s.File), printable.Text(s.Name),
		count(scenarios.Total, "scenario"), countsText(checks))
	shown := false
	for i := range s.Scenarios {
		shown = t.scenario(&s.Scenarios[i]) || shown
	}
	if shown {
		t.gap()
	}
}

// scenario writes what is to be told of a scenario, and reports whether that is anything.
func (t *textWriter) scenario(s *ScenarioResult) bool {
	switch {
	case s.Status == Skipped:
		t.line("  skip   %s (%s)", printable.Text(s.Name), s.Position())
		t.line("         %s", printable.Text(s.Skip))
		return true
	case s.Status == Passed && !t.verbose:
		return false
	}
	t.line("  %-5s  %s (%s)", statusWord(s.Status), printable.Text(s.Name), s.Position())
	for i := range s.Checks {
		c := &s.Checks[i]
		if c.Status != Passed {
			t.failure(s, c)
		} else if t.verbose {
			t.line("         ok     %s on %s: %s", printable.Text(c.Action), printable.Text(c.Resource), got(c))
		}
	}
	return true
}

func (t *textWriter) failure(s *ScenarioResult, c *CheckResult) {
	t.line("         %-5s  %s on %s", statusWord(c.Status), printable.Text(c.Action), printable.Text(c.Resource))
	for _, line := range failureLines(s, c) {
		t.line("                %-10s %s", line.label, line.text)
	}
}

// labelled is one line of the account of a failure.
type labelled struct{ label, text string }

// failureLines tells of a check that did not pass: what was asked, what was
// expected, what came, and why.
func failureLines(s *ScenarioResult, c *CheckResult) []labelled {
	lines := []labelled{{"principal", c.Principal}, {"expected", s.Expected.String()}, {"got", got(c)}}
	for _, m := range c.Mismatches {
		if m.Field != "answer" {
			lines = append(lines, labelled{"mismatch", fmt.Sprintf("%s: expected %s, got %s", m.Field, m.Expected, cmp.Or(m.Got, "none"))})
		}
	}
	for _, message := range c.Errors {
		lines = append(lines, labelled{"error", message})
	}
	if w := c.Witness; w != nil {
		lines = append(lines, labelled{"witness", fmt.Sprintf("%s on %s by %s", w.Action, w.Resource, w.Principal)})
		if w.Context != "" {
			lines = append(lines, labelled{"context", w.Context})
		}
	}
	if x := c.Explanation; x != nil {
		if x.Hop > 0 {
			lines = append(lines, labelled{"hop", fmt.Sprintf("%d: %s on %s by %s", x.Hop, x.Action, x.Resource, x.Principal)})
		}
		lines = append(lines, why(x)...)
	}
	for i := range lines {
		lines[i].text = printable.Text(lines[i].text)
	}
	return lines
}

// why tells an explanation in lines.
func why(e *eval.Explanation) []labelled {
	lines := []labelled{{"why", e.Headline}}
	add := func(label, text string) { lines = append(lines, labelled{label, text}) }
	for _, cause := range e.Causes {
		add("cause", fmt.Sprintf("%s (%s)", cause.Text, cause.Reason))
	}
	for _, statement := range e.Statements {
		add("statement", statementText(statement))
	}
	for _, miss := range e.NearMisses {
		add("near miss", statementText(miss.Statement)+": "+miss.Text)
	}
	if len(e.DependsOn) > 0 {
		add("depends on", strings.Join(e.DependsOn, ", "))
	}
	for _, assumption := range e.Assumptions {
		add("assumes", assumption)
	}
	for _, rule := range e.UncertainRules {
		add("uncertain", fmt.Sprintf("rule %s: with --assume %s=%s the answer is %s", rule.Rule, rule.Name, rule.Alternative, rule.AnswerOtherwise))
	}
	for _, note := range e.Notes {
		add("note", note)
	}
	return lines
}

// statementText names a statement and says where it stands.
func statementText(s eval.StatementRef) string {
	text := fmt.Sprintf("%s of %s (%s)", statementName(s.Effect, s.Sid, s.Index), s.Policy, s.PolicyType)
	if s.File != "" || s.Line > 0 {
		text += " at " + s.Position().String()
	}
	return text
}

// String tells in one line what a scenario asks for.
func (e Expected) String() string {
	parts := []string{string(e.Answer)}
	for _, part := range []struct{ label, text string }{
		{"policyType", string(e.PolicyType)}, {"statement", e.Statement}, {"reason", e.Reason}, {"message", e.Message},
	} {
		if part.text != "" {
			parts = append(parts, part.label+" "+part.text)
		}
	}
	if e.Hop > 0 {
		parts = append(parts, hopText(e.Hop))
	}
	if e.DependsOn != nil {
		parts = append(parts, "dependsOn "+keyList(e.DependsOn))
	}
	return strings.Join(parts, ", ")
}

// statementName names a statement by its Sid or its number.
func statementName(effect, sid string, index int) string {
	if sid != "" {
		return effect + " " + strconv.Quote(sid)
	}
	return effect + " statement " + strconv.Itoa(index)
}

func got(c *CheckResult) string {
	text := c.Answer
	if c.Reason != "" {
		text += " (" + c.Reason + ")"
	}
	if c.Hop > 0 {
		text += " at " + hopText(c.Hop)
	}
	if c.FarSide {
		text += ", if the account that is not known allows it"
	}
	return text
}

func (t *textWriter) summary(r *Report) {
	s := r.Summary
	t.gap()
	if s.Suites > 0 || len(r.Snapshots) == 0 {
		t.line("%s", s.headline())
	}
	for _, extra := range []struct {
		n    int
		text string
	}{
		{s.BrokenSuites, "could not be run"}, {s.Scenarios.Skipped, "skipped"},
		{s.NotSelected, "not selected by --run"}, {s.NotRun, "not run"},
	} {
		if extra.n > 0 {
			what := "scenario"
			if extra.text == "could not be run" {
				what = "suite"
			}
			t.line("%s %s", count(extra.n, what), extra.text)
		}
	}
	if r.Interrupted {
		t.line("the run was interrupted")
	}
	if text := r.NothingChecked(); text != "" {
		t.line("%s", text)
	}
}

func (s *Summary) headline() string {
	return fmt.Sprintf("%s, %s, %s", count(s.Suites, "suite"), count(s.Scenarios.Total, "scenario"), countsText(s.Checks))
}

func countsText(c Counts) string {
	text := fmt.Sprintf("%s: %d passed", count(c.Total, "check"), c.Passed)
	if c.Failed > 0 {
		text += fmt.Sprintf(", %d failed", c.Failed)
	}
	if c.Errors > 0 {
		text += fmt.Sprintf(", %s", count(c.Errors, "error"))
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func statusWord(s Status) string {
	return map[Status]string{Passed: "ok", Failed: "FAIL", Errored: "ERROR", Skipped: "skip"}[s]
}
