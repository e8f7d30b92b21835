package eval

import (
	"strings"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// target is a request's resource, resolved.
type target struct {
	arn model.ARN
	// account owns the resource.
	account string
	// row is the declared resource that holds the policy: the request's, or one that it lies below.
	row *inventory.Resource
	// tagged is the declaration of exactly this resource, whose tags are its own.
	tagged *inventory.Resource
	// principal is set where the resource is a declared user or role.
	principal *inventory.Principal
	// far is set where the owner is not known.
	far bool
	// mandatory is set where the resource's policy must allow (E60, E80), also where it has none.
	mandatory bool
	// trust is set where the policy is a role's trust policy.
	trust bool
}

// roleCalls are the STS actions that a role's trust policy judges (A42, E60, E68).
var roleCalls = map[string]bool{
	"assumerole": true, "assumerolewithsaml": true, "assumerolewithwebidentity": true,
	"tagsession": true, "setsourceidentity": true, "setcontext": true,
}

// roleCall reports whether a trust policy judges the request. Tags passed to
// sts:GetFederationToken are sts:TagSession on a federated user, which no trust policy judges.
func (q *Query) roleCall() bool {
	if q.service != "sts" || !roleCalls[q.operation] {
		return false
	}
	arn, err := model.ParseARN(q.resource)
	return err != nil || q.operation != "tagsession" || arn.Service != "sts" || !strings.HasPrefix(arn.Resource, "federated-user/")
}

// resolveTarget finds the owner and the policy of the request's resource as
// docs/formats.md, "Resources", lays down.
func (q *Query) resolveTarget() (target, error) {
	t := target{account: q.request.ResourceAccount}
	if t.account != "" && !model.IsAccountID(t.account) {
		return t, requestError("resourceAccount", quote(t.account)+" is no 12-digit account id", "")
	}
	roleCall := q.roleCall()
	if q.resource == "*" {
		t.mandatory, t.trust = roleCall, roleCall
		if roleCall {
			q.notes = append(q.notes, q.action+" is decided on a role: name the role's ARN")
		}
		return t, q.ownedByCaller(&t, "the request names no resource")
	}
	var err error
	if t.arn, err = q.resourceARN(roleCall); err != nil {
		return t, err
	}
	if plan := q.engine.plans.resourceFor(q.resource); plan != nil && t.arn.Service != "iam" {
		return t, q.declaredTarget(&t, plan)
	}
	if err := t.owned(t.arn.Account, "the ARN"); err != nil {
		return t, err
	}
	if t.account == "" {
		err = q.ownedByCaller(&t, q.resource+" names no account")
	} else {
		err = q.undeclaredTarget(&t)
	}
	q.aliasTarget(&t)
	return t, err
}

// resourceARN parses the request's resource and refuses what no request can name.
func (q *Query) resourceARN(roleCall bool) (model.ARN, error) {
	arn, err := model.ParseARN(q.resource)
	if err != nil {
		return arn, requestError("resource", err.Error(), "a resource is an ARN of six fields, or \"*\"")
	}
	account := model.IsAccountID(arn.Account)
	switch {
	case roleCall && !(arn.Service == "iam" && strings.HasPrefix(arn.Resource, "role/") && account):
		return arn, requestError("resource", quote(q.resource)+" is no role; "+q.action+" is decided on a role's ARN",
			"a role is arn:aws:iam::ACCOUNT:role/NAME")
	case !account && arn.Account != "" && arn.Account != "aws":
		return arn, requestError("resource", "the account "+quote(arn.Account)+" of "+quote(q.resource)+" is neither 12 digits, empty nor \"aws\"", "")
	case q.caller.partition != "" && arn.Partition != q.caller.partition:
		return arn, requestError("resource", "a caller of partition "+quote(q.caller.partition)+" cannot reach "+quote(q.resource)+", which is of another partition", "")
	}
	return arn, nil
}

// owned settles the owner and refuses one that contradicts what the request says.
func (t *target) owned(account, by string) error {
	if !model.IsAccountID(account) {
		return nil
	}
	if t.account != "" && t.account != account {
		return requestError("resourceAccount", "account "+t.account+" does not own the resource: "+by+" says "+account, "")
	}
	t.account = account
	return nil
}

// declaredTarget completes a resource that the inventory declares, or that lies below a declared one.
func (q *Query) declaredTarget(t *target, plan *resourcePlan) error {
	row := plan.row
	if row.ARN == q.resource {
		t.tagged = row
	}
	if err := t.owned(row.Account, "the inventory"); err != nil {
		return err
	}
	t.row, q.resourcePolicy = plan.holder, plan.policy
	t.mandatory = t.kmsKey()
	q.aliasTarget(t)
	return nil
}

// policyHolder returns the resource whose policy counts for a declared one. An
// S3 object has none of its own: declaring one, to give it tags, does not take
// it out of its bucket's policy.
func policyHolder(s *inventory.Snapshot, row *inventory.Resource) *inventory.Resource {
	if bucket, _, below := strings.Cut(row.ARN, "/"); below && row.Policy == nil && strings.HasPrefix(bucket, "arn:") {
		if arn, err := model.ParseARN(bucket); err == nil && arn.Service == "s3" {
			if holder, ok := s.Resource(bucket); ok {
				return holder
			}
		}
	}
	return row
}

// kmsKey reports whether the resource is a KMS key.
func (t *target) kmsKey() bool {
	return t.arn.Service == "kms" && strings.HasPrefix(t.arn.Resource, "key/")
}

// aliasTarget notes that an alias alone does not settle a request (E8A).
func (q *Query) aliasTarget(t *target) {
	if t.arn.Service == "kms" && strings.HasPrefix(t.arn.Resource, "alias/") {
		q.assume("the key behind "+q.resource+" admits the request: "+q.action+" is decided on the key as well (rule E8A)", true)
	}
}

// ownedByCaller takes the resource as the caller's own where nothing tells whose it is.
func (q *Query) ownedByCaller(t *target, why string) error {
	if t.account != "" {
		return nil
	}
	c := q.caller
	if t.arn.Account == "aws" && !c.far {
		t.account, t.mandatory = c.account, t.kmsKey()
		return nil
	}
	if c.account == "" || c.far {
		if q.settled() {
			return nil
		}
		return &UnansweredError{
			Message: why + ", and it does not follow from the caller (" + c.kind.String() + ") who owns it",
			Hint:    "declare the resource with its account under resources",
		}
	}
	t.account = c.account
	if q.known != nil && !q.known.TakesResource() {
		return nil
	}
	if q.resource == "*" {
		q.assume(why+"; it is judged as account "+c.account+"'s, without a resource-based policy", false)
	} else if t.kmsKey() {
		q.assume(q.resource+" belongs to account "+c.account, true)
		q.defaultKey(t)
	} else {
		q.assume(q.resource+" belongs to account "+c.account+" and has no resource-based policy", true)
	}
	return nil
}

// undeclaredTarget completes a resource whose account is known and that no input declares.
func (q *Query) undeclaredTarget(t *target) error {
	plans := q.engine.plans
	if plans.accounts.get(t.account) == nil {
		return q.farTarget(t)
	}
	kind, _, _ := strings.Cut(t.arn.Resource, "/")
	switch {
	case t.arn.Service == "iam" && kind == "role":
		return q.roleTarget(t)
	case t.arn.Service == "iam" && kind == "user":
		t.principal = plans.row(q.resource)
	case t.kmsKey():
		q.defaultKey(t)
	}
	return nil
}

// defaultKey takes an undeclared key as having the default key policy.
func (q *Query) defaultKey(t *target) {
	t.mandatory = true
	q.resourcePolicy = q.engine.plans.keyPolicy(t.arn.Partition, t.account)
	q.assume(q.resource+" has the default key policy, which leaves access to account "+t.account+"'s own policies", true)
}

// settled reports whether the answer follows from a fixed rule, whoever owns the resource.
func (q *Query) settled() bool {
	rule, _ := serviceRule(q)
	return rule != "" || alwaysAllowed(&q.frame)
}

// roleTarget is a role of a known account: for STS its trust policy must
// allow; for other services it has no resource-based policy.
func (q *Query) roleTarget(t *target) error {
	role := q.engine.plans.row(q.resource)
	t.principal = role
	if q.service != "sts" {
		return nil
	}
	t.mandatory, t.trust = true, true
	if role != nil {
		q.resourcePolicy = q.engine.policyOf(role.Trust)
		return nil
	}
	if !strings.HasPrefix(q.operation, "assumerole") {
		return nil
	}
	err := unknownPrincipal(q.engine.snapshot, q.resource)
	err.Field = "resource"
	err.Message = "account " + t.account + " has no role " + quote(q.resource)
	return err
}

// farTarget is a resource of an account that nothing was read of. IAM's own
// entities have no resource-based policy for iam actions, so nothing that the
// account could hold would admit a stranger (E52).
func (q *Query) farTarget(t *target) error {
	c := q.caller
	if q.service == "iam" && c.account != t.account {
		return nil
	}
	t.far = true
	t.trust = q.roleCall()
	if q.settled() {
		return nil
	}
	if !c.iam() {
		return &UnansweredError{
			Message: "account " + t.account + " owns " + q.resource + ", and nothing is known of it: a " + c.kind.String() + " needs its resource-based policy",
			Hint:    "declare the resource with its policy under resources",
		}
	}
	if c.far {
		return &UnansweredError{
			Message: "nothing is known of account " + c.account + ", which the caller belongs to, nor of account " + t.account + ", which owns " + q.resource,
			Hint:    "give an account export or a policy set of one of them",
		}
	}
	return nil
}

// defaultKeyPolicy is the key policy that KMS gives a key when none is named:
// everything is left to the account's own policies (E80).
func defaultKeyPolicy(partition, account string) *policy {
	document := &model.Policy{
		Name: "default key policy", Kind: model.KeyPolicy, Version: "2012-10-17", Variables: true,
		Statements: []model.Statement{{
			Sid: "Enable IAM User Permissions", Effect: model.Allow,
			Principals: &model.Principals{Entries: []model.Principal{
				{Type: model.AWSPrincipal, Value: "arn:" + partition + ":iam::" + account + ":root"},
			}},
			Actions: []string{"kms:*"}, Resources: []string{"*"}, HasResource: true,
		}},
	}
	compiled, err := compilePolicy(document)
	if err != nil {
		panic("eval: the default key policy does not compile: " + err.Error())
	}
	return compiled
}

// grantCovers tells whether a KMS grant covers the request (E84).
func (q *frame) grantCovers(env *conditions.Env) conditions.Truth {
	if q.service != "kms" || q.target.row == nil {
		return conditions.False
	}
	covered := conditions.False
	for i := range q.target.row.Grants {
		g := &q.target.row.Grants[i]
		if q.holds(g.Grantee) && operationListed(g.Operations, q.operation) {
			if unconstrained[q.operation] {
				return conditions.True
			}
			covered = covered.Or(encryptionContext(g, env))
		}
	}
	return covered
}

// unconstrained are the operations of a grant that its constraints do not limit.
var unconstrained = set("describekey", "retiregrant")

// holds reports whether a grantee is the caller or the role of its session.
func (q *frame) holds(grantee string) bool {
	c := q.caller
	switch {
	case c.kind == callerAnonymous || c.kind == callerToken || grantee == "":
		return false
	case grantee == c.arn || grantee == c.roleARN:
		return true
	}
	return c.row != nil && c.row.ID == grantee && c.kind != callerFederatedUser
}

func operationListed(operations []string, operation string) bool {
	for _, listed := range operations {
		if strings.EqualFold(listed, operation) {
			return true
		}
	}
	return false
}

const encryptionContextPrefix = "kms:encryptioncontext:"

// encryptionContext compares a grant's constraints with the encryption context that the request carries.
func encryptionContext(g *inventory.Grant, env *conditions.Env) conditions.Truth {
	result := conditions.True
	for _, constraint := range []map[string]string{g.EncryptionContextEquals, g.EncryptionContextSubset} {
		for _, key := range sortedKeys(constraint) {
			value, state := env.Context.Lookup(encryptionContextPrefix + key)
			switch {
			case state == conditions.Present:
				texts := value.Texts()
				result = result.And(conditions.Of(len(texts) == 1 && texts[0] == constraint[key]))
			case state == conditions.NotSupplied && env.ThreeValued:
				result = result.And(conditions.Unknown)
			default:
				return conditions.False
			}
		}
	}
	if g.EncryptionContextEquals == nil {
		return result
	}
	for _, name := range env.Context.Names() {
		key, ok := strings.CutPrefix(conditions.FoldKey(name), encryptionContextPrefix)
		if !ok {
			continue
		}
		if _, state := env.Context.Lookup(name); state == conditions.Present && !hasFolded(g.EncryptionContextEquals, key) {
			return conditions.False
		}
	}
	return result
}

func hasFolded(m map[string]string, folded string) bool {
	for key := range m {
		if conditions.FoldKey(key) == folded {
			return true
		}
	}
	return false
}
