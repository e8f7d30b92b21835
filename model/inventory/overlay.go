package inventory

import (
	"io/fs"

	"github.com/hashicorp/go-memdb"

	"iamsim/internal/source"
	"iamsim/model"
)

// WhatIf returns the snapshot with an overlay applied; the snapshot itself
// stays as it is. The result is nil if one of the diagnostics is an error.
//
// An overlay is a policy set. An entity with a declared ARN or id is changed,
// another is added. What is left out stays; texts, documents and grants that
// are given replace; attachedPolicies, groups and lists of SCPs and RCPs are
// added to; inlinePolicies and tags are merged by name; null removes a field
// or an entry of a mapping. The organization is merged by node id: a node
// stands where the overlay names it, and is moved there if it stood elsewhere.
//
// File names in the overlay are relative to dir and are opened in fsys, which
// may be nil for an overlay that names none. A nil overlay changes nothing.
func (s *Snapshot) WhatIf(overlay *source.Node, dir string, fsys fs.FS, o Options) (*Snapshot, []model.Diagnostic) {
	db := s.db.Snapshot()
	changes, found := applyOverlay(db, overlay, dir, fsys, o)
	if model.HasErrors(found) {
		return nil, found
	}
	other := newSnapshot(db)
	other.base, other.changes = s, changes
	return other, found
}

// Update applies an overlay to the inventory itself, as Snapshot.WhatIf does
// to a copy. If one of the diagnostics is an error nothing is changed.
func (inv *Inventory) Update(overlay *source.Node, dir string, fsys fs.FS, o Options) []model.Diagnostic {
	_, found := applyOverlay(inv.db, overlay, dir, fsys, o)
	return found
}

func applyOverlay(db *memdb.MemDB, overlay *source.Node, dir string, fsys fs.FS, o Options) (Changes, []model.Diagnostic) {
	if overlay == nil {
		return Changes{}, nil
	}
	r := newReader(fsys, o, true)
	entries := r.winners(r.policySet(overlay, dir))
	tables := newStore(db.Txn(true))
	tables.trackChanges()
	defer tables.txn.Abort() // does nothing after Commit
	newBuilder(&r, tables).build(entries)
	found := r.sorted()
	if !model.HasErrors(found) {
		tables.commit()
	}
	return tables.changes(), found
}
