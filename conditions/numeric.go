package conditions

// orderedTest is the Numeric and Date operators: both compare exact decimals,
// dates as seconds since 1970.
type orderedTest struct {
	relation relation
	values   []*decimal // nil where a policy value is no number (rule C32)
}

func newNumericTest(op Operator, values []string) *orderedTest {
	t := &orderedTest{relation: bases[op.Base].relation, values: make([]*decimal, len(values))}
	for i, v := range values {
		if d, ok := parseNumber(v); ok {
			t.values[i] = &d
		}
	}
	return t
}

// newDateTest reads policy values as dates; one that is none makes the policy
// invalid (rules A27, C34).
func newDateTest(op Operator, values []string) (*orderedTest, []*ValueError) {
	t := &orderedTest{relation: bases[op.Base].relation}
	var faults []*ValueError
	for i, v := range values {
		d, ok := parseDate(v)
		if !ok {
			faults = append(faults, valueError(i, v, "is neither an ISO 8601 date nor epoch seconds (rule C33)"))
			continue
		}
		t.values = append(t.values, &d)
	}
	return t, faults
}

// against compares x, the request value as the family reads it, with the
// policy values: the request value is the left operand (rule C30).
func (t *orderedTest) against(x *decimal) verdict {
	if x == nil {
		return failed
	}
	var v verdict
	for _, p := range t.values {
		switch {
		case p == nil:
			v |= failed
		case t.relation.holds(x.compare(p)):
			return matched
		}
	}
	return v
}
