package wildcard

import (
	"strings"
	"unicode/utf8"
)

// Syntax says what is special in the text of a template.
type Syntax struct {
	// Variables: `${...}` is a variable or an escape (policies of Version
	// 2012-10-17). Otherwise `$`, `{` and `}` are ordinary characters (rules
	// A5, D6).
	Variables bool
	// Wildcards: `*` and `?` are special. Otherwise they are ordinary
	// characters (rule C20).
	Wildcards bool
	// Resource: the template is an ARN of a Resource element (rule B14). In
	// the first five colon-separated fields `?`, and a `*` that is not the
	// last character of its field, do not match ':'. Variables are legal only
	// behind the fifth colon; before it `${...}` is ordinary text (rule D5).
	// A template made of stars alone matches everything (rule B10).
	Resource bool
	// VariablesInFields: with Resource, variables also count in the first five
	// fields (the alternative of rule D5). In both readings the colons inside
	// `${...}` separate no fields.
	VariablesInFields bool
	// StarNeverCrosses: with Resource, a `*` at the end of one of the first
	// five fields does not match ':' either (the alternative of rule B14).
	StarNeverCrosses bool
	// FoldFields: with Resource, ASCII letters of the first five fields are
	// compared without regard to case (the alternative of rule B16).
	FoldFields bool
	// Case says how the letters of the whole text, the values of variables
	// included, are compared.
	Case Case
}

// Outcome is the result of matching a template.
type Outcome uint8

const (
	// NoMatch: the subject does not match.
	NoMatch Outcome = iota
	// Match: it does.
	Match
	// Unresolved: a variable has no value, so the template matches nothing
	// (rules D7, D8).
	Unresolved
	// Unknown: it depends on the value of a key of which nothing is known.
	Unknown
)

// String returns "no match", "match", "unresolved" or "unknown".
func (o Outcome) String() string {
	return [...]string{"no match", "match", "unresolved", "unknown"}[o]
}

// Template is a parsed pattern that may hold variables. It is immutable and
// safe for concurrent use.
type Template struct {
	text      string
	syntax    Syntax
	variables []Variable
	tokens    []token
	shape     *shape // set if the tokens hold no variable and nothing bound to a field
}

// ParseTemplate parses text. The errors are ErrInvalidUTF8 and *SyntaxError.
func ParseTemplate(text string, s Syntax) (*Template, error) {
	if !utf8.ValidString(text) {
		return nil, ErrInvalidUTF8
	}
	p := parser{t: &Template{text: text, syntax: s}, onlyStars: onlyStars(text)}
	if err := p.parse(); err != nil {
		return nil, err
	}
	t := p.t
	t.tokens = p.b.tokens
	if shapely(t.tokens) {
		sh := newShape(t.tokens)
		t.shape = &sh
	}
	return t, nil
}

// shapely reports whether the tokens can be matched as a shape.
func shapely(tokens []token) bool {
	for _, t := range tokens {
		switch t.kind {
		case variable, oneInField, starInField:
			return false
		case literal:
			if t.fold != Sensitive {
				return false
			}
		}
	}
	return true
}

func onlyStars(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '*' {
			return false
		}
	}
	return true
}

// lastField is the number of colons before the resource part of an ARN.
const lastField = 5

// parser turns the text of a template into tokens.
type parser struct {
	t         *Template
	b         builder
	colons    int // seen so far outside ${...}
	onlyStars bool
}

// inFields reports whether the parser stands in the first five fields.
func (p *parser) inFields() bool {
	return p.t.syntax.Resource && p.colons < lastField && !p.onlyStars
}

func (p *parser) fold() Case {
	if p.t.syntax.FoldFields && p.inFields() {
		return ASCIIInsensitive
	}
	return p.t.syntax.Case
}

func (p *parser) parse() error {
	text := p.t.text
	for i := 0; i < len(text); {
		if p.t.syntax.Variables && text[i] == '$' && i+1 < len(text) && text[i+1] == '{' {
			n, err := p.dollar(i)
			if err != nil {
				return err
			}
			i += n
			continue
		}
		if n := p.ordinary(i); n > 0 {
			p.b.literal(text[i:i+n], p.fold())
			p.colons += strings.Count(text[i:i+n], ":")
			i += n
			continue
		}
		final := i+1 == len(text) || text[i+1] == ':'
		p.char(text[i:i+1], final)
		i++
	}
	return nil
}

// ordinary returns the length of the run of ordinary characters at offset i
// that are compared alike.
func (p *parser) ordinary(i int) int {
	text, s := p.t.text, p.t.syntax
	j := i
	for ; j < len(text); j++ {
		switch c := text[j]; {
		case s.Wildcards && (c == '*' || c == '?'), s.Variables && c == '$' && j+1 < len(text) && text[j+1] == '{':
			return j - i
		case s.FoldFields && c == ':':
			return j + 1 - i
		}
	}
	return j - i
}

// dollar reads the `${` at offset i and returns the length of what it read.
func (p *parser) dollar(i int) (int, error) {
	text := p.t.text
	if p.inFields() && !p.t.syntax.VariablesInFields {
		n := len("${")
		if v, err := scanVariable(text, i); err == nil {
			n = v.End - i
		}
		for j := i; j < i+n; j++ {
			p.char(text[j:j+1], false)
		}
		return n, nil
	}
	if char, ok := escaped(text[i:]); ok {
		p.b.literal(char, p.fold())
		return len("${*}"), nil
	}
	v, err := scanVariable(text, i)
	if err != nil {
		return 0, err
	}
	p.b.variable(len(p.t.variables), p.fold())
	p.t.variables = append(p.t.variables, v)
	return v.End - v.Start, nil
}

// char adds one byte of the text that belongs to no variable. final tells that
// it is the last of its field.
func (p *parser) char(c string, final bool) {
	switch {
	case c == "*" && p.t.syntax.Wildcards:
		if p.inFields() && (!final || p.t.syntax.StarNeverCrosses) {
			p.b.add(starInField)
		} else {
			p.b.add(star)
		}
	case c == "?" && p.t.syntax.Wildcards:
		if p.inFields() {
			p.b.add(oneInField)
		} else {
			p.b.add(one)
		}
	default:
		p.b.literal(c, p.fold())
	}
}

// String returns the text the template was parsed from.
func (t *Template) String() string { return t.text }

// Variables returns the variables in the order they are written in, one
// element for each place. The slice is shared; do not change it.
func (t *Template) Variables() []Variable { return t.variables }

// Literal returns the one text the template matches, escapes resolved, and
// whether there is such a text: no wildcard, no variable, no folding.
func (t *Template) Literal() (string, bool) {
	if t.shape == nil || t.shape.kind != literalShape {
		return "", false
	}
	return t.shape.head, true
}

// MatchesAll reports whether the template is made of stars alone.
func (t *Template) MatchesAll() bool { return t.shape != nil && t.shape.kind == allShape }

// Prefix returns the text every subject that matches begins with, byte for
// byte: what stands before the first wildcard or variable.
func (t *Template) Prefix() string {
	if len(t.tokens) > 0 && t.tokens[0].kind == literal && t.tokens[0].fold == Sensitive {
		return t.tokens[0].text
	}
	return ""
}

// Tail says what a subject that begins with a template's Prefix must hold behind it.
type Tail uint8

const (
	// AnyTail: nothing further; every subject with the prefix matches.
	AnyTail Tail = iota
	// NoTail: nothing at all; the prefix alone matches.
	NoTail
	// PatternTail: something that only Match can tell.
	PatternTail
)

// Tail tells whether Prefix already settles what the template matches.
func (t *Template) Tail() Tail {
	switch {
	case t.shape == nil || t.shape.fold != Sensitive:
		return PatternTail
	case t.shape.kind == literalShape:
		return NoTail
	case t.shape.kind == prefixShape || t.shape.kind == allShape:
		return AnyTail
	}
	return PatternTail
}

// inlineVariables is the number of variables for whose values Match needs no
// memory of its own.
const inlineVariables = 8

// Match compares the whole of s with the template, its variables resolved by
// r. Values are ordinary text: a `*` in one is no wildcard (rule D9). Any
// variable without value makes the outcome Unresolved; r may be nil if there
// are no variables. Match does not allocate for up to eight variables.
func (t *Template) Match(s string, r Resolver) Outcome {
	if t.shape != nil {
		if t.shape.match(s) {
			return Match
		}
		return NoMatch
	}
	var inline [inlineVariables]value
	values, presence := t.resolve(inline[:0], r)
	if presence == Unresolvable {
		return Unresolved
	}
	return outcome(t.tokens, values, s, presence)
}

// MatchWild is Match with `*` and `?` in the values of variables as wildcards
// where those of the template are (the alternative of rule D9). Defaults stay
// ordinary text.
func (t *Template) MatchWild(s string, r Resolver) Outcome {
	if len(t.variables) == 0 || !t.syntax.Wildcards {
		return t.Match(s, r)
	}
	values, presence := t.resolve(nil, r)
	if presence == Unresolvable {
		return Unresolved
	}
	var b builder
	for _, tk := range t.tokens {
		k, text := tk.with(values)
		switch {
		case tk.kind == variable && k == literal:
			if values[tk.index].supplied {
				b.spliced(text, tk.fold)
			} else {
				b.literal(text, tk.fold)
			}
		case k == literal:
			b.literal(text, tk.fold)
		default:
			b.add(k)
		}
	}
	return outcome(b.tokens, nil, s, presence)
}

// spliced adds a value whose stars and question marks are wildcards.
func (b *builder) spliced(text string, f Case) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '*':
			b.add(star)
		case '?':
			b.add(one)
		default:
			b.literal(text[i:i+1], f)
		}
	}
}

// resolve appends the value of each variable. The presence is Unresolvable if
// one has none, UnknownValue if one is unknown, else Resolved.
func (t *Template) resolve(values []value, r Resolver) ([]value, Presence) {
	all := Resolved
	for i := range t.variables {
		v := &t.variables[i]
		switch text, presence := r.Resolve(v.Key); {
		case presence == Resolved:
			values = append(values, value{text: text, supplied: true})
		case presence == UnknownValue:
			values = append(values, value{any: true})
			all = UnknownValue
		case presence == Unresolvable && v.HasDefault:
			values = append(values, value{text: v.Default})
		default:
			return nil, Unresolvable
		}
	}
	return values, all
}

func outcome(tokens []token, values []value, s string, presence Presence) Outcome {
	switch ok, _ := match(tokens, values, s); {
	case !ok:
		return NoMatch
	case presence == UnknownValue:
		return Unknown
	}
	return Match
}
