package wildcard

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allTexts lists every text over an alphabet up to a length.
func allTexts(alphabet string, length int) []string {
	all := []string{""}
	for from := 0; length > 0; length-- {
		to := len(all)
		for _, t := range all[from:to] {
			for _, r := range alphabet {
				all = append(all, t+string(r))
			}
		}
		from = to
	}
	return all
}

func parsed(t *testing.T, text string, s Syntax) *Template {
	t.Helper()
	template, err := ParseTemplate(text, s)
	require.NoError(t, err)
	return template
}

func flat(t *testing.T, text string, s Syntax) Flat {
	t.Helper()
	f, presence := parsed(t, text, s).Flat(nil, false)
	require.Equal(t, Resolved, presence)
	return f
}

// memberships matches a text with the templates one by one.
func memberships(sets [][]*Template, text string) string {
	var b strings.Builder
	for _, set := range sets {
		in := byte('0')
		for _, template := range set {
			if template.Match(text, nil) == Match {
				in = '1'
			}
		}
		b.WriteByte(in)
	}
	return b.String()
}

func spelled(in Bits, n int) string {
	var b strings.Builder
	for i := range n {
		if in.Has(i) {
			b.WriteByte('1')
		} else {
			b.WriteByte('0')
		}
	}
	return b.String()
}

// Every combination that a text over the alphabet shows has an example, and every example is true.
func TestJointAgainstEnumeration(t *testing.T) {
	universe := allTexts("aA:b", 6)
	for _, syntax := range []Syntax{
		{Wildcards: true},
		{Wildcards: true, Resource: true},
		{Wildcards: true, Case: ASCIIInsensitive},
		{Wildcards: true, Case: UnicodeInsensitive},
		{},
	} {
		g := rand.New(rand.NewPCG(7, 11))
		for range 150 {
			sets := make([][]*Template, 1+g.IntN(3))
			j := Joint{Sets: make([][]Flat, len(sets))}
			for i := range sets {
				for range 1 + g.IntN(2) {
					var pattern strings.Builder
					for range g.IntN(5) {
						pattern.WriteByte("aA:b**?"[g.IntN(7)])
					}
					sets[i] = append(sets[i], parsed(t, pattern.String(), syntax))
					j.Sets[i] = append(j.Sets[i], flat(t, pattern.String(), syntax))
				}
			}
			found, _, complete := j.Examples()
			require.True(t, complete)
			shown := map[string]bool{}
			for _, e := range found {
				want := memberships(sets, e.Text)
				require.Equal(t, want, spelled(e.In, len(sets)), "%q of %v", e.Text, sets)
				require.False(t, shown[want], "two examples of one combination")
				shown[want] = true
			}
			for _, text := range universe {
				if want := memberships(sets, text); !shown[want] {
					t.Fatalf("%+v %v: nothing like %q (%s)", syntax, sets, text, want)
				}
			}
		}
	}
}

func TestJointNarrowed(t *testing.T) {
	s := Syntax{Wildcards: true}
	j := Joint{
		Sets:    [][]Flat{{flat(t, "a*", s)}, {flat(t, "*1", s)}},
		Require: [][]Flat{{Shape(string(rune(ShapeFieldChar)) + "-" + string(rune(ShapeDigit)))}},
		Exclude: []Flat{flat(t, "a-1", s)},
	}
	found, _, complete := j.Examples()
	require.True(t, complete)
	var got []string
	for _, e := range found {
		got = append(got, fmt.Sprint(e.Text, spelled(e.In, 2)))
	}
	require.ElementsMatch(t, []string{"a-310", "x-101", "x-300"}, got)
}

func TestJointSettled(t *testing.T) {
	s := Syntax{Wildcards: true}
	j := Joint{Sets: [][]Flat{{flat(t, "a*", s)}, {flat(t, "*b", s)}}}
	_, all, _ := j.Examples()
	j.Settled = func(in, open Bits) bool { return in.Has(0) || !open.Has(0) }
	found, fewer, complete := j.Examples()
	require.True(t, complete)
	require.Less(t, fewer, all)
	require.NotEmpty(t, found)
}

func TestJointGivesUp(t *testing.T) {
	s := Syntax{Wildcards: true}
	j := Joint{MaxStates: 50}
	for i := range 8 {
		j.Sets = append(j.Sets, []Flat{flat(t, fmt.Sprintf("*%c*%c*", 'a'+i, 'b'+i), s)})
	}
	_, states, complete := j.Examples()
	require.False(t, complete)
	require.LessOrEqual(t, states, 100)
}
