package eval

import (
	"regexp"
	"strings"

	"iamsim/conditions"
)

// alwaysAllowed reports whether no policy can refuse the request (E70).
func alwaysAllowed(q *frame) bool {
	if q.service != "sts" {
		return false
	}
	switch q.operation {
	case "getcalleridentity":
		return q.caller.kind != callerAnonymous && q.caller.kind != callerToken
	case "getsessiontoken":
		return (q.caller.kind == callerUser || q.caller.kind == callerRoot) && !q.sessionToken()
	}
	return false
}

// sessionToken reports whether the caller uses credentials of GetSessionToken.
func (q *frame) sessionToken() bool {
	return q.temporary && (q.caller.kind == callerUser || q.caller.kind == callerRoot)
}

// serviceRule returns the number and the text of the fixed rule that refuses
// the request whatever policies say; empty texts where none does. The rules
// are those of the table in section E.13.
func serviceRule(q *Query) (rule, text string) {
	c := q.caller
	switch {
	case c.kind == callerAnonymous && q.signedRoleCall():
		return "B30", q.action + " must be signed; an anonymous caller cannot make it"
	case c.kind == callerRoot && q.signedRoleCall():
		return "E64", "the root user cannot assume a role"
	case c.kind == callerFederatedUser && q.service == "iam":
		return "E6B", "a federated user's session cannot call IAM"
	case c.kind == callerFederatedUser && q.service == "sts" && q.operation != "getcalleridentity":
		return "E6B", "a federated user's session can call nothing of STS but sts:GetCallerIdentity"
	case q.sessionToken() && q.service == "iam" && !q.secondFactor():
		return "E6B", "a GetSessionToken session made without MFA cannot call IAM"
	case q.sessionToken() && q.service == "sts" && q.operation != "assumerole" && q.operation != "getcalleridentity":
		return "E6B", "a GetSessionToken session can call nothing of STS but sts:AssumeRole and sts:GetCallerIdentity"
	case c.kind == callerRoleSession && q.service == "sts" && (q.operation == "getfederationtoken" || q.operation == "getsessiontoken"):
		return "E6B", "a role session cannot call sts:GetFederationToken or sts:GetSessionToken"
	case c.kind == callerToken && !tokenCall(q):
		return "E67", "the bearer of a token can make no call but the one that turns the token into a session"
	case q.service == "iam" && q.operation == "passrole" && q.foreignRole():
		return "E71", "a role cannot be passed across accounts"
	}
	return protectedEntity(q)
}

// signedRoleCall reports whether the call is sts:AssumeRole or one of those
// that are authorised together with it (E68).
func (q *Query) signedRoleCall() bool {
	return q.roleCall() && !tokenCalls[q.operation]
}

// tokenCalls are made with a token of an identity provider instead of credentials (E67).
var tokenCalls = set("assumerolewithsaml", "assumerolewithwebidentity")

// foreignRole reports whether the resource is a role of another account than the caller's.
func (q *Query) foreignRole() bool {
	arn := q.target.arn
	return arn.Service == "iam" && strings.HasPrefix(arn.Resource, "role/") && arn.Account != q.caller.account
}

const secondFactorKey = "aws:MultiFactorAuthPresent"

// secondFactorOpen reports whether a service rule refuses the request only
// because nobody told whether a second factor was given (E6B).
func (q *Query) secondFactorOpen() bool {
	_, state := q.context.Lookup(secondFactorKey)
	return state == conditions.NotSupplied && q.sessionToken() && q.service == "iam"
}

// secondFactor reports whether the request says that a second factor was
// given, by its context or else by its session.
func (q *Query) secondFactor() bool {
	value, state := q.request.Context.Lookup(secondFactorKey)
	if state != conditions.NotSupplied {
		return state == conditions.Present && len(value.Texts()) == 1 && strings.EqualFold(value.Texts()[0], "true")
	}
	s := q.request.Session
	return s != nil && s.MFA != nil && *s.MFA
}

// tokenCall reports whether the action is the one that the caller's token is for (E67).
func tokenCall(q *Query) bool {
	if q.service != "sts" {
		return false
	}
	// A token's tags and source identity are authorised as calls of their own (E68).
	if q.operation == "tagsession" || q.operation == "setsourceidentity" {
		return true
	}
	if strings.Contains(q.caller.arn, ":saml-provider/") {
		return q.operation == "assumerolewithsaml"
	}
	return q.operation == "assumerolewithwebidentity"
}

var (
	awsManagedPolicy = regexp.MustCompile(`^arn:[^:]*:iam::aws:policy/`)
	reservedRole     = regexp.MustCompile(`^arn:[^:]*:iam::[0-9]{12}:role/aws-reserved/`)
	serviceRole      = regexp.MustCompile(`^arn:[^:]*:iam::[0-9]{12}:role/aws-service-role/`)
	awsAlias         = regexp.MustCompile(`^arn:[^:]*:kms:[^:]*:[^:]*:alias/aws/`)

	policyChanges = set("createpolicy", "createpolicyversion", "deletepolicy", "deletepolicyversion",
		"setdefaultpolicyversion", "tagpolicy", "untagpolicy")
	roleChanges = set("attachrolepolicy", "detachrolepolicy", "putrolepolicy", "deleterolepolicy",
		"putrolepermissionsboundary", "deleterolepermissionsboundary", "updateassumerolepolicy",
		"createrole", "deleterole")
	// editableOnServiceRoles may be done to a service-linked role, not to a reserved one.
	editableOnServiceRoles = set("updaterole", "updateroledescription", "tagrole", "untagrole")
	aliasChanges           = set("createalias", "updatealias", "deletealias")
)

// protectedEntity refuses changes of what AWS itself owns (E73).
func protectedEntity(q *Query) (rule, text string) {
	switch {
	case q.service == "iam" && policyChanges[q.operation] && awsManagedPolicy.MatchString(q.resource):
		return "E73", "AWS managed policies cannot be changed"
	case q.service == "iam" && reservedRole.MatchString(q.resource) &&
		(roleChanges[q.operation] || editableOnServiceRoles[q.operation] || q.operation == "passrole"):
		return "E73", "roles under /aws-reserved/ can be neither changed nor passed"
	case q.service == "iam" && serviceRole.MatchString(q.resource) && roleChanges[q.operation]:
		return "E73", "a service-linked role is changed through its service alone"
	case q.service == "kms" && aliasChanges[q.operation] && awsAlias.MatchString(q.resource):
		return "E73", "aliases under alias/aws/ cannot be changed"
	}
	return "", ""
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}

var bucketPolicyCalls = set("getbucketpolicy", "putbucketpolicy", "deletebucketpolicy")

// ownBucketPolicy reports whether the caller is the root user of the account
// that owns a bucket and looks after its policy, which the policy itself
// cannot deny (E3).
func (q *frame) ownBucketPolicy() bool {
	return q.caller.kind == callerRoot && q.service == "s3" && bucketPolicyCalls[q.operation] &&
		q.caller.account == q.target.account && !strings.Contains(q.target.arn.Resource, "/")
}
