//go:build !race

// The race detector makes sync.Pool, which the glob library uses, drop items at
// random: allocations are counted without it.

package wildcard

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoAllocs lists what must not allocate, since every decision does it.
func TestNoAllocs(t *testing.T) {
	long := "arn:aws:s3:::bucket/" + strings.Repeat("key/", 500) + "end"
	patterns := []struct{ name, pattern, subject string }{
		{"literal", "s3:GetObject", "s3:GetObject"},
		{"all", "*", "s3:GetObject"},
		{"prefix", "s3:Get*", "s3:GetObject"},
		{"suffix", "*Object", "s3:GetObject"},
		{"affix", "s3:*Object", "s3:GetObject"},
		{"infix", "*:Get*", "s3:GetObject"},
		{"general", "s?:*et*Obj?ct", "s3:GetObject"},
		{"general on a long subject", "arn:*:s3:::bucket/*/en?", long},
		{"hostile", "*a?*a?*a?*b", strings.Repeat("a", 2000)},
	}
	for _, tt := range patterns {
		p, err := Compile(tt.pattern)
		require.NoError(t, err)
		f, err := CompileFold(tt.pattern)
		require.NoError(t, err)
		upper := strings.ToUpper(tt.subject)
		noAllocs(t, tt.name, func() { p.Match(tt.subject) })
		noAllocs(t, tt.name+", folded", func() { f.Match(tt.subject) })
		noAllocs(t, tt.name+", folded subject", func() { f.Match(upper) })
	}

	templates := []struct {
		name, text string
		syntax     Syntax
		subject    string
	}{
		{"variable", "home/${aws:username}/*", stringLike, "home/alice/x"},
		{"several variables", "${aws:username}${aws:empty}-${aws:absent, 'd'}*", stringLike, "alice-dx"},
		{"as many variables as fit", strings.Repeat("${aws:username}", inlineVariables), equals, strings.Repeat("alice", inlineVariables)},
		{"unresolved", "${aws:absent}", stringLike, "x"},
		{"unknown", "*${aws:unknown}-", stringLike, "a-"},
		{"resource", "arn:aws:s3:::bucket/*/end", resource, long},
		{"bound star", "arn:a*s:s?:*:bucket/${aws:username}*", resource, "arn:aws:s3:::bucket/alice/x"},
		{"folding", "É${aws:username}", Syntax{Variables: true, Case: UnicodeInsensitive}, "éALICE"},
	}
	r := Resolver(fixed{})
	for _, tt := range templates {
		template, err := ParseTemplate(tt.text, tt.syntax)
		require.NoError(t, err)
		noAllocs(t, "template "+tt.name, func() { template.Match(tt.subject, r) })
	}
}

// fixed resolves the tests' keys without allocating.
type fixed struct{}

func (fixed) Resolve(key string) (string, Presence) {
	v := request[key]
	return v.text, v.presence
}

func noAllocs(t *testing.T, name string, f func()) {
	t.Helper()
	f()
	require.Zero(t, testing.AllocsPerRun(100, f), name)
}
