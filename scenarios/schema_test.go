package scenarios

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model/inventory"
)

// schemaText is what `simulate schema` prints.
func schemaText(t *testing.T, s map[string]any) []byte {
	t.Helper()
	var out strings.Builder
	require.NoError(t, WriteSchema(&out, s))
	return []byte(out.String())
}

func TestCheckedInSchemas(t *testing.T) {
	for _, c := range []struct {
		file   string
		schema map[string]any
	}{
		{"suite.schema.json", SuiteSchema()},
		{"policy-set.schema.json", inventory.PolicySetSchema()},
	} {
		t.Run(c.file, func(t *testing.T) {
			require.NotEmpty(t, c.schema)
			got, file := schemaText(t, c.schema), filepath.Join("schema", c.file)
			if *update {
				require.NoError(t, os.MkdirAll("schema", 0o777))
				require.NoError(t, os.WriteFile(file, got, 0o666))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got), "run go generate ./scenarios")
		})
	}
}

// TestShippedFilesFitTheSchemas validates every suite and policy set of the repository.
func TestShippedFilesFitTheSchemas(t *testing.T) {
	suites, sets := 0, 0
	for _, folder := range []string{"language", "systems", "examples"} {
		files := os.DirFS(folder)
		require.NoError(t, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") {
				return err
			}
			data, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			n, err := source.Parse(folder+"/"+name, data)
			require.NoError(t, err)
			if isSuite(n) {
				suites++
				require.Empty(t, violations(SuiteSchema(), withoutErrors(n)))
			} else {
				sets++
				require.Empty(t, violations(inventory.PolicySetSchema(), n))
			}
			return nil
		}))
	}
	require.NotZero(t, suites)
	require.NotZero(t, sets)
}

// withoutErrors leaves out the policies of scenarios that expect an error: they are wrong on purpose.
func withoutErrors(suite *source.Node) *source.Node {
	out := *suite
	out.Fields = slices.Clone(suite.Fields)
	for i := range out.Fields {
		if f := &out.Fields[i]; f.Name == "scenarios" {
			list := *f.Value
			list.Items = nil
			for _, scenario := range f.Value.Items {
				one := *scenario
				if expect := one.Get("expect"); expect != nil && expect.Text == string(ExpectError) {
					one.Fields = slices.DeleteFunc(slices.Clone(one.Fields), func(f source.Field) bool {
						return f.Name == "policySet" || f.Name == "sessionPolicy"
					})
				}
				list.Items = append(list.Items, &one)
			}
			f.Value = &list
		}
	}
	return &out
}

// TestSchemaRefusesWhatTheReaderRefuses: what the types and names of fields tell, the schema tells as well.
func TestSchemaRefusesWhatTheReaderRefuses(t *testing.T) {
	const head = "{ name: n, principal: '*', action: s3:GetObject, expect: denied"
	good := "scenarios: [" + head + ", via: [{ role: r, tags: { a: '' }, transitiveTagKeys: [a], durationSeconds: 900, context: { a:b: null } }, { action: sts:GetSessionToken }], context: { aws:SourceIp: 1, aws:TagKeys: [], aws:username: null }, because: { reason: DENY_IMPLICIT_SCP_LEVEL_3 } }]"
	n, err := source.Parse("good", []byte(good))
	require.NoError(t, err)
	require.Empty(t, violations(SuiteSchema(), n))
	for _, text := range []string{
		"[]", "{}", "scenarios: []", "scenarios: [{}]", "scenarios: [x]", "scenarios: [" + head + "}]\nx: 1",
		"scenarios: [" + head + ", via: {} }]", "scenarios: [" + head + ", via: [x] }]", "scenarios: [" + head + ", via: [{ roles: x }] }]",
		"scenarios: [" + head + ", via: [{ action: sts:AssumeRoot }] }]", "scenarios: [" + head + ", via: [{ tags: [] }] }]",
		"scenarios: [" + head + ", via: [{ durationSeconds: 1h }] }]", "scenarios: [" + head + ", because: { hop: [1] } }]",
		"scenarios: [" + head + ", resource: [] }]", "scenarios: [" + head + ", resource: [a, a] }]", "scenarios: [" + head + ", strict: 1 }]",
		"scenarios: [" + head + ", resource: null }]", "scenarios: [" + head + ", context: { x: 1 } }]", "scenarios: [" + head + ", context: { a:b: { } } }]",
		"scenarios: [" + head + ", because: { policyType: scp } }]", "scenarios: [" + head + ", because: { reason: NO } }]",
		"scenarios: [" + head + ", session: { type: X } }]", "scenarios: [{ name: n, principal: '*', action: s3:GetObject, expect: yes }]",
		"scenarios: [" + head + ", policySet: { rolls: [] } }]", "policySet: { rolls: [] }\nscenarios: [" + head + "}]",
		"defaults: { name: x }\nscenarios: [" + head + "}]",
	} {
		t.Run(text, func(t *testing.T) {
			n, err := source.Parse("bad", []byte(text))
			require.NoError(t, err)
			require.NotEmpty(t, violations(SuiteSchema(), n))
		})
	}
}

// violations validates a document by the keywords of JSON Schema that the
// schemas use; a keyword that it does not know is a violation, so that none is
// passed over.
func violations(root map[string]any, n *source.Node) []string {
	text, err := json.Marshal(root)
	if err != nil {
		return []string{err.Error()}
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		return []string{err.Error()}
	}
	v := &validator{root: plain}
	v.check(plain, n, "")
	return v.found
}

type validator struct {
	root  map[string]any
	found []string
}

func (v *validator) refuse(n *source.Node, at, format string, args ...any) {
	v.found = append(v.found, n.Position().String()+" "+at+": "+fmt.Sprintf(format, args...))
}

func (v *validator) fits(s any, n *source.Node) bool {
	inner := &validator{root: v.root}
	inner.check(s, n, "")
	return len(inner.found) == 0
}

func (v *validator) check(s any, n *source.Node, at string) {
	if allowed, ok := s.(bool); ok {
		if !allowed {
			v.refuse(n, at, "nothing is allowed here")
		}
		return
	}
	object := s.(map[string]any)
	for _, keyword := range slices.Sorted(maps.Keys(object)) {
		v.keyword(object, keyword, object[keyword], n, at)
	}
}

func (v *validator) keyword(s map[string]any, keyword string, value any, n *source.Node, at string) {
	switch keyword {
	case "$schema", "$id", "title", "description", "definitions", "$defs", "format", "examples", "default", "markdownDescription":
	case "$ref":
		var to any = v.root
		for _, part := range strings.Split(strings.TrimPrefix(value.(string), "#/"), "/") {
			to = to.(map[string]any)[part]
		}
		v.check(to, n, at)
	case "type":
		names, ok := value.([]any)
		if !ok {
			names = []any{value}
		}
		if !slices.Contains(names, any(typeName(n))) && !(typeName(n) == "number" && slices.Contains(names, any("integer"))) {
			v.refuse(n, at, "%s where %v is wanted", n.Kind, names)
		}
	case "enum":
		if !n.Scalar() || !slices.Contains(value.([]any), any(n.Text)) {
			v.refuse(n, at, "%q is none of %v", n.Text, value)
		}
	case "const":
		if n.Text != value {
			v.refuse(n, at, "%q is not %v", n.Text, value)
		}
	case "pattern":
		if n.Kind == source.String && !regexp.MustCompile(value.(string)).MatchString(n.Text) {
			v.refuse(n, at, "%q does not match %s", n.Text, value)
		}
	case "minLength":
		if n.Kind == source.String && len(n.Text) < int(value.(float64)) {
			v.refuse(n, at, "too short")
		}
	case "minItems":
		if n.Kind == source.List && len(n.Items) < int(value.(float64)) {
			v.refuse(n, at, "too few items")
		}
	case "uniqueItems":
		for i, item := range n.Items {
			if slices.ContainsFunc(n.Items[:i], func(o *source.Node) bool { return item.Scalar() && o.Scalar() && o.Text == item.Text }) {
				v.refuse(item, at, "repeated")
			}
		}
	case "items":
		for i, item := range n.Items {
			v.check(value, item, fmt.Sprintf("%s[%d]", at, i))
		}
	case "anyOf", "oneOf":
		if !slices.ContainsFunc(value.([]any), func(one any) bool { return v.fits(one, n) }) {
			v.refuse(n, at, "fits no alternative")
		}
	case "allOf":
		for _, one := range value.([]any) {
			v.check(one, n, at)
		}
	case "not":
		if v.fits(value, n) {
			v.refuse(n, at, "must not fit")
		}
	default:
		v.objectKeyword(s, keyword, value, n, at)
	}
}

func (v *validator) objectKeyword(s map[string]any, keyword string, value any, n *source.Node, at string) {
	switch keyword {
	case "required":
		for _, name := range value.([]any) {
			if n.Kind == source.Object && n.Get(name.(string)) == nil {
				v.refuse(n, at, "%s is missing", name)
			}
		}
	case "properties":
		for _, f := range n.Fields {
			if property, ok := value.(map[string]any)[f.Name]; ok {
				v.check(property, f.Value, at+"/"+f.Name)
			}
		}
	case "additionalProperties":
		properties, _ := s["properties"].(map[string]any)
		for _, f := range n.Fields {
			if _, ok := properties[f.Name]; !ok {
				v.check(value, f.Value, at+"/"+f.Name)
			}
		}
	case "propertyNames":
		for _, f := range n.Fields {
			v.check(value, &source.Node{Kind: source.String, Text: f.Name, File: n.File, Line: f.Line, Column: f.Column}, at+"/"+f.Name)
		}
	case "minProperties":
		if n.Kind == source.Object && len(n.Fields) < int(value.(float64)) {
			v.refuse(n, at, "too few fields")
		}
	default:
		v.refuse(n, at, "the schema has the keyword %q, which this test does not know", keyword)
	}
}

func typeName(n *source.Node) string {
	return [...]string{"null", "string", "number", "boolean", "array", "object"}[n.Kind]
}
