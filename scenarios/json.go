package scenarios

import (
	"encoding/json"
	"io"
)

// WriteJSON writes the report as one indented JSON object, of which Report,
// SuiteResult, ScenarioResult, CheckResult, Expected, Mismatch, Summary and
// Counts are the schema. A check that did not pass carries its explanation,
// whose schema is eval.Explanation.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
