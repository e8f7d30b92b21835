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
