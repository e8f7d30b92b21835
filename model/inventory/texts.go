package inventory

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"iamsim/model"
)

// The texts that the formats are made of.
var (
	plainText = &shape{name: "string", numbers: true, about: "Any text; numbers and booleans are taken as they are written."}
	nameText  = &shape{name: "name", verify: nonEmpty, pattern: `.`, numbers: true}

	accountID = &shape{
		name: "account id of 12 digits", article: "an", pattern: `^[0-9]{12}$`, finding: "invalid-account", numbers: true,
		about:  "The 12 digits of an account. Quote an id with leading zeros in JSON.",
		verify: func(text string) (string, bool) { return accountHint(text), model.IsAccountID(text) },
	}

	roleARN  = iamEntity("role", "role/team/Deployer")
	userARN  = iamEntity("user", "user/alice")
	groupARN = iamEntity("group", "group/analysts")

	iamPolicyARN = &shape{
		name: "ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/ReadLogs", article: "an", finding: "invalid-arn",
		pattern: `^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$`,
		about:   "The ARN of a managed policy.",
		verify:  verifyIAMPolicy,
	}
	policyARN = &shape{
		name: "ARN of an IAM policy, an SCP or an RCP", article: "an", finding: "invalid-arn",
		pattern: `^arn:[^:]+:(iam::([0-9]{12}|aws):policy/.+|organizations::[^:]+:policy/(.+/)?(service|resource)_control_policy/.+)$`,
		about:   "The ARN of a managed policy, a service control policy or a resource control policy.",
		verify:  verifyPolicy,
	}
	providerARN = &shape{
		name: "ARN of a SAML or OIDC provider", article: "an", finding: "invalid-arn",
		pattern: `^arn:[^:]+:iam::[0-9]{12}:(saml|oidc)-provider/.+$`,
		about:   "The ARN of a SAML or OIDC provider.",
		verify: func(text string) (string, bool) {
			return verifyIAM(text, model.IsAccountID, "saml-provider", "oidc-provider")
		},
	}
	resourceARN = &shape{
		name: "ARN of one resource, without wildcards", article: "an", finding: "invalid-arn",
		pattern: `^arn:[^:*?]+:[^:*?]+:[^:*?]*:[^:*?]*:[^*?]+$`,
		about:   "The exact ARN of a resource. What is said of it also holds for what lies below it, tags excepted.",
		verify:  verifyResource,
	}
	granteeText = &shape{
		name: "principal ARN or a service principal such as lambda.amazonaws.com", finding: "invalid-arn",
		about:  "The ARN of a user, role, session or root user, or a service principal.",
		verify: verifyGrantee,
	}

	organizationID = prefixedID("organization id", "o-", "an")
	rootID         = prefixedID("root id", "r-", "")
	unitID         = prefixedID("organizational unit id", "ou-", "an")
	endpointID     = prefixedID("VPC endpoint id", "vpce-", "")
	vpcID          = prefixedID("VPC id", "vpc-", "")

	servicePrefix = &shape{
		name: "service prefix such as s3", pattern: `^[a-z0-9-]+$`,
		about: "The service prefix of actions, such as s3.",
		verify: func(text string) (string, bool) {
			if labels := strings.Split(text, "."); len(labels) >= 4 && strings.HasPrefix(text, "com.amazonaws.") && servicePattern.MatchString(labels[3]) {
				return "write the prefix of the service's actions, such as " + quote(labels[3]), false
			}
			return "", servicePattern.MatchString(text)
		},
	}
	sessionDuration = &shape{
		name: "number of seconds from 3600 to 43200", pattern: `^[0-9]+$`, numbers: true,
		about: "Seconds, from 3600 to 43200.",
		verify: func(text string) (string, bool) {
			seconds, err := strconv.Atoi(text)
			return "", err == nil && seconds >= 3600 && seconds <= 43200
		},
	}
)

var servicePattern = regexp.MustCompile(servicePrefixPattern)

const servicePrefixPattern = `^[a-z0-9-]+$`

func nonEmpty(text string) (string, bool) { return "", text != "" }

// iamEntity is the ARN of a kind of entity that IAM stores per account.
func iamEntity(kind, example string) *shape {
	return &shape{
		name:    "ARN of a " + kind + " such as arn:aws:iam::111122223333:" + example,
		article: "an", finding: "invalid-arn",
		pattern: `^arn:[^:]+:iam::[0-9]{12}:` + kind + `/[^*?]+$`,
		about:   "The ARN of the " + kind + ", with its path.",
		verify:  func(text string) (string, bool) { return verifyIAM(text, model.IsAccountID, kind) },
	}
}

// prefixedID is an id that AWS begins with a fixed prefix.
func prefixedID(name, prefix, article string) *shape {
	return &shape{
		name: name + " such as " + prefix + "0a1b", article: article, pattern: `^` + prefix + `.+$`,
		about: "An id that begins with " + prefix + ".",
		verify: func(text string) (string, bool) {
			return "", strings.HasPrefix(text, prefix) && len(text) > len(prefix)
		},
	}
}

const arnForm = "an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE"

// verifyIAM checks an ARN of IAM: no region, an account, one of some types
// and a name without wildcards.
func verifyIAM(text string, account func(string) bool, types ...string) (hint string, ok bool) {
	arn, err := model.ParseARN(text)
	if err != nil {
		return arnForm, false
	}
	kind, name, _ := strings.Cut(arn.Resource, "/")
	switch {
	case arn.Service == "sts" && kind == "assumed-role":
		return "a session belongs to its role: give the role's ARN", false
	case arn.Service != "iam":
		return "the service field must be iam", false
	case arn.Region != "":
		return "ARNs of IAM name no region", false
	case !account(arn.Account):
		return "the account id of an ARN has 12 digits", false
	case !slices.Contains(types, kind):
		if kind = iamTypes[kind]; kind != "" {
			return "this is the ARN of " + kind, false
		}
		return "", false
	case name == "" || strings.HasSuffix(name, "/"):
		return "the name is missing", false
	case strings.ContainsAny(name, "*?"):
		return "wildcards are not allowed here", false
	}
	return "", true
}

// iamTypes are the resource types of IAM that are easily taken for each other.
var iamTypes = map[string]string{
	"role": "a role", "user": "a user", "group": "a group", "policy": "a policy",
	"instance-profile": "an instance profile, not of its role",
	"saml-provider":    "a SAML provider", "oidc-provider": "an OIDC provider",
}

func verifyIAMPolicy(text string) (hint string, ok bool) {
	if text != "" && !strings.Contains(text, ":") {
		return "an ARN is needed, not a name", false
	}
	managed := func(account string) bool { return account == "aws" || model.IsAccountID(account) }
	return verifyIAM(text, managed, "policy")
}

func verifyPolicy(text string) (hint string, ok bool) {
	arn, err := model.ParseARN(text)
	if err == nil && arn.Service == "organizations" {
		_, id, ok := strings.Cut(arn.Resource, "service_control_policy/")
		if !ok {
			_, id, ok = strings.Cut(arn.Resource, "resource_control_policy/")
		}
		return "", ok && id != "" && strings.HasPrefix(arn.Resource, "policy/")
	}
	return verifyIAMPolicy(text)
}

func verifyResource(text string) (hint string, ok bool) {
	arn, err := model.ParseARN(text)
	switch {
	case err != nil:
		return arnForm, false
	case strings.ContainsAny(text, "*?"):
		return "declare the resource itself: what is said of it also holds for what lies below it", false
	}
	return "", arn.Service != "" && arn.Resource != ""
}

func verifyGrantee(text string) (hint string, ok bool) {
	if arn, err := model.ParseARN(text); err == nil {
		fits := (arn.Service == "iam" || arn.Service == "sts") && arn.Resource != "" && !strings.ContainsAny(text, "*?")
		return "", fits && model.IsAccountID(arn.Account)
	}
	if model.IsAccountID(text) {
		return "the account's root user is arn:aws:iam::" + text + ":root", false
	}
	return "", servicePrincipalPattern.MatchString(text)
}

var servicePrincipalPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*\.amazonaws\.com(\.cn)?$`)

// accountHint explains what is wrong with an account id, as far as it is a
// frequent mistake: a number that lost its zeros, or digits in groups.
func accountHint(text string) string {
	if model.IsAccountID(text) {
		return ""
	}
	digits := strings.NewReplacer("-", "", " ", "").Replace(text)
	switch {
	case model.IsAccountID(digits):
		return "write " + quote(digits)
	case text != "" && len(text) < 12 && strings.Trim(text, "0123456789") == "":
		return "were leading zeros lost? quote the id: " + quote(strings.Repeat("0", 12-len(text))+text)
	case strings.Trim(text, "0123456789.eE+_xob") == "" && text != "":
		return "quote the id so that it is no number"
	}
	return ""
}

// splitEntity splits the resource part of an IAM ARN, such as
// role/team/Deployer, into a path that begins and ends with a slash and a name.
func splitEntity(resource string) (path, name string) {
	_, rest, _ := strings.Cut(resource, "/")
	cut := strings.LastIndexByte(rest, '/')
	return "/" + rest[:cut+1], rest[cut+1:]
}
