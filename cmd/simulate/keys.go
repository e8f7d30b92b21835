package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/conditions"
	"iamsim/model/catalog"
)

// keysFlags are the flags of `keys`.
type keysFlags struct {
	service, catalog once
	output           *choice
}

func (a *app) keysCommand() *cobra.Command {
	f := &keysFlags{output: newChoice("output", "text", "json")}
	cmd := &cobra.Command{
		Use:   "keys [ACTION]",
		Short: "List the condition keys that requests may carry",
		Long: `keys lists the condition keys that requests of an action may carry: those of the
action itself, those that come with a resource of one of its types, and the
global ones. Without an action it lists the global keys, with --service those of
a service. Each has its type and whether a request may carry several values of
it, which need ForAllValues or ForAnyValue, and, as far as AWS's documents tell,
when a request carries it.

The part of a name in ${...} or <...> is for the policy to choose.

The exit code is 0, 1 if there is no such action or service, 2 if the command
line cannot be used.`,
		Example: `  simulate keys s3:GetObject
  simulate keys
  simulate keys --service kms --output json`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completePatterns(cmd, args, typed)
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.keys(f, args) },
	}
	f.service.word = "SERVICE"
	cmd.Flags().Var(&f.service, "service", "the keys of a service, given by the prefix of its actions, such as s3")
	registerCatalog(cmd, &f.catalog)
	cmd.Flags().Var(f.output, "output", "the form of the output")
	f.output.complete(cmd)
	completeFlag(cmd, "service", completeServices)
	return cmd
}

// keysJSON is the JSON form of `keys` (docs/json.md).
type keysJSON struct {
	Catalog catalogJSON `json:"catalog"`
	// Action is as AWS writes it, as given if it is not known.
	Action string `json:"action,omitempty"`
	// Suggestion is what an unknown action was probably meant to be.
	Suggestion string    `json:"suggestion,omitempty"`
	Service    string    `json:"service,omitempty"`
	Keys       []keyItem `json:"keys"`
	ExitCode   int       `json:"exitCode"`
}

type keyItem struct {
	Key         string `json:"key"`
	Type        string `json:"type"`
	Multivalued bool   `json:"multivalued"`
	// Origin says what the key comes with.
	Origin keyOrigin `json:"origin"`
	// ResourceTypes are those that a key of resource types comes with.
	ResourceTypes []string `json:"resourceTypes,omitempty"`
	PresentWhen   string   `json:"presentWhen,omitempty"`
}

type keyOrigin string

const (
	ofAction   keyOrigin = "action"
	ofResource keyOrigin = "resource"
	ofService  keyOrigin = "service"
	global     keyOrigin = "global"
)

// keys carries out the command.
func (a *app) keys(f *keysFlags, args []string) error {
	switch {
	case len(args) > 1:
		return usageError("keys takes one action")
	case len(args) == 1 && f.service.set:
		return usageError("keys takes an action or --service, not both")
	case len(args) == 1:
		if err := checkActionName(args[0]); err != nil {
			return err
		}
	}
	c, err := openCatalog(f.catalog.text)
	if err != nil {
		return err
	}
	list := keysJSON{Catalog: catalogOf(c), Keys: []keyItem{}}
	switch {
	case f.service.set:
		list.Service = f.service.text
		s, ok := c.Service(f.service.text)
		if !ok {
			list.ExitCode = exitNo
			return a.noSuchService(c, f.service.text, f.output, list)
		}
		list.Service = s.Prefix()
		list.addAll(s.Keys(), ofService)
	case len(args) == 1:
		a.keysOfAction(c, &list, args[0])
	default:
		list.addAll(slices.Values(allGlobalKeys(c)), global)
	}
	list.ExitCode = a.code
	if f.output.value == "json" {
		return a.outputText(jsonText(list))
	}
	if a.code != exitYes {
		return nil
	}
	var b strings.Builder
	a.writeKeys(&b, &list)
	return a.outputText(b.String())
}

// checkActionName refuses what is not the name of one action.
func checkActionName(name string) error {
	if strings.ContainsAny(name, "*?") {
		return usageError("%q is a pattern; keys takes one action", name).hint("simulate actions lists what a pattern covers")
	}
	return checkPattern(name, "")
}

func (a *app) keysOfAction(c *catalog.Catalog, list *keysJSON, name string) {
	list.Action = name
	x, ok := c.Action(name)
	if !ok {
		a.exit(exitNo)
		hint := ""
		if near, ok := c.SuggestAction(name); ok {
			list.Suggestion, hint = near, fmt.Sprintf("did you mean %s?", near)
		}
		a.sayUnknown(c, fmt.Sprintf("%q is no action", name), hint)
		return
	}
	list.Action = x.Name()
	own, ofTypes := actionKeys(c, x)
	list.addAll(slices.Values(own), ofAction)
	for _, key := range ofTypes {
		list.add(key.Key, ofResource, key.types)
	}
	list.addAll(slices.Values(catalog.GlobalKeys()), global)
}

// typedKey is a key that comes with resources of the types.
type typedKey struct {
	catalog.Key
	types []string
}

// actionKeys returns the keys of an action itself, and those that come only
// with resources of its types, by name.
func actionKeys(c *catalog.Catalog, x catalog.Action) (own []catalog.Key, ofTypes []typedKey) {
	seen := map[string]bool{}
	for _, name := range x.Keys() {
		if key, ok := c.Key(name); ok {
			own = append(own, key)
			seen[conditions.FoldKey(name)] = true
		}
	}
	places := map[string]int{}
	for _, use := range x.Resources() {
		for _, name := range useKeys(use) {
			folded := conditions.FoldKey(name)
			key, ok := c.Key(name)
			if !ok || seen[folded] {
				continue
			}
			i, known := places[folded]
			if !known {
				i = len(ofTypes)
				places[folded] = i
				ofTypes = append(ofTypes, typedKey{Key: key})
			}
			ofTypes[i].types = append(ofTypes[i].types, use.Type.Name())
		}
	}
	slices.SortFunc(ofTypes, func(a, b typedKey) int { return compareFold(a.Name(), b.Name()) })
	return own, ofTypes
}

// allGlobalKeys are the keys that any request may carry, and those that AWS
// calls global although only some actions support them.
func allGlobalKeys(c *catalog.Catalog) []catalog.Key {
	keys := catalog.GlobalKeys()
	for _, name := range []string{"aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}", "aws:TagKeys"} {
		if key, ok := c.Key(name); ok {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b catalog.Key) int { return compareFold(a.Name(), b.Name()) })
	return keys
}

func (l *keysJSON) addAll(keys func(func(catalog.Key) bool), origin keyOrigin) {
	for key := range keys {
		l.add(key, origin, nil)
	}
}

// add adds a key that is not in the list yet.
func (l *keysJSON) add(key catalog.Key, origin keyOrigin, types []string) {
	if slices.ContainsFunc(l.Keys, func(item keyItem) bool { return strings.EqualFold(item.Key, key.Name()) }) {
		return
	}
	item := keyItem{Key: key.Name(), Type: key.Type().String(), Multivalued: key.Multivalued(), Origin: origin, ResourceTypes: types}
	if info, ok := conditions.LookupKey(key.Name()); ok {
		item.PresentWhen = info.PresentWhen
	}
	l.Keys = append(l.Keys, item)
}

// writeKeys writes keys as a table.
func (a *app) writeKeys(b *strings.Builder, l *keysJSON) {
	list := [][]cell{header("key", "type", "values", "of", "present when")}
	counts := map[keyOrigin]int{}
	for _, key := range l.Keys {
		counts[key.Origin]++
		values, of := "one", string(key.Origin)
		if key.Multivalued {
			values = "several"
		}
		if key.Origin == ofResource {
			of = shortened(key.ResourceTypes)
		}
		list = append(list, cells(key.Key, key.Type, values, of, key.PresentWhen))
	}
	if len(l.Keys) > 0 {
		a.table(b, "", list)
		b.WriteString("\n")
	}
	switch {
	case l.Action != "":
		fmt.Fprintf(b, "%s of %s: %d of the action, %d of its resource types, %d global",
			count(len(l.Keys), "key"), l.Action, counts[ofAction], counts[ofResource], counts[global])
	case l.Service != "":
		fmt.Fprintf(b, "%s of the service %s", count(len(l.Keys), "key"), l.Service)
	default:
		b.WriteString(count(len(l.Keys), "global key"))
	}
	fmt.Fprintf(b, " (catalogue of %s)\n", l.Catalog.Date)
}
