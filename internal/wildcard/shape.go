package wildcard

import (
	"strings"
	"unicode/utf8"

	"github.com/gobwas/glob"
)

// globLimit is the length in bytes of the longest subject given to the glob
// library. Its time and memory grow with the square of the subject on hostile
// patterns: at this length that is some ten thousand steps.
const globLimit = 256

// shapeKind tells patterns apart by what it takes to match them.
type shapeKind uint8

const (
	literalShape shapeKind = iota // a
	allShape                      // *
	prefixShape                   // a*
	suffixShape                   // *a
	affixShape                    // a*b
	infixShape                    // *a*
	generalShape                  // anything else
)

// shape is a variable-free sequence of tokens made ready for matching. All its
// literals are compared in the same way, and its wildcards match colons.
type shape struct {
	kind       shapeKind
	fold       Case // Sensitive or ASCIIInsensitive
	head, tail string
	glob       *glob.Pattern
	tokens     []token
}

func newShape(tokens []token) shape {
	sh := classify(tokens)
	if len(tokens) > 0 {
		sh.fold = literalFold(tokens)
	}
	if sh.kind == infixShape {
		sh.tokens = tokens
	}
	if sh.kind != generalShape {
		return sh
	}
	sh.tokens = tokens
	var text strings.Builder
	for _, t := range tokens {
		switch t.kind {
		case star:
			text.WriteByte('*')
		case one:
			text.WriteByte('?')
		default:
			text.WriteString(glob.QuoteMeta(t.text))
		}
	}
	// A pattern the library should refuse is matched without it.
	sh.glob, _ = glob.Compile(text.String())
	return sh
}

func literalFold(tokens []token) Case {
	for _, t := range tokens {
		if t.kind == literal {
			return t.fold
		}
	}
	return Sensitive
}

func classify(tokens []token) shape {
	is := func(kinds ...kind) bool {
		if len(kinds) != len(tokens) {
			return false
		}
		for i, k := range kinds {
			if tokens[i].kind != k {
				return false
			}
		}
		return true
	}
	switch {
	case is():
		return shape{kind: literalShape}
	case is(literal):
		return shape{kind: literalShape, head: tokens[0].text}
	case is(star):
		return shape{kind: allShape}
	case is(literal, star):
		return shape{kind: prefixShape, head: tokens[0].text}
	case is(star, literal):
		return shape{kind: suffixShape, tail: tokens[1].text}
	case is(literal, star, literal):
		return shape{kind: affixShape, head: tokens[0].text, tail: tokens[2].text}
	case is(star, literal, star):
		return shape{kind: infixShape, head: tokens[1].text}
	}
	return shape{kind: generalShape}
}

func (sh *shape) match(s string) bool {
	if sh.fold == ASCIIInsensitive {
		return sh.matchFold(s)
	}
	switch sh.kind {
	case literalShape:
		return s == sh.head
	case allShape:
		return true
	case prefixShape:
		return strings.HasPrefix(s, sh.head)
	case suffixShape:
		return strings.HasSuffix(s, sh.tail)
	case affixShape:
		// The two ends must not overlap: `a*a` does not match `a`.
		return len(s) >= len(sh.head)+len(sh.tail) && strings.HasPrefix(s, sh.head) && strings.HasSuffix(s, sh.tail)
	case infixShape:
		return strings.Contains(s, sh.head)
	}
	return sh.matchGeneral(s)
}

func (sh *shape) matchFold(s string) bool {
	switch sh.kind {
	case literalShape:
		return len(s) == len(sh.head) && hasPrefixASCII(s, sh.head)
	case prefixShape:
		return hasPrefixASCII(s, sh.head)
	case suffixShape:
		return hasSuffixASCII(s, sh.tail)
	case affixShape:
		return len(s) >= len(sh.head)+len(sh.tail) && hasPrefixASCII(s, sh.head) && hasSuffixASCII(s, sh.tail)
	case infixShape, generalShape:
		if !hasUpperASCII(s) {
			return sh.matchGeneral(s)
		}
		ok, _ := match(sh.tokens, nil, s)
		return ok
	}
	return true
}

// matchGeneral matches a subject against the glob library's form of the
// pattern while that is cheap, and walks the tokens otherwise. The library
// speaks of valid UTF-8 only.
func (sh *shape) matchGeneral(s string) bool {
	if sh.kind == infixShape {
		return strings.Contains(s, sh.head)
	}
	if sh.glob != nil && len(s) <= globLimit && utf8.ValidString(s) {
		return sh.glob.Match(s)
	}
	ok, _ := match(sh.tokens, nil, s)
	return ok
}

func (sh *shape) prefix() string {
	switch {
	case sh.kind == infixShape:
		return ""
	case sh.kind == generalShape && sh.tokens[0].kind == literal:
		return sh.tokens[0].text
	}
	return sh.head
}
