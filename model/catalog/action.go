package catalog

import (
	"slices"
	"strings"
)

// Action is one action of a Catalog. It is a small value that can be compared;
// its zero value belongs to no catalogue and must not be used.
type Action struct {
	c  *Catalog
	id uint32
}

func (a Action) row() *actionRow { return &a.c.actions[a.id] }

// Name returns the whole name as AWS writes it, as in "s3:GetObject".
func (a Action) Name() string { return a.c.actionName(a.id) }

// Service returns the service that the action belongs to.
func (a Action) Service() Service { return Service{a.c, uint32(a.row().service)} }

// AccessLevels returns what AWS classes the action as: some of "List", "Read",
// "Write", "Tagging" and "Permissions management". The slice must not be
// changed.
func (a Action) AccessLevels() []string { return slices.Clip(a.c.levels[a.row().levels]) }

// HasAccessLevel reports whether level, in any case, is one of AccessLevels.
func (a Action) HasAccessLevel(level string) bool {
	for _, l := range a.c.levels[a.row().levels] {
		if equalFold(l, level) {
			return true
		}
	}
	return false
}

// ResourceUse is a resource type that an action takes.
type ResourceUse struct {
	Type ResourceType
	// Required tells that every request names a resource of the type (rule
	// B19). AWS's data calls no type required if one of several will do.
	Required bool
	// Keys are the condition keys that come with a resource of the type in
	// requests of this action; Type.Keys are those that come with any use.
	Keys             []string
	DependentActions []string
}

// Resources returns the resource types that the action takes, by name. An
// action without any is authorised on "*" (rule B17).
func (a Action) Resources() []ResourceUse {
	uses := a.c.uses.at(a.row().uses)
	if len(uses) == 0 {
		return nil
	}
	all := make([]ResourceUse, len(uses))
	for i, u := range uses {
		row := &a.c.useRows[u]
		all[i] = ResourceUse{a.typeOf(row), row.required, a.c.keyNames(row.keys), a.c.dependentNames(row.depends)}
	}
	return all
}

func (a Action) typeOf(use *useRow) ResourceType {
	return ResourceType{a.c, a.Service().row().types + use.local}
}

// Keys returns the condition keys that requests of the action carry whatever
// their resource is, by name.
func (a Action) Keys() []string { return a.c.keyNames(a.row().keys) }

// DependentActions returns the actions that the caller may need besides this
// one, those that come with a resource type included, by name (rule B6).
func (a Action) DependentActions() []string {
	names := a.c.dependentNames(a.row().depends)
	for _, u := range a.c.uses.at(a.row().uses) {
		names = append(names, a.c.dependentNames(a.c.useRows[u].depends)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TakesResource reports whether the action takes a resource of some type.
// Otherwise it is authorised on "*" (rule B17).
func (a Action) TakesResource() bool { return len(a.c.uses.at(a.row().uses)) > 0 }

// RequiresResource reports whether some resource type is required.
func (a Action) RequiresResource() bool {
	for _, u := range a.c.uses.at(a.row().uses) {
		if a.c.useRows[u].required {
			return true
		}
	}
	return false
}

// FittingTypes returns the resource types of the action whose format the ARN
// fits, the most specific format first.
func (a Action) FittingTypes(arn string) []ResourceType {
	var fitting []ResourceType
	var specific []int
	for _, u := range a.c.uses.at(a.row().uses) {
		t := a.typeOf(&a.c.useRows[u])
		format, ok := t.fitting(arn)
		if !ok {
			continue
		}
		s := specificity(format)
		at := len(fitting)
		for at > 0 && specific[at-1] < s {
			at--
		}
		fitting, specific = slices.Insert(fitting, at, t), slices.Insert(specific, at, s)
	}
	return fitting
}

// CanMeet reports whether a request of the action may be on a resource that
// the pattern, an entry of a Resource element, matches (rules B10 to B17).
// Policy variables stand for any text, and a pattern of fewer than six fields
// counts as completed too (rule B15). Where the documents leave doubt it is
// true.
func (a Action) CanMeet(pattern string) bool {
	if strings.Trim(pattern, "*") == "" {
		return pattern != ""
	}
	uses := a.c.uses.at(a.row().uses)
	if len(uses) == 0 {
		return a.isListAllMyBuckets() && isEveryBucket(pattern)
	}
	p := compilePattern(pattern)
	for _, u := range uses {
		if a.typeOf(&a.c.useRows[u]).meets(p) {
			return true
		}
	}
	return false
}

// isListAllMyBuckets and isEveryBucket are the exception of rule B18.
func (a Action) isListAllMyBuckets() bool { return equalFold(a.Name(), "s3:ListAllMyBuckets") }

func isEveryBucket(pattern string) bool {
	rest, ok := strings.CutPrefix(pattern, "arn:")
	_, rest, found := strings.Cut(rest, ":")
	return ok && found && rest == "s3:::*"
}

func (c *Catalog) keyNames(list uint32) []string {
	return c.namesOf(c.keyLists.at(list), func(id uint32) string { return c.keys[id].name })
}

func (c *Catalog) dependentNames(list uint32) []string {
	return c.namesOf(c.actionLists.at(list), func(id uint32) string { return c.dependents[id] })
}

func (c *Catalog) namesOf(ids []uint32, name func(uint32) string) []string {
	if len(ids) == 0 {
		return nil
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = name(id)
	}
	return names
}
