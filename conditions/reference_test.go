package conditions

import (
	"encoding/base64"
	"math/big"
	"net"
	"regexp"
	"strings"
	"time"
)

// The references below share no code with the package. They are slow and
// plain: regular expressions, big numbers and package net in place of what the
// package does by hand.

// law is the evaluation function of conditions (rule C.14) over one key k and
// one variable v.
type law struct {
	op        Operator
	name      string // of the base operator
	values    []string
	variables bool
	options   Options
	// k and v are what the request has, each a string, []string or nil; all
	// other keys are absent.
	k, v any
}

// comparison is the result of comparing one policy value with one request value.
type comparison struct{ match, err bool }

// holds decides the entry.
func (l law) holds() bool {
	list, _ := l.k.([]string)
	text, isText := l.k.(string)
	if isText {
		list = []string{text}
	}
	none := len(list) == 0
	empty := none || isText && text == ""
	if l.name == "Null" {
		if l.op.Set != None && l.options.NullWithSetOperatorConstant {
			return l.op.Set == ForAllValues
		}
		for _, p := range l.values {
			if strings.EqualFold(p, "true") == empty {
				return true
			}
		}
		return false
	}
	negated := strings.Contains(l.name, "Not")
	noValues := len(l.values) == 0 && !(negated && l.options.EmptyNegatedListTrue)
	switch {
	case l.op.Set == ForAllValues && empty:
		return true
	case l.op.Set == ForAnyValue && none:
		return l.op.IfExists && l.options.ForAnyValueIfExistsMissingTrue
	case l.op.Set == ForAnyValue && empty:
		return false
	case none && l.op.IfExists:
		return true
	case noValues:
		return false
	case none:
		return negated
	}
	good := 0
	for _, x := range list {
		if l.satisfies(x, negated) {
			good++
		}
	}
	switch {
	case l.op.Set == ForAnyValue:
		return good > 0
	case l.op.Set == None && len(list) > 1 && !(negated && l.options.NegatedBareOperatorCompares):
		return false
	}
	return good == len(list)
}

func (l law) satisfies(x string, negated bool) bool {
	matches, errors := 0, 0
	for _, p := range l.values {
		c := l.compare(p, x)
		if c.match {
			matches++
		}
		if c.err && !(l.name == "NumericNotEquals" && l.options.UnparsableNegatedNumberTrue) {
			errors++
		}
	}
	if negated {
		return matches == 0 && errors == 0
	}
	return matches > 0
}

func (l law) compare(p, x string) comparison {
	switch {
	case strings.HasPrefix(l.name, "String"):
		return l.compareString(p, x)
	case strings.HasPrefix(l.name, "Numeric"):
		return compareOrdered(l.name, refNumber(p), refNumber(x))
	case strings.HasPrefix(l.name, "Date"):
		return compareOrdered(l.name, refDate(p), refDate(x))
	case strings.HasPrefix(l.name, "Arn"):
		return l.compareARN(p, x)
	case l.name == "Bool":
		return l.compareBool(p, x)
	case l.name == "BinaryEquals":
		a, okA := refBase64(p)
		b, okB := refBase64(x)
		return comparison{match: okA && okB && string(a) == string(b), err: !okA || !okB}
	}
	return l.compareIP(p, x)
}

var refVariable = regexp.MustCompile(`\$\{([*?$])\}|\$\{([^\s\pZ\x0b\x85,{}$]+)(, '([^']*)')?\}`)

// expand writes a template as a regular expression; ok is false if a variable
// has no value.
func (l law) expand(template string, wildcards bool) (source string, ok bool) {
	var b strings.Builder
	glob := func(text string) {
		for _, c := range text {
			switch {
			case wildcards && c == '*':
				b.WriteString(".*")
			case wildcards && c == '?':
				b.WriteString(".")
			default:
				b.WriteString(regexp.QuoteMeta(string(c)))
			}
		}
	}
	if !l.variables {
		glob(template)
		return b.String(), true
	}
	end := 0
	for _, m := range refVariable.FindAllStringSubmatchIndex(template, -1) {
		glob(template[end:m[0]])
		end = m[1]
		if m[2] >= 0 {
			b.WriteString(regexp.QuoteMeta(template[m[2]:m[3]]))
			continue
		}
		var value any
		switch template[m[4]:m[5]] {
		case "v", "V":
			value = l.v
		case "k", "K":
			value = l.k
		}
		list, isList := value.([]string)
		text, isText := value.(string)
		switch {
		case isText && l.options.VariableWildcards:
			glob(text)
		case isText:
			b.WriteString(regexp.QuoteMeta(text))
		case isList && len(list) > 0 || m[6] < 0:
			return "", false
		default:
			b.WriteString(regexp.QuoteMeta(template[m[8]:m[9]]))
		}
	}
	glob(template[end:])
	return b.String(), true
}

func (l law) compareString(p, x string) comparison {
	source, ok := l.expand(p, strings.HasSuffix(l.name, "Like"))
	if !ok {
		return comparison{}
	}
	flags := "(?s)"
	if strings.HasSuffix(l.name, "IgnoreCase") {
		flags = "(?si)"
	}
	return comparison{match: regexp.MustCompile(flags + `\A(?:` + source + `)\z`).MatchString(x)}
}

func (l law) compareARN(p, x string) comparison {
	have := strings.SplitN(x, ":", 6)
	if len(have) < 6 || have[0] != "arn" {
		return comparison{err: true}
	}
	// Colons inside variables are hidden while the template is split, behind a
	// rune that the template does not hold.
	hidden := "\x00"
	for c := rune(1); strings.Contains(p, hidden); c++ {
		hidden = string(c)
	}
	text := p
	if l.variables {
		text = refVariable.ReplaceAllStringFunc(p, func(s string) string { return strings.ReplaceAll(s, ":", hidden) })
	}
	want := strings.SplitN(text, ":", 6)
	if len(want) < 6 && !l.options.ShortARNPatternsCompleted {
		return comparison{}
	}
	all := true
	for i, w := range want {
		source, ok := l.expand(strings.ReplaceAll(w, hidden, ":"), true)
		all = all && ok && regexp.MustCompile(`(?s)\A(?:`+source+`)\z`).MatchString(have[i])
	}
	return comparison{match: all}
}

func (l law) compareBool(p, x string) comparison {
	if l.options.BoolVariablesLiteral && refVariable.MatchString(p) {
		return comparison{}
	}
	source, ok := l.expand(p, false)
	if !ok {
		return comparison{}
	}
	// Only ASCII letters fold: no (?i), which would take ſ for s.
	says := func(word string) bool {
		var b strings.Builder
		for _, c := range source {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b.WriteRune(c)
		}
		return b.String() == word
	}
	if regexp.MustCompile(`\A[tT][rR][uU][eE]\z`).MatchString(x) {
		return comparison{match: says("true")}
	}
	return comparison{match: says("false")}
}

func compareOrdered(name string, p, x *big.Rat) comparison {
	if p == nil || x == nil {
		return comparison{err: true}
	}
	c := x.Cmp(p)
	switch {
	case strings.HasSuffix(name, "LessThan"):
		return comparison{match: c < 0}
	case strings.HasSuffix(name, "LessThanEquals"):
		return comparison{match: c <= 0}
	case strings.HasSuffix(name, "GreaterThan"):
		return comparison{match: c > 0}
	case strings.HasSuffix(name, "GreaterThanEquals"):
		return comparison{match: c >= 0}
	}
	return comparison{match: c == 0}
}

var refDecimal = regexp.MustCompile(`\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\z`)

// refNumber reads a number; exponents of more than three digits are beyond it.
func refNumber(s string) *big.Rat {
	if !refDecimal.MatchString(s) {
		return nil
	}
	r, _ := new(big.Rat).SetString(s)
	return r
}

var refISO = regexp.MustCompile(`\A([0-9]{4}-[0-9]{2})(?:-([0-9]{2})(?:[tT]([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?)?)?)?(Z|([+-])([01][0-9]|2[0-3]):?([0-5][0-9])?)?\z`)

func refDate(s string) *big.Rat {
	if len(s) > 0 && !strings.Contains(s[1:], "-") && !strings.ContainsAny(s, "tT") {
		if strings.ContainsAny(s, "eE") {
			return nil
		}
		return refNumber(s)
	}
	m := refISO.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, ":") {
		return nil
	}
	or := func(s, d string) string {
		if s == "" {
			return d
		}
		return s
	}
	hour := or(m[3], "00")
	if len(hour) == 1 {
		hour = "0" + hour
	}
	zone := "Z"
	if m[9] != "" {
		zone = m[8] + m[9] + ":" + or(m[10], "00")
	}
	at, err := time.Parse(time.RFC3339Nano, m[1]+"-"+or(m[2], "01")+"T"+hour+":"+or(m[4], "00")+":"+or(m[5], "00")+m[6]+zone)
	if err != nil {
		return nil
	}
	r := big.NewRat(int64(at.Nanosecond()), 1_000_000_000)
	return r.Add(r, new(big.Rat).SetInt64(at.Unix()))
}

func refBase64(s string) ([]byte, bool) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(s)
	return b, err == nil
}

// refRange reads an address or range as bytes, four or sixteen of them, and
// the length of the prefix.
func (l law) refRange(s string) (address []byte, bits int, ok bool) {
	text, length, isRange := strings.Cut(s, "/")
	ip := net.ParseIP(text)
	if ip == nil || len(length) > 1 && length[0] == '0' {
		return nil, 0, false
	}
	bits = -1
	if isRange {
		_, network, err := net.ParseCIDR(s)
		if err != nil {
			return nil, 0, false
		}
		bits, _ = network.Mask.Size()
	}
	if !strings.Contains(text, ":") {
		address = ip.To4()
	} else if address = ip.To16(); l.options.MappedIPv4IsIPv4 && ip.To4() != nil && (bits < 0 || bits >= 96) {
		address = ip.To4()
		if bits >= 0 {
			bits -= 96
		}
	}
	if bits < 0 {
		bits = len(address) * 8
	}
	return address, bits, true
}

func (l law) compareIP(p, x string) comparison {
	want, bits, ok := l.refRange(p)
	have, _, okX := l.refRange(x)
	if !ok || !okX || strings.Contains(x, "/") {
		return comparison{err: true}
	}
	if len(want) != len(have) {
		return comparison{}
	}
	for i := range bits {
		if (want[i/8]^have[i/8])>>(7-i%8)&1 != 0 {
			return comparison{}
		}
	}
	return comparison{match: true}
}
