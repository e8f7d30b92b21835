package inventory

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

// marked returns a copy of a document that can be told from it.
func marked(p *model.Policy) *model.Policy {
	changed := *p
	changed.ID = "changed"
	return &changed
}

func TestWithDocuments(t *testing.T) {
	before := load(t, base).Snapshot()
	documents := before.Documents()
	seen := map[*model.Policy]bool{}
	for _, p := range documents {
		require.NotNil(t, p)
		require.False(t, seen[p], "each once")
		seen[p] = true
	}
	require.True(t, seen[FullAWSAccess()])
	for _, p := range documents {
		if p == FullAWSAccess() {
			continue
		}
		t.Run(p.Kind.String()+" "+p.Name, func(t *testing.T) {
			other := marked(p)
			after := before.WithDocuments(map[*model.Policy]*model.Policy{p: other})
			want := make([]*model.Policy, len(documents))
			copy(want, documents)
			for i := range want {
				if want[i] == p {
					want[i] = other
				}
			}
			got := after.Documents()
			require.Len(t, got, len(want))
			for i := range want {
				require.Same(t, want[i], got[i], "only the one document changes")
			}
			require.Equal(t, documents, before.Documents(), "the snapshot itself stays as it is")
			changes, ok := after.ChangesSince(before)
			require.True(t, ok)
			require.Equal(t, len(changes.Principals)+len(changes.Groups)+len(changes.Policies)+len(changes.Resources)+len(changes.Endpoints) > 0, !changes.Accounts || p.Kind == model.ServiceControlPolicy)
		})
	}
	require.Equal(t, documents, before.WithDocuments(nil).Documents())
}

// A changed SCP is changed wherever it is attached, and for later overlays.
func TestWithDocumentsOfTheOrganization(t *testing.T) {
	before := load(t, base).Snapshot()
	row, _ := before.Policy("Guard")
	guard := row.Document(model.ServiceControlPolicy)
	require.NotNil(t, guard)
	other := marked(guard)
	after := before.WithDocuments(map[*model.Policy]*model.Policy{guard: other})
	require.Equal(t, []*model.Policy{FullAWSAccess(), other}, after.Organization().Root.ServiceControlPolicies)
	require.Equal(t, []*model.Policy{FullAWSAccess(), guard}, before.Organization().Root.ServiceControlPolicies)
	row, _ = after.Policy("Guard")
	require.Same(t, other, row.Document(model.ServiceControlPolicy))
	account, _ := after.AccountNode("111122223333")
	require.Same(t, after.Organization().Root, account.Path()[0], "the levels hang together")

	later, found := after.WhatIf(node(t, `organization: {root: {id: r-a, accounts: [{id: "555566667777"}]}}`), ".", nil, Options{})
	require.Empty(t, lines(found))
	require.Equal(t, []*model.Policy{FullAWSAccess(), other}, later.Organization().Root.ServiceControlPolicies)
}

func TestWithoutLayer(t *testing.T) {
	before := load(t, base).Snapshot()
	layers := before.Layers()
	var names []string
	for _, l := range layers {
		names = append(names, l.Kind.String()+" "+l.Holder)
	}
	require.Equal(t, []string{
		"permissionsBoundary ",
		"keyPolicy arn:aws:kms:eu-west-1:111122223333:key/k", "resourcePolicy arn:aws:s3:::b",
		"vpcEndpointPolicy vpce-1", "serviceControlPolicy r-a",
	}, names)
	const role = "arn:aws:iam::111122223333:role/R"
	for i, check := range []func(s *Snapshot) (gone bool){
		func(s *Snapshot) bool { p, _ := s.Principal(role); return !p.HasBoundary() },
		func(s *Snapshot) bool {
			r, _ := s.Resource("arn:aws:kms:eu-west-1:111122223333:key/k")
			return r.Policy == nil && len(r.Grants) == 1
		},
		func(s *Snapshot) bool { r, _ := s.Resource("arn:aws:s3:::b"); return r.Policy == nil },
		func(s *Snapshot) bool { e, _ := s.Endpoint("vpce-1"); return e.Policy == nil },
		func(s *Snapshot) bool { return len(s.Organization().Root.ServiceControlPolicies) == 1 },
	} {
		t.Run(names[i], func(t *testing.T) {
			require.False(t, check(before))
			after := before.WithoutLayer(layers[i])
			require.True(t, check(after))
			require.False(t, check(before), "the snapshot itself stays as it is")
			require.Len(t, after.Layers(), len(layers)-1)
		})
	}
}
