package inventory

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
)

// conforms is a validator of the part of JSON Schema that the schemas use. It
// reads nodes, so that it sees what the reader sees.
func conforms(t *testing.T, root, schema map[string]any, n *source.Node) bool {
	t.Helper()
	for keyword, value := range schema {
		switch keyword {
		case "$schema", "$defs", "title", "description":
		case "$ref":
			name := strings.TrimPrefix(value.(string), "#/$defs/")
			definition, ok := root["$defs"].(map[string]any)[name].(map[string]any)
			require.True(t, ok, name)
			if !conforms(t, root, definition, n) {
				return false
			}
		case "type":
			if list, ok := value.([]any); ok && !slices.Contains(list, any(jsonType(n))) || !ok && value != jsonType(n) {
				return false
			}
		case "enum":
			if !slices.Contains(value.([]any), any(n.Text)) {
				return false
			}
		case "pattern":
			if n.Kind == source.String && !regexp.MustCompile(value.(string)).MatchString(n.Text) {
				return false
			}
		case "anyOf", "oneOf", "allOf":
			if !counted(t, root, keyword, value.([]any), n) {
				return false
			}
		case "not":
			if conforms(t, root, value.(map[string]any), n) {
				return false
			}
		case "items":
			for _, item := range n.Items {
				if !conforms(t, root, value.(map[string]any), item) {
					return false
				}
			}
		case "required":
			for _, name := range value.([]any) {
				if n.Kind == source.Object && n.Get(name.(string)) == nil {
					return false
				}
			}
		case "propertyNames":
			for _, f := range n.Fields {
				if f.Name == "" {
					return false
				}
			}
		case "properties", "additionalProperties":
			if !members(t, root, schema, n) {
				return false
			}
		default:
			require.Fail(t, "unknown keyword "+keyword)
		}
	}
	return true
}

func counted(t *testing.T, root map[string]any, keyword string, list []any, n *source.Node) bool {
	fitting := 0
	for _, one := range list {
		if conforms(t, root, one.(map[string]any), n) {
			fitting++
		}
	}
	switch keyword {
	case "anyOf":
		return fitting > 0
	case "oneOf":
		return fitting == 1
	}
	return fitting == len(list)
}

func members(t *testing.T, root, schema map[string]any, n *source.Node) bool {
	properties, _ := schema["properties"].(map[string]any)
	for _, f := range n.Fields {
		member, known := properties[f.Name].(map[string]any)
		if !known {
			additional, open := schema["additionalProperties"].(map[string]any)
			if !open {
				return false
			}
			member = additional
		}
		if !conforms(t, root, member, f.Value) {
			return false
		}
	}
	return true
}

func jsonType(n *source.Node) string {
	return [...]string{"null", "string", "number", "boolean", "array", "object"}[n.Kind]
}

func asJSON(t *testing.T, schema map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(schema)
	require.NoError(t, err)
	var back map[string]any
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, schema, back, "a schema holds nothing but JSON's own types")
	return back
}

// What the tables accept, the schema accepts.
func TestSchemaAcceptsWhatReadingDoes(t *testing.T) {
	for name, text := range map[string]string{
		"everything": everything, "base": base, "people": people, "empty": "{}",
		"unquoted": `resources: [{arn: "arn:aws:s3:::b", account: 111122223333, tags: {a: 1, b: true}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			schema := asJSON(t, PolicySetSchema())
			require.True(t, conforms(t, schema, schema, node(t, text)))
			overlay := asJSON(t, OverlaySchema())
			require.True(t, conforms(t, overlay, overlay, node(t, text)), "every policy set is an overlay")
		})
	}
	for _, text := range []string{
		`organization: null`, `organization: {root: {serviceControlPolicies: null}}`,
		`roles: [{arn: "arn:aws:iam::111122223333:role/R", tags: {a: null}, inlinePolicies: {X: null}, permissionsBoundary: null}]`,
		`resources: [{arn: "arn:aws:s3:::b", policyFile: null}]`,
		`policies: [{name: X}]`,
	} {
		schema, overlay := asJSON(t, PolicySetSchema()), asJSON(t, OverlaySchema())
		require.True(t, conforms(t, overlay, overlay, node(t, text)), text)
		require.False(t, conforms(t, schema, schema, node(t, text)), text)
	}
}

// What the tables refuse, the schema refuses: each of the faults of a single
// value, and every unknown field.
func TestSchemaRefusesWhatReadingDoes(t *testing.T) {
	schema := asJSON(t, PolicySetSchema())
	for _, text := range []string{
		`[]`, `rolez: []`, `roles: {}`, `roles: [x]`, `roles: [{}]`, `roles: [{arn: "arn:aws:iam::111122223333:role/R"}]`,
		`roles: [{arn: "arn:aws:iam::111122223333:user/u", trustPolicy: {}}]`,
		`roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: {}, trustPolicyFile: x}]`,
		`roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: {}, tags: {"": x}}]`,
		`roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: {}, maxSessionDuration: 1h}]`,
		`roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: trust.json}]`,
		`policies: [{document: {}}]`, `policies: [{name: P}]`, `policies: [{name: "", document: {}}]`,
		`policies: [{arn: "arn:aws:organizations::999999999999:policy/o-a/tag_policy/p-1", document: {}}]`,
		`resources: [{arn: "arn:aws:s3:::b/*"}]`, `resources: [{arn: "arn:aws:s3:::b", account: "12"}]`,
		`resources: [{arn: "arn:aws:s3:::b", account: "111122223333", policy: {}, policyFile: x}]`,
		`vpcEndpoints: [{id: vpce-1, type: gateway}]`, `vpcEndpoints: [{id: vpce-1, service: S3}]`,
		`identityProviders: [{arn: accounts.google.com}]`, `users: [{arn: null}]`,
		`organization: {}`, `organization: {id: o-a, managementAccount: "999999999999", root: {id: x}}`,
		`organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, organizationalUnits: [{id: ou-a, organizationalUnits: [{}]}]}}`,
		`organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, accounts: [abc]}}`,
		`organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, serviceControlPolicies: [{name: x}]}}`,
	} {
		n := node(t, text)
		require.False(t, conforms(t, schema, schema, n), text)
		l := NewLoader(nil, Options{})
		l.AddPolicySet(n, ".")
		_, found := l.Finish()
		require.True(t, model.HasErrors(found), text)
	}
}

// Every object of the schema is closed, and every field of every table stands in it.
func TestSchemaIsClosedAndWhole(t *testing.T) {
	schema := PolicySetSchema()
	definitions := schema["$defs"].(map[string]any)
	for name, definition := range definitions {
		object := definition.(map[string]any)
		require.NotEmpty(t, object["description"], name)
		if name != "policyDocument" {
			require.Equal(t, false, object["additionalProperties"], name)
		}
	}
	for _, s := range []*shape{
		roleShape, userShape, groupShape, policyShape, resourceShape, grantShape, providerShape, endpointShape,
		organizationShape, rootShape, unitShape, accountShape.or,
	} {
		object, ok := definitions[definitionName(s.name)].(map[string]any)
		require.True(t, ok, s.name)
		require.Len(t, object["properties"], len(s.fields), s.name)
	}
	require.Equal(t, schema, PolicySetSchema())
}
