package scenarios

import (
	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// compile makes the engine of the suite's own policies.
func (s *Suite) compile(o eval.Options) (*eval.Engine, error) {
	if s.near != nil {
		return s.near.Over(s.base)
	}
	return eval.Compile(s.base, o)
}

// overlaid compiles the suite's policies with an overlay, or says why that cannot be done.
func (b *bench) overlaid(overlay *source.Node) (*eval.Engine, []string) {
	snapshot, faults := b.suite.whatIf(overlay)
	if len(faults) > 0 {
		return nil, messages(faults)
	}
	engine, err := b.base.Over(snapshot)
	if err != nil {
		return nil, []string{err.Error()}
	}
	return engine, nil
}

// whatIf returns the suite's policies with an overlay, or the errors.
func (s *Suite) whatIf(overlay *source.Node) (*inventory.Snapshot, []model.Diagnostic) {
	snapshot, diagnostics := s.base.WhatIf(overlay, s.dir, s.files, s.options.Options)
	faults := errorsOf(diagnostics)
	if snapshot == nil && len(faults) == 0 {
		faults = []model.Diagnostic{{Position: overlay.Position(), ID: findingUnreadable, Message: "the policySet cannot be applied"}}
	}
	return snapshot, faults
}

// Check returns what is found in the policies that the scenarios carry
// themselves, sorted by place, and shows them to LoadOptions.Inspect, to which
// loading showed the others. Scenarios that expect an error are passed over:
// their policies are wrong on purpose.
func (s *Suite) Check() []model.Diagnostic {
	var list []model.Diagnostic
	seen := map[*source.Node]bool{nil: true}
	for _, scenario := range s.Scenarios {
		if scenario.Expect == ExpectError {
			continue
		}
		if !seen[scenario.sessionPolicy] {
			seen[scenario.sessionPolicy] = true
			list = append(list, scenario.findings...)
			if s.options.Inspect != nil && scenario.SessionPolicy != nil {
				s.options.Inspect(scenario.sessionPolicy, scenario.SessionPolicy, "")
			}
		}
		if !seen[scenario.viaNode] {
			seen[scenario.viaNode] = true
			list = append(list, scenario.viaFindings...)
			scenario.inspectVia(s.options)
		}
		if !seen[scenario.overlay] {
			seen[scenario.overlay] = true
			_, diagnostics := s.base.WhatIf(scenario.overlay, s.dir, s.files, s.options.Options)
			list = append(list, diagnostics...)
		}
	}
	model.SortDiagnostics(list)
	return list
}
