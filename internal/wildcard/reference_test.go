package wildcard

import (
	"regexp"
	"strings"
)

// The references below share no code with the package: the one for patterns
// recurses over runes, the one for templates writes a regular expression.

// slowMatch is the law for patterns: `*` takes none or one more, `?` takes one.
func slowMatch(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '*':
		return slowMatch(pattern[1:], text) || len(text) > 0 && slowMatch(pattern, text[1:])
	case len(text) == 0:
		return false
	}
	return (pattern[0] == '?' || pattern[0] == text[0]) && slowMatch(pattern[1:], text[1:])
}

// tableMatch is slowMatch for long inputs: cell i, j tells whether the first i
// runes of the pattern match the first j of the text.
func tableMatch(pattern, text []rune) bool {
	table := make([][]bool, len(pattern)+1)
	for i := range table {
		table[i] = make([]bool, len(text)+1)
		for j := range table[i] {
			switch {
			case i == 0:
				table[i][j] = j == 0
			case pattern[i-1] == '*':
				table[i][j] = table[i-1][j] || j > 0 && table[i][j-1]
			case j > 0:
				table[i][j] = table[i-1][j-1] && (pattern[i-1] == '?' || pattern[i-1] == text[j-1])
			}
		}
	}
	return table[len(pattern)][len(text)]
}

// given is what a test says of a variable's key.
type given struct {
	text     string
	presence Presence
}

// givens resolves variables by their lower-case keys.
type givens map[string]given

func (g givens) Resolve(key string) (string, Presence) {
	v := g[strings.ToLower(key)]
	return v.text, v.presence
}

var (
	escapeRE   = regexp.MustCompile(`^\$\{([*?$])\}`)
	variableRE = regexp.MustCompile(`^\$\{([^\s,{}$\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{85}\x{a0}\x0b]+)(?:, '([^']*)'|)\}`)
)

// reference is a template written as a regular expression.
type reference struct {
	source     string
	malformed  bool
	unresolved bool
	unknown    bool
}

// newReference writes the expression for a template. wild splices the
// wildcards of values.
func newReference(text string, s Syntax, r givens, wild bool) reference {
	var ref reference
	var b strings.Builder
	stars := strings.Trim(text, "*") == ""
	colons := 0
	for len(text) > 0 {
		early := s.Resource && colons < 5 && !stars
		plain := func(t string) string {
			switch {
			case s.Case == UnicodeInsensitive && !(early && s.FoldFields):
				return "(?i:" + regexp.QuoteMeta(t) + ")"
			case s.Case == ASCIIInsensitive || early && s.FoldFields:
				return eitherCase(t)
			}
			return regexp.QuoteMeta(t)
		}
		if s.Variables && strings.HasPrefix(text, "${") {
			m := variableRE.FindStringSubmatch(text)
			if m != nil && strings.Contains(m[2], "${") {
				m = nil
			}
			switch legal := !early || s.VariablesInFields; {
			case legal && escapeRE.MatchString(text):
				b.WriteString(plain(text[2:3]))
				text = text[4:]
				continue
			case legal && m == nil:
				ref.malformed = true
				return ref
			case legal:
				ref.put(&b, m, plain, s, r, wild)
				text = text[len(m[0]):]
				continue
			default:
				n := 2
				if m != nil {
					n = len(m[0])
				}
				for _, c := range text[:n] {
					b.WriteString(wildcardRE(string(c), s, early, false, plain))
				}
				text = text[n:]
				continue
			}
		}
		c := string([]rune(text)[:1])
		text = text[len(c):]
		final := text == "" || text[0] == ':'
		b.WriteString(wildcardRE(c, s, early, final, plain))
		if c == ":" {
			colons++
		}
	}
	ref.source = `(?s)\A` + b.String() + `\z`
	return ref
}

// wildcardRE writes one character outside variables.
func wildcardRE(c string, s Syntax, early, final bool, plain func(string) string) string {
	switch {
	case s.Wildcards && c == "*" && early && (!final || s.StarNeverCrosses):
		return `[^:]*`
	case s.Wildcards && c == "*":
		return `.*`
	case s.Wildcards && c == "?" && early:
		return `[^:]`
	case s.Wildcards && c == "?":
		return `.`
	}
	return plain(c)
}

// put writes the variable m.
func (ref *reference) put(b *strings.Builder, m []string, plain func(string) string, s Syntax, r givens, wild bool) {
	hasDefault := len(m[0]) > len(m[1])+len("${}")
	switch text, presence := r.Resolve(m[1]); {
	case presence == UnknownValue:
		ref.unknown = true
		b.WriteString(`.*`)
	case presence == Unresolvable && hasDefault:
		b.WriteString(plain(m[2]))
	case presence != Resolved:
		ref.unresolved = true
	case wild && s.Wildcards:
		for _, c := range text {
			b.WriteString(wildcardRE(string(c), Syntax{Wildcards: true}, false, false, plain))
		}
	default:
		b.WriteString(plain(text))
	}
}

func eitherCase(text string) string {
	var b strings.Builder
	for _, c := range text {
		if lower, upper := strings.ToLower(string(c)), strings.ToUpper(string(c)); c < 0x80 && lower != upper {
			b.WriteString("[" + lower + upper + "]")
		} else {
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}

func (ref reference) compile() *regexp.Regexp { return regexp.MustCompile(ref.source) }

func (ref reference) match(s string) Outcome {
	switch {
	case ref.unresolved:
		return Unresolved
	case !ref.compile().MatchString(s):
		return NoMatch
	case ref.unknown:
		return Unknown
	}
	return Match
}
