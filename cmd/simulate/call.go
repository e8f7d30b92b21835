package main

import (
	"strings"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/catalog"
)

// checked is one action asked on one resource.
type checked struct {
	action, resource string
	// dependentOf is the action that this one is needed for; empty where it was asked itself.
	dependentOf string
}

// questionPairs lists every action with every resource and, where wanted, the actions
// that AWS asks for besides them: each on those of the resources that it is
// authorised on, or on "*" where none of them is of its kind.
func questionPairs(actions, resources []string, c *catalog.Catalog, dependent bool) []checked {
	var out []checked
	seen := map[checked]bool{}
	add := func(p checked) {
		key := checked{action: strings.ToLower(p.action), resource: p.resource}
		if !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	for _, action := range actions {
		for _, resource := range resources {
			add(checked{action: action, resource: resource})
		}
	}
	if !dependent || c == nil {
		return out
	}
	for _, action := range actions {
		known, ok := c.Action(action)
		if !ok {
			continue
		}
		for _, name := range dependentActions(known) {
			for _, resource := range fittingResources(c, name, resources) {
				add(checked{action: name, resource: resource, dependentOf: known.Name()})
			}
		}
	}
	return out
}

// dependentActions lists the dependent actions of an action and of its
// resource types, each once.
func dependentActions(a catalog.Action) []string {
	var out []string
	seen := map[string]bool{}
	add := func(names []string) {
		for _, name := range names {
			if !seen[name] && strings.Contains(name, ":") {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	add(a.DependentActions())
	for _, use := range a.Resources() {
		add(use.DependentActions)
	}
	return out
}

func fittingResources(c *catalog.Catalog, action string, resources []string) []string {
	known, ok := c.Action(action)
	if !ok {
		return []string{"*"}
	}
	var out []string
	for _, resource := range resources {
		if resource != "*" && len(known.FittingTypes(resource)) > 0 {
			out = append(out, resource)
		}
	}
	if len(out) == 0 {
		return []string{"*"}
	}
	return out
}

// call is the answer to all pairs together: an AWS call that needs several is
// allowed only if each is (rule E7).
type call struct {
	// Answer is "allowed" if every pair is, otherwise the answer of the first that is not.
	Answer string `json:"answer"`
	// FirstFailing is the first pair that is not allowed.
	FirstFailing *failingPair `json:"firstFailing,omitempty"`
}

type failingPair struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// together sums several answers up; nil for one answer.
func (s *questions) together() *call {
	if len(s.results) < 2 {
		return nil
	}
	for i := range s.results {
		if r := &s.results[i]; r.Answer != eval.Allowed.String() {
			pair := r.pair()
			return &call{Answer: r.Answer, FirstFailing: (*failingPair)(&pair)}
		}
	}
	return &call{Answer: eval.Allowed.String()}
}

// text is the line below the table of answers.
func (c *call) text() string {
	if c.FirstFailing == nil {
		return "one call that needs all of these is allowed (rule E7)"
	}
	return "one call that needs all of these is not allowed: " + c.FirstFailing.Action + " on " + c.FirstFailing.Resource +
		" is the first that fails (rule E7)"
}

// askAll puts the pairs to the engine.
func (s *questions) askAll(pairs []checked, r model.Request) {
	for _, p := range pairs {
		r.Action, r.Resource = p.action, p.resource
		s.ask(r)
		if p.dependentOf != "" {
			last := &s.results[len(s.results)-1]
			last.DependentOf = p.dependentOf
		}
	}
}
