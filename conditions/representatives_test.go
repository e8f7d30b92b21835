package conditions

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// probes are values of all kinds, among which an entry finds whatever outcome
// it can have.
var probes = func() []Value {
	texts := []string{
		"", "a", "A", "b", "ab", "abc", "x", "y", "z", "q", "w", "alice", "ALICE", "alice/x", "bob/x", "-", "longer than any pattern", "*", "?", "ü",
		"0", "1", "4", "5", "5.5", "6", "-1", "1e300", "-1e300", "1e2000000000", "-1e2000000000", "true", "FALSE", "banana",
		"2025-12-31", "2026-01-01", "2026-01-01T00:00:00.5Z", "2027-01", "1767225600", "1767225599", "-1000000000000",
		"10.0.0.1", "9.255.255.255", "11.0.0.0", "0.0.0.0", "255.255.255.255", "192.0.2.1", "::", "::1", "2001:db8::1", "2001:db8::2", "fe80::1", "::ffff:10.0.0.1",
		"QQ==", "AA==", "AQ==", "AAA=", "AAAAAA==", "AAAAAQ==",
		"arn:aws:iam::1:role/x", "arn:aws:iam::1:role/y", "arn:aws:iam::2:role/x", "arn:aws:iam:::", "arn:::::", "arn:a:b:c:d:e", "arn:aws:s3:::b", "urn:::::",
		"arn:z:z:z:z:z", "arn::::: z",
	}
	var all []Value
	for _, t := range texts {
		all = append(all, textValue(t), listValue(one(t)))
		for _, u := range []string{"a", "x", "5", "true", "10.0.0.1", "zz"} {
			all = append(all, listValue([]string{t, u}))
		}
	}
	return all
}()

// outcomes returns what the entry gives for the values of a key, as a sorted
// text.
func outcomes(e *Entry, key string, values []Value, env *Env) string {
	seen := map[string]bool{}
	for _, v := range values {
		c := env.Context.Clone()
		c.SetValue(key, v)
		seen[e.Eval(&Env{Context: c, Options: env.Options, ThreeValued: env.ThreeValued}).String()] = true
	}
	var list []string
	for o := range seen {
		list = append(list, o)
	}
	slices.Sort(list)
	return fmt.Sprint(list)
}

// TestRepresentatives looks for outcomes that some probe shows and no
// representative does.
func TestRepresentatives(t *testing.T) {
	values := map[Family][][]string{
		StringFamily: {{"a"}, {"a", "A"}, {"*"}, {"?*"}, {"", "?*"}, {"?", "a"}, {"??*", ""}, {"x", "y", "other", "no-such-value", "z*"}, {"alice/*"},
			{"${v}"}, {"${v}/*", "b"}, {"${v, 'a'}"}, {"${absent}"}, {"*a*", "*x*", "*z*", "*q*"}, {}},
		NumericFamily: {{"5"}, {"5", "6"}, {"-1e300"}, {"5.5"}, {"x"}, {"x", "5"}, {"0"}, {"1e1000000000"}, {"1e-1000000000"}, {}},
		DateFamily:    {{"2026-01-01"}, {"1767225600"}, {"2026-01-01T00:00:00.5Z", "2027-01"}, {}},
		BoolFamily:    {{"true"}, {"false"}, {"true", "false"}, {"yes"}, {"${v}"}, {}},
		BinaryFamily:  {{"QQ=="}, {"AA==", "AQ==", "AAA=", "AAAAAA=="}, {"?"}, {}},
		IPFamily: {{"10.0.0.0/8"}, {"0.0.0.0/0"}, {"::/0"}, {"0.0.0.0/0", "::/0"}, {"2001:db8::/127", "10.0.0.1"}, {"0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2"},
			{"0.0.0.0/1", "192.0.0.0/2", "::/0"}, {}},
		ARNFamily:  {{"arn:aws:iam::1:role/x"}, {"arn:*:*:*:*:*"}, {"arn:*:*:*:*:?*", "arn:?*:*:*:*:*"}, {"arn:aws:iam::${v}:role/*"}, {"*"}, {"*", "arn:aws:x:::x", "arn:aws:y:r:0:y"}, {}},
		NullFamily: {{"true"}, {"false"}, {"true", "false"}, {}},
	}
	for b := Base(0); b < baseCount; b++ {
		for set := None; set <= ForAnyValue; set++ {
			op := Operator{Base: b, Set: set}
			for i, vs := range values[b.Family()] {
				for _, key := range []string{"k", "aws:TagKeys"} {
					e, err := NewEntry(op, key, vs, true)
					require.NoError(t, err)
					t.Run(fmt.Sprintf("%s %s %d", op, key, i), func(t *testing.T) {
						for _, env := range []*Env{
							{Context: request{"v": "alice", "absent": nil}.context()},
							{Context: request{"v": "1", "absent": nil}.context()},
							{Context: request{"v": "z", "absent": nil}.context(), Options: Options{VariableWildcards: true, ShortARNPatternsCompleted: true, MappedIPv4IsIPv4: true}},
						} {
							reps := e.Representatives(key, env)
							possible := probes
							if set == None && key == "k" {
								possible = singles(probes)
							}
							want, got := outcomes(e, key, append(slices.Clone(possible), reps...), env), outcomes(e, key, reps, env)
							require.Equal(t, want, got, "%q: %v", vs, reps)
							require.Equal(t, reps, e.Representatives(key, env))
						}
					})
				}
			}
		}
	}
}

// singles returns the values that are no lists.
func singles(values []Value) []Value {
	var kept []Value
	for _, v := range values {
		if !v.IsList() {
			kept = append(kept, v)
		}
	}
	return kept
}

// TestRepresentativesOfVariables asks for the values of a key that the policy
// names as a variable.
func TestRepresentativesOfVariables(t *testing.T) {
	for _, tt := range []struct {
		op, value string
		own       any
	}{
		{"StringEquals", "${v}", "alice"},
		{"StringNotEquals", "${v}", "alice"},
		{"StringLike", "home/${v}/*", "home/alice/x"},
		{"StringLike", "home/${V}/*", "work/x"},
		{"StringLike", "${v}-${w}", "a-b"},
		{"StringEquals", "${v}${v}", "abab"},
		{"StringEqualsIgnoreCase", "X${v}", "xyz"},
		{"ArnLike", "arn:aws:iam::${v}:role/*", "arn:aws:iam::1:role/x"},
		{"ArnNotLike", "arn:aws:iam::*:${v}", "arn:aws:iam::1:role/x"},
		{"ArnNotLike", "arn:aws:iam::*:${v}", "x"},
		{"Bool", "${v}", "true"},
		{"Bool", "${v}", "no"},
		{"ForAnyValue:StringLike", "${v}*", []string{"ab", "cd"}},
	} {
		t.Run(tt.op+" "+tt.value, func(t *testing.T) {
			e := entry(t, tt.op, "k", true, tt.value)
			env := &Env{Context: request{"k": tt.own, "w": "b"}.context()}
			reps := e.Representatives("V", env)
			require.NotEmpty(t, reps)
			require.Equal(t, outcomes(e, "v", append(singles(probes), reps...), env), outcomes(e, "v", reps, env), "%v", reps)
		})
	}
	e := entry(t, "StringEquals", "k", true, "${v}")
	require.Empty(t, e.Representatives("other", &Env{}))
	require.NotEmpty(t, e.Representatives("v", &Env{}), "with nothing known of the own key")
	same := entry(t, "StringLike", "v", true, "${v}")
	require.NotEmpty(t, same.Representatives("v", &Env{}))
}

func texts(values []Value) []string {
	var list []string
	for _, v := range values {
		list = append(list, v.String())
	}
	return list
}

// TestRepresentativeLists pins the values themselves for a few entries.
func TestRepresentativeLists(t *testing.T) {
	for _, tt := range []struct {
		op, key string
		values  []string
		want    []string
	}{
		{"StringEquals", "k", []string{"a", "b"}, []string{`"a"`, `"b"`, `"x"`}},
		{"StringEqualsIgnoreCase", "k", []string{"Ab"}, []string{`"Ab"`, `"aB"`, `"x"`}},
		{"StringLike", "k", []string{"a*?"}, []string{`"ax"`, `"axx"`, `"x"`}},
		{"NumericLessThan", "k", []string{"10"}, []string{`"10"`, `"9"`, `"11"`, `"x"`}},
		{"NumericLessThan", "k", []string{"0.25"}, []string{`"0.25"`, `"0.24"`, `"0.26"`, `"x"`}},
		{"DateLessThan", "k", []string{"2026-01"}, []string{`"2026-01"`, `"2025-12-31T23:59:59Z"`, `"2026-01-01T00:00:01Z"`, `"x"`}},
		{"DateLessThan", "k", []string{"60"}, []string{`"60"`, `"59"`, `"61"`, `"x"`}},
		{"Bool", "k", []string{"true"}, []string{`"true"`, `"false"`}},
		{"BinaryEquals", "k", []string{"QQ=="}, []string{`"QQ=="`, `"AAAAAA=="`, `"?"`}},
		{"IpAddress", "k", []string{"10.0.0.0/8"}, []string{`"10.0.0.0"`, `"10.255.255.255"`, `"9.255.255.255"`, `"11.0.0.0"`, `"192.0.2.1"`, `"2001:db8::1"`, `"x"`}},
		{"ArnLike", "k", []string{"arn:aws:iam::*:role/?"}, []string{`"arn:aws:iam:::role/x"`, `"arn:aws:iam::x:role/x"`, `"arn:aws:x:::x"`, `"x"`}},
		{"Null", "k", []string{"true"}, []string{`"x"`, `""`}},
		{"ForAnyValue:StringEquals", "aws:TagKeys", []string{"a", "b"},
			[]string{`"a"`, `"b"`, `"x"`, `""`, `["a"]`, `["b"]`, `["x"]`, `[""]`, `["a" "b"]`, `["a" "x"]`, `["a" "b" "x"]`}},
	} {
		t.Run(tt.op, func(t *testing.T) {
			require.Equal(t, tt.want, texts(entry(t, tt.op, tt.key, true, tt.values...).Representatives(tt.key, &Env{})))
		})
	}
}

func TestUnusedCharacter(t *testing.T) {
	require.Equal(t, "z", unusedCharacter(nil))
	require.Equal(t, "q", unusedCharacter([]string{"a", "bZ"}))
	require.Equal(t, "\u2191", unusedCharacter([]string{"vwxyzqkj", "\u2190"}))
}
