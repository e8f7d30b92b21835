package inventory

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// contents are all rows of a snapshot as they are iterated over.
func contents(s *Snapshot) []any {
	var rows []any
	for row := range s.Principals() {
		rows = append(rows, *row)
	}
	for row := range s.Groups() {
		rows = append(rows, *row)
	}
	for row := range s.Policies() {
		rows = append(rows, *row)
	}
	for row := range s.Resources() {
		rows = append(rows, *row)
	}
	for row := range s.Providers() {
		rows = append(rows, *row)
	}
	for row := range s.Endpoints() {
		rows = append(rows, *row)
	}
	return append(rows, s.Organization(), s.Accounts())
}

const people = `
users:
  - {arn: "arn:aws:iam::111122223333:user/alice", userId: AIDA1}
  - {arn: "arn:aws:iam::444455556666:user/alice"}
  - {arn: "arn:aws:iam::111122223333:user/team/Deployer"}
  - {arn: "arn:aws:iam::111122223333:user/role/odd"}
roles:
  - {arn: "arn:aws:iam::111122223333:role/team/Deployer", trustPolicy: TRUST, roleId: AROA1}
  - {arn: "arn:aws:iam::444455556666:role/Deployer", trustPolicy: TRUST}
  - {arn: "arn:aws:iam::444455556666:role/deep/team/Builder", trustPolicy: TRUST}
  - {arn: "arn:aws-cn:iam::111122223333:role/odd", trustPolicy: TRUST}
`

func TestFindPrincipals(t *testing.T) {
	s := load(t, people).Snapshot()
	const (
		aliceHere    = "arn:aws:iam::111122223333:user/alice"
		aliceThere   = "arn:aws:iam::444455556666:user/alice"
		deployerUser = "arn:aws:iam::111122223333:user/team/Deployer"
		deployerRole = "arn:aws:iam::111122223333:role/team/Deployer"
		deployerFar  = "arn:aws:iam::444455556666:role/Deployer"
		builder      = "arn:aws:iam::444455556666:role/deep/team/Builder"
		oddUser      = "arn:aws:iam::111122223333:user/role/odd"
		oddRole      = "arn:aws-cn:iam::111122223333:role/odd"
	)
	tests := []struct {
		name string
		want []string
	}{
		{"alice", []string{aliceHere, aliceThere}},
		{"user/alice", []string{aliceHere, aliceThere}},
		{"role/alice", nil},
		{"Alice", nil},
		{"Deployer", []string{deployerRole, deployerUser, deployerFar}},
		{"role/Deployer", []string{deployerRole, deployerFar}},
		{"user/Deployer", []string{deployerUser}},
		{"team/Deployer", []string{deployerRole, deployerUser}},
		{"role/team/Deployer", []string{deployerRole}},
		{"/team/Deployer", []string{deployerRole, deployerUser}},
		{"team/Builder", nil},
		{"deep/team/Builder", []string{builder}},
		{"role/deep/team/Builder", []string{builder}},
		{"role/odd", []string{oddRole, oddUser}},
		{"Deploy", nil},
		{"", nil},
		{"/", nil},
		{"role/", nil},
		{aliceHere, []string{aliceHere}},
		{"arn:aws:iam::111122223333:user/bob", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range s.FindPrincipals(tt.name) {
				got = append(got, p.ARN)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestLookups(t *testing.T) {
	s := load(t, people).Snapshot()
	role, ok := s.RoleByName("111122223333", "Deployer")
	require.True(t, ok)
	require.Equal(t, "arn:aws:iam::111122223333:role/team/Deployer", role.ARN)
	for _, miss := range [][2]string{{"111122223333", "deployer"}, {"111122223333", "team/Deployer"}, {"111122223333", "alice"}, {"123456789012", "Deployer"}, {"", ""}} {
		_, ok = s.RoleByName(miss[0], miss[1])
		require.False(t, ok, miss)
	}

	found, ok := s.PrincipalByID("AROA1")
	require.True(t, ok)
	require.Same(t, role, found)
	for _, miss := range []string{"AROA", "AROA2", ""} {
		_, ok = s.PrincipalByID(miss)
		require.False(t, ok, miss)
	}
	_, ok = s.Principal("arn:aws:iam::111122223333:user/alic")
	require.False(t, ok)
	_, ok = s.Group("")
	require.False(t, ok)
}

func TestResourceFor(t *testing.T) {
	s := load(t, `
resources:
  - {arn: "arn:aws:s3:::b", account: "111122223333"}
  - {arn: "arn:aws:s3:::b/dir", account: "111122223333"}
  - {arn: "arn:aws:dynamodb:eu-west-1:111122223333:table/t"}
  - {arn: "arn:aws:logs:eu-west-1:111122223333:log-group:g"}`).Snapshot()
	tests := []struct{ arn, want string }{
		{"arn:aws:s3:::b", "arn:aws:s3:::b"},
		{"arn:aws:s3:::b/key", "arn:aws:s3:::b"},
		{"arn:aws:s3:::b/", "arn:aws:s3:::b"},
		{"arn:aws:s3:::bb", ""},
		{"arn:aws:s3:::bb/key", ""},
		{"arn:aws:s3:::b/dir", "arn:aws:s3:::b/dir"},
		{"arn:aws:s3:::b/dir/deep/key", "arn:aws:s3:::b/dir"},
		{"arn:aws:s3:::b/directory", "arn:aws:s3:::b"},
		{"arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", "arn:aws:dynamodb:eu-west-1:111122223333:table/t"},
		{"arn:aws:dynamodb:eu-west-1:111122223333:table/t2", ""},
		{"arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s", "arn:aws:logs:eu-west-1:111122223333:log-group:g"},
		{"arn:aws:s3:::", ""},
		{"*", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.arn, func(t *testing.T) {
			got, ok := s.ResourceFor(tt.arn)
			require.Equal(t, tt.want != "", ok)
			if ok {
				require.Equal(t, tt.want, got.ARN)
			}
		})
	}
}

func TestIterationIsSortedAndStops(t *testing.T) {
	s := load(t, people).Snapshot()
	var arns []string
	for p := range s.Principals() {
		arns = append(arns, p.ARN)
	}
	require.Len(t, arns, 8)
	require.True(t, slices.IsSorted(arns))
	for p := range s.Principals() {
		require.Equal(t, arns[0], p.ARN)
		break
	}
}

func TestEmptyInventory(t *testing.T) {
	inv, found := Load(files(nil))
	require.Empty(t, found)
	s := inv.Snapshot()
	require.Equal(t, []any{(*Organization)(nil), []Account(nil)}, contents(s))
	_, ok := s.AccountNode("111122223333")
	require.False(t, ok)
	require.False(t, s.InOrganization("111122223333"))
}

// Readers see one state each while a writer updates the inventory and others
// ask what would be.
func TestSnapshotsAreIsolated(t *testing.T) {
	inv := load(t, people)
	first := inv.Snapshot()
	want := contents(first)

	const updates = 20
	var all sync.WaitGroup
	all.Go(func() {
		for i := range updates {
			overlay := node(t, fmt.Sprintf(`users: [{arn: "arn:aws:iam::111122223333:user/new%d"}, {arn: "arn:aws:iam::111122223333:user/alice", tags: {count: %d}}]`, i, i+1))
			if found := inv.Update(overlay, ".", nil, Options{}); len(found) > 0 {
				t.Error(found)
			}
		}
	})
	for range 4 {
		all.Go(func() {
			for range updates {
				s := inv.Snapshot()
				count := len(slices.Collect(s.Principals())) - 8
				alice, _ := s.Principal("arn:aws:iam::111122223333:user/alice")
				if got := alice.Tags["count"]; count > 0 && got != fmt.Sprint(count) {
					t.Errorf("a snapshot with %d additions has the tag of update %q", count, got)
				}
			}
		})
		all.Go(func() {
			for range updates {
				after, found := first.WhatIf(node(t, `users: [{arn: "arn:aws:iam::111122223333:user/alice", tags: {what: if}}]`), ".", nil, Options{})
				if len(found) > 0 {
					t.Error(found)
					return
				}
				alice, _ := after.Principal("arn:aws:iam::111122223333:user/alice")
				if !maps.Equal(alice.Tags, map[string]string{"what": "if"}) {
					t.Errorf("tags %v", alice.Tags)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, want, contents(first))
	require.Len(t, slices.Collect(inv.Snapshot().Principals()), 8+updates)
}
