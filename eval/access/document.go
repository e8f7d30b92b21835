package access

import (
	"fmt"
	"slices"

	"iamsim/eval"
)

// Document is a policy document of Version 2012-10-17.
type Document struct {
	Version   string      `json:"Version"`
	Statement []Statement `json:"Statement"`
}

// Statement is one statement of a Document. One of Action and NotAction is
// set, and one of Resource and NotResource. Condition maps operators to keys
// to values.
type Statement struct {
	Effect      string                         `json:"Effect"`
	Action      []string                       `json:"Action,omitempty"`
	NotAction   []string                       `json:"NotAction,omitempty"`
	Resource    []string                       `json:"Resource,omitempty"`
	NotResource []string                       `json:"NotResource,omitempty"`
	Condition   map[string]map[string][]string `json:"Condition,omitempty"`
}

// InexactError says that no policy document grants exactly what a part allows.
type InexactError struct {
	// Lost are the regions that the document leaves out or cuts too far, and why.
	Lost []Loss
}

// Loss is a region that could not be written down.
type Loss struct {
	Region Region
	Why    string
}

// Error names the first loss.
func (e *InexactError) Error() string {
	first := e.Lost[0]
	text := "no policy document grants exactly this: "
	if len(first.Region.stems) > 0 {
		text += first.Region.stems[0].String() + ": "
	}
	text += first.Why
	if more := len(e.Lost) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// maxSwitched bounds the layers that may be written as Denies of what they do not allow.
const maxSwitched = 6

// Policy returns one identity policy that, as the only policy of the
// principal, allows what the part allows on its resources: no boundary,
// session policy, SCP or RCP besides, and no policy of the resource.
//
// Each region that is allowed is an Allow, each that is denied a Deny. Where
// patterns cannot be intersected in one statement, the limiting layer is
// written as Denies of all that it does not allow, or what a statement allows
// too much is denied, if that takes nothing from others. Where no way is exact
// the error is an *InexactError, and the document grants less than the part,
// never more.
func (p *Part) Policy() (*Document, error) {
	var best *synthesis
	for _, switched := range p.subsets() {
		s, ok := p.synthesize(switched)
		if !ok {
			continue
		}
		if len(s.lost) == 0 {
			return s.document(), nil
		}
		if best == nil {
			best = s
		}
	}
	return best.document(), &InexactError{Lost: best.lost}
}

// limiting lists the layers that every way of the part has in common and that
// do limit: only such a layer can be written as Denies. Each is told by its
// place in the first way of the first class.
func (p *Part) limiting() []layer {
	var out []layer
	for _, candidate := range p.classes[0].firstWay() {
		common := !candidate.everything
		for _, c := range p.classes {
			for _, w := range c.ways {
				common = common && slices.ContainsFunc(w, candidate.same)
			}
		}
		grants := candidate.kind == eval.IdentityPolicyType || candidate.kind == eval.ResourcePolicyType || candidate.kind == eval.KMSGrantType
		if common && !grants && len(out) < maxSwitched {
			out = append(out, candidate)
		}
	}
	return out
}

func (c *class) firstWay() way {
	if len(c.ways) == 0 {
		return nil
	}
	return c.ways[0]
}

// same reports whether two layers are the same one, perhaps of two classes.
func (l layer) same(o layer) bool {
	if l.kind != o.kind || l.level != o.level || l.everything != o.everything || len(l.allows) != len(o.allows) {
		return false
	}
	for i := range l.allows {
		if !slices.Equal(l.allows[i].stems, o.allows[i].stems) {
			return false
		}
	}
	return true
}

// subsets lists the choices of layers to write as Denies, the smaller first.
func (p *Part) subsets() [][]layer {
	all := p.limiting()
	out := [][]layer{nil}
	for _, l := range all {
		for _, s := range slices.Clone(out) {
			out = append(out, append(slices.Clone(s), l))
		}
	}
	slices.SortStableFunc(out, func(a, b []layer) int { return len(a) - len(b) })
	return out
}
