package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// LoadOptions tell how a suite and the policies that it names are read.
type LoadOptions struct {
	inventory.Options
}

func (o LoadOptions) policy() model.ReadOptions {
	return model.ReadOptions{Lenient: o.Lenient, AnyOperatorCase: o.AnyOperatorCase}
}

// LoadSuite reads a suite and loads its policy sets. The diagnostics are all
// that were found, sorted by place, those of the policy sets included; if one
// of them is an error, the suite is nil. What is wrong with one scenario's own
// policies (its policySet, its session policy) is no diagnostic: it makes that
// scenario's answer an error when the suite runs, and Check lists it.
func LoadSuite(files fs.FS, file string, o LoadOptions) (*Suite, []model.Diagnostic) {
	r := &reader{}
	suite := r.load(files, file, o)
	model.SortDiagnostics(r.diagnostics)
	// What the defaults give is checked once for every scenario that takes it.
	r.diagnostics = slices.Compact(r.diagnostics)
	if model.HasErrors(r.diagnostics) {
		return nil, r.diagnostics
	}
	return suite, r.diagnostics
}

func (r *reader) load(files fs.FS, file string, o LoadOptions) *Suite {
	data, err := fs.ReadFile(files, file)
	if err != nil {
		r.fault(model.Position{File: file}, findingUnreadable, "", "the suite cannot be read: %s", plainError(err))
		return nil
	}
	document, err := source.Parse(file, data)
	if err != nil {
		r.syntax(file, err)
		return nil
	}
	if !isSuite(document) {
		r.fault(document.Position(), findingNotASuite, "", "this is not a scenario suite: %s", describe(document))
		return nil
	}
	draft := suiteDraft{suite: Suite{Name: strings.TrimSuffix(file, path.Ext(file)), File: file, files: files, dir: path.Dir(file), options: o}}
	readFields(r, document, "a suite", suiteFields, &draft)
	suite := &draft.suite
	if draft.defaults == nil {
		draft.defaults = &Scenario{}
	}
	suite.overlay = draft.defaults.overlay
	r.scenarios(suite, draft.defaults, draft.scenarios)
	suite.base = r.base(suite, &draft)
	return suite
}

// suiteDraft is a suite whose parts wait to be put together.
type suiteDraft struct {
	suite      Suite
	policySets []*source.Node
	policySet  *source.Node
	defaults   *Scenario
	scenarios  *source.Node
}

var suiteFields = []field[suiteDraft]{
	textField("name", "What the suite is about; reports show it.", func(d *suiteDraft, text string) { d.suite.Name = text }),
	textField("description", "What the suite holds, at length.", func(d *suiteDraft, text string) { d.suite.Description = text }),
	{
		name: "policySets", doc: "Files of policies that the scenarios are put to, relative to this file: policy sets, account exports, folders of them.",
		schema: textsSchema(false, true), read: readPolicySets,
	},
	{
		name: "policySet", doc: "A policy set written in place; it joins the files of policySets.",
		schema: referenceSchema(policySetDefinition), read: func(r *reader, n *source.Node, d *suiteDraft) { d.policySet = r.object(n, "policySet") },
	},
	{
		name: "defaults", doc: "Fields for every scenario that does not write them itself. The context merges key by key; every other field is replaced whole.",
		schema: objectSchema(defaultFields), read: func(r *reader, n *source.Node, d *suiteDraft) {
			d.defaults = &Scenario{}
			d.defaults.given = readFields(r, n, "defaults", defaultFields, d.defaults)
		},
	},
	field[suiteDraft]{
		name: "scenarios", doc: "The questions and their answers. Names are unique within a suite.",
		schema: schema{"type": "array", "minItems": 1, "items": objectSchema(scenarioFields)},
		read:   func(_ *reader, n *source.Node, d *suiteDraft) { d.scenarios = n },
	}.mandatory(),
}

// readPolicySets keeps the nodes, since a file that cannot be found is reported where it is named.
func readPolicySets(r *reader, n *source.Node, d *suiteDraft) {
	if _, ok := r.texts(n, "policySets", false, true); ok {
		d.policySets = n.Items
	}
}

// object returns the node if it is an object whose fields are read elsewhere.
func (r *reader) object(n *source.Node, what string) *source.Node {
	if n.Kind != source.Object {
		r.wrongType(n, what, "an object")
		return nil
	}
	return n
}

// base loads the policies that all scenarios share.
func (r *reader) base(suite *Suite, draft *suiteDraft) *inventory.Snapshot {
	loader, missing := inventory.NewLoader(suite.files, suite.options.Options), false
	for _, n := range draft.policySets {
		name := n.Text
		if !path.IsAbs(name) {
			name = path.Join(suite.dir, name)
		}
		if _, err := fs.Stat(suite.files, name); err != nil {
			r.fault(n.Position(), findingUnreadable, "policySets are relative to the suite's file", "the policy set %s cannot be read: %s", n.Text, plainError(err))
			missing = true
			continue
		}
		loader.Add(name)
	}
	if draft.policySet != nil {
		loader.AddPolicySet(draft.policySet, suite.dir)
	}
	inv, diagnostics := loader.Finish()
	for _, d := range diagnostics {
		// What a missing file declares would be reported as undeclared all over.
		if !missing || !strings.HasPrefix(d.ID, "undeclared-") {
			r.diagnostics = append(r.diagnostics, d)
		}
	}
	if inv == nil {
		if !missing && !model.HasErrors(diagnostics) {
			r.fault(model.Position{File: suite.File}, findingUnreadable, "", "the policy sets cannot be loaded")
		}
		return nil
	}
	return inv.Snapshot()
}

// scenarios reads the list, each scenario on top of the defaults.
func (r *reader) scenarios(suite *Suite, defaults *Scenario, list *source.Node) {
	if list == nil {
		return
	}
	if list.Kind != source.List {
		r.wrongType(list, "scenarios", "a list of scenarios")
		return
	}
	if len(list.Items) == 0 {
		r.fault(list.Position(), findingBadValue, "", "scenarios is an empty list: the suite would hold nothing")
	}
	defaults.readSessionPolicy(suite.options)
	defaults.readVia(suite.options)
	first := map[string]int{}
	for _, n := range list.Items {
		scenario := r.scenario(defaults, n, suite.options)
		if scenario == nil {
			continue
		}
		suite.Scenarios = append(suite.Scenarios, scenario)
		if scenario.Name == "" {
			continue
		}
		if line, ok := first[scenario.Name]; ok {
			r.fault(scenario.given["name"].Position(), findingRepeated, "", "the name %q is already that of the scenario on line %d", scenario.Name, line)
			continue
		}
		first[scenario.Name] = int(n.Line)
	}
}

func (r *reader) scenario(defaults *Scenario, n *source.Node, o LoadOptions) *Scenario {
	s := *defaults
	s.Position, s.context = n.Position(), nil
	own := readFields(r, n, "a scenario", scenarioFields, &s)
	if own == nil {
		return nil
	}
	s.given = maps.Clone(defaults.given)
	if s.given == nil {
		s.given = map[string]*source.Node{}
	}
	maps.Copy(s.given, own)
	if own["sessionPolicy"] != nil {
		s.readSessionPolicy(o)
	}
	if own["via"] != nil {
		s.readVia(o)
	}
	if s.Claim != nil {
		r.completeClaim(n, &s)
		return &s
	}
	s.context = s.context.over(defaults.context)
	s.Context = s.context.build()
	if s.given["resource"] == nil {
		s.Resources = []string{"*"}
	}
	r.complete(n, &s)
	return &s
}

// complete checks what only the scenario and the defaults together tell.
func (r *reader) complete(n *source.Node, s *Scenario) {
	for _, name := range []string{"principal", "action", "expect"} {
		if s.given[name] == nil {
			r.fault(n.Position(), findingMissingField, "", "a scenario needs the field %q, here or in the defaults", name)
		}
	}
	because := s.given["because"]
	if because == nil || s.Expect == "" {
		return
	}
	at := because.Position()
	refuse := func(format string, args ...any) { r.fault(at, findingBadValue, "", format, args...) }
	switch b := s.Because; {
	case b.Hop > len(s.via):
		refuse("hop is %d, and via holds %d calls", b.Hop, len(s.via))
	case b.Hop > 0 && s.Expect == ExpectAllowed:
		refuse("an allowed answer is that to the last request: because takes no hop here")
	case s.Expect == ExpectError && (b.PolicyType != "" || b.Statement != "" || b.Reason != "" || b.Hop > 0):
		refuse("with expect: error, because takes message alone: there is no answer that could have a reason")
	case s.Expect != ExpectError && b.Message != nil:
		refuse("because takes message only with expect: error")
	case s.Expect == ExpectImplicitDeny && b.Statement != "":
		refuse("no statement decides an implicit deny: because cannot name one here")
	case b.Reason != "" && !s.Expect.admits(reasonCodes[b.Reason].Result()):
		refuse("%s is the reason of an answer %q, and the scenario expects %q", b.Reason, reasonCodes[b.Reason].Result(), s.Expect)
	}
}

// readSessionPolicy reads the document whose node the scenario's fields hold. Its
// errors are the scenario's: other scenarios can still be run.
func (s *Scenario) readSessionPolicy(o LoadOptions) {
	s.SessionPolicy, s.findings = nil, nil
	if s.sessionPolicy == nil {
		return
	}
	s.SessionPolicy, s.findings = model.ReadPolicy(s.sessionPolicy, model.SessionPolicy, o.policy())
	if s.SessionPolicy == nil && !model.HasErrors(s.findings) {
		s.findings = append(s.findings, model.Diagnostic{
			Position: s.sessionPolicy.Position(), ID: findingBadValue, Message: "the session policy cannot be read",
		})
	}
}

// syntax reports what the parser refused, one diagnostic a place.
func (r *reader) syntax(file string, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			r.syntax(file, one)
		}
		return
	}
	at, message := model.Position{File: file}, err.Error()
	var place *source.Error
	if errors.As(err, &place) {
		at, message = place.Position, place.Message
	}
	r.fault(at, findingUnreadable, "", "%s", message)
}

// plainError returns a file error's text without its path, which the place of the message names.
func plainError(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// isSuite tells a suite from the other documents that a folder may hold.
func isSuite(document *source.Node) bool { return document.Get("scenarios") != nil }

// describe says what a document that is not a suite is.
func describe(document *source.Node) string {
	if document.Kind != source.Object {
		return fmt.Sprintf("it is %s, and a suite is an object with the field \"scenarios\"", article(document.Kind))
	}
	for _, kind := range []struct{ field, text string }{
		{"Statement", "it is a policy document"},
		{"UserDetailList", "it is an account export; name it in a suite's policySets"},
		{"RoleDetailList", "it is an account export; name it in a suite's policySets"},
		{"organization", "it is a policy set; name it in a suite's policySets"},
		{"policies", "it is a policy set; name it in a suite's policySets"},
		{"roles", "it is a policy set; name it in a suite's policySets"},
		{"users", "it is a policy set; name it in a suite's policySets"},
		{"groups", "it is a policy set; name it in a suite's policySets"},
		{"resources", "it is a policy set; name it in a suite's policySets"},
	} {
		if document.Get(kind.field) != nil {
			return kind.text
		}
	}
	return "it has no field \"scenarios\""
}

// reasonCodes are the codes of rule E90, those of a level for every level.
var reasonCodes = func() map[string]eval.Reason {
	codes := map[string]eval.Reason{}
	for c := eval.Code(0); c <= eval.AllowAlways; c++ {
		for level := 0; level <= math.MaxUint8; level++ {
			reason := eval.Reason{Code: c, Level: uint8(level)}
			codes[reason.String()] = reason
		}
	}
	return codes
}()
