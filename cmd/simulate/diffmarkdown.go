package main

import (
	"fmt"
	"strings"

	"iamsim/internal/printable"
)

// tableRows bounds the table of the summary, which is to fit a screen.
const tableRows = 15

// markdown is the report for a pull request: a table, the details folded.
func (r *diffReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### Access changes\n\n%s\n\n", markdownText(r.sentence()))
	r.markdownTable(&b)
	if len(r.Scenarios) > 0 {
		b.WriteString("#### Scenarios that change their answer\n\n| Scenario | Request | Before | After | |\n|---|---|---|---|---|\n")
		for i := range r.Scenarios {
			s := &r.Scenarios[i]
			holds := "holds"
			if !s.Holds {
				holds = "**expects " + s.Expect + "**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", markdownText(s.Suite+"/"+s.Scenario), code(s.Principal+" "+s.Action+" "+s.Resource), s.Before, s.After, holds)
		}
		b.WriteString("\n")
	}
	if len(r.Inconclusive)+len(r.Faults) > 0 {
		b.WriteString("> [!WARNING]\n> The search was not finished: what follows may differ without being told here.\n")
		for _, gap := range r.Inconclusive {
			fmt.Fprintf(&b, "> - %s\n", markdownText(gap.String()))
		}
		for _, fault := range r.Faults {
			fmt.Fprintf(&b, "> - fault of the program: %s\n", markdownText(fault))
		}
		b.WriteString("\n")
	}
	if len(r.Changes) > 0 {
		r.markdownDetails(&b)
	}
	return b.String()
}

func (r *diffReport) markdownTable(b *strings.Builder) {
	if len(r.Changes) == 0 {
		return
	}
	b.WriteString("| | Principal | Actions | Resources | Scenario |\n|---|---|---|---|---|\n")
	rows, left := 0, 0
	for i := range r.Changes {
		change := &r.Changes[i]
		for k := range change.Regions {
			region := &change.Regions[k]
			if rows == tableRows {
				left++
				continue
			}
			rows++
			where := "any"
			if len(region.Resources) > 0 {
				where = code(strings.Join(region.Resources, " and "))
			}
			if len(region.NotResources) > 0 {
				where += " but not " + code(several(region.NotResources))
			}
			covered := strings.Join(region.Covered, ", ")
			if covered == "" && r.Summary.suites {
				covered = "none"
			}
			fmt.Fprintf(b, "| **%s** | %s | %s | %s | %s |\n", region.Direction, code(members(change.Principals)), code(region.what()), where, markdownText(covered))
		}
	}
	if left > 0 {
		fmt.Fprintf(b, "\n%s more in the details.\n", count(left, "region"))
	}
	b.WriteString("\n")
}

func (r *diffReport) markdownDetails(b *strings.Builder) {
	b.WriteString("<details><summary>Details</summary>\n\n")
	for i := range r.Changes {
		change := &r.Changes[i]
		fmt.Fprintf(b, "**%s**\n\n", markdownText(members(change.Principals)))
		for k := range change.Regions {
			region := &change.Regions[k]
			fmt.Fprintf(b, "- %s %s\n", region.Direction, code(region.what()))
			for _, line := range region.limits() {
				fmt.Fprintf(b, "  - %s\n", code(line))
			}
			for w := range region.Witnesses {
				witness := &region.Witnesses[w]
				fmt.Fprintf(b, "  - such as %s\n    - old: %s\n    - new: %s\n", code(witness.request()), markdownText(witness.Old.String()), markdownText(witness.New.String()))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("</details>\n")
}

// markdownText is text that Markdown and its tables leave as it is.
func markdownText(text string) string {
	text = printable.Text(text)
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>#|!~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is text in backquotes.
func code(text string) string {
	text = strings.ReplaceAll(printable.Text(text), "|", "\\|")
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

// github is the report as annotations of GitHub Actions, at the statements
// that make the difference.
func (r *diffReport) github() string {
	var b strings.Builder
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		level := "notice"
		if !s.Holds {
			level = "error"
		}
		annotation(&b, level, s.Position.File, s.Position.Line, "scenario changes its answer", fmt.Sprintf("%s: %s %s on %s was %s and is %s", s.Scenario, s.Principal, s.Action, s.Resource, s.Before, s.After))
	}
	for i := range r.Changes {
		change := &r.Changes[i]
		for k := range change.Regions {
			region := &change.Regions[k]
			level := "warning"
			if region.Direction == "closed" {
				level = "notice"
			}
			text := members(change.Principals) + ": " + region.what()
			for _, line := range append(region.limits(), region.examples()...) {
				text += "\n" + line
			}
			annotation(&b, level, region.place.File, region.place.Line, "access "+region.Direction, text)
		}
	}
	for _, gap := range r.Inconclusive {
		annotation(&b, "error", "", 0, "comparison inconclusive", gap.String())
	}
	for _, fault := range r.Faults {
		annotation(&b, "error", "", 0, "fault of the program", fault)
	}
	b.WriteString(r.sentence() + "\n")
	return b.String()
}

func (r *diffRegion) examples() []string {
	var out []string
	for i := range r.Witnesses {
		out = append(out, "such as "+r.Witnesses[i].request())
	}
	return out
}

// annotation writes a workflow command. Its values have an escaping of their own.
func annotation(b *strings.Builder, level, file string, line int, title, message string) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	b.WriteString("::" + level + " ")
	if file != "" {
		b.WriteString("file=" + property.Replace(file) + ",")
		if line > 0 {
			fmt.Fprintf(b, "line=%d,", line)
		}
	}
	b.WriteString("title=" + property.Replace(title) + "::" + data.Replace(message) + "\n")
}
