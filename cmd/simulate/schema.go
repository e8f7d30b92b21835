package main

import (
	"strings"

	"github.com/spf13/cobra"

	"iamsim/eval/batch"
	"iamsim/model/inventory"
	"iamsim/scenarios"
)

// schemas are the formats that `schema` describes.
var schemas = []struct {
	name string
	make func() map[string]any
}{
	{"policy-set", inventory.PolicySetSchema},
	{"suite", scenarios.SuiteSchema},
	{"request", batch.RequestSchema},
	{"decision", batch.DecisionSchema},
}

func (a *app) schemaCommand() *cobra.Command {
	var names []string
	for _, s := range schemas {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "schema " + strings.Join(names, "|"),
		Short: "Print the JSON Schema of a file format, for editors",
		Example: `  simulate schema suite > suite.schema.json
  simulate schema policy-set > policy-set.schema.json`,
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("schema takes one format").hint("known are %s", strings.Join(names, ", "))
			}
			for _, s := range schemas {
				if s.name == args[0] {
					return a.outputText(jsonText(s.make()))
				}
			}
			return suggesting(usageError("there is no schema %q", args[0]), args[0], names)
		},
	}
}
