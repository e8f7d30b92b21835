package conditions

import (
	"fmt"
	"strings"
)

// SetOperator is the prefix of an operator that says how the values of a
// multivalued key are combined (rules C14, C15).
type SetOperator uint8

const (
	// None: a bare operator, made for a key with one value.
	None SetOperator = iota
	// ForAllValues: every value of the request must satisfy the operator; a
	// missing key does.
	ForAllValues
	// ForAnyValue: at least one value must; a missing key does not.
	ForAnyValue
)

// String returns the name as written before the colon, "" for None.
func (s SetOperator) String() string {
	return [...]string{"", "ForAllValues", "ForAnyValue"}[s]
}

// Family is the kind of value an operator compares.
type Family uint8

// The operator families (rule C.12).
const (
	StringFamily Family = iota
	NumericFamily
	DateFamily
	BoolFamily
	BinaryFamily
	IPFamily
	ARNFamily
	NullFamily
)

// String returns the family's name as it begins its operators' names.
func (f Family) String() string {
	return [...]string{"String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "Arn", "Null"}[f]
}

// Base is one of the 27 operators without prefix and suffix.
type Base uint8

// The base operators (section C).
const (
	StringEquals Base = iota
	StringNotEquals
	StringEqualsIgnoreCase
	StringNotEqualsIgnoreCase
	StringLike
	StringNotLike
	NumericEquals
	NumericNotEquals
	NumericLessThan
	NumericLessThanEquals
	NumericGreaterThan
	NumericGreaterThanEquals
	DateEquals
	DateNotEquals
	DateLessThan
	DateLessThanEquals
	DateGreaterThan
	DateGreaterThanEquals
	BoolEquals // written Bool
	BinaryEquals
	IPAddress
	NotIPAddress
	ARNEquals
	ARNNotEquals
	ARNLike
	ARNNotLike
	Null
	baseCount
)

// relation is how an ordered request value must stand to the policy value.
type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// holds reports whether the relation holds for a three-way comparison of the
// request value with the policy value (rule C30).
func (r relation) holds(cmp int) bool {
	switch r {
	case less:
		return cmp < 0
	case lessOrEqual:
		return cmp <= 0
	case greater:
		return cmp > 0
	case greaterOrEqual:
		return cmp >= 0
	}
	return cmp == 0
}

// baseInfo is what there is to know about a base operator (rule C.12).
type baseInfo struct {
	name      string
	family    Family
	negated   bool
	wildcards bool
	relation  relation
}

var bases = [baseCount]baseInfo{
	StringEquals:              {name: "StringEquals", family: StringFamily},
	StringNotEquals:           {name: "StringNotEquals", family: StringFamily, negated: true},
	StringEqualsIgnoreCase:    {name: "StringEqualsIgnoreCase", family: StringFamily},
	StringNotEqualsIgnoreCase: {name: "StringNotEqualsIgnoreCase", family: StringFamily, negated: true},
	StringLike:                {name: "StringLike", family: StringFamily, wildcards: true},
	StringNotLike:             {name: "StringNotLike", family: StringFamily, negated: true, wildcards: true},
	NumericEquals:             {name: "NumericEquals", family: NumericFamily},
	NumericNotEquals:          {name: "NumericNotEquals", family: NumericFamily, negated: true},
	NumericLessThan:           {name: "NumericLessThan", family: NumericFamily, relation: less},
	NumericLessThanEquals:     {name: "NumericLessThanEquals", family: NumericFamily, relation: lessOrEqual},
	NumericGreaterThan:        {name: "NumericGreaterThan", family: NumericFamily, relation: greater},
	NumericGreaterThanEquals:  {name: "NumericGreaterThanEquals", family: NumericFamily, relation: greaterOrEqual},
	DateEquals:                {name: "DateEquals", family: DateFamily},
	DateNotEquals:             {name: "DateNotEquals", family: DateFamily, negated: true},
	DateLessThan:              {name: "DateLessThan", family: DateFamily, relation: less},
	DateLessThanEquals:        {name: "DateLessThanEquals", family: DateFamily, relation: lessOrEqual},
	DateGreaterThan:           {name: "DateGreaterThan", family: DateFamily, relation: greater},
	DateGreaterThanEquals:     {name: "DateGreaterThanEquals", family: DateFamily, relation: greaterOrEqual},
	BoolEquals:                {name: "Bool", family: BoolFamily},
	BinaryEquals:              {name: "BinaryEquals", family: BinaryFamily},
	IPAddress:                 {name: "IpAddress", family: IPFamily},
	NotIPAddress:              {name: "NotIpAddress", family: IPFamily, negated: true},
	ARNEquals:                 {name: "ArnEquals", family: ARNFamily, wildcards: true},
	ARNNotEquals:              {name: "ArnNotEquals", family: ARNFamily, negated: true, wildcards: true},
	ARNLike:                   {name: "ArnLike", family: ARNFamily, wildcards: true},
	ARNNotLike:                {name: "ArnNotLike", family: ARNFamily, negated: true, wildcards: true},
	Null:                      {name: "Null", family: NullFamily},
}

// String returns the operator's name as AWS writes it.
func (b Base) String() string { return bases[b].name }

// Family returns the family the operator belongs to.
func (b Base) Family() Family { return bases[b].family }

// Operator is a condition operator as it stands in a policy (rule A24). The
// zero value is StringEquals.
type Operator struct {
	Set      SetOperator
	Base     Base
	IfExists bool
}

// String returns the name as AWS writes it, e.g.
// "ForAnyValue:StringLikeIfExists".
func (o Operator) String() string {
	name := o.Base.String()
	if o.IfExists {
		name += ifExists
	}
	if o.Set != None {
		name = o.Set.String() + ":" + name
	}
	return name
}

// Negated reports whether the values of the policy are joined by NOR (rule
// C7).
func (o Operator) Negated() bool { return bases[o.Base].negated }

// Wildcards reports whether `*` and `?` in the policy's values are special
// (rule C.12).
func (o Operator) Wildcards() bool { return bases[o.Base].wildcards }

const ifExists = "IfExists"

// ParseOperator reads an operator's name: a base operator, perhaps with
// ForAllValues: or ForAnyValue: before it and IfExists behind it (rule A24).
// With anyCase letters are compared without regard to case (rule A25). The
// error names operators that are spelled nearly like an unknown one.
func ParseOperator(name string, anyCase bool) (Operator, error) {
	same := func(a, b string) bool { return a == b || anyCase && FoldKey(a) == FoldKey(b) }
	var op Operator
	rest := name
	if set, base, ok := strings.Cut(name, ":"); ok {
		switch {
		case same(set, ForAllValues.String()):
			op.Set = ForAllValues
		case same(set, ForAnyValue.String()):
			op.Set = ForAnyValue
		default:
			return Operator{}, unknownOperator(name)
		}
		rest = base
	}
	if cut := len(rest) - len(ifExists); cut >= 0 && same(rest[cut:], ifExists) {
		op.IfExists = true
		rest = rest[:cut]
	}
	for b := Base(0); b < baseCount; b++ {
		if !same(rest, b.String()) {
			continue
		}
		if b == Null && op.IfExists {
			return Operator{}, fmt.Errorf("operator %q: Null takes no IfExists, it tests presence itself (rule C11)", name)
		}
		op.Base = b
		return op, nil
	}
	return Operator{}, unknownOperator(name)
}
