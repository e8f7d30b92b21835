package wildcard

import (
	"strings"
	"unicode/utf8"
)

// value is what a variable stands for while a template is matched.
type value struct {
	text     string
	any      bool // any text at all: the key is unknown
	supplied bool // the request's own text, not a default
}

// restart is a place to go on from after a mismatch: a star has so far taken
// the subject up to pos, and token next follows it.
type restart struct {
	next, pos int
}

// match reports whether tokens match the whole of s, and the number of steps
// it took.
//
// It keeps two places to return to: the last star, and the last field-bound
// star behind it. That is enough. A star can take everything a star before it
// could have taken, so when a later star is reached the earliest end of what
// stands between the two is the best one, and a shorter run of a field-bound
// star always gives the earlier end. Between two field-bound stars nothing but
// literal colons matches ':', so what stands between them either holds no
// colon, and the later star can take what the earlier one gives up, or is
// fixed in its place by the colon.
//
// The work is bounded by the product of the lengths: a star in the first five
// fields is followed by a literal ':', so each of its restarts walks over a
// bounded number of fields before the next star or the mismatch.
func match(tokens []token, values []value, s string) (ok bool, steps int) {
	if n := len(tokens); n > 0 && tokens[n-1].kind == literal && tokens[n-1].fold == Sensitive &&
		!strings.HasSuffix(s, tokens[n-1].text) {
		return false, 1
	}
	free, field := restart{next: -1}, restart{next: -1}
	t, i := 0, 0
	for {
		steps++
		advanced := false
		if t < len(tokens) {
			switch k, text := tokens[t].with(values); k {
			case literal:
				if n, ok := tokens[t].fold.leading(s[i:], text); ok {
					i, t, advanced = i+n, t+1, true
				}
			case one, oneInField:
				if i < len(s) && (k == one || s[i] != ':') {
					i, t, advanced = i+width(s, i), t+1, true
				}
			case star:
				t++
				if t == len(tokens) {
					return true, steps
				}
				free, field.next = restart{t, i}, -1
				advanced = true
			case starInField:
				t++
				field = restart{t, i}
				advanced = true
			}
		} else if i == len(s) {
			return true, steps
		}
		if advanced {
			continue
		}
		if field.next >= 0 {
			if field.pos < len(s) && s[field.pos] != ':' {
				field.pos += width(s, field.pos)
				t, i = field.next, field.pos
				continue
			}
			field.next = -1
		}
		if free.next < 0 || !free.advance(tokens, values, s) {
			return false, steps
		}
		t, i = free.next, free.pos
	}
}

// advance lets the star take one more character, or as many as it takes to get
// to the next place where the literal that follows it stands. It reports
// whether there is such a place.
func (r *restart) advance(tokens []token, values []value, s string) bool {
	if r.pos >= len(s) {
		return false
	}
	r.pos += width(s, r.pos)
	if k, text := tokens[r.next].with(values); k == literal && tokens[r.next].fold == Sensitive {
		n := strings.Index(s[r.pos:], text)
		if n < 0 {
			return false
		}
		r.pos += n
	}
	return true
}

// with returns what the token means once the variables have their values: a
// variable is a literal, or a star if any text may stand there.
func (t *token) with(values []value) (kind, string) {
	if t.kind != variable {
		return t.kind, t.text
	}
	v := &values[t.index]
	if v.any {
		return star, ""
	}
	return literal, v.text
}

// width returns the length in bytes of the character at s[i].
func width(s string, i int) int {
	if s[i] < utf8.RuneSelf {
		return 1
	}
	_, w := utf8.DecodeRuneInString(s[i:])
	return w
}
