package peers

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/benchmarks/organization"
)

var rounds = flag.Int("rounds", 1, "how often everything is run, in one process")

// TestMain runs everything several times, so that each engine's figures are
// taken at several moments, between those of the others: -count would repeat
// each benchmark at once.
func TestMain(m *testing.M) {
	flag.Parse()
	for range *rounds {
		if code := m.Run(); code != 0 {
			os.Exit(code)
		}
	}
}

// BenchmarkPeers measures one decision of each engine. It is asked as texts
// for what the last statement allows; /request=NAME asks for another of
// Requests, /handle for the same request in the engine's own form, made before.
func BenchmarkPeers(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		for _, e := range Engines {
			name := fmt.Sprintf("engine=%s/statements=%d", e.Name, n)
			for i, r := range Requests(n) {
				if i == 0 {
					b.Run(name, func(b *testing.B) { byText(b, compiled(b, e, n), r) })
					b.Run(name+"/handle", func(b *testing.B) { byHandle(b, compiled(b, e, n), r) })
					continue
				}
				b.Run(name+"/request="+r.Name, func(b *testing.B) { byText(b, compiled(b, e, n), r) })
			}
		}
	}
}

func byText(b *testing.B, c Compiled, r Request) {
	b.ReportAllocs()
	for b.Loop() {
		if allowed, err := c.Decide(r.Action, r.Resource); err != nil || allowed != r.Allowed {
			b.Fatal(allowed, err)
		}
	}
}

func byHandle(b *testing.B, c Compiled, r Request) {
	decide, err := c.Prepare(r.Action, r.Resource)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if allowed, err := decide(); err != nil || allowed != r.Allowed {
			b.Fatal(allowed, err)
		}
	}
}

var engines = map[string]Compiled{}

// compiled makes an engine once a process. It has answered every request
// rightly, in both forms, before any time is taken.
func compiled(t testing.TB, e Engine, n int) Compiled {
	t.Helper()
	key := fmt.Sprintf("%s %d", e.Name, n)
	if c, ok := engines[key]; ok {
		return c
	}
	c, err := e.Compile(organization.Flat(n))
	require.NoError(t, err, key)
	for _, r := range Requests(n) {
		requireAnswer(t, c, e.Name, r)
	}
	engines[key] = c
	return c
}

func requireAnswer(t testing.TB, c Compiled, engine string, r Request) {
	t.Helper()
	decide, err := c.Prepare(r.Action, r.Resource)
	require.NoError(t, err, "%s %+v", engine, r)
	allowed, err := decide()
	require.NoError(t, err, "%s %+v", engine, r)
	require.Equal(t, r.Allowed, allowed, "%s %+v, prepared", engine, r)
	allowed, err = c.Decide(r.Action, r.Resource)
	require.NoError(t, err, "%s %+v", engine, r)
	require.Equal(t, r.Allowed, allowed, "%s %+v", engine, r)
}

// TestSameAnswers asks every engine about every statement, and about what is
// near to it, and compares with matching the patterns one after the other.
func TestSameAnswers(t *testing.T) {
	for _, n := range []int{1, 10, 100} {
		statements := organization.Flat(n)
		var requests []Request
		add := func(action, resource string) {
			requests = append(requests, Request{"", action, resource, permitted(statements, action, resource)})
		}
		for i := range n + 8 {
			action, resource := organization.FlatRequest(i)
			_, other := organization.FlatRequest(i + 1)
			add(action, resource)
			add(action+"X", resource)
			add(action, resource+"-x")
			add(action, resource[:len(resource)-4])
			add(action, other)
		}
		count := map[bool]int{}
		for _, r := range append(requests, Requests(n)...) {
			count[r.Allowed]++
		}
		require.GreaterOrEqual(t, count[true], n)
		require.GreaterOrEqual(t, count[false], n)
		for _, e := range Engines {
			c, err := e.Compile(statements)
			require.NoError(t, err)
			for _, r := range append(requests, Requests(n)...) {
				requireAnswer(t, c, e.Name, r)
			}
		}
	}
}

func permitted(statements []organization.Statement, action, resource string) bool {
	matches := func(value string) func(string) bool {
		return func(pattern string) bool {
			text, star := strings.CutSuffix(pattern, "*")
			return value == text || star && strings.HasPrefix(value, text)
		}
	}
	return slices.ContainsFunc(statements, func(s organization.Statement) bool {
		return slices.ContainsFunc(s.Actions, matches(action)) && slices.ContainsFunc(s.Resources, matches(resource))
	})
}

// What a peer's language would need another translation for is no statement less, but an error.
func TestOnlyFlatStatements(t *testing.T) {
	good := organization.Flat(1)[0]
	for name, change := range map[string]func(*organization.Statement){
		"Deny":                  func(s *organization.Statement) { s.Effect = "Deny" },
		"NotAction":             func(s *organization.Statement) { s.NotAction = true },
		"NotResource":           func(s *organization.Statement) { s.NotResource = true },
		"two resources":         func(s *organization.Statement) { s.Resources = []string{"a", "b"} },
		"no action":             func(s *organization.Statement) { s.Actions = nil },
		"a star in the middle":  func(s *organization.Statement) { s.Resources = []string{"arn:aws:s3:::a*b"} },
		"a question mark":       func(s *organization.Statement) { s.Actions = []string{"s3:Get?bject"} },
		"a variable":            func(s *organization.Statement) { s.Resources = []string{"arn:aws:s3:::${aws:username}/*"} },
		"a condition":           func(s *organization.Statement) { s.Conditions = []organization.Condition{{Operator: "Null"}} },
		"a principal of policy": func(s *organization.Statement) { s.Principal = `"*"` },
	} {
		bad := good
		change(&bad)
		for _, e := range Engines[1:] {
			_, err := e.Compile([]organization.Statement{good, bad})
			require.ErrorContains(t, err, "statement 1: ", "%s: %s", e.Name, name)
		}
	}
}
