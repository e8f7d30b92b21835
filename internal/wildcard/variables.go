package wildcard

import (
	"fmt"
	"strings"
	"unicode"
)

// Variable is one `${...}` of a template (rules D1, D3). The escapes `${*}`,
// `${?}` and `${$}` (rule D4) are not variables.
type Variable struct {
	// Key is the condition key as written.
	Key string
	// Default is the text that stands in for an absent key, if HasDefault.
	Default    string
	HasDefault bool
	// Start and End are the byte offsets of `$` and behind `}` in the text.
	Start, End int
}

// Presence is what is known of the key of a variable.
type Presence uint8

const (
	// Unresolvable: the request does not carry the key. A default stands in
	// for it (rule D3); without one the template matches nothing (D7, D8).
	Unresolvable Presence = iota
	// Resolved: the key has one value, which may be empty.
	Resolved
	// UnknownValue: nothing is known of the key (rule D23).
	UnknownValue
	// Multivalued: the key is a set, which no text can stand for, not even the
	// default (rule D7).
	Multivalued
)

// Resolver gives the values of variables.
type Resolver interface {
	// Resolve returns the value of the condition key, spelled as in the
	// template; keys are to be compared without regard to case (rule D1).
	Resolve(key string) (text string, presence Presence)
}

// SyntaxError tells what is wrong with a variable (rule D2).
type SyntaxError struct {
	// Text is the whole template; Offset is the byte offset of the fault.
	Text   string
	Offset int
	Msg    string
}

// Error returns the message with the variable it is about and its place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%q, byte %d: %s", e.Text, e.Offset, e.Msg)
}

// escaped returns the character that `${*}`, `${?}` or `${$}` at the start of s
// stands for (rule D4).
func escaped(s string) (char string, ok bool) {
	if len(s) >= 4 && s[3] == '}' && strings.IndexByte("*?$", s[2]) >= 0 {
		return s[2:3], true
	}
	return "", false
}

// scanVariable reads the variable whose `${` stands at text[start:].
func scanVariable(text string, start int) (Variable, *SyntaxError) {
	fault := func(at int, msg string) (Variable, *SyntaxError) {
		return Variable{}, &SyntaxError{Text: text, Offset: at, Msg: msg}
	}
	begin := start + len("${")
	for i, r := range text[begin:] {
		i += begin
		switch {
		case r == '}' && i == begin:
			return fault(start, "the variable ${} names no key")
		case r == '}':
			return Variable{Key: text[begin:i], Start: start, End: i + 1}, nil
		case r == ',' && i == begin:
			return fault(start, "the variable names no key before its default value")
		case r == ',':
			v, err := scanDefault(text, i)
			v.Key, v.Start = text[begin:i], start
			return v, err
		case r == '$' || r == '{':
			return fault(i, "a variable cannot stand inside a variable")
		case unicode.IsSpace(r):
			return fault(i, "a variable's name holds no blank")
		}
	}
	return fault(start, "the variable has no closing brace")
}

// scanDefault reads `, 'default'}` at text[comma:].
func scanDefault(text string, comma int) (Variable, *SyntaxError) {
	const opening = ", '"
	if !strings.HasPrefix(text[comma:], opening) {
		return Variable{}, &SyntaxError{Text: text, Offset: comma, Msg: "a default value is written as a comma, one blank and a text in single quotes"}
	}
	begin := comma + len(opening)
	n := strings.IndexByte(text[begin:], '\'')
	if n < 0 {
		return Variable{}, &SyntaxError{Text: text, Offset: begin - 1, Msg: "the default value has no closing quote"}
	}
	if in := strings.Index(text[begin:begin+n], "${"); in >= 0 {
		return Variable{}, &SyntaxError{Text: text, Offset: begin + in, Msg: "a variable cannot stand inside a variable"}
	}
	end := begin + n + 1
	if end == len(text) || text[end] != '}' {
		return Variable{}, &SyntaxError{Text: text, Offset: end, Msg: "the variable has no closing brace behind its default value"}
	}
	return Variable{Default: text[begin : begin+n], HasDefault: true, End: end + 1}, nil
}
