package scenarios

import (
	"iamsim/eval"
	"iamsim/eval/chain"
)

// watcher is told of the queries behind the checks of a scenario, those of the
// calls of its chain included. Calls for several scenarios overlap.
type watcher func(suite *Suite, s *Scenario, q *eval.Query)

// both returns a watcher that tells two; either may be nil.
func both(a, b watcher) watcher {
	if a == nil {
		return b
	}
	return func(suite *Suite, s *Scenario, q *eval.Query) {
		a(suite, s, q)
		b(suite, s, q)
	}
}

// of watches one scenario that runs on an engine. The calls of its chain are
// told at once, and each check when what it returns is called. A question that
// cannot be prepared has no query.
func (w watcher) of(j *job, engine *eval.Engine, followed *chain.Chain) func(action, resource string) {
	if w == nil || engine == nil {
		return func(string, string) {}
	}
	s, suite := j.scenario, j.bench.suite
	if followed != nil {
		// Follow made the same calls without an error.
		calls, _ := chain.Queries(engine, s.request(), s.Via)
		for _, q := range calls {
			w(suite, s, q)
		}
	}
	return func(action, resource string) {
		r := s.request()
		r.Action, r.Resource = action, resource
		if followed != nil {
			if followed.FailedHop > 0 {
				return // the check's answer is that to a call
			}
			r = followed.Request(r)
		}
		if q, err := engine.Prepare(r); err == nil {
			w(suite, s, q)
		}
	}
}
