package inventory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/internal/source"
	"iamsim/model"
)

// principal writes a user or role.
func (b *builder) principal(e entry) {
	if imported, ok := e.row.(*importedPrincipal); ok {
		b.importPrincipal(e, imported)
		return
	}
	row, exists := start[Principal](b, e)
	former := row.Account
	kind, idField := User, "userId"
	if e.shape == roleShape {
		kind, idField = Role, "roleId"
	}
	if !exists {
		row.Position, row.Kind, row.ARN = e.position, kind, e.key
		if arn, err := model.ParseARN(e.key); err == nil {
			row.Account = arn.Account
			row.Path, row.Name = splitEntity(arn.Resource)
		}
	}
	b.changeText(e.node, idField, &row.ID)
	b.changeInline(e, &row.Inline)
	b.changeAttached(e.node, &row.Attached)
	b.changeBoundary(e, row)
	b.changeTags(e.node, &row.Tags)
	b.checkTagCase(e, row)
	if kind == Role {
		b.changePolicy(e, "trustPolicy", "trustPolicyFile", model.TrustPolicy, "trust policy", &row.Trust)
		b.change(e.node, "maxSessionDuration", func(v *source.Node) {
			seconds, _ := strconv.Atoi(v.Text)
			row.MaxSessionDuration = time.Duration(seconds) * time.Second
		}, func() { row.MaxSessionDuration = 0 })
	} else {
		b.changeGroups(e.node, row)
	}
	b.store(e, row, row.Account, former)
	b.principals = append(b.principals, &importedPrincipal{row: row, declared: true})
}

// changeBoundary sets a permissions boundary by ARN or by document; either
// replaces the other.
func (b *builder) changeBoundary(e entry, row *Principal) {
	b.change(e.node, "permissionsBoundary", func(v *source.Node) {
		row.Boundary, row.BoundaryPolicy = "", nil
		if v.Scalar() && !holdsDocument(v.Text) {
			b.usePolicy(v, model.PermissionsBoundary)
			row.Boundary = v.Text
			return
		}
		row.BoundaryPolicy = b.read(v, model.PermissionsBoundary, "permissions boundary", "")
	}, func() { row.Boundary, row.BoundaryPolicy = "", nil })
}

// changeGroups adds a user to groups of its account.
func (b *builder) changeGroups(n *source.Node, row *Principal) {
	b.change(n, "groups", func(v *source.Node) {
		list := slices.Clone(row.Groups)
		for _, item := range b.items(v) {
			group, ok := b.groupByName(row.Account, item.Text)
			if !ok {
				b.undeclaredGroup(item, row.Account)
				continue
			}
			if !slices.Contains(list, group.ARN) {
				list = append(list, group.ARN)
			}
		}
		row.Groups = list
	}, func() { row.Groups = nil })
}

// groupByName finds a group of an account by its name without a path.
func (b *builder) groupByName(account, name string) (*Group, bool) {
	for _, group := range all[Group](b.txn, groupsTable, nameIndex, scopedName(name, account)) {
		if group.Name == name {
			return group, true
		}
	}
	return nil, false
}

func (b *builder) undeclaredGroup(item *source.Node, account string) {
	if account == "" {
		return
	}
	hint := b.suggest(item.Text, groupsTable+account, func(yield func(string) bool) {
		for group := range b.view.Groups() {
			if group.Account == account && !yield(group.Name) {
				return
			}
		}
	})
	if arn, err := model.ParseARN(item.Text); hint == "" && err == nil {
		_, name := splitEntity(arn.Resource)
		hint = "groups are named without ARN and path: " + quote(name)
	}
	b.fault(item, "undeclared-group", fmt.Sprintf("no group %s is declared in account %s", quote(item.Text), account), hint)
}

// checkTagCase reports tags whose names differ only by case: IAM stores one of
// them at most, and a condition key would match both.
func (b *builder) checkTagCase(e entry, row *Principal) {
	n := e.node.Get("tags")
	if n == nil || n.Kind != source.Object {
		return
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		for name := range row.Tags {
			if name != f.Name && strings.EqualFold(name, f.Name) && f.Value.Kind != source.Null {
				b.report(n.FieldPosition(f), "duplicate-declaration",
					fmt.Sprintf("the tags %s differ only by case, and IAM keeps one of them", quoteSorted(name, f.Name)), "")
				break
			}
		}
	}
}

func quoteSorted(names ...string) string {
	slices.Sort(names)
	for i := range names {
		names[i] = quote(names[i])
	}
	return strings.Join(names, " and ")
}

// group writes a user group.
func (b *builder) group(e entry) {
	if imported, ok := e.row.(*importedGroup); ok {
		b.noteAttached(imported.attached, imported.row.ARN)
		b.store(e, imported.row, imported.row.Account, "")
		return
	}
	row, exists := start[Group](b, e)
	former := row.Account
	if !exists {
		row.Position, row.ARN = e.position, e.key
		if arn, err := model.ParseARN(e.key); err == nil {
			row.Account = arn.Account
			row.Path, row.Name = splitEntity(arn.Resource)
		}
		if other, ok := b.sameName(row); ok {
			b.report(e.position, "duplicate-declaration", fmt.Sprintf(
				"account %s has another group %s at %s; names are unique whatever their path and case",
				row.Account, quote(other.Name), other.Position), "")
		}
	}
	b.changeInline(e, &row.Inline)
	b.changeAttached(e.node, &row.Attached)
	b.store(e, row, row.Account, former)
}

func (b *builder) sameName(row *Group) (*Group, bool) {
	return first[Group](b.txn, groupsTable, nameIndex, scopedName(row.Name, row.Account))
}

// checkPrincipals reports names and unique ids that principals of this
// transaction share with others.
func (b *builder) checkPrincipals() {
	for _, p := range b.principals {
		key := scopedName(p.row.Name, p.row.Account, p.row.Kind.String())
		for _, other := range all[Principal](b.txn, principalsTable, nameIndex, key) {
			if other.ARN != p.row.ARN {
				b.report(p.row.Position, "duplicate-declaration", fmt.Sprintf(
					"account %s has another %s %s at %s; names are unique whatever their path and case",
					other.Account, other.Kind, quote(other.Name), other.Position), "")
			}
		}
		if p.row.ID == "" {
			continue
		}
		found := all[Principal](b.txn, principalsTable, uniqueIDIndex, p.row.ID)
		if len(found) < 2 || found[0] == p.row {
			continue
		}
		id, message := "repeated-id", fmt.Sprintf("the unique id %s is also that of %s", quote(p.row.ID), found[0].ARN)
		if p.declared {
			id = "duplicate-declaration"
		}
		b.report(p.row.Position, id, message, "")
	}
}
