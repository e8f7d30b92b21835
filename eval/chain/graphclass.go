package chain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
	"iamsim/model/inventory"
)

// roleCalls are the actions that assuming a role may need (E60, E67, E68).
var roleCalls = []string{AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, "sts:TagSession", "sts:SetSourceIdentity"}

// document is what a policy has to say about assuming roles: the statements
// that may match such a call. What is said here is never a decision; it only
// leaves out what cannot bear on one.
type document struct {
	statements []*model.Statement
	// text spells the statements: documents of one text decide alike.
	text string
	// individual is set where a statement looks at who the caller is, so that
	// callers with the same documents may still differ.
	individual bool
	// conditional is set where a statement has a condition or a variable.
	conditional bool
	// endpoint is set where a statement looks at the VPC endpoint that the call passes.
	endpoint bool
	// tags are the keys of aws:PrincipalTag that the statements look at, folded.
	tags []string
}

// documents reads policies once: all of them before the edges are decided,
// since reading is not safe for concurrent use. Matching is.
type documents struct {
	read     map[*model.Policy]*document
	patterns sync.Map // of *wildcard.Pattern by text
}

func newDocuments() *documents { return &documents{read: map[*model.Policy]*document{}} }

// of returns what a policy says; nil for nil.
func (d *documents) of(p *model.Policy) *document {
	if p == nil {
		return nil
	}
	if known, ok := d.read[p]; ok {
		return known
	}
	doc := &document{}
	var text strings.Builder
	for i := range p.Statements {
		s := &p.Statements[i]
		if !d.mayMatchAction(s, roleCalls...) || !d.mayMatchRole(s) {
			continue
		}
		doc.add(s)
		spell(&text, p, s)
	}
	doc.text = text.String()
	d.read[p] = doc
	return doc
}

func (doc *document) add(s *model.Statement) {
	doc.statements = append(doc.statements, s)
	look := func(key string) {
		folded := conditions.FoldKey(key)
		switch {
		case folded == "aws:principalarn" || folded == "aws:userid" || folded == "aws:username":
			doc.individual = true
		case folded == conditions.FoldKey(keyEndpoint):
			doc.endpoint = true
		case strings.HasPrefix(folded, principalTag):
			doc.tags = append(doc.tags, folded[len(principalTag):])
		}
		doc.conditional = true
	}
	for _, entry := range s.Condition {
		look(entry.Key())
		for _, key := range entry.Variables() {
			look(key)
		}
	}
	for _, key := range resourceVariables(s) {
		look(key)
	}
}

var (
	variable = regexp.MustCompile(`\$\{\s*([^},]+?)\s*[},]`)
	braces   = regexp.MustCompile(`\$\{[^}]*\}`)
)

// resourceVariables lists the keys that the resources of a statement may name.
func resourceVariables(s *model.Statement) []string {
	var out []string
	for _, text := range s.Resources {
		for _, match := range variable.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], ":") {
				out = append(out, match[1])
			}
		}
	}
	return out
}

// spell writes all of a statement that bears on a decision.
func spell(b *strings.Builder, p *model.Policy, s *model.Statement) {
	fmt.Fprintf(b, "%v|%v|%v|%v%q|%v%v%q|", p.Kind, p.Variables, s.Effect, s.NotAction, s.Actions, s.NotResource, s.HasResource, s.Resources)
	if s.Principals != nil {
		fmt.Fprintf(b, "%v%q", s.Principals.Not, s.Principals.Entries)
	}
	for _, entry := range s.Condition {
		fmt.Fprintf(b, "|%s %q %q", entry.Operator(), entry.Key(), entry.Values())
	}
	b.WriteByte('\n')
}

// pattern compiles a pattern that matches at least what the policy's own
// matches under any reading of the uncertain rules; nil matches everything.
func (d *documents) pattern(text string) *wildcard.Pattern {
	if p, ok := d.patterns.Load(text); ok {
		return p.(*wildcard.Pattern)
	}
	p, err := wildcard.CompileFold(braces.ReplaceAllString(text, "*"))
	if err != nil {
		p = nil
	}
	d.patterns.Store(text, p)
	return p
}

func (d *documents) mayMatchAction(s *model.Statement, actions ...string) bool {
	if s.NotAction {
		return slices.ContainsFunc(actions, func(action string) bool {
			return !slices.ContainsFunc(s.Actions, func(text string) bool {
				return strings.EqualFold(text, "sts:*") || strings.EqualFold(text, action)
			})
		})
	}
	for _, text := range s.Actions {
		p := d.pattern(text)
		if p == nil || slices.ContainsFunc(actions, p.Match) {
			return true
		}
	}
	return false
}

// someRole is matched, where it stands for the longest literal beginning, by
// every pattern that could match a role.
var someRole = regexp.MustCompile(`(?i)^arn:[^:]*:iam::[^:]*:role/`)

// mayMatchRole reports whether a statement's resources may hold a role.
func (d *documents) mayMatchRole(s *model.Statement) bool {
	if !s.HasResource || s.NotResource {
		return true
	}
	return slices.ContainsFunc(s.Resources, func(text string) bool {
		if cut := strings.IndexAny(text, "*?$"); cut >= 0 || strings.Count(text, ":") < 5 {
			return true
		}
		return someRole.MatchString(text)
	})
}

// mayMatch reports whether a statement's resources may hold this role.
func (d *documents) mayMatch(s *model.Statement, role string) bool {
	if !s.HasResource || s.NotResource {
		return true
	}
	return slices.ContainsFunc(s.Resources, func(text string) bool { return d.mayHold(text, role) })
}

func (d *documents) mayHold(text, role string) bool {
	p := d.pattern(text)
	if p == nil || p.Match(role) {
		return true
	}
	if missing := 5 - strings.Count(text, ":"); missing > 0 {
		p = d.pattern(text + strings.Repeat(":*", missing))
		return p == nil || p.Match(role)
	}
	return false
}

// class is a set of principals of one account between whom no policy about
// assuming roles can tell, unless it names them.
type class struct {
	account string
	members []int32
	// documents are those of the identity side: policies and boundary.
	documents []*document
	// individual is set where the documents look at who the caller is.
	individual bool
	// missing is set where a document was not read.
	missing bool
}

// classes sorts the inventory's principals into classes.
type classes struct {
	documents *documents
	tags      []string // folded keys that some policy looks at
	byKey     map[string]int32
	list      []*class
}

// identity collects the documents of a principal's identity side.
func (c *classes) identity(s *inventory.Snapshot, p *inventory.Principal) (docs []*document, missing []string) {
	attach := func(arns []string, kind model.PolicyKind) {
		for _, arn := range arns {
			if m, ok := s.Policy(arn); ok && m.Document(kind) != nil {
				docs = append(docs, c.documents.of(m.Document(kind)))
			} else {
				missing = append(missing, arn)
			}
		}
	}
	inline := func(policies []*model.Policy) {
		for _, policy := range policies {
			docs = append(docs, c.documents.of(policy))
		}
	}
	inline(p.Inline)
	attach(p.Attached, model.IdentityPolicy)
	for _, arn := range p.Groups {
		if g, ok := s.Group(arn); ok {
			inline(g.Inline)
			attach(g.Attached, model.IdentityPolicy)
		} else {
			missing = append(missing, arn)
		}
	}
	if p.BoundaryPolicy != nil {
		inline([]*model.Policy{p.BoundaryPolicy})
	} else if p.Boundary != "" {
		attach([]string{p.Boundary}, model.PermissionsBoundary)
	}
	return docs, missing
}

// add puts a principal into its class and returns the class's number.
func (c *classes) add(s *inventory.Snapshot, n int32, p *inventory.Principal) int32 {
	docs, missing := c.identity(s, p)
	var key strings.Builder
	partition, _, _ := strings.Cut(strings.TrimPrefix(p.ARN, "arn:"), ":")
	fmt.Fprintf(&key, "%s|%s|%v|%v|%v|%q\n", partition, p.Account, p.Kind, p.HasBoundary(),
		strings.Contains(p.ARN, ":role/aws-service-role/"), missing)
	var texts []string
	for _, doc := range docs {
		if doc.text != "" {
			texts = append(texts, doc.text)
		}
	}
	slices.Sort(texts)
	fmt.Fprintf(&key, "%q", slices.Compact(texts))
	for _, tag := range c.tags {
		for _, own := range sorted(p.Tags) {
			if conditions.FoldKey(own) == tag {
				fmt.Fprintf(&key, "\n%q=%q", tag, p.Tags[own])
			}
		}
	}
	number, ok := c.byKey[key.String()]
	if !ok {
		number = int32(len(c.list))
		c.byKey[key.String()] = number
		of := &class{account: p.Account, missing: len(missing) > 0}
		for _, doc := range docs {
			if len(doc.statements) > 0 {
				of.documents = append(of.documents, doc)
				of.individual = of.individual || doc.individual
			}
		}
		c.list = append(c.list, of)
	}
	c.list[number].members = append(c.list[number].members, n)
	return number
}
