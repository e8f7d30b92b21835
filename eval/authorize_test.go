package eval

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
)

// silent is a caller of the resource's account about whom every layer is
// silent but those that do not exist.
func silent() facts {
	return facts{
		iam: true, same: true, rcp: allLevels, scp: allLevels, endpoint: conditions.True,
		boundary: conditions.True, session: conditions.True,
	}
}

func named(k kinds) func(*facts) { return func(f *facts) { f.sure, f.possible = k, k } }

func TestZeroDecisionDenies(t *testing.T) {
	require.Equal(t, ImplicitDeny, Decision{}.Result())
	require.False(t, Decision{}.Allowed())
}

func TestAuthorizeTableE41(t *testing.T) {
	for _, row := range []struct {
		name  string
		kind  kinds
		aside aside
	}{
		{"user, session, federated user named directly", kindDirect, aside{true, true, true}},
		{"wildcard", kindWildcard, aside{true, true, true}},
		{"role of the session", kindRole, aside{identity: true}},
		{"parent user", kindParent, aside{identity: true}},
		{"account", kindAccount, aside{}},
		{"account and role: the most permissive counts", kindAccount | kindRole, aside{identity: true}},
		{"role and wildcard", kindRole | kindWildcard, aside{true, true, true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, layer := range []struct {
				name   string
				silent func(*facts)
				aside  bool
				code   Code
			}{
				{"identity", func(f *facts) { f.identity = conditions.False }, row.aside.identity, DenyImplicitIdentity},
				{"boundary", func(f *facts) { f.boundary = conditions.False }, row.aside.boundary, DenyImplicitBoundary},
				{"session", func(f *facts) { f.session = conditions.False }, row.aside.session, DenyImplicitSession},
			} {
				f := silent()
				f.identity = conditions.True
				layer.silent(&f)
				named(row.kind)(&f)
				got := authorize(&f, &Options{}, false).Reason.Code
				if layer.aside {
					require.Equal(t, AllowResource, got, layer.name)
				} else {
					require.Equal(t, layer.code, got, layer.name)
				}
			}
		})
	}
}

func TestAuthorize(t *testing.T) {
	yes, no := conditions.True, conditions.False
	for _, test := range []struct {
		name string
		set  func(*facts)
		want Code
	}{
		{"nothing", func(*facts) {}, DenyImplicitIdentity},
		{"identity", func(f *facts) { f.identity = yes }, AllowIdentity},
		{"always, even under a deny", func(f *facts) { f.always = true; f.deny[layerSCP] = yes }, AllowAlways},
		{"service rule before an explicit deny", func(f *facts) { f.serviceRule = true; f.deny[layerRCP] = yes }, DenyServiceRule},
		{"a deny of any layer wins", func(f *facts) { f.identity = yes; f.deny[layerSession] = yes }, DenyExplicitSession},
		{"explicit denies are reported in E91's order", func(f *facts) { f.deny[layerSCP] = yes; f.deny[layerIdentity] = yes }, DenyExplicitSCP},
		{"a silent SCP level", func(f *facts) { f.identity = yes; f.scp = levels{1, 1} }, DenyImplicitSCPLevel},
		{"a silent SCP level against a resource policy", func(f *facts) { named(kindDirect)(f); f.scp = levels{0, 0} }, DenyImplicitSCPLevel},
		{"a silent endpoint", func(f *facts) { f.identity = yes; f.endpoint = no }, DenyImplicitVPCE},
		{"cross-account, identity alone", func(f *facts) { f.same = false; f.identity = yes }, DenyImplicitResourceCrossAccount},
		{"cross-account, resource alone", func(f *facts) { f.same = false; named(kindDirect)(f) }, DenyImplicitIdentityCrossAccount},
		{"cross-account, both", func(f *facts) { f.same = false; f.identity = yes; named(kindAccount)(f) }, AllowIdentityAndResource},
		{"cross-account, nothing is set aside", func(f *facts) { f.same = false; f.identity = yes; f.boundary = no; named(kindDirect)(f) }, DenyImplicitBoundary},
		{"mandatory policy silent", func(f *facts) { f.must = true; f.identity = yes }, DenyImplicitResource},
		{"mandatory policy delegates, identity silent", func(f *facts) { f.must = true; named(kindAccount)(f) }, DenyImplicitIdentity},
		{"mandatory policy delegates, identity allows", func(f *facts) { f.must = true; f.identity = yes; named(kindAccount)(f) }, AllowIdentityAndResource},
		{"mandatory policy names the caller", func(f *facts) { f.must = true; named(kindDirect)(f) }, AllowResource},
		{"trust and a user's silent boundary", func(f *facts) { f.must, f.trustUser = true, true; f.boundary = no; named(kindDirect)(f) }, DenyImplicitBoundary},
		{"service named", func(f *facts) { f.iam, f.same = false, false; named(kindService)(f) }, AllowResource},
		{"service not named", func(f *facts) { f.iam, f.same = false, false; f.identity = yes }, DenyImplicitResource},
		{"grant", func(f *facts) { f.must = true; f.grant = yes }, AllowKMSGrant},
		{"grant and a silent boundary", func(f *facts) { f.must = true; f.grant, f.boundary = yes, no }, DenyImplicitResource},
		{"grant and a deny", func(f *facts) { f.grant = yes; f.deny[layerResource] = yes }, DenyExplicitResource},
		{"root user", func(f *facts) { f.root = true; f.identity = yes }, AllowRootUser},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := silent()
			test.set(&f)
			require.Equal(t, test.want, authorize(&f, &Options{}, false).Reason.Code)
			require.Equal(t, test.want, authorize(&f, &Options{}, true).Reason.Code, "without unknowns both bounds agree")
		})
	}
}

func TestAuthorizeFarSide(t *testing.T) {
	f := silent()
	f.same, f.farResource, f.identity = false, true, conditions.True
	require.Equal(t, Decision{Reason: Reason{Code: AllowIdentityAndResource}, FarSide: true}, authorize(&f, &Options{}, false))
	require.Equal(t, DenyImplicitResourceCrossAccount, authorize(&f, &Options{Strict: true}, false).Reason.Code)
	f.identity = conditions.False
	require.Equal(t, DenyImplicitIdentityCrossAccount, authorize(&f, &Options{}, false).Reason.Code)
}

// The two readings of unknown facts enclose every way of making them known.
func TestAuthorizeBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	truth := func() conditions.Truth { return conditions.Truth(r.IntN(3)) }
	known := func(u conditions.Truth) conditions.Truth {
		if u == conditions.Unknown {
			return conditions.Of(r.IntN(2) == 0)
		}
		return u
	}
	for range 200_000 {
		f := silent()
		f.same, f.must, f.iam = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(4) > 0
		f.identity, f.boundary, f.session, f.endpoint, f.grant = truth(), truth(), truth(), truth(), truth()
		for l := range f.deny {
			if r.IntN(6) == 0 {
				f.deny[l] = truth()
			}
		}
		f.sure = kinds(r.IntN(128)) & kinds(r.IntN(128))
		f.possible = f.sure | kinds(r.IntN(128))
		k := f
		k.identity, k.boundary, k.session, k.endpoint, k.grant = known(f.identity), known(f.boundary), known(f.session), known(f.endpoint), known(f.grant)
		for l := range k.deny {
			k.deny[l] = known(f.deny[l])
		}
		k.sure |= k.possible & kinds(r.IntN(128))
		k.possible = k.sure
		is := authorize(&k, &Options{}, false).Allowed()
		if is {
			require.True(t, authorize(&f, &Options{}, true).Allowed(), "%+v", f)
		} else {
			require.False(t, authorize(&f, &Options{}, false).Allowed(), "%+v", f)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Run("every rule is settable by name and number", func(t *testing.T) {
		for _, info := range OptionTable() {
			var byName, byRule Options
			require.NoError(t, byName.Assume(info.Name, info.Alternative))
			require.NoError(t, byRule.Assume(info.Rule, info.Alternative))
			require.Equal(t, byName, byRule)
			require.Equal(t, info.ReadOption, byName == Options{}, info.Name)
			require.NoError(t, byName.Assume(info.Name, info.Default))
			require.Equal(t, Options{}, byName)
		}
	})
	t.Run("errors", func(t *testing.T) {
		var o Options
		require.ErrorContains(t, o.Assume("notPrincipalChian", "any"), "did you mean notPrincipalChain?")
		require.ErrorContains(t, o.Assume("B40", "some"), `takes "strict" or "any", not "some"`)
	})
}
