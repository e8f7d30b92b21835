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
	row, exists := start(b, &b.principals, e)
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
	save(b, &b.principals, e, row, row.Account, former)
	b.writtenPrincipals = append(b.writtenPrincipals, writtenPrincipal{row, true})
}

// changeBoundary sets a permissions boundary by ARN or by document; either
// replaces the other.
func (b *builder) changeBoundary(e entry, row *Principal) {
	b.change(e.node, "permissionsBoundary", func(v *source.Node) {
		row.Boundary, row.BoundaryPolicy = "", nil
		if v.Scalar() && !holdsDocument(v.Text) {
			row.Boundary = v.Text
			if policy := b.usePolicy(v, model.PermissionsBoundary); policy != nil {
				row.Boundary = policy.Key
			}
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
	for group := range b.groups.under(&groupByScope, scopeHash(name, account, "")) {
		if group.Name == name && group.Account == account {
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
	if !mayDifferByCase(row.Tags) {
		return
	}
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

// mayDifferByCase reports whether two names of tags may differ only by case.
func mayDifferByCase(tags map[string]string) bool {
	var names [8]string
	n := 0
	for name := range tags {
		name = strings.ToLower(name)
		if n == len(names) || slices.Contains(names[:n], name) {
			return true
		}
		names[n] = name
		n++
	}
	return false
}

// group writes a user group.
func (b *builder) group(e entry) {
	if imported, ok := e.row.(*importedGroup); ok {
		b.noteAttached(imported.attached, imported.row.ARN)
		save(b, &b.groups, e, imported.row, imported.row.Account, "")
		b.writtenGroups = append(b.writtenGroups, imported.row)
		return
	}
	row, exists := start(b, &b.groups, e)
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
	save(b, &b.groups, e, row, row.Account, former)
	b.writtenGroups = append(b.writtenGroups, row)
}

// checkNames reports names that entities of this transaction share with others.
func (b *builder) checkNames() {
	repeated := b.principals.repeated(&principalByScope, len(b.writtenPrincipals))
	for _, p := range b.writtenPrincipals {
		hash, _ := principalByScope.hash(p.row)
		if !repeated(hash) {
			continue
		}
		for other := range b.principals.under(&principalByScope, hash) {
			if other.ARN != p.row.ARN && other.Account == p.row.Account && other.Kind == p.row.Kind && sameName(other.Name, p.row.Name) {
				b.sameName(p.row.Position, other.Account, other.Kind.String(), other.Name, other.Position)
			}
		}
	}
	for _, g := range b.writtenGroups {
		hash, _ := groupByScope.hash(g)
		for other := range b.groups.under(&groupByScope, hash) {
			if other.ARN != g.ARN && other.Account == g.Account && sameName(other.Name, g.Name) {
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
	repeated := b.principals.repeated(&principalByID, len(b.writtenPrincipals))
	for _, p := range b.writtenPrincipals {
		if p.row.ID == "" || !repeated(textHash(p.row.ID)) {
			continue
		}
		found := b.view.principalsByID(p.row.ID)
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
