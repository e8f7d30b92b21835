package scenarios

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"iamsim/eval"
	"iamsim/internal/printable"
	"iamsim/model"
)

// WriteGitHub writes the report as workflow commands of GitHub Actions, which
// shows them at the lines of the files: an error at every check that did not
// pass, a notice at each statement that decided it or would have but for one
// element, errors at the changed lines of snapshots, and warnings at what no
// scenario tests. The summary stands behind them as text.
func (r *Report) WriteGitHub(w io.Writer) error {
	g := &githubWriter{out: bufio.NewWriter(w), noticed: map[string]bool{}}
	for i := range r.Suites {
		g.suite(&r.Suites[i])
	}
	for i := range r.Snapshots {
		g.snapshot(&r.Snapshots[i])
	}
	if r.Coverage != nil {
		g.coverage(r.Coverage)
	}
	if r.Mutation != nil {
		for i := range r.Mutation.Survivors {
			m := &r.Mutation.Survivors[i]
			g.annotate("warning", m.Position(), "no scenario notices this change", m.Change+"\n"+m.advice())
		}
	}
	t := &textWriter{out: g.out, apart: true}
	t.summary(r)
	if r.Coverage != nil {
		t.line("coverage: %s", r.Coverage.headline())
	}
	if r.Mutation != nil {
		t.line("mutants: %s", r.Mutation.headline())
	}
	return g.out.Flush()
}

type githubWriter struct {
	out *bufio.Writer
	// noticed keeps statements from being told of twice.
	noticed map[string]bool
}

// annotate writes one command. A place without a file stands for the whole run.
func (g *githubWriter) annotate(level string, at model.Position, title, text string) {
	properties := []string{}
	if at.File != "" {
		properties = append(properties, "file="+githubProperty(at.File))
	}
	if at.Line > 0 {
		properties = append(properties, "line="+strconv.Itoa(at.Line))
	}
	if at.Column > 0 {
		properties = append(properties, "col="+strconv.Itoa(at.Column))
	}
	properties = append(properties, "title="+githubProperty(title))
	fmt.Fprintf(g.out, "::%s %s::%s\n", level, strings.Join(properties, ","), githubData(text))
}

var (
	githubDataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubPropertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// githubData escapes a message, of which the lines are kept.
func githubData(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = printable.Text(lines[i])
	}
	return githubDataEscapes.Replace(strings.Join(lines, "\n"))
}

func githubProperty(text string) string { return githubPropertyEscapes.Replace(printable.Text(text)) }

func (g *githubWriter) suite(s *SuiteResult) {
	for _, message := range s.Errors {
		g.annotate("error", model.Position{File: s.File}, "the suite cannot be run", message)
	}
	for i := range s.Scenarios {
		scenario := &s.Scenarios[i]
		for j := range scenario.Checks {
			if c := &scenario.Checks[j]; c.Status != Passed {
				g.check(scenario, c)
			}
		}
	}
}

func (g *githubWriter) check(s *ScenarioResult, c *CheckResult) {
	lines := []string{c.Action + " on " + c.Resource}
	for _, line := range failureLines(s, c) {
		lines = append(lines, line.label+": "+line.text)
	}
	g.annotate("error", s.Position(), s.Name, strings.Join(lines, "\n"))
	if c.Explanation == nil {
		return
	}
	for _, statement := range c.Explanation.Statements {
		g.statement(statement, fmt.Sprintf("%s: %s on %s", c.Answer, c.Action, c.Resource))
	}
	for _, miss := range c.Explanation.NearMisses {
		g.statement(miss.Statement, fmt.Sprintf("%s on %s: %s", c.Action, c.Resource, miss.Text))
	}
}

func (g *githubWriter) statement(s eval.StatementRef, text string) {
	key := s.Position().String() + "\x00" + text
	if s.File == "" || g.noticed[key] {
		return
	}
	g.noticed[key] = true
	g.annotate("notice", s.Position(), statementName(s.Effect, s.Sid, s.Index)+" of "+s.Policy, text)
}

func (g *githubWriter) snapshot(s *SnapshotResult) {
	for _, message := range s.Errors {
		g.annotate("error", model.Position{File: s.File}, s.headline(), message)
	}
	level := "error"
	if s.Updated {
		level = "notice"
	}
	for _, c := range s.Changes {
		g.annotate(level, model.Position{File: s.File, Line: c.Line}, c.Effect, strings.TrimSpace(strings.TrimPrefix(c.String(), c.Effect)))
	}
}

func (g *githubWriter) coverage(c *Coverage) {
	for i := range c.Files {
		for _, gap := range c.Files[i].gaps() {
			title := "a condition that no scenario tests both ways"
			if gap.statement {
				title = "a statement that decides in no scenario"
			}
			g.annotate("warning", gap.at, title, gap.text)
		}
	}
}
