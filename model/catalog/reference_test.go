package catalog

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"iamsim/internal/wildcard"
)

// formatExpression says in a regular expression what texts have a format.
func formatExpression(format string, slashless, colonless bool) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	colons := 0
	for i := 0; i < len(format); i++ {
		any := `.`
		if colons < arnColons || colonless {
			any = `[^:]`
		}
		switch n := placeholder(format[i:]); {
		case n > 0:
			i += n - 1
			if slashless && i == len(format)-1 {
				any = strings.NewReplacer(`.`, `[^/]`, `[^:]`, `[^:/]`).Replace(any)
			}
			if colons == accountField {
				b.WriteString(any + `*`)
			} else {
				b.WriteString(any + `+`)
			}
		case format[i] == '*':
			b.WriteString(any + `*`)
		default:
			if format[i] == ':' {
				colons++
			}
			b.WriteString(regexp.QuoteMeta(format[i : i+1]))
		}
	}
	return regexp.MustCompile(b.String() + `$`)
}

// texts returns all texts of the letters up to a length.
func texts(letters string, length int) []string {
	all := []string{""}
	for from, n := 0, 0; n < length; n++ {
		to := len(all)
		for _, t := range all[from:to] {
			for _, l := range letters {
				all = append(all, t+string(l))
			}
		}
		from = to
	}
	return all
}

// All small formats against all small texts and patterns, in the fields and in
// the resource part. Whether a format and a pattern meet is decided by trying
// every text of up to 5 characters, which hold a witness if there is one: a
// format asks for 3 characters at most, and a pattern for 2 besides a `*`.
func TestSmallFormats(t *testing.T) {
	parts := []string{"a", "/", ":", "*", "${p}"}
	var formats []string
	for _, p := range parts {
		formats = append(formats, p)
		for _, q := range parts {
			formats = append(formats, p+q)
			for _, r := range parts {
				formats = append(formats, p+q+r)
			}
		}
	}
	subjects := texts("ab/:", 5)
	patterns := texts("a/:*?", 3)[1:]
	for _, head := range []string{"", "::::", ":::::"} {
		aligned := subjectsOf(t, head, patterns, subjects, true)
		crossing := subjectsOf(t, head, patterns, subjects, false)
		for _, text := range formats {
			for _, slashless := range []bool{false, true} {
				fits := checkSmallFits(t, head, text, slashless, false, subjects)
				colonless := checkSmallFits(t, head, text, slashless, true, subjects)
				var f, strict format
				f.compile(head+text, slashless, false)
				strict.compile(head+text, slashless, true)
				for i, p := range patterns {
					if strings.Trim(head+p, "*") == "" {
						continue // CanMeet answers before it looks at formats
					}
					long, _ := patternElements(head+p, true)
					short, _ := patternElements(head+p, false)
					if want := slices.ContainsFunc(aligned[i], func(j int) bool { return fits[j] }); f.meets(short) != want {
						require.Failf(t, "meets", "format %q, slashless %t, pattern %q: want %t", head+text, slashless, head+p, want)
					}
					if want := slices.ContainsFunc(crossing[i], func(j int) bool { return colonless[j] }); strict.meets(long) != want {
						require.Failf(t, "meets colonless", "format %q, slashless %t, pattern %q: want %t", head+text, slashless, head+p, want)
					}
				}
			}
		}
	}
}

// subjectsOf returns the places of the subjects that each pattern matches.
func subjectsOf(t *testing.T, head string, patterns, subjects []string, aligned bool) [][]int {
	matches := make([][]int, len(patterns))
	for i, p := range patterns {
		template, err := wildcard.ParseTemplate(head+p, wildcard.Syntax{Wildcards: true, Resource: true, StarNeverCrosses: aligned})
		require.NoError(t, err)
		for j, s := range subjects {
			if template.Match(head+s, nil) == wildcard.Match {
				matches[i] = append(matches[i], j)
			}
		}
	}
	return matches
}

func checkSmallFits(t *testing.T, head, text string, slashless, colonless bool, subjects []string) []bool {
	var f format
	f.compile(head+text, slashless, colonless)
	expression := formatExpression(head+text, slashless, colonless)
	fits := make([]bool, len(subjects))
	for j, s := range subjects {
		fits[j] = expression.MatchString(head + s)
		if fits[j] != f.fits(head+s) {
			require.Failf(t, "fits", "format %q, slashless %t, colonless %t, text %q: want %t", head+text, slashless, colonless, head+s, fits[j])
		}
	}
	return fits
}

// FuzzCanMeet takes a format of the catalogue, makes an instance of it from two
// texts and asks the matcher of policies: a pattern that matches an instance
// can meet the type, unless that takes both a name with a colon and a wildcard
// that reaches across one.
func FuzzCanMeet(f *testing.F) {
	for i, pattern := range []string{"arn:aws:s3:::*", "arn:*:s3:::b/${aws:username}/*", "arn:aws:ec2:*:*:instance/i-?", "arn:aws:sqs", "arn:?ws:iam::*:role/a*/b", "*"} {
		f.Add(uint(i), pattern, "aws", "a/b")
	}
	f.Fuzz(func(t *testing.T, which uint, pattern, first, second string) {
		c := Default()
		typ := ResourceType{c, uint32(which % uint(len(c.types)))}
		one, _ := nextAlternative(typ.ARNFormat())
		arn := instance(one, first, second)
		slashless := typ.row().slashless&1 != 0
		if wide, ok := widened[one]; ok {
			one = wide
		}
		require.Equal(t, formatExpression(one, slashless, false).MatchString(latin(arn)), fitsOnly(one, slashless, arn))
		if !typ.Fits(arn) || strings.Trim(pattern, "*") == "" {
			return
		}
		plain := !strings.Contains(first+second, ":")
		if matchesAsPolicy(pattern, arn, second, !plain) {
			require.True(t, typ.meets(compilePattern(pattern)), "%q matches %q of %q", pattern, arn, typ.ARNFormat())
		}
	})
}

// latin is a text whose characters are the bytes of s, as expressions match
// characters.
func latin(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func fitsOnly(one string, slashless bool, arn string) bool {
	var f format
	f.compile(one, slashless, false)
	return f.fits(arn)
}

// instance fills the placeholders of a format with two texts in turn.
func instance(format, first, second string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		switch n := placeholder(format[i:]); {
		case n > 0:
			b.WriteString(first)
			first, second = second, first
			i += n - 1
		case format[i] == '*':
			b.WriteString(second)
		default:
			b.WriteByte(format[i])
		}
	}
	return b.String()
}

type sameText string

func (s sameText) Resolve(string) (string, wildcard.Presence) { return string(s), wildcard.Resolved }

// matchesAsPolicy asks every reading of the pattern that policies know.
func matchesAsPolicy(pattern, arn, value string, aligned bool) bool {
	completed := pattern
	for range max(0, arnColons-strings.Count(pattern, ":")) {
		completed += ":*"
	}
	for _, text := range []string{pattern, completed} {
		for _, inFields := range []bool{false, true} {
			template, err := wildcard.ParseTemplate(text, wildcard.Syntax{
				Variables: true, Wildcards: true, Resource: true, VariablesInFields: inFields, StarNeverCrosses: aligned,
			})
			if err == nil && template.Match(arn, sameText(value)) == wildcard.Match {
				return true
			}
		}
	}
	return false
}

// slowMatch matches an action with a pattern (rules B1, B2) by trying every way.
func slowMatch(pattern []rune, name string) bool {
	if len(pattern) == 0 {
		return name == ""
	}
	switch p := pattern[0]; {
	case p == '*':
		return slowMatch(pattern[1:], name) || name != "" && slowMatch(pattern, name[1:])
	case name == "":
		return false
	case p == '?':
		return slowMatch(pattern[1:], name[1:])
	default:
		return p < utf8.RuneSelf && lower(byte(p)) == lower(name[0]) && slowMatch(pattern[1:], name[1:])
	}
}

// FuzzExpand compares Expand with one match of the whole pattern for each
// action.
func FuzzExpand(f *testing.F) {
	for _, pattern := range []string{"*", "s3:*", "S3:get*", "s3:GetObject", "ec2:*Instance*", "s?:Get*", "*:Get?bject", "depot*", "s3:", ":", "iam:*:*", "\xff*", "s3:\u00e9*", "s3:?\u00e9"} {
		f.Add(pattern)
	}
	c := Default()
	f.Fuzz(func(t *testing.T, pattern string) {
		if strings.Count(pattern, "*") > 3 {
			return // slowMatch would take too long
		}
		var want []Action
		runes := []rune(pattern)
		if utf8.ValidString(pattern) {
			for a := range c.Actions() {
				if slowMatch(runes, a.Name()) {
					want = append(want, a)
				}
			}
		}
		require.True(t, slices.Equal(want, c.Expand(pattern)), "%q", pattern)
		require.Equal(t, len(want) > 0, c.Matches(pattern))
	})
}
