package inventory

// Changes are the rows that WhatIf, or another change of a snapshot, changed.
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

// ChangesSince returns what changed between base and s; ok is false if s was
// not made from base by WhatIf, WithDocuments or WithoutLayer, once or several
// times. A row that was changed more than once is listed as often.
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
		c.add(&steps[i].changes)
	}
	return c, true
}

func (c *Changes) add(step *Changes) {
	c.Principals = append(c.Principals, step.Principals...)
	c.Groups = append(c.Groups, step.Groups...)
	c.Policies = append(c.Policies, step.Policies...)
	c.Resources = append(c.Resources, step.Resources...)
	c.Endpoints = append(c.Endpoints, step.Endpoints...)
	c.Accounts = c.Accounts || step.Accounts
}

// changes returns what was committed in place of something else.
func (s *store) changes() Changes {
	c := Changes{
		Principals: s.principals.changes,
		Groups:     s.groups.changes,
		Policies:   s.policies.changes,
		Resources:  s.resources.changes,
		Endpoints:  s.endpoints.changes,
		Accounts:   len(s.organizations.changes) > 0,
	}
	for _, change := range s.accounts.changes {
		c.Accounts = c.Accounts || change.Before.known() != change.After.known()
	}
	return c
}

// known reports whether the account owns a declared entity.
func (r *accountRow) known() bool { return r != nil && r.owns > 0 }
