package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"iamsim/internal/source"
	"iamsim/model"
)

// pendingPolicy is a managed policy whose documents are read once it is known
// what it is used as.
type pendingPolicy struct {
	row      *ManagedPolicy
	document *source.Node
	// former are the uses that a stored policy had before an overlay changed its document.
	former kinds
}

// policy declares a managed policy.
func (b *builder) policy(e entry) {
	if imported, ok := e.row.(*ManagedPolicy); ok {
		save(b, &b.policies, e, imported, imported.Account, "")
		return
	}
	e.key = b.policyKey(e)
	row, exists := start(b, &b.policies, e)
	former := row.Account
	if !exists {
		row.Position, row.Key = e.position, e.key
		if row.ARN = b.text(e.node.Get("arn")); row.ARN != "" {
			arn, _ := model.ParseARN(row.ARN)
			row.Account, row.Name = arn.Account, lastSegment(row.ARN)
		}
	}
	oldName := row.Name
	b.changeText(e.node, "name", &row.Name)
	if builtin(row.Name) != "" || builtin(row.ARN) != "" {
		b.report(e.position, "builtin-policy", fmt.Sprintf("the policy %s is built in", quote(cmp.Or(row.Name, row.ARN))), "leave the entry out")
	}
	if document := b.policyDocument(e); document != nil {
		b.pending = append(b.pending, pendingPolicy{row: row, document: document, former: usesOf(row.documents)})
		row.documents = nil
	} else if exists && row.Name != oldName {
		row.documents = renamed(row.documents, row.Name)
		b.renamed = true
	}
	save(b, &b.policies, e, row, row.Account, former)
}

// policyKey returns the key of the row that an entry means: an overlay may
// name a policy that has an ARN by its name.
func (b *builder) policyKey(e entry) string {
	if b.overlay && e.node.Get("arn") == nil && e.key != "" {
		if named := b.policiesNamed(e.key); len(named) == 1 {
			return named[0].Key
		}
	}
	return e.key
}

// policiesNamed returns the policies with a name, sorted by key.
func (b *builder) policiesNamed(name string) []*ManagedPolicy {
	var named []*ManagedPolicy
	for p := range b.policies.under(&policyByName, textHash(name)) {
		if p.Name == name && name != "" {
			named = append(named, p)
		}
	}
	return named
}

// policyDocument returns the document of an entry of policies, or nil.
func (r *reader) policyDocument(e entry) *source.Node {
	var document *source.Node
	none := func() {}
	r.change(e.node, "document", func(v *source.Node) { document = v }, none)
	r.change(e.node, "file", func(v *source.Node) { document = r.file(v, e.dir) }, none)
	return document
}

func renamed(documents map[model.PolicyKind]*model.Policy, name string) map[model.PolicyKind]*model.Policy {
	to := map[model.PolicyKind]*model.Policy{}
	for kind, policy := range documents {
		copied := *policy
		copied.Name = name
		to[kind] = &copied
	}
	return to
}

// readPolicies reads the documents of the policies declared in this
// transaction, and those of stored ones that are now used otherwise.
func (b *builder) readPolicies() {
	ahead(b.reader, b.pending, func(p pendingPolicy, add func(*source.Node, model.PolicyKind)) {
		b.usesOf(p).read(func(kind model.PolicyKind) { add(p.document, kind) })
	}, func(p pendingPolicy) {
		uses := b.usesOf(p)
		p.row.documents = b.readAs(p.document, uses, p.row.Name, p.row.ARN)
		if uses&controlKinds != 0 {
			p.row.source = p.document
		}
	})
	for _, key := range slices.Sorted(maps.Keys(b.uses)) {
		row, ok := b.view.Policy(key)
		if ok && b.uses[key]&^usesOf(row.documents) != 0 {
			b.readOtherwise(row, b.uses[key]&^usesOf(row.documents))
		}
	}
}

// usesOf returns what a policy of this transaction is read as.
func (b *builder) usesOf(p pendingPolicy) kinds {
	if uses := b.uses[p.row.Key] | p.former; uses != 0 {
		return uses
	}
	return defaultUses(p.row.ARN, p.document)
}

// readOtherwise reads a stored policy for further uses. Policies of IAM keep
// no source, so that a large account costs no more than its statements.
func (b *builder) readOtherwise(row *ManagedPolicy, uses kinds) {
	if row.source == nil {
		b.report(row.Position, "conflicting-fields",
			fmt.Sprintf("%s is a policy of IAM and is now attached as an SCP or RCP", quote(row.Key)),
			"declare it in policies beside the organization that attaches it")
		return
	}
	changed := *row
	changed.documents = maps.Clone(row.documents)
	maps.Copy(changed.documents, b.readAs(row.source, uses, row.Name, row.ARN))
	b.policies.put(&changed)
}
