package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/model/catalog"
)

// The files of the package, as far as they are used.
type (
	packageFile struct {
		Version   string    `json:"version"`
		UpdatedAt time.Time `json:"updatedAt"`
	}
	actionFile map[string]struct {
		Name string `json:"name"`
		// AccessLevel may be several, separated by ", ".
		AccessLevel      string    `json:"accessLevel"`
		ResourceTypes    []useFile `json:"resourceTypes"`
		ConditionKeys    []string  `json:"conditionKeys"`
		DependentActions []string  `json:"dependentActions"`
	}
	useFile struct {
		Name             string   `json:"name"`
		Required         bool     `json:"required"`
		ConditionKeys    []string `json:"conditionKeys"`
		DependentActions []string `json:"dependentActions"`
	}
	typeFile map[string]struct {
		Key           string   `json:"key"`
		ARN           string   `json:"arn"`
		ConditionKeys []string `json:"conditionKeys"`
	}
	keyFile map[string]struct {
		Key  string `json:"key"`
		Type string `json:"type"`
	}
	// patternFile gives, by service, expressions that keys match to the names
	// of the keys that they stand for.
	patternFile map[string]map[string]string
)

// readPackage reads an unpacked package.
func readPackage(from fs.FS) (*catalog.Data, error) {
	var (
		about    packageFile
		prefixes []string
		names    map[string]string
		rcp      []string
		patterns patternFile
	)
	for _, f := range []struct {
		name string
		into any
	}{
		{"package.json", &about},
		{"data/services.json", &prefixes},
		{"data/serviceNames.json", &names},
		{"data/rcpSupportedServices.json", &rcp},
		{"data/conditionPatterns.json", &patterns},
	} {
		if err := readJSON(from, f.name, f.into); err != nil {
			return nil, err
		}
	}
	d := &catalog.Data{
		Date:   about.UpdatedAt.UTC().Format(time.DateOnly),
		Source: npmPackage + " " + about.Version,
	}
	for _, prefix := range prefixes {
		s, err := readService(from, prefix, patterns[prefix])
		if err != nil {
			return nil, err
		}
		s.Name, s.RCP = names[prefix], slices.Contains(rcp, prefix)
		d.Services = append(d.Services, s)
	}
	return d, nil
}

func readService(from fs.FS, prefix string, patterns map[string]string) (catalog.ServiceData, error) {
	s := catalog.ServiceData{Prefix: prefix}
	var (
		keys    keyFile
		types   typeFile
		actions actionFile
	)
	file := prefix + ".json"
	if err := readJSON(from, path.Join("data/conditionKeys", file), &keys); err != nil {
		return s, err
	}
	if err := readJSON(from, path.Join("data/resourceTypes", file), &types); err != nil {
		return s, err
	}
	if err := readJSON(from, path.Join("data/actions", file), &actions); err != nil {
		return s, err
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		k, err := readKey(keyName(keys[name].Key), keys[name].Type)
		if err != nil {
			return s, fmt.Errorf("%s: %w", file, err)
		}
		s.Keys = append(s.Keys, k)
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t := types[name]
		s.Types = append(s.Types, catalog.TypeData{Name: t.Key, ARN: t.ARN, Keys: keyNames(t.ConditionKeys)})
	}
	for _, name := range slices.Sorted(maps.Keys(actions)) {
		a := actions[name]
		s.Actions = append(s.Actions, catalog.ActionData{
			Name: a.Name, AccessLevels: strings.Split(a.AccessLevel, ", "), Resources: uses(a.ResourceTypes),
			Keys: keyNames(a.ConditionKeys), DependentActions: a.DependentActions,
		})
	}
	return s, checkPatterns(s, patterns)
}

func uses(from []useFile) []catalog.UseData {
	all := make([]catalog.UseData, len(from))
	for i, u := range from {
		all[i] = catalog.UseData{Type: u.Name, Required: u.Required, Keys: keyNames(u.ConditionKeys), DependentActions: u.DependentActions}
	}
	return all
}

// keyName is the name of a key with the placeholder that some names of families
// lack: "ssm:resourceTag/tag-key" and "glacier:ResourceTag/" stand for the keys
// of all tags.
func keyName(name string) string {
	const placeholder = "${TagKey}"
	if family, ok := strings.CutSuffix(name, "/tag-key"); ok {
		return family + "/" + placeholder
	}
	if strings.HasSuffix(name, "/") {
		return name + placeholder
	}
	return name
}

func keyNames(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = keyName(n)
	}
	return all
}

// readKey translates the type of a key, as in "ArrayOfString". Of keys that
// conditions know, what they say is believed: conditions are decided by it.
func readKey(name, typ string) (catalog.KeyData, error) {
	if info, ok := conditions.LookupKey(name); ok {
		return catalog.KeyData{Name: name, Type: info.Type, Multivalued: info.Multivalued}, nil
	}
	one, several := strings.CutPrefix(typ, "ArrayOf")
	if one == "IPAddress" {
		one = "IP"
	}
	for t := conditions.String; t <= conditions.Binary; t++ {
		if t.String() == one {
			return catalog.KeyData{Name: name, Type: t, Multivalued: several}, nil
		}
	}
	return catalog.KeyData{}, fmt.Errorf("key %q has the unknown type %q", name, typ)
}

// checkPatterns makes sure that the package's expressions say nothing that the
// placeholders in the names of keys do not say.
func checkPatterns(s catalog.ServiceData, patterns map[string]string) error {
	for _, expression := range slices.Sorted(maps.Keys(patterns)) {
		name := patterns[expression]
		if !slices.ContainsFunc(s.Keys, func(k catalog.KeyData) bool { return strings.EqualFold(k.Name, name) }) {
			return fmt.Errorf("service %s: the pattern %q stands for %q, which is not among its keys", s.Prefix, expression, name)
		}
		if got := expressionOf(name); got != expression {
			return fmt.Errorf("service %s: the pattern %q of %q is not %q", s.Prefix, expression, name, got)
		}
	}
	return nil
}

// expressionOf is the package's expression for a key with placeholders.
func expressionOf(name string) string {
	var b strings.Builder
	for name != "" {
		end := 0
		switch {
		case strings.HasPrefix(name, "${"):
			end = strings.IndexByte(name, '}') + 1
		case name[0] == '<':
			end = strings.IndexByte(name, '>') + 1
		}
		if end > 0 {
			b.WriteString(".+?")
		} else {
			end = 1
			b.WriteByte(name[0])
		}
		name = name[end:]
	}
	return b.String()
}

func readJSON(from fs.FS, name string, into any) error {
	text, err := fs.ReadFile(from, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
