package lint

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/internal/wildcard"
	"iamsim/model"
	"iamsim/model/catalog"
)

// checkKeys compares the keys of the condition with the catalogue.
func (s *statement) checkKeys() {
	for _, e := range s.entries {
		key, known := s.options.Catalog.Key(e.Key())
		if !known {
			s.unknownKey(e)
			continue
		}
		s.checkOperator(e, key)
		s.checkPresence(e)
	}
}

// unknownKey reports a key that model has not reported (rule A26).
func (s *statement) unknownKey(e entry) {
	name := e.Key()
	prefix, _, ok := strings.Cut(name, ":")
	if !ok || strings.Contains(name, "${") || strings.Contains(prefix, ".") {
		return
	}
	if strings.EqualFold(prefix, "aws") && nearGlobal(name) {
		return
	}
	d := s.report(unknownKey, e.at, "there is no condition key %s", quote(name))
	d.Hint = didYouMean(s.options.Catalog.SuggestKey(name))
}

// nearGlobal reports whether model takes the name for a misspelled global key.
func nearGlobal(name string) bool {
	var names []string
	for _, key := range conditions.KnownKeys() {
		if strings.HasPrefix(key.Name, "aws:") {
			names = append(names, key.Name)
		}
	}
	_, ok := model.Suggest(name, names)
	return ok
}

// checkOperator looks at the operator of a key that model does not know
// (rules C17, C51).
func (s *statement) checkOperator(e entry, key catalog.Key) {
	op := e.Operator()
	if _, known := conditions.LookupKey(e.Key()); known || op.Base == conditions.Null {
		return
	}
	switch {
	case key.Multivalued() && op.Set == conditions.None:
		s.report(bareOperator, e.at, "%s has several values; %s alone is false once there are two: put ForAllValues: or ForAnyValue: before it", e.Key(), op)
	case !key.Multivalued() && op.Set != conditions.None:
		s.report(setOperator, e.at, "%s has one value; %s is made for keys with several", e.Key(), op)
	}
	if !fits(op.Base.Family(), key) {
		s.report(keyType, e.at, "%s is of type %v, which %s does not compare; texts are compared as they are", e.Key(), key.Type(), op)
	}
}

// fits reports whether an operator family is made for a key's type.
func fits(family conditions.Family, key catalog.Key) bool {
	open := strings.Contains(key.Name(), "${") || strings.Contains(key.Name(), "<")
	switch family {
	case conditions.StringFamily:
		return key.Type() == conditions.String || key.Type() == conditions.ARN || key.Type() == conditions.Bool
	case conditions.BoolFamily:
		return key.Type() == conditions.Bool || open
	case conditions.NumericFamily:
		return key.Type() == conditions.Numeric || open
	case conditions.DateFamily:
		return key.Type() == conditions.Date || open
	case conditions.IPFamily:
		return key.Type() == conditions.IP
	case conditions.ARNFamily:
		return key.Type() == conditions.ARN || open
	case conditions.BinaryFamily:
		return key.Type() == conditions.Binary
	}
	return true
}

// companions go along with the call that assumes a role and see its keys.
var companions = []string{"sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"}

// checkPresence reports a key that requests of the statement's actions never
// carry, so that its test is decided before any request is made.
func (s *statement) checkPresence(e entry) {
	if s.everything || len(s.actions) == 0 {
		return
	}
	var never []string
	for _, a := range s.actions {
		admits := func(one catalog.Action) bool {
			return one.AdmitsKey(e.Key()) || one.MayCarry(e.Key()) ||
				s.policy.Kind == model.TrustPolicy && slices.Contains(companions, one.Name())
		}
		if len(a.covers) > 0 && !slices.ContainsFunc(a.covers, admits) {
			never = append(never, a.node.Text)
		}
	}
	demands := e.Eval(&conditions.Env{}) == conditions.False
	switch {
	case len(never) == 0:
	case len(never) == len(s.actions) && demands:
		s.report(keyAbsent, e.at, "no request of the statement's actions carries %s: the condition never holds, and the statement %s", e.Key(), s.never())
	case len(never) == len(s.actions):
		s.report(keyAbsent, e.at, "no request of the statement's actions carries %s: this test always holds", e.Key())
	case demands:
		s.report(keyPartly, e.at, "requests of %s never carry %s: for them the statement %s", some(never), e.Key(), s.never())
	}
}

// checkVariables reports variables of keys that nothing is known of: they are
// never substituted, and what holds them matches nothing (rule D7).
func (s *statement) checkVariables() {
	if !s.policy.Variables {
		return
	}
	for _, n := range s.resources {
		t, err := wildcard.ParseTemplate(n.Text, wildcard.Syntax{Variables: true, Wildcards: true, Resource: true})
		if err != nil {
			continue
		}
		for _, v := range t.Variables() {
			s.variable(n, v.Key)
		}
	}
	for _, e := range s.entries {
		for _, name := range e.Variables() {
			holds := func(n *source.Node) bool { return strings.Contains(n.Text, "${"+name) }
			if i := slices.IndexFunc(e.values, holds); i >= 0 {
				s.variable(e.values[i], name)
			}
		}
	}
}

func (s *statement) variable(n *source.Node, name string) {
	namespace, _, _ := strings.Cut(name, ":")
	if _, known := s.options.Catalog.Key(name); known || strings.Contains(namespace, ".") {
		return
	}
	d := s.report(unknownVariable, n.Position(), "in %s the variable ${%s} is of no known key; without a value it matches nothing", quote(n.Text), name)
	d.Hint = didYouMean(s.options.Catalog.SuggestKey(name))
}
