package wildcard

import (
	"strings"
	"unicode/utf8"
)

// Case is how letters of a pattern are compared with those of a subject.
type Case uint8

const (
	// Sensitive: letters equal only themselves.
	Sensitive Case = iota
	// ASCIIInsensitive: A-Z equal a-z, other letters only themselves (rule I3).
	ASCIIInsensitive
	// UnicodeInsensitive: letters are equal under simple Unicode folding (rule
	// C21).
	UnicodeInsensitive
)

// leading reports whether s begins with text, letters compared by f, and how
// many bytes of s that takes: under Unicode folding the two lengths may differ.
func (f Case) leading(s, text string) (n int, ok bool) {
	switch f {
	case ASCIIInsensitive:
		if !hasPrefixASCII(s, text) {
			return 0, false
		}
		return len(text), true
	case UnicodeInsensitive:
		return leadingUnicode(s, text)
	}
	return len(text), strings.HasPrefix(s, text)
}

// normal returns the form in which a literal compared by f is kept.
func (f Case) normal(text string) string {
	if f == ASCIIInsensitive {
		return lowerASCII(text)
	}
	return text
}

// lower returns the lower case of an ASCII letter and any other byte as it is.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func hasUpperASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

func lowerASCII(s string) string {
	if !hasUpperASCII(s) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// hasPrefixASCII reports whether s begins with text, ASCII letters compared
// without case.
func hasPrefixASCII(s, text string) bool {
	if len(s) < len(text) {
		return false
	}
	for i := 0; i < len(text); i++ {
		if s[i] != text[i] && lower(s[i]) != lower(text[i]) {
			return false
		}
	}
	return true
}

// hasSuffixASCII is hasPrefixASCII at the other end.
func hasSuffixASCII(s, text string) bool {
	return len(s) >= len(text) && hasPrefixASCII(s[len(s)-len(text):], text)
}

func leadingUnicode(s, text string) (n int, ok bool) {
	for len(text) > 0 {
		if n == len(s) {
			return 0, false
		}
		if s[n] < utf8.RuneSelf && text[0] < utf8.RuneSelf {
			if lower(s[n]) != lower(text[0]) {
				return 0, false
			}
			n, text = n+1, text[1:]
			continue
		}
		_, ws := utf8.DecodeRuneInString(s[n:])
		_, wt := utf8.DecodeRuneInString(text)
		a, b := s[n:n+ws], text[:wt]
		// An invalid byte decodes to U+FFFD: it must not equal that character.
		if a != b && (!utf8.ValidString(a) || !utf8.ValidString(b) || !strings.EqualFold(a, b)) {
			return 0, false
		}
		n, text = n+ws, text[wt:]
	}
	return n, true
}
