package organization

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// Aim is what a drawn request was made to be. What it is decides the engine:
// another statement or layer may know better.
type Aim uint8

const (
	// Hit: made from an Allow statement that applies to the caller, with the
	// context that its conditions ask for.
	Hit Aim = iota
	// NearMiss: a hit of which one thing is changed: the action, the end of the
	// resource's name, the context, or the caller.
	NearMiss
	// Miss: made from a statement that applies to somebody else.
	Miss
)

// String returns "hit", "nearMiss" or "miss".
func (a Aim) String() string { return [...]string{"hit", "nearMiss", "miss"}[a] }

// Draw is one request of a mix.
type Draw struct {
	Aim     Aim
	Request model.Request
}

// Of ten draws five are hits, three near misses, two misses.
var aims = [10]Aim{Hit, Hit, Hit, Hit, Hit, NearMiss, NearMiss, NearMiss, Miss, Miss}

// Of a hundred hits ten are made from a resource-based policy and two from a
// trust policy, as far as there are any.
const (
	resourceHits = 0.10
	trustHits    = 0.02
)

// Mix draws n requests for a snapshot: every principal is as likely as any
// other, actions and resources are made from the patterns of its statements
// (organization.Shape says nothing about them: the snapshot may be a made or a
// read one). The same snapshot, seed and n give the same requests. A snapshot
// without principals gives none. Contexts are shared between requests and must
// not be changed.
func Mix(s *inventory.Snapshot, seed uint64, n int) []Draw {
	d := newDrawer(s, seed)
	if len(d.principals) == 0 {
		return nil
	}
	draws := make([]Draw, n)
	for i := range draws {
		aim := aims[d.IntN(len(aims))]
		draws[i] = Draw{aim, d.request(aim)}
	}
	return draws
}

// drawer draws requests.
type drawer struct {
	random
	snapshot   *inventory.Snapshot
	principals []*inventory.Principal
	byAccount  map[string][]*inventory.Principal
	// resources are those with a policy, roles all roles.
	resources []*inventory.Resource
	roles     []*inventory.Principal
	catalog   *catalog.Catalog
	expanded  map[string][]string
	bases     map[string][]*conditions.Context
}

func newDrawer(s *inventory.Snapshot, seed uint64) *drawer {
	d := &drawer{
		random: newRandom(seed, mixStream, 0), snapshot: s, byAccount: map[string][]*inventory.Principal{},
		catalog: catalog.Default(), expanded: map[string][]string{}, bases: map[string][]*conditions.Context{},
	}
	for p := range s.Principals() {
		d.principals = append(d.principals, p)
		d.byAccount[p.Account] = append(d.byAccount[p.Account], p)
		if p.Kind == inventory.Role {
			d.roles = append(d.roles, p)
		}
	}
	for r := range s.Resources() {
		if r.Policy != nil && len(r.Policy.Statements) > 0 {
			d.resources = append(d.resources, r)
		}
	}
	return d
}

// asked is a request in the making.
type asked struct {
	caller           *inventory.Principal
	principal        string
	action, resource string
	context          *conditions.Context
	// statement is what the request was made from; nil where the caller has none.
	statement *model.Statement
}

func (d *drawer) request(aim Aim) model.Request {
	caller := pick(d.random, d.principals)
	a := d.hit(caller)
	switch aim {
	case NearMiss:
		d.miss(&a)
	case Miss:
		other := pick(d.random, d.principals)
		a.caller, a.principal = other, other.ARN
	}
	return model.Request{Principal: a.principal, Action: a.action, Resource: a.resource, Context: a.context}
}

// hit makes a request from a statement that applies to the caller, of a trust
// policy or a resource-based policy to whom it names.
func (d *drawer) hit(caller *inventory.Principal) asked {
	switch u := d.Float64(); {
	case u < trustHits && len(d.roles) > 0:
		target := pick(d.random, d.roles)
		if st := d.statement([]*model.Policy{target.Trust}); st != nil {
			return d.named(caller, st, target.ARN)
		}
	case u < trustHits+resourceHits && len(d.resources) > 0:
		target := pick(d.random, d.resources)
		if st := d.statement([]*model.Policy{target.Policy}); st != nil {
			return d.named(caller, st, target.ARN)
		}
	}
	st := d.statement(d.policies(caller))
	return d.from(caller, caller.ARN, st, "")
}

// named makes a request of whom the statement of a resource-based policy names.
func (d *drawer) named(caller *inventory.Principal, st *model.Statement, resource string) asked {
	name := ""
	if st.Principals != nil && !st.Principals.Not && len(st.Principals.Entries) > 0 {
		entry := pick(d.random, st.Principals.Entries)
		switch entry.Type {
		case model.ServicePrincipal:
			name = entry.Value
		case model.AWSPrincipal:
			caller = d.behind(entry.Value, caller)
		}
	}
	if name == "" {
		name = caller.ARN
	}
	return d.from(caller, name, st, resource)
}

// behind is a principal that a value of a Principal element stands for, else the one at hand.
func (d *drawer) behind(value string, atHand *inventory.Principal) *inventory.Principal {
	if p, ok := d.snapshot.Principal(value); ok {
		return p
	}
	account := value
	if arn, err := model.ParseARN(value); err == nil {
		account = arn.Account
	}
	if list := d.byAccount[account]; len(list) > 0 {
		return pick(d.random, list)
	}
	return atHand
}

// policies are the identity policies of a principal, those of its groups included.
func (d *drawer) policies(p *inventory.Principal) []*model.Policy {
	list := slices.Clone(p.Inline)
	list = d.attached(list, p.Attached)
	for _, arn := range p.Groups {
		if g, ok := d.snapshot.Group(arn); ok {
			list = d.attached(append(list, g.Inline...), g.Attached)
		}
	}
	return list
}

func (d *drawer) attached(list []*model.Policy, arns []string) []*model.Policy {
	for _, arn := range arns {
		if m, ok := d.snapshot.Policy(arn); ok && m.Document(model.IdentityPolicy) != nil {
			list = append(list, m.Document(model.IdentityPolicy))
		}
	}
	return list
}

// statement draws a statement of the policies, an Allow rather than a Deny;
// nil where there is none.
func (d *drawer) statement(policies []*model.Policy) *model.Statement {
	var found *model.Statement
	for range 4 {
		if len(policies) == 0 {
			break
		}
		p := pick(d.random, policies)
		if p == nil || len(p.Statements) == 0 {
			continue
		}
		found = &p.Statements[d.IntN(len(p.Statements))]
		if found.Effect == model.Allow {
			break
		}
	}
	return found
}

// from makes a request from a statement. A statement that is not there stands
// for something that nobody allows.
func (d *drawer) from(caller *inventory.Principal, principal string, st *model.Statement, resource string) asked {
	a := asked{caller: caller, principal: principal, statement: st}
	if st == nil {
		a.action, a.resource = "s3:GetObject", "arn:aws:s3:::"+d.word()+"/"+d.word()
		a.context = d.base("", a.action)
		return a
	}
	a.action = d.action(st)
	a.resource = d.resourceOf(st, &a, resource)
	region := ""
	if fields := strings.SplitN(a.resource, ":", 6); len(fields) == 6 {
		region = fields[3]
	}
	a.context = d.satisfy(st.Condition, &a, d.base(region, a.action))
	return a
}

// miss changes one thing of a hit.
func (d *drawer) miss(a *asked) {
	switch u := d.IntN(10); {
	case u < 3:
		service, _, _ := strings.Cut(a.action, ":")
		if others := d.expand(service + ":*"); len(others) > 0 {
			a.action = pick(d.random, others)
		}
	case u < 5 && a.statement != nil && len(a.statement.Condition) > 0:
		a.context = d.base("", a.action)
	case u < 6:
		other := pick(d.random, d.byAccount[a.caller.Account])
		a.caller, a.principal = other, other.ARN
	default:
		a.resource = d.sibling(a.resource)
	}
}

// sibling is a resource of nearly the same name: a character of the name's
// second half is another one.
func (d *drawer) sibling(arn string) string {
	from := strings.LastIndex(arn, ":") + 1
	name := []byte(arn[from:])
	if len(name) < 4 || d.isTrustTarget(arn) {
		return arn
	}
	at := len(name)/2 + d.IntN(len(name)-len(name)/2)
	if c := name[at]; 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
		name[at] = "0123456789abcdefghijklmnopqrstuvwxyz"[d.IntN(36)]
	}
	return arn[:from] + string(name)
}

// isTrustTarget reports whether the resource is a role: calls on roles that do
// not exist cannot be answered.
func (d *drawer) isTrustTarget(arn string) bool {
	p, ok := d.snapshot.Principal(arn)
	return ok && p.Kind == inventory.Role
}
