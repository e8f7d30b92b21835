package eval_test

import (
	"slices"
)

// shrinkings are the ways to make a world and a request smaller. Each makes one
// change and returns what takes it back, or nil if there is nothing to change.
func shrinkings(w *refWorld, q *refRequest) []func() (undo func()) {
	s := &shrinker{}
	for _, field := range alternatives(&w.options) {
		set(s, field, false)
	}
	set(s, &w.org, nil)
	list(s, &w.endpoints)
	list(s, &w.resources)
	list(s, &w.users)
	list(s, &w.roles)
	list(s, &w.groups)
	list(s, &w.managed)
	list(s, &w.providers)
	list(s, &q.context)
	list(s, &q.sessionPolicies)
	list(s, &q.sessionARNs)
	set(s, &q.session, nil)
	for _, i := range slices.Concat(w.users, w.roles, w.groups) {
		list(s, &i.inline)
		list(s, &i.attached)
		list(s, &i.groups)
		if i.boundary != nil {
			s.boundary(i)
		}
		s.document(i.boundary)
		s.document(i.trust)
		set(s, &i.id, "")
		tags := i.tags
		if tags != nil {
			s.add(func() func() { i.tags = nil; return func() { i.tags = tags } })
		}
		for _, d := range i.inline {
			s.document(d)
		}
	}
	for _, r := range w.resources {
		set(s, &r.policy, nil)
		s.document(r.policy)
		list(s, &r.grants)
		tags := r.tags
		if tags != nil {
			s.add(func() func() { r.tags = nil; return func() { r.tags = tags } })
		}
	}
	for _, e := range w.endpoints {
		set(s, &e.policy, nil)
		s.document(e.policy)
		set(s, &e.service, "")
	}
	for _, m := range w.managed {
		s.document(m.doc)
	}
	for _, d := range q.sessionPolicies {
		s.document(d)
	}
	if w.org != nil {
		for _, n := range w.org.root.all() {
			list(s, &n.children)
			list(s, &n.scps)
			list(s, &n.rcps)
			for _, c := range slices.Concat(n.scps, n.rcps) {
				s.document(c.doc)
			}
		}
	}
	return s.changes
}

type shrinker struct{ changes []func() func() }

func (s *shrinker) add(change func() func()) { s.changes = append(s.changes, change) }

func (s *shrinker) boundary(i *refIdentity) {
	s.add(func() func() {
		doc, arn := i.boundary, i.boundaryARN
		i.boundary, i.boundaryARN = nil, ""
		return func() { i.boundary, i.boundaryARN = doc, arn }
	})
}

func (s *shrinker) document(d *refDoc) {
	if d == nil {
		return
	}
	list(s, &d.stmts)
	for _, st := range d.stmts {
		list(s, &st.cond)
		list(s, &st.actions)
		list(s, &st.resources)
		for i := range st.cond {
			list(s, &st.cond[i].values)
		}
		if st.principals != nil && len(st.principals.entries) > 1 {
			list(s, &st.principals.entries)
		}
	}
}

// set tries another value.
func set[T comparable](s *shrinker, at *T, value T) {
	s.add(func() func() {
		old := *at
		if old == value {
			return nil
		}
		*at = value
		return func() { *at = old }
	})
}

// list tries to drop each element.
func list[T any](s *shrinker, at *[]T) {
	for i := len(*at) - 1; i >= 0; i-- {
		s.add(func() func() {
			old := *at
			if i >= len(old) {
				return nil
			}
			*at = slices.Delete(slices.Clone(old), i, i+1)
			return func() { *at = old }
		})
	}
}
