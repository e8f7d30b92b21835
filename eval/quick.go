package eval

import (
	"strings"
	"sync"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// quick decides a request of a declared user or role on what the inventory
// settles, without making a Query: it allocates nothing. ok is false where
// something about the request takes more than that, which Prepare then does:
// sessions, fixed rules of services, strangers, and whatever is an error.
func (e *Engine) quick(r *model.Request) (d Decision, ok bool) {
	if r.Session != nil || len(r.SessionPolicies) > 0 || len(r.SessionPolicyARNs) > 0 || r.ParentUser != "" ||
		r.ResourceAccount != "" || !r.At.IsZero() {
		return d, false
	}
	row := e.action(r.Action)
	if row == nil || row.fixed {
		return d, false
	}
	if p := e.plans.principals.get(r.Principal); p != nil {
		return e.quickAs(r, row, p, &p.caller)
	}
	role, session, ok := roleOfSession(r.Principal)
	p := e.plans.sessions.get(role)
	// The kept context of a role is that of its session "session", whose name is in aws:userid.
	if !ok || p == nil || (*e.keys)["aws:userid"] || !strings.HasPrefix(r.Principal[len("arn:"):], p.caller.partition+":sts:") {
		return d, false
	}
	c := callers.Get().(*caller)
	*c = p.caller
	c.arn, c.session = r.Principal, session
	d, ok = e.quickAs(r, row, p, c)
	*c = caller{}
	callers.Put(c)
	return d, ok
}

// callers are the callers of sessions, for reuse.
var callers = sync.Pool{New: func() any { return new(caller) }}

// roleOfSession splits the ARN of a role session into the part that tells the
// role, ACCOUNT:assumed-role/NAME, and the session's name.
func roleOfSession(arn string) (role, session string, ok bool) {
	const kind = ":assumed-role/"
	at := strings.Index(arn, kind)
	last := strings.LastIndexByte(arn, '/')
	if at < 0 || last < at+len(kind) || last+1 == len(arn) || !strings.HasPrefix(arn, "arn:") {
		return "", "", false
	}
	from := at - accountLength
	if from < 1 || arn[from-1] != ':' || !strings.HasSuffix(arn[:from], ":sts::") || strings.IndexByte(arn[at+len(kind):last], '/') >= 0 || last == at+len(kind) {
		return "", "", false
	}
	return arn[from:last], arn[last+1:], true
}

// accountLength is the length of an account id.
const accountLength = 12

// quickAs is quick for a caller with a plan.
func (e *Engine) quickAs(r *model.Request, row *action, p *plan, c *caller) (d Decision, ok bool) {
	if len(p.identity.missing)+len(p.boundary.missing) > 0 {
		return d, false
	}
	env := conditions.Env{Context: r.Context, Options: e.options.Options}
	s := settled{plan: p}
	v := evaluation{options: &e.options, env: &env, settled: &s}
	f := frame{
		engine: e, row: row, action: r.Action, service: row.service, operation: row.operation, resource: r.Resource,
		caller: c, identity: &p.identity, boundary: &p.boundary, limits: &noPolicies,
	}
	if f.resource == "" {
		f.resource = "*"
	}
	if !f.quickTarget(&s) || r.Context.Steers() && !f.quickEndpoint(&s, r.Context) {
		return d, false
	}
	if !p.linked {
		f.scp = p.account.scp
		if row.rcp {
			f.rcp = s.owner.rcp
		}
	}
	v.q = &f
	v.gather()
	return authorize(&v.facts, &e.options, false), true
}

// settled is what the inventory settles of a request that was not prepared: it
// completes the context where a condition or a variable asks for a key.
type settled struct {
	plan      *plan
	owner     *accountPlan
	tagged    *contextCache
	endpoint  *endpointPlan
	forwarded bool
	complete  bool
}

// quickable reports whether requests may be decided by quick under these options.
func (o *Options) quickable() bool {
	return o.indexable() && !o.Strict && !o.UnknownUnanswered && !o.AssumedRoleMFAAbsent && !o.UnnamedResourceHasNoRCP
}

// noPolicies is the layer of session policies of a request that has none.
var noPolicies policySet

// quickTarget is resolveTarget for resources that the inventory settles.
func (f *frame) quickTarget(s *settled) bool {
	t, p := &f.target, s.plan
	s.owner = p.account
	if f.resource != "*" && f.row.resourceless {
		if f.row.known.MayTake(f.resource) {
			return false
		}
		f.resource = "*"
	}
	if f.resource == "*" {
		t.account = p.caller.account
		return true
	}
	if !splitARN(&t.arn, f.resource) || t.arn.Partition != p.caller.partition {
		return false
	}
	if t.arn.Service == "iam" {
		return f.quickIAM(s)
	}
	if declared := f.engine.plans.resourceFor(f.resource); declared != nil {
		return f.quickDeclared(s, declared)
	}
	if t.arn.Account == "" && t.arn.Service != "kms" {
		t.account = p.caller.account
		return true
	}
	if !s.ownedBy(t, t.arn.Account, f.engine) || t.arn.Service != "kms" {
		return t.account != ""
	}
	t.mandatory = true
	f.resourcePolicy = f.engine.plans.keyPolicy(t.arn.Partition, t.account)
	return t.kmsKey()
}

// ownedBy settles the owner, if it is a known account.
func (s *settled) ownedBy(t *target, account string, e *Engine) bool {
	if account == s.plan.caller.account {
		t.account = account
		return true
	}
	owner := e.plans.accounts.get(account)
	if owner == nil {
		return false
	}
	t.account, s.owner = account, owner
	return true
}

// quickIAM is a user, a role or another entity of IAM in a known account.
func (f *frame) quickIAM(s *settled) bool {
	t := &f.target
	if f.service != "iam" || t.arn.Account == "" || !s.ownedBy(t, t.arn.Account, f.engine) {
		return false
	}
	if p := f.engine.plans.principals.get(f.resource); p != nil {
		t.principal, s.tagged = p.caller.row, &p.tags
	}
	return true
}

// quickDeclared is a declared resource, or one below it.
func (f *frame) quickDeclared(s *settled, r *resourcePlan) bool {
	t := &f.target
	if r.account == nil || len(r.holder.Grants) > 0 || t.arn.Service == "kms" && !t.kmsKey() || model.IsAccountID(t.arn.Account) && t.arn.Account != r.row.Account {
		return false
	}
	t.row, t.account, s.owner = r.holder, r.row.Account, r.account
	if len(r.row.ARN) == len(f.resource) {
		t.tagged, s.tagged = r.row, &r.tags
	}
	f.resourcePolicy = r.policy
	t.mandatory = t.kmsKey()
	return true
}

// quickEndpoint finds the endpoint that a request passes, where its context
// names one, and what other keys follow from keys of the context.
func (f *frame) quickEndpoint(s *settled, c *conditions.Context) bool {
	for _, key := range [...]string{"aws:currenttime", "aws:epochtime"} {
		if _, state := c.Lookup(key); state != conditions.NotSupplied && ((*f.engine.keys)["aws:currenttime"] || (*f.engine.keys)["aws:epochtime"]) {
			return false
		}
	}
	via, state := c.Lookup("aws:CalledVia")
	s.forwarded = state == conditions.Present && via.Len() > 0
	id, state := c.Lookup("aws:SourceVpce")
	if state != conditions.Present || id.Len() == 0 {
		return true
	}
	if id.Len() > 1 {
		return false
	}
	endpoint := f.engine.plans.endpoints.get(id.Text(0))
	if endpoint == nil || endpoint.row.Service != "" && !strings.EqualFold(endpoint.row.Service, f.service) {
		return false
	}
	f.endpointPolicy, f.gateway = endpoint.policy, endpoint.row.Type == inventory.Gateway
	s.endpoint = endpoint
	return true
}

var (
	directRequest    = viaService("false")
	forwardedRequest = viaService("true")
)

func viaService(value string) *conditions.Context {
	c := conditions.NewContext()
	c.Set("aws:ViaAWSService", value)
	return c
}

// complete adds the derived keys to the context of a request that was not
// prepared, the first time that a condition or a variable asks for any.
func (v *evaluation) complete() {
	s := v.settled
	if s == nil || s.complete {
		return
	}
	s.complete = true
	usual := s.owner == s.plan.account && s.endpoint == nil && s.tagged == nil && !s.forwarded
	cache := &s.plan.usual[usualService(v.q.service)]
	if usual {
		if known := cache.Load(); known != nil && known.keys == v.q.engine.keys {
			v.env.Behind = known.behind
			return
		}
	}
	v.lookBehind()
	if usual {
		cache.Store(&usualContext{v.q.engine.keys, v.env.Behind})
	}
}

// lookBehind collects the derived keys.
func (v *evaluation) lookBehind() {
	s, f, behind := v.settled, v.q, &v.env.Behind
	if s.endpoint != nil {
		row := s.endpoint.row
		behind[0] = s.endpoint.context.get(f, func(d *derivation) { d.declaredEndpoint(row) })
	}
	behind[1] = s.plan.context.get(f, (*derivation).ofCaller)
	behind[2] = s.owner.owner.get(f, (*derivation).owner)
	switch f.service {
	case "kms":
		behind[3] = s.plan.ofService.get(f, (*derivation).ofService)
	case "s3":
		behind[3] = s.owner.bucket.get(f, (*derivation).ofService)
	}
	if s.tagged != nil {
		behind[4] = s.tagged.get(f, (*derivation).resourceTags)
	}
	behind[5] = directRequest
	if s.forwarded {
		behind[5] = forwardedRequest
	}
}

// splitARN is model.ParseARN without an error to tell.
func splitARN(a *model.ARN, text string) bool {
	rest, ok := strings.CutPrefix(text, "arn:")
	if !ok {
		return false
	}
	if a.Partition, rest, ok = cutField(rest); !ok {
		return false
	}
	if a.Service, rest, ok = cutField(rest); !ok {
		return false
	}
	if a.Region, rest, ok = cutField(rest); !ok {
		return false
	}
	if a.Account, a.Resource, ok = cutField(rest); !ok {
		return false
	}
	return a.Partition != "" && a.Service != "" && a.Resource != ""
}

// cutField cuts at the first colon. The fields of ARNs are short: looking at
// one byte after another is faster than the search that long texts pay for.
func cutField(text string) (field, rest string, ok bool) {
	for i := 0; i < len(text); i++ {
		if text[i] == ':' {
			return text[:i], text[i+1:], true
		}
	}
	return "", "", false
}
