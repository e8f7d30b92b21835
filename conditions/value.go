package conditions

import (
	"net/netip"
	"strconv"
	"strings"
)

// Value is what a request carries under one key: a text, or a list of texts.
// The zero Value is an absent key. A Value is immutable.
type Value struct {
	scalars []scalar
	list    bool
}

// scalar is one text and what it reads as; nil or invalid where it does not.
type scalar struct {
	text    string
	number  *decimal
	instant *decimal // seconds since 1970
	address netip.Addr
}

func newScalar(text string) scalar {
	s := scalar{text: text}
	if n, ok := parseNumber(text); ok {
		s.number = &n
	}
	if n, ok := parseDate(text); ok {
		s.instant = &n
	}
	if a, ok := parseAddress(text); ok {
		s.address = a
	}
	return s
}

func textValue(text string) Value { return Value{scalars: []scalar{newScalar(text)}} }

func listValue(texts []string) Value {
	v := Value{list: true, scalars: make([]scalar, len(texts))}
	for i, t := range texts {
		v.scalars[i] = newScalar(t)
	}
	return v
}

// Len returns the number of texts.
func (v Value) Len() int { return len(v.scalars) }

// Text returns the text with the number i, from 0.
func (v Value) Text(i int) string { return v.scalars[i].text }

// Texts returns the texts in their order.
func (v Value) Texts() []string {
	texts := make([]string, len(v.scalars))
	for i := range v.scalars {
		texts[i] = v.scalars[i].text
	}
	return texts
}

// IsList reports whether the value was given as a list.
func (v Value) IsList() bool { return v.list }

// String returns the value for messages: "web", or ["a" "b"] for a list.
func (v Value) String() string {
	if !v.list && len(v.scalars) == 1 {
		return strconv.Quote(v.scalars[0].text)
	}
	var b strings.Builder
	b.WriteByte('[')
	for i := range v.scalars {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Quote(v.scalars[i].text))
	}
	b.WriteByte(']')
	return b.String()
}

// missing reports whether the rules take the key as absent (rule C13).
func (v Value) missing() bool { return len(v.scalars) == 0 }

// empty reports whether the value is missing or a single empty text (rule
// C12). A list that holds an empty text is not empty.
func (v Value) empty() bool {
	return v.missing() || !v.list && v.scalars[0].text == ""
}
