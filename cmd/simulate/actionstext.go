package main

import (
	"fmt"
	"strings"

	"iamsim/internal/printable"
	"iamsim/model/catalog"
)

const (
	// fewTypes are shown of an action's resource types in a table.
	fewTypes = 4
	// textWidth is the width in characters of lists of keys.
	textWidth = 90
)

// writeActions writes several actions as a table.
func (a *app) writeActions(b *strings.Builder, c *catalog.Catalog, selected []catalog.Action) {
	list := [][]cell{header("action", "access level", "resource types", "keys")}
	marked := false
	for _, x := range selected {
		item := actionOf(x)
		types := item.typeList()
		marked = marked || strings.Contains(types, "*")
		list = append(list, cells(item.Action, strings.Join(item.AccessLevels, ", "), types, fmt.Sprint(item.numKeys())))
	}
	a.table(b, "", list)
	fmt.Fprintf(b, "\n%s of the catalogue of %s", count(len(selected), "action"), c.Date())
	if marked {
		b.WriteString("; * marks a resource type that every request names")
	}
	b.WriteString("\n")
}

// typeList names the resource types, the required ones first and marked.
func (x *actionItem) typeList() string {
	var required, optional []string
	for _, r := range x.Resources {
		if r.Required {
			required = append(required, r.Type+"*")
		} else {
			optional = append(optional, r.Type)
		}
	}
	return shortened(append(required, optional...))
}

// shortened lists the first few of names; "none" if there are none.
func shortened(names []string) string {
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > fewTypes:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:fewTypes-1], ", "), len(names)-fewTypes+1)
	}
	return strings.Join(names, ", ")
}

// numKeys counts the keys of the action and its resource types, each once.
func (x *actionItem) numKeys() int {
	seen := map[string]bool{}
	add := func(keys []string) {
		for _, key := range keys {
			seen[strings.ToLower(key)] = true
		}
	}
	add(x.Keys)
	for _, r := range x.Resources {
		add(r.Keys)
	}
	return len(seen)
}

// writeAction writes all that is known of one action.
func (a *app) writeAction(b *strings.Builder, x actionItem) {
	b.WriteString(a.paint(bold, printable.Text(x.Action)) + "\n")
	r := &rows{}
	r.add("service", x.ServiceName)
	r.add("access level", strings.Join(x.AccessLevels, ", "))
	for _, action := range x.DependentActions {
		r.add("needs besides", action)
	}
	if len(x.Resources) == 0 {
		r.add("resource types", `none: requests are authorised on "*" (rule B17)`)
	}
	a.table(b, "  ", r.list)
	a.writeResourceTypes(b, x.Resources)

	b.WriteString("\ncondition keys, besides the global ones\n")
	r = &rows{}
	r.keys("of the action", x.Keys)
	for _, resource := range x.Resources {
		r.keys("of "+resource.Type, resource.Keys)
	}
	a.table(b, "  ", r.list)
}

func (a *app) writeResourceTypes(b *strings.Builder, resources []actionResource) {
	if len(resources) == 0 {
		return
	}
	b.WriteString("\nresource types\n")
	var list [][]cell
	for _, resource := range resources {
		required := ""
		if resource.Required {
			required = "required"
		}
		for i, format := range resource.ARNFormats {
			if i == 0 {
				list = append(list, cells(resource.Type, required, format))
			} else {
				list = append(list, cells("", "", format))
			}
		}
	}
	a.table(b, "  ", list)
}

// keys adds a list of keys, broken into lines.
func (r *rows) keys(label string, keys []string) {
	if len(keys) == 0 {
		keys = []string{"none"}
	}
	line := ""
	for i, key := range keys {
		if i+1 < len(keys) {
			key += ","
		}
		if line != "" && len(line)+len(" ")+len(key) > textWidth {
			r.list = append(r.list, cells(label, line))
			label, line = "", ""
		}
		line = strings.TrimPrefix(line+" "+key, " ")
	}
	r.list = append(r.list, cells(label, line))
}
