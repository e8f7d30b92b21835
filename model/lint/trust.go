package lint

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// narrows reports whether a test that holds leaves only chosen values: it is
// positive, false without the key, and no value of it is a star alone.
func narrows(e entry) bool {
	op := e.Operator()
	return op.Base != conditions.Null && !op.Negated() && !op.IfExists && op.Set != conditions.ForAllValues &&
		!(op.Wildcards() && slices.ContainsFunc(e.Entry.Values(), func(v string) bool { return strings.Trim(v, "*?:/") == "" }))
}

// checkTrust looks at whom a trust policy trusts (rule A43).
func (s *statement) checkTrust() {
	if s.policy.Kind != model.TrustPolicy || s.Effect != model.Allow || s.Principals == nil || s.Principals.Not {
		return
	}
	principals := s.node.Get("Principal")
	for _, p := range s.Principals.Entries {
		at := principalPosition(principals, p)
		switch {
		case p.Type == model.AWSPrincipal && p.Value == "*":
			s.trustAnyone(at)
		case p.Type == model.FederatedPrincipal:
			s.trustProvider(p.Value, at)
		}
	}
}

// principalPosition is the place of one entry of a Principal element.
func principalPosition(n *source.Node, p model.Principal) model.Position {
	for _, item := range items(n.Get(p.Type.String())) {
		if item.Text == p.Value {
			return item.Position()
		}
	}
	return n.Position()
}

// identifying begin the names of the keys that tell who calls, or from where,
// in lower case; some that begin so tell only what kind of caller it is.
var (
	identifying = []string{
		"aws:principal", "aws:source", "aws:vpc", "aws:userid", "aws:username", "aws:ec2instancesource",
		"aws:signinsessionarn", "sts:externalid", "saml:",
	}
	unidentifying = []string{"aws:principaltype", "aws:principalisawsservice", "aws:sourceidentity"}
)

func (s *statement) trustAnyone(at model.Position) {
	for _, e := range s.entries {
		key := conditions.FoldKey(e.Key())
		namespace, _, _ := strings.Cut(key, ":")
		tells := strings.Contains(namespace, ".") ||
			slices.ContainsFunc(identifying, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
		if tells && !slices.Contains(unidentifying, key) && narrows(e) {
			return
		}
	}
	d := s.report(trustAnyone, at, "every AWS account may assume the role: no condition narrows the trust in \"*\"")
	d.Hint = "name the account or the role, or test aws:PrincipalOrgID or aws:PrincipalArn"
}

// provider is what a trust in an identity provider has to test.
type provider struct {
	// claims are the keys of which one must be narrowed, without prefix; none
	// means any claim but the audience.
	claims []string
}

// providerOf returns the prefix of a provider's keys and its claims.
func providerOf(name string) (prefix string, p provider) {
	arn, err := model.ParseARN(name)
	if err == nil && strings.HasPrefix(arn.Resource, "saml-provider/") {
		return "saml:", provider{claims: []string{"aud", "iss", "doc", "sub", "namequalifier"}}
	}
	host := name
	if err == nil {
		host, _ = strings.CutPrefix(arn.Resource, "oidc-provider/")
	}
	prefix = host + ":"
	switch {
	case host == "cognito-identity.amazonaws.com":
		p.claims = []string{"aud", "sub"}
	case host == "accounts.google.com":
		p.claims = []string{"aud", "oaud", "sub"}
	case host == "graph.facebook.com", host == "www.amazon.com":
		p.claims = []string{"app_id", "id", "user_id"}
	case strings.HasPrefix(host, "oidc.eks."):
		p.claims = []string{"sub"}
	case slices.Contains([]string{"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"}, host):
	default:
		p.claims = []string{"aud", "sub"}
	}
	return prefix, p
}

// pins reports whether a test narrows one of the provider's claims.
func (p provider) pins(claim string, e entry) bool {
	claim = strings.ToLower(claim)
	if len(p.claims) == 0 {
		return claim != "aud" && narrows(e) && !slices.ContainsFunc(e.Entry.Values(), leadingStar)
	}
	return slices.Contains(p.claims, claim) && narrows(e)
}

// leadingStar reports whether a subject is open to the customers of a shared
// provider: a pattern that names none of them, such as repo:*.
func leadingStar(v string) bool {
	_, owner, found := strings.Cut(v, ":")
	return strings.HasPrefix(v, "*") || found && strings.HasPrefix(owner, "*")
}

// trustProvider reports a provider whose claims are tested, but not the one
// that tells its users apart, or not so that it would. That none is tested at
// all model reports, for OIDC.
func (s *statement) trustProvider(name string, at model.Position) {
	prefix, p := providerOf(name)
	tested := prefix == "saml:"
	for _, e := range s.entries {
		key := conditions.FoldKey(e.Key())
		claim, ok := strings.CutPrefix(key, conditions.FoldKey(prefix))
		if !ok {
			continue
		}
		if p.pins(claim, e) {
			return
		}
		tested = tested || len(p.claims) > 0 || claim != "aud"
	}
	if !tested {
		return
	}
	claim := "sub"
	if len(p.claims) > 0 {
		claim = p.claims[0]
	}
	d := s.report(federatedClaim, at, "the condition does not pin %s%s: whoever gets a token from %s may assume the role", prefix, claim, name)
	d.Hint = "test " + prefix + claim + " with StringEquals, or with StringLike and a pattern that names its owner"
}

// serviceKeys name AWS services.
var serviceKeys = []string{"aws:principalservicename", "aws:principalservicenameslist", "iam:passedtoservice"}

// checkServices reports patterns of services that admit all of them. In a
// Principal a wildcard is an error already (rule A32).
func (s *statement) checkServices() {
	if s.Effect != model.Allow {
		return
	}
	for _, e := range s.entries {
		op := e.Operator()
		if !slices.Contains(serviceKeys, conditions.FoldKey(e.Key())) || !op.Wildcards() || op.Negated() {
			continue
		}
		for _, n := range e.values {
			p, err := wildcard.Compile(n.Text)
			if err == nil && p.Match("any-service.amazonaws.com") && p.Match("other.amazonaws.com") {
				s.report(anyService, n.Position(), "%s %s: %s admits every service; name those that are meant", op, quote(e.Key()), quote(n.Text))
			}
		}
	}
}
