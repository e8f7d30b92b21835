package chain

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// slots finds the keys whose values the call or the caller's session may
// choose and that a statement looks at, with the values that the statements
// can tell apart; sorted by key.
func (s *solver) slots() []slot {
	keys := s.keys()
	if len(keys) == 0 && !(s.caller.session && s.namesSessions()) {
		return nil
	}
	env := s.env()
	if env == nil {
		return nil
	}
	return s.slotsIn(env, keys)
}

// slotsIn finds the slots of keys in the context of the bare request.
func (s *solver) slotsIn(env *conditions.Env, keys []string) []slot {
	var found []slot
	if names := s.sessionNames(env); len(names) > 0 {
		found = append(found, slot{key: keyCallerSession, session: true, values: names})
	}
	for _, key := range keys {
		open, session := s.open(key, env.Context)
		if !open {
			continue
		}
		one := slot{key: key, session: session, values: s.values(key, env)}
		if len(one.values) > 0 {
			found = append(found, one)
		}
	}
	slices.SortStableFunc(found, func(a, b slot) int {
		return strings.Compare(conditions.FoldKey(a.key), conditions.FoldKey(b.key))
	})
	s.share(found)
	return found
}

// share gives keys that a condition compares with one another each other's values.
func (s *solver) share(slots []slot) {
	at := func(key string) int {
		return slices.IndexFunc(slots, func(one slot) bool { return strings.EqualFold(one.key, key) })
	}
	for grown := true; grown; {
		grown = false
		for _, st := range s.statements {
			for _, entry := range st.Condition {
				for _, variable := range entry.Variables() {
					if a, b := at(entry.Key()), at(variable); a >= 0 && b >= 0 && a != b {
						grown = slots[a].take(slots[b].values) || grown
						grown = slots[b].take(slots[a].values) || grown
					}
				}
			}
		}
	}
}

// take adds the single values that a slot lacks and that its key can have.
func (one *slot) take(values []conditions.Value) (grown bool) {
	of := pool{values: one.values}
	for _, v := range values {
		if valid(one.key, v) {
			grown = of.add(v) || grown
		}
	}
	one.values = of.values
	return grown
}

// keys lists the keys that the statements look at, each once, as first spelled.
func (s *solver) keys() []string {
	var keys []string
	seen := map[string]bool{}
	look := func(key string) {
		if folded := conditions.FoldKey(key); !seen[folded] {
			seen[folded] = true
			keys = append(keys, key)
		}
	}
	for _, st := range s.statements {
		for _, entry := range st.Condition {
			look(entry.Key())
			for _, key := range entry.Variables() {
				look(key)
			}
		}
		for _, key := range resourceVariables(st) {
			look(key)
		}
	}
	return keys
}

// env is what the bare call is decided in; nil where it is no request.
func (s *solver) env() *conditions.Env {
	w := s.walk(nil)
	h := s.hop(nil, nil)
	call, err := w.call(&h)
	if err != nil {
		return nil
	}
	q, err := s.engine.Prepare(call)
	if err != nil {
		return nil
	}
	return &conditions.Env{Context: q.Context(), Options: s.engine.Options().Options, ThreeValued: true}
}

// open tells whether the values of a key may be chosen, and whether by the
// call before, which made the caller's session.
func (s *solver) open(key string, derived *conditions.Context) (open, session bool) {
	c := &s.caller
	folded := conditions.FoldKey(key)
	switch folded {
	case conditions.FoldKey(keyExternalID):
		return s.base.ExternalID == "" && s.action == AssumeRole, false
	case conditions.FoldKey(keySessionName):
		return s.base.SessionName == "", false
	case conditions.FoldKey(keySourceIdentity):
		return s.base.SourceIdentity == "" && c.sourceIdentity == "", false
	case conditions.FoldKey(keyDuration):
		return s.base.Duration == 0, false
	case "aws:tagkeys", conditions.FoldKey(keyTransitive):
		return true, false
	case "aws:sourceidentity":
		if c.role {
			return c.session && c.sourceIdentity == "", true
		}
	case keyProvider:
		if c.role {
			return c.session, true
		}
	case keyUserID:
		_, state := derived.Lookup(key)
		return (c.user || c.role) && state == conditions.NotSupplied, false
	case conditions.FoldKey(keyFactor), conditions.FoldKey(keyFactorAge):
		if !c.user || s.given.MFA != nil {
			return false, false
		}
	}
	if tag, ok := strings.CutPrefix(folded, conditions.FoldKey(requestTag)); ok {
		return !hasTag(s.base.Tags, tag) && !hasTag(c.inherited, tag), false
	}
	if c.role && strings.HasPrefix(folded, principalTag) {
		return c.session, true
	}
	if c.outside && strings.HasPrefix(folded, "aws:principalorg") {
		return false, false
	}
	if s.carrier().never(folded) != "" {
		return false, false
	}
	_, state := derived.Lookup(key)
	return state == conditions.NotSupplied, false
}

func hasTag(tags map[string]string, folded string) bool {
	for key := range tags {
		if conditions.FoldKey(key) == folded {
			return true
		}
	}
	return false
}

// values lists the values of a key that the statements can tell apart, those
// of the policies before others.
func (s *solver) values(key string, env *conditions.Env) []conditions.Value {
	if s.given.ExternalID != "" && strings.EqualFold(key, keyExternalID) {
		return []conditions.Value{text(s.given.ExternalID)}
	}
	open := *env
	open.Context = env.Context.Clone()
	open.Context.Unset(key)
	var out []conditions.Value
	seen := map[string]bool{}
	var empty []conditions.Value
	consider := func(v conditions.Value) {
		v, possible := s.shaped(key, v)
		if !possible || !valid(key, v) {
			return
		}
		if texts := v.Texts(); len(texts) == 1 && texts[0] == "" {
			empty = append(empty, v)
			return
		}
		signature := s.signature(key, v, &open)
		if !seen[signature] {
			seen[signature] = true
			out = append(out, v)
		}
	}
	if strings.EqualFold(key, keyEndpoint) {
		for e := range s.engine.Snapshot().Endpoints() {
			consider(text(e.ID))
		}
	}
	if strings.EqualFold(key, keyProvider) {
		for p := range s.engine.Snapshot().Providers() {
			consider(text(p.ARN))
		}
		for _, name := range wellKnownProviders {
			consider(text(name))
		}
	}
	for _, st := range s.statements {
		for _, entry := range st.Condition {
			if mentions(entry, key) {
				for _, v := range entry.Representatives(key, &open) {
					consider(v)
				}
			}
		}
		for _, v := range resourceValues(st, key, s.role) {
			consider(v)
		}
	}
	consider(text(s.otherValue(key)))
	for _, v := range empty {
		if signature := s.signature(key, v, &open); !seen[signature] {
			seen[signature] = true
			out = append(out, v)
		}
	}
	return out
}

// otherValue is a value that no policy mentions.
func (s *solver) otherValue(key string) string {
	switch {
	case !strings.EqualFold(key, keyUserID):
		return "xx"
	case s.caller.role:
		return "AROAEXAMPLE0000000000"
	}
	return "AIDAEXAMPLE0000000000"
}

// shaped makes a value of the key one that this caller can have.
func (s *solver) shaped(key string, v conditions.Value) (conditions.Value, bool) {
	folded := conditions.FoldKey(key)
	if strings.EqualFold(key, keyEndpoint) && len(v.Texts()) == 1 {
		e, declared := s.engine.Snapshot().Endpoint(v.Texts()[0])
		return v, !declared || e.Service == "" || strings.EqualFold(e.Service, "sts")
	}
	if len(v.Texts()) != 1 {
		return v, folded != keyUserID && folded != keyProvider
	}
	switch folded {
	case keyUserID:
		return s.userID(v.Texts()[0])
	case keyProvider:
		_, declared := s.engine.Snapshot().Provider(v.Texts()[0])
		return v, declared || slices.Contains(wellKnownProviders, v.Texts()[0])
	}
	return v, true
}

// userID is a text as the unique id of a caller of whom none was read.
func (s *solver) userID(value string) (conditions.Value, bool) {
	id, _, _ := strings.Cut(value, ":")
	full := id
	if s.caller.role {
		full += ":" + sessionNameOf(s.caller.request.Principal)
	} else if value != id {
		return conditions.Value{}, false
	}
	w := s.walk(nil)
	return text(full), w.mayHave([]string{full}) && s.caller.role == roleIDText.MatchString(id)
}

// maxCandidates bounds the values of a variable that are tried for one resource pattern.
const maxCandidates = 8

// resourceValues are the values of a variable with which a resource of the
// statement may be the one that the request is about.
func resourceValues(st *model.Statement, key, resource string) []conditions.Value {
	var out []conditions.Value
	for _, pattern := range st.Resources {
		if !strings.Contains(pattern, "${") {
			continue
		}
		template, err := wildcard.ParseTemplate(pattern, wildcard.Syntax{Variables: true, Wildcards: true, Resource: true, VariablesInFields: true})
		if err != nil {
			continue
		}
		for _, value := range template.Candidates(resource, key, maxCandidates) {
			out = append(out, text(value))
		}
	}
	return out
}

func mentions(entry *conditions.Entry, key string) bool {
	return strings.EqualFold(entry.Key(), key) ||
		slices.ContainsFunc(entry.Variables(), func(other string) bool { return strings.EqualFold(other, key) })
}

// signature spells how every comparison with the key comes out. Where one
// depends on another key, the value itself is part of it.
func (s *solver) signature(key string, v conditions.Value, env *conditions.Env) string {
	with := *env
	with.Context = env.Context.Clone()
	with.Context.SetValue(key, v)
	var b strings.Builder
	coupled := len(v.Texts()) > 1
	for _, st := range s.statements {
		for _, entry := range st.Condition {
			if mentions(entry, key) {
				truth := entry.Eval(&with)
				coupled = coupled || truth == conditions.Unknown || !strings.EqualFold(entry.Key(), key)
				b.WriteByte('0' + byte(truth))
			}
		}
		coupled = coupled || slices.ContainsFunc(resourceVariables(st), func(other string) bool { return strings.EqualFold(other, key) })
	}
	if coupled || strings.EqualFold(key, keyEndpoint) || strings.EqualFold(key, keyUserID) || strings.EqualFold(key, "aws:TagKeys") || strings.EqualFold(key, keyTransitive) {
		b.WriteString(v.String())
	}
	return b.String()
}

func text(value string) conditions.Value {
	c := conditions.NewContext()
	c.Set("k", value)
	v, _ := c.Lookup("k")
	return v
}
