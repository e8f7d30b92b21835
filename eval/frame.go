package eval

// frame is what a decision looks at: a request resolved against an engine. A
// Query holds one; deciding by name makes one on the stack.
type frame struct {
	engine *Engine
	// row is what the engine knows of the action; action is as given, service
	// its prefix and operation its name in lower case.
	row                        *action
	action, service, operation string
	// resource is what the request is decided on: as given, or "*" (B17).
	resource string
	caller   *caller
	target   target

	// identity, boundary and limits (the session policies) are never nil.
	identity, boundary, limits *policySet
	resourcePolicy             *policy
	scp, rcp                   []level
	endpointPolicy             *policy // nil: no endpoint, or the default policy
	gateway                    bool
	temporary                  bool // the request tells of a session
	serviceRule                bool // a fixed rule of the service refuses the request
	identityToo                bool // the caller's own policies must allow as well (NeedIdentity)
}

// level is one level of an organization with its SCPs or RCPs.
type level struct {
	name     string
	policies []*policy
}
