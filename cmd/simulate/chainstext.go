package main

import (
	"fmt"
	"strings"

	"iamsim/eval/chain"
	"iamsim/internal/printable"
)

// writeChains writes the answer in the form that was asked for.
func (a *app) writeChains(c *chainsAnswer) error {
	c.Answer = map[int]string{exitYes: "found", exitNo: "none", exitUnusable: unanswered}[c.ExitCode]
	switch c.flags.output.value {
	case "json":
		return a.outputText(jsonText(c.chainsJSON))
	case "dot":
		return a.outputText(c.drawing().dot())
	case "mermaid":
		return a.outputText(c.drawing().mermaid())
	}
	var b strings.Builder
	a.writeChainsText(&b, c)
	return a.outputText(b.String())
}

func (a *app) writeChainsText(b *strings.Builder, c *chainsAnswer) {
	b.WriteString(c.verdict(a) + "\n")
	if len(c.Chains) > 0 {
		b.WriteString("\n")
		a.writeTree(b, c)
	}
	if len(c.Edges) > 0 {
		b.WriteString("\n")
		list := [][]cell{header("from", "to", "when", "needs")}
		for _, e := range c.Edges {
			list = append(list, cells(e.From, e.To, e.Kind.String(), supplyText(e.Supply)+farText(e)))
		}
		a.table(b, "", list)
	}
	for _, gap := range c.Gaps {
		b.WriteString("\n")
		a.writeGap(b, gap)
	}
	rows := &rows{}
	for _, e := range c.Unanswered {
		rows.add("open", e.From+" to "+e.To+": "+e.Why)
	}
	for _, text := range c.Cut {
		rows.add("cut", text)
	}
	if len(rows.list) > 0 {
		b.WriteString("\n")
		a.table(b, "", rows.list)
	}
}

func (c *chainsAnswer) verdict(a *app) string {
	what := "chain"
	if c.flags.cycles {
		what = "cycle"
	}
	about := c.about()
	switch {
	case len(c.Edges) > 0:
		return a.paint(green, count(len(c.Edges), "hop")+" between accounts")
	case c.ExitCode == exitYes:
		return a.paint(green, printable.Text(count(len(c.Chains), what)+about))
	case !c.flags.cycles && !c.flags.from.set && !c.flags.to.set:
		what, about = "hop between accounts", ""
	}
	if c.ExitCode == exitUnusable {
		return a.paint(yellow, printable.Text("no "+what+about+" was found, but not everything could be decided"))
	}
	return a.paint(red, printable.Text("no "+what+about))
}

// about is the question in words.
func (c *chainsAnswer) about() string {
	f, about := c.flags, ""
	from, to := " from ", " to "
	if f.cycles {
		from, to = " within reach of ", " through "
	}
	if f.from.set {
		about += from + f.from.text
	}
	if f.to.set {
		about += to + f.to.text
	}
	if f.action.set {
		about += " that may do " + f.action.text
		if f.resource.set {
			about += " on " + f.resource.text
		}
	}
	if f.cycles && f.cross {
		about += " between accounts"
	}
	return about
}

// branch is one principal of the tree of chains that begin alike.
type branch struct {
	key      string
	hop      *foundHop
	chain    *foundChain // of a root and of an end
	end      bool
	children []*branch
}

func (b *branch) child(key string) *branch {
	for _, one := range b.children {
		if one.key == key {
			return one
		}
	}
	one := &branch{key: key}
	b.children = append(b.children, one)
	return one
}

// writeTree writes chains that begin with the same hops as one tree.
func (a *app) writeTree(b *strings.Builder, c *chainsAnswer) {
	root := &branch{}
	for i := range c.Chains {
		one := &c.Chains[i]
		at := root.child(one.From + supplyText(one.Start))
		at.chain = one
		for j := range one.Hops {
			hop := &one.Hops[j]
			at = at.child(hop.To + supplyText(hop.Supply))
			at.hop = hop
		}
		at.end, at.chain = true, one
	}
	for i, start := range root.children {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(a.paint(bold, printable.Text(start.chain.From)))
		if kind := start.chain.FromKind; kind > chain.RoleNode {
			b.WriteString(" (" + kindText(kind) + ")")
		}
		b.WriteString("\n")
		a.detail(b, "", start.children, startLabel(start.chain.Start), supplyText(start.chain.Start))
		if start.end && start.chain.Final != nil {
			a.detail(b, "", start.children, "then", start.chain.Final.Headline)
		}
		a.writeBranches(b, "", start.children)
	}
}

// startLabel heads what the start of a chain must be like.
func startLabel(list []chain.Supply) string {
	if len(list) > 0 && list[0].Place == chain.OfCaller {
		return "who is"
	}
	return "the session has"
}

func kindText(k chain.NodeKind) string {
	return map[chain.NodeKind]string{
		chain.ServiceNode: "service", chain.ProviderNode: "identity provider", chain.ForeignNode: "of an account of which nothing was read",
		chain.AccountNode: "whoever this account allows", chain.AnyoneNode: "whoever has credentials of any account",
	}[k]
}

func (a *app) writeBranches(b *strings.Builder, indent string, list []*branch) {
	for i, one := range list {
		mark, below := "├─ ", "│  "
		if i == len(list)-1 {
			mark, below = "└─ ", "   "
		}
		call := strings.TrimPrefix(one.hop.Action, "sts:")
		b.WriteString(indent + mark + call + " " + a.paint(bold, printable.Text(one.hop.To)) + "\n")
		under := indent + below
		a.detail(b, under, one.children, "needs", supplyText(one.hop.Supply))
		a.detail(b, under, one.children, "depends", strings.Join(one.hop.DependsOn, ", "))
		if one.hop.FarSide {
			a.detail(b, under, one.children, "if", "the other account allows it")
		}
		if one.hop.Partial {
			a.detail(b, under, one.children, "note", "there were too many values to try them all")
		}
		for _, s := range one.hop.Trust {
			a.detail(b, under, one.children, "trust", s.String())
		}
		for _, s := range one.hop.Identity {
			a.detail(b, under, one.children, "identity", s.String())
		}
		if !one.hop.IdentityNeeded {
			a.detail(b, under, one.children, "identity", "no policy of the caller is needed")
		}
		if one.end && one.chain.Final != nil {
			a.detail(b, under, one.children, "then", one.chain.Final.Headline)
		}
		a.writeBranches(b, under, one.children)
	}
}

func (a *app) detail(b *strings.Builder, indent string, children []*branch, label, text string) {
	if text == "" {
		return
	}
	line := "   "
	if len(children) > 0 {
		line = "│  "
	}
	b.WriteString(indent + line + a.paint(dim, fmt.Sprintf("%-8s", label)) + " " + printable.Text(text) + "\n")
}

// supplyText lists what a hop needs in one line.
func supplyText(list []chain.Supply) string {
	var parts []string
	for _, s := range list {
		text := s.Key + "=" + strings.Join(s.Values, ",")
		switch s.Place {
		case chain.OfSession:
			text += " (of the caller's session)"
		case chain.OfCaller:
			text += " (of the caller)"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func farText(e chain.Edge) string {
	if !e.FarSide {
		return ""
	}
	if len(e.Supply) > 0 {
		return "; the other account's permission"
	}
	return "the other account's permission"
}

// writeGap writes a hop that is refused, and what would mend it.
func (a *app) writeGap(b *strings.Builder, g chain.Gap) {
	rows := &rows{}
	from, to := g.Before[len(g.Before)-1], g.After[0]
	b.WriteString(a.paint(bold, printable.Text("nearest: "+from+" cannot assume "+to)) + "\n")
	if len(g.Before) > 1 {
		rows.add("before", strings.Join(g.Before, " -> "))
	}
	if len(g.After) > 1 {
		rows.add("after", strings.Join(g.After, " -> "))
	}
	for _, cause := range g.Refused.Causes {
		rows.add("reason", cause.Reason+": "+cause.Text)
	}
	rows.nearMisses(g.Refused, false)
	a.table(b, "  ", rows.list)
}
