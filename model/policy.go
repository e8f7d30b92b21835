package model

import "iamsim/conditions"

// PolicyKind is the place a policy document is used in; it decides which
// elements are legal (table A40) and how the document takes part in a decision.
type PolicyKind uint8

const (
	// IdentityPolicy is a managed or inline policy of a user, group or role.
	IdentityPolicy PolicyKind = iota
	// PermissionsBoundary limits the identity policies of one user or role.
	PermissionsBoundary
	// SessionPolicy limits one session.
	SessionPolicy
	// ResourcePolicy is a resource-based policy other than the two that follow.
	ResourcePolicy
	// TrustPolicy is a role's trust policy.
	TrustPolicy
	// KeyPolicy is the key policy of a KMS key.
	KeyPolicy
	// EndpointPolicy is the policy of a VPC endpoint.
	EndpointPolicy
	// ServiceControlPolicy is an SCP.
	ServiceControlPolicy
	// ResourceControlPolicy is an RCP.
	ResourceControlPolicy
)

// String returns the name used in messages and files, such as
// "identityPolicy" or "serviceControlPolicy".
func (k PolicyKind) String() string {
	return [...]string{
		"identityPolicy", "permissionsBoundary", "sessionPolicy", "resourcePolicy", "trustPolicy",
		"keyPolicy", "vpcEndpointPolicy", "serviceControlPolicy", "resourceControlPolicy",
	}[k]
}

// Effect is a statement's effect. The zero value is Deny, so that an effect
// that was never set does not allow.
type Effect uint8

const (
	// Deny refuses what the statement matches.
	Deny Effect = iota
	// Allow grants what the statement matches.
	Allow
)

// String returns "Deny" or "Allow".
func (e Effect) String() string { return [...]string{"Deny", "Allow"}[e] }

// Policy is one policy document as read, in one use. It is immutable.
type Policy struct {
	// Name is how reports call the policy: its name, or its ARN where it has
	// no other, or a description such as "trust policy".
	Name string
	// ARN is set for managed policies.
	ARN  string
	Kind PolicyKind
	// Position is that of the document.
	Position Position
	// Version is "2012-10-17" or "2008-10-17" (A5).
	Version string
	// Variables reports whether ${...} is substituted (D6).
	Variables bool
	// ID is the Id element.
	ID         string
	Statements []Statement
	// Size is the number of characters of the document without white space (A60).
	Size int
}

// Statement is one statement of a policy.
type Statement struct {
	Position Position
	// Index is the statement's number within the document, from 0.
	Index  int
	Sid    string
	Effect Effect
	// Principals is nil where the statement has neither Principal nor NotPrincipal.
	Principals *Principals
	// Actions are the texts of Action, or of NotAction if NotAction is set.
	Actions   []string
	NotAction bool
	// Resources are the texts of Resource, or of NotResource if NotResource is
	// set. HasResource is false where the statement has neither (A41).
	Resources   []string
	NotResource bool
	HasResource bool
	// Condition is nil where the statement has none.
	Condition conditions.Block
}

// Principals is a Principal or NotPrincipal element.
type Principals struct {
	// Not is set for NotPrincipal.
	Not     bool
	Entries []Principal
}

// PrincipalType is the name under which a principal stands in a Principal element.
type PrincipalType uint8

const (
	// AWSPrincipal is an account, user, role, session or unique id.
	AWSPrincipal PrincipalType = iota
	// ServicePrincipal is an AWS service.
	ServicePrincipal
	// FederatedPrincipal is an identity provider.
	FederatedPrincipal
	// CanonicalUserPrincipal is a canonical user id (B39).
	CanonicalUserPrincipal
)

// String returns the element's name: AWS, Service, Federated or CanonicalUser.
func (t PrincipalType) String() string {
	return [...]string{"AWS", "Service", "Federated", "CanonicalUser"}[t]
}

// Principal is one entry of a Principal element. Principal "*" and
// {"AWS": "*"} are both the entry {AWSPrincipal, "*"}.
type Principal struct {
	Type  PrincipalType
	Value string
}
