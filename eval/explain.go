package eval

import (
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// Explain prepares, decides and explains a request. The error is a
// *RequestError; a question that cannot be answered is an Explanation whose
// Answer is "unanswered".
func (e *Engine) Explain(r model.Request) (*Explanation, error) {
	q, err := e.Prepare(r)
	if err == nil {
		return q.Explain(), nil
	}
	if unanswered, ok := err.(*UnansweredError); ok {
		x := &Explanation{Principal: r.Principal, Action: r.Action, Resource: r.Resource}
		if x.Resource == "" {
			x.Resource = "*"
		}
		x.refuse(unanswered.Error())
		return x, nil
	}
	return nil, err
}

// refuse turns an explanation into that of an unanswered question.
func (x *Explanation) refuse(why string) {
	x.Answer, x.Reason, x.PolicyType, x.GrantedBy = "unanswered", "", "", nil
	x.Decision = Decision{}
	x.Causes, x.Statements = nil, nil
	x.Unanswered = why
	x.Headline = "unanswered: " + why
}

// explainer collects what one evaluation saw.
type explainer struct {
	q        *Query
	o        *Options
	e        *evaluation
	visits   []visit
	decision Decision
}

// Explain decides the query and says why, at length.
func (q *Query) Explain() *Explanation {
	o := &q.engine.options
	ex := &explainer{q: q, o: o, e: newEvaluation(q, q.context, o, false)}
	ex.e.see = func(v visit) { ex.visits = append(ex.visits, v) }
	ex.e.gather()
	ex.decision = authorize(&ex.e.facts, o, false)

	x := &Explanation{
		Principal: q.caller.arn, Action: q.action, Resource: q.resource, ResourceAccount: q.target.account,
		Decision: ex.decision, Answer: ex.decision.Result().String(), Reason: ex.decision.Reason.String(),
		Notes: append(append([]string(nil), q.notes...), ex.notModelled()...),
	}
	x.Layers = ex.layers()
	if err := ex.e.unread(); err != nil {
		x.refuse(err.Error())
		return x
	}
	x.GrantedBy = ex.grantedBy()
	x.Causes = ex.causes()
	x.PolicyType = ex.policyType(ex.decision.Reason.Code)
	x.Statements = ex.decisive()
	x.NearMisses = ex.nearMisses()
	x.Assumptions = append(x.Assumptions, q.assumptions...)
	x.Assumptions = append(x.Assumptions, ex.farSides()...)
	canonical := ex.canonicalIDs()
	x.Assumptions = append(x.Assumptions, canonical...)
	var partial bool
	if !q.refused {
		x.UncertainRules = ex.uncertainRules()
		x.DependsOn, partial = ex.dependsOn()
	}
	if partial {
		x.Notes = append(x.Notes, "too many keys were not supplied to try their values together; dependsOn lists every one that could matter")
	}
	x.NotSupplied = ex.notSupplied()
	x.Notes = append(append(x.Notes, ex.neverSent()...), ex.onNamed()...)
	x.Context = q.contextKeys()
	x.TimeUsed = q.timed && ex.testsTime()
	x.Headline = ex.headline(x)
	ex.applyStrictness(x, len(canonical) > 0)
	return x
}

// applyStrictness refuses an answer that rests on something open, where the options ask for that.
func (ex *explainer) applyStrictness(x *Explanation, canonical bool) {
	var open []string
	if (ex.o.Strict || ex.o.UnknownUnanswered) && len(x.DependsOn) > 0 {
		open = append(open, "the answer depends on "+list(x.DependsOn)+", which the request does not supply")
	}
	if ex.o.Strict {
		if ex.decision.Allowed() && (ex.q.shaky || canonical) {
			open = append(open, "the answer assumes that "+strings.Join(x.Assumptions, "; "))
		}
		for _, u := range x.UncertainRules {
			if (u.AnswerOtherwise == Allowed.String()) != ex.decision.Allowed() {
				open = append(open, "the answer rests on the uncertain rule "+u.Rule+" ("+u.Question+"): with --assume "+u.Name+"="+u.Alternative+" it is "+u.AnswerOtherwise)
			}
		}
	}
	if len(open) > 0 {
		x.refuse(strings.Join(open, "; "))
	}
}

// policyType names the layer of a reason code (docs/formats.md, policyType).
func (ex *explainer) policyType(c Code) PolicyType {
	resource := ResourcePolicyType
	if ex.q.target.trust {
		resource = TrustPolicyType
	}
	switch c {
	case AllowAlways, DenyServiceRule:
		return ServiceRuleType
	case AllowKMSGrant:
		return KMSGrantType
	case DenyExplicitRCP, DenyImplicitRCPLevel:
		return ResourceControlPolicyType
	case DenyExplicitSCP, DenyImplicitSCPLevel:
		return ServiceControlPolicyType
	case DenyExplicitVPCE, DenyImplicitVPCE:
		return EndpointPolicyType
	case DenyExplicitResource, DenyImplicitResource, DenyImplicitResourceCrossAccount, AllowResource:
		return resource
	case DenyExplicitBoundary, DenyImplicitBoundary:
		return PermissionsBoundaryType
	case DenyExplicitSession, DenyImplicitSession:
		return SessionPolicyType
	}
	return IdentityPolicyType
}

// layerType names a layer's policies.
func (ex *explainer) layerType(l layer) PolicyType { return ex.policyType(explicitDenyOf[l]) }

func (ex *explainer) grantedBy() []PolicyType {
	if !ex.decision.Allowed() {
		return nil
	}
	if c := ex.decision.Reason.Code; c != AllowIdentityAndResource {
		return []PolicyType{ex.policyType(c)}
	}
	return []PolicyType{IdentityPolicyType, ex.policyType(AllowResource)}
}

// causes lists every cause of a denial in the order of E91: the first is
// taken away, the rest decided again, until the request would be allowed.
func (ex *explainer) causes() []Cause {
	f := ex.e.facts
	var out []Cause
	for range 4 * int(layerCount) {
		d := authorize(&f, ex.o, false)
		if d.Allowed() {
			break
		}
		out = append(out, ex.cause(d.Reason))
		remove(&f, d.Reason.Code)
	}
	return out
}

// remove makes the facts as if a cause did not exist.
func remove(f *facts, c Code) {
	switch c {
	case DenyServiceRule:
		f.serviceRule = false
	case DenyImplicitRCPLevel:
		f.rcp = allLevels
	case DenyImplicitSCPLevel:
		f.scp = allLevels
	case DenyImplicitVPCE:
		f.endpoint = conditions.True
	case DenyImplicitResource, DenyImplicitResourceCrossAccount:
		f.sure, f.farResource = f.sure|kindAccount, false
	case DenyImplicitIdentity, DenyImplicitIdentityCrossAccount:
		f.identity, f.farPrincipal = conditions.True, false
	case DenyImplicitBoundary:
		f.boundary = conditions.True
	case DenyImplicitSession:
		f.session = conditions.True
	}
	for l, code := range explicitDenyOf {
		if c == code {
			f.deny[l] = conditions.False
		}
	}
}

// typeWords are AWS's words for the kinds of policies in access-denied messages (E91).
var typeWords = map[PolicyType]string{
	IdentityPolicyType:        "identity-based policy",
	ResourcePolicyType:        "resource-based policy",
	TrustPolicyType:           "role trust policy",
	PermissionsBoundaryType:   "permissions boundary",
	SessionPolicyType:         "session policy",
	ServiceControlPolicyType:  "service control policy",
	ResourceControlPolicyType: "resource control policy",
	EndpointPolicyType:        "VPC endpoint policy",
}

func (ex *explainer) cause(r Reason) Cause {
	kind := ex.policyType(r.Code)
	c := Cause{Reason: r.String(), PolicyType: kind}
	words := typeWords[kind]
	switch {
	case r.Code == DenyServiceRule:
		c.Text = ex.q.ruleBroken + " (rule " + ex.q.ruleNumber + ")"
	case r.Result() == ExplicitDeny:
		article := "a "
		if strings.HasPrefix(words, "i") {
			article = "an "
		}
		c.Text = "an explicit deny in " + article + words
	default:
		c.Text = "no " + words + " allows the " + ex.q.action + " action"
		c.Text += ex.detail(r)
	}
	return c
}

// detail says what AWS's wording leaves out of an implicit deny.
func (ex *explainer) detail(r Reason) string {
	q := ex.q
	name := func(levels []level) string {
		if int(r.Level) < len(levels) && levels[r.Level].name != "" {
			return " at " + levels[r.Level].name
		}
		return ""
	}
	switch r.Code {
	case DenyImplicitSCPLevel:
		return name(q.scp)
	case DenyImplicitRCPLevel:
		return name(q.rcp)
	case DenyImplicitVPCE:
		return " at " + endpointName(q.endpoint)
	case DenyImplicitResourceCrossAccount:
		if q.resourcePolicy == nil && !q.target.far {
			return ": " + q.resource + " has none, and its account " + q.target.account + " is not the caller's"
		}
		return " for a caller of another account"
	case DenyImplicitResource:
		if q.resourcePolicy == nil {
			return ": " + q.resource + " has none"
		}
	case DenyImplicitIdentity:
		if ex.e.facts.sure&kindAccount != 0 {
			return "; the " + typeWords[ex.policyType(AllowResource)] + " leaves it to the account's own policies"
		}
	}
	return ""
}

func (ex *explainer) ref(l layer, s *statement) StatementRef {
	p := s.source.Position
	return StatementRef{
		PolicyType: ex.layerType(l), Policy: s.policy.source.Name, Index: s.source.Index, Sid: s.source.Sid,
		Effect: s.source.Effect.String(), File: p.File, Line: p.Line, Column: p.Column,
	}
}

// decisive lists the Deny statements of an explicit deny, or the Allow
// statements of the layers that grant.
func (ex *explainer) decisive() []StatementRef {
	var out []StatementRef
	for _, v := range ex.visits {
		if v.applies != conditions.True {
			continue
		}
		deny := v.statement.source.Effect == model.Deny
		switch {
		case ex.decision.Result() == ExplicitDeny:
			if deny && explicitDenyOf[v.layer] == ex.decision.Reason.Code {
				out = append(out, ex.ref(v.layer, v.statement))
			}
		case ex.decision.Allowed() && !deny:
			for _, granting := range ex.grantedBy() {
				if granting == ex.layerType(v.layer) {
					out = append(out, ex.ref(v.layer, v.statement))
				}
			}
		}
	}
	return out
}

// farSides are the assumptions of an answer that another account has to confirm.
func (ex *explainer) farSides() []string {
	if !ex.decision.FarSide {
		return nil
	}
	var out []string
	if ex.e.facts.farPrincipal {
		out = append(out, "account "+ex.q.caller.account+", of which nothing was read, allows the caller the request")
	}
	if ex.e.facts.farResource {
		out = append(out, "account "+ex.q.target.account+", of which nothing was read, allows the request on "+ex.q.resource)
	}
	return out
}

// canonicalIDs returns an assumption where the answer rests on the caller's
// not being behind a canonical user id that a policy names (B39).
func (ex *explainer) canonicalIDs() []string {
	e := newEvaluation(ex.q, ex.q.context, ex.o, false)
	e.canonicalIDs = true
	e.gather()
	if authorize(&e.facts, ex.o, false).Allowed() == ex.decision.Allowed() {
		return nil
	}
	return []string{"no canonical user id that the resource-based policy names is the caller's (rule B39: such ids are compared as text only)"}
}

// testsTime reports whether a statement whose other parts match tests the time.
func (ex *explainer) testsTime() bool {
	for _, v := range ex.fitting() {
		s := v.statement
		for _, entry := range s.condition {
			for _, key := range append([]string{entry.Key()}, entry.Variables()...) {
				if k := conditions.FoldKey(key); k == "aws:currenttime" || k == "aws:epochtime" {
					return true
				}
			}
		}
	}
	return false
}

// uncertainRules decides again under the other reading of each uncertain
// rule and lists those with which the answer is another.
func (ex *explainer) uncertainRules() []UncertainRule {
	var out []UncertainRule
	for _, info := range optionTable {
		if info.field == nil {
			continue
		}
		o := *ex.o
		field := info.field(&o)
		assumed, alternative := info.Default, info.Alternative
		if *field {
			assumed, alternative = alternative, assumed
		}
		*field = !*field
		otherwise := "unanswered"
		if q, err := ex.q.engine.With(o).Prepare(ex.q.request); err == nil {
			q.identityToo = ex.q.identityToo
			if d, err := q.decide(); err == nil {
				otherwise = d.Result().String()
			}
		}
		if otherwise == ex.decision.Result().String() {
			continue
		}
		out = append(out, UncertainRule{
			Rule: info.Rule, Name: info.Name, Assumed: assumed, Alternative: alternative,
			AnswerOtherwise: otherwise, Question: info.Question,
		})
	}
	return out
}

// list joins names as a sentence does: a, b and c.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
