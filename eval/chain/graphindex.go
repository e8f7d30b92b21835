package chain

import (
	"slices"
	"strings"

	"iamsim/model"
)

// grants finds the classes of one account whose identity policies may allow
// to assume a role: an index of the resources of their Allow statements. What
// it leaves out cannot be allowed; what it names is for the engine to decide.
type grants struct {
	exact map[string][]int32
	// byPrefix holds patterns under what stands before their first wildcard.
	byPrefix map[string][]grant
	lengths  []int
	always   []int32
}

type grant struct {
	text  string
	class int32
}

// newGrants indexes classes of one account, given by their numbers.
func newGrants(c *classes, numbers []int32) *grants {
	g := &grants{exact: map[string][]int32{}, byPrefix: map[string][]grant{}}
	for _, n := range numbers {
		of := c.list[n]
		if of.missing {
			g.always = append(g.always, n)
			continue
		}
		for _, doc := range of.documents {
			for _, s := range doc.statements {
				if s.Effect == model.Allow && c.documents.mayMatchAction(s, AssumeRole) {
					g.add(c.documents, n, s)
				}
			}
		}
	}
	for prefix := range g.byPrefix {
		if !slices.Contains(g.lengths, len(prefix)) {
			g.lengths = append(g.lengths, len(prefix))
		}
	}
	return g
}

func (g *grants) add(d *documents, n int32, s *model.Statement) {
	if s.NotResource || !s.HasResource {
		g.always = append(g.always, n)
		return
	}
	for _, text := range s.Resources {
		folded := strings.ToLower(text)
		cut := strings.IndexAny(folded, "*?$")
		switch {
		case strings.Trim(text, "*") == "":
			g.always = append(g.always, n)
		case cut < 0 && strings.Count(text, ":") >= 5:
			g.exact[folded] = append(g.exact[folded], n)
		default:
			if cut < 0 {
				cut = len(folded)
			}
			d.mayHold(text, "") // compiles the pattern
			g.byPrefix[folded[:cut]] = append(g.byPrefix[folded[:cut]], grant{text, n})
		}
	}
}

// candidates returns the classes that may be allowed, sorted.
func (g *grants) candidates(d *documents, role string) []int32 {
	folded := strings.ToLower(role)
	out := append(slices.Clone(g.always), g.exact[folded]...)
	for _, length := range g.lengths {
		if length > len(folded) {
			continue
		}
		for _, one := range g.byPrefix[folded[:length]] {
			if d.mayHold(one.text, role) {
				out = append(out, one.class)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
