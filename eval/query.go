package eval

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// Query is a request resolved against an engine's inventory: names looked up,
// the context completed, the layers that take part assembled. It is immutable
// and may be decided any number of times, also concurrently.
type Query struct {
	frame
	request model.Request
	// known is the action as the catalogue has it; nil without one.
	known *catalog.Action
	// named is the ARN that the request names though its action takes none; empty otherwise.
	named              string
	context            *conditions.Context
	timed              bool // date keys came from Request.At
	endpoint           *inventory.Endpoint
	ruleBroken         string // the service rule that refuses the request; empty if none
	ruleNumber         string
	refused            bool // the rule was found by the maker of the call (Refuse)
	assumptions, notes []string
	// shaky are the assumptions under which an allowed answer is not given under Options.Strict.
	shaky bool
}

// Prepare resolves a request. The error is a *RequestError where the request
// cannot be understood, and an *UnansweredError where the inventory does not
// hold what an answer needs.
func (e *Engine) Prepare(r model.Request) (*Query, error) {
	row := e.action(r.Action)
	if row == nil {
		return nil, requestError("action", quote(r.Action)+" is no action; an action is prefix:Name, without wildcards", "")
	}
	q := &Query{request: r}
	q.frame = frame{
		engine: e, row: row, action: r.Action, service: row.service, operation: row.operation, resource: cmp.Or(r.Resource, "*"),
		identity: &policySet{}, boundary: &policySet{}, limits: &policySet{}, temporary: r.Session != nil,
	}
	caller, err := resolveCaller(e, &r)
	if err != nil {
		return nil, err
	}
	q.caller = &caller
	if err := q.checkSession(); err != nil {
		return nil, err
	}
	q.applyCatalog()
	if q.target, err = q.resolveTarget(); err != nil {
		return nil, err
	}
	if q.caller.pathUnknown {
		q.assume("the role behind the session is "+q.caller.roleARN+", without a path", false)
	}
	if err := q.assembleCaller(); err != nil {
		return nil, err
	}
	q.context = q.completeContext()
	q.assembleOrganization()
	if err := q.assembleEndpoint(); err != nil {
		return nil, err
	}
	q.ruleNumber, q.ruleBroken = serviceRule(q)
	q.serviceRule = q.ruleBroken != ""
	return q, nil
}

// Decide prepares and decides a request.
func (e *Engine) Decide(r model.Request) (Decision, error) {
	if e.quickable {
		if d, ok := e.quick(&r); ok {
			return d, nil
		}
	}
	q, err := e.Prepare(r)
	if err != nil {
		return Decision{}, err
	}
	return q.Decide()
}

// checkSession refuses what is told of a session that the caller does not have.
func (q *Query) checkSession() error {
	c, r := q.caller, &q.request
	limited := len(r.SessionPolicies) > 0 || len(r.SessionPolicyARNs) > 0
	if limited && c.kind != callerRoleSession && c.kind != callerFederatedUser {
		return requestError("sessionPolicy", "a "+c.kind.String()+" has no session policy; only role sessions and federated users have", "")
	}
	if r.ParentUser != "" && c.kind != callerFederatedUser {
		return requestError("parentUser", "only a federated user has a parent user; the principal is a "+c.kind.String(), "")
	}
	if r.Session == nil {
		return nil
	}
	allowed := map[callerKind][]string{
		callerUser:          {"GetSessionToken"},
		callerRoot:          {"GetSessionToken"},
		callerRoleSession:   {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"},
		callerFederatedUser: {"GetFederationToken"},
	}[c.kind]
	if len(allowed) == 0 {
		return requestError("session", "a "+c.kind.String()+" has no session", "")
	}
	if r.Session.Type != "" && !slices.Contains(allowed, r.Session.Type) {
		return requestError("session.type", "a "+c.kind.String()+" has no session of "+quote(r.Session.Type),
			"allowed is "+strings.Join(allowed, ", "))
	}
	return nil
}

// assembleCaller collects the caller's identity policies, boundary and session policies (E5, E40, E44, E45).
func (q *Query) assembleCaller() error {
	c := q.caller
	q.identity.present = c.iam()
	if c.row != nil {
		plan := q.engine.plans.principals.get(c.row.ARN)
		q.identity, q.boundary = &plan.identity, &plan.boundary
	}
	return q.assembleSession()
}

func (q *Query) assembleSession() error {
	r := &q.request
	q.limits.present = len(r.SessionPolicies) > 0 || len(r.SessionPolicyARNs) > 0 || q.caller.kind == callerFederatedUser
	for _, document := range r.SessionPolicies {
		compiled, err := compilePolicy(document)
		if err != nil {
			return requestError("sessionPolicy", err.Error(), "")
		}
		q.limits.policies = append(q.limits.policies, compiled)
	}
	for _, arn := range r.SessionPolicyARNs {
		if _, ok := q.engine.snapshot.Policy(arn); !ok {
			return requestError("sessionPolicyArns", "no policy "+quote(arn)+" was read", "declare it under policies")
		}
	}
	q.limits.attach(q.engine, q.engine.plans.managed, r.SessionPolicyARNs, model.SessionPolicy)
	return nil
}

// assembleOrganization collects the levels of SCPs of the caller's account and
// of RCPs of the resource's account (E30 to E37).
func (q *Query) assembleOrganization() {
	c, org := q.caller, q.engine.plans.organization
	if org == nil || c.serviceLinked() {
		return
	}
	if c.iam() && c.account != org.ManagementAccount {
		q.scp = q.engine.plans.account(c.account).scp
	}
	account := q.target.account
	if q.resource == "*" && q.engine.options.UnnamedResourceHasNoRCP {
		return
	}
	if !rcpApplies(&q.frame) || account == "" || account == org.ManagementAccount {
		return
	}
	q.rcp = q.engine.plans.account(account).rcp
}

// assembleEndpoint finds the VPC endpoint that the request passes (E38).
func (q *Query) assembleEndpoint() error {
	value, state := q.context.Lookup("aws:SourceVpce")
	if state != conditions.Present || len(value.Texts()) == 0 {
		return nil
	}
	if len(value.Texts()) > 1 {
		return requestError("context", "aws:SourceVpce has several values; a request passes one endpoint", "")
	}
	id := value.Texts()[0]
	endpoint, ok := q.engine.snapshot.Endpoint(id)
	if !ok {
		q.assume("endpoint "+id+", which is not declared, has the default policy", true)
		return nil
	}
	if endpoint.Service != "" && !strings.EqualFold(endpoint.Service, q.service) {
		return requestError("context", "endpoint "+id+" serves "+endpoint.Service+"; a request of "+q.service+" cannot pass it",
			"where a service's endpoint has another name than its actions' prefix, leave the endpoint's service out")
	}
	q.endpoint = endpoint
	q.endpointPolicy = q.engine.policyOf(endpoint.Policy)
	q.gateway = endpoint.Type == inventory.Gateway
	return nil
}

// assume notes something that the answer takes for granted; each once.
func (q *Query) assume(text string, shaky bool) {
	if !slices.Contains(q.assumptions, text) {
		q.assumptions = append(q.assumptions, text)
	}
	q.shaky = q.shaky || shaky
}

// Context returns the condition keys that the request is decided with: those
// supplied and those derived (D22). It is shared and must not be changed.
func (q *Query) Context() *conditions.Context { return q.context }

// Principal returns the caller's ARN, a service's or provider's name, or "*".
func (q *Query) Principal() string { return q.caller.arn }

// Resource returns what the request is decided on: an ARN, or "*".
func (q *Query) Resource() string { return q.resource }

// RoleSession reports whether the caller is a role session.
func (q *Query) RoleSession() bool { return q.caller.kind == callerRoleSession }

// RootUser reports whether the caller is an account's root user.
func (q *Query) RootUser() bool { return q.caller.kind == callerRoot }

// MaxSessionDuration returns the longest session of the role that the request
// is about, and whether the inventory tells it.
func (q *Query) MaxSessionDuration() (time.Duration, bool) {
	p := q.target.principal
	if p == nil || p.MaxSessionDuration == 0 {
		return 0, false
	}
	return p.MaxSessionDuration, true
}

// NeedIdentity returns the query under the further rule that the caller's own
// policies must allow the request, however the trust policy names the caller:
// so it is with sts:SetSourceIdentity where a role session assumes a role (E68).
func (q *Query) NeedIdentity() *Query {
	strict := *q
	strict.identityToo = true
	return &strict
}

// Refuse explains the query as refused by a fixed rule of the service that
// only the maker of the call can know, such as a malformed session name.
func (q *Query) Refuse(rule, text string) *Explanation {
	refused := *q
	refused.ruleNumber, refused.ruleBroken, refused.refused, refused.serviceRule = rule, text, true, true
	return refused.Explain()
}
