package inventory

import (
	"maps"
	"slices"

	"iamsim/model"
)

// Documents returns every policy document that the snapshot holds, each once
// per use, in a fixed order; the built-in ones are among them where they are attached.
func (s *Snapshot) Documents() []*model.Policy {
	var list []*model.Policy
	seen := map[*model.Policy]bool{nil: true}
	s.eachDocument(func(p *model.Policy) {
		if !seen[p] {
			seen[p] = true
			list = append(list, p)
		}
	})
	return list
}

func (s *Snapshot) eachDocument(add func(*model.Policy)) {
	for m := range s.Policies() {
		for _, kind := range slices.Sorted(maps.Keys(m.documents)) {
			add(m.documents[kind])
		}
	}
	for p := range s.Principals() {
		add(p.Trust)
		add(p.BoundaryPolicy)
		for _, inline := range p.Inline {
			add(inline)
		}
	}
	for g := range s.Groups() {
		for _, inline := range g.Inline {
			add(inline)
		}
	}
	for r := range s.Resources() {
		add(r.Policy)
	}
	for v := range s.Endpoints() {
		add(v.Policy)
	}
	for _, n := range s.nodes() {
		for _, p := range slices.Concat(n.ServiceControlPolicies, n.ResourceControlPolicies) {
			add(p)
		}
	}
}

// nodes lists the levels of the organization from the root down.
func (s *Snapshot) nodes() []*Node {
	var list []*Node
	var walk func(*Node)
	walk = func(n *Node) {
		list = append(list, n)
		for _, child := range n.Children {
			walk(child)
		}
	}
	if organization := s.Organization(); organization != nil && organization.Root != nil {
		walk(organization.Root)
	}
	return list
}

// WithDocuments returns the snapshot with some of its documents replaced,
// wherever they stand; the snapshot itself stays as it is. What replaces a
// document must be of its kind.
func (s *Snapshot) WithDocuments(replaced map[*model.Policy]*model.Policy) *Snapshot {
	return s.edited(func(e *editor) {
		e.document = func(p *model.Policy) *model.Policy {
			if other, ok := replaced[p]; ok {
				return other
			}
			return p
		}
	})
}

// Layer is a policy that stands somewhere to limit or to grant without being
// one of a principal's own: a permissions boundary, the policy of a resource or
// of an endpoint, or an SCP or RCP at a level of the organization.
type Layer struct {
	Kind   model.PolicyKind
	Policy *model.Policy
	// Holder is the ARN of the resource, the id of the endpoint or of the level;
	// empty for a boundary, which stands for all who have it.
	Holder string
}

// Layers lists the layers of the snapshot in a fixed order. Built-in policies are left out.
func (s *Snapshot) Layers() []Layer {
	var list []Layer
	seen := map[*model.Policy]bool{nil: true}
	for p := range s.Principals() {
		if boundary := s.boundaryOf(p); !seen[boundary] {
			seen[boundary] = true
			list = append(list, Layer{model.PermissionsBoundary, boundary, ""})
		}
	}
	for r := range s.Resources() {
		if r.Policy != nil {
			list = append(list, Layer{r.Policy.Kind, r.Policy, r.ARN})
		}
	}
	for v := range s.Endpoints() {
		if v.Policy != nil {
			list = append(list, Layer{v.Policy.Kind, v.Policy, v.ID})
		}
	}
	for _, n := range s.nodes() {
		for _, p := range slices.Concat(n.ServiceControlPolicies, n.ResourceControlPolicies) {
			if p != FullAWSAccess() {
				list = append(list, Layer{p.Kind, p, n.ID})
			}
		}
	}
	return list
}

// boundaryOf returns the document of a principal's boundary; nil where it has none that was read.
func (s *Snapshot) boundaryOf(p *Principal) *model.Policy {
	if p.BoundaryPolicy != nil {
		return p.BoundaryPolicy
	}
	if m, ok := s.Policy(p.Boundary); ok && p.Boundary != "" {
		return m.Document(model.PermissionsBoundary)
	}
	return nil
}

// WithoutLayer returns the snapshot without a layer that Layers lists; the
// snapshot itself stays as it is.
func (s *Snapshot) WithoutLayer(l Layer) *Snapshot {
	return s.edited(func(e *editor) { e.dropped = l })
}

// editor makes changed rows. Rows that it does not change keep their place.
type editor struct {
	from     *Snapshot
	tables   *store
	document func(*model.Policy) *model.Policy
	dropped  Layer
}

func (s *Snapshot) edited(how func(*editor)) *Snapshot {
	db := s.db.Snapshot()
	e := &editor{from: s, tables: newStore(db.Txn(true)), document: func(p *model.Policy) *model.Policy { return p }}
	e.tables.trackChanges()
	how(e)
	e.managed()
	e.principals()
	e.others()
	e.organization()
	e.tables.commit()
	other := newSnapshot(db)
	other.base, other.changes = s, e.tables.changes()
	return other
}

// list returns a list with its documents replaced; the same list where none is.
func (e *editor) list(policies []*model.Policy) []*model.Policy {
	for i, p := range policies {
		if e.document(p) != p {
			changed := slices.Clone(policies)
			for j := i; j < len(changed); j++ {
				changed[j] = e.document(changed[j])
			}
			return changed
		}
	}
	return policies
}

func (e *editor) managed() {
	for m := range e.from.Policies() {
		changed := *m
		changed.documents = map[model.PolicyKind]*model.Policy{}
		differs := false
		for kind, p := range m.documents {
			changed.documents[kind] = e.document(p)
			differs = differs || changed.documents[kind] != p
		}
		if differs {
			e.tables.policies.put(&changed)
		}
	}
}

func (e *editor) principals() {
	drops := e.dropped.Kind == model.PermissionsBoundary && e.dropped.Policy != nil
	for p := range e.from.Principals() {
		trust, boundary, inline := e.document(p.Trust), e.document(p.BoundaryPolicy), e.list(p.Inline)
		dropped := drops && e.from.boundaryOf(p) == e.dropped.Policy
		if trust == p.Trust && boundary == p.BoundaryPolicy && same(inline, p.Inline) && !dropped {
			continue
		}
		changed := *p
		changed.Trust, changed.BoundaryPolicy, changed.Inline = trust, boundary, inline
		if dropped {
			changed.Boundary, changed.BoundaryPolicy = "", nil
		}
		e.tables.principals.put(&changed)
	}
	for g := range e.from.Groups() {
		if inline := e.list(g.Inline); !same(inline, g.Inline) {
			changed := *g
			changed.Inline = inline
			e.tables.groups.put(&changed)
		}
	}
}

// same tells whether list returned what it was given.
func same(a, b []*model.Policy) bool { return len(a) == 0 || &a[0] == &b[0] }

func (e *editor) others() {
	for r := range e.from.Resources() {
		policy := e.document(r.Policy)
		if r.Policy != nil && r.Policy == e.dropped.Policy && r.ARN == e.dropped.Holder {
			policy = nil
		}
		if policy != r.Policy {
			changed := *r
			changed.Policy = policy
			e.tables.resources.put(&changed)
		}
	}
	for v := range e.from.Endpoints() {
		policy := e.document(v.Policy)
		if v.Policy != nil && v.Policy == e.dropped.Policy && v.ID == e.dropped.Holder {
			policy = nil
		}
		if policy != v.Policy {
			changed := *v
			changed.Policy = policy
			e.tables.endpoints.put(&changed)
		}
	}
}

// organization copies the tree where one of its lists changes.
func (e *editor) organization() {
	differs := false
	for _, n := range e.from.nodes() {
		scps, rcps := e.level(n)
		differs = differs || !slices.Equal(scps, n.ServiceControlPolicies) || !slices.Equal(rcps, n.ResourceControlPolicies)
	}
	if !differs {
		return
	}
	b := &builder{}
	t := b.copyTree(e.from.Organization())
	for _, n := range t.nodes {
		scps, rcps := e.level(n)
		n.serviceControl = e.attachments(n, n.serviceControl, n.ServiceControlPolicies)
		n.resourceControl = e.attachments(n, n.resourceControl, n.ResourceControlPolicies)
		n.ServiceControlPolicies, n.ResourceControlPolicies = scps, rcps
	}
	e.tables.organizations.put(&organizationRow{organization: t.organization, nodes: t.nodes})
}

// level returns the two lists of a node as they become. A list of SCPs that
// loses its last one is empty, not missing: nothing is allowed there (E30).
func (e *editor) level(n *Node) (scps, rcps []*model.Policy) {
	of := func(policies []*model.Policy) []*model.Policy {
		list := make([]*model.Policy, 0, len(policies))
		for _, p := range policies {
			if p != e.dropped.Policy || n.ID != e.dropped.Holder {
				list = append(list, e.document(p))
			}
		}
		return list
	}
	return of(n.ServiceControlPolicies), of(n.ResourceControlPolicies)
}

// attachments are what the documents of a node's list come from, in the same order.
func (e *editor) attachments(n *Node, list []attachment, documents []*model.Policy) []attachment {
	var changed []attachment
	for i, a := range list {
		if i < len(documents) && documents[i] == e.dropped.Policy && n.ID == e.dropped.Holder {
			continue
		}
		a.policy = e.document(a.policy)
		changed = append(changed, a)
	}
	return changed
}
