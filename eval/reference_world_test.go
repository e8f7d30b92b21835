package eval_test

import (
	"encoding/json"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// refDoc is a policy document as the generator made it.
type refDoc struct {
	version string // empty: left out
	stmts   []*refStmt
	bare    bool // a single statement stands without brackets
}

func (d *refDoc) variables() bool { return d.version == "2012-10-17" }

type resourceElement int

const (
	noResource resourceElement = iota
	plainResource
	notResource
)

type refStmt struct {
	sid, effect string
	principals  *refPrincipals
	notAction   bool
	actions     []string
	element     resourceElement
	resources   []string
	cond        []refCond
	emptyCond   bool // "Condition": {}
	bare        bool // single values stand without brackets
}

type refPrincipals struct {
	not      bool
	everyone bool // the string "*"
	entries  []model.Principal
}

type refWorld struct {
	org       *refOrg
	managed   []*refManaged
	users     []*refIdentity
	roles     []*refIdentity
	groups    []*refIdentity
	resources []*refResource
	providers []string
	endpoints []*refEndpoint
	options   eval.Options
}

type refOrg struct {
	id, management string
	root           *refNode
}

type refNode struct {
	id       string
	account  bool
	byName   bool // the account stands as a mere string
	scps     []*refControl
	scpsLeft bool // the list is left out: FullAWSAccess
	rcps     []*refControl
	children []*refNode
}

// refControl is an SCP or RCP: of the policies section, in place, or built in (doc nil).
type refControl struct {
	name    string
	doc     *refDoc
	inPlace bool
}

type refManaged struct {
	arn, name string
	doc       *refDoc
}

// refIdentity is a user, role or group.
type refIdentity struct {
	arn, id     string
	trust       *refDoc
	inline      []*refDoc
	attached    []*refManaged
	boundary    *refDoc
	boundaryARN string // empty: the document stands in place
	tags        map[string]string
	groups      []*refIdentity
}

func (i *refIdentity) account() string { return strings.Split(i.arn, ":")[4] }
func (i *refIdentity) name() string    { return i.arn[strings.LastIndex(i.arn, "/")+1:] }

// policies are those of the identity itself (E5).
func (i *refIdentity) policies() []*refDoc {
	docs := append([]*refDoc(nil), i.inline...)
	for _, m := range i.attached {
		docs = append(docs, m.doc)
	}
	return docs
}

type refResource struct {
	arn, account string
	policy       *refDoc
	tags         map[string]string
	grants       []refGrant
}

type refGrant struct {
	grantee    string
	operations []string
	equals     map[string]string
	subset     map[string]string
}

type refEndpoint struct {
	id, vpc, account, service string
	gateway                   bool
	policy                    *refDoc
}

// refRequest is a request as the generator made it.
type refRequest struct {
	principal, action, resource, resourceAccount string
	context                                      []refKey
	at                                           time.Time
	sessionPolicies                              []*refDoc
	sessionARNs                                  []*refManaged
	session                                      *model.Session
	parentUser                                   string
}

type refKey struct {
	name  string
	value refValue
}

func (w *refWorld) json() []byte {
	top := map[string]any{}
	put := func(name string, list []any) {
		if len(list) > 0 {
			top[name] = list
		}
	}
	if w.org != nil {
		top["organization"] = map[string]any{
			"id": w.org.id, "managementAccount": w.org.management, "root": w.org.root.json(),
		}
	}
	var list []any
	for _, m := range w.managed {
		entry := map[string]any{"document": m.doc.json()}
		if m.arn != "" {
			entry["arn"] = m.arn
		} else {
			entry["name"] = m.name
		}
		list = append(list, entry)
	}
	put("policies", list)
	put("users", identitiesJSON(w.users, "userId"))
	put("roles", identitiesJSON(w.roles, "roleId"))
	put("groups", identitiesJSON(w.groups, ""))
	list = nil
	for _, r := range w.resources {
		list = append(list, r.json())
	}
	put("resources", list)
	list = nil
	for _, p := range w.providers {
		list = append(list, map[string]any{"arn": p})
	}
	put("identityProviders", list)
	list = nil
	for _, e := range w.endpoints {
		list = append(list, e.json())
	}
	put("vpcEndpoints", list)
	text, err := json.MarshalIndent(top, "", " ")
	if err != nil {
		panic(err)
	}
	return text
}

func (n *refNode) json() any {
	if n.byName {
		return n.id
	}
	out := map[string]any{"id": n.id}
	if !n.scpsLeft {
		out["serviceControlPolicies"] = controlsJSON(n.scps)
	}
	if len(n.rcps) > 0 {
		out["resourceControlPolicies"] = controlsJSON(n.rcps)
	}
	var accounts, units []any
	for _, c := range n.children {
		if c.account {
			accounts = append(accounts, c.json())
		} else {
			units = append(units, c.json())
		}
	}
	if accounts != nil {
		out["accounts"] = accounts
	}
	if units != nil {
		out["organizationalUnits"] = units
	}
	return out
}

func controlsJSON(list []*refControl) []any {
	out := []any{}
	for _, c := range list {
		if c.inPlace {
			out = append(out, map[string]any{"name": c.name, "document": c.doc.json()})
		} else {
			out = append(out, c.name)
		}
	}
	return out
}

func identitiesJSON(list []*refIdentity, idField string) []any {
	var out []any
	for _, i := range list {
		entry := map[string]any{"arn": i.arn}
		if i.id != "" && idField != "" {
			entry[idField] = i.id
		}
		if i.trust != nil {
			entry["trustPolicy"] = i.trust.json()
		}
		inline := map[string]any{}
		for n, d := range i.inline {
			inline["I"+string(rune('a'+n))] = d.json()
		}
		if len(inline) > 0 {
			entry["inlinePolicies"] = inline
		}
		var attached, groups []string
		for _, m := range i.attached {
			attached = append(attached, m.arn)
		}
		if attached != nil {
			entry["attachedPolicies"] = attached
		}
		for _, g := range i.groups {
			groups = append(groups, g.name())
		}
		if groups != nil {
			entry["groups"] = groups
		}
		switch {
		case i.boundaryARN != "":
			entry["permissionsBoundary"] = i.boundaryARN
		case i.boundary != nil:
			entry["permissionsBoundary"] = i.boundary.json()
		}
		if i.tags != nil {
			entry["tags"] = i.tags
		}
		out = append(out, entry)
	}
	return out
}

func (r *refResource) json() any {
	out := map[string]any{"arn": r.arn, "account": r.account}
	if r.policy != nil {
		out["policy"] = r.policy.json()
	}
	if r.tags != nil {
		out["tags"] = r.tags
	}
	var grants []any
	for _, g := range r.grants {
		entry := map[string]any{"grantee": g.grantee, "operations": g.operations}
		if g.equals != nil {
			entry["encryptionContextEquals"] = g.equals
		}
		if g.subset != nil {
			entry["encryptionContextSubset"] = g.subset
		}
		grants = append(grants, entry)
	}
	if grants != nil {
		out["grants"] = grants
	}
	return out
}

func (e *refEndpoint) json() any {
	out := map[string]any{"id": e.id, "vpc": e.vpc, "account": e.account, "type": "Interface"}
	if e.gateway {
		out["type"] = "Gateway"
	}
	if e.service != "" {
		out["service"] = e.service
	}
	if e.policy != nil {
		out["policy"] = e.policy.json()
	}
	return out
}

func (d *refDoc) json() any {
	out := map[string]any{}
	if d.version != "" {
		out["Version"] = d.version
	}
	list := []any{}
	for _, s := range d.stmts {
		list = append(list, s.json())
	}
	out["Statement"] = list
	if d.bare && len(list) == 1 {
		out["Statement"] = list[0]
	}
	return out
}

func (s *refStmt) json() any {
	out := map[string]any{"Effect": s.effect}
	if s.sid != "" {
		out["Sid"] = s.sid
	}
	out[nameOf(s.notAction, "Action")] = s.texts(s.actions)
	if s.element != noResource {
		out[nameOf(s.element == notResource, "Resource")] = s.texts(s.resources)
	}
	if p := s.principals; p != nil {
		types := map[string][]string{}
		for _, e := range p.entries {
			types[e.Type.String()] = append(types[e.Type.String()], e.Value)
		}
		var value any = "*"
		if !p.everyone {
			object := map[string]any{}
			for name, list := range types {
				object[name] = s.texts(list)
			}
			value = object
		}
		out[nameOf(p.not, "Principal")] = value
	}
	if len(s.cond) > 0 || s.emptyCond {
		operators := map[string]map[string]any{}
		for _, c := range s.cond {
			block := operators[c.op]
			if block == nil {
				block = map[string]any{}
				operators[c.op] = block
			}
			if c.emptyBlock {
				continue
			}
			values := []any{}
			for _, v := range c.values {
				values = append(values, v.json())
			}
			block[c.key] = values
			if c.bare && len(values) == 1 {
				block[c.key] = values[0]
			}
		}
		out["Condition"] = operators
	}
	return out
}

func nameOf(not bool, element string) string {
	if not {
		return "Not" + element
	}
	return element
}

func (s *refStmt) texts(list []string) any {
	if s.bare && len(list) == 1 {
		return list[0]
	}
	if list == nil {
		return []string{}
	}
	return list
}

// request turns the generator's request into the engine's.
func (q *refRequest) request() model.Request {
	c := conditions.NewContext()
	for _, k := range q.context {
		switch {
		case k.value.absent:
			c.SetAbsent(k.name)
		case k.value.list:
			c.SetList(k.name, k.value.texts...)
		default:
			c.Set(k.name, k.value.texts[0])
		}
	}
	r := model.Request{
		Principal: q.principal, Action: q.action, Resource: q.resource, ResourceAccount: q.resourceAccount,
		Context: c, At: q.at, Session: q.session, ParentUser: q.parentUser,
	}
	for _, d := range q.sessionPolicies {
		text, err := json.Marshal(d.json())
		if err != nil {
			panic(err)
		}
		p, problems := model.ParsePolicy("session", text, model.SessionPolicy, model.ReadOptions{})
		if p == nil {
			panic(problems)
		}
		r.SessionPolicies = append(r.SessionPolicies, p)
	}
	for _, m := range q.sessionARNs {
		r.SessionPolicyARNs = append(r.SessionPolicyARNs, m.arn)
	}
	return r
}
