//go:build !race

// The race detector makes sync.Pool, which the glob library uses, drop items at
// random: allocations are counted without it.

package conditions

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNoAllocs lists what must not allocate once the Context is made, since
// every decision does it: each operator family, sets, variables, missing and
// unknown keys.
func TestNoAllocs(t *testing.T) {
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("%012d", i))
	}
	c := request{
		"aws:PrincipalTag/Team": "web", "aws:SourceIp": "203.0.113.7", "s3:max-keys": "1e2", "aws:CurrentTime": "2026-01-01T00:00:00Z",
		"aws:SecureTransport": "True", "aws:PrincipalArn": "arn:aws:iam::111111111111:role/team/App", "bin": "QmluYXJ5",
		"aws:TagKeys": []string{"env", "team"}, "aws:username": "Alice", "aws:absent": nil,
	}.context()
	for _, tt := range []struct {
		op, key string
		values  []string
	}{
		{"StringEquals", "aws:PrincipalTag/Team", []string{"a", "web"}},
		{"StringEquals", "aws:PrincipalTag/Team", many},
		{"StringEqualsIgnoreCase", "aws:PrincipalTag/Team", []string{"WEB"}},
		{"StringNotLike", "aws:PrincipalTag/Team", []string{"w?b*x", "*x", "a*b"}},
		{"StringLike", "aws:PrincipalTag/Team", []string{"${aws:PrincipalTag/Nothing, 'x'}", "${aws:PrincipalTag/Team}*"}},
		{"StringEquals", "aws:PrincipalTag/Team", []string{"${aws:absent}", "${aws:TagKeys}"}},
		{"NumericLessThan", "s3:max-keys", []string{"10.50", "-1e3"}},
		{"NumericNotEquals", "aws:username", []string{"10"}},
		{"DateGreaterThan", "aws:CurrentTime", []string{"2027-01-01", "1767225600.5"}},
		{"Bool", "aws:SecureTransport", []string{"false", "true"}},
		{"Bool", "aws:SecureTransport", []string{"${aws:SecureTransport}"}},
		{"BinaryEquals", "bin", []string{"AA==", "QmluYXJ5"}},
		{"NotIpAddress", "aws:SourceIp", []string{"10.0.0.0/8", "2001:db8::/32", "203.0.113.0/24"}},
		{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:iam::*:user/*", "arn:aws:iam::111111111111:role/team/*"}},
		{"ArnEquals", "aws:PrincipalArn", []string{"arn:aws:iam::111111111111:role/team/App"}},
		{"ArnNotLike", "aws:PrincipalArn", []string{"arn:aws:iam::*:role/${aws:PrincipalTag/Team}/A?p*"}},
		{"Null", "aws:PrincipalTag/Team", []string{"true", "false"}},
		{"ForAllValues:StringEquals", "aws:TagKeys", []string{"env", "team"}},
		{"ForAnyValue:StringNotLikeIfExists", "aws:TagKeys", []string{"env*"}},
		{"StringNotEqualsIfExists", "aws:absent", []string{"a"}},
		{"StringLike", "aws:NotSupplied", []string{"a*", "${aws:Other}"}},
		{"ArnLike", "aws:NotSupplied", []string{"arn:aws:iam::${aws:Other}:role/*"}},
		{"Bool", "aws:NotSupplied", []string{"${aws:Other}"}},
	} {
		e := entry(t, tt.op, tt.key, true, tt.values...)
		for _, threeValued := range []bool{false, true} {
			require.Zero(t, testing.AllocsPerRun(100, func() {
				env := Env{Context: c, ThreeValued: threeValued}
				Block{e}.Eval(&env)
			}), "%s %s %q", tt.op, tt.key, tt.values)
		}
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { c.Lookup("AWS:PrincipalTag/Team") }))
}
