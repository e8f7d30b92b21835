package chain

import (
	"cmp"
	"slices"
)

// Bounds of the search for cycles: edges between roles that are kept, and
// steps along them. Whatever they cut off is told in Found.Cut.
const (
	maxCycleEdges = 2_000_000
	maxCycleSteps = 2_000_000
)

// CycleQuestion asks for cycles: chains of role sessions that come back to the
// role they start from and visit each other role once. A role that may assume
// itself (E62) is a cycle of one hop.
type CycleQuestion struct {
	// From is a principal as in Question; only cycles of roles that it
	// reaches hop by hop are asked for. Empty asks for all.
	From string
	// Through is a role's ARN or short name that the cycles lead through; empty asks for all.
	Through string
	// MaxHops is the longest cycle; 0 means DefaultMaxHops.
	MaxHops int
	// Limit is how many cycles are listed in all; 0 means no limit.
	Limit int
	// CrossAccount follows hops from one account to another alone.
	CrossAccount bool
}

// Cycles finds cycles, each once, as a path from that of its roles whose ARN
// comes first among those from which it can be followed once around, with the
// session told in Start. They are sorted like other paths. Found.Reached
// counts the cycles that are closed hop by hop, before they are followed.
// Errors are those of Find.
func (g *Graph) Cycles(q CycleQuestion) (*Found, error) {
	f := &finder{
		g: g, found: &Found{}, to: -1, open: map[[2]int32]bool{}, lasts: map[int32]lastNeeds{},
		q: Question{MaxHops: cmp.Or(max(q.MaxHops, 0), DefaultMaxHops), Limit: q.Limit, CrossAccount: q.CrossAccount},
	}
	c := &cycles{f: f, through: -1, out: map[int32][]leaving{}, in: map[int32][]int32{}}
	var err error
	if q.Through != "" {
		if c.through, err = g.role(q.Through); err != nil {
			return nil, err
		}
	}
	roles := g.targets
	if q.From != "" {
		if f.start, err = g.start(q.From); err != nil {
			return nil, err
		}
		reached := f.ahead(f.start.node)
		roles = slices.DeleteFunc(slices.Clone(roles), func(n int32) bool { _, ok := reached[n]; return !ok })
	}
	c.connect(roles)
	for length := 1; length <= f.q.MaxHops && !c.done; length++ {
		for _, root := range c.roots {
			if c.from(root, length); c.done {
				break
			}
		}
	}
	if c.largest > f.q.MaxHops && !c.done {
		f.cut("cycles of more than %d hops were not looked for", f.q.MaxHops)
	}
	f.found.Reached = c.closed
	f.sort()
	return f.found, f.err
}

// cycles is the state of looking for cycles.
type cycles struct {
	f       *finder
	through int32 // -1 for any
	// out and in are the edges between roles that lie on some cycle.
	out map[int32][]leaving
	in  map[int32][]int32
	// roots are the roles that have such edges, sorted; largest is the most of them that lie on cycles together.
	roots   []int32
	largest int
	steps   int
	closed  int
	done    bool
}

// connect keeps the edges that lie on cycles: those inside a strongly connected component.
func (c *cycles) connect(roles []int32) {
	g := c.f.g
	wanted := map[int32]bool{}
	for _, n := range roles {
		wanted[n] = true
	}
	all, kept := map[int32][]leaving{}, 0
	for _, n := range roles {
		for _, l := range g.leaveAsRole(n) {
			if wanted[l.to] && !(c.f.q.CrossAccount && g.nodes[n].account == g.nodes[l.to].account) {
				all[n] = append(all[n], l)
				kept++
			}
		}
		if kept > maxCycleEdges {
			c.f.giveUp("there are more than %d hops between roles; cycles of the rest were not looked for", maxCycleEdges)
			break
		}
	}
	component := components(roles, all)
	size := map[int]int{}
	for _, n := range roles {
		size[component[n]]++
	}
	for _, n := range roles {
		if c.through >= 0 && component[n] != component[c.through] {
			continue
		}
		for _, l := range all[n] {
			if component[l.to] == component[n] && c.f.follows(n, l.to, l.verdict) {
				c.out[n] = append(c.out[n], l)
				c.in[l.to] = append(c.in[l.to], n)
			}
		}
		if len(c.out[n]) > 0 && (c.through < 0 || n <= c.through) {
			c.roots = append(c.roots, n)
			c.largest = max(c.largest, size[component[n]])
		}
	}
}

// leaveAsRole yields the edges that leave a role, that into itself among them, sorted by role.
func (g *Graph) leaveAsRole(n int32) []leaving {
	list := g.leave(n)
	if v := g.self(n); v != nil {
		at, _ := slices.BinarySearchFunc(list, n, func(l leaving, n int32) int { return cmp.Compare(l.to, n) })
		list = slices.Insert(list, at, leaving{n, v})
	}
	return list
}

// self decides whether a role can assume itself; nil where it never can (E62).
func (g *Graph) self(n int32) *verdict {
	of := g.trusts[n]
	if !of.named(n) && !of.everyone && !slices.Contains(of.accounts, g.nodes[n].account) {
		return nil
	}
	if v := g.decide(n, n); v.kind != Never || v.partial {
		return v
	}
	return nil
}

// from lists the cycles of so many hops whose first role by ARN is root.
func (c *cycles) from(root int32, length int) {
	f := c.f
	back := c.behind(root, length)
	on := map[int32]bool{}
	var nodes []int32
	var verdicts []*verdict
	var walk func(n int32, left int)
	walk = func(n int32, left int) {
		for _, l := range c.out[n] {
			if c.step(); c.done {
				return
			}
			distance, leads := back[l.to]
			if l.to < root || on[l.to] || !leads || distance > left-1 || (l.to == root) != (left == 1) {
				continue
			}
			nodes, verdicts = append(nodes, l.to), append(verdicts, l.verdict)
			switch on[l.to] = true; {
			case left > 1:
				walk(l.to, left-1)
			case c.through < 0 || slices.Contains(nodes, c.through):
				c.close(nodes, verdicts)
			}
			delete(on, l.to)
			nodes, verdicts = nodes[:len(nodes)-1], verdicts[:len(verdicts)-1]
			if c.done {
				return
			}
		}
	}
	if !c.done {
		walk(root, length)
	}
	c.done = c.done || f.err != nil
}

// behind finds the roles from which so many hops can lead back to root over
// none that comes before it.
func (c *cycles) behind(root int32, hops int) map[int32]int {
	distance := map[int32]int{root: 0}
	level := []int32{root}
	for far := 1; far < hops && len(level) > 0; far++ {
		var next []int32
		for _, t := range level {
			for _, n := range c.in[t] {
				if c.step(); c.done {
					return distance
				}
				if _, seen := distance[n]; !seen && n > root {
					distance[n] = far
					next = append(next, n)
				}
			}
		}
		level = next
	}
	return distance
}

func (c *cycles) step() {
	if c.steps++; c.steps > maxCycleSteps && !c.done {
		c.done = true
		c.f.giveUp("more than %d steps between roles; further cycles were not looked for", maxCycleSteps)
	}
}

// close follows a cycle, given by the role that each hop leads to, from the
// first of its roles from which it stands.
func (c *cycles) close(nodes []int32, verdicts []*verdict) {
	f := c.f
	switch {
	case f.q.Limit > 0 && len(f.found.Paths) >= f.q.Limit:
		c.done = true
		f.cut("cycles besides the first %d were not listed", f.q.Limit)
		return
	case f.replays >= maxReplays:
		c.done = true
		f.giveUp("more than %d cycles would have had to be followed; the rest were not", maxReplays)
		return
	}
	c.closed++
	for _, root := range slices.Sorted(slices.Values(nodes)) {
		at := slices.Index(nodes, root) + 1
		from := start{node: root, caller: f.g.caller(root)}
		if f.follow(from, slices.Concat(nodes[at:], nodes[:at]), slices.Concat(verdicts[at:], verdicts[:at])) || f.err != nil {
			return
		}
	}
}

// components numbers the strongly connected components of a graph (Tarjan's
// algorithm, without recursion).
func components(nodes []int32, out map[int32][]leaving) map[int32]int {
	type frame struct {
		n    int32
		next int
	}
	index, low, number := map[int32]int{}, map[int32]int{}, map[int32]int{}
	var stack []int32
	for _, root := range nodes {
		if index[root] > 0 {
			continue
		}
		frames := []frame{{n: root}}
		for len(frames) > 0 {
			at := &frames[len(frames)-1]
			if at.next == 0 {
				index[at.n] = len(index) + 1
				low[at.n] = index[at.n]
				stack = append(stack, at.n)
			}
			if at.next < len(out[at.n]) {
				to := out[at.n][at.next].to
				at.next++
				if index[to] == 0 {
					frames = append(frames, frame{n: to})
				} else if _, closed := number[to]; !closed {
					low[at.n] = min(low[at.n], index[to])
				}
				continue
			}
			if low[at.n] == index[at.n] {
				for closed := false; !closed; {
					top := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					number[top] = index[at.n]
					closed = top == at.n
				}
			}
			n := at.n
			if frames = frames[:len(frames)-1]; len(frames) > 0 {
				above := frames[len(frames)-1].n
				low[above] = min(low[above], low[n])
			}
		}
	}
	return number
}
