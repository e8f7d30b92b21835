package eval

import "unsafe"

// Footprint tells how much an engine made of policies, and what memory that takes.
type Footprint struct {
	// Documents are the policy documents of the inventory, Distinct those of
	// different content: each is compiled once.
	Documents, Distinct int
	// Statements are those of the distinct documents.
	Statements int
	// IndexBytes is what the compiled statements take: nodes, postings, the
	// headers of texts that the documents hold, and compiled principals.
	IndexBytes int
	// Principals are the users and roles; PlanBytes is what is kept for them:
	// who is subject to which policies.
	Principals, PlanBytes int
}

// Footprint returns the footprint of what was compiled for the engine; of an
// engine made by Over, of the changes.
func (e *Engine) Footprint() Footprint {
	var f Footprint
	seen := map[*compiled]bool{}
	for _, p := range e.policies.own {
		f.Documents++
		if p == nil || seen[p.compiled] {
			continue
		}
		seen[p.compiled] = true
		f.Distinct++
		f.Statements += len(p.source.Statements)
		f.IndexBytes += int(unsafe.Sizeof(*p.compiled))
		if p.principals == nil {
			continue
		}
		f.IndexBytes += int(unsafe.Sizeof(*p.principals)) + cap(*p.principals)*int(unsafe.Sizeof((*principals)(nil)))
		for _, list := range *p.principals {
			if list != nil {
				f.IndexBytes += int(unsafe.Sizeof(*list)) + cap(list.entries)*int(unsafe.Sizeof(principalEntry{}))
			}
		}
	}
	for _, x := range e.indexes {
		f.IndexBytes += x.bytes()
	}
	for _, p := range e.plans.principals.own {
		if p == nil {
			continue
		}
		f.Principals++
		f.PlanBytes += int(unsafe.Sizeof(*p)) + (cap(p.identity.policies)+cap(p.boundary.policies))*int(unsafe.Sizeof((*policy)(nil)))
		if p.caller.kind == callerRoleSession {
			f.PlanBytes += len(p.caller.arn)
		}
	}
	return f
}

// bytes is what the arrays of an index take; of templates their own size alone.
func (x *index) bytes() int {
	var (
		text     string
		template = int(unsafe.Sizeof(*resourcePattern{}.template))
	)
	total := cap(x.nodes)*int(unsafe.Sizeof(node{})) + cap(x.heads) + cap(x.posts)*int(unsafe.Sizeof(posting{})) +
		(cap(x.texts)+cap(x.tails))*int(unsafe.Sizeof(text)) + cap(x.owners)*int(unsafe.Sizeof(uint16(0)))
	for i := range x.patterns {
		total += int(unsafe.Sizeof(x.patterns[i])) + template
	}
	for i := range x.negated {
		total += int(unsafe.Sizeof(x.negated[i])) + cap(x.negated[i].listed)*int(unsafe.Sizeof(uint32(0)))
	}
	return total
}
