package chain

import (
	"maps"
	"slices"
	"strings"

	"iamsim/conditions"
)

// EdgeKind tells when one principal can assume one role.
type EdgeKind uint8

const (
	// Never: whatever the call passes, it is refused.
	Never EdgeKind = iota
	// If: some calls are allowed, others are not.
	If
	// Always: no value of any key that the policies look at would refuse the call.
	Always
	// Unanswered: the inventory lacks a document that decides.
	Unanswered
)

// String returns "never", "if", "always" or "unanswered".
func (k EdgeKind) String() string {
	return [...]string{"never", "if", "always", "unanswered"}[k]
}

// MarshalText makes the kind its name in JSON.
func (k EdgeKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Place tells where a value is to be supplied.
type Place string

const (
	// OfCall: with the call of the hop itself.
	OfCall Place = "call"
	// OfSession: with the call before it, which made the caller's session; at
	// the chain's start the session must have it.
	OfSession Place = "session"
	// OfCaller: nobody's to supply. Of whom nothing tells, this has to hold.
	OfCaller Place = "caller"
)

// Supply is one value that a hop needs.
type Supply struct {
	Place Place `json:"place"`
	// Key is a condition key, such as "sts:ExternalId"; of a session also "session name".
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Edge is one principal's way into one role.
type Edge struct {
	// From is a principal's ARN, a service, an identity provider, a 12-digit
	// account or "*"; To is a role's ARN.
	From string   `json:"from"`
	To   string   `json:"to"`
	Kind EdgeKind `json:"kind"`
	// Action is the STS call.
	Action string `json:"action"`
	// Supply is one choice of values, of the fewest keys, with which the call is allowed; empty where nothing need be supplied.
	Supply []Supply `json:"supply,omitempty"`
	// FarSide is set where another account, of which nothing was read, must allow the call as well.
	FarSide bool `json:"farSide,omitempty"`
	// CrossAccount is set where caller and role belong to two accounts, or the caller to none.
	CrossAccount bool `json:"crossAccount,omitempty"`
	// Partial is set where there were too many values to try them all: Kind is
	// then If where all that were tried are allowed, and may be Never where it is If.
	Partial bool `json:"partial,omitempty"`
	// Why says what is missing where Kind is Unanswered.
	Why string `json:"why,omitempty"`
}

// sessionNeeds is what a caller's session must have for a call to be allowed.
type sessionNeeds struct {
	name           string
	tags           map[string]string
	sourceIdentity string
	// provider is the identity provider whose token the session was made for.
	provider string
}

func (s *sessionNeeds) empty() bool {
	return s == nil || s.name == "" && len(s.tags) == 0 && s.sourceIdentity == "" && s.provider == ""
}

// verdict is what is known of an edge. It is shared by all callers who stand alike.
type verdict struct {
	kind    EdgeKind
	call    Hop // what to pass; Role is left empty
	session *sessionNeeds
	far     bool
	partial bool
	why     string
	// as is the caller for whom the rest holds, where it stands for many;
	// told is set where it does not hold for all of them.
	as   *caller
	told bool
}

func (v *verdict) passable() bool { return v.kind == If || v.kind == Always }

// supplies lists what an edge needs: of the caller, of the call, then of the session. given holds the
// keys of every call, which need not be told again.
func (v *verdict) supplies(given *conditions.Context) []Supply {
	return slices.Concat(v.who(), hopSupplies(&v.call, given), v.session.supplies())
}

// who tells which of many callers an edge holds for; nothing where it holds for all.
func (v *verdict) who() []Supply {
	if !v.told {
		return nil
	}
	return []Supply{{OfCaller, "aws:PrincipalArn", []string{v.as.request.Principal}}}
}

// supplies lists what a session must have.
func (s *sessionNeeds) supplies() []Supply {
	if s.empty() {
		return nil
	}
	var out []Supply
	add := func(key, value string) {
		if value != "" {
			out = append(out, Supply{OfSession, key, []string{value}})
		}
	}
	add(keyCallerSession, s.name)
	add("aws:SourceIdentity", s.sourceIdentity)
	add("aws:FederatedProvider", s.provider)
	for _, key := range sorted(s.tags) {
		out = append(out, Supply{OfSession, "aws:PrincipalTag/" + key, []string{s.tags[key]}})
	}
	return out
}

// hopSupplies lists what a call passes beside the role, sorted by key.
func hopSupplies(h *Hop, given *conditions.Context) []Supply {
	var out []Supply
	add := func(key string, values ...string) { out = append(out, Supply{OfCall, key, values}) }
	if h.ExternalID != "" {
		add(keyExternalID, h.ExternalID)
	}
	if h.SessionName != "" {
		add(keySessionName, h.SessionName)
	}
	if h.SourceIdentity != "" {
		add(keySourceIdentity, h.SourceIdentity)
	}
	if h.Duration > 0 {
		add(keyDuration, strings.TrimSuffix(seconds(h.Duration), " s"))
	}
	for _, key := range sorted(h.Tags) {
		add(requestTag+key, h.Tags[key])
	}
	if len(h.TransitiveTagKeys) > 0 {
		add(keyTransitive, h.TransitiveTagKeys...)
	}
	for _, key := range h.Context.Names() {
		if _, state := given.Lookup(key); state != conditions.NotSupplied {
			continue
		}
		if value, state := h.Context.Lookup(key); state == conditions.Present {
			out = append(out, Supply{placeOf(conditions.FoldKey(key)), key, value.Texts()})
		}
	}
	slices.SortStableFunc(out, func(a, b Supply) int { return strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key)) })
	return out
}

// placeOf tells where a key of a call's context comes from.
func placeOf(folded string) Place {
	switch {
	case among(ofWorkload, folded):
		return OfSession
	case among(settledIfKnown, folded) && !strings.HasPrefix(folded, "aws:source"):
		return OfCaller
	}
	return OfCall
}

// merged is the hop with what the session that it makes must have.
func (h Hop) merged(ahead *sessionNeeds) Hop {
	if ahead.empty() {
		return h
	}
	if ahead.name != "" {
		h.SessionName = ahead.name
	}
	if ahead.sourceIdentity != "" {
		h.SourceIdentity = ahead.sourceIdentity
	}
	if len(ahead.tags) > 0 {
		tags := maps.Clone(h.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		for key, value := range ahead.tags {
			for other := range tags {
				if strings.EqualFold(other, key) {
					delete(tags, other)
				}
			}
			tags[key] = value
		}
		h.Tags = tags
	}
	return h
}
