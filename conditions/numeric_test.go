package conditions

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumericOperators(t *testing.T) {
	unparsable := Options{UnparsableNegatedNumberTrue: true}
	check(t, []rule{
		{name: "C30 equal", op: "NumericEquals", key: "k", values: one("10"), request: is("10"), want: True},
		{name: "C30 equal in value", op: "NumericEquals", key: "k", values: one("10"), request: is("+10.0"), want: True},
		{name: "C30 not equal", op: "NumericEquals", key: "k", values: one("10"), request: is("10.000000000000000000000001"), want: False},
		{name: "C30 beyond floats", op: "NumericEquals", key: "k", values: one("9007199254740993"), request: is("9007199254740992"), want: False},
		{name: "C30 minus zero", op: "NumericEquals", key: "k", values: one("0"), request: is("-0.0"), want: True},
		{name: "C6 one of several", op: "NumericEquals", key: "k", values: []string{"1", "2"}, request: is("2"), want: True},
		{name: "C7 equals one", op: "NumericNotEquals", key: "k", values: []string{"1", "2"}, request: is("2.0"), want: False},
		{name: "C7 equals none", op: "NumericNotEquals", key: "k", values: []string{"1", "2"}, request: is("3"), want: True},
		{name: "C30 less", op: "NumericLessThan", key: "k", values: one("10"), request: is("9.5"), want: True},
		{name: "C30 not less", op: "NumericLessThan", key: "k", values: one("10"), request: is("10"), want: False},
		{name: "C30 as numbers, not texts", op: "NumericLessThan", key: "k", values: one("10"), request: is("9"), want: True},
		{name: "C30 negative", op: "NumericLessThan", key: "k", values: one("-10"), request: is("-9"), want: False},
		{name: "C30 at most", op: "NumericLessThanEquals", key: "k", values: one("10"), request: is("10"), want: True},
		{name: "C30 not at most", op: "NumericLessThanEquals", key: "k", values: one("10"), request: is("10.1"), want: False},
		{name: "C30 greater", op: "NumericGreaterThan", key: "k", values: one("10"), request: is("10.1"), want: True},
		{name: "C30 not greater", op: "NumericGreaterThan", key: "k", values: one("10"), request: is("10"), want: False},
		{name: "C30 at least", op: "NumericGreaterThanEquals", key: "k", values: one("10"), request: is("10"), want: True},
		{name: "C30 not at least", op: "NumericGreaterThanEquals", key: "k", values: one("10"), request: is("9.9"), want: False},
		{name: "C6 less than one of several", op: "NumericLessThan", key: "k", values: []string{"1", "10"}, request: is("5"), want: True},
		{name: "C31 no wildcards", op: "NumericEquals", key: "k", values: one("1*"), request: is("10"), want: False},
		{name: "C31 no variables", op: "NumericEquals", key: "k", values: one("${v}"), request: request{"k": "10", "v": "10"}, want: False},
		{name: "C32 exponent", op: "NumericEquals", key: "k", values: one("1.5e3"), request: is("1500"), want: True},
		{name: "C32 request is no number", op: "NumericEquals", key: "k", values: one("10"), request: is("ten"), want: False},
		{name: "C32 no trimming", op: "NumericEquals", key: "k", values: one("10"), request: is(" 10"), want: False},
		{name: "C32 no infinity", op: "NumericGreaterThan", key: "k", values: one("10"), request: is("Inf"), want: False},
		{name: "C32 request is no number", op: "NumericNotEquals", key: "k", values: one("10"), request: is("ten"), want: False},
		{name: "C32 request is no number, alternative", op: "NumericNotEquals", key: "k", values: one("10"), request: is("ten"), options: unparsable, want: True},
		{name: "C32 policy has no number", op: "NumericNotEquals", key: "k", values: []string{"ten", "11"}, request: is("10"), want: False},
		{name: "C32 policy has no number, alternative", op: "NumericNotEquals", key: "k", values: []string{"ten", "11"}, request: is("10"), options: unparsable, want: True},
		{name: "C32 policy has no number but a match, alternative", op: "NumericNotEquals", key: "k", values: []string{"ten", "10"}, request: is("10"), options: unparsable, want: False},
		{name: "C32 another value matches", op: "NumericEquals", key: "k", values: []string{"ten", "10"}, request: is("10"), want: True},
		{name: "C32 alternative is for the negated operator only", op: "NumericLessThan", key: "k", values: one("10"), request: is("ten"), options: unparsable, want: False},
		{name: "C51 on a text", op: "NumericEquals", key: "aws:username", values: one("7"), request: request{"aws:username": "7"}, want: True},
	})
}

func TestParseNumber(t *testing.T) {
	valid := []string{
		"0", "-0", "+1", "1.", ".5", "00012", "1e5", "1E+5", "1e-5", "12.50", "0.0e9", "1e007", "000.000120",
		strings.Repeat("9", 500) + "." + strings.Repeat("1", 500),
	}
	for _, text := range valid {
		t.Run(text[:min(20, len(text))], func(t *testing.T) {
			d, ok := parseNumber(text)
			require.True(t, ok)
			for _, other := range valid {
				e, _ := parseNumber(other)
				a, _ := new(big.Rat).SetString(text)
				b, _ := new(big.Rat).SetString(other)
				require.Equal(t, a.Cmp(b), d.compare(&e), "%s and %s", text, other)
			}
		})
	}
	for _, text := range []string{
		"", "-", ".", "+.", "e5", "1e", "1e+", "1e1.5", "1.2.3", "0x10", "1/2", "1_000", " 1", "1 ", "NaN", "inf", "--1", "+-1", "1e5e5", "٣", "1,5", "1e99999999999999999999",
	} {
		t.Run("not "+text, func(t *testing.T) {
			_, ok := parseNumber(text)
			require.False(t, ok)
		})
	}
}

// TestLargeExponents compares numbers nobody could write out.
func TestLargeExponents(t *testing.T) {
	ascending := []string{
		"-9e2147483647", "-1e1000000000", "-1", "-1e-1000000000", "0e2147483647", "1e-2147483647", "1e-1000000000", "9.99e-1000000000",
		"1", "1e1000000000", "1.0000001e1000000000", "10e1000000000", "1e2147483647",
	}
	for i, a := range ascending {
		for j, b := range ascending {
			x, ok := parseNumber(a)
			require.True(t, ok, a)
			y, ok := parseNumber(b)
			require.True(t, ok, b)
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			require.Equal(t, want, x.compare(&y), "%s and %s", a, b)
		}
	}
	_, ok := parseNumber("1e2147483648")
	require.False(t, ok)
}
