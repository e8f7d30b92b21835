package access

import (
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
)

// tokenKind is what one token of a pattern matches.
type tokenKind uint8

const (
	char        tokenKind = iota // one given character
	one                          // any one character
	oneInField                   // any one character but ':'
	many                         // any run, also the empty one
	manyInField                  // any run without ':'
	variable                     // the value of a key that is not settled
)

// token is one element of a pattern.
type token struct {
	kind tokenKind
	r    rune // of char
	// fold is set where the letter's case does not matter: in actions (B1) and under the alternative of B16.
	fold bool
	of   *reference // of variable
}

// reference is a variable of a pattern.
type reference struct {
	// source is its text, such as ${aws:username}; key its key as written;
	// fallback its default, if hasFallback (D3).
	source, key, fallback string
	hasFallback           bool
}

// pattern is an action or resource pattern as a sequence of tokens. Unlike a
// text it can be compared with others: contains, overlaps and intersect are
// exact, save that variables are told to be undecidable where they matter.
type pattern []token

// sameChar reports whether two characters can stand for one, and which does:
// the one whose case matters.
func sameChar(a, b token) (token, bool) {
	switch {
	case a.r == b.r:
		a.fold = a.fold && b.fold
		return a, true
	case !a.fold && !b.fold || foldRune(a.r) != foldRune(b.r):
		return token{}, false
	case a.fold && b.fold, b.fold:
		return a, true
	}
	return b, true
}

// foldRune lowers the letters A to Z alone.
func foldRune(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

func (t token) wild() bool { return t.kind == many || t.kind == manyInField }

// absorbs reports whether a star of kind t can swallow the whole token o.
func (t token) absorbs(o token) bool {
	if t.kind == many {
		return true
	}
	switch o.kind {
	case char:
		return o.r != ':'
	case oneInField, manyInField:
		return true
	}
	return false
}

// covers reports whether everything that the single token o matches, t
// matches too; neither is a star.
func (t token) covers(o token) bool {
	switch t.kind {
	case char:
		return o.kind == char && (t.r == o.r || t.fold && foldRune(t.r) == foldRune(o.r)) && (t.fold || !o.fold || foldRune(o.r) == o.r && !isLetter(o.r))
	case one:
		return o.kind == char || o.kind == one || o.kind == oneInField
	case oneInField:
		return o.kind == char && o.r != ':' || o.kind == oneInField
	case variable:
		return o.kind == variable && t.sameVariable(o)
	}
	return false
}

func isLetter(r rune) bool { return foldRune(r) >= 'a' && foldRune(r) <= 'z' }

func (t token) sameVariable(o token) bool {
	a, b := t.of, o.of
	return conditions.FoldKey(a.key) == conditions.FoldKey(b.key) && a.hasFallback == b.hasFallback && a.fallback == b.fallback && t.fold == o.fold
}

// contains reports whether every text that q matches is sure to be matched by
// p as well. A no may be wrong where variables are involved.
func (p pattern) contains(q pattern) bool {
	if len(p) > 0 && !p[0].wild() && (len(q) == 0 || !p[0].covers(q[0])) || p.apart(q) || !p.resolvesWith(q) {
		return false
	}
	var inline [2 * inlineWidth]bool
	next, row := twoRows(inline[:], len(q)+1) // row[j]: p[i:] contains q[j:]
	for i := len(p); i >= 0; i-- {
		next, row = row, next
		for j := len(q); j >= 0; j-- {
			switch {
			case i == len(p):
				row[j] = j == len(q)
			case p[i].wild():
				row[j] = next[j] || j < len(q) && p[i].absorbs(q[j]) && row[j+1]
			default:
				row[j] = j < len(q) && !q[j].wild() && p[i].covers(q[j]) && next[j+1]
			}
		}
	}
	return row[0]
}

// inlineWidth is the length of patterns that are compared without memory of their own.
const inlineWidth = 128

// twoRows cuts two rows of a table out of a buffer, or makes them where it is too small.
func twoRows(buffer []bool, width int) (a, b []bool) {
	if 2*width > len(buffer) {
		buffer = make([]bool, 2*width)
	}
	return buffer[:width], buffer[width : 2*width]
}

// apart reports whether the plain texts that two patterns begin with, or end
// with, already differ. A no says nothing.
func (p pattern) apart(q pattern) bool {
	for i := 0; i < len(p) && i < len(q) && p[i].kind == char && q[i].kind == char; i++ {
		if _, ok := sameChar(p[i], q[i]); !ok {
			return true
		}
	}
	for i, j := len(p)-1, len(q)-1; i >= 0 && j >= 0 && p[i].kind == char && q[j].kind == char; i, j = i-1, j-1 {
		if _, ok := sameChar(p[i], q[j]); !ok {
			return true
		}
	}
	return false
}

// resolvesWith reports whether the variables of p have values wherever those
// of q do: a pattern with an unresolved variable matches nothing (D7).
func (p pattern) resolvesWith(q pattern) bool {
	for _, t := range p {
		if t.kind != variable || t.of.hasFallback {
			continue
		}
		found := false
		for _, o := range q {
			found = found || o.kind == variable && o.sameVariable(t)
		}
		if !found {
			return false
		}
	}
	return true
}

// variables reports whether the pattern holds any.
func (p pattern) variables() bool {
	for _, t := range p {
		if t.kind == variable {
			return true
		}
	}
	return false
}

// overlaps reports whether some text may be matched by both patterns. A no is
// sure; a variable counts as any text.
func (p pattern) overlaps(q pattern) bool {
	if p.apart(q) {
		return false
	}
	var inline [2 * inlineWidth]bool
	next, row := twoRows(inline[:], len(q)+1) // row[j]: p[i:] and q[j:] have a text in common
	for i := len(p); i >= 0; i-- {
		row, next = next, row
		for j := len(q); j >= 0; j-- {
			row[j] = overlapAt(p, q, i, j, row, next)
		}
	}
	return row[0]
}

func overlapAt(p, q pattern, i, j int, row, next []bool) bool {
	pw, qw := i < len(p) && loose(p[i]).wild(), j < len(q) && loose(q[j]).wild()
	switch {
	case i == len(p) && j == len(q):
		return true
	case pw && next[j], qw && row[j+1]:
		return true
	case i == len(p) || j == len(q):
		return false
	case pw && qw:
		return false // both go on: decided above, where one of them ends
	case pw:
		_, ok := meet(loose(p[i]), q[j])
		return ok && row[j+1]
	case qw:
		_, ok := meet(loose(q[j]), p[i])
		return ok && next[j]
	}
	_, ok := meet(p[i], q[j])
	return ok && next[j+1]
}

// loose takes a variable as any text.
func loose(t token) token {
	if t.kind == variable {
		return token{kind: many}
	}
	return t
}

// meet is the single token that matches what one character of the star or
// single token a and the single token b have in common.
func meet(a, b token) (token, bool) {
	switch {
	case a.kind == char && b.kind == char:
		return sameChar(a, b)
	case a.kind == char:
		return meet(b, a)
	case a.kind == one || a.kind == many:
		return b, true
	case b.kind == char:
		return b, b.r != ':'
	}
	return token{kind: oneInField}, true
}

// matches compares a text with the pattern, variables resolved by r. An
// unresolved variable makes it match nothing (D7).
func (p pattern) matches(text string, r wildcard.Resolver, spliced bool) bool {
	resolved, ok := p.resolve(r, spliced)
	return ok && resolved.contains(literal(text, false))
}

// resolve puts the values of variables in; ok is false if one has none.
func (p pattern) resolve(r wildcard.Resolver, spliced bool) (pattern, bool) {
	if !p.variables() {
		return p, true
	}
	var out pattern
	for _, t := range p {
		if t.kind != variable {
			out = append(out, t)
			continue
		}
		text, presence := r.Resolve(t.of.key)
		switch {
		case presence == wildcard.Resolved:
			out = append(out, valueTokens(text, t.fold, spliced)...)
		case presence == wildcard.Unresolvable && t.of.hasFallback:
			out = append(out, literal(t.of.fallback, t.fold)...)
		default:
			return nil, false
		}
	}
	return out, true
}

// valueTokens are the tokens of a variable's value: ordinary text, or under
// the alternative of D9 a pattern of its own.
func valueTokens(text string, fold, spliced bool) pattern {
	out := literal(text, fold)
	for i := range out {
		switch {
		case !spliced:
		case out[i].r == '*':
			out[i] = token{kind: many}
		case out[i].r == '?':
			out[i] = token{kind: one}
		}
	}
	return out
}

func literal(text string, fold bool) pattern {
	out := make(pattern, 0, len(text))
	for _, r := range text {
		out = append(out, token{kind: char, r: r, fold: fold && isLetter(r)})
	}
	return out
}

func texts(list []pattern, show func(pattern) string) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = show(p)
	}
	return out
}

// String shows the pattern as a policy of Version 2012-10-17 writes it, as far as it can.
func (p pattern) String() string {
	var b strings.Builder
	colons := 0
	for i, t := range p {
		switch t.kind {
		case many, manyInField:
			b.WriteByte('*')
		case one, oneInField:
			b.WriteByte('?')
		case variable:
			b.WriteString(t.of.source)
		default:
			opens := t.r == '$' && i+1 < len(p) && p[i+1].kind == char && p[i+1].r == '{'
			if colons >= 5 && (t.r == '*' || t.r == '?' || opens) {
				b.WriteString("${" + string(t.r) + "}")
				continue
			}
			if t.r == ':' {
				colons++
			}
			b.WriteRune(t.r)
		}
	}
	return b.String()
}
