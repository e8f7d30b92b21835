package chain

import (
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// session makes what the call returns, and the caller of the next one.
func (w *walk) session(h *Hop, q *eval.Query, step *Step) *Session {
	s := &Session{Type: strings.TrimPrefix(h.action(), "sts:"), SourceIdentity: w.identityAfter(h), Duration: h.Duration}
	switch h.action() {
	case GetSessionToken:
		w.userSession(q, s)
	case GetFederationToken:
		w.federatedSession(h, q, s)
	default:
		w.roleSession(h, q, s)
	}
	if s.Duration == 0 {
		s.Duration = defaultDuration
		if !assumes(h) && !q.RootUser() {
			s.Duration = defaultTokenTime
		}
	}
	w.sourceIdentity = s.SourceIdentity
	w.caller = s.request(w, q)
	return s
}

// userSession is the user with temporary credentials: the second factor is
// the one of the call.
func (w *walk) userSession(q *eval.Query, s *Session) {
	value, state := q.Context().Lookup("aws:MultiFactorAuthPresent")
	factor := state == conditions.Present && len(value.Texts()) == 1 && strings.EqualFold(value.Texts()[0], "true")
	s.Principal, s.MFA = q.Principal(), &factor
}

// federatedSession is limited by the policies passed; without any it has no permissions of its own (E45).
func (w *walk) federatedSession(h *Hop, q *eval.Query, s *Session) {
	s.Principal, s.ParentUser = q.Resource(), q.Principal()
	s.Tags, s.Policies, s.PolicyARNs = h.Tags, h.Policies, h.PolicyARNs
	w.inherited = nil
}

// roleSession has the role's permissions, limited by the session policies,
// the tags that were passed and those that are inherited (E68).
func (w *walk) roleSession(h *Hop, q *eval.Query, s *Session) {
	role, err := model.ParseARN(q.Resource())
	if err != nil {
		panic("chain: a role that was assumed has no ARN: " + q.Resource())
	}
	name := role.Resource[strings.LastIndexByte(role.Resource, '/')+1:]
	s.Principal = "arn:" + role.Partition + ":sts::" + role.Account + ":assumed-role/" + name + "/" + h.sessionName()
	s.Policies, s.PolicyARNs = h.Policies, h.PolicyARNs
	s.Tags, s.TransitiveTags = map[string]string{}, map[string]string{}
	for key, value := range w.inherited {
		s.Tags[key], s.TransitiveTags[key] = value, value
	}
	for key, value := range h.Tags {
		s.Tags[key] = value
		for _, transitive := range h.TransitiveTagKeys {
			if strings.EqualFold(transitive, key) {
				s.TransitiveTags[key] = value
			}
		}
	}
	w.inherited = s.TransitiveTags
}

// request is the caller of the next call.
func (s *Session) request(w *walk, q *eval.Query) model.Request {
	session := &model.Session{
		Type: s.Type, MFA: s.MFA, Tags: s.Tags, SourceIdentity: s.SourceIdentity, TokenIssueTime: w.at,
	}
	if s.Type == "AssumeRoleWithSAML" || s.Type == "AssumeRoleWithWebIdentity" {
		session.FederatedProvider = q.Principal()
	}
	return model.Request{
		Principal: s.Principal, ParentUser: s.ParentUser, Session: session, At: w.at,
		SessionPolicies: s.Policies, SessionPolicyARNs: s.PolicyARNs,
	}
}
