package conditions

// Truth is the outcome of a comparison or of a whole condition. The zero value
// is False, so that a forgotten outcome never makes a statement apply.
type Truth uint8

const (
	// False: the condition does not hold.
	False Truth = iota
	// True: the condition holds.
	True
	// Unknown: it depends on a key that the request did not supply (D23). It
	// occurs only where Env.ThreeValued is set.
	Unknown
)

// String returns "false", "true" or "unknown".
func (t Truth) String() string { return [...]string{"false", "true", "unknown"}[t] }

// And is Kleene's conjunction: False wins over Unknown.
func (t Truth) And(u Truth) Truth {
	switch {
	case t == False || u == False:
		return False
	case t == Unknown || u == Unknown:
		return Unknown
	}
	return True
}

// Or is Kleene's disjunction: True wins over Unknown.
func (t Truth) Or(u Truth) Truth {
	switch {
	case t == True || u == True:
		return True
	case t == Unknown || u == Unknown:
		return Unknown
	}
	return False
}

// Not is Kleene's negation: Unknown stays Unknown.
func (t Truth) Not() Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Unknown
}

// Of returns True or False for a bool.
func Of(b bool) Truth {
	if b {
		return True
	}
	return False
}
