package lint

import (
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/model/catalog"
)

// cover returns the known actions that a pattern covers.
func (l *Linter) cover(pattern string) []catalog.Action {
	// The largest pattern covers some ten thousand actions: this bounds what
	// hostile documents make the program keep.
	const most = 1000
	if list, ok := l.covered[pattern]; ok {
		return list
	}
	if len(l.covered) == most {
		clear(l.covered)
	}
	list := l.options.Catalog.Expand(pattern)
	l.covered[pattern] = list
	return list
}

// checkActions reports actions that do not exist.
func (s *statement) checkActions() {
	for _, n := range texts(either(s.node, "Action", s.NotAction)) {
		a := action{node: n}
		switch prefix, _, ok := strings.Cut(n.Text, ":"); {
		case allStars(n.Text):
			s.everything = true
		case !ok:
			// Read in a lenient way, or plain text; package model has told.
			s.uncertain = true
		default:
			if a.covers = s.cover(n.Text); len(a.covers) == 0 {
				s.uncertain = true
				s.dead++
				s.unknownAction(n, prefix)
			}
		}
		s.actions = append(s.actions, a)
	}
	s.everything = s.everything || s.NotAction
}

func (s *statement) unknownAction(n *source.Node, prefix string) {
	text, c := n.Text, s.options.Catalog
	if strings.ContainsAny(text, " ,\t\r\n") || strings.HasSuffix(text, ":") || strings.Contains(text, "${") {
		return // model has told that it matches nothing
	}
	starred := strings.ContainsAny(text, "*?")
	if _, known := c.Service(prefix); !known && !strings.ContainsAny(prefix, "*?") {
		d := s.report(unknownService, n.Position(), "action %s: there is no service with the prefix %s", quote(text), quote(prefix))
		near, ok := c.SuggestService(prefix)
		if meant, whole := c.SuggestAction(text); whole && !starred {
			near, ok = meant, true
		}
		d.Hint = didYouMean(near, ok)
		return
	}
	hint := s.actionHint(strings.NewReplacer("*", "", "?", "").Replace(text))
	if starred {
		s.report(actionNone, n.Position(), "action %s matches no action; it %s", quote(text), s.ofNoUse()).Hint = hint
		return
	}
	s.report(unknownAction, n.Position(), "there is no action %s; it %s", quote(text), s.ofNoUse()).Hint = hint
}

// actionHint names what an unknown action was probably meant to be: one like it,
// else those of its service that have all words of its name, such as
// bedrock:CreateModelImportJob for bedrock:ImportModel.
func (s *statement) actionHint(text string) string {
	near, ok := s.options.Catalog.SuggestAction(text)
	prefix, name, _ := strings.Cut(text, ":")
	service, known := s.options.Catalog.Service(prefix)
	if !known || ok && strings.HasPrefix(near, service.Prefix()+":") {
		return didYouMean(near, ok)
	}
	var akin []string
	words := words(name)
	for one := range service.Actions() {
		lower := strings.ToLower(one.Name())
		if len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(lower, w) }) {
			akin = append(akin, one.Name())
		}
	}
	if len(akin) == 0 {
		return didYouMean(near, ok)
	}
	return "the service has " + some(akin)
}

// words splits a name where its capital letters stand, into lower case.
func words(name string) []string {
	var list []string
	start := 0
	for i := 1; i <= len(name); i++ {
		if i == len(name) || 'A' <= name[i] && name[i] <= 'Z' {
			list = append(list, strings.ToLower(name[start:i]))
			start = i
		}
	}
	return list
}

// ofNoUse says what an action does that can never be asked for.
func (s *statement) ofNoUse() string {
	if s.NotAction {
		return "excludes nothing"
	}
	return s.never()
}

// pairLimit bounds the pairs of actions and resources that are compared for
// one statement; of longer ones the rest is taken to meet.
const pairLimit = 100_000

// checkResources reports actions and resources of a statement that never meet.
func (s *statement) checkResources() {
	if !s.HasResource || s.NotResource || s.everything || len(s.resources) == 0 ||
		slices.ContainsFunc(s.Resources, allStars) {
		return
	}
	pairs := 0
	meets := func(a catalog.Action, n *source.Node) bool {
		pairs++
		return pairs > pairLimit || a.CanMeet(n.Text) || a.MayTake(n.Text)
	}
	for _, a := range s.actions {
		met := len(a.covers) == 0 || slices.ContainsFunc(a.covers, func(one catalog.Action) bool {
			return slices.ContainsFunc(s.resources, func(n *source.Node) bool { return meets(one, n) })
		})
		if !met {
			s.dead++
			s.mismatch(a)
		}
	}
	if s.uncertain || s.dead == len(s.actions) {
		return
	}
	for _, n := range s.resources {
		met := slices.ContainsFunc(s.actions, func(a action) bool {
			return slices.ContainsFunc(a.covers, func(one catalog.Action) bool { return meets(one, n) })
		})
		if !met {
			s.report(resourceNone, n.Position(), "no action of the statement can be on %s", quote(n.Text)).Hint = s.wanted(s.actions)
		}
	}
}

// mismatch reports an action that none of the resources is for.
func (s *statement) mismatch(a action) {
	text := a.node.Text
	if !slices.ContainsFunc(a.covers, catalog.Action.TakesResource) {
		s.report(actionStar, a.node.Position(), "%s is about no resource, only \"*\" matches its requests; here it %s", text, s.never())
		return
	}
	s.report(actionResource, a.node.Position(), "%s can be on none of the statement's resources; here it %s", text, s.never()).
		Hint = s.wanted([]action{a})
}

// wanted is the hint that names the formats of the resources of actions.
func (s *statement) wanted(actions []action) string {
	var formats []string
	for _, a := range actions {
		for _, one := range a.covers {
			for _, use := range one.Resources() {
				if f := use.Type.ARNFormat(); !slices.Contains(formats, f) {
					formats = append(formats, f)
				}
			}
		}
	}
	const most = 3
	if len(formats) == 0 || len(formats) > most {
		return ""
	}
	return "resources look like " + strings.Join(formats, ", ")
}
