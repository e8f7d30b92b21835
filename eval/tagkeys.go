package eval

import (
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

const (
	principalTagPrefix   = "aws:principaltag/"
	resourceTagPrefix    = "aws:resourcetag/"
	iamResourceTagPrefix = "iam:resourcetag/"
	requestTagPrefix     = "aws:requesttag/"
)

var tagPrefixes = []string{principalTagPrefix, resourceTagPrefix, iamResourceTagPrefix, requestTagPrefix}

// RequestTagKeys lists the aws:RequestTag keys that the policies look at,
// folded and sorted: a call whose tags are all known carries no others.
func (e *Engine) RequestTagKeys() []string {
	var out []string
	for _, key := range e.tagKeys {
		if strings.HasPrefix(key, requestTagPrefix) {
			out = append(out, key)
		}
	}
	return out
}

// keySet holds the folded condition keys that policies test or substitute.
type keySet map[string]bool

func (k keySet) add(key string) {
	if folded := conditions.FoldKey(key); !k[folded] {
		k[strings.Clone(folded)] = true
	}
}

// addCondition adds the keys of a statement's condition.
func (k keySet) addCondition(s *model.Statement) {
	for _, entry := range s.Condition {
		k.add(entry.Key())
		for _, key := range entry.Variables() {
			k.add(key)
		}
	}
}

func (k keySet) addVariables(r *resourcePattern) {
	for _, v := range r.template.Variables() {
		k.add(v.Key)
	}
}

// addPolicy adds the keys of a policy that is not indexed.
func (k keySet) addPolicy(p *policy) {
	statements := p.statements()
	for i := range statements {
		k.addCondition(statements[i].source)
		for j := range statements[i].resources {
			k.addVariables(&statements[i].resources[j])
		}
	}
}

// tags lists the tag keys of the set, sorted, so that a request can mark
// those that its tags are known not to hold as absent.
func (k keySet) tags() []string {
	var out []string
	for _, key := range sortedKeys(k) {
		for _, prefix := range tagPrefixes {
			if strings.HasPrefix(key, prefix) && len(key) > len(prefix) {
				out = append(out, key)
			}
		}
	}
	return out
}
