package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iamsim/model"
)

var _ pflag.Value = (*suppressions)(nil)

// suppressions are the ids of findings that are left out of a report; as a
// flag it takes several at once, joined by commas, and may be repeated.
type suppressions struct{ ids []string }

// Set takes ids.
func (s *suppressions) Set(text string) error {
	for id := range strings.SplitSeq(text, ",") {
		if err := s.add(strings.TrimSpace(id)); err != nil {
			return err
		}
	}
	return nil
}

// add takes one id. What keeps a document from being evaluated is no matter of
// taste and cannot be left out.
func (s *suppressions) add(id string) error {
	kinds := kindsOfFindings()
	var known []string
	for _, kind := range kinds {
		if kind.ID == id && !suppressible(kind) {
			return fmt.Errorf("%s is an error, and only warnings can be suppressed", id)
		}
		if kind.ID == id {
			s.ids = append(s.ids, id)
			return nil
		}
		if suppressible(kind) {
			known = append(known, kind.ID)
		}
	}
	if near, ok := model.Suggest(id, known); ok {
		return fmt.Errorf("there is no finding %q; did you mean %s?", id, near)
	}
	return fmt.Errorf("there is no finding %q; docs/lint.md lists them", id)
}

func suppressible(kind model.Finding) bool { return kind.Severity == model.Warning || kind.Lenient }

func (s *suppressions) String() string { return strings.Join(s.ids, ",") }

// Type is the word that help shows for the value.
func (s *suppressions) Type() string { return "ID[,ID...]" }

// complete offers the ids to shells.
func (s *suppressions) complete(cmd *cobra.Command, flag string) {
	var words []string
	for _, kind := range kindsOfFindings() {
		if suppressible(kind) {
			words = append(words, kind.ID+"\t"+kind.Text)
		}
	}
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("simulate: " + err.Error())
	}
}
