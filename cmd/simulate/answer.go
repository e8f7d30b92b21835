package main

import (
	"errors"
	"strings"
	"time"

	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/internal/printable"
	"iamsim/model"
)

// questions collects the answers of one command line.
type questions struct {
	engine  *eval.Engine
	explain bool
	at      time.Time
	// clock is set where the time is the clock's.
	clock   bool
	results []result
	// hops are the calls that are made before; followed is how they went, and
	// unusable why they could not be made.
	hops     []chain.Hop
	followed *chain.Chain
	unusable error
}

// result is the answer to one pair of action and resource.
type result struct {
	*eval.Explanation
	// Trace tells of every statement; it is made for --explain alone.
	Trace []eval.StatementTrace `json:"trace,omitempty"`
	// DependentOf is the action that asks for this one besides itself (--dependent).
	DependentOf string `json:"dependentOf,omitempty"`
	// Asked is what was asked where a call of the chain was refused: the rest of the result is about that call.
	Asked *pairJSON `json:"asked,omitempty"`
	// err is set where the question itself cannot be used.
	err *eval.RequestError
}

// pairJSON is an action on a resource.
type pairJSON struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// pair is what was asked.
func (r *result) pair() pairJSON {
	if r.Asked != nil {
		return *r.Asked
	}
	return pairJSON{r.Action, r.Resource}
}

// follow makes the calls of the chain, if there is one.
func (s *questions) follow(start model.Request) {
	if len(s.hops) > 0 {
		s.followed, s.unusable = chain.Follow(s.engine, start, s.hops)
	}
}

// answerTo decides a question, with the last session of the chain where there is one.
func (s *questions) answerTo(r model.Request) (*eval.Explanation, error) {
	switch {
	case s.unusable != nil:
		return nil, s.unusable
	case s.followed == nil:
		return s.engine.Explain(r)
	}
	result, err := s.followed.Ask(r)
	if err != nil {
		return nil, err
	}
	return result.Final, nil
}

func (s *questions) ask(r model.Request) {
	x, err := s.answerTo(r)
	if err != nil {
		var unusable *eval.RequestError
		if !errors.As(err, &unusable) {
			unusable = &eval.RequestError{Field: "request", Message: err.Error()}
		}
		x = &eval.Explanation{
			Principal: r.Principal, Action: r.Action, Resource: r.Resource, Answer: unanswered,
			Headline: unanswered + ": " + unusable.Error(), Unanswered: unusable.Error(),
		}
		s.results = append(s.results, result{Explanation: x, err: unusable})
		return
	}
	answer := result{Explanation: x}
	if x.Hop > 0 {
		answer.Asked = &pairJSON{r.Action, r.Resource}
	}
	if s.explain {
		if s.followed != nil {
			r = s.followed.Request(r)
		}
		if q, err := s.engine.Prepare(r); err == nil {
			answer.Trace = q.Trace()
		}
	}
	s.results = append(s.results, answer)
}

// unanswered is the Answer of a question that has none.
const unanswered = "unanswered"

func (r *result) exitCode() int {
	switch r.Answer {
	case eval.Allowed.String():
		return exitYes
	case eval.ExplicitDeny.String(), eval.ImplicitDeny.String():
		return exitNo
	}
	return exitUnusable
}

// answer writes the results and sets the exit code.
func (a *app) answer(f *canFlags, s *questions) error {
	told := map[string]bool{}
	for i := range s.results {
		r := &s.results[i]
		a.exit(r.exitCode())
		if r.err != nil && !told[r.err.Error()] {
			told[r.err.Error()] = true
			a.sayRequestError(r.err)
		}
	}
	if f.output.value == "json" {
		return a.outputText(jsonText(s.json(f, a.code)))
	}
	var b strings.Builder
	if len(s.results) == 1 {
		if s.results[0].err == nil {
			a.writeAnswer(&b, s, &s.results[0])
		}
	} else {
		a.writeAnswers(&b, s)
	}
	a.writeChain(&b, s)
	return a.outputText(b.String())
}

func (a *app) sayRequestError(e *eval.RequestError) {
	a.say("%s %s\n", a.paintErr(red, "error:"), printable.Text(e.Field+": "+e.Message))
	for _, candidate := range e.Candidates {
		a.say("  candidate: %s\n", printable.Text(candidate))
	}
	if e.Hint != "" {
		a.say("  hint: %s\n", printable.Text(e.Hint))
	}
}

// canJSON is the JSON form of the answers (docs/json.md).
type canJSON struct {
	Results []result `json:"results"`
	// Call is the answer to all results together, where there are several.
	Call *call `json:"call,omitempty"`
	// Chain are the calls that were made before, up to the one that was refused.
	Chain  []hopJSON `json:"chain,omitempty"`
	Inputs []string  `json:"inputs"`
	// At is the time of the request; Clock tells that it was the clock's.
	At    time.Time `json:"at"`
	Clock bool      `json:"clock"`
	// ExitCode is the highest of the answers'.
	ExitCode int `json:"exitCode"`
}

func (s *questions) json(f *canFlags, code int) canJSON {
	return canJSON{Results: s.results, Call: s.together(), Chain: chainJSON(s.followed), Inputs: f.files.list, At: s.at, Clock: s.clock, ExitCode: code}
}
