package conditions

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOperatorNames holds rule A24: every operator reads back as it is
// written.
func TestOperatorNames(t *testing.T) {
	count := 0
	for set := None; set <= ForAnyValue; set++ {
		for b := Base(0); b < baseCount; b++ {
			for _, suffix := range []bool{false, true} {
				op := Operator{Set: set, Base: b, IfExists: suffix}
				got, err := ParseOperator(op.String(), false)
				if b == Null && suffix {
					require.ErrorContains(t, err, "C11")
					continue
				}
				require.NoError(t, err)
				require.Equal(t, op, got)
				count++

				upper := strings.ToUpper(op.String())
				_, err = ParseOperator(upper, false)
				require.ErrorContains(t, err, op.String(), "A25: another case is proposed, not accepted")
				got, err = ParseOperator(upper, true)
				require.NoError(t, err)
				require.Equal(t, op, got)
			}
		}
	}
	require.Equal(t, 3*(2*27-1), count)
}

// TestOperatorTable holds rule C.12.
func TestOperatorTable(t *testing.T) {
	negated := strings.Fields("StringNotEquals StringNotEqualsIgnoreCase StringNotLike NumericNotEquals DateNotEquals NotIpAddress ArnNotEquals ArnNotLike")
	wildcards := strings.Fields("StringLike StringNotLike ArnEquals ArnLike ArnNotEquals ArnNotLike")
	families := map[string]int{}
	for b := Base(0); b < baseCount; b++ {
		op := Operator{Base: b}
		require.Equal(t, contains(negated, b.String()), op.Negated(), b)
		require.Equal(t, contains(wildcards, b.String()), op.Wildcards(), b)
		families[b.Family().String()]++
		require.Contains(t, b.String(), b.Family().String())
	}
	require.Equal(t, map[string]int{"String": 6, "Numeric": 6, "Date": 6, "Bool": 1, "Binary": 1, "IpAddress": 2, "Arn": 4, "Null": 1}, families)
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func TestUnknownOperators(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"StringEqual", `unknown condition operator "StringEqual"; did you mean StringEquals?`},
		{"stringequals", "did you mean StringEquals"},
		{"StringLikes", "did you mean StringLike"},
		{"ArnLke", "did you mean ArnLike"},
		{"IPAddress", "did you mean IpAddress"},
		{"ForAnyValues:StringEquals", "did you mean ForAnyValue:StringEquals"},
		{"ForAllValue:StringLikeIfExist", "did you mean ForAllValues:StringLikeIfExists"},
		{"NumericLessThen", "NumericLessThan"},
		{"NullIfExists", "Null takes no IfExists"},
		{"ForAnyValue:NullIfExists", "Null takes no IfExists"},
		{"StringEqualsIfExistsIfExists", `unknown condition operator "StringEqualsIfExistsIfExists"`},
		{"ForAnyValue:ForAnyValue:StringEquals", "unknown condition operator"},
		{"IfExists", "unknown condition operator"},
		{"ForAnyValue:", "unknown condition operator"},
		{":StringEquals", "unknown condition operator"},
		{"", `unknown condition operator ""`},
		{" StringEquals", "did you mean StringEquals"},
		{"BinaryNotEquals", "unknown condition operator"},
		{"ſtringEquals", "unknown condition operator"},
		{strings.Repeat("x", 1000), "unknown condition operator"},
	} {
		t.Run(tt.name[:min(30, len(tt.name))], func(t *testing.T) {
			_, err := ParseOperator(tt.name, false)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := ParseOperator("Strings", false)
	require.NotContains(t, err.Error(), "did you mean")
}
