// Package lint looks for what is probably not meant in policies that are
// correct documents: what only the catalogue of services tells (actions,
// resources and keys that do not exist or never meet), what only all parts of
// a statement together tell, and what only the owner of a document tells.
//
// What one reads off a document by itself, package model reports. The
// diagnostics are of the same type, with ids of their own.
package lint

import (
	"fmt"
	"net/url"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/catalog"
)

// Options tell what is looked for.
type Options struct {
	// Catalog is what is known of services; nil leaves out what depends on it.
	Catalog *catalog.Catalog
	// AWS makes errors of the warnings that stand for a refusal by AWS.
	AWS bool
}

// Linter checks the documents of one input, or of several that belong
// together. It is used by one goroutine.
type Linter struct {
	options     Options
	diagnostics []model.Diagnostic
	// covered keeps what patterns of actions cover.
	covered map[string][]catalog.Action
	// inline are the sizes of inline policies by owner and name.
	inline map[string]map[string]int
}

// New returns a Linter.
func New(o Options) *Linter {
	return &Linter{options: o, covered: map[string][]catalog.Action{}, inline: map[string]map[string]int{}}
}

// Findings returns what Check found, sorted by place.
func (l *Linter) Findings() []model.Diagnostic {
	model.SortDiagnostics(l.diagnostics)
	return l.diagnostics
}

// Check looks at one document: the node that model.ReadPolicy read and the
// policy that it returned. A nil policy, one with errors, is passed over.
// owner is the ARN of what the policy belongs to: its own of a managed policy,
// the identity's of an inline policy, a boundary or a trust policy, the
// resource's of a resource-based policy; empty if that is not known.
func (l *Linter) Check(document *source.Node, policy *model.Policy, owner string) {
	if document == nil || policy == nil {
		return
	}
	c := &check{Linter: l, policy: policy, owner: owner}
	if document.Kind == source.String {
		at := document.Position()
		c.outer = &at
		if document = inner(document); document == nil {
			return
		}
	}
	c.sizes(document)
	statements := items(document.Get("Statement"))
	for i := range policy.Statements {
		if s := &policy.Statements[i]; s.Index < len(statements) {
			c.statement(s, statements[s.Index])
		}
	}
}

// inner returns the document that a string holds (rule G3).
func inner(n *source.Node) *source.Node {
	text := n.Text
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return nil
		}
		text = strings.TrimLeft(decoded, " \t\r\n")
	}
	document, err := source.ParseJSON(n.Position().File, []byte(text))
	if err != nil {
		return nil
	}
	return document
}

// check is the look at one document.
type check struct {
	*Linter
	policy *model.Policy
	owner  string
	// outer is the place of the string that holds the document, if one does.
	outer *model.Position
}

// report adds a diagnostic. The result may be completed before the next report.
func (c *check) report(f *model.Finding, at model.Position, format string, args ...any) *model.Diagnostic {
	d := model.Diagnostic{Position: at, Severity: model.Warning, ID: f.ID, Rule: f.Rule, Message: fmt.Sprintf(format, args...)}
	if c.outer != nil {
		d.Position = *c.outer
		d.Message += fmt.Sprintf(" (line %d, column %d of the document in this string)", at.Line, at.Column)
	}
	if c.options.AWS && (f.Refused || c.refusedByS3(f)) {
		d.Severity = model.Error
	}
	c.diagnostics = append(c.diagnostics, d)
	return &c.diagnostics[len(c.diagnostics)-1]
}

// refusedByS3 reports whether the document is a bucket policy and the finding
// one of those for which PutBucketPolicy refuses it, though IAM would not.
func (c *check) refusedByS3(f *model.Finding) bool {
	switch f {
	case unknownService, unknownAction, actionNone, actionResource, actionStar, resourceOther:
	default:
		return false
	}
	if c.policy.Kind != model.ResourcePolicy {
		return false
	}
	if c.owner != "" {
		return isS3(c.owner)
	}
	for i := range c.policy.Statements {
		for _, r := range c.policy.Statements[i].Resources {
			if isS3(r) {
				return true
			}
		}
	}
	return false
}

func isS3(arn string) bool {
	parsed, err := model.ParseARN(arn)
	return err == nil && parsed.Service == "s3"
}

// awsManaged reports whether the document is one of AWS's own managed policies.
func (c *check) awsManaged() bool { return strings.Contains(c.owner, ":iam::aws:policy/") }

// items returns the elements of a list, or the one value written without brackets.
func items(n *source.Node) []*source.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == source.List:
		return n.Items
	}
	return []*source.Node{n}
}

// texts returns the scalars of an element: those that model.Statement has the
// texts of, in the same order.
func texts(n *source.Node) []*source.Node {
	var list []*source.Node
	for _, item := range items(n) {
		if item.Scalar() {
			list = append(list, item)
		}
	}
	return list
}

// quotedLength bounds how much of a document's text a message repeats.
const quotedLength = 120

func quote(text string) string {
	if len(text) > quotedLength {
		return fmt.Sprintf("%q...", strings.ToValidUTF8(text[:quotedLength], ""))
	}
	return fmt.Sprintf("%q", text)
}

// didYouMean is the hint for a near name.
func didYouMean(near string, ok bool) string {
	if !ok {
		return ""
	}
	return "did you mean " + quote(near) + "?"
}

// some joins the first of several texts, and counts the rest.
func some(list []string) string {
	const most = 4
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}
