// Package organization makes AWS organizations for measuring: accounts, roles
// and users, managed policies that many roles share, permissions boundaries,
// service control policies, resource-based policies. What it makes has the
// shapes of real policies (prefixes, lists of actions, conditions on tags and
// addresses) and depends on nothing but the shape and the seed, so that
// figures of two runs are figures of the same set.
//
// Mix draws requests for any snapshot, a made or a read one.
package organization

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"iamsim/model"
)

// Shape is how many of everything an organization has. Shares are between 0
// and 1. The names of the tags are those that ParseShape takes.
type Shape struct {
	// Accounts is the number of member accounts; entities are spread over them evenly.
	Accounts int `shape:"accounts"`
	// Roles is the number of roles of all accounts.
	Roles int `shape:"roles"`
	// Users is the number of users of all accounts. One user in three is in a group.
	Users int `shape:"users"`
	// Policies is the number of managed policies. Every role attaches policies
	// of its own account, and AWS managed ones; a few are attached by very many.
	Policies int `shape:"policies"`
	// AWSManagedShare is the share of Policies that are AWS's: attached in every account.
	AWSManagedShare float64 `shape:"awsManagedShare"`
	// StatementsPerPolicy is the mean; policies have from half to one and a half of it.
	StatementsPerPolicy int `shape:"statementsPerPolicy"`
	// PoliciesPerRole is the mean of attached policies, of a role and of a user; from 1 to twice as many, less one.
	PoliciesPerRole int `shape:"policiesPerRole"`
	// InlineShare is the share of roles with an inline policy of one statement.
	InlineShare float64 `shape:"inlineShare"`
	// Boundaries is the number of policies of each account that serve as permissions boundaries.
	Boundaries int `shape:"boundaries"`
	// BoundaryShare is the share of roles with a permissions boundary.
	BoundaryShare float64 `shape:"boundaryShare"`
	// SCPDepth is the number of levels with service control policies of their
	// own: 0 for no organization, 1 for the root, 2 for a row of organizational
	// units beneath it, and so on. The accounts are one level more, with FullAWSAccess.
	SCPDepth int `shape:"scpDepth"`
	// RCPs is the number of resource control policies at the root.
	RCPs int `shape:"rcps"`
	// ResourcePolicies is the number of buckets, queues, topics, keys and secrets with a policy.
	ResourcePolicies int `shape:"resourcePolicies"`
	// ConditionShare is the share of identity statements with a Condition.
	ConditionShare float64 `shape:"conditionShare"`
	// VariableShare is the share of the identity statements' resources with a policy variable.
	VariableShare float64 `shape:"variableShare"`
	// DenyShare is the share of identity statements that deny.
	DenyShare float64 `shape:"denyShare"`
	// MidWildcardShare is the share of the identity statements' resources with a wildcard inside the name.
	MidWildcardShare float64 `shape:"midWildcardShare"`
	// NotShare is the share of identity statements with NotAction or NotResource.
	NotShare float64 `shape:"notShare"`
}

// DefaultShape is a company of middle size: 20 accounts, 2,000 roles, 500
// managed policies of 10 statements.
func DefaultShape() Shape {
	return Shape{
		Accounts: 20, Roles: 2000, Users: 100, Policies: 500, AWSManagedShare: 0.05, StatementsPerPolicy: 10, PoliciesPerRole: 3,
		InlineShare: 0.2, Boundaries: 2, BoundaryShare: 0.25, SCPDepth: 2, RCPs: 1, ResourcePolicies: 200,
		ConditionShare: 0.2, VariableShare: 0.03, DenyShare: 0.04, MidWildcardShare: 0.03, NotShare: 0.01,
	}
}

// maxCount bounds every count of a shape, so that a slip of the keyboard does not fill a disk.
const maxCount = 10_000_000

// ParseShape reads NAME=NUMBER separated by commas, such as
// "roles=100000,policies=20000"; what is not named is as in DefaultShape. The
// names are those of the fields of Shape, with a small first letter. An error
// names the part at fault, what is allowed, and a near name.
func ParseShape(text string) (Shape, error) {
	shape := DefaultShape()
	if strings.TrimSpace(text) == "" {
		return shape, nil
	}
	fields := shape.fields()
	given := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return Shape{}, fmt.Errorf("%q is not NAME=NUMBER, such as roles=100000", part)
		}
		field, ok := fields[name]
		if !ok {
			return Shape{}, unknownName(name)
		}
		if given[name] {
			return Shape{}, fmt.Errorf("%s is given twice", name)
		}
		given[name] = true
		if err := setField(field, name, value); err != nil {
			return Shape{}, err
		}
	}
	return shape, shape.Check()
}

func unknownName(name string) error {
	names := ShapeNames()
	if near, ok := model.Suggest(name, names); ok {
		return fmt.Errorf("there is no %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("there is no %q; known are %s", name, strings.Join(names, ", "))
}

func setField(field reflect.Value, name, value string) error {
	if field.Kind() == reflect.Int {
		n, err := strconv.Atoi(strings.ReplaceAll(value, "_", ""))
		if err != nil || n < 0 || n > maxCount {
			return fmt.Errorf("%s=%s: allowed is a whole number from 0 to %d", name, value, maxCount)
		}
		field.SetInt(int64(n))
		return nil
	}
	share, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(share) || share < 0 || share > 1 {
		return fmt.Errorf("%s=%s: allowed is a share from 0 to 1, such as 0.25", name, value)
	}
	field.SetFloat(share)
	return nil
}

// Check reports numbers that do not fit together.
func (s Shape) Check() error {
	switch {
	case s.Accounts == 0:
		return fmt.Errorf("accounts=0: roles, users and policies need an account")
	case s.StatementsPerPolicy == 0 && s.Policies > 0:
		return fmt.Errorf("statementsPerPolicy=0: a policy needs a statement")
	case s.Boundaries == 0 && s.BoundaryShare > 0 && s.Roles > 0:
		return fmt.Errorf("boundaries=0: roles cannot have a boundary then; set boundaryShare=0 as well")
	case s.SCPDepth == 0 && s.RCPs > 0:
		return fmt.Errorf("scpDepth=0: without an organization there are no RCPs; set rcps=0 as well")
	case s.SCPDepth > maxDepth:
		return fmt.Errorf("scpDepth=%d: AWS Organizations has the root and five levels of organizational units, %d in all", s.SCPDepth, maxDepth)
	}
	return nil
}

// maxDepth is the root and the five levels of organizational units that AWS allows.
const maxDepth = 6

// ShapeNames are the names that ParseShape takes, in the order of the fields.
func ShapeNames() []string {
	var names []string
	t := reflect.TypeFor[Shape]()
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("shape"))
	}
	return names
}

func (s *Shape) fields() map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		fields[v.Type().Field(i).Tag.Get("shape")] = v.Field(i)
	}
	return fields
}

// String is the whole shape in the form that ParseShape takes.
func (s Shape) String() string {
	var parts []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		parts = append(parts, fmt.Sprintf("%s=%v", v.Type().Field(i).Tag.Get("shape"), v.Field(i).Interface()))
	}
	return strings.Join(parts, ",")
}
