package diff

import (
	"slices"
	"strconv"
	"strings"

	"iamsim/model"
)

// contents gives equal numbers to what says the same: statements whose
// elements are equal but for the order of their lists, their Sid and their
// place, and documents of equal statements.
type contents struct {
	statements map[*model.Statement]int32
	documents  map[*model.Policy]int32
	byText     map[string]int32
}

func newContents() *contents {
	return &contents{statements: map[*model.Statement]int32{}, documents: map[*model.Policy]int32{}, byText: map[string]int32{}}
}

func (c *contents) number(text string) int32 {
	n, ok := c.byText[text]
	if !ok {
		n = int32(len(c.byText) + 1)
		c.byText[text] = n
	}
	return n
}

// statement numbers a statement; variables tells whether its document substitutes them.
func (c *contents) statement(s *model.Statement, of *model.Policy) int32 {
	if n, ok := c.statements[s]; ok {
		return n
	}
	n := c.number(statementText(s, of))
	c.statements[s] = n
	return n
}

// document numbers a policy; nil is 0.
func (c *contents) document(p *model.Policy) int32 {
	if p == nil {
		return 0
	}
	if n, ok := c.documents[p]; ok {
		return n
	}
	numbers := make([]int, len(p.Statements))
	for i := range p.Statements {
		numbers[i] = int(c.statement(&p.Statements[i], p))
	}
	slices.Sort(numbers)
	var b strings.Builder
	b.WriteString("document")
	for _, n := range slices.Compact(numbers) {
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(n))
	}
	n := c.number(b.String())
	c.documents[p] = n
	return n
}

func statementText(s *model.Statement, of *model.Policy) string {
	var b strings.Builder
	list := func(name string, not bool, texts []string) {
		b.WriteString("\x00" + name)
		if not {
			b.WriteString(" not")
		}
		sorted := slices.Clone(texts)
		slices.Sort(sorted)
		for _, text := range slices.Compact(sorted) {
			b.WriteString("\x01" + text)
		}
	}
	b.WriteString(s.Effect.String())
	b.WriteString(" " + of.Kind.String())
	b.WriteString(" " + strconv.FormatBool(of.Variables))
	actions := make([]string, len(s.Actions))
	for i, text := range s.Actions {
		actions[i] = strings.ToLower(text)
	}
	list("action", s.NotAction, actions)
	if s.HasResource {
		list("resource", s.NotResource, s.Resources)
	}
	if s.Principals != nil {
		var names []string
		for _, p := range s.Principals.Entries {
			names = append(names, p.Type.String()+" "+p.Value)
		}
		list("principal", s.Principals.Not, names)
	}
	var entries []string
	for _, e := range s.Condition {
		values := e.Values()
		slices.Sort(values)
		entries = append(entries, e.Operator().String()+"\x02"+strings.ToLower(e.Key())+"\x02"+strings.Join(slices.Compact(values), "\x02"))
	}
	list("condition", false, entries)
	return b.String()
}
