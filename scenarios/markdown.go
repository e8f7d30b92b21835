package scenarios

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"

	"iamsim/internal/printable"
)

// WriteMarkdown writes a summary for a pull request, in GitHub's Markdown:
// what snapshots tell to be opened or closed first, then what failed, at most
// maxRows of each; the rest and what is told at length is folded.
func (r *Report) WriteMarkdown(w io.Writer) error {
	m := &markdownWriter{out: bufio.NewWriter(w)}
	m.line("### Access policies: %s", r.verdict())
	m.line("")
	m.line("%s", r.Summary.headline())
	if text := r.NothingChecked(); text != "" {
		m.line("")
		m.line("%s", markdownText(text))
	}
	for i := range r.Snapshots {
		m.snapshot(&r.Snapshots[i])
	}
	m.failures(r)
	if c := r.Coverage; c != nil {
		m.folded("Coverage: "+c.headline(), c.lines()[1:])
	}
	if c := r.Mutation; c != nil {
		m.folded("Mutants: "+c.headline(), c.lines()[1:])
	}
	return m.out.Flush()
}

// verdict is the report in a word or two.
func (r *Report) verdict() string {
	return [...]string{"all hold", "some do not hold", "some could not be checked"}[r.ExitCode()]
}

// maxRows is how much of a table is not folded: a screen with what stands around it.
const maxRows = 15

type markdownWriter struct{ out *bufio.Writer }

func (m *markdownWriter) line(format string, args ...any) { fmt.Fprintf(m.out, format+"\n", args...) }

// table writes rows under a head; what goes beyond maxRows is folded.
func (m *markdownWriter) table(head []string, rows [][]string) {
	write := func(rows [][]string) {
		m.line("")
		m.line("| %s |", strings.Join(head, " | "))
		m.line("|%s", strings.Repeat(" --- |", len(head)))
		for _, row := range rows {
			m.line("| %s |", strings.Join(row, " | "))
		}
	}
	write(rows[:min(len(rows), maxRows)])
	if len(rows) <= maxRows {
		return
	}
	m.line("")
	m.line("<details><summary>%d more</summary>", len(rows)-maxRows)
	write(rows[maxRows:])
	m.line("")
	m.line("</details>")
}

// folded writes a headline that opens to lines; the headline alone where there are none.
func (m *markdownWriter) folded(headline string, lines []string) {
	m.line("")
	if len(lines) == 0 {
		m.line("%s", markdownText(headline))
		return
	}
	// Within a line of HTML nothing is Markdown.
	m.line("<details><summary>%s</summary>", html.EscapeString(printable.Text(headline)))
	m.line("")
	m.code(lines)
	m.line("")
	m.line("</details>")
}

// code writes lines as they are, in a fence that none of them ends.
func (m *markdownWriter) code(lines []string) {
	fence := "```"
	for _, line := range lines {
		for strings.Contains(line, fence) {
			fence += "`"
		}
	}
	m.line("%s", fence)
	for _, line := range lines {
		m.line("%s", line)
	}
	m.line("%s", fence)
}

func (m *markdownWriter) failures(r *Report) {
	var rows [][]string
	var details []string
	for i := range r.Suites {
		s := &r.Suites[i]
		for _, message := range s.Errors {
			rows = append(rows, []string{markdownCode(s.File), "", "", "cannot be run", markdownText(message)})
		}
		for j := range s.Scenarios {
			scenario := &s.Scenarios[j]
			for k := range scenario.Checks {
				c := &scenario.Checks[k]
				if c.Status == Passed {
					continue
				}
				rows = append(rows, []string{
					markdownText(scenario.Name) + " (" + markdownCode(scenario.Position().String()) + ")",
					markdownCode(c.Action), markdownCode(c.Resource), markdownText(scenario.Expected.String()), markdownText(got(c)),
				})
				details = append(details, printable.Text(scenario.Position().String())+": "+printable.Text(c.Action+" on "+c.Resource))
				for _, line := range failureLines(scenario, c) {
					details = append(details, fmt.Sprintf("  %-10s %s", line.label, line.text))
				}
			}
		}
	}
	if len(rows) > 0 {
		m.table([]string{"scenario", "action", "resource", "expected", "got"}, rows)
	}
	if len(details) > 0 {
		m.folded("Why", details)
	}
}

func (m *markdownWriter) snapshot(s *SnapshotResult) {
	m.line("")
	m.line("%s: %s", markdownCode(s.File), markdownText(s.headline()))
	for _, message := range s.Errors {
		m.line("- %s", markdownText(message))
	}
	if len(s.Changes) == 0 {
		return
	}
	var rows [][]string
	for _, effect := range []string{"opened", "closed", "changed"} {
		for _, c := range s.Changes {
			if c.Effect == effect {
				rows = append(rows, []string{
					"**" + c.Effect + "**", markdownCode(c.Principal), markdownCode(c.Action), markdownCode(c.Resource),
					markdownText(orNotAsked(c.Old)), markdownText(orNotAsked(c.New)),
				})
			}
		}
	}
	m.table([]string{"", "principal", "action", "resource", "before", "after"}, rows)
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "@", "&#64;", "#", `\#`,
)

// markdownText makes text that says nothing to Markdown, and calls nobody.
func markdownText(text string) string { return markdownEscapes.Replace(printable.Text(text)) }

// markdownCode makes a code span that a table may hold.
func markdownCode(text string) string {
	text = printable.Text(text)
	if text == "" {
		return ""
	}
	ticks := "`"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	// Within a table a bar ends the cell even in code.
	text = strings.ReplaceAll(text, "|", `\|`)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + text + ticks
}
