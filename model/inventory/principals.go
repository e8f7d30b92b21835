package inventory

import (
	"fmt"
	"maps"
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
	b.principals = append(b.principals, writtenPrincipal{row, true})
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
		row.BoundaryPolicy = b.read(v, model.PermissionsBoundary, "permissions boundary", "", e.key)
	}, func() { row.Boundary, row.BoundaryPolicy = "", nil })
}

// changeGroups adds a user to groups of its account.
func (b *builder) changeGroups(n *source.Node, row *Principal) {
	b.change(n, "groups", func(v *source.Node) {
		var more []string
		for _, item := range b.items(v) {
			if group, ok := b.groupByName(row.Account, item.Text); ok {
				more = append(more, group.ARN)
			} else {
				b.undeclaredGroup(item, row.Account)
			}
		}
		row.Groups = union(row.Groups, more)
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
	folded := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(row.Tags)) {
		other, again := folded[strings.ToLower(name)]
		folded[strings.ToLower(name)] = name
		if again {
			b.report(e.position, "duplicate-declaration",
				fmt.Sprintf("the tags %s and %s differ only by case, and IAM keeps one of them", quote(other), quote(name)), "")
		}
	}
}

// group writes a user group.
func (b *builder) group(e entry) {
	if imported, ok := e.row.(*importedGroup); ok {
		b.noteAttached(imported.attached, imported.row.ARN)
		b.store(e, imported.row, imported.row.Account, "")
		b.groups = append(b.groups, imported.row)
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
	}
	b.changeInline(e, &row.Inline)
	b.changeAttached(e.node, &row.Attached)
	b.store(e, row, row.Account, former)
	b.groups = append(b.groups, row)
}

// checkNames reports names that entities of this transaction share with others.
func (b *builder) checkNames() {
	for _, p := range b.principals {
		key := scopedName(p.row.Name, p.row.Account, p.row.Kind.String())
		for _, other := range all[Principal](b.txn, principalsTable, nameIndex, key) {
			if other.ARN != p.row.ARN {
				b.sameName(p.row.Position, other.Account, other.Kind.String(), other.Name, other.Position)
			}
		}
	}
	for _, g := range b.groups {
		for _, other := range all[Group](b.txn, groupsTable, nameIndex, scopedName(g.Name, g.Account)) {
			if other.ARN != g.ARN {
				b.sameName(g.Position, other.Account, "group", other.Name, other.Position)
			}
		}
	}
}

func (b *builder) sameName(at model.Position, account, kind, name string, other model.Position) {
	b.report(at, "duplicate-declaration", fmt.Sprintf(
		"account %s has another %s %s at %s; names are unique whatever their path and case", account, kind, quote(name), other), "")
}

// checkUniqueIDs reports unique ids that principals of this transaction share
// with others: a mistake in a policy set, and a blank in a redacted export.
func (b *builder) checkUniqueIDs() {
	for _, p := range b.principals {
		if p.row.ID == "" {
			continue
		}
		found := all[Principal](b.txn, principalsTable, uniqueIDIndex, p.row.ID)
		if len(found) < 2 || found[0] == p.row {
			continue
		}
		id := "repeated-id"
		if p.declared {
			id = "duplicate-declaration"
		}
		b.report(p.row.Position, id, fmt.Sprintf("the unique id %s is also that of %s", quote(p.row.ID), found[0].ARN), "")
	}
}
