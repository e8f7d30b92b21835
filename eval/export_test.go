package eval

// MergeAll merges the policies of every principal that has several.
func (e *Engine) MergeAll() {
	for _, p := range e.plans.principals.own {
		if len(p.identity.policies) > 1 {
			e.merge(&p.identity)
		}
	}
}

// DecideListed decides by looking at every statement, without the indexes.
func (q *Query) DecideListed() (Decision, error) {
	e := newEvaluation(q, q.context, &q.engine.options, false)
	e.see = func(visit) {}
	e.gather()
	if err := e.unread(); err != nil {
		return Decision{}, err
	}
	return authorize(&e.facts, &q.engine.options, false), nil
}
