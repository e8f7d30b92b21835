package conditions

import "testing"

func TestBinaryEquals(t *testing.T) {
	check(t, []rule{
		{name: "C39 equal", op: "BinaryEquals", key: "k", values: one("QmluYXJ5"), request: is("QmluYXJ5"), want: True},
		{name: "C39 not equal", op: "BinaryEquals", key: "k", values: one("QmluYXJ5"), request: is("QmluYXJ4"), want: False},
		{name: "C39 one byte", op: "BinaryEquals", key: "k", values: one("QQ=="), request: is("QQ=="), want: True},
		{name: "C39 same bytes, other bits behind them", op: "BinaryEquals", key: "k", values: one("QQ=="), request: is("QR=="), want: True},
		{name: "C39 prefix", op: "BinaryEquals", key: "k", values: one("QUE="), request: is("QQ=="), want: False},
		{name: "C39 letters differ in case", op: "BinaryEquals", key: "k", values: one("QmluYXJ5"), request: is("qmluyxj5"), want: False},
		{name: "C39 all of the alphabet", op: "BinaryEquals", key: "k", values: one("+/09azAZ"), request: is("+/09azAZ"), want: True},
		{name: "C39 nothing", op: "BinaryEquals", key: "k", values: one(""), request: is(""), want: True},
		{name: "C39 one of several", op: "BinaryEquals", key: "k", values: []string{"AA==", "?", "QQ=="}, request: is("QQ=="), want: True},
		{name: "C2 policy is not base64", op: "BinaryEquals", key: "k", values: one("QQ"), request: is("QQ"), want: False},
		{name: "C2 request is not base64", op: "BinaryEquals", key: "k", values: one("QQ=="), request: is("QQ"), want: False},
		{name: "C2 line break", op: "BinaryEquals", key: "k", values: one("QUFB"), request: is("QU\nFB"), want: False},
		{name: "C2 padding in the middle", op: "BinaryEquals", key: "k", values: one("QQ=="), request: is("Q==="), want: False},
		{name: "C2 padding only", op: "BinaryEquals", key: "k", values: one(""), request: is("===="), want: False},
		{name: "C9 absent", op: "BinaryEquals", key: "k", values: one("QQ=="), request: request{}, want: False},
	})
}
