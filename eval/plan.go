package eval

import (
	"sync/atomic"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// plans hold what an inventory settles before any request: whose policies are
// which, what hangs on which resource, and who is subject to which level of
// the organization.
type plans struct {
	organization *inventory.Organization // nil where none is declared
	managed      managedPolicies
	groups       *table[string, policySet]    // what members of a group have of it
	principals   *table[string, plan]         // users and roles by ARN
	resources    *table[string, resourcePlan] // declared resources by ARN
	lengths      lengths                      // of the ARNs of resources
	sessions     *table[string, plan]         // roles by what a session's ARN says of them (roleOfSession)
	accounts     *table[string, accountPlan]  // known accounts
	endpoints    *table[string, endpointPlan]
	attached     *attachments
	inverse      *inverse // for asking backwards
}

// plan is what is known of a user or role that calls, a role as a session
// that is called "session".
type plan struct {
	caller             caller
	linked             bool // a service-linked role, whom no policy of an organization binds (E32, E36)
	identity, boundary policySet
	account            *accountPlan
	usual              [usualServices]atomic.Pointer[usualContext]
	context            contextCache // keys of the caller
	tags               contextCache // keys of the principal as a resource of IAM
	ofService          contextCache // kms:CallerAccount
}

// usualContext is what stands behind the context of a principal's request that
// is on something of its own account which is not declared, and that no
// service forwards.
type usualContext struct {
	keys   *keySet
	behind behindContexts
}

// behindContexts is conditions.Env.Behind.
type behindContexts = [6]*conditions.Context

// usualServices tells apart the services that send keys of caller and owner
// (derivation.ofService).
const usualServices = 3

func usualService(service string) int {
	switch service {
	case "s3":
		return 1
	case "kms":
		return 2
	}
	return 0
}

// accountPlan is what is known of an account.
type accountPlan struct {
	// member is set where the account belongs to the organization; path is its
	// place there, empty where the inventory does not tell.
	member   bool
	path     string
	scp, rcp []level
	owner    contextCache // keys of what the account owns
	bucket   contextCache // s3:ResourceAccount
	// keyPolicy is the default key policy, once it was needed.
	keyPolicy atomic.Pointer[partitionPolicy]
}

// resourcePlan is what is known of a declared resource.
type resourcePlan struct {
	row *inventory.Resource
	// holder is the resource whose policy counts: the row, or the bucket of an object (docs/formats.md).
	holder  *inventory.Resource
	policy  *policy
	account *accountPlan
	tags    contextCache
}

// endpointPlan is what is known of a declared VPC endpoint.
type endpointPlan struct {
	row     *inventory.Endpoint
	policy  *policy
	context contextCache
}

// contextCache keeps derived condition keys, those that the policies of an
// engine look at, until they are needed under a larger set of keys.
type contextCache struct{ kept atomic.Pointer[keptContext] }

type keptContext struct {
	keys    *keySet
	context *conditions.Context
}

// get returns the context, which derive works out for a frame when it is first asked for.
func (c *contextCache) get(f *frame, derive func(*derivation)) *conditions.Context {
	if kept := c.kept.Load(); kept != nil && kept.keys == f.engine.keys {
		return kept.context
	}
	return c.fill(f, derive)
}

func (c *contextCache) fill(f *frame, derive func(*derivation)) *conditions.Context {
	e := f.engine
	d := derivation{Context: conditions.NewContext(), q: &Query{frame: *f}}
	derive(&d)
	for _, name := range d.Names() {
		if !(*e.keys)[conditions.FoldKey(name)] {
			d.Unset(name)
		}
	}
	c.kept.Store(&keptContext{e.keys, d.Context})
	return d.Context
}

// lengths is the set of the lengths of texts up to 511 bytes, and whether there are longer ones.
type lengths [8]uint64

func (l *lengths) add(n int) {
	n = min(n, 64*len(l)-1)
	l[n/64] |= 1 << (n % 64)
}

func (l *lengths) has(n int) bool {
	n = min(n, 64*len(l)-1)
	return l[n/64]&(1<<(n%64)) != 0
}

// newPlans makes the plans of an engine whose policies are compiled.
func newPlans(e *Engine) *plans {
	s := e.snapshot
	p := &plans{
		organization: s.Organization(),
		managed:      newTable[string, inventory.ManagedPolicy](), groups: newTable[string, policySet](),
		principals: newTable[string, plan](), sessions: newTable[string, plan](), resources: newTable[string, resourcePlan](),
		accounts: newTable[string, accountPlan](), endpoints: newTable[string, endpointPlan](),
		attached: &attachments{snapshot: s}, inverse: &inverse{},
	}
	for m := range s.Policies() {
		p.managed.set(m.Key, m)
	}
	for _, a := range s.Accounts() {
		p.accounts.set(a.ID, newAccountPlan(e, a.ID))
	}
	for g := range s.Groups() {
		p.addGroup(e, g)
	}
	var rows []*inventory.Principal
	for row := range s.Principals() {
		rows = append(rows, row)
	}
	made := make([]plan, len(rows))
	const batch = 1024
	parallel((len(rows)+batch-1)/batch, func(n int) {
		for i := n * batch; i < min(len(rows), (n+1)*batch); i++ {
			made[i].fill(e, p, rows[i])
		}
	})
	for i, row := range rows {
		p.principals.set(row.ARN, &made[i])
		if role, _, ok := roleOfSession(made[i].caller.arn); ok && p.sessions.get(role) == nil {
			p.sessions.set(role, &made[i])
		}
	}
	for row := range s.Resources() {
		p.addResource(e, row)
	}
	for row := range s.Endpoints() {
		p.addEndpoint(e, row)
	}
	return p
}

func (p *plans) addEndpoint(e *Engine, row *inventory.Endpoint) {
	p.endpoints.set(row.ID, &endpointPlan{row: row, policy: e.policyOf(row.Policy)})
}

func (p *plans) addGroup(e *Engine, g *inventory.Group) {
	set := &policySet{}
	set.addAll(e, g.Inline)
	set.attach(e, p.managed, g.Attached, model.IdentityPolicy)
	p.groups.set(g.ARN, set)
}

func (p *plan) fill(e *Engine, all *plans, row *inventory.Principal) {
	arn, err := model.ParseARN(row.ARN)
	if err != nil {
		panic("eval: the inventory holds a principal that has no ARN: " + err.Error())
	}
	c := &p.caller
	*c = caller{partition: arn.Partition, account: arn.Account, arn: row.ARN, row: row}
	if row.Kind == inventory.User {
		c.kind, c.name = callerUser, lastSegment(arn.Resource)
	} else {
		c.asSessionOf(row.ARN, arn.Resource, "session")
	}
	p.account, p.linked = all.accounts.get(c.account), c.serviceLinked()
	p.identity.present = true
	p.identity.addAll(e, row.Inline)
	p.identity.attach(e, all.managed, row.Attached, model.IdentityPolicy)
	for _, arn := range row.Groups {
		p.identity.join(all.groups.get(arn), arn)
	}
	if !row.HasBoundary() || p.linked {
		return
	}
	p.boundary.present = true
	if row.BoundaryPolicy != nil {
		p.boundary.addAll(e, []*model.Policy{row.BoundaryPolicy})
	} else {
		p.boundary.attach(e, all.managed, []string{row.Boundary}, model.PermissionsBoundary)
	}
}

func (p *plans) addResource(e *Engine, row *inventory.Resource) {
	r := &resourcePlan{row: row, holder: policyHolder(e.snapshot, row), account: p.accounts.get(row.Account)}
	r.policy = e.policyOf(r.holder.Policy)
	p.resources.set(row.ARN, r)
	p.lengths.add(len(row.ARN))
}

// resourceFor returns the resource with the longest declared ARN that is this
// ARN or that this ARN lies below (inventory.Snapshot.ResourceFor).
func (p *plans) resourceFor(arn string) *resourcePlan {
	if p.lengths == (lengths{}) {
		return nil
	}
	if p.lengths.has(len(arn)) {
		if r := p.resources.get(arn); r != nil {
			return r
		}
	}
	for end := len(arn) - 1; end > 0; end-- {
		if (arn[end] == '/' || arn[end] == ':') && p.lengths.has(end) {
			if r := p.resources.get(arn[:end]); r != nil {
				return r
			}
		}
	}
	return nil
}

// row returns the user or role with an ARN; nil where there is none.
func (p *plans) row(arn string) *inventory.Principal {
	if plan := p.principals.get(arn); plan != nil {
		return plan.caller.row
	}
	return nil
}

// keyPolicy returns the default key policy of an account's keys (E80).
func (p *plans) keyPolicy(partition, account string) *policy {
	a := p.accounts.get(account)
	if a == nil {
		return defaultKeyPolicy(partition, account)
	}
	known := a.keyPolicy.Load()
	if known == nil || known.partition != partition {
		known = &partitionPolicy{partition, defaultKeyPolicy(partition, account)}
		a.keyPolicy.Store(known)
	}
	return known.policy
}

// partitionPolicy is a policy that an account has in a partition.
type partitionPolicy struct {
	partition string
	policy    *policy
}

// noAccount is the plan of accounts of which nothing is known.
var noAccount = &accountPlan{}

// account returns the plan of an account.
func (p *plans) account(id string) *accountPlan {
	if a := p.accounts.get(id); a != nil {
		return a
	}
	return noAccount
}

func newAccountPlan(e *Engine, id string) *accountPlan {
	a := &accountPlan{member: e.snapshot.InOrganization(id)}
	a.path, _ = organizationPath(e.snapshot, id)
	org := e.snapshot.Organization()
	// E31, E35: neither SCPs nor RCPs reach the management account.
	if node, ok := e.snapshot.AccountNode(id); ok && id != org.ManagementAccount {
		a.scp = e.levels(node, func(n *inventory.Node) []*model.Policy { return n.ServiceControlPolicies })
		a.rcp = e.levels(node, func(n *inventory.Node) []*model.Policy { return n.ResourceControlPolicies })
	}
	return a
}

// levels lists the policies on the way from the organization's root to a node (E30, E35).
func (e *Engine) levels(node *inventory.Node, policies func(*inventory.Node) []*model.Policy) []level {
	var out []level
	for _, n := range node.Path() {
		l := level{name: n.ID}
		if l.name == "" {
			l.name = n.Name
		}
		for _, document := range policies(n) {
			if compiled := e.policyOf(document); compiled != nil {
				l.policies = append(l.policies, compiled)
			}
		}
		out = append(out, l)
	}
	return out
}
