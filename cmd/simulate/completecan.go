package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/conditions"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// completeArguments offers callers of the files that the command line names so
// far, then actions, then resources of those files and the formats of ARNs
// that fit the actions.
func (f *canFlags) completeArguments(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return callerWords(f.completionSnapshot(f.assume.anyOperatorCase)), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return completeActionList(completionCatalog(cmd), typed)
	}
	return resourceWords(f.completionSnapshot(f.assume.anyOperatorCase), completionCatalog(cmd), actionList(args), typed)
}

// actionList are the actions of a command line of `can`.
func actionList(args []string) []string {
	if len(args) < 2 {
		return nil
	}
	actions := strings.Split(args[1], ",")
	for i := range actions {
		actions[i] = strings.TrimSpace(actions[i])
	}
	return actions
}

// completeActionList completes the last of actions separated by commas.
func completeActionList(c *catalog.Catalog, typed string) ([]string, cobra.ShellCompDirective) {
	last := strings.LastIndexByte(typed, ',') + 1
	words, directive := actionWords(c, typed[last:])
	for i := range words {
		words[i] = typed[:last] + words[i]
	}
	return words, directive
}

// resourceWords offers the declared resources and how ARNs that fit the actions begin.
func resourceWords(s *inventory.Snapshot, c *catalog.Catalog, actions []string, typed string) ([]string, cobra.ShellCompDirective) {
	var words []string
	known := arnValues{"${Partition}": nil, "${Account}": nil}
	if s != nil {
		for r := range s.Resources() {
			words = append(words, described(r.ARN, "account "+r.Account))
			known.addPartition(r.ARN)
		}
		for p := range s.Principals() {
			known.addPartition(p.ARN)
		}
		for _, account := range s.Accounts() {
			known.add("${Account}", account.ID)
		}
	}
	if len(known["${Partition}"]) == 0 {
		known.add("${Partition}", "aws")
	}
	formats := formatWords(c, actions, known, typed)
	if len(formats) == 0 {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
	return append(words, formats...), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// formatWords offers how an ARN that one of the actions takes may go on.
func formatWords(c *catalog.Catalog, actions []string, known arnValues, typed string) []string {
	if c == nil {
		return nil
	}
	var order []string
	types := map[string][]string{}
	for _, name := range actions {
		x, ok := c.Action(name)
		if !ok {
			continue
		}
		for _, use := range x.Resources() {
			for format := range strings.SplitSeq(use.Type.ARNFormat(), ", ") {
				for _, word := range known.goOn(format, typed) {
					if types[word] == nil {
						order = append(order, word)
					}
					if !slices.Contains(types[word], use.Type.Name()) {
						types[word] = append(types[word], use.Type.Name())
					}
				}
			}
		}
	}
	for i, word := range order {
		order[i] = described(word, shortened(types[word]))
	}
	return order
}

// arnValues are the values that a placeholder of an ARN format may have.
type arnValues map[string][]string

func (v arnValues) add(placeholder, value string) {
	if !slices.Contains(v[placeholder], value) {
		v[placeholder] = append(v[placeholder], value)
	}
}

func (v arnValues) addPartition(arn string) {
	if rest, ok := strings.CutPrefix(arn, "arn:"); ok {
		partition, _, _ := strings.Cut(rest, ":")
		v.add("${Partition}", partition)
	}
}

// goOn returns the texts that begin with what is typed and go on as the format
// does, up to the next place whose value is not known.
func (v arnValues) goOn(format, typed string) []string {
	const fieldsOfARN = 6
	fields, have := strings.SplitN(format, ":", fieldsOfARN), strings.SplitN(typed, ":", fieldsOfARN)
	if len(fields) < fieldsOfARN {
		return nil
	}
	last := len(have) - 1
	for i := range last {
		if !isOpen(fields[i]) && fields[i] != have[i] {
			return nil
		}
	}
	words := v.extend(typed[:len(typed)-len(have[last])], fields[last:], have[last])
	return slices.DeleteFunc(words, func(word string) bool { return word == typed })
}

// extend goes on behind the fields that are complete; partial is what is typed
// of the first of the rest.
func (v arnValues) extend(done string, fields []string, partial string) []string {
	field := fields[0]
	if len(fields) == 1 {
		if i := strings.IndexAny(field, "$*"); i >= 0 {
			field = field[:i]
		}
		if !strings.HasPrefix(field, partial) {
			return nil
		}
		return []string{done + field}
	}
	options := []string{field}
	if isOpen(field) {
		options = v[field]
		if len(options) == 0 && partial == "" {
			return []string{done}
		}
	}
	var words []string
	for _, option := range options {
		if strings.HasPrefix(option, partial) {
			words = append(words, v.extend(done+option+":", fields[1:], "")...)
		}
	}
	return words
}

// isOpen reports whether a field of an ARN format stands for several texts.
func isOpen(field string) bool { return strings.ContainsAny(field, "$*") }

// completeContext registers the completion of the flags that name condition keys.
func completeContext(cmd *cobra.Command) {
	completeFlag(cmd, "context", func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		return contextPairs(completionCatalog(cmd), actionList(args), typed)
	})
	completeFlag(cmd, "context-absent", func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		words := contextWords(completionCatalog(cmd), actionList(args), typed, "")
		if len(words) == 1 && strings.Contains(words[0], "/\t") {
			return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}

// contextPairs offers keys with their equals sign, and behind it their values.
func contextPairs(c *catalog.Catalog, actions []string, typed string) ([]string, cobra.ShellCompDirective) {
	if name, value, ok := strings.Cut(typed, "="); ok {
		return valueWords(c, name, value), cobra.ShellCompDirectiveNoFileComp
	}
	return contextWords(c, actions, typed, "="), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// valueWords offers the values of a key of which there are few.
func valueWords(c *catalog.Catalog, name, typed string) []string {
	if c == nil {
		return nil
	}
	key, ok := c.Key(name)
	if !ok || key.Type() != conditions.Bool {
		return nil
	}
	var words []string
	for _, value := range []string{"true", "false"} {
		if strings.HasPrefix(value, typed) {
			words = append(words, name+"="+value)
		}
	}
	return words
}
