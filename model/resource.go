package model

import (
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/internal/wildcard"
)

func (r *reader) resources(s *Statement, n *source.Node) {
	value, not := r.either(n, "Resource", resourceBoth)
	element := "Resource"
	if not {
		element = "NotResource"
	}
	if value == nil {
		r.withoutResource(n)
		return
	}
	if r.kind == TrustPolicy {
		r.report(elementPlace, value.Position(), "a trust policy has no %s: it hangs on its role", element).Rule = "A42"
		return
	}
	s.HasResource, s.NotResource = true, not
	null := func(item *source.Node) bool {
		if not {
			return false
		}
		r.report(resourceNull, item.Position(), "a null in the list of resources")
		return true
	}
	items := r.texts(value, element, "A15", null)
	s.Resources = r.textsOf(items)
	for _, item := range items {
		r.resource(item)
	}
}

// withoutResource says what the lack of Resource and NotResource means (A15, A41).
func (r *reader) withoutResource(n *source.Node) {
	switch r.kind {
	case TrustPolicy, ResourcePolicy:
	case KeyPolicy:
		r.report(resourceAbsent, n.Position(), "the statement has no Resource and therefore no effect; in a key policy \"*\" is this key")
	default:
		r.report(resourceMissing, n.Position(), "the statement has neither Resource nor NotResource; %s needs one", r.kind.article())
	}
}

// resource checks one entry of Resource or NotResource.
func (r *reader) resource(n *source.Node) {
	text, at := n.Text, n.Position()
	if text == "*" {
		return
	}
	if !strings.HasPrefix(text, "arn:") {
		r.notARN(n)
		return
	}
	r.resourceVariables(n)
	pattern := parseARNPattern(text)
	if !pattern.whole() {
		r.report(resourceShort, at, "resource %s has %d of the six fields of an ARN; %s", quote(text), pattern.count, r.shortMeaning())
	}
	blank := strings.ContainsAny(pattern.head(), " \t\r\n")
	if blank || strings.TrimRight(text, " \t\r\n") != text {
		r.report(resourceBlank, at, "resource %s holds a blank, which is compared like any character", quote(text))
	}
	r.resourceFields(n, pattern.fields[:min(pattern.count, arnFields-1)])
	if pattern.whole() {
		r.serviceForm(n, pattern.fields[:arnFields-1], pattern.fields[arnFields-1])
	}
}

func (r *reader) notARN(n *source.Node) {
	text, at := n.Text, n.Position()
	switch {
	case r.kind.ofIdentities() || r.kind.ofOrganizations():
		d := r.report(resourceForm, at, "resource %s is neither \"*\" nor an ARN", quote(text))
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "arn:") {
			d.Hint = "it must begin with \"arn:\" in lower case, without blanks before it"
		}
	case strings.HasPrefix(text, "execute-api:/"):
		// The short form of API Gateway, which stands for the API's own ARN (A19).
	default:
		r.report(resourceInert, at, "resource %s is neither \"*\" nor an ARN; it is compared as it stands", quote(text))
	}
}

// shortMeaning says what an ARN with fewer than six fields comes to (B15).
func (r *reader) shortMeaning() string {
	switch r.kind {
	case IdentityPolicy, PermissionsBoundary:
		return "the missing ones are taken as *"
	case SessionPolicy:
		return "AWS refuses that in session policies"
	case ServiceControlPolicy, ResourceControlPolicy:
		return "AWS refuses that in " + r.kind.article()
	}
	return "nothing is added, so that it matches nothing unless a wildcard reaches across colons"
}

// resourceVariables checks the ${...} of an ARN (D2, D5, D6).
func (r *reader) resourceVariables(n *source.Node) {
	text, at := n.Text, n.Position()
	if !strings.Contains(text, "${") {
		return
	}
	if !r.variables {
		r.report(variableVersion, at, "resource %s: without \"Version\": %q ${...} is plain text", quote(text), Version2012)
		return
	}
	pattern := parseARNPattern(text)
	if strings.Contains(pattern.head(), "${") {
		r.report(variablePlace, at, "resource %s: a variable is substituted behind the fifth colon only, before it ${...} is plain text", quote(text))
	}
	_, err := wildcard.ParseTemplate(text, wildcard.Syntax{Variables: true, Wildcards: true, Resource: true})
	if err != nil {
		r.report(variableSyntax, at, "resource %v", err)
	}
}

// partitions are the partitions of AWS (A19).
var partitions = []string{
	"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc",
}

// resourceFields checks partition and service (A19).
func (r *reader) resourceFields(n *source.Node, fields []string) {
	text, at := n.Text, n.Position()
	if len(fields) > 1 && !hasWildcard(fields[1]) && !strings.Contains(fields[1], "${") && !slices.Contains(partitions, fields[1]) {
		d := r.report(resourcePartition, at, "resource %s: there is no partition %s", quote(text), quote(fields[1]))
		d.Hint = didYouMean(fields[1], partitions...)
	}
	if len(fields) > 2 && (fields[2] == "" || hasWildcard(fields[2])) {
		r.report(resourceService, at, "resource %s: the third field of an ARN names the service; AWS takes no wildcard there", quote(text))
	}
}

func hasWildcard(text string) bool { return strings.ContainsAny(text, "*?") }

// iamTypes begin the resource part of every IAM ARN (A20).
var iamTypes = []string{
	"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
	"sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
}

// s3Regional begin the resource parts of those S3 ARNs that have a region.
var s3Regional = []string{"accesspoint", "access-grants", "job/", "storage-lens", "async-request/"}

// serviceForm checks the forms that IAM and S3 give their ARNs (A20, A21).
func (r *reader) serviceForm(n *source.Node, fields []string, resource string) {
	text, at := n.Text, n.Position()
	begins := func(prefix string) bool { return strings.HasPrefix(resource, prefix) }
	region := fields[3]
	switch fields[2] {
	case "iam":
		kind, _, slash := strings.Cut(resource, "/")
		switch {
		case region != "" && !hasWildcard(region):
			r.report(resourceIAM, at, "resource %s: ARNs of IAM have no region", quote(text))
		// The root user is the resource of sts:AssumeRoot.
		case resource == "*" || resource == "root" || slices.ContainsFunc(iamTypes, begins):
		case slash && hasWildcard(kind):
			r.report(resourceType, at, "resource %s: a wildcard in the type of an IAM resource, %s, is said not to be allowed", quote(text), quote(kind))
		default:
			d := r.report(resourceIAM, at, "resource %s: the resource of an IAM ARN is * or begins with one of %s", quote(text), strings.Join(iamTypes, " "))
			d.Hint = didYouMean(kind+"/", iamTypes...)
		}
	case "s3":
		if region != "" && !hasWildcard(region) && !hasWildcard(resource[:min(len(resource), 1)]) &&
			!slices.ContainsFunc(s3Regional, begins) && !strings.Contains(region, "${") {
			r.report(resourceS3Region, at, "resource %s: ARNs of buckets and objects have no region", quote(text))
		}
	}
}
