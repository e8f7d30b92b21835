package conditions

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStringOperators(t *testing.T) {
	ab := []string{"a", "b"}
	check(t, []rule{
		{name: "C20 equal", op: "StringEquals", key: "k", values: one("a"), request: is("a"), want: True},
		{name: "C20 case counts", op: "StringEquals", key: "k", values: one("a"), request: is("A"), want: False},
		{name: "C20 star is plain", op: "StringEquals", key: "k", values: one("a*"), request: is("ab"), want: False},
		{name: "C20 star equals itself", op: "StringEquals", key: "k", values: one("a*?"), request: is("a*?"), want: True},
		{name: "C3 key in another case", op: "StringEquals", key: "AWS:PrincipalTag/Team", values: one("a"), request: request{"aws:principaltag/TEAM": "a"}, want: True},
		{name: "C6 one of several", op: "StringEquals", key: "k", values: ab, request: is("b"), want: True},
		{name: "C6 none of several", op: "StringEquals", key: "k", values: ab, request: is("c"), want: False},
		{name: "C12 empty text", op: "StringEquals", key: "k", values: one(""), request: is(""), want: True},
		{name: "C12 empty text is not another", op: "StringEquals", key: "k", values: one("a"), request: is(""), want: False},
		{name: "C24 no trimming", op: "StringEquals", key: "k", values: one("a"), request: is("a "), want: False},
		{name: "C24 no normalisation", op: "StringEquals", key: "k", values: one("\u00e9"), request: is("e\u0301"), want: False},
		{name: "C51 on a date", op: "StringEquals", key: "aws:CurrentTime", values: one("2026-01-01T00:00:00Z"), request: request{"aws:CurrentTime": "2026-01-01T00:00:00Z"}, want: True},
		{name: "C51 text of a date, not the instant", op: "StringEquals", key: "aws:CurrentTime", values: one("2026-01-01"), request: request{"aws:CurrentTime": "2026-01-01T00:00:00Z"}, want: False},

		{name: "C7 equal", op: "StringNotEquals", key: "k", values: ab, request: is("a"), want: False},
		{name: "C7 equals none", op: "StringNotEquals", key: "k", values: ab, request: is("c"), want: True},
		{name: "C12 empty text", op: "StringNotEquals", key: "k", values: ab, request: is(""), want: True},

		{name: "C21 other case", op: "StringEqualsIgnoreCase", key: "k", values: one("Team"), request: is("tEAM"), want: True},
		{name: "C21 other text", op: "StringEqualsIgnoreCase", key: "k", values: one("Team"), request: is("teams"), want: False},
		{name: "C21 simple folding", op: "StringEqualsIgnoreCase", key: "k", values: one("ÄK"), request: is("ä\u212a"), want: True},
		{name: "C21 no wildcards", op: "StringEqualsIgnoreCase", key: "k", values: one("a*"), request: is("ab"), want: False},
		{name: "C21 variable", op: "StringEqualsIgnoreCase", key: "k", values: one("x-${v}"), request: request{"k": "X-ABC", "v": "abc"}, want: True},
		{name: "C21 other case", op: "StringNotEqualsIgnoreCase", key: "k", values: one("Team"), request: is("tEAM"), want: False},
		{name: "C21 other text", op: "StringNotEqualsIgnoreCase", key: "k", values: one("Team"), request: is("x"), want: True},

		{name: "C22 star and question mark", op: "StringLike", key: "k", values: one("al?c*"), request: is("alice"), want: True},
		{name: "C22 case counts", op: "StringLike", key: "k", values: one("AL*"), request: is("alice"), want: False},
		{name: "C22 star may be empty", op: "StringLike", key: "k", values: one("a*"), request: is("a"), want: True},
		{name: "C22 question mark is one character", op: "StringLike", key: "k", values: one("a?"), request: is("a"), want: False},
		{name: "C22 everything is ordinary", op: "StringLike", key: "k", values: one("a*z"), request: is("a/:\n z"), want: True},
		{name: "C12 star matches the empty text", op: "StringLike", key: "k", values: one("*"), request: is(""), want: True},
		{name: "C23 no escapes", op: "StringLike", key: "k", values: one(`\*`), request: is("*"), want: False},
		{name: "C23 no classes", op: "StringLike", key: "k", values: one("[ab]*"), request: is("a"), want: False},
		{name: "C7 matches", op: "StringNotLike", key: "k", values: []string{"x*", "al*"}, request: is("alice"), want: False},
		{name: "C7 matches none", op: "StringNotLike", key: "k", values: []string{"x*", "bo*"}, request: is("alice"), want: True},
	})
}

func TestVariables(t *testing.T) {
	check(t, []rule{
		{name: "D1 substituted", op: "StringEquals", key: "k", values: one("${aws:ResourceTag/x}"), request: request{"k": "1", "aws:ResourceTag/x": "1"}, want: True},
		{name: "D1 another value", op: "StringEquals", key: "k", values: one("${aws:ResourceTag/x}"), request: request{"k": "1", "aws:ResourceTag/x": "2"}, want: False},
		{name: "D1 key in any case", op: "StringEquals", key: "k", values: one("${AWS:resourcetag/X}"), request: request{"k": "1", "aws:ResourceTag/x": "1"}, want: True},
		{name: "D1 a long key in any case", op: "StringEquals", key: "k", values: one("${aws:ResourceTag/" + longTag + "}"), request: request{"k": "1", "AWS:ResourceTag/" + longTag: "1"}, want: True},
		{name: "D3 default", op: "StringEquals", key: "k", values: one("${v, 'none'}"), request: request{"k": "none", "v": nil}, want: True},
		{name: "D3 no default for a present key", op: "StringEquals", key: "k", values: one("${v, 'none'}"), request: request{"k": "none", "v": "x"}, want: False},
		{name: "D3 default for an empty list", op: "StringEquals", key: "k", values: one("${v, 'none'}"), request: request{"k": "none", "v": []string{}}, want: True},
		{name: "D4 escaped star", op: "StringLike", key: "k", values: one("home/${*}"), request: is("home/*"), want: True},
		{name: "D4 escaped star is no wildcard", op: "StringLike", key: "k", values: one("home/${*}"), request: is("home/a"), want: False},
		{name: "D4 escaped dollar", op: "StringEquals", key: "k", values: one("${$}{v}"), request: request{"k": "${v}", "v": "x"}, want: True},
		{name: "D6 older version", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "${v}", "v": "x"}, literal: true, want: True},
		{name: "D6 older version does not substitute", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "x", "v": "x"}, literal: true, want: False},
		{name: "D7 list", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "env", "v": []string{"env"}}, want: False},
		{name: "D7 key that is a set by nature", op: "StringEquals", key: "k", values: one("${aws:TagKeys}"), request: request{"k": "env", "aws:TagKeys": "env"}, want: False},
		{name: "D7 list with default", op: "StringEquals", key: "k", values: one("${v, 'env'}"), request: request{"k": "env", "v": []string{"env"}}, want: False},
		{name: "D8 absent, positive", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "1", "v": nil}, want: False},
		{name: "D8 absent, negated", op: "StringNotEquals", key: "k", values: one("${v}"), request: request{"k": "1", "v": nil}, want: True},
		{name: "D8 absent, negated, another value matches", op: "StringNotEquals", key: "k", values: []string{"${v}", "1"}, request: request{"k": "1", "v": nil}, want: False},
		{name: "D8 absent, another value matches", op: "StringEquals", key: "k", values: []string{"${v}", "1"}, request: request{"k": "1", "v": nil}, want: True},
		{name: "D8 empty is not absent", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "", "v": ""}, want: True},
		{name: "D9 a star in a value", op: "StringLike", key: "k", values: one("${v}/*"), request: request{"k": "abc/x", "v": "*"}, want: False},
		{name: "D9 a star in a value equals itself", op: "StringLike", key: "k", values: one("${v}/*"), request: request{"k": "*/x", "v": "*"}, want: True},
		{name: "D9 a star in a value, as wildcard", op: "StringLike", key: "k", values: one("${v}/*"), request: request{"k": "abc/x", "v": "*"}, options: Options{VariableWildcards: true}, want: True},
		{name: "D9 never a wildcard in StringEquals", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "abc", "v": "*"}, options: Options{VariableWildcards: true}, want: False},
		{name: "D9 not expanded again", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "x", "v": "${w}", "w": "x"}, want: False},
		{name: "D10 case of values counts", op: "StringEquals", key: "k", values: one("${v}"), request: request{"k": "a", "v": "A"}, want: False},
		{name: "set of a user's own", op: "ForAllValues:StringLike", key: "dynamodb:LeadingKeys", values: one("${aws:userid}*"), request: request{"dynamodb:LeadingKeys": []string{"AIDAX-1", "AIDAX"}, "aws:userid": "AIDAX"}, want: True},
	})
}

var longTag = fmt.Sprintf("T%0*d", 2*foldBuffer, 7)

// TestManyLiterals looks values up instead of comparing them one by one.
func TestManyLiterals(t *testing.T) {
	var values []string
	for i := range 3 * literalSetSize {
		values = append(values, fmt.Sprintf("%012d", i))
	}
	env := func(v string) *Env { return &Env{Context: is(v).context()} }
	equals := entry(t, "StringEquals", "k", true, values...)
	differs := entry(t, "StringNotEquals", "k", true, values...)
	for _, v := range values {
		require.Equal(t, True, equals.Eval(env(v)))
		require.Equal(t, False, differs.Eval(env(v)))
	}
	require.Equal(t, False, equals.Eval(env("x")))
	require.Equal(t, True, differs.Eval(env("x")))

	mixed := entry(t, "StringEquals", "k", true, append(values, "${v}")...)
	require.Equal(t, True, mixed.Eval(&Env{Context: request{"k": "x", "v": "x"}.context()}))
	folded := entry(t, "StringEqualsIgnoreCase", "k", true, append(values, "abc")...)
	require.Equal(t, True, folded.Eval(env("ABC")))
	like := entry(t, "StringLike", "k", true, append(values, "a*")...)
	require.Equal(t, True, like.Eval(env("abc")))
}
