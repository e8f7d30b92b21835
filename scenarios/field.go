package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iamsim/internal/source"
	"iamsim/model"
)

// field is one field of the format: how it is read into a T, and what editors
// are told of it.
type field[T any] struct {
	name     string
	doc      string
	required bool
	schema   schema
	read     func(r *reader, n *source.Node, into *T)
}

// reader collects what is found wrong.
type reader struct {
	diagnostics []model.Diagnostic
}

func (r *reader) fault(at model.Position, id, hint, format string, args ...any) {
	r.diagnostics = append(r.diagnostics, model.Diagnostic{
		Position: at, Severity: model.Error, ID: id, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (r *reader) wrongType(n *source.Node, what, wanted string) {
	if n.Kind == source.Null {
		r.fault(n.Position(), findingWrongType, "leave the field out if it does not apply", "%s takes %s, and is empty here", what, wanted)
		return
	}
	r.fault(n.Position(), findingWrongType, "", "%s takes %s, not %s", what, wanted, article(n.Kind))
}

func article(k source.Kind) string {
	if k == source.Object {
		return "an object"
	}
	return "a " + k.String()
}

// readFields reads the members of an object by a table. It returns the fields
// that were written, or nil if the node is not an object.
func readFields[T any](r *reader, n *source.Node, what string, fields []field[T], into *T) map[string]*source.Node {
	if n.Kind != source.Object {
		r.wrongType(n, what, "an object")
		return nil
	}
	given := make(map[string]*source.Node, len(n.Fields))
	for i := range n.Fields {
		member := &n.Fields[i]
		at := slices.IndexFunc(fields, func(f field[T]) bool { return f.name == member.Name })
		if at < 0 {
			r.unknownField(n.FieldPosition(member), what, member.Name, fieldNames(fields))
			continue
		}
		given[member.Name] = member.Value
		fields[at].read(r, member.Value, into)
	}
	for _, f := range fields {
		if f.required && given[f.name] == nil {
			r.fault(n.Position(), findingMissingField, "", "%s needs the field %q", what, f.name)
		}
	}
	return given
}

func fieldNames[T any](fields []field[T]) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

func (r *reader) unknownField(at model.Position, what, name string, known []string) {
	hint := "allowed are " + strings.Join(known, ", ")
	if near, ok := model.Suggest(name, known); ok {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	r.fault(at, findingUnknownField, hint, "%s has no field %q", what, name)
}

// text returns the source text of a scalar that must not be empty.
func (r *reader) text(n *source.Node, what string) (string, bool) {
	if !n.Scalar() {
		r.wrongType(n, what, "a string")
		return "", false
	}
	if n.Text == "" {
		r.fault(n.Position(), findingBadValue, "", "%s is the empty string", what)
		return "", false
	}
	return n.Text, true
}

// texts reads a list of distinct strings; single also takes one string alone.
func (r *reader) texts(n *source.Node, what string, single, empty bool) ([]string, bool) {
	if single && n.Scalar() {
		text, ok := r.text(n, what)
		return []string{text}, ok
	}
	if n.Kind != source.List {
		wanted := "a list of strings"
		if single {
			wanted = "a string or a list of strings"
		}
		r.wrongType(n, what, wanted)
		return nil, false
	}
	if len(n.Items) == 0 && !empty {
		r.fault(n.Position(), findingBadValue, "", "%s is an empty list", what)
		return nil, false
	}
	list, good := make([]string, 0, len(n.Items)), true
	for _, item := range n.Items {
		text, ok := r.text(item, "an entry of "+what)
		switch {
		case !ok:
			good = false
		case slices.Contains(list, text):
			r.fault(item.Position(), findingRepeated, "", "%s lists %q twice", what, text)
			good = false
		default:
			list = append(list, text)
		}
	}
	return list, good
}

func (r *reader) choice(n *source.Node, what string, allowed []string) (string, bool) {
	text, ok := r.text(n, what)
	if !ok || slices.Contains(allowed, text) {
		return text, ok
	}
	hint := ""
	if near, ok := model.Suggest(text, allowed); ok {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.fault(n.Position(), findingBadValue, hint, "%s is %q; allowed are %s", what, text, strings.Join(allowed, ", "))
	return "", false
}

func textField[T any](name, doc string, set func(*T, string)) field[T] {
	return field[T]{name: name, doc: doc, schema: textSchema(), read: func(r *reader, n *source.Node, into *T) {
		if text, ok := r.text(n, name); ok {
			set(into, text)
		}
	}}
}

// listField takes a list of strings; single also takes one string alone.
func listField[T any](name, doc string, single, empty bool, set func(*T, []string)) field[T] {
	return field[T]{name: name, doc: doc, schema: textsSchema(single, empty), read: func(r *reader, n *source.Node, into *T) {
		if list, ok := r.texts(n, name, single, empty); ok {
			set(into, list)
		}
	}}
}

func choiceField[T any](name, doc string, allowed []string, set func(*T, string)) field[T] {
	return field[T]{name: name, doc: doc, schema: schema{"enum": allowed}, read: func(r *reader, n *source.Node, into *T) {
		if text, ok := r.choice(n, name, allowed); ok {
			set(into, text)
		}
	}}
}

func boolField[T any](name, doc string, set func(*T, bool)) field[T] {
	return field[T]{name: name, doc: doc, schema: schema{"type": "boolean"}, read: func(r *reader, n *source.Node, into *T) {
		if n.Kind != source.Bool {
			r.wrongType(n, name, "true or false")
			return
		}
		set(into, strings.EqualFold(n.Text, "true"))
	}}
}

func timeField[T any](name, doc string, set func(*T, time.Time)) field[T] {
	return field[T]{name: name, doc: doc, schema: schema{"type": "string", "format": "date-time"}, read: func(r *reader, n *source.Node, into *T) {
		text, ok := r.text(n, name)
		if !ok {
			return
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			r.fault(n.Position(), findingBadValue, "write it as 2026-11-22T10:00:00Z", "%s is %q, which is not an RFC 3339 time", name, text)
			return
		}
		set(into, at)
	}}
}

func objectField[T, U any](name, doc string, fields []field[U], set func(*T, *U)) field[T] {
	return field[T]{name: name, doc: doc, schema: objectSchema(fields), read: func(r *reader, n *source.Node, into *T) {
		var value U
		if readFields(r, n, name, fields, &value) != nil {
			set(into, &value)
		}
	}}
}

func (f field[T]) mandatory() field[T] {
	f.required = true
	return f
}
