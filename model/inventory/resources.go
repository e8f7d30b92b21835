package inventory

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
)

// resource writes a resource.
func (b *builder) resource(e entry) {
	row, exists := start(b, &b.resources, e)
	former := row.Account
	if !exists {
		row.Position, row.ARN = e.position, e.key
	}
	arn, _ := model.ParseARN(e.key)
	b.changeText(e.node, "account", &row.Account)
	b.checkOwner(e, row, arn)

	kind, name := resourcePolicy(e.key)
	isKey := kind == model.KeyPolicy
	before := row.Policy
	b.changePolicy(e, "policy", "policyFile", kind, name, &row.Policy)
	if row.Policy != before {
		b.checkNamesResource(row.Policy, arn)
	}
	if row.Policy != nil && arn.Service == "iam" {
		b.report(e.position, "conflicting-fields", "entities of IAM have no resource-based policy",
			"a role's trust policy is the trustPolicy of its entry in roles")
	}
	b.changeTags(e.node, &row.Tags)
	b.change(e.node, "grants", func(v *source.Node) {
		row.Grants = b.readGrants(v)
		if !isKey && e.key != "" && len(row.Grants) > 0 {
			b.fault(v, "conflicting-fields", "only KMS keys have grants, and "+quote(e.key)+" is no key", "")
		}
		b.granted = append(b.granted, row)
	}, func() { row.Grants = nil })
	save(b, &b.resources, e, row, row.Account, former)
}

// resourcePolicy returns the kind of policy that a resource has, and what it is called.
func resourcePolicy(arn string) (kind model.PolicyKind, name string) {
	if parsed, _ := model.ParseARN(arn); parsed.Service == "kms" && strings.HasPrefix(parsed.Resource, "key/") {
		return model.KeyPolicy, "key policy"
	}
	return model.ResourcePolicy, "resource policy"
}

// checkNamesResource warns of statements without Resource in policies of
// services that demand one (A41). AWS stores no such policy: an Allow of it
// covers nothing here, a Deny everything that the policy is asked for.
func (b *builder) checkNamesResource(policy *model.Policy, arn model.ARN) {
	if policy == nil || !slices.Contains([]string{"s3", "sns", "sqs"}, arn.Service) {
		return
	}
	for i := range policy.Statements {
		s := &policy.Statements[i]
		if s.HasResource {
			continue
		}
		meaning := "its Allow covers nothing"
		if s.Effect == model.Deny {
			meaning = "its Deny is taken to cover the resource and all below it"
		}
		b.report(s.Position, "resource-unnamed", fmt.Sprintf("the statement has no Resource, which a policy of %s must name: %s", arn.Service, meaning),
			"name the resource")
	}
}

// checkOwner settles who owns a resource: the account of its ARN, or the one
// that the entry names.
func (b *builder) checkOwner(e entry, row *Resource, arn model.ARN) {
	at := e.node.Get("account")
	if e.key == "" || b.faulty[at] {
		return
	}
	switch {
	case !model.IsAccountID(arn.Account):
		if row.Account == "" {
			b.report(e.position, "missing-field",
				fmt.Sprintf("the owner of %s is not known: its ARN names no account", quote(e.key)), `add "account"`)
		}
	case row.Account == "":
		row.Account = arn.Account
	case row.Account != arn.Account:
		b.fault(at, "conflicting-fields",
			fmt.Sprintf("the resource's ARN names account %s, its entry %s", arn.Account, row.Account), "")
		row.Account = arn.Account
	}
}

func (b *builder) readGrants(list *source.Node) []Grant {
	var grants []Grant
	for _, n := range b.items(list) {
		grant := Grant{
			Position: n.Position(), Grantee: b.text(n.Get("grantee")), Operations: b.texts(n.Get("operations")),
		}
		b.change(n, "encryptionContextEquals", func(v *source.Node) { grant.EncryptionContextEquals = b.constraint(v) }, func() {})
		b.change(n, "encryptionContextSubset", func(v *source.Node) { grant.EncryptionContextSubset = b.constraint(v) }, func() {})
		grants = append(grants, grant)
	}
	return grants
}

// constraint returns a mapping that is not nil: an empty encryption context is
// a constraint, too.
func (b *builder) constraint(n *source.Node) map[string]string {
	if m := b.mapping(nil, n); m != nil {
		return m
	}
	return map[string]string{}
}

// checkGrantees reports grantees of known accounts that nothing declares.
func (b *builder) checkGrantees() {
	for _, row := range b.granted {
		for _, grant := range row.Grants {
			arn, err := model.ParseARN(grant.Grantee)
			if err != nil || !b.view.AccountKnown(arn.Account) || b.declared(grant.Grantee, arn) {
				continue
			}
			hint := b.suggest(grant.Grantee, principalsTable, func(yield func(string) bool) {
				for p := range b.view.Principals() {
					if !yield(p.ARN) {
						return
					}
				}
			})
			b.report(grant.Position, "undeclared-principal",
				fmt.Sprintf("the grantee %s is not declared, although its account is known", quote(grant.Grantee)), hint)
		}
	}
}

// declared reports whether a principal of a known account exists. Root users
// and federated users need no declaration.
func (b *builder) declared(text string, arn model.ARN) bool {
	kind, name, _ := strings.Cut(arn.Resource, "/")
	switch kind {
	case "user", "role":
		_, ok := b.view.Principal(text)
		return ok
	case "assumed-role":
		role, _, _ := strings.Cut(name, "/")
		_, ok := b.view.RoleByName(arn.Account, role)
		return ok
	}
	return true
}

// provider writes an identity provider.
func (b *builder) provider(e entry) {
	row, exists := start(b, &b.providers, e)
	if exists {
		return
	}
	row.Position, row.ARN = e.position, e.key
	arn, _ := model.ParseARN(e.key)
	row.Account = arn.Account
	save(b, &b.providers, e, row, row.Account, "")
}

// endpoint writes a VPC endpoint.
func (b *builder) endpoint(e entry) {
	row, exists := start(b, &b.endpoints, e)
	former := row.Account
	if !exists {
		row.Position, row.ID = e.position, e.key
	}
	b.changeText(e.node, "vpc", &row.VPC)
	b.changeText(e.node, "account", &row.Account)
	b.changeText(e.node, "service", &row.Service)
	b.change(e.node, "type", func(v *source.Node) {
		row.Type = Interface
		if v.Text == Gateway.String() {
			row.Type = Gateway
		}
	}, func() { row.Type = Interface })
	b.changePolicy(e, "policy", "policyFile", model.EndpointPolicy, "endpoint policy", &row.Policy)
	save(b, &b.endpoints, e, row, row.Account, former)
}
