package model

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
)

// ReadOptions tells how strictly policies are read. The zero value is A70's
// table as it stands.
type ReadOptions struct {
	// Lenient reads on where AWS is known to store, or long stored, a document
	// that its own grammar forbids; the error is a warning then. These are all:
	//
	//   - a null in a list of Resource: left out (A23);
	//   - an operator name in another case than documented: read as meant (A25);
	//   - a partial wildcard in the prefix of an Action of an identity policy,
	//     permissions boundary or session policy: an ordinary pattern (B4);
	//   - a wildcard inside the ARN of a Principal: literal text, which matches
	//     nobody (B35); not of a NotPrincipal, where it would spare or admit
	//     everybody;
	//   - a pattern of sts actions in a trust policy that matches one of those
	//     which A42 lists: an ordinary pattern.
	//
	// Whatever else is an error stays one: a Version that control policies lack,
	// for instance, is refused by AWS as well.
	Lenient bool
	// AnyOperatorCase reads the names of condition operators in any case,
	// without a finding (the alternative of A25).
	AnyOperatorCase bool
	// AWSManaged says that the document is one of AWS's own managed policies:
	// no quota binds it and nobody can change it, so that findings which are
	// warnings by nature are left out.
	AWSManaged bool
}

// ReadPolicy reads a document as a policy of a kind. The document is an object,
// or a string that holds one as JSON or percent-encoded JSON (G3); in a string
// the position of what is found is the string's, and messages name the place
// inside. The diagnostics are sorted by place; with an Error among them the
// policy is nil.
func ReadPolicy(doc *source.Node, kind PolicyKind, o ReadOptions) (*Policy, []Diagnostic) {
	return NewReader(o).Read(doc, kind)
}

// Reader reads many policies, which share what they have in common. It is used
// by one goroutine.
type Reader struct {
	options ReadOptions
	// entries are entries of conditions in which nothing was found, by what they say.
	entries map[string]*conditions.Entry
	key     []byte
	sids    map[string]Position
	// texts is what is left of a block that lists of texts are cut from.
	texts []string
}

// NewReader returns a reader with options.
func NewReader(o ReadOptions) *Reader { return &Reader{options: o} }

// Read reads a document as ReadPolicy does.
func (x *Reader) Read(doc *source.Node, kind PolicyKind) (*Policy, []Diagnostic) {
	r := &reader{Reader: x, kind: kind}
	p := r.document(doc)
	SortDiagnostics(r.diagnostics)
	if HasErrors(r.diagnostics) {
		return nil, r.diagnostics
	}
	return p, r.diagnostics
}

// textBlock is the number of texts of a block.
const textBlock = 512

// textsOf returns the texts of nodes.
func (x *Reader) textsOf(nodes []*source.Node) []string {
	if len(nodes) == 0 {
		return nil
	}
	if len(nodes) > textBlock/4 {
		return appendTexts(make([]string, 0, len(nodes)), nodes)
	}
	if len(nodes) > len(x.texts) {
		x.texts = make([]string, textBlock)
	}
	list := appendTexts(x.texts[:0:len(nodes)], nodes)
	x.texts = x.texts[len(nodes):]
	return list
}

func appendTexts(list []string, nodes []*source.Node) []string {
	for _, n := range nodes {
		list = append(list, n.Text)
	}
	return list
}

// ParsePolicy reads a policy of a kind from a file's bytes, JSON or YAML,
// either bare or inside an answer that UnwrapDocument knows. It is otherwise
// like ReadPolicy.
func ParsePolicy(file string, data []byte, kind PolicyKind, o ReadOptions) (*Policy, []Diagnostic) {
	doc, err := source.Parse(file, data)
	if err != nil {
		return nil, SyntaxDiagnostics(err)
	}
	inner, _, err := UnwrapDocument(doc)
	if err != nil {
		return nil, []Diagnostic{{
			Position: doc.Position(), Severity: Error, ID: documentForm.ID, Rule: documentForm.Rule, Message: err.Error(),
		}}
	}
	return ReadPolicy(inner, kind, o)
}

// SyntaxDiagnostics turns an error of package source into diagnostics, one for
// each of the errors it joins, sorted by place.
func SyntaxDiagnostics(err error) []Diagnostic {
	var list []Diagnostic
	for _, err := range split(err) {
		d := Diagnostic{Severity: Error, ID: badSyntax.ID, Rule: badSyntax.Rule, Message: err.Error()}
		var at *source.Error
		if errors.As(err, &at) {
			d.Position, d.Message = at.Position, at.Message
		}
		list = append(list, d)
	}
	SortDiagnostics(list)
	return list
}

// split returns the errors that an error joins, or the error alone.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// reader reads one document.
type reader struct {
	*Reader
	kind PolicyKind
	// outer is the place of the string that holds the document, if one does.
	outer       *Position
	variables   bool
	diagnostics []Diagnostic
}

// report adds a diagnostic. The result may be completed before the next report.
func (r *reader) report(f *Finding, at Position, format string, args ...any) *Diagnostic {
	if r.options.AWSManaged && f.Severity == Warning {
		return &Diagnostic{}
	}
	d := Diagnostic{Position: at, Severity: f.Severity, ID: f.ID, Rule: f.Rule, Message: fmt.Sprintf(format, args...)}
	if f.Lenient && r.options.Lenient {
		d.Severity = Warning
	}
	if r.outer != nil {
		d.Position = *r.outer
		d.Message += fmt.Sprintf(" (line %d, column %d of the document in this string)", at.Line, at.Column)
	}
	r.diagnostics = append(r.diagnostics, d)
	return &r.diagnostics[len(r.diagnostics)-1]
}

// position is the place of a node for the policy that is read.
func (r *reader) position(n *source.Node) Position {
	if r.outer != nil {
		return *r.outer
	}
	return n.Position()
}

func (r *reader) document(doc *source.Node) *Policy {
	if doc == nil {
		r.report(documentForm, Position{}, "there is no policy document")
		return nil
	}
	if doc.Kind == source.String {
		if doc = r.unquote(doc); doc == nil {
			return nil
		}
	}
	if doc.Kind != source.Object {
		r.report(documentForm, doc.Position(), "a policy document is an object with Version and Statement, not %s", doc.Kind.Phrase())
		return nil
	}
	written := measure(doc)
	p := &Policy{Kind: r.kind, Position: r.position(doc), Version: Version2008, Size: written.size}
	r.elements(doc, "a policy document", documentElements)
	r.version(p, doc)
	r.identifier(p, doc)
	r.statements(p, doc)
	r.checkSize(p, doc)
	if written.foreign {
		r.checkCharacters(doc)
	}
	return p
}

// unquote reads the document that a string holds.
func (r *reader) unquote(n *source.Node) *source.Node {
	text, at := strings.TrimLeft(n.Text, " \t\r\n"), n.Position()
	if !strings.HasPrefix(text, "{") {
		// PathUnescape, because a plus is a plus in RFC 3986 (G3).
		decoded, err := url.PathUnescape(text)
		decoded = strings.TrimLeft(decoded, " \t\r\n")
		if err != nil || !strings.HasPrefix(decoded, "{") {
			r.report(documentForm, at, "the string %s holds no policy document: neither JSON nor percent-encoded JSON", quote(n.Text))
			return nil
		}
		text = decoded
	} else {
		text = n.Text
	}
	r.outer = &at
	doc, err := source.ParseJSON(at.File, []byte(text))
	if err != nil {
		for _, d := range SyntaxDiagnostics(err) {
			r.report(badSyntax, d.Position, "%s", d.Message)
		}
		return nil
	}
	return doc
}

// elements reports the members of an object that are not allowed there.
func (r *reader) elements(n *source.Node, where string, allowed []string) {
	for i := range n.Fields {
		f := &n.Fields[i]
		if slices.Contains(allowed, f.Name) {
			continue
		}
		d := r.report(unknownElement, n.FieldPosition(f), "unknown element %s in %s; allowed are %s",
			quote(f.Name), where, strings.Join(allowed, ", "))
		d.Hint = didYouMean(f.Name, allowed...)
		if where == inDocument {
			d.Rule = "A4"
			if slices.Contains(statementElements, f.Name) {
				d.Hint = quote(f.Name) + " belongs inside Statement"
			}
		}
	}
}

// text reads a value that is a string; AWS would take nothing else, but YAML
// leaves quotes out, so that a number or a boolean gives its source text.
func (r *reader) text(n *source.Node, element, rule string) (string, bool) {
	if n.Kind == source.String {
		return n.Text, true
	}
	if n.Scalar() {
		r.report(unquotedText, n.Position(), "%s is the %v %s, which AWS takes only in quotes", element, n.Kind, n.Text).Rule = rule
		return n.Text, true
	}
	r.report(wrongType, n.Position(), "%s is a string, not %s", element, n.Kind.Phrase()).Rule = rule
	return "", false
}

// list returns the elements of a list, or the one value written without brackets (A10).
func list(n *source.Node) []*source.Node {
	if n.Kind == source.List {
		return n.Items
	}
	return []*source.Node{n}
}

// quote quotes a text for a message, shortened if it is long.
func quote(text string) string {
	const most = 120
	if len(text) <= most {
		return fmt.Sprintf("%q", text)
	}
	cut := strings.ToValidUTF8(text[:most], "")
	return fmt.Sprintf("%q...", cut)
}
