package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSuggest(t *testing.T) {
	known := []string{"Effect", "Action", "NotAction", "Resource", "AWS"}
	for name, want := range map[string]string{
		"Efect": "Effect", "effect": "Effect", "Efefct": "Effect", "actions": "Action", "NoAction": "NotAction",
		"Ressource": "Resource", "aws": "AWS", "AWSS": "AWS", "Principal": "", "": "", "x": "", "Effect": "",
		strings.Repeat("Effect", 100): "",
	} {
		got, ok := Suggest(name, known)
		require.Equal(t, want != "", ok, "%s: %s", name, got)
		if ok {
			require.Equal(t, want, got)
		}
	}
	// Case alone wins over an earlier name that is as near.
	got, _ := Suggest("abc", []string{"abd", "ABC"})
	require.Equal(t, "ABC", got)
	got, _ = Suggest("abx", []string{"abd", "abc"})
	require.Equal(t, "abd", got)
	_, ok := Suggest("abc", nil)
	require.False(t, ok)
}

// distance is the definition that editDistance computes by rows.
func distance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	cost := 1
	if a[0] == b[0] {
		cost = 0
	}
	d := min(distance(a[1:], b)+1, distance(a, b[1:])+1, distance(a[1:], b[1:])+cost)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		d = min(d, distance(a[2:], b[2:])+1)
	}
	return d
}

// All pairs of texts of up to four letters out of three.
func TestEditDistance(t *testing.T) {
	texts := []string{""}
	for i := 0; len(texts[i]) < 4; i++ {
		for _, c := range "abc" {
			texts = append(texts, texts[i]+string(c))
		}
	}
	for _, a := range texts {
		for _, b := range texts {
			require.Equal(t, distance(a, b), editDistance(a, b), "%q %q", a, b)
		}
	}
}
