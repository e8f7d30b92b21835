package model

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"iamsim/internal/source"
)

// The versions of the policy language (A5).
const (
	Version2012 = "2012-10-17"
	Version2008 = "2008-10-17"
)

const inDocument = "a policy document"

var documentElements = []string{"Version", "Id", "Statement"}

// hasPrincipals reports whether statements of the kind name principals (A40).
func (k PolicyKind) hasPrincipals() bool {
	switch k {
	case ResourcePolicy, TrustPolicy, KeyPolicy, EndpointPolicy, ResourceControlPolicy:
		return true
	}
	return false
}

// ofIAM reports whether IAM itself stores policies of the kind.
func (k PolicyKind) ofIAM() bool {
	return k.ofIdentities() || k == TrustPolicy
}

// ofIdentities reports whether the kind is the identity policy or one that limits it.
func (k PolicyKind) ofIdentities() bool {
	return k == IdentityPolicy || k == PermissionsBoundary || k == SessionPolicy
}

// ofOrganizations reports whether the kind is an SCP or an RCP.
func (k PolicyKind) ofOrganizations() bool {
	return k == ServiceControlPolicy || k == ResourceControlPolicy
}

// article returns the kind in words, for messages.
func (k PolicyKind) article() string {
	return [...]string{
		"an identity policy", "a permissions boundary", "a session policy", "a resource-based policy", "a trust policy",
		"a key policy", "a VPC endpoint policy", "a service control policy", "a resource control policy",
	}[k]
}

func (r *reader) version(p *Policy, doc *source.Node) {
	n := doc.Get("Version")
	switch {
	case n == nil && r.kind.ofOrganizations():
		r.report(versionRequired, doc.Position(), "%s needs \"Version\": %q", r.kind.article(), Version2012)
		return
	case n == nil:
		r.oldVersion(doc, "the policy has no Version, which means "+Version2008)
		return
	}
	text, ok := r.text(n, "Version", "A5")
	switch {
	case !ok:
	case text == Version2012:
		p.Version, p.Variables, r.variables = text, true, true
	case text == Version2008 && r.kind.ofOrganizations():
		r.report(versionRequired, n.Position(), "%s has Version %q, not %q", r.kind.article(), Version2012, text)
	case text == Version2008:
		r.oldVersion(n, "the policy has Version "+Version2008)
	default:
		d := r.report(versionValue, n.Position(), "Version is %q or %q, not %s", Version2012, Version2008, quote(text))
		d.Hint = didYouMean(text, Version2012, Version2008)
	}
}

func (r *reader) oldVersion(n *source.Node, what string) {
	if r.kind.ofIdentities() {
		r.report(versionOld, n.Position(), "%s; IAM refuses it for managed policies, and variables are plain text in it", what)
	}
}

func (r *reader) identifier(p *Policy, doc *source.Node) {
	n := doc.Get("Id")
	if n == nil {
		return
	}
	if r.kind.ofOrganizations() {
		r.report(elementPlace, n.Position(), "%s has no Id", r.kind.article())
		return
	}
	p.ID, _ = r.text(n, "Id", "A7")
	if r.kind.ofIdentities() {
		r.report(idUnused, n.Position(), "Id is an element of resource-based policies; %s does not need it", r.kind.article())
	}
}

func (r *reader) statements(p *Policy, doc *source.Node) {
	n := doc.Get("Statement")
	switch {
	case n == nil:
		r.report(statementNone, doc.Position(), "the policy has no Statement")
		return
	case n.Kind == source.List && len(n.Items) == 0:
		r.report(statementEmpty, n.Position(), "the list of statements is empty: the policy says nothing")
	case n.Kind != source.List && n.Kind != source.Object:
		r.report(wrongType, n.Position(), "Statement is an object or a list of objects, not %s", n.Kind.Phrase()).Rule = "A9"
		return
	}
	items := list(n)
	p.Statements = make([]Statement, 0, len(items))
	clear(r.sids)
	for i, item := range items {
		if item.Kind != source.Object {
			r.report(wrongType, item.Position(), "a statement is an object, not %s", item.Kind.Phrase()).Rule = "A9"
			continue
		}
		s := r.statement(item, len(items) == 1)
		s.Index = i
		r.uniqueSid(&s, item)
		p.Statements = append(p.Statements, s)
	}
}

// uniqueSid reports a Sid that stands in the document twice; services other
// than IAM and Organizations have rules of their own (A11).
func (r *reader) uniqueSid(s *Statement, n *source.Node) {
	if s.Sid == "" || !r.kind.ofIAM() && !r.kind.ofOrganizations() {
		return
	}
	at := n.Get("Sid").Position()
	if first, ok := r.sids[s.Sid]; ok {
		r.report(sidTwice, at, "Sid %s stands on line %d already; Sids are unique in a document", quote(s.Sid), first.Line)
		return
	}
	if r.sids == nil {
		r.sids = map[string]Position{}
	}
	r.sids[s.Sid] = at
}

// sizeLimits are the quotas of A60, in characters without white space.
var sizeLimits = map[PolicyKind]struct {
	limit int
	what  string
}{
	// Managed policies have 6,144 characters at most and the inline policies of
	// a role 10,240 in sum; which of them a document is, it does not say.
	IdentityPolicy:        {10240, "all inline policies of a role together, and more than a managed policy,"},
	PermissionsBoundary:   {6144, "a managed policy"},
	SessionPolicy:         {2048, "an inline session policy"},
	TrustPolicy:           {8192, "a trust policy with the highest quota"},
	KeyPolicy:             {32 << 10, "a key policy"},
	EndpointPolicy:        {20480, "a VPC endpoint policy"},
	ServiceControlPolicy:  {5120, "a service control policy"},
	ResourceControlPolicy: {5120, "a resource control policy"},
}

func (r *reader) checkSize(p *Policy, doc *source.Node) {
	quota, ok := sizeLimits[r.kind]
	if r.kind == ResourcePolicy && slices.ContainsFunc(p.Statements, ofBucket) {
		quota.limit, quota.what, ok = 20<<10, "a bucket policy", true
	}
	if ok && p.Size > quota.limit {
		r.report(policySize, doc.Position(), "the policy has %d characters without white space; %s may have %d",
			p.Size, quota.what, quota.limit)
	}
}

// ofBucket reports whether a statement names a bucket or an object of S3.
func ofBucket(s Statement) bool {
	return slices.ContainsFunc(s.Resources, func(resource string) bool {
		pattern := parseARNPattern(resource)
		return pattern.whole() && pattern.service() == "s3"
	})
}

// measured is what a document's text is like.
type measured struct {
	// size counts the characters of the document, written as JSON without white
	// space; white space in strings is not counted either (A60).
	size int
	// foreign tells that the text may hold a character that IAM refuses (A1).
	foreign bool
}

func measure(n *source.Node) measured {
	const brackets = 2
	switch n.Kind {
	case source.Null:
		return measured{size: len("null")}
	case source.Number, source.Bool:
		return measured{size: len(n.Text)}
	case source.String:
		return measureText(n.Text)
	}
	total := measured{size: brackets + max(0, len(n.Items)+len(n.Fields)-1)}
	for _, item := range n.Items {
		total.add(measure(item))
	}
	for i := range n.Fields {
		total.add(measureText(n.Fields[i].Name))
		total.size += len(":")
		total.add(measure(n.Fields[i].Value))
	}
	return total
}

func (m *measured) add(part measured) {
	m.size += part.size
	m.foreign = m.foreign || part.foreign
}

func measureText(text string) measured {
	const quotes = 2
	size, seen := quotes, uint8(0)
	for i := range len(text) {
		c := characters[text[i]]
		size += int(c & sizeBits)
		seen |= c
	}
	if seen&foreignBit == 0 {
		return measured{size: size}
	}
	// Bytes that are no UTF-8 count as a character each.
	return measured{size + utf8.RuneCountInString(text) - starts(text), true}
}

const (
	sizeBits   = 0x0f
	foreignBit = 0x80
)

// characters holds for each byte what it adds to the size, and whether it may
// be part of a character that IAM refuses. The first byte of a character
// stands for it.
var characters = func() (table [256]uint8) {
	for i := range table {
		switch b := byte(i); {
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
		case b == '"' || b == '\\':
			table[i] = 2 // the backslash before it
		case b < ' ':
			table[i] = 1 | foreignBit
		case b < utf8.RuneSelf:
			table[i] = 1
		case utf8.RuneStart(b):
			table[i] = 1 | foreignBit
		default:
			table[i] = foreignBit
		}
	}
	return table
}()

// starts counts the bytes that can begin a character.
func starts(text string) int {
	count := 0
	for i := range len(text) {
		if utf8.RuneStart(text[i]) {
			count++
		}
	}
	return count
}

// checkCharacters reports the first character that IAM refuses in the text of
// a policy (A1).
func (r *reader) checkCharacters(n *source.Node) bool {
	if !r.kind.ofIAM() {
		return false
	}
	if r.foreign(n.Text, n.Position()) || slices.ContainsFunc(n.Items, r.checkCharacters) {
		return true
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if r.foreign(f.Name, n.FieldPosition(f)) || r.checkCharacters(f.Value) {
			return true
		}
	}
	return false
}

func (r *reader) foreign(text string, at Position) bool {
	i := strings.IndexFunc(text, func(c rune) bool {
		return c > unicode.MaxLatin1 || c < ' ' && c != '\t' && c != '\n' && c != '\r'
	})
	if i < 0 {
		return false
	}
	c, _ := utf8.DecodeRuneInString(text[i:])
	r.report(characterRange, at, "%s holds %U; IAM takes only U+0020 to U+00FF, tab and line ends", quote(text), c)
	return true
}
