package conditions

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMissingKeys holds rules C9 to C13 and C18.
func TestMissingKeys(t *testing.T) {
	absent := request{"k": nil}
	empty := []string{}
	notEmpty := Options{EmptyNegatedListTrue: true}
	check(t, []rule{
		{name: "C9 absent", op: "StringEquals", key: "k", values: one("a"), request: absent, want: False},
		{name: "C9 not supplied", op: "StringEquals", key: "k", values: one("a"), request: request{}, want: False},
		{name: "C9 star does not match an absent key", op: "StringLike", key: "k", values: one("*"), request: absent, want: False},
		{name: "C9 less than", op: "NumericLessThan", key: "k", values: one("1"), request: absent, want: False},
		{name: "C10 absent", op: "StringNotEquals", key: "k", values: one("a"), request: absent, want: True},
		{name: "C10 absent", op: "StringNotLike", key: "k", values: one("*"), request: absent, want: True},
		{name: "C10 absent", op: "StringNotEqualsIgnoreCase", key: "k", values: one("a"), request: absent, want: True},
		{name: "C10 absent", op: "NumericNotEquals", key: "k", values: one("ten"), request: absent, want: True},
		{name: "C10 absent", op: "DateNotEquals", key: "k", values: one("2026-01"), request: absent, want: True},
		{name: "C11 absent", op: "StringEqualsIfExists", key: "k", values: one("a"), request: absent, want: True},
		{name: "C11 absent", op: "NumericGreaterThanIfExists", key: "k", values: one("3600"), request: absent, want: True},
		{name: "C11 absent, negated", op: "StringNotEqualsIfExists", key: "k", values: one("a"), request: absent, want: True},
		{name: "C11 present", op: "StringEqualsIfExists", key: "k", values: one("a"), request: is("b"), want: False},
		{name: "C11 present and equal", op: "StringEqualsIfExists", key: "k", values: one("a"), request: is("a"), want: True},
		{name: "C11 present, negated", op: "StringNotEqualsIfExists", key: "k", values: one("a"), request: is("a"), want: False},
		{name: "C11 an empty text is present", op: "StringEqualsIfExists", key: "k", values: one("a"), request: is(""), want: False},
		{name: "C13 empty list", op: "StringEquals", key: "k", values: one("a"), request: request{"k": empty}, want: False},
		{name: "C13 empty list", op: "StringNotEquals", key: "k", values: one("a"), request: request{"k": empty}, want: True},
		{name: "C13 empty list", op: "StringEqualsIfExists", key: "k", values: one("a"), request: request{"k": empty}, want: True},
		{name: "C18 no values", op: "StringEquals", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, absent", op: "StringEquals", key: "k", values: empty, request: absent, want: False},
		{name: "C18 no values", op: "StringNotEquals", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, absent", op: "StringNotEquals", key: "k", values: empty, request: absent, want: False},
		{name: "C18 no values, alternative", op: "StringNotEquals", key: "k", values: empty, request: is("a"), options: notEmpty, want: True},
		{name: "C18 no values, absent, alternative", op: "StringNotEquals", key: "k", values: empty, request: absent, options: notEmpty, want: True},
		{name: "C18 alternative is for negated operators", op: "StringEquals", key: "k", values: empty, request: is("a"), options: notEmpty, want: False},
		{name: "C18 no values, present", op: "StringEqualsIfExists", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, absent", op: "StringEqualsIfExists", key: "k", values: empty, request: absent, want: True},
		{name: "C18 no values, absent", op: "StringNotEqualsIfExists", key: "k", values: empty, request: absent, want: True},
		{name: "C18 no values, present", op: "ForAllValues:StringEquals", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, absent", op: "ForAllValues:StringEquals", key: "k", values: empty, request: absent, want: True},
		{name: "C18 no values, present", op: "ForAllValues:StringNotEquals", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, present, alternative", op: "ForAllValues:StringNotEquals", key: "k", values: empty, request: is("a"), options: notEmpty, want: True},
		{name: "C18 no values, present", op: "ForAnyValue:StringEquals", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, absent", op: "ForAnyValue:StringEquals", key: "k", values: empty, request: absent, want: False},
		{name: "C18 no values, present", op: "ForAnyValue:StringNotEquals", key: "k", values: empty, request: is("a"), want: False},
		{name: "C18 no values, present, alternative", op: "ForAnyValue:StringNotEquals", key: "k", values: empty, request: is("a"), options: notEmpty, want: True},
		{name: "C18 other families", op: "NotIpAddress", key: "k", values: empty, request: is("10.0.0.1"), want: False},
		{name: "C18 other families", op: "ArnNotLike", key: "k", values: empty, request: is("arn:::::"), want: False},
	})
}

// TestSetOperators holds rules C12 to C17 and C19.
func TestSetOperators(t *testing.T) {
	env := []string{"env", "team"}
	tags := func(v ...string) request { return request{"aws:TagKeys": v} }
	absent := request{"aws:TagKeys": nil}
	compared := Options{NegatedBareOperatorCompares: true}
	exists := Options{ForAnyValueIfExistsMissingTrue: true}
	check(t, []rule{
		{name: "C14 all listed", op: "ForAllValues:StringEquals", key: "aws:TagKeys", values: env, request: tags("team", "env"), want: True},
		{name: "C14 one not listed", op: "ForAllValues:StringEquals", key: "aws:TagKeys", values: env, request: tags("team", "x"), want: False},
		{name: "C14 absent", op: "ForAllValues:StringEquals", key: "aws:TagKeys", values: env, request: absent, want: True},
		{name: "C14 not supplied", op: "ForAllValues:StringEquals", key: "aws:TagKeys", values: env, request: request{}, want: True},
		{name: "C13 empty", op: "ForAllValues:StringEquals", key: "aws:TagKeys", values: env, request: tags(), want: True},
		{name: "C12 empty text", op: "ForAllValues:StringEquals", key: "k", values: env, request: is(""), want: True},
		{name: "C12 a list of an empty text is not empty", op: "ForAllValues:StringEquals", key: "k", values: env, request: request{"k": one("")}, want: False},
		{name: "C14 with IfExists", op: "ForAllValues:StringEqualsIfExists", key: "aws:TagKeys", values: env, request: tags("x"), want: False},
		{name: "C14 with IfExists, absent", op: "ForAllValues:StringEqualsIfExists", key: "aws:TagKeys", values: env, request: absent, want: True},
		{name: "C15 one listed", op: "ForAnyValue:StringEquals", key: "aws:TagKeys", values: env, request: tags("x", "env"), want: True},
		{name: "C15 none listed", op: "ForAnyValue:StringEquals", key: "aws:TagKeys", values: env, request: tags("x", "y"), want: False},
		{name: "C15 absent", op: "ForAnyValue:StringEquals", key: "aws:TagKeys", values: env, request: absent, want: False},
		{name: "C15 absent, negated", op: "ForAnyValue:StringNotEquals", key: "aws:TagKeys", values: env, request: absent, want: False},
		{name: "C13 empty", op: "ForAnyValue:StringNotEquals", key: "aws:TagKeys", values: env, request: tags(), want: False},
		{name: "C12 empty text", op: "ForAnyValue:StringNotEquals", key: "k", values: env, request: is(""), want: False},
		{name: "C12 a list of an empty text is not empty", op: "ForAnyValue:StringNotEquals", key: "k", values: env, request: request{"k": one("")}, want: True},
		{name: "C16 none listed", op: "ForAllValues:StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x", "y"), want: True},
		{name: "C16 one listed", op: "ForAllValues:StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x", "env"), want: False},
		{name: "C16 some not listed", op: "ForAnyValue:StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x", "env"), want: True},
		{name: "C16 all listed", op: "ForAnyValue:StringNotEquals", key: "aws:TagKeys", values: env, request: tags("team", "env"), want: False},
		{name: "C17 set operator on one value", op: "ForAnyValue:StringEquals", key: "k", values: env, request: is("env"), want: True},
		{name: "C17 set operator on one other value", op: "ForAllValues:StringEquals", key: "k", values: env, request: is("x"), want: False},
		{name: "C17 bare operator on a list of one", op: "StringEquals", key: "aws:TagKeys", values: env, request: tags("env"), want: True},
		{name: "C17 bare operator on a list of another", op: "StringEquals", key: "aws:TagKeys", values: env, request: tags("x"), want: False},
		{name: "C17 bare operator on several", op: "StringEquals", key: "aws:TagKeys", values: env, request: tags("env", "team"), want: False},
		{name: "C17 bare operator on several, IfExists", op: "StringEqualsIfExists", key: "aws:TagKeys", values: env, request: tags("env", "team"), want: False},
		{name: "C17 star on several", op: "StringLike", key: "aws:TagKeys", values: one("*"), request: tags("env", "team"), want: False},
		{name: "C17 negated on several", op: "StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x", "y"), want: False},
		{name: "C17 negated on several, alternative", op: "StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x", "y"), options: compared, want: True},
		{name: "C17 negated on several with a listed one, alternative", op: "StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x", "env"), options: compared, want: False},
		{name: "C17 alternative is for negated operators", op: "StringEquals", key: "aws:TagKeys", values: env, request: tags("team", "env"), options: compared, want: False},
		{name: "C17 negated on one", op: "StringNotEquals", key: "aws:TagKeys", values: env, request: tags("x"), want: True},
		{name: "C19 absent", op: "ForAnyValue:StringEqualsIfExists", key: "aws:TagKeys", values: env, request: absent, want: False},
		{name: "C19 absent, alternative", op: "ForAnyValue:StringEqualsIfExists", key: "aws:TagKeys", values: env, request: absent, options: exists, want: True},
		{name: "C19 empty text, alternative", op: "ForAnyValue:StringEqualsIfExists", key: "k", values: env, request: is(""), options: exists, want: False},
		{name: "C19 alternative needs IfExists", op: "ForAnyValue:StringEquals", key: "aws:TagKeys", values: env, request: absent, options: exists, want: False},
		{name: "C19 present", op: "ForAnyValue:StringEqualsIfExists", key: "aws:TagKeys", values: env, request: tags("x"), options: exists, want: False},
		{name: "C2 numbers in a list", op: "ForAllValues:NumericNotEquals", key: "k", values: one("1"), request: request{"k": []string{"2", "x"}}, want: False},
		{name: "C2 numbers in a list, some", op: "ForAnyValue:NumericNotEquals", key: "k", values: one("1"), request: request{"k": []string{"x", "2"}}, want: True},
		{name: "paths of an organization", op: "ForAnyValue:StringLike", key: "aws:PrincipalOrgPaths", values: one("o-a/r-b/ou-c/*"), request: request{"aws:PrincipalOrgPaths": one("o-a/r-b/ou-c/ou-d/")}, want: True},
	})
}

func TestNull(t *testing.T) {
	constant := Options{NullWithSetOperatorConstant: true}
	check(t, []rule{
		{name: "C45 true, absent", op: "Null", key: "k", values: one("true"), request: request{"k": nil}, want: True},
		{name: "C45 true, not supplied", op: "Null", key: "k", values: one("true"), request: request{}, want: True},
		{name: "C45 true, present", op: "Null", key: "k", values: one("true"), request: is("x"), want: False},
		{name: "C45 false, absent", op: "Null", key: "k", values: one("false"), request: request{"k": nil}, want: False},
		{name: "C45 false, present", op: "Null", key: "k", values: one("false"), request: is("x"), want: True},
		{name: "C45 case does not matter", op: "Null", key: "k", values: one("TRUE"), request: request{"k": nil}, want: True},
		{name: "C12 true, empty text", op: "Null", key: "k", values: one("true"), request: is(""), want: True},
		{name: "C12 false, empty text", op: "Null", key: "k", values: one("false"), request: is(""), want: False},
		{name: "C13 true, empty list", op: "Null", key: "k", values: one("true"), request: request{"k": []string{}}, want: True},
		{name: "C13 false, list", op: "Null", key: "k", values: one("false"), request: request{"k": []string{"a", "b"}}, want: True},
		{name: "a list of an empty text is not empty", op: "Null", key: "k", values: one("false"), request: request{"k": one("")}, want: True},
		{name: "C45 list is an OR", op: "Null", key: "k", values: []string{"false", "true"}, request: request{"k": nil}, want: True},
		{name: "C45 list is an OR, present", op: "Null", key: "k", values: []string{"true", "false"}, request: is("x"), want: True},
		{name: "C45 no values", op: "Null", key: "k", values: []string{}, request: is("x"), want: False},
		{name: "C45 no values, absent", op: "Null", key: "k", values: []string{}, request: request{}, want: False},
		{name: "C45 ForAllValues is plain", op: "ForAllValues:Null", key: "k", values: one("false"), request: request{}, want: False},
		{name: "C45 ForAnyValue is plain", op: "ForAnyValue:Null", key: "k", values: one("true"), request: request{}, want: True},
		{name: "C45 ForAllValues, alternative", op: "ForAllValues:Null", key: "k", values: one("false"), request: request{}, options: constant, want: True},
		{name: "C45 ForAnyValue, alternative", op: "ForAnyValue:Null", key: "k", values: one("true"), request: request{}, options: constant, want: False},
		{name: "C45 plain, alternative", op: "Null", key: "k", values: one("false"), request: request{}, options: constant, want: False},
	})
}

func TestBlock(t *testing.T) {
	holds := entry(t, "StringEquals", "k", true, "a")
	fails := entry(t, "StringEquals", "k", true, "b")
	unknown := entry(t, "StringEquals", "other", true, "a")
	env := &Env{Context: is("a").context(), ThreeValued: true}
	require.Equal(t, True, Block(nil).Eval(env), "C1 no condition")
	require.Equal(t, True, Block{holds, holds}.Eval(env), "C5 all hold")
	require.Equal(t, False, Block{holds, fails}.Eval(env), "C5 one fails")
	require.Equal(t, False, Block{unknown, fails}.Eval(env), "false wins over unknown")
	require.Equal(t, False, Block{fails, unknown}.Eval(env), "C8 in any order")
	require.Equal(t, Unknown, Block{holds, unknown}.Eval(env))
}

// TestNilContext evaluates without a Context: nothing is supplied.
func TestNilContext(t *testing.T) {
	e := entry(t, "StringEquals", "k", true, "${v}")
	require.Equal(t, False, e.Eval(&Env{}))
	require.Equal(t, Unknown, e.Eval(&Env{ThreeValued: true}))
}
