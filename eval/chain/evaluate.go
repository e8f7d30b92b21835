package chain

import (
	"strconv"
	"strings"
	"time"

	"iamsim/eval"
	"iamsim/model"
)

// Chain is a chain whose hops were made. It is immutable and may be asked any
// number of questions, also concurrently.
type Chain struct {
	Steps []Step
	// FailedHop is the number of the hop that was refused or could not be decided; 0 if all passed.
	FailedHop int

	walk walk
	// untold is what was taken for granted of the session that the chain starts with.
	untold []untoldFact
}

// Evaluate follows the hops from the request's principal and then decides the
// request with the last session. Each hop is decided by the engine like any
// request. The request's session, parent user and session policies belong to
// the principal that the chain starts from; its context belongs to the last
// request alone, but for its time.
//
// The error is an *eval.RequestError where the request or a hop cannot be
// understood; its Field then names the hop, as in "via[2].role".
func Evaluate(e *eval.Engine, r model.Request, hops []Hop) (*Result, error) {
	c, err := Follow(e, r, hops)
	if err != nil {
		return nil, err
	}
	return c.Ask(r)
}

// Follow makes the hops from the principal of a request, up to the first that
// is refused. Of the request only what tells of the principal, and the time,
// take part. Which tags of a session that the chain starts from are transitive
// is not known, nor whether it has a source identity that was not told: none
// are taken to be, and it is taken to have none. Where the answer would be
// another one otherwise, Ask says so. Errors are those of Evaluate.
func Follow(e *eval.Engine, start model.Request, hops []Hop) (*Chain, error) {
	for i := range hops {
		if err := hops[i].check(); err != nil {
			return nil, inHop(i+1, err)
		}
	}
	c, err := follow(e, start, hops, nil)
	if err != nil {
		return nil, err
	}
	if c.FailedHop == 0 {
		c.untold = untold(e, start, hops)
	}
	return c, nil
}

// follow makes hops that were checked. What the chain starts with may be told
// to be otherwise than the request says.
func follow(e *eval.Engine, start model.Request, hops []Hop, otherwise func(*walk)) (*Chain, error) {
	c := &Chain{walk: newWalk(e, start)}
	w := &c.walk
	if otherwise != nil {
		otherwise(w)
	}
	for i := range hops {
		step, err := w.hop(i+1, hops[i])
		if err != nil {
			return nil, inHop(i+1, err)
		}
		c.Steps = append(c.Steps, step)
		if step.Failed() != nil {
			c.FailedHop = i + 1
			break
		}
	}
	return c, nil
}

// Ask decides what the chain's last session may do: the action, resource,
// resource account and context of a request. Where a hop failed, that is the
// answer to every question.
func (c *Chain) Ask(r model.Request) (*Result, error) {
	result := &Result{Steps: c.Steps, FailedHop: c.FailedHop}
	if c.FailedHop > 0 {
		if err := c.walk.understood(r); err != nil {
			return nil, err
		}
		result.Final = c.Steps[c.FailedHop-1].refusal()
		return result, nil
	}
	x, err := c.walk.engine.Explain(c.Request(r))
	if err != nil {
		if len(c.Steps) > 0 {
			err = ofSession(len(c.Steps), err)
		}
		return nil, err
	}
	if x.Answer == eval.Allowed.String() {
		for i := range c.Steps {
			c.Steps[i].addTo(x)
		}
		c.tellUntold(x, r)
	}
	result.Final = x
	return result, nil
}

// Request returns the request that the answer to a question is about: the
// question put with the last session or, where a hop failed, the call that was refused.
func (c *Chain) Request(r model.Request) model.Request {
	if c.FailedHop > 0 {
		return c.Steps[c.FailedHop-1].failing
	}
	final := c.walk.caller
	final.Action, final.Resource, final.ResourceAccount, final.Context = r.Action, r.Resource, r.ResourceAccount, r.Context
	if len(c.Steps) > 0 {
		final.Context = r.Context.Clone()
		c.walk.sessionContext(final.Context)
	}
	return final
}

// understood refuses a question that makes no sense, so that a hop that fails does not hide it.
func (w *walk) understood(r model.Request) error {
	_, err := w.engine.Prepare(model.Request{
		Principal: "*", Action: r.Action, Resource: r.Resource, ResourceAccount: r.ResourceAccount, Context: r.Context, At: r.At,
	})
	if refused, ok := err.(*eval.RequestError); ok {
		return refused
	}
	return nil
}

// inHop says which hop a request error is about.
func inHop(number int, err error) error {
	request, ok := err.(*eval.RequestError)
	if !ok {
		return err
	}
	copied := *request
	switch copied.Field {
	case "principal", "parentUser", "session", "session.type", "sessionPolicy", "sessionPolicyArns":
		if number == 1 {
			return &copied
		}
		return ofSession(number-1, err)
	case "resource":
		copied.Field = "role"
	}
	copied.Field = "via[" + strconv.Itoa(number) + "]." + copied.Field
	return &copied
}

// ofSession says which hop made the session that a request error is about.
func ofSession(number int, err error) error {
	request, ok := err.(*eval.RequestError)
	if !ok {
		return err
	}
	copied := *request
	at := "via[" + strconv.Itoa(number) + "]."
	switch copied.Field {
	case "principal":
		copied.Field = at + "role"
	case "sessionPolicy":
		copied.Field = at + "policy"
	case "sessionPolicyArns":
		copied.Field = at + "policyArns"
	}
	return &copied
}

// walk is the state of following a chain.
type walk struct {
	engine *eval.Engine
	at     time.Time
	// caller holds the principal, session and session policies that the next call is made with.
	caller         model.Request
	sourceIdentity string
	inherited      map[string]string // transitive tags under their own spelling
	// session is what the last hop returned; nil before the first.
	session *Session
	// workload is set where the caller may be a session that a service handed to a workload.
	workload bool
}

// newWalk stands at the start of a chain.
func newWalk(e *eval.Engine, start model.Request) walk {
	w := walk{engine: e, at: start.At, caller: start, workload: isRole(e.Snapshot(), start.Principal)}
	if s := start.Session; s != nil {
		w.sourceIdentity = s.SourceIdentity
	}
	return w
}

// hop makes one call.
func (w *walk) hop(number int, h Hop) (Step, error) {
	step := Step{Number: number, Hop: h}
	call, err := w.call(&h)
	if err != nil {
		return step, err
	}
	q, err := w.engine.Prepare(call)
	if err != nil {
		return w.unanswered(step, call, err)
	}
	decided := q.Explain()
	if broken := w.precondition(&h, q, &step); broken != nil && !strings.HasPrefix(decided.Reason, eval.Reason{Code: eval.DenyServiceRule}.String()) {
		decided = q.Refuse(broken.rule, broken.text)
	}
	if step.add(decided, call) {
		return step, nil
	}
	for _, action := range w.accompanying(&h) {
		beside := call
		beside.Action = action
		q, err := w.engine.Prepare(beside)
		if err != nil {
			return w.unanswered(step, beside, err)
		}
		if action == setSourceIdentity && q.RoleSession() {
			q = q.NeedIdentity()
		}
		if step.add(q.Explain(), beside) {
			return step, nil
		}
	}
	w.session = w.sessionOf(&h, q)
	w.sourceIdentity = w.session.SourceIdentity
	w.inherited = w.session.TransitiveTags
	w.caller = w.session.request(w.at)
	w.workload = isService(q.Principal())
	step.Session = w.session
	return step, nil
}

// add keeps a decision and reports whether it refuses the hop.
func (s *Step) add(x *eval.Explanation, r model.Request) bool {
	s.Checks = append(s.Checks, x)
	if x.Answer == eval.Allowed.String() {
		return false
	}
	s.failing = r
	return true
}

// unanswered turns a call that cannot be decided into the step's answer.
func (w *walk) unanswered(step Step, call model.Request, err error) (Step, error) {
	if _, ok := err.(*eval.UnansweredError); !ok {
		return step, err
	}
	x, err := w.engine.Explain(call)
	if err != nil {
		return step, err
	}
	step.add(x, call)
	return step, nil
}

const (
	tagSession        = "sts:TagSession"
	setSourceIdentity = "sts:SetSourceIdentity"
)

// accompanying lists the actions that must be allowed besides the call (E68).
func (w *walk) accompanying(h *Hop) []string {
	var out []string
	if len(h.Tags) > 0 || len(w.inherited) > 0 && h.assumes() {
		out = append(out, tagSession)
	}
	if h.assumes() && w.identityAfter(h) != "" {
		out = append(out, setSourceIdentity)
	}
	return out
}

// identityAfter is the source identity of the session that the hop returns.
func (w *walk) identityAfter(h *Hop) string {
	if w.sourceIdentity != "" {
		return w.sourceIdentity
	}
	return h.SourceIdentity
}

// call makes the request that the hop is.
func (w *walk) call(h *Hop) (model.Request, error) {
	r := w.caller
	if err := w.checkContext(h); err != nil {
		return r, err
	}
	r.Action, r.At, r.ResourceAccount = h.action(), w.at, ""
	r.Context = w.callContext(h)
	for _, arn := range h.PolicyARNs {
		if _, ok := w.engine.Snapshot().Policy(arn); !ok {
			return r, &eval.RequestError{Field: "policyArns", Message: "no policy " + strconv.Quote(arn) + " was read", Hint: "declare it under policies"}
		}
	}
	var err error
	switch h.action() {
	case GetSessionToken:
		r.Resource = "*"
	case GetFederationToken:
		r.Resource, err = w.federatedUser(h)
	default:
		r.Resource, err = w.role(h.Role)
	}
	return r, err
}

// federatedUser is the ARN of the user that GetFederationToken makes.
func (w *walk) federatedUser(h *Hop) (string, error) {
	name := w.caller.Principal
	if found := w.engine.Snapshot().FindPrincipals(name); len(found) == 1 {
		name = found[0].ARN
	}
	caller, err := model.ParseARN(name)
	if err != nil {
		return "", &eval.RequestError{Field: "action", Message: GetFederationToken + " is called by an IAM user, not by " + strconv.Quote(name)}
	}
	return "arn:" + caller.Partition + ":sts::" + caller.Account + ":federated-user/" + h.Name, nil
}
