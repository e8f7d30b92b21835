package scenarios

import (
	"encoding/json"
	"io"
)

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

// SuiteSchema returns the JSON Schema (draft-07) of a scenario suite, made from
// the tables that suites are read with. It is self-contained.
func SuiteSchema() map[string]any {
	suite := objectSchema(suiteFields)
	suite["$schema"] = "http://json-schema.org/draft-07/schema#"
	suite["title"] = "iamsim scenario suite"
	suite["description"] = "Requests, and the answers that they must get from a set of policies."
	return suite
}

// WriteSchema writes a schema as the files in scenarios/schema hold it:
// indented JSON with sorted names.
func WriteSchema(w io.Writer, s map[string]any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(s)
}

// objectSchema describes an object by its table of fields.
func objectSchema[T any](fields []field[T]) schema {
	properties, required := schema{}, []string{}
	for _, f := range fields {
		if f.schema == nil {
			continue
		}
		property := schema{"description": f.doc}
		for name, value := range f.schema {
			property[name] = value
		}
		properties[f.name] = property
		if f.required {
			required = append(required, f.name)
		}
	}
	object := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		object["required"] = required
	}
	return object
}

// textSchema is a string field: it takes the source text of any scalar.
func textSchema() schema {
	return schema{"type": []string{"string", "number", "boolean"}, "minLength": 1}
}

// scalarSchema is a value that may be the empty string.
func scalarSchema() schema { return schema{"type": []string{"string", "number", "boolean"}} }

func textsSchema(single, empty bool) schema {
	list := schema{"type": "array", "items": textSchema(), "uniqueItems": true}
	if !empty {
		list["minItems"] = 1
	}
	if single {
		return schema{"anyOf": []any{textSchema(), list}}
	}
	return list
}

func policyDocumentSchema() schema { return schema{"type": []string{"object", "string"}} }

func policySetSchema() schema { return schema{"type": "object"} }

func overlaySchema() schema { return schema{"type": "object"} }
