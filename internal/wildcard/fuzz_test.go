package wildcard

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzPattern compares all matchers with the table: the shapes, the glob
// library, the walk over tokens, and both foldings.
func FuzzPattern(f *testing.F) {
	for _, seed := range [][2]string{
		{"a*a", "a"}, {"?", ""}, {"*é?", "é"}, {"[a]{b,c}\\*?-*", "[a]{b,c}\\x-"}, {"*a?*a?*b", "aaaaaab"},
		{"s3:Get*Tag?", "S3:getObjectTAGs"}, {"**?**", "ab"}, {"a\x00?*b", "a\x00cb"}, {"a*b*a", "ab\xffa"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, subject string) {
		if len(pattern) > 200 || len(subject) > 2000 {
			return
		}
		p, err := Compile(pattern)
		if !utf8.ValidString(pattern) {
			if !errors.Is(err, ErrInvalidUTF8) {
				t.Fatalf("no error for %q: %v", pattern, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.ValidString(subject) {
			p.Match(subject)
			return
		}
		want := tableMatch([]rune(pattern), []rune(subject))
		if p.Match(subject) != want {
			t.Fatalf("%q against %q: want %v", pattern, subject, want)
		}
		var b builder
		for _, c := range strings.Split(pattern, "") {
			switch c {
			case "*":
				b.add(star)
			case "?":
				b.add(one)
			default:
				b.literal(c, Sensitive)
			}
		}
		ok, steps := match(b.tokens, nil, subject)
		if ok != want || steps > (len(b.tokens)+1)*(len(subject)+1) {
			t.Fatalf("%q against %q by tokens: want %v, have %v in %d steps", pattern, subject, want, ok, steps)
		}
		fold, err := CompileFold(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if want := tableMatch(foldRunes(pattern), foldRunes(subject)); fold.Match(subject) != want {
			t.Fatalf("%q against %q folded: want %v", pattern, subject, want)
		}
		if !strings.HasPrefix(subject, p.Prefix()) && want {
			t.Fatalf("%q matches %q without its prefix %q", pattern, subject, p.Prefix())
		}
	})
}

func foldRunes(s string) []rune {
	runes := []rune(s)
	for i, r := range runes {
		if 'A' <= r && r <= 'Z' {
			runes[i] = r + 32
		}
	}
	return runes
}

// FuzzTemplate compares parsing and matching with the regular expression, in
// every syntax.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{
		"home/${aws:u}/*", "${u, 'd'}?", "a${*}${?}${$}", "arn:a*s:s?:*:${u}:b/${u}*", "${u", "${u,'d'}", "${}", "${u${v}}",
		"*:a*b:*", "x*y:*:?*z", "${v}-${u}", "${u, 'a}b'}", "${'}", "arn:aws:s3::${u}:x${v}",
	} {
		f.Add(text, "arn:aws:s3:::b/alice/x", "alice", uint16(0x7), uint8(1), uint8(0))
		f.Add(text, "Alice-*", "*", uint16(0x3), uint8(2), uint8(3))
		f.Add(text, "a:b:c:d:e:f", "a:b", uint16(0x1f), uint8(0), uint8(1))
	}
	f.Fuzz(func(t *testing.T, text, subject, value string, bits uint16, presence, other uint8) {
		if len(text) > 100 || len(subject) > 200 || !utf8.ValidString(text+subject+value) || !utf8.ValidString(subject) || !utf8.ValidString(text) {
			return
		}
		s := Syntax{
			Variables: bits&1 != 0, Wildcards: bits&2 != 0, Resource: bits&4 != 0, VariablesInFields: bits&8 != 0,
			StarNeverCrosses: bits&16 != 0, FoldFields: bits&32 != 0, Case: Case(bits >> 6 % 3),
		}
		r := givens{"u": {value, Presence(presence % 4)}, "v": {subject, Presence(other % 4)}}
		for key, v := range r {
			if v.presence != Resolved {
				r[key] = given{presence: v.presence}
			}
		}
		template, err := ParseTemplate(text, s)
		ref := newReference(text, s, r, false)
		if (err != nil) != ref.malformed {
			t.Fatalf("%q: malformed %v, error %v", text, ref.malformed, err)
		}
		if err != nil {
			return
		}
		got, want := template.Match(subject, r), ref.match(subject)
		if got != want {
			t.Fatalf("%q against %q (%+v, %v): want %v, have %v", text, subject, s, r, want, got)
		}
		if wild, want := template.MatchWild(subject, r), newReference(text, s, r, true).match(subject); wild != want {
			t.Fatalf("%q wild against %q (%+v, %v): want %v, have %v", text, subject, s, r, want, wild)
		}
		if got == Match && !strings.HasPrefix(subject, template.Prefix()) {
			t.Fatalf("%q matches %q without its prefix %q", text, subject, template.Prefix())
		}
		for _, v := range template.Candidates(subject, "U", 5) {
			with := givens{"u": {v, Resolved}}
			for _, x := range template.Variables() {
				if k := strings.ToLower(x.Key); k != "u" {
					with[k] = given{presence: UnknownValue}
				}
			}
			if newReference(text, s, with, false).match(subject) == NoMatch {
				t.Fatalf("%q against %q: %q is no value of u", text, subject, v)
			}
		}
	})
}
