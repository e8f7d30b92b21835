package wildcard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/wildcard"
)

var resourceSyntax = wildcard.Syntax{Variables: true, Wildcards: true, Resource: true}

func TestSplitPlain(t *testing.T) {
	for _, tt := range []struct {
		pattern, prefix, rest string
		ok                    bool
	}{
		{"arn:aws:s3:::b/k", "arn:aws:s3:::b/k", "", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/", "*", true},
		{"arn:aws:s3:::b*c/?", "arn:aws:s3:::b", "*c/?", true},
		{"arn:aws:sqs:*:111111111111:q", "arn:aws:sqs:", "*:111111111111:q", true},
		{"arn:*", "arn:", "*", true},
		{"**", "", "**", true},
		{"", "", "", true},
		{"arn:aws:sqs:us-*-1:111111111111:q", "", "", false},
		{"arn:aws:sqs:us-east-?:111111111111:q", "", "", false},
		{"arn:aws:s3:::b/${aws:username}", "", "", false},
		{"arn:aws:s3:::price$", "", "", false},
		{"arn:aws:s3:::é*", "", "", false},
	} {
		prefix, rest, ok := wildcard.SplitPlain(tt.pattern)
		require.Equal(t, tt.ok, ok, tt.pattern)
		require.Equal(t, tt.prefix, prefix, tt.pattern)
		require.Equal(t, tt.rest, rest, tt.pattern)
	}
}

// requirePlain compares a split pattern with the template of the same text.
func requirePlain(t *testing.T, pattern, s string) {
	t.Helper()
	prefix, rest, ok := wildcard.SplitPlain(pattern)
	if !ok {
		return
	}
	template, err := wildcard.ParseTemplate(pattern, resourceSyntax)
	require.NoError(t, err, "%q", pattern)
	after, begins := strings.CutPrefix(s, prefix)
	got := begins && wildcard.MatchPlain(rest, after)
	require.Equal(t, template.Match(s, nil) == wildcard.Match, got, "%q against %q", pattern, s)
	require.Equal(t, template.Prefix(), prefix, "%q", pattern)
}

// TestMatchPlainExhaustive compares all patterns up to a length with all texts up to a length.
func TestMatchPlainExhaustive(t *testing.T) {
	var patterns, texts []string
	var grow func(list *[]string, alphabet []string, word string, left int)
	grow = func(list *[]string, alphabet []string, word string, left int) {
		*list = append(*list, word)
		if left == 0 {
			return
		}
		for _, letter := range alphabet {
			grow(list, alphabet, word+letter, left-1)
		}
	}
	grow(&patterns, []string{"a", ":", "*", "?"}, "", 5)
	grow(&texts, []string{"a", ":", "é"}, "", 4)
	for _, pattern := range patterns {
		for _, text := range texts {
			requirePlain(t, pattern, text)
			requirePlain(t, "arn:aws:s3:::"+pattern, "arn:aws:s3:::"+text)
		}
	}
}

func FuzzMatchPlain(f *testing.F) {
	f.Add("arn:aws:s3:::b/*x?", "arn:aws:s3:::b/1x2")
	f.Add("arn:aws:sqs:*:1:q", "arn:aws:sqs:a:1:q")
	f.Add("a**?b", "a\xffb")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern)+len(s) < 200 {
			requirePlain(t, pattern, s)
		}
	})
}
