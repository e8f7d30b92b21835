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
	if from.node == to {
		f.follow(from, nil, nil)
		return
	}
	f.paths(from, to, f.behind(to), more)
}

// paths lists the simple paths, the shorter first and then in the order of
// the ARNs along them, and follows each. Distances to the end tell which
// steps can still lead there.
func (f *finder) paths(from start, to int32, distance map[int32]int, more int) {
	steps, shortest, wanted := 0, 0, more
	shorter := f.q.MaxHops
	if d, ok := distance[from.node]; ok && from.node >= 0 {
		shorter = d
	} else if from.node < 0 {
		shorter = 1
	} else {
		return
	}
	for length := shorter; length <= f.q.MaxHops && (shortest == 0 || wanted > 0); length++ {
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
		if !walk(from.node, length) {
			return
		}
		if more == onlyFirst && shortest > 0 {
			return
		}
	}
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
	p, ok := f.g.retrace(from, nodes, verdicts)
	if !ok {
		return false
	}
	p.Request.Action, p.Request.Resource = "sts:GetCallerIdentity", "*"
	asked := f.q.Action != ""
	if asked {
		p.Request.Action, p.Request.Resource, p.Request.ResourceAccount = f.q.Action, f.q.Resource, f.q.ResourceAccount
		p.Request.Context = f.g.given.Context
	}
	var err error
	p.Result, err = Evaluate(f.g.engine, p.Request, p.Hops)
	switch {
	case err != nil:
		// The last request itself cannot be understood: no other chain would help.
		f.err = err
		return false
	case p.Result.FailedHop > 0 || asked && p.Result.Final.Answer != eval.Allowed.String():
		f.found.LastRefused = p.Result
		return false
	}
	f.found.Paths = append(f.found.Paths, *p)
	return true
}

// checkAction refuses an action or a resource that no request can have.
func (f *finder) checkAction() error {
	if f.q.Action == "" {
		return nil
	}
	r := f.start.caller.request
	r.Action, r.Resource, r.ResourceAccount, r.Context = f.q.Action, f.q.Resource, f.q.ResourceAccount, f.g.given.Context
	_, err := f.g.engine.Explain(r)
	return err
}

// retrace finds what each hop of a path must pass, from the session before it
// and for the session after it.
func (g *Graph) retrace(from start, nodes []int32, verdicts []*verdict) (*Path, bool) {
	p := &Path{Request: from.caller.request}
	if from.outside != nil {
		p.From, p.FromKind = from.outside.name, from.outside.kind
	} else {
		p.From, p.FromKind = g.nodes[from.node].name, g.nodes[from.node].kind
	}
	p.To = p.From
	c := from.caller
	c.session = c.session && len(nodes) > 0
	for i, t := range nodes {
		var ahead *sessionNeeds
		if i+1 < len(nodes) {
			ahead = verdicts[i+1].session
		}
		previous, action := int32(-1), AssumeRole
		if i == 0 {
			previous = from.node
		} else {
			previous = nodes[i-1]
		}
		name := p.To
		if previous >= 0 {
			action = g.action(previous)
		} else {
			action = g.actionOf(from.outside)
		}
		s := &solver{engine: g.engine, given: &g.given, action: action, role: g.nodes[t].name, caller: c, base: Hop{}.merged(ahead)}
		if previous >= 0 {
			s.statements = g.statements(previous, t)
		} else {
			s.statements = slices.Clone(g.trusts[t].statements)
		}
		// The first session is the caller's to choose, unless it was named.
		if i == 0 && c.session && !strings.Contains(c.request.Principal, ":assumed-role/") {
			s.caller.names = g.trusts[t].names[previous]
		} else if i > 0 {
			s.caller.session = false
		}
		v := s.known(verdicts[i])
		if !v.passable() {
			return p, false
		}
		if i == 0 && !v.session.empty() {
			c.request = withSession(c.request, v.session)
			p.Request, p.Start = c.request, (&verdict{session: v.session}).supplies(nil)
			c.sourceIdentity = v.session.sourceIdentity
		}
		h := v.call
		h.Role, h.Action = g.nodes[t].name, action
		p.Hops = append(p.Hops, h)
		edge := Edge{From: name, To: g.nodes[t].name, Kind: v.kind, Action: action, Supply: hopSupplies(&h, g.given.Context),
			FarSide: v.far, Partial: v.partial, CrossAccount: g.crosses(from, previous, t)}
		if len(edge.Supply) > 0 {
			edge.Kind = If
		}
		p.Edges = append(p.Edges, edge)
		p.To = edge.To
		c = c.after(g.engine, &g.given, h)
	}
	return p, true
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
		h.Context = s.given.callContext(s.caller.user)
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
	w := &walk{engine: e, at: given.At, caller: c.request, sourceIdentity: c.sourceIdentity, inherited: c.inherited, session: c.made}
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
	return caller{request: made.request(given.At), sourceIdentity: made.SourceIdentity, inherited: made.TransitiveTags, made: made, role: true}
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
