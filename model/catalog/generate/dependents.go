package main

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"iamsim/model/catalog"
)

// dependentsVersion is the last version of the package that is known to tell
// the dependent actions; the later ones leave the lists empty.
const dependentsVersion = "0.15.202512061"

// dependentFile is an action file of that version, as far as it is used.
type dependentFile map[string]struct {
	ResourceTypes []struct {
		Name             string   `json:"name"`
		DependentActions []string `json:"dependentActions"`
	} `json:"resourceTypes"`
	DependentActions []string `json:"dependentActions"`
}

// hasDependents reports whether the data tells any dependent actions.
func hasDependents(d *catalog.Data) bool {
	for _, s := range d.Services {
		for _, a := range s.Actions {
			if len(a.DependentActions) > 0 {
				return true
			}
			for _, u := range a.Resources {
				if len(u.DependentActions) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// addDependents adds the dependent actions that another version of the package
// tells, and says so in the data's source. Services, actions and dependent
// actions that the data does not have are left out; what belongs to a resource
// type that the action no longer takes belongs to the action.
func addDependents(d *catalog.Data, from fs.FS) error {
	var about packageFile
	if err := readJSON(from, "package.json", &about); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, s := range d.Services {
		for _, a := range s.Actions {
			known[strings.ToLower(s.Prefix+":"+a.Name)] = true
		}
	}
	for _, s := range d.Services {
		var actions dependentFile
		err := readJSON(from, path.Join("data/actions", s.Prefix+".json"), &actions)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a service that the version does not know
		}
		if err != nil {
			return err
		}
		for i := range s.Actions {
			a := &s.Actions[i]
			old := actions[strings.ToLower(a.Name)]
			a.DependentActions = keep(old.DependentActions, known)
			for _, u := range old.ResourceTypes {
				addToUse(a, u.Name, keep(u.DependentActions, known))
			}
		}
	}
	d.Source += "; dependent actions: " + about.Version
	return nil
}

// addToUse adds dependent actions to one resource type of an action.
func addToUse(a *catalog.ActionData, typ string, names []string) {
	for i := range a.Resources {
		if u := &a.Resources[i]; strings.EqualFold(u.Type, typ) {
			u.DependentActions = append(u.DependentActions, names...)
			return
		}
	}
	a.DependentActions = append(a.DependentActions, names...)
}

// keep returns the names that are known.
func keep(names []string, known map[string]bool) []string {
	var kept []string
	for _, n := range names {
		if known[strings.ToLower(n)] {
			kept = append(kept, n)
		}
	}
	return kept
}
