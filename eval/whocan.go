package eval

import (
	"errors"
	"iter"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/model"
)

// Include says whom an answer to a WhoQuestion covers besides users and roles.
type Include uint8

// Whom to include.
const (
	// IncludeServices: the service principals that the resource's policy names.
	IncludeServices Include = 1 << iota
	// IncludeProviders: the identity providers that the resource's policy names.
	IncludeProviders
	// IncludeAnonymous: callers without credentials.
	IncludeAnonymous
	// IncludeExternal: principals of accounts that are not known, by name, by
	// account, and as whoever has credentials; each if its own account allows.
	IncludeExternal
	// IncludeRoot: the root users of the known accounts.
	IncludeRoot
)

// WhoQuestion asks who can do an action on a resource. Its fields are those
// of model.Request.
type WhoQuestion struct {
	Action, Resource, ResourceAccount string
	Context                           *conditions.Context
	At                                time.Time
	Include                           Include
}

// GranteeKind tells what kind of principal a Grant is for.
type GranteeKind string

// The kinds of grantees.
const (
	GranteeUser     GranteeKind = "user"
	GranteeRole     GranteeKind = "role"
	GranteeSession  GranteeKind = "roleSession"
	GranteeFed      GranteeKind = "federatedUser"
	GranteeRoot     GranteeKind = "rootUser"
	GranteeService  GranteeKind = "service"
	GranteeProvider GranteeKind = "identityProvider"
	GranteeNobody   GranteeKind = "anonymous"
	// GranteeAccount is whoever an account that is not known lets do it, and
	// GranteeAnyone whoever any such account lets.
	GranteeAccount GranteeKind = "account"
	GranteeAnyone  GranteeKind = "anyone"
)

// Grant tells how one principal can do what was asked about.
type Grant struct {
	Kind GranteeKind
	// Decision is the engine's, with keys that were not supplied taken as
	// absent. It may deny: then DependsOn says what would change that.
	Decision Decision
	// DependsOn are the keys that were not supplied and for which some value
	// would change the decision, sorted (Explanation.DependsOn). Partial is set
	// where there were too many to try their values together: they are then all
	// that could matter.
	DependsOn []string
	Partial   bool
	// Unanswered is set where the inventory does not hold what an answer needs; the decision is the zero Decision then.
	Unanswered error

	principal string
	who       *WhoQuery
	open      *Query // the query of a caller without a name; nil for others
}

// Conditional reports whether it depends on keys that were not supplied whether the principal can.
func (g *Grant) Conditional() bool { return len(g.DependsOn) > 0 }

// WhoQuery is a WhoQuestion resolved against an engine. It is immutable and
// may be asked any number of times, also concurrently.
type WhoQuery struct {
	engine   *Engine
	question WhoQuestion
	index    *whoIndex
	// probe is the question as one of the principals would ask it.
	probe *Query
	// ownedByCaller is set where nothing tells whose the resource is: each caller is taken to own it.
	ownedByCaller bool
	// rcps is set where RCPs apply to the action and the resource.
	rcps  bool
	named whoNamed
	// base holds the keys that are the same whoever calls.
	base *conditions.Context
}

// PrepareWho resolves a question. The error is a *RequestError where it cannot
// be understood. The first question to an engine makes an index, which takes
// about as long as compiling the engine.
func (e *Engine) PrepareWho(question WhoQuestion) (*WhoQuery, error) {
	q := &WhoQuery{engine: e, question: question, index: e.plans.inverse.get(e.plans, e.snapshot)}
	if err := q.resolve(); err != nil {
		return nil, err
	}
	q.named = namedBy(q)
	q.base = q.sharedContext()
	return q, nil
}

// WhoCan yields every user and role that can do an action on a resource, by
// ARN, ascending, and with each how: as Engine.Decide would answer a request
// of every one of them, roles as a session called "session". A principal whose
// answer depends on keys that context does not hold is among them
// (Grant.Conditional), also if it is denied without them, and one of whose
// policies some were not read (Grant.Unanswered). Sessions that a policy names
// are told as well.
//
// A question that cannot be understood yields an empty principal with the
// error as Unanswered; PrepareWho tells beforehand.
func (e *Engine) WhoCan(action, resource string, context *conditions.Context) iter.Seq2[string, Grant] {
	q, err := e.PrepareWho(WhoQuestion{Action: action, Resource: resource, Context: context})
	if err != nil {
		return func(yield func(string, Grant) bool) { yield("", Grant{Unanswered: err}) }
	}
	return q.Grants()
}

// request is the question as one principal's request.
func (q *WhoQuery) request(principal string) model.Request {
	return model.Request{
		Principal: principal, Action: q.question.Action, Resource: q.question.Resource,
		ResourceAccount: q.question.ResourceAccount, Context: q.question.Context, At: q.question.At,
	}
}

// nobodysAccount is the account of a root user who asks where there are no principals.
const nobodysAccount = "000000000000"

// resolve asks as one principal, so that what is wrong with the question shows.
func (q *WhoQuery) resolve() error {
	partition := "aws"
	if arn, err := model.ParseARN(q.question.Resource); err == nil {
		partition = arn.Partition
	}
	principal := "arn:" + partition + ":iam::" + nobodysAccount + ":root"
	for i := range q.index.classes {
		c := &q.index.classes[i]
		if c.partition == partition && !c.linked {
			principal = q.index.names[c.members[0]]
			break
		}
	}
	var err error
	q.probe, err = q.engine.Prepare(q.request(principal))
	var unanswered *UnansweredError
	if errors.As(err, &unanswered) {
		// Nobody is known who could; anonymous and external callers may still be told of.
		q.probe = nil
		return nil
	}
	if err != nil {
		return err
	}
	t := &q.probe.target
	q.ownedByCaller = t.row == nil && q.question.ResourceAccount == "" && !model.IsAccountID(t.arn.Account)
	plain := q.probe.frame
	plain.caller = &caller{}
	q.rcps = rcpApplies(&plain) && !(q.probe.resource == "*" && q.engine.options.UnnamedResourceHasNoRCP)
	return nil
}

// Resource returns what is decided on: the ARN that was asked about, or "*".
func (q *WhoQuery) Resource() string {
	if q.probe == nil {
		return q.question.Resource
	}
	return q.probe.resource
}

// ResourceAccount returns the account that owns the resource; empty where each
// principal is taken to own it, or where it is not known.
func (q *WhoQuery) ResourceAccount() string {
	if q.probe == nil || q.ownedByCaller {
		return q.question.ResourceAccount
	}
	return q.probe.target.account
}

// Assumptions returns what every answer takes for granted.
func (q *WhoQuery) Assumptions() []string {
	if q.probe == nil {
		return nil
	}
	var out []string
	for _, text := range q.probe.assumptions {
		if q.ownedByCaller {
			text = strings.ReplaceAll(text, "account "+q.probe.target.account, "the account of whoever asks")
		}
		out = append(out, text)
	}
	return out
}

// Notes returns observations on the question that do not change the answer.
func (q *WhoQuery) Notes() []string {
	if q.probe == nil {
		return nil
	}
	return append([]string(nil), q.probe.notes...)
}

// callersKeys are derived keys that are the same for every user and role.
var callersKeys = set("aws:viaawsservice", "aws:currenttime", "aws:epochtime", "aws:principalisawsservice", "aws:principalservicename",
	"aws:principalservicenameslist", "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")

// sharedContext is what is known of the context whoever asks. What the
// resource's owner adds is left out where the owner follows from the caller.
func (q *WhoQuery) sharedContext() *conditions.Context {
	context := q.question.Context.Clone()
	if q.probe == nil || !q.probe.caller.iam() {
		return context
	}
	for _, name := range q.probe.context.Names() {
		key := conditions.FoldKey(name)
		ofResource := strings.HasPrefix(key, "aws:resource") || strings.HasPrefix(key, iamResourceTagPrefix) || key == "s3:resourceaccount"
		ofEndpoint := strings.HasPrefix(key, "aws:vpce") || key == "aws:sourcevpc" || key == "aws:sourceip"
		if !callersKeys[key] && !(ofResource && !q.ownedByCaller) && !ofEndpoint {
			continue
		}
		value, state := q.probe.context.Lookup(name)
		if state == conditions.Absent {
			context.SetAbsent(name)
		} else {
			context.SetValue(name, value)
		}
	}
	return context
}
