package inventory

// Changes are the rows that WhatIf changed.
type Changes struct {
	Principals []Change[Principal]
	Groups     []Change[Group]
	Policies   []Change[ManagedPolicy]
	Resources  []Change[Resource]
	Endpoints  []Change[Endpoint]
	// Accounts is set where the organization changed, or what is known of
	// which account.
	Accounts bool
}

// Change is one row: Before is nil if it was added, After if it was removed.
type Change[T any] struct{ Before, After *T }

// ChangesSince returns what WhatIf changed between base and s; ok is false if
// s was not made from base by WhatIf, once or several times. A row that was
// changed more than once is listed as often.
func (s *Snapshot) ChangesSince(base *Snapshot) (c Changes, ok bool) {
	var steps []*Snapshot
	for s != base {
		if s.base == nil {
			return c, false
		}
		steps = append(steps, s)
		s = s.base
	}
	for i := len(steps) - 1; i >= 0; i-- {
		c.add(steps[i])
	}
	return c, true
}

func (c *Changes) add(s *Snapshot) {
	for _, change := range s.changes {
		switch change.Table {
		case principalsTable:
			c.Principals = append(c.Principals, changed[Principal](change.Before, change.After))
		case groupsTable:
			c.Groups = append(c.Groups, changed[Group](change.Before, change.After))
		case policiesTable:
			c.Policies = append(c.Policies, changed[ManagedPolicy](change.Before, change.After))
		case resourcesTable:
			c.Resources = append(c.Resources, changed[Resource](change.Before, change.After))
		case endpointsTable:
			c.Endpoints = append(c.Endpoints, changed[Endpoint](change.Before, change.After))
		case organizationTable:
			c.Accounts = true
		case accountsTable:
			before, _ := change.Before.(*accountRow)
			after, _ := change.After.(*accountRow)
			c.Accounts = c.Accounts || before.known() != after.known()
		}
	}
}

// known reports whether the account owns a declared entity.
func (r *accountRow) known() bool { return r != nil && r.owns > 0 }

func changed[T any](before, after any) Change[T] {
	b, _ := before.(*T)
	a, _ := after.(*T)
	return Change[T]{Before: b, After: a}
}
