package inventory

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Rows in pages are held against a map through transactions of all sizes,
// written and read in any order; earlier snapshots keep what they saw.
func TestRowsAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	db := newDatabase()
	want := map[string]*Principal{}
	type state struct {
		store *store
		rows  map[string]*Principal
	}
	var states []state
	for _, size := range []int{0, 1, 3, 700, 1, 40, 2000, 5, 129, 1} {
		s := newStore(db.Txn(true))
		s.trackChanges()
		before, written := maps.Clone(want), map[string]bool{}
		for range size {
			name := fmt.Sprintf("Role%d", r.IntN(3000))
			p := &Principal{Kind: PrincipalKind(r.IntN(2)), Name: name, Account: fmt.Sprint(r.IntN(3)), ID: fmt.Sprint(r.IntN(500))}
			p.ARN = p.Account + p.Kind.String() + p.Name
			s.principals.put(p)
			want[p.ARN], written[p.ARN] = p, true
			if r.IntN(100) == 0 {
				checkIndexes(t, s, want, p)
			}
		}
		s.commit()
		changes := s.changes().Principals
		require.Len(t, changes, len(written))
		for _, c := range changes {
			require.Same(t, want[c.After.ARN], c.After)
			require.True(t, before[c.After.ARN] == c.Before)
		}
		states = append(states, state{newStore(db.Txn(false)), maps.Clone(want)})
	}
	for _, old := range states {
		for _, p := range old.rows {
			checkIndexes(t, old.store, old.rows, p)
			if r.IntN(20) == 0 {
				break
			}
		}
		listed := slices.Collect(old.store.principals.each())
		require.Len(t, listed, len(old.rows))
		require.True(t, slices.IsSortedFunc(listed, func(a, b *Principal) int { return compareTexts(a.ARN, b.ARN) }))
		_, ok := old.store.principals.get("0roleRol")
		require.False(t, ok)
	}
}

func compareTexts(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// checkIndexes finds a row, and those that share its name or id, by every index.
func checkIndexes(t *testing.T, s *store, want map[string]*Principal, p *Principal) {
	got, ok := s.principals.get(p.ARN)
	require.True(t, ok)
	require.Same(t, want[p.ARN], got)
	p = got
	for _, tt := range []struct {
		index *index[Principal]
		same  func(*Principal) bool
	}{
		{&principalByName, func(o *Principal) bool { return o.Name == p.Name }},
		{&principalByScope, func(o *Principal) bool { return o.Name == p.Name && o.Account == p.Account && o.Kind == p.Kind }},
		{&principalByID, func(o *Principal) bool { return o.ID == p.ID }},
	} {
		var expected, found []string
		for arn, other := range want {
			if tt.same(other) {
				expected = append(expected, arn)
			}
		}
		hash, _ := tt.index.hash(p)
		for other := range s.principals.under(tt.index, hash) {
			if tt.same(other) {
				require.Same(t, want[other.ARN], other)
				found = append(found, other.ARN)
			}
		}
		slices.Sort(expected)
		require.Equal(t, expected, found, tt.index.table)
		require.True(t, s.principals.repeated(tt.index, 1<<20)(hash) == (len(found) > 1), tt.index.table)
	}
}

func TestDeletedRow(t *testing.T) {
	s := newStore(newDatabase().Txn(true))
	s.trackChanges()
	for i := range 300 {
		s.groups.put(&Group{ARN: fmt.Sprint(i), Name: "g"})
	}
	s.groups.delete("7")
	s.groups.delete("none")
	_, ok := s.groups.get("7")
	require.False(t, ok)
	require.Len(t, slices.Collect(s.groups.each()), 299)
	require.Len(t, slices.Collect(s.groups.under(&groupByScope, scopeHash("G", "", ""))), 299)
}
