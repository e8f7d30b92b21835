package chain

import (
	"iamsim/eval"
	"iamsim/model"
)

// Queries returns what the engine decides while Follow makes the hops, in that
// order: of each hop the call and what must be allowed besides. A decision
// that is a fixed rule of the call itself rests on no policy and is left out.
// Errors are those of Follow.
func Queries(e *eval.Engine, start model.Request, hops []Hop) ([]*eval.Query, error) {
	var list []*eval.Query
	w := newWalk(e, start)
	refused := eval.Reason{Code: eval.DenyServiceRule}.String()
	for i := range hops {
		if err := hops[i].check(); err != nil {
			return nil, inHop(i+1, err)
		}
		call, err := w.call(&hops[i])
		if err != nil {
			return nil, inHop(i+1, err)
		}
		actions := append([]string{call.Action}, w.accompanying(&hops[i])...)
		step, err := w.hop(i+1, hops[i])
		if err != nil {
			return nil, inHop(i+1, err)
		}
		for k, x := range step.Checks {
			r := call
			r.Action = actions[k]
			q, err := e.Prepare(r)
			if err != nil || x.Reason == refused {
				continue
			}
			if r.Action == setSourceIdentity && q.RoleSession() {
				q = q.NeedIdentity()
			}
			list = append(list, q)
		}
		if step.Failed() != nil {
			break
		}
	}
	return list, nil
}
