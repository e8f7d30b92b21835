package scenarios

import (
	"io/fs"
	"regexp"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Suite is one file of scenarios with the policies that they are put to. It is
// immutable once loaded, and may be run any number of times.
type Suite struct {
	// Name is the suite's name; a file without one is called by its path.
	Name        string
	Description string
	// File is the path that the suite was loaded from.
	File      string
	Scenarios []*Scenario

	base *inventory.Snapshot
	// near is an engine, under the options of the run, over policies that
	// differ little from base; nil means none.
	near *eval.Engine
	// overlay is the policySet of the defaults; scenarios that share it share one engine.
	overlay *source.Node
	files   fs.FS
	// dir is the suite's folder; paths in the suite are relative to it.
	dir     string
	options LoadOptions
	// faults keep the suite from being run at all.
	faults []model.Diagnostic
}

// Checks returns the number of checks in the suite's scenarios, those that are
// skipped left out.
func (s *Suite) Checks() int {
	n := 0
	for _, scenario := range s.Scenarios {
		if scenario.Skip == "" {
			n += scenario.Checks()
		}
	}
	return n
}

// Scenario is one question with the answer that it must get, with the suite's
// defaults filled in. A change of one scenario's fields is a fault: scenarios
// may share what the defaults gave.
type Scenario struct {
	Name     string
	Position model.Position
	// Principal is written as in model.Request.
	Principal string
	// Via are the calls that lead from the principal to the session that asks; none if it asks itself.
	Via []chain.Hop
	// Actions and Resources have at least one entry each; every pair is a check.
	Actions   []string
	Resources []string
	// Context holds the keys that the scenario supplies or declares absent.
	Context *conditions.Context
	// At gives aws:CurrentTime and aws:EpochTime; the zero time supplies neither.
	At time.Time
	// SessionPolicy is the inline session policy; nil means none.
	SessionPolicy *model.Policy
	// SessionPolicyARNs name managed policies that limit the session.
	SessionPolicyARNs []string
	// Session is what else is known of the caller's session; it may be nil.
	Session    *model.Session
	ParentUser string
	// Strict makes far sides deny, and leaves unanswered what rests on an
	// uncertain rule or on a key that is not supplied.
	Strict bool
	Expect Expectation
	// Because is what must hold of the reason; the zero value asks for nothing.
	Because Because
	// DependsOn are exactly the keys that must be reported as able to change
	// the answer; nil asks for nothing, an empty list for none.
	DependsOn []string
	// Skip is why the scenario is not run; empty means that it is.
	Skip string
	// Claim is nil for a scenario of requests. Where it is set, only Name,
	// Position, Expect and Skip are besides.
	Claim *Claim

	context       contextFields
	sessionPolicy *source.Node
	via           []hopDraft
	viaNode       *source.Node
	// viaFindings are those of the session policies of via, of the kind that findings are.
	viaFindings []model.Diagnostic
	// overlay is the scenario's own policySet; nil means none.
	overlay *source.Node
	// findings are those of the session policy; an error makes the scenario's answer an error.
	findings []model.Diagnostic
	// given are the fields that the scenario or the defaults wrote.
	given map[string]*source.Node
}

// Checks returns the number of pairs of an action and a resource; a claim is one check.
func (s *Scenario) Checks() int {
	if s.Claim != nil {
		return 1
	}
	return len(s.Actions) * len(s.Resources)
}

// Expectation is the answer that a scenario must get.
type Expectation string

// The answers that a scenario may expect. Denied is either kind of denial;
// ExpectError is a question that cannot be answered.
const (
	ExpectAllowed      Expectation = "allowed"
	ExpectDenied       Expectation = "denied"
	ExpectExplicitDeny Expectation = "explicitDeny"
	ExpectImplicitDeny Expectation = "implicitDeny"
	ExpectError        Expectation = "error"
)

var expectations = []string{
	string(ExpectAllowed), string(ExpectDenied), string(ExpectExplicitDeny), string(ExpectImplicitDeny), string(ExpectError),
}

// admits reports whether a result is what the expectation asks for.
func (e Expectation) admits(r eval.Result) bool {
	switch e {
	case ExpectAllowed:
		return r == eval.Allowed
	case ExpectDenied:
		return r == eval.ExplicitDeny || r == eval.ImplicitDeny
	case ExpectExplicitDeny:
		return r == eval.ExplicitDeny
	case ExpectImplicitDeny:
		return r == eval.ImplicitDeny
	}
	return false
}

// Because is what must hold of an answer's reason. Empty fields ask for nothing.
type Because struct {
	// PolicyType is the layer of the first cause in the order of rule E91; of
	// an allowed request, the layer that grants.
	PolicyType eval.PolicyType
	// Statement is the Sid of one of the decisive statements.
	Statement string
	// Reason is a code of rule E90.
	Reason string
	// Hop is the number of the call of via that failed, from 1; 0 means that
	// all passed. It is compared where via is given and another field of Because is not zero, or Hop itself.
	Hop int
	// Message must match one of the messages of an error.
	Message *regexp.Regexp
}

var policyTypes = []string{
	string(eval.IdentityPolicyType), string(eval.ResourcePolicyType), string(eval.TrustPolicyType),
	string(eval.PermissionsBoundaryType), string(eval.SessionPolicyType), string(eval.ServiceControlPolicyType),
	string(eval.ResourceControlPolicyType), string(eval.EndpointPolicyType), string(eval.KMSGrantType),
	string(eval.ServiceRuleType),
}

// Broken returns a suite that stands for a file that could not be loaded, so
// that a report names it in its place. Running it gives its diagnostics.
func Broken(file string, diagnostics []model.Diagnostic) *Suite {
	faults := errorsOf(diagnostics)
	if len(faults) == 0 {
		faults = []model.Diagnostic{{Position: model.Position{File: file}, ID: findingUnreadable, Message: "the suite cannot be read"}}
	}
	return &Suite{Name: file, File: file, faults: faults}
}

func errorsOf(diagnostics []model.Diagnostic) []model.Diagnostic {
	var errors []model.Diagnostic
	for _, d := range diagnostics {
		if d.Severity == model.Error {
			errors = append(errors, d)
		}
	}
	return errors
}
