package spelling

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithin(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "abc", 0}, {"abc", "ABC", 0}, {"abc", "ab", 1}, {"abc", "abcd", 1},
		{"abc", "axc", 1}, {"abc", "acb", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3},
	} {
		d, ok := Within(test.a, test.b, 5)
		require.True(t, ok, "%s %s", test.a, test.b)
		require.Equal(t, test.want, d, "%s %s", test.a, test.b)
		_, ok = Within(test.a, test.b, test.want-1)
		require.False(t, ok, "%s %s", test.a, test.b)
	}
	_, ok := Within(strings.Repeat("a", Longest+1), "a", 1000)
	require.False(t, ok)
}

// slow is the textbook recursion.
func slow(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	cost := 1
	if a[len(a)-1] == b[len(b)-1] {
		cost = 0
	}
	best := min(slow(a[:len(a)-1], b)+1, slow(a, b[:len(b)-1])+1, slow(a[:len(a)-1], b[:len(b)-1])+cost)
	if len(a) > 1 && len(b) > 1 && a[len(a)-1] == b[len(b)-2] && a[len(a)-2] == b[len(b)-1] {
		best = min(best, slow(a[:len(a)-2], b[:len(b)-2])+1)
	}
	return best
}

func TestWithinAgainstRecursion(t *testing.T) {
	var words []string
	for _, length := range []int{0, 1, 2, 3, 4} {
		for i := range 1 << (2 * length) {
			word := ""
			for range length {
				word += string("abc"[i%4%3])
				i /= 4
			}
			words = append(words, word)
		}
	}
	for i, a := range words {
		b := words[(i*7919+13)%len(words)]
		want := slow(a, b)
		d, ok := Within(a, b, want)
		require.True(t, ok, "%q %q", a, b)
		require.Equal(t, want, d, "%q %q", a, b)
	}
}

func TestNearest(t *testing.T) {
	n := NewNearest("GetObjct")
	require.False(t, n.Try("ListBucket"))
	require.False(t, n.Try("PutObject"), "three slips in eight letters")
	require.True(t, n.Try("GutObject"))
	require.True(t, n.Try("GetObject"), "nearer than the one before")
	require.False(t, n.Try("GetObject"), "of equally near texts the first wins")
}
