package eval

import (
	"strings"
	"sync"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// resourcePattern is one entry of Resource or NotResource.
type resourcePattern struct {
	text     string
	template *wildcard.Template
	// completed is the pattern with its missing fields filled in (B15); nil
	// where it has all six. completedByDefault tells whether it counts
	// without the option.
	completed          *wildcard.Template
	completedByDefault bool
	// star is set for patterns of stars alone, which alone cover "*" (B17).
	star bool
	// variables is set where the document substitutes them (D6).
	variables bool
	// everyBucket is set for arn:PARTITION:s3:::* (B18).
	everyBucket bool
	// apiShort is set for API Gateway's short form execute-api:/... in a resource-based policy (A19).
	apiShort bool
	// nothing is set for texts that are neither stars nor an ARN, which some
	// resource-based policies may hold and which match nothing (A19).
	nothing bool
}

func compileResource(text string, document *model.Policy) (resourcePattern, error) {
	r := resourcePattern{text: text, variables: document.Variables, star: strings.Trim(text, "*") == "" && text != ""}
	r.everyBucket = strings.HasPrefix(text, "arn:") && strings.HasSuffix(text, ":s3:::*") && strings.Count(text, ":") == 5
	r.apiShort = document.Kind == model.ResourcePolicy && strings.HasPrefix(text, apiShortPrefix)
	var err error
	if r.template, err = wildcard.ParseTemplate(text, r.syntax(&Options{})); err != nil {
		return r, err
	}
	r.nothing = !r.star && !r.apiShort && !strings.HasPrefix(text, "arn:")
	if full, short := completeARN(text); short && document.Kind != model.SessionPolicy {
		r.completedByDefault = document.Kind == model.IdentityPolicy || document.Kind == model.PermissionsBoundary
		r.completed, err = wildcard.ParseTemplate(full, r.syntax(&Options{}))
	}
	return r, err
}

// completeARN fills in the missing fields of an incomplete ARN with stars (B15).
func completeARN(text string) (full string, short bool) {
	if !strings.HasPrefix(text, "arn:") {
		return "", false
	}
	missing := 5 - strings.Count(text, ":")
	if missing <= 0 {
		return "", false
	}
	return text + strings.Repeat(":*", missing), true
}

func (r *resourcePattern) syntax(o *Options) wildcard.Syntax {
	return wildcard.Syntax{
		Variables: r.variables, Wildcards: true, Resource: true,
		VariablesInFields: o.VariablesInARNFields, StarNeverCrosses: o.StarNeverCrossesColon,
		FoldFields: o.ARNFieldsIgnoreCase,
	}
}

const apiShortPrefix = "execute-api:/"

// expand turns API Gateway's short form into the ARN of the API that the
// policy hangs on; the template is nil where it hangs on something else.
func (r *resourcePattern) expand(q *frame) (string, *wildcard.Template) {
	row := q.target.row
	if row == nil || !strings.Contains(row.ARN, ":execute-api:") {
		return "", nil
	}
	api, _, _ := strings.Cut(row.ARN, "/")
	text := api + strings.TrimPrefix(r.text, "execute-api:")
	return text, q.engine.templates.get(text, r.syntax(&Options{}))
}

// templateCache holds the templates of patterns under other readings than the
// default one, which are needed only to find out whether an answer rests on
// the reading.
type templateCache struct{ byKey sync.Map }

type templateKey struct {
	text   string
	syntax wildcard.Syntax
}

func newTemplateCache() *templateCache { return &templateCache{} }

// get returns the template of a text that is known to parse; a text that the
// other reading cannot parse matches nothing and is nil.
func (c *templateCache) get(text string, syntax wildcard.Syntax) *wildcard.Template {
	key := templateKey{text, syntax}
	if t, ok := c.byKey.Load(key); ok {
		return t.(*wildcard.Template)
	}
	t, err := wildcard.ParseTemplate(text, syntax)
	if err != nil {
		t = nil
	}
	c.byKey.Store(key, t)
	return t
}

// match compares one resource pattern with the request's resource (B10 to B18, D7).
func (r *resourcePattern) match(q *frame, o *Options, env *conditions.Env) wildcard.Outcome {
	if r.star {
		return wildcard.Match
	}
	resource := q.resource
	if resource == "*" || r.nothing {
		return wildcard.NoMatch
	}
	text, template := r.text, r.template
	if r.apiShort {
		if text, template = r.expand(q); template == nil {
			return wildcard.NoMatch
		}
	}
	outcome := r.matchOne(text, template, resource, q, o, env)
	if r.completed == nil || outcome == wildcard.Match || !(r.completedByDefault || o.ShortPatternsCompleted) {
		return outcome
	}
	return strongest(outcome, r.matchOne(r.completed.String(), r.completed, resource, q, o, env))
}

// strongest combines the outcomes of two forms of one pattern.
func strongest(a, b wildcard.Outcome) wildcard.Outcome {
	for _, outcome := range []wildcard.Outcome{wildcard.Match, wildcard.Unknown, wildcard.Unresolved} {
		if a == outcome || b == outcome {
			return outcome
		}
	}
	return wildcard.NoMatch
}

func (r *resourcePattern) matchOne(text string, t *wildcard.Template, resource string, q *frame, o *Options, env *conditions.Env) wildcard.Outcome {
	if o.StarNeverCrossesColon || o.VariablesInARNFields || o.ARNFieldsIgnoreCase {
		if t = q.engine.templates.get(text, r.syntax(o)); t == nil {
			return wildcard.NoMatch
		}
	}
	return env.Match(t, resource)
}

// matchesResource is the resource part of a statement (B8, B10 to B18, D7, A41, E82).
func (s *statement) matchesResource(q *frame, o *Options, env *conditions.Env) conditions.Truth {
	if !s.source.HasResource {
		return conditions.Of(s.ownResource(q))
	}
	listed := conditions.False
	closed := s.source.NotResource && s.source.Effect == model.Allow && !o.UnresolvedNotResourceListsNothing
	resolved := conditions.True
	for i := range s.resources {
		r := &s.resources[i]
		if s.coversEveryBucket(r, q, o) {
			return conditions.Of(!s.source.NotResource)
		}
		switch r.match(q, o, env) {
		case wildcard.Match:
			return conditions.Of(!s.source.NotResource)
		case wildcard.Unknown:
			listed = conditions.Unknown
		}
		if closed {
			resolved = resolved.And(r.resolved(q, o, env))
		}
	}
	if s.source.NotResource {
		return listed.Not().And(resolved)
	}
	return listed
}

// ownResource reports whether a statement without Resource covers the
// request: it stands for the very resource that the policy hangs on (A41).
// Key policies ignore such a statement (E82), and S3, SNS and SQS do not store
// one; a Deny of theirs is still honoured, on all that the policy is asked for.
func (s *statement) ownResource(q *frame) bool {
	switch {
	case s.policy.source.Kind == model.KeyPolicy:
		return false
	case s.policy.source.Kind != model.ResourcePolicy, s.source.Effect == model.Deny:
		return true
	}
	switch q.target.arn.Service {
	case "s3", "sns", "sqs":
		return false
	}
	return q.target.row != nil && q.target.row.ARN == q.resource
}

// resolved reports whether every variable of the pattern has a value or a default.
func (r *resourcePattern) resolved(q *frame, o *Options, env *conditions.Env) conditions.Truth {
	template := r.template
	if o.VariablesInARNFields {
		if template = q.engine.templates.get(r.text, r.syntax(o)); template == nil {
			return conditions.False
		}
	}
	all := conditions.True
	for _, v := range template.Variables() {
		switch _, presence := env.Resolve(v.Key); {
		case presence == wildcard.Resolved:
		case presence == wildcard.UnknownValue:
			all = all.And(conditions.Unknown)
		case presence == wildcard.Multivalued || !v.HasDefault:
			return conditions.False
		}
	}
	return all
}

// coversEveryBucket is rule B18: s3:ListAllMyBuckets, which is asked on "*",
// counts as covered by arn:aws:s3:::*. A Deny with NotResource is not spared by it.
func (s *statement) coversEveryBucket(r *resourcePattern, q *frame, o *Options) bool {
	return q.row.listAllMyBuckets && q.resource == "*" && r.everyBucket && !o.ListAllMyBucketsNeedsStar &&
		!(s.source.NotResource && s.source.Effect == model.Deny)
}
