package main

import (
	"slices"

	"github.com/spf13/cobra"

	"iamsim/model"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
	"iamsim/model/lint"
)

// lintFlags say which findings `validate` reports, and how. A settings file
// may say the same; what the command line says of aws and the catalogue wins.
type lintFlags struct {
	suppress   suppressions
	aws        bool
	awsManaged bool
	catalog    catalogFlag
	// services is the catalogue once it is open; nil for none.
	services *catalog.Catalog
}

func (f *lintFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&f.suppress, "suppress", "leave out warnings of these ids (docs/lint.md); may be repeated")
	flags.BoolVar(&f.aws, "aws", false, "make errors of warnings about what AWS itself refuses to store")
	flags.BoolVar(&f.awsManaged, "aws-managed", false, "also check AWS's own managed policies in exports and policy sets")
	f.catalog.register(cmd)
	f.suppress.complete(cmd, "suppress")
}

// settle joins the flags with the settings file and opens the catalogue.
func (a *app) settle(cmd *cobra.Command, f *lintFlags) error {
	s, err := a.loadSettings()
	if err != nil {
		return err
	}
	f.suppress.ids = append(f.suppress.ids, s.suppress.ids...)
	if !cmd.Flags().Changed("aws") {
		f.aws = s.aws
	}
	if !cmd.Flags().Changed("catalog") && s.catalog != "" {
		f.catalog.path.text = s.catalog
	}
	f.services, err = f.catalog.open()
	return err
}

func (v *validation) linter() *lint.Linter {
	return lint.New(lint.Options{Catalog: v.flags.lint.services, AWS: v.flags.lint.aws})
}

// options are those of reading, with every document shown to the linter.
func (v *validation) options(linter *lint.Linter) inventory.Options {
	o := v.flags.reading.options(v.flags.assume.anyOperatorCase)
	o.AWSManaged, o.Inspect = v.flags.lint.awsManaged, linter.Check
	return o
}

// settled leaves out the suppressed warnings, and with --aws makes errors of
// those that stand for a refusal.
func (v *validation) settled(list []model.Diagnostic) []model.Diagnostic {
	kinds := map[string]model.Finding{}
	for _, kind := range kindsOfFindings() {
		kinds[kind.ID] = kind
	}
	kept := list[:0]
	for _, d := range list {
		kind := kinds[d.ID]
		if slices.Contains(v.flags.lint.suppress.ids, d.ID) && (d.Severity == model.Warning || kind.Severity == model.Warning) {
			v.suppressed++
			continue
		}
		if v.flags.lint.aws && kind.Refused {
			d.Severity = model.Error
		}
		kept = append(kept, d)
	}
	return kept
}
