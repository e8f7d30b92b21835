package diff

import (
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// Side is one of the two sets of policies that are compared.
type Side struct {
	// Constant, where set, stands for a set that allows nothing or everything;
	// the rest is not looked at.
	Constant Constant
	// Engine answers for the set. Its options decide; Strict and
	// UnknownUnanswered are not looked at.
	Engine *eval.Engine
	// SessionPolicies and SessionPolicyARNs limit the sessions of role and
	// federated-user principals, as in model.Request.
	SessionPolicies   []*model.Policy
	SessionPolicyARNs []string
}

// Constant is a set of policies that allows nothing, or everything.
type Constant uint8

// The constants. Varies is a set like any other.
const (
	Varies Constant = iota
	Nothing
	Everything
)

// Caller is a principal and what makes its requests.
type Caller struct {
	// Principal and ParentUser are as in model.Request.
	Principal  string
	ParentUser string
	Session    *model.Session
}

// Options say what is compared, and how hard.
type Options struct {
	// Principals, Actions and Resources narrow the comparison down; empty means
	// everything. Each is a pattern with * and ?; one that begins with '!'
	// takes out what it matches. A principal is matched by its ARN, and a
	// pattern without "arn:" by the resource part of it, such as role/Admin*.
	Principals, Actions, Resources []string
	// Callers, where set, are the principals to compare, in place of those
	// that the two sets declare and name.
	Callers []Caller
	// DeclaredOnly leaves out callers that neither set declares: root users,
	// services, anonymous callers and strangers.
	DeclaredOnly bool
	// MaxStates bounds what is looked at for one principal; 0 means DefaultMaxStates.
	MaxStates int
	// Timeout bounds the whole comparison; 0 means none.
	Timeout time.Duration
	// AnyCaller has a caller stand for any: what a request tells of who makes
	// it, and of whose the resource is, may be anything.
	AnyCaller bool
	// First stops at the first difference in each direction.
	First bool
	// Exhaustive switches off every shortcut for texts that are equal on both sides.
	Exhaustive bool
}

// DefaultMaxStates bounds what is looked at for one principal.
const DefaultMaxStates = 400_000

// Direction tells what a change does.
type Direction uint8

const (
	// Opened: the new set allows what the old one does not.
	Opened Direction = iota
	// Closed: the old set allows what the new one does not.
	Closed
)

// String returns "opened" or "closed".
func (d Direction) String() string { return [...]string{"opened", "closed"}[d] }

// Difference is a class of requests of one principal that one set allows and
// the other does not.
type Difference struct {
	Direction Direction
	// Caller makes the requests.
	Caller Caller
	// Request is one of them. Its context holds what decides and nothing else.
	Request model.Request
	// Old and New are the decisions on it, as the engines gave them.
	Old, New eval.Decision
	// actions are the known actions of the class; empty where none is known.
	actions []string
	// given is what the context holds, in the order it was chosen.
	given []binding
	// deciding are the conditions that the two sides put on the keys of given.
	deciding []string
	// patterns of resources that the request's resource matches and does not match.
	resources, not []string
}

// Latent reports whether the action is none that the catalogue knows: what is
// granted is for actions that do not exist yet.
func (d *Difference) Latent() bool { return len(d.actions) == 0 }

// binding is one key of a context; a nil value is absence.
type binding struct {
	key   string
	value *conditions.Value
}

// Gap is something that could not be compared to the end.
type Gap struct {
	// Principal is empty where the gap is not one principal's.
	Principal string
	// Reason says what was not compared, and why.
	Reason string
}
