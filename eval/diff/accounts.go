package diff

import (
	"strings"

	"iamsim/eval"
	"iamsim/internal/wildcard"
)

// accountSets are the accounts that matter to requests on resources that
// nobody declares.
type accountSets struct {
	// any is some account, for requests that name no resource.
	any string
	// known are those known on both sides, oneSided those known on one.
	known, oneSided []string
	fresh           string
}

// maxExcluded bounds the accounts that are kept apart from those nobody knows.
const maxExcluded = 64

func newAccountSets(sides [2]Side) accountSets {
	var a accountSets
	count := map[string]int{}
	var order []string
	for _, s := range sides {
		for _, account := range s.Engine.Snapshot().Accounts() {
			if count[account.ID] == 0 {
				order = append(order, account.ID)
			}
			count[account.ID]++
		}
	}
	for _, id := range order {
		if count[id] == 2 {
			a.known = append(a.known, id)
		} else {
			a.oneSided = append(a.oneSided, id)
		}
	}
	a.any = "000000000000"
	if len(order) > 0 {
		a.any = order[0]
	}
	for _, digit := range "0987654321" {
		if a.fresh = strings.Repeat(string(digit), 12); count[a.fresh] == 0 {
			break
		}
	}
	return a
}

// undeclared returns what the account field of an ARN may hold where nobody
// declares the resource: the caller's account, none, AWS's own, one that
// nothing was read of, and those that only one side knows. In any other known
// account nothing that is not declared lets a stranger in.
func (a *accountSets) undeclared(caller string) []string {
	out := []string{"", "aws"}
	if caller != "" {
		out = append(out, caller)
	}
	for _, id := range a.oneSided {
		if id != caller {
			out = append(out, id)
		}
	}
	if len(a.known)+len(a.oneSided) > maxExcluded {
		return append(out, a.fresh)
	}
	return append(out, strings.Repeat(string(rune(wildcard.ShapeDigit)), 12))
}

// exclude returns the shapes of all ARNs of known accounts but the caller's.
func (a *accountSets) exclude(caller string) []wildcard.Flat {
	if len(a.known)+len(a.oneSided) > maxExcluded {
		return nil
	}
	var out []wildcard.Flat
	for _, id := range a.known {
		if id != caller {
			out = append(out, ofAccount(id))
		}
	}
	return out
}

// rolePair is a role that one or both sides declare.
type rolePair struct {
	arn  string
	same bool // its trust policy and its attributes are equal
}

// roleCall reports whether the trust policy of a role judges the action (E60).
func roleCall(traits string) bool {
	_, name, ok := strings.Cut(traits, ":sts:")
	if !ok {
		return false
	}
	for _, call := range roleCalls {
		if strings.EqualFold(call, "sts:"+name) {
			return true
		}
	}
	return false
}

var roleCalls = []string{
	"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession",
	"sts:SetSourceIdentity", "sts:SetContext",
}

// roles compares the calls that trust policies judge on every declared role.
func (c *comparison) roles(base []binding) {
	if len(c.trusts) == 0 {
		return
	}
	// Resource control policies judge the call too, those of the role's account.
	settled := !c.o.Exhaustive && c.alike && c.sameOrganization && c.callsSettled(base)
	for _, call := range roleCalls {
		if !c.scope.action(call) {
			continue
		}
		c.members = nil
		if n, ok := c.v.byName[strings.ToLower(call)]; ok {
			c.members = []int32{n}
		}
		for i := range c.trusts {
			if settled && c.trusts[i].same {
				continue
			}
			if c.spent() || c.done() {
				return
			}
			c.explore(call, c.trusts[i].arn, base)
		}
	}
}

// callsSettled reports whether the caller's own policies and organization say
// the same of the calls that trust policies judge.
func (c *comparison) callsSettled(base []binding) bool {
	if !c.iam {
		return true
	}
	for _, call := range roleCalls {
		n, err := c.prepare(call, "*", base)
		if err != nil {
			return false
		}
		var same [2][]int64
		for i, o := range n.sides {
			if o == nil {
				return false
			}
			for k := range o.parts.All() {
				if o.parts.All()[k].Fits {
					same[i] = append(same[i], c.identity(&o.parts.All()[k]))
				}
			}
		}
		if !equalNumbers(same) {
			return false
		}
	}
	return true
}

// farRole compares a call on roles of accounts that nothing was read of.
func (c *comparison) farRole(action string, base []binding) {
	if !c.iam {
		return
	}
	account := strings.Repeat(string(rune(wildcard.ShapeDigit)), 12)
	partition := c.partition
	if partition == "" {
		partition = "aws"
	}
	name := string(rune(wildcard.ShapeChar)) + string(rune(wildcard.ShapeRun))
	require := [][]wildcard.Flat{{wildcard.Shape("arn:" + partition + ":iam::" + account + ":role/" + name)}}
	exclude := append(c.accounts.exclude(""), ofOneSided(&c.accounts)...)
	c.resources(action, "role", require, exclude, nil, base)
}

func ofOneSided(a *accountSets) []wildcard.Flat {
	var out []wildcard.Flat
	for _, id := range a.oneSided {
		out = append(out, ofAccount(id))
	}
	return out
}

// optionsOf returns the options that comparing decides under.
func optionsOf(e *eval.Engine) *eval.Engine {
	o := e.Options()
	if !o.Strict && !o.UnknownUnanswered {
		return e
	}
	o.Strict, o.UnknownUnanswered = false, false
	return e.With(o)
}
