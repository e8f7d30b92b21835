package chain

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// The keys that a call to assume a role passes by its parameters (D.4).
const (
	keyExternalID     = "sts:ExternalId"
	keySessionName    = "sts:RoleSessionName"
	keySourceIdentity = "sts:SourceIdentity"
	keyDuration       = "sts:DurationSeconds"
	keyTransitive     = "sts:TransitiveTagKeys"
	requestTag        = "aws:RequestTag/"
	principalTag      = "aws:principaltag/"
	keyFactor         = "aws:MultiFactorAuthPresent"
	keyFactorAge      = "aws:MultiFactorAuthAge"
	keyEndpoint       = "aws:SourceVpce"
)

// maxTrials bounds the decisions about one edge: values of about seven keys with three values each.
const maxTrials = 4096

// caller is who makes the call of an edge, with what is known and what is open.
type caller struct {
	request        model.Request
	sourceIdentity string
	inherited      map[string]string
	// made is the session, where a hop made it.
	made *Session
	// role is set for role sessions, whose tags, source identity and name
	// come from the call before. They are open where session is set.
	role, session bool
	// user is set for users, who may give a second factor.
	user bool
	// workload is set for a session that a service may have handed to a workload.
	workload bool
	// outside is set for callers of accounts that are not of the declared organization.
	outside bool
}

// slot is one key with the values to try; absence is tried besides.
type slot struct {
	key    string
	values []conditions.Value
	// session is set for what belongs to the caller's session.
	session bool
}

// solver decides one edge.
type solver struct {
	engine *eval.Engine
	given  *Given
	action string
	role   string
	caller caller
	// base is what the call must pass in any case.
	base       Hop
	statements []*model.Statement
}

// solve decides the call with nothing passed, then with the values that the
// statements can tell apart, those of fewest keys first. A call that cannot be
// decided leaves the edge open only where no other is allowed.
func (s *solver) solve() *verdict {
	v := &verdict{}
	if s.try(v, nil, nil) {
		v.kind, v.call = Always, s.hop(nil, nil)
	}
	trials := 0
	combinations(s.slots(), func(chosen []slot, values []conditions.Value) bool {
		if trials++; trials > maxTrials {
			v.partial = true
			return false
		}
		allowed := s.try(v, chosen, values)
		switch {
		case allowed && v.kind == Never:
			v.kind, v.call, v.session = If, s.hop(chosen, values), s.needs(chosen, values)
			return false
		case !allowed && v.kind == Always:
			v.kind = If
			return false
		}
		return true
	})
	switch {
	case v.partial && v.kind == Always:
		v.kind, v.why = If, ""
	case v.kind != Never:
		v.why = ""
	case v.why != "":
		v.kind = Unanswered
	}
	v.call.Action = s.action
	return v
}

// combinations calls f with every choice of values of at least one key, the
// smaller sets of keys first, until f returns false.
func combinations(slots []slot, f func([]slot, []conditions.Value) bool) {
	for size := 1; size <= len(slots); size++ {
		chosen, values := make([]slot, 0, size), make([]conditions.Value, 0, size)
		var pick func(from int) bool
		pick = func(from int) bool {
			if len(chosen) == size {
				return f(chosen, values)
			}
			for i := from; i <= len(slots)-(size-len(chosen)); i++ {
				for _, value := range slots[i].values {
					chosen, values = append(chosen, slots[i]), append(values, value)
					more := pick(i + 1)
					chosen, values = chosen[:len(chosen)-1], values[:len(values)-1]
					if !more {
						return false
					}
				}
			}
			return true
		}
		if !pick(0) {
			return
		}
	}
}

// try decides the call with some values; of what cannot be answered the verdict keeps the first reason.
func (s *solver) try(v *verdict, chosen []slot, values []conditions.Value) bool {
	w := s.walk(s.needs(chosen, values))
	allowed, far, err := w.allows(s.hop(chosen, values))
	if err != nil && v.why == "" {
		v.why = err.Error()
	}
	v.far = v.far || allowed && far
	return allowed
}

// allows decides a hop without explaining it. What is no request at all is
// not allowed; the error is an *eval.UnansweredError.
func (w *walk) allows(h Hop) (allowed, far bool, err error) {
	call, err := w.call(&h)
	if err != nil {
		return false, false, nil
	}
	q, err := w.engine.Prepare(call)
	if err != nil {
		return false, false, unanswered(err)
	}
	if w.precondition(&h, q, &Step{}) != nil {
		return false, false, nil
	}
	d, err := q.Decide()
	if err != nil || !d.Allowed() {
		return false, false, unanswered(err)
	}
	far = d.FarSide
	for _, action := range w.accompanying(&h) {
		beside := call
		beside.Action = action
		q, err := w.engine.Prepare(beside)
		if err != nil {
			return false, false, unanswered(err)
		}
		if action == setSourceIdentity && q.RoleSession() {
			q = q.NeedIdentity()
		}
		d, err := q.Decide()
		if err != nil || !d.Allowed() {
			return false, false, unanswered(err)
		}
		far = far || d.FarSide
	}
	return true, far, nil
}

func unanswered(err error) error {
	var open *eval.UnansweredError
	if errors.As(err, &open) {
		return open
	}
	return nil
}

// walk is the state in which the caller makes the call.
func (s *solver) walk(needs *sessionNeeds) *walk {
	c := &s.caller
	w := c.walk(s.engine, s.given)
	if needs.empty() {
		return w
	}
	w.caller = withSession(w.caller, needs)
	if needs.sourceIdentity != "" {
		w.sourceIdentity = needs.sourceIdentity
	}
	return w
}

// walk is the state of a chain at which the caller stands.
func (c *caller) walk(e *eval.Engine, given *Given) *walk {
	return &walk{
		engine: e, at: given.At, caller: c.request, sourceIdentity: c.sourceIdentity, inherited: c.inherited, session: c.made, workload: c.workload,
	}
}

// carrier is the call as far as it tells which keys come with it.
func (s *solver) carrier() carrier {
	return carrier{s.action, s.caller.request.Principal, s.caller.workload}
}

// withSession is a role session that has what is needed.
func withSession(r model.Request, needs *sessionNeeds) model.Request {
	session := model.Session{Type: "AssumeRole"}
	if r.Session != nil {
		session = *r.Session
	}
	tags := map[string]string{}
	for key, value := range session.Tags {
		tags[key] = value
	}
	for key, value := range needs.tags {
		tags[key] = value
	}
	if session.Tags = tags; needs.sourceIdentity != "" {
		session.SourceIdentity = needs.sourceIdentity
	}
	if needs.provider != "" {
		session.Type, session.FederatedProvider = "AssumeRoleWithWebIdentity", needs.provider
	}
	r.Session = &session
	if needs.name != "" {
		r.Principal = sessionARN(r.Principal, needs.name)
	}
	return r
}

// sessionARN is the ARN of a session of a role, given by its ARN or that of another session.
func sessionARN(principal, name string) string {
	arn, err := model.ParseARN(principal)
	if err != nil {
		return principal
	}
	role := arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:]
	if parts := strings.Split(arn.Resource, "/"); arn.Service == "sts" && len(parts) == 3 {
		role = parts[1]
	}
	return "arn:" + arn.Partition + ":sts::" + arn.Account + ":assumed-role/" + role + "/" + name
}

// hop is the call with some values.
func (s *solver) hop(chosen []slot, values []conditions.Value) Hop {
	h := s.base
	h.Action, h.Role = s.action, s.role
	h.Context = s.given.callContext(s.carrier(), s.caller.user)
	session := ""
	for i, one := range chosen {
		switch {
		case !one.session:
			h.pass(one.key, values[i])
		case one.key == keyCallerSession:
			session = values[i].Texts()[0]
		}
	}
	if value, state := h.Context.Lookup(keyUserID); state == conditions.Present && session != "" {
		id, _, _ := strings.Cut(value.Texts()[0], ":")
		h.Context.Set(keyUserID, id+":"+session)
	}
	if givesFactor(h.Context) {
		h.Context.Set(keyFactor, "true")
	}
	return h
}

// pass adds the value of one key to a call.
func (h *Hop) pass(key string, value conditions.Value) {
	texts := value.Texts()
	switch folded := conditions.FoldKey(key); {
	case folded == conditions.FoldKey(keyExternalID):
		h.ExternalID = texts[0]
	case folded == conditions.FoldKey(keySessionName):
		h.SessionName = texts[0]
	case folded == conditions.FoldKey(keySourceIdentity):
		h.SourceIdentity = texts[0]
	case folded == conditions.FoldKey(keyDuration):
		if n, err := strconv.Atoi(texts[0]); err == nil {
			h.Duration = time.Duration(n) * time.Second
		}
	case strings.HasPrefix(folded, conditions.FoldKey(requestTag)):
		h.tag(key[len(requestTag):], texts[0])
	case folded == "aws:tagkeys" || folded == conditions.FoldKey(keyTransitive):
		for _, tag := range texts {
			h.someTag(tag)
		}
		if folded != "aws:tagkeys" {
			h.TransitiveTagKeys = texts
		}
	default:
		h.Context = h.Context.Clone()
		h.Context.SetValue(key, value)
	}
}

// tag passes a tag in place of one whose key differs in case alone.
func (h *Hop) tag(key, value string) {
	tags := map[string]string{}
	for own, text := range h.Tags {
		if !strings.EqualFold(own, key) {
			tags[own] = text
		}
	}
	tags[key] = value
	h.Tags = tags
}

// someTag passes a tag under a key, whatever its value; one that is passed already stays.
func (h *Hop) someTag(key string) {
	if !hasTag(h.Tags, conditions.FoldKey(key)) {
		h.tag(key, "x")
	}
}

// needs is what a choice of values asks of the caller's session.
func (s *solver) needs(chosen []slot, values []conditions.Value) *sessionNeeds {
	var n *sessionNeeds
	for i, one := range chosen {
		if !one.session {
			continue
		}
		if n == nil {
			n = &sessionNeeds{}
		}
		text := values[i].Texts()[0]
		switch folded := conditions.FoldKey(one.key); {
		case folded == conditions.FoldKey(keyCallerSession):
			n.name = text
		case folded == "aws:sourceidentity":
			n.sourceIdentity = text
		case folded == keyProvider:
			n.provider = text
		default:
			if n.tags == nil {
				n.tags = map[string]string{}
			}
			n.tags[one.key[len(principalTag):]] = text
		}
	}
	return n
}

const (
	// keyCallerSession stands for the name of the caller's session, which no key holds alone.
	keyCallerSession = "session name"
	keyUserID        = "aws:userid"
	keyProvider      = "aws:federatedprovider"
)
