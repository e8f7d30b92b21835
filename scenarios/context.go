package scenarios

import (
	"fmt"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
)

// contextField is one key of a scenario's context.
type contextField struct {
	key    string
	values []string
	list   bool
	absent bool
}

// contextFields are the keys of a context in source order.
type contextFields []contextField

func (c contextFields) find(key string) int {
	for i := range c {
		if conditions.FoldKey(c[i].key) == conditions.FoldKey(key) {
			return i
		}
	}
	return -1
}

// over returns the fields with those of base for the keys that they leave out.
func (c contextFields) over(base contextFields) contextFields {
	merged := make(contextFields, 0, len(base)+len(c))
	for _, f := range base {
		if c.find(f.key) < 0 {
			merged = append(merged, f)
		}
	}
	return append(merged, c...)
}

func (c contextFields) build() *conditions.Context {
	context := conditions.NewContext()
	for _, f := range c {
		switch {
		case f.absent:
			context.SetAbsent(f.key)
		case f.list:
			context.SetList(f.key, f.values...)
		default:
			context.Set(f.key, f.values[0])
		}
	}
	return context
}

var contextFieldOfScenario = field[Scenario]{
	name: "context",
	doc:  "The condition keys of the request: a value, a list of values, or null for a key that is absent even if it could be derived. Keys of the defaults are kept unless they are named here.",
	schema: schema{
		"type":                 "object",
		"propertyNames":        schema{"pattern": ".:."},
		"additionalProperties": schema{"anyOf": []any{scalarSchema(), schema{"type": "array", "items": scalarSchema()}, schema{"type": "null"}}},
	},
	read: readContext,
}

func readContext(r *reader, n *source.Node, into *Scenario) {
	if keys, ok := r.contextFields(n); ok {
		into.context = keys
	}
}

// contextFields reads condition keys; those that are wrong are left out.
func (r *reader) contextFields(n *source.Node) (contextFields, bool) {
	if n.Kind != source.Object {
		r.wrongType(n, "context", "an object of condition keys")
		return nil, false
	}
	var keys contextFields
	for i := range n.Fields {
		member := &n.Fields[i]
		at := n.FieldPosition(member)
		if prefix, rest, ok := strings.Cut(member.Name, ":"); !ok || prefix == "" || rest == "" {
			r.fault(at, findingBadValue, "", "%q is no condition key; keys are written prefix:name, such as aws:SourceIp (A26)", member.Name)
			continue
		}
		if first := keys.find(member.Name); first >= 0 {
			r.fault(at, findingRepeated, "", "context has the key %q twice: it also stands as %q, and the case of keys is ignored", member.Name, keys[first].key)
			continue
		}
		r.lintKey(at, member.Name)
		if f, ok := r.contextValue(member); ok {
			keys = append(keys, f)
		}
	}
	return keys, true
}

func (r *reader) contextValue(member *source.Field) (contextField, bool) {
	f, n := contextField{key: member.Name}, member.Value
	switch {
	case n.Kind == source.Null:
		f.absent = true
	case n.Scalar():
		f.values = []string{n.Text}
	case n.Kind == source.List:
		f.list = true
		for _, item := range n.Items {
			if !item.Scalar() {
				r.wrongType(item, "an entry of the list of "+member.Name, "a string, a number or a boolean")
				return f, false
			}
			f.values = append(f.values, item.Text)
		}
	default:
		r.wrongType(n, "the context key "+member.Name, "a value, a list of values, or null")
		return f, false
	}
	return f, true
}

// lintKey warns of a global key that is not in the table of known ones: it may
// be younger than the table, and it may be a slip that no policy ever tests.
func (r *reader) lintKey(at model.Position, key string) {
	if _, known := conditions.LookupKey(key); known || !strings.HasPrefix(conditions.FoldKey(key), "aws:") {
		return
	}
	var names []string
	for _, info := range conditions.KnownKeys() {
		names = append(names, info.Name)
	}
	hint := ""
	if near, ok := model.Suggest(key, names); ok {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.diagnostics = append(r.diagnostics, model.Diagnostic{
		Position: at, Severity: model.Warning, ID: findingUnknownKey, Hint: hint,
		Message: fmt.Sprintf("%q is not among the global condition keys known on %s", key, conditions.KeysDate),
	})
}
