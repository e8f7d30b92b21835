package catalog

import "strings"

// pattern is an entry of a Resource element, as written and with its missing
// fields (rule B15).
type pattern struct {
	written, completed []element
}

// compilePattern reads a pattern as rules B12 to B14 do: behind the fifth
// colon wildcards match any character, before it only a `*` at the end of its
// field matches ':'. A policy variable stands for any text wherever it is,
// and its name separates no fields.
func compilePattern(text string) pattern {
	const apiShort = "execute-api:/"
	if rest, ok := strings.CutPrefix(text, apiShort); ok {
		// Rule A19: the form that leaves out the ARN of the API.
		text = "arn:*:execute-api:*:*:*/" + rest
	}
	elements := make([]element, 0, len(text)+2*arnColons)
	colons := 0
	for i := 0; i < len(text); i++ {
		if n := placeholder(text[i:]); n > 0 {
			elements = append(elements, variable(text[i:i+n]))
			i += n - 1
			continue
		}
		final := i+1 == len(text) || text[i+1] == ':'
		elements = append(elements, single(text[i], colons < arnColons, final))
		if text[i] == ':' {
			colons++
		}
	}
	p := pattern{written: elements}
	if colons < arnColons {
		for p.completed = elements; colons < arnColons; colons++ {
			p.completed = append(p.completed, element{kind: literal, char: ':'}, element{kind: run})
		}
	}
	return p
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

func single(char byte, inFields, final bool) element {
	switch {
	case char == '*' && inFields && !final:
		return element{kind: run, not: noColon}
	case char == '*':
		return element{kind: run}
	case char == '?' && inFields:
		return element{kind: one, not: noColon}
	case char == '?':
		return element{kind: one}
	}
	return element{kind: literal, char: char}
}
