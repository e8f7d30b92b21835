package source

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

func (r *yamlReader) scalar(y *yaml.Node) subtree {
	kind := String
	switch {
	case isPlain(y):
		kind = plainKind(y.Value)
	case y.Style&yaml.TaggedStyle != 0 && y.Tag != "!" && y.Tag != "!!str":
		want, known := map[string]Kind{"!!null": Null, "!!bool": Bool, "!!int": Number, "!!float": Number}[y.Tag]
		if !known {
			return r.report(y, "the tag %s is not known; leave it out", y.Tag)
		}
		if kind = plainKind(y.Value); kind != want {
			return r.report(y, "%q is not a %v, as its tag %s says", y.Value, want, y.Tag)
		}
	}
	n := r.place(kind, y)
	if kind != Null {
		n.Text = r.text([]byte(y.Value))
	}
	return subtree{node: n, nodes: 1}
}

// plainKind tells what a scalar without quotes is by the core schema of YAML
// 1.2: neither yes nor 2012-10-17 nor 1_000 is anything but a string.
func plainKind(text string) Kind {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return Bool
	}
	if isNumber(text) {
		return Number
	}
	return String
}

func isNumber(text string) bool {
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		return digits != "" && strings.Trim(digits, "0123456789abcdefABCDEF") == ""
	}
	if digits, ok := strings.CutPrefix(text, "0o"); ok {
		return digits != "" && strings.Trim(digits, "01234567") == ""
	}
	switch text {
	case ".nan", ".NaN", ".NAN":
		return true
	}
	text = unsign(text)
	switch text {
	case ".inf", ".Inf", ".INF":
		return true
	}
	whole, rest := digits(text)
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		fraction, rest = digits(rest[1:])
	}
	if whole == "" && fraction == "" {
		return false
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		var exponent string
		exponent, rest = digits(unsign(rest[1:]))
		return exponent != "" && rest == ""
	}
	return rest == ""
}

func unsign(text string) string {
	if text != "" && (text[0] == '+' || text[0] == '-') {
		return text[1:]
	}
	return text
}

func digits(text string) (digits, rest string) {
	rest = strings.TrimLeft(text, "0123456789")
	return text[:len(text)-len(rest)], rest
}
