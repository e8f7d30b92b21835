package main

import (
	"errors"
	"strings"
	"time"

	"iamsim/eval"
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
}

// result is the answer to one pair of action and resource.
type result struct {
	*eval.Explanation
	// Trace tells of every statement; it is made for --explain alone.
	Trace []eval.StatementTrace `json:"trace,omitempty"`
	// DependentOf is the action that asks for this one besides itself (--dependent).
	DependentOf string `json:"dependentOf,omitempty"`
	// err is set where the question itself cannot be used.
	err *eval.RequestError
}

func (s *questions) ask(r model.Request) {
	x, err := s.engine.Explain(r)
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
	if s.explain {
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
	return a.outputText(b.String())
}

func (a *app) sayRequestError(e *eval.RequestError) {
	a.say("%s %s\n", a.paintErr(red, "error:"), printable(e.Field+": "+e.Message))
	for _, candidate := range e.Candidates {
		a.say("  candidate: %s\n", printable(candidate))
	}
	if e.Hint != "" {
		a.say("  hint: %s\n", printable(e.Hint))
	}
}

// canJSON is the JSON form of the answers (docs/json.md).
type canJSON struct {
	Results []result `json:"results"`
	// Call is the answer to all results together, where there are several.
	Call   *call    `json:"call,omitempty"`
	Inputs []string `json:"inputs"`
	// At is the time of the request; Clock tells that it was the clock's.
	At    time.Time `json:"at"`
	Clock bool      `json:"clock"`
	// ExitCode is the highest of the answers'.
	ExitCode int `json:"exitCode"`
}

func (s *questions) json(f *canFlags, code int) canJSON {
	return canJSON{Results: s.results, Call: s.together(), Inputs: f.files.list, At: s.at, Clock: s.clock, ExitCode: code}
}
