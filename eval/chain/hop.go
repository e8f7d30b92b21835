// Package chain follows assumption chains: a principal who makes one STS call
// after another, each with the session that the one before it returned.
package chain

import (
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// The calls that make a session. AssumeRole is the default.
const (
	AssumeRole                = "sts:AssumeRole"
	AssumeRoleWithSAML        = "sts:AssumeRoleWithSAML"
	AssumeRoleWithWebIdentity = "sts:AssumeRoleWithWebIdentity"
	GetFederationToken        = "sts:GetFederationToken"
	GetSessionToken           = "sts:GetSessionToken"
)

// Calls lists the calls that a hop may be.
func Calls() []string {
	return []string{AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, GetFederationToken, GetSessionToken}
}

// Hop is one STS call and what it passes. What it leaves out is not passed:
// unlike the keys of an ordinary request, those of a call that is a hop are
// all known.
type Hop struct {
	// Action is one of Calls; empty means AssumeRole.
	Action string
	// Role is the ARN of the role to assume, or a short name that one role of
	// the inventory fits; the two Get calls have none.
	Role string
	// Name is the federated user's name of GetFederationToken.
	Name string
	// SessionName is the role session's name; empty means "session".
	SessionName string
	// ExternalID is passed if it is not empty.
	ExternalID string
	// SourceIdentity is set if it is not empty; one that was set before stays.
	SourceIdentity string
	Tags           map[string]string
	// TransitiveTagKeys are the keys of Tags that sessions further down the chain inherit.
	TransitiveTagKeys []string
	// Policies and PolicyARNs limit the session that the call returns.
	Policies   []*model.Policy
	PolicyARNs []string
	// Duration of the session; zero means that none is passed.
	Duration time.Duration
	// Context holds further keys of the call itself.
	Context *conditions.Context
}

// action returns the hop's call.
func (h *Hop) action() string {
	if h.Action == "" {
		return AssumeRole
	}
	return h.Action
}

// Step is one hop as it went.
type Step struct {
	// Number counts from 1.
	Number int
	Hop    Hop
	// Checks are the decisions that the hop needed: the call, then
	// sts:TagSession and sts:SetSourceIdentity where they take part (E68).
	Checks []*eval.Explanation
	// Session is what the call returned; nil for the hop that failed.
	Session *Session
	// Notes are what was taken for granted, such as a role's maximal session duration.
	Notes []string
}

// Failed returns the decision that refused the hop; nil if it passed.
func (s *Step) Failed() *eval.Explanation {
	for _, x := range s.Checks {
		if x.Answer != eval.Allowed.String() {
			return x
		}
	}
	return nil
}

// Session is what a hop returned, and what the next call is made with.
type Session struct {
	// Principal is the session's ARN; for GetSessionToken the user's.
	Principal string
	// Type is the call without its prefix, such as "AssumeRole".
	Type string
	// ParentUser is the user behind a federated user.
	ParentUser string
	Tags       map[string]string
	// TransitiveTags are those of Tags that the next sessions inherit.
	TransitiveTags map[string]string
	SourceIdentity string
	MFA            *bool
	Policies       []*model.Policy
	PolicyARNs     []string
	// Duration is how long the session lasts.
	Duration time.Duration
}

// Result is a chain as it went.
type Result struct {
	Steps []Step
	// FailedHop is the number of the hop that was refused or could not be decided; 0 if all passed.
	FailedHop int
	// Final is the decision about the request at the chain's end, or of the hop that failed.
	Final *eval.Explanation
}
