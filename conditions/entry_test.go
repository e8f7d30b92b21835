package conditions

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// faults returns the ValueErrors that err joins.
func faults(t *testing.T, err error) []*ValueError {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "%v joins nothing", err)
	var all []*ValueError
	for _, e := range joined.Unwrap() {
		var fault *ValueError
		require.True(t, errors.As(e, &fault))
		all = append(all, fault)
	}
	return all
}

func TestEntryErrors(t *testing.T) {
	for _, tt := range []struct {
		name, op string
		values   []string
		indices  []int
		msg      string
	}{
		{"A27 unparsable dates", "DateLessThan", []string{"2026-01", "tomorrow", "2026-02-30"}, []int{1, 2}, `value "tomorrow" is neither an ISO 8601 date nor epoch seconds (rule C33)`},
		{"A27 dates take no variables", "DateLessThan", []string{"${aws:CurrentTime}"}, []int{0}, "C33"},
		{"C36 mask too long", "IpAddress", []string{"10.0.0.0/33"}, []int{0}, `value "10.0.0.0/33" is no IP address or CIDR range (rule C36)`},
		{"C36 no address", "NotIpAddress", []string{"10.0.0.1", "*", "fe80::1%eth0"}, []int{1, 2}, "C36"},
		{"D2 in a text", "StringEquals", []string{"a", "${}", "${aws:x"}, []int{1, 2}, `value "${}" is malformed at byte 0: the variable ${} names no key (rule D2)`},
		{"D2 in an ARN", "ArnLike", []string{"arn:aws:iam::${a b}:x"}, []int{0}, `is malformed at byte 16: a variable's name holds no blank (rule D2)`},
		{"D2 in a bool", "Bool", []string{"${"}, []int{0}, "closing brace"},
		{"A1 UTF-8", "StringLike", []string{"\xff"}, []int{0}, "not valid UTF-8"},
		{"A1 UTF-8 in an ARN", "ArnLike", []string{"\xff"}, []int{0}, "not valid UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op, err := ParseOperator(tt.op, false)
			require.NoError(t, err)
			e, err := NewEntry(op, "k", tt.values, true)
			require.Nil(t, e)
			all := faults(t, err)
			var indices []int
			for _, f := range all {
				indices = append(indices, f.Index)
			}
			require.Equal(t, tt.indices, indices)
			require.Contains(t, all[0].Error(), tt.msg)
		})
	}
}

// TestEntryAccepts lists values that match nothing but are no errors.
func TestEntryAccepts(t *testing.T) {
	for _, tt := range []struct {
		op        string
		value     string
		variables bool
	}{
		{"NumericEquals", "ten", true},
		{"NumericEquals", "${", true},
		{"BinaryEquals", "?", true},
		{"Bool", "yes", true},
		{"Null", "${", true},
		{"Null", "yes", true},
		{"ArnLike", "*", true},
		{"StringEquals", "${", false},
		{"ArnLike", "${}", false},
		{"Bool", "${}", false},
	} {
		op, err := ParseOperator(tt.op, false)
		require.NoError(t, err)
		_, err = NewEntry(op, "k", []string{tt.value}, tt.variables)
		require.NoError(t, err, "%s %s", tt.op, tt.value)
	}
}

func TestEntryAccessors(t *testing.T) {
	values := []string{"a${aws:Z}", "${aws:b}${AWS:z, 'x'}${*}", "c"}
	e := entry(t, "ForAnyValue:StringLikeIfExists", "aws:TagKeys", true, values...)
	require.Equal(t, "ForAnyValue:StringLikeIfExists", e.Operator().String())
	require.Equal(t, "aws:TagKeys", e.Key())
	require.Equal(t, values, e.Values())
	require.Equal(t, []string{"aws:Z", "aws:b"}, e.Variables())

	// What it returns and was made of may be changed.
	e.Values()[0], e.Variables()[0], values[0] = "x", "x", "x"
	require.Equal(t, "a${aws:Z}", e.Values()[0])
	require.Equal(t, "aws:Z", e.Variables()[0])

	require.Equal(t, []string{"a:b", "c"}, entry(t, "ArnLike", "k", true, "arn:aws:iam::${a:b}:role/${c}").Variables())
	require.Equal(t, []string{"v"}, entry(t, "Bool", "k", true, "${v}", "true").Variables())
	require.Empty(t, entry(t, "StringLike", "k", false, "${v}").Variables())
	require.Empty(t, entry(t, "NumericEquals", "k", true, "${v}").Variables())
}
