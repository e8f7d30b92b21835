package eval_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"iamsim/eval"
)

// refValue is what a request says of a key.
type refValue struct {
	absent bool
	list   bool
	texts  []string
}

func (v refValue) String() string {
	switch {
	case v.absent:
		return "absent"
	case v.list:
		return fmt.Sprintf("list %q", v.texts)
	}
	return fmt.Sprintf("%q", v.texts[0])
}

// refContext maps folded names of keys to values. What is not in it is absent.
type refContext map[string]refValue

// setsByNature are the multivalued keys of table D.3 that worlds use; a value
// of theirs cannot stand for a variable (D7).
var setsByNature = map[string]bool{
	"aws:principalorgpaths": true, "aws:principalservicenameslist": true, "aws:resourceorgpaths": true,
	"aws:vpceorgpaths": true, "aws:tagkeys": true, "aws:calledvia": true,
}

type variableState int

const (
	variableAbsent variableState = iota
	variableKnown
	variableSet
)

// variable gives the text that stands for ${key} (D3, D7).
func (c refContext) variable(key string) (string, variableState) {
	v, ok := c[lowered(key)]
	switch {
	case !ok || v.absent || len(v.texts) == 0:
		return "", variableAbsent
	case v.list || setsByNature[lowered(key)]:
		return "", variableSet
	}
	return v.texts[0], variableKnown
}

// verdict of one comparison.
type verdict int

const (
	differs verdict = iota
	matches
	fails // the comparison cannot be carried out (C2)
)

// refCondition is C5: all entries of all operators.
func refCondition(entries []refCond, vars bool, r *refEval) bool {
	for _, e := range entries {
		if !refEntry(e, vars, r) {
			return false
		}
	}
	return true
}

// refEntry is C.14.
func refEntry(e refCond, vars bool, r *refEval) bool {
	if len(e.op) == 0 || e.emptyBlock {
		return true // A22
	}
	base, qualifier := e.op, ""
	if before, after, ok := strings.Cut(e.op, ":"); ok {
		qualifier, base = before, after
	}
	base, ifExists := strings.CutSuffix(base, "IfExists")
	v, ok := r.ctx[lowered(e.key)]
	missing := !ok || v.absent || len(v.texts) == 0
	// An empty text, and nothing else, counts as missing for some (C12).
	empty := missing || !v.list && v.texts[0] == ""
	if base == "Null" {
		return refNull(e, qualifier, empty, r.o)
	}
	switch {
	case qualifier == "ForAllValues" && empty:
		return true
	case qualifier == "ForAnyValue" && missing && ifExists && r.o.ForAnyValueIfExistsMissingTrue:
		return true
	case qualifier == "ForAnyValue" && empty:
		return false
	}
	negated := strings.Contains(base, "Not")
	switch {
	case missing && ifExists:
		return true
	case missing && len(e.values) == 0:
		return negated && r.o.EmptyNegatedListTrue
	case missing:
		return negated
	case len(e.values) == 0 && !(negated && r.o.EmptyNegatedListTrue):
		return false
	}
	passes := func(text string) bool {
		if !negated {
			for _, p := range e.values {
				if refCompare(base, p.text, text, vars, r) == matches {
					return true
				}
			}
			return false
		}
		positive := strings.Replace(base, "Not", "", 1)
		for _, p := range e.values {
			if refCompare(positive, p.text, text, vars, r) != differs {
				return false
			}
		}
		return true
	}
	switch qualifier {
	case "ForAllValues":
		for _, text := range v.texts {
			if !passes(text) {
				return false
			}
		}
		return true
	case "ForAnyValue":
		for _, text := range v.texts {
			if passes(text) {
				return true
			}
		}
		return false
	}
	if len(v.texts) > 1 {
		if !negated || !r.o.NegatedBareOperatorCompares {
			return false
		}
		for _, text := range v.texts {
			if !passes(text) {
				return false
			}
		}
		return true
	}
	return passes(v.texts[0])
}

func refNull(e refCond, qualifier string, empty bool, o eval.Options) bool {
	if qualifier != "" && o.NullWithSetOperatorConstant {
		return qualifier == "ForAllValues"
	}
	for _, p := range e.values {
		if lowered(p.text) == "true" && empty || lowered(p.text) == "false" && !empty {
			return true
		}
	}
	return false
}

// refCompare compares the policy's value with one of the request (C20 to C44).
// base is a positive operator, StringEquals for StringNotEquals and so on.
func refCompare(base, policy, request string, vars bool, r *refEval) verdict {
	switch {
	case strings.HasPrefix(base, "String"):
		return refString(base, policy, request, vars, r)
	case strings.HasPrefix(base, "Arn"):
		return refARN(policy, request, vars, r)
	case strings.HasPrefix(base, "Numeric"):
		return refNumeric(base, policy, request, r.o)
	case strings.HasPrefix(base, "Date"):
		return refDate(base, policy, request)
	case base == "Bool":
		return refBool(policy, request, vars, r)
	case base == "BinaryEquals":
		p, okP := refBase64(policy)
		q, okQ := refBase64(request)
		return verdictOf(okP && okQ && string(p) == string(q))
	case base == "IpAddress":
		return refIP(policy, request, r.o)
	}
	panic("operator " + base)
}

func verdictOf(ok bool) verdict {
	if ok {
		return matches
	}
	return differs
}

func refString(base, policy, request string, vars bool, r *refEval) verdict {
	wild := base == "StringLike"
	pattern, ok := substitute(textPieces(policy, vars, wild), r.ctx, r.o, wild)
	if !ok {
		return differs // D8
	}
	if wild {
		return verdictOf(globs(pattern, []rune(request)))
	}
	var text strings.Builder
	for _, p := range pattern {
		text.WriteRune(p.char)
	}
	if base == "StringEqualsIgnoreCase" {
		return verdictOf(sameFolded(text.String(), request))
	}
	return verdictOf(text.String() == request)
}

func refARN(policy, request string, vars bool, r *refEval) verdict {
	subject := strings.SplitN(request, ":", 6)
	if len(subject) < 6 || subject[0] != "arn" {
		return fails
	}
	fields := splitARN(policy, vars)
	for len(fields) < 6 {
		if !r.o.ShortARNPatternsCompleted {
			return differs // C43
		}
		fields = append(fields, "*")
	}
	all := true
	for i, field := range fields {
		pattern, ok := substitute(textPieces(field, vars, true), r.ctx, r.o, true)
		if !ok {
			return differs
		}
		all = all && globs(pattern, []rune(subject[i]))
	}
	return verdictOf(all)
}

var decimalForm = regexp.MustCompile(`^([+-]?)([0-9]*)(\.([0-9]*))?([eE]([+-]?[0-9]+))?$`)

// refNumber reads an exact decimal (C30, C32).
func refNumber(text string) (*big.Rat, bool) {
	m := decimalForm.FindStringSubmatch(text)
	if m == nil || m[2]+m[4] == "" {
		return nil, false
	}
	digits, ok := new(big.Int).SetString(m[2]+m[4], 10)
	if !ok {
		return nil, false
	}
	exponent := 0
	if m[6] != "" {
		exponent, _ = strconv.Atoi(m[6])
	}
	n := new(big.Rat).SetInt(digits)
	ten := big.NewRat(10, 1)
	for range len(m[4]) {
		n.Quo(n, ten)
	}
	for ; exponent > 0; exponent-- {
		n.Mul(n, ten)
	}
	for ; exponent < 0; exponent++ {
		n.Quo(n, ten)
	}
	if m[1] == "-" {
		n.Neg(n)
	}
	return n, true
}

func refNumeric(base, policy, request string, o eval.Options) verdict {
	p, okP := refNumber(policy)
	q, okQ := refNumber(request)
	if !okP || !okQ {
		if o.UnparsableNegatedNumberTrue {
			return differs
		}
		return fails
	}
	return verdictOf(refOrder(strings.TrimPrefix(base, "Numeric"), q.Cmp(p)))
}

func refOrder(relation string, order int) bool {
	switch relation {
	case "Equals":
		return order == 0
	case "LessThan":
		return order < 0
	case "LessThanEquals":
		return order <= 0
	case "GreaterThan":
		return order > 0
	case "GreaterThanEquals":
		return order >= 0
	}
	panic("relation " + relation)
}

var (
	epochForm = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$`)
	isoForm   = regexp.MustCompile(`^(\d{4})-(\d\d)(?:-(\d\d)(?:[Tt](\d\d?)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$`)
)

// refInstant reads a date as seconds since 1970 (C33).
func refInstant(text string) (*big.Rat, bool) {
	if !strings.ContainsAny(text, "tT") && strings.LastIndex(text, "-") <= 0 {
		if !epochForm.MatchString(text) {
			return nil, false
		}
		return refNumber(text)
	}
	m := isoForm.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	number := func(s string, missing int) int {
		if s == "" {
			return missing
		}
		n, _ := strconv.Atoi(s)
		return n
	}
	year, month, day := number(m[1], 0), number(m[2], 0), number(m[3], 1)
	hour, minute, second := number(m[4], 0), number(m[5], 0), number(m[6], 0)
	if month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 {
		return nil, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month {
		return nil, false // no such day
	}
	at := new(big.Rat).SetInt64(t.Unix())
	if m[7] != "" {
		fraction, _ := refNumber("." + m[7])
		at.Add(at, fraction)
	}
	if zone := m[8]; zone != "" && zone != "Z" {
		digits := strings.ReplaceAll(zone[1:], ":", "") + "00"
		hours, minutes := number(digits[:2], 0), number(digits[2:4], 0)
		if hours > 23 || minutes > 59 {
			return nil, false
		}
		offset := new(big.Rat).SetInt64(int64(hours*3600 + minutes*60))
		if zone[0] == '+' {
			at.Sub(at, offset)
		} else {
			at.Add(at, offset)
		}
	}
	return at, true
}

func refDate(base, policy, request string) verdict {
	p, okP := refInstant(policy)
	q, okQ := refInstant(request)
	if !okP || !okQ {
		return fails
	}
	return verdictOf(refOrder(strings.TrimPrefix(base, "Date"), q.Cmp(p)))
}

func refBool(policy, request string, vars bool, r *refEval) verdict {
	pattern, ok := substitute(textPieces(policy, vars && !r.o.BoolVariablesLiteral, false), r.ctx, r.o, false)
	if !ok {
		return differs
	}
	var text strings.Builder
	for _, p := range pattern {
		text.WriteRune(p.char)
	}
	isTrue := lowered(request) == "true"
	switch lowered(text.String()) {
	case "true":
		return verdictOf(isTrue)
	case "false":
		return verdictOf(!isTrue)
	}
	return differs
}

func refIP(policy, request string, o eval.Options) verdict {
	address, err := netip.ParseAddr(request)
	if err != nil || address.Zone() != "" {
		return fails
	}
	text, bits, ok := strings.Cut(policy, "/")
	network, err := netip.ParseAddr(text)
	if err != nil {
		return fails
	}
	length := network.BitLen()
	if ok {
		length, _ = strconv.Atoi(bits)
	}
	if o.MappedIPv4IsIPv4 {
		address = address.Unmap()
		if network.Is4In6() && length >= 96 {
			network, length = network.Unmap(), length-96
		}
	}
	if address.BitLen() != network.BitLen() {
		return differs
	}
	a, b := address.AsSlice(), network.AsSlice()
	for bit := range length {
		mask := byte(1) << (7 - bit%8)
		if a[bit/8]&mask != b[bit/8]&mask {
			return differs
		}
	}
	return matches
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// refBase64 decodes base64 with padding (C39).
func refBase64(text string) ([]byte, bool) {
	if len(text)%4 != 0 {
		return nil, false
	}
	digits := strings.TrimRight(text, "=")
	padding := len(text) - len(digits)
	if padding > 2 {
		return nil, false
	}
	var out []byte
	bits, n := 0, 0
	for _, c := range digits {
		d := strings.IndexRune(base64Digits, c)
		if d < 0 {
			return nil, false
		}
		bits, n = bits<<6|d, n+6
		if n >= 8 {
			n -= 8
			out = append(out, byte(bits>>n))
			bits &= 1<<n - 1
		}
	}
	return out, true
}

// refCond is one operator, one key, its values.
type refCond struct {
	op, key    string
	values     []refText
	bare       bool // a single value stands without brackets
	emptyBlock bool // the operator's block holds no key
}

// refText is a condition value and whether it is written without quotes (A23).
type refText struct {
	text     string
	unquoted bool
}

func (t refText) json() any {
	if t.unquoted {
		return json.RawMessage(t.text)
	}
	return t.text
}
