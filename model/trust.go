package model

import (
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/internal/wildcard"
)

// trustActions are what a trust policy may speak of, besides sts:* (A42).
var trustActions = []string{
	"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
	"sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext",
}

func (r *reader) trustAction(n *source.Node) {
	isSame := func(a string) bool { return strings.EqualFold(a, n.Text) }
	if strings.EqualFold(n.Text, "sts:*") || slices.ContainsFunc(trustActions, isSame) {
		return
	}
	pattern, err := wildcard.CompileFold(n.Text)
	prefix := "sts:"
	if err == nil && len(n.Text) > len(prefix) && strings.EqualFold(n.Text[:len(prefix)], prefix) &&
		slices.ContainsFunc(trustActions, pattern.Match) {
		r.report(trustWildcard, n.Position(), "a trust policy names its actions or sts:*; it takes no other pattern such as %s", quote(n.Text))
		return
	}
	d := r.report(trustAction, n.Position(), "a trust policy cannot allow or deny %s; its actions are %s and sts:*",
		quote(n.Text), strings.Join(trustActions, ", "))
	d.Hint = didYouMean(n.Text, trustActions...)
}

// sharedProviders issue tokens for many customers, so that a trust in them must
// test whose token it is (A43).
var sharedProviders = []string{"token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"}

// checkFederation reports an Allow for an OIDC provider whose tokens are not
// told apart (A43): no claim is tested, or of a shared provider no claim but
// the audience, which its other customers can ask for as well.
func (r *reader) checkFederation(s *Statement, n *source.Node) {
	if r.kind != TrustPolicy || s.Effect != Allow || s.Principals == nil {
		return
	}
	for _, p := range s.Principals.Entries {
		host := p.Value
		if arn, err := ParseARN(p.Value); err == nil {
			host, _ = strings.CutPrefix(arn.Resource, "oidc-provider/")
			if host == arn.Resource {
				continue
			}
		}
		if p.Type != FederatedPrincipal || host == "" {
			continue
		}
		shared := slices.Contains(sharedProviders, host)
		tested := false
		for _, entry := range s.Condition {
			claim, ok := cutFold(entry.Key(), host+":")
			tested = tested || ok && !(shared && strings.EqualFold(claim, "aud"))
		}
		if !tested {
			what := "any of its claims, such as " + host + ":aud"
			if shared {
				what = "a claim that tells its customers apart, such as " + host + ":sub"
			}
			r.report(federatedOpen, n.Position(), "whoever gets a token from %s may assume the role: the condition does not test %s", host, what)
		}
	}
}

// cutFold is strings.CutPrefix without regard to the case of ASCII letters.
func cutFold(text, prefix string) (rest string, ok bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return "", false
	}
	return text[len(prefix):], true
}
