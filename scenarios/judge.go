package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
)

// answer is what came of one check.
type answer struct {
	// errors say why there is no answer; empty if there is one.
	errors   []string
	decision eval.Decision
	// explanation is nil until it is needed.
	explanation *eval.Explanation
}

// request is what the checks of a scenario share.
func (s *Scenario) request() model.Request {
	return model.Request{
		Principal:         s.Principal,
		Context:           s.Context,
		At:                s.At,
		SessionPolicies:   s.sessionPolicies(),
		SessionPolicyARNs: s.SessionPolicyARNs,
		Session:           s.Session,
		ParentUser:        s.ParentUser,
	}
}

// ask puts one check to an engine, or to the session at the end of a chain.
// The answer is explained only if the expectation asks for what the bare
// decision does not tell, or is not met; that of a chain always is.
func ask(engine *eval.Engine, followed *chain.Chain, s *Scenario, action, resource string) answer {
	r := s.request()
	r.Action, r.Resource = action, resource
	if followed != nil {
		return askChain(followed, r)
	}
	query, err := engine.Prepare(r)
	if err != nil {
		return answer{errors: []string{err.Error()}}
	}
	var a answer
	if a.decision, err = query.Decide(); err != nil {
		a.errors = []string{err.Error()}
	}
	if a.sufficesFor(s) {
		return a
	}
	a.explanation = query.Explain()
	if err == nil && (a.explanation.Decision != a.decision || a.explanation.Unanswered != "") {
		a.errors = []string{fmt.Sprintf("fault of the program: the decision is %s, and its explanation says %s %s", a.decision.Reason, a.explanation.Answer, a.explanation.Reason)}
	}
	return a
}

func askChain(followed *chain.Chain, r model.Request) answer {
	result, err := followed.Ask(r)
	if err != nil {
		return answer{errors: []string{err.Error()}}
	}
	a := answer{decision: result.Final.Decision, explanation: result.Final}
	if result.Final.Unanswered != "" {
		a.errors = []string{result.Final.Unanswered}
	}
	return a
}

func (s *Scenario) sessionPolicies() []*model.Policy {
	if s.SessionPolicy == nil {
		return nil
	}
	return []*model.Policy{s.SessionPolicy}
}

// sufficesFor reports whether the scenario holds by what is known of the answer.
func (a *answer) sufficesFor(s *Scenario) bool {
	if s.Because.PolicyType != "" || s.Because.Statement != "" || s.DependsOn != nil {
		return false
	}
	status, _ := judge(s, a)
	return status == Passed
}

// judge compares an answer with what the scenario expects. The reason is
// compared only where the answer is right: that of a wrong answer is shown anyway.
func judge(s *Scenario, a *answer) (Status, []Mismatch) {
	failed := len(a.errors) > 0
	switch {
	case failed && s.Expect != ExpectError:
		return Errored, []Mismatch{{"answer", string(s.Expect), answerError}}
	case !failed && !s.Expect.admits(a.decision.Result()):
		return Failed, []Mismatch{{"answer", string(s.Expect), a.decision.Result().String()}}
	}
	mismatches := append(s.wrongHop(a), because(s.Because, a)...)
	if s.DependsOn != nil && (a.explanation == nil || !sameKeys(s.DependsOn, a.explanation.DependsOn)) {
		got := "unknown"
		if a.explanation != nil {
			got = keyList(a.explanation.DependsOn)
		}
		mismatches = append(mismatches, Mismatch{"dependsOn", keyList(s.DependsOn), got})
	}
	if len(mismatches) > 0 {
		return Failed, mismatches
	}
	return Passed, nil
}

// wrongHop compares the call of the chain that gave the answer, where a reason is asked for.
func (s *Scenario) wrongHop(a *answer) []Mismatch {
	if len(s.Via) == 0 || s.given["because"] == nil || len(a.errors) > 0 || a.hop() == s.Because.Hop {
		return nil
	}
	return []Mismatch{{"hop", hopText(s.Because.Hop), hopText(a.hop())}}
}

// hop is the number of the call of a chain that gave the answer; 0 for the last request.
func (a *answer) hop() int {
	if a.explanation == nil {
		return 0
	}
	return a.explanation.Hop
}

func hopText(number int) string {
	if number == 0 {
		return "the last request"
	}
	return "hop " + strconv.Itoa(number)
}

func because(b Because, a *answer) []Mismatch {
	var mismatches []Mismatch
	if b.PolicyType != "" && (a.explanation == nil || a.explanation.PolicyType != b.PolicyType) {
		got := "none"
		if a.explanation != nil && a.explanation.PolicyType != "" {
			got = string(a.explanation.PolicyType)
		}
		mismatches = append(mismatches, Mismatch{"policyType", string(b.PolicyType), got})
	}
	if b.Statement != "" {
		if sids := a.sids(); !slices.Contains(sids, b.Statement) {
			got := "no statement with a Sid"
			if len(sids) > 0 {
				got = strings.Join(sids, ", ")
			}
			mismatches = append(mismatches, Mismatch{"statement", b.Statement, got})
		}
	}
	if got := a.decision.Reason.String(); b.Reason != "" && got != b.Reason {
		mismatches = append(mismatches, Mismatch{"reason", b.Reason, got})
	}
	if b.Message != nil && !slices.ContainsFunc(a.errors, b.Message.MatchString) {
		mismatches = append(mismatches, Mismatch{"message", b.Message.String(), strings.Join(a.errors, "; ")})
	}
	return mismatches
}

// sids returns the Sids of the decisive statements, each once.
func (a *answer) sids() []string {
	var sids []string
	if a.explanation == nil {
		return nil
	}
	for _, statement := range a.explanation.Statements {
		if statement.Sid != "" && !slices.Contains(sids, statement.Sid) {
			sids = append(sids, statement.Sid)
		}
	}
	return sids
}

// sameKeys compares sets of condition keys.
func sameKeys(a, b []string) bool { return slices.Equal(foldedKeys(a), foldedKeys(b)) }

func foldedKeys(keys []string) []string {
	folded := make([]string, len(keys))
	for i, key := range keys {
		folded[i] = conditions.FoldKey(key)
	}
	slices.Sort(folded)
	return slices.Compact(folded)
}

func keyList(keys []string) string {
	if len(keys) == 0 {
		return "no key"
	}
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	return strings.Join(sorted, ", ")
}

// check is the result of one pair of action and resource.
func check(s *Scenario, action, resource string, a answer) CheckResult {
	status, mismatches := judge(s, &a)
	result := CheckResult{
		Principal: s.Principal, Action: action, Resource: resource,
		Status: status, Mismatches: mismatches, Errors: a.errors,
	}
	if len(a.errors) > 0 {
		result.Answer = answerError
	} else {
		result.Answer = a.decision.Result().String()
		result.Reason = a.decision.Reason.String()
		result.FarSide = a.decision.FarSide
		result.Hop = a.hop()
	}
	if status != Passed {
		result.Explanation = a.explanation
	}
	return result
}

func (s *Scenario) expected() Expected {
	e := Expected{
		Answer: s.Expect, PolicyType: s.Because.PolicyType, Statement: s.Because.Statement,
		Reason: s.Because.Reason, Hop: s.Because.Hop, DependsOn: s.DependsOn,
	}
	if s.Because.Message != nil {
		e.Message = s.Because.Message.String()
	}
	return e
}
