package eval

// MergeAll merges the policies of every principal that has several.
func (e *Engine) MergeAll() {
	for _, p := range e.plans.principals.own {
		if len(p.identity.policies) > 1 {
			e.merge(&p.identity)
		}
	}
}
