package main

import (
	"fmt"
	"strings"

	"iamsim/eval"
	"iamsim/internal/printable"
)

// writeDiff writes the report as text: first the scenarios that change their
// answer, then what the change opened and closed.
func (a *app) writeDiff(b *strings.Builder, r *diffReport) {
	a.writeChangedScenarios(b, r)
	for i := range r.Changes {
		change := &r.Changes[i]
		fmt.Fprintf(b, "%s\n", a.paint(bold, printable.Text(members(change.Principals))))
		for k := range change.Regions {
			a.writeRegion(b, r, &change.Regions[k])
		}
		b.WriteString("\n")
	}
	for _, gap := range r.Inconclusive {
		fmt.Fprintf(b, "%s %s\n", a.paint(yellow, "inconclusive:"), printable.Text(gap.String()))
	}
	for _, fault := range r.Faults {
		fmt.Fprintf(b, "%s %s\n", a.paint(red, "fault of the program:"), printable.Text(fault))
	}
	fmt.Fprintf(b, "%s\n", r.sentence())
}

func (a *app) writeChangedScenarios(b *strings.Builder, r *diffReport) {
	if len(r.Scenarios) == 0 {
		return
	}
	fmt.Fprintf(b, "%s\n", a.paint(bold, "scenarios that change their answer"))
	var rows [][]cell
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		mark := cell{"still holds", green}
		if !s.Holds {
			mark = cell{"expects " + s.Expect, red}
		}
		rows = append(rows, []cell{{s.Suite + "/" + s.Scenario, plain}, {s.Principal + " " + s.Action + " " + s.Resource, plain}, {s.Before + " -> " + s.After, plain}, mark})
	}
	a.table(b, "  ", rows)
	b.WriteString("\n")
}

// members names the principals of a group.
func members(principals []string) string {
	if len(principals) == 1 {
		return principals[0]
	}
	return fmt.Sprintf("%s and %d more", principals[0], len(principals)-1)
}

func (a *app) writeRegion(b *strings.Builder, r *diffReport, region *diffRegion) {
	style := red
	if region.Direction == "closed" {
		style = green
	}
	fmt.Fprintf(b, "  %s %s\n", a.paint(style, region.Direction), printable.Text(region.what()))
	for _, line := range region.limits() {
		fmt.Fprintf(b, "      %s\n", printable.Text(line))
	}
	for i := range region.Witnesses {
		w := &region.Witnesses[i]
		fmt.Fprintf(b, "      such as %s\n", printable.Text(w.request()))
		fmt.Fprintf(b, "        old: %s\n", printable.Text(w.Old.String()))
		fmt.Fprintf(b, "        new: %s\n", printable.Text(w.New.String()))
	}
	switch {
	case len(region.Covered) > 0:
		fmt.Fprintf(b, "      shown by %s\n", printable.Text(strings.Join(region.Covered, ", ")))
	case r.Summary.suites:
		fmt.Fprintf(b, "      %s\n", a.paint(yellow, "no scenario shows it"))
	}
}

// what names the actions of a region.
func (r *diffRegion) what() string {
	text := several(r.Actions)
	if len(r.Except) > 0 {
		text += " except " + several(r.Except)
	}
	if r.Latent {
		text += " (no action of that name is known)"
	}
	return text
}

// several lists texts, the first ones where there are many.
func several(list []string) string {
	const most = 12
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
}

// limits tell on what and when.
func (r *diffRegion) limits() []string {
	var out []string
	where := ""
	if len(r.Resources) > 0 {
		where = "on " + strings.Join(r.Resources, " and ")
	}
	if len(r.NotResources) > 0 {
		if where == "" {
			where = "on any resource"
		}
		where += " but not " + several(r.NotResources)
	}
	if where != "" {
		out = append(out, where)
	}
	for _, c := range r.Conditions {
		side, text, _ := strings.Cut(c, " ")
		out = append(out, "where, in the "+side+" policies, "+text)
	}
	return out
}

// request is the witness in one line.
func (w *diffWitness) request() string {
	text := w.Principal + " " + w.Action + " on " + w.Resource
	var with []string
	for _, key := range w.Context {
		if key.Absent {
			with = append(with, "no "+key.Key)
		} else {
			with = append(with, key.Key+" = "+strings.Join(key.Values, ", "))
		}
	}
	if len(with) > 0 {
		text += " with " + strings.Join(with, "; ")
	}
	return text
}

// String is the answer with the statements that decide it.
func (x diffAnswer) String() string {
	text := x.Answer
	if x.Reason != "" {
		text += " (" + x.Reason + ")"
	}
	for i, s := range x.Statements {
		if i == 2 {
			return text + fmt.Sprintf(", and %d more", len(x.Statements)-i)
		}
		text += ", " + decidingStatement(s)
	}
	return text
}

// decidingStatement names a statement and where it stands.
func decidingStatement(s eval.StatementRef) string {
	text := s.Policy
	if s.Sid != "" {
		text += " " + s.Sid
	}
	if s.File != "" {
		text += fmt.Sprintf(" (%s:%d)", s.File, s.Line)
	}
	return text
}

// String names the gap.
func (g diffGap) String() string {
	if g.Principal == "" {
		return g.Reason
	}
	return g.Principal + ": " + g.Reason
}

// sentence sums the report up.
func (r *diffReport) sentence() string {
	s := &r.Summary
	var text string
	switch {
	case s.Opened+s.Closed > 0:
		text = fmt.Sprintf("%d opened, %d closed, for %s", s.Opened, s.Closed, count(s.Principals, "principal"))
	case len(r.Inconclusive) > 0 || len(r.Faults) > 0:
		text = "nothing found, but the search was not finished"
	default:
		text = "no difference"
	}
	text += fmt.Sprintf("; %d compared, %d untouched by the change", s.Compared, s.Unchanged)
	if s.suites {
		text += fmt.Sprintf("; %s asked, %d change their answer, %d of the regions shown by none", count(s.Asked, "check"), len(r.Scenarios), s.Uncovered)
	}
	return text
}
