package wildcard

import (
	"strings"
	"testing"

	"github.com/gobwas/glob"
	"github.com/stretchr/testify/require"
)

func TestPatternMatch(t *testing.T) {
	tests := []struct {
		name, pattern string
		matches       []string
		not           []string
	}{
		{"empty", "", []string{""}, []string{"a", "*"}},
		{"B1 literal", "s3:GetObject", []string{"s3:GetObject"}, []string{"s3:GetObjec", "s3:GetObjectX", "s3:getobject", ""}},
		{"B3 star", "*", []string{"", "a", "a:b/c", "é\n"}, nil},
		{"stars", "***", []string{"", "abc"}, nil},
		{"B2 prefix", "s3:Get*", []string{"s3:Get", "s3:GetObject"}, []string{"s3:Ge", "s3:Put", "xs3:Get"}},
		{"suffix", "*Object", []string{"Object", "s3:GetObject"}, []string{"Objects", "bject"}},
		{"affix", "a*a", []string{"aa", "aba", "aaa"}, []string{"a", "", "ab", "ba"}},
		{"affix of overlapping ends", "ab*bc", []string{"abbc", "abXbc"}, []string{"abc", "ab", "bc"}},
		{"infix", "*bc*", []string{"bc", "abc", "bcd"}, []string{"b", "bdc", ""}},
		{"question mark", "a?c", []string{"abc", "a?c", "a:c", "aéc", "a😀c"}, []string{"ac", "abbc", ""}},
		{"one character exactly", "?", []string{"a", "é", "😀", "\x00"}, []string{"", "ab"}},
		{"at least two", "?*?", []string{"ab", "abc", "éé"}, []string{"", "a", "é"}},
		{"B12 across slashes and colons", "a*/x/*", []string{"a/x/", "a:b/c/x/d"}, []string{"a/x"}},
		{"C23 no escapes", `\*`, []string{`\`, `\a`}, []string{"*"}},
		{"no classes", "[ab]?*", []string{"[ab]c"}, []string{"ac", "bc"}},
		{"no alternatives", "{a,b}?*", []string{"{a,b}c"}, []string{"ac"}},
		{"no ranges and negations", "[!a-z]*?", []string{"[!a-z]0"}, []string{"00", "A0"}},
		{"line ends", "a*b?c", []string{"a\nb\nc", "a\x00b\x00c"}, []string{"a\nbc"}},
		{"multi-byte beside question mark", "é?ü*ß", []string{"éaüß", "é😀ü—ß"}, []string{"éüß", "éabüß"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Compile(tt.pattern)
			require.NoError(t, err)
			for _, s := range tt.matches {
				require.True(t, p.Match(s), "%q should match %q", tt.pattern, s)
			}
			for _, s := range tt.not {
				require.False(t, p.Match(s), "%q should not match %q", tt.pattern, s)
			}
		})
	}
}

func TestPatternMatchFold(t *testing.T) {
	tests := []struct {
		name, pattern string
		matches       []string
		not           []string
	}{
		{"literal", "S3:GetObject", []string{"s3:getobject", "S3:GETOBJECT"}, []string{"s3:getobjects", "s3:getobjec"}},
		{"star", "*", []string{"", "A"}, nil},
		{"prefix", "s3:Get*", []string{"S3:gETx"}, []string{"S3:gE"}},
		{"suffix", "*Object", []string{"oBJECT"}, []string{"bject"}},
		{"affix", "Ab*bA", []string{"aBBa", "ABBA", "AB-BA"}, []string{"aba"}},
		{"infix", "*List*", []string{"s3:lIst", "list"}, []string{"LIS"}},
		{"general", "s3:G?t*Tag*", []string{"S3:GeTObjectTAG", "s3:got-tags"}, []string{"S3:GTTAG"}},
		{"Kelvin sign is no k", "k", []string{"K"}, []string{"\u212a"}},
		{"beyond ASCII case counts", "é", []string{"é"}, []string{"É"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := CompileFold(tt.pattern)
			require.NoError(t, err)
			for _, s := range tt.matches {
				require.True(t, p.Match(s), "%q should match %q", tt.pattern, s)
			}
			for _, s := range tt.not {
				require.False(t, p.Match(s), "%q should not match %q", tt.pattern, s)
			}
		})
	}
}

func TestPatternProperties(t *testing.T) {
	tests := []struct {
		pattern, literal string
		isLiteral        bool
		all              bool
		prefix           string
		foldPrefix       string
	}{
		{"", "", true, false, "", ""},
		{"Ab", "Ab", true, false, "Ab", "ab"},
		{"*", "", false, true, "", ""},
		{"**", "", false, true, "", ""},
		{"Ab*", "", false, false, "Ab", "ab"},
		{"*Ab", "", false, false, "", ""},
		{"*Ab*", "", false, false, "", ""},
		{"Ab*c", "", false, false, "Ab", "ab"},
		{"Ab?c*", "", false, false, "Ab", "ab"},
		{"?", "", false, false, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			for _, compile := range []func(string) (*Pattern, error){Compile, CompileFold} {
				p, err := compile(tt.pattern)
				require.NoError(t, err)
				require.Equal(t, tt.pattern, p.String())
				text, ok := p.Literal()
				require.Equal(t, tt.isLiteral, ok)
				require.Equal(t, tt.literal, text)
				require.Equal(t, tt.all, p.MatchesAll())
			}
			p, _ := Compile(tt.pattern)
			require.Equal(t, tt.prefix, p.Prefix())
			p, _ = CompileFold(tt.pattern)
			require.Equal(t, tt.foldPrefix, p.Prefix())
		})
	}
}

func TestInvalidUTF8(t *testing.T) {
	for _, compile := range []func(string) (*Pattern, error){Compile, CompileFold} {
		_, err := compile("a\xff")
		require.ErrorIs(t, err, ErrInvalidUTF8)
	}
	_, err := ParseTemplate("a\xff", Syntax{})
	require.ErrorIs(t, err, ErrInvalidUTF8)

	// In a subject, each byte that is part of no code point is a character.
	p, err := Compile("?*?b")
	require.NoError(t, err)
	require.True(t, p.Match("\xff\xe2b"))
	require.False(t, p.Match("\xffb"))
	p, err = Compile("?\uFFFD*?")
	require.NoError(t, err)
	require.False(t, p.Match("\xff\xff\xff"))
	require.True(t, p.Match("\xff\uFFFD\xff"))
}

// texts returns all texts of at most n letters, shortest first.
func texts(letters []string, n int) []string {
	all := []string{""}
	for last := all; n > 0; n-- {
		var longer []string
		for _, s := range last {
			for _, l := range letters {
				longer = append(longer, s+l)
			}
		}
		all, last = append(all, longer...), longer
	}
	return all
}

// TestPatternExhaustive compares every small pattern with every small text, by
// each matcher there is.
func TestPatternExhaustive(t *testing.T) {
	subjects := texts([]string{"a", "b", "é"}, 5)
	runes := make([][]rune, len(subjects))
	for i, s := range subjects {
		runes[i] = []rune(s)
	}
	for _, text := range texts([]string{"a", "é", "*", "?"}, 5) {
		p, err := Compile(text)
		require.NoError(t, err)
		f, err := CompileFold(text)
		require.NoError(t, err)
		var b builder
		for _, c := range strings.Split(text, "") {
			switch c {
			case "*":
				b.add(star)
			case "?":
				b.add(one)
			default:
				b.literal(c, Sensitive)
			}
		}
		for i, s := range subjects {
			want := slowMatch([]rune(text), runes[i])
			own, _ := match(b.tokens, nil, s)
			if p.Match(s) != want || f.Match(s) != want || own != want || f.Match(strings.ToUpper(s)) != slowMatch([]rune(text), []rune(strings.ReplaceAll(s, "é", "É"))) {
				t.Fatalf("%q against %q: want %v, have %v, folded %v, by tokens %v", text, s, want, p.Match(s), f.Match(s), own)
			}
		}
	}
}

// TestGlobLibrary pins the version of the glob library: earlier ones match too
// much.
func TestGlobLibrary(t *testing.T) {
	for _, tt := range []struct {
		pattern, subject string
		want             bool
	}{
		{"a*a", "a", false},
		{"?", "", false},
		{"a?", "a", false},
		{"*é?", "é", false},
		{"?é*b?", "aéxbc", true},
		{"日?*本", "日本", false},
		{"a?*b?c", "a\x00b\x00c", true},
		{"?*\x00?", "a\x00", false},
	} {
		require.Equal(t, tt.want, glob.MustCompile(tt.pattern).Match(tt.subject), "%q against %q", tt.pattern, tt.subject)
	}
}

// TestBoundedWork matches hostile patterns: the steps must not exceed the
// product of the lengths, times the five fields that a star of a resource may
// walk over again.
func TestBoundedWork(t *testing.T) {
	subjects := []string{
		strings.Repeat("a", 2000),
		strings.Repeat("ab", 1000),
		strings.Repeat("a:", 1000),
		"arn:aws:s3:::" + strings.Repeat("a", 2000),
		strings.Repeat("arn:aws:s3:::", 150),
	}
	templates := []struct {
		text   string
		syntax Syntax
	}{
		{"*a?*a?*a?*b", Syntax{Wildcards: true}},
		{strings.Repeat("a*", 50) + "b", Syntax{Wildcards: true}},
		{strings.Repeat("?*", 50) + "b", Syntax{Wildcards: true}},
		{"*" + strings.Repeat("a", 50) + "b", Syntax{Wildcards: true}},
		{"*a*a:*a*a:*a*a:*a*a:*a*a:*b?*a?b", Syntax{Wildcards: true, Resource: true}},
		{"*:*:*:*:*:*a?*a?*a?*b", Syntax{Wildcards: true, Resource: true}},
		{"*:?*?*:?*?*?:*?*?*?:a*b:*?b", Syntax{Wildcards: true, Resource: true}},
		{"*:a*a*a*a*a*b:*", Syntax{Wildcards: true, Resource: true}},
	}
	for _, tt := range templates {
		template, err := ParseTemplate(tt.text, tt.syntax)
		require.NoError(t, err)
		for _, s := range subjects {
			_, steps := match(template.tokens, nil, s)
			require.LessOrEqual(t, steps, (lastField+1)*(len(template.tokens)+1)*(len(s)+1), "%q against %.20q", tt.text, s)
			if !tt.syntax.Resource {
				p, err := Compile(tt.text)
				require.NoError(t, err)
				require.Equal(t, tableMatch([]rune(tt.text), []rune(s)), p.Match(s))
			}
		}
	}
}
