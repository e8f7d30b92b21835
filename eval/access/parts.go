package access

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// onResource answers a question that names a resource.
func (f *finder) onResource() (*Access, error) {
	resource := f.q.Request.Resource
	q, err := f.prepare(f.probe(), resource)
	if err != nil {
		return nil, err
	}
	p := f.newPart(resource, q)
	p.covers = func(_, r string) bool { return r == resource }
	domain := exactly(resource)
	isRole := strings.HasPrefix(resource, "arn:") && strings.Contains(resource, ":iam:") && strings.Contains(resource, ":role/")
	rest := f.class(q, domain, true)
	if isRole {
		rest.domain = rest.domain.outside(p.options, "sts:*")
	} else {
		rest.layers.denies = append(rest.layers.denies, untrusted()...)
	}
	p.classes = append(p.classes, rest)
	if isRole {
		if trust, err := f.prepare("sts:AssumeRole", resource); err == nil {
			p.classes = append(p.classes, f.trustClass(trust, domain, true))
		} else if unanswered := (*eval.UnansweredError)(nil); errors.As(err, &unanswered) {
			return nil, err
		}
	}
	if p.FarSide {
		// IAM's own entities admit no stranger, whatever their account holds (E52).
		if iam, err := f.prepare("iam:Any", resource); err == nil && !iam.Standing().FarResource {
			p.classes[0].domain = p.classes[0].domain.outside(p.options, "iam:*")
		}
	}
	return f.finish(q, []*Part{p})
}

// exactly is the region of all requests on one resource.
func exactly(resource string) Region {
	r := everywhere(allow)
	if resource == "*" {
		r.resources.space = arnUniverse.within(nil)
		return r
	}
	return r.on(space{all: [][]pattern{{literal(resource, false)}}})
}

// trustClass is what a role's trust policy judges: every action of STS on the role (E60).
func (f *finder) trustClass(q *eval.Query, domain Region, exact bool) class {
	o := f.options()
	domain.actions = actionsOf(o, "sts:*")
	c := f.class(q, domain, exact)
	if q.Standing().Caller != "token caller" {
		r := ruling("E67", "the call takes a token of an identity provider", actionsOf(o, tokenCalls...))
		if !q.Standing().FarResource {
			c.layers.denies = append(c.layers.denies, r)
		}
	}
	return c
}

// untrusted are the requests that only a role's trust policy can allow (E60).
var untrusted = sync.OnceValue(func() []Region {
	o := &eval.Options{}
	text := "a role's trust policy decides"
	tag := ruling("E60", text, actionsOf(o, "sts:TagSession"))
	tag.resources.space = space{not: fieldsARN("sts", "federated-user/*", true).all[0]}
	others := slices.DeleteFunc(slices.Clone(roleCalls), func(name string) bool { return name == "sts:TagSession" })
	roles := ruling("E60", text, actionsOf(o, "sts:*")).on(fieldsARN("iam", "role/*", true))
	return []Region{ruling("E60", text, actionsOf(o, others...)), tag, roles}
})

func (f *finder) newPart(resource string, q *eval.Query) *Part {
	st := q.Standing()
	return &Part{Resource: resource, Account: st.ResourceAccount, FarSide: st.FarResource, options: f.options()}
}

func (f *finder) finish(q *eval.Query, parts []*Part) (*Access, error) {
	a := &Access{Principal: q.Principal(), Account: q.Standing().Account, finder: f}
	if always, ok := alwaysAllowed(q.Standing(), f.options()); ok {
		a.Always = []Region{always}
	}
	for _, p := range parts {
		if err := p.fill(a.Principal); err != nil {
			return nil, err
		}
		a.Parts = append(a.Parts, p)
	}
	if q.Standing().FarPrincipal {
		a.Assumptions = append(a.Assumptions, "account "+a.Account+", of which nothing was read, allows it")
	}
	return a, nil
}

// onEverything answers a question that names no resource.
func (f *finder) onEverything() (*Access, error) {
	var parts []*Part
	own, err := f.ownSide()
	if err != nil {
		return nil, err
	}
	var q *eval.Query
	if own != nil {
		parts, q = append(parts, own.part), own.query
	}
	governed, one, err := f.governed()
	if err != nil {
		return nil, err
	}
	if q == nil {
		q = one
	}
	if q == nil {
		return &Access{Principal: f.q.Request.Principal, finder: f}, nil
	}
	return f.finish(q, append(parts, governed...))
}

type ownSide struct {
	part  *Part
	query *eval.Query
}

// ownSide is what the caller's own policies allow on resources of its account
// that have no policy of their own; nil for a caller without an account that is known.
func (f *finder) ownSide() (*ownSide, error) {
	partition := "aws"
	if arn, err := model.ParseARN(f.q.Request.Principal); err == nil {
		partition = arn.Partition
	}
	// No bucket can be called "-", so that nothing declared is meant.
	q, err := f.prepare(f.probe(), "arn:"+partition+":s3:::-")
	var unanswered *eval.UnansweredError
	switch {
	case errors.As(err, &unanswered) && !f.subject():
		return nil, nil
	case err != nil:
		return nil, err
	}
	if !q.Standing().IAM {
		return nil, nil
	}
	p := f.newPart("", q)
	c := f.class(q, everywhere(allow), false)
	c.layers.denies = append(c.layers.denies, untrusted()...)
	if p.options.UnnamedResourceHasNoRCP {
		for i := range c.layers.denies {
			d := &c.layers.denies[i]
			if len(d.stems) > 0 && d.stems[0].PolicyType == eval.ResourceControlPolicyType {
				d.resources.star, d.resources.buckets = false, false
			}
		}
	}
	p.classes = []class{c}
	account := q.Standing().Account
	p.covers = func(action, resource string) bool { return f.ownResource(account, action, resource) }
	return &ownSide{p, q}, nil
}

// subject reports whether the caller is subject to something that was not read.
func (f *finder) subject() bool {
	r := f.q.Request
	r.Action, r.Resource = "sts:GetCallerIdentity", "*"
	q, err := f.engine.Prepare(r)
	return err == nil && len(q.Standing().Missing) > 0
}

// ownResource reports whether the caller's own side alone decides on a
// resource, apart from the parts of the answer: it is of the caller's account,
// and neither declared in another nor a role whose trust policy is asked.
func (f *finder) ownResource(account, action, resource string) bool {
	if resource == "*" {
		return true
	}
	q, err := f.prepare(action, resource)
	if err != nil {
		return false
	}
	st := q.Standing()
	return st.Same && st.Account == account && (!st.Mandatory || defaultKey(action, resource))
}

// defaultKey reports whether a request is one that the default key policy leaves to the account's own policies (E80).
func defaultKey(action, resource string) bool {
	arn, err := model.ParseARN(resource)
	return err == nil && arn.Service == "kms" && arn.Account != "aws" && strings.HasPrefix(arn.Resource, "key/") &&
		strings.HasPrefix(strings.ToLower(action), "kms:")
}

// governed are the parts of the resources and roles whose own policies make a
// difference to the caller. The query is one that was prepared on the way.
func (f *finder) governed() ([]*Part, *eval.Query, error) {
	var parts []*Part
	var last *eval.Query
	s := f.engine.Snapshot()
	var rows []*inventory.Resource
	for row := range s.Resources() {
		rows = append(rows, row)
	}
	arns := make([]string, len(rows))
	for i, row := range rows {
		arns[i] = row.ARN
	}
	for _, row := range rows {
		q, err := f.prepare(f.probe(), row.ARN)
		if err != nil {
			if f.cannotAsk(err) {
				continue
			}
			return nil, nil, err
		}
		if st := q.Standing(); strings.Contains(row.ARN, ":iam:") || !named(q) && !(st.Mandatory && st.Same) {
			continue // IAM's own entities have no policy of this kind
		}
		last = q
		parts = append(parts, f.rowPart(q, row.ARN, nested(arns, row.ARN)))
	}
	for role := range s.Principals() {
		if role.Trust == nil {
			continue
		}
		q, err := f.prepare("sts:AssumeRole", role.ARN)
		if err != nil {
			if f.cannotAsk(err) {
				continue
			}
			return nil, nil, err
		}
		if !named(q) {
			continue
		}
		last = q
		p := f.newPart(role.ARN, q)
		p.covers = func(action, resource string) bool {
			return resource == role.ARN && strings.EqualFold(strings.SplitN(action, ":", 2)[0], "sts")
		}
		p.classes = []class{f.trustClass(q, exactly(role.ARN), true)}
		parts = append(parts, p)
	}
	return parts, last, nil
}

// cannotAsk reports whether an error is about one resource that this caller
// cannot reach at all, such as one of another partition.
func (f *finder) cannotAsk(err error) bool {
	var request *eval.RequestError
	return errors.As(err, &request) && request.Field != "principal" && request.Field != "parentUser" && request.Field != "session"
}

// named reports whether a resource's own policy or a grant on it names the caller.
func named(q *eval.Query) bool {
	if len(q.Standing().Grants) > 0 {
		return true
	}
	for _, p := range q.Policies() {
		if p.Type != eval.ResourcePolicyType && p.Type != eval.TrustPolicyType {
			continue
		}
		for i := range p.Policy.Statements {
			if p.Naming(i).Named {
				return true
			}
		}
	}
	return false
}

// nested lists the declared resources below another, which are parts of their own. The list is sorted.
func nested(arns []string, arn string) []string {
	var out []string
	for _, separator := range []string{"/", ":"} {
		from, _ := slices.BinarySearch(arns, arn+separator)
		for _, other := range arns[from:] {
			if !strings.HasPrefix(other, arn+separator) {
				break
			}
			out = append(out, other)
		}
	}
	return out
}

// rowPart is a declared resource and what lies below it, other declared resources left out.
func (f *finder) rowPart(q *eval.Query, arn string, without []string) *Part {
	p := f.newPart(arn, q)
	p.Below = true
	domain := everywhere(allow).on(space{all: [][]pattern{subtree(arn)}})
	for _, other := range without {
		domain.resources.not = append(domain.resources.not, subtree(other)...)
	}
	c := f.class(q, domain, false)
	c.layers.denies = append(c.layers.denies, untrusted()...)
	p.classes = []class{c}
	p.covers = func(_, resource string) bool {
		row, ok := f.engine.Snapshot().ResourceFor(resource)
		return ok && row.ARN == arn
	}
	return p
}

// subtree is a resource and what lies below it.
func subtree(arn string) []pattern {
	out := []pattern{literal(arn, false)}
	for _, separator := range []string{"/", ":"} {
		out = append(out, append(literal(arn+separator, false), token{kind: many}))
	}
	return out
}
