// Package wildcard matches texts against IAM patterns.
//
// In a pattern `*` stands for any run of characters, the empty one included,
// and `?` for exactly one character; everything else stands for itself: there
// are no escapes, classes or alternatives (rules B2, B12, C22, C23). A
// character is one Unicode code point. A Template is a pattern that may hold
// policy variables (rules D1 to D11).
package wildcard

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrInvalidUTF8 is returned for a pattern or template that is not UTF-8
// (rule A1).
var ErrInvalidUTF8 = errors.New("not valid UTF-8")

// Pattern is a compiled pattern. It is immutable and safe for concurrent use.
//
// A subject that is not valid UTF-8 is read as a sequence in which every byte
// that is part of no code point is one character.
type Pattern struct {
	text  string
	shape shape
}

// Compile compiles a pattern whose letters are compared as they are. The only
// possible error is ErrInvalidUTF8.
func Compile(text string) (*Pattern, error) { return compile(text, Sensitive) }

// CompileFold compiles a pattern whose ASCII letters, and those of the
// subject, are compared without regard to case, as in actions (rules B1, I3).
// The only possible error is ErrInvalidUTF8.
func CompileFold(text string) (*Pattern, error) { return compile(text, ASCIIInsensitive) }

func compile(text string, f Case) (*Pattern, error) {
	if !utf8.ValidString(text) {
		return nil, ErrInvalidUTF8
	}
	var b builder
	for i := 0; i < len(text); {
		switch text[i] {
		case '*':
			b.add(star)
		case '?':
			b.add(one)
		default:
			n := strings.IndexAny(text[i:], "*?")
			if n < 0 {
				n = len(text) - i
			}
			b.literal(text[i:i+n], f)
			i += n
			continue
		}
		i++
	}
	return &Pattern{text: text, shape: newShape(b.tokens)}, nil
}

// Match reports whether the whole of s matches the pattern. It does not
// allocate, and its work is bounded by the product of the two lengths.
func (p *Pattern) Match(s string) bool { return p.shape.match(s) }

// String returns the text the pattern was compiled from.
func (p *Pattern) String() string { return p.text }

// Literal returns the pattern's text and whether it holds no wildcard, so that
// it matches that text alone (in any case if compiled by CompileFold).
func (p *Pattern) Literal() (string, bool) {
	if p.shape.kind != literalShape {
		return "", false
	}
	return p.text, true
}

// MatchesAll reports whether the pattern is made of stars alone and matches
// every text (rules B3, B10).
func (p *Pattern) MatchesAll() bool { return p.shape.kind == allShape }

// Prefix returns the text every subject that matches begins with: what stands
// before the first wildcard. The prefix of a pattern compiled by CompileFold
// is in lower case.
func (p *Pattern) Prefix() string { return p.shape.prefix() }
