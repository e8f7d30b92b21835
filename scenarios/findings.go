package scenarios

import "iamsim/model"

// The stable ids of what is found wrong with suites.
const (
	findingUnreadable   = "suite-unreadable"
	findingNotASuite    = "suite-not-a-suite"
	findingUnknownField = "suite-unknown-field"
	findingWrongType    = "suite-wrong-type"
	findingMissingField = "suite-missing-field"
	findingBadValue     = "suite-bad-value"
	findingRepeated     = "suite-repeated-entry"
	findingUnknownKey   = "suite-unknown-context-key"
)

// Findings returns the kinds of diagnostics that reading a suite gives besides
// those of the policies in it, in the order of their ids.
func Findings() []model.Finding {
	return []model.Finding{
		{ID: findingBadValue, Severity: model.Error, Text: "a field of a suite holds a value that it does not take"},
		{ID: findingMissingField, Severity: model.Error, Text: "a suite or a scenario lacks a field that it needs"},
		{ID: findingNotASuite, Severity: model.Error, Text: "the document is not a scenario suite"},
		{ID: findingRepeated, Severity: model.Error, Text: "a name or an entry of a suite stands twice"},
		{ID: findingUnknownKey, Severity: model.Warning, Text: "a context key with the prefix aws: is not among the known ones"},
		{ID: findingUnknownField, Severity: model.Error, Text: "a suite or a scenario has a field that the format does not know"},
		{ID: findingUnreadable, Severity: model.Error, Text: "a suite, or a file that it names, cannot be read"},
		{ID: findingWrongType, Severity: model.Error, Text: "a field of a suite holds another type than it takes"},
	}
}
