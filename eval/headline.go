package eval

import (
	"slices"
	"strings"
)

// headline is the answer in one sentence, with every proviso it rests on.
func (ex *explainer) headline(x *Explanation) string {
	var b strings.Builder
	switch ex.decision.Result() {
	case Allowed:
		b.WriteString("allowed")
		switch {
		case ex.decision.FarSide && ex.e.facts.farResource:
			b.WriteString(" if account " + ex.q.target.account + " allows it")
		case ex.decision.FarSide:
			b.WriteString(" if account " + ex.q.caller.account + " allows it")
		}
		b.WriteString(": " + ex.grant(x))
	default:
		b.WriteString("denied")
		if len(x.Causes) > 0 {
			b.WriteString(": " + x.Causes[0].Text)
			if ex.decision.Result() == ExplicitDeny {
				b.WriteString(ex.whose(x.PolicyType, x.Statements))
			}
		}
	}
	if assumed := slices.DeleteFunc(slices.Clone(x.Assumptions), isFarSide(ex.farSides())); len(assumed) > 0 {
		b.WriteString("; assuming that " + strings.Join(assumed, "; "))
	}
	if len(x.DependsOn) > 0 {
		b.WriteString("; depends on " + list(x.DependsOn))
	}
	if len(x.UncertainRules) > 0 {
		var rules []string
		for _, u := range x.UncertainRules {
			rules = append(rules, u.Rule)
		}
		noun := " rule "
		if len(rules) > 1 {
			noun = " rules "
		}
		b.WriteString("; rests on the uncertain" + noun + list(rules))
	}
	return b.String()
}

// isFarSide tells the assumptions that the headline begins with.
func isFarSide(far []string) func(string) bool {
	return func(text string) bool { return slices.Contains(far, text) }
}

// grant says in words what allows the request.
func (ex *explainer) grant(x *Explanation) string {
	switch ex.decision.Reason.Code {
	case AllowAlways:
		return ex.q.action + " needs no permission and cannot be denied (rule E70)"
	case AllowRootUser:
		return "the root user of account " + ex.q.caller.account + " needs no policy there"
	case AllowKMSGrant:
		return "a KMS grant covers it"
	}
	var parts []string
	for _, kind := range x.GrantedBy {
		if kind == IdentityPolicyType && ex.e.facts.farPrincipal {
			continue
		}
		if kind == IdentityPolicyType && ex.e.facts.root {
			parts = append(parts, "the root user needs no policy on its own side")
			continue
		}
		if kind != IdentityPolicyType && ex.e.facts.farResource {
			continue
		}
		var refs []StatementRef
		for _, s := range x.Statements {
			if s.PolicyType == kind {
				refs = append(refs, s)
			}
		}
		parts = append(parts, typeWords[kind]+ex.whose(kind, refs))
	}
	if len(parts) == 0 {
		return "nothing on the known side stands against it"
	}
	return "by " + list(parts)
}

// whose tells the policies of decisive statements apart: by their holder
// where a layer has one policy, else by their names.
func (ex *explainer) whose(kind PolicyType, refs []StatementRef) string {
	if len(refs) == 0 {
		return ""
	}
	switch kind {
	case ResourcePolicyType, TrustPolicyType:
		if row := ex.q.target.row; row != nil {
			return " of " + row.ARN
		}
		return " of " + ex.q.resource
	case SessionPolicyType:
		return ""
	}
	return " " + policyNames(refs)
}

// policyNames lists the distinct policies of statements, at most three by name.
func policyNames(refs []StatementRef) string {
	var names []string
	seen := map[string]bool{}
	for _, r := range refs {
		if r.Policy != "" && !seen[r.Policy] {
			seen[r.Policy] = true
			names = append(names, r.Policy)
		}
	}
	if len(names) > 3 {
		names = append(names[:3], "others")
	}
	return list(names)
}
