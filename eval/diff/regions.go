package diff

import (
	"slices"
	"sort"
	"strings"

	"iamsim/internal/wildcard"
)

// Region is differences that the policies' own patterns describe together.
type Region struct {
	Direction Direction
	// Actions are patterns and names of actions; Except are those of the
	// policies' patterns that are not part of it.
	Actions, Except []string
	// Resources are the policies' patterns that the resources match, all of
	// them; NotResources those that they do not match. None means any resource.
	Resources, NotResources []string
	// Conditions say which conditions hold and which do not, on which side.
	Conditions []string
	// Latent is set where the actions are none that the catalogue knows.
	Latent bool
	// Witnesses are the differences, one for each class of requests.
	Witnesses []*Difference

	actions map[string]bool
}

// Has reports whether an action, in any case, and a resource are in the
// region, as far as its patterns tell: a policy variable stands for any text.
func (r *Region) Has(action, resource string) bool {
	if !r.actions[strings.ToLower(action)] {
		return false
	}
	matches := func(pattern string) bool {
		t, err := wildcard.ParseTemplate(pattern, wildcard.Syntax{Variables: true, Wildcards: true, Resource: true})
		if err != nil {
			return false
		}
		return t.Match(resource, anyValue{}) != wildcard.NoMatch
	}
	return !slices.ContainsFunc(r.Resources, func(p string) bool { return !matches(p) }) && !slices.ContainsFunc(r.NotResources, matches)
}

// anyValue is a resolver that knows nothing.
type anyValue struct{}

func (anyValue) Resolve(string) (string, wildcard.Presence) { return "", wildcard.UnknownValue }

// Regions sorts the differences of a group into regions: opened ones first,
// then those of more actions.
func (r *Result) Regions(g *Group) []Region {
	type gathered struct {
		region  Region
		actions map[string]bool
	}
	byKey := map[string]*gathered{}
	var order []string
	for _, d := range g.Differences {
		resources, not := d.where()
		key := strings.Join([]string{d.Direction.String(), strings.Join(resources, "\x01"), strings.Join(not, "\x01"), strings.Join(d.deciding, "\x01")}, "\x00")
		if d.Latent() {
			key += "\x00" + d.Request.Action
		}
		a := byKey[key]
		if a == nil {
			a = &gathered{actions: map[string]bool{}, region: Region{
				Direction: d.Direction, Resources: resources, NotResources: not, Conditions: d.deciding, Latent: d.Latent(), actions: map[string]bool{},
			}}
			byKey[key] = a
			order = append(order, key)
		}
		a.region.Witnesses = append(a.region.Witnesses, d)
		a.region.actions[strings.ToLower(d.Request.Action)] = true
		for _, action := range d.actions {
			a.actions[action] = true
			a.region.actions[strings.ToLower(action)] = true
		}
	}
	merged := map[string]*Region{}
	var out []*Region
	for _, key := range order {
		a := byKey[key]
		if a.region.Latent {
			a.region.Actions = []string{a.region.Witnesses[0].Request.Action}
		} else {
			a.region.Actions, a.region.Except = r.vocabulary.describe(a.actions, g.patterns)
		}
		// The same actions and conditions on several resources are one region
		// where nothing but the kind of resource differs.
		text := strings.Join([]string{a.region.Direction.String(), strings.Join(a.region.Actions, " "), strings.Join(a.region.Except, " "), strings.Join(a.region.Conditions, " ")}, "\x00")
		if len(a.region.Resources) == 0 && len(a.region.NotResources) == 0 {
			if known := merged[text]; known != nil {
				known.Witnesses = append(known.Witnesses, a.region.Witnesses...)
				continue
			}
			merged[text] = &a.region
		}
		out = append(out, &a.region)
	}
	sort.SliceStable(out, func(i, k int) bool {
		a, b := out[i], out[k]
		if a.Direction != b.Direction {
			return a.Direction < b.Direction
		}
		return !a.Latent && b.Latent
	})
	regions := make([]Region, len(out))
	for i, region := range out {
		regions[i] = *region
	}
	return regions
}

// where reduces the patterns of resources to those that say something: of the
// matched ones none that another one implies, of the others those that can
// meet the matched ones.
func (d *Difference) where() (resources, not []string) {
	flats := func(texts []string) []wildcard.Flat {
		out := make([]wildcard.Flat, len(texts))
		for i, text := range texts {
			t, err := wildcard.ParseTemplate(text, wildcard.Syntax{Wildcards: true})
			if err == nil {
				out[i], _ = t.Flat(nil, false)
			}
		}
		return out
	}
	matched, others := flats(d.resources), flats(d.not)
	for i, text := range d.resources {
		implied := slices.ContainsFunc(d.resources, func(other string) bool {
			return other != text && !strings.Contains(other, "${") && matched[i].Match(other)
		})
		if !implied {
			resources = append(resources, text)
		}
	}
	for i, text := range d.not {
		meets := len(matched) == 0 || !slices.ContainsFunc(matched, func(f wildcard.Flat) bool { return !f.Meets(others[i]) })
		if meets && !strings.Contains(text, "${") {
			not = append(not, text)
		}
	}
	if len(resources) == 0 && d.Request.Resource == "*" {
		not = nil
	}
	return resources, not
}

// maxExcept bounds the exceptions by which a pattern may stand for a set of actions.
const maxExcept = 24

// describe names a set of actions by patterns of the policies, as few as do,
// with exceptions that are patterns or names too.
func (v *vocabulary) describe(actions map[string]bool, patterns []string) (names, except []string) {
	left := map[int32]bool{}
	for action := range actions {
		left[v.byName[strings.ToLower(action)]] = true
	}
	in := func(n int32) bool { return actions[v.names[n]] }
	type candidate struct {
		text    string
		members []int32
		outside []int32
	}
	var all []candidate
	for _, p := range patterns {
		if !strings.ContainsAny(p, "*?") {
			continue
		}
		c := candidate{text: p, members: v.expand(strings.ToLower(p))}
		for _, n := range c.members {
			if !in(n) {
				c.outside = append(c.outside, n)
			}
		}
		if len(c.outside) <= maxExcept && len(c.outside) < len(c.members) {
			all = append(all, c)
		}
	}
	sort.SliceStable(all, func(i, k int) bool {
		a, b := len(all[i].members)-2*len(all[i].outside), len(all[k].members)-2*len(all[k].outside)
		if a != b {
			return a > b
		}
		return all[i].text < all[k].text
	})
	for _, c := range all {
		fresh := 0
		for _, n := range c.members {
			if left[n] {
				fresh++
			}
		}
		if fresh < 2 || len(c.outside) >= fresh {
			continue
		}
		names = append(names, c.text)
		for _, n := range c.outside {
			except = append(except, v.names[n])
		}
		for _, n := range c.members {
			delete(left, n)
		}
	}
	var single []string
	for n := range left {
		single = append(single, v.names[n])
	}
	slices.Sort(single)
	slices.Sort(except)
	return append(names, single...), slices.Compact(except)
}
