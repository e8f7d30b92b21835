package inventory

import (
	"iter"
	"strings"

	"github.com/hashicorp/go-memdb"
)

// The tables of the database. Every row is a pointer to one of the exported
// types, an *accountRow or an *organizationRow, and is immutable once its
// transaction is committed.
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

// The indexes besides memdb's own "id", which holds the ARN or the id.
const (
	primaryIndex  = "id"
	nameIndex     = "name"
	uniqueIDIndex = "uniqueID"
	// prefixed, after an index's name, looks for keys that begin with a text.
	prefixed = "_prefix"
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

// textIndex indexes rows of type T by one text; rows whose text is empty are
// left out of the index.
type textIndex[T any] struct{ text func(*T) string }

// FromObject returns the key of a row. It ends in a NUL so that no key is a
// prefix of another and the index is sorted as strings are.
func (x textIndex[T]) FromObject(row any) (bool, []byte, error) {
	text := x.text(row.(*T))
	if text == "" {
		return false, nil, nil
	}
	return true, append([]byte(text), 0), nil
}

// FromArgs returns the key that one string argument stands for.
func (x textIndex[T]) FromArgs(args ...any) ([]byte, error) {
	return append([]byte(args[0].(string)), 0), nil
}

// PrefixFromArgs returns the beginning of a key.
func (x textIndex[T]) PrefixFromArgs(args ...any) ([]byte, error) {
	return []byte(args[0].(string)), nil
}

// table describes a table whose rows are found by a unique key.
func table[T any](name string, key func(*T) string, more ...*memdb.IndexSchema) *memdb.TableSchema {
	t := &memdb.TableSchema{Name: name, Indexes: map[string]*memdb.IndexSchema{
		primaryIndex: {Name: primaryIndex, Unique: true, Indexer: textIndex[T]{key}},
	}}
	for _, index := range more {
		t.Indexes[index.Name] = index
	}
	return t
}

// by describes an index that several rows may share an entry of.
func by[T any](name string, text func(*T) string) *memdb.IndexSchema {
	return &memdb.IndexSchema{Name: name, AllowMissing: true, Indexer: textIndex[T]{text}}
}

func newDatabase() *memdb.MemDB {
	tables := []*memdb.TableSchema{
		table(accountsTable, func(a *accountRow) string { return a.id }),
		table(policiesTable, func(p *ManagedPolicy) string { return p.Key },
			by(nameIndex, func(p *ManagedPolicy) string { return p.Name })),
		table(principalsTable, func(p *Principal) string { return p.ARN },
			by(nameIndex, func(p *Principal) string { return scopedName(p.Name, p.Account, p.Kind.String()) }),
			by(uniqueIDIndex, func(p *Principal) string { return p.ID })),
		table(groupsTable, func(g *Group) string { return g.ARN },
			by(nameIndex, func(g *Group) string { return scopedName(g.Name, g.Account) })),
		table(resourcesTable, func(r *Resource) string { return r.ARN }),
		table(providersTable, func(p *IdentityProvider) string { return p.ARN }),
		table(endpointsTable, func(e *Endpoint) string { return e.ID }),
		table(organizationTable, func(*organizationRow) string { return organizationKey }),
	}
	schema := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for _, t := range tables {
		schema.Tables[t.Name] = t
	}
	db, err := memdb.NewMemDB(schema)
	if err != nil {
		panic("inventory: the database's schema is wrong: " + err.Error())
	}
	return db
}

// scopedName is the text of an index by name and what the name is unique in.
// IAM compares names without regard to case.
func scopedName(name string, scope ...string) string {
	return strings.ToLower(name) + "\x00" + strings.Join(scope, "\x00")
}

// first returns the first row under a key. An error of memdb would mean that
// the schema above is wrong, which is no state a caller could act on.
func first[T any](txn *memdb.Txn, table, index, key string) (*T, bool) {
	row, err := txn.First(table, index, key)
	if err != nil {
		panic("inventory: " + err.Error())
	}
	if row == nil {
		return nil, false
	}
	return row.(*T), true
}

// all returns the rows under a key of an index in the order of their primary keys.
func all[T any](txn *memdb.Txn, table, index, key string) []*T {
	rows, err := txn.Get(table, index, key)
	if err != nil {
		panic("inventory: " + err.Error())
	}
	var list []*T
	for row := rows.Next(); row != nil; row = rows.Next() {
		list = append(list, row.(*T))
	}
	return list
}

// each yields a table's rows in the order of their primary keys.
func each[T any](txn *memdb.Txn, table string) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		rows, err := txn.Get(table, primaryIndex)
		if err != nil {
			panic("inventory: " + err.Error())
		}
		for row := rows.Next(); row != nil; row = rows.Next() {
			if !yield(row.(*T)) {
				return
			}
		}
	}
}

// insert stores a row.
func insert(txn *memdb.Txn, table string, row any) {
	if err := txn.Insert(table, row); err != nil {
		panic("inventory: " + err.Error())
	}
}
