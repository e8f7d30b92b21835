package scenarios

import (
	"encoding/json"
	"io"
	"maps"
	"strings"

	"iamsim/model/inventory"
)

// schema is a JSON Schema, or a part of one.
type schema = map[string]any

// SuiteSchema returns the JSON Schema (draft 2020-12) of scenario suites, made
// from the tables that suites are read with. It is self-contained: the schemas
// of policy sets and of overlays stand among its definitions.
func SuiteSchema() map[string]any {
	suite := objectSchema(suiteFields)
	suite["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	suite["title"] = "Scenario suite"
	suite["description"] = "Requests, and the answers that they must get from a set of policies."
	definitions := schema{}
	define(definitions, policySetDefinition, inventory.PolicySetSchema())
	define(definitions, overlayDefinition, inventory.OverlaySchema())
	suite["$defs"] = definitions
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

const (
	policySetDefinition = "policySet"
	overlayDefinition   = "overlay"
	definitionPath      = "#/$defs/"
)

// define adds a schema and its definitions under a name: the schema as NAME,
// its definition X as NAME.X.
func define(definitions schema, name string, s map[string]any) {
	inner, _ := s["$defs"].(map[string]any)
	top := maps.Clone(s)
	delete(top, "$defs")
	delete(top, "$schema")
	definitions[name] = renamed(top, name)
	for key, definition := range inner {
		definitions[name+"."+key] = renamed(definition, name)
	}
}

// renamed returns a part of a schema whose references lead to the definitions of a name.
func renamed(part any, name string) any {
	switch part := part.(type) {
	case map[string]any:
		out := make(map[string]any, len(part))
		for key, value := range part {
			if to, ok := value.(string); ok && key == "$ref" {
				out[key] = definitionPath + name + "." + strings.TrimPrefix(to, definitionPath)
			} else {
				out[key] = renamed(value, name)
			}
		}
		return out
	case []any:
		out := make([]any, len(part))
		for i, value := range part {
			out[i] = renamed(value, name)
		}
		return out
	}
	return part
}

// objectSchema describes an object by its table of fields.
func objectSchema[T any](fields []field[T]) schema {
	properties, required := schema{}, []string{}
	for _, f := range fields {
		property := maps.Clone(f.schema)
		property["description"] = f.doc
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

// documentSchema is a policy document, or a string that holds one as the AWS CLI answers.
func documentSchema() schema { return schema{"type": []string{"object", "string"}} }

func referenceSchema(name string) schema { return schema{"$ref": definitionPath + name} }
