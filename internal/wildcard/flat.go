package wildcard

import (
	"unicode"
	"unicode/utf8"
)

// Flat is a pattern whose variables have their values, one instruction for
// each character. It is what a Joint explores. The zero Flat matches the empty
// text alone. It is immutable.
type Flat struct {
	code []instruction
}

// instruction is one character of a Flat, or one wildcard.
type instruction struct {
	kind kind
	fold Case
	char rune
}

// Instructions that only a Flat knows.
const (
	digit        kind = variable + 1 + iota // one of 0 to 9
	accept                                  // the end of a pattern
	slashless                               // any run of characters without '/'
	oneSlashless                            // any one character but '/'
)

// Characters of the text that Shape reads.
const (
	// ShapeDigit stands for one digit.
	ShapeDigit = '\x01'
	// ShapeField stands for any run of characters without ':'.
	ShapeField = '\x02'
	// ShapeFieldChar stands for one character other than ':'.
	ShapeFieldChar = '\x03'
	// ShapeRun stands for any run of characters.
	ShapeRun = '\x04'
	// ShapeChar stands for one character.
	ShapeChar = '\x05'
	// ShapeName stands for one or more characters other than '/'.
	ShapeName = '\x06'
)

// Shape makes a Flat of a text in which the Shape characters are special
// and everything else, stars included, stands for itself.
func Shape(text string) Flat {
	var f Flat
	for _, r := range text {
		switch r {
		case ShapeDigit:
			f.code = append(f.code, instruction{kind: digit})
		case ShapeField:
			f.star(starInField)
		case ShapeFieldChar:
			f.code = append(f.code, instruction{kind: oneInField})
		case ShapeRun:
			f.star(star)
		case ShapeChar:
			f.code = append(f.code, instruction{kind: one})
		case ShapeName:
			f.code = append(f.code, instruction{kind: oneSlashless})
			f.star(slashless)
		default:
			f.code = append(f.code, instruction{kind: literal, char: r})
		}
	}
	return f
}

// FlatFold makes a Flat of a pattern as CompileFold does, for texts that are in lower case.
func FlatFold(pattern string) Flat {
	var f Flat
	for _, r := range lowerASCII(pattern) {
		switch r {
		case '*':
			f.star(star)
		case '?':
			f.code = append(f.code, instruction{kind: one})
		default:
			f.code = append(f.code, instruction{kind: literal, char: r})
		}
	}
	return f
}

// Flat puts the values of the variables into the template. Presence is
// Resolved if every variable has a value, Unresolvable if the template matches
// nothing, and UnknownValue if it depends on a key of which nothing is known.
// wild is the reading of MatchWild.
func (t *Template) Flat(r Resolver, wild bool) (Flat, Presence) {
	values, presence := []value(nil), Resolved
	if len(t.variables) > 0 {
		values, presence = t.resolve(nil, r)
	}
	if presence != Resolved {
		return Flat{}, presence
	}
	var f Flat
	for i := range t.tokens {
		tk := &t.tokens[i]
		k, text := tk.with(values)
		switch {
		case k == star || k == starInField:
			f.star(k)
		case k != literal:
			f.code = append(f.code, instruction{kind: k})
		case wild && tk.kind == variable && t.syntax.Wildcards && values[tk.index].supplied:
			var b builder
			b.spliced(text, tk.fold)
			f.tokens(b.tokens)
		default:
			f.text(text, tk.fold)
		}
	}
	return f, Resolved
}

func (f *Flat) tokens(list []token) {
	for _, tk := range list {
		switch tk.kind {
		case star, starInField:
			f.star(tk.kind)
		case literal:
			f.text(tk.text, tk.fold)
		default:
			f.code = append(f.code, instruction{kind: tk.kind})
		}
	}
}

func (f *Flat) text(text string, fold Case) {
	for _, r := range text {
		f.code = append(f.code, instruction{kind: literal, fold: fold, char: r})
	}
}

func (f *Flat) star(k kind) {
	if n := len(f.code); n > 0 && f.code[n-1].kind == k {
		return
	}
	f.code = append(f.code, instruction{kind: k})
}

// Join returns the pattern of a text of f, a separator, and a text of g.
func (f Flat) Join(separator string, g Flat) Flat {
	out := Flat{code: append([]instruction(nil), f.code...)}
	out.text(separator, Sensitive)
	out.code = append(out.code, g.code...)
	return out
}

// WithoutColons returns the pattern whose wildcards match no ':'.
func (f Flat) WithoutColons() Flat {
	out := Flat{code: make([]instruction, len(f.code))}
	for i, in := range f.code {
		switch in.kind {
		case star:
			in.kind = starInField
		case one:
			in.kind = oneInField
		}
		out.code[i] = in
	}
	return out
}

// Text returns the one text that the pattern matches, and whether there is
// only one.
func (f Flat) Text() (string, bool) {
	var text []byte
	for _, in := range f.code {
		if in.kind != literal || in.fold != Sensitive {
			return "", false
		}
		text = utf8.AppendRune(text, in.char)
	}
	return string(text), true
}

// Everything reports whether the pattern matches every text.
func (f Flat) Everything() bool { return len(f.code) == 1 && f.code[0].kind == star }

// Unique returns the patterns without repetitions, in the order they first stand in.
func Unique(list []Flat) []Flat {
	seen := map[string]bool{}
	var out []Flat
	var key []byte
	for _, f := range list {
		key = key[:0]
		for _, in := range f.code {
			key = utf8.AppendRune(append(key, byte(in.kind), byte(in.fold)), in.char)
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			out = append(out, f)
		}
	}
	return out
}

// takes reports whether the instruction takes the character.
func (in *instruction) takes(r rune) bool {
	switch in.kind {
	case literal:
		if in.char == r {
			return true
		}
		switch in.fold {
		case ASCIIInsensitive:
			return r < utf8.RuneSelf && in.char < utf8.RuneSelf && lower(byte(r)) == lower(byte(in.char))
		case UnicodeInsensitive:
			return folded(in.char, r)
		}
		return false
	case one, star:
		return true
	case oneInField, starInField:
		return r != ':'
	case slashless, oneSlashless:
		return r != '/'
	case digit:
		return '0' <= r && r <= '9'
	}
	return false
}

// folded reports whether two characters are equal under simple folding.
func folded(a, b rune) bool {
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return a == b
}
