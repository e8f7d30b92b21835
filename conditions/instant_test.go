package conditions

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestInstant(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"},
		{"2026-11", "2026-11-01T00:00:00Z"},
		{"2026-11-22T10:00:00.25+01:00", "2026-11-22T09:00:00.25Z"},
		{"1767571200", "2026-01-05T00:00:00Z"},
		{"-5", "1969-12-31T23:59:55Z"},
		{"-0.25", "1969-12-31T23:59:59.75Z"},
		{"1.5", "1970-01-01T00:00:01.5Z"},
	} {
		at, ok := Instant(test.text)
		require.True(t, ok, test.text)
		require.Equal(t, test.want, at.UTC().Format(time.RFC3339Nano), test.text)
	}
	for _, text := range []string{"", "yesterday", "2026-13", "99999999999999999999", "1.x"} {
		_, ok := Instant(text)
		require.False(t, ok, text)
	}
	require.Equal(t, "-0.250000000", EpochText(time.Unix(-1, 750_000_000)))
}
