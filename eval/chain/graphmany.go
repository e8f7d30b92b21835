package chain

import (
	"regexp"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// maxMany bounds the callers that are tried for an account of which nothing was read.
const maxMany = 64

// decideMany decides the edge of a node that stands for many callers, of whom
// nothing was read: users and roles of any name, with any tags. An edge is
// Always where it is for all that the statements can tell apart. What it needs
// is told for the caller who needs least.
func (g *Graph) decideMany(from, t int32) *verdict {
	statements := g.statements(from, t)
	callers := g.many(from, t, statements)
	partial := len(callers) > maxMany
	var best, first *verdict
	alike, always := true, true
	for i := range callers[:min(len(callers), maxMany)] {
		v := g.decideAs(callers[i], AssumeRole, t, statements)
		v.as = &callers[i]
		if first == nil {
			best, first = v, v
		}
		alike = alike && v.kind == first.kind && slices.EqualFunc(g.needs(v), g.needs(first), sameSupply)
		always, partial = always && v.kind == Always, partial || v.partial
		if g.better(v, best) {
			best = v
		}
	}
	one := *best
	one.partial, one.told = partial, !alike && best.passable()
	if one.kind == Always && (!always || partial) {
		one.kind = If
	}
	return &one
}

// needs lists what a caller of an edge must supply.
func (g *Graph) needs(v *verdict) []Supply {
	return append(hopSupplies(&v.call, g.given.Context), v.session.supplies()...)
}

// better reports whether an edge is open to a caller more than to another.
func (g *Graph) better(v, than *verdict) bool {
	rank := func(v *verdict) int { return map[EdgeKind]int{Always: 3, If: 2, Unanswered: 1}[v.kind] }
	if rank(v) != rank(than) {
		return rank(v) > rank(than)
	}
	return v.kind == If && len(g.needs(v)) < len(g.needs(than))
}

func sameSupply(a, b Supply) bool {
	return a.Place == b.Place && a.Key == b.Key && slices.Equal(a.Values, b.Values)
}

// many lists callers whom a node stands for, such that the statements tell
// none apart who are not among them, but by keys that the solver chooses. The
// first is a user and the second a role's session that no statement mentions.
func (g *Graph) many(from, t int32, statements []*model.Statement) []caller {
	of := mentioned(statements, g.nodes[t].name)
	var accounts []string
	consider := func(account string) {
		if model.IsAccountID(account) && !slices.Contains(accounts, account) && !g.engine.Snapshot().AccountKnown(account) {
			accounts = append(accounts, account)
		}
	}
	if account := g.nodes[from].account; account != "" {
		consider(account)
	} else {
		consider(g.unknownAccount())
		for _, text := range of {
			if arn, err := model.ParseARN(text); err == nil {
				text = arn.Account
			}
			consider(text)
		}
	}
	var out []caller
	seen := map[string]bool{}
	for _, account := range accounts {
		base := "arn:" + g.partition() + ":iam::" + account
		names := []string{base + ":user/any", base + ":role/any"}
		for _, text := range of {
			names = append(names, principalsLike(text, base)...)
		}
		for _, name := range names {
			if !seen[name] {
				seen[name] = true
				c := caller{request: model.Request{Principal: name, At: g.given.At}, outside: g.outsider(account)}
				c.foreign(g.given.At)
				out = append(out, c)
			}
		}
	}
	return out
}

// mentioned lists what the statements about a role say of who the caller is:
// principals, accounts, and names of users.
func mentioned(statements []*model.Statement, role string) []string {
	var out []string
	for _, st := range statements {
		if st.Principals != nil {
			for _, p := range st.Principals.Entries {
				out = append(out, p.Value)
			}
		}
		for _, entry := range st.Condition {
			switch conditions.FoldKey(entry.Key()) {
			case "aws:principalarn", "aws:principalaccount":
				out = append(out, entry.Values()...)
			case "aws:username":
				for _, name := range entry.Values() {
					out = append(out, "user/"+name)
				}
			}
		}
		for _, v := range resourceValues(st, "aws:username", role) {
			out = append(out, "user/"+v.Texts()[0])
		}
	}
	return out
}

var (
	userText = regexp.MustCompile(`^user/([!-~]+/)?[\w+=,.@-]{1,64}$`)
	roleText = regexp.MustCompile(`^role/([!-~]+/)?[\w+=,.@-]{1,64}$`)
)

// principalsLike lists principals of an account that a text fits which names
// users or roles, perhaps by a pattern.
func principalsLike(text, base string) []string {
	resource := text
	if arn, err := model.ParseARN(text); err == nil {
		if model.IsAccountID(arn.Account) && !strings.HasSuffix(base, ":"+arn.Account) {
			return nil
		}
		resource = arn.Resource
		if arn.Service == "sts" && strings.HasPrefix(resource, "assumed-role/") {
			return sessionsLike(base, resource)
		}
	}
	var out []string
	for _, with := range []string{"", "any"} {
		name := strings.NewReplacer("*", with, "?", "x").Replace(resource)
		if strings.HasSuffix(name, "/") {
			name += "any"
		}
		if userText.MatchString(name) || roleText.MatchString(name) {
			out = append(out, base+":"+name)
		}
	}
	return out
}

func sessionsLike(base, resource string) []string {
	name := strings.NewReplacer("*", "any", "?", "x").Replace(resource)
	if parts := strings.Split(name, "/"); len(parts) != 3 || !sessionNameText.MatchString(parts[2]) {
		return nil
	}
	return []string{strings.Replace(base, ":iam::", ":sts::", 1) + ":" + name}
}
