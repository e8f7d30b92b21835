package wildcard

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCandidates(t *testing.T) {
	tests := []struct {
		name, text string
		syntax     Syntax
		subject    string
		key        string
		limit      int
		want       []string
	}{
		{"fixed place", "home/${aws:u}/*", stringLike, "home/alice/x/y", "aws:u", 9, []string{"alice", "alice/x"}},
		{"case of the key", "home/${AWS:U}", stringLike, "home/alice", "aws:u", 9, []string{"alice"}},
		{"cannot match", "home/${aws:u}/*", stringLike, "work/alice/x", "aws:u", 9, nil},
		{"not named", "home/*", stringLike, "home/x", "aws:u", 9, nil},
		{"empty text", "a${aws:u}b", stringLike, "ab", "aws:u", 9, []string{""}},
		{"between stars, shortest first", "*${aws:u}*", stringLike, "abab", "aws:u", 5, []string{"", "a", "b", "ab", "ba"}},
		{"limit", "*${aws:u}*", stringLike, "abab", "aws:u", 2, []string{"", "a"}},
		{"limit of none", "*${aws:u}*", stringLike, "abab", "aws:u", 0, nil},
		{"others are any text", "${aws:v}-${aws:u}", stringLike, "a-b-c", "aws:u", 9, []string{"c", "b-c"}},
		{"two places have one value", "${aws:u}-${aws:u}", stringLike, "ab-ab", "aws:u", 9, []string{"ab"}},
		{"two places that differ", "${aws:u}-${aws:u}", stringLike, "ab-ac", "aws:u", 9, nil},
		{"question mark", "?${aws:u}?", stringLike, "éxü", "aws:u", 9, []string{"x"}},
		{"characters are not cut", "*${aws:u}", stringLike, "aé", "aws:u", 9, []string{"", "é", "aé"}},
		{"resource", "arn:aws:s3:::b/${aws:u}", resource, "arn:aws:s3:::b/x:y", "aws:u", 9, []string{"x:y"}},
		{"bound star", "arn:a*s:s3:::b*/${aws:u}", resource, "arn:aws:s3:::b/x/y", "aws:u", 9, []string{"y", "x/y"}},
		{"folding", "X${aws:u}", Syntax{Variables: true, Case: UnicodeInsensitive}, "xAb", "aws:u", 9, []string{"Ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := ParseTemplate(tt.text, tt.syntax)
			require.NoError(t, err)
			require.Equal(t, tt.want, template.Candidates(tt.subject, tt.key, tt.limit))
		})
	}
}

// TestCandidatesExhaustive asks for all values and finds them again by trying
// every part of the subject.
func TestCandidatesExhaustive(t *testing.T) {
	for _, text := range texts([]string{"a", ":", "*", "?", "${u}"}, 3) {
		template, err := ParseTemplate(text, Syntax{Variables: true, Wildcards: true})
		require.NoError(t, err)
		for _, s := range texts([]string{"a", "é", ":"}, 3) {
			var want []string
			for _, v := range texts([]string{"a", "é", ":"}, 3) {
				if strings.Contains(text, "$") && newReference(text, stringLike, givens{"u": {v, Resolved}}, false).match(s) == Match {
					want = append(want, v)
				}
			}
			require.ElementsMatch(t, want, template.Candidates(s, "u", 1000), "%q against %q", text, s)
		}
	}
}

func TestCandidatesOfLongSubjects(t *testing.T) {
	template, err := ParseTemplate("*${u}*${u}*", stringLike)
	require.NoError(t, err)
	require.Len(t, template.Candidates(strings.Repeat("ab", candidateLimit/2), "u", 8), 8)
	require.Empty(t, template.Candidates(strings.Repeat("a", candidateLimit+1), "u", 8))
}

func TestWitness(t *testing.T) {
	tests := []struct {
		text   string
		syntax Syntax
		run    string
		want   string
	}{
		{"a*b?c", stringLike, "", "abxc"},
		{"a*b?c", stringLike, "zz", "azzbxc"},
		{"${aws:username}/${*}", stringLike, "", "alice/*"},
		{"${aws:absent, 'd'}${aws:absent}${aws:TagKeys, 'd'}${aws:unknown}", stringLike, "", "dxxx"},
		{"arn:a*s:?:::${aws:username}", resource, "w", "arn:aws:x:::alice"},
		{"a*", equals, "", "a*"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			template, err := ParseTemplate(tt.text, tt.syntax)
			require.NoError(t, err)
			require.Equal(t, tt.want, template.Witness(tt.run, "x", request))
		})
	}
}
