package diff

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/wildcard"
	"iamsim/model"
	"iamsim/model/inventory"
)

// comparison compares the two sides for one caller.
type comparison struct {
	*shared
	caller Caller
	// present tells on which sides the caller is known.
	present [2]bool
	// alike is set where the caller's own attributes, its account and its
	// organization are the same on both sides, so that equal statements decide
	// equally.
	alike    bool
	sessions bool
	account  string
	// iam tells that the caller has an identity side of which something was read.
	iam       bool
	partition string

	states  int
	stopped bool
	found   []*Difference
	gaps    []string
	// faults are witnesses that did not stand the replay: faults of this program.
	faults []string
	seen   [2]bool
	// class is the actions that are being compared.
	members []int32
	joints  map[string]jointAnswer
	special map[string][][]wildcard.Flat
	named   map[string]bool // the action patterns met
	values  map[classKey]classAnswer
	entries map[*conditions.Entry]int
}

// shared is what the comparisons of all callers have in common.
type shared struct {
	o        *Options
	sides    [2]Side
	v        *vocabulary
	contents *contents
	deadline time.Time
	scope    scope
	rows     []*rowPair
	trusts   []rolePair
	accounts accountSets
	// differing are the ids of the endpoints that differ between the sides.
	differing []string
	// sameOrganization is set where both sides have the same levels with the same policies.
	sameOrganization bool
	// constant is set where one of the sides is.
	constant bool
}

// rowPair is a resource that one or both sides declare.
type rowPair struct {
	arn  string
	rows [2]*inventory.Resource
	same bool
	// below are the declared resources that lie below this one.
	below []string
}

type jointAnswer struct {
	found    []wildcard.Example
	complete bool
}

// patterns returns the action patterns of the statements met, sorted.
func (c *comparison) patterns() []string { return slices.Sorted(maps.Keys(c.named)) }

func (s *shared) compare(caller Caller) *comparison {
	c := &comparison{shared: s, caller: caller, joints: map[string]jointAnswer{}, special: map[string][][]wildcard.Flat{}, named: map[string]bool{}, values: map[classKey]classAnswer{}, entries: map[*conditions.Entry]int{}}
	if err := c.identify(); err != nil {
		c.failed(err)
		return c
	}
	c.general(nil)
	for _, id := range c.differing {
		v := valueOf(id)
		c.general([]binding{{"aws:SourceVpce", v}})
	}
	return c
}

// probeAction stands for any action where only the layers matter; it is one
// that resource control policies reach, so that they are among them.
const probeAction = "s3:Probe"

// identify finds out on which sides the caller is known, and who it is.
func (c *comparison) identify() error {
	var first error
	var texts [2]string
	for i := range c.sides {
		r := c.request(probeAction, "*", nil)
		r.ResourceAccount = c.accounts.any
		q, err := c.sides[i].Engine.Prepare(r)
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		c.present[i] = c.sides[i].Constant == Varies
		c.account, c.partition, c.iam = q.Account(), q.Partition(), q.IAM() && !q.Standing().FarPrincipal
		c.sessions = q.Federated()
		texts[i] = attributes(q)
	}
	if !c.present[0] && !c.present[1] {
		return first
	}
	c.alike = c.present[0] && c.present[1] && texts[0] == texts[1]
	return nil
}

// attributes spells everything that follows from who the caller is, and the levels of its organization.
func attributes(q *eval.Query) string {
	var b strings.Builder
	context := q.Context()
	for _, name := range context.Names() {
		v, _ := context.Lookup(name)
		b.WriteString(conditions.FoldKey(name) + "=" + v.String() + "\x00")
	}
	b.WriteString(q.Shape())
	return b.String()
}

func (c *comparison) maxStates() int {
	limit := c.o.MaxStates
	if limit == 0 {
		limit = DefaultMaxStates
	}
	return max(limit-c.states, 1)
}

// spent counts a state and reports whether the bounds are reached.
func (c *comparison) spent() bool {
	c.states++
	if c.stopped {
		return true
	}
	switch {
	case c.maxStates() <= 1:
		c.gap("the search was ended after " + number(c.states) + " classes of requests")
		c.stopped = true
	case c.states%256 == 0 && !c.deadline.IsZero() && time.Now().After(c.deadline):
		c.gap("the search was ended by the time limit, after " + number(c.states) + " classes of requests")
		c.stopped = true
	}
	return c.stopped
}

func (c *comparison) done() bool {
	return c.stopped || c.o.First && c.seen[Opened] && c.seen[Closed]
}

// wants reports whether a difference in one of the directions is still of interest.
func (c *comparison) wants(opened, closed bool) bool {
	if c.o.First {
		opened, closed = opened && !c.seen[Opened], closed && !c.seen[Closed]
	}
	return opened || closed
}

func (c *comparison) gap(reason string) {
	if !slices.Contains(c.gaps, reason) {
		c.gaps = append(c.gaps, reason)
	}
}

// failed notes a request that a side cannot answer; what is no request on either side differs in nothing.
func (c *comparison) failed(err error) {
	if !errors.Is(err, errNoRequest) {
		c.gap(err.Error())
	}
}

// layers are the statements that may bear on a part of the comparison, of both sides.
type layers struct {
	parts [2][]eval.Part
	// elements are the action elements of all of them, those of the first side first.
	elements []listing
}

// newLayers collects the statements of a place, which is nil on a side that does not know it.
func newLayers(nodes [2]*eval.Parts, scope *scope) *layers {
	l := &layers{}
	for i, p := range nodes {
		if p == nil {
			continue
		}
		l.parts[i] = p.All()
		for k := range l.parts[i] {
			l.elements = append(l.elements, listingOf(l.parts[i][k].Statement.Actions))
		}
	}
	l.elements = append(l.elements, scope.actionElements()...)
	return l
}

// fits tells whether the action element of a statement covers a class.
func fits(s *model.Statement, listed bool, o *eval.Options) bool {
	if s.NotAction && len(s.Actions) == 0 {
		return !o.EmptyNotActionMatchesNone
	}
	return listed != s.NotAction
}

// settled reports whether nothing about a class of actions needs to be looked
// at: on both sides the same is sure, or the same statements are left.
func (c *comparison) settled(l *layers, class *actionClass) bool {
	var sums [2]summary
	var same [2][]int64
	at := 0
	for i, parts := range l.parts {
		o := c.sides[i].Engine.Options()
		for k := range parts {
			p := &parts[k]
			covered := fits(p.Statement, class.has(at), &o)
			at++
			if !covered || !p.Named {
				continue
			}
			sums[i].add(p, coarse(p))
			if !c.o.Exhaustive && c.alike {
				same[i] = append(same[i], c.identity(p))
			}
		}
	}
	if !c.constant && sums[0].denied() && sums[1].denied() {
		return true
	}
	if !c.present[0] || !c.present[1] {
		known, other := 0, 1
		if c.present[1] {
			known, other = 1, 0
		}
		return sums[known].denied() && c.sides[other].Constant != Everything
	}
	if sums[0].equal(&sums[1]) && c.alike {
		return true
	}
	if c.o.Exhaustive || !c.alike {
		return false
	}
	return equalNumbers(same)
}

// identity spells what a statement says and where, as a number.
func (c *comparison) identity(p *eval.Part) int64 {
	n := c.contents.statement(p.Statement, p.Policy)
	return int64(n)<<24 | int64(p.Kinds())<<16 | int64(p.Level&0xff)<<8 | int64(p.Layer())
}

// coarse tells whether a statement whose action fits surely applies, whatever
// the resource and the context.
func coarse(p *eval.Part) conditions.Truth {
	s := p.Statement
	star := slices.ContainsFunc(s.Resources, func(r string) bool { return r != "" && strings.Trim(r, "*") == "" })
	switch {
	case !s.HasResource:
		return conditions.Unknown
	case star && s.NotResource:
		return conditions.False
	case star && len(s.Condition) == 0:
		return conditions.True
	}
	return conditions.Unknown
}

// summary is what the statements of one side come to, layer by layer.
type summary struct {
	allow, deny [summaries]conditions.Truth
	sure, maybe uint8
}

// summaries is room for the levels of two kinds of policies and the other layers.
const summaries = 160

func (s *summary) add(p *eval.Part, t conditions.Truth) {
	at := p.Layer()
	if p.Statement.Effect == model.Deny {
		s.deny[at] = s.deny[at].Or(t)
		return
	}
	s.allow[at+8*(1+min(p.Level, 17))] = s.allow[at+8*(1+min(p.Level, 17))].Or(t)
	if p.ResourceSide() && t != conditions.False {
		s.maybe |= p.Kinds()
		if t == conditions.True {
			s.sure |= p.Kinds()
		}
	}
}

// denied reports whether a Deny surely applies that nothing sets aside: the
// owner's root user may look after a bucket's policy in spite of that policy
// (E3), and resource control policies do not reach every action (E36).
func (s *summary) denied() bool {
	for i, t := range s.deny[:] {
		if t == conditions.True && i != resourceLayer && i != controlLayer {
			return true
		}
	}
	return false
}

// Places among the layers: resource control policies, and the resource's own policy.
const (
	controlLayer  = 0
	resourceLayer = 3
)

// equal reports whether both summaries are sure and the same.
func (s *summary) equal(o *summary) bool {
	if s.sure != o.sure || s.maybe != o.maybe || s.sure != s.maybe {
		return false
	}
	for i := range s.allow {
		if s.allow[i] != o.allow[i] || s.deny[i] != o.deny[i] || s.allow[i] == conditions.Unknown || s.deny[i] == conditions.Unknown {
			return false
		}
	}
	return true
}
