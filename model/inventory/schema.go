package inventory

import "strings"

// PolicySetSchema returns the JSON Schema (draft 2020-12) of policy sets. It is
// made from the tables that reading checks inputs against.
func PolicySetSchema() map[string]any { return newSchema(false, "Policy set") }

// OverlaySchema returns the JSON Schema of overlays: policy sets whose
// entities may be given in part, and where null removes.
func OverlaySchema() map[string]any { return newSchema(true, "Overlay on a policy set") }

func newSchema(overlay bool, title string) map[string]any {
	s := schemaMaker{overlay: overlay, definitions: map[string]any{}}
	schema := s.object(policySetShape)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = title
	schema["$defs"] = s.definitions
	return schema
}

// schemaMaker turns shapes into schemas; objects and documents become
// definitions, since some of them contain themselves.
type schemaMaker struct {
	overlay     bool
	definitions map[string]any
}

// of returns the schema of a shape and its alternatives.
func (m *schemaMaker) of(s *shape) map[string]any {
	if s.or == nil {
		return m.single(s)
	}
	var alternatives []any
	for ; s != nil; s = s.or {
		alternatives = append(alternatives, m.single(s))
	}
	return map[string]any{"anyOf": alternatives}
}

func (m *schemaMaker) single(s *shape) map[string]any {
	switch s.form {
	case textForm:
		return m.text(s)
	case listForm:
		return map[string]any{"type": "array", "items": m.of(s.items)}
	case mappingForm:
		return map[string]any{
			"type": "object", "additionalProperties": m.orNull(m.of(s.items), s.removable),
			"propertyNames": map[string]any{"minLength": 1.0},
		}
	case documentForm:
		return m.definition(s, func() map[string]any {
			return map[string]any{"description": s.about, "anyOf": []any{
				map[string]any{"type": "object"},
				map[string]any{"type": "string", "pattern": `^\s*(\{|%7[Bb])`},
			}}
		})
	default:
		return m.definition(s, func() map[string]any { return m.object(s) })
	}
}

func (m *schemaMaker) text(s *shape) map[string]any {
	schema := map[string]any{"type": "string"}
	if len(s.values) > 0 {
		schema = map[string]any{"enum": texts(s.values...)}
	}
	if s.numbers {
		schema["type"] = texts("string", "number", "boolean")
	}
	if s.pattern != "" {
		schema["pattern"] = s.pattern
	}
	if s.about != "" {
		schema["description"] = s.about
	}
	return schema
}

// definition returns a reference to the definition of a shape, which it makes
// unless it exists.
func (m *schemaMaker) definition(s *shape, build func() map[string]any) map[string]any {
	name := definitionName(s.name)
	if _, ok := m.definitions[name]; !ok {
		m.definitions[name] = nil // a shape may contain itself
		m.definitions[name] = build()
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

// definitionName turns a name such as "organizational unit" into one such as
// "organizationalUnit".
func definitionName(name string) string {
	words := strings.Fields(name)
	words[0] = strings.ToLower(words[0])
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

func (m *schemaMaker) object(s *shape) map[string]any {
	properties := map[string]any{}
	var required []string
	partial := m.overlay && s.entity
	for _, f := range s.fields {
		schema := m.orNull(m.of(f.of), f.removable)
		if f.about != "" {
			schema["description"] = f.about
		}
		properties[f.name] = schema
		if f.key || f.required && !partial {
			required = append(required, f.name)
		}
	}
	schema := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if s.about != "" {
		schema["description"] = s.about
	}
	if required != nil {
		schema["required"] = texts(required...)
	}
	if rules := choiceRules(s, partial); rules != nil {
		schema["allOf"] = rules
	}
	return schema
}

// choiceRules says which fields exclude each other and of which one is needed.
func choiceRules(s *shape, partial bool) []any {
	var rules []any
	for _, c := range s.choices {
		var each []any
		for _, name := range c.fields {
			each = append(each, map[string]any{"required": texts(name)})
		}
		switch {
		case c.together:
			rules = append(rules, map[string]any{"anyOf": each})
		case c.needed && !partial:
			rules = append(rules, map[string]any{"oneOf": each})
		default:
			rules = append(rules, map[string]any{"not": map[string]any{"required": texts(c.fields...)}})
		}
	}
	return rules
}

// orNull lets null stand where an overlay removes by it.
func (m *schemaMaker) orNull(schema map[string]any, removable bool) map[string]any {
	if !m.overlay || !removable {
		return schema
	}
	return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
}

// texts is a list as encoding/json makes it. Schemas hold nothing else than
// what decoding JSON gives, so that they compare equal with their decoded form.
func texts(list ...string) []any {
	out := make([]any, len(list))
	for i, text := range list {
		out[i] = text
	}
	return out
}
