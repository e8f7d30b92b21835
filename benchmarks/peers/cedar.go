package peers

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"iamsim/benchmarks/organization"
)

// permits are one Cedar policy a statement. Patterns of actions are action
// groups, which is Cedar's way; resources are matched by like. All policies
// are evaluated for every request, so that the test that fails most often
// stands first, and what takes memory (a scope that names the principal and
// the actions) after it.
type permits struct {
	policies *cedar.PolicySet
	// groups are the patterns of actions; actions are the entities that were
	// asked for, each with the groups that it is in.
	groups  []string
	actions cedar.EntityMap
}

func compileCedar(statements []organization.Statement) (Compiled, error) {
	if err := check(statements); err != nil {
		return nil, err
	}
	var text strings.Builder
	p := &permits{actions: cedar.EntityMap{}}
	seen := map[string]bool{}
	for _, s := range statements {
		fmt.Fprintf(&text, "permit (principal, action, resource)\nwhen { context.arn like %q && principal == Role::%q && action in [%s] };\n",
			s.Resources[0], organization.FlatRole, quoted(s.Actions, "Action::"))
		for _, action := range s.Actions {
			if !seen[action] {
				seen[action] = true
				p.groups = append(p.groups, action)
			}
		}
	}
	var err error
	p.policies, err = cedar.NewPolicySetFromBytes("peers.cedar", []byte(text.String()))
	return p, err
}

// declare adds an action to the entities.
func (p *permits) declare(action string) {
	id := cedar.NewEntityUID("Action", cedar.String(action))
	if _, ok := p.actions[id]; ok {
		return
	}
	var parents []cedar.EntityUID
	for _, group := range p.groups {
		text, star, _ := pattern(group)
		if star && strings.HasPrefix(action, text) {
			parents = append(parents, cedar.NewEntityUID("Action", cedar.String(group)))
		}
	}
	p.actions[id] = cedar.Entity{UID: id, Parents: cedar.NewEntityUIDSet(parents...)}
}

func (p *permits) request(action, resource string) cedar.Request {
	return cedar.Request{
		Principal: cedar.NewEntityUID("Role", organization.FlatRole),
		Action:    cedar.NewEntityUID("Action", cedar.String(action)),
		Resource:  cedar.NewEntityUID("Resource", cedar.String(resource)),
		Context:   cedar.NewRecord(cedar.RecordMap{"arn": cedar.String(resource)}),
	}
}

func (p *permits) decide(request cedar.Request) (bool, error) {
	decision, diagnostic := cedar.Authorize(p.policies, p.actions, request)
	if len(diagnostic.Errors) > 0 {
		return false, fmt.Errorf("%v", diagnostic.Errors[0])
	}
	return decision == cedar.Allow, nil
}

// Decide asks about an action that was prepared before: an application
// declares its actions once.
func (p *permits) Decide(action, resource string) (bool, error) {
	return p.decide(p.request(action, resource))
}

func (p *permits) Prepare(action, resource string) (func() (bool, error), error) {
	p.declare(action)
	request := p.request(action, resource)
	return func() (bool, error) { return p.decide(request) }, nil
}
