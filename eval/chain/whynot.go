package chain

import (
	"cmp"
	"slices"

	"iamsim/eval"
	"iamsim/model"
)

// Bounds of the search for the hop that comes nearest: how many principals
// are looked at on either side of the gap, and how many calls are explained.
const (
	maxEitherSide = 64
	maxExplained  = 24
)

// Gap is a hop that is refused and without which a chain would stand.
type Gap struct {
	// Before are the roles from the start to the caller of the refused hop,
	// the start first; After those from the role that it asks for to the end.
	Before []string `json:"before"`
	After  []string `json:"after"`
	// Refused explains the call with nothing passed but what is given.
	Refused *eval.Explanation `json:"refused"`
}

// Gaps says why no chain leads from one principal to a role: the refused hops
// that come nearest, those with the fewest causes of denial first, then those
// that make the shortest chain. cut tells whether not all hops were looked at.
func (g *Graph) Gaps(q Question, most int) (gaps []Gap, cut bool, err error) {
	f := &finder{g: g, q: q, found: &Found{}, open: map[[2]int32]bool{}}
	f.q.MaxHops = cmp.Or(q.MaxHops, DefaultMaxHops)
	if f.start, err = g.start(q.From); err != nil {
		return nil, false, err
	}
	if f.to, err = g.role(q.To); err != nil {
		return nil, false, err
	}
	ahead, behind := f.ahead(f.start.node), f.behind(f.to)
	near := append([]int32{f.start.node}, byDistance(ahead, f.start.node)...)
	far := append([]int32{f.to}, byDistance(behind, f.to)...)
	far = slices.DeleteFunc(far, func(n int32) bool { return n < 0 || g.trusts[n] == nil })
	cut = len(near) > maxEitherSide || len(far) > maxEitherSide
	near, far = near[:min(len(near), maxEitherSide)], far[:min(len(far), maxEitherSide)]

	var list []gap
	for _, from := range near {
		for _, t := range far {
			hops := ahead[from] + behind[t] + 1
			if from == t || hops > f.q.MaxHops || q.CrossAccount && f.account(from) == g.nodes[t].account {
				continue
			}
			if one := f.refused(from, t); one != nil {
				one.hops = hops
				list = append(list, *one)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b gap) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.hops, b.hops))
	})
	cut = cut || len(list) > maxExplained
	list = list[:min(len(list), maxExplained)]
	for i := range list {
		if list[i].explained, err = g.engine.Explain(list[i].query); err != nil {
			return nil, cut, err
		}
	}
	slices.SortStableFunc(list, func(a, b gap) int {
		return cmp.Or(cmp.Compare(len(a.explained.Causes), len(b.explained.Causes)), -cmp.Compare(min(len(a.explained.NearMisses), 1), min(len(b.explained.NearMisses), 1)))
	})
	for _, one := range list[:min(len(list), most)] {
		gaps = append(gaps, Gap{
			Before: f.trail(ahead, one.from, true), After: f.trail(behind, one.to, false), Refused: one.explained,
		})
	}
	return gaps, cut, nil
}

func (f *finder) account(n int32) string {
	if n < 0 {
		return f.start.outside.account
	}
	return f.g.nodes[n].account
}

// gap is one refused call.
type gap struct {
	from, to   int32
	rank, hops int
	query      model.Request
	explained  *eval.Explanation
}

// refused decides a call with nothing passed; nil if it is allowed or no request at all.
func (f *finder) refused(from, t int32) *gap {
	g := f.g
	c, action := f.start.caller, AssumeRole
	if from >= 0 {
		action = g.action(from)
		if from != f.start.node {
			c = g.caller(from)
		}
	} else {
		action = g.actionOf(f.start.outside)
	}
	s := &solver{engine: g.engine, given: &g.given, action: action, role: g.nodes[t].name, caller: c}
	if action == AssumeRole {
		s.base.ExternalID = g.given.ExternalID
	}
	w, h := s.walk(nil), s.hop(nil, nil)
	call, err := w.call(&h)
	if err != nil {
		return nil
	}
	d, err := g.engine.Decide(call)
	if err != nil || d.Allowed() {
		return nil
	}
	return &gap{from: from, to: t, rank: nearness(d.Reason.Code), query: call}
}

// nearness ranks a denial before it is explained: what one more Allow would
// mend, then what another role's trust would, then explicit denials.
func nearness(c eval.Code) int {
	switch c {
	case eval.DenyImplicitIdentity, eval.DenyImplicitIdentityCrossAccount:
		return 0
	case eval.DenyImplicitResource, eval.DenyImplicitResourceCrossAccount, eval.DenyImplicitBoundary, eval.DenyImplicitSession:
		return 1
	}
	return 2
}

// trail lists one shortest way between an end of the chain and a node.
func (f *finder) trail(distance map[int32]int, n int32, forward bool) []string {
	out := []string{f.nameOf(n)}
	for at := n; distance[at] > 0; {
		next := at
		for _, other := range byDistance(distance, at) {
			if distance[other] != distance[at]-1 {
				continue
			}
			if forward && f.leads(other, at) || !forward && f.leads(at, other) {
				next = other
				break
			}
		}
		if next == at {
			break
		}
		at = next
		out = append(out, f.nameOf(at))
	}
	if forward {
		slices.Reverse(out)
	}
	return out
}

func (f *finder) leads(from, to int32) bool {
	return slices.ContainsFunc(f.hops(from), func(l leaving) bool { return l.to == to })
}

func (f *finder) nameOf(n int32) string {
	if n < 0 {
		return f.start.outside.name
	}
	return f.g.nodes[n].name
}
