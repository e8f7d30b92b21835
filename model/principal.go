package model

import (
	"slices"
	"strings"

	"iamsim/internal/source"
)

var principalTypes = []string{"AWS", "Service", "Federated", "CanonicalUser"}

func (r *reader) principals(s *Statement, n *source.Node) {
	if !r.kind.hasPrincipals() {
		for _, element := range []string{"Principal", "NotPrincipal"} {
			if v := n.Get(element); v != nil {
				r.report(elementPlace, v.Position(), "%s has no %s: it applies to whom it is attached to", r.kind.article(), element)
			}
		}
		return
	}
	value, not := r.either(n, "Principal", principalBoth)
	if value == nil {
		r.report(principalMissing, n.Position(), "the statement has no Principal; %s needs one", r.kind.article())
		return
	}
	element := "Principal"
	if not {
		element = "NotPrincipal"
		if r.kind == TrustPolicy || r.kind == ResourceControlPolicy {
			r.report(elementPlace, value.Position(), "%s has no NotPrincipal", r.kind.article()).Rule = "A34"
		} else if s.Effect == Allow && n.Get("Effect") != nil {
			r.report(notPrincipalAllow, value.Position(), "NotPrincipal with Allow is not supported by AWS; it admits everyone who is not listed, anonymous callers too")
		}
	}
	s.Principals = &Principals{Not: not}
	switch {
	case value.Kind == source.String && value.Text == "*":
		s.Principals.Entries = []Principal{{AWSPrincipal, "*"}}
	case value.Kind == source.Object && len(value.Fields) > 0:
		r.principalTypes(s.Principals, value, element)
	case value.Kind == source.Object:
		r.report(principalForm, value.Position(), "%s is an empty object; it names %s", element, strings.Join(principalTypes, ", "))
	case value.Scalar():
		d := r.report(principalForm, value.Position(), "%s is \"*\" or an object such as {\"AWS\": ...}, not %s", element, quote(value.Text))
		d.Hint = "write {\"" + likelyType(value.Text) + "\": " + quote(value.Text) + "}"
	default:
		r.report(principalForm, value.Position(), "%s is \"*\" or an object such as {\"AWS\": ...}, not %s", element, value.Kind.Phrase())
	}
}

func (r *reader) principalTypes(p *Principals, n *source.Node, element string) {
	for i := range n.Fields {
		f := &n.Fields[i]
		at := slices.Index(principalTypes, f.Name)
		if at < 0 {
			d := r.report(principalForm, n.FieldPosition(f), "unknown type %s of %s; allowed are %s",
				quote(f.Name), element, strings.Join(principalTypes, ", "))
			d.Hint = didYouMean(f.Name, principalTypes...)
			continue
		}
		for _, item := range r.texts(f.Value, element+" "+f.Name, "A30", nil) {
			entry := Principal{PrincipalType(at), item.Text}
			p.Entries = append(p.Entries, entry)
			r.principal(entry, item, p.Not)
		}
		if PrincipalType(at) == AWSPrincipal {
			r.checkRedundant(f.Value)
		}
	}
}

// principal checks one entry (A31 to A33). What AWS would refuse is an error,
// even where evaluation could take it as text that matches nobody: such a
// document says something else than its author believes.
func (r *reader) principal(p Principal, n *source.Node, not bool) {
	text, at := p.Value, n.Position()
	if strings.Contains(text, "${") {
		r.report(variablePlace, at, "principal %s: in principals no variable is substituted, this is plain text", quote(text))
		return
	}
	if hasWildcard(text) && !(p.Type == AWSPrincipal && text == "*") {
		r.starred(p, at, not)
		return
	}
	var problem, hint string
	switch p.Type {
	case AWSPrincipal:
		problem, hint = r.awsPrincipal(text, at)
	case ServicePrincipal:
		if !isHostName(text) {
			problem = "the name of a service, such as lambda.amazonaws.com"
		}
	case FederatedPrincipal:
		problem, hint = r.federated(text, at)
	case CanonicalUserPrincipal:
		if !isCanonicalID(text) {
			problem = "a canonical user id of 64 hexadecimal digits"
		}
	}
	if problem == "" {
		return
	}
	d := r.report(principalValue, at, "%s is not %s", quote(text), problem)
	d.Hint = hint
	if other := likelyType(text); hint == "" && other != p.Type.String() && other != "" {
		d.Hint = "it belongs under " + other
	}
}

// starred reports a wildcard in a principal (A32, B35).
func (r *reader) starred(p Principal, at Position, not bool) {
	text := p.Value
	switch {
	case text == "*":
		r.report(principalWildcard, at, "%s takes no wildcard; everybody is written \"*\" or {\"AWS\": \"*\"}", p.Type)
	case p.Type == AWSPrincipal && strings.HasPrefix(text, "arn:") && !not:
		d := r.report(principalStarred, at, "a principal is named without wildcards; %s would match nobody", quote(text))
		d.Hint = "name the account, or use \"*\" with a condition on aws:PrincipalArn"
	default:
		r.report(principalWildcard, at, "a principal is named without wildcards, not as %s", quote(text))
	}
}

// awsPrincipal returns what text should have been, if it is no AWS principal.
func (r *reader) awsPrincipal(text string, at Position) (problem, hint string) {
	const forms = "an account id, a user, role, session or root ARN, a unique id, or \"*\""
	if text == "*" || IsAccountID(text) {
		return "", ""
	}
	if kind, ok := uniqueID(text); ok {
		switch kind {
		case "AIDA", "AROA":
			return "", ""
		case "AGPA", "AIPA":
			r.report(principalKind, at, "%s is a group or an instance profile, which cannot be a principal and matches nobody", quote(text))
			return "", ""
		}
		return forms, "of unique ids only those of users (AIDA) and roles (AROA) are principals"
	}
	arn, err := ParseARN(text)
	if err != nil {
		return forms, ""
	}
	problem, hint = forms, ""
	switch arn.Service {
	case "iam":
		problem, hint = r.iamPrincipal(arn, at)
	case "sts":
		problem, hint = r.sessionPrincipal(arn, at)
	case "sso", "identitystore":
		r.report(principalKind, at, "%s is of IAM Identity Center, whose users cannot be principals; name the account and test aws:PrincipalArn", quote(text))
		problem = ""
	}
	return problem, hint
}

func (r *reader) iamPrincipal(arn ARN, at Position) (problem, hint string) {
	kind, name, _ := strings.Cut(arn.Resource, "/")
	// The identities of CloudFront live in an account of that name.
	if !IsAccountID(arn.Account) && !(arn.Account == "cloudfront" && kind == "user") {
		return "an ARN with a 12-digit account id", ""
	}
	if arn.Region != "" {
		return "an ARN of IAM, which has no region", ""
	}
	switch {
	case arn.Resource == "root":
		return "", ""
	case (kind == "user" || kind == "role") && name != "" && !strings.HasSuffix(name, "/"):
		return "", ""
	case kind == "group" || kind == "instance-profile":
		r.report(principalKind, at, "%s is a %s, which cannot be a principal and matches nobody", quote(arn.String()), kind)
		return "", ""
	case kind == "assumed-role" || kind == "federated-user":
		return "the ARN of a session", "sessions belong to the service sts: arn:" + arn.Partition + ":sts::" + arn.Account + ":" + arn.Resource
	case kind == "oidc-provider" || kind == "saml-provider":
		return "an identity of an account", "it belongs under Federated"
	}
	return "the ARN of a user, a role or the root user", ""
}

func (r *reader) sessionPrincipal(arn ARN, at Position) (problem, hint string) {
	parts := strings.Split(arn.Resource, "/")
	full := !slices.Contains(parts, "") && IsAccountID(arn.Account) && arn.Region == ""
	switch {
	case full && parts[0] == "assumed-role" && len(parts) > 3:
		last := len(parts) - 1
		d := r.report(sessionPath, at, "%s names no session: the ARN of a session has the role's name without its path", quote(arn.String()))
		d.Hint = "did you mean assumed-role/" + parts[last-1] + "/" + parts[last] + "?"
		return "", ""
	case full && parts[0] == "assumed-role" && len(parts) == 3, full && parts[0] == "federated-user" && len(parts) == 2:
		return "", ""
	case full && parts[0] == "assumed-role" && len(parts) == 2:
		return "the ARN of a session", "name the session behind the role, or the role: arn:" + arn.Partition + ":iam::" + arn.Account + ":role/" + parts[1]
	}
	return "the ARN of a session: assumed-role/ROLE/SESSION or federated-user/NAME of an account", ""
}

// uniqueID returns the prefix of an IAM unique id (B45).
func uniqueID(text string) (prefix string, ok bool) {
	const length = 4
	if len(text) <= length || text[0] != 'A' || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", false
	}
	known := []string{"AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA", "ASCA", "ASIA", "AKIA", "ACCA", "ABIA"}
	return text[:length], slices.Contains(known, text[:length])
}

// federatedNames are the identity providers that need no ARN (A31).
var federatedNames = []string{
	"accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com",
}

func (r *reader) federated(text string, at Position) (problem, hint string) {
	if slices.Contains(federatedNames, text) {
		if r.kind != TrustPolicy {
			r.report(federatedPlace, at, "%s names web identities only in trust policies", quote(text))
		}
		return "", ""
	}
	if isProviderARN(text) {
		return "", ""
	}
	return "an identity provider: the ARN of an oidc-provider or a saml-provider, or one of " + strings.Join(federatedNames, ", "),
		didYouMean(text, federatedNames...)
}

func isProviderARN(text string) bool {
	arn, err := ParseARN(text)
	if err != nil || arn.Service != "iam" || !IsAccountID(arn.Account) {
		return false
	}
	kind, name, _ := strings.Cut(arn.Resource, "/")
	return name != "" && (kind == "oidc-provider" || kind == "saml-provider")
}

// isHostName reports whether text is made of labels joined by dots, as the
// names of services are.
func isHostName(text string) bool {
	labels := strings.Split(text, ".")
	for _, label := range labels {
		bad := func(c rune) bool { return !isAlphanumeric(c) && c != '-' && c != '_' }
		if label == "" || strings.ContainsFunc(label, bad) {
			return false
		}
	}
	return len(labels) > 1
}

// isCanonicalID recognises the canonical id of an account (64 digits) or of a
// CloudFront origin access identity (96 digits).
func isCanonicalID(text string) bool {
	return (len(text) == 64 || len(text) == 96) && strings.Trim(strings.ToLower(text), "0123456789abcdef") == ""
}

// likelyType guesses under which name of a Principal a text belongs; empty if it cannot.
func likelyType(text string) string {
	switch {
	case isProviderARN(text), slices.Contains(federatedNames, text):
		return "Federated"
	case isCanonicalID(text):
		return "CanonicalUser"
	case IsAccountID(text), strings.HasPrefix(text, "arn:"):
		return "AWS"
	case isHostName(text):
		return "Service"
	}
	return ""
}

// checkRedundant reports sessions beside their own role (A72).
func (r *reader) checkRedundant(n *source.Node) {
	type role struct{ partition, account, name string }
	roles := map[role]string{}
	for _, item := range list(n) {
		arn, err := ParseARN(item.Text)
		if path, ok := strings.CutPrefix(arn.Resource, "role/"); err == nil && ok && arn.Service == "iam" {
			roles[role{arn.Partition, arn.Account, path[strings.LastIndexByte(path, '/')+1:]}] = item.Text
		}
	}
	if len(roles) == 0 {
		return
	}
	for _, item := range list(n) {
		arn, err := ParseARN(item.Text)
		parts := strings.Split(arn.Resource, "/")
		if err != nil || arn.Service != "sts" || len(parts) != 3 || parts[0] != "assumed-role" {
			continue
		}
		if of, ok := roles[role{arn.Partition, arn.Account, parts[1]}]; ok {
			r.report(redundant, item.Position(), "%s is a session of %s, which is listed too", quote(item.Text), quote(of))
		}
	}
}
