package model

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// jsonCondition writes a condition block as JSON, one operator block for each
// entry: an operator stands once in JSON, so that entries of one operator share it.
func jsonCondition(s *Statement) any {
	operators := map[string]map[string][]string{}
	for _, e := range s.Condition {
		op := e.Operator().String()
		if operators[op] == nil {
			operators[op] = map[string][]string{}
		}
		operators[op][e.Key()] = e.Values()
	}
	return operators
}

// jsonPrincipals writes principals as JSON.
func jsonPrincipals(p *Principals) any {
	types := map[string][]string{}
	if len(p.Entries) == 0 {
		types[AWSPrincipal.String()] = []string{}
	}
	for _, e := range p.Entries {
		types[e.Type.String()] = append(types[e.Type.String()], e.Value)
	}
	return types
}

// renderPolicy writes a policy back as a JSON document.
func renderPolicy(t *testing.T, p *Policy) []byte {
	statements := make([]any, 0, len(p.Statements))
	for i := range p.Statements {
		s := &p.Statements[i]
		m := map[string]any{"Sid": s.Sid, "Effect": s.Effect.String()}
		not := func(name string, is bool) string {
			if is {
				return "Not" + name
			}
			return name
		}
		m[not("Action", s.NotAction)] = append([]string{}, s.Actions...)
		if s.HasResource {
			m[not("Resource", s.NotResource)] = append([]string{}, s.Resources...)
		}
		if s.Principals != nil && p.Kind == ResourceControlPolicy {
			m["Principal"] = "*"
		} else if s.Principals != nil {
			m[not("Principal", s.Principals.Not)] = jsonPrincipals(s.Principals)
		}
		if s.Condition != nil {
			m["Condition"] = jsonCondition(s)
		}
		statements = append(statements, m)
	}
	doc := map[string]any{"Version": p.Version, "Statement": statements}
	if p.ID != "" {
		doc["Id"] = p.ID
	}
	text, err := json.Marshal(doc)
	require.NoError(t, err)
	return text
}

// contents is what a policy says, without where it stands.
func contents(p *Policy) Policy {
	c := *p
	c.Position, c.Size = Position{}, 0
	c.Statements = nil
	for _, s := range p.Statements {
		s.Position = Position{}
		s.Condition = nil
		if s.Principals != nil {
			s.Principals = &Principals{Not: s.Principals.Not}
		}
		c.Statements = append(c.Statements, s)
	}
	return c
}

// FuzzPolicy demands that no input makes the reader panic, that its findings
// are sorted and in the list of findings, and that what it accepts it accepts
// again, with the same contents, when it is written back.
func FuzzPolicy(f *testing.F) {
	for _, table := range ruleTables {
		for _, c := range table.cases {
			text, _ := marks(document(table.wrapping, c.in))
			f.Add([]byte(text), uint8(c.kind), c.options.Lenient)
		}
	}
	f.Add([]byte(`{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"}`), uint8(KeyPolicy), false)
	known := map[string]bool{}
	for _, finding := range Findings() {
		known[finding.ID] = true
	}
	f.Fuzz(func(t *testing.T, data []byte, kind uint8, lenient bool) {
		k, o := PolicyKind(kind)%(ResourceControlPolicy+1), ReadOptions{Lenient: lenient, AnyOperatorCase: len(data)%2 == 0}
		p, list := ParsePolicy("f", data, k, o)
		require.Equal(t, HasErrors(list), p == nil)
		sorted := append([]Diagnostic{}, list...)
		SortDiagnostics(sorted)
		require.Equal(t, len(list), len(sorted))
		for i := range list {
			require.Equal(t, sorted[i], list[i])
			require.True(t, known[list[i].ID], list[i].ID)
			require.NotEmpty(t, list[i].Message)
		}
		if p == nil {
			return
		}
		text := renderPolicy(t, p)
		again, list := ParsePolicy("f", text, k, o)
		require.NotNil(t, again, "%s: %v", text, list)
		require.Equal(t, contents(p), contents(again), "%s", text)
		require.True(t, bytes.Equal(text, renderPolicy(t, again)))
		require.Equal(t, again.Size, sizeOfRendering(text), "%s", text)
	})
}

// sizeOfRendering counts the characters of a rendering as A60 does.
func sizeOfRendering(text []byte) int {
	var value any
	if json.Unmarshal(text, &value) != nil {
		return -1
	}
	return sizeOf(value)
}

func sizeOf(value any) int {
	total := 2
	switch v := value.(type) {
	case string:
		for _, c := range v {
			switch c {
			case ' ', '\t', '\r', '\n':
			case '"', '\\':
				total += 2
			default:
				total++
			}
		}
	case []any:
		for i, item := range v {
			total += sizeOf(item) + min(i, 1)
		}
	case map[string]any:
		for name, item := range v {
			total += sizeOf(name) + 1 + sizeOf(item) + 1
		}
		total -= min(len(v), 1)
	}
	return total
}
