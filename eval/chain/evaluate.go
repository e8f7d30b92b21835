package chain

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// Evaluate follows the hops from the request's principal and then decides the
// request with the last session. Each hop is decided by the engine like any
// request. The request's session, parent user and session policies belong to
// the principal that the chain starts from; its context belongs to the last
// request alone, but for its time.
//
// The error is an *eval.RequestError where the request or a hop cannot be
// understood; its Field then names the hop, as in "via[2].role".
func Evaluate(e *eval.Engine, r model.Request, hops []Hop) (*Result, error) {
	w := &walk{engine: e, at: r.At, caller: r}
	w.caller.Context = nil
	if s := r.Session; s != nil {
		w.sourceIdentity = s.SourceIdentity
	}
	result := &Result{}
	for i := range hops {
		step, err := w.hop(i+1, hops[i])
		if err != nil {
			return nil, inHop(i+1, err)
		}
		result.Steps = append(result.Steps, step)
		if failed := step.Failed(); failed != nil {
			result.FailedHop = i + 1
			result.Final = failed
			failed.Hop = i + 1
			return result, nil
		}
	}
	final := w.caller
	final.Action, final.Resource, final.ResourceAccount, final.Context = r.Action, r.Resource, r.ResourceAccount, r.Context
	x, err := e.Explain(final)
	if err != nil {
		return nil, err
	}
	result.Final = x
	if x.Answer == eval.Allowed.String() {
		for i := range result.Steps {
			result.Steps[i].addTo(x)
		}
	}
	return result, nil
}

// addTo adds to an allowed answer what its hops rest on: it is allowed only if they are.
func (s *Step) addTo(x *eval.Explanation) {
	hop := "hop " + strconv.Itoa(s.Number)
	for _, check := range s.Checks {
		for _, text := range check.Assumptions {
			x.Assumptions = append(x.Assumptions, hop+": "+text)
		}
		for _, key := range check.DependsOn {
			if !slices.Contains(x.DependsOn, key) {
				x.DependsOn = append(x.DependsOn, key)
			}
		}
		for _, rule := range check.UncertainRules {
			if !slices.Contains(x.UncertainRules, rule) {
				x.UncertainRules = append(x.UncertainRules, rule)
			}
		}
		x.Decision.FarSide = x.Decision.FarSide || check.Decision.FarSide
		if proviso, ok := strings.CutPrefix(check.Headline, "allowed if "); ok {
			proviso, _, _ = strings.Cut(proviso, ":")
			x.Headline += "; " + hop + " only if " + proviso
		}
	}
	for _, text := range s.Notes {
		x.Notes = append(x.Notes, hop+": "+text)
	}
	slices.Sort(x.DependsOn)
}

// inHop says which hop a request error is about.
func inHop(number int, err error) error {
	if request, ok := err.(*eval.RequestError); ok {
		copied := *request
		copied.Field = "via[" + strconv.Itoa(number) + "]." + copied.Field
		return &copied
	}
	return err
}

// walk is the state of following a chain.
type walk struct {
	engine *eval.Engine
	at     time.Time
	// caller holds the principal, session and session policies that the next call is made with.
	caller         model.Request
	sourceIdentity string
	inherited      map[string]string // transitive tags under their own spelling
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
	if broken := w.precondition(&h, q, &step); broken != nil && !strings.HasPrefix(decided.Reason, "DENY_SERVICE_RULE") {
		decided = q.Refuse(broken.rule, broken.text)
	}
	step.Checks = append(step.Checks, decided)
	if step.Failed() != nil {
		return step, nil
	}
	for _, action := range w.accompanying(&h) {
		beside := call
		beside.Action = action
		x, err := w.engine.Explain(beside)
		if err != nil {
			return step, err
		}
		step.Checks = append(step.Checks, x)
		if step.Failed() != nil {
			return step, nil
		}
	}
	step.Session = w.session(&h, q, &step)
	return step, nil
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
	step.Checks = append(step.Checks, x)
	return step, nil
}

// accompanying lists the actions that must be allowed besides the call (E68).
func (w *walk) accompanying(h *Hop) []string {
	var out []string
	if h.action() != GetSessionToken && (len(h.Tags) > 0 || len(w.inherited) > 0 && assumes(h)) {
		out = append(out, "sts:TagSession")
	}
	if assumes(h) && w.identityAfter(h) != "" {
		out = append(out, "sts:SetSourceIdentity")
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

// assumes reports whether the hop assumes a role.
func assumes(h *Hop) bool {
	return h.action() != GetFederationToken && h.action() != GetSessionToken
}

// call makes the request that the hop is.
func (w *walk) call(h *Hop) (model.Request, error) {
	r := w.caller
	r.Action, r.At, r.ResourceAccount = h.action(), w.at, ""
	r.Context = w.callContext(h)
	switch h.action() {
	case GetSessionToken:
		r.Resource = "*"
	case GetFederationToken:
		principal, err := model.ParseARN(r.Principal)
		if err != nil {
			if p := w.engine.Snapshot().FindPrincipals(r.Principal); len(p) == 1 {
				principal, err = model.ParseARN(p[0].ARN)
			}
		}
		if err != nil {
			return r, &eval.RequestError{Field: "action", Message: "GetFederationToken is called by an IAM user, not by " + strconv.Quote(r.Principal)}
		}
		r.Resource = "arn:" + principal.Partition + ":sts::" + principal.Account + ":federated-user/" + h.Name
	default:
		role, err := w.role(h.Role)
		if err != nil {
			return r, err
		}
		r.Resource = role
	}
	return r, nil
}

// role resolves the role to assume, which may be a short name.
func (w *walk) role(name string) (string, error) {
	if strings.HasPrefix(name, "arn:") {
		return name, nil
	}
	found := w.engine.Snapshot().FindPrincipals(name)
	if len(found) == 1 {
		return found[0].ARN, nil
	}
	err := &eval.RequestError{Field: "role", Message: "no role is called " + strconv.Quote(name), Hint: "give its ARN"}
	if len(found) > 1 {
		err.Message = "several roles are called " + strconv.Quote(name)
	}
	for _, p := range found {
		err.Candidates = append(err.Candidates, p.ARN)
	}
	return "", err
}

// callContext holds the keys that the call itself carries (D.4, E63). All of
// them are known: what the hop does not pass is absent.
func (w *walk) callContext(h *Hop) *conditions.Context {
	c := h.Context.Clone()
	set := func(key, value string) {
		if _, state := c.Lookup(key); state != conditions.NotSupplied {
			return
		}
		if value == "" {
			c.SetAbsent(key)
			return
		}
		c.Set(key, value)
	}
	duration := ""
	if h.Duration > 0 {
		duration = strconv.FormatInt(int64(h.Duration/time.Second), 10)
	}
	set("sts:DurationSeconds", duration)
	if assumes(h) {
		set("sts:RoleSessionName", h.sessionName())
		set("sts:SourceIdentity", w.identityAfter(h))
	}
	set("sts:ExternalId", h.ExternalID)
	w.tagContext(h, c)
	for _, key := range w.engine.RequestTagKeys() {
		if _, state := c.Lookup(key); state == conditions.NotSupplied {
			c.SetAbsent(key)
		}
	}
	return c
}

// tagContext sets the keys of the tags that the call passes or inherits.
func (w *walk) tagContext(h *Hop, c *conditions.Context) {
	tags := map[string]string{}
	if assumes(h) {
		for key, value := range w.inherited {
			tags[key] = value
		}
	}
	for key, value := range h.Tags {
		tags[key] = value
	}
	keys := sorted(tags)
	for _, key := range keys {
		if _, state := c.Lookup("aws:RequestTag/" + key); state == conditions.NotSupplied {
			c.Set("aws:RequestTag/"+key, tags[key])
		}
	}
	if _, state := c.Lookup("aws:TagKeys"); state == conditions.NotSupplied {
		c.SetList("aws:TagKeys", keys...)
	}
	transitive := append([]string(nil), h.TransitiveTagKeys...)
	if assumes(h) {
		transitive = append(transitive, sorted(w.inherited)...)
	}
	if _, state := c.Lookup("sts:TransitiveTagKeys"); state == conditions.NotSupplied {
		c.SetList("sts:TransitiveTagKeys", transitive...)
	}
}

func (h *Hop) sessionName() string {
	if h.SessionName == "" {
		return "session"
	}
	return h.SessionName
}
