package peers

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"iamsim/benchmarks/organization"
)

// prepared is one rule a statement, or two where some of its actions end in a
// star and others do not, of tests that the rule index knows: only rules of the
// resource are evaluated. There is no default value, which would be looked for
// at every request that is denied.
type prepared struct{ query rego.PreparedEvalQuery }

func compileOPA(statements []organization.Statement) (Compiled, error) {
	if err := check(statements); err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString("package iam\n")
	for _, s := range statements {
		resource := tests("resource", s.Resources)[0]
		for _, action := range tests("action", s.Actions) {
			fmt.Fprintf(&text, "\nallow if {\n\t%s\n\tinput.principal == %q\n\t%s\n}\n", resource, organization.FlatRole, action)
		}
	}
	query, err := rego.New(rego.Query("data.iam.allow"), rego.Module("peers.rego", text.String())).PrepareForEval(context.Background())
	return prepared{query}, err
}

// tests are the tests of a field by patterns, of which one has to hold: one of
// the patterns that are whole texts, one of those with a star.
func tests(field string, patterns []string) []string {
	var whole, begun, list []string
	for _, p := range patterns {
		if text, star, _ := pattern(p); star {
			begun = append(begun, text)
		} else {
			whole = append(whole, text)
		}
	}
	switch len(whole) {
	case 0:
	case 1:
		list = append(list, fmt.Sprintf("input.%s == %q", field, whole[0]))
	default:
		list = append(list, fmt.Sprintf("input.%s in {%s}", field, quoted(whole, "")))
	}
	switch len(begun) {
	case 0:
	case 1:
		list = append(list, fmt.Sprintf("startswith(input.%s, %q)", field, begun[0]))
	default:
		list = append(list, fmt.Sprintf("strings.any_prefix_match(input.%s, [%s])", field, quoted(begun, "")))
	}
	return list
}

var principal = ast.StringTerm(organization.FlatRole)

func input(action, resource string) ast.Value {
	return ast.NewObject(
		ast.Item(ast.InternedTerm("principal"), principal),
		ast.Item(ast.InternedTerm("action"), ast.StringTerm(action)),
		ast.Item(ast.InternedTerm("resource"), ast.StringTerm(resource)),
	)
}

func (p prepared) decide(input ast.Value) (bool, error) {
	results, err := p.query.Eval(context.Background(), rego.EvalParsedInput(input))
	return results.Allowed(), err
}

func (p prepared) Decide(action, resource string) (bool, error) {
	return p.decide(input(action, resource))
}

func (p prepared) Prepare(action, resource string) (func() (bool, error), error) {
	input := input(action, resource)
	return func() (bool, error) { return p.decide(input) }, nil
}
