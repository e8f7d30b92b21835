package eval_test

import (
	"strings"
	"unicode"

	"iamsim/eval"
)

// The files reference_*_test.go are a second implementation of rule E.14,
// written for obviousness and not for speed. It shares no code with the
// packages it is compared with: no matcher, no condition, no combinator.

// piece is one element of a pattern: a character, a wildcard or a variable.
type piece struct {
	char      rune
	star      bool // any run of characters
	one       bool // any one character
	inField   bool // the wildcard does not match a colon
	foldField bool // the character compares without regard to ASCII case
	key       string
	isKey     bool
	fallback  string
	hasDef    bool
}

// textPieces reads a text: wild tells whether * and ? are special, vars whether ${...} is.
func textPieces(text string, vars, wild bool) []piece {
	var out []piece
	for text != "" {
		if vars && strings.HasPrefix(text, "${") {
			p, rest := variablePiece(text)
			out = append(out, p)
			text = rest
			continue
		}
		r := []rune(text)[0]
		out = append(out, piece{char: r, star: wild && r == '*', one: wild && r == '?'})
		text = text[len(string(r)):]
	}
	return out
}

// variablePiece reads the ${...} that text begins with (D1, D3, D4).
func variablePiece(text string) (p piece, rest string) {
	body := text[len("${"):]
	comma, brace := strings.Index(body, ","), strings.Index(body, "}")
	if comma >= 0 && comma < brace {
		key := body[:comma]
		quoted := body[comma+len(", '"):]
		end := strings.Index(quoted, "'")
		return piece{isKey: true, key: key, fallback: quoted[:end], hasDef: true}, quoted[end+len("'}"):]
	}
	key := body[:brace]
	rest = body[brace+1:]
	if key == "*" || key == "?" || key == "$" {
		return piece{char: []rune(key)[0]}, rest
	}
	return piece{isKey: true, key: key}, rest
}

// substitute puts values in the place of variables, character by character
// (D9); ok is false if one has none.
func substitute(pattern []piece, c refContext, o eval.Options, wild bool) (out []piece, ok bool) {
	for _, p := range pattern {
		if !p.isKey {
			out = append(out, p)
			continue
		}
		text, state := c.variable(p.key)
		switch {
		case state == variableAbsent && p.hasDef:
			for _, r := range p.fallback {
				out = append(out, piece{char: r})
			}
			continue
		case state != variableKnown:
			return nil, false
		}
		for _, r := range text {
			special := o.VariableWildcards && wild
			out = append(out, piece{
				char: r, star: special && r == '*', one: special && r == '?', inField: p.inField, foldField: p.foldField,
			})
		}
	}
	return out, true
}

// globs tries every way in which the pattern could match.
func globs(pattern []piece, text []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	first, rest := pattern[0], pattern[1:]
	if first.star {
		for n := 0; ; n++ {
			if globs(rest, text[n:]) {
				return true
			}
			if n == len(text) || first.inField && text[n] == ':' {
				return false
			}
		}
	}
	if len(text) == 0 {
		return false
	}
	switch {
	case first.one && first.inField && text[0] == ':':
		return false
	case !first.one && first.foldField && asciiLower(first.char) != asciiLower(text[0]):
		return false
	case !first.one && !first.foldField && first.char != text[0]:
		return false
	}
	return globs(rest, text[1:])
}

func asciiLower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r - 'A' + 'a'
	}
	return r
}

func lowered(text string) string { return strings.Map(asciiLower, text) }

// refMatchesAction is B1 to B5.
func refMatchesAction(pattern, action string, o eval.Options) bool {
	prefix, _, _ := strings.Cut(pattern, ":")
	if o.PartialPrefixNeverMatches && prefix != "*" && strings.ContainsAny(prefix, "*?") {
		return false
	}
	return globs(textPieces(lowered(pattern), false, true), []rune(lowered(action)))
}

func onlyStars(text string) bool { return text != "" && strings.Trim(text, "*") == "" }

// refMatchesResource is B10 to B18, D5 and D7. completed tells whether missing
// fields stand for stars (B15), buckets whether B18 may be taken.
func refMatchesResource(pattern string, completed, buckets bool, r *refEval, vars bool) (matches, unresolved bool) {
	if onlyStars(pattern) {
		return true, false
	}
	pieces := resourcePieces(pattern, vars, r.o)
	tokens, ok := substitute(pieces, r.ctx, r.o, true)
	if !ok {
		return false, true
	}
	if r.req.resource == "*" {
		return buckets && strings.EqualFold(r.req.action, "s3:ListAllMyBuckets") && pattern == "arn:aws:s3:::*" &&
			!r.o.ListAllMyBucketsNeedsStar, false
	}
	subject := []rune(r.req.resource)
	if globs(tokens, subject) {
		return true, false
	}
	if fields := countFields(pattern, vars); completed && fields < 6 {
		longer := pattern + strings.Repeat(":*", 6-fields)
		tokens, _ = substitute(resourcePieces(longer, vars, r.o), r.ctx, r.o, true)
		return globs(tokens, subject), false
	}
	return false, false
}

// resourcePieces reads a resource pattern: within the first five fields
// wildcards are bound to them as B14 tells, and variables are text (D5).
func resourcePieces(pattern string, vars bool, o eval.Options) []piece {
	var out []piece
	field := 0
	for i := 0; i < len(pattern); {
		rest := pattern[i:]
		if field >= 5 {
			return append(out, textPieces(rest, vars, true)...)
		}
		if vars && strings.HasPrefix(rest, "${") && strings.Contains(rest, "}") {
			p, after := variablePiece(rest)
			text := rest[:len(rest)-len(after)]
			if o.VariablesInARNFields {
				p.inField, p.foldField = true, o.ARNFieldsIgnoreCase
				out = append(out, p)
			} else {
				for _, p := range textPieces(text, false, false) {
					p.foldField = o.ARNFieldsIgnoreCase
					out = append(out, p)
				}
			}
			i += len(text)
			continue
		}
		c := []rune(rest)[0]
		i += len(string(c))
		p := piece{char: c, star: c == '*', one: c == '?', foldField: o.ARNFieldsIgnoreCase}
		last := i == len(pattern) || pattern[i] == ':'
		p.inField = p.one || p.star && (!last || o.StarNeverCrossesColon)
		out = append(out, p)
		if c == ':' {
			field++
		}
	}
	return out
}

// countFields counts the colon-separated fields, six at most.
func countFields(pattern string, vars bool) int {
	return len(splitARN(pattern, vars))
}

// splitARN splits at the first five colons outside of variables.
func splitARN(text string, vars bool) []string {
	fields := []string{""}
	for i := 0; i < len(text); {
		last := &fields[len(fields)-1]
		if vars && strings.HasPrefix(text[i:], "${") && strings.Contains(text[i:], "}") {
			_, after := variablePiece(text[i:])
			n := len(text) - i - len(after)
			*last += text[i : i+n]
			i += n
			continue
		}
		if text[i] == ':' && len(fields) < 6 {
			fields = append(fields, "")
		} else {
			*last += text[i : i+1]
		}
		i++
	}
	return fields
}

// sameFolded compares two texts by simple Unicode folding (C21).
func sameFolded(a, b string) bool {
	fold := func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}
	return strings.Map(fold, a) == strings.Map(fold, b)
}
