package main

import (
	"fmt"
	"strings"

	"iamsim/eval"
	"iamsim/internal/printable"
	"iamsim/model"
)

// whoCanText is the answer for people: a line with the numbers, and each
// principal with the statements that allow it.
func (a *app) whoCanText(w *whoCanJSON) string {
	var b strings.Builder
	style := green
	if w.ExitCode != exitYes {
		style = red
	}
	where := w.Resource
	if w.ResourceAccount != "" {
		where += " (account " + w.ResourceAccount + ")"
	}
	b.WriteString(printable.Text(w.Action+" on "+where+": ") + a.paint(style, whoVerdict(w)) + "\n")
	for i := range w.Grants {
		a.writeGrant(&b, &w.Grants[i])
	}
	rest := &rows{}
	for _, text := range w.Assumptions {
		rest.add("assumes", text)
	}
	for _, text := range w.Notes {
		rest.add("note", text)
	}
	if len(rest.list) > 0 {
		b.WriteString("\n")
		a.table(&b, "", rest.list)
	}
	return b.String()
}

// whoVerdict counts the principals.
func whoVerdict(w *whoCanJSON) string {
	counts := map[string]int{}
	for i := range w.Grants {
		counts[w.Grants[i].Can]++
	}
	var parts []string
	if n := counts[canAlways]; n > 0 || counts[canDepends] == 0 {
		parts = append(parts, "nobody can")
		if n > 0 {
			parts[0] = count(n, "principal") + " can"
		}
	}
	if n := counts[canDepends]; n > 0 {
		parts = append(parts, count(n, "principal")+" can, depending on keys that are not supplied")
	}
	if n := counts[unanswered]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d unanswered", n))
	}
	return strings.Join(parts, "; ")
}

// writeGrant writes one principal.
func (a *app) writeGrant(b *strings.Builder, g *grantJSON) {
	b.WriteString("\n" + a.paint(bold, printable.Text(grantee(g))) + "\n")
	list := &rows{}
	switch g.Can {
	case unanswered:
		list.add(unanswered, g.Unanswered)
	case canDepends:
		word := "denied without"
		if g.Answer == eval.Allowed.String() {
			word = "allowed without"
		}
		list.add("depends on", strings.Join(g.DependsOn, ", ")+" ("+word+")")
	}
	if g.FarSide {
		list.add("assumes", g.far+", of which nothing was read, allows it")
	}
	for i := range g.Statements {
		s := &g.Statements[i]
		list.add("statement", s.String())
		word := "only if "
		if s.Effect == model.Deny.String() {
			word = "unless "
		}
		for n, condition := range s.Conditions {
			if n > 0 {
				word = "and "
			}
			list.list = append(list.list, cells("", "  "+word+condition))
		}
	}
	if len(g.Statements) == 0 && g.Reason != "" {
		list.add("reason", g.Reason)
	}
	a.table(b, "  ", list.list)
}

// grantee names a principal, and says what it is where its name does not.
func grantee(g *grantJSON) string {
	switch g.Kind {
	case eval.GranteeNobody:
		return "* (anonymous callers)"
	case eval.GranteeAnyone:
		return g.Principal + " (whoever an account that is not known lets)"
	case eval.GranteeAccount:
		return g.Principal + " (whoever this account lets)"
	}
	return g.Principal
}
