package conditions

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDateOperators(t *testing.T) {
	const newYear = "2026-01-01T00:00:00Z"
	check(t, []rule{
		{name: "C33 equal", op: "DateEquals", key: "k", values: one(newYear), request: is(newYear), want: True},
		{name: "C33 epoch against ISO", op: "DateEquals", key: "k", values: one("1767225600"), request: is(newYear), want: True},
		{name: "C33 ISO against epoch", op: "DateEquals", key: "k", values: one(newYear), request: is("1767225600.000"), want: True},
		{name: "C33 fraction of epoch", op: "DateEquals", key: "k", values: one("2026-01-01T00:00:00.25Z"), request: is("1767225600.25"), want: True},
		{name: "C33 another fraction", op: "DateEquals", key: "k", values: one("2026-01-01T00:00:00.25Z"), request: is("1767225600.2500000001"), want: False},
		{name: "C34 instants, not texts", op: "DateEquals", key: "k", values: one("2026-01-01T01:00:00+01:00"), request: is(newYear), want: True},
		{name: "C34 another instant", op: "DateEquals", key: "k", values: one("2026-01-01T00:00:00+01:00"), request: is(newYear), want: False},
		{name: "C7 equal", op: "DateNotEquals", key: "k", values: one("2026-01"), request: is(newYear), want: False},
		{name: "C7 not equal", op: "DateNotEquals", key: "k", values: one("2026-02"), request: is(newYear), want: True},
		{name: "C33 before", op: "DateLessThan", key: "k", values: one("2026-01-01T00:00:00.000000001Z"), request: is(newYear), want: True},
		{name: "C33 not before", op: "DateLessThan", key: "k", values: one(newYear), request: is(newYear), want: False},
		{name: "C33 a bare year is a second", op: "DateLessThan", key: "k", values: one("2027"), request: is(newYear), want: False},
		{name: "C33 not later", op: "DateLessThanEquals", key: "k", values: one(newYear), request: is(newYear), want: True},
		{name: "C33 later", op: "DateLessThanEquals", key: "k", values: one(newYear), request: is("1767225601"), want: False},
		{name: "C33 after a month began", op: "DateGreaterThan", key: "k", values: one("2026-10"), request: is("2026-11-01T10:00:00Z"), want: True},
		{name: "C33 not after", op: "DateGreaterThan", key: "k", values: one(newYear), request: is(newYear), want: False},
		{name: "C33 not earlier", op: "DateGreaterThanEquals", key: "k", values: one(newYear), request: is(newYear), want: True},
		{name: "C33 earlier", op: "DateGreaterThanEquals", key: "k", values: one(newYear), request: is("1767225599.9"), want: False},
		{name: "C33 before 1970", op: "DateLessThan", key: "k", values: one("1969-12-31T23:59:59.75Z"), request: is("-0.26"), want: True},
		{name: "C33 before 1970, equal", op: "DateEquals", key: "k", values: one("1969-12-31T23:59:59.75Z"), request: is("-0.25"), want: True},
		{name: "C34 request is no date", op: "DateEquals", key: "k", values: one(newYear), request: is("tomorrow"), want: False},
		{name: "C34 request is no date", op: "DateNotEquals", key: "k", values: one(newYear), request: is("2026-02-30"), want: False},
		{name: "C34 numbers have no exponent here", op: "DateGreaterThan", key: "k", values: one("1"), request: is("1e9"), want: False},
		{name: "C6 after one of several", op: "DateGreaterThan", key: "k", values: []string{"2027-01", "2025-01"}, request: is(newYear), want: True},
	})
}

func TestParseDate(t *testing.T) {
	tests := []struct {
		text string
		want string // RFC 3339, "" if it is no date
	}{
		{"2026-10", "2026-10-01T00:00:00Z"},
		{"2026-10Z", "2026-10-01T00:00:00Z"},
		{"2026-10+01", "2026-09-30T23:00:00Z"},
		{"2026-10-05", "2026-10-05T00:00:00Z"},
		{"2026-10-0530", "2026-10-01T05:30:00Z"},
		{"2026-10-05:30", "2026-10-01T05:30:00Z"},
		{"2026-10-05Z", "2026-10-05T00:00:00Z"},
		{"2026-10-05-05", "2026-10-05T05:00:00Z"},
		{"2026-10-05+0530", "2026-10-04T18:30:00Z"},
		{"2026-10-05T7", "2026-10-05T07:00:00Z"},
		{"2026-10-05t07", "2026-10-05T07:00:00Z"},
		{"2026-10-05T7:08", "2026-10-05T07:08:00Z"},
		{"2026-10-05T07:08-01:30", "2026-10-05T08:38:00Z"},
		{"2026-10-05T07:08:09Z", "2026-10-05T07:08:09Z"},
		{"2026-10-05T07:08:09.1", "2026-10-05T07:08:09.1Z"},
		{"2026-10-05T07:08:09.123456789+23:59", "2026-10-04T07:09:09.123456789Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z"},
		{"0000-01-01", "0000-01-01T00:00:00Z"},
		{"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
		{"0", "1970-01-01T00:00:00Z"},
		{"-1", "1969-12-31T23:59:59Z"},
		{"2026", "1970-01-01T00:33:46Z"},
		{"1767225600.5", "2026-01-01T00:00:00.5Z"},

		{"", ""}, {"-", ""}, {"t", ""}, {"2026-1", ""}, {"2026-13", ""}, {"2026-00", ""}, {"2026-10-5", ""}, {"2026-10-00", ""},
		{"2026-10-32", ""}, {"2025-02-29", ""}, {"2026-04-31", ""}, {"2026-10T07", ""}, {"2026-10-05T", ""}, {"2026-10-05T24", ""},
		{"2026-10-05T07:60", ""}, {"2026-10-05T07:08:60", ""}, {"2026-10-05T07:8", ""}, {"2026-10-05T07:08:09.", ""},
		{"2026-10-05T07:08:09.1234567890", ""}, {"2026-10-05T07:08Zx", ""}, {"2026-10-05T07:08z", ""}, {"2026-10-05T07:08+1", ""},
		{"2026-10-05T07:08+24", ""}, {"2026-10-05T07:08+01:60", ""}, {"2026-10-05T07:08+01:", ""}, {"2026-10-05T07:08+01:3", ""},
		{"2026-10-05 07:08", ""}, {"02026-10-05", ""}, {"26-10-05", ""}, {"2026/10/05", ""}, {"-2026-10-05", ""}, {"1e9", ""}, {"1e-9", ""},
		{" 1", ""}, {"now", ""}, {"0x10", ""}, {"2026-10-05-", ""}, {"2026-10-05T0708", ""}, {"2026-10-053", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, ok := parseDate(tt.text)
			require.Equal(t, tt.want != "", ok)
			if !ok {
				return
			}
			at, err := time.Parse(time.RFC3339Nano, tt.want)
			require.NoError(t, err)
			want, ok := parsePlain(epochText(at))
			require.True(t, ok)
			require.Zero(t, got.compare(&want))
		})
	}
}

func TestEpochText(t *testing.T) {
	for text, at := range map[string]time.Time{
		"0":              time.Unix(0, 0),
		"1.000000001":    time.Unix(1, 1),
		"-1":             time.Unix(-1, 0),
		"-0.250000000":   time.Unix(-1, 750_000_000),
		"-1.999999999":   time.Unix(-2, 1),
		"1767225600":     time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"-62167219200":   time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		"253402300799.5": time.Date(9999, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
	} {
		if text == "253402300799.5" {
			text += "00000000"
		}
		require.Equal(t, text, epochText(at))
	}
}
