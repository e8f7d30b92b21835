package inventory

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
)

// Answers of AWS are open: what they hold besides is ignored, and null means
// that a field is left out.
func answer(name string, fields ...field) *shape {
	return &shape{name: name, article: "an", form: objectForm, open: true, fields: fields}
}

var (
	exportedDocument = policyDocument("")

	exportedInline = listOf(answer("exported inline policy",
		field{name: "PolicyName", of: nameText, required: true},
		field{name: "PolicyDocument", of: exportedDocument, required: true},
	))
	exportedAttached = listOf(answer("exported attachment",
		field{name: "PolicyArn", of: iamPolicyARN, required: true},
	))
	exportedBoundary = answer("exported permissions boundary",
		field{name: "PermissionsBoundaryArn", of: iamPolicyARN, required: true},
	)
	exportedTags = listOf(answer("exported tag",
		field{name: "Key", of: plainText, required: true},
		field{name: "Value", of: plainText, required: true},
	))

	exportedUser = answer("exported user",
		field{name: "Arn", of: userARN, required: true},
		field{name: "UserId", of: plainText},
		field{name: "UserPolicyList", of: exportedInline},
		field{name: "GroupList", of: listOf(nameText)},
		field{name: "AttachedManagedPolicies", of: exportedAttached},
		field{name: "PermissionsBoundary", of: exportedBoundary},
		field{name: "Tags", of: exportedTags},
	)
	exportedGroup = answer("exported group",
		field{name: "Arn", of: groupARN, required: true},
		field{name: "GroupId", of: plainText},
		field{name: "GroupPolicyList", of: exportedInline},
		field{name: "AttachedManagedPolicies", of: exportedAttached},
	)
	exportedRole = answer("exported role",
		field{name: "Arn", of: roleARN, required: true},
		field{name: "RoleId", of: plainText},
		field{name: "AssumeRolePolicyDocument", of: exportedDocument, required: true},
		field{name: "RolePolicyList", of: exportedInline},
		field{name: "AttachedManagedPolicies", of: exportedAttached},
		field{name: "PermissionsBoundary", of: exportedBoundary},
		field{name: "Tags", of: exportedTags},
	)
	exportedPolicy = answer("exported policy",
		field{name: "Arn", of: iamPolicyARN, required: true},
		field{name: "PolicyName", of: plainText},
		field{name: "DefaultVersionId", of: plainText},
		field{name: "PolicyVersionList", of: listOf(exportedVersion)},
	)
	exportedVersion = answer("exported policy version",
		field{name: "VersionId", of: plainText},
		field{name: "IsDefaultVersion", of: flag},
		field{name: "Document", of: exportedVersionDocument},
	)
	// exportedVersionDocument is checked only where it is in force.
	exportedVersionDocument = &shape{name: "policy document", fits: func(*source.Node) bool { return true }}

	// accountExport is an answer of get-account-authorization-details (G2).
	accountExport = answer("account export",
		field{name: "UserDetailList", of: listOf(exportedUser)},
		field{name: "GroupDetailList", of: listOf(exportedGroup)},
		field{name: "RoleDetailList", of: listOf(exportedRole)},
		field{name: "Policies", of: listOf(exportedPolicy)},
		field{name: "IsTruncated", of: flag},
	)

	flag = &shape{name: "boolean", verify: func(text string) (string, bool) {
		return "", strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
	}}

	// managedRecord is a line of a file of managed policies.
	managedRecord = &shape{
		name: "managed policy", form: objectForm,
		fields: []field{
			{name: "arn", of: iamPolicyARN, required: true},
			{name: "name", of: nameText},
			{name: "document", of: policyDocument(""), required: true},
		},
	}
)

// isExport tells an account export by its content. The list of policies alone
// is one if it holds versions; other answers of AWS have a list of that name, too.
func isExport(n *source.Node) bool {
	for _, list := range []string{"UserDetailList", "GroupDetailList", "RoleDetailList"} {
		if n.Get(list) != nil {
			return true
		}
	}
	policies := n.Get("Policies")
	return policies != nil && policies.Kind == source.List &&
		slices.ContainsFunc(policies.Items, func(p *source.Node) bool { return p.Get("PolicyVersionList") != nil })
}

// isManagedRecord tells a managed policy as a record of its own.
func isManagedRecord(n *source.Node) bool { return n.Get("arn") != nil && n.Get("document") != nil }

// reference is a name or an ARN that an export refers to something by.
type reference struct {
	text string
	at   model.Position
}

// importedPrincipal is a user or role of an account export, before its groups are found.
type importedPrincipal struct {
	row      *Principal
	groups   []reference
	attached []reference
}

// importedGroup is a group of an account export.
type importedGroup struct {
	row      *Group
	attached []reference
}

// export reads an account export into rows; its nodes are not kept.
func (r *reader) export(n *source.Node) []entry {
	r.check(n, accountExport, subject{field: "the account export"})
	var entries []entry
	add := func(table, key string, at model.Position, row any) {
		entries = append(entries, entry{table: table, key: key, position: at, row: row})
	}
	ahead(r, r.items(n.Get("UserDetailList")), exportUses, func(item *source.Node) {
		p := r.exportedPrincipal(item, User, "UserId", "UserPolicyList")
		p.groups = r.references(item.Get("GroupList"), "")
		add(principalsTable, p.row.ARN, p.row.Position, p)
	})
	ahead(r, r.items(n.Get("GroupDetailList")), exportUses, func(item *source.Node) {
		g := r.exportedGroup(item)
		add(groupsTable, g.row.ARN, g.row.Position, g)
	})
	ahead(r, r.items(n.Get("RoleDetailList")), exportUses, func(item *source.Node) {
		p := r.exportedPrincipal(item, Role, "RoleId", "RolePolicyList")
		p.row.Trust = r.exportedPolicy(item.Get("AssumeRolePolicyDocument"), model.TrustPolicy, "trust policy", p.row.ARN)
		add(principalsTable, p.row.ARN, p.row.Position, p)
	})
	ahead(r, r.items(n.Get("Policies")), exportedVersionUses, func(item *source.Node) {
		row, document := r.exportedManaged(item)
		if document == nil {
			r.lacking[row.ARN] = true
			r.report(row.Position, "missing-document", fmt.Sprintf("the export lacks the document of the managed policy %s", quote(row.ARN)), missingDocumentHint)
			return
		}
		entries = append(entries, r.managedEntry(row, document))
	})
	return entries
}

func (r *reader) exportedPrincipal(n *source.Node, kind PrincipalKind, idField, inlineField string) *importedPrincipal {
	row := &Principal{
		Position: n.Position(), Kind: kind, ARN: r.text(n.Get("Arn")), ID: r.text(n.Get(idField)),
		Inline:   r.exportedInline(n.Get(inlineField), r.text(n.Get("Arn"))),
		Boundary: r.text(n.Get("PermissionsBoundary").Get("PermissionsBoundaryArn")),
		Tags:     r.exportedTags(n.Get("Tags")),
	}
	if arn, err := model.ParseARN(row.ARN); err == nil {
		row.Account = arn.Account
		row.Path, row.Name = splitEntity(arn.Resource)
	}
	imported := &importedPrincipal{row: row, attached: r.references(n.Get("AttachedManagedPolicies"), "PolicyArn")}
	row.Attached = distinct(imported.attached)
	if row.Boundary != "" {
		at := n.Get("PermissionsBoundary").Get("PermissionsBoundaryArn").Position()
		imported.attached = append(imported.attached, reference{row.Boundary, at})
	}
	return imported
}

func (r *reader) exportedGroup(n *source.Node) *importedGroup {
	row := &Group{
		Position: n.Position(), ARN: r.text(n.Get("Arn")), ID: r.text(n.Get("GroupId")),
		Inline: r.exportedInline(n.Get("GroupPolicyList"), r.text(n.Get("Arn"))),
	}
	if arn, err := model.ParseARN(row.ARN); err == nil {
		row.Account = arn.Account
		row.Path, row.Name = splitEntity(arn.Resource)
	}
	imported := &importedGroup{row: row, attached: r.references(n.Get("AttachedManagedPolicies"), "PolicyArn")}
	row.Attached = distinct(imported.attached)
	return imported
}

// references returns the texts of a list of names, or of one field of a list of objects.
func (r *reader) references(list *source.Node, name string) []reference {
	var found []reference
	for _, item := range r.items(list) {
		if name != "" {
			item = item.Get(name)
		}
		if text := r.text(item); text != "" {
			found = append(found, reference{text, item.Position()})
		}
	}
	return found
}

func distinct(references []reference) []string {
	if len(references) == 0 {
		return nil
	}
	list := make([]string, len(references))
	for i, ref := range references {
		list[i] = ref.text
	}
	return union(list, nil)
}

// exportedPolicy reads a document, which may be null where AWS left it out.
func (r *reader) exportedPolicy(n *source.Node, kind model.PolicyKind, name, owner string) *model.Policy {
	if n == nil || n.Kind == source.Null {
		return nil
	}
	return r.read(n, kind, name, "", owner)
}

func (r *reader) exportedInline(list *source.Node, owner string) []*model.Policy {
	var policies []*model.Policy
	seen := map[string]bool{}
	for _, item := range r.items(list) {
		name := r.text(item.Get("PolicyName"))
		policy := r.exportedPolicy(item.Get("PolicyDocument"), model.IdentityPolicy, name, owner)
		if policy == nil {
			continue
		}
		if seen[name] {
			r.report(item.Position(), "duplicate-declaration", fmt.Sprintf("the inline policy %s stands twice", quote(name)), "")
		}
		seen[name] = true
		policies = append(policies, policy)
	}
	return sortedByName(policies)
}

func (r *reader) exportedTags(list *source.Node) map[string]string {
	items := r.items(list)
	if len(items) == 0 {
		return nil
	}
	named := func(item *source.Node) bool {
		key, value := item.Get("Key"), item.Get("Value")
		return key != nil && value != nil && key.Scalar() && value.Scalar()
	}
	folded := map[string]bool{}
	for _, item := range items {
		if !named(item) {
			continue
		}
		key := item.Get("Key").Text
		if fold := strings.ToLower(key); folded[fold] {
			r.report(item.Position(), "duplicate-declaration", fmt.Sprintf("the tag %s stands twice", quote(key)), "")
		} else {
			folded[fold] = true
		}
	}
	return r.tags(func(yield func(name, value string) bool) {
		for _, item := range items {
			if named(item) && !yield(item.Get("Key").Text, item.Get("Value").Text) {
				return
			}
		}
	})
}

// exportedManaged returns a managed policy and the document in force, its
// default version's (G6); the document is nil where the export lacks it.
func (r *reader) exportedManaged(n *source.Node) (*ManagedPolicy, *source.Node) {
	arn := r.text(n.Get("Arn"))
	row := &ManagedPolicy{Position: n.Position(), ARN: arn, Key: arn, Name: r.text(n.Get("PolicyName"))}
	var document *source.Node
	inForce := 0
	for _, version := range r.items(n.Get("PolicyVersionList")) {
		if !r.isDefault(n, version) {
			continue
		}
		inForce++
		document = version.Get("Document")
	}
	if inForce > 1 {
		r.report(n.Position(), "conflicting-fields", fmt.Sprintf("%s has %d default versions", quote(arn), inForce), "")
	}
	if document != nil && document.Kind == source.Null {
		document = nil
	}
	return row, document
}

func (r *reader) isDefault(policy, version *source.Node) bool {
	if told := version.Get("IsDefaultVersion"); told != nil && told.Kind != source.Null {
		return strings.EqualFold(r.text(told), "true")
	}
	id := r.text(policy.Get("DefaultVersionId"))
	return id != "" && id == r.text(version.Get("VersionId"))
}

// managedRecord reads a managed policy that is a record of its own.
func (r *reader) managedRecord(n *source.Node) entry {
	r.check(n, managedRecord, subject{field: "the managed policy"})
	arn := r.text(n.Get("arn"))
	row := &ManagedPolicy{Position: n.Position(), ARN: arn, Key: arn, Name: r.text(n.Get("name"))}
	return r.managedEntry(row, n.Get("document"))
}

// managedEntry reads the document of an IAM policy.
func (r *reader) managedEntry(row *ManagedPolicy, document *source.Node) entry {
	if row.Name == "" {
		row.Name = lastSegment(row.ARN)
	}
	e := entry{table: policiesTable, key: row.Key, position: row.Position, row: row}
	if arn, err := model.ParseARN(row.ARN); err == nil {
		row.Account = arn.Account
	}
	if row.Account == "aws" {
		e.digest = digestOf(document)
	}
	row.documents = r.readAs(document, iamKinds, row.Name, row.ARN)
	return e
}

// importPrincipal writes a user or role of an account export.
func (b *builder) importPrincipal(e entry, p *importedPrincipal) {
	var groups []string
	for _, ref := range p.groups {
		arn := ""
		if group, ok := b.groupByName(p.row.Account, ref.text); ok {
			arn = group.ARN
		} else if own, err := model.ParseARN(p.row.ARN); err == nil {
			own.Resource = "group/" + ref.text
			arn = own.String()
			b.report(ref.at, "missing-group", fmt.Sprintf("the export lacks the group %s of %s", quote(ref.text), p.row.ARN),
				"export the account without a filter; answers that depend on the group are not computed")
		}
		if arn != "" {
			groups = append(groups, arn)
		}
	}
	if groups != nil {
		p.row.Groups = union(groups, nil)
	}
	b.noteAttached(p.attached, p.row.ARN)
	p.groups, p.attached = nil, nil
	save(b, &b.principals, e, p.row, p.row.Account, "")
	b.writtenPrincipals = append(b.writtenPrincipals, writtenPrincipal{p.row, false})
}

// noteAttached notes the managed policies that an export lacks.
func (b *builder) noteAttached(attached []reference, by string) {
	for _, ref := range attached {
		if _, ok := b.view.Policy(ref.text); ok {
			b.uses[ref.text] |= kindSet(model.IdentityPolicy)
			continue
		}
		if b.absent[ref.text] == nil {
			b.absent[ref.text] = &absence{at: ref.at, by: by}
		}
		b.absent[ref.text].times++
	}
}

const missingDocumentHint = "add it in a policy set or as NDJSON; answers that depend on it are not computed"

// reportAbsent warns once of each managed policy that an export lacks.
func (b *builder) reportAbsent() {
	for arn, a := range b.absent {
		if b.lacking[arn] {
			continue
		}
		more := ""
		if a.times > 1 {
			more = fmt.Sprintf(" and %d more", a.times-1)
		}
		b.report(a.at, "missing-document", fmt.Sprintf("the document of the managed policy %s, attached to %s%s, is not in the inputs", arn, a.by, more),
			missingDocumentHint)
	}
}
