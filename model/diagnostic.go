package model

import (
	"cmp"
	"slices"

	"iamsim/internal/source"
)

// Position is a place in an input: file, line and column, the latter two
// counted from 1. The zero Position is "nowhere".
type Position = source.Position

// Severity tells an error, which keeps a document from being evaluated, from
// a warning, which does not (rule A70).
type Severity uint8

const (
	// Error: the document is not evaluated.
	Error Severity = iota
	// Warning: the document is evaluated, and probably does not say what its author means.
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string { return [...]string{"error", "warning"}[s] }

// Diagnostic is one finding about an input.
type Diagnostic struct {
	Position Position
	Severity Severity
	// ID is the finding's stable kebab-case name, such as "unknown-element".
	ID string
	// Rule is the number in docs/semantics.md that the finding follows from, such as "A8"; it may be empty.
	Rule string
	// Message says what was found and what is allowed.
	Message string
	// Hint is a suggestion, such as a near name; it may be empty.
	Hint string
}

// Error returns the diagnostic as one line: place, severity, message, hint.
func (d Diagnostic) Error() string {
	text := d.Severity.String() + ": " + d.Message
	if p := d.Position.String(); p != "" {
		text = p + ": " + text
	}
	if d.Rule != "" {
		text += " [" + d.Rule + "]"
	}
	if d.Hint != "" {
		text += "; " + d.Hint
	}
	return text
}

// SortDiagnostics sorts by file, line, column, then severity and text, so that
// the same input gives the same report.
func SortDiagnostics(list []Diagnostic) {
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Position.File, b.Position.File),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// HasErrors reports whether one of the diagnostics is an Error.
func HasErrors(list []Diagnostic) bool {
	return slices.ContainsFunc(list, func(d Diagnostic) bool { return d.Severity == Error })
}
