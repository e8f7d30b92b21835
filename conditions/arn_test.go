package conditions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/wildcard"
)

func TestARNOperators(t *testing.T) {
	const role = "arn:aws:iam::111111111111:role/team/App"
	completed := Options{ShortARNPatternsCompleted: true}
	check(t, []rule{
		{name: "C40 equal", op: "ArnEquals", key: "k", values: one(role), request: is(role), want: True},
		{name: "C40 not equal", op: "ArnEquals", key: "k", values: one(role), request: is(role + "2"), want: False},
		{name: "C40 case counts", op: "ArnEquals", key: "k", values: one(role), request: is("arn:aws:iam::111111111111:role/team/app"), want: False},
		{name: "C40 ArnEquals has wildcards", op: "ArnEquals", key: "k", values: one("arn:aws:iam::*:role/*"), request: is(role), want: True},
		{name: "C40 ArnLike", op: "ArnLike", key: "k", values: one("arn:aws:iam::*:role/*"), request: is(role), want: True},
		{name: "C40 negated", op: "ArnNotEquals", key: "k", values: one("arn:aws:iam::*:role/*"), request: is(role), want: False},
		{name: "C40 negated", op: "ArnNotLike", key: "k", values: one("arn:aws:iam::*:user/*"), request: is(role), want: True},
		{name: "C6 one of several", op: "ArnLike", key: "k", values: []string{"arn:aws:iam::*:user/*", role}, request: is(role), want: True},
		{name: "C7 one of several", op: "ArnNotLike", key: "k", values: []string{"arn:aws:iam::*:user/*", role}, request: is(role), want: False},
		{name: "C41 no star across colons", op: "ArnLike", key: "k", values: one("arn:aws:x:*:111122223333:finance/*"), request: is("arn:aws:x:us-east-1:999999999999:y:111122223333:finance/z"), want: False},
		{name: "C41 a star at the end of a component does not cross either", op: "ArnLike", key: "k", values: one("arn:aws:iam:*:role/x"), request: is("arn:aws:iam::1:role/x"), want: False},
		{name: "C41 star in the sixth component crosses", op: "ArnLike", key: "k", values: one("arn:aws:sns:*:*:a*z"), request: is("arn:aws:sns:r:1:a:b/z"), want: True},
		{name: "C41 question mark", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:1:a?z"), request: is("arn:aws:sns:r:1:a:z"), want: True},
		{name: "C41 question mark does not match a colon between components", op: "ArnLike", key: "k", values: one("arn:aws:sns?r:1:a"), request: is("arn:aws:sns:r:1:a"), want: False},
		{name: "C41 empty component", op: "ArnLike", key: "k", values: one("arn:aws:s3:::b"), request: is("arn:aws:s3:r::b"), want: False},
		{name: "C42 request is not an ARN", op: "ArnLike", key: "k", values: one("*"), request: is("x"), want: False},
		{name: "C42 request is not an ARN", op: "ArnNotLike", key: "k", values: one(role), request: is("x"), want: False},
		{name: "C42 five components", op: "ArnNotEquals", key: "k", values: one(role), request: is("arn:aws:s3::b"), want: False},
		{name: "C42 does not begin with arn", op: "ArnLike", key: "k", values: one("*:*:*:*:*:*"), request: is("urn:aws:s3:::b"), want: False},
		{name: "C42 empty components are an ARN", op: "ArnLike", key: "k", values: one("*:*:*:*:*:*"), request: is("arn:::::"), want: True},
		{name: "C43 short pattern", op: "ArnLike", key: "k", values: one("*"), request: is(role), want: False},
		{name: "C43 short pattern without wildcards", op: "ArnEquals", key: "k", values: one("arn:aws:iam"), request: is(role), want: False},
		{name: "C43 short pattern, negated", op: "ArnNotLike", key: "k", values: one("arn:aws:*"), request: is(role), want: True},
		{name: "C43 completed", op: "ArnLike", key: "k", values: one("*"), request: is(role), options: completed, want: True},
		{name: "C43 completed, another service", op: "ArnLike", key: "k", values: one("arn:aws:s3"), request: is(role), options: completed, want: False},
		{name: "C43 completed, negated", op: "ArnNotLike", key: "k", values: one("arn:aws:iam"), request: is(role), options: completed, want: False},
		{name: "D1 variable", op: "ArnLike", key: "k", values: one("arn:aws:iam::${a}:role/${t}/*"), request: request{"k": role, "a": "111111111111", "t": "team"}, want: True},
		{name: "D1 variable, another value", op: "ArnLike", key: "k", values: one("arn:aws:iam::${a}:role/${t}/*"), request: request{"k": role, "a": "111111111111", "t": "x"}, want: False},
		{name: "D8 absent variable", op: "ArnLike", key: "k", values: one("arn:aws:iam::${a}:role/*"), request: request{"k": role, "a": nil}, want: False},
		{name: "D8 absent variable, negated", op: "ArnNotLike", key: "k", values: one("arn:aws:iam::${a}:role/*"), request: request{"k": role, "a": nil}, want: True},
		{name: "C44 a colon in a value splits nothing", op: "ArnLike", key: "k", values: one("arn:aws:iam:${a}:role/team/App"), request: request{"k": role, "a": ":111111111111"}, want: False},
		{name: "C44 a colon in a value of the sixth component", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:1:${a}"), request: request{"k": "arn:aws:sns:r:1:x:y", "a": "x:y"}, want: True},
		{name: "C44 a colon in a key splits nothing", op: "ArnLike", key: "k", values: one("arn:aws:iam::${aws:PrincipalAccount}:role/team/App"), request: request{"k": role, "aws:PrincipalAccount": "111111111111"}, want: True},
		{name: "C44 a star in a value", op: "ArnLike", key: "k", values: one("arn:aws:iam::${a}:role/*"), request: request{"k": role, "a": "*"}, want: False},
		{name: "D9 a star in a value, as wildcard", op: "ArnLike", key: "k", values: one("arn:aws:iam::${a}:role/*"), request: request{"k": role, "a": "*"}, options: Options{VariableWildcards: true}, want: True},
		{name: "D3 default with colons", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:1:${a, 'x:y'}"), request: request{"k": "arn:aws:sns:r:1:x:y"}, want: True},
		{name: "D4 escaped star", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:1:${*}"), request: request{"k": "arn:aws:sns:r:1:*"}, want: True},
		{name: "D4 escaped star is no wildcard", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:1:${*}"), request: request{"k": "arn:aws:sns:r:1:x"}, want: False},
		{name: "D6 older version", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:1:${a}"), request: request{"k": "arn:aws:sns:r:1:${a}", "a": "x"}, literal: true, want: True},
		{name: "D6 colons of the older version split", op: "ArnLike", key: "k", values: one("arn:aws:sns:r:${a:b}"), request: request{"k": "arn:aws:sns:r:${a:b}"}, literal: true, want: True},
		{name: "C10 absent", op: "ArnNotEquals", key: "k", values: one(role), request: request{"k": nil}, want: True},
	})
}

func TestSplitARNTemplate(t *testing.T) {
	for text, want := range map[string][]string{
		"":                        {""},
		"a:b":                     {"a", "b"},
		"arn:aws:s3:::b:c:d":      {"arn", "aws", "s3", "", "", "b:c:d"},
		"a:${b:c}:d":              {"a", "${b:c}", "d"},
		"${b:c}${d:e}:${f:g}":     {"${b:c}${d:e}", "${f:g}"},
		"a:${$}{b:c}:d":           {"a", "${$}{b", "c}", "d"},
		"1:2:3:4:5:${a:b}:c:${*}": {"1", "2", "3", "4", "5", "${a:b}:c:${*}"},
	} {
		template, err := wildcard.ParseTemplate(text, wildcard.Syntax{Variables: true, Wildcards: true})
		require.NoError(t, err)
		require.Equal(t, want, splitARNTemplate(text, template.Variables()), text)
	}
}
