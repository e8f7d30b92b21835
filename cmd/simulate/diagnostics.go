package main

import (
	"slices"
	"strings"

	"iamsim/internal/printable"
	"iamsim/model"
)

// fewWarnings are shown one by one; of more only the number is told where they
// are beside the point.
const fewWarnings = 5

// report writes what reading found to standard error. The error it returns, if
// there are errors, has been told. Many warnings are counted, with the advice.
func (a *app) report(diagnostics []model.Diagnostic, advice string) error {
	var b strings.Builder
	var warnings []model.Diagnostic
	for _, d := range diagnostics {
		if d.Severity == model.Error {
			a.writeDiagnostic(&b, a.paintErr, d)
		} else {
			warnings = append(warnings, d)
		}
	}
	switch {
	case len(warnings) > fewWarnings:
		b.WriteString(a.paintErr(yellow, "warning:") + " " + count(len(warnings), "warning") + " about the input; " + advice + "\n")
	default:
		for _, d := range warnings {
			a.writeDiagnostic(&b, a.paintErr, d)
		}
	}
	a.say("%s", b.String())
	if model.HasErrors(diagnostics) {
		return errTold
	}
	return nil
}

// distinct sorts findings and leaves out those that repeat: several suites may
// name one policy set.
func distinct(list []model.Diagnostic) []model.Diagnostic {
	model.SortDiagnostics(list)
	return slices.Compact(list)
}

// writeDiagnostic writes file:line:column: error: what was found [rule], and the hint below.
func (a *app) writeDiagnostic(b *strings.Builder, paint func(style, string) string, d model.Diagnostic) {
	writeFinding(b, paint, d)
	writeHint(b, d)
}

func writeFinding(b *strings.Builder, paint func(style, string) string, d model.Diagnostic) {
	if place := d.Position.String(); place != "" {
		b.WriteString(printable.Text(place) + ": ")
	}
	color := red
	if d.Severity == model.Warning {
		color = yellow
	}
	b.WriteString(paint(color, d.Severity.String()+":") + " " + printable.Text(d.Message))
	if d.Rule != "" {
		b.WriteString(" [" + d.Rule + "]")
	}
	b.WriteString("\n")
}

func writeHint(b *strings.Builder, d model.Diagnostic) {
	if d.Hint != "" {
		b.WriteString("  hint: " + printable.Text(d.Hint) + "\n")
	}
}
