package catalog

import (
	"slices"
	"strings"
)

// pattern is an entry of a Resource element in the readings that are compared
// with formats.
type pattern struct {
	// aligned has all its fields, the missing ones as `*` (rule B15), and no
	// wildcard of the first five matches ':'.
	aligned []element
	// crossing is the pattern as rule B14 reads it: a `*` at the end of one of
	// the first five fields matches ':' too. crossingCompleted is the same with
	// the missing fields, and empty if none is.
	crossing, crossingCompleted []element
	// crosses tells whether they say anything that aligned does not.
	crosses bool
}

// compilePattern reads a pattern as rules B12 to B15 do. A policy variable
// stands for any text wherever it is, and its name separates no fields.
func compilePattern(text string) *pattern {
	const apiShort = "execute-api:/"
	if rest, ok := strings.CutPrefix(text, apiShort); ok {
		// Rule A19: the form that leaves out the ARN of the API.
		text = "arn:*:execute-api:*:*:*/" + rest
	}
	p := &pattern{}
	var colons int
	p.crossing, colons = patternElements(text, true)
	if colons < arnColons {
		text += strings.Repeat(":*", arnColons-colons)
		p.crossingCompleted, _ = patternElements(text, true)
	}
	p.aligned, _ = patternElements(text, false)
	p.crosses = p.crossingCompleted != nil || !slices.Equal(p.aligned, p.crossing)
	return p
}

// patternElements reads a pattern and counts the colons that separate its
// fields.
func patternElements(text string, crossing bool) (elements []element, colons int) {
	elements = make([]element, 0, len(text))
	for i := 0; i < len(text); i++ {
		if n := placeholder(text[i:]); n > 0 {
			elements = append(elements, variable(text[i:i+n]))
			i += n - 1
			continue
		}
		not := byte(0)
		if final := i+1 == len(text) || text[i+1] == ':'; colons < arnColons && !(crossing && final && text[i] == '*') {
			not = noColon
		}
		elements = append(elements, single(text[i], not))
		if text[i] == ':' {
			colons++
		}
	}
	return elements, colons
}

// variable reads `${...}`: an escaped character or a policy variable (rules D1,
// D4).
func variable(text string) element {
	switch text {
	case "${*}", "${?}", "${$}":
		return element{kind: literal, char: text[len("${")]}
	}
	return element{kind: run}
}

func single(char, not byte) element {
	switch char {
	case '*':
		return element{kind: run, not: not}
	case '?':
		return element{kind: one, not: not}
	}
	return element{kind: literal, char: char}
}
