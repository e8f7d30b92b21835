package chain

import (
	"fmt"
	"strings"

	"iamsim/eval"
	"iamsim/model"
)

// role finds a role by its ARN or short name.
func (g *Graph) role(name string) (int32, error) {
	n, err := g.named(name, "to")
	if err == nil && g.nodes[n].kind != RoleNode {
		return 0, &eval.RequestError{Field: "to", Message: quote(name) + " is no role; a chain ends in a role"}
	}
	return n, err
}

// named finds a user or role of the inventory.
func (g *Graph) named(name, field string) (int32, error) {
	found := g.engine.Snapshot().FindPrincipals(name)
	if len(found) == 1 {
		return g.byName[found[0].ARN], nil
	}
	err := &eval.RequestError{Field: field, Message: "no user or role is called " + quote(name), Hint: "`simulate list principals` shows those that were read"}
	if len(found) > 1 {
		err.Message, err.Hint = "several principals are called "+quote(name), "name one of them by its ARN"
	}
	for _, p := range found {
		err.Candidates = append(err.Candidates, p.ARN)
	}
	if len(found) == 0 {
		short := name[strings.LastIndexByte(name, '/')+1:]
		var names []string
		arns := map[string]string{}
		for i := range g.inside {
			row := g.nodes[i].row
			names = append(names, row.Name)
			arns[row.Name] = row.ARN
		}
		if near, ok := model.Suggest(short, names); ok {
			err.Hint = "did you mean " + arns[near] + "?"
		}
	}
	return 0, err
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// start is where chains start: a node, and what is told of its session.
type start struct {
	node   int32
	caller caller
	// outside is set for a start that no trust policy names; node is then -1.
	outside *node
}

// start finds the principal that chains start from.
func (g *Graph) start(name string) (start, error) {
	if n, ok := g.byName[name]; ok {
		return start{node: n, caller: g.caller(n)}, nil
	}
	if arn, err := model.ParseARN(name); err == nil && arn.Service == "sts" {
		parts := strings.Split(arn.Resource, "/")
		if len(parts) == 3 && parts[0] == "assumed-role" {
			if row, ok := g.engine.Snapshot().RoleByName(arn.Account, parts[1]); ok {
				n := g.byName[row.ARN]
				c := g.caller(n)
				c.request.Principal = name
				return start{node: n, caller: c}, nil
			}
		}
	}
	if model.IsAccountID(name) {
		return start{}, &eval.RequestError{Field: "from", Message: "account " + name + " is no start: name one of its principals",
			Hint: "an account of which nothing was read is a start where a trust policy names it"}
	}
	if name == anyone {
		return g.stranger(name), nil // no trust policy names everyone
	}
	q, err := g.engine.Prepare(model.Request{Principal: name, Action: "sts:GetCallerIdentity", Resource: "*", At: g.given.At})
	if err != nil {
		return start{}, ofStart(err)
	}
	principal := q.Principal()
	if n, ok := g.byName[principal]; ok {
		return start{node: n, caller: g.caller(n)}, nil
	}
	if found := g.engine.Snapshot().FindPrincipals(name); len(found) == 1 {
		n := g.byName[found[0].ARN]
		return start{node: n, caller: g.caller(n)}, nil
	}
	return g.stranger(principal), nil
}

// ofStart says that a request error is about the start.
func ofStart(err error) error {
	request, ok := err.(*eval.RequestError)
	if !ok || request.Field != "principal" {
		return err
	}
	copied := *request
	copied.Field = "from"
	return &copied
}

// stranger is a start that no trust policy names: its account may still be named, or everyone.
func (g *Graph) stranger(principal string) start {
	of := node{kind: ForeignNode, name: principal, class: -1}
	arn, err := model.ParseARN(principal)
	switch {
	case err == nil && (strings.Contains(arn.Resource, "-provider/")):
		of.kind = ProviderNode
	case err == nil:
		of.account = arn.Account
	case principal == anyone:
		of.kind = AnyoneNode
	default:
		of.kind = ServiceNode
	}
	c := caller{request: model.Request{Principal: principal, At: g.given.At}}
	if of.kind == AnyoneNode {
		c.request.Principal = g.anyUser(g.unknownAccount())
	}
	c.foreign(g.given.At)
	c.outside = g.outsider(of.account)
	return start{node: -1, caller: c, outside: &of}
}
