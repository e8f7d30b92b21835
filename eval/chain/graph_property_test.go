package chain_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
)

// worlds is how many random inventories the searches are compared on: 400, or
// what the environment variable IAMSIM_CHAIN_WORLDS says.
func worlds(t *testing.T) int {
	text := os.Getenv("IAMSIM_CHAIN_WORLDS")
	if text == "" {
		return 400
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

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
}

func newBrute(t testing.TB, w *randomWorld, e *eval.Engine) *brute {
	b := &brute{t: t, w: w, engine: e, calls: []map[string]string{{}}, memo: map[asked]answered{}}
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
			out = append(out, lastPart(role))
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

func (b *brute) decide(from state, role string, values map[string]string) (state, bool) {
	user := strings.Contains(from.arn, ":user/")
	r := model.Request{Principal: from.arn, Action: "sts:AssumeRole", Resource: role, Context: conditions.NewContext()}
	if !user {
		arn, err := model.ParseARN(from.arn)
		require.NoError(b.t, err)
		r.Principal = "arn:aws:sts::" + arn.Account + ":assumed-role/" + lastPart(from.arn) + "/" + from.name
		r.Session = &model.Session{Type: "AssumeRole", SourceIdentity: from.identity}
		if from.tag != "" {
			r.Session.Tags = map[string]string{"team": from.tag}
		}
	}
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

// hops is the fewest hops from a principal to each role.
func (b *brute) hops(from string) map[string]int {
	distance, seen := map[string]int{from: 0}, map[state]bool{}
	level := b.starts(from)
	for hops := 1; len(level) > 0 && hops <= 8; hops++ {
		var next []state
		for _, s := range level {
			for _, role := range b.w.roles {
				for n := range b.calls {
					to, ok := b.call(s, role, n)
					if !ok || seen[to] || to.arn == s.arn {
						continue
					}
					seen[to] = true
					if _, known := distance[role]; !known {
						distance[role] = hops
					}
					next = append(next, to)
				}
			}
		}
		level = next
	}
	return distance
}

func TestGraphAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	const shards = 2
	counts := make([]map[string]int, shards)
	most := worlds(t)
	t.Run("worlds", func(t *testing.T) {
		for shard := range shards {
			counts[shard] = map[string]int{}
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for seed, compared := uint64(shard), 0; compared < most/shards; seed += shards {
					w := newRandomWorld(seed)
					if w.trials() > maxTrials {
						continue
					}
					compared++
					compareGraph(t, seed, w, counts[shard])
				}
			})
		}
	})
	for _, kind := range []string{"never", "if", "always", "1 hop", "2 hops", "3 hops"} {
		require.GreaterOrEqual(t, counts[0][kind]+counts[1][kind], 10, "%s: %v", kind, counts)
	}
}

// maxTrials bounds the calls that brute force makes in one world.
const maxTrials = 1500

// trials is how many calls brute force makes.
func (w *randomWorld) trials() int {
	b := newBrute(nil, w, nil)
	return len(b.calls) * (len(w.users) + len(w.roles)*len(b.starts(w.roles[0]))) * len(w.roles)
}

func compareGraph(t *testing.T, seed uint64, w *randomWorld, count map[string]int) {
	e := w.engine(t)
	g, err := chain.Build(e, chain.Given{})
	require.NoError(t, err)
	b := newBrute(t, w, e)
	kinds := map[string]chain.EdgeKind{}
	g.Edges(false, func(edge chain.Edge) bool {
		kinds[edge.From+" "+edge.To] = edge.Kind
		return true
	})
	for _, from := range append(slices.Clone(w.users), w.roles...) {
		distance := b.hops(from)
		for _, to := range w.roles {
			if from == to {
				continue
			}
			want := b.edge(from, to)
			passes := w.mentions("aws:RequestTag/team") || w.mentions("sts:SourceIdentity") || w.mentions("aws:SourceIdentity")
			if got := kinds[from+" "+to]; got != want && !(got == chain.If && want == chain.Always && passes) {
				t.Fatalf("seed %d: the edge from %s to %s is %s, brute force says %s, of the keys %v\n%s", seed, from, to, got, want, w.keys, w.text())
			}
			count[want.String()]++
			found, err := g.Find(chain.Question{From: from, To: to})
			require.NoError(t, err)
			hops := 0
			if len(found.Paths) > 0 {
				hops = len(found.Paths[0].Edges)
			}
			if hops != distance[to] {
				t.Fatalf("seed %d: from %s to %s %d hops were found, brute force has %d\n%s", seed, from, to, hops, distance[to], w.text())
			}
			count[fmt.Sprintf("%d hop%s", hops, map[bool]string{true: "s"}[hops != 1])]++
		}
	}
}
