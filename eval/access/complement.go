package access

import (
	"slices"

	"iamsim/eval"
)

// complement returns regions that together hold exactly the requests that none
// of a layer's Allows does; ok is false where such a list does not exist or is
// too long.
func complement(allows []Region, o *eval.Options) ([]Region, bool) {
	const most = 256
	out := []Region{everywhere(deny)}
	for _, a := range allows {
		options, ok := outsideOf(a, o)
		if !ok {
			return nil, false
		}
		var next []Region
		for _, r := range out {
			for _, option := range options {
				both := r.and(option)
				both.stems = append(slices.Clone(r.stems), a.stems...)
				if !both.empty() {
					next = append(next, both)
				}
			}
		}
		if out = widest(next); len(out) > most {
			return nil, false
		}
	}
	return out, true
}

// outsideOf returns regions that together hold exactly what a region does not.
func outsideOf(a Region, o *eval.Options) ([]Region, bool) {
	var out []Region
	for _, list := range a.actions.all {
		r := everywhere(deny)
		r.actions = space{not: list}
		out = append(out, r)
	}
	if len(a.actions.not) > 0 {
		r := everywhere(deny)
		r.actions = actionUniverse.within(a.actions.not)
		out = append(out, r)
	}
	for _, list := range a.resources.all {
		r := everywhere(deny)
		r.resources = resources{space: space{not: list}, star: true, buckets: !a.resources.buckets}
		out = append(out, r)
	}
	if n := a.resources.not; len(n) > 0 {
		strict := a.effect == allow && !o.UnresolvedNotResourceListsNothing
		if strict && slices.ContainsFunc(n, pattern.variables) {
			return nil, false
		}
		r := everywhere(deny)
		r.resources = resources{space: arnUniverse.within(n), star: !a.resources.star, buckets: !a.resources.buckets}
		out = append(out, r)
	} else if len(a.resources.all) == 0 && !a.resources.star {
		return nil, false
	}
	for _, c := range a.when {
		not, always, ok := negated(c)
		if !ok {
			return nil, false
		}
		r := everywhere(deny)
		if !always {
			r.when = []condition{not}
		}
		out = append(out, r)
	}
	return out, a.grant == nil
}
