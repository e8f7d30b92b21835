package diff

import (
	"slices"
	"strings"

	"iamsim/model"
	"iamsim/model/inventory"
)

// documentsOf spells the policies that a principal is subject to.
func (s *shared) documentsOf(side int, p *inventory.Principal) string {
	snapshot := s.sides[side].Engine.Snapshot()
	numbers := map[int]bool{}
	var missing []string
	attached := func(arns []string) {
		for _, arn := range arns {
			m, ok := snapshot.Policy(arn)
			if !ok || m.Document(model.IdentityPolicy) == nil {
				missing = append(missing, arn)
				continue
			}
			numbers[int(s.contents.document(m.Document(model.IdentityPolicy)))] = true
		}
	}
	inline := func(list []*model.Policy) {
		for _, d := range list {
			numbers[int(s.contents.document(d))] = true
		}
	}
	inline(p.Inline)
	attached(p.Attached)
	for _, arn := range p.Groups {
		g, ok := snapshot.Group(arn)
		if !ok {
			missing = append(missing, arn)
			continue
		}
		inline(g.Inline)
		attached(g.Attached)
	}
	sorted := make([]int, 0, len(numbers))
	for n := range numbers {
		sorted = append(sorted, n)
	}
	slices.Sort(sorted)
	var b strings.Builder
	for _, n := range sorted {
		b.WriteString(number(n) + " ")
	}
	if p.HasBoundary() {
		b.WriteString("|")
		if p.BoundaryPolicy != nil {
			b.WriteString(number(int(s.contents.document(p.BoundaryPolicy))))
		} else if m, ok := snapshot.Policy(p.Boundary); ok && m.Document(model.PermissionsBoundary) != nil {
			b.WriteString(number(int(s.contents.document(m.Document(model.PermissionsBoundary)))))
		} else {
			missing = append(missing, p.Boundary)
		}
	}
	slices.Sort(missing)
	b.WriteString(strings.Join(missing, " "))
	return b.String()
}

// documents lists every policy of a snapshot.
func documents(s *inventory.Snapshot) []*model.Policy {
	var out []*model.Policy
	for m := range s.Policies() {
		out = append(out, m.Document(model.IdentityPolicy), m.Document(model.PermissionsBoundary), m.Document(model.ServiceControlPolicy), m.Document(model.ResourceControlPolicy))
	}
	for p := range s.Principals() {
		out = append(append(out, p.Trust, p.BoundaryPolicy), p.Inline...)
	}
	for g := range s.Groups() {
		out = append(out, g.Inline...)
	}
	for r := range s.Resources() {
		out = append(out, r.Policy)
	}
	for e := range s.Endpoints() {
		out = append(out, e.Policy)
	}
	if org := s.Organization(); org != nil {
		var walk func(n *inventory.Node)
		walk = func(n *inventory.Node) {
			if n == nil {
				return
			}
			out = append(append(out, n.ServiceControlPolicies...), n.ResourceControlPolicies...)
			for _, child := range n.Children {
				walk(child)
			}
		}
		walk(org.Root)
	}
	return out
}
