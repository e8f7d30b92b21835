package chain

import (
	"cmp"
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/model"
)

// between lists chains from a start to a role: all of the fewest hops, and more after them.
func (f *finder) between(from start, to int32, more int) {
	switch {
	case from.node != to:
		f.paths(from, to, f.behind(to), more)
	case !f.follow(from, nil, nil) && f.err == nil && f.q.Action != "":
		// The role itself may not, but perhaps with a session that other roles lead back to.
		f.keep(f.wander(from, to, f.behind(to), f.q.MaxHops))
	}
}

// paths lists chains to a role, given how far from it each node is. Where the
// fewest hops that the graph tells make no chain, a way that comes through a
// role twice may be shorter than the chains that do not, or the only one.
func (f *finder) paths(from start, to int32, distance map[int32]int, more int) {
	fewest := f.fewest(from, distance)
	if fewest == 0 {
		return
	}
	found := f.simplePaths(from, to, distance, fewest, more)
	most := f.q.MaxHops
	if found > 0 {
		most = found - 1
	}
	if f.err == nil && found != fewest && most >= fewest {
		f.keep(f.wander(from, to, distance, most))
	}
}

// fewest is the number of hops between a start and the role that distances
// lead to; 0 if there is no way.
func (f *finder) fewest(from start, distance map[int32]int) int {
	if from.node >= 0 {
		return distance[from.node]
	}
	fewest := 0
	for _, l := range f.hopsTo(from, from.node) {
		if d, leads := distance[l.to]; leads && (fewest == 0 || d+1 < fewest) {
			fewest = d + 1
		}
	}
	return fewest
}

// simplePaths lists the simple paths, the shorter first and then in the order
// of the ARNs along them, and follows each. Distances to the end tell which
// steps can still lead there. It returns the hops of the shortest that stands; 0 for none.
func (f *finder) simplePaths(from start, to int32, distance map[int32]int, fewest, more int) (shortest int) {
	steps, wanted := 0, more
	for length := fewest; length <= f.q.MaxHops && (shortest == 0 || wanted > 0); length++ {
		on := map[int32]bool{from.node: true}
		var nodes []int32
		var verdicts []*verdict
		var walk func(n int32, left int) bool
		walk = func(n int32, left int) bool {
			if left == 0 {
				if n != to {
					return true
				}
				if f.replays >= maxReplays {
					f.giveUp("more than %d chains would have had to be followed; the rest were not", maxReplays)
					return false
				}
				if !f.follow(from, nodes, verdicts) {
					return f.err == nil
				}
				switch {
				case shortest == 0:
					shortest = length
					return more != onlyFirst
				case length > shortest:
					wanted--
					return wanted > 0
				}
				return f.q.Limit == 0 || len(f.found.Paths) < f.q.Limit
			}
			for _, l := range f.hopsTo(from, n) {
				if d, leads := distance[l.to]; !leads || d > left-1 || on[l.to] || l.to == to && left > 1 {
					continue
				}
				if steps++; steps > maxSteps {
					f.giveUp("more than %d steps between %s and %s; longer chains were not looked for", maxSteps, f.name(from), f.g.nodes[to].name)
					return false
				}
				on[l.to] = true
				nodes, verdicts = append(nodes, l.to), append(verdicts, l.verdict)
				ok := walk(l.to, left-1)
				nodes, verdicts = nodes[:len(nodes)-1], verdicts[:len(verdicts)-1]
				delete(on, l.to)
				if !ok {
					return false
				}
			}
			return true
		}
		if !walk(from.node, length) || more == onlyFirst && shortest > 0 {
			break
		}
	}
	return shortest
}

// hopsTo are the edges that leave a node of a path.
func (f *finder) hopsTo(from start, n int32) []leaving {
	if n >= 0 {
		return f.hops(n)
	}
	saved := f.start
	f.start = from
	defer func() { f.start = saved }()
	return f.hops(n)
}

func (f *finder) name(from start) string {
	if from.outside != nil {
		return from.outside.name
	}
	return f.g.nodes[from.node].name
}

// follow makes the calls of a path, each with the session of the one before,
// and keeps the chain if it stands. It reports whether it does.
func (f *finder) follow(from start, nodes []int32, verdicts []*verdict) bool {
	f.replays++
	return f.keep(f.retrace(from, nodes, verdicts)) || f.err == nil && len(nodes) > 0 && f.keep(f.calls(from, nodes, verdicts))
}

// keep keeps a chain that stands.
func (f *finder) keep(p *Path) bool {
	if p == nil || !f.stands(p) {
		return false
	}
	f.found.Paths = append(f.found.Paths, *p)
	return true
}

// stands makes the calls of a chain and the last request.
func (f *finder) stands(p *Path) bool {
	p.Request.Action, p.Request.Resource = "sts:GetCallerIdentity", "*"
	if f.q.Action != "" {
		p.Request = f.asked(p.Request)
	}
	var err error
	if p.Result, err = p.evaluate(f.g.engine); err != nil {
		// The last request itself cannot be understood: no other chain would help.
		f.err = err
		return false
	}
	x := p.Result.Final
	if p.Result.FailedHop == 0 && (f.q.Action == "" || x.Answer == eval.Allowed.String()) {
		return true
	}
	f.found.LastRefused = p.Result
	switch {
	case x.Unanswered != "":
		f.giveUp("at the end of a chain from %s to %s: %s", p.From, p.To, x.Unanswered)
	case p.Result.FailedHop == 0:
		f.tellKeys(x.DependsOn)
	}
	return false
}

// evaluate follows the hops. What the start's session is like, the path tells.
func (p *Path) evaluate(e *eval.Engine) (*Result, error) {
	c, err := follow(e, p.Request, p.Hops, nil)
	if err != nil {
		return nil, err
	}
	return c.Ask(p.Request)
}

// pathFrom is a path without hops.
func (g *Graph) pathFrom(from start) *Path {
	of := from.outside
	if of == nil {
		of = &g.nodes[from.node]
	}
	return &Path{Request: from.caller.request, From: of.name, FromKind: of.kind, To: of.name}
}

// hopSolver is the solver of a hop for the caller as it then stands.
func (g *Graph) hopSolver(from start, previous, t int32, c caller) *solver {
	s := &solver{engine: g.engine, given: &g.given, role: g.nodes[t].name, caller: c}
	if previous >= 0 {
		s.action, s.statements = g.action(previous), g.statements(previous, t)
	} else {
		s.action, s.statements = g.actionOf(from.outside), g.statementsOf(from.outside, t)
	}
	return s
}

// addHop adds a hop to a path.
func (g *Graph) addHop(p *Path, from start, previous, t int32, h Hop, v *verdict) {
	p.Hops = append(p.Hops, h)
	edge := Edge{From: p.To, To: h.Role, Kind: v.kind, Action: h.Action, Supply: hopSupplies(&h, g.given.Context),
		FarSide: v.far, Partial: v.partial, CrossAccount: g.crosses(from, previous, t)}
	if len(edge.Supply) > 0 {
		edge.Kind = If
	}
	p.Edges = append(p.Edges, edge)
	p.To = edge.To
}

// retrace finds what each hop of a path must pass, from the session before it
// and for the request after it alone; nil where that leads nowhere.
func (f *finder) retrace(from start, nodes []int32, verdicts []*verdict) *Path {
	g := f.g
	p, c := g.pathFrom(from), from.caller
	if len(verdicts) > 0 && verdicts[0].as != nil {
		c = *verdicts[0].as
		p.Request, p.Start = c.request, verdicts[0].who()
	}
	var last *sessionNeeds
	if f.q.Action != "" {
		end := from.node
		if len(nodes) > 0 {
			end = nodes[len(nodes)-1]
		}
		last = f.lastOf(from, end, len(nodes) > 0).needs
	}
	if len(nodes) == 0 && !last.empty() {
		p.Request, p.Start = c.with(last).request, last.supplies()
	}
	previous := from.node
	for i, t := range nodes {
		ahead := last
		if i+1 < len(nodes) {
			ahead = verdicts[i+1].session
		}
		s := g.hopSolver(from, previous, t, c)
		// The first session is the caller's to choose; the others are what the hops before returned.
		s.caller.session = c.session && i == 0
		s.base = Hop{}.merged(ahead)
		v := s.known(verdicts[i])
		if !v.passable() {
			return nil
		}
		if i == 0 && !v.session.empty() {
			if !f.canBeMade(previous, v.session) {
				return nil
			}
			c = c.with(v.session)
			p.Request, p.Start = c.request, append(p.Start, v.session.supplies()...)
		}
		h := v.call
		h.Role, h.Action = s.role, s.action
		g.addHop(p, from, previous, t, h, v)
		c = c.after(g.engine, &g.given, h)
		previous = t
	}
	return p
}

func (g *Graph) crosses(from start, previous, t int32) bool {
	if previous >= 0 {
		return g.nodes[previous].account != g.nodes[t].account
	}
	return from.outside.account != g.nodes[t].account
}

// known takes what the graph found where it stands with the session that the
// call is really made with, and otherwise looks again.
func (s *solver) known(of *verdict) *verdict {
	if s.caller.session || !of.session.empty() && s.caller.role && len(s.base.Tags) > 0 {
		return s.solve()
	}
	h := s.base.joined(of.call)
	h.Action, h.Role = s.action, s.role
	if h.Context == nil {
		h.Context = s.given.callContext(s.carrier(), s.caller.user)
	}
	w := s.walk(nil)
	if allowed, far, err := w.allows(h); err == nil && allowed {
		return &verdict{kind: of.kind, call: h, far: far, partial: of.partial}
	}
	return s.solve()
}

// joined is a hop with what another passes where it passes nothing itself.
func (h Hop) joined(other Hop) Hop {
	needs := sessionNeeds{name: h.SessionName, tags: h.Tags, sourceIdentity: h.SourceIdentity}
	return other.merged(&needs)
}

// after is the caller with the session that a hop returns.
func (c caller) after(e *eval.Engine, given *Given, h Hop) caller {
	w := c.walk(e, given)
	if s := c.request.Session; s != nil && w.sourceIdentity == "" {
		w.sourceIdentity = s.SourceIdentity
	}
	call, err := w.call(&h)
	if err != nil {
		return c
	}
	q, err := e.Prepare(call)
	if err != nil {
		return c
	}
	made := w.sessionOf(&h, q)
	return caller{request: made.request(given.At), sourceIdentity: made.SourceIdentity, inherited: made.TransitiveTags, made: made, role: true, workload: isService(q.Principal())}
}

func (f *finder) sort() {
	slices.SortStableFunc(f.found.Paths, func(a, b Path) int {
		order := cmp.Compare(len(a.Edges), len(b.Edges))
		if order == 0 {
			order = slices.Compare(a.names(), b.names())
		}
		return order
	})
}

// names are the principals along a path.
func (p *Path) names() []string {
	out := []string{p.From}
	for _, e := range p.Edges {
		out = append(out, e.To)
	}
	return out
}

// actionOf is the call with which a principal outside the graph assumes a role.
func (g *Graph) actionOf(n *node) string {
	switch {
	case n.kind == ProviderNode && strings.Contains(n.name, ":saml-provider/"):
		return AssumeRoleWithSAML
	case n.kind == ProviderNode:
		return AssumeRoleWithWebIdentity
	}
	return AssumeRole
}

// decideAs decides one edge for a caller.
func (g *Graph) decideAs(c caller, action string, t int32, statements []*model.Statement) *verdict {
	g.decided.Add(1)
	s := &solver{engine: g.engine, given: &g.given, action: action, role: g.nodes[t].name, caller: c, statements: statements}
	v := s.solve()
	v.call.Role = ""
	return v
}
