package scenarios

import (
	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
)

// Changed is a check of a scenario that two sets of policies answer otherwise.
type Changed struct {
	Suite    string         `json:"suite"`
	Scenario string         `json:"scenario"`
	Position model.Position `json:"-"`

	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	// Before and After are "allowed", "implicitDeny", "explicitDeny" or "unanswered".
	Before string `json:"before"`
	After  string `json:"after"`
	// Expect is what the scenario asks for, Holds whether the second set gives it.
	Expect string `json:"expect"`
	Holds  bool   `json:"holds"`
}

// ChangedAnswers puts the scenarios of suites to two engines, in place of the
// policies that the suites name, and returns the checks that the two answer
// otherwise: allowed and not, or answered and not. asked counts the checks.
// Scenarios that are skipped, or that change policies of their suite, are not asked.
func ChangedAnswers(suites []*Suite, before, after *eval.Engine) (changed []Changed, asked int) {
	for _, suite := range suites {
		for _, s := range suite.Scenarios {
			if s.Skip != "" || s.overlay != nil {
				continue
			}
			first, second := startingFrom(before, s), startingFrom(after, s)
			for _, action := range s.Actions {
				for _, resource := range s.Resources {
					asked++
					a, b := first(action, resource), second(action, resource)
					if (a == eval.Allowed.String()) == (b == eval.Allowed.String()) && (a == unanswered) == (b == unanswered) {
						continue
					}
					changed = append(changed, Changed{
						Suite: suite.Name, Scenario: s.Name, Position: s.Position,
						Principal: s.Principal, Action: action, Resource: resource, Before: a, After: b,
						Expect: string(s.Expect), Holds: met(s.Expect, b),
					})
				}
			}
		}
	}
	return changed, asked
}

const unanswered = "unanswered"

// met reports whether an answer is the expected one.
func met(e Expectation, answer string) bool {
	return string(e) == answer || e == "denied" && (answer == eval.ImplicitDeny.String() || answer == eval.ExplicitDeny.String())
}

// startingFrom returns what answers a scenario's checks on an engine, at the
// end of its chain where it has one.
func startingFrom(engine *eval.Engine, s *Scenario) func(action, resource string) string {
	var followed *chain.Chain
	if len(s.Via) > 0 {
		var err error
		if followed, err = chain.Follow(engine, s.request(), s.Via); err != nil {
			return func(string, string) string { return unanswered }
		}
	}
	return func(action, resource string) string {
		a := ask(engine, followed, s, action, resource)
		if len(a.errors) > 0 {
			return unanswered
		}
		return a.decision.Result().String()
	}
}
