package conditions

// reach says what the policy values of an entry can do to request values,
// given the variables that are known.
type reach struct {
	never  bool // no text matches any of them
	always bool // every text matches one of them
	fails  bool // for some texts, or all, a comparison cannot be carried out
}

// reach returns the reach of the entry's values.
func (e *Entry) reach(env *Env) reach {
	switch t := e.test.(type) {
	case *stringTest:
		return t.reach(env)
	case *boolTest:
		return t.reach(env)
	case *arnTest:
		return t.reach(env)
	case *orderedTest:
		r := reach{never: true, fails: !e.failureDiffers(env)}
		for _, p := range t.values {
			r.never = r.never && p == nil
		}
		return r
	case *binaryTest:
		r := reach{never: true, fails: true}
		for i := range t.values {
			r.never = r.never && !t.values[i].ok
		}
		return r
	}
	return reach{never: len(e.values) == 0, fails: true}
}

// evalUnknown decides the entry where nothing is known of its key: Unknown,
// unless absence and every value lead to the same result (rule D23).
func (e *Entry) evalUnknown(env *Env) Truth {
	if e.op.Base == Null {
		return e.unknownNull(env)
	}
	one := e.holdsAny(env)
	switch e.op.Set {
	case ForAllValues:
		if one == True {
			return True
		}
	case ForAnyValue:
		if one == False && !e.anyHoldsMissing(env) {
			return False
		}
	default:
		several := False
		if e.comparesSets(env) {
			several = one
		}
		if absent := Of(e.bareHoldsMissing(env)); absent == one && several == one {
			return one
		}
	}
	return Unknown
}

// holdsAny returns what holds returns for every text, Unknown if that differs
// from text to text.
func (e *Entry) holdsAny(env *Env) Truth {
	if len(e.values) == 0 {
		return e.holds(nil, env)
	}
	r := e.reach(env)
	switch {
	case !e.op.Negated() && r.never:
		return False
	case !e.op.Negated() && r.always:
		return True
	case e.op.Negated() && (r.always || e.hasFailedNumber(env)):
		return False
	case e.op.Negated() && r.never && !r.fails:
		return True
	}
	return Unknown
}

// hasFailedNumber reports whether a policy value that is no number makes the
// entry false for every value (rule C32).
func (e *Entry) hasFailedNumber(env *Env) bool {
	t, ok := e.test.(*orderedTest)
	if !ok || e.failureDiffers(env) {
		return false
	}
	for _, p := range t.values {
		if p == nil {
			return true
		}
	}
	return false
}
