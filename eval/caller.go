package eval

import (
	"strings"

	"iamsim/model"
	"iamsim/model/inventory"
)

// callerKind tells the callers of rule E.14 apart.
type callerKind uint8

const (
	callerUser callerKind = iota
	callerRoleSession
	callerFederatedUser
	callerRoot
	callerService
	callerAnonymous
	callerToken // the bearer of a SAML assertion or OIDC token, before it has a session
)

var callerNames = [...]string{
	"user", "role session", "federated user", "root user", "service principal", "anonymous caller", "token caller",
}

func (k callerKind) String() string { return callerNames[k] }

// caller is a request's principal, resolved against an inventory.
type caller struct {
	kind      callerKind
	partition string
	account   string // empty for services, anonymous and token callers
	// arn is the user's, session's, federated user's, root user's or
	// provider's ARN, a service's or provider's name, or "*".
	arn string
	// roleARN, roleName and session belong to role sessions.
	roleARN, roleName, session string
	// parentARN is the user who made a federated user's session.
	parentARN string
	// name is a user's or federated user's name.
	name string
	// row is the user or role; for a federated user the parent; nil where undeclared.
	row *inventory.Principal
	// far is set where the account is not known.
	far bool
	// pathUnknown is set for a session of a role whose path nothing tells.
	pathUnknown bool
}

// iam reports whether the caller has an identity side.
func (c *caller) iam() bool { return c.kind <= callerRoot }

// serviceLinked reports whether the caller is a session of a service-linked role (E32, E36).
func (c *caller) serviceLinked() bool {
	return c.kind == callerRoleSession && strings.Contains(c.roleARN, ":role/aws-service-role/")
}

// tokenProviders are the providers that trust policies name without an ARN (A31).
var tokenProviders = []string{
	"accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com",
}

// resolveCaller turns the principal of a request into a caller (see
// model.Request.Principal for the forms).
func resolveCaller(e *Engine, r *model.Request) (caller, error) {
	p := r.Principal
	switch {
	case p == "":
		return caller{}, requestError("principal", "the request names no principal", "")
	case p == "*" || strings.EqualFold(p, "anonymous"):
		return caller{kind: callerAnonymous, arn: "*"}, nil
	case isTokenProvider(p):
		return caller{kind: callerToken, arn: p}, nil
	case strings.HasPrefix(p, "arn:"):
		return callerOfARN(e, r, p)
	case isServiceName(p):
		return caller{kind: callerService, arn: p}, nil
	}
	return callerOfName(e, r, p)
}

func isTokenProvider(name string) bool {
	for _, provider := range tokenProviders {
		if name == provider {
			return true
		}
	}
	return false
}

// isServiceName reports whether a text is spelled like a service principal.
func isServiceName(name string) bool {
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal", ".aws.amazon.com", ".amazonaws.eu"} {
		if len(name) > len(suffix) && strings.HasSuffix(name, suffix) && !strings.ContainsAny(name, ":/ *") {
			return true
		}
	}
	return false
}

func callerOfName(e *Engine, r *model.Request, name string) (caller, error) {
	found := e.snapshot.FindPrincipals(name)
	switch len(found) {
	case 1:
		return callerOfARN(e, r, found[0].ARN)
	case 0:
		if model.IsAccountID(name) {
			return caller{}, requestError("principal", "an account cannot call; "+name+" is an account id",
				"the root user is arn:aws:iam::"+name+":root")
		}
		return caller{}, unknownPrincipal(e.snapshot, name)
	}
	candidates := make([]string, len(found))
	for i, p := range found {
		candidates[i] = p.ARN
	}
	err := requestError("principal", "several principals are called "+quote(name), "name one of them by its ARN")
	err.Candidates = candidates
	return caller{}, err
}

// unknownPrincipal says that nothing fits a name, and what is near.
func unknownPrincipal(s *inventory.Snapshot, name string) *RequestError {
	short := name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		short = name[i+1:]
	}
	byName := map[string]string{}
	var names []string
	for p := range s.Principals() {
		if _, seen := byName[p.Name]; !seen {
			names = append(names, p.Name)
		}
		byName[p.Name] = p.ARN
	}
	err := requestError("principal", "no user or role is called "+quote(name),
		"`simulate list principals` shows those that were read")
	if near, ok := model.Suggest(short, names); ok {
		err.Hint = "did you mean " + byName[near] + "?"
	}
	return err
}

func callerOfARN(e *Engine, r *model.Request, text string) (caller, error) {
	arn, err := model.ParseARN(text)
	if err != nil {
		return caller{}, requestError("principal", err.Error(), "")
	}
	if !model.IsAccountID(arn.Account) {
		return caller{}, requestError("principal", "a principal's ARN names a 12-digit account; "+quote(text)+" does not", "")
	}
	c := caller{partition: arn.Partition, account: arn.Account, arn: text, far: e.plans.accounts.get(arn.Account) == nil}
	kind, rest, _ := strings.Cut(arn.Resource, "/")
	switch {
	case arn.Service == "iam" && arn.Resource == "root":
		c.kind = callerRoot
		return c, nil
	case arn.Service == "iam" && kind == "user" && rest != "":
		c.kind, c.name = callerUser, lastSegment(rest)
		return c, c.bind(e, text)
	case arn.Service == "iam" && kind == "role" && rest != "":
		c.asSessionOf(text, rest, "session")
		return c, c.bind(e, text)
	case arn.Service == "iam" && (kind == "oidc-provider" || kind == "saml-provider") && rest != "":
		return tokenCaller(e, c)
	case arn.Service == "sts" && kind == "assumed-role":
		return sessionCaller(e, r, c, rest)
	case arn.Service == "sts" && kind == "federated-user" && rest != "":
		return federatedCaller(e, r, c, rest)
	}
	return caller{}, requestError("principal", quote(text)+" is no principal that can call",
		"a caller is a user, role, assumed-role session, federated user, root user, service, identity provider or \"*\"")
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// bind finds the declared user or role; one that a known account does not
// declare is an error, so that a mistyped name is never answered for.
func (c *caller) bind(e *Engine, arn string) error {
	if plan := e.plans.principals.get(arn); plan != nil {
		c.row = plan.caller.row
		return nil
	}
	if c.far {
		return nil
	}
	return unknownPrincipal(e.snapshot, arn)
}

func (c *caller) asSessionOf(roleARN, pathAndName, session string) {
	c.kind = callerRoleSession
	c.roleARN, c.roleName, c.session = roleARN, lastSegment(pathAndName), session
	c.arn = "arn:" + c.partition + ":sts::" + c.account + ":assumed-role/" + c.roleName + "/" + session
}

func sessionCaller(e *Engine, r *model.Request, c caller, rest string) (caller, error) {
	role, session, ok := strings.Cut(rest, "/")
	if !ok || role == "" || session == "" || strings.Contains(session, "/") {
		return caller{}, requestError("principal", quote(c.arn)+" is no session ARN",
			"a session is arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, without the role's path")
	}
	if row, ok := e.snapshot.RoleByName(c.account, role); ok && strings.HasPrefix(row.ARN, "arn:"+c.partition+":") {
		c.row = row
		c.asSessionOf(row.ARN, role, session)
		return c, nil
	}
	if !c.far {
		return caller{}, unknownPrincipal(e.snapshot, role)
	}
	if r.Session != nil && strings.HasPrefix(r.Session.RoleARN, "arn:"+c.partition+":iam::"+c.account+":role/") &&
		lastSegment(r.Session.RoleARN) == role {
		c.asSessionOf(r.Session.RoleARN, role, session)
		return c, nil
	}
	c.asSessionOf("arn:"+c.partition+":iam::"+c.account+":role/"+role, role, session)
	c.pathUnknown = true
	return c, nil
}

func tokenCaller(e *Engine, c caller) (caller, error) {
	if _, ok := e.snapshot.Provider(c.arn); !ok && !c.far {
		var known []string
		for p := range e.snapshot.Providers() {
			known = append(known, p.ARN)
		}
		err := requestError("principal", "account "+c.account+" has no identity provider "+quote(c.arn), "declare it under identityProviders")
		if near, ok := model.Suggest(c.arn, known); ok {
			err.Hint = "did you mean " + near + "?"
		}
		return caller{}, err
	}
	return caller{kind: callerToken, arn: c.arn, partition: c.partition}, nil
}

func federatedCaller(e *Engine, r *model.Request, c caller, name string) (caller, error) {
	c.kind, c.name = callerFederatedUser, name
	if r.ParentUser == "" {
		if c.far {
			return c, nil
		}
		return caller{}, requestError("parentUser", "a federated user's session belongs to the user who called GetFederationToken",
			"give that user's ARN as parentUser")
	}
	c.parentARN = r.ParentUser
	parent, err := model.ParseARN(r.ParentUser)
	if err != nil || parent.Account != c.account || !strings.HasPrefix(parent.Resource, "user/") {
		return caller{}, requestError("parentUser", quote(r.ParentUser)+" is no user of account "+c.account, "")
	}
	return c, c.bind(e, r.ParentUser)
}
