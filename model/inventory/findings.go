package inventory

import (
	"cmp"
	"slices"

	"iamsim/model"
)

// findings are all diagnostics that reading an inventory makes, apart from
// those about policy documents, which are model.Findings.
var findings = byID(
	model.Finding{ID: "ambiguous-name", Text: "a name fits several policies"},
	model.Finding{ID: "builtin-policy", Text: "a policy that is built in is declared or stands in the wrong list"},
	model.Finding{ID: "conflicting-fields", Text: "fields exclude or contradict each other"},
	model.Finding{ID: "duplicate-declaration", Text: "the same ARN, id, name or tag is declared twice"},
	model.Finding{ID: "empty-input", Text: "an input holds nothing, or a directory holds no input"},
	model.Finding{ID: "field-type", Text: "a value is of another type than its field takes"},
	model.Finding{ID: "invalid-account", Text: "a text is no account id of 12 digits"},
	model.Finding{ID: "invalid-arn", Text: "a text is no ARN, or one of another type"},
	model.Finding{ID: "invalid-value", Text: "a value is none of those allowed"},
	model.Finding{ID: "misplaced-document", Text: "a policy document stands where an inventory is read"},
	model.Finding{ID: "misplaced-null", Text: "null stands where nothing can be removed"},
	model.Finding{ID: "misplaced-suite", Text: "a scenario suite stands where an inventory is read"},
	model.Finding{ID: "missing-arn", Severity: model.Warning, Text: "managed policies without ARN are left out, since nothing can attach them"},
	model.Finding{ID: "missing-document", Rule: "G7", Severity: model.Warning, Text: "an account export names a managed policy whose document it lacks"},
	model.Finding{ID: "missing-field", Text: "a required field is missing"},
	model.Finding{ID: "missing-group", Rule: "G7", Severity: model.Warning, Text: "an account export names a group that it lacks"},
	model.Finding{ID: "repeated-id", Severity: model.Warning, Text: "principals share a unique id, which then identifies none of them"},
	model.Finding{ID: "resource-unnamed", Rule: "A41", Severity: model.Warning, Text: "a statement without Resource in a policy of S3, SNS or SQS"},
	model.Finding{ID: "truncated-export", Rule: "G8", Severity: model.Warning, Text: "an account export lacks its last page"},
	model.Finding{ID: "undeclared-group", Text: "a group is named that nothing declares"},
	model.Finding{ID: "undeclared-policy", Text: "a policy is named that nothing declares"},
	model.Finding{ID: "undeclared-principal", Text: "a principal of a known account is named that nothing declares"},
	model.Finding{ID: "unknown-field", Text: "an object has a field that the format does not know"},
	model.Finding{ID: "unreadable-file", Text: "a file cannot be read"},
	model.Finding{ID: "unrecognized-input", Text: "an input has none of the known formats"},
)

func byID(list ...model.Finding) map[string]model.Finding {
	table := make(map[string]model.Finding, len(list))
	for _, f := range list {
		table[f.ID] = f
	}
	return table
}

// Findings returns all kinds of diagnostics that this package makes besides
// model.Findings, sorted by id.
func Findings() []model.Finding {
	list := make([]model.Finding, 0, len(findings))
	for _, f := range findings {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b model.Finding) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
