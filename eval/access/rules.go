package access

import (
	"strings"
	"sync"

	"iamsim/eval"
)

// actionsOf is the space of a list of action patterns.
func actionsOf(o *eval.Options, list ...string) space {
	var out []pattern
	for _, text := range list {
		out = append(out, actionPatterns(text, o)...)
	}
	return actionUniverse.within(out)
}

// arnsOf is the space of a list of ARN patterns.
func arnsOf(list ...string) space {
	var out []pattern
	for _, text := range list {
		scan := scanner{text: text}
		var p pattern
		for scan.at < len(text) {
			p = append(p, scan.next()...)
		}
		out = append(out, p)
	}
	return arnUniverse.within(out)
}

// roleCalls are the actions that a role's trust policy judges (A42, E60, E68).
var roleCalls = []string{
	"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
	"sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext",
}

// tokenCalls are those that bring a token instead of credentials (E67).
var tokenCalls = roleCalls[1:3]

// signedCalls are the others.
var signedCalls = []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"}

// ruling makes a region out of a fixed rule.
func ruling(rule, text string, actions space) Region {
	r := everywhere(deny)
	r.actions, r.rule, r.ruleText = actions, rule, text
	return r
}

// on narrows a region to ARNs.
func (r Region) on(arns space) Region {
	r.resources = resources{space: r.resources.space.and(arns)}
	return r
}

// outside narrows a region to actions outside a list.
func (r Region) outside(o *eval.Options, list ...string) Region {
	excluded := actionsOf(o, list...)
	r.actions = r.actions.and(space{not: excluded.all[0]})
	return r
}

// serviceRules are the service rules of section E.13 that refuse some request of the caller.
func serviceRules(principal string, st eval.Standing, o *eval.Options) []Region {
	var out []Region
	add := func(rule, text string, actions space) { out = append(out, ruling(rule, text, actions)) }
	switch st.Caller {
	case "anonymous caller":
		out = append(out, assuming(ruling("B30", "an anonymous caller cannot assume a role", space{}), o)...)
	case "root user":
		out = append(out, assuming(ruling("E64", "the root user cannot assume a role", space{}), o)...)
	case "federated user":
		add("E6B", "a federated user's session cannot call IAM", actionsOf(o, "iam:*"))
		add("E6B", "a federated user's session can call nothing of STS but sts:GetCallerIdentity", actionsOf(o, "sts:*"))
	case "role session":
		add("E6B", "a role session cannot call sts:GetFederationToken or sts:GetSessionToken", actionsOf(o, "sts:GetFederationToken", "sts:GetSessionToken"))
	case "token caller":
		call := "sts:AssumeRoleWithWebIdentity"
		if strings.Contains(principal, ":saml-provider/") {
			call = "sts:AssumeRoleWithSAML"
		}
		out = append(out, ruling("E67", "the bearer of a token can make no call but the one that turns the token into a session", space{}).
			outside(o, "sts:TagSession", "sts:SetSourceIdentity", call))
	}
	if st.Token {
		if !st.SecondFactor {
			add("E6B", "a GetSessionToken session made without MFA cannot call IAM", actionsOf(o, "iam:*"))
		}
		out = append(out, ruling("E6B", "a GetSessionToken session can call nothing of STS but sts:AssumeRole and sts:GetCallerIdentity",
			actionsOf(o, "sts:*")).outside(o, "sts:AssumeRole"))
	}
	return append(append(out, foreignRoles(st)...), protected()...)
}

// assuming narrows a rule to the calls that assume a role; tags passed to
// sts:GetFederationToken are none (E68).
func assuming(r Region, o *eval.Options) []Region {
	r.actions = actionsOf(o, signedCalls...)
	federated := fieldsARN("sts", "federated-user/*", true)
	tag, rest := r, r
	rest.actions = actionsOf(o, "sts:AssumeRole", "sts:SetSourceIdentity", "sts:SetContext")
	tag.actions = actionsOf(o, "sts:TagSession")
	tag.resources.space = space{not: federated.all[0]}
	return []Region{rest, tag}
}

// fieldsARN is the space of the ARNs of a service whose resource part fits a
// pattern, field by field: a star at the end of a field would reach past its
// colon (B14), so that each field is told empty or not. withAccount asks for an account as well.
func fieldsARN(service, resource string, withAccount bool) space {
	var list []string
	accounts := []string{"", "*?"}
	if !withAccount {
		accounts = accounts[:1]
	}
	for _, region := range []string{"", "*?"} {
		for _, account := range accounts {
			list = append(list, "arn:*?:"+service+":"+region+":"+account+":"+resource)
		}
	}
	return arnsOf(list...)
}

// passing is the passing of any role.
var passing = sync.OnceValue(func() Region {
	o := &eval.Options{}
	return ruling("E71", "a role cannot be passed across accounts", actionsOf(o, "iam:PassRole")).on(fieldsARN("iam", "role/*", true))
})

// foreignRoles is E71: a role of another account cannot be passed.
func foreignRoles(st eval.Standing) []Region {
	r := passing()
	if st.Account != "" {
		own := arnsOf("arn:*?:iam::"+st.Account+":role/*", "arn:*?:iam:*?:"+st.Account+":role/*")
		r.resources.space = r.resources.space.and(space{not: own.all[0]})
	}
	return []Region{r}
}

const anyAccount = "????????????"

// protected is E73: what AWS itself owns cannot be changed.
var protected = sync.OnceValue(func() []Region {
	o := &eval.Options{}
	iam := func(names ...string) space {
		return actionsOf(o, prefixed("iam:", names)...)
	}
	changes := []string{
		"AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "PutRolePermissionsBoundary",
		"DeleteRolePermissionsBoundary", "UpdateAssumeRolePolicy", "CreateRole", "DeleteRole",
	}
	reserved := append([]string{"UpdateRole", "UpdateRoleDescription", "TagRole", "UntagRole", "PassRole"}, changes...)
	return []Region{
		ruling("E73", "AWS managed policies cannot be changed", iam("CreatePolicy", "CreatePolicyVersion", "DeletePolicy",
			"DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy")).on(arnsOf("arn:*?:iam::aws:policy/*")),
		ruling("E73", "roles under /aws-reserved/ can be neither changed nor passed", iam(reserved...)).
			on(arnsOf("arn:*?:iam::" + anyAccount + ":role/aws-reserved/*")),
		ruling("E73", "a service-linked role is changed through its service alone", iam(changes...)).
			on(arnsOf("arn:*?:iam::" + anyAccount + ":role/aws-service-role/*")),
		ruling("E73", "aliases under alias/aws/ cannot be changed", actionsOf(o, "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias")).
			on(fieldsARN("kms", "alias/aws/*", true)),
	}
})

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = prefix + name
	}
	return out
}

// alwaysAllowed is what no policy can refuse the caller (E70); ok is false
// where there is no such thing.
func alwaysAllowed(st eval.Standing, o *eval.Options) (Region, bool) {
	if st.Caller == "anonymous caller" || st.Caller == "token caller" {
		return Region{}, false
	}
	list := []string{"sts:GetCallerIdentity"}
	if (st.Caller == "user" || st.Caller == "root user") && !st.Token {
		list = append(list, "sts:GetSessionToken")
	}
	r := everywhere(allow)
	r.actions, r.rule, r.ruleText = actionsOf(o, list...), "E70", "no policy can refuse it"
	return r, true
}

// rcpDomains are the requests that RCPs apply to (E36).
var rcpDomains = sync.OnceValue(func() []Region {
	var rest []string
	for _, service := range eval.RCPServices() {
		if service != "kms" {
			rest = append(rest, service+":*")
		}
	}
	o := &eval.Options{}
	one, two := everywhere(deny), everywhere(deny)
	one.actions = actionsOf(o, rest...)
	two.actions = actionsOf(o, "kms:*")
	two = two.outside(o, "kms:RetireGrant")
	two.resources.space = space{not: fieldsARN("kms", "alias/aws/*", true).all[0]}
	return []Region{one, two}
})

// rcpRegions narrows a Deny of an RCP to what RCPs apply to.
func rcpRegions(r Region) []Region {
	var out []Region
	for _, domain := range rcpDomains() {
		if narrowed := r.and(domain); !narrowed.empty() {
			out = append(out, narrowed)
		}
	}
	return out
}

// bucketOwner spares the root user of the account that owns a bucket from what
// the bucket's policy denies about itself (E3).
func bucketOwner(r Region, st eval.Standing) []Region {
	if st.Caller != "root user" || !st.Same {
		return []Region{r}
	}
	o := &eval.Options{}
	spared := []string{"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}
	objects := everywhere(deny).on(arnsOf("arn:*:*:*:*:*/*"))
	objects.actions = actionsOf(o, spared...)
	var out []Region
	for _, part := range []Region{r.outside(o, spared...), r.and(objects)} {
		if !part.empty() {
			out = append(out, part)
		}
	}
	return out
}

// service is the pattern of all actions of a service.
func service(o *eval.Options, prefix string) space { return actionsOf(o, strings.ToLower(prefix)+":*") }
