package conditions

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// optionsOf makes options of bits.
func optionsOf(bits uint16) Options {
	return Options{
		NegatedBareOperatorCompares:    bits&1 != 0,
		EmptyNegatedListTrue:           bits&2 != 0,
		ForAnyValueIfExistsMissingTrue: bits&4 != 0,
		UnparsableNegatedNumberTrue:    bits&8 != 0,
		MappedIPv4IsIPv4:               bits&16 != 0,
		ShortARNPatternsCompleted:      bits&32 != 0,
		NullWithSetOperatorConstant:    bits&64 != 0,
		BoolVariablesLiteral:           bits&128 != 0,
		VariableWildcards:              bits&256 != 0,
	}
}

// valuesOf makes a request value of a text: absent, single, or a list of what
// stands between bars.
func valuesOf(text string, shape uint8) any {
	switch shape % 4 {
	case 1:
		return nil
	case 2:
		return strings.Split(text, "|")
	case 3:
		return []string{}
	}
	return text
}

// family compares entries of the operators of one family with the law: all
// shapes of operators, requests and variables. It also checks that a result
// without the variable, or without the key, holds whatever they turn out to
// be.
func family(f *testing.F, ops []Base, seeds ...[3]string) {
	for i, s := range seeds {
		f.Add(s[0], s[1], s[2], uint8(i), uint8(0), uint8(i), uint16(0))
		f.Add(s[0], s[1], s[2], uint8(i+1), uint8(i), uint8(0), uint16(1)<<(i%9))
	}
	f.Fuzz(func(t *testing.T, policy, text, v string, which, shape, vShape uint8, bits uint16) {
		if len(policy)+len(text)+len(v) > 300 || !utf8.ValidString(text) || !utf8.ValidString(v) {
			return
		}
		l := law{
			op:     Operator{Set: SetOperator(which / 32 % 3), Base: ops[int(which)%len(ops)], IfExists: which&16 != 0},
			values: strings.Split(policy, "|"), variables: bits&512 == 0, options: optionsOf(bits), k: valuesOf(text, shape), v: valuesOf(v, vShape),
		}
		if bits&1024 != 0 {
			l.values = nil
		}
		if l.op.Base == Null {
			l.op.IfExists = false
		}
		l.name = l.op.Base.String()
		e, err := NewEntry(l.op, "k", l.values, l.variables)
		if wrong := l.malformed(); (err != nil) != wrong {
			t.Fatalf("%s %q: malformed %v, error %v", l.op, l.values, wrong, err)
		}
		if err != nil || hugeExponent(policy+"|"+text) {
			return
		}
		c := request{"k": l.k, "v": l.v}.context()
		for _, key := range e.Variables() {
			if _, state := c.Lookup(key); state == NotSupplied {
				c.SetAbsent(key)
			}
		}
		env := &Env{Context: c, Options: l.options}
		if got, want := e.Eval(env), Of(l.holds()); got != want {
			t.Fatalf("%s %q, variables %v, k = %v, v = %v, options %+v: want %v, have %v (%s)", l.op, l.values, l.variables, l.k, l.v, l.options, want, got, e.Explain(env))
		}
		sound(t, e, env, l)
	})
}

// sound checks three-valued results with k or v not supplied.
func sound(t *testing.T, e *Entry, env *Env, l law) {
	t.Helper()
	three := &Env{Context: env.Context.Clone(), Options: env.Options, ThreeValued: true}
	if got := e.Eval(three); got != e.Eval(env) {
		t.Fatalf("%s %q: %v with everything known", l.op, l.values, got)
	}
	for _, key := range []string{"v", "k"} {
		three.Context.Unset(key)
		got := e.Eval(three)
		if got == Unknown {
			continue
		}
		possible := append([]Value{{}}, e.Representatives(key, env)...)
		for _, text := range []string{"", "x", "true", "false", "0", "arn:::::", "::", "0.0.0.0"} {
			possible = append(possible, textValue(text), listValue([]string{text, text}))
		}
		for _, v := range possible {
			c := env.Context.Clone()
			c.SetValue(key, v)
			if v.missing() {
				c.SetAbsent(key)
			}
			if two := e.Eval(&Env{Context: c, Options: env.Options}); key == "v" && two != got {
				t.Fatalf("%s %q: %v without v, %v with v = %v", l.op, l.values, got, two, v)
			}
			if key == "k" {
				// v is unknown as well by now.
				if two := e.Eval(&Env{Context: c, Options: env.Options, ThreeValued: true}); two != got {
					t.Fatalf("%s %q: %v without k, %v with k = %v", l.op, l.values, got, two, v)
				}
			}
		}
		e.Explain(three)
	}
}

// malformed says whether some value makes the policy invalid.
func (l law) malformed() bool {
	for _, p := range l.values {
		bad := false
		switch l.op.Base.Family() {
		case StringFamily, ARNFamily, BoolFamily:
			rest := refVariable.ReplaceAllStringFunc(p, func(s string) string {
				if strings.Count(s, "${") > 1 {
					return s
				}
				return "-"
			})
			bad = !utf8.ValidString(p) || l.variables && strings.Contains(rest, "${")
		case DateFamily:
			bad = refDate(p) == nil
		case IPFamily:
			_, _, ok := l.refRange(p)
			bad = !ok
		}
		if bad {
			return true
		}
	}
	return false
}

// hugeExponent tells texts that are beyond the reference for numbers.
func hugeExponent(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == 'e' || s[i] == 'E' {
			digits := strings.TrimLeft(strings.TrimLeft(s[i+1:], "+-"), "0")
			n := 0
			for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
				n++
			}
			if n > 3 {
				return true
			}
		}
	}
	return false
}

func between(first, last Base) []Base {
	var all []Base
	for b := first; b <= last; b++ {
		all = append(all, b)
	}
	return all
}

func FuzzString(f *testing.F) {
	family(f, between(StringEquals, StringNotLike),
		[3]string{"a|b*", "a", ""}, [3]string{"${v}/*|x?", "alice/x", "alice"}, [3]string{"${v, 'd'}${*}", "d*", "*"}, [3]string{"É${V}", "éALICE", "alice"},
		[3]string{"${", "x", ""}, [3]string{"${$}{v}|${v}${v}", "${v}", "${v}"}, [3]string{"*|?*", "", "x|y"}, [3]string{"*a*a*|", "aab|b", "a:b"}, [3]string{"${k}|${other}", "a", "b"})
}

func FuzzNumeric(f *testing.F) {
	family(f, between(NumericEquals, NumericGreaterThanEquals),
		[3]string{"10|1e1", "10.0", ""}, [3]string{"-0", "+.0", ""}, [3]string{"x|1", "1.", ""}, [3]string{"1e-3", "0.001", ""},
		[3]string{"12345678901234567890.1", "12345678901234567890.10000001", ""}, [3]string{"1/2", "0x1|5", ""}, [3]string{"-5", "-5.5", ""})
}

func FuzzDate(f *testing.F) {
	family(f, between(DateEquals, DateGreaterThanEquals),
		[3]string{"2026-01-01T00:00:00Z", "1767225600", ""}, [3]string{"2026-10-0530|2026-10", "2026-10-05T7:08-01:30", ""}, [3]string{"2026", "-0.5", ""},
		[3]string{"1969-12-31t23:59:59.75", "-0.25", ""}, [3]string{"2024-02-29", "2025-02-29|1e5", ""}, [3]string{"0000-01-01+23:59", "9999-12-31T23:59:59.999999999Z", ""})
}

func FuzzBool(f *testing.F) {
	family(f, []Base{BoolEquals},
		[3]string{"true|FALSE", "True", ""}, [3]string{"${v}", "banana", "FALSE"}, [3]string{"t${v, 'rue'}|yes", "true", "RUE"}, [3]string{"false", "", ""}, [3]string{"${v}", "x", "falſe"})
}

func FuzzBinary(f *testing.F) {
	family(f, []Base{BinaryEquals},
		[3]string{"QQ==|QUE=", "QR==", ""}, [3]string{"", "", ""}, [3]string{"?|QUFB", "QUFB|QUFC", ""}, [3]string{"+/09", "+/0=", ""}, [3]string{"QU\nFB", "QUFB", ""})
}

func FuzzIP(f *testing.F) {
	family(f, []Base{IPAddress, NotIPAddress},
		[3]string{"10.0.0.0/8|::/0", "10.1.2.3", ""}, [3]string{"203.0.113.5/24", "::ffff:203.0.113.9", ""}, [3]string{"::ffff:10.0.0.0/104", "10.0.0.1", ""},
		[3]string{"2001:DB8::/33", "2001:db8:8000::1", ""}, [3]string{"fe80::1%eth0", "fe80::1", ""}, [3]string{"10.0.0.0/33", "10.0.0.1", ""}, [3]string{"0.0.0.0/0", "010.0.0.1", ""}, [3]string{"0.0.0.0/00", "10.0.0.1", ""})
}

func FuzzARN(f *testing.F) {
	family(f, between(ARNEquals, ARNNotLike),
		[3]string{"arn:aws:iam::*:role/*", "arn:aws:iam::1:role/x", ""}, [3]string{"arn:aws:iam::${v}:role/${v}|*", "arn:aws:iam::1:role/1", "1"},
		[3]string{"arn:aws:iam:${v, ':'}:x", "arn:aws:iam:::x", ":"}, [3]string{"arn:aws:s3", "x", ""}, [3]string{"*:*:*:*:*:?${*}", "arn:a:b:c:d:e*", ""}, [3]string{"arn:*:x:y:z:a:b*", "arn:aws:x:y:z:a:bc", "*"})
}

func FuzzNull(f *testing.F) {
	family(f, []Base{Null},
		[3]string{"true", "x", ""}, [3]string{"false|TRUE", "", ""}, [3]string{"FALSE", "a|b", ""}, [3]string{"banana", "x", ""})
}

// FuzzSetOperators compares how the values of a set are joined with the law,
// over few different texts so that they meet.
func FuzzSetOperators(f *testing.F) {
	f.Add([]byte{0, 1, 2}, []byte{1, 2}, uint8(0), uint8(1), uint16(0))
	f.Add([]byte{}, []byte{1}, uint8(33), uint8(2), uint16(2))
	f.Add([]byte{3}, []byte{}, uint8(80), uint8(0), uint16(4))
	f.Add([]byte{4, 1}, []byte{0, 0}, uint8(65), uint8(2), uint16(1))
	letters := []string{"", "a", "b", "1", "${v}", "a*"}
	pick := func(bytes []byte) []string {
		list := []string{}
		for _, b := range bytes {
			list = append(list, letters[int(b)%len(letters)])
		}
		return list
	}
	bases := []Base{StringEquals, StringNotEquals, StringLike, StringNotLike, NumericEquals, NumericNotEquals, BoolEquals, ARNNotLike, Null}
	f.Fuzz(func(t *testing.T, policy, have []byte, which, form uint8, bits uint16) {
		if len(policy)+len(have) > 20 {
			return
		}
		l := law{
			op:     Operator{Set: SetOperator(which / 32 % 3), Base: bases[int(which)%len(bases)], IfExists: which&16 != 0},
			values: pick(policy), variables: true, options: optionsOf(bits), v: "b",
		}
		if l.op.Base == Null {
			l.op.IfExists = false
		}
		l.name = l.op.Base.String()
		e, err := NewEntry(l.op, "k", l.values, true)
		if err != nil {
			t.Fatal(err)
		}
		l.k = pick(have)
		if form%3 == 1 && len(have) > 0 {
			l.k = pick(have)[0]
		} else if form%3 == 2 && len(have) == 0 {
			l.k = nil
		}
		env := &Env{Context: request{"k": l.k, "v": "b"}.context(), Options: l.options}
		if got, want := e.Eval(env), Of(l.holds()); got != want {
			t.Fatalf("%s %q, k = %#v, options %+v: want %v, have %v", l.op, l.values, l.k, l.options, want, got)
		}
		sound(t, e, env, l)
	})
}

// FuzzOperatorName takes names apart and compares with a list of all names.
func FuzzOperatorName(f *testing.F) {
	for _, s := range []string{"StringEquals", "ForAnyValue:ArnLikeIfExists", "forallvalues:null", "NullIfExists", "StringEqual", "IfExists", ":", "ForAnyValue:", "BoolIfExistsIfExists", "ſtringEquals"} {
		f.Add(s)
	}
	names := map[string]bool{}
	for _, set := range []string{"", "ForAllValues:", "ForAnyValue:"} {
		for _, base := range strings.Fields(`StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike
			NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals
			DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals
			Bool BinaryEquals IpAddress NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike Null`) {
			names[set+base] = true
			if base != "Null" {
				names[set+base+"IfExists"] = true
			}
		}
	}
	lower := func(s string) string {
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 32
			}
			return r
		}, s)
	}
	folded := map[string]string{}
	for n := range names {
		folded[lower(n)] = n
	}
	f.Fuzz(func(t *testing.T, name string) {
		op, err := ParseOperator(name, false)
		if (err == nil) != names[name] {
			t.Fatalf("%q: %v", name, err)
		}
		if err == nil && op.String() != name {
			t.Fatalf("%q reads as %s", name, op)
		}
		op, err = ParseOperator(name, true)
		// Map keeps invalid bytes only as U+FFFD, which no name holds.
		if (err == nil) != (folded[lower(name)] != "") || err == nil && op.String() != folded[lower(name)] {
			t.Fatalf("%q in any case: %v, %v", name, op, err)
		}
	})
}
