package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"iamsim/internal/printable"
	"iamsim/model"
	"iamsim/model/catalog"
)

// actionsFlags are the flags of `actions`.
type actionsFlags struct {
	resourceType, service, catalog once
	level                          accessLevel
	output                         *choice
}

// accessLevels are what AWS classes actions as.
var accessLevels = []string{"List", "Read", "Write", "Tagging", "Permissions management"}

// accessLevel is a choice without a default whose letters may be of any case.
type accessLevel struct{ choice }

// Set takes one of the access levels.
func (l *accessLevel) Set(text string) error {
	for _, known := range l.allowed {
		if strings.EqualFold(known, text) {
			text = known
		}
	}
	if l.value != "" && l.value != text {
		return errRepeated
	}
	return l.choice.Set(text)
}

// Type is the word that help shows for the value.
func (l *accessLevel) Type() string { return "LEVEL" }

func (a *app) actionsCommand() *cobra.Command {
	f := &actionsFlags{
		level: accessLevel{choice{allowed: accessLevels, flag: "access-level"}}, output: newChoice("output", "text", "json"),
	}
	cmd := &cobra.Command{
		Use:   "actions PATTERN...",
		Short: "List the actions that a pattern covers, and what each takes",
		Long: `actions lists the actions that patterns cover, as entries of an Action element
would, with their access level, the resource types they take (those that every
request names are marked with *) and how many condition keys come with them,
not counting the global ones. If only one action is left, it is told at length:
the formats of its ARNs, the condition keys of each resource type, the actions
that the caller needs besides. An action without resource types is authorised
on "*" (rule B17).

The flags narrow the list. With --service the patterns may be left out: then all
actions of the service are listed.

What is known of actions is AWS's Service Authorization Reference of one date,
which simulate version tells; --catalog reads that of another.

The exit code is 0 if every pattern covers an action that the flags let through,
1 if not, 2 if a pattern is none.`,
		Example: `  simulate actions 's3:Get*' --resource-type bucket
  simulate actions s3:GetObject
  simulate actions 'kms:*' --access-level 'Permissions management'
  simulate actions --service sqs --output json`,
		ValidArgsFunction: completePatterns,
		RunE:              func(_ *cobra.Command, args []string) error { return a.actions(f, args) },
	}
	f.resourceType.word, f.service.word = "TYPE", "SERVICE"
	flags := cmd.Flags()
	flags.Var(&f.resourceType, "resource-type", "only actions that take a resource of the type, such as bucket")
	flags.Var(&f.level, "access-level", "only actions of the level: "+strings.Join(accessLevels, ", "))
	flags.Var(&f.service, "service", "only actions of the service, given by the prefix of its actions, such as s3")
	registerCatalog(cmd, &f.catalog)
	flags.Var(f.output, "output", "the form of the output")
	f.output.complete(cmd)
	f.level.complete(cmd)
	completeFlag(cmd, "service", completeServices)
	completeFlag(cmd, "resource-type", completeResourceTypes)
	return cmd
}

// registerCatalog adds the flag of commands that have no answer without a catalogue.
func registerCatalog(cmd *cobra.Command, path *once) {
	path.word = "FILE"
	cmd.Flags().Var(path, "catalog", "an action catalogue other than the built-in one")
}

// actionsJSON is the JSON form of `actions` (docs/json.md).
type actionsJSON struct {
	Catalog  catalogJSON   `json:"catalog"`
	Patterns []patternItem `json:"patterns"`
	Actions  []actionItem  `json:"actions"`
	ExitCode int           `json:"exitCode"`
}

// catalogJSON tells which data an answer is from.
type catalogJSON struct {
	// Date is the day of the data, Source where they came from.
	Date   string `json:"date"`
	Source string `json:"source"`
	// Actions is the number of all known actions.
	Actions int `json:"actions"`
}

func catalogOf(c *catalog.Catalog) catalogJSON {
	return catalogJSON{c.Date(), c.Source(), c.NumActions()}
}

type patternItem struct {
	Pattern string `json:"pattern"`
	// Covers is the number of actions that the pattern covers, Selected how many
	// of them the flags let through.
	Covers   int `json:"covers"`
	Selected int `json:"selected"`
	// Suggestion is a pattern that was probably meant where Covers is 0.
	Suggestion string `json:"suggestion,omitempty"`
}

type actionItem struct {
	Action       string   `json:"action"`
	Service      string   `json:"service"`
	ServiceName  string   `json:"serviceName"`
	AccessLevels []string `json:"accessLevels"`
	// Resources are the resource types that the action takes.
	Resources []actionResource `json:"resources"`
	// Keys come with every request of the action.
	Keys []string `json:"keys"`
	// DependentActions are those of resource types included.
	DependentActions []string `json:"dependentActions"`
}

type actionResource struct {
	Type       string   `json:"type"`
	Required   bool     `json:"required"`
	ARNFormats []string `json:"arnFormats"`
	// Keys come with a resource of the type.
	Keys             []string `json:"keys"`
	DependentActions []string `json:"dependentActions"`
}

func actionOf(x catalog.Action) actionItem {
	item := actionItem{
		Action: x.Name(), Service: x.Service().Prefix(), ServiceName: x.Service().Name(), AccessLevels: filled(x.AccessLevels()),
		Resources: []actionResource{}, Keys: filled(x.Keys()), DependentActions: filled(x.DependentActions()),
	}
	for _, use := range x.Resources() {
		item.Resources = append(item.Resources, actionResource{
			Type: use.Type.Name(), Required: use.Required, ARNFormats: strings.Split(use.Type.ARNFormat(), ", "),
			Keys: useKeys(use), DependentActions: filled(use.DependentActions),
		})
	}
	return item
}

// useKeys are the keys of a resource type, in requests of one action and in any.
func useKeys(use catalog.ResourceUse) []string {
	all := append(filled(use.Keys), use.Type.Keys()...)
	slices.SortFunc(all, compareFold)
	return slices.CompactFunc(all, strings.EqualFold)
}

func compareFold(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// actions carries out the command.
func (a *app) actions(f *actionsFlags, patterns []string) error {
	switch {
	case len(patterns) == 0 && !f.service.set:
		return usageError("actions takes patterns such as 's3:Get*'").hint("--service lists all actions of a service")
	case len(patterns) == 0:
		patterns = []string{"*"}
	}
	for _, pattern := range patterns {
		if err := checkPattern(pattern, f.service.text); err != nil {
			return err
		}
	}
	c, err := openCatalog(f.catalog.text)
	if err != nil {
		return err
	}
	if _, ok := c.Service(f.service.text); f.service.set && !ok {
		return a.noSuchService(c, f.service.text, f.output, actionsJSON{
			Catalog: catalogOf(c), Patterns: []patternItem{}, Actions: []actionItem{}, ExitCode: exitNo,
		})
	}
	items, selected := f.choose(c, patterns)
	for _, item := range items {
		if item.Selected == 0 {
			a.exit(exitNo)
			a.sayNothingSelected(c, f, item)
		}
	}
	if f.output.value == "json" {
		list := actionsJSON{Catalog: catalogOf(c), Patterns: items, Actions: []actionItem{}, ExitCode: a.code}
		for _, x := range selected {
			list.Actions = append(list.Actions, actionOf(x))
		}
		return a.outputText(jsonText(list))
	}
	var b strings.Builder
	switch len(selected) {
	case 0:
	case 1:
		a.writeAction(&b, actionOf(selected[0]))
	default:
		a.writeActions(&b, c, selected)
	}
	return a.outputText(b.String())
}

// checkPattern refuses what is no action pattern (rule A17). A wildcard within
// the prefix is none in some kinds of policies only.
func checkPattern(pattern, service string) error {
	prefix, name, ok := strings.Cut(pattern, ":")
	switch {
	case !utf8.ValidString(pattern):
		return usageError("the pattern %q is not UTF-8", pattern)
	case strings.ContainsAny(pattern, ", \t\r\n"):
		return usageError("the pattern %q holds a comma or a blank", pattern).hint("each pattern is an argument of its own")
	case pattern == "*":
	case !ok && service != "":
		return usageError("the pattern %q has no service prefix", pattern).hint("write %s:%s", service, pattern)
	case !ok:
		return usageError("the pattern %q has no service prefix", pattern).hint("patterns are written as s3:Get*, or *")
	case prefix == "":
		return usageError("the pattern %q has an empty service prefix", pattern)
	case strings.Contains(name, ":"):
		return usageError("the pattern %q has more than one colon", pattern).hint("patterns are written as s3:Get*")
	case name == "":
		return usageError("the pattern %q has no name behind the colon", pattern).hint("write %s* for all actions of the service", pattern)
	}
	return nil
}

// choose selects the actions that the patterns cover and the flags let through,
// each once, in the order of the catalogue.
func (f *actionsFlags) choose(c *catalog.Catalog, patterns []string) ([]patternItem, []catalog.Action) {
	var items []patternItem
	chosen := map[catalog.Action]bool{}
	for _, pattern := range patterns {
		covered := c.Expand(pattern)
		item := patternItem{Pattern: pattern, Covers: len(covered)}
		for _, x := range covered {
			if f.letsThrough(x) {
				item.Selected++
				chosen[x] = true
			}
		}
		if item.Covers == 0 {
			item.Suggestion = suggestPattern(c, pattern)
		}
		items = append(items, item)
	}
	var selected []catalog.Action
	for x := range c.Actions() {
		if chosen[x] {
			selected = append(selected, x)
		}
	}
	return items, selected
}

func (f *actionsFlags) letsThrough(x catalog.Action) bool {
	return (!f.service.set || strings.EqualFold(x.Service().Prefix(), f.service.text)) &&
		(f.level.value == "" || x.HasAccessLevel(f.level.value)) &&
		(!f.resourceType.set || slices.ContainsFunc(x.Resources(), func(use catalog.ResourceUse) bool {
			return strings.EqualFold(use.Type.Name(), f.resourceType.text)
		}))
}

// suggestPattern returns the pattern that one which covers nothing was
// probably meant to be, or "".
func suggestPattern(c *catalog.Catalog, pattern string) string {
	if !strings.ContainsAny(pattern, "*?") {
		near, _ := c.SuggestAction(pattern)
		return near
	}
	prefix, name, _ := strings.Cut(pattern, ":")
	if _, known := c.Service(prefix); !known {
		if near, ok := c.SuggestService(prefix); ok && c.Matches(near+":"+name) {
			return near + ":" + name
		}
		return ""
	}
	stem, ok := strings.CutSuffix(name, "*")
	if !ok || strings.ContainsAny(stem, "*?") {
		return ""
	}
	if near, ok := model.Suggest(stem, stems(c, prefix)); ok {
		return prefix + ":" + near + "*"
	}
	return ""
}

// stems are the beginnings, at the ends of words, of the names of a service's
// actions: Get, GetObject, GetObjectAcl.
func stems(c *catalog.Catalog, prefix string) []string {
	s, _ := c.Service(prefix)
	var all []string
	for x := range s.Actions() {
		_, name, _ := strings.Cut(x.Name(), ":")
		for i, char := range name {
			if i > 0 && 'A' <= char && char <= 'Z' {
				all = append(all, name[:i])
			}
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sayNothingSelected says why a pattern brings no action.
func (a *app) sayNothingSelected(c *catalog.Catalog, f *actionsFlags, item patternItem) {
	if item.Covers == 0 {
		hint := ""
		if item.Suggestion != "" {
			hint = fmt.Sprintf("did you mean %s?", item.Suggestion)
		}
		a.sayUnknown(c, fmt.Sprintf("%q covers no action", item.Pattern), hint)
		return
	}
	var wanted []string
	if f.service.set {
		wanted = append(wanted, "of the service "+f.service.text)
	}
	if f.level.value != "" {
		wanted = append(wanted, "of the access level "+f.level.value)
	}
	hint := ""
	if f.resourceType.set {
		wanted = append(wanted, fmt.Sprintf("on the resource type %q", f.resourceType.text))
		if near, ok := model.Suggest(f.resourceType.text, typeNames(c.Expand(item.Pattern))); ok {
			hint = fmt.Sprintf("did you mean %s?", near)
		}
	}
	a.sayUnknown(c, fmt.Sprintf("%q covers %s, but none %s", item.Pattern, count(item.Covers, "action"), strings.Join(wanted, " and ")), hint)
}

// typeNames are the names of the resource types that actions take, sorted.
func typeNames(actions []catalog.Action) []string {
	var names []string
	for _, x := range actions {
		for _, use := range x.Resources() {
			names = append(names, use.Type.Name())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sayUnknown says what the catalogue does not hold.
func (a *app) sayUnknown(c *catalog.Catalog, message, hint string) {
	a.say("%s %s\n", a.paintErr(red, "error:"), printable.Text(message+" (catalogue of "+c.Date()+")"))
	if hint != "" {
		a.say("  hint: %s\n", printable.Text(hint))
	}
}

// noSuchService ends a command that asks for a service that does not exist.
func (a *app) noSuchService(c *catalog.Catalog, name string, output *choice, empty any) error {
	a.exit(exitNo)
	hint := ""
	if near, ok := c.SuggestService(name); ok {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	a.sayUnknown(c, fmt.Sprintf("no service has the prefix %q", name), hint)
	if output.value == "json" {
		return a.outputText(jsonText(empty))
	}
	return nil
}
