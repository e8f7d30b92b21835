package eval

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/model/inventory"
)

// derivation fills a request's context with the keys that follow from what is
// known (D.2, D13, D14, D22). What the request supplies, or says is absent, stays.
type derivation struct {
	*conditions.Context
	q *Query
}

func (q *Query) completeContext() *conditions.Context {
	d := derivation{q: q}
	if q.request.Context != nil {
		d.Context = q.request.Context.Clone()
	} else {
		d.Context = conditions.NewContext()
	}
	d.Grow(derivedKeys)
	d.set("aws:ViaAWSService", strconv.FormatBool(d.forwarded()))
	d.time()
	d.endpoint()
	d.ofCaller()
	d.resource()
	return d.Context
}

// derivedKeys is about how many keys follow from what is known of a request.
const derivedKeys = 32

// ofCaller derives what follows from the caller and its session alone.
func (d *derivation) ofCaller() {
	c := d.q.caller
	d.principal()
	d.session()
	d.organizationOf("aws:Principal", c.account, c.iam(), c.far)
	d.service()
}

// given reports whether the request settles a key itself.
func (d *derivation) given(key string) bool {
	_, state := d.Lookup(key)
	return state != conditions.NotSupplied
}

func (d *derivation) set(key, value string) {
	if value != "" && !d.given(key) {
		d.Set(key, value)
	}
}

func (d *derivation) absent(keys ...string) {
	for _, key := range keys {
		if !d.given(key) {
			d.SetAbsent(key)
		}
	}
}

// single returns a key's value where it holds exactly one.
func (d *derivation) single(key string) (string, bool) {
	value, state := d.Lookup(key)
	if state != conditions.Present || len(value.Texts()) != 1 {
		return "", false
	}
	return value.Texts()[0], true
}

// forwarded reports whether a service made the request with the caller's credentials.
func (d *derivation) forwarded() bool {
	value, state := d.Lookup("aws:CalledVia")
	return state == conditions.Present && len(value.Texts()) > 0
}

// time derives each date key from the other, or both from the request's time.
func (d *derivation) time() {
	if text, ok := d.single("aws:CurrentTime"); ok {
		if parsed, ok := conditions.Instant(text); ok {
			d.set("aws:EpochTime", conditions.EpochText(parsed))
		}
		return
	}
	if text, ok := d.single("aws:EpochTime"); ok {
		if parsed, ok := conditions.Instant(text); ok {
			d.set("aws:CurrentTime", parsed.UTC().Format(time.RFC3339Nano))
		}
		return
	}
	at := d.q.request.At
	if at.IsZero() {
		return
	}
	d.q.timed = !d.given("aws:CurrentTime") || !d.given("aws:EpochTime")
	d.set("aws:CurrentTime", at.UTC().Format(time.RFC3339))
	d.set("aws:EpochTime", conditions.EpochText(at.Truncate(time.Second)))
}

// endpoint derives what a VPC endpoint adds to a request (C38, E38).
func (d *derivation) endpoint() {
	id, ok := d.single("aws:SourceVpce")
	if !ok {
		return
	}
	if e, ok := d.q.engine.snapshot.Endpoint(id); ok {
		d.declaredEndpoint(e)
	} else {
		d.absent("aws:SourceIp")
	}
}

// declaredEndpoint derives what follows from a declared endpoint.
func (d *derivation) declaredEndpoint(e *inventory.Endpoint) {
	d.absent("aws:SourceIp")
	d.set("aws:SourceVpc", e.VPC)
	d.set("aws:VpceAccount", e.Account)
	d.organizationOf("aws:Vpce", e.Account, e.Account != "", false)
}

// principal derives the keys of table D.2.
func (d *derivation) principal() {
	c := d.q.caller
	id := ""
	if c.row != nil {
		id = c.row.ID
	}
	switch c.kind {
	case callerRoot:
		d.identity("Account", c.arn, c.account)
		d.absent("aws:username")
	case callerUser:
		d.identity("User", c.arn, id)
		d.set("aws:username", c.name)
	case callerFederatedUser:
		d.identity("FederatedUser", c.arn, c.account+":"+c.name)
		d.absent("aws:username")
	case callerRoleSession:
		if id != "" {
			id += ":" + c.session
		}
		d.identity("AssumedRole", c.roleARN, id)
		d.absent("aws:username")
	case callerAnonymous:
		d.set("aws:PrincipalType", "Anonymous")
		d.set("aws:userid", "anonymous")
		d.set("aws:PrincipalAccount", "anonymous")
		d.absent("aws:username", "aws:PrincipalArn", "aws:PrincipalIsAWSService")
	case callerService, callerToken:
		d.absent("aws:username", "aws:userid", "aws:PrincipalType", "aws:PrincipalArn", "aws:PrincipalAccount")
	}
	d.tags()
}

func (d *derivation) identity(kind, arn, id string) {
	d.set("aws:PrincipalType", kind)
	d.set("aws:PrincipalArn", arn)
	d.set("aws:PrincipalAccount", d.q.caller.account)
	d.set("aws:userid", id)
	d.set("aws:PrincipalIsAWSService", "false")
}

// tags derives aws:PrincipalTag: a session's tags overlay those of the role (D13).
func (d *derivation) tags() {
	c, session := d.q.caller, d.q.request.Session
	var own map[string]string
	if c.row != nil {
		own = c.row.Tags
	}
	if session != nil {
		d.tagKeys("aws:PrincipalTag/", principalTagPrefix, session.Tags, false)
	}
	d.tagKeys("aws:PrincipalTag/", principalTagPrefix, own, c.row != nil || !c.iam() || c.kind == callerRoot)
}

// tagKeys sets one key for each tag and, where the tags are known, marks the
// other tag keys that policies look at as absent.
func (d *derivation) tagKeys(name, prefix string, tags map[string]string, known bool) {
	spelled := map[string]string{}
	for _, key := range sortedKeys(tags) {
		folded := conditions.FoldKey(key)
		if other, twice := spelled[folded]; twice {
			d.q.notes = append(d.q.notes, "the tags "+quote(other)+" and "+quote(key)+" differ in case alone; which one "+name+key+" holds is not specified (rule C3), and "+quote(other)+" was taken")
			continue
		}
		spelled[folded] = key
		if !d.given(name + key) {
			d.Set(name+key, tags[key])
		}
	}
	if !known {
		return
	}
	for _, key := range d.q.lookedAtTags() {
		if strings.HasPrefix(key, prefix) {
			d.absent(key)
		}
	}
}

// lookedAtTags lists the folded tag keys that the policies look at, those of session policies included.
func (q *Query) lookedAtTags() []string {
	if len(q.request.SessionPolicies) == 0 {
		return q.engine.tagKeys
	}
	all := keySet{}
	for _, key := range q.engine.tagKeys {
		all.add(key)
	}
	for _, p := range q.limits.policies {
		all.addPolicy(p)
	}
	return all.tags()
}

// session derives what belongs to the caller's credentials (D.3, D21).
func (d *derivation) session() {
	c, s := d.q.caller, d.q.request.Session
	if c.kind == callerUser || c.kind == callerRoot {
		d.absent("aws:SourceIdentity", "aws:FederatedProvider")
	}
	if s != nil {
		d.set("aws:SourceIdentity", s.SourceIdentity)
		d.set("aws:FederatedProvider", s.FederatedProvider)
		if !s.TokenIssueTime.IsZero() {
			d.set("aws:TokenIssueTime", s.TokenIssueTime.UTC().Format(time.RFC3339))
		}
		if s.MFA != nil {
			d.set("aws:MultiFactorAuthPresent", strconv.FormatBool(*s.MFA))
			if !*s.MFA {
				d.absent("aws:MultiFactorAuthAge")
			}
		}
	}
	switch {
	case c.kind == callerFederatedUser, !c.iam():
		d.absent("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")
	case c.kind == callerRoleSession && d.q.engine.options.AssumedRoleMFAAbsent:
		d.absent("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")
	case c.kind == callerRoleSession:
		d.set("aws:MultiFactorAuthPresent", "false")
		d.absent("aws:MultiFactorAuthAge")
	}
}

// organizationOf derives OrgID and OrgPaths of an account under a prefix such
// as "aws:Principal" (D14). Of an account that is known and stands outside the
// declared organization, the keys are known to be absent.
func (d *derivation) organizationOf(prefix, account string, has, far bool) {
	plans := d.q.engine.plans
	of := plans.account(account)
	switch {
	case !has:
		d.absent(prefix+"OrgID", prefix+"OrgPaths")
	case plans.organization == nil || far:
	case !of.member && account != plans.organization.ManagementAccount:
		d.absent(prefix+"OrgID", prefix+"OrgPaths")
	default:
		d.set(prefix+"OrgID", plans.organization.ID)
		if of.path != "" && !d.given(prefix+"OrgPaths") {
			d.SetList(prefix+"OrgPaths", of.path)
		}
	}
}

// organizationPath spells the place of an account as G27 does: o-…/r-…/ou-…/.
func organizationPath(s *inventory.Snapshot, account string) (string, bool) {
	node, ok := s.AccountNode(account)
	if !ok {
		return "", false
	}
	path := s.Organization().ID + "/"
	for _, n := range node.Path() {
		if n.Kind == inventory.AccountNode {
			break
		}
		if n.ID == "" {
			return "", false
		}
		path += n.ID + "/"
	}
	return path, true
}

// service derives the keys that only service principals carry, or never do (D20).
func (d *derivation) service() {
	c := d.q.caller
	if c.kind == callerService {
		d.set("aws:PrincipalIsAWSService", "true")
		d.set("aws:PrincipalServiceName", c.arn)
		if !d.given("aws:PrincipalServiceNamesList") {
			d.SetList("aws:PrincipalServiceNamesList", c.arn)
		}
		d.absent("aws:SourceIp")
		return
	}
	d.absent("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList",
		"aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths")
	if c.kind == callerToken {
		d.absent("aws:PrincipalIsAWSService")
	}
}

// resource derives the keys of the request's resource.
func (d *derivation) resource() {
	d.owner()
	d.ofService()
	d.resourceTags()
}

// owner derives the keys of the account that owns the resource.
func (d *derivation) owner() {
	t := &d.q.target
	d.set("aws:ResourceAccount", t.account)
	if t.account != "" {
		d.organizationOf("aws:Resource", t.account, true, d.q.engine.plans.accounts.get(t.account) == nil)
	}
}

// ofService derives what single services send of caller and owner.
func (d *derivation) ofService() {
	switch d.q.service {
	case "kms":
		d.set("kms:CallerAccount", d.q.caller.account)
	case "s3":
		d.set("s3:ResourceAccount", d.q.target.account)
	}
}

func (d *derivation) resourceTags() {
	q := d.q
	t := &q.target
	switch {
	case t.principal != nil:
		d.tagKeys("aws:ResourceTag/", resourceTagPrefix, t.principal.Tags, true)
		if q.service == "iam" || q.service == "sts" {
			d.tagKeys("iam:ResourceTag/", iamResourceTagPrefix, t.principal.Tags, true)
		}
	case t.tagged != nil:
		d.tagKeys("aws:ResourceTag/", resourceTagPrefix, t.tagged.Tags, t.tagged.Tags != nil)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
