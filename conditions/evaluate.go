package conditions

// verdict is what comparing one request value with the policy values of an
// entry has shown, as a set of bits; none set means that no value matches.
type verdict uint8

const (
	matched   verdict = 1 << iota // some policy value matches
	undecided                     // for some it depends on an unknown variable
	failed                        // some comparison could not be carried out (rule C2)
)

// Eval decides the condition: all entries must hold (rules C1, C5). An empty
// Block holds. It does not allocate.
func (b Block) Eval(env *Env) Truth {
	all := True
	for _, e := range b {
		all = all.And(e.Eval(env))
		if all == False {
			return False
		}
	}
	return all
}

// Eval decides the entry. It does not allocate for values with up to eight
// variables each. In env, a key that is not supplied counts as absent, unless
// env is three-valued: then the result is Unknown if it depends on that key.
func (e *Entry) Eval(env *Env) Truth {
	b := env.find(e.hash, e.folded)
	if e.plain && b != nil && len(b.value.scalars) == 1 {
		return e.holds(&b.value.scalars[0], env)
	}
	if b == nil && env.ThreeValued {
		return e.evalUnknown(env)
	}
	var v Value
	if b != nil {
		v = b.value
	}
	return e.eval(v, env)
}

// eval decides the entry for the value v of its key, zero if absent.
func (e *Entry) eval(v Value, env *Env) Truth {
	if e.op.Base == Null {
		return e.null(v, env)
	}
	switch e.op.Set {
	case ForAllValues:
		// A missing key, and one that resolves to an empty text, satisfies
		// ForAllValues whatever it asks (rules C12, C14).
		if v.empty() {
			return True
		}
		return e.all(v, env)
	case ForAnyValue:
		if v.empty() {
			return Of(v.missing() && e.anyHoldsMissing(env))
		}
		return e.some(v, env)
	}
	switch {
	case v.missing():
		return Of(e.bareHoldsMissing(env))
	case len(v.scalars) > 1 && !e.comparesSets(env):
		return False
	}
	return e.all(v, env)
}

// bareHoldsMissing reports whether an operator without set operator holds for
// a missing key (rules C9, C10, C11, C18).
func (e *Entry) bareHoldsMissing(env *Env) bool {
	if e.op.IfExists {
		return true
	}
	return e.op.Negated() && (len(e.values) > 0 || env.Options.EmptyNegatedListTrue)
}

// anyHoldsMissing reports whether ForAnyValue holds for a missing key (rules
// C15, C19).
func (e *Entry) anyHoldsMissing(env *Env) bool {
	return e.op.IfExists && env.Options.ForAnyValueIfExistsMissingTrue
}

// comparesSets reports whether an operator without set operator is compared
// with a key of several values at all, each of which must then satisfy it
// (rule C17).
func (e *Entry) comparesSets(env *Env) bool {
	return e.op.Negated() && env.Options.NegatedBareOperatorCompares
}

// all reports whether every value satisfies the operator.
func (e *Entry) all(v Value, env *Env) Truth {
	t := True
	for i := range v.scalars {
		if t = t.And(e.holds(&v.scalars[i], env)); t == False {
			break
		}
	}
	return t
}

// some reports whether at least one value satisfies the operator.
func (e *Entry) some(v Value, env *Env) Truth {
	t := False
	for i := range v.scalars {
		if t = t.Or(e.holds(&v.scalars[i], env)); t == True {
			break
		}
	}
	return t
}

// holds decides whether one request value satisfies the operator: it matches
// some policy value, or, for a negated operator, none of them (rules C6, C7).
// A comparison that cannot be carried out makes either false (rule C2).
func (e *Entry) holds(x *scalar, env *Env) Truth {
	if len(e.values) == 0 {
		return Of(e.op.Negated() && env.Options.EmptyNegatedListTrue)
	}
	v := e.against(x, env)
	if v == matched {
		return Of(!e.op.Negated())
	}
	if v&failed != 0 && e.failureDiffers(env) {
		v &^= failed
	}
	switch {
	case !e.op.Negated() && v&matched != 0:
		return True
	case e.op.Negated() && v&(matched|failed) != 0:
		return False
	case v&undecided != 0:
		return Unknown
	}
	return Of(e.op.Negated())
}

// failureDiffers reports whether a comparison that cannot be carried out
// counts as a difference (the alternative of rule C32).
func (e *Entry) failureDiffers(env *Env) bool {
	return e.op.Base == NumericNotEquals && env.Options.UnparsableNegatedNumberTrue
}

// against compares one request value with all policy values. It calls the
// families by their types, not by an interface: so env stays where it is.
func (e *Entry) against(x *scalar, env *Env) verdict {
	switch t := e.test.(type) {
	case *stringTest:
		return t.against(x, env)
	case *orderedTest:
		if e.op.Base.Family() == DateFamily {
			return t.against(x.instant)
		}
		return t.against(x.number)
	case *boolTest:
		return t.against(x, env)
	case *binaryTest:
		return t.against(x)
	case *ipTest:
		return t.against(x, env)
	case *arnTest:
		return t.against(x, env)
	}
	return failed
}
