package diff

import (
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"iamsim/model"
	"iamsim/model/inventory"
)

// Group is principals whose access changes alike.
type Group struct {
	// Principals are the ARNs or names of all members, sorted. The differences
	// are told of the first.
	Principals  []string
	Differences []*Difference
	// patterns are the action patterns of the policies that take part.
	patterns []string
}

// Result is what comparing two sets of policies found.
type Result struct {
	// Groups are sorted by their first principal.
	Groups []Group
	// Gaps are what could not be compared: while there are any, nothing
	// found does not mean that there is nothing.
	Gaps []Gap
	// Faults are differences that the engines did not confirm when asked for
	// the witness: faults of this program.
	Faults []string
	// Compared and Skipped count principals: those whose policies were looked
	// at, alone or as one of a group, and those for whom nothing changes.
	Compared, Skipped int
	// States is how many classes of requests were looked at.
	States int

	vocabulary *vocabulary
}

// Opened and Closed report whether there is a difference in that direction.
func (r *Result) Opened() bool { return r.has(Opened) }

// Closed reports whether the new set refuses something that the old one allows.
func (r *Result) Closed() bool { return r.has(Closed) }

func (r *Result) has(d Direction) bool {
	for i := range r.Groups {
		if slices.ContainsFunc(r.Groups[i].Differences, func(x *Difference) bool { return x.Direction == d }) {
			return true
		}
	}
	return false
}

// Compare finds every class of requests that one of the two sets of policies
// allows and the other does not. The error is a pattern of the options that
// cannot be read, or a principal that neither side knows.
func Compare(old, new Side, o Options) (*Result, error) {
	s, err := newShared(old, new, &o)
	if err != nil {
		return nil, err
	}
	groups, skipped := s.groups()
	if len(groups) == 0 && skipped == 0 && len(o.Principals) > 0 {
		return nil, errors.New("no principal of either set fits " + strings.Join(o.Principals, ", "))
	}
	result := &Result{Skipped: skipped, vocabulary: s.v}
	for _, g := range groups {
		if o.First && result.Opened() && result.Closed() {
			break
		}
		result.Compared += len(g.members)
		c := s.compare(g.caller)
		result.States += c.states
		result.Faults = append(result.Faults, c.faults...)
		for _, reason := range c.gaps {
			result.Gaps = append(result.Gaps, Gap{Principal: g.caller.Principal, Reason: reason})
		}
		if len(c.found) > 0 {
			result.Groups = append(result.Groups, Group{Principals: g.members, Differences: c.found, patterns: c.patterns()})
		}
	}
	return result, nil
}

func newShared(old, new Side, o *Options) (*shared, error) {
	s := &shared{o: o, sides: [2]Side{old, new}, contents: newContents()}
	for i := range s.sides {
		if s.sides[i].Constant != Varies {
			s.constant = true
			s.sides[i].Engine = s.sides[1-i].Engine
		}
	}
	var err error
	if s.scope, err = newScope(o); err != nil {
		return nil, err
	}
	for i := range s.sides {
		s.sides[i].Engine = optionsOf(s.sides[i].Engine)
	}
	if o.Timeout > 0 {
		s.deadline = time.Now().Add(o.Timeout)
	}
	s.accounts = newAccountSets(s.sides)
	s.sameOrganization = s.organization(0) == s.organization(1)
	s.rows = s.pairRows()
	s.trusts = s.pairRoles()
	services := s.pairEndpoints()
	s.v = vocabularyOf(s.sides[1].Engine.Options().Catalog, services)
	return s, nil
}

// pairRows pairs the resources that need a look of their own.
func (s *shared) pairRows() []*rowPair {
	byARN := map[string]*rowPair{}
	for i := range s.sides {
		for row := range s.sides[i].Engine.Snapshot().Resources() {
			p := byARN[row.ARN]
			if p == nil {
				p = &rowPair{arn: row.ARN}
				byARN[row.ARN] = p
			}
			p.rows[i] = row
		}
	}
	var out []*rowPair
	for _, p := range byARN {
		a, b := p.rows[0], p.rows[1]
		p.same = a != nil && b != nil && s.rowText(a) == s.rowText(b)
		out = append(out, p)
	}
	sort.Slice(out, func(i, k int) bool { return out[i].arn < out[k].arn })
	for i, p := range out {
		for _, other := range out[i+1:] {
			if !strings.HasPrefix(other.arn, p.arn) {
				break
			}
			if rest := other.arn[len(p.arn):]; rest[0] == '/' || rest[0] == ':' {
				p.below = append(p.below, other.arn)
			}
		}
	}
	return out
}

// rowText spells what is declared of a resource.
func (s *shared) rowText(row *inventory.Resource) string {
	text := row.Account + " " + number(int(s.contents.document(row.Policy))) + " " + tagsText(row.Tags)
	for i := range row.Grants {
		g := &row.Grants[i]
		text += "\x01" + g.Grantee + "\x01" + strings.Join(g.Operations, ",") + "\x01" + tagsText(g.EncryptionContextEquals) + "\x01" + tagsText(g.EncryptionContextSubset)
		if g.EncryptionContextEquals != nil {
			text += "="
		}
	}
	return text
}

func tagsText(tags map[string]string) string {
	var out []string
	for key, value := range tags {
		out = append(out, key+"\x02"+value)
	}
	slices.Sort(out)
	return strings.Join(out, "\x03")
}

// pairRoles pairs the roles, whose trust policies judge who may become them.
func (s *shared) pairRoles() []rolePair {
	texts := map[string]*[2]string{}
	for i := range s.sides {
		for p := range s.sides[i].Engine.Snapshot().Principals() {
			if p.Kind != inventory.Role {
				continue
			}
			if texts[p.ARN] == nil {
				texts[p.ARN] = &[2]string{}
			}
			texts[p.ARN][i] = "role " + number(int(s.contents.document(p.Trust))) + " " + tagsText(p.Tags)
		}
	}
	out := make([]rolePair, 0, len(texts))
	for arn, text := range texts {
		out = append(out, rolePair{arn: arn, same: text[0] == text[1]})
	}
	sort.Slice(out, func(i, k int) bool { return out[i].arn < out[k].arn })
	return out
}

// pairEndpoints finds the endpoints that differ, and returns the services that one serves alone.
func (s *shared) pairEndpoints() (services []string) {
	texts := map[string]*[2]string{}
	for i := range s.sides {
		for e := range s.sides[i].Engine.Snapshot().Endpoints() {
			if texts[e.ID] == nil {
				texts[e.ID] = &[2]string{}
			}
			if service := strings.ToLower(e.Service); service != "" && !slices.Contains(services, service) {
				services = append(services, service)
			}
			texts[e.ID][i] = strings.Join([]string{e.VPC, e.Account, e.Type.String(), e.Service, number(int(s.contents.document(e.Policy)))}, "\x01")
		}
	}
	for id, text := range texts {
		if text[0] != text[1] || s.o.Exhaustive {
			s.differing = append(s.differing, id)
		}
	}
	slices.Sort(s.differing)
	slices.Sort(services)
	return services
}

// organization spells the levels of a side with what is attached to them.
func (s *shared) organization(side int) string {
	org := s.sides[side].Engine.Snapshot().Organization()
	if org == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(org.ID + " " + org.ManagementAccount)
	var walk func(n *inventory.Node)
	walk = func(n *inventory.Node) {
		if n == nil {
			return
		}
		b.WriteString("(" + n.ID)
		for _, list := range [][]*model.Policy{n.ServiceControlPolicies, n.ResourceControlPolicies} {
			numbers := []int{}
			for _, p := range list {
				numbers = append(numbers, int(s.contents.document(p)))
			}
			slices.Sort(numbers)
			for _, k := range slices.Compact(numbers) {
				b.WriteString(" " + number(k))
			}
			b.WriteString(";")
		}
		for _, child := range n.Children {
			walk(child)
		}
		b.WriteString(")")
	}
	walk(org.Root)
	return b.String()
}

// unchanged reports whether everything but the principals' own policies is the same on both sides.
func (s *shared) unchanged() bool {
	if s.constant {
		return false
	}
	for _, row := range s.rows {
		if !row.same {
			return false
		}
	}
	for i := range s.trusts {
		if !s.trusts[i].same {
			return false
		}
	}
	return len(s.differing) == 0 && len(s.accounts.oneSided) == 0 && s.sameOrganization && s.sides[0].Engine.Options() == s.sides[1].Engine.Options()
}
