package eval_test

import (
	"regexp"
	"slices"
	"strings"

	"iamsim/model"
)

var defaultKeyPolicy = func(account string) *refDoc {
	s := &refStmt{effect: "Allow", actions: []string{"kms:*"}, element: plainResource, resources: []string{"*"}}
	s.principals = &refPrincipals{entries: awsEntries("arn:aws:iam::" + account + ":root")}
	return &refDoc{version: "2012-10-17", stmts: []*refStmt{s}}
}

var roleARN = regexp.MustCompile(`^arn:[^:]*:iam::([^:]*):role/(.*)$`)

// findResource finds owner and policy of the resource (formats.md, "Finding a resource").
func (r *refEval) findResource() (failure string) {
	res, known := r.req.resource, r.w.known()
	account, kind, tail := "", "", ""
	if res != "*" {
		fields := strings.SplitN(res, ":", 6)
		kind, account, tail = fields[2], fields[4], fields[5]
		if account != "" && account != "aws" && !model.IsAccountID(account) ||
			strings.HasPrefix(r.caller.arn, "arn:") && fields[1] != strings.Split(r.caller.arn, ":")[1] {
			return "request"
		}
	}
	r.declared = r.w.declared(res)
	switch {
	case r.declared != nil:
		r.owner = r.declared.account
	case r.req.resourceAccount != "":
		r.owner = r.req.resourceAccount
	case account == "" || account == "aws":
		r.owner = r.caller.account
	default:
		r.owner = account
	}
	contradicts := r.req.resourceAccount != r.owner || account != "" && account != r.owner
	if r.req.resourceAccount != "" && contradicts {
		return "request"
	}
	r.must = kind == "kms" && strings.HasPrefix(tail, "key/")
	switch {
	case r.declared != nil:
		r.policy, r.policyOf = r.declared.policy, r.declared.arn
		bucket, _, below := strings.Cut(r.declared.arn, "/")
		if above := r.w.declared(bucket); kind == "s3" && below && r.policy == nil && above != nil {
			r.policy, r.policyOf = above.policy, above.arn // an object's bucket
		}
	case r.must && known[r.owner] && account != "aws":
		r.policy = defaultKeyPolicy(r.owner)
	}
	if failure := r.trustPolicy(known); failure != "" {
		return failure
	}
	r.noPolicy = account == "aws"
	named := r.req.resourceAccount != "" || account != "" && account != "aws"
	if named && r.declared == nil && !known[r.owner] {
		r.ownerFar = prefixOf(r.req.action) != "iam" // for which roles have no policy
	}
	return ""
}

// declared returns the entry that serves a resource: the longest one that is
// equal or that the resource lies below.
func (w *refWorld) declared(arn string) (best *refResource) {
	for _, d := range w.resources {
		rest, below := strings.CutPrefix(arn, d.arn)
		if below && (rest == "" || rest[0] == '/' || rest[0] == ':') && (best == nil || len(d.arn) > len(best.arn)) {
			best = d
		}
	}
	return best
}

// trustPolicy finds the trust policy that judges an action by which roles are assumed.
func (r *refEval) trustPolicy(known map[string]bool) (failure string) {
	action := lowered(r.req.action)
	if !assumes(action) {
		return ""
	}
	m := roleARN.FindStringSubmatch(r.req.resource)
	role := findARN(r.w.roles, r.req.resource)
	isCall := strings.HasPrefix(action, "sts:assumerole")
	switch {
	case m == nil && r.req.resource != "*",
		m != nil && role == nil && known[m[1]] && isCall:
		return "request"
	}
	r.must, r.trust = true, true
	if role != nil {
		r.policy = role.trust
	}
	return ""
}

// assumes tells whether an action is judged by a role's trust policy (E60, E67, E68).
func assumes(action string) bool {
	return slices.Contains([]string{
		"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
		"sts:tagsession", "sts:setsourceidentity", "sts:setcontext",
	}, lowered(action))
}
