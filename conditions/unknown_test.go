package conditions

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnknownKeys holds rule D23: a key that is not supplied gives Unknown
// unless absence and every value give the same.
func TestUnknownKeys(t *testing.T) {
	none := []string{}
	rules := []rule{
		{name: "positive", op: "StringEquals", values: one("a"), want: Unknown},
		{name: "negated", op: "StringNotEquals", values: one("a"), want: Unknown},
		{name: "IfExists", op: "StringEqualsIfExists", values: one("a"), want: Unknown},
		{name: "star", op: "StringLike", values: one("*"), want: Unknown},
		{name: "star, IfExists: a list of two fails", op: "StringLikeIfExists", values: one("*"), want: Unknown},
		{name: "no values", op: "StringEquals", values: none, want: False},
		{name: "no values, negated", op: "StringNotEquals", values: none, want: False},
		{name: "no values, negated, alternative", op: "StringNotEquals", values: none, want: Unknown, options: Options{EmptyNegatedListTrue: true}},
		{name: "no values, negated, both alternatives", op: "StringNotEquals", values: none, want: True, options: Options{EmptyNegatedListTrue: true, NegatedBareOperatorCompares: true}},
		{name: "no values", op: "StringEqualsIfExists", values: none, want: Unknown},
		{name: "no values", op: "ForAllValues:StringEquals", values: none, want: Unknown},
		{name: "no values, alternative", op: "ForAllValues:StringNotEquals", values: none, want: True, options: Options{EmptyNegatedListTrue: true}},
		{name: "no values", op: "ForAnyValue:StringEquals", values: none, want: False},
		{name: "no values, IfExists", op: "ForAnyValue:StringEqualsIfExists", values: none, want: False},
		{name: "no values, IfExists, alternative", op: "ForAnyValue:StringEqualsIfExists", values: none, want: Unknown, options: Options{ForAnyValueIfExistsMissingTrue: true}},
		{name: "star", op: "ForAllValues:StringLike", values: one("*"), want: True},
		{name: "not all", op: "ForAllValues:StringLike", values: one("a*"), want: Unknown},
		{name: "star", op: "ForAnyValue:StringLike", values: one("*"), want: Unknown},
		{name: "no star", op: "ForAnyValue:StringNotLike", values: one("*"), want: False},
		{name: "no star", op: "ForAllValues:StringNotLike", values: one("*"), want: Unknown},
		{name: "unresolved variable", op: "StringEquals", values: one("${v}"), request: request{"v": nil}, want: False},
		{name: "unresolved variable, IfExists", op: "StringEqualsIfExists", values: one("${v}"), request: request{"v": nil}, want: Unknown},
		{name: "unresolved variable, negated: a list of two fails", op: "StringNotEquals", values: one("${v}"), request: request{"v": nil}, want: Unknown},
		{name: "unresolved variable, negated, lists compared", op: "StringNotEquals", values: one("${v}"), request: request{"v": nil}, options: Options{NegatedBareOperatorCompares: true}, want: True},
		{name: "unresolved variable, negated", op: "ForAllValues:StringNotEquals", values: one("${v}"), request: request{"v": nil}, want: True},
		{name: "unresolved variable", op: "ForAllValues:StringEquals", values: one("${v}"), request: request{"v": nil}, want: Unknown},
		{name: "unknown variable", op: "StringEquals", values: one("${v}"), want: Unknown},
		{name: "numbers", op: "NumericEquals", values: one("1"), want: Unknown},
		{name: "no number", op: "NumericEquals", values: one("x"), want: False},
		{name: "no number, negated", op: "NumericNotEquals", values: []string{"x", "1"}, want: Unknown},
		{name: "no number, negated", op: "ForAnyValue:NumericNotEquals", values: []string{"x", "1"}, want: False},
		{name: "no number, negated, alternative", op: "ForAllValues:NumericNotEquals", values: one("x"), options: Options{UnparsableNegatedNumberTrue: true}, want: True},
		{name: "one number, negated, alternative", op: "ForAllValues:NumericNotEquals", values: []string{"x", "1"}, options: Options{UnparsableNegatedNumberTrue: true}, want: Unknown},
		{name: "dates", op: "DateLessThan", values: one("2026-01"), want: Unknown},
		{name: "every address of a list, but not what is none", op: "ForAllValues:IpAddress", values: []string{"0.0.0.0/0", "::/0"}, want: Unknown},
		{name: "addresses", op: "NotIpAddress", values: one("0.0.0.0/0"), want: Unknown},
		{name: "short pattern", op: "ArnLike", values: one("*"), want: False},
		{name: "short pattern completed", op: "ArnLike", values: one("*"), options: Options{ShortARNPatternsCompleted: true}, want: Unknown},
		{name: "short pattern, negated: what is no ARN fails", op: "ForAllValues:ArnNotLike", values: one("*"), want: Unknown},
		{name: "ARN", op: "ArnLike", values: one("arn:*:*:*:*:*"), want: Unknown},
		{name: "ARN with unresolved variable", op: "ArnLike", values: one("arn:aws:iam::${v}:*"), request: request{"v": nil}, want: False},
		{name: "bool", op: "Bool", values: one("true"), want: Unknown},
		{name: "neither", op: "Bool", values: one("yes"), want: False},
		{name: "both", op: "Bool", values: []string{"true", "false"}, want: Unknown},
		{name: "both", op: "ForAllValues:Bool", values: []string{"true", "false"}, want: True},
		{name: "variable that says neither", op: "Bool", values: one("${v}"), request: request{"v": "x"}, want: False},
		{name: "variable, alternative", op: "Bool", values: one("${v}"), options: Options{BoolVariablesLiteral: true}, want: False},
		{name: "base64", op: "BinaryEquals", values: one("QQ=="), want: Unknown},
		{name: "not base64", op: "BinaryEquals", values: one("?"), want: False},
		{name: "true", op: "Null", values: one("true"), want: Unknown},
		{name: "both", op: "Null", values: []string{"true", "false"}, want: True},
		{name: "no values", op: "Null", values: none, want: False},
		{name: "alternative", op: "ForAnyValue:Null", values: one("true"), options: Options{NullWithSetOperatorConstant: true}, want: False},
	}
	for i := range rules {
		rules[i].key, rules[i].threeValued = "k", true
	}
	check(t, rules)
}

// TestUnknownVariables has a known key compared with unknown variables.
func TestUnknownVariables(t *testing.T) {
	rules := []rule{
		{name: "could match", op: "StringEquals", values: one("${v}"), request: is("a"), want: Unknown},
		{name: "cannot match", op: "StringEquals", values: one("x${v}"), request: is("a"), want: False},
		{name: "another value matches", op: "StringEquals", values: []string{"${v}", "a"}, request: is("a"), want: True},
		{name: "could match, negated", op: "StringNotEquals", values: one("${v}"), request: is("a"), want: Unknown},
		{name: "cannot match, negated", op: "StringNotEquals", values: one("x${v}"), request: is("a"), want: True},
		{name: "another value matches, negated", op: "StringNotEquals", values: []string{"${v}", "a"}, request: is("a"), want: False},
		{name: "default does not settle it", op: "StringEquals", values: one("${v, 'a'}"), request: is("a"), want: Unknown},
		{name: "absent is known", op: "StringEquals", values: one("${v}"), request: request{"k": "a", "v": nil}, want: False},
		{name: "as wildcards", op: "StringLike", values: one("${v}-${w}"), request: request{"k": "a-b", "w": "?"}, options: Options{VariableWildcards: true}, want: Unknown},
		{name: "ARN", op: "ArnLike", values: one("arn:aws:iam::${v}:role/*"), request: is("arn:aws:iam::1:role/x"), want: Unknown},
		{name: "ARN that cannot match", op: "ArnLike", values: one("arn:aws:iam::${v}:role/*"), request: is("arn:aws:iam::1:user/x"), want: False},
		{name: "ARN, negated", op: "ArnNotLike", values: one("arn:aws:iam::${v}:role/*"), request: is("arn:aws:iam::1:role/x"), want: Unknown},
		{name: "ARN, unknown and absent", op: "ArnLike", values: one("arn:aws:iam::${v}:${w}"), request: request{"k": "arn:aws:iam::1:x", "w": nil}, want: False},
		{name: "not an ARN", op: "ArnNotLike", values: one("arn:aws:iam::${v}:role/*"), request: is("x"), want: False},
		{name: "bool", op: "Bool", values: one("${v}"), request: is("true"), want: Unknown},
		{name: "bool, another value matches", op: "Bool", values: []string{"${v}", "true"}, request: is("true"), want: True},
		{name: "bool that cannot match", op: "Bool", values: one("x${v}"), request: is("true"), want: False},
		{name: "some value settles it", op: "ForAnyValue:StringEquals", values: []string{"${v}", "a"}, request: request{"k": []string{"b", "a"}}, want: True},
		{name: "no value settles it", op: "ForAnyValue:StringEquals", values: []string{"${v}", "a"}, request: request{"k": []string{"b", "c"}}, want: Unknown},
		{name: "a value settles it", op: "ForAllValues:StringEquals", values: []string{"x${v}", "a"}, request: request{"k": []string{"xb", "c"}}, want: False},
		{name: "no value settles it", op: "ForAllValues:StringEquals", values: []string{"x${v}", "a"}, request: request{"k": []string{"xb", "a"}}, want: Unknown},
	}
	for i := range rules {
		rules[i].key, rules[i].threeValued = "k", true
	}
	check(t, rules)
}

func TestTruth(t *testing.T) {
	all := []Truth{False, True, Unknown}
	require.Equal(t, False, Of(false))
	require.Equal(t, True, Of(true))
	// Unknown is whatever either of two worlds makes of it.
	worlds := map[Truth][]bool{False: {false}, True: {true}, Unknown: {false, true}}
	merge := func(results []bool) Truth {
		for _, r := range results {
			if r != results[0] {
				return Unknown
			}
		}
		return Of(results[0])
	}
	for _, a := range all {
		var not []bool
		for _, x := range worlds[a] {
			not = append(not, !x)
		}
		require.Equal(t, merge(not), a.Not())
		for _, b := range all {
			var and, or []bool
			for _, x := range worlds[a] {
				for _, y := range worlds[b] {
					and, or = append(and, x && y), append(or, x || y)
				}
			}
			require.Equal(t, merge(and), a.And(b), "%v and %v", a, b)
			require.Equal(t, merge(or), a.Or(b), "%v or %v", a, b)
		}
	}
	require.Equal(t, []string{"false", "true", "unknown"}, []string{False.String(), True.String(), Unknown.String()})
}
