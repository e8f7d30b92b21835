package eval_test

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/model"
)

type callerKind int

const (
	rootUser callerKind = iota
	iamUser
	roleSession
	federatedUser
	anonymous
	serviceCaller
	tokenCaller
)

// refCaller is who asks.
type refCaller struct {
	kind    callerKind
	account string       // of an IAM identity
	known   bool         // the account is known
	arn     string       // of the user, session, federated user or root user; the service; the provider
	roleARN string       // of a role session
	name    string       // of the user or federated user, or the session's name
	entity  *refIdentity // the user, the role, or the federated user's parent
	parent  string       // ARN of the federated user's parent
	saml    bool
}

// iam tells whether the caller has an identity side.
func (c *refCaller) iam() bool { return c.kind <= federatedUser }

func (c *refCaller) serviceLinked() bool {
	return c.kind == roleSession && strings.Contains(c.roleARN, ":role/aws-service-role/")
}

var providerNames = []string{"accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com"}

// refKnown are the known accounts (formats.md).
func (w *refWorld) known() map[string]bool {
	known := map[string]bool{}
	for _, i := range slices.Concat(w.users, w.roles, w.groups) {
		known[i.account()] = true
	}
	for _, r := range w.resources {
		known[r.account] = true
	}
	for _, e := range w.endpoints {
		known[e.account] = true
	}
	for _, arn := range w.providers {
		known[strings.Split(arn, ":")[4]] = true
	}
	for _, m := range w.managed {
		if m.arn != "" {
			known[strings.Split(m.arn, ":")[4]] = true
		}
	}
	if w.org != nil {
		for _, n := range w.org.root.all() {
			if n.account {
				known[n.id] = true
			}
		}
	}
	return known
}

func (n *refNode) all() []*refNode {
	list := []*refNode{n}
	for _, c := range n.children {
		list = append(list, c.all()...)
	}
	return list
}

// path returns the levels from the root to the account; nil if it is not in the tree.
func (w *refWorld) path(account string) []*refNode {
	if w.org == nil {
		return nil
	}
	var find func(n *refNode) []*refNode
	find = func(n *refNode) []*refNode {
		if n.account && n.id == account {
			return []*refNode{n}
		}
		for _, c := range n.children {
			if below := find(c); below != nil {
				return append([]*refNode{n}, below...)
			}
		}
		return nil
	}
	return find(w.org.root)
}

func (w *refWorld) managementAccount(account string) bool {
	return w.org != nil && w.org.management == account
}

func findARN(list []*refIdentity, arn string) *refIdentity {
	for _, i := range list {
		if i.arn == arn {
			return i
		}
	}
	return nil
}

// caller finds out who asks; ok is false if the request cannot be used.
func (w *refWorld) caller(q *refRequest) (c *refCaller, ok bool) {
	p := q.principal
	fields := strings.SplitN(p, ":", 6)
	switch {
	case p == "*":
		return &refCaller{kind: anonymous}, true
	case slices.Contains(providerNames, p):
		return &refCaller{kind: tokenCaller, arn: p}, true
	case len(fields) < 6:
		return &refCaller{kind: serviceCaller, arn: p}, true
	}
	account, resource := fields[4], fields[5]
	c = &refCaller{account: account, known: w.known()[account], arn: p}
	kind, rest, _ := strings.Cut(resource, "/")
	c.name = rest[strings.LastIndex(rest, "/")+1:]
	switch kind {
	case "root":
		c.kind = rootUser
		return c, true
	case "oidc-provider", "saml-provider":
		return &refCaller{kind: tokenCaller, arn: p, saml: kind == "saml-provider"},
			!c.known || slices.Contains(w.providers, p)
	case "user":
		c.kind = iamUser
		c.entity = findARN(w.users, p)
		return c, c.entity != nil || !c.known
	case "role":
		c.kind, c.roleARN, c.name = roleSession, p, "session"
		role := rest[strings.LastIndex(rest, "/")+1:]
		c.arn = "arn:aws:sts::" + account + ":assumed-role/" + role + "/session"
		c.entity = findARN(w.roles, p)
		return c, c.entity != nil || !c.known
	case "assumed-role":
		c.kind = roleSession
		role := strings.Split(rest, "/")[0]
		c.roleARN = "arn:aws:iam::" + account + ":role/" + role
		for _, r := range w.roles {
			if r.account() == account && r.name() == role {
				c.entity, c.roleARN = r, r.arn
			}
		}
		return c, c.entity != nil || !c.known
	case "federated-user":
		c.kind, c.parent = federatedUser, q.parentUser
		c.entity = findARN(w.users, q.parentUser)
		return c, q.parentUser != "" && (c.entity != nil || !c.known)
	}
	return nil, false
}

// derive fills in the keys of D.2 and D22; what the request gives stands.
func (r *refEval) derive() {
	q, c, w := r.req, r.caller, r.w
	r.ctx = refContext{}
	derived := refContext{}
	set := func(key string, texts ...string) { derived[key] = refValue{texts: texts} }
	setList := func(key string, texts ...string) { derived[key] = refValue{list: true, texts: texts} }

	switch c.kind {
	case rootUser:
		set("aws:userid", c.account)
		set("aws:principaltype", "Account")
		set("aws:principalarn", c.arn)
	case iamUser:
		set("aws:username", c.name)
		set("aws:principaltype", "User")
		set("aws:principalarn", c.arn)
		if c.entity != nil && c.entity.id != "" {
			set("aws:userid", c.entity.id)
		}
	case federatedUser:
		set("aws:userid", c.account+":"+c.name)
		set("aws:principaltype", "FederatedUser")
		set("aws:principalarn", c.arn)
	case roleSession:
		set("aws:principaltype", "AssumedRole")
		set("aws:principalarn", c.roleARN)
		if c.entity != nil && c.entity.id != "" {
			set("aws:userid", c.entity.id+":"+c.name)
		}
		if !r.o.AssumedRoleMFAAbsent {
			set("aws:multifactorauthpresent", "false")
		}
	case anonymous:
		set("aws:userid", "anonymous")
		set("aws:principaltype", "Anonymous")
		set("aws:principalaccount", "anonymous")
	case serviceCaller:
		set("aws:principalservicename", c.arn)
		setList("aws:principalservicenameslist", c.arn)
	}
	if c.kind != anonymous && c.kind != tokenCaller {
		set("aws:principalisawsservice", strconv.FormatBool(c.kind == serviceCaller))
	}
	if c.iam() {
		if prefixOf(q.action) == "kms" {
			set("kms:calleraccount", c.account)
		}
		set("aws:principalaccount", c.account)
		r.organizationKeys("aws:principalorg", c.account, set, setList)
		if c.entity != nil {
			for k, v := range c.entity.tags {
				set("aws:principaltag/"+lowered(k), v)
			}
		}
	}
	if s := q.session; s != nil {
		for k, v := range s.Tags {
			set("aws:principaltag/"+lowered(k), v)
		}
		if s.SourceIdentity != "" {
			set("aws:sourceidentity", s.SourceIdentity)
		}
		if s.FederatedProvider != "" {
			set("aws:federatedprovider", s.FederatedProvider)
		}
		if !s.TokenIssueTime.IsZero() {
			set("aws:tokenissuetime", s.TokenIssueTime.UTC().Format(time.RFC3339))
		}
		if s.MFA != nil {
			set("aws:multifactorauthpresent", strconv.FormatBool(*s.MFA))
		}
	}
	r.resourceKeys(set, setList)
	given := refContext{}
	for _, k := range q.context {
		given[lowered(k.name)] = k.value
	}
	if id, ok := r.single(given, "aws:sourcevpce"); ok {
		for _, e := range w.endpoints {
			if e.id == id {
				set("aws:sourcevpc", e.vpc)
				set("aws:vpceaccount", e.account)
				r.organizationKeys("aws:vpceorg", e.account, set, setList)
			}
		}
	}
	set("aws:viaawsservice", strconv.FormatBool(len(given["aws:calledvia"].texts) > 0))
	r.timeKeys(given, set)
	maps.Copy(r.ctx, derived)
	maps.Copy(r.ctx, given)
}

func (r *refEval) single(c refContext, key string) (string, bool) {
	v, ok := c[key]
	if !ok || v.absent || len(v.texts) != 1 {
		return "", false
	}
	return v.texts[0], true
}

func (r *refEval) organizationKeys(prefix, account string, set, setList func(string, ...string)) {
	path := r.w.path(account)
	if path == nil && !r.w.managementAccount(account) {
		return
	}
	set(prefix+"id", r.w.org.id)
	if path == nil {
		return // nobody says where the management account stands
	}
	text := r.w.org.id + "/"
	for _, n := range path[:len(path)-1] {
		text += n.id + "/"
	}
	setList(prefix+"paths", text)
}

func (r *refEval) resourceKeys(set, setList func(string, ...string)) {
	prefix := prefixOf(r.req.action)
	if r.owner != "" {
		set("aws:resourceaccount", r.owner)
		if prefix == "s3" {
			set("s3:resourceaccount", r.owner)
		}
		r.organizationKeys("aws:resourceorg", r.owner, set, setList)
	}
	for _, d := range r.w.resources {
		if d.arn == r.req.resource {
			for k, v := range d.tags {
				set("aws:resourcetag/"+lowered(k), v)
			}
		}
	}
	for _, i := range slices.Concat(r.w.users, r.w.roles) {
		if i.arn == r.req.resource {
			for k, v := range i.tags {
				set("aws:resourcetag/"+lowered(k), v)
				if prefix == "iam" || prefix == "sts" {
					set("iam:resourcetag/"+lowered(k), v)
				}
			}
		}
	}
}

// timeKeys derives aws:CurrentTime and aws:EpochTime: each from the other where
// the context gives one, else both from the request's time.
func (r *refEval) timeKeys(given refContext, set func(string, ...string)) {
	const current, epoch = "aws:currenttime", "aws:epochtime"
	if !r.req.at.IsZero() && len(given[current].texts) == 0 && len(given[epoch].texts) == 0 {
		set(current, r.req.at.UTC().Format(time.RFC3339Nano))
		set(epoch, strconv.FormatInt(r.req.at.Unix(), 10))
	}
	if text, ok := r.single(given, current); ok {
		if at, ok := refInstant(text); ok {
			set(epoch, strings.TrimSuffix(strings.TrimRight(at.FloatString(9), "0"), "."))
		}
	}
	if text, ok := r.single(given, epoch); ok {
		if at, ok := refInstant(text); ok {
			nanos := new(big.Rat).Mul(at, big.NewRat(1e9, 1)).Num().Int64()
			set(current, time.Unix(0, nanos).UTC().Format(time.RFC3339Nano))
		}
	}
}

// principalKind is how a statement's Principal matches a caller (B3A, E41).
type principalKind int

const (
	noKind principalKind = iota
	accountKind
	parentKind
	roleKind
	wildcardKind
	directKind
)

// principal is B30 to B39: the strongest kind in which an entry matches.
func (r *refEval) principal(p *refPrincipals, allow bool, layer refLayer) principalKind {
	if p.everyone {
		return r.entry(model.Principal{Type: model.AWSPrincipal, Value: "*"}, allow, layer)
	}
	best := noKind
	for _, e := range p.entries {
		best = max(best, r.entry(e, allow, layer))
	}
	return best
}

func (r *refEval) entry(e model.Principal, allow bool, layer refLayer) principalKind {
	c := r.caller
	if allow && c.kind != tokenCaller && strings.HasPrefix(lowered(r.req.action), "sts:assumerolewith") {
		return noKind // E67: the call of token callers alone
	}
	if layer == endpointLayer && r.endpoint.gateway && allow && e.Value != "*" && !(c.kind == rootUser && isAccount(e.Value, c.account)) {
		return noKind // E38
	}
	switch e.Type {
	case model.ServicePrincipal:
		return kindIf(c.kind == serviceCaller && c.arn == e.Value, directKind)
	case model.FederatedPrincipal:
		return kindIf(c.kind == tokenCaller && c.arn == e.Value, directKind)
	case model.CanonicalUserPrincipal:
		return noKind
	}
	if e.Value == "*" {
		spared := c.kind == tokenCaller && allow && layer == resourceLayer && r.o.TrustWildcardSparesTokenCallers
		return kindIf(!spared, wildcardKind)
	}
	if !c.iam() {
		return noKind
	}
	account := isAccount(e.Value, c.account)
	switch {
	case account && c.kind == rootUser:
		return directKind
	case account:
		return accountKind
	case e.Value == c.arn:
		return directKind
	case c.kind == roleSession && e.Value == c.roleARN:
		return roleKind
	case c.kind == federatedUser && e.Value == c.parent:
		return parentKind
	case c.entity == nil || c.entity.id == "" || c.entity.id != e.Value:
		return noKind
	}
	// B37: the unique id stands for the ARN.
	switch c.kind {
	case iamUser:
		return directKind
	case federatedUser:
		return parentKind
	}
	return roleKind
}

func kindIf(ok bool, k principalKind) principalKind {
	if ok {
		return k
	}
	return noKind
}

func isAccount(text, account string) bool {
	return text == account || text == "arn:aws:iam::"+account+":root"
}

// notPrincipal tells whether a statement with NotPrincipal applies (B40, B41, B43).
func (r *refEval) notPrincipal(p *refPrincipals, allow bool, layer refLayer) bool {
	c := r.caller
	listed := func(t model.PrincipalType, values ...string) bool {
		for _, e := range p.entries {
			if e.Type == t && slices.Contains(values, e.Value) && e.Value != "" {
				return true
			}
		}
		return false
	}
	everyone := p.everyone || listed(model.AWSPrincipal, "*")
	if !allow && c.iam() && c.kind != federatedUser && c.entity != nil && c.entity.boundary != nil {
		return true
	}
	if allow && r.o.NotPrincipalAllowMatchesNobody {
		return false
	}
	if everyone {
		return false
	}
	id := ""
	if c.entity != nil {
		id = c.entity.id
	}
	account := listed(model.AWSPrincipal, c.account, "arn:aws:iam::"+c.account+":root") && c.iam()
	var chain []bool
	switch c.kind {
	case rootUser:
		chain = []bool{account}
	case iamUser:
		chain = []bool{listed(model.AWSPrincipal, c.arn, id), account}
	case roleSession:
		chain = []bool{listed(model.AWSPrincipal, c.arn), listed(model.AWSPrincipal, c.roleARN, id), account}
	case federatedUser:
		chain = []bool{listed(model.AWSPrincipal, c.arn), listed(model.AWSPrincipal, c.parent, id), account}
	case serviceCaller:
		chain = []bool{listed(model.ServicePrincipal, c.arn)}
	case tokenCaller:
		chain = []bool{listed(model.FederatedPrincipal, c.arn)}
	case anonymous:
		chain = []bool{false}
	}
	some, all := slices.Contains(chain, true), !slices.Contains(chain, false)
	if allow || r.o.NotPrincipalAnyOfChain {
		return !some
	}
	return !all
}
