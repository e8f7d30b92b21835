package chain

import (
	"fmt"

	"iamsim/conditions"
	"iamsim/model"
)

// makers finds out whether a session that a chain would start with can exist:
// whether somebody who is let in by the role's trust policy can pass what it must have.
type makers struct {
	known map[string]bool
	// under are the sessions whose makers are being looked for: none makes itself.
	under map[string]bool
}

// canBeMade reports whether some call returns a session of a role that has
// what is needed and nothing besides at which a policy looks. A session of which nothing is needed is taken as given, and
// so is one of a role of which nothing was read.
func (f *finder) canBeMade(role int32, needs *sessionNeeds) bool {
	if needs.empty() || role < 0 || f.g.trusts[role] == nil {
		return true
	}
	if needs.name == anyName {
		unnamed := *needs
		unnamed.name = ""
		return f.canBeMade(role, &unnamed)
	}
	m := &f.makers
	if m.known == nil {
		m.known, m.under = map[string]bool{}, map[string]bool{}
	}
	key := fmt.Sprintf("%d %q %q %q", role, needs.name, needs.sourceIdentity, needs.provider)
	for _, tag := range sorted(needs.tags) {
		key += fmt.Sprintf(" %q=%q", conditions.FoldKey(tag), needs.tags[tag])
	}
	if made, ok := m.known[key]; ok || m.under[key] {
		return made
	}
	m.under[key] = true
	made := f.someoneMakes(role, needs)
	delete(m.under, key)
	// What failed while other sessions were looked for may have failed for want of them.
	if made || len(m.under) == 0 {
		m.known[key] = made
	}
	return made
}

func (f *finder) someoneMakes(role int32, needs *sessionNeeds) bool {
	g := f.g
	if v := g.self(role); v != nil && v.passable() && f.makes(role, role, needs) {
		return true
	}
	for _, e := range g.enter(role) {
		if !e.verdict.passable() {
			continue
		}
		made, looked := false, false
		g.members(e, role, func(n int32) {
			// The members of a class stand alike.
			if !looked {
				made, looked = f.makes(n, role, needs), true
			}
		})
		if made {
			return true
		}
	}
	return false
}

// makes reports whether a principal can get the session.
func (f *finder) makes(n, role int32, needs *sessionNeeds) bool {
	g := f.g
	callers := []caller{g.caller(n)}
	switch of := &g.nodes[n]; {
	case needs.provider != "" && needs.provider != of.name:
		return false
	case of.kind == AccountNode || of.kind == AnyoneNode:
		callers = g.many(n, role, g.statements(n, role))
	}
	for _, c := range callers[:min(len(callers), maxMany)] {
		s := g.hopSolver(start{}, n, role, c)
		s.base = Hop{}.merged(needs)
		made := false
		try := func(chosen []slot, values []conditions.Value) bool {
			if f.trials++; f.trials > maxCallTrials {
				f.giveUp("the sessions of %s could have been made in more ways than could be tried", g.nodes[role].name)
				return false
			}
			has, h := s.needs(chosen, values), s.hop(chosen, values)
			w := s.walk(has)
			allowed, _, _ := w.allows(h)
			made = allowed && w.identityAfter(&h) == needs.sourceIdentity && !f.looksAtMore(role, &h, needs) && f.canBeMade(n, has)
			return !made
		}
		if try(nil, nil) {
			combinations(s.slots(), try)
		}
		if made {
			return true
		}
	}
	return false
}

// looksAtMore reports whether a call passes a tag beside those needed at which
// a policy looks in sessions of the role.
func (f *finder) looksAtMore(role int32, h *Hop, needs *sessionNeeds) bool {
	if len(h.Tags) == len(needs.tags) {
		return false
	}
	q, err := f.g.engine.Prepare(f.g.caller(role).getIdentity())
	if err != nil {
		return true
	}
	for key := range h.Tags {
		if _, state := q.Context().Lookup(principalTag + key); state != conditions.NotSupplied && !hasTag(needs.tags, conditions.FoldKey(key)) {
			return true
		}
	}
	return false
}

// getIdentity is a request in which every tag of the caller that policies look at is settled.
func (c caller) getIdentity() model.Request {
	r := c.request
	r.Action, r.Resource = "sts:GetCallerIdentity", "*"
	return r
}
