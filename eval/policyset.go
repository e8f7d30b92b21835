package eval

import (
	"slices"
	"sync/atomic"

	"iamsim/model"
	"iamsim/model/inventory"
)

// managedPolicies are the managed policies of an inventory by key.
type managedPolicies = *table[string, inventory.ManagedPolicy]

// policySet is one layer's policies of the caller.
type policySet struct {
	present  bool
	policies []*policy
	// missing are the ARNs of managed policies and groups that the caller is subject to and that were not read.
	missing    []string
	statements int // of all policies
	// merged holds the policies in one tree, once they were asked often.
	merged atomic.Pointer[policy]
}

func (set *policySet) addAll(e *Engine, documents []*model.Policy) {
	for _, d := range documents {
		if compiled := e.policyOf(d); compiled != nil {
			set.add(compiled)
		}
	}
}

// add takes a policy once, also where a user has it of its own and through a group.
func (set *policySet) add(p *policy) {
	if !slices.Contains(set.policies, p) {
		set.policies = append(set.policies, p)
		set.statements += len(p.source.Statements)
	}
}

// join adds what a group has; a group that was not read is missing.
func (set *policySet) join(group *policySet, arn string) {
	if group == nil {
		set.missing = append(set.missing, arn)
		return
	}
	for _, p := range group.policies {
		set.add(p)
	}
	for _, missing := range group.missing {
		if !slices.Contains(set.missing, missing) {
			set.missing = append(set.missing, missing)
		}
	}
}

// attach adds managed policies; one whose document was not read, or cannot be
// used in this way, is missing.
func (set *policySet) attach(e *Engine, managed managedPolicies, arns []string, kind model.PolicyKind) {
	for _, arn := range arns {
		if m := managed.get(arn); m != nil {
			if compiled := e.policyOf(m.Document(kind)); compiled != nil {
				set.add(compiled)
				continue
			}
		}
		if !slices.Contains(set.missing, arn) {
			set.missing = append(set.missing, arn)
		}
	}
}
