package chain

import (
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// sessionOf makes what a call that passed returns.
func (w *walk) sessionOf(h *Hop, q *eval.Query) *Session {
	s := &Session{Type: strings.TrimPrefix(h.action(), "sts:"), SourceIdentity: w.identityAfter(h), Duration: h.Duration}
	s.MaxDuration, s.MaxDurationBecause, _ = longest(h, q)
	switch h.action() {
	case GetSessionToken:
		s.user(q)
	case GetFederationToken:
		s.federatedUser(h, q)
	default:
		s.role(h, q, w.inherited)
	}
	if s.Duration == 0 {
		s.Duration = defaultDuration
		if !h.assumes() && !q.RootUser() {
			s.Duration = defaultTokenTime
		}
	}
	return s
}

// truth reports whether a key is there and true.
func truth(c *conditions.Context, key string) bool {
	value, state := c.Lookup(key)
	return state == conditions.Present && len(value.Texts()) == 1 && strings.EqualFold(value.Texts()[0], "true")
}

// user is the caller with temporary credentials: the second factor is the one of the call.
func (s *Session) user(q *eval.Query) {
	factor := truth(q.Context(), keyFactor)
	s.Principal, s.MFA = q.Principal(), &factor
}

// federatedUser is limited by the policies passed; without any it has no permissions of its own (E45).
func (s *Session) federatedUser(h *Hop, q *eval.Query) {
	s.Principal, s.Tags, s.Policies, s.PolicyARNs = q.Resource(), h.Tags, h.Policies, h.PolicyARNs
	if !q.RootUser() {
		s.ParentUser = q.Principal()
	}
}

// role has the role's permissions, limited by the session policies, with the
// tags that were passed and those that are inherited (E68).
func (s *Session) role(h *Hop, q *eval.Query, inherited map[string]string) {
	arn, err := model.ParseARN(q.Resource())
	if err != nil {
		panic("chain: a role that was assumed has no ARN: " + q.Resource())
	}
	name := arn.Resource[strings.LastIndexByte(arn.Resource, '/')+1:]
	s.Role = q.Resource()
	s.Principal = "arn:" + arn.Partition + ":sts::" + arn.Account + ":assumed-role/" + name + "/" + h.sessionName()
	s.Policies, s.PolicyARNs = h.Policies, h.PolicyARNs
	s.Tags, s.TransitiveTags = map[string]string{}, map[string]string{}
	for key, value := range inherited {
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
	if h.action() == AssumeRoleWithWebIdentity {
		s.FederatedProvider = q.Principal()
	}
}

// request is the caller of the next call; the session was made at a time that may be zero.
func (s *Session) request(at time.Time) model.Request {
	return model.Request{
		Principal: s.Principal, ParentUser: s.ParentUser, At: at,
		SessionPolicies: s.Policies, SessionPolicyARNs: s.PolicyARNs,
		Session: &model.Session{
			Type: s.Type, MFA: s.MFA, Tags: s.Tags, SourceIdentity: s.SourceIdentity, TokenIssueTime: at,
			FederatedProvider: s.FederatedProvider, RoleARN: s.Role,
		},
	}
}
