package access

import (
	"maps"
	"slices"

	"iamsim/conditions"
	"iamsim/eval"
)

// nothingSettled leaves every key open.
func nothingSettled(o *eval.Options) *conditions.Env {
	return &conditions.Env{Context: conditions.NewContext(), Options: o.Options, ThreeValued: true}
}

// joined joins statements that differ in one list alone, which then holds what both do.
func joined(list []Statement) []Statement {
	for again := true; again; {
		again = false
		for i := 0; i < len(list) && !again; i++ {
			for j := i + 1; j < len(list) && !again; j++ {
				if both, ok := join(list[i], list[j]); ok {
					list[i], list = both, slices.Delete(list, j, j+1)
					again = true
				}
			}
		}
	}
	return list
}

func join(a, b Statement) (Statement, bool) {
	if a.Effect != b.Effect || !sameCondition(a.Condition, b.Condition) ||
		!slices.Equal(a.NotAction, b.NotAction) || !slices.Equal(a.NotResource, b.NotResource) {
		return a, false
	}
	switch {
	case slices.Equal(a.Action, b.Action):
		a.Resource = union(a.Resource, b.Resource)
	case slices.Equal(a.Resource, b.Resource):
		a.Action = union(a.Action, b.Action)
	default:
		return a, false
	}
	return a, true
}

func sameCondition(a, b map[string]map[string][]string) bool {
	return maps.EqualFunc(a, b, func(x, y map[string][]string) bool { return maps.EqualFunc(x, y, slices.Equal[[]string]) })
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, text := range b {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
