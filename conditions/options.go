package conditions

// Options holds the readings of those rules of conditions that AWS leaves
// open. The zero value takes the default of each; true takes the alternative.
type Options struct {
	// NegatedBareOperatorCompares: a negated operator without set operator
	// holds on a key with several values if none of them matches; by default
	// it is false there (rule C17).
	NegatedBareOperatorCompares bool
	// EmptyNegatedListTrue: a negated operator with an empty list of policy
	// values excludes nothing and holds; by default it never does (rule C18).
	EmptyNegatedListTrue bool
	// ForAnyValueIfExistsMissingTrue: ForAnyValue with IfExists holds for a
	// missing key; by default the set operator wins (rule C19).
	ForAnyValueIfExistsMissingTrue bool
	// UnparsableNegatedNumberTrue: under NumericNotEquals a text that is no
	// number differs from every number; by default the entry is false (rule
	// C32).
	UnparsableNegatedNumberTrue bool
	// MappedIPv4IsIPv4: ::ffff:a.b.c.d is the IPv4 address a.b.c.d; by default
	// it is an IPv6 address (rule C37).
	MappedIPv4IsIPv4 bool
	// ShortARNPatternsCompleted: the components an ARN pattern lacks are `*`;
	// by default such a pattern matches nothing (rule C43).
	ShortARNPatternsCompleted bool
	// NullWithSetOperatorConstant: ForAllValues:Null always holds and
	// ForAnyValue:Null never; by default both are plain Null (rule C45).
	NullWithSetOperatorConstant bool
	// BoolVariablesLiteral: `${...}` in a value of Bool is ordinary text; by
	// default it is a variable (rule C.12).
	BoolVariablesLiteral bool
	// VariableWildcards: `*` and `?` in the value of a variable are wildcards
	// where the operator has them; by default they are ordinary (rule D9).
	VariableWildcards bool
}

// behind is the number of contexts that an Env has room for besides its own.
const behind = 6

// Env is what a condition is evaluated in. Its methods and those that take it
// only read it.
type Env struct {
	// Context holds the keys of the request; nil supplies none.
	Context *Context
	// Behind holds what follows from the request without being part of
	// Context, such as what is known of the caller: where Context says nothing
	// of a key, the first of them that does decides. Elements may be nil.
	Behind [behind]*Context
	// Options are the readings of uncertain rules.
	Options Options
	// ThreeValued: a key that is not supplied makes what depends on it
	// Unknown; otherwise it counts as absent (rule D23).
	ThreeValued bool
}
