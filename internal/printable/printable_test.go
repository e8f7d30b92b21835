package printable

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain é ✓":        "plain é ✓",
		"a\nok  forged":    `a\nok  forged`,
		"\x1b[31mred":      `\x1b[31mred`,
		"right\u202eleft":  `right\u202eleft`,
		"\xff":             "\uFFFD",
		"none\uFFFE there": `none\ufffe there`,
	} {
		require.Equal(t, want, Text(in), "%q", in)
	}
}
