package conditions

// null decides the Null operator: the value `true` asks for a key that is
// absent or empty, any other for one that is present and not empty, and the
// values are joined by OR (rules C12, C45). Set operators do not change it
// unless the options say so.
func (e *Entry) null(v Value, env *Env) Truth {
	if constant, ok := e.constantNull(env); ok {
		return constant
	}
	return Of(e.asksNull(v.empty()))
}

// asksNull reports whether some policy value asks for a key that is absent,
// or present.
func (e *Entry) asksNull(absent bool) bool {
	for _, p := range e.values {
		if isTrue(p) == absent {
			return true
		}
	}
	return false
}

// constantNull returns the result of Null under a set operator in the
// alternative of rule C45.
func (e *Entry) constantNull(env *Env) (Truth, bool) {
	if e.op.Set == None || !env.Options.NullWithSetOperatorConstant {
		return False, false
	}
	return Of(e.op.Set == ForAllValues), true
}

// unknownNull decides Null for a key of which nothing is known.
func (e *Entry) unknownNull(env *Env) Truth {
	if constant, ok := e.constantNull(env); ok {
		return constant
	}
	if absent := e.asksNull(true); absent == e.asksNull(false) {
		return Of(absent)
	}
	return Unknown
}
