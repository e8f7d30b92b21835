package access

import (
	"slices"
	"strings"

	"iamsim/model"
)

// synthesis is one attempt at a document.
type synthesis struct {
	resource string
	allows   []Region
	denies   []Region
	reader   *resourceReader
	out      []Statement
	lost     []Loss
}

// synthesize writes the part down with some layers as Denies; ok is false if
// one of them cannot be written so at all.
func (p *Part) synthesize(switched []layer) (*synthesis, bool) {
	s := &synthesis{resource: p.Resource, allows: p.Allows, reader: &resourceReader{options: p.options, settled: nothingSettled(p.options)}}
	for _, d := range p.Denies {
		if d.rule == "" {
			s.denies = append(s.denies, d)
		}
	}
	if len(switched) > 0 {
		s.allows = nil
		for _, l := range switched {
			cut, ok := complement(l.allows, p.options)
			if !ok {
				return nil, false
			}
			s.denies = append(s.denies, cut...)
		}
		for _, c := range p.classes {
			for _, w := range c.ways {
				rest := slices.DeleteFunc(slices.Clone(w), func(l layer) bool { return slices.ContainsFunc(switched, l.same) })
				allowed, ok := product(c.domain, rest)
				if !ok {
					return nil, false
				}
				s.allows = append(s.allows, allowed...)
			}
		}
		s.allows = widest(s.allows)
		s.denies = widest(s.denies)
	}
	s.write()
	return s, true
}

func (s *synthesis) document() *Document {
	return &Document{Version: "2012-10-17", Statement: append([]Statement{}, s.out...)}
}

// write fills in the statements and what is lost.
func (s *synthesis) write() {
	var cuts []Region
	for i, r := range s.allows {
		st, extra, why := s.statement(r)
		if why == "" && extra != nil && !s.cuttable(*extra, i) {
			why = "what it leaves out cannot be denied without taking from other statements"
		}
		if why != "" {
			s.lost = append(s.lost, Loss{Region: r, Why: why})
			continue
		}
		if st == nil {
			continue
		}
		s.out = append(s.out, *st)
		if extra != nil {
			cuts = append(cuts, *extra)
		}
	}
	for _, d := range append(slices.Clone(s.denies), cuts...) {
		st, extra, why := s.statement(d)
		switch {
		case why != "" && s.widened(d):
			s.lost = append(s.lost, Loss{Region: d, Why: why})
			continue
		case extra != nil && !s.cuttable(*extra, -1):
			s.lost = append(s.lost, Loss{Region: d, Why: "its exceptions cannot stand in one statement with it"})
		}
		if st != nil {
			s.out = append(s.out, *st)
		}
	}
	if s.resource == "*" && len(s.out) > 0 {
		s.out = append(s.out, Statement{Effect: "Deny", Action: []string{"*"}, Resource: []string{"arn:*"}})
	}
	s.out = joined(s.out)
}

// widened writes a Deny that cannot be written exactly without its conditions
// and exceptions, which takes more.
func (s *synthesis) widened(d Region) bool {
	wide := Region{effect: deny, actions: d.actions, resources: d.resources, stems: d.stems}
	if len(wide.actions.all) > 0 {
		wide.actions = space{all: wide.actions.all[:1]}
	} else {
		wide.actions = space{}
	}
	wide.resources = resources{star: true, buckets: true}
	if st, _, why := s.statement(wide); why == "" && st != nil {
		s.out = append(s.out, *st)
	} else {
		s.out = append(s.out, Statement{Effect: "Deny", Action: []string{"*"}, Resource: []string{"*"}})
	}
	return true
}

// cuttable reports whether a Deny of a region takes nothing that the document
// has to allow: no other Allow meets it.
func (s *synthesis) cuttable(cut Region, but int) bool {
	for i, r := range s.allows {
		if i != but && !r.disjoint(cut) {
			return false
		}
	}
	return true
}

// statement writes a region as one statement. extra is what the statement
// holds besides, because patterns and exceptions cannot stand side by side; why
// says why there is no statement. Both are unset, and so is the statement, for
// a region whose conditions contradict each other.
func (s *synthesis) statement(r Region) (st *Statement, extra *Region, why string) {
	if r.grant != nil && r.grant.EncryptionContextEquals != nil {
		return nil, nil, "a KMS grant's EncryptionContextEquals has no counterpart in a Condition"
	}
	b, void, ok := block(r.when)
	switch {
	case void:
		return nil, nil, ""
	case !ok:
		return nil, nil, "two conditions on one key cannot stand in one statement"
	}
	st = &Statement{Effect: map[effect]string{allow: "Allow", deny: "Deny"}[r.effect]}
	for _, name := range b.operators {
		for _, e := range b.entries[name] {
			if st.Condition == nil {
				st.Condition = map[string]map[string][]string{}
			}
			if st.Condition[name] == nil {
				st.Condition[name] = map[string][]string{}
			}
			st.Condition[name][e.key] = append([]string{}, e.values...)
		}
	}
	cut := Region{effect: deny, actions: r.actions, resources: r.resources, when: r.when, stems: r.stems}
	holes := false
	actions, ok := r.actions.single()
	switch {
	case !ok:
		return nil, nil, "its action patterns have no common pattern"
	case len(r.actions.all) == 0 && len(r.actions.not) > 0:
		st.NotAction = texts(r.actions.not, actionText)
	case len(r.actions.all) == 0:
		st.Action = []string{"*"}
	default:
		st.Action = texts(actions, actionText)
		if len(r.actions.not) > 0 {
			holes = true
			cut.actions = space{all: r.actions.all}.and(actionUniverse.within(r.actions.not))
		}
	}
	if slices.ContainsFunc(slices.Concat(actions, r.actions.not), func(p pattern) bool { return !writableAction(p) }) {
		return nil, nil, "an action's prefix would hold a wildcard, which an identity policy may not"
	}
	over, why := s.resources(st, r)
	if why != "" {
		return nil, nil, why
	}
	if over != nil {
		if holes {
			return nil, nil, "both its actions and its resources have exceptions"
		}
		holes, cut.resources = true, *over
	}
	if !holes {
		return st, nil, ""
	}
	return st, &cut, ""
}

// resources writes the resource part; over is what it covers besides.
func (s *synthesis) resources(st *Statement, r Region) (over *resources, why string) {
	list, ok := r.resources.single()
	not := r.resources.not
	switch {
	case !ok:
		return nil, "its resource patterns have no common pattern"
	case s.resource == "*":
		return nil, s.onStar(st, r)
	}
	written, ok := s.written(list)
	unless, okay := s.written(not)
	if !ok || !okay {
		return nil, unwritable
	}
	star, buckets := r.resources.star, r.resources.buckets
	switch {
	case len(r.resources.all) == 0 && len(not) > 0 && star:
		st.NotResource = unless
		if covers := r.effect == deny || !slices.ContainsFunc(st.NotResource, everyBucket); covers != buckets && r.meetsBuckets() {
			return nil, bucketsApart
		}
	case len(r.resources.all) == 0 && star:
		st.Resource = []string{"*"}
		if !buckets && r.meetsBuckets() {
			return nil, bucketsApart
		}
	case len(r.resources.all) > 0 && (star || len(list) == 0):
		return nil, "the request on \"*\" cannot be told apart from ARNs (rule B17)"
	default:
		st.Resource = written
		if len(r.resources.all) == 0 {
			st.Resource = []string{"arn:*"}
		}
		if len(not) > 0 {
			if r.effect == allow && slices.ContainsFunc(not, pattern.variables) && !s.reader.options.UnresolvedNotResourceListsNothing {
				return nil, "its NotResource has a variable, and without a value nothing is allowed (rule D7)"
			}
			within := space{all: r.resources.all}.and(arnUniverse.within(not))
			over = &resources{space: within}
		}
		if why := s.buckets(st, r); why != "" {
			return nil, why
		}
	}
	return over, ""
}

// onStar writes the resource part of a document that is about "*" alone. An
// exclusion with a variable stays: it voids an Allow that has no value for it (D7).
func (s *synthesis) onStar(st *Statement, r Region) string {
	star, buckets := r.resources.star, r.resources.buckets || !r.meetsBuckets()
	var open []pattern
	if r.effect == allow && !s.reader.options.UnresolvedNotResourceListsNothing {
		open = slices.DeleteFunc(slices.Clone(r.resources.not), func(p pattern) bool { return !p.variables() })
	}
	unless, ok := s.written(open)
	switch {
	case !ok:
		return unwritable
	case star && !buckets && r.effect == allow:
		unless = append(unless, anyBucket)
	case star && !buckets, !star && len(unless) > 0:
		return bucketsApart
	}
	switch {
	case len(unless) > 0:
		st.NotResource = unless
	case star:
		st.Resource = []string{"*"}
	default:
		st.Resource = []string{anyBucket} // B18
	}
	return ""
}

const (
	unwritable   = "a resource pattern cannot be written in an identity policy"
	anyBucket    = "arn:aws:s3:::*"
	bucketsApart = "what it says of s3:ListAllMyBuckets on \"*\" cannot be told apart (rule B18)"
)

// meetsBuckets reports whether the region's actions hold s3:ListAllMyBuckets.
func (r Region) meetsBuckets() bool {
	return !r.actions.disjoint(space{all: [][]pattern{{listBuckets}}})
}

// buckets makes a list of resources say of s3:ListAllMyBuckets what the region
// does: only the very text arn:PARTITION:s3:::* covers it (B18), and a second
// star matches the same ARNs.
func (s *synthesis) buckets(st *Statement, r Region) string {
	if !r.meetsBuckets() || s.reader.options.ListAllMyBucketsNeedsStar {
		return ""
	}
	said := slices.ContainsFunc(st.Resource, everyBucket)
	switch {
	case said && !r.resources.buckets:
		for i, text := range st.Resource {
			if everyBucket(text) {
				st.Resource[i] = text + "*"
			}
		}
	case !said && r.resources.buckets:
		return bucketsApart
	}
	return ""
}

// sixFields is what every ARN looks like.
var sixFields = append(literal("arn", false), token{kind: char, r: ':'}, token{kind: many}, token{kind: char, r: ':'}, token{kind: many},
	token{kind: char, r: ':'}, token{kind: many}, token{kind: char, r: ':'}, token{kind: many}, token{kind: char, r: ':'}, token{kind: many})

// written spells patterns so that an identity policy that holds them means the
// same. A pattern of fewer than six fields means more there (B15): it is
// written with all six.
func (s *synthesis) written(list []pattern) ([]string, bool) {
	var out []string
	for _, p := range list {
		pieces := []pattern{p}
		if !s.readsBack(p) {
			var ok bool
			if pieces, ok = intersect(p, sixFields); !ok || slices.ContainsFunc(pieces, func(piece pattern) bool { return !s.readsBack(piece) }) {
				return nil, false
			}
		}
		out = append(out, texts(pieces, pattern.String)...)
	}
	return out, true
}

// readsBack reports whether the text of a pattern is read as the pattern.
func (s *synthesis) readsBack(p pattern) bool {
	text := p.String()
	if !strings.HasPrefix(text, "arn:") {
		return false
	}
	read, ok := s.reader.read(text, &model.Policy{Kind: model.IdentityPolicy, Variables: true}, "")
	return ok && len(read.patterns) == 1 && read.patterns[0].same(p)
}
