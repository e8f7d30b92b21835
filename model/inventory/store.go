package inventory

import (
	"strings"

	"github.com/hashicorp/go-memdb"
)

// The names of the tables, by which entries say where they belong.
const (
	accountsTable     = "accounts"
	policiesTable     = "policies"
	principalsTable   = "principals"
	groupsTable       = "groups"
	resourcesTable    = "resources"
	providersTable    = "providers"
	endpointsTable    = "endpoints"
	organizationTable = "organization"
)

// accountRow counts what an account owns, so that an account whose last
// entity an overlay moves away stops being known.
type accountRow struct {
	id   string
	owns int
}

// organizationRow is the only row of its table.
type organizationRow struct {
	organization *Organization
	// nodes finds the tree's nodes by id, accounts included.
	nodes map[string]*Node
}

// organizationKey is the primary key of the organization's only row.
const organizationKey = "organization"

// The tables, each with its primary key. Every row is immutable once its
// transaction is committed.
var (
	accountKind = newKind(accountsTable, func(a *accountRow) string { return a.id })
	policyKind  = newKind(policiesTable, func(p *ManagedPolicy) string { return p.Key }, &policyByName)
	// IAM compares names without regard to case: what is unique in an account
	// is the folded name.
	principalKind = newKind(principalsTable, func(p *Principal) string { return p.ARN },
		&principalByName, &principalByScope, &principalByID)
	groupKind        = newKind(groupsTable, func(g *Group) string { return g.ARN }, &groupByScope)
	resourceKind     = newKind(resourcesTable, func(r *Resource) string { return r.ARN })
	providerKind     = newKind(providersTable, func(p *IdentityProvider) string { return p.ARN })
	endpointKind     = newKind(endpointsTable, func(e *Endpoint) string { return e.ID })
	organizationKind = newKind(organizationTable, func(*organizationRow) string { return organizationKey })
)

// The indexes besides the primary ones.
var (
	policyByName     = index[ManagedPolicy]{table: "policies by name", hash: func(p *ManagedPolicy) (uint64, bool) { return textHash(p.Name), p.Name != "" }}
	principalByName  = index[Principal]{table: "principals by name", hash: func(p *Principal) (uint64, bool) { return textHash(p.Name), true }}
	principalByScope = index[Principal]{table: "principals by scope", hash: func(p *Principal) (uint64, bool) {
		return scopeHash(p.Name, p.Account, p.Kind.String()), true
	}}
	principalByID = index[Principal]{table: "principals by unique id", hash: func(p *Principal) (uint64, bool) { return textHash(p.ID), p.ID != "" }}
	groupByScope  = index[Group]{table: "groups by scope", hash: func(g *Group) (uint64, bool) { return scopeHash(g.Name, g.Account, ""), true }}
)

// sameName reports whether IAM takes two names for one.
func sameName(a, b string) bool { return a == b || strings.ToLower(a) == strings.ToLower(b) }

func newDatabase() *memdb.MemDB {
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, add := range []func(*memdb.DBSchema){
		accountKind.describe, policyKind.describe, principalKind.describe, groupKind.describe,
		resourceKind.describe, providerKind.describe, endpointKind.describe, organizationKind.describe,
	} {
		add(schema)
	}
	db, err := memdb.NewMemDB(schema)
	if err != nil {
		panic("inventory: the database's schema is wrong: " + err.Error())
	}
	return db
}

// store is the tables as one transaction sees them.
type store struct {
	txn           *memdb.Txn
	accounts      rows[accountRow]
	policies      rows[ManagedPolicy]
	principals    rows[Principal]
	groups        rows[Group]
	resources     rows[Resource]
	providers     rows[IdentityProvider]
	endpoints     rows[Endpoint]
	organizations rows[organizationRow]
}

func newStore(txn *memdb.Txn) *store {
	return &store{
		txn:           txn,
		accounts:      rows[accountRow]{kind: accountKind, txn: txn},
		policies:      rows[ManagedPolicy]{kind: policyKind, txn: txn},
		principals:    rows[Principal]{kind: principalKind, txn: txn},
		groups:        rows[Group]{kind: groupKind, txn: txn},
		resources:     rows[Resource]{kind: resourceKind, txn: txn},
		providers:     rows[IdentityProvider]{kind: providerKind, txn: txn},
		endpoints:     rows[Endpoint]{kind: endpointKind, txn: txn},
		organizations: rows[organizationRow]{kind: organizationKind, txn: txn},
	}
}

// trackChanges lets changes tell what the transaction replaces.
func (s *store) trackChanges() {
	s.accounts.tracked = map[string]int{}
	s.policies.tracked = map[string]int{}
	s.principals.tracked = map[string]int{}
	s.groups.tracked = map[string]int{}
	s.resources.tracked = map[string]int{}
	s.endpoints.tracked = map[string]int{}
	s.organizations.tracked = map[string]int{}
}

// commit stores what was written and ends the transaction.
func (s *store) commit() {
	s.accounts.settle()
	s.policies.settle()
	s.principals.settle()
	s.groups.settle()
	s.resources.settle()
	s.providers.settle()
	s.endpoints.settle()
	s.organizations.settle()
	s.txn.Commit()
}
