package conditions

import "testing"

func TestBool(t *testing.T) {
	literal := Options{BoolVariablesLiteral: true}
	check(t, []rule{
		{name: "C35 true", op: "Bool", key: "k", values: one("true"), request: is("true"), want: True},
		{name: "C35 true in any case", op: "Bool", key: "k", values: one("TRUE"), request: is("True"), want: True},
		{name: "C35 true asks for true", op: "Bool", key: "k", values: one("true"), request: is("1"), want: False},
		{name: "C35 false", op: "Bool", key: "k", values: one("False"), request: is("false"), want: True},
		{name: "C35 false is not met by true", op: "Bool", key: "k", values: one("false"), request: is("TRUE"), want: False},
		{name: "C35 false is met by anything else", op: "Bool", key: "k", values: one("false"), request: is("banana"), want: True},
		{name: "C35 false is met by an empty text", op: "Bool", key: "k", values: one("false"), request: is(""), want: True},
		{name: "C35 neither", op: "Bool", key: "k", values: one("yes"), request: is("yes"), want: False},
		{name: "C35 neither is not false", op: "Bool", key: "k", values: one("0"), request: is("false"), want: False},
		{name: "C35 several values are an OR", op: "Bool", key: "k", values: []string{"true", "false"}, request: is("false"), want: True},
		{name: "C9 absent", op: "Bool", key: "k", values: one("false"), request: request{"k": nil}, want: False},
		{name: "C11 absent", op: "BoolIfExists", key: "k", values: one("false"), request: request{"k": nil}, want: True},
		{name: "C12 variable", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "true", "v": "TRUE"}, want: True},
		{name: "C12 variable, other value", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "true", "v": "false"}, want: False},
		{name: "C12 variable says false", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "x", "v": "false"}, want: True},
		{name: "C12 variable says neither", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "x", "v": "x"}, want: False},
		{name: "C12 folding beyond ASCII", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "false", "v": "fal\u017fe"}, want: False},
		{name: "C12 a part is a variable", op: "Bool", key: "k", values: one("t${v}"), request: request{"k": "true", "v": "rue"}, want: True},
		{name: "C12 absent variable", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "false", "v": nil}, want: False},
		{name: "C12 variable, alternative", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "true", "v": "true"}, options: literal, want: False},
		{name: "C12 no variable, alternative", op: "Bool", key: "k", values: one("true"), request: is("true"), options: literal, want: True},
		{name: "D6 older version", op: "Bool", key: "k", values: one("${v}"), request: request{"k": "true", "v": "true"}, literal: true, want: False},
	})
}
