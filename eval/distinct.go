package eval

import (
	"hash/maphash"
	"slices"

	"iamsim/conditions"
	"iamsim/model"
)

// distinctDocuments returns one document for each content, and for each
// document the number of the one that stands for it. Where documents stand and
// what they are called does not count: many roles have the same trust policy,
// and inline policies are copied from role to role.
func distinctDocuments(all []*model.Policy) (distinct []*model.Policy, which []int) {
	const batch = 512
	sums := make([]uint64, len(all))
	seed := maphash.MakeSeed()
	parallel((len(all)+batch-1)/batch, func(n int) {
		for i := n * batch; i < min(len(all), (n+1)*batch); i++ {
			sums[i] = contentSum(seed, all[i])
		}
	})
	which = make([]int, len(all))
	bySum := make(map[uint64]int, len(all))
	for i, document := range all {
		n, met := bySum[sums[i]]
		if met && sameContent(distinct[n], document) {
			which[i] = n
			continue
		}
		which[i] = len(distinct)
		distinct = append(distinct, document)
		if !met {
			bySum[sums[i]] = which[i]
		}
	}
	return distinct, which
}

// indexKind returns a kind of which policies are indexed like the document.
// The kinds of the caller's side and of organizations differ in incomplete
// ARNs alone (B15), so that a managed policy is indexed once for all its uses.
func indexKind(p *model.Policy) model.PolicyKind {
	switch {
	case sideKind(p.Kind):
		return p.Kind
	case p.Kind == model.IdentityPolicy || p.Kind == model.PermissionsBoundary || !hasShortARN(p):
		return model.IdentityPolicy
	}
	return model.SessionPolicy
}

func hasShortARN(p *model.Policy) bool {
	for i := range p.Statements {
		for _, text := range p.Statements[i].Resources {
			if _, short := completeARN(text); short {
				return true
			}
		}
	}
	return false
}

// contentSum is equal for documents that are indexed alike.
func contentSum(seed maphash.Seed, p *model.Policy) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	flag := func(set bool) {
		if set {
			h.WriteByte(1)
		} else {
			h.WriteByte(0)
		}
	}
	texts := func(list []string) {
		for _, text := range list {
			h.WriteString(text)
			h.WriteByte(0)
		}
		h.WriteByte(1)
	}
	h.WriteByte(byte(indexKind(p)))
	flag(p.Variables)
	for i := range p.Statements {
		s := &p.Statements[i]
		h.WriteByte(byte(s.Effect))
		flag(s.NotAction)
		texts(s.Actions)
		flag(s.NotResource)
		flag(s.HasResource)
		texts(s.Resources)
		if s.Principals != nil {
			flag(s.Principals.Not)
			for _, entry := range s.Principals.Entries {
				h.WriteByte(byte(entry.Type))
				h.WriteString(entry.Value)
			}
		}
		for _, entry := range s.Condition {
			h.WriteString(entry.Key())
		}
	}
	return h.Sum64()
}

// sameContent reports whether two documents are indexed alike.
func sameContent(a, b *model.Policy) bool {
	return indexKind(a) == indexKind(b) && a.Variables == b.Variables &&
		slices.EqualFunc(a.Statements, b.Statements, func(s, t model.Statement) bool {
			return s.Effect == t.Effect && s.NotAction == t.NotAction && s.NotResource == t.NotResource && s.HasResource == t.HasResource &&
				slices.Equal(s.Actions, t.Actions) && slices.Equal(s.Resources, t.Resources) &&
				samePrincipals(s.Principals, t.Principals) && slices.EqualFunc(s.Condition, t.Condition, sameEntry)
		})
}

func samePrincipals(a, b *model.Principals) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Not == b.Not && slices.Equal(a.Entries, b.Entries)
}

// sameEntry compares what the index takes from a condition: the keys that it
// names. The entries themselves are each document's own.
func sameEntry(a, b *conditions.Entry) bool {
	return a.Key() == b.Key() && slices.Equal(a.Variables(), b.Variables())
}
