package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/conditions"
	"iamsim/internal/printable"
	"iamsim/model/catalog"
)

// completer offers the words that what is typed may become.
type completer = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

func completeFlag(cmd *cobra.Command, flag string, offer completer) {
	if err := cmd.RegisterFlagCompletionFunc(flag, offer); err != nil {
		panic("simulate: " + err.Error())
	}
}

// completionCatalog is the catalogue that the command line asks for; nil where
// it asks for none, or for one that cannot be read.
func completionCatalog(cmd *cobra.Command) *catalog.Catalog {
	path := ""
	if flag := cmd.Flag("catalog"); flag != nil {
		path = flag.Value.String()
	}
	if path == noCatalog {
		return nil
	}
	c, err := openCatalog(path)
	if err != nil {
		return nil
	}
	return c
}

// described is a word with a description that stays on its line.
func described(word, description string) string {
	return word + "\t" + printable.Text(description)
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// completePatterns offers actions for arguments that are patterns.
func completePatterns(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return actionWords(completionCatalog(cmd), typed)
}

// actionWords offers services, with their colon, and behind it their actions.
func actionWords(c *catalog.Catalog, typed string) ([]string, cobra.ShellCompDirective) {
	if c == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	prefix, name, ok := strings.Cut(typed, ":")
	if !ok {
		words := serviceWords(c, typed, ":")
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	var words []string
	if s, known := c.Service(prefix); known {
		for x := range s.Actions() {
			if hasPrefixFold(x.Name(), s.Prefix()+":"+name) {
				words = append(words, described(x.Name(), strings.Join(x.AccessLevels(), ", ")))
			}
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

func serviceWords(c *catalog.Catalog, typed, suffix string) []string {
	var words []string
	for s := range c.Services() {
		if s.NumActions() > 0 && hasPrefixFold(s.Prefix(), typed) {
			words = append(words, described(s.Prefix()+suffix, s.Name()))
		}
	}
	return words
}

// completeServices offers the prefixes of services.
func completeServices(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	c := completionCatalog(cmd)
	if c == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return serviceWords(c, typed, ""), cobra.ShellCompDirectiveNoFileComp
}

// completeResourceTypes offers the resource types of the actions that the
// patterns so far cover, of all actions without any.
func completeResourceTypes(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	c := completionCatalog(cmd)
	if c == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if service := cmd.Flag("service").Value.String(); len(args) == 0 && service != "" {
		args = []string{service + ":*"}
	} else if len(args) == 0 {
		args = []string{"*"}
	}
	var words []string
	for _, pattern := range args {
		for _, name := range typeNames(c.Expand(pattern)) {
			if hasPrefixFold(name, typed) {
				words = append(words, name)
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words), cobra.ShellCompDirectiveNoFileComp
}

// contextWords offers the condition keys that requests of the actions may
// carry, each with the suffix. A key whose name goes on as the policy likes is
// offered up to there.
func contextWords(c *catalog.Catalog, actions []string, typed, suffix string) []string {
	var words []string
	seen := map[string]bool{}
	offer := func(key catalog.Key) {
		word, ending := key.Name(), suffix
		if i := strings.IndexAny(word, "$<"); i >= 0 {
			word, ending = word[:i], ""
		}
		if folded := conditions.FoldKey(word); !seen[folded] && hasPrefixFold(word, typed) {
			seen[folded] = true
			words = append(words, described(word+ending, keyDescription(key)))
		}
	}
	for _, key := range catalog.GlobalKeys() {
		offer(key)
	}
	for _, name := range actions {
		if c == nil {
			break
		}
		x, ok := c.Action(name)
		if !ok {
			continue
		}
		own, ofTypes := actionKeys(c, x)
		for _, key := range own {
			offer(key)
		}
		for _, key := range ofTypes {
			offer(key.Key)
		}
	}
	return words
}

func keyDescription(key catalog.Key) string {
	text := key.Type().String()
	if key.Multivalued() {
		text += ", several values"
	}
	if info, ok := conditions.LookupKey(key.Name()); ok {
		text += ": " + info.PresentWhen
	}
	return text
}
