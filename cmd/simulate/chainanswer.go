package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/eval"
	"iamsim/eval/chain"
)

// hopJSON is one call of a chain (docs/json.md).
type hopJSON struct {
	Hop int `json:"hop"`
	checkJSON
	// Beside are the checks that belong to the call: sts:TagSession and sts:SetSourceIdentity.
	Beside  []checkJSON  `json:"beside,omitempty"`
	Session *sessionJSON `json:"session,omitempty"`
	Notes   []string     `json:"notes,omitempty"`
}

// checkJSON is one decision of a hop.
type checkJSON struct {
	Call     string `json:"call"`
	Caller   string `json:"caller"`
	Target   string `json:"target"`
	Answer   string `json:"answer"`
	Reason   string `json:"reason,omitempty"`
	Headline string `json:"headline"`
	// TrustStatements are those of the target's trust policy that allow the call, or deny it.
	TrustStatements []eval.StatementRef `json:"trustStatements,omitempty"`
	// Identity is "needed" or "not needed": whether the caller's own policies had to allow the call; empty where it was refused.
	Identity           string              `json:"identity,omitempty"`
	IdentityStatements []eval.StatementRef `json:"identityStatements,omitempty"`
}

// sessionJSON is what a call returned.
type sessionJSON struct {
	Principal          string            `json:"principal"`
	Type               string            `json:"type"`
	Role               string            `json:"role,omitempty"`
	ParentUser         string            `json:"parentUser,omitempty"`
	Tags               map[string]string `json:"tags,omitempty"`
	TransitiveTagKeys  []string          `json:"transitiveTagKeys,omitempty"`
	SourceIdentity     string            `json:"sourceIdentity,omitempty"`
	FederatedProvider  string            `json:"federatedProvider,omitempty"`
	MFA                *bool             `json:"mfa,omitempty"`
	SessionPolicy      bool              `json:"sessionPolicy,omitempty"`
	SessionPolicyARNs  []string          `json:"sessionPolicyArns,omitempty"`
	DurationSeconds    int64             `json:"durationSeconds"`
	MaxDurationSeconds int64             `json:"maxDurationSeconds"`
	MaxDurationBecause string            `json:"maxDurationBecause"`
}

func checkOf(x *eval.Explanation) checkJSON {
	c := checkJSON{
		Call: x.Action, Caller: x.Principal, Target: x.Resource, Answer: x.Answer, Reason: x.Reason,
		Headline: x.Headline, TrustStatements: chain.TrustStatements(x),
	}
	own, needed := chain.IdentityStatements(x)
	c.IdentityStatements = own
	if x.Answer == eval.Allowed.String() {
		c.Identity = "not needed"
		if needed {
			c.Identity = "needed"
		}
	}
	return c
}

// chainJSON is the chain in the order of its calls, up to the one that was refused.
func chainJSON(c *chain.Chain) []hopJSON {
	if c == nil {
		return nil
	}
	var list []hopJSON
	for i := range c.Steps {
		step := &c.Steps[i]
		hop := hopJSON{Hop: step.Number, checkJSON: checkOf(step.Checks[0]), Notes: step.Notes}
		for _, x := range step.Checks[1:] {
			hop.Beside = append(hop.Beside, checkOf(x))
		}
		if s := step.Session; s != nil {
			hop.Session = &sessionJSON{
				Principal: s.Principal, Type: s.Type, Role: s.Role, ParentUser: s.ParentUser, Tags: s.Tags,
				TransitiveTagKeys: slices.Sorted(maps.Keys(s.TransitiveTags)), SourceIdentity: s.SourceIdentity,
				FederatedProvider: s.FederatedProvider, MFA: s.MFA, SessionPolicy: len(s.Policies) > 0, SessionPolicyARNs: s.PolicyARNs,
				DurationSeconds: wholeSeconds(s.Duration), MaxDurationSeconds: wholeSeconds(s.MaxDuration), MaxDurationBecause: s.MaxDurationBecause,
			}
		}
		list = append(list, hop)
	}
	return list
}

func wholeSeconds(d time.Duration) int64 { return int64(d / time.Second) }

// writeChain writes the calls of a chain, what let each pass, and the session that it returned.
func (a *app) writeChain(b *strings.Builder, s *questions) {
	if s.followed == nil {
		return
	}
	b.WriteString("\nchain\n")
	r := &rows{}
	for i := range s.followed.Steps {
		step := &s.followed.Steps[i]
		first := len(r.list)
		for at, x := range step.Checks {
			r.check(x, at == 0)
		}
		if step.Session != nil {
			r.session(step.Session)
		}
		for _, note := range step.Notes {
			r.add("note", note)
		}
		for at := range r.list[first:] {
			number := ""
			if at == 0 {
				number = strconv.Itoa(step.Number)
			}
			row := &r.list[first+at]
			*row = append([]cell{{text: number}}, *row...)
		}
	}
	for i := len(s.followed.Steps); i < len(s.hops); i++ {
		h := &s.hops[i]
		r.list = append(r.list, cells(strconv.Itoa(i+1), "not made", callText(h)))
	}
	a.table(b, "  ", r.list)
}

// callText names a call that was not made.
func callText(h *chain.Hop) string {
	call := h.Action
	if call == "" {
		call = chain.AssumeRole
	}
	return strings.TrimSpace(call + " " + h.Role + h.Name)
}

// check writes one decision of a hop, and what it rests on. The first is the
// call; the others belong to it.
func (r *rows) check(x *eval.Explanation, first bool) {
	if first {
		r.list = append(r.list, cells("call", x.Action+" on "+x.Resource), cells("by", x.Principal))
	} else {
		r.list = append(r.list, cells("with", x.Action))
	}
	verdict, why := splitHeadline(x.Headline)
	if x.Answer != eval.Allowed.String() {
		r.list = append(r.list, []cell{{verdict, verdictStyle(x)}, {text: why}})
		return
	}
	if verdict != x.Answer {
		r.list = append(r.list, []cell{{text: "answer"}, {verdict, verdictStyle(x)}})
	}
	for _, statement := range chain.TrustStatements(x) {
		r.list = append(r.list, cells("trust", statement.String()))
	}
	own, needed := chain.IdentityStatements(x)
	for _, statement := range own {
		r.list = append(r.list, cells("identity", statement.String()))
	}
	if !needed {
		r.list = append(r.list, cells("identity", "not needed"))
	}
}

// session writes what a hop returned.
func (r *rows) session(s *chain.Session) {
	add := func(label, text string) { r.list = append(r.list, cells(label, text)) }
	add("session", s.Principal)
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		text := key + "=" + s.Tags[key]
		if _, transitive := s.TransitiveTags[key]; transitive {
			text += ", transitive"
		}
		add("tag", text)
	}
	if s.SourceIdentity != "" {
		add("source", "source identity "+s.SourceIdentity)
	}
	if len(s.Policies) > 0 {
		add("limit", "a session policy")
	}
	for _, arn := range s.PolicyARNs {
		add("limit", "session policy "+arn)
	}
	add("lasts", strconv.FormatInt(wholeSeconds(s.Duration), 10)+" s of at most "+strconv.FormatInt(wholeSeconds(s.MaxDuration), 10)+" s ("+s.MaxDurationBecause+")")
}
