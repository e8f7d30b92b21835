package lint

import (
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// ownServices are the services whose resource-based policies speak only of
// the resource that they hang on and of what is below it (rule A41). Policies
// of others, such as event buses and data catalogues, name what they contain
// by ARNs of another form.
var ownServices = []string{"s3", "sqs", "sns", "kms", "lambda", "secretsmanager", "dynamodb", "kinesis", "es", "elasticfilesystem"}

// checkOwn reports resources that the policy's own resource is not among.
func (s *statement) checkOwn() {
	if s.policy.Kind != model.ResourcePolicy && s.policy.Kind != model.KeyPolicy || s.NotResource {
		return
	}
	own, err := model.ParseARN(s.owner)
	if err != nil || !slices.Contains(ownServices, own.Service) {
		return
	}
	for _, n := range s.resources {
		if !reaches(n.Text, s.owner) {
			d := s.report(resourceOther, n.Position(), "%s is not the policy's own resource, %s: it matches nothing here", quote(n.Text), s.owner)
			if s.policy.Kind == model.KeyPolicy {
				d.Hint = "in a key policy \"*\" is this key"
			}
		}
	}
}

// reaches reports whether a pattern may match a resource or something below
// it: its ARN, perhaps with more behind a '/' or ':'. Variables stand for any text.
func reaches(pattern, own string) bool {
	pattern = starred(pattern)
	// Longer than any ARN; the loop below is quadratic.
	const longest = 2048
	if len(pattern) > longest {
		return true
	}
	for i := 1; i <= len(pattern); i++ {
		if i < len(pattern) && !strings.ContainsRune("/:*?", rune(pattern[i])) && pattern[i-1] != '*' {
			continue
		}
		if p, err := wildcard.Compile(pattern[:i]); err == nil && p.Match(own) {
			return true
		}
	}
	return false
}

// starred returns the pattern with a star for every variable.
func starred(pattern string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "${")
		b.WriteString(before)
		_, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			return b.String()
		}
		b.WriteByte('*')
		pattern = after
	}
}

// The quotas of rule A60, in characters without white space.
const (
	managedLimit = 6144
	trustLimit   = 2048
)

// inlineLimits are the quotas of all inline policies of an identity together,
// by the kind of identity.
var inlineLimits = map[string]int{"user": 2048, "group": 5120, "role": 10240}

// sizes compares the document with the quotas that model does not know of,
// because they depend on what the document belongs to.
func (c *check) sizes(document *source.Node) {
	at, size := document.Position(), c.policy.Size
	switch {
	case c.policy.Kind == model.TrustPolicy:
		if size > trustLimit {
			c.report(trustSize, at, "the trust policy has %d characters without white space; unless the account's quota was raised it may have %d", size, trustLimit)
		}
	case c.awsManaged():
	case c.policy.ARN != "":
		if size > managedLimit && c.policy.Kind != model.ServiceControlPolicy && c.policy.Kind != model.ResourceControlPolicy {
			c.report(managedSize, at, "the managed policy has %d characters without white space; it may have %d", size, managedLimit)
		}
	case c.policy.Kind == model.IdentityPolicy && c.owner != "":
		c.inlineSizes(at)
	}
}

// inlineSizes adds the document to the other inline policies of its owner, and
// reports the one with which they exceed their quota.
func (c *check) inlineSizes(at model.Position) {
	arn, err := model.ParseARN(c.owner)
	kind, _, _ := strings.Cut(arn.Resource, "/")
	limit, ok := inlineLimits[kind]
	if err != nil || !ok {
		return
	}
	if c.inline[c.owner] == nil {
		c.inline[c.owner] = map[string]int{}
	}
	sizes := c.inline[c.owner]
	sum := func() (total int) {
		for _, size := range sizes {
			total += size
		}
		return total
	}
	before := sum()
	sizes[c.policy.Name] = c.policy.Size
	if after := sum(); before <= limit && after > limit {
		c.report(inlineSize, at, "with this policy the inline policies of %s have %d characters without white space; those of a %s may have %d",
			c.owner, after, kind, limit)
	}
}
