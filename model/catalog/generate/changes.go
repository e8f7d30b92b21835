package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"iamsim/model/catalog"
)

// printChanges prints the services and actions that came and went, and the
// actions whose access level is another.
func printChanges(w io.Writer, before, after *catalog.Catalog) {
	fmt.Fprintf(w, "from data of %s to data of %s\n", before.Date(), after.Date())
	lines := changes(before, after)
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
	if len(lines) == 0 {
		fmt.Fprintln(w, "no action came, went or changed its access level")
	}
}

// changes lists the differences: "+" begins what came, "-" what went, "~" what
// changed.
func changes(before, after *catalog.Catalog) []string {
	var came, went, changed []string
	for s := range after.Services() {
		if _, ok := before.Service(s.Prefix()); !ok {
			came = append(came, fmt.Sprintf("+ service %s (%s)", s.Prefix(), s.Name()))
		}
	}
	for s := range before.Services() {
		if _, ok := after.Service(s.Prefix()); !ok {
			went = append(went, fmt.Sprintf("- service %s (%s)", s.Prefix(), s.Name()))
		}
	}
	for a := range after.Actions() {
		old, ok := before.Action(a.Name())
		switch {
		case !ok:
			came = append(came, fmt.Sprintf("+ %s (%s)", a.Name(), levels(a)))
		case !slices.Equal(old.AccessLevels(), a.AccessLevels()):
			changed = append(changed, fmt.Sprintf("~ %s: %s, was %s", a.Name(), levels(a), levels(old)))
		}
	}
	for a := range before.Actions() {
		if _, ok := after.Action(a.Name()); !ok {
			went = append(went, fmt.Sprintf("- %s (%s)", a.Name(), levels(a)))
		}
	}
	return slices.Concat(came, went, changed)
}

func levels(a catalog.Action) string { return strings.Join(a.AccessLevels(), ", ") }
