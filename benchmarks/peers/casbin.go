package peers

import (
	"slices"
	"strings"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	"github.com/casbin/casbin/v3/util"

	"iamsim/benchmarks/organization"
)

// casbinModel asks for the resource first: few rules have it, and the matcher
// stops at what a rule fails. Rules are tried one by one, up to the first that matches.
const casbinModel = `
[request_definition]
r = sub, act, obj
[policy_definition]
p = sub, act, obj
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = keyMatch(r.obj, p.obj) && r.sub == p.sub && anyKeyMatch(r.act, p.act)
`

// rules are one rule a statement; its actions stand in it with bars between
// them. Casbin's enforcer that remembers answers is left out: the decisions
// are what is measured.
type rules struct{ enforcer *casbin.Enforcer }

func compileCasbin(statements []organization.Statement) (Compiled, error) {
	if err := check(statements); err != nil {
		return nil, err
	}
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, err
	}
	enforcer, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	enforcer.AddFunction("anyKeyMatch", func(args ...any) (any, error) {
		return slices.ContainsFunc(strings.Split(args[1].(string), "|"), func(pattern string) bool {
			return util.KeyMatch(args[0].(string), pattern)
		}), nil
	})
	var list [][]string
	for _, s := range statements {
		list = append(list, []string{organization.FlatRole, strings.Join(s.Actions, "|"), s.Resources[0]})
	}
	if _, err := enforcer.AddPolicies(list); err != nil {
		return nil, err
	}
	return rules{enforcer}, nil
}

func (r rules) Decide(action, resource string) (bool, error) {
	return r.enforcer.Enforce(organization.FlatRole, action, resource)
}

func (r rules) Prepare(action, resource string) (func() (bool, error), error) {
	request := []any{organization.FlatRole, action, resource}
	return func() (bool, error) { return r.enforcer.Enforce(request...) }, nil
}
