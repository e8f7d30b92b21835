package model

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
)

// checkKey looks at the name of a condition key (A26).
func (r *reader) checkKey(key *source.Field, at Position) {
	name := key.Name
	switch {
	case strings.Contains(name, "${"):
		r.report(variablePlace, at, "condition key %s: in keys no variable is substituted", quote(name))
	case !strings.Contains(name, ":"):
		d := r.report(keyForm, at, "condition key %s has no prefix, such as aws:; no request carries it", quote(name))
		global := "aws:" + name
		if d.Hint = didYouMean(global, globalKeys()...); isGlobal(global) {
			d.Hint = "did you mean \"" + global + "\"?"
		}
	default:
		prefix, _, _ := strings.Cut(name, ":")
		if !strings.EqualFold(prefix, "aws") || isGlobal(name) {
			return
		}
		if near, ok := Suggest(name, globalKeys()); ok {
			d := r.report(keyForm, at, "condition key %s is not a known global key", quote(name))
			d.Hint = "did you mean \"" + near + "\"?"
		}
	}
}

func isGlobal(name string) bool {
	_, known := conditions.LookupKey(name)
	return known
}

func globalKeys() []string {
	var names []string
	for _, key := range conditions.KnownKeys() {
		if strings.HasPrefix(key.Name, "aws:") {
			names = append(names, key.Name)
		}
	}
	return names
}

// checkOperator compares an operator with what is known of its key (C17, C51).
func (r *reader) checkOperator(op conditions.Operator, key *source.Field, at Position) {
	info, known := conditions.LookupKey(key.Name)
	if !known || op.Base == conditions.Null {
		return
	}
	switch {
	case info.Multivalued && op.Set == conditions.None:
		r.report(bareOperator, at, "%s has several values; %s alone is false once there are two: put ForAllValues: or ForAnyValue: before it", key.Name, op)
	case !info.Multivalued && op.Set != conditions.None:
		r.report(setOperator, at, "%s has one value; %s is made for keys with several", key.Name, op)
	}
	if family := op.Base.Family(); !fits(family, info) {
		r.report(keyType, at, "%s is of type %v, which %s does not compare; texts are compared as they are", key.Name, info.Type, op)
	}
}

// fits reports whether an operator family is made for a key's type.
func fits(family conditions.Family, info conditions.KeyInfo) bool {
	switch family {
	case conditions.StringFamily:
		// The texts of ARNs are compared as strings everywhere, and rightly so.
		// What a number or a date looks like is another matter.
		return info.Type == conditions.String || info.Type == conditions.ARN || info.Type == conditions.Bool
	case conditions.BoolFamily:
		return info.Type == conditions.Bool || isTag(info)
	case conditions.NumericFamily:
		return info.Type == conditions.Numeric || isTag(info) || info.Name == "aws:EpochTime"
	case conditions.DateFamily:
		return info.Type == conditions.Date || isTag(info)
	case conditions.IPFamily:
		return info.Type == conditions.IP
	case conditions.ARNFamily:
		return info.Type == conditions.ARN || isTag(info)
	case conditions.BinaryFamily:
		return info.Type == conditions.Binary
	}
	return true
}

// isTag reports whether the key stands for tags or for an encryption context,
// which hold texts of any type.
func isTag(info conditions.KeyInfo) bool {
	return strings.HasSuffix(info.Name, "/") || strings.HasSuffix(info.Name, ":")
}

// decimal is what Numeric operators compare (C30, C32).
var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

// checkValue looks at one value of a condition.
func (r *reader) checkValue(op conditions.Operator, key string, n *source.Node) {
	text, at, family := n.Text, n.Position(), op.Base.Family()
	if strings.Contains(text, "${") {
		r.checkVariable(op, n)
		return
	}
	unlike := func(what string) {
		r.report(valueType, at, "%s %s: %s is not %s", op, quote(key), quote(text), what)
	}
	switch family {
	case conditions.NumericFamily:
		if !decimal.MatchString(text) {
			unlike("a number")
		}
	case conditions.BoolFamily, conditions.NullFamily:
		if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
			unlike("true or false")
		}
	case conditions.BinaryFamily:
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			unlike("base64")
		}
	case conditions.ARNFamily:
		if pattern := parseARNPattern(text); !pattern.whole() || pattern.fields[0] != "arn" && !hasWildcard(pattern.fields[0]) {
			r.report(valueARN, at, "%s %s: %s has not the six fields of an ARN and therefore matches none", op, quote(key), quote(text))
		}
	}
	if op.Wildcards() && hasWildcard(text) && slices.Contains(sensitiveKeys, conditions.FoldKey(key)) {
		r.report(sensitiveWildcard, at, "%s %s: the wildcard in %s admits values of others; name each value", op, quote(key), quote(text))
	}
}

// sensitiveKeys name one account, organization or network each, folded (A72).
var sensitiveKeys = []string{
	"aws:principalaccount", "aws:principalorgid", "aws:resourceaccount", "aws:resourceorgid", "aws:sourceaccount",
	"aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:vpceaccount", "aws:vpceorgid",
}

// checkVariable reports ${...} that stays plain text (D5, D6).
func (r *reader) checkVariable(op conditions.Operator, n *source.Node) {
	switch op.Base.Family() {
	case conditions.StringFamily, conditions.ARNFamily, conditions.BoolFamily:
		if !r.variables {
			r.report(variableVersion, n.Position(), "value %s: without \"Version\": %q ${...} is plain text", quote(n.Text), Version2012)
		}
	default:
		r.report(variablePlace, n.Position(), "value %s: %s substitutes no variables, this is plain text", quote(n.Text), op)
	}
}

// checkForAllValues reports what a request without the key is allowed (A72):
// ForAllValues holds then (C14), unless another entry forbids that the key is
// missing.
func (r *reader) checkForAllValues(s *Statement, n *source.Node) {
	may := func(f source.Field) bool { return strings.HasPrefix(f.Name, "F") || strings.HasPrefix(f.Name, "f") }
	if s.Effect != Allow || !slices.ContainsFunc(n.Fields, may) {
		return
	}
	present := map[string]bool{}
	for _, entry := range s.Condition {
		if demandsKey(entry) {
			present[presenceKey(entry.Key())] = true
		}
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		op, err := conditions.ParseOperator(f.Name, true)
		if err != nil || op.Set != conditions.ForAllValues || op.Base == conditions.Null {
			continue
		}
		for j := range f.Value.Fields {
			key := &f.Value.Fields[j]
			if !present[presenceKey(key.Name)] {
				d := r.report(forAllValuesAllow, f.Value.FieldPosition(key), "%s is also true if the request does not carry %s", f.Name, key.Name)
				d.Hint = "add \"Null\": {" + quote(key.Name) + ": \"false\"} unless that is meant"
			}
		}
	}
}

// demandsKey reports whether an entry is false where its key is missing (C9, C15, C45).
func demandsKey(entry *conditions.Entry) bool {
	op := entry.Operator()
	switch {
	case op.Base == conditions.Null:
		other := func(v string) bool { return !strings.EqualFold(v, "false") }
		return !slices.ContainsFunc(entry.Values(), other)
	case op.Set == conditions.None:
		return !op.Negated() && !op.IfExists
	}
	return op.Set == conditions.ForAnyValue
}

// presenceKey folds a key for the question whether it is in the request: where
// there is a tag in the request, there are tag keys.
func presenceKey(name string) string {
	folded := conditions.FoldKey(name)
	if strings.HasPrefix(folded, "aws:requesttag/") {
		return "aws:tagkeys"
	}
	return folded
}
