package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"iamsim/internal/source"
)

const accepted = "accepted are a policy document (an object with Version and Statement) and the AWS CLI's answers to " +
	"get-policy-version, get-user-policy, get-group-policy, get-role-policy, get-role, get-bucket-policy, get-key-policy, " +
	"get-queue-attributes, get-topic-attributes, lambda get-policy, secretsmanager get-resource-policy, " +
	"ecr get-repository-policy, organizations describe-policy and ec2 describe-vpc-endpoints of one endpoint"

// wrapper is a way an AWS CLI answer holds a policy document (G10, G11, G24).
type wrapper struct {
	form string
	// path leads to the document; "[]" is a list with one element.
	path []string
	// beside are members of the object that holds the document, of which one
	// must be there; nil demands none.
	beside []string
}

// wrappers are tried in this order; of those with one path the first wins.
var wrappers = []wrapper{
	{"get-policy-version", []string{"PolicyVersion", "Document"}, nil},
	{"get-user-policy", []string{"PolicyDocument"}, []string{"UserName"}},
	{"get-group-policy", []string{"PolicyDocument"}, []string{"GroupName"}},
	{"get-role-policy", []string{"PolicyDocument"}, []string{"RoleName"}},
	{"get-role", []string{"Role", "AssumeRolePolicyDocument"}, nil},
	{"get-role", []string{"AssumeRolePolicyDocument"}, nil},
	{"describe-policy", []string{"Policy", "Content"}, nil},
	{"get-key-policy", []string{"Policy"}, []string{"PolicyName"}},
	{"lambda get-policy", []string{"Policy"}, []string{"RevisionId"}},
	{"get-bucket-policy", []string{"Policy"}, nil},
	{"get-queue-attributes", []string{"Attributes", "Policy"}, []string{"QueueArn"}},
	{"get-topic-attributes", []string{"Attributes", "Policy"}, []string{"TopicArn"}},
	{"get-queue-attributes", []string{"Attributes", "Policy"}, nil},
	{"get-resource-policy", []string{"ResourcePolicy"}, nil},
	{"get-repository-policy", []string{"policyText"}, nil},
	{"describe-vpc-endpoints", []string{"VpcEndpoints", "[]", "PolicyDocument"}, nil},
}

// UnwrapDocument finds the policy document inside an AWS CLI answer and names
// the command; a bare document is returned as it is, with an empty form. The
// document is an object, or a string that ReadPolicy reads. An answer without
// policy, or with several, is an error that says what is accepted.
func UnwrapDocument(doc *source.Node) (inner *source.Node, form string, err error) {
	if doc == nil || doc.Kind != source.Object {
		if doc != nil && doc.Kind == source.String {
			return doc, "", nil
		}
		return nil, "", errors.New("this is no policy document; " + accepted)
	}
	if isBare(doc) {
		return doc, "", nil
	}
	var paths []string
	for _, w := range wrappers {
		found, several := w.find(doc)
		path := strings.Join(w.path, ".")
		if several {
			return nil, "", fmt.Errorf("%s holds several policies; %s", path, accepted)
		}
		if found == nil || slices.Contains(paths, path) {
			continue
		}
		paths = append(paths, path)
		if inner == nil {
			inner, form = found, w.form
		}
	}
	switch {
	case len(paths) > 1:
		return nil, "", fmt.Errorf("there is a policy at %s and another at %s; %s", paths[0], paths[1], accepted)
	case inner == nil:
		return nil, "", errors.New(missing(doc) + "; " + accepted)
	}
	return inner, form, nil
}

// isBare reports whether the object is, or was meant to be, a policy document.
func isBare(doc *source.Node) bool {
	for i := range doc.Fields {
		name := doc.Fields[i].Name
		if slices.Contains(documentElements, name) {
			return true
		}
		if near, ok := Suggest(name, documentElements); ok && near != "Id" {
			return true
		}
	}
	return len(doc.Fields) == 0
}

func (w *wrapper) find(n *source.Node) (found *source.Node, several bool) {
	var holder *source.Node
	for _, step := range w.path {
		if step == "[]" {
			if n.Kind != source.List || len(n.Items) == 0 {
				return nil, false
			}
			if len(n.Items) > 1 {
				return nil, true
			}
			n = n.Items[0]
			continue
		}
		holder = n
		if n = n.Get(step); n == nil {
			return nil, false
		}
	}
	has := func(name string) bool { return holder.Get(name) != nil }
	if n.Kind == source.Object && w.path[len(w.path)-1] == "Policy" && !isBare(n) {
		return nil, false // describe-policy, or IAM's get-policy
	}
	if w.beside != nil && !slices.ContainsFunc(w.beside, has) {
		return nil, false
	}
	return n, false
}

// missing says why an answer holds no document.
func missing(doc *source.Node) string {
	has := func(names ...string) bool {
		n := doc
		for _, name := range names {
			n = n.Get(name)
		}
		return n != nil
	}
	switch {
	case has("Policy", "DefaultVersionId"):
		return "the answer to iam get-policy holds no document: ask for it by get-policy-version"
	case has("UserDetailList"), has("RoleDetailList"), has("GroupDetailList"), has("Policies"):
		return "this is an account export or a list of policies, not one policy document"
	case has("Attributes"), has("ARN"):
		return "this answer holds no policy"
	}
	return "there is no policy document here"
}
