package model

import (
	"slices"
	"strings"

	"iamsim/internal/source"
)

const inStatement = "a statement"

var statementElements = []string{
	"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}

// statement reads one statement. alone tells that the document has no other.
func (r *reader) statement(n *source.Node, alone bool) Statement {
	s := Statement{Position: r.position(n)}
	r.elements(n, inStatement, statementElements)
	r.sid(&s, n)
	r.effect(&s, n)
	r.actions(&s, n)
	r.resources(&s, n)
	r.principals(&s, n)
	if condition := n.Get("Condition"); condition != nil {
		r.condition(&s, condition)
	}
	if r.kind == ResourceControlPolicy && !(alone && isRCPFullAWSAccess(&s, n)) {
		r.controlRules(&s, n)
	}
	r.checkPassRole(&s, n)
	r.checkFederation(&s, n)
	return s
}

func (r *reader) sid(s *Statement, n *source.Node) {
	sid := n.Get("Sid")
	if sid == nil {
		return
	}
	s.Sid, _ = r.text(sid, "Sid", "A11")
	if !r.kind.ofIAM() && !r.kind.ofOrganizations() {
		return
	}
	if strings.IndexFunc(s.Sid, func(c rune) bool { return !isAlphanumeric(c) }) >= 0 {
		r.report(sidCharacters, sid.Position(), "Sid %s holds more than letters and digits", quote(s.Sid))
	}
}

func isAlphanumeric(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func (r *reader) effect(s *Statement, n *source.Node) {
	effect := n.Get("Effect")
	if effect == nil {
		r.report(effectMissing, n.Position(), "the statement has no Effect; there is no default")
		return
	}
	if effect.Kind != source.String {
		r.report(wrongType, effect.Position(), "Effect is \"Allow\" or \"Deny\", not %s", effect.Kind.Phrase()).Rule = "A12"
		return
	}
	switch effect.Text {
	case "Allow":
		s.Effect = Allow
	case "Deny":
		s.Effect = Deny
	default:
		d := r.report(effectValue, effect.Position(), "Effect is \"Allow\" or \"Deny\", not %s", quote(effect.Text))
		d.Hint = didYouMean(effect.Text, "Allow", "Deny")
	}
}

// either returns the one of two elements that the statement has, and whether
// it is the second. Having both is reported; having none gives nil.
func (r *reader) either(n *source.Node, element string, both *Finding) (value *source.Node, not bool) {
	plain, negated := n.Get(element), n.Get("Not"+element)
	if plain != nil && negated != nil {
		r.report(both, n.Position(), "the statement has both %s and Not%s", element, element)
	}
	if plain != nil {
		return plain, false
	}
	return negated, negated != nil
}

// texts reads a string or a list of strings (A10). Wrong types are reported; what
// is null is handed to null, which tells whether it may be passed over.
func (r *reader) texts(n *source.Node, element, rule string, null func(*source.Node) bool) []*source.Node {
	items := list(n)
	if n.Kind == source.List && len(items) == 0 {
		r.report(emptyList, n.Position(), "the list of %s is empty", element).Rule = rule
	}
	if !slices.ContainsFunc(items, func(item *source.Node) bool { return !item.Scalar() }) {
		return items
	}
	texts := make([]*source.Node, 0, len(items))
	for _, item := range items {
		switch {
		case item.Scalar():
			texts = append(texts, item)
		case item.Kind == source.Null && n.Kind == source.List && null != nil && null(item):
		default:
			r.report(wrongType, item.Position(), "%s is a string or a list of strings; this is %s", element, item.Kind.Phrase()).Rule = rule
		}
	}
	return texts
}

// isRCPFullAWSAccess recognises the statement of the policy that AWS attaches
// everywhere, the only one of its kind that allows (A54).
func isRCPFullAWSAccess(s *Statement, n *source.Node) bool {
	everybody := n.Get("Principal")
	return s.Effect == Allow && everybody != nil && everybody.Kind == source.String && everybody.Text == "*" &&
		!s.NotAction && len(s.Actions) == 1 && s.Actions[0] == "*" &&
		!s.NotResource && len(s.Resources) == 1 && s.Resources[0] == "*" && n.Get("Condition") == nil
}

// controlRules are those that only customers' RCPs have (A54).
func (r *reader) controlRules(s *Statement, n *source.Node) {
	if effect := n.Get("Effect"); effect != nil && s.Effect == Allow {
		r.report(rcpEffect, effect.Position(), "a resource control policy only denies; the one that allows is AWS's own RCPFullAWSAccess")
	}
	if not := n.Get("NotAction"); not != nil {
		r.report(elementPlace, not.Position(), "a resource control policy has no NotAction").Rule = "A54"
	}
	if action := n.Get("Action"); action != nil {
		for _, item := range list(action) {
			if item.Text == "*" || strings.HasPrefix(item.Text, "*:") {
				r.report(rcpAction, item.Position(), "%s names no service; an action of a resource control policy does", quote(item.Text))
			}
		}
	}
	if p := n.Get("Principal"); p != nil && !(p.Kind == source.String && p.Text == "*") {
		r.report(rcpPrincipal, p.Position(), "the Principal of a resource control policy is \"*\" and nothing else")
	}
}
