package conditions

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExplain(t *testing.T) {
	var many []string
	for i := range 12 {
		many = append(many, fmt.Sprint(i))
	}
	tests := []struct {
		name string
		rule
		says string
	}{
		{"one value", rule{op: "StringEquals", key: "aws:PrincipalTag/team", values: one("data"), request: request{"aws:principaltag/team": "web"}},
			`StringEquals aws:PrincipalTag/team: request has "web", policy wants "data"`},
		{"absent", rule{op: "StringEquals", key: "k", values: one("data"), request: request{"k": nil}},
			`StringEquals k: the request does not carry the key, policy wants "data"`},
		{"not supplied", rule{op: "StringEquals", key: "k", values: one("data")},
			`StringEquals k: the request does not carry the key, policy wants "data"`},
		{"unknown", rule{op: "StringEquals", key: "k", values: one("data"), threeValued: true},
			`StringEquals k: nothing is known of the key in the request, policy wants "data"`},
		{"several values", rule{op: "StringLike", key: "k", values: []string{"a*", "b"}, request: is("c")},
			`StringLike k: request has "c", policy wants one of "a*", "b"`},
		{"negated", rule{op: "StringNotEquals", key: "k", values: []string{"a", "b"}, request: is("a")},
			`StringNotEquals k: request has "a", policy wants none of "a", "b"`},
		{"many values", rule{op: "StringEquals", key: "k", values: many, request: is("x")},
			`StringEquals k: request has "x", policy wants one of "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" and 2 more`},
		{"number", rule{op: "NumericLessThanEquals", key: "k", values: one("10"), request: is("11")},
			`NumericLessThanEquals k: request has "11", policy wants a number of at most "10"`},
		{"no number", rule{op: "NumericNotEquals", key: "k", values: []string{"ten", "1"}, request: is("x")},
			`NumericNotEquals k: request has "x", policy wants none of "ten", "1"; "x" is not a number (rule C32); "ten" is not a number (rule C32)`},
		{"date", rule{op: "DateGreaterThan", key: "k", values: one("2026-01"), request: is("now")},
			`DateGreaterThan k: request has "now", policy wants a time after "2026-01"; "now" is not a date (rule C34)`},
		{"bool", rule{op: "Bool", key: "k", values: one("yes"), request: is("true")},
			`Bool k: request has "true", policy wants "yes"; "yes" is neither true nor false (rule C35)`},
		{"bool variable", rule{op: "Bool", key: "k", values: one("${v}"), request: request{"k": "true", "v": "false"}},
			`Bool k: request has "true", policy wants "${v}"; ${v} is "false"`},
		{"bool variable as text", rule{op: "Bool", key: "k", values: one("${v}"), request: is("true"), options: Options{BoolVariablesLiteral: true}},
			`Bool k: request has "true", policy wants "${v}"; "${v}" is neither true nor false (rule C35)`},
		{"base64", rule{op: "BinaryEquals", key: "k", values: one("?"), request: is("!")},
			`BinaryEquals k: request has "!", policy wants "?"; "!" is not base64 (rule C39); "?" is not base64 (rule C39)`},
		{"address", rule{op: "IpAddress", key: "k", values: []string{"10.0.0.0/8", "::/0"}, request: is("8.8.8.8")},
			`IpAddress k: request has "8.8.8.8", policy wants an address in one of "10.0.0.0/8", "::/0"`},
		{"no address", rule{op: "NotIpAddress", key: "k", values: one("10.0.0.0/8"), request: is("x")},
			`NotIpAddress k: request has "x", policy wants an address in none of "10.0.0.0/8"; "x" is not an IP address (rule C2)`},
		{"mapped address", rule{op: "IpAddress", key: "k", values: one("10.0.0.0/8"), request: is("::ffff:10.0.0.1")},
			`IpAddress k: request has "::ffff:10.0.0.1", policy wants an address in "10.0.0.0/8"; "::ffff:10.0.0.1" is compared as an IPv6 address (rule C37)`},
		{"mapped address as IPv4", rule{op: "IpAddress", key: "k", values: one("10.0.0.0/8"), request: is("::ffff:10.0.0.1"), options: Options{MappedIPv4IsIPv4: true}},
			`IpAddress k: request has "::ffff:10.0.0.1", policy wants an address in "10.0.0.0/8"`},
		{"ARN", rule{op: "ArnLike", key: "k", values: []string{"*", "arn:aws:s3:::*"}, request: is("x")},
			`ArnLike k: request has "x", policy wants one of "*", "arn:aws:s3:::*"; "x" is not an ARN (rule C42); "*" has fewer than six components and matches no ARN (rule C43)`},
		{"ARN completed", rule{op: "ArnLike", key: "k", values: one("*"), request: is("arn:::::"), options: Options{ShortARNPatternsCompleted: true}},
			`ArnLike k: request has "arn:::::", policy wants "*"`},
		{"null", rule{op: "Null", key: "k", values: one("true"), request: is("x")},
			`Null k: request has "x", policy wants the key absent or empty`},
		{"null present", rule{op: "Null", key: "k", values: one("false"), request: request{}},
			`Null k: the request does not carry the key, policy wants the key present and not empty`},
		{"null, empty", rule{op: "Null", key: "k", values: one("false"), request: is("")},
			`Null k: request has "", policy wants the key present and not empty; an empty text counts as absent (rule C12)`},
		{"null, either", rule{op: "Null", key: "k", values: []string{"true", "false"}, request: is("x")},
			`Null k: request has "x", policy wants the key absent or present`},
		{"null, no values", rule{op: "Null", key: "k", values: []string{}, request: is("x")},
			`Null k: request has "x", policy wants a value out of an empty list`},
		{"null, constant", rule{op: "ForAnyValue:Null", key: "k", values: one("true"), request: is("x"), options: Options{NullWithSetOperatorConstant: true}},
			`ForAnyValue:Null k: request has "x", policy wants the key absent or empty; ForAnyValue makes Null constant (rule C45)`},
		{"all values", rule{op: "ForAllValues:StringEquals", key: "k", values: []string{"a", "b"}, request: request{"k": []string{"a", "c"}}},
			`ForAllValues:StringEquals k: request has ["a" "c"], policy wants every value to be one of "a", "b"`},
		{"all values, missing", rule{op: "ForAllValues:StringEquals", key: "k", values: one("a"), request: request{"k": nil}},
			`ForAllValues:StringEquals k: the request does not carry the key, policy wants every value to be "a"; ForAllValues holds for a missing key (rule C14)`},
		{"all values, empty", rule{op: "ForAllValues:StringEquals", key: "k", values: one("a"), request: is("")},
			`ForAllValues:StringEquals k: request has "", policy wants every value to be "a"; ForAllValues holds for an empty text (rule C12)`},
		{"any value, missing", rule{op: "ForAnyValue:StringNotEquals", key: "k", values: one("a"), request: request{"k": nil}},
			`ForAnyValue:StringNotEquals k: the request does not carry the key, policy wants some value to be none of "a"; ForAnyValue never holds for a missing key (rule C15)`},
		{"any value, empty", rule{op: "ForAnyValue:StringEquals", key: "k", values: one("a"), request: is("")},
			`ForAnyValue:StringEquals k: request has "", policy wants some value to be "a"; ForAnyValue never holds for an empty text (rule C12)`},
		{"any value, IfExists", rule{op: "ForAnyValue:StringEqualsIfExists", key: "k", values: one("a"), request: request{"k": nil}},
			`ForAnyValue:StringEqualsIfExists k: the request does not carry the key, policy wants some value to be "a"; ForAnyValue never holds for a missing key, even with IfExists (rule C19)`},
		{"any value, IfExists, alternative", rule{op: "ForAnyValue:StringEqualsIfExists", key: "k", values: one("a"), request: request{"k": nil}, options: Options{ForAnyValueIfExistsMissingTrue: true}},
			`ForAnyValue:StringEqualsIfExists k: the request does not carry the key, policy wants some value to be "a"; IfExists holds for a missing key, even with ForAnyValue (rule C19)`},
		{"IfExists", rule{op: "StringEqualsIfExists", key: "k", values: one("a"), request: request{"k": nil}},
			`StringEqualsIfExists k: the request does not carry the key, policy wants "a"; IfExists holds for a missing key (rule C11)`},
		{"negated, missing", rule{op: "StringNotEquals", key: "k", values: one("a"), request: request{"k": nil}},
			`StringNotEquals k: the request does not carry the key, policy wants none of "a"; a negated operator holds for a missing key (rule C10)`},
		{"no values", rule{op: "StringNotEquals", key: "k", values: []string{}, request: is("a")},
			`StringNotEquals k: request has "a", policy wants a value out of an empty list; an empty list holds for no value (rule C18)`},
		{"no values, missing", rule{op: "StringNotEquals", key: "k", values: []string{}, request: request{"k": nil}},
			`StringNotEquals k: the request does not carry the key, policy wants a value out of an empty list; an empty list holds for no value (rule C18)`},
		{"no values, alternative", rule{op: "StringNotEquals", key: "k", values: []string{}, request: is("a"), options: Options{EmptyNegatedListTrue: true}},
			`StringNotEquals k: request has "a", policy wants a value out of an empty list; an empty list excludes no value (rule C18)`},
		{"bare operator on several", rule{op: "StringEquals", key: "k", values: one("a"), request: request{"k": []string{"a", "b"}}},
			`StringEquals k: request has ["a" "b"], policy wants "a"; StringEquals compares one value and fails on the 2 of the request (rule C17)`},
		{"bare operator on several, alternative", rule{op: "StringNotEquals", key: "k", values: one("a"), request: request{"k": []string{"a", "b"}}, options: Options{NegatedBareOperatorCompares: true}},
			`StringNotEquals k: request has ["a" "b"], policy wants none of "a"; StringNotEquals compares one value and must hold for each of the 2 of the request (rule C17)`},
		{"variables", rule{op: "StringLike", key: "k", values: []string{"${a}/*", "${b}${a}", "${c, 'd'}", "${e}"}, request: request{"k": "x", "a": "w", "b": nil, "e": []string{"1"}}},
			`StringLike k: request has "x", policy wants one of "${a}/*", "${b}${a}", "${c, 'd'}", "${e}"; ${a} is "w"; ` +
				`${b} is absent, so what holds it matches nothing (rule D8); ${c, 'd'} is absent and stands for its default "d" (rule D3); ` +
				`${e} is a set and has no one value, so what holds it matches nothing (rules D7, D8)`},
		{"unknown variable", rule{op: "ArnLike", key: "k", values: one("arn:aws:iam::${a}:x"), request: is("arn:aws:iam::1:x"), threeValued: true},
			`ArnLike k: request has "arn:aws:iam::1:x", policy wants "arn:aws:iam::${a}:x"; ${a} is not known`},
		{"older version", rule{op: "StringEquals", key: "k", values: one("${a}"), request: is("x"), literal: true},
			`StringEquals k: request has "x", policy wants "${a}"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := entry(t, tt.op, tt.key, !tt.literal, tt.values...)
			env := &Env{Context: tt.request.context(), Options: tt.options, ThreeValued: tt.threeValued}
			require.Equal(t, tt.says, e.Explain(env))
		})
	}
	require.Equal(t, `StringEquals k: the request does not carry the key, policy wants "a"`, entry(t, "StringEquals", "k", true, "a").Explain(&Env{}))
}
