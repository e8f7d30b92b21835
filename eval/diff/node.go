package diff

import (
	"errors"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// node is one action on one resource under a context that is being filled in,
// laid open on both sides.
type node struct {
	c        *comparison
	action   string
	resource string
	given    []binding
	sides    [2]*open
	// soft are the keys that follow from the inventory only as long as the
	// request does not say otherwise, with what follows.
	soft map[string]conditions.Value
}

// open is one side of a node. It is nil where the side does not know the
// principal or the resource: nothing is allowed there.
type open struct {
	parts   *eval.Parts
	context *conditions.Context
	applies []conditions.Truth
	// alive are the statements that may apply.
	alive       []int
	worst, best bool
}

// unanswered is returned where a side cannot answer.
type unanswered struct{ err error }

func (u unanswered) Error() string { return u.err.Error() }

// errNoRequest is returned where neither side takes the request for one.
var errNoRequest = errors.New("no request")

// prepare lays a request open on both sides.
func (c *comparison) prepare(action, resource string, given []binding) (*node, error) {
	n := &node{c: c, action: action, resource: resource, given: given}
	request := c.request(action, resource, given)
	known := false
	for i := range c.sides {
		if !c.present[i] {
			continue
		}
		q, err := c.sides[i].Engine.Prepare(c.sided(request, i))
		var bad *eval.RequestError
		var open *eval.UnansweredError
		switch {
		case errors.As(err, &bad):
			continue
		case errors.As(err, &open):
			return nil, unanswered{err}
		case err != nil:
			return nil, err
		}
		known = true
		n.open(i, q.Parts())
	}
	if !known {
		return nil, errNoRequest
	}
	return n, nil
}

// request makes the request of a context.
func (c *comparison) request(action, resource string, given []binding) model.Request {
	r := model.Request{
		Principal: c.caller.Principal, ParentUser: c.caller.ParentUser, Session: c.caller.Session,
		Action: action, Resource: resource,
	}
	if len(given) > 0 {
		r.Context = conditions.NewContext()
	}
	for _, b := range given {
		if b.value == nil {
			r.Context.SetAbsent(b.key)
		} else {
			r.Context.SetValue(b.key, *b.value)
		}
	}
	return r
}

// sided adds what belongs to one side's sessions.
func (c *comparison) sided(r model.Request, side int) model.Request {
	if c.sessions {
		r.SessionPolicies, r.SessionPolicyARNs = c.sides[side].SessionPolicies, c.sides[side].SessionPolicyARNs
	}
	return r
}

// open fills in a side.
func (n *node) open(i int, parts *eval.Parts) {
	o := &open{parts: parts, context: parts.Query().Context().Clone(), applies: make([]conditions.Truth, len(parts.All()))}
	n.sides[i] = o
	for _, b := range n.given {
		if b.value == nil {
			o.context.SetAbsent(b.key)
		}
	}
	n.soften(o)
	env := parts.Env(o.context)
	for k := range parts.All() {
		if o.applies[k] = parts.Applies(k, &env); o.applies[k] != conditions.False {
			o.alive = append(o.alive, k)
		}
	}
	o.decide(&env)
}

// on returns the node of another resource that has the same owner and policy.
// It shares the contexts, which exploring leaves as they were.
func (n *node) on(resource string) *node {
	other := &node{c: n.c, action: n.action, resource: resource, given: n.given[:len(n.given):len(n.given)], soft: n.soft}
	for i, o := range n.sides {
		if o == nil {
			continue
		}
		parts := o.parts.On(resource)
		next := &open{parts: parts, context: o.context, applies: make([]conditions.Truth, len(o.applies))}
		env := parts.Env(o.context)
		for k := range parts.All() {
			if next.applies[k] = parts.Applies(k, &env); next.applies[k] != conditions.False {
				next.alive = append(next.alive, k)
			}
		}
		next.decide(&env)
		other.sides[i] = next
	}
	return other
}

// soften takes keys back that the request may give otherwise: a session's tags
// and second factor, and that a service makes the request.
func (n *node) soften(o *open) {
	for _, key := range o.context.Names() {
		if n.gave(key) || !n.softKey(key, o) {
			continue
		}
		if v, state := o.context.Lookup(key); state == conditions.Present {
			if n.soft == nil {
				n.soft = map[string]conditions.Value{}
			}
			n.soft[conditions.FoldKey(key)] = v
		}
		o.context.Unset(key)
	}
}

func (n *node) softKey(key string, o *open) bool {
	folded := conditions.FoldKey(key)
	if n.c.o.AnyCaller && (strings.HasPrefix(folded, "aws:principal") || strings.HasPrefix(folded, "aws:resource") || ofWhom[folded]) {
		return true
	}
	switch folded {
	case viaServiceKey:
		return !n.has(calledViaKey)
	case factorKey, factorAgeKey:
		return o.parts.Query().RoleSession()
	}
	return strings.HasPrefix(folded, "aws:principaltag/") && o.parts.Query().Federated()
}

// ofWhom are the keys that tell of the caller, besides those whose names begin with aws:Principal.
var ofWhom = map[string]bool{
	"aws:username": true, "aws:userid": true, "aws:sourceidentity": true, "aws:federatedprovider": true,
	"s3:resourceaccount": true, "kms:calleraccount": true,
}

const (
	viaServiceKey = "aws:viaawsservice"
	calledViaKey  = "aws:calledvia"
	factorKey     = "aws:multifactorauthpresent"
	factorAgeKey  = "aws:multifactorauthage"
	endpointKey   = "aws:sourcevpce"
	addressKey    = "aws:sourceip"
	timeKey       = "aws:currenttime"
	epochKey      = "aws:epochtime"
)

// structural are the keys from which others follow, or layers: a value for one
// of them makes another query.
var structural = []string{endpointKey, calledViaKey, timeKey, epochKey, factorKey}

// gave reports whether the context being filled in settles the key.
func (n *node) gave(key string) bool {
	folded := conditions.FoldKey(key)
	return slices.ContainsFunc(n.given, func(b binding) bool { return conditions.FoldKey(b.key) == folded })
}

// has reports whether the context being filled in holds a value for the folded key.
func (n *node) has(folded string) bool {
	return slices.ContainsFunc(n.given, func(b binding) bool { return conditions.FoldKey(b.key) == folded && b.value != nil })
}

func (o *open) decide(env *conditions.Env) {
	worst, best := o.parts.Decide(o.applies, env)
	o.worst, o.best = worst.Allowed(), best.Allowed()
}

// possible reports in which directions the sides may still differ, and whether
// they surely do.
func (n *node) possible() (opened, closed, sure bool) {
	var worst, best [2]bool
	for i, o := range n.sides {
		switch {
		case n.c.sides[i].Constant == Everything:
			worst[i], best[i] = true, true
		case o != nil:
			worst[i], best[i] = o.worst, o.best
		}
	}
	opened, closed = best[1] && !worst[0], best[0] && !worst[1]
	sure = worst[0] == best[0] && worst[1] == best[1] && worst[0] != worst[1]
	return opened, closed, sure
}

// explore fills in the context in every way that can matter.
func (n *node) explore() {
	c := n.c
	if c.spent() {
		return
	}
	opened, closed, sure := n.possible()
	if !c.wants(opened, closed) {
		return
	}
	if sure {
		c.record(n)
		return
	}
	key, ok := n.next()
	if !ok {
		n.undecided()
		return
	}
	values, complete := n.values(key)
	if !complete {
		c.gap("the values of " + key + " that matter together were not searched to the end")
	}
	for _, v := range values {
		n.assign(key, v)
		if c.done() {
			return
		}
	}
}

// undecided notes why nothing more can be found out.
func (n *node) undecided() {
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		if err := o.parts.Missing(); err != nil {
			n.c.gap(err.Error())
			return
		}
	}
	n.c.gap(n.action + " on " + n.resource + " stayed undecided")
}

// next chooses a key that decides something: the first one that an undecided
// statement looks at, variables before what they are compared with.
func (n *node) next() (key string, ok bool) {
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		env := o.parts.Env(o.context)
		for _, k := range o.alive {
			if o.applies[k] != conditions.Unknown {
				continue
			}
			if key, ok := o.keyOf(k, &env); ok {
				return key, true
			}
		}
	}
	return n.grantKey()
}

func (o *open) keyOf(k int, env *conditions.Env) (string, bool) {
	part := &o.parts.All()[k]
	if patterns, _ := o.parts.ResourceList(k); len(patterns) > 0 {
		for _, t := range patterns {
			for _, v := range t.Variables() {
				if _, presence := env.Resolve(v.Key); presence == wildcard.UnknownValue {
					return canonical(v.Key), true
				}
			}
		}
	}
	for _, entry := range part.Statement.Condition {
		if entry.Eval(env) != conditions.Unknown {
			continue
		}
		for _, key := range entry.Variables() {
			if _, presence := env.Resolve(key); presence == wildcard.UnknownValue {
				return canonical(key), true
			}
		}
		if _, state := o.context.Lookup(entry.Key()); state == conditions.NotSupplied {
			return canonical(entry.Key()), true
		}
	}
	return "", false
}

// canonical returns the key through which another follows.
func canonical(key string) string {
	if conditions.FoldKey(key) == epochKey {
		return "aws:CurrentTime"
	}
	return key
}

// grantKey chooses a key of the encryption context that a KMS grant asks for (E84).
func (n *node) grantKey() (string, bool) {
	for _, o := range n.sides {
		if o == nil || o.parts.Query().Row() == nil {
			continue
		}
		for _, key := range grantKeys(o.parts.Query().Row()) {
			if _, state := o.context.Lookup(key); state == conditions.NotSupplied {
				return key, true
			}
		}
	}
	return "", false
}

// assign gives a key a value, nil for absence, and goes on.
func (n *node) assign(key string, v *conditions.Value) {
	n.given = append(n.given, binding{key, v})
	defer func() { n.given = n.given[:len(n.given)-1] }()
	if slices.Contains(structural, conditions.FoldKey(key)) {
		next, err := n.c.prepare(n.action, n.resource, slices.Clone(n.given))
		if err != nil {
			n.c.failed(err)
			return
		}
		next.explore()
		return
	}
	var saved [2]open
	var before [2]func()
	for i, o := range n.sides {
		if o == nil {
			continue
		}
		saved[i], before[i] = *o, restorer(o.context, key)
		if v == nil {
			o.context.SetAbsent(key)
		} else {
			o.context.SetValue(key, *v)
		}
		o.applies = slices.Clone(o.applies)
		env := o.parts.Env(o.context)
		for _, k := range o.alive {
			if o.applies[k] == conditions.Unknown {
				o.applies[k] = o.parts.Applies(k, &env)
			}
		}
		o.decide(&env)
	}
	n.explore()
	for i, o := range n.sides {
		if o != nil {
			*o = saved[i]
			before[i]()
		}
	}
}

// restorer returns what takes a change of one key back.
func restorer(context *conditions.Context, key string) func() {
	v, state := context.Lookup(key)
	switch state {
	case conditions.Present:
		return func() { context.SetValue(key, v) }
	case conditions.Absent:
		return func() { context.SetAbsent(key) }
	}
	return func() { context.Unset(key) }
}
