package eval

import (
	"maps"
	"slices"
	"sync"

	"iamsim/model"
	"iamsim/model/inventory"
)

// maxStacked is the number of changes that may stand before one another
// before an engine is compiled afresh: each makes looking things up a little slower.
const maxStacked = 16

// Over returns an engine over another snapshot under the same options. If
// WhatIf made the snapshot from that of e, only what changed is compiled, and
// what is known of the rest is shared; otherwise documents that the two
// snapshots share, row by row, are not compiled again.
func (e *Engine) Over(s *inventory.Snapshot) (*Engine, error) {
	changes, ok := s.ChangesSince(e.snapshot)
	if !ok || e.stacked >= maxStacked {
		return e.overAll(s)
	}
	other := e.stack(s)
	all := changedDocuments(changes)
	if changes.Accounts {
		all = documents(s)
	}
	if err := other.compileUnknown(all); err != nil {
		return nil, err
	}
	if changes.Accounts {
		// Every principal belongs to an account, and every level to many.
		other.plans = newPlans(other)
	} else {
		other.plans = e.plans.over(other, changes)
	}
	return other, nil
}

// stack returns an engine that holds nothing but what e holds.
func (e *Engine) stack(s *inventory.Snapshot) *Engine {
	return &Engine{
		snapshot: s, options: e.options, quickable: e.quickable,
		policies: e.policies.over(), vocabulary: e.vocabulary, actions: e.actions,
		keys: e.keys, tagKeys: e.tagKeys, templates: e.templates, mergedStatements: e.mergedStatements, stacked: e.stacked + 1,
	}
}

// overAll compiles a snapshot anew but for the documents that e holds.
func (e *Engine) overAll(s *inventory.Snapshot) (*Engine, error) {
	other := e.stack(s)
	other.policies, other.stacked = newTable[*model.Policy, policy](), 0
	all := documents(s)
	for _, document := range all {
		if known := e.policyOf(document); known != nil {
			other.policies.set(document, known)
		}
	}
	if err := other.compileUnknown(all); err != nil {
		return nil, err
	}
	other.plans = newPlans(other)
	return other, nil
}

// compileUnknown compiles the documents that the engine does not hold. What
// was worked out from the patterns and keys of the others is kept only if
// there are no further ones.
func (e *Engine) compileUnknown(all []*model.Policy) error {
	unknown := slices.DeleteFunc(slices.Clone(all), func(d *model.Policy) bool { return e.policyOf(d) != nil })
	if len(unknown) == 0 {
		return nil
	}
	known, keys, names := e.vocabulary, e.keys, e.actions
	wider := maps.Clone(*keys)
	e.vocabulary, e.keys = newVocabulary(known), &wider
	if err := e.compile(unknown, nil); err != nil {
		return err
	}
	if e.vocabulary.next == known.next {
		e.vocabulary, e.actions = known, names
	} else {
		e.actions = &actions{}
	}
	if len(wider) == len(*keys) {
		e.keys = keys
	}
	return nil
}

// changedDocuments lists the documents of the rows that are there after changes.
func changedDocuments(c inventory.Changes) []*model.Policy {
	var l documentList
	for _, change := range c.Policies {
		l.addManaged(change.After)
	}
	for _, change := range c.Principals {
		l.addPrincipal(change.After)
	}
	for _, change := range c.Groups {
		if change.After != nil {
			l.add(change.After.Inline...)
		}
	}
	for _, change := range c.Resources {
		if change.After != nil {
			l.add(change.After.Policy)
		}
	}
	for _, change := range c.Endpoints {
		if change.After != nil {
			l.add(change.After.Policy)
		}
	}
	return l.all
}

// over returns the plans of an engine after changes that leave the accounts as they are.
func (p *plans) over(e *Engine, c inventory.Changes) *plans {
	n := *p
	n.attached, n.inverse = p.attached.over(c), &inverse{}
	stale := map[string]bool{} // principals and groups whose policies changed
	n.managed, n.groups, n.principals, n.sessions = p.managed.over(), p.groups.over(), p.principals.over(), p.sessions.over()
	for _, change := range c.Policies {
		key := rowKey(change, func(m *inventory.ManagedPolicy) string { return m.Key })
		n.managed.set(key, change.After)
		n.attached.mark(key, stale)
	}
	for _, change := range c.Groups {
		key := rowKey(change, func(g *inventory.Group) string { return g.ARN })
		n.groups.set(key, nil)
		stale[key] = true
	}
	for _, change := range c.Principals {
		stale[rowKey(change, func(p *inventory.Principal) string { return p.ARN })] = true
	}
	// A group is marked where a policy of its changed: its members have it too.
	for _, key := range sortedKeys(stale) {
		if group, ok := e.snapshot.Group(key); ok {
			n.addGroup(e, group)
			n.attached.mark(key, stale)
		}
	}
	for _, arn := range sortedKeys(stale) {
		n.replan(e, arn)
	}
	if len(c.Resources) > 0 {
		n.resources, n.lengths = newTable[string, resourcePlan](), lengths{}
		for row := range e.snapshot.Resources() {
			n.addResource(e, row)
		}
	}
	if len(c.Endpoints) > 0 {
		n.endpoints = p.endpoints.over()
		for _, change := range c.Endpoints {
			n.endpoints.set(rowKey(change, func(v *inventory.Endpoint) string { return v.ID }), nil)
			if change.After != nil {
				n.addEndpoint(e, change.After)
			}
		}
	}
	return &n
}

// replan makes the plan of a user or role anew, or drops it.
func (p *plans) replan(e *Engine, arn string) {
	old := p.principals.get(arn)
	row, ok := e.snapshot.Principal(arn)
	switch {
	case ok:
		made := &plan{}
		made.fill(e, p, row)
		p.principals.set(arn, made)
		p.addSession(e, made)
	case old != nil:
		p.principals.set(arn, nil)
		p.addSession(e, old)
	}
}

// addSession settles which role the sessions of a role's name belong to.
func (p *plans) addSession(e *Engine, of *plan) {
	name, _, ok := roleOfSession(of.caller.arn)
	if !ok {
		return
	}
	var found *plan
	if row, ok := e.snapshot.RoleByName(of.caller.account, of.caller.roleName); ok {
		found = p.principals.get(row.ARN)
	}
	p.sessions.set(name, found)
}

// rowKey returns the key of a row that was changed, added or removed.
func rowKey[T any](c inventory.Change[T], key func(*T) string) string {
	if c.After != nil {
		return key(c.After)
	}
	return key(c.Before)
}

// attachments tells what a managed policy or a group bears on: the principals
// and groups that name it, and perhaps some that did before a change.
type attachments struct {
	once     sync.Once
	snapshot *inventory.Snapshot // of which by is made when it is first asked for
	by       map[string][]string
	base     *attachments // set instead of snapshot after a change
}

// over returns the attachments after a change.
func (a *attachments) over(c inventory.Changes) *attachments {
	n := &attachments{base: a, by: map[string][]string{}}
	for _, change := range c.Principals {
		n.add(change.After)
	}
	for _, change := range c.Groups {
		n.addGroup(change.After)
	}
	return n
}

func (a *attachments) add(row *inventory.Principal) {
	if row == nil {
		return
	}
	for _, keys := range [][]string{row.Attached, row.Groups, {row.Boundary}} {
		for _, key := range keys {
			a.by[key] = append(a.by[key], row.ARN)
		}
	}
}

func (a *attachments) addGroup(row *inventory.Group) {
	if row == nil {
		return
	}
	for _, key := range row.Attached {
		a.by[key] = append(a.by[key], row.ARN)
	}
}

// mark adds what a key bears on to a set.
func (a *attachments) mark(key string, to map[string]bool) {
	if a.base != nil {
		a.base.mark(key, to)
	}
	a.once.Do(func() {
		if a.snapshot == nil {
			return
		}
		a.by = map[string][]string{}
		for row := range a.snapshot.Principals() {
			a.add(row)
		}
		for row := range a.snapshot.Groups() {
			a.addGroup(row)
		}
	})
	for _, arn := range a.by[key] {
		to[arn] = true
	}
}
