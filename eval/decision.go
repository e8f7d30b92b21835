package eval

import "fmt"

// Result is what a request comes to, as AWS's own simulator names it (E90).
// The zero value denies: forgetting to decide never allows.
type Result uint8

const (
	// ImplicitDeny: nothing that had to allow the request did.
	ImplicitDeny Result = iota
	// Allowed: the request is allowed.
	Allowed
	// ExplicitDeny: a Deny statement, or a fixed rule of the service, refuses the request.
	ExplicitDeny
)

// String returns "implicitDeny", "allowed" or "explicitDeny".
func (r Result) String() string { return [...]string{"implicitDeny", "allowed", "explicitDeny"}[r] }

// Code is a reason code without its level (E90).
type Code uint8

// The reason codes of rule E90. The first, which the zero Decision carries, denies.
const (
	DenyImplicitIdentity Code = iota
	DenyImplicitBoundary
	DenyImplicitSession
	DenyImplicitResource
	DenyImplicitResourceCrossAccount
	DenyImplicitIdentityCrossAccount
	DenyImplicitVPCE
	DenyImplicitSCPLevel
	DenyImplicitRCPLevel
	DenyServiceRule
	DenyExplicitRCP
	DenyExplicitSCP
	DenyExplicitVPCE
	DenyExplicitResource
	DenyExplicitIdentity
	DenyExplicitBoundary
	DenyExplicitSession
	AllowIdentity
	AllowResource
	AllowIdentityAndResource
	AllowRootUser
	AllowKMSGrant
	AllowAlways
)

var codeNames = [...]string{
	DenyImplicitIdentity:             "DENY_IMPLICIT_IDENTITY",
	DenyImplicitBoundary:             "DENY_IMPLICIT_BOUNDARY",
	DenyImplicitSession:              "DENY_IMPLICIT_SESSION",
	DenyImplicitResource:             "DENY_IMPLICIT_RESOURCE",
	DenyImplicitResourceCrossAccount: "DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT",
	DenyImplicitIdentityCrossAccount: "DENY_IMPLICIT_IDENTITY_CROSS_ACCOUNT",
	DenyImplicitVPCE:                 "DENY_IMPLICIT_VPCE",
	DenyImplicitSCPLevel:             "DENY_IMPLICIT_SCP_LEVEL",
	DenyImplicitRCPLevel:             "DENY_IMPLICIT_RCP_LEVEL",
	DenyServiceRule:                  "DENY_SERVICE_RULE",
	DenyExplicitRCP:                  "DENY_EXPLICIT_RCP",
	DenyExplicitSCP:                  "DENY_EXPLICIT_SCP",
	DenyExplicitVPCE:                 "DENY_EXPLICIT_VPCE",
	DenyExplicitResource:             "DENY_EXPLICIT_RESOURCE",
	DenyExplicitIdentity:             "DENY_EXPLICIT_IDENTITY",
	DenyExplicitBoundary:             "DENY_EXPLICIT_BOUNDARY",
	DenyExplicitSession:              "DENY_EXPLICIT_SESSION",
	AllowIdentity:                    "ALLOW_IDENTITY",
	AllowResource:                    "ALLOW_RESOURCE",
	AllowIdentityAndResource:         "ALLOW_IDENTITY_AND_RESOURCE",
	AllowRootUser:                    "ALLOW_ROOT_USER",
	AllowKMSGrant:                    "ALLOW_KMS_GRANT",
	AllowAlways:                      "ALLOW_ALWAYS",
}

// Reason says why: a code, and for the codes of a level the level's number, 0
// for the organization's root.
type Reason struct {
	Code  Code
	Level uint8
}

// String returns the code as rule E90 writes it, such as
// "DENY_EXPLICIT_SCP" or "DENY_IMPLICIT_SCP_LEVEL_2".
func (r Reason) String() string {
	if r.Code == DenyImplicitSCPLevel || r.Code == DenyImplicitRCPLevel {
		return fmt.Sprintf("%s_%d", codeNames[r.Code], r.Level)
	}
	return codeNames[r.Code]
}

// Result returns what the reason comes to.
func (r Reason) Result() Result {
	switch {
	case r.Code >= AllowIdentity:
		return Allowed
	case r.Code >= DenyServiceRule:
		return ExplicitDeny
	}
	return ImplicitDeny
}

// Decision is an answer without its explanation.
type Decision struct {
	Reason Reason
	// FarSide is set where the account of the principal or of the resource is
	// not known: the answer holds only if that account allows the request.
	FarSide bool
}

// Result returns what the request comes to.
func (d Decision) Result() Result { return d.Reason.Result() }

// Allowed reports whether the request is allowed. Where FarSide is set it is
// so only under that proviso.
func (d Decision) Allowed() bool { return d.Result() == Allowed }

// PolicyType is the kind of layer that decides, as scenario suites name it.
type PolicyType string

// The policy types of decisions and of a suite's `because`.
const (
	IdentityPolicyType        PolicyType = "identityPolicy"
	ResourcePolicyType        PolicyType = "resourcePolicy"
	TrustPolicyType           PolicyType = "trustPolicy"
	PermissionsBoundaryType   PolicyType = "permissionsBoundary"
	SessionPolicyType         PolicyType = "sessionPolicy"
	ServiceControlPolicyType  PolicyType = "serviceControlPolicy"
	ResourceControlPolicyType PolicyType = "resourceControlPolicy"
	EndpointPolicyType        PolicyType = "vpcEndpointPolicy"
	KMSGrantType              PolicyType = "kmsGrant"
	ServiceRuleType           PolicyType = "serviceRule"
)
