// Package chain follows assumption chains: a principal who makes one STS call
// after another, each with the session that the one before it returned.
package chain

import (
	"fmt"
	"slices"
	"strings"
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
	// Tags are the session tags passed, at most 50. Nothing is inherited from them but what TransitiveTagKeys names.
	Tags map[string]string
	// TransitiveTagKeys are the keys of Tags that sessions further down the chain inherit.
	TransitiveTagKeys []string
	// Policies and PolicyARNs limit the session that the call returns.
	Policies   []*model.Policy
	PolicyARNs []string
	// Duration of the session in whole seconds; zero means that none is passed.
	Duration time.Duration
	// Context holds further keys of the call itself, such as aws:SourceIp, a
	// second factor or the claims of a token; a key that the call cannot carry,
	// or that is settled otherwise, is refused.
	Context *conditions.Context
}

// fieldsOf are the fields that a call takes besides its context and duration,
// under the names of the suite format.
var fieldsOf = map[string][]string{
	AssumeRole:                {"role", "sessionName", "externalId", "sourceIdentity", "tags", "transitiveTagKeys", "policy", "policyArns"},
	AssumeRoleWithSAML:        {"role", "sessionName", "sourceIdentity", "tags", "transitiveTagKeys", "policy", "policyArns"},
	AssumeRoleWithWebIdentity: {"role", "sessionName", "sourceIdentity", "tags", "transitiveTagKeys", "policy", "policyArns"},
	GetFederationToken:        {"name", "tags", "policy", "policyArns"},
	GetSessionToken:           {},
}

// Fields lists the fields that a call takes, under the names that the suite
// format gives them; nil for what is none of Calls.
func Fields(action string) []string {
	own, ok := fieldsOf[action]
	if !ok {
		return nil
	}
	return append(slices.Clone(own), "durationSeconds", "context")
}

// RequiredField is the field that a call cannot do without; empty if there is none.
func RequiredField(action string) string {
	switch action {
	case GetSessionToken:
		return ""
	case GetFederationToken:
		return "name"
	}
	return "role"
}

// action returns the hop's call.
func (h *Hop) action() string {
	if h.Action == "" {
		return AssumeRole
	}
	return h.Action
}

// check refuses a hop that is none: an unknown call, and fields that the call does not have.
func (h *Hop) check() error {
	taken, ok := fieldsOf[h.action()]
	if !ok {
		return &eval.RequestError{
			Field: "action", Message: fmt.Sprintf("%q makes no session", h.Action), Hint: "allowed are " + strings.Join(Calls(), ", "),
		}
	}
	given := []struct {
		name string
		set  bool
	}{
		{"role", h.Role != ""}, {"name", h.Name != ""}, {"sessionName", h.SessionName != ""}, {"externalId", h.ExternalID != ""},
		{"sourceIdentity", h.SourceIdentity != ""}, {"tags", len(h.Tags) > 0}, {"transitiveTagKeys", len(h.TransitiveTagKeys) > 0},
		{"policy", len(h.Policies) > 0}, {"policyArns", len(h.PolicyARNs) > 0},
	}
	for _, field := range given {
		switch {
		case field.set && !slices.Contains(taken, field.name):
			return &eval.RequestError{Field: field.name, Message: h.action() + " takes no " + field.name}
		case !field.set && field.name == RequiredField(h.action()):
			return &eval.RequestError{Field: field.name, Message: h.action() + " needs a " + field.name}
		}
	}
	if h.Duration%time.Second != 0 || h.Duration < 0 {
		return &eval.RequestError{Field: "durationSeconds", Message: h.Duration.String() + " is no number of whole seconds"}
	}
	return nil
}

// assumes reports whether the hop assumes a role.
func (h *Hop) assumes() bool {
	return h.action() != GetFederationToken && h.action() != GetSessionToken
}

func (h *Hop) sessionName() string {
	if h.SessionName == "" {
		return defaultSessionName
	}
	return h.SessionName
}

const defaultSessionName = "session"
