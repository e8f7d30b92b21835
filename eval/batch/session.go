package batch

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
)

// session reads what else is known of the caller's session.
func (d *decoder) session(v value) *model.Session {
	s := &model.Session{}
	d.object(v, "session", func(name []byte, at int, v value) { d.sessionField(s, string(name), at, v) })
	return s
}

func (d *decoder) sessionField(s *model.Session, name string, at int, v value) {
	field := "session." + name
	switch name {
	case "type":
		s.Type = d.choice(v, field, sessionTypes)
	case "mfa":
		kind := v.kind()
		if kind != 't' && kind != 'f' {
			d.wrongType(v, field, "true or false")
			return
		}
		given := kind == 't'
		s.MFA = &given
	case "tags":
		s.Tags = d.tags(v, field)
	case "sourceIdentity":
		s.SourceIdentity = d.name(v, field)
	case "tokenIssueTime":
		s.TokenIssueTime = d.time(v, field)
	case "federatedProvider":
		s.FederatedProvider = d.name(v, field)
	default:
		d.unknown(at, "session", "session.", name, fieldNames(sessionFields))
	}
}

func (d *decoder) choice(v value, field string, allowed []string) string {
	text := d.name(v, field)
	if text == "" || slices.Contains(allowed, text) {
		return text
	}
	f := d.fault(v.column, codeBadValue, field, "%s is %q", field, text)
	f.Hint = "allowed are " + strings.Join(allowed, ", ")
	if near, ok := model.Suggest(text, allowed); ok {
		f.Hint = "did you mean " + near + "? " + f.Hint
	}
	return ""
}

func (d *decoder) tags(v value, field string) map[string]string {
	tags, written := map[string]string{}, map[string]string{}
	d.object(v, field, func(name []byte, at int, v value) {
		key := string(name)
		text, ok := scalar(v)
		if !ok {
			d.fault(v.column, codeWrongType, field, "the tag %s takes a string, not %s", key, phrase(v.kind()))
			return
		}
		// D13: tag keys are compared without case.
		if first, ok := written[conditions.FoldKey(key)]; ok {
			d.fault(at, codeRepeated, field, "tags has the key %q twice: it also stands as %q, and the case of tag keys is ignored", key, first)
			return
		}
		written[conditions.FoldKey(key)] = key
		tags[key] = string(text)
	})
	return tags
}

// knownPolicy is a session policy that was read before without an error.
type knownPolicy struct {
	policies []*model.Policy
	warnings []string
}

// sessionPolicyName is how messages and explanations call the policy.
const sessionPolicyName = "sessionPolicy"

// sessionPolicy reads a policy that was passed when the session was made: a
// document, or a string that holds one (G3).
func (d *decoder) sessionPolicy(v value) []*model.Policy {
	if known, ok := d.policies.find(v.raw); ok {
		d.warnings = append(d.warnings, known.warnings...)
		return known.policies
	}
	document := d.document(v)
	if document == nil {
		return nil
	}
	policy, found := model.ReadPolicy(document, model.SessionPolicy, d.reading)
	model.SortDiagnostics(found)
	var warnings []string
	for _, finding := range found {
		if finding.Severity == model.Warning {
			warnings = append(warnings, finding.Error())
			continue
		}
		d.policyFault(v, finding)
	}
	if model.HasErrors(found) {
		return nil
	}
	if policy == nil {
		d.fault(v.column, codeBadValue, sessionPolicyName, "the session policy cannot be read")
		return nil
	}
	policies := []*model.Policy{policy}
	d.policies.keep(v.raw, knownPolicy{policies, warnings})
	d.warnings = append(d.warnings, warnings...)
	return policies
}

// document returns the node of a session policy.
func (d *decoder) document(v value) *source.Node {
	name := sessionPolicyName
	switch v.kind() {
	case '"':
		text, _ := scalar(v)
		return &source.Node{Kind: source.String, Text: string(text), File: &name, Line: 1, Column: 1}
	case '{':
	default:
		d.wrongType(v, sessionPolicyName, "a policy document")
		return nil
	}
	// What is kept of a policy must not share memory with the line.
	document, err := source.ParseJSON(name, slices.Clone(v.raw))
	if err != nil {
		for _, finding := range model.SyntaxDiagnostics(err) {
			d.policyFault(v, finding)
		}
		return nil
	}
	return document
}

// policyFault takes over an error of a session policy, with its place in the line.
func (d *decoder) policyFault(v value, finding model.Diagnostic) {
	column := v.column
	if finding.Position.Column > 0 {
		column += finding.Position.Column - 1
	}
	f := d.fault(column, codeBadValue, sessionPolicyName, "session policy: %s", finding.Message)
	f.Hint = finding.Hint
	if finding.Rule != "" {
		f.Message += " [" + finding.Rule + "]"
	}
}
