package inventory

import (
	"time"

	"iamsim/internal/source"
	"iamsim/model"
)

// PrincipalKind tells a user from a role.
type PrincipalKind uint8

const (
	// User is an IAM user.
	User PrincipalKind = iota
	// Role is an IAM role.
	Role
)

// String returns "user" or "role".
func (k PrincipalKind) String() string { return [...]string{"user", "role"}[k] }

// Principal is an IAM user or role. Rows are immutable once stored.
type Principal struct {
	Position model.Position
	Kind     PrincipalKind
	// ARN is the full ARN with its path.
	ARN     string
	Account string
	// Name has no path; Path starts and ends with a slash.
	Name string
	Path string
	// ID is the unique id (AIDA…, AROA…); empty where the input does not tell.
	ID string
	// Trust is the role's trust policy; nil for users.
	Trust *model.Policy
	// Inline are the inline policies, sorted by name.
	Inline []*model.Policy
	// Attached are the ARNs of the attached managed policies, in source order
	// without repeats. A policy whose document an account export lacks stands
	// here under an ARN that no ManagedPolicy has; so does a Boundary (G7).
	Attached []string
	// Boundary is the ARN of the permissions boundary, if it is a managed policy.
	Boundary string
	// BoundaryPolicy is the boundary's document where it was given inline.
	BoundaryPolicy *model.Policy
	// Tags are the principal's tags under their own spelling; nil means none.
	Tags map[string]string
	// Groups are the ARNs of a user's groups, in source order without repeats.
	// A group that an account export names and lacks stands here under an ARN
	// that no Group has (G7).
	Groups []string
	// MaxSessionDuration of a role; 0 where the input does not tell.
	MaxSessionDuration time.Duration
}

// HasBoundary reports whether a permissions boundary is set.
func (p *Principal) HasBoundary() bool { return p.Boundary != "" || p.BoundaryPolicy != nil }

// Group is an IAM user group.
type Group struct {
	Position model.Position
	ARN      string
	Account  string
	Name     string
	Path     string
	ID       string
	Inline   []*model.Policy
	Attached []string
}

// ManagedPolicy is a customer-managed or AWS-managed policy, an SCP or an RCP.
type ManagedPolicy struct {
	Position model.Position
	// ARN is empty for SCPs and RCPs that carry a name alone; Key is then the name.
	ARN string
	// Key identifies the policy: its ARN, or its name where it has no ARN.
	Key     string
	Name    string
	Account string

	// documents holds the policy as read for each kind it is used as.
	documents map[model.PolicyKind]*model.Policy
	// source is the document of a policy that may come to be used as another
	// kind: an SCP or RCP. It is nil for policies of IAM, whose three kinds of
	// use are read at once.
	source *source.Node
}

// Document returns the policy as read for a kind of use; nil where it is not
// used so, or is not legal so (which loading has reported).
func (m *ManagedPolicy) Document(kind model.PolicyKind) *model.Policy { return m.documents[kind] }

// Resource is a resource with what is known of it.
type Resource struct {
	Position model.Position
	ARN      string
	// Account owns the resource.
	Account string
	// Policy is the resource-based policy; nil means that the resource is
	// known to have none.
	Policy *model.Policy
	Tags   map[string]string
	// Grants are the grants of a KMS key.
	Grants []Grant
}

// Grant is a KMS grant (E84).
type Grant struct {
	Position model.Position
	// Grantee is a principal ARN or a service principal.
	Grantee string
	// Operations are names such as "Decrypt", without a prefix.
	Operations []string
	// EncryptionContextEquals and EncryptionContextSubset constrain the
	// encryption context; nil means no constraint.
	EncryptionContextEquals map[string]string
	EncryptionContextSubset map[string]string
}

// IdentityProvider is a SAML or OIDC provider of an account.
type IdentityProvider struct {
	Position model.Position
	ARN      string
	Account  string
}

// EndpointType tells gateway endpoints, whose policies know fewer principals (E38), from the others.
type EndpointType uint8

const (
	// Interface is an interface endpoint.
	Interface EndpointType = iota
	// Gateway is a gateway endpoint (S3, DynamoDB).
	Gateway
)

// String returns "Interface" or "Gateway".
func (t EndpointType) String() string { return [...]string{"Interface", "Gateway"}[t] }

// Endpoint is a VPC endpoint.
type Endpoint struct {
	Position model.Position
	ID       string
	VPC      string
	Account  string
	Type     EndpointType
	// Service is a service prefix such as "s3"; empty means every service.
	Service string
	// Policy is nil for the default policy, which allows everything.
	Policy *model.Policy
}

// Organization is an AWS organization with both policy types enabled.
type Organization struct {
	Position          model.Position
	ID                string
	ManagementAccount string
	Root              *Node
}

// NodeKind tells what a Node of the organization is.
type NodeKind uint8

const (
	// Root is the organization's root.
	Root NodeKind = iota
	// OrganizationalUnit is an OU.
	OrganizationalUnit
	// AccountNode is an account.
	AccountNode
)

// Node is one level of an organization: the root, an OU or an account.
type Node struct {
	Position model.Position
	Kind     NodeKind
	// ID is r-…, ou-… or an account id.
	ID   string
	Name string
	// ServiceControlPolicies attached here; FullAWSAccess stands in it where
	// the input left the list out. Empty means that nothing is allowed here (E30).
	ServiceControlPolicies []*model.Policy
	// ResourceControlPolicies attached here besides RCPFullAWSAccess.
	ResourceControlPolicies []*model.Policy
	Parent                  *Node
	Children                []*Node

	// serviceControl and resourceControl are what the two lists of policies
	// were made from; an overlay adds to them and changes the policies they name.
	serviceControl  []attachment
	resourceControl []attachment
}

// Path returns the levels from the root down to the node.
func (n *Node) Path() []*Node {
	var up []*Node
	for at := n; at != nil; at = at.Parent {
		up = append(up, at)
	}
	for i, j := 0, len(up)-1; i < j; i, j = i+1, j-1 {
		up[i], up[j] = up[j], up[i]
	}
	return up
}
