package catalog

import (
	"strings"

	"iamsim/internal/wildcard"
)

// Expand returns the known actions that an action pattern covers (rules B1 to
// B4), in the order of Actions. It is empty for a pattern that is not UTF-8.
func (c *Catalog) Expand(pattern string) []Action {
	var all []Action
	c.scan(pattern, func(a Action) bool {
		all = append(all, a)
		return true
	})
	return all
}

// Matches reports whether the pattern covers a known action.
func (c *Catalog) Matches(pattern string) bool {
	found := false
	c.scan(pattern, func(Action) bool {
		found = true
		return false
	})
	return found
}

// scan calls visit with each action that the pattern covers until it returns
// false.
func (c *Catalog) scan(pattern string, visit func(Action) bool) {
	if !strings.ContainsAny(pattern, "*?") {
		if a, ok := c.Action(pattern); ok {
			visit(a)
		}
		return
	}
	prefix, operation, ok := strings.Cut(pattern, ":")
	if ok && !strings.ContainsAny(prefix, "*?") {
		if s, ok := c.Service(prefix); ok {
			s.scan(operation, visit)
		}
		return
	}
	p, err := wildcard.CompileFold(pattern)
	if err != nil {
		return
	}
	for id := range c.actions {
		if p.Match(c.foldedName(uint32(id))) && !visit(Action{c, uint32(id)}) {
			return
		}
	}
}

// scan is the scan of one service, for a pattern of the names without prefix.
func (s Service) scan(pattern string, visit func(Action) bool) {
	p, err := wildcard.CompileFold(pattern)
	if err != nil {
		return
	}
	row := s.row()
	skip := len(row.prefix) + len(":")
	prefix := p.Prefix()
	id, _ := s.c.searchActions(s, prefix)
	for ; id < row.endOfActions; id++ {
		name := s.c.foldedName(id)[skip:]
		if !strings.HasPrefix(name, prefix) {
			return
		}
		if p.Match(name) && !visit(Action{s.c, id}) {
			return
		}
	}
}
