package scenarios

import (
	"fmt"
	"path"
	"strings"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Claim is what a scenario asks of all requests of a shape instead of one.
type Claim struct {
	// Principals, Actions and Resources are the shape, patterns as in
	// diff.Options; an empty list takes every one.
	Principals, Actions, Resources []string
	// NewAccess asks that the policies allow nothing that Old does not allow;
	// without it, that they allow nothing at all.
	NewAccess bool
	// Old and New are files as in a suite's policySets, relative to its file. An
	// empty New is the suite's own policies, with the scenario's changes.
	Old, New []string
}

// The expectations of claims, as reports name them; a suite has fields of these names.
const (
	ExpectNever       Expectation = "never"
	ExpectNoNewAccess Expectation = "noNewAccess"
)

// The answers of a claim's check.
const (
	answerHolds    = "holds"
	answerViolated = "violated"
)

var shapeFields = []field[Claim]{
	listField("principal", "Patterns of principals: of an ARN, or of its part such as role/Admin*. One that begins with ! takes out what it matches.", true, false,
		func(c *Claim, list []string) { c.Principals = list }),
	listField("action", "Patterns of actions; one that begins with ! takes out what it matches.", true, false,
		func(c *Claim, list []string) { c.Actions = list }),
	listField("resource", "Patterns of resources; one that begins with ! takes out what it matches.", true, false,
		func(c *Claim, list []string) { c.Resources = list }),
}

var newAccessFields = append([]field[Claim]{
	listField("old", "The policies that are held to be right: files relative to this one.", true, false,
		func(c *Claim, list []string) { c.Old = list }).mandatory(),
	listField("new", "The policies that must allow no more; the suite's own if left out.", true, false,
		func(c *Claim, list []string) { c.New = list }),
}, shapeFields...)

// claimFields are the fields of a scenario that make it a claim.
var claimFields = []field[Scenario]{
	{
		name: string(ExpectNever), doc: "No request of this shape is allowed, whatever its context. The scenario has no request of its own then.",
		schema: objectSchema(shapeFields), read: func(r *reader, n *source.Node, s *Scenario) {
			s.claim(r, n, ExpectNever, &Claim{}, shapeFields)
		},
	},
	{
		name: string(ExpectNoNewAccess), doc: "The new policies allow no request of this shape that the old ones do not allow. The scenario has no request of its own then.",
		schema: objectSchema(newAccessFields), read: func(r *reader, n *source.Node, s *Scenario) {
			s.claim(r, n, ExpectNoNewAccess, &Claim{NewAccess: true}, newAccessFields)
		},
	},
}

func (s *Scenario) claim(r *reader, n *source.Node, expect Expectation, c *Claim, fields []field[Claim]) {
	given := readFields(r, n, string(expect), fields, c)
	switch {
	case given == nil:
		return
	case s.Claim != nil:
		r.fault(n.Position(), findingBadValue, "", "a scenario has either never or noNewAccess")
		return
	case len(given) == 0 && !c.NewAccess:
		r.fault(n.Position(), findingBadValue, "name principals, actions or resources", "never says of no request that it must not be allowed")
	}
	s.Claim = c
}

// expectation is what reports say is expected.
func (c *Claim) expectation() Expectation {
	if c.NewAccess {
		return ExpectNoNewAccess
	}
	return ExpectNever
}

// besideClaim are the fields that a claim may have beside its own.
var besideClaim = []string{"name", "policySet", "skip"}

// completeClaim makes a scenario nothing but its claim. The defaults but for their policySet are for the others.
func (r *reader) completeClaim(n *source.Node, s *Scenario) {
	expect := s.Claim.expectation()
	for i := range n.Fields {
		member := &n.Fields[i]
		known := string(expect) == member.Name
		for _, name := range besideClaim {
			known = known || name == member.Name
		}
		if !known && s.given[member.Name] != nil {
			r.fault(n.FieldPosition(member), findingBadValue, "besides it, a scenario has "+strings.Join(besideClaim, ", "),
				"a scenario with %s asks of all requests and takes no %s", expect, member.Name)
		}
	}
	*s = Scenario{
		Name: s.Name, Position: s.Position, Claim: s.Claim, Expect: expect, Skip: s.Skip, overlay: s.overlay, given: s.given,
		Context: contextFields(nil).build(),
	}
}

// claimsOwn reports whether the scenario makes a claim of the suite's own policies.
func (s *Scenario) claimsOwn() bool { return s.Claim != nil && len(s.Claim.New) == 0 }

// texts tell the claim's shape as one request is told.
func (c *Claim) texts() (principal, action, resource string) {
	any := func(list []string) string {
		if len(list) == 0 {
			return "*"
		}
		return strings.Join(list, ", ")
	}
	return any(c.Principals), any(c.Actions), any(c.Resources)
}

// claim settles a scenario's claim.
func (r *running) claim(j *job) CheckResult {
	s := j.scenario
	result := CheckResult{Answer: answerError, Status: Errored}
	result.Principal, result.Action, result.Resource = s.Claim.texts()
	fail := func(messages ...string) CheckResult {
		result.Errors = messages
		result.Mismatches = []Mismatch{{"answer", string(s.Expect), result.Answer}}
		return result
	}
	old, new, faults := r.sides(j)
	if len(faults) > 0 {
		return fail(faults...)
	}
	found, err := diff.Compare(old, new, diff.Options{
		Principals: s.Claim.Principals, Actions: s.Claim.Actions, Resources: s.Claim.Resources, First: true,
	})
	if err != nil {
		return fail(err.Error())
	}
	if d := opening(found); d != nil {
		result.Status, result.Answer = Failed, answerViolated
		result.Mismatches = []Mismatch{{"answer", string(s.Expect), answerViolated}}
		result.Witness = newWitness(&d.Request, d.Old.Result(), d.New.Result(), d.New.Result())
		if x, err := new.Engine.Explain(d.Request); err == nil {
			result.Explanation = x
		}
		return result
	}
	var messages []string
	for _, fault := range found.Faults {
		messages = append(messages, "fault of the program: "+fault)
	}
	for _, gap := range found.Gaps {
		messages = append(messages, fmt.Sprintf("inconclusive: %s%s", prefixed(gap.Principal), gap.Reason))
	}
	if len(messages) > 0 {
		return fail(messages...)
	}
	result.Status, result.Answer = Passed, answerHolds
	return result
}

func prefixed(principal string) string {
	if principal == "" {
		return ""
	}
	return principal + ": "
}

// opening returns a request that the new side allows and the old one does not;
// of an action that exists, if there is one.
func opening(found *diff.Result) *diff.Difference {
	var latent *diff.Difference
	for _, group := range found.Groups {
		for _, d := range group.Differences {
			switch {
			case d.Direction != diff.Opened:
			case !d.Latent():
				return d
			case latent == nil:
				latent = d
			}
		}
	}
	return latent
}

// sides returns what a claim compares: the policies of which it is made behind
// what they are held against.
func (r *running) sides(j *job) (old, new diff.Side, faults []string) {
	c := j.scenario.Claim
	engine, faults := r.engine(j.bench, j.scenario)
	if len(faults) > 0 {
		return old, new, faults
	}
	if len(c.New) > 0 {
		if engine, faults = j.bench.suite.load(c.New, r.options.EvalOptions); len(faults) > 0 {
			return old, new, faults
		}
	}
	new.Engine = engine
	old = diff.Side{Engine: engine, Constant: diff.Nothing}
	if c.NewAccess {
		old = diff.Side{}
		old.Engine, faults = j.bench.suite.load(c.Old, r.options.EvalOptions)
	}
	return old, new, faults
}

// load compiles policies from files relative to the suite.
func (s *Suite) load(names []string, o eval.Options) (*eval.Engine, []string) {
	loader := inventory.NewLoader(s.files, s.options.Options)
	for _, name := range names {
		if !path.IsAbs(name) {
			name = path.Join(s.dir, name)
		}
		loader.Add(name)
	}
	inv, found := loader.Finish()
	if faults := errorsOf(found); inv == nil || len(faults) > 0 {
		return nil, messages(faults)
	}
	engine, err := eval.Compile(inv.Snapshot(), o)
	if err != nil {
		return nil, messages([]model.Diagnostic{{Position: model.Position{File: s.File}, Message: err.Error()}})
	}
	return engine, nil
}
