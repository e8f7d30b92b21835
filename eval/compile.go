package eval

import (
	"fmt"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Engine answers requests over one snapshot of an inventory. It is immutable
// and safe for concurrent use.
type Engine struct {
	snapshot *inventory.Snapshot
	options  Options
	// policies holds each distinct document once, however often it is attached.
	policies map[*model.Policy]*policy
	// tagKeys are the tag keys that policies test or substitute, folded, with
	// their prefix (aws:principaltag/..., aws:resourcetag/..., iam:resourcetag/...).
	tagKeys []string
	// shortForms holds the API Gateway policies whose short resource forms were expanded (A19).
	templates *templateCache
}

// Compile prepares a snapshot for deciding. Errors are documents that cannot
// take part in a decision, which reading the inventory has reported before.
func Compile(s *inventory.Snapshot, o Options) (*Engine, error) {
	e := &Engine{
		snapshot: s, options: o,
		policies:  map[*model.Policy]*policy{},
		templates: newTemplateCache(),
	}
	tags := map[string]bool{}
	for _, document := range documents(s) {
		if err := e.add(document, tags); err != nil {
			return nil, err
		}
	}
	e.tagKeys = sortedKeys(tags)
	return e, nil
}

// With returns an engine over the same policies under other options.
func (e *Engine) With(o Options) *Engine {
	other := *e
	other.options = o
	return &other
}

// Options returns the options that the engine decides under.
func (e *Engine) Options() Options { return e.options }

// Snapshot returns the inventory's snapshot that the engine was compiled from.
func (e *Engine) Snapshot() *inventory.Snapshot { return e.snapshot }

// documents lists every policy document of a snapshot in a fixed order.
func documents(s *inventory.Snapshot) []*model.Policy {
	var all []*model.Policy
	for m := range s.Policies() {
		for _, kind := range []model.PolicyKind{model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy} {
			all = append(all, m.Document(kind))
		}
	}
	for p := range s.Principals() {
		all = append(append(all, p.Trust, p.BoundaryPolicy), p.Inline...)
	}
	for g := range s.Groups() {
		all = append(all, g.Inline...)
	}
	for r := range s.Resources() {
		all = append(all, r.Policy)
	}
	for v := range s.Endpoints() {
		all = append(all, v.Policy)
	}
	if org := s.Organization(); org != nil {
		all = appendNode(all, org.Root)
	}
	return all
}

func appendNode(all []*model.Policy, n *inventory.Node) []*model.Policy {
	if n == nil {
		return all
	}
	all = append(append(all, n.ServiceControlPolicies...), n.ResourceControlPolicies...)
	for _, child := range n.Children {
		all = appendNode(all, child)
	}
	return all
}

func (e *Engine) add(document *model.Policy, tags map[string]bool) error {
	if document == nil || e.policies[document] != nil {
		return nil
	}
	compiled, err := compilePolicy(document)
	if err != nil {
		return err
	}
	compiled.collectTagKeys(tags)
	e.policies[document] = compiled
	return nil
}

// policy is a document ready for deciding.
type policy struct {
	source     *model.Policy
	statements []statement
}

// statement is a statement whose patterns are compiled.
type statement struct {
	source     *model.Statement
	policy     *policy
	actions    []actionPattern
	resources  []resourcePattern
	principals *principals
	condition  conditions.Block
}

func compilePolicy(document *model.Policy) (*policy, error) {
	p := &policy{source: document, statements: make([]statement, len(document.Statements))}
	for i := range document.Statements {
		source := &document.Statements[i]
		s := &p.statements[i]
		s.source, s.policy = source, p
		s.condition = source.Condition
		s.principals = compilePrincipals(source.Principals)
		for _, text := range source.Actions {
			pattern, err := compileAction(text)
			if err != nil {
				return nil, fmt.Errorf("%s: action %q: %w", source.Position, text, err)
			}
			s.actions = append(s.actions, pattern)
		}
		for _, text := range source.Resources {
			pattern, err := compileResource(text, document)
			if err != nil {
				return nil, fmt.Errorf("%s: resource %q: %w", source.Position, text, err)
			}
			s.resources = append(s.resources, pattern)
		}
	}
	return p, nil
}

// collectTagKeys adds the tag keys that the policy looks at, so that a
// request can mark those that its tags are known not to hold as absent.
func (p *policy) collectTagKeys(tags map[string]bool) {
	add := func(key string) {
		key = conditions.FoldKey(key)
		for _, prefix := range tagPrefixes {
			if strings.HasPrefix(key, prefix) && len(key) > len(prefix) {
				tags[key] = true
			}
		}
	}
	for i := range p.statements {
		for _, entry := range p.statements[i].condition {
			add(entry.Key())
			for _, key := range entry.Variables() {
				add(key)
			}
		}
		for _, r := range p.statements[i].resources {
			for _, v := range r.template.Variables() {
				add(v.Key)
			}
		}
	}
}

const (
	principalTagPrefix   = "aws:principaltag/"
	resourceTagPrefix    = "aws:resourcetag/"
	iamResourceTagPrefix = "iam:resourcetag/"
)

const requestTagPrefix = "aws:requesttag/"

var tagPrefixes = []string{principalTagPrefix, resourceTagPrefix, iamResourceTagPrefix, requestTagPrefix}

// RequestTagKeys lists the aws:RequestTag keys that the policies look at,
// folded and sorted: a call whose tags are all known carries no others.
func (e *Engine) RequestTagKeys() []string {
	var out []string
	for _, key := range e.tagKeys {
		if strings.HasPrefix(key, requestTagPrefix) {
			out = append(out, key)
		}
	}
	return out
}

// actionPattern is one entry of Action or NotAction.
type actionPattern struct {
	pattern *wildcard.Pattern
	// partialPrefix is set where the service prefix mixes text and wildcards (B4).
	partialPrefix bool
}

func compileAction(text string) (actionPattern, error) {
	pattern, err := wildcard.CompileFold(text)
	if err != nil {
		return actionPattern{}, err
	}
	prefix, _, found := strings.Cut(text, ":")
	return actionPattern{
		pattern:       pattern,
		partialPrefix: found && prefix != "*" && strings.ContainsAny(prefix, "*?"),
	}, nil
}

// matchesAction is the action part of a statement (B1 to B7, A14).
func (s *statement) matchesAction(action string, o *Options) bool {
	if s.source.NotAction && len(s.actions) == 0 {
		return !o.EmptyNotActionMatchesNone
	}
	for i := range s.actions {
		a := &s.actions[i]
		if a.partialPrefix && o.PartialPrefixNeverMatches {
			continue
		}
		if a.pattern.Match(action) {
			return !s.source.NotAction
		}
	}
	return s.source.NotAction
}
