package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval/diff"
	"iamsim/internal/printable"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Mutant is one small change of the suites' policies.
type Mutant struct {
	// Kind is one of MutantKinds.
	Kind string `json:"kind"`
	// Policy is the name of the changed policy; File, Line and Column are where
	// the changed statement stands, or the policy of a dropped layer.
	Policy string `json:"policy"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Change says in words what is changed.
	Change string `json:"change"`
	// Witness is a request that the policies and the mutant answer otherwise,
	// as a scenario that would notice; nil where none can be offered.
	Witness *Witness `json:"witness,omitempty"`
	// Inconclusive says why it is not known whether the mutant answers any
	// request otherwise; empty where it is known.
	Inconclusive string `json:"inconclusive,omitempty"`

	// near are patterns of the actions that the change is likely about.
	near []string
	// named are the principals that the changed statement names one by one.
	named []diff.Caller
	// document is the place of the changed document.
	document model.Position
	// edit returns the changed document; nil where a layer is dropped.
	edit  func(*model.Policy) *model.Policy
	layer inventory.Layer
}

// Position returns where the change is made.
func (m *Mutant) Position() model.Position {
	return model.Position{File: m.File, Line: m.Line, Column: m.Column}
}

// The kinds of mutants.
const (
	DropStatement  = "dropStatement"
	FlipEffect     = "flipEffect"
	WidenAction    = "widenAction"
	WidenResource  = "widenResource"
	DropCondition  = "dropCondition"
	NegateOperator = "negateOperator"
	DropLayer      = "dropLayer"
)

// MutantKinds lists the kinds of mutants.
func MutantKinds() []string {
	return []string{DropStatement, FlipEffect, WidenAction, WidenResource, DropCondition, NegateOperator, DropLayer}
}

// mutants lists every mutant of the suites' policies, sorted by place. A
// document that several entities or suites read from one place is one: a
// change of the file changes them all.
func mutants(suites []*Suite) []*Mutant {
	var list []*Mutant
	documents, layers := map[model.Position]bool{}, map[string]bool{}
	for _, suite := range suites {
		own := map[model.Position]bool{}
		for _, p := range suite.documents() {
			own[p.Position] = true
			if !documents[p.Position] {
				documents[p.Position] = true
				list = append(list, documentMutants(p)...)
			}
		}
		if suite.base == nil {
			continue
		}
		for _, l := range suite.base.Layers() {
			key := l.Policy.Position.String() + "\x00" + l.Kind.String() + "\x00" + l.Holder
			if own[l.Policy.Position] && !layers[key] {
				layers[key] = true
				list = append(list, layerMutant(l))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *Mutant) int { return comparePositions(a.Position(), b.Position()) })
	return list
}

func layerMutant(l inventory.Layer) *Mutant {
	from, name := "whoever has it", l.Policy.Name
	if l.Holder != "" {
		from = l.Holder
	}
	// A policy without a name of its own is called by what it is.
	if !strings.Contains(name, " ") {
		name = l.Kind.String() + " " + name
	}
	at := l.Policy.Position
	return &Mutant{
		Kind: DropLayer, Policy: l.Policy.Name, File: at.File, Line: at.Line, Column: at.Column, document: at, layer: l,
		Change: printable.Text(fmt.Sprintf("the %s is taken off %s", name, from)),
	}
}

func documentMutants(p *model.Policy) []*Mutant {
	var list []*Mutant
	for i := range p.Statements {
		s := &p.Statements[i]
		add := func(kind, change string, edit func(*model.Statement)) {
			list = append(list, &Mutant{
				Kind: kind, Policy: p.Name, File: s.Position.File, Line: s.Position.Line, Column: s.Position.Column, document: p.Position,
				Change: printable.Text(statementName(s.Effect.String(), s.Sid, s.Index) + " of " + p.Name + ": " + change),
				edit:   statementEdit(i, edit), near: nearActions(s), named: namedCallers(s.Principals),
			})
		}
		add(DropStatement, "dropped", nil)
		// An Allow of an RCP says nothing: flipping its Deny is dropping it.
		if p.Kind != model.ResourceControlPolicy {
			add(FlipEffect, "Effect is "+flipped(s.Effect).String(), func(s *model.Statement) { s.Effect = flipped(s.Effect) })
		}
		widenings("Action", s.Actions, s.NotAction, func(change string, list []string, not bool) {
			add(WidenAction, change, func(s *model.Statement) { s.Actions, s.NotAction = list, not })
		})
		if s.HasResource {
			widenings("Resource", s.Resources, s.NotResource, func(change string, list []string, not bool) {
				add(WidenResource, change, func(s *model.Statement) { s.Resources, s.NotResource = list, not })
			})
		}
		for j, entry := range s.Condition {
			name := entry.Operator().String() + " " + entry.Key()
			add(DropCondition, "without the condition "+name, func(s *model.Statement) {
				s.Condition = slices.Delete(slices.Clone(s.Condition), j, j+1)
			})
			if other := negated(entry, p.Variables); other != nil {
				add(NegateOperator, "the condition "+name+" is "+other.Operator().String()+" "+strings.Join(other.Values(), ", "), func(s *model.Statement) {
					s.Condition = slices.Clone(s.Condition)
					s.Condition[j] = other
				})
			}
		}
	}
	return list
}

// nearActions are patterns of the actions of the services that a statement is about.
func nearActions(s *model.Statement) []string {
	services := map[string]bool{}
	for _, action := range s.Actions {
		if prefix, _, ok := strings.Cut(action, ":"); ok && !strings.ContainsAny(prefix, "*?") {
			services[prefix+":*"] = true
		}
	}
	for _, resource := range s.Resources {
		if arn, err := model.ParseARN(resource); err == nil && arn.Service != "" && !strings.ContainsAny(arn.Service, "*?") {
			services[arn.Service+":*"] = true
		}
	}
	return sortedKeys(services)
}

// namedCallers are the principals of a statement of which each is one caller.
func namedCallers(p *model.Principals) []diff.Caller {
	if p == nil || p.Not {
		return nil
	}
	var list []diff.Caller
	for _, entry := range p.Entries {
		arn, err := model.ParseARN(entry.Value)
		one := entry.Type == model.ServicePrincipal || err == nil && arn.Resource != "root"
		if one && !strings.Contains(entry.Value, "*") {
			list = append(list, diff.Caller{Principal: entry.Value})
		}
	}
	return list
}

// statementEdit returns an edit of one statement of a document; nil drops it.
func statementEdit(i int, edit func(*model.Statement)) func(*model.Policy) *model.Policy {
	return func(p *model.Policy) *model.Policy {
		changed := *p
		changed.Statements = slices.Clone(p.Statements)
		if edit != nil {
			edit(&changed.Statements[i])
			return &changed
		}
		changed.Statements = slices.Delete(changed.Statements, i, i+1)
		// The number of a statement is its place.
		for j := i; j < len(changed.Statements); j++ {
			changed.Statements[j].Index = j
		}
		return &changed
	}
}

func flipped(e model.Effect) model.Effect {
	if e == model.Allow {
		return model.Deny
	}
	return model.Allow
}

// widenings offers wider lists of an element: "*" in place of all that it
// names, and where it names what is left out, one name less each time.
func widenings(element string, list []string, not bool, offer func(change string, list []string, not bool)) {
	switch {
	case !not && slices.Contains(list, "*"):
	case !not || len(list) == 1:
		if not {
			element = "Not" + element + " is gone, " + element
		}
		offer(element+` is "*"`, []string{"*"}, false)
	default:
		for i, text := range list {
			offer("Not"+element+" does not name "+text, slices.Delete(slices.Clone(list), i, i+1), true)
		}
	}
}

// opposites pair the operators of which each says what the other does not.
var opposites = func() map[conditions.Base]conditions.Base {
	pairs := [][2]conditions.Base{
		{conditions.StringEquals, conditions.StringNotEquals},
		{conditions.StringEqualsIgnoreCase, conditions.StringNotEqualsIgnoreCase},
		{conditions.StringLike, conditions.StringNotLike},
		{conditions.NumericEquals, conditions.NumericNotEquals},
		{conditions.NumericLessThan, conditions.NumericGreaterThanEquals},
		{conditions.NumericLessThanEquals, conditions.NumericGreaterThan},
		{conditions.DateEquals, conditions.DateNotEquals},
		{conditions.DateLessThan, conditions.DateGreaterThanEquals},
		{conditions.DateLessThanEquals, conditions.DateGreaterThan},
		{conditions.IPAddress, conditions.NotIPAddress},
		{conditions.ARNEquals, conditions.ARNNotEquals},
		{conditions.ARNLike, conditions.ARNNotLike},
	}
	both := map[conditions.Base]conditions.Base{}
	for _, pair := range pairs {
		both[pair[0]], both[pair[1]] = pair[1], pair[0]
	}
	return both
}()

// negated returns the entry with the opposite operator; for Bool and Null,
// which have none, with the opposite value. nil where there is no opposite.
func negated(entry *conditions.Entry, variables bool) *conditions.Entry {
	op, values := entry.Operator(), entry.Values()
	if other, ok := opposites[op.Base]; ok {
		op.Base = other
	} else {
		if len(values) != 1 {
			return nil
		}
		switch strings.ToLower(values[0]) {
		case "true":
			values[0] = "false"
		case "false":
			values[0] = "true"
		default:
			return nil
		}
	}
	other, err := conditions.NewEntry(op, entry.Key(), values, variables)
	if err != nil {
		return nil
	}
	return other
}

// apply returns the suite with the mutant's change; nil where its policies do
// not hold what is changed. The policies of the suite itself stay as they are.
func (m *Mutant) apply(suite *Suite) *Suite {
	if suite.base == nil {
		return nil
	}
	changed := *suite
	if m.edit == nil {
		for _, l := range suite.base.Layers() {
			if l.Policy.Position == m.document && l.Kind == m.layer.Kind && l.Holder == m.layer.Holder {
				changed.base = suite.base.WithoutLayer(l)
				return &changed
			}
		}
		return nil
	}
	replaced := map[*model.Policy]*model.Policy{}
	for _, p := range suite.base.Documents() {
		if p.Position == m.document {
			replaced[p] = m.edit(p)
		}
	}
	if len(replaced) == 0 {
		return nil
	}
	changed.base = suite.base.WithDocuments(replaced)
	return &changed
}
