package eval

import "iamsim/conditions"

// layer is one kind of policy that takes part in a decision. The order is
// that in which E91 reports causes.
type layer uint8

const (
	layerRCP layer = iota
	layerSCP
	layerVPCE
	layerResource
	layerIdentity
	layerBoundary
	layerSession
	layerCount
)

var explicitDenyOf = [layerCount]Code{
	DenyExplicitRCP, DenyExplicitSCP, DenyExplicitVPCE, DenyExplicitResource,
	DenyExplicitIdentity, DenyExplicitBoundary, DenyExplicitSession,
}

// kinds is the set of ways in which applying Allow statements of the resource
// side name the caller (B30 to B3A).
type kinds uint8

const (
	kindDirect    kinds = 1 << iota // user, session, federated user or root user named itself
	kindService                     // service principal
	kindFederated                   // identity provider of a token caller
	kindWildcard                    // "*", or NotPrincipal with Allow
	kindRole                        // role of a session
	kindParent                      // parent user of a federated user
	kindAccount                     // account: delegates (E22)
)

// aside says which silent layers a resource-side Allow sets aside (E41).
type aside struct{ identity, boundary, session bool }

// setAside is table E41: the most permissive of the kinds counts.
func (k kinds) setAside() aside {
	switch {
	case k&(kindDirect|kindWildcard) != 0:
		return aside{identity: true, boundary: true, session: true}
	case k&(kindRole|kindParent) != 0:
		return aside{identity: true}
	}
	return aside{}
}

// levels tells up to which level an organization's policies allow: the
// numbers of the first level without a sure Allow, and of the first without
// even a possible one; -1 where there is none.
type levels struct{ sure, possible int }

var allLevels = levels{sure: -1, possible: -1}

// facts is what the layers said about one request; authorize needs nothing else.
// A Truth is Unknown only where a request is decided three-valued (D23).
type facts struct {
	always      bool // E70
	serviceRule bool // E64, E6B, E67, E71, E73, B30

	iam       bool // user, role session, federated user or root user
	root      bool
	same      bool // caller and resource belong to one account
	must      bool // trust or key policy: silence denies (E60, E80)
	trustUser bool // E69: a user calls sts on a role

	deny     [layerCount]conditions.Truth
	rcp, scp levels
	endpoint conditions.Truth // True where no endpoint takes part
	sure     kinds            // resource-side Allows that surely apply
	possible kinds            // those, and the ones that depend on an unknown key
	grant    conditions.Truth

	identity, boundary, session conditions.Truth // True where a boundary or session policy does not exist

	// identityToo keeps the resource side from setting the identity side aside (E68, source identities down a chain).
	identityToo bool

	ownARNOnly bool // E45 alternative: a wildcard does not set an empty session aside

	farPrincipal, farResource bool
}

// noDenies is what facts hold where no layer denies.
var noDenies [layerCount]conditions.Truth

// authorize combines what the layers said into a decision (E.14, steps 4 to
// 10; E41, E91). It is the one place where layers are combined. With
// optimistic set, unknown Allows count and unknown Denies do not; otherwise
// the reverse: the two answers enclose every possible one.
func authorize(f *facts, o *Options, optimistic bool) Decision {
	allows := func(t conditions.Truth) bool {
		return t == conditions.True || t == conditions.Unknown && optimistic
	}
	denies := func(t conditions.Truth) bool {
		return t == conditions.True || t == conditions.Unknown && !optimistic
	}
	because := func(c Code) Decision { return Decision{Reason: Reason{Code: c}} }

	if f.serviceRule {
		return because(DenyServiceRule)
	}
	if f.always {
		return because(AllowAlways)
	}
	if f.deny != noDenies {
		for l := layerRCP; l < layerCount; l++ {
			if denies(f.deny[l]) {
				return because(explicitDenyOf[l])
			}
		}
	}

	rcp, scp, kinds := f.rcp.sure, f.scp.sure, f.sure
	if optimistic {
		rcp, scp, kinds = f.rcp.possible, f.scp.possible, f.possible
	}
	if rcp >= 0 {
		return Decision{Reason: Reason{Code: DenyImplicitRCPLevel, Level: uint8(min(rcp, 255))}}
	}
	if scp >= 0 {
		return Decision{Reason: Reason{Code: DenyImplicitSCPLevel, Level: uint8(min(scp, 255))}}
	}
	if !allows(f.endpoint) {
		return because(DenyImplicitVPCE)
	}

	identity, boundary, session := allows(f.identity), allows(f.boundary), allows(f.session)
	if allows(f.grant) && (boundary && session || o.GrantsIgnoreLimits) {
		if f.farPrincipal && o.Strict {
			return because(DenyImplicitIdentityCrossAccount)
		}
		return Decision{Reason: Reason{Code: AllowKMSGrant}, FarSide: f.farPrincipal}
	}
	if !f.iam {
		if kinds == 0 {
			return because(DenyImplicitResource)
		}
		return because(AllowResource)
	}

	if !f.same {
		switch {
		case kinds == 0 && !f.farResource, f.farResource && o.Strict:
			return because(DenyImplicitResourceCrossAccount)
		case !identity, f.farPrincipal && o.Strict:
			return because(DenyImplicitIdentityCrossAccount)
		case !boundary:
			return because(DenyImplicitBoundary)
		case !session:
			return because(DenyImplicitSession)
		}
		return Decision{Reason: Reason{Code: AllowIdentityAndResource}, FarSide: f.farPrincipal || f.farResource}
	}

	if f.must && kinds == 0 {
		return because(DenyImplicitResource)
	}
	aside := kinds.setAside()
	if f.identityToo {
		aside.identity = false
	}
	if f.trustUser && !o.TrustSetsBoundaryAside {
		aside.boundary, aside.session = false, false
	}
	if f.ownARNOnly && kinds&kindDirect == 0 {
		aside.session = false
	}
	switch {
	case !identity && !aside.identity:
		return because(DenyImplicitIdentity)
	case !boundary && !aside.boundary:
		return because(DenyImplicitBoundary)
	case !session && !aside.session:
		return because(DenyImplicitSession)
	case f.must && aside.identity:
		return because(AllowResource)
	case f.must:
		return because(AllowIdentityAndResource)
	case identity && boundary && session && f.root:
		return because(AllowRootUser)
	case identity && boundary && session:
		return because(AllowIdentity)
	}
	return because(AllowResource)
}
