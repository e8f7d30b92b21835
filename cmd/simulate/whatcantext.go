package main

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/eval/access"
	"iamsim/internal/printable"
)

// whatCanJSON is the JSON form of `what-can` (docs/json.md).
type whatCanJSON struct {
	Principal string `json:"principal"`
	Account   string `json:"account,omitempty"`
	// Resource is what was asked about; empty where everything was.
	Resource    string          `json:"resource,omitempty"`
	Parts       []whatCanPart   `json:"parts"`
	Always      []access.Region `json:"always,omitempty"`
	Assumptions []string        `json:"assumptions,omitempty"`
	Inputs      []string        `json:"inputs"`
	ExitCode    int             `json:"exitCode"`
}

type whatCanPart struct {
	Resource string          `json:"resource,omitempty"`
	Below    bool            `json:"below"`
	Account  string          `json:"account,omitempty"`
	FarSide  bool            `json:"farSide,omitempty"`
	Allows   []access.Region `json:"allows"`
	Denies   []access.Region `json:"denies"`
}

func (w *whatCanAnswer) json() whatCanJSON {
	out := whatCanJSON{
		Principal: w.access.Principal, Account: w.access.Account, Resource: w.resource, Parts: []whatCanPart{},
		Always: w.access.Always, Assumptions: w.access.Assumptions, Inputs: w.flags.files.list, ExitCode: w.exitCode(),
	}
	for _, p := range w.access.Parts {
		out.Parts = append(out.Parts, whatCanPart{
			Resource: p.Resource, Below: p.Below, Account: p.Account, FarSide: p.FarSide,
			Allows: append([]access.Region{}, p.Allows...), Denies: append([]access.Region{}, p.Denies...),
		})
	}
	return out
}

func (a *app) whatCanText(w *whatCanAnswer) string {
	var b strings.Builder
	for i, p := range w.access.Parts {
		if i > 0 {
			b.WriteString("\n")
		}
		a.writeWhatCanPart(&b, w.access.Principal, p)
	}
	if len(w.access.Parts) == 0 {
		b.WriteString(a.paint(red, printable.Text(w.access.Principal+" may do nothing")) + "\n")
	}
	rows := &rows{}
	for _, r := range w.access.Always {
		rows.add("always", strings.Join(r.Actions().Any, ", ")+", which no policy can refuse")
	}
	for _, text := range w.access.Assumptions {
		rows.add("assumed", text)
	}
	if len(rows.list) > 0 {
		b.WriteString("\n")
		a.table(&b, "", rows.list)
	}
	return b.String()
}

// whatCanAbout says what resources a part is about.
func whatCanAbout(p *access.Part) string {
	switch {
	case p.Resource == "":
		return "on resources of account " + p.Account + " without a policy of their own"
	case p.Below:
		return "on " + p.Resource + " and what lies below it"
	}
	return "on " + p.Resource
}

func (a *app) writeWhatCanPart(b *strings.Builder, principal string, p *access.Part) {
	if len(p.Allows) == 0 {
		b.WriteString(a.paint(red, printable.Text(principal+" may do nothing "+whatCanAbout(p))) + "\n")
		return
	}
	title := principal + " may, " + whatCanAbout(p)
	if p.FarSide {
		title += ", if account " + p.Account + " allows it"
	}
	b.WriteString(a.paint(green, printable.Text(title)) + "\n")
	a.table(b, "  ", whatCanTable(p.Allows))
	policies := slices.DeleteFunc(slices.Clone(p.Denies), isRuling)
	if len(policies) > 0 {
		b.WriteString(a.paint(red, "but not") + "\n")
		a.table(b, "  ", whatCanTable(policies))
	}
	rows := &rows{}
	seen := map[string]bool{}
	for _, r := range p.Denies {
		if number, text := r.Rule(); number != "" && !seen[number+text] {
			seen[number+text] = true
			rows.add("nor", text+" (rule "+number+")")
		}
	}
	a.table(b, "", rows.list)
}

func isRuling(r access.Region) bool {
	number, _ := r.Rule()
	return number != ""
}

// whatCanTable shows regions, each in as many lines as its longest column.
func whatCanTable(list []access.Region) [][]cell {
	out := [][]cell{header("actions", "resources", "if", "by")}
	for _, r := range list {
		columns := [][]string{patternLines(r.Actions()), patternLines(r.Resources()), conditionLines(r.Conditions()), nil}
		for _, s := range r.Statements() {
			columns[3] = append(columns[3], stemPlace(s))
		}
		lines := 0
		for _, c := range columns {
			lines = max(lines, len(c))
		}
		for i := range lines {
			row := make([]string, len(columns))
			for j, c := range columns {
				if i < len(c) {
					row[j] = c[i]
				}
			}
			out = append(out, cells(row...))
		}
	}
	return out
}

func patternLines(p access.Patterns) []string {
	out := slices.Clone(p.Any)
	for _, list := range p.And {
		out = append(out, "and "+strings.Join(list, ", "))
	}
	for _, text := range p.Not {
		out = append(out, "but not "+text)
	}
	return out
}

func conditionLines(list []access.Condition) []string {
	var out []string
	for _, c := range list {
		quoted := make([]string, len(c.Values))
		for i, v := range c.Values {
			quoted[i] = fmt.Sprintf("%q", v)
		}
		out = append(out, c.Operator+" "+c.Key+": "+strings.Join(quoted, ", "))
	}
	return out
}

// stemPlace names a statement in few words: its policy, its Sid or number, and where it stands.
func stemPlace(s eval.StatementRef) string {
	name := fmt.Sprintf("statement %d", s.Index)
	if s.Sid != "" {
		name = s.Sid
	}
	text := s.Policy + " " + name
	if at := s.Position().String(); at != "" {
		text += " " + at
	}
	return text
}

func whatCanLoss(l access.Loss) string {
	about := "left out"
	if l.Region.Effect() == "Deny" {
		about = "denied more"
	}
	var stems []string
	for _, s := range l.Region.Statements() {
		stems = append(stems, s.String())
	}
	return printable.Text(about + ": " + strings.Join(append(stems, l.Why), ": "))
}

func whatCanLeftOut(n int) string {
	if n == 1 {
		return "1 resource is"
	}
	return fmt.Sprintf("%d resources are", n)
}
