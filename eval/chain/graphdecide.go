package chain

import (
	"slices"
	"strings"
	"time"

	"iamsim/model"
)

// incoming decides the edges into a role from those whom its trust policy
// names and from the accounts it delegates to.
func (g *Graph) incoming(t int32) []edges {
	of := g.trusts[t]
	var found []edges
	for _, n := range of.singles {
		if n != t {
			found = g.appendSingle(found, n, t)
		}
	}
	for _, account := range of.accounts {
		if grants := g.grants[account]; grants != nil {
			for _, c := range grants.candidates(g.classes.documents, g.nodes[t].name) {
				found = g.appendClass(found, c, t)
			}
		}
	}
	return found
}

// everyoneInto decides the edges into a role that trusts "*": of its own
// account everyone needs no policy of their own, of others they do.
func (g *Graph) everyoneInto(t int32) []edges {
	of, own := g.trusts[t], g.nodes[t].account
	var found []edges
	for _, account := range sorted(g.grants) {
		candidates := g.grants[account].candidates(g.classes.documents, g.nodes[t].name)
		if account == own {
			candidates = nil
			for c := range g.classes.list {
				if g.classes.list[c].account == own {
					candidates = append(candidates, int32(c))
				}
			}
		}
		for _, c := range candidates {
			// Whom an account's delegation lets in is decided already, under all statements.
			if !slices.Contains(of.accounts, account) || account == own {
				found = g.appendClass(found, c, t)
			}
		}
	}
	return found
}

func (g *Graph) appendSingle(found []edges, n, t int32) []edges {
	if v := g.decide(n, t); v.kind != Never || v.partial {
		found = append(found, edges{class: -1, single: n, verdict: v})
	}
	return found
}

// appendClass decides for one of a class where nothing can tell its members
// apart, otherwise for each.
func (g *Graph) appendClass(found []edges, c, t int32) []edges {
	class, of := g.classes.list[c], g.trusts[t]
	for _, n := range class.members {
		if n == t || of.named(n) {
			continue
		}
		if g.tellsApart(class, of) {
			found = g.appendSingle(found, n, t)
			continue
		}
		if v := g.decide(n, t); v.kind != Never || v.partial {
			found = append(found, edges{class: c, single: -1, verdict: v})
		}
		break
	}
	return found
}

// tellsApart reports whether a policy that takes part looks at who the caller is.
func (g *Graph) tellsApart(c *class, t *trust) bool {
	looks := func(doc *document) bool { return doc.individual }
	return c.individual || t.individual || slices.ContainsFunc(g.endpoints, looks) || slices.ContainsFunc(g.scps(c.account), looks)
}

func (g *Graph) scps(account string) []*document {
	node, ok := g.engine.Snapshot().AccountNode(account)
	if !ok {
		return nil
	}
	var out []*document
	for _, n := range node.Path() {
		for _, p := range n.ServiceControlPolicies {
			out = append(out, g.classes.documents.of(p))
		}
	}
	return out
}

// decide decides one edge by the engine; of the calls that make a role's
// session the one that fits the caller.
func (g *Graph) decide(from, t int32) *verdict {
	if kind := g.nodes[from].kind; kind == AccountNode || kind == AnyoneNode {
		return g.decideMany(from, t)
	}
	return g.decideAs(g.caller(from), g.action(from), t, g.statements(from, t))
}

// action is the call with which a principal assumes a role.
func (g *Graph) action(from int32) string {
	n := &g.nodes[from]
	switch {
	case n.kind == ProviderNode && strings.Contains(n.name, ":saml-provider/"):
		return AssumeRoleWithSAML
	case n.kind == ProviderNode:
		return AssumeRoleWithWebIdentity
	}
	return AssumeRole
}

// caller is a principal as it stands in a graph: a role as some session of it.
func (g *Graph) caller(from int32) caller {
	n := &g.nodes[from]
	c := caller{request: model.Request{Principal: n.name, At: g.given.At}}
	switch n.kind {
	case UserNode:
		c.user = true
	case RoleNode:
		c.role, c.session, c.workload = true, true, true
		c.request.Session = &model.Session{Type: "AssumeRole", TokenIssueTime: g.given.At}
	case AccountNode:
		c.request.Principal = g.anyUser(n.account)
	case AnyoneNode:
		c.request.Principal = g.anyUser(g.unknownAccount())
	case ForeignNode:
		c.foreign(g.given.At)
	}
	c.outside = n.kind >= ForeignNode && g.outsider(n.account)
	return c
}

// outsider reports whether an account of which nothing was read is not of the declared organization.
func (g *Graph) outsider(account string) bool {
	org := g.engine.Snapshot().Organization()
	return org != nil && account != org.ManagementAccount
}

// anyUser is a user of an account of which nothing was read.
func (g *Graph) anyUser(account string) string {
	return "arn:" + g.partition() + ":iam::" + account + ":user/any"
}

// foreign tells of a principal of an account of which nothing was read what its ARN says.
func (c *caller) foreign(at time.Time) {
	arn, err := model.ParseARN(c.request.Principal)
	switch {
	case err != nil:
	case arn.Service == "iam" && strings.HasPrefix(arn.Resource, "user/"):
		c.user = true
	case strings.HasPrefix(arn.Resource, "role/") || strings.HasPrefix(arn.Resource, "assumed-role/"):
		c.role, c.session, c.workload = true, true, true
		c.request.Session = &model.Session{Type: "AssumeRole", TokenIssueTime: at}
	}
}

// partition is that of the inventory's first principal.
func (g *Graph) partition() string {
	if g.inside > 0 {
		if arn, err := model.ParseARN(g.nodes[0].name); err == nil {
			return arn.Partition
		}
	}
	return "aws"
}

// unknownAccount is an account of which nothing was read and that no trust policy names.
func (g *Graph) unknownAccount() string {
	for _, digit := range "0987654321" {
		account := strings.Repeat(string(digit), 12)
		if _, named := g.byName[account]; !named && !g.engine.Snapshot().AccountKnown(account) {
			return account
		}
	}
	return "000000000001"
}

// statements are those that may bear on an edge, of every layer.
func (g *Graph) statements(from, t int32) []*model.Statement {
	return g.statementsOf(&g.nodes[from], t)
}

// statementsOf is statements for a caller who may be no node of the graph.
func (g *Graph) statementsOf(n *node, t int32) []*model.Statement {
	out, docs := slices.Clip(g.trusts[t].statements), g.classes.documents
	add := func(list []*document, all bool) {
		for _, doc := range list {
			if !all && !doc.conditional {
				continue
			}
			for _, st := range doc.statements {
				if docs.mayMatch(st, g.nodes[t].name) {
					out = append(out, st)
				}
			}
		}
	}
	if n.class >= 0 {
		add(g.classes.list[n.class].documents, false)
	}
	if n.account != "" && n.kind != AccountNode && n.kind != ForeignNode {
		add(g.scps(n.account), false)
	}
	add(g.endpoints, true)
	return out
}

// edge is the edge in the words of the API.
func (g *Graph) edge(from, t int32, v *verdict) Edge {
	a, b := &g.nodes[from], &g.nodes[t]
	return Edge{
		From: a.name, To: b.name, Kind: v.kind, Action: g.action(from), Supply: v.supplies(g.given.Context),
		FarSide: v.far, CrossAccount: a.account != b.account, Partial: v.partial, Why: v.why,
	}
}
