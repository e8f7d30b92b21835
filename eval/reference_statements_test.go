package eval_test

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/model"
)

// document makes a policy of a kind. SessionPolicy stands for a managed policy
// of any use in IAM.
func (g *generator) document(kind model.PolicyKind) *refDoc {
	d := &refDoc{version: "2012-10-17", bare: g.chance(30)}
	organization := kind == model.ServiceControlPolicy || kind == model.ResourceControlPolicy
	if !organization && g.chance(12) {
		d.version = pick(g, []string{"", "2008-10-17"})
	}
	for range g.IntN(3) + 1 {
		d.stmts = append(d.stmts, g.stmt(kind))
	}
	return d
}

func (g *generator) stmt(kind model.PolicyKind) *refStmt {
	g.sids++
	s := &refStmt{effect: "Allow", sid: fmt.Sprintf("S%d", g.sids), bare: g.chance(50)}
	if g.chance(12) || kind == model.ServiceControlPolicy && g.chance(35) || kind == model.ResourceControlPolicy {
		s.effect = "Deny"
	}
	deny := s.effect == "Deny"
	g.actionElement(s, kind)
	g.resourceElement(s, kind)
	switch kind {
	case model.ResourceControlPolicy:
		s.principals = &refPrincipals{everyone: true}
	case model.ResourcePolicy, model.TrustPolicy, model.KeyPolicy, model.EndpointPolicy:
		s.principals = g.principalElement(kind, deny)
	}
	if g.chance(35) || deny && g.chance(65) {
		for range g.IntN(2) + 1 {
			g.addCondition(s)
		}
	}
	if g.chance(2) {
		s.emptyCond = true
	}
	if g.chance(2) {
		s.cond = append(s.cond, refCond{op: "NoSuchOperator", emptyBlock: true})
	}
	return s
}

func (g *generator) actionElement(s *refStmt, kind model.PolicyKind) {
	switch kind {
	case model.TrustPolicy:
		list := []string{
			"sts:AssumeRole", "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession",
			"sts:*", "STS:assumerole",
		}
		s.actions = some(g, 3, func() string { return pick(g, list) })
		return
	case model.ResourceControlPolicy:
		s.actions = some(g, 2, func() string {
			prefix, name, _ := strings.Cut(pick(g, actionNames), ":")
			return prefix + ":" + g.blur(name)
		})
		return
	}
	deny := s.effect == "Deny"
	s.notAction = g.chance(12) && !(deny && g.chance(50))
	if g.chance(2) {
		return // an empty list (A14)
	}
	s.actions = some(g, 3, func() string {
		if g.chance(40) && !(deny && g.chance(60)) {
			return "*"
		}
		prefix, name, _ := strings.Cut(pick(g, actionNames), ":")
		switch {
		case g.chance(6):
			prefix = "*"
		case g.chance(20) && (kind == model.ResourcePolicy || kind == model.KeyPolicy || kind == model.EndpointPolicy):
			prefix = g.blur(prefix)
		}
		text := prefix + ":" + g.blur(name)
		if g.chance(10) {
			text = strings.ToUpper(text)
		}
		return text
	})
}

// blur puts wildcards into a text.
func (g *generator) blur(text string) string {
	for g.chance(45) {
		if text == "" {
			return "*"
		}
		at := g.IntN(len(text))
		if g.chance(60) {
			end := at + g.IntN(len(text)-at) + 1
			if g.chance(40) {
				end = len(text)
			}
			text = text[:at] + "*" + text[end:]
		} else {
			text = text[:at] + "?" + text[at+1:]
		}
	}
	return text
}

func (g *generator) resourceElement(s *refStmt, kind model.PolicyKind) {
	if kind == model.TrustPolicy {
		return
	}
	free := kind == model.ResourcePolicy || kind == model.KeyPolicy
	if free && g.chance(15) {
		return
	}
	s.element = plainResource
	if g.chance(15) && !(s.effect == "Deny" && g.chance(50)) {
		s.element = notResource
	}
	if g.chance(2) {
		s.resources = []string{}
		return
	}
	s.resources = some(g, 3, func() string { return g.resourcePattern(free || kind == model.EndpointPolicy) })
	if s.element == notResource && g.chance(40) {
		// What a list leaves out shows only where it does not hold a star.
		s.resources = []string{"arn:aws:s3:::" + pick(g, resourceVariables) + "*"}
	}
}

var resourceVariables = []string{
	"${aws:username}", "${aws:PrincipalTag/team}", "${AWS:UserName, 'alice'}", "${*}", "${$}", "${aws:PrincipalAccount}",
	"${aws:PrincipalOrgPaths}", "${aws:TagKeys, 'k'}", "${x:str}",
}

func (g *generator) resourcePattern(free bool) string {
	if g.chance(50) {
		return "*"
	}
	if g.chance(8) {
		return "arn:aws:s3:::*"
	}
	text := pick(g, slices.Concat(resourceARNs, roleARNs))
	switch {
	case text == "*" || g.chance(15):
		return pick(g, []string{"*", "arn:aws:s3:::data*", "arn:aws:s3:::data/*", "arn:aws:kms:*"})
	case free && g.chance(5):
		return pick(g, []string{"execute-api:/prod/*", "execute-api:/*", "data", "?rn:aws:s3:::data/k", "*/k", "**"})
	case g.chance(8): // short (B15)
		fields := strings.Split(text, ":")
		return strings.Join(fields[:g.IntN(4)+2], ":")
	case g.chance(20):
		head, tail, _ := cutAfterFields(text)
		return head + strings.Replace(tail, pick(g, []string{"alice", "k", "data", "q"}), pick(g, resourceVariables), 1)
	case g.chance(6):
		return strings.Replace(text, accountA, "${aws:PrincipalAccount}", 1)
	case g.chance(6):
		fields := strings.SplitN(text, ":", 4)
		return fields[0] + ":" + fields[1] + ":" + strings.ToUpper(fields[2]) + ":" + fields[3]
	}
	return "arn:" + g.blur(strings.TrimPrefix(text, "arn:"))
}

// cutAfterFields cuts an ARN behind its fifth colon.
func cutAfterFields(arn string) (head, tail string, ok bool) {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return arn, "", false
	}
	return strings.Join(fields[:5], ":") + ":", fields[5], true
}

func awsEntries(values ...string) []model.Principal {
	var out []model.Principal
	for _, v := range values {
		out = append(out, model.Principal{Type: model.AWSPrincipal, Value: v})
	}
	return out
}

// principalNames are values of a Principal element.
func (g *generator) principalNames(t model.PrincipalType) []string {
	switch t {
	case model.ServicePrincipal:
		return services
	case model.FederatedPrincipal:
		return append([]string{"accounts.google.com"}, providerARNs...)
	case model.CanonicalUserPrincipal:
		return []string{strings.Repeat("0a", 32)}
	}
	return []string{
		accountA, accountB, "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root", accountC,
		userARNs[0], userARNs[1], userARNs[2], roleARNs[0], roleARNs[1], roleARNs[2], roleARNs[0], userARNs[0],
		"arn:aws:iam::333333333333:user/eve", "arn:aws:iam::333333333333:role/Far",
		"arn:aws:sts::111111111111:assumed-role/App/s1", "arn:aws:sts::111111111111:assumed-role/Deploy/s1",
		"arn:aws:sts::111111111111:federated-user/fred", "arn:aws:sts::222222222222:federated-user/fred",
		"AIDAALICE", "AROAAPP", "*",
	}
}

func (g *generator) principalElement(kind model.PolicyKind, deny bool) *refPrincipals {
	p := &refPrincipals{}
	p.not = kind != model.TrustPolicy && (deny && g.chance(25) || g.chance(4))
	if g.chance(25) || kind == model.EndpointPolicy && g.chance(50) {
		p.everyone = true
		return p
	}
	n := 2
	if p.not {
		n = 4
	}
	p.entries = some(g, n, func() model.Principal {
		t := model.AWSPrincipal
		switch {
		case g.chance(12):
			t = model.ServicePrincipal
		case kind == model.TrustPolicy && g.chance(30), g.chance(3):
			t = model.FederatedPrincipal
		case g.chance(3):
			t = model.CanonicalUserPrincipal
		}
		return model.Principal{Type: t, Value: pick(g, g.principalNames(t))}
	})
	if p.not && g.chance(50) { // a whole chain (B40)
		p.entries = append(p.entries, awsEntries(pick(g, [][]string{
			{accountA, userARNs[0]}, {accountA, roleARNs[0], "arn:aws:sts::111111111111:assumed-role/App/s1"},
			{accountA, userARNs[0], "arn:aws:sts::111111111111:federated-user/fred"},
		})...)...)
	}
	if kind != model.TrustPolicy {
		// Names of web identities belong to trust policies only.
		p.entries = slices.DeleteFunc(p.entries, func(e model.Principal) bool { return e.Value == "accounts.google.com" && g.chance(50) })
	}
	if len(p.entries) == 0 {
		p.everyone = true
	}
	return p
}
