package eval_test

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/eval"
)

// refLayer is a layer of policies in the order of E91.
type refLayer int

const (
	rcpLayer refLayer = iota
	scpLayer
	endpointLayer
	resourceLayer
	identityLayer
	boundaryLayer
	sessionLayer
)

var layerNames = map[refLayer]string{
	rcpLayer: "RCP", scpLayer: "SCP", endpointLayer: "VPCE", resourceLayer: "RESOURCE",
	identityLayer: "IDENTITY", boundaryLayer: "BOUNDARY", sessionLayer: "SESSION",
}

// refAnswer is what a request comes to: a reason code, or why there is none.
type refAnswer struct {
	reason  string
	farSide bool
	failure string // "request" or "unanswered"
}

func (a refAnswer) String() string {
	if a.failure != "" {
		return a.failure
	}
	if a.farSide {
		return a.reason + " (far side)"
	}
	return a.reason
}

// refEval is one evaluation.
type refEval struct {
	w        *refWorld
	o        eval.Options
	req      *refRequest
	caller   *refCaller
	ctx      refContext
	owner    string       // of the resource; empty: not known whose
	ownerFar bool         // the owner's account is unknown
	noPolicy bool         // the resource is known to have no policy
	declared *refResource // the entry that serves the resource
	policy   *refDoc      // its resource-based policy
	policyOf string       // ARN of the resource that the policy hangs on
	must     bool         // E60, E80
	trust    bool
	endpoint *refEndpoint
}

// refDecide is rule E.14.
func refDecide(w *refWorld, q *refRequest, o eval.Options) refAnswer {
	c, ok := w.caller(q)
	if !ok {
		return refAnswer{failure: "request"}
	}
	if (len(q.sessionPolicies) > 0 || len(q.sessionARNs) > 0) && c.kind != roleSession && c.kind != federatedUser {
		return refAnswer{failure: "request"}
	}
	r := &refEval{w: w, o: o, req: q, caller: c}
	if failure := r.findResource(); failure != "" {
		return refAnswer{failure: failure}
	}
	r.derive()
	// Without a near side there is no answer.
	open := !c.iam() && (r.ownerFar || r.owner == "" && !r.noPolicy) || c.iam() && !c.known && !w.known()[r.owner]
	passes, fixed := r.findEndpoint(), r.fixedRules()
	switch {
	case open && fixed == "":
		return refAnswer{failure: "unanswered"}
	case !passes:
		return refAnswer{failure: "request"}
	case fixed != "":
		return refAnswer{reason: fixed}
	}
	return r.authorize()
}

func prefixOf(action string) string { return lowered(strings.Split(action, ":")[0]) }

// layerResult is what a layer said: the kinds of its Allows, and whether a Deny applies.
type layerResult struct {
	allows []principalKind
	deny   bool
}

// documents evaluates the documents of a layer together.
func (r *refEval) documents(layer refLayer, docs ...*refDoc) layerResult {
	var out layerResult
	for _, d := range docs {
		for _, s := range d.stmts {
			kind, applies := r.statement(layer, d, s)
			switch {
			case applies && s.effect == "Deny":
				out.deny = true
			case applies:
				out.allows = append(out.allows, kind)
			}
		}
	}
	return out
}

// statement tells whether a statement applies, and in which kind.
func (r *refEval) statement(layer refLayer, d *refDoc, s *refStmt) (principalKind, bool) {
	allow := s.effect == "Allow"
	if !r.actionPart(s) || !r.resourcePart(layer, d, s) {
		return noKind, false
	}
	kind := wildcardKind
	if layer == resourceLayer || layer == endpointLayer {
		switch {
		case s.principals.not && !r.notPrincipal(s.principals, allow, layer):
			return noKind, false
		case !s.principals.not:
			kind = r.principal(s.principals, allow, layer)
		}
	}
	return kind, kind != noKind && refCondition(s.cond, d.variables(), r)
}

func (r *refEval) actionPart(s *refStmt) bool {
	if s.notAction && len(s.actions) == 0 {
		return !r.o.EmptyNotActionMatchesNone
	}
	listed := slices.ContainsFunc(s.actions, func(p string) bool { return refMatchesAction(p, r.req.action, r.o) })
	return listed != s.notAction
}

func (r *refEval) resourcePart(layer refLayer, d *refDoc, s *refStmt) bool {
	if s.element == noResource {
		return r.trust || !r.must && r.withoutResource(s.effect == "Allow") // A41, E82
	}
	completed := layer == identityLayer || layer == boundaryLayer || r.o.ShortPatternsCompleted && layer != sessionLayer
	some, lost := false, false
	for _, p := range s.resources {
		if rest, ok := strings.CutPrefix(p, "execute-api:/"); ok && layer == resourceLayer && r.declared != nil && strings.Contains(r.declared.arn, ":execute-api:") {
			p = r.declared.arn + "/" + rest // A19
		}
		if !onlyStars(p) && !strings.HasPrefix(p, "arn:") {
			continue // A19: matches nothing
		}
		// In a Deny, B18 lists nothing in NotResource: it must not lift the Deny.
		buckets := s.element == plainResource || s.effect == "Allow"
		matches, unresolved := refMatchesResource(p, completed, buckets, r, d.variables())
		some, lost = some || matches, lost || unresolved
	}
	if s.element == plainResource {
		return some
	}
	if lost && s.effect == "Allow" && !r.o.UnresolvedNotResourceListsNothing {
		return false // D7
	}
	return !some
}

// withoutResource tells what a statement without Resource means (A41): the
// resource that the policy hangs on, in a Deny also what lies below it. S3, SNS
// and SQS want the resource named.
func (r *refEval) withoutResource(allow bool) bool {
	named := slices.Contains([]string{"s3", "sns", "sqs"}, strings.Split(r.policyOf, ":")[2])
	return !allow || !named && r.req.resource == r.policyOf
}

// levels are the SCPs or RCPs from the root to the account; nil: none take part.
func (r *refEval) levels(account string, rcps bool) [][]*refDoc {
	var out [][]*refDoc
	full := &refDoc{version: "2012-10-17", stmts: []*refStmt{
		{effect: "Allow", actions: []string{"*"}, element: plainResource, resources: []string{"*"}},
	}}
	for _, n := range r.w.path(account) {
		list := n.scps
		level := []*refDoc{}
		if rcps {
			list = n.rcps
			level = append(level, full)
		} else if n.scpsLeft {
			level = append(level, full)
		}
		for _, c := range list {
			if c.doc == nil {
				level = append(level, full)
			} else {
				level = append(level, c.doc)
			}
		}
		out = append(out, level)
	}
	return out
}

// authorize is the part of E.14 from step 2 on.
func (r *refEval) authorize() refAnswer {
	c, w := r.caller, r.w
	action := lowered(r.req.action)
	same := c.iam() && c.account == r.owner

	var scps, rcps [][]*refDoc
	if c.iam() && !c.serviceLinked() && !w.managementAccount(c.account) {
		scps = r.levels(c.account, false)
	}
	unnamed := r.req.resource == "*" && r.o.UnnamedResourceHasNoRCP
	if slices.Contains(rcpServices, prefixOf(action)) && !c.serviceLinked() && !w.managementAccount(r.owner) &&
		action != "kms:retiregrant" && !(strings.HasPrefix(action, "kms:") && awsAlias.MatchString(r.req.resource)) && !unnamed {
		rcps = r.levels(r.owner, true)
	}
	hasEndpoint := r.endpoint != nil
	sessions, hasSession := r.sessions()

	result := map[refLayer]layerResult{
		rcpLayer: r.documents(rcpLayer, slices.Concat(rcps...)...),
		scpLayer: r.documents(scpLayer, slices.Concat(scps...)...),
	}
	if hasEndpoint {
		result[endpointLayer] = r.documents(endpointLayer, r.endpoint.policy)
	}
	if r.policy != nil && r.req.resource != "*" {
		result[resourceLayer] = r.documents(resourceLayer, r.policy)
	}
	identity, boundary := r.identityDocuments()
	result[identityLayer] = r.documents(identityLayer, identity...)
	if boundary != nil {
		result[boundaryLayer] = r.documents(boundaryLayer, boundary)
	}
	result[sessionLayer] = r.documents(sessionLayer, sessions...)

	// 4
	for layer := rcpLayer; layer <= sessionLayer; layer++ {
		if result[layer].deny && !(layer == resourceLayer && r.ownBucketPolicy()) {
			return refAnswer{reason: "DENY_EXPLICIT_" + layerNames[layer]}
		}
	}
	// 5
	for n, level := range rcps {
		if len(r.documents(rcpLayer, level...).allows) == 0 {
			return refAnswer{reason: fmt.Sprintf("DENY_IMPLICIT_RCP_LEVEL_%d", n)}
		}
	}
	for n, level := range scps {
		if len(r.documents(scpLayer, level...).allows) == 0 {
			return refAnswer{reason: fmt.Sprintf("DENY_IMPLICIT_SCP_LEVEL_%d", n)}
		}
	}
	if hasEndpoint && len(result[endpointLayer].allows) == 0 {
		return refAnswer{reason: "DENY_IMPLICIT_VPCE"}
	}
	// 6
	bnd := boundary == nil || len(result[boundaryLayer].allows) > 0
	ses := !hasSession || r.sessionsAllow(sessions)
	if r.granted() && (bnd && ses || r.o.GrantsIgnoreLimits) {
		return refAnswer{reason: "ALLOW_KMS_GRANT", farSide: c.iam() && !c.known}
	}
	return r.combine(same, result, bnd, ses, hasSession && len(sessions) == 0)
}

// combine is steps 7 to 10.
func (r *refEval) combine(same bool, result map[refLayer]layerResult, bnd, ses, noSession bool) refAnswer {
	c := r.caller
	answer := func(reason string) refAnswer { return refAnswer{reason: reason} }
	kinds := result[resourceLayer].allows
	// 7
	if !c.iam() {
		switch {
		case r.ownerFar:
			return refAnswer{reason: "ALLOW_RESOURCE", farSide: true}
		case len(kinds) > 0:
			return answer("ALLOW_RESOURCE")
		}
		return answer("DENY_IMPLICIT_RESOURCE")
	}
	// 8
	id := len(result[identityLayer].allows) > 0 || c.kind == rootUser
	far := false
	if !c.known { // the far side is the caller's
		id, bnd, far = true, true, true
	}
	// 9
	if !same {
		switch {
		case len(kinds) == 0 && !r.ownerFar:
			return answer("DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT")
		case !id:
			return answer("DENY_IMPLICIT_IDENTITY_CROSS_ACCOUNT")
		case !bnd:
			return answer("DENY_IMPLICIT_BOUNDARY")
		case !ses:
			return answer("DENY_IMPLICIT_SESSION")
		}
		return refAnswer{reason: "ALLOW_IDENTITY_AND_RESOURCE", farSide: far || r.ownerFar}
	}
	// 10
	if r.must && len(kinds) == 0 {
		return answer("DENY_IMPLICIT_RESOURCE")
	}
	var asideID, asideBnd, asideSes bool
	for _, k := range kinds {
		asideID = asideID || k >= parentKind
		asideBnd = asideBnd || k >= wildcardKind
		asideSes = asideSes || k == directKind ||
			k == wildcardKind && !(r.o.FederatedUserNeedsOwnARN && c.kind == federatedUser && noSession)
	}
	if r.trust && c.kind == iamUser && !r.o.TrustSetsBoundaryAside {
		asideBnd, asideSes = false, false
	}
	switch {
	case !id && !asideID:
		return answer("DENY_IMPLICIT_IDENTITY")
	case !bnd && !asideBnd:
		return answer("DENY_IMPLICIT_BOUNDARY")
	case !ses && !asideSes:
		return answer("DENY_IMPLICIT_SESSION")
	case r.must && asideID:
		return answer("ALLOW_RESOURCE")
	case r.must:
		return answer("ALLOW_IDENTITY_AND_RESOURCE")
	case id && bnd && ses && c.kind == rootUser:
		return answer("ALLOW_ROOT_USER")
	case id && bnd && ses:
		return answer("ALLOW_IDENTITY")
	}
	return answer("ALLOW_RESOURCE")
}

// ownBucketPolicy is the exception of E3 for the root user.
func (r *refEval) ownBucketPolicy() bool {
	fields := strings.SplitN(r.req.resource, ":", 6)
	return r.caller.kind == rootUser && r.caller.account == r.owner && len(fields) == 6 && fields[2] == "s3" &&
		!strings.Contains(fields[5], "/") && slices.Contains([]string{
		"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy",
	}, lowered(r.req.action))
}

// findEndpoint finds the endpoint whose policy takes part (E38); it is false if
// the request cannot have passed the endpoint.
func (r *refEval) findEndpoint() bool {
	v := r.ctx["aws:sourcevpce"]
	for _, e := range r.w.endpoints {
		if len(v.texts) != 1 || v.absent || e.id != v.texts[0] {
			continue
		}
		if e.service != "" && e.service != prefixOf(r.req.action) {
			return false
		}
		if e.policy != nil {
			r.endpoint = e
		}
	}
	return v.absent || len(v.texts) <= 1
}

// sessions returns the session policies, and whether there is such a layer (E44, E45).
func (r *refEval) sessions() ([]*refDoc, bool) {
	docs := append([]*refDoc(nil), r.req.sessionPolicies...)
	for _, m := range r.req.sessionARNs {
		docs = append(docs, m.doc)
	}
	return docs, len(docs) > 0 || r.caller.kind == federatedUser
}

func (r *refEval) sessionsAllow(docs []*refDoc) bool {
	some, all := false, len(docs) > 0
	for _, d := range docs {
		allows := len(r.documents(sessionLayer, d).allows) > 0
		some, all = some || allows, all && allows
	}
	if r.o.SessionPoliciesIntersect {
		return all
	}
	return some
}

// identityDocuments are the identity layer (E5) and the boundary.
func (r *refEval) identityDocuments() (docs []*refDoc, boundary *refDoc) {
	e := r.caller.entity
	if e == nil {
		return nil, nil
	}
	docs = e.policies()
	for _, g := range e.groups {
		docs = append(docs, g.policies()...)
	}
	return docs, e.boundary
}

// granted tells whether a KMS grant covers the request (E84).
func (r *refEval) granted() bool {
	prefix, operation, _ := strings.Cut(lowered(r.req.action), ":")
	if r.declared == nil || prefix != "kms" {
		return false
	}
	encryption := map[string]string{}
	for k, v := range r.ctx {
		if name, ok := strings.CutPrefix(k, "kms:encryptioncontext:"); ok && !v.absent && len(v.texts) == 1 {
			encryption[name] = v.texts[0]
		}
	}
	for _, g := range r.declared.grants {
		free := operation == "describekey" || operation == "retiregrant" // take no encryption context
		mine := g.grantee == r.caller.arn || g.grantee == r.caller.roleARN && g.grantee != ""
		listed := slices.ContainsFunc(g.operations, func(o string) bool { return lowered(o) == operation })
		fits := holds(g.equals, encryption) && holds(g.subset, encryption) &&
			(g.equals == nil || len(g.equals) == len(encryption))
		if mine && listed && (fits || free) {
			return true
		}
	}
	return false
}

func holds(want, have map[string]string) bool {
	for k, v := range want {
		if have[lowered(k)] != v {
			return false
		}
	}
	return true
}
