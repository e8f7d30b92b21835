package model

import (
	"time"

	"iamsim/conditions"
)

// Request is one question: may this principal do this action on this resource?
type Request struct {
	// Principal is a user, role, assumed-role session, federated-user or root
	// ARN; an AWS service's name; an identity provider (ARN, or one of the
	// four names of rule A31); or "*" for an anonymous caller. A role ARN means
	// a session of the role, named "session". Names that only one entity of the
	// inventory fits, such as "role/Deployer" or "alice", are resolved.
	Principal string
	// Action is prefix:Name, case ignored.
	Action string
	// Resource is an ARN, or "*"; empty means "*".
	Resource string
	// ResourceAccount is the 12-digit owner of the resource; empty means
	// that it follows from the ARN or the inventory.
	ResourceAccount string
	// Context holds what the caller of the simulator supplies; it wins over what is derived.
	Context *conditions.Context
	// At gives aws:CurrentTime and aws:EpochTime; the zero time supplies neither.
	At time.Time
	// SessionPolicies limit the session (E44); only session principals have them.
	SessionPolicies []*Policy
	// SessionPolicyARNs name managed policies of the inventory that limit the session.
	SessionPolicyARNs []string
	// Session is what else is known of the caller's session; it may be nil.
	Session *Session
	// ParentUser is the ARN of the user who called GetFederationToken; it is
	// required for a federated-user principal.
	ParentUser string
}

// Session is what is known of a caller's temporary credentials.
type Session struct {
	// Type is the STS call that made the session: "GetSessionToken" for a user,
	// "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity" for a role, "GetFederationToken";
	// empty means what the principal implies.
	Type string
	// MFA tells whether a second factor was given when the session was made; nil means not told.
	MFA *bool
	// Tags are the session's tags; they overlay the role's (D13).
	Tags map[string]string
	// SourceIdentity is the session's source identity.
	SourceIdentity string
	// TokenIssueTime gives aws:TokenIssueTime; the zero time supplies nothing.
	TokenIssueTime time.Time
	// FederatedProvider gives aws:FederatedProvider.
	FederatedProvider string
	// RoleARN is the ARN of the session's role, with its path. It is looked at
	// only where the role is not declared and its account not known: the
	// session's own ARN lacks the path. Empty means that the path is not told.
	RoleARN string
}
