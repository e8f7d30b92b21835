package batch

import (
	"fmt"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// knownContext is a context that was read before without a fault. Requests
// that write theirs alike share it: nothing changes a context once it is made.
type knownContext struct {
	context  *conditions.Context
	warnings []string
}

// context reads the condition keys of a request, as scenario suites hold them.
func (d *decoder) context(v value) *conditions.Context {
	if known, ok := d.contexts.find(v.raw); ok {
		d.warnings = append(d.warnings, known.warnings...)
		return known.context
	}
	faults, warnings := len(d.faults), len(d.warnings)
	context := conditions.NewContext()
	d.object(v, "context", func(name []byte, at int, v value) { d.key(context, name, at, v) })
	if len(d.faults) == faults {
		d.contexts.keep(v.raw, knownContext{context, d.warnings[warnings:len(d.warnings):len(d.warnings)]})
	}
	return context
}

// knownKey is the name of a condition key that was read before.
type knownKey struct {
	name string
	// warning is what is odd about it; empty for nothing.
	warning string
}

// key reads one condition key.
func (d *decoder) key(context *conditions.Context, raw []byte, at int, v value) {
	known, ok := d.keys.find(raw)
	if !ok {
		name := string(raw)
		if prefix, rest, ok := strings.Cut(name, ":"); !ok || prefix == "" || rest == "" {
			d.fault(at, codeBadValue, "context", "%q is no condition key; keys are written prefix:name, such as aws:SourceIp (A26)", name)
			return
		}
		known = knownKey{name, lint(name)}
		d.keys.keep(raw, known)
	}
	name := known.name
	// C3: the case of keys is ignored.
	if _, state := context.Lookup(name); state != conditions.NotSupplied {
		d.fault(at, codeRepeated, "context", "context has the key %q twice: it also stands as %q, and the case of keys is ignored", name, spelledBefore(context, name))
		return
	}
	if known.warning != "" {
		d.warnings = append(d.warnings, known.warning)
	}
	if d.bind(context, name, v) {
		return
	}
	// What was refused counts as written when the same key comes again.
	context.SetAbsent(name)
}

// bind gives a key its value, and reports whether it has one.
func (d *decoder) bind(context *conditions.Context, name string, v value) bool {
	switch v.kind() {
	case 'n':
		context.SetAbsent(name)
	case '[':
		return d.bindList(context, name, v)
	case '{':
		d.fault(v.column, codeWrongType, "context", "the context key %s takes a value, a list of values, or null, not an object", name)
		return false
	default:
		if known, ok := d.values.find(v.raw); ok {
			context.SetValue(name, known)
			return true
		}
		text, _ := scalar(v)
		context.Set(name, string(text))
		made, _ := context.Lookup(name)
		d.values.keep(v.raw, made)
	}
	return true
}

func (d *decoder) bindList(context *conditions.Context, name string, v value) bool {
	texts, good := []string{}, true
	d.items(v, func(item value) {
		text, ok := scalar(item)
		if !ok {
			d.fault(item.column, codeWrongType, "context", "an entry of the list of %s is a string, a number or a boolean, not %s", name, phrase(item.kind()))
			good = false
			return
		}
		texts = append(texts, string(text))
	})
	if good {
		context.SetList(name, texts...)
	}
	return good
}

func spelledBefore(context *conditions.Context, name string) string {
	for _, other := range context.Names() {
		if conditions.FoldKey(other) == conditions.FoldKey(name) {
			return other
		}
	}
	return name
}

// lint warns of a global key that is not in the table of known ones: it may be
// younger than the table, and it may be a slip that no policy ever tests.
func lint(name string) string {
	if _, known := conditions.LookupKey(name); known || !strings.HasPrefix(conditions.FoldKey(name), "aws:") {
		return ""
	}
	text := fmt.Sprintf("%q is not among the global condition keys known on %s", name, conditions.KeysDate)
	var names []string
	for _, info := range conditions.KnownKeys() {
		names = append(names, info.Name)
	}
	if near, ok := model.Suggest(name, names); ok {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return text
}
