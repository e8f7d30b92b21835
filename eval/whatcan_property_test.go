package eval_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/eval/access"
	"iamsim/model"
	"iamsim/model/inventory"
)

// whatCanKeys are those that a question about a principal settles; a request
// that gives another value is about another caller.
var whatCanKeys = []string{"aws:principal", "aws:userid", "aws:username", "aws:source", "aws:federated", "aws:token", "aws:multi",
	"aws:current", "aws:epoch", "aws:vpce", "aws:resource", "iam:resource", "s3:resource", "aws:calledvia", "aws:via"}

func settlesIt(key string) bool {
	for _, prefix := range whatCanKeys {
		if strings.HasPrefix(strings.ToLower(key), prefix) {
			return true
		}
	}
	return false
}

// whatCanQuestion makes a question of a generator's request, and returns what
// of its context the question leaves open.
func (g *generator) whatCanQuestion(q *refRequest) (model.Request, *refRequest) {
	asked, open := *q, *q
	asked.context, open.context = nil, nil
	for _, k := range q.context {
		if settlesIt(k.name) || g.chance(40) {
			asked.context = append(asked.context, k)
		} else {
			open.context = append(open.context, k)
		}
	}
	r := asked.request()
	if g.chance(50) {
		r.Resource, r.ResourceAccount = "", ""
	}
	return r, &asked
}

// whatCanRequest makes a request that a question covers.
func (g *generator) whatCanRequest(question model.Request, asked *refRequest) model.Request {
	q := g.request()
	q.principal, q.parentUser, q.session, q.sessionPolicies, q.sessionARNs = asked.principal, asked.parentUser, asked.session, nil, nil
	q.at, q.resourceAccount = asked.at, ""
	other := q.context
	q.context = append([]refKey(nil), asked.context...)
	for _, k := range other {
		if !q.has(k.name) && !settlesIt(k.name) {
			q.context = append(q.context, k)
		}
	}
	r := q.request()
	r.SessionPolicies, r.SessionPolicyARNs = question.SessionPolicies, question.SessionPolicyARNs
	if question.Resource != "" {
		r.ResourceAccount = question.ResourceAccount
		if g.chance(90) {
			r.Resource = question.Resource
		}
	}
	return r
}

// TestWhatCanIsExact compares, on random worlds, what the regions of an answer
// say of a request with what the engine decides, and both with the synthesized
// policy attached alone.
func TestWhatCanIsExact(t *testing.T) {
	total := number(t, "IAMSIM_WHATCAN", 24_000)
	counts := map[string]int{}
	for seed := uint64(number(t, "IAMSIM_WHATCAN_SEED", 1)); counts["requests"] < total; seed++ {
		whatCanWorld(t, seed, counts)
	}
	t.Log(counts)
	for _, name := range []string{"allowed", "documents allowed", "documents", "inexact", "resource", "everything"} {
		require.Positive(t, counts[name], name)
	}
}

func whatCanWorld(t *testing.T, seed uint64, counts map[string]int) {
	const questions, requests = 10, 50
	g := newGenerator(seed)
	w := g.world()
	e, err := w.engine(false)
	require.NoError(t, err)
	for range questions {
		question, asked := g.whatCanQuestion(g.request())
		answer, err := access.WhatCan(e, access.Question{Request: question})
		if err != nil {
			counts[kindOf(t, err)]++
			continue
		}
		if question.Resource != "" {
			counts["resource"]++
		} else {
			counts["everything"]++
		}
		alone := attachedAlone(t, w, answer, question, counts)
		for range requests {
			r := g.whatCanRequest(question, asked)
			counts["requests"]++
			q, err := e.Prepare(r)
			if err != nil {
				continue
			}
			d, err := q.Decide()
			if err != nil {
				continue
			}
			allowed, told := answer.Allows(r.Action, q.Resource(), q.Context())
			if told {
				counts["compared"]++
				if allowed != d.Allowed() {
					x := q.Explain()
					text, _ := json.MarshalIndent(x, "", " ")
					t.Fatalf("seed %d: what-can says %v, the engine %v\nquestion %+v\n%s\n%s\n%s", seed, allowed, d.Reason, question, described(answer), text, w.json())
				}
			}
			if allowed {
				counts["allowed"]++
			}
			if alone != nil {
				alone.compare(t, seed, r, q, counts)
			}
		}
	}
}

func kindOf(t *testing.T, err error) string {
	var large *access.TooLargeError
	var request *eval.RequestError
	var unanswered *eval.UnansweredError
	switch {
	case errors.As(err, &large):
		return "too large"
	case errors.As(err, &request):
		return "request"
	case errors.As(err, &unanswered):
		return "unanswered"
	}
	require.NoError(t, err)
	return ""
}

func described(a *access.Access) string {
	var b strings.Builder
	for p, r := range a.Regions() {
		if p != nil {
			b.WriteString("[" + p.Resource + "] ")
		}
		text, _ := json.Marshal(r)
		b.Write(text)
		b.WriteString("\n")
	}
	return b.String()
}

// aloneWorld is a world in which the synthesized policy is all that the principal has.
type aloneWorld struct {
	engine *eval.Engine
	answer *access.Access
	part   *access.Part
	exact  bool
	text   []byte
}

// attachedAlone makes such a world out of the first part of an answer; nil for
// callers to whom no policy can be attached.
func attachedAlone(t *testing.T, w *refWorld, a *access.Access, question model.Request, counts map[string]int) *aloneWorld {
	if len(a.Parts) == 0 {
		return nil
	}
	holder := question.Principal
	switch {
	case strings.Contains(holder, ":federated-user/"):
		holder = question.ParentUser
	case strings.Contains(holder, ":assumed-role/"):
		holder = ""
		for _, i := range w.roles {
			if strings.Contains(question.Principal, "/"+i.name()+"/") && strings.Contains(question.Principal, i.account()) {
				holder = i.arn
			}
		}
	}
	if !strings.Contains(holder, ":user/") && !strings.Contains(holder, ":role/") || strings.Contains(holder, accountC) {
		return nil
	}
	document, err := a.Parts[0].Policy()
	counts["documents"]++
	var inexact *access.InexactError
	if err != nil {
		require.ErrorAs(t, err, &inexact)
		counts["inexact"]++
		counts[inexact.Lost[0].Why]++
	}
	text, err := json.Marshal(document)
	require.NoError(t, err)
	policy, problems := model.ParsePolicy("document", text, model.IdentityPolicy, model.ReadOptions{})
	require.False(t, model.HasErrors(problems), "%v\n%s", problems, text)
	require.NotNil(t, policy)
	kind := "users"
	entry := map[string]any{"arn": holder, "inlinePolicies": map[string]any{"Alone": document}}
	if strings.Contains(holder, ":role/") {
		kind = "roles"
		entry["trustPolicy"] = map[string]any{"Version": "2012-10-17", "Statement": []any{}}
	}
	set, err := json.Marshal(map[string]any{kind: []any{entry}})
	require.NoError(t, err)
	l := inventory.NewLoader(nil, inventory.Options{})
	l.AddData("alone.json", set)
	inv, problems := l.Finish()
	require.False(t, model.HasErrors(problems), "%v\n%s", problems, set)
	engine, err := eval.Compile(inv.Snapshot(), w.options)
	require.NoError(t, err)
	return &aloneWorld{engine: engine, answer: a, part: a.Parts[0], exact: inexact == nil, text: text}
}

func (w *aloneWorld) compare(t *testing.T, seed uint64, r model.Request, q *eval.Query, counts map[string]int) {
	action := strings.ToLower(r.Action)
	for _, fixed := range []string{"sts:assumerole", "sts:tagsession", "sts:getcalleridentity", "sts:getsessiontoken"} {
		if strings.HasPrefix(action, fixed) {
			return
		}
	}
	if strings.HasPrefix(action, "sts:") && strings.Contains(r.Resource, ":role/") {
		return // trust policies neither (E60)
	}
	if strings.Contains(r.Resource, ":key/") && (!strings.HasPrefix(action, "kms:") || strings.Contains(r.Resource, ":aws:key/")) {
		return // key policies are not what the document stands for (E80)
	}
	allowed := w.part.Allowed(r.Action, q.Resource(), q.Context())
	r.Context = q.Context()
	r.SessionPolicies, r.SessionPolicyARNs, r.ResourceAccount = nil, nil, ""
	if strings.Contains(r.Principal, ":federated-user/") {
		all := model.Policy{Kind: model.SessionPolicy, Variables: true, Statements: []model.Statement{{
			Effect: model.Allow, Actions: []string{"*"}, Resources: []string{"*"}, HasResource: true,
		}}}
		r.SessionPolicies = []*model.Policy{&all}
	}
	d, err := w.engine.Decide(r)
	if err != nil || d.Reason.Code == eval.DenyImplicitResourceCrossAccount {
		// IAM's entities of other accounts admit nobody, whoever they are (E52).
		counts["undecided alone"]++
		return
	}
	counts["documents compared"]++
	if d.Allowed() {
		counts["documents allowed"]++
	}
	if w.exact && d.Allowed() != allowed || d.Allowed() && !allowed {
		t.Fatalf("seed %d: the document alone says %v, the regions %v (exact %v)\n%+v\n%s on %s\n%s\n%s",
			seed, d.Reason, allowed, w.exact, r, r.Action, q.Resource(), w.text, described(w.answer))
	}
}
