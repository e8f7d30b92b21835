// Package peers decides the same requests by the same statements with iamsim
// and with other authorization engines, so that their times can be compared.
// Each engine gets the statements in the form that it decides fastest, and
// matches their patterns itself. See "Peers" in README.md of the folder above.
package peers

import (
	"fmt"
	"strings"

	"iamsim/benchmarks/organization"
)

// Engine is one of those compared.
type Engine struct {
	Name string
	// Compile gives the engine the statements of the role organization.FlatRole,
	// as organization.Flat makes them: Allow, without conditions, each pattern a
	// text or one with a star at its end. Others are an error.
	Compile func([]organization.Statement) (Compiled, error)
}

// Compiled decides requests of the role organization.FlatRole.
type Compiled interface {
	// Decide answers a request that comes as texts: whether it is allowed.
	// What the engine's own form of a request costs to make is part of it.
	Decide(action, resource string) (bool, error)
	// Prepare makes the engine's own form of a request, to be decided often.
	Prepare(action, resource string) (func() (bool, error), error)
}

// Engines are iamsim and its peers.
var Engines = []Engine{
	{"iamsim", compileIamsim},
	{"cedar", compileCedar},
	{"opa", compileOPA},
	{"casbin", compileCasbin},
}

// Request is one that every engine is asked.
type Request struct {
	// Name says what is asked for, as part of a benchmark's name.
	Name             string
	Action, Resource string
	// Allowed is the right answer.
	Allowed bool
}

// Requests are about the first n statements of organization.Flat: what the
// last allows, what the one in the middle allows, an action that the last does
// not name on its resource, and a resource of no statement.
func Requests(n int) []Request {
	request := func(name string, i int, allowed bool) Request {
		action, resource := organization.FlatRequest(i)
		return Request{name, action, resource, allowed}
	}
	action := request("action", n-1, false)
	service, _, _ := strings.Cut(action.Action, ":")
	action.Action = service + ":TagResource"
	return []Request{request("last", n-1, true), request("middle", n/2, true), action, request("miss", n, false)}
}

// pattern splits a pattern into its text and whether a star ends it.
func pattern(p string) (text string, star bool, err error) {
	text, star = strings.CutSuffix(p, "*")
	if strings.ContainsAny(text, "*?$") {
		return "", false, fmt.Errorf("%q: a pattern is a text, or a text and a star at its end", p)
	}
	return text, star, nil
}

// check finds what the translations into the peers' languages leave out.
func check(statements []organization.Statement) error {
	for i, s := range statements {
		if s.Effect != "Allow" || s.NotAction || s.NotResource || s.Principal != "" || len(s.Conditions) > 0 ||
			len(s.Actions) == 0 || len(s.Resources) != 1 {
			return fmt.Errorf("statement %d: only Allow statements of actions on one resource, without conditions, are translated", i)
		}
		for _, p := range append(s.Resources[:1:1], s.Actions...) {
			if _, _, err := pattern(p); err != nil {
				return fmt.Errorf("statement %d: %w", i, err)
			}
		}
	}
	return nil
}

// quoted writes texts as strings with commas between them and something before each.
func quoted(texts []string, before string) string {
	var b strings.Builder
	for i, text := range texts {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s%q", before, text)
	}
	return b.String()
}
