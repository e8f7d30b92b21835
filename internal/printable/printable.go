// Package printable makes texts of an input fit to be shown: a name must not
// be able to forge a line of a report or to command the terminal.
package printable

import (
	"strconv"
	"strings"
	"unicode"
)

// Text escapes control characters, line ends included, and what reorders text
// or is no character; invalid UTF-8 becomes U+FFFD. What it returns may stand in XML.
func Text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.ContainsFunc(s, Hidden) {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		if Hidden(c) {
			quoted := strconv.QuoteRune(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Hidden reports characters that command a terminal, reorder text, or are none.
func Hidden(c rune) bool {
	return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || unicode.Is(unicode.Noncharacter_Code_Point, c)
}
