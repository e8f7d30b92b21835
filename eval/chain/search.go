package chain

import (
	"cmp"
	"fmt"
	"slices"

	"iamsim/eval"
	"iamsim/model"
)

// Bounds of a search. Whatever they cut off is told in Found.Cut.
const (
	// DefaultMaxHops is the longest chain that is looked for.
	DefaultMaxHops = 8
	// maxSteps bounds the nodes visited while paths are listed.
	maxSteps = 200_000
	// maxReplays bounds the paths that are followed for one question.
	maxReplays = 2_000
)

// Question asks for chains. They visit each role once; where fewer hops, or
// any chain at all, take a role to be visited again with another session, one
// such chain is found as well.
type Question struct {
	// From is a user's or role's ARN or short name, a session's ARN, a service,
	// an identity provider, an account id, or "*"; empty asks for everyone.
	From string
	// To is a role's ARN or short name; empty asks for every role.
	To string
	// Action and Resource are what a chain must end up able to do; empty ask for no more than the chain.
	Action, Resource string
	// ResourceAccount owns the resource where neither its ARN nor the inventory tells.
	ResourceAccount string
	// MaxHops is the longest chain; 0 means DefaultMaxHops.
	MaxHops int
	// More is how many chains are wanted besides the shortest.
	More int
	// Limit is how many chains are listed in all; 0 means no limit.
	Limit int
	// CrossAccount follows hops from one account to another alone.
	CrossAccount bool
}

// Path is a chain that was followed, hop by hop, with the session that each hop returns.
type Path struct {
	From     string   `json:"from"`
	FromKind NodeKind `json:"fromKind"`
	To       string   `json:"to"`
	// Start is what the session that the chain starts with must have.
	Start []Supply `json:"start,omitempty"`
	Edges []Edge   `json:"hops"`
	// Hops are what Evaluate takes; Request is the last request, with the principal that the chain starts from.
	Hops    []Hop         `json:"-"`
	Request model.Request `json:"-"`
	// Result is the chain as it went.
	Result *Result `json:"-"`
}

// Found is the answer to a question.
type Found struct {
	// Paths are sorted by hops, then by the ARNs along them.
	Paths []Path
	// Cut says what was left out, and by which bound; empty where nothing was.
	Cut []string
	// Incomplete is set where a bound other than Question's own cut something off.
	Incomplete bool
	// Unanswered are edges that could not be decided and that might have led further.
	Unanswered []Edge
	// Reached counts the ends (of a question without To) or the starts (of one
	// without From) that are reached hop by hop, before the chains are followed.
	Reached int
	// LastRefused is a chain of the right hops that failed when followed; nil if none was.
	LastRefused *Result
}

// Find answers a question. The error is an *eval.RequestError where From, To
// or the request cannot be understood.
func (g *Graph) Find(q Question) (*Found, error) {
	f := &finder{g: g, q: q, found: &Found{}, to: -1, open: map[[2]int32]bool{}, lasts: map[int32]lastNeeds{}}
	if f.q.MaxHops <= 0 {
		f.q.MaxHops = DefaultMaxHops
	}
	var err error
	if q.To != "" {
		if f.to, err = g.role(q.To); err != nil {
			return nil, err
		}
	}
	if q.From == "" && q.To == "" {
		return nil, &eval.RequestError{Field: "from", Message: "neither the start nor the end of the chains is given"}
	}
	if q.From != "" {
		if f.start, err = g.start(q.From); err != nil {
			return nil, err
		}
		if err := f.checkAction(); err != nil {
			return nil, err
		}
	}
	switch {
	case q.From == "":
		f.reverse()
	case q.To == "":
		f.forward()
	default:
		f.between(f.start, f.to, f.q.More)
	}
	if len(f.found.Paths) == 0 {
		f.tellOpen()
	}
	return f.found, f.err
}

// finder is the state of answering one question.
type finder struct {
	g     *Graph
	q     Question
	found *Found
	start start
	to    int32
	open  map[[2]int32]bool
	// replays counts the paths that were followed.
	replays int
	// trials counts the calls that were decided beyond what the graph knows.
	trials int
	makers makers
	// lasts are the sessions of roles that may do the question's action.
	lasts map[int32]lastNeeds
	// unable are ends that may not do the action whatever their sessions,
	// dependsOn keys of the last request for which some value would allow it.
	unable    []int32
	dependsOn []string
	err       error
}

// cut says that a bound of the question left something out.
func (f *finder) cut(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(f.found.Cut, text) {
		f.found.Cut = append(f.found.Cut, text)
	}
}

// giveUp says that a bound of the search left something out.
func (f *finder) giveUp(format string, args ...any) {
	f.found.Incomplete = true
	f.cut(format, args...)
}

// hops are the edges that leave a node and may be followed.
func (f *finder) hops(from int32) []leaving {
	var list []leaving
	if from < 0 {
		list = f.g.leaveStranger(f.start)
	} else {
		list = f.g.leave(from)
	}
	var out []leaving
	for _, l := range list {
		if f.follows(from, l.to, l.verdict) {
			out = append(out, l)
		}
	}
	return out
}

// leaveStranger decides the edges of a start that no trust policy names.
func (g *Graph) leaveStranger(s start) []leaving {
	account, hasAccount := g.byName[s.outside.account]
	var out []leaving
	for _, t := range g.targets {
		of := g.trusts[t]
		if !of.everyone && !(hasAccount && of.named(account)) {
			continue
		}
		v := g.decideAs(s.caller, g.actionOf(s.outside), t, g.statementsOf(s.outside, t))
		if v.kind != Never || v.partial {
			out = append(out, leaving{t, v})
		}
	}
	return out
}

// follows reports whether an edge may be part of a chain; one that cannot be decided is noted.
func (f *finder) follows(from, to int32, v *verdict) bool {
	a := f.start.outside
	if from >= 0 {
		a = &f.g.nodes[from]
	}
	if f.q.CrossAccount && a.account == f.g.nodes[to].account {
		return false
	}
	if v.partial && v.kind == Never {
		f.giveUp("the edge from %s to %s has more values to try than %d; none of those tried is allowed", a.name, f.g.nodes[to].name, maxTrials)
	}
	if v.kind == Unanswered && !f.open[[2]int32{from, to}] {
		f.open[[2]int32{from, to}] = true
		edge := Edge{From: a.name, To: f.g.nodes[to].name, Kind: Unanswered, Action: f.g.actionOf(a), Why: v.why}
		f.found.Unanswered = append(f.found.Unanswered, edge)
	}
	return v.passable()
}

// ahead finds for every node how far it is from the start, by the number of hops.
func (f *finder) ahead(from int32) map[int32]int {
	distance := map[int32]int{from: 0}
	level := []int32{from}
	for hops := 1; len(level) > 0; hops++ {
		var next []int32
		for _, n := range level {
			for _, l := range f.hops(n) {
				if _, seen := distance[l.to]; !seen {
					distance[l.to] = hops
					next = append(next, l.to)
				}
			}
		}
		if hops > f.q.MaxHops && len(next) > 0 {
			f.cut("chains of more than %d hops were not looked for", f.q.MaxHops)
			for _, n := range next {
				delete(distance, n)
			}
			break
		}
		slices.Sort(next)
		level = next
	}
	return distance
}

// behind finds for every node how far it is from a role, at most MaxHops.
func (f *finder) behind(to int32) map[int32]int {
	distance := map[int32]int{to: 0}
	level := []int32{to}
	done := map[int32]bool{} // classes all of whose members have a distance, but for those that some policy names
	for hops := 1; len(level) > 0; hops++ {
		var next []int32
		for _, t := range level {
			for _, e := range f.g.enter(t) {
				if e.class >= 0 && done[e.class] && !f.q.CrossAccount {
					continue
				}
				whole := true
				f.g.members(e, t, func(n int32) {
					if _, seen := distance[n]; seen {
						return
					}
					if !f.follows(n, t, e.verdict) {
						whole = false
						return
					}
					distance[n] = hops
					next = append(next, n)
				})
				if e.class >= 0 && whole && len(f.g.trusts[t].singles) == 0 {
					done[e.class] = true
				}
			}
		}
		if hops > f.q.MaxHops && len(next) > 0 {
			f.cut("chains of more than %d hops were not looked for", f.q.MaxHops)
			for _, n := range next {
				delete(distance, n)
			}
			break
		}
		slices.Sort(next)
		level = next
	}
	return distance
}

// forward answers what a principal can reach.
func (f *finder) forward() {
	distance := f.ahead(f.start.node)
	ends := byDistance(distance, f.start.node)
	if f.q.Action != "" {
		ends = f.able(append([]int32{f.start.node}, ends...))
	}
	f.found.Reached = len(ends)
	for i, n := range ends {
		if f.full(len(ends) - i) {
			break
		}
		f.between(f.start, n, f.each())
		if f.err != nil {
			return
		}
	}
	f.sort()
}

// each is how many chains a question without an end lists for one end besides
// the first: those that were asked for besides the shortest.
func (f *finder) each() int {
	if f.q.More > 0 {
		return f.q.More
	}
	return onlyFirst
}

// onlyFirst asks for one chain, not for all of the shortest.
const onlyFirst = -1

func (f *finder) full(left int) bool {
	if f.q.Limit > 0 && len(f.found.Paths) >= f.q.Limit {
		f.cut("%d more were not listed", left)
		return true
	}
	if f.replays >= maxReplays && f.q.Limit > 0 {
		f.giveUp("%d more were not followed", left)
		return true
	}
	return false
}

func byDistance(distance map[int32]int, without int32) []int32 {
	var out []int32
	for n := range distance {
		if n != without {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b int32) int {
		return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(a, b))
	})
	return out
}

// reverse answers who can reach a role.
func (f *finder) reverse() {
	distance := f.behind(f.to)
	starts := byDistance(distance, f.to)
	f.found.Reached = len(starts)
	for i, n := range starts {
		if f.full(len(starts) - i) {
			break
		}
		f.paths(start{node: n, caller: f.g.caller(n)}, f.to, distance, f.each())
		if f.err != nil {
			return
		}
	}
	f.sort()
}

// Reach returns the principals that can reach a role, hop by hop, with the
// number of hops: those of the inventory by ARN, services, providers,
// accounts, and "*". The chains are not followed; Find does that.
func (g *Graph) Reach(role string, maxHops int) (map[string]int, error) {
	to, err := g.role(role)
	if err != nil {
		return nil, err
	}
	f := &finder{g: g, q: Question{MaxHops: cmp.Or(maxHops, DefaultMaxHops)}, found: &Found{}, to: to, open: map[[2]int32]bool{}}
	out := map[string]int{}
	for n, hops := range f.behind(to) {
		if n != to {
			out[g.nodes[n].name] = hops
		}
	}
	return out, nil
}

// Edges lists the edges of the graph, sorted by role and then by caller; with
// cross set those between accounts alone. Sets are written out.
func (g *Graph) Edges(cross bool, yield func(Edge) bool) {
	for _, t := range g.targets {
		var list []Edge
		seen := map[int32]bool{}
		for _, e := range g.enter(t) {
			g.members(e, t, func(n int32) {
				if !seen[n] && !(cross && g.nodes[n].account == g.nodes[t].account) {
					seen[n] = true
					list = append(list, g.edge(n, t, e.verdict))
				}
			})
		}
		slices.SortFunc(list, func(a, b Edge) int { return cmp.Compare(a.From, b.From) })
		for _, e := range list {
			if !yield(e) {
				return
			}
		}
	}
}
