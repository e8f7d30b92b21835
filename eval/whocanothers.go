package eval

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// whoOther is a grantee that is no declared user or role.
type whoOther struct {
	name  string
	grant Grant
}

// AnyonesName is the name under which WhoQuery.Grants tells of whoever an
// account that is not known lets do what was asked about.
const AnyonesName = "AWS:*"

// others decides for the grantees besides users and roles, sorted by name.
func (q *WhoQuery) others() []whoOther {
	var out []whoOther
	include := q.question.Include
	add := func(kind GranteeKind, names ...string) {
		for _, name := range names {
			if g, can := q.decide(name); can {
				g.Kind = kind
				out = append(out, whoOther{name, g})
			}
		}
	}
	out = append(out, q.namedARNs()...)
	if include&IncludeServices != 0 {
		add(GranteeService, q.named.texts[formService]...)
	}
	if include&IncludeProviders != 0 {
		add(GranteeProvider, q.named.texts[formFederated]...)
	}
	if include&IncludeAnonymous != 0 {
		add(GranteeNobody, "*")
	}
	if include&IncludeRoot != 0 {
		for _, account := range q.engine.snapshot.Accounts() {
			add(GranteeRoot, "arn:"+q.index.partitionOf(account.ID, q.partition())+":iam::"+account.ID+":root")
		}
	}
	if include&IncludeExternal != 0 {
		out = append(out, q.strangers()...)
	}
	slices.SortFunc(out, func(a, b whoOther) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(out, func(a, b whoOther) bool { return a.name == b.name })
}

// partitionOf returns the partition of an account's principals; other where it has none.
func (x *whoIndex) partitionOf(account, other string) string {
	for i := range x.accounts {
		if x.accounts[i].account == account {
			return x.accounts[i].partition
		}
	}
	return other
}

// partition returns the resource's partition.
func (q *WhoQuery) partition() string {
	if arn, err := model.ParseARN(q.question.Resource); err == nil {
		return arn.Partition
	}
	return "aws"
}

// namedARNs decides for what policies name by an ARN and nobody declares:
// sessions of declared roles and, where they are to be included, principals of
// accounts that are not known.
func (q *WhoQuery) namedARNs() []whoOther {
	var out []whoOther
	for _, name := range q.named.texts[formARN] {
		kind, account := granteeOf(name)
		known := q.engine.snapshot.AccountKnown(account)
		if kind == "" || !known && q.question.Include&IncludeExternal == 0 {
			continue
		}
		if kind == GranteeFed && known {
			out = append(out, whoOther{name, Grant{Kind: kind, principal: name, who: q, Unanswered: &UnansweredError{
				Message: "whose session " + name + " is, and so what its user may do, is not known",
				Hint:    "ask for it as the principal, with its parent user",
			}}})
			continue
		}
		if g, can := q.decide(name); can {
			g.Kind = kind
			out = append(out, whoOther{name, g})
		}
	}
	return out
}

// granteeOf tells what an ARN that a policy names is; an empty kind for what cannot call.
func granteeOf(text string) (kind GranteeKind, account string) {
	arn, err := model.ParseARN(text)
	if err != nil {
		return "", ""
	}
	word, _, _ := strings.Cut(arn.Resource, "/")
	switch arn.Service + " " + word {
	case "iam user":
		kind = GranteeUser
	case "iam role":
		kind = GranteeRole
	case "sts assumed-role":
		kind = GranteeSession
	case "sts federated-user":
		kind = GranteeFed
	}
	return kind, arn.Account
}

// strangers decides for accounts that are not known: those that the resource's
// policy names, and any. Nothing is known of their principals, so that what a
// condition asks of the caller stays open; a Deny that names one of them by
// its ARN does not show.
func (q *WhoQuery) strangers() []whoOther {
	if q.probe == nil {
		return []whoOther{{AnyonesName, Grant{Kind: GranteeAnyone, principal: AnyonesName, who: q, Unanswered: &UnansweredError{
			Message: "nothing tells who owns " + q.question.Resource, Hint: "declare the resource with its account under resources",
		}}}}
	}
	var out []whoOther
	for _, account := range q.named.texts[formAccount] {
		if q.named.accounts[account] && !q.engine.snapshot.AccountKnown(account) {
			if g, can := q.stranger(account, strangersKeys); can {
				g.Kind, g.principal = GranteeAccount, "arn:"+q.partition()+":iam::"+account+":root"
				out = append(out, whoOther{g.principal, g})
			}
		}
	}
	if q.named.everyone {
		if g, can := q.stranger(q.unnamedAccount(), anyonesKeys); can {
			g.Kind, g.principal = GranteeAnyone, AnyonesName
			out = append(out, whoOther{AnyonesName, g})
		}
	}
	return out
}

// unnamedAccount returns an account that is neither known nor named by the resource's policy.
func (q *WhoQuery) unnamedAccount() string {
	for n := 0; ; n++ {
		account := fmt.Sprintf("%012d", n)
		if !q.engine.snapshot.AccountKnown(account) && !slices.Contains(q.named.texts[formAccount], account) {
			return account
		}
	}
}

// strangersKeys are the derived keys that the principals of one account differ in.
func strangersKeys(key string) bool {
	return ownKeys(key) || key == "aws:principaltype" || key == "aws:sourceidentity" || key == "aws:federatedprovider" ||
		strings.HasPrefix(key, "aws:multifactorauth")
}

// anyonesKeys are those that the principals of several accounts differ in.
func anyonesKeys(key string) bool {
	return strangersKeys(key) || key == "aws:principalaccount" || strings.HasPrefix(key, "aws:principalorg") || key == "kms:calleraccount"
}

// stranger decides for a caller of an unknown account of whom nothing else is known.
func (q *WhoQuery) stranger(account string, hide func(string) bool) (g Grant, can bool) {
	g = Grant{who: q}
	query, err := q.engine.Prepare(q.request("arn:" + q.partition() + ":iam::" + account + ":user/stranger"))
	var unanswered *UnansweredError
	switch {
	case errors.As(err, &unanswered):
		g.Unanswered = err
		return g, true
	case err != nil:
		return g, false
	}
	g.open = nameless(query, q.question.Context, hide)
	o := &q.engine.options
	e := g.open.threeValued()
	var unknown []*statement
	e.see = func(v visit) {
		if v.applies == conditions.Unknown {
			unknown = append(unknown, v.statement)
		}
	}
	e.gather()
	best, worst := authorize(&e.facts, o, true), authorize(&e.facts, o, false)
	g.Decision = worst
	if best.Allowed() == worst.Allowed() {
		return g, best.Allowed()
	}
	s := search{ex: &explainer{q: g.open, o: o}, unknown: unknown, env: e.env}
	s.collect()
	for _, k := range s.keys {
		g.DependsOn = append(g.DependsOn, k.name)
	}
	slices.Sort(g.DependsOn)
	g.Partial = true
	return g, true
}
