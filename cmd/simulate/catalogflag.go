package main

import (
	"github.com/spf13/cobra"

	"iamsim/model/catalog"
)

// catalogFlag chooses the action catalogue that questions are answered with.
type catalogFlag struct{ path once }

// noCatalog answers without a catalogue: every action is taken to support the resource it is asked on (B21).
const noCatalog = "none"

func (f *catalogFlag) register(cmd *cobra.Command) {
	f.path.word = "FILE|none"
	cmd.Flags().Var(&f.path, "catalog", "an action catalogue other than the built-in one, or none")
}

// open returns the catalogue; nil for none.
func (f *catalogFlag) open() (*catalog.Catalog, error) {
	if f.path.text == noCatalog {
		return nil, nil
	}
	return openCatalog(f.path.text)
}
