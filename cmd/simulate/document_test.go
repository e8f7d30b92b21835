package main

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/scenarios"
)

// TestJSONIsDocumented holds that docs/json.md names every field of every
// output, in the command's own part of the document or in that of `can`, to
// which the others refer.
func TestJSONIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/json.md")
	require.NoError(t, err)
	parts := map[string]string{}
	for part := range strings.SplitSeq(string(text), "\n## simulate ") {
		name, body, _ := strings.Cut(part, "\n")
		parts[name] = body
	}
	for command, output := range map[string]any{
		"can": canJSON{}, "test": scenarios.Report{}, "validate": validateJSON{}, "list": listJSON{}, "version": versionJSON{},
		"actions": actionsJSON{}, "keys": keysJSON{},
	} {
		require.NotEmpty(t, parts[command], command)
		fields := map[string]bool{}
		jsonFields(reflect.TypeOf(output), fields, map[reflect.Type]bool{})
		require.NotEmpty(t, fields)
		for field := range fields {
			require.Contains(t, parts[command]+parts["can"], "`"+field+"`", "%s does not document the field %s", command, field)
		}
	}
}

// jsonFields collects the names that a type and the types in it have as JSON.
func jsonFields(of reflect.Type, names map[string]bool, seen map[reflect.Type]bool) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || seen[of] || strings.HasPrefix(of.PkgPath(), "time") {
		return
	}
	seen[of] = true
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() && !field.Anonymous {
			continue
		}
		if name != "" {
			names[name] = true
		}
		jsonFields(field.Type, names, seen)
	}
}
