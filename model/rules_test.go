package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ruleCase is a document, or a part of one, with what is found in it. An @
// before a token marks the place of a finding; findings and marks have the same
// order. A finding is "severity id rule".
type ruleCase struct {
	name    string
	kind    PolicyKind
	in      string
	want    []string
	options ReadOptions
}

// The wrappings of the parts that the tables give.
const (
	wholeDocument = iota
	oneStatement
	oneCondition
)

// document completes a part.
func document(wrapping int, in string) string {
	switch wrapping {
	case oneStatement:
		return "{\"Version\":\"2012-10-17\",\"Statement\":\n" + in + "\n}"
	case oneCondition:
		return document(oneStatement, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":`+"\n"+in+"}")
	}
	return in
}

// marks takes the marks out of a text and returns their places.
func marks(text string) (clean string, places []string) {
	line, column := 1, 1
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; c {
		case '@':
			places = append(places, fmt.Sprintf("%d:%d", line, column))
			continue
		case '\n':
			line, column = line+1, 0
		}
		column++
		b.WriteByte(text[i])
	}
	return b.String(), places
}

// found writes diagnostics as the tables do.
func found(list []Diagnostic) (findings, places []string) {
	for _, d := range list {
		findings = append(findings, fmt.Sprintf("%v %s %s", d.Severity, d.ID, d.Rule))
		places = append(places, fmt.Sprintf("%d:%d", d.Position.Line, d.Position.Column))
	}
	return findings, places
}

func (c ruleCase) check(t *testing.T, wrapping int) {
	text, places := marks(document(wrapping, c.in))
	p, list := ParsePolicy("f.json", []byte(text), c.kind, c.options)
	findings, at := found(list)
	require.Equal(t, c.want, findings, "%v", list)
	require.Equal(t, places, at, "%v", list)
	require.Equal(t, HasErrors(list), p == nil)
	for _, d := range list {
		require.Equal(t, "f.json", d.Position.File)
		require.NotEmpty(t, d.Message)
	}
}

// ruleTables are all tables of this package's tests.
var ruleTables = []struct {
	name     string
	wrapping int
	cases    []ruleCase
}{
	{"documents", wholeDocument, documentCases},
	{"statements", oneStatement, statementCases},
	{"actions", oneStatement, actionCases},
	{"resources", oneStatement, resourceCases},
	{"principals", oneStatement, principalCases},
	{"conditions", oneCondition, conditionCases},
	{"whole conditions", oneStatement, statementConditionCases},
	{"control policies", wholeDocument, controlCases},
}

func TestRules(t *testing.T) {
	for _, table := range ruleTables {
		t.Run(table.name, func(t *testing.T) {
			for _, c := range table.cases {
				t.Run(c.name, func(t *testing.T) { c.check(t, table.wrapping) })
			}
		})
	}
}

// Every finding of the list is reached by a case, and nothing else is found.
func TestFindings(t *testing.T) {
	reached := map[string]bool{}
	for _, table := range ruleTables {
		for _, c := range table.cases {
			for _, w := range c.want {
				reached[strings.Fields(w)[1]] = true
			}
		}
	}
	list := Findings()
	require.True(t, slices.IsSortedFunc(list, func(a, b Finding) int { return strings.Compare(a.ID, b.ID) }))
	for i, f := range list {
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, f.ID)
		require.Regexp(t, `^[A-D][0-9]+$`, strings.Replace(f.Rule, "E82", "A41", 1))
		require.NotEmpty(t, f.Text)
		require.True(t, reached[f.ID], "no case finds %s", f.ID)
		require.False(t, f.Lenient && f.Severity == Warning, f.ID)
		require.True(t, i == 0 || list[i-1].ID != f.ID, f.ID)
		delete(reached, f.ID)
	}
	require.Empty(t, reached)
}
