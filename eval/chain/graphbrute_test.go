package chain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
)

// state is a caller as brute force sees it: a user, or a session of a role
// with its name, its tag and its source identity.
type state struct{ arn, name, tag, identity string }

// brute answers by trying every value of every key that a world mentions.
type brute struct {
	t      testing.TB
	w      *randomWorld
	engine *eval.Engine
	calls  []map[string]string
	memo   map[asked]answered
	able   map[state]bool
	// made are the sessions that some call returns; nil before they are asked for.
	made map[state]bool
}

func newBrute(t testing.TB, w *randomWorld, e *eval.Engine) *brute {
	b := &brute{t: t, w: w, engine: e, calls: []map[string]string{{}}, memo: map[asked]answered{}, able: map[state]bool{}}
	for _, k := range w.keys {
		if k.name == "aws:PrincipalTag/team" || k.name == "aws:SourceIdentity" {
			continue
		}
		b.vary(k.name, k.value)
	}
	// What the sessions of the hops after must have, and what no policy mentions.
	if (w.mentions("aws:PrincipalTag/team") || w.template) && !w.mentions("aws:RequestTag/team") {
		b.vary("aws:RequestTag/team", "data")
	}
	if w.mentions("aws:SourceIdentity") && !w.mentions("sts:SourceIdentity") {
		b.vary("sts:SourceIdentity", "alice")
	}
	if w.sessions && !w.mentions("sts:RoleSessionName") {
		b.vary("sts:RoleSessionName", "deploy")
	}
	return b
}

func (w *randomWorld) mentions(key string) bool {
	return slices.ContainsFunc(w.keys, func(k openKey) bool { return k.name == key })
}

// other is a value that no policy mentions.
func other(key string) string {
	switch key {
	case "aws:SourceIp":
		return "192.0.2.99"
	case "aws:MultiFactorAuthPresent":
		return "false"
	}
	return "R1"
}

// tags are the values of the tag that can matter, and one more.
func (w *randomWorld) tags() []string {
	out := []string{"data", "zz"}
	if w.template {
		for _, role := range w.roles {
			_, name, _ := strings.Cut(role, ":role/")
			out = append(out, name)
		}
	}
	return out
}

func (b *brute) vary(key, value string) {
	values := []string{value}
	session := map[string]string{"aws:RequestTag/team": "aws:PrincipalTag/team", "sts:SourceIdentity": "aws:SourceIdentity"}[key]
	if b.w.foreign[key] || b.w.foreign[session] || key == "aws:RequestTag/team" {
		values = append(values, other(key))
	}
	if key == "aws:RequestTag/team" {
		values = b.w.tags()
	}
	for _, call := range slices.Clone(b.calls) {
		for _, v := range values {
			with := map[string]string{key: v}
			for k, old := range call {
				with[k] = old
			}
			b.calls = append(b.calls, with)
		}
	}
}

// starts are the states in which a principal may begin.
func (b *brute) starts(arn string) []state {
	if !strings.Contains(arn, ":role/") {
		return []state{{arn: arn}}
	}
	var out []state
	tags, identities, names := []string{""}, []string{""}, []string{"session"}
	if b.w.mentions("aws:PrincipalTag/team") || b.w.template {
		tags = append(tags, b.w.tags()...)
	}
	if b.w.mentions("aws:SourceIdentity") {
		identities = append(identities, "alice", "R1")
	}
	if b.w.sessions {
		names = append(names, "deploy")
	}
	for _, tag := range tags {
		for _, identity := range identities {
			for _, name := range names {
				out = append(out, state{arn, name, tag, identity})
			}
		}
	}
	return out
}

// outsiders are callers of accounts of which nothing was read, whatever they are called.
func (b *brute) outsiders() []state {
	var out []state
	for _, account := range []string{"111111111111", "222222222222", "777777777777"} {
		if b.engine.Snapshot().AccountKnown(account) {
			continue
		}
		for _, tag := range append(b.w.tags(), "") {
			for _, name := range []string{"any", "U0"} {
				out = append(out, state{arn: "arn:aws:iam::" + account + ":user/" + name, tag: tag})
			}
		}
		for _, name := range []string{"any", "R"} {
			out = append(out, b.starts("arn:aws:iam::"+account+":role/"+name)...)
		}
	}
	return out
}

// existing are the states of starts that there can be: a session with a tag, a
// source identity or a name of its own only where some call returns it. One
// that is called "session" stands for those of any name.
func (b *brute) existing(arn string) []state {
	starts := b.starts(arn)
	if len(starts) == 1 {
		return starts
	}
	if b.made == nil {
		b.made = map[state]bool{}
		level := b.outsiders()
		for _, user := range b.w.users {
			level = append(level, state{arn: user})
		}
		for _, role := range b.w.roles {
			level = append(level, state{arn: role, name: "session"})
		}
		for len(level) > 0 {
			var next []state
			for _, role := range b.w.roles {
				for _, s := range b.all(level, role) {
					if !b.made[s] {
						b.made[s] = true
						next = append(next, s)
						s.name = "session"
						b.made[s] = true
						next = append(next, s)
					}
				}
			}
			level = next
		}
	}
	looksAtTags := b.w.mentions("aws:PrincipalTag/team") || b.w.template
	return slices.DeleteFunc(starts, func(s state) bool {
		tagged := s
		bare := s == state{arn: arn, name: s.name} && (s.name == "" || s.name == "session")
		exists := bare || b.made[s]
		for _, tag := range b.w.tags() {
			tagged.tag = tag
			exists = exists || !looksAtTags && b.made[tagged]
		}
		return !exists
	})
}

// asked is one call, by the number of its values.
type asked struct {
	from   state
	role   string
	values int
}

type answered struct {
	to state
	ok bool
}

// call decides one call and returns the session that it makes.
func (b *brute) call(from state, role string, n int) (state, bool) {
	key := asked{from, role, n}
	a, known := b.memo[key]
	if !known {
		a.to, a.ok = b.decide(from, role, b.calls[n])
		b.memo[key] = a
	}
	return a.to, a.ok
}

// request is what a caller asks.
func (b *brute) request(from state, action, resource string) model.Request {
	r := model.Request{Principal: from.arn, Action: action, Resource: resource, Context: conditions.NewContext()}
	arn, err := model.ParseARN(from.arn)
	require.NoError(b.t, err)
	outside := !b.engine.Snapshot().AccountKnown(arn.Account)
	if strings.Contains(from.arn, ":user/") {
		if outside {
			r.Context.Set("aws:userid", "AIDAOUTSIDE")
			if from.tag != "" {
				r.Context.Set("aws:PrincipalTag/team", from.tag)
			}
		}
		return r
	}
	if outside {
		r.Context.Set("aws:userid", "AROAOUTSIDE:"+from.name)
	}
	r.Principal = "arn:aws:sts::" + arn.Account + ":assumed-role/" + lastPart(from.arn) + "/" + from.name
	r.Session = &model.Session{Type: "AssumeRole", SourceIdentity: from.identity}
	if from.tag != "" {
		r.Session.Tags = map[string]string{"team": from.tag}
	}
	return r
}

func (b *brute) decide(from state, role string, values map[string]string) (state, bool) {
	user := strings.Contains(from.arn, ":user/")
	r := b.request(from, "sts:AssumeRole", role)
	next := state{arn: role, name: "session", tag: values["aws:RequestTag/team"], identity: from.identity}
	r.Context.Set("sts:RoleSessionName", next.name)
	for key, value := range values {
		switch key {
		case "aws:MultiFactorAuthPresent":
			if !user {
				if value == "true" {
					return next, false
				}
				continue
			}
		case "sts:RoleSessionName":
			next.name = value
		case "sts:SourceIdentity":
			if from.identity != "" && from.identity != value {
				return next, false
			}
			next.identity = value
		case "aws:RequestTag/team":
			r.Context.SetList("aws:TagKeys", "team")
		}
		r.Context.Set(key, value)
	}
	if next.identity != "" {
		r.Context.Set("sts:SourceIdentity", next.identity)
	}
	actions := []string{"sts:AssumeRole"}
	if next.tag != "" {
		actions = append(actions, "sts:TagSession")
	}
	if next.identity != "" {
		actions = append(actions, "sts:SetSourceIdentity")
	}
	for _, action := range actions {
		r.Action = action
		q, err := b.engine.Prepare(r)
		require.NoError(b.t, err)
		if action == "sts:SetSourceIdentity" && !user {
			q = q.NeedIdentity()
		}
		d, err := q.Decide()
		require.NoError(b.t, err)
		if !d.Allowed() {
			return next, false
		}
	}
	return next, true
}

// edge tells whether every call, some or none is allowed.
func (b *brute) edge(from, role string) chain.EdgeKind {
	some, all := false, true
	for _, s := range b.starts(from) {
		for n, values := range b.calls {
			if strings.Contains(from, ":role/") && values["aws:MultiFactorAuthPresent"] != "" {
				continue
			}
			if v := values["sts:SourceIdentity"]; v != "" && s.identity != "" && v != s.identity {
				continue
			}
			_, ok := b.call(s, role, n)
			some = some || ok
			// Passing tags or a source identity is a call of its own besides (E68).
			if s.identity == "" && values["aws:RequestTag/team"] == "" && values["sts:SourceIdentity"] == "" {
				all = all && ok
			}
		}
	}
	switch {
	case all:
		return chain.Always
	case some:
		return chain.If
	}
	return chain.Never
}

// mayAct tells whether a caller may do what the world asks for at the end of chains.
func (b *brute) mayAct(s state) bool {
	may, known := b.able[s]
	if !known {
		d, err := b.engine.Decide(b.request(s, finalAction, finalResource))
		require.NoError(b.t, err)
		may = d.Allowed()
		b.able[s] = may
	}
	return may
}

// reached is the fewest hops from a principal to each role, and to a session
// of each role that may do what the world asks for.
type reached struct{ role, able map[string]int }

func (b *brute) reach(from string) reached {
	r := reached{map[string]int{from: 0}, map[string]int{}}
	seen := map[state]bool{}
	level := b.existing(from)
	for hops := 0; len(level) > 0 && hops <= chain.DefaultMaxHops; hops++ {
		var next []state
		for _, s := range level {
			if _, known := r.role[s.arn]; !known {
				r.role[s.arn] = hops
			}
			if _, known := r.able[s.arn]; !known && b.mayAct(s) {
				r.able[s.arn] = hops
			}
			for _, role := range b.w.roles {
				for n := range b.calls {
					if to, ok := b.call(s, role, n); ok && !seen[to] {
						seen[to] = true
						next = append(next, to)
					}
				}
			}
		}
		level = next
	}
	return r
}

// cycles lists the cycles of distinct roles, each from the role whose ARN comes
// first among those from which sessions lead once around, as the names along them.
func (b *brute) cycles() []string {
	var out []string
	roles := slices.Sorted(slices.Values(b.w.roles))
	leads := map[string]bool{}
	for _, from := range roles {
		for _, to := range roles {
			leads[from+to] = len(b.all(b.existing(from), to)) > 0
		}
	}
	for i, root := range roles {
		var walk func(way []string)
		walk = func(way []string) {
			for _, role := range roles[i:] {
				switch {
				case !leads[way[len(way)-1]+role]:
				case role == root:
					out = append(out, b.around(way)...)
				case !slices.Contains(way, role):
					walk(append(slices.Clone(way), role))
				}
			}
		}
		walk([]string{root})
	}
	return out
}

// around follows a cycle from each of its roles until it stands.
func (b *brute) around(way []string) []string {
	for _, root := range slices.Sorted(slices.Values(way)) {
		at := slices.Index(way, root)
		turned := append(slices.Concat(way[at:], way[:at]), root)
		sessions := b.existing(root)
		for _, role := range turned[1:] {
			sessions = b.all(sessions, role)
		}
		if len(sessions) > 0 {
			return []string{strings.Join(turned, " ")}
		}
	}
	return nil
}

// all are the sessions of a role that any of some callers can get.
func (b *brute) all(at []state, role string) []state {
	var out []state
	seen := map[state]bool{}
	for _, s := range at {
		for n := range b.calls {
			if to, ok := b.call(s, role, n); ok && !seen[to] {
				seen[to] = true
				out = append(out, to)
			}
		}
	}
	return out
}
