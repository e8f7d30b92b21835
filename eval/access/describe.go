package access

import (
	"encoding/json"
	"slices"

	"iamsim/conditions"
	"iamsim/eval"
)

// Patterns is a set of actions or resources, spelled as a policy of Version
// 2012-10-17 spells them: what one pattern of Any matches, and one of each
// list of And, and none of Not.
type Patterns struct {
	// Any holds "*" alone where nothing is left out but by Not.
	Any []string `json:"any"`
	// And are further lists, which could not be intersected with Any to one list of patterns.
	And [][]string `json:"and,omitempty"`
	Not []string   `json:"not,omitempty"`
}

// Condition is one entry that has to hold.
type Condition struct {
	Operator string   `json:"operator"`
	Key      string   `json:"key"`
	Values   []string `json:"values"`
}

// Effect returns "Allow" or "Deny".
func (r Region) Effect() string {
	if r.effect == allow {
		return "Allow"
	}
	return "Deny"
}

// Actions returns the region's actions.
func (r Region) Actions() Patterns { return described(r.actions, actionText) }

// Resources returns the region's resources. "*" covers the request on "*" as
// well (B17), every other pattern ARNs alone.
func (r Region) Resources() Patterns {
	switch list, one := r.resources.single(); {
	case len(r.resources.all) == 0 && !r.resources.star:
		p := described(r.resources.space, pattern.String)
		p.Any = []string{"arn:*"}
		return p
	case one && len(list) == 0 && len(r.resources.all) == 1 && r.resources.star:
		return Patterns{Any: []string{"*"}, Not: texts(r.resources.not, pattern.String)} // the request on "*" alone
	case one && len(list) == 0 && len(r.resources.all) == 1:
		return Patterns{Any: []string{anyBucket}} // s3:ListAllMyBuckets alone (B18)
	}
	return described(r.resources.space, pattern.String)
}

func described(s space, show func(pattern) string) Patterns {
	p := Patterns{Any: []string{"*"}, Not: texts(s.not, show)}
	for i, list := range s.all {
		if i == 0 {
			p.Any = texts(list, show)
		} else {
			p.And = append(p.And, texts(list, show))
		}
	}
	return p
}

// Conditions returns the entries that have to hold, all of them; those that
// the question settles are left out. Regions of KMS grants whose
// EncryptionContextEquals allows no other key say so with the entry
// ForAllValues:StringEquals on kms:EncryptionContextKeys.
func (r Region) Conditions() []Condition {
	out := []Condition{}
	for _, c := range r.when {
		out = append(out, Condition{Operator: c.entry.Operator().String(), Key: c.entry.Key(), Values: writtenValues(c)})
	}
	if r.grant != nil && r.grant.EncryptionContextEquals != nil {
		keys := []string{}
		for key := range r.grant.EncryptionContextEquals {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		op := conditions.Operator{Set: conditions.ForAllValues}
		out = append(out, Condition{Operator: op.String(), Key: "kms:EncryptionContextKeys", Values: keys})
	}
	return out
}

// Statements returns the statements that the region stems from: of an Allow
// those that grant first, then one of each layer that limits.
func (r Region) Statements() []eval.StatementRef { return slices.Clone(r.stems) }

// Rule returns the number and the text of the fixed rule that the region comes from; both empty where policies say it.
func (r Region) Rule() (number, text string) { return r.rule, r.ruleText }

// MarshalJSON writes the region as docs/json.md documents it.
func (r Region) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Effect     string              `json:"effect"`
		Actions    Patterns            `json:"actions"`
		Resources  Patterns            `json:"resources"`
		Conditions []Condition         `json:"conditions"`
		Statements []eval.StatementRef `json:"statements,omitempty"`
		Rule       string              `json:"rule,omitempty"`
		Text       string              `json:"text,omitempty"`
	}{r.Effect(), r.Actions(), r.Resources(), r.Conditions(), r.stems, r.rule, r.ruleText})
}
