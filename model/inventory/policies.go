package inventory

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"iamsim/internal/source"
	"iamsim/model"
)

// The policies that AWS Organizations attaches by itself (G26).
const (
	fullAWSAccessName = "FullAWSAccess"
	fullAWSAccessID   = "p-FullAWSAccess"
	fullAWSAccessARN  = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"

	rcpFullAWSAccessName = "RCPFullAWSAccess"
	rcpFullAWSAccessID   = "p-RCPFullAWSAccess"
	rcpFullAWSAccessARN  = "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess"
)

// builtin returns which built-in policy a name, an id or an ARN means, or "".
func builtin(text string) string {
	switch text {
	case fullAWSAccessName, fullAWSAccessID, fullAWSAccessARN:
		return fullAWSAccessName
	case rcpFullAWSAccessName, rcpFullAWSAccessID, rcpFullAWSAccessARN:
		return rcpFullAWSAccessName
	}
	return ""
}

// FullAWSAccess returns the built-in SCP that allows everything. It stands at
// every level of an organization that names no SCPs (G26). Callers share it.
func FullAWSAccess() *model.Policy { return fullAWSAccess() }

var fullAWSAccess = sync.OnceValue(func() *model.Policy {
	const text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	return &model.Policy{
		Name: fullAWSAccessName, ARN: fullAWSAccessARN, Kind: model.ServiceControlPolicy,
		Version: "2012-10-17", Variables: true, Size: len(text),
		Statements: []model.Statement{{
			Effect: model.Allow, Actions: []string{"*"}, Resources: []string{"*"}, HasResource: true,
		}},
	}
})

// kinds is a set of model.PolicyKind.
type kinds uint16

func kindSet(list ...model.PolicyKind) kinds {
	var set kinds
	for _, k := range list {
		set |= 1 << k
	}
	return set
}

func (k kinds) has(kind model.PolicyKind) bool { return k&kindSet(kind) != 0 }

var (
	// iamKinds are the uses of an IAM policy. The same documents are legal in
	// them (A40), so that one reading serves all.
	iamKinds = kindSet(model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy)
	// controlKinds are the uses of a policy of an organization.
	controlKinds = kindSet(model.ServiceControlPolicy, model.ResourceControlPolicy)
)

// usesOf returns the kinds that a policy's documents were read as.
func usesOf(documents map[model.PolicyKind]*model.Policy) kinds {
	return kindSet(slices.Collect(maps.Keys(documents))...)
}

// defaultUses returns what a policy is that nothing uses. An SCP has no
// principals and an RCP must name one (A40).
func defaultUses(arn string, document *source.Node) kinds {
	switch {
	case strings.Contains(arn, ":organizations:") && strings.Contains(arn, "/resource_control_policy/"):
		return kindSet(model.ResourceControlPolicy)
	case strings.Contains(arn, ":organizations:"):
		return kindSet(model.ServiceControlPolicy)
	case arn != "":
		return iamKinds
	case namesPrincipals(document):
		return kindSet(model.ResourceControlPolicy)
	default:
		return kindSet(model.ServiceControlPolicy)
	}
}

// namesPrincipals reports whether a statement of a document has a Principal.
func namesPrincipals(document *source.Node) bool {
	statements := parsedDocument(document).Get("Statement")
	if statements == nil {
		return false
	}
	list := []*source.Node{statements}
	if statements.Kind == source.List {
		list = statements.Items
	}
	return slices.ContainsFunc(list, func(n *source.Node) bool { return n.Get("Principal") != nil })
}

// parsedDocument returns the object of a document that is written as JSON in a
// string, plain or percent-encoded (G3); other nodes are returned as they are.
func parsedDocument(n *source.Node) *source.Node {
	if n == nil || n.Kind != source.String {
		return n
	}
	text := n.Text
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
	}
	inner, err := source.ParseJSON(n.Position().File, []byte(text))
	if err != nil {
		return n
	}
	return inner
}

// read reads a document as one kind of policy and reports what it finds. arn is
// that of a managed policy, owner that of what the document belongs to.
func (r *reader) read(document *source.Node, kind model.PolicyKind, name, arn, owner string) *model.Policy {
	if document == nil || r.faulty[document] {
		return nil
	}
	policy, found := r.readDocument(document, kind)
	r.diagnostics = append(r.diagnostics, found...)
	if policy == nil {
		return nil
	}
	policy.Name, policy.ARN = name, arn
	if r.options.Inspect != nil && (r.options.AWSManaged || !isAWSManaged(arn)) {
		r.options.Inspect(document, policy, owner)
	}
	return policy
}

// read calls read with each kind that a managed policy of these uses is read
// as; what is read for one of the uses of IAM serves all of them.
func (k kinds) read(read func(model.PolicyKind)) {
	switch k & iamKinds {
	case 0:
	case kindSet(model.PermissionsBoundary):
		read(model.PermissionsBoundary)
	default:
		read(model.IdentityPolicy)
	}
	for _, kind := range [...]model.PolicyKind{model.ServiceControlPolicy, model.ResourceControlPolicy} {
		if k.has(kind) {
			read(kind)
		}
	}
}

// readAs reads a managed policy for all the kinds of a set.
func (r *reader) readAs(document *source.Node, uses kinds, name, arn string) map[model.PolicyKind]*model.Policy {
	before := len(r.diagnostics)
	documents := map[model.PolicyKind]*model.Policy{}
	uses.read(func(kind model.PolicyKind) {
		policy := r.read(document, kind, name, arn, arn)
		if iamKinds.has(kind) {
			share(documents, policy)
		} else {
			documents[kind] = policy
		}
	})
	if isAWSManaged(arn) {
		r.dropLints(before)
	}
	return documents
}

// isAWSManaged reports whether an ARN is that of a policy which AWS maintains.
func isAWSManaged(arn string) bool { return strings.Contains(arn, ":iam::aws:policy/") }

// dropLints removes the warnings of a document that AWS wrote and its reader
// cannot change; with Options.AWSManaged only those about quotas, which do not
// bind it. Errors that Options.Lenient turned into warnings stay.
func (r *reader) dropLints(from int) {
	kept := slices.DeleteFunc(r.diagnostics[from:], func(d model.Diagnostic) bool {
		return d.Severity == model.Warning && lints()[d.ID] && (!r.options.AWSManaged || d.ID == "policy-size")
	})
	r.diagnostics = r.diagnostics[:from+len(kept)]
}

// lints are the findings that are warnings whatever the options.
var lints = sync.OnceValue(func() map[string]bool {
	ids := map[string]bool{}
	for _, f := range model.Findings() {
		ids[f.ID] = f.Severity == model.Warning
	}
	return ids
})

// share stores an IAM policy for its three kinds of use.
func share(documents map[model.PolicyKind]*model.Policy, policy *model.Policy) {
	for _, kind := range []model.PolicyKind{model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy} {
		if policy == nil || policy.Kind == kind {
			documents[kind] = policy
			continue
		}
		other := *policy
		other.Kind = kind
		documents[kind] = &other
	}
}

// lastSegment returns what follows the last slash of an ARN: the name of an
// IAM policy, the id of a policy of an organization.
func lastSegment(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// digestOf identifies what a document says, whatever the order of its members
// and however it is wrapped.
func digestOf(document *source.Node) digest {
	return sha256.Sum256(appendCanonical(nil, parsedDocument(document)))
}

// appendCanonical appends a value in a form that only equal values share.
func appendCanonical(text []byte, n *source.Node) []byte {
	head := func(kind source.Kind, count int) {
		text = append(text, byte(kind))
		text = binary.AppendUvarint(text, uint64(count))
	}
	switch n.Kind {
	case source.Object:
		head(n.Kind, len(n.Fields))
		byName := func(a, b source.Field) int { return strings.Compare(a.Name, b.Name) }
		fields := n.Fields
		if !slices.IsSortedFunc(fields, byName) {
			fields = slices.Clone(fields)
			slices.SortFunc(fields, byName)
		}
		for i := range fields {
			head(source.String, len(fields[i].Name))
			text = appendCanonical(append(text, fields[i].Name...), fields[i].Value)
		}
	case source.List:
		head(n.Kind, len(n.Items))
		for _, item := range n.Items {
			text = appendCanonical(text, item)
		}
	default:
		head(n.Kind, len(n.Text))
		text = append(text, n.Text...)
	}
	return text
}
