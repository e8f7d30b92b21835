package lint

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/catalog"
)

// statement is one statement with the nodes that its parts were read from.
type statement struct {
	*check
	*model.Statement
	node      *source.Node
	actions   []action
	resources []*source.Node
	entries   []entry
	// everything is set where Action covers all actions.
	everything bool
	// uncertain is set where an action is not in the catalogue: what it comes
	// with is not known.
	uncertain bool
	// dead is the number of actions that were found to be of no use.
	dead int
}

// action is one entry of Action or NotAction.
type action struct {
	node *source.Node
	// covers are the known actions that it stands for; none for "*".
	covers []catalog.Action
}

// entry is one test of a condition.
type entry struct {
	*conditions.Entry
	at     model.Position
	values []*source.Node
}

func (c *check) statement(of *model.Statement, n *source.Node) {
	s := &statement{check: c, Statement: of, node: n}
	s.resources = texts(either(n, "Resource", of.NotResource))
	s.readConditions()
	if c.options.Catalog != nil {
		s.checkActions()
		s.checkResources()
		s.checkKeys()
		s.checkVariables()
	}
	s.checkContradictions()
	s.checkServices()
	s.checkTrust()
	s.checkOwn()
	s.checkInert()
}

func either(n *source.Node, element string, not bool) *source.Node {
	if not {
		element = "Not" + element
	}
	return n.Get(element)
}

// readConditions finds the places of the entries of the condition, which stand
// in the order of the document.
func (s *statement) readConditions() {
	condition := s.node.Get("Condition")
	if condition == nil {
		return
	}
	next := 0
	for i := range condition.Fields {
		block := condition.Fields[i].Value
		for j := range block.Fields {
			key := &block.Fields[j]
			if next == len(s.Condition) || s.Condition[next].Key() != key.Name {
				return
			}
			s.entries = append(s.entries, entry{s.Condition[next], block.FieldPosition(key), texts(key.Value)})
			next++
		}
	}
}

// never says what it means that a statement, or a part of it, never applies.
func (s *statement) never() string {
	if s.Effect == model.Deny {
		return "denies nothing"
	}
	return "grants nothing"
}

// checkInert reports a statement that can never apply. What a single finding
// says of its only action, or its only condition, is not said again.
func (s *statement) checkInert() {
	why := ""
	switch {
	case !s.NotAction && len(s.Actions) == 0:
		why = "its list of actions is empty"
	case s.NotAction && slices.ContainsFunc(s.Actions, allStars):
		why = "its NotAction excludes every action"
	case s.HasResource && !s.NotResource && len(s.Resources) == 0:
		why = "its list of resources is empty"
	case s.NotResource && slices.ContainsFunc(s.Resources, allStars):
		why = "its NotResource excludes every resource"
	case s.Principals != nil && !s.Principals.Not && len(s.Principals.Entries) == 0:
		why = "it names no principal"
	case s.Principals != nil && s.Principals.Not && slices.Contains(s.Principals.Entries, model.Principal{Type: model.AWSPrincipal, Value: "*"}):
		why = "its NotPrincipal excludes everybody"
	case !s.NotAction && len(s.actions) > 1 && s.dead == len(s.actions):
		why = "none of its actions exists, or can be on one of its resources"
	default:
		return
	}
	s.report(inert, s.node.Position(), "the statement %s: %s", s.never(), why)
}

func allStars(text string) bool { return text != "" && strings.Trim(text, "*") == "" }
