package model

import (
	"slices"
	"strings"

	"iamsim/internal/source"
)

func (r *reader) actions(s *Statement, n *source.Node) {
	value, not := r.either(n, "Action", actionBoth)
	if value == nil {
		r.report(actionMissing, n.Position(), "the statement has neither Action nor NotAction")
		return
	}
	element := "Action"
	if not {
		element = "NotAction"
	}
	s.NotAction = not
	items := r.texts(value, element, "A14", nil)
	s.Actions = r.textsOf(items)
	for _, item := range items {
		r.action(item, not)
	}
}

// action checks one action (A17). Only the first error of an action is
// reported: the others follow from it.
func (r *reader) action(n *source.Node, not bool) {
	text, at := n.Text, n.Position()
	if text == "*" {
		if r.kind == TrustPolicy && !not {
			r.trustAction(n)
		}
		return
	}
	if strings.Contains(text, "${") {
		r.report(variablePlace, at, "action %s: in actions no variable is substituted, this is plain text", quote(text))
		return
	}
	prefix, name, ok := strings.Cut(text, ":")
	switch {
	case !ok:
		r.report(actionForm, at, "action %s has no service prefix; actions are written as s3:GetObject, or \"*\"", quote(text))
		return
	case strings.Contains(name, ":"):
		d := r.report(actionForm, at, "action %s has more than one colon; actions are written as s3:GetObject", quote(text))
		if strings.Contains(text, ",") {
			d.Hint = "each action is an element of its own in the list"
		}
		return
	case prefix == "":
		r.report(actionForm, at, "action %s has an empty service prefix; actions are written as s3:GetObject", quote(text))
		return
	}
	if prefix != "*" && strings.ContainsAny(prefix, "*?") {
		r.partialPrefix(n, not)
		return
	}
	if r.kind == TrustPolicy && !not {
		r.trustAction(n)
		return
	}
	r.actionLints(n, prefix, name)
}

// partialPrefix reports a prefix with a wildcard that is not the wildcard
// alone (A17, B4).
func (r *reader) partialPrefix(n *source.Node, not bool) {
	const what = "action %s has a wildcard within its service prefix"
	switch {
	case r.kind.ofIdentities() && !not:
		r.report(actionWildcard, n.Position(), what+"; AWS takes * alone there", quote(n.Text))
	case r.kind.ofIdentities() || r.kind.ofOrganizations():
		// Never lenient: among NotAction, and in the policies of an
		// organization, a wrong guess would lift a limit.
		f := *actionWildcard
		f.Lenient = false
		r.report(&f, n.Position(), what+"; AWS takes none", quote(n.Text))
	case r.kind == TrustPolicy && !not:
		r.trustAction(n)
	default:
		r.report(actionPrefixGlob, n.Position(), what+"; it is matched like any other pattern, which AWS does not promise", quote(n.Text))
	}
}

func (r *reader) actionLints(n *source.Node, prefix, name string) {
	text, at := n.Text, n.Position()
	if strings.ContainsAny(text, ", \t\r\n") {
		r.report(actionBlank, at, "action %s holds a blank or a comma and matches nothing; each action is an element of its own", quote(text))
		return
	}
	if name == "" {
		r.report(actionNameEmpty, at, "action %s has no name behind the colon and matches nothing", quote(text))
	}
	odd := strings.IndexFunc(prefix, func(c rune) bool { return !isAlphanumeric(c) && c != '.' && c != '-' })
	if odd >= 0 && prefix != "*" {
		r.report(actionCharacters, at, "action %s: no service has the prefix %s", quote(text), quote(prefix))
	}
	if prefix == "*" && r.kind == ServiceControlPolicy {
		r.report(actionPrefixGlob, at, "action %s: a service control policy should name the service", quote(text))
	}
}

// checkPassRole reports an Allow to hand over any role to any service (A72).
func (r *reader) checkPassRole(s *Statement, n *source.Node) {
	if s.Effect != Allow || s.NotAction || s.NotResource || !r.kind.ofIdentities() || !slices.Contains(s.Resources, "*") {
		return
	}
	for _, entry := range s.Condition {
		if strings.EqualFold(entry.Key(), "iam:PassedToService") || strings.EqualFold(entry.Key(), "iam:AssociatedResourceArn") {
			return
		}
	}
	action := n.Get("Action")
	if action == nil {
		return
	}
	for _, item := range list(action) {
		if strings.EqualFold(item.Text, "iam:PassRole") {
			r.report(passRoleAny, item.Position(), "iam:PassRole on \"*\" hands any role to any service; name the roles or test iam:PassedToService")
		}
	}
}
