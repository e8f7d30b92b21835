package inventory

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/go-memdb"
)

// Inventory is what exists: principals, policies, groups, resources,
// providers, endpoints and the organization. It is safe for concurrent use.
type Inventory struct {
	db *memdb.MemDB
}

// Snapshot returns the inventory as it is at this moment. It is cheap, and
// later updates of the inventory do not show in it.
func (inv *Inventory) Snapshot() *Snapshot { return newSnapshot(inv.db.Snapshot()) }

// Snapshot is an immutable state of an inventory. All rows it returns are
// shared and must not be changed. It is safe for concurrent use.
type Snapshot struct {
	db *memdb.MemDB
	*store
	// base is the snapshot that WhatIf made this one from, by changes; nil if it did not.
	base    *Snapshot
	changes Changes
}

func newSnapshot(db *memdb.MemDB) *Snapshot { return &Snapshot{db: db, store: newStore(db.Txn(false))} }

// Principal returns the user or role with this ARN.
func (s *Snapshot) Principal(arn string) (*Principal, bool) {
	return s.principals.get(arn)
}

// PrincipalByID returns the user or role with this unique id (AIDA…, AROA…).
// An id that several principals carry identifies none of them.
func (s *Snapshot) PrincipalByID(uniqueID string) (*Principal, bool) {
	found := s.principalsByID(uniqueID)
	if len(found) != 1 {
		return nil, false
	}
	return found[0], true
}

// principalsByID returns the users and roles with a unique id, sorted by ARN.
func (s *Snapshot) principalsByID(uniqueID string) []*Principal {
	var found []*Principal
	for p := range s.principals.under(&principalByID, textHash(uniqueID)) {
		if p.ID == uniqueID {
			found = append(found, p)
		}
	}
	return found
}

// RoleByName returns the role of an account by its name without a path, as
// the ARNs of assumed-role sessions carry it.
func (s *Snapshot) RoleByName(account, name string) (*Principal, bool) {
	for p := range s.principals.under(&principalByScope, scopeHash(name, account, Role.String())) {
		if p.Name == name && p.Account == account && p.Kind == Role {
			return p, true
		}
	}
	return nil, false
}

// FindPrincipals returns the users and roles that a short name fits, sorted by
// ARN: an ARN; a name; a path and a name (team/Deployer); either of them after
// "user/" or "role/". A path is given whole. Letter case counts.
func (s *Snapshot) FindPrincipals(name string) []*Principal {
	if strings.HasPrefix(name, "arn:") {
		if p, ok := s.Principal(name); ok {
			return []*Principal{p}
		}
		return nil
	}
	name = strings.TrimPrefix(name, "/")
	path, last := "", name
	if cut := strings.LastIndexByte(name, '/'); cut >= 0 {
		path, last = name[:cut+1], name[cut+1:]
	}
	var found []*Principal
	for p := range s.principals.under(&principalByName, textHash(last)) {
		kind := p.Kind.String() + "/"
		if p.Name != last {
			continue
		}
		if path == "" || path == kind || "/"+path == p.Path || kind+p.Path[1:] == path {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b *Principal) int { return cmp.Compare(a.ARN, b.ARN) })
	return found
}

// Principals yields every user and role, sorted by ARN.
func (s *Snapshot) Principals() iter.Seq[*Principal] { return s.principals.each() }

// Group returns the group with this ARN.
func (s *Snapshot) Group(arn string) (*Group, bool) {
	return s.groups.get(arn)
}

// Groups yields every group, sorted by ARN.
func (s *Snapshot) Groups() iter.Seq[*Group] { return s.groups.each() }

// Policy returns the managed policy with this key: its ARN, or the name of an
// SCP or RCP that has no ARN.
func (s *Snapshot) Policy(key string) (*ManagedPolicy, bool) {
	return s.policies.get(key)
}

// Policies yields every managed policy, SCP and RCP, sorted by key.
func (s *Snapshot) Policies() iter.Seq[*ManagedPolicy] {
	return s.policies.each()
}

// Resource returns the resource declared with exactly this ARN.
func (s *Snapshot) Resource(arn string) (*Resource, bool) {
	return s.resources.get(arn)
}

// ResourceFor returns the resource with the longest declared ARN that is this
// ARN or that this ARN lies below: the next character is '/' or ':'.
func (s *Snapshot) ResourceFor(arn string) (*Resource, bool) {
	if r, ok := s.Resource(arn); ok {
		return r, true
	}
	for end := len(arn) - 1; end > 0; end-- {
		if arn[end] != '/' && arn[end] != ':' {
			continue
		}
		if r, ok := s.Resource(arn[:end]); ok {
			return r, true
		}
	}
	return nil, false
}

// Resources yields every declared resource, sorted by ARN.
func (s *Snapshot) Resources() iter.Seq[*Resource] { return s.resources.each() }

// Provider returns the SAML or OIDC provider with this ARN.
func (s *Snapshot) Provider(arn string) (*IdentityProvider, bool) {
	return s.providers.get(arn)
}

// Providers yields every identity provider, sorted by ARN.
func (s *Snapshot) Providers() iter.Seq[*IdentityProvider] {
	return s.providers.each()
}

// Endpoint returns the VPC endpoint with this id.
func (s *Snapshot) Endpoint(id string) (*Endpoint, bool) {
	return s.endpoints.get(id)
}

// Endpoints yields every VPC endpoint, sorted by id.
func (s *Snapshot) Endpoints() iter.Seq[*Endpoint] { return s.endpoints.each() }

// Organization returns the organization, or nil where none is declared.
func (s *Snapshot) Organization() *Organization {
	if row, ok := s.organization(); ok {
		return row.organization
	}
	return nil
}

func (s *Snapshot) organization() (*organizationRow, bool) {
	return s.organizations.get(organizationKey)
}

// AccountNode returns an account's node in the organization's tree.
func (s *Snapshot) AccountNode(account string) (*Node, bool) {
	row, ok := s.organization()
	if !ok {
		return nil, false
	}
	node, ok := row.nodes[account]
	if !ok || node.Kind != AccountNode {
		return nil, false
	}
	return node, true
}

// InOrganization reports whether an account stands in the organization's tree
// or is its management account, which need not appear in the tree.
func (s *Snapshot) InOrganization(account string) bool {
	if _, ok := s.AccountNode(account); ok {
		return true
	}
	organization := s.Organization()
	return organization != nil && account != "" && organization.ManagementAccount == account
}

// AccountKnown reports whether an account owns a declared entity or stands in
// the organization's tree; what is not declared in a known account does not exist.
func (s *Snapshot) AccountKnown(account string) bool {
	if row, ok := s.accounts.get(account); ok && row.owns > 0 {
		return true
	}
	_, ok := s.AccountNode(account)
	return ok
}

// Account is a known account.
type Account struct {
	// ID has 12 digits.
	ID string
	// Name is the one given in the organization's tree; it may be empty.
	Name string
}

// Accounts returns the known accounts, sorted by id.
func (s *Snapshot) Accounts() []Account {
	names := map[string]string{}
	for row := range s.accounts.each() {
		if row.owns > 0 {
			names[row.id] = ""
		}
	}
	if row, ok := s.organization(); ok {
		for _, node := range row.nodes {
			if node.Kind == AccountNode {
				names[node.ID] = node.Name
			}
		}
	}
	var list []Account
	for _, id := range slices.Sorted(maps.Keys(names)) {
		list = append(list, Account{ID: id, Name: names[id]})
	}
	return list
}
