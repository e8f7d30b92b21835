package chain

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Given is what is known of every call of a chain.
type Given struct {
	// Context holds keys such as aws:SourceIp that every call carries, as far as
	// it can: a token's claims come with the calls that take its tokens. Keys that follow
	// from the caller, from the role or from the call's parameters are refused.
	Context *conditions.Context
	// ExternalID is the one that may be passed; empty means any.
	ExternalID string
	// MFA tells whether users give a second factor; nil leaves it open.
	MFA *bool
	// At is the time of the calls; the zero time leaves it open.
	At time.Time
}

func (g *Given) check(e *eval.Engine) error {
	for _, key := range g.Context.Names() {
		hint := ""
		switch folded := conditions.FoldKey(key); {
		case parameterOf(folded) != "", folded == conditions.FoldKey(keyFactor), folded == conditions.FoldKey(keyFactorAge):
			hint = "an external id and a second factor are given on their own"
		case among(ofCaller, folded), among(settledIfKnown, folded):
			hint = "the policy set tells it"
		case !strings.HasPrefix(folded, "sts:requestcontext"):
			continue
		}
		return &eval.RequestError{
			Field: "context", Message: key + " follows from the caller, from the role or from what a call passes, which differ from hop to hop", Hint: hint,
		}
	}
	_, err := e.Prepare(model.Request{Principal: "*", Action: AssumeRole, Resource: "*", Context: g.Context})
	if request := (*eval.RequestError)(nil); errors.As(err, &request) && request.Field == "context" {
		return request
	}
	return nil
}

// callContext holds those of the given keys that a call can carry.
func (g *Given) callContext(call carrier, user bool) *conditions.Context {
	c := g.Context.Clone()
	for _, key := range g.Context.Names() {
		if call.never(conditions.FoldKey(key)) != "" {
			c.Unset(key)
		}
	}
	if user && g.MFA != nil {
		c.Set(keyFactor, fmt.Sprint(*g.MFA))
		if !*g.MFA {
			c.SetAbsent(keyFactorAge)
		}
	}
	return c
}

// NodeKind tells what a principal of a graph is.
type NodeKind uint8

const (
	// UserNode is a user of the inventory.
	UserNode NodeKind = iota
	// RoleNode is a role of the inventory: as a caller a session of it.
	RoleNode
	// ServiceNode is an AWS service.
	ServiceNode
	// ProviderNode is an identity provider: the bearer of one of its tokens.
	ProviderNode
	// ForeignNode is a user or role of an account of which nothing was read.
	ForeignNode
	// AccountNode is whoever an account, of which nothing was read, allows.
	AccountNode
	// AnyoneNode is whoever has credentials of an account of which nothing was read.
	AnyoneNode
)

var nodeNames = [...]string{"user", "role", "service", "identityProvider", "foreignPrincipal", "account", "anyone"}

// String returns "user", "role", "service", "identityProvider", "foreignPrincipal", "account" or "anyone".
func (k NodeKind) String() string { return nodeNames[k] }

// MarshalText makes the kind its name in JSON.
func (k NodeKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

type node struct {
	kind    NodeKind
	name    string // ARN, service, provider, account id or "*"
	account string // empty for services, providers and anyone
	row     *inventory.Principal
	class   int32 // -1 outside the inventory
}

// edges are the edges into one role from one principal, or from all of a
// class whom the role's trust policy does not name.
type edges struct {
	class, single int32 // one of them is -1
	verdict       *verdict
}

// Graph tells who can assume which role. It is made from the trust policies,
// which name their callers, and holds edges as sets of principals. It is safe
// for concurrent use.
type Graph struct {
	engine  *eval.Engine
	given   Given
	nodes   []node // those of the inventory sorted by ARN, then the others
	inside  int    // how many are of the inventory
	byName  map[string]int32
	classes *classes
	grants  map[string]*grants // by account
	// endpoints are the policies of the VPC endpoints that calls may pass.
	endpoints []*document
	trusts    map[int32]*trust // by role
	targets   []int32          // roles, in order
	in        map[int32][]edges
	lazy      map[int32]*everyone
	// openTo are the roles that trust everyone; their edges are decided when asked for.
	openTo  []int32
	out     adjacency
	open    adjacency
	opened  sync.Once
	decided atomic.Int64
}

// everyone holds the edges of a role that trusts "*".
type everyone struct {
	once sync.Once
	in   []edges
}

// Build makes the graph of an engine's inventory. The error is an
// *eval.RequestError where Given holds what differs from hop to hop.
func Build(e *eval.Engine, given Given) (*Graph, error) {
	if err := given.check(e); err != nil {
		return nil, err
	}
	g := &Graph{
		engine: e, given: given, byName: map[string]int32{}, grants: map[string]*grants{},
		trusts: map[int32]*trust{}, in: map[int32][]edges{}, lazy: map[int32]*everyone{},
	}
	s := e.Snapshot()
	for p := range s.Principals() {
		g.nodes = append(g.nodes, node{kind: kindOf(p), name: p.ARN, account: p.Account, row: p})
	}
	slices.SortFunc(g.nodes, func(a, b node) int { return cmp.Compare(a.name, b.name) })
	g.inside = len(g.nodes)
	for i := range g.nodes {
		g.byName[g.nodes[i].name] = int32(i)
	}
	g.classify(s)
	g.readTrusts(s)
	g.decideAll()
	return g, nil
}

func kindOf(p *inventory.Principal) NodeKind {
	if p.Kind == inventory.User {
		return UserNode
	}
	return RoleNode
}

// classify reads every document once and sorts the principals into classes.
func (g *Graph) classify(s *inventory.Snapshot) {
	docs := newDocuments()
	c := &classes{documents: docs, byKey: map[string]int32{}}
	g.classes = c
	for i := range g.nodes {
		docs.of(g.nodes[i].row.Trust)
		c.identity(s, g.nodes[i].row)
	}
	if org := s.Organization(); org != nil {
		docs.node(org.Root)
	}
	g.endpoints = g.readEndpoints(s)
	seen := map[string]bool{}
	for _, doc := range docs.read {
		for _, tag := range doc.tags {
			seen[tag] = true
		}
	}
	c.tags = sorted(seen)
	for i := range g.nodes {
		g.nodes[i].class = c.add(s, int32(i), g.nodes[i].row)
	}
	byAccount := map[string][]int32{}
	for n, of := range c.list {
		byAccount[of.account] = append(byAccount[of.account], int32(n))
	}
	for account, numbers := range byAccount {
		g.grants[account] = newGrants(c, numbers)
	}
}

// readEndpoints reads the policies of the endpoints that calls may pass: the
// one that is given or, where some policy asks for an endpoint, all (E38).
func (g *Graph) readEndpoints(s *inventory.Snapshot) []*document {
	docs := g.classes.documents
	given, state := g.given.Context.Lookup(keyEndpoint)
	asked := false
	for _, doc := range docs.read {
		asked = asked || doc.endpoint
	}
	var out []*document
	for e := range s.Endpoints() {
		if e.Policy == nil || state == conditions.NotSupplied && !asked || state != conditions.NotSupplied && !slices.Contains(given.Texts(), e.ID) {
			continue
		}
		doc := *docs.of(e.Policy)
		for _, st := range doc.statements {
			doc.individual = doc.individual || namesSome(st)
		}
		docs.read[e.Policy] = &doc
		out = append(out, &doc)
	}
	return out
}

// namesSome reports whether a statement's principals are others than everyone.
func namesSome(st *model.Statement) bool {
	return st.Principals != nil && (st.Principals.Not || slices.ContainsFunc(st.Principals.Entries, func(p model.Principal) bool {
		return p.Type == model.AWSPrincipal && p.Value != "*"
	}))
}

// node reads the control policies below a node of the organization.
func (d *documents) node(n *inventory.Node) {
	if n == nil {
		return
	}
	for _, list := range [][]*model.Policy{n.ServiceControlPolicies, n.ResourceControlPolicies} {
		for _, p := range list {
			d.of(p)
		}
	}
	for _, child := range n.Children {
		d.node(child)
	}
}

// outside returns the number of a principal that the inventory does not hold.
func (g *Graph) outside(kind NodeKind, name, account string) int32 {
	if n, ok := g.byName[name]; ok {
		return n
	}
	n := int32(len(g.nodes))
	g.nodes = append(g.nodes, node{kind: kind, name: name, account: account, class: -1})
	g.byName[name] = n
	return n
}

// decideAll decides the edges of all roles, on every processor; those from everyone are left.
func (g *Graph) decideAll() {
	found := make([][]edges, len(g.targets))
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(g.targets)); i = next.Add(1) - 1 {
				found[i] = g.incoming(g.targets[i])
			}
		})
	}
	group.Wait()
	g.out.init()
	for i, t := range g.targets {
		g.in[t] = found[i]
		g.out.add(t, found[i])
		if g.trusts[t].everyone {
			g.openTo = append(g.openTo, t)
			g.lazy[t] = &everyone{}
		}
	}
}

// adjacency lists the edges that leave each principal and each class.
type adjacency struct {
	class, single map[int32][]leaving
}

type leaving struct {
	to      int32
	verdict *verdict
}

func (a *adjacency) init() {
	a.class, a.single = map[int32][]leaving{}, map[int32][]leaving{}
}

func (a *adjacency) add(to int32, list []edges) {
	for _, e := range list {
		if e.class >= 0 {
			a.class[e.class] = append(a.class[e.class], leaving{to, e.verdict})
		} else {
			a.single[e.single] = append(a.single[e.single], leaving{to, e.verdict})
		}
	}
}

// leave yields the edges that leave a principal, sorted by role.
func (g *Graph) leave(from int32) []leaving {
	g.opened.Do(func() {
		g.open.init()
		for _, t := range g.openTo {
			g.open.add(t, g.fromEveryone(t))
		}
	})
	var out []leaving
	of := &g.nodes[from]
	for _, a := range []*adjacency{&g.out, &g.open} {
		out = append(out, a.single[from]...)
		if of.class < 0 {
			continue
		}
		for _, l := range a.class[of.class] {
			if l.to != from && !g.trusts[l.to].named(from) {
				out = append(out, l)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b leaving) int { return cmp.Compare(a.to, b.to) })
	return slices.CompactFunc(out, func(a, b leaving) bool { return a.to == b.to })
}

// fromEveryone decides who of everyone can assume a role that trusts "*"; once.
func (g *Graph) fromEveryone(t int32) []edges {
	l := g.lazy[t]
	if l == nil {
		return nil
	}
	l.once.Do(func() { l.in = g.everyoneInto(t) })
	return l.in
}

// enter returns the edges into a role.
func (g *Graph) enter(t int32) []edges {
	return append(slices.Clone(g.in[t]), g.fromEveryone(t)...)
}

// members calls f with each principal of a set of edges into t.
func (g *Graph) members(e edges, t int32, f func(int32)) {
	if e.class < 0 {
		f(e.single)
		return
	}
	for _, m := range g.classes.list[e.class].members {
		if m != t && !g.trusts[t].named(m) {
			f(m)
		}
	}
}

// Decisions counts the edges that were put to the engine so far: what the cost of a graph grows with.
func (g *Graph) Decisions() int { return int(g.decided.Load()) }
