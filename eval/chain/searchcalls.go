package chain

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// maxCallTrials bounds the decisions of one question about which calls along
// ways lead on; maxChoices bounds the choices of values that are looked at for one call.
const (
	maxCallTrials = 200_000
	maxChoices    = 1 << 16
)

// callSearch looks for calls that all stand, one after another. It keeps of the
// sessions of each role one of those that no later request can tell apart, and
// so finds the fewest hops.
type callSearch struct {
	f    *finder
	from start
	to   int32
	// next are the edges to follow from a node after so many hops.
	next func(hops int, n int32) []leaving
	// wanted are, for each role, the attributes of its sessions at which the next request looks.
	wanted map[int32]map[string]bool
	pools  pools
	seen   map[string]bool
	why    string // what could not be decided
}

// station is a session that some calls return.
type station struct {
	node   int32
	caller caller
	before *station
	needs  *sessionNeeds // of the session that made the call
	hop    Hop
	via    *verdict
}

// calls returns the calls of one path that stand, with the last session allowed
// what the question asks; nil where there are none.
func (f *finder) calls(from start, nodes []int32, verdicts []*verdict) *Path {
	cs := &callSearch{f: f, from: from, to: nodes[len(nodes)-1]}
	cs.next = func(hops int, _ int32) []leaving {
		if hops == len(nodes) {
			return nil
		}
		return []leaving{{nodes[hops], verdicts[hops]}}
	}
	return cs.run(len(nodes))
}

// wander is calls for every way from a start to a role, of at most so many
// hops. A way may come through a role twice, with another session each time.
func (f *finder) wander(from start, to int32, distance map[int32]int, most int) *Path {
	known := map[int32][]leaving{}
	cs := &callSearch{f: f, from: from, to: to}
	cs.next = func(hops int, n int32) []leaving {
		list, ok := known[n]
		if !ok {
			list = f.hopsTo(from, n)
			if n >= 0 && f.g.trusts[n] != nil {
				if v := f.g.self(n); v != nil && f.follows(n, n, v) {
					list = append(list, leaving{n, v})
				}
			}
			known[n] = list
		}
		return slices.DeleteFunc(slices.Clone(list), func(l leaving) bool {
			left, leads := distance[l.to]
			return !leads || hops+1+left > most
		})
	}
	return cs.run(most)
}

// run follows the edges, the fewest hops first.
func (cs *callSearch) run(most int) *Path {
	cs.wanted, cs.pools, cs.seen = map[int32]map[string]bool{}, pools{}, map[string]bool{}
	cs.survey(most)
	level := []*station{{node: cs.from.node, caller: cs.from.caller}}
	for hops := 0; hops < most && len(level) > 0; hops++ {
		var next []*station
		for _, at := range level {
			for _, l := range cs.next(hops, at.node) {
				for _, one := range cs.step(at, l) {
					if l.to == cs.to && (cs.f.q.Action == "" || cs.mayAct(one)) {
						return cs.path(one)
					}
					next = append(next, one)
				}
			}
		}
		level = next
	}
	if cs.why != "" {
		cs.f.giveUp("a call between %s and %s could not be decided: %s", cs.f.name(cs.from), cs.f.g.nodes[cs.to].name, cs.why)
	}
	return nil
}

// survey finds at what the requests along the edges look, and which values they can tell apart.
func (cs *callSearch) survey(most int) {
	g, f := cs.f.g, cs.f
	var statements []*model.Statement
	look := func(n int32, slots []slot, s *solver) {
		cs.pools.collect(slots)
		statements = append(statements, s.statements...)
		for _, one := range slots {
			if name := attribute(one.key); one.session && name != "" && n >= 0 {
				if cs.wanted[n] == nil {
					cs.wanted[n] = map[string]bool{}
				}
				cs.wanted[n][name] = true
			}
		}
	}
	type hop struct {
		from, to int32
		first    bool
	}
	looked := map[hop]bool{}
	level := []int32{cs.from.node}
	for hops := 0; hops < most && len(level) > 0; hops++ {
		next := map[int32]bool{}
		for _, n := range level {
			for _, l := range cs.next(hops, n) {
				one := hop{n, l.to, hops == 0}
				if looked[one] || f.trials >= maxCallTrials {
					continue
				}
				looked[one] = true
				f.trials++
				c := cs.from.caller
				switch {
				case hops > 0:
					c = g.caller(n)
				case l.verdict.as != nil:
					c = *l.verdict.as
				}
				s := g.hopSolver(cs.from, n, l.to, c)
				// What the first call wants of its caller no hop returns.
				at := n
				if hops == 0 {
					at = -1
				}
				look(at, s.slots(), s)
				next[l.to] = true
			}
		}
		level = sorted(next)
	}
	if f.q.Action != "" {
		if slots, s := f.lastSlots(g.caller(cs.to)); s != nil {
			look(cs.to, slots, s)
		}
	}
	cs.pools.link(statements)
}

// step makes the calls of one hop with a session.
func (cs *callSearch) step(at *station, l leaving) []*station {
	f := cs.f
	from := at.caller
	if at.before == nil && l.verdict.as != nil {
		from = *l.verdict.as
	}
	s := f.g.hopSolver(cs.from, at.node, l.to, from)
	s.caller.session = s.caller.session && at.before == nil
	ends := f.q.Action == "" && l.to == cs.to
	var out []*station
	choices := 0
	try := func(chosen []slot, values []conditions.Value) bool {
		h, needs := s.hop(chosen, values), s.needs(chosen, values)
		mark := fmt.Sprint(l.to)
		if !ends {
			mark += cs.mark(l.to, &from, needs, &h)
		}
		if choices++; choices > maxChoices || f.trials >= maxCallTrials {
			f.giveUp("the calls between %s and %s could pass more than could be tried", f.name(cs.from), f.g.nodes[cs.to].name)
			return false
		}
		if cs.seen[mark] {
			return !ends
		}
		f.trials++
		allowed, far, err := s.walk(needs).allows(h)
		if err != nil && cs.why == "" {
			cs.why = err.Error()
		}
		allowed = allowed && f.canBeMade(at.node, needs)
		if allowed {
			cs.seen[mark] = true
			out = append(out, &station{
				node: l.to, caller: from.with(needs).after(f.g.engine, &f.g.given, h), before: at, needs: needs, hop: h,
				via: &verdict{kind: l.verdict.kind, far: far, partial: l.verdict.partial, as: l.verdict.as, told: l.verdict.told},
			})
		}
		return !allowed || !ends
	}
	if try(nil, nil) {
		combinations(cs.slots(l.to, s), try)
	}
	return out
}

// with is the caller with what is needed of its session.
func (c caller) with(needs *sessionNeeds) caller {
	if !needs.empty() {
		c.request = withSession(c.request, needs)
		if needs.sourceIdentity != "" {
			c.sourceIdentity = needs.sourceIdentity
		}
	}
	return c
}

// slots are what a call may pass: what its own statements look at, and what
// the next request wants of the session.
func (cs *callSearch) slots(to int32, s *solver) []slot {
	slots := s.slots()
	own := map[string]bool{}
	for k := range slots {
		one := &slots[k]
		name := attribute(one.key)
		own[name] = own[name] || !one.session
		if of := cs.pools[name]; of != nil {
			one.take(of.values)
		}
	}
	env := s.env()
	if env == nil {
		return slots
	}
	for _, name := range sorted(cs.wanted[to]) {
		of := cs.pools[name]
		if open, session := s.open(of.key, env.Context); own[name] || !open || session {
			continue
		}
		one := slot{key: of.key}
		if one.take(of.values) {
			slots = append(slots, one)
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return strings.Compare(conditions.FoldKey(a.key), conditions.FoldKey(b.key)) })
	return slots
}

// mark spells what the requests after a hop can tell of the session that it returns.
func (cs *callSearch) mark(to int32, c *caller, needs *sessionNeeds, h *Hop) string {
	var b strings.Builder
	identity := c.with(needs).sourceIdentity
	if identity == "" {
		identity = h.SourceIdentity
	}
	wanted := cs.wanted[to]
	fmt.Fprintf(&b, " %q %v", identity, h.Action == AssumeRoleWithWebIdentity)
	if wanted[nameAttribute] {
		fmt.Fprintf(&b, " %q", h.sessionName())
	}
	for _, tags := range []map[string]string{h.Tags, c.inherited} {
		for _, key := range sorted(tags) {
			folded := conditions.FoldKey(key)
			transitive := slices.ContainsFunc(h.TransitiveTagKeys, func(other string) bool { return strings.EqualFold(other, key) })
			if wanted[tagAttribute+folded] || transitive || hasTag(c.inherited, folded) {
				fmt.Fprintf(&b, " %q=%q%v", folded, tags[key], transitive)
			}
		}
	}
	return b.String()
}

// mayAct decides the last request with a session.
func (cs *callSearch) mayAct(at *station) bool {
	r := cs.f.asked(at.caller.request)
	r.Context = r.Context.Clone()
	(&walk{session: at.caller.made}).sessionContext(r.Context)
	d, err := cs.f.g.engine.Decide(r)
	if err != nil {
		cs.why = err.Error()
	}
	return err == nil && d.Allowed()
}

// path is the way to a station.
func (cs *callSearch) path(last *station) *Path {
	var way []*station
	for at := last; at.before != nil; at = at.before {
		way = append(way, at)
	}
	slices.Reverse(way)
	p := cs.f.g.pathFrom(cs.from)
	for i, at := range way {
		if i == 0 {
			c := cs.from.caller
			if at.via.as != nil {
				c = *at.via.as
			}
			p.Request, p.Start = c.with(at.needs).request, append(at.via.who(), at.needs.supplies()...)
		}
		cs.f.g.addHop(p, cs.from, at.before.node, at.node, at.hop, at.via)
	}
	return p
}
