package main

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/eval/chain"
	"iamsim/internal/printable"
	"iamsim/model"
)

// drawing is the chains of an answer as one graph, each edge once.
type drawing struct {
	nodes  []string
	number map[string]int
	edges  []drawnEdge
	// notes are comments: what the picture does not show.
	notes []string
}

type drawnEdge struct {
	from, to int
	label    string
	dashed   bool
}

// drawing collects nodes and edges in the order of the chains.
func (c *chainsAnswer) drawing() *drawing {
	d := &drawing{number: map[string]int{}}
	for _, one := range c.Chains {
		d.node(one.From)
		for i, hop := range one.Hops {
			edge := hop.Edge
			if i == 0 {
				edge.Supply = append(slices.Clone(one.Start), edge.Supply...)
			}
			d.edge(edge, hop.DependsOn)
		}
	}
	for _, e := range c.Edges {
		d.edge(e, nil)
	}
	for _, cut := range c.Cut {
		d.notes = append(d.notes, "cut: "+cut)
	}
	for _, open := range c.Unanswered {
		d.notes = append(d.notes, "unanswered: "+open.From+" -> "+open.To)
	}
	for _, gap := range c.Gaps {
		d.notes = append(d.notes, "refused: "+gap.Refused.Principal+" -> "+gap.Refused.Resource)
	}
	return d
}

func (d *drawing) node(name string) int {
	n, ok := d.number[name]
	if !ok {
		n = len(d.nodes)
		d.number[name] = n
		d.nodes = append(d.nodes, name)
	}
	return n
}

func (d *drawing) edge(e chain.Edge, dependsOn []string) {
	one := drawnEdge{from: d.node(e.From), to: d.node(e.To), label: supplyText(e.Supply), dashed: e.Kind != chain.Always || e.FarSide}
	if len(dependsOn) > 0 {
		one.label = strings.TrimPrefix(one.label+", depends on "+strings.Join(dependsOn, ", "), ", ")
	}
	if e.FarSide {
		one.label = strings.TrimPrefix(one.label+", if the other account allows it", ", ")
	}
	for _, known := range d.edges {
		if known == one {
			return
		}
	}
	d.edges = append(d.edges, one)
}

// labels are the lines of a node: what it is called, and its account.
func labels(name string) []string {
	arn, err := model.ParseARN(name)
	switch {
	case err == nil:
		return []string{arn.Resource, arn.Account}
	case name == "*":
		return []string{"anyone with credentials"}
	case model.IsAccountID(name):
		return []string{"whoever the account allows", name}
	}
	return []string{name}
}

// mermaid writes a flowchart, as pull requests render it.
func (d *drawing) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, note := range d.notes {
		b.WriteString("  %% " + commentText(note) + "\n")
	}
	for i, name := range d.nodes {
		fmt.Fprintf(&b, "  n%d[\"%s\"]\n", i, mermaidText(strings.Join(labels(name), "\n")))
	}
	for _, e := range d.edges {
		arrow := "-->"
		if e.dashed {
			arrow = "-.->"
		}
		if e.label != "" {
			arrow += "|\"" + mermaidText(e.label) + "\"|"
		}
		fmt.Fprintf(&b, "  n%d %s n%d\n", e.from, arrow, e.to)
	}
	return b.String()
}

// mermaidText escapes what Mermaid would read as its own.
func mermaidText(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.NewReplacer("#", "#35;", "&", "#amp;", "\"", "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;").Replace(printable.Text(lines[i]))
	}
	return strings.Join(lines, "<br/>")
}

// commentText keeps a note on its line.
func commentText(text string) string {
	return strings.Join(strings.Fields(printable.Text(text)), " ")
}

// dot writes a graph for Graphviz.
func (d *drawing) dot() string {
	var b strings.Builder
	b.WriteString("digraph chains {\n  rankdir=LR;\n  node [shape=box];\n")
	for _, note := range d.notes {
		b.WriteString("  // " + commentText(note) + "\n")
	}
	for i, name := range d.nodes {
		fmt.Fprintf(&b, "  n%d [label=\"%s\"];\n", i, dotText(strings.Join(labels(name), "\n")))
	}
	for _, e := range d.edges {
		style := "solid"
		if e.dashed {
			style = "dashed"
		}
		fmt.Fprintf(&b, "  n%d -> n%d [style=%s, label=\"%s\"];\n", e.from, e.to, style, dotText(e.label))
	}
	b.WriteString("}\n")
	return b.String()
}

func dotText(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable.Text(lines[i]))
	}
	return strings.Join(lines, `\n`)
}
