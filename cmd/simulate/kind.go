package main

import (
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
)

// kindWords are the words of --kind; the first has the kind guessed.
var kindWords = []string{"guess", "identity", "boundary", "session", "resource", "trust", "key", "endpoint", "scp", "rcp"}

var kindsByWord = map[string]model.PolicyKind{
	"identity": model.IdentityPolicy, "boundary": model.PermissionsBoundary, "session": model.SessionPolicy,
	"resource": model.ResourcePolicy, "trust": model.TrustPolicy, "key": model.KeyPolicy,
	"endpoint": model.EndpointPolicy, "scp": model.ServiceControlPolicy, "rcp": model.ResourceControlPolicy,
}

// kindNames call the kinds in reports.
var kindNames = map[model.PolicyKind]string{
	model.IdentityPolicy: "identity policy", model.PermissionsBoundary: "permissions boundary", model.SessionPolicy: "session policy",
	model.ResourcePolicy: "resource-based policy", model.TrustPolicy: "trust policy", model.KeyPolicy: "key policy",
	model.EndpointPolicy: "VPC endpoint policy", model.ServiceControlPolicy: "service control policy", model.ResourceControlPolicy: "resource control policy",
}

// kindsByForm are the kinds that answers of the AWS CLI hold.
var kindsByForm = map[string]model.PolicyKind{
	"get-policy-version": model.IdentityPolicy, "get-user-policy": model.IdentityPolicy,
	"get-group-policy": model.IdentityPolicy, "get-role-policy": model.IdentityPolicy,
	"get-role": model.TrustPolicy, "get-key-policy": model.KeyPolicy, "describe-vpc-endpoints": model.EndpointPolicy,
}

// guessKind tells what a document is used as, and from what that follows. The
// document stands in answer, an answer of the AWS CLI of the given form, or is it.
func guessKind(document, answer *source.Node, form string) (kind model.PolicyKind, why string) {
	if form != "" {
		why = "as " + form + " answers"
		if kind, ok := kindsByForm[form]; ok {
			return kind, why
		}
		if form == "describe-policy" {
			if kind := answer.Get("Policy").Get("PolicySummary").Get("Type"); kind != nil && kind.Text == "RESOURCE_CONTROL_POLICY" {
				return model.ResourceControlPolicy, why
			}
			return model.ServiceControlPolicy, why
		}
		return model.ResourcePolicy, why
	}
	statements := items(document.Get("Statement"))
	names := func(s *source.Node) bool { return s.Get("Principal") != nil || s.Get("NotPrincipal") != nil }
	switch {
	case !slices.ContainsFunc(statements, names):
		return model.IdentityPolicy, "since no statement names a principal"
	case all(statements, func(s *source.Node) bool { return noResource(s) && actionsOf(s, "sts:") }):
		return model.TrustPolicy, "since it names principals, sts actions and no resources"
	case all(statements, func(s *source.Node) bool { return actionsOf(s, "kms:") }):
		return model.KeyPolicy, "since it names principals and only kms actions"
	}
	return model.ResourcePolicy, "since a statement names a principal"
}

// items returns the elements of a list; what is no list is its only element.
func items(n *source.Node) []*source.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == source.List:
		return n.Items
	}
	return []*source.Node{n}
}

func all(list []*source.Node, holds func(*source.Node) bool) bool {
	return !slices.ContainsFunc(list, func(n *source.Node) bool { return !holds(n) })
}

func noResource(s *source.Node) bool { return s.Get("Resource") == nil && s.Get("NotResource") == nil }

// actionsOf reports whether a statement's actions all have the prefix.
func actionsOf(s *source.Node, prefix string) bool {
	actions := items(s.Get("Action"))
	return len(actions) > 0 && all(actions, func(n *source.Node) bool {
		return strings.HasPrefix(strings.ToLower(n.Text), prefix)
	})
}
