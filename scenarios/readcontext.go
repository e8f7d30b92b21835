package scenarios

import (
	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
)

// ReadContext reads the condition keys of a request as a scenario's context
// holds them: an object of a value, a list of values, or null for an absent
// key each. The context holds whatever could be read; with an error among the
// diagnostics it is not complete.
func ReadContext(n *source.Node) (*conditions.Context, []model.Diagnostic) {
	r, s := &reader{}, &Scenario{}
	readContext(r, n, s)
	model.SortDiagnostics(r.diagnostics)
	return s.context.build(), r.diagnostics
}
