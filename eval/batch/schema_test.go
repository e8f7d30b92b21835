package batch

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
)

// TestSchemaOfRequests: the schema takes the good lines, and the decoder knows
// each field that the schema names.
func TestSchemaOfRequests(t *testing.T) {
	s := plain(t, RequestSchema())
	for _, line := range goodLines {
		require.NoError(t, fits(s, parsed(t, strings.TrimPrefix(line, "\ufeff"))), line)
	}
	for _, line := range []string{
		`{}`, `[]`, `{"principal":"a"}`, head + `,"x":1}`, head + `,"id":true}`, head + `,"resource":""}`, head + `,"context":{"x":1}}`,
		head + `,"context":{"a:b":{}}}`, head + `,"session":{"x":1}}`, head + `,"session":{"type":"x"}}`, head + `,"resourceAccount":"1"}`,
		head + `,"sessionPolicyArns":"a"}`, head + `,"sessionPolicyArns":[""]}`, head + `,"sessionPolicy":[]}`,
	} {
		require.Error(t, fits(s, parsed(t, line)), line)
		_, _, ok := referenceDecode([]byte(line))
		require.False(t, ok, line)
	}
	for name := range s["properties"].(map[string]any) {
		d := newDecoder(model.ReadOptions{})
		d.decode([]byte(fmt.Sprintf(`{%q:[[]]}`, name)))
		require.NotEqual(t, codeUnknownField, d.faults[0].Code, name)
	}
	session := s["properties"].(map[string]any)["session"].(map[string]any)
	for name := range session["properties"].(map[string]any) {
		d := newDecoder(model.ReadOptions{})
		d.decode([]byte(fmt.Sprintf(head+`,"session":{%q:[[]]}}`, name)))
		require.NotEqual(t, codeUnknownField, d.faults[0].Code, name)
	}
}

// TestSchemaOfDecisions: every answer to the sample fits the schema.
func TestSchemaOfDecisions(t *testing.T) {
	e := testEngine(t, eval.Options{})
	for _, o := range []Options{{}, {Explain: true}} {
		out, _ := runText(t, e, o, strings.Join(append(sampleLines(), head+`,"id":null,"x":1}`), "\n"))
		for line := range strings.Lines(out) {
			checkAnswer(t, []byte(line))
		}
	}
}

var decisionSchema = DecisionSchema()

func checkAnswer(t *testing.T, line []byte) {
	t.Helper()
	require.NoError(t, fits(plain(t, decisionSchema), parsed(t, string(line))), "%s", line)
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v), text)
	return v
}

func plain(t *testing.T, s map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(s)
	require.NoError(t, err)
	return parsed(t, string(text)).(map[string]any)
}

// fits validates by the keywords that the two schemas use; another keyword is
// an error, so that none is passed over.
func fits(s map[string]any, v any) error {
	for keyword, want := range s {
		if err := fitsKeyword(s, keyword, want, v); err != nil {
			return err
		}
	}
	return nil
}

func fitsKeyword(s map[string]any, keyword string, want, v any) error {
	refuse := func() error { return fmt.Errorf("%v: %s is %v", v, keyword, want) }
	object, _ := v.(map[string]any)
	list, _ := v.([]any)
	text, isText := v.(string)
	switch keyword {
	case "$schema", "title", "description", "format", "uniqueItems", "minimum":
	case "type":
		names, several := want.([]any)
		if !several {
			names = []any{want}
		}
		if kind := typeName(v); !slices.Contains(names, any(kind)) && !(kind == "number" && slices.Contains(names, any("integer"))) {
			return refuse()
		}
	case "enum":
		if !slices.Contains(want.([]any), v) {
			return refuse()
		}
	case "const":
		if want != v {
			return refuse()
		}
	case "pattern":
		if isText && !regexp.MustCompile(want.(string)).MatchString(text) {
			return refuse()
		}
	case "minLength":
		if isText && text == "" {
			return refuse()
		}
	case "items":
		for _, item := range list {
			if err := fits(want.(map[string]any), item); err != nil {
				return err
			}
		}
	case "anyOf":
		if !slices.ContainsFunc(want.([]any), func(one any) bool { return fits(one.(map[string]any), v) == nil }) {
			return refuse()
		}
	case "required":
		for _, name := range want.([]any) {
			if _, ok := object[name.(string)]; !ok && object != nil {
				return refuse()
			}
		}
	case "properties":
		for name, member := range object {
			if property, ok := want.(map[string]any)[name]; ok {
				if err := fits(property.(map[string]any), member); err != nil {
					return err
				}
			}
		}
	case "propertyNames":
		for name := range object {
			if err := fits(want.(map[string]any), name); err != nil {
				return err
			}
		}
	case "additionalProperties":
		properties, _ := s["properties"].(map[string]any)
		for name, member := range object {
			if _, ok := properties[name]; ok {
				continue
			}
			if want == false {
				return refuse()
			}
			if err := fits(want.(map[string]any), member); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("the schema has the keyword %q, which this test does not know", keyword)
	}
	return nil
}

func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
