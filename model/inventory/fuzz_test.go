package inventory

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
)

// readTwice reads data in two ways that must agree, checks what holds for all
// inputs and returns the inventory.
func readTwice(t *testing.T, data []byte, o Options) *Inventory {
	read := func(add func(*Loader)) (*Inventory, []model.Diagnostic) {
		l := NewLoader(fstest.MapFS{"in": {Data: data}, "trust.json": {Data: []byte(trustDocument)}}, o)
		add(l)
		return l.Finish()
	}
	inv, found := read(func(l *Loader) { l.Add("in") })
	again, foundAgain := read(func(l *Loader) { l.AddData("in", data) })
	require.Equal(t, found, foundAgain)
	require.Equal(t, inv == nil, model.HasErrors(found), "there is an inventory or an error")
	known := map[string]bool{}
	for _, f := range append(model.Findings(), Findings()...) {
		known[f.ID] = true
	}
	for i, d := range found {
		require.True(t, known[d.ID], d.ID)
		require.NotEmpty(t, d.Message)
		require.NotEmpty(t, d.Position.File)
		require.True(t, i == 0 || d != found[i-1], "nothing is reported twice")
	}
	if inv != nil {
		require.Equal(t, contents(inv.Snapshot()), contents(again.Snapshot()))
		checkRows(t, inv.Snapshot())
	}
	return inv
}

// checkRows checks what holds for every inventory.
func checkRows(t *testing.T, s *Snapshot) {
	for p := range s.Principals() {
		got, ok := s.Principal(p.ARN)
		require.True(t, ok)
		require.Same(t, p, got)
		require.True(t, model.IsAccountID(p.Account))
		require.True(t, s.AccountKnown(p.Account))
		require.Contains(t, s.FindPrincipals(p.Kind.String()+p.Path+p.Name), p)
		require.Equal(t, p.Kind == Role, p.Trust != nil, "roles have a trust policy, users have none")
		if p.Kind == Role {
			role, ok := s.RoleByName(p.Account, p.Name)
			require.True(t, ok)
			require.Equal(t, p.Name, role.Name)
		}
	}
	for policy := range s.Policies() {
		require.NotEmpty(t, policy.documents)
		for kind, document := range policy.documents {
			require.Equal(t, kind, document.Kind)
		}
	}
	for r := range s.Resources() {
		require.True(t, model.IsAccountID(r.Account))
		for _, arn := range []string{r.ARN, r.ARN + "/below", r.ARN + ":below/deep", r.ARN + "beside", r.ARN[:len(r.ARN)-1]} {
			got, _ := s.ResourceFor(arn)
			require.Same(t, resourceByLooking(s, arn), got, arn)
		}
	}
	if o := s.Organization(); o != nil {
		checkTree(t, s, o.Root, nil)
	}
}

// resourceByLooking is ResourceFor by comparing with every resource.
func resourceByLooking(s *Snapshot, arn string) *Resource {
	var longest *Resource
	for r := range s.Resources() {
		rest, below := strings.CutPrefix(arn, r.ARN)
		below = below && (rest == "" || rest[0] == '/' || rest[0] == ':')
		if below && (longest == nil || len(r.ARN) > len(longest.ARN)) {
			longest = r
		}
	}
	return longest
}

func checkTree(t *testing.T, s *Snapshot, n, parent *Node) {
	require.Same(t, parent, n.Parent)
	require.NotNil(t, n.ServiceControlPolicies)
	require.Len(t, n.ServiceControlPolicies, len(n.serviceControl), "no SCP gets lost")
	require.Len(t, n.ResourceControlPolicies, len(n.resourceControl), "no RCP gets lost")
	if n.Kind == AccountNode {
		got, ok := s.AccountNode(n.ID)
		require.True(t, ok)
		require.Same(t, n, got)
		require.True(t, s.AccountKnown(n.ID))
	}
	for _, child := range n.Children {
		checkTree(t, s, child, n)
	}
}

func FuzzPolicySet(f *testing.F) {
	for _, seed := range []string{
		fill(everything), fill(base), fill(people), "{}", "", "roles: [{}]", "organization: null",
		`{"roles": [{"arn": "arn:aws:iam::111122223333:role/R", "trustPolicyFile": "trust.json"}]}`,
		fill(`organization: {root: {organizationalUnits: [{id: ou-inner, organizationalUnits: [{id: ou-prod}]}]}}`),
		fill(`roles: [{arn: "arn:aws:iam::111122223333:role/R", tags: {a: null}, inlinePolicies: {X: {file: trust.json}}}]`),
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	inv, found := Load(files(map[string]string{"set.yaml": base}), "set.yaml")
	require.Empty(f, found)
	stored := inv.Snapshot()
	want := contents(stored)
	f.Fuzz(func(t *testing.T, data []byte, override bool) {
		o := Options{Override: override}
		readTwice(t, data, o)
		overlay, err := source.Parse("overlay", data)
		if err != nil {
			return
		}
		after, found := stored.WhatIf(overlay, ".", nil, o)
		again, foundAgain := stored.WhatIf(overlay, ".", nil, o)
		require.Equal(t, found, foundAgain)
		require.Equal(t, after == nil, model.HasErrors(found))
		if after != nil {
			checkRows(t, after)
			require.Equal(t, contents(after), contents(again))
		}
		require.Equal(t, want, contents(stored), "what if changes nothing")
	})
}

func FuzzAccountExport(f *testing.F) {
	for _, form := range []func(string) string{plain, inJSON, percentEncoded} {
		f.Add([]byte(exported(form)))
		f.Add([]byte(exported(form) + exported(form)))
		f.Add([]byte("[" + exported(form) + "]"))
	}
	f.Add([]byte(`{"arn":"arn:aws:iam::aws:policy/P","document":` + allowJSON + `}` + "\n" + `{"arn":null,"document":{}}`))
	f.Add([]byte(`{"UserDetailList": null, "IsTruncated": true}`))
	f.Add([]byte(`{"UserDetailList":[{"Arn":"arn:aws:iam::111122223333:user/u","GroupList":["g"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		inv := readTwice(t, data, Options{})
		if inv == nil {
			return
		}
		// An export is told by content wherever it stands: alone in a list, too.
		l := NewLoader(nil, Options{Override: true})
		l.AddData("in", data)
		l.AddData("in", data)
		_, found := l.Finish()
		require.False(t, model.HasErrors(found), "the same input again replaces itself: %v", found)
	})
}
