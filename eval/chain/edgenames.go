package chain

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// anyName stands for a session name that no policy mentions.
const anyName = "xx"

// namesSessions reports whether a statement names a session as its principal.
func (s *solver) namesSessions() bool {
	return slices.ContainsFunc(s.statements, func(st *model.Statement) bool {
		return st.Principals != nil && slices.ContainsFunc(st.Principals.Entries, func(p model.Principal) bool {
			return strings.Contains(p.Value, ":assumed-role/")
		})
	})
}

// sessionNames lists names of the caller's session that statements can tell
// apart: as a principal, or as what follows the colon in aws:userid. None
// where the name is not to be chosen.
func (s *solver) sessionNames(env *conditions.Env) []conditions.Value {
	c := &s.caller
	if !c.role || !c.session || strings.Contains(c.request.Principal, ":assumed-role/") {
		return nil
	}
	var names []string
	consider := func(name string) {
		if sessionNameText.MatchString(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range s.principalNames() {
		consider(name)
	}
	for _, id := range s.userIDs(env) {
		_, name, _ := strings.Cut(id, ":")
		consider(name)
	}
	if len(names) == 0 {
		return nil
	}
	consider(anyName)
	out := make([]conditions.Value, len(names))
	for i, name := range names {
		out[i] = text(name)
	}
	return out
}

// principalNames are the names of the caller's sessions that statements have as principals.
func (s *solver) principalNames() []string {
	session := sessionARN(s.caller.request.Principal, "")
	var out []string
	for _, st := range s.statements {
		if st.Principals == nil {
			continue
		}
		for _, p := range st.Principals.Entries {
			if name, ok := strings.CutPrefix(p.Value, session); ok {
				out = append(out, name)
			}
		}
	}
	return out
}

// userIDs are the values of aws:userid that statements can tell apart.
func (s *solver) userIDs(env *conditions.Env) []string {
	own, state := env.Context.Lookup(keyUserID)
	id, found := "", true
	if state == conditions.Present && len(own.Texts()) == 1 {
		id, _, found = strings.Cut(own.Texts()[0], ":")
	}
	if !found {
		return nil
	}
	open := *env
	open.Context = env.Context.Clone()
	open.Context.Unset(keyUserID)
	var out []string
	for _, st := range s.statements {
		for _, entry := range st.Condition {
			if !mentions(entry, keyUserID) {
				continue
			}
			for _, v := range entry.Representatives(keyUserID, &open) {
				out = append(out, v.Texts()...)
			}
			out = append(out, id+":"+anyName)
		}
		for _, v := range resourceValues(st, keyUserID, s.role) {
			out = append(out, v.Texts()...)
		}
	}
	return out
}
