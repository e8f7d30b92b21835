package eval

import (
	"strings"

	"iamsim/model"
)

// principals is a Principal or NotPrincipal element ready for matching.
type principals struct {
	not     bool
	entries []principalEntry
}

// principalForm tells the values of a Principal element apart (A31).
type principalForm uint8

const (
	formWildcard    principalForm = iota
	formAccount                   // 12 digits, or the root ARN
	formARN                       // user, role, session or federated-user ARN
	formUniqueID                  // AIDA… or AROA…
	formService                   // service principal
	formFederated                 // identity provider
	formCanonicalID               // canonical user id (B39)
	formNobody                    // a text that names nobody
)

type principalEntry struct {
	form  principalForm
	value string // the account id of formAccount
	// partition of a root ARN; empty for a bare account id.
	partition string
}

func compilePrincipals(source *model.Principals) *principals {
	if source == nil {
		return nil
	}
	p := &principals{not: source.Not, entries: make([]principalEntry, len(source.Entries))}
	for i, entry := range source.Entries {
		p.entries[i] = compilePrincipal(entry)
	}
	return p
}

func compilePrincipal(p model.Principal) principalEntry {
	switch p.Type {
	case model.ServicePrincipal:
		return principalEntry{form: formService, value: p.Value}
	case model.FederatedPrincipal:
		return principalEntry{form: formFederated, value: p.Value}
	case model.CanonicalUserPrincipal:
		return principalEntry{form: formCanonicalID, value: p.Value}
	}
	if p.Value == "*" {
		return principalEntry{form: formWildcard}
	}
	if model.IsAccountID(p.Value) {
		return principalEntry{form: formAccount, value: p.Value}
	}
	if strings.HasPrefix(p.Value, "AIDA") || strings.HasPrefix(p.Value, "AROA") {
		return principalEntry{form: formUniqueID, value: p.Value}
	}
	arn, err := model.ParseARN(p.Value)
	switch {
	case err != nil:
		return principalEntry{form: formNobody, value: p.Value}
	case arn.Service == "iam" && arn.Resource == "root":
		return principalEntry{form: formAccount, value: arn.Account, partition: arn.Partition}
	}
	return principalEntry{form: formARN, value: p.Value}
}

// names returns how one entry names a caller (B30 to B38); no kind if it does not.
func (e *principalEntry) names(c *caller) kinds {
	switch e.form {
	case formWildcard:
		return kindWildcard
	case formAccount:
		if !c.iam() || c.account != e.value || e.partition != "" && e.partition != c.partition {
			return 0
		}
		if c.kind == callerRoot {
			return kindDirect
		}
		return kindAccount
	case formService:
		if c.kind == callerService && c.arn == e.value {
			return kindService
		}
	case formFederated:
		if c.kind == callerToken && c.arn == e.value {
			return kindFederated
		}
	case formARN:
		return e.namesARN(c)
	case formUniqueID:
		return e.namesID(c)
	}
	return 0
}

func (e *principalEntry) namesARN(c *caller) kinds {
	if !c.iam() {
		return 0
	}
	switch e.value {
	case c.arn:
		return kindDirect
	case c.roleARN:
		return kindRole
	case c.parentARN:
		return kindParent
	}
	return 0
}

// namesID compares a unique id, which a policy shows after its principal was deleted (B37).
func (e *principalEntry) namesID(c *caller) kinds {
	if c.row == nil || c.row.ID == "" || c.row.ID != e.value {
		return 0
	}
	switch c.kind {
	case callerUser:
		return kindDirect
	case callerRoleSession:
		return kindRole
	case callerFederatedUser:
		return kindParent
	}
	return 0
}

// matchesPrincipal is the principal part of a statement of a resource-side
// or endpoint policy: how the statement names the caller, or no kind where it does not.
func (s *statement) matchesPrincipal(q *frame, o *Options) kinds {
	return s.principals.match(s.source.Effect, s.policy.source.Kind, q, o)
}

// match tells how the element, in a statement of the effect and a policy of
// the kind, names the caller.
func (p *principals) match(effect model.Effect, kind model.PolicyKind, q *frame, o *Options) kinds {
	if p == nil {
		return 0
	}
	if p.not {
		return p.notPrincipal(effect, q, o)
	}
	var found kinds
	for i := range p.entries {
		found |= p.entries[i].namedIn(effect, kind, q, o)
	}
	return found
}

// namedIn adds to an entry's own rules those of the policy it stands in.
func (e *principalEntry) namedIn(effect model.Effect, kind model.PolicyKind, q *frame, o *Options) kinds {
	c := q.caller
	found := e.names(c)
	allow := effect == model.Allow
	switch {
	case allow && c.kind != callerToken && q.service == "sts" && tokenCalls[q.operation]:
		// E67: who brings no token cannot make the call, whomever "*" names.
		return 0
	case found == kindWildcard && allow && c.kind == callerToken && o.TrustWildcardSparesTokenCallers &&
		kind == model.TrustPolicy:
		return 0
	case allow && kind == model.EndpointPolicy && q.gateway && e.form != formWildcard && c.kind != callerRoot:
		// E38: a gateway endpoint knows "*" and, by an account's name, its root user.
		return 0
	}
	return found
}

// notPrincipal is NotPrincipal: B40 and B41 for Deny, B43 for Allow.
func (p *principals) notPrincipal(effect model.Effect, q *frame, o *Options) kinds {
	c := q.caller
	listed, all := 0, 0
	count := func(named func(e *principalEntry) bool) {
		all++
		for i := range p.entries {
			e := &p.entries[i]
			if e.form == formWildcard || named(e) {
				listed++
				return
			}
		}
	}
	is := func(kind kinds) func(*principalEntry) bool {
		return func(e *principalEntry) bool { return e.names(c)&kind != 0 }
	}
	switch c.kind {
	case callerUser:
		count(is(kindDirect))
		count(is(kindAccount))
	case callerRoleSession:
		count(is(kindDirect))
		count(is(kindRole))
		count(is(kindAccount))
	case callerFederatedUser:
		count(is(kindDirect))
		count(is(kindParent))
		count(is(kindAccount))
	case callerRoot:
		count(is(kindDirect))
	case callerService:
		count(is(kindService))
	case callerToken:
		count(is(kindFederated))
	case callerAnonymous:
		count(func(*principalEntry) bool { return false })
	}

	if effect == model.Allow {
		if listed > 0 || o.NotPrincipalAllowMatchesNobody {
			return 0
		}
		return kindWildcard
	}
	if (c.kind == callerUser || c.kind == callerRoleSession) && c.row != nil && c.row.HasBoundary() {
		return kindWildcard
	}
	if listed == all || o.NotPrincipalAnyOfChain && listed > 0 {
		return 0
	}
	return kindWildcard
}

// namesCanonicalID reports whether the statement's Principal lists a canonical user id (B39).
func (s *statement) namesCanonicalID() bool {
	if s.principals == nil || s.principals.not {
		return false
	}
	for i := range s.principals.entries {
		if s.principals.entries[i].form == formCanonicalID {
			return true
		}
	}
	return false
}
