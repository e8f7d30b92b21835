package wildcard

// MatchPlain reports whether the whole of s matches a pattern that need not be
// compiled: text in which `*` and `?` are the only special characters, letters
// compared as they are. It does not allocate; its work is bounded by the
// product of the two lengths.
func MatchPlain(pattern, s string) bool {
	p, i := 0, 0
	star, from := -1, 0 // the last star met, and where what follows it was tried
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			i += width(s, i)
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			from += width(s, from)
			p, i = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// SplitPlain splits a resource pattern (Syntax.Resource, with Wildcards) into
// the text before its first wildcard and the rest, which MatchPlain matches.
// ok is false where the pattern takes a Template: it holds a variable or
// something like one, text that is not UTF-8, or a wildcard that is bound to
// one of the first five fields (rule B14). A pattern of stars alone is split
// into nothing and itself.
func SplitPlain(pattern string) (prefix, rest string, ok bool) {
	cut, colons := len(pattern), 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c >= 0x80 || c == '$':
			return "", "", false
		case c == ':':
			colons++
		case c == '*' || c == '?':
			cut = min(cut, i)
			bound := c == '?' || i+1 < len(pattern) && pattern[i+1] != ':'
			if bound && colons < lastField && !onlyStars(pattern) {
				return "", "", false
			}
		}
	}
	return pattern[:cut], pattern[cut:], true
}
