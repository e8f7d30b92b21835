package eval

import (
	"errors"
	"iter"
	"strings"

	"iamsim/conditions"
)

// whoRun answers one question. What it allocates is used again for the next.
type whoRun struct {
	q    *WhoQuery
	walk whoWalk
	// The principals whose own policies allow or deny, surely or perhaps.
	allowed, mayBeAllowed, denied, mayBeDenied bitset
	// single are the principals that are decided one by one, others those that
	// are candidates whatever their own policies say.
	single, others bitset
	classes        []whoClassState
	accounts       []whoAccount // those of which a principal can, other than by its name; neighbours in one
	found          []whoFound
}

// whoFound is a principal that can, or that has to be decided by itself.
type whoFound struct {
	principal uint32
	open      bool
	decision  Decision
}

// whoClassState is what a question comes to for a class, apart from its
// members' own policies and boundaries.
type whoClassState struct {
	ready bool
	// never is set where no member can, unless it is decided by itself.
	never bool
	// single is set where each member is decided by itself.
	single bool
	facts  facts
	// known are the outcomes by what identity policies and boundary say.
	known [81]whoOutcome
}

// whoOutcome is what a combination comes to; the zero value is one that was not decided yet.
type whoOutcome struct {
	state    whoState
	decision Decision
}

type whoState uint8

const (
	whoUndecided whoState = iota
	whoCannot
	whoCan
	whoOpen // it depends on something that the class does not share or nobody knows
)

func newWhoRun(x *whoIndex) *whoRun {
	words := (len(x.principals) + 63) / 64
	all := make(bitset, 6*words)
	part := func(n int) bitset { return all[n*words : (n+1)*words : (n+1)*words] }
	return &whoRun{
		walk: whoWalk{x: x, said: make([]whoSaid, len(x.sets)), spares: make([]bool, len(x.spared))}, classes: make([]whoClassState, len(x.classes)),
		allowed: part(0), mayBeAllowed: part(1), denied: part(2), mayBeDenied: part(3), single: part(4), others: part(5),
	}
}

// clear makes the run ready for another question.
func (r *whoRun) clear() {
	r.walk.clear()
	for _, b := range []bitset{r.allowed, r.mayBeAllowed, r.denied, r.mayBeDenied, r.single, r.others} {
		clear(b)
	}
	for i := range r.classes {
		r.classes[i].ready = false
	}
	r.q, r.found = nil, r.found[:0]
}

// Grants yields who can, by name, ascending. See Engine.WhoCan.
func (q *WhoQuery) Grants() iter.Seq2[string, Grant] {
	return func(yield func(string, Grant) bool) {
		r, _ := q.index.runs.Get().(*whoRun)
		if r == nil {
			r = newWhoRun(q.index)
		}
		defer func() {
			r.clear()
			q.index.runs.Put(r)
		}()
		r.q = q
		if q.probe != nil {
			r.search()
		}
		r.tell(q.others(), yield)
	}
}

// tell yields what was found, and the other grantees in between.
func (r *whoRun) tell(others []whoOther, yield func(string, Grant) bool) {
	var single []whoSingle
	from := 0
	for i := range r.found {
		f := &r.found[i]
		name := r.q.index.names[f.principal]
		for len(others) > 0 && others[0].name < name {
			if !yield(others[0].name, others[0].grant) {
				return
			}
			others = others[1:]
		}
		g := Grant{Kind: r.kind(f.principal), Decision: f.decision, principal: name, who: r.q}
		if f.open {
			if i >= from {
				single, from = r.singles(i)
			}
			next := single[0]
			single = single[1:]
			if !next.can {
				continue
			}
			next.grant.Kind = g.Kind
			g = next.grant
		}
		if !yield(name, g) {
			return
		}
	}
	for _, o := range others {
		if !yield(o.name, o.grant) {
			return
		}
	}
}

func (r *whoRun) kind(principal uint32) GranteeKind {
	if x := r.q.index; x.classes[x.classOf[principal]].kind == callerUser {
		return GranteeUser
	}
	return GranteeRole
}

// whoSingle is the answer for a principal that was decided by itself.
type whoSingle struct {
	grant Grant
	can   bool
}

// singlesAtOnce is the number of principals that are decided before the first of them is told.
const singlesAtOnce = 256

// singles decides the open principals from number i of found on, on all
// cores. It returns their answers and the number of the first that it left.
func (r *whoRun) singles(i int) (answers []whoSingle, next int) {
	var names []string
	for ; i < len(r.found) && len(names) < singlesAtOnce; i++ {
		if r.found[i].open {
			names = append(names, r.q.index.names[r.found[i].principal])
		}
	}
	answers = make([]whoSingle, len(names))
	parallel(len(names), func(n int) { answers[n].grant, answers[n].can = r.q.decide(names[n]) })
	return answers, i
}

// consider decides a candidate by what its class and its policies say.
func (r *whoRun) consider(i uint32) {
	x := r.q.index
	n := x.classOf[i]
	c := &r.classes[n]
	if !c.ready {
		r.prepare(c, &x.classes[n])
	}
	if r.single.has(i) || c.single && !c.never {
		r.found = append(r.found, whoFound{principal: i, open: true})
		return
	}
	if c.never {
		return
	}
	identity, deny := conditions.False, conditions.False
	switch {
	case r.allowed.has(i):
		identity = conditions.True
	case r.mayBeAllowed.has(i):
		identity = conditions.Unknown
	}
	switch {
	case r.denied.has(i):
		deny = conditions.True
	case r.mayBeDenied.has(i):
		deny = conditions.Unknown
	}
	boundary, boundaryDeny := conditions.True, conditions.False
	if b := x.boundary[i]; b > 0 {
		boundary, boundaryDeny = r.walk.said[b-1].allow(), r.walk.said[b-1].deny()
	}
	switch o := r.outcome(c, identity, deny, boundary, boundaryDeny); o.state {
	case whoCan:
		r.found = append(r.found, whoFound{principal: i, decision: o.decision})
	case whoOpen:
		r.found = append(r.found, whoFound{principal: i, open: true})
	}
}

// outcome combines what a class shares with what a member's own policies and
// boundary say.
func (r *whoRun) outcome(c *whoClassState, identity, deny, boundary, boundaryDeny conditions.Truth) whoOutcome {
	known := &c.known[int(identity)+3*int(deny)+9*int(boundary)+27*int(boundaryDeny)]
	if known.state != whoUndecided {
		return *known
	}
	f := c.facts
	f.identity, f.deny[layerIdentity] = identity, deny
	f.boundary, f.deny[layerBoundary] = boundary, boundaryDeny
	o := &r.q.engine.options
	best, worst := authorize(&f, o, true), authorize(&f, o, false)
	switch {
	case !best.Allowed() && !worst.Allowed():
		known.state = whoCannot
	case best == worst:
		*known = whoOutcome{whoCan, worst}
	default:
		known.state = whoOpen
	}
	return *known
}

// prepare finds out what a question comes to for a class.
func (r *whoRun) prepare(s *whoClassState, c *whoClass) {
	q, p := r.q, r.q.probe
	*s = whoClassState{ready: true}
	same := q.ownedByCaller || c.account == p.target.account
	switch {
	case !q.reaches(c.partition, c.account):
		s.never = true
	case q.named.not || q.engine.options.Strict:
		s.single = true
	case p.row.fixed || p.resourcePolicy != nil || p.target.mandatory || q.question.Context.Steers():
		r.ask(s, c)
	default:
		r.combine(s, c, same)
		if f := &s.facts; f.deny[layerSCP] == conditions.Unknown || f.deny[layerRCP] == conditions.Unknown || f.scp.sure != f.scp.possible {
			// Keys of the class, such as its organization, may settle that.
			r.ask(s, c)
		}
	}
}

// combine fills in the facts where the organization alone takes part.
func (r *whoRun) combine(s *whoClassState, c *whoClass, same bool) {
	f := &s.facts
	*f = facts{
		iam: true, same: same, farResource: r.q.probe.target.far, endpoint: conditions.True, session: conditions.True,
		rcp: allLevels, scp: allLevels,
	}
	f.scp = r.levels(c.scp, &f.deny[layerSCP])
	if r.q.rcps && same {
		// RCPs need no Allow (E35).
		r.levels(c.rcp, &f.deny[layerRCP])
	}
}

// levels is evaluation.levels over what the sets say.
func (r *whoRun) levels(list [][]uint32, deny *conditions.Truth) levels {
	out := allLevels
	for i, sets := range list {
		allowed := conditions.False
		for _, set := range sets {
			allowed = allowed.Or(r.walk.said[set].allow())
			*deny = deny.Or(r.walk.said[set].deny())
		}
		if allowed != conditions.True && out.sure < 0 {
			out.sure = i
		}
		if allowed == conditions.False && out.possible < 0 {
			out.possible = i
		}
	}
	return out
}

// ask fills in the facts by asking as a member of the class whose name is
// not known.
func (r *whoRun) ask(s *whoClassState, c *whoClass) {
	q := r.q
	member, err := q.engine.Prepare(q.request(q.index.names[c.members[0]]))
	if err != nil {
		s.single = true
		return
	}
	e := nameless(member, q.question.Context, ownKeys).threeValued()
	e.gather()
	s.facts = e.facts
}

// ownKeys are the derived keys that tell the principals of a class apart.
func ownKeys(key string) bool {
	return key == "aws:principalarn" || key == "aws:userid" || key == "aws:username" || strings.HasPrefix(key, principalTagPrefix)
}

// nameless makes of a query that nobody else has one for a caller of whom no
// name is known, and without policies of its own. Of the derived keys those
// that hide reports are taken as not known.
func nameless(member *Query, given *conditions.Context, hide func(key string) bool) *Query {
	caller := *member.caller
	caller.arn, caller.roleARN, caller.row = "", "", nil
	member.caller, member.identity, member.boundary, member.limits = &caller, &policySet{present: true}, &noPolicies, &noPolicies
	for _, name := range member.context.Names() {
		if _, state := given.Lookup(name); state == conditions.NotSupplied && hide(conditions.FoldKey(name)) {
			member.context.Unset(name)
		}
	}
	return member
}

func (q *Query) threeValued() *evaluation {
	return newEvaluation(q, q.context, &q.engine.options, true)
}

// decide answers for one principal by itself.
func (q *WhoQuery) decide(principal string) (g Grant, can bool) {
	g = Grant{principal: principal, who: q}
	query, err := q.engine.Prepare(q.request(principal))
	if err == nil {
		g.Decision, err = query.decide()
	}
	var unanswered *UnansweredError
	switch {
	case errors.As(err, &unanswered):
		g.Unanswered = err
		return g, true
	case err != nil:
		// A caller that cannot make the request, such as one of another partition.
		return g, false
	}
	o := &q.engine.options
	if o.Strict {
		x := query.Explain()
		if x.Unanswered != "" {
			g.Decision, g.Unanswered = Decision{}, &UnansweredError{Message: x.Unanswered}
			return g, true
		}
		g.DependsOn = x.DependsOn
		return g, x.Decision.Allowed()
	}
	ex := &explainer{q: query, o: o}
	g.DependsOn, g.Partial = ex.dependsOn()
	return g, g.Decision.Allowed() || len(g.DependsOn) > 0
}
