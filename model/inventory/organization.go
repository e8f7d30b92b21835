package inventory

import (
	"fmt"
	"slices"

	"iamsim/internal/source"
	"iamsim/model"
)

// attachment is an SCP or RCP at a level of an organization.
type attachment struct {
	// key is that of a ManagedPolicy, or the name of a policy given inline.
	key string
	// policy is the document of an inline or built-in policy; nil for a
	// ManagedPolicy, whose document is looked up.
	policy *model.Policy
}

// tree is an organization while it is changed.
type tree struct {
	*builder
	organization *Organization
	nodes        map[string]*Node
	// placed are the nodes that the input being read has named, and where.
	placed map[string]model.Position
}

// copyTree returns an organization that may be changed, with copies of all nodes.
func (b *builder) copyTree(from *Organization) *tree {
	t := &tree{builder: b, organization: &Organization{}, nodes: map[string]*Node{}}
	if from != nil {
		*t.organization = *from
		t.organization.Root = t.copyNode(from.Root, nil)
	}
	return t
}

func (t *tree) copyNode(from, parent *Node) *Node {
	node := *from
	node.Parent = parent
	node.Children = make([]*Node, len(from.Children))
	for i, child := range from.Children {
		node.Children[i] = t.copyNode(child, &node)
	}
	t.nodes[node.ID] = &node
	return &node
}

// organization writes or changes the organization.
func (b *builder) organization(e entry) {
	stored := b.view.Organization()
	if e.node.Kind == source.Null {
		if stored != nil {
			b.organizations.delete(organizationKey)
		}
		return
	}
	t := b.copyTree(stored)
	if stored == nil {
		t.organization.Position = e.position
		b.require(e.node, organizationShape)
	}
	t.placed = map[string]model.Position{}
	b.changeText(e.node, "id", &t.organization.ID)
	b.changeText(e.node, "managementAccount", &t.organization.ManagementAccount)
	b.change(e.node, "root", t.root, func() {})
	b.tree = t
}

// root changes the root, or makes it.
func (t *tree) root(n *source.Node) {
	id := t.text(n.Get("id"))
	node := t.organization.Root
	switch {
	case node == nil:
		t.require(n, rootShape)
		node = t.newNode(n, Root, id)
		t.organization.Root = node
	case id != "" && id != node.ID:
		t.fault(n.Get("id"), "conflicting-fields",
			fmt.Sprintf("the organization's root is %s, declared at %s", quote(node.ID), node.Position), "")
	}
	t.place(node, n)
	t.level(node, n)
}

func (t *tree) newNode(n *source.Node, kind NodeKind, id string) *Node {
	node := &Node{
		Position: n.Position(), Kind: kind, ID: id,
		serviceControl: []attachment{{key: fullAWSAccessName, policy: FullAWSAccess()}},
	}
	if id != "" {
		t.nodes[id] = node
	}
	return node
}

// place notes that the input names a node; a second time is an error.
func (t *tree) place(node *Node, n *source.Node) bool {
	if earlier, again := t.placed[node.ID]; again && node.ID != "" {
		t.report(n.Position(), "duplicate-declaration",
			fmt.Sprintf("%s stands twice in the organization; first at %s", quote(node.ID), earlier), "")
		return false
	}
	t.placed[node.ID] = n.Position()
	return true
}

// level reads what the root, an organizational unit or an account has: its
// name, its policies and what stands below it.
func (t *tree) level(node *Node, n *source.Node) {
	t.changeText(n, "name", &node.Name)
	t.change(n, "serviceControlPolicies", func(v *source.Node) {
		node.serviceControl = t.attach(t.base(node), v, model.ServiceControlPolicy)
	}, func() { node.serviceControl = []attachment{{key: fullAWSAccessName, policy: FullAWSAccess()}} })
	t.change(n, "resourceControlPolicies", func(v *source.Node) {
		node.resourceControl = t.attach(node.resourceControl, v, model.ResourceControlPolicy)
	}, func() { node.resourceControl = nil })
	for _, item := range t.items(n.Get("accounts")) {
		t.child(node, item, AccountNode, accountShape.or)
	}
	for _, item := range t.items(n.Get("organizationalUnits")) {
		t.child(node, item, OrganizationalUnit, unitShape)
	}
}

// base returns what a list of SCPs adds to: nothing at a node that is made by
// this transaction, whose FullAWSAccess the list replaces.
func (t *tree) base(node *Node) []attachment {
	if node.ServiceControlPolicies == nil {
		return nil
	}
	return node.serviceControl
}

// child reads a node below another one.
func (t *tree) child(parent *Node, n *source.Node, kind NodeKind, s *shape) {
	idNode := n
	if n.Kind == source.Object {
		idNode = n.Get("id")
	}
	id := t.text(idNode)
	node, exists := t.nodes[id]
	switch {
	case !exists || id == "":
		if n.Kind == source.Object {
			t.require(n, s)
		}
		node = t.newNode(n, kind, id)
		t.hang(node, parent)
	case node.Parent != parent && t.placed[id] == (model.Position{}):
		t.move(node, parent)
	}
	if t.place(node, n) && n.Kind == source.Object {
		t.level(node, n)
	}
}

func (t *tree) hang(node, parent *Node) {
	node.Parent = parent
	parent.Children = append(parent.Children, node)
}

// move hangs a node elsewhere. The tree stays one: the parent and all levels
// above it were placed by this input, and a placed node is not moved.
func (t *tree) move(node, parent *Node) {
	node.Parent.Children = slices.DeleteFunc(node.Parent.Children, func(c *Node) bool { return c == node })
	t.hang(node, parent)
}

// attach adds a list of SCPs or RCPs; one of the same key replaces the earlier.
func (t *tree) attach(earlier []attachment, list *source.Node, kind model.PolicyKind) []attachment {
	attached := slices.Clone(earlier)
	named := map[string]bool{}
	for _, item := range t.items(list) {
		a, ok := t.attachment(item, kind)
		if !ok {
			continue
		}
		if item.Kind == source.Object && named[a.key] {
			t.report(item.Position(), "duplicate-declaration", fmt.Sprintf("the policy %s stands twice in this list", quote(a.key)), "")
		}
		named[a.key] = true
		at := slices.IndexFunc(attached, func(other attachment) bool { return other.key == a.key })
		if at < 0 {
			attached = append(attached, a)
		} else {
			attached[at] = a
		}
	}
	return attached
}

// attachment reads one entry of a list of SCPs or RCPs. It returns false for
// faulty entries, and for RCPFullAWSAccess, which is attached anyway.
func (t *tree) attachment(item *source.Node, kind model.PolicyKind) (attachment, bool) {
	if item.Kind == source.Object {
		name := t.text(item.Get("name"))
		if builtin(name) != "" {
			t.report(item.Position(), "builtin-policy", fmt.Sprintf("the policy %s is built in", quote(name)), "write its name alone")
			return attachment{}, false
		}
		policy := t.read(item.Get("document"), kind, name, "", "")
		return attachment{key: name, policy: policy}, policy != nil && name != ""
	}
	switch builtin(item.Text) {
	case fullAWSAccessName:
		if kind != model.ServiceControlPolicy {
			t.fault(item, "builtin-policy", "FullAWSAccess is an SCP, not an RCP", "did you mean RCPFullAWSAccess?")
			return attachment{}, false
		}
		return attachment{key: fullAWSAccessName, policy: FullAWSAccess()}, true
	case rcpFullAWSAccessName:
		if kind != model.ResourceControlPolicy {
			t.fault(item, "builtin-policy", "RCPFullAWSAccess is an RCP, not an SCP", "did you mean FullAWSAccess?")
		}
		return attachment{}, false
	}
	row, ok := t.policyByName(item)
	if ok {
		t.uses[row.Key] |= kindSet(kind)
		return attachment{key: row.Key}, true
	}
	return attachment{}, false
}

// policyByName finds a policy by its ARN, or by a name that only one has.
func (t *tree) policyByName(item *source.Node) (*ManagedPolicy, bool) {
	if row, ok := t.view.Policy(item.Text); ok && row.ARN != "" {
		return row, true
	}
	switch found := t.policiesNamed(item.Text); len(found) {
	case 0:
		t.undeclaredPolicy(item)
	case 1:
		return found[0], true
	default:
		t.fault(item, "ambiguous-name", fmt.Sprintf("%d policies are named %s: %s, %s", len(found), quote(item.Text), found[0].Key, found[1].Key), "give the ARN")
	}
	return nil, false
}

// finishOrganization looks up the documents of the attached policies and
// stores the organization, if it or one of the policies changed.
func (b *builder) finishOrganization() {
	if b.tree == nil {
		stored := b.view.Organization()
		if stored == nil || len(b.pending) == 0 && !b.renamed {
			return
		}
		b.tree = b.copyTree(stored)
	}
	for _, node := range b.tree.nodes {
		node.ServiceControlPolicies = b.documents(node.serviceControl, model.ServiceControlPolicy)
		node.ResourceControlPolicies = b.documents(node.resourceControl, model.ResourceControlPolicy)
	}
	b.organizations.put(&organizationRow{organization: b.tree.organization, nodes: b.tree.nodes})
}

// documents returns the documents of attachments; the list is never nil.
func (b *builder) documents(attached []attachment, kind model.PolicyKind) []*model.Policy {
	list := []*model.Policy{}
	for _, a := range attached {
		policy := a.policy
		if policy == nil {
			if row, ok := b.view.Policy(a.key); ok {
				policy = row.Document(kind)
			}
		}
		if policy != nil {
			list = append(list, policy)
		}
	}
	return list
}
