package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iamsim/scenarios"
)

// The types of this file are pflag.Values.
var (
	_ pflag.Value = (*percentage)(nil)
	_ pflag.Value = (*coverageFile)(nil)
)

// percentage is a flag that takes a number from 0 to 100.
type percentage struct {
	value float64
	set   bool
}

// Set takes the number.
func (p *percentage) Set(text string) error {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value >= 0 && value <= 100) {
		return fmt.Errorf("it is a number from 0 to 100")
	}
	p.value, p.set = value, true
	return nil
}

func (p *percentage) String() string {
	if !p.set {
		return ""
	}
	return strconv.FormatFloat(p.value, 'f', -1, 64)
}

// Type is the word that help shows for the value.
func (p *percentage) Type() string { return "PERCENT" }

// coverageFile is a flag that may stand alone or name a file.
type coverageFile struct {
	on   bool
	file string
}

// alone is what the flag is set to where it names no file.
const alone = "-"

// Set takes the file's name.
func (c *coverageFile) Set(text string) error {
	if text == "" {
		return fmt.Errorf("it must not be empty")
	}
	c.on = true
	if text != alone {
		c.file = text
	}
	return nil
}

func (c *coverageFile) String() string { return c.file }

// Type is the word that help shows for the value.
func (c *coverageFile) Type() string { return "FILE" }

// coverageFlags are those of `test` that ask for coverage.
type coverageFlags struct {
	file    coverageFile
	format  *choice
	minimum percentage
}

func (c *coverageFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(&c.file, "coverage", "report coverage, and with =FILE write it to a file")
	flags.Lookup("coverage").NoOptDefVal = alone
	flags.Var(c.format, "coverage-format", "the form of the coverage file; auto takes lcov for .info and .lcov, json for .json, else text")
	flags.Var(&c.minimum, "cover-min", "fail if fewer statements decide some check; asks for --coverage")
	c.format.complete(cmd)
}

// options are those of the run; nil if no coverage is asked for.
func (c *coverageFlags) options() *scenarios.CoverageOptions {
	if !c.file.on && !c.minimum.set {
		return nil
	}
	return &scenarios.CoverageOptions{Minimum: c.minimum.value}
}

func (c *coverageFlags) check(paths []string) error {
	if c.format.value != "auto" && c.file.file == "" {
		return usageError("--coverage-format is the form of a file, and there is none").hint("name it with --coverage=FILE")
	}
	tracefile := func(name string) bool { return slices.Contains(tracefiles, filepath.Ext(name)) }
	if at := slices.IndexFunc(paths, tracefile); c.file.on && at >= 0 {
		return usageError("%s is no suite", paths[at]).hint("write --coverage=%s, without a space", paths[at])
	}
	return nil
}

var tracefiles = []string{".info", ".lcov"}

// write writes the coverage file, if there is to be one.
func (c *coverageFlags) write(covered *scenarios.Coverage) error {
	if c.file.file == "" || covered == nil {
		return nil
	}
	format := c.format.value
	if format == "auto" {
		switch extension := filepath.Ext(c.file.file); {
		case slices.Contains(tracefiles, extension):
			format = "lcov"
		case extension == ".json":
			format = "json"
		}
	}
	switch format {
	case "lcov":
		return writeFile(c.file.file, covered.WriteLCOV)
	case "json":
		return writeFile(c.file.file, covered.WriteJSON)
	}
	return writeFile(c.file.file, covered.WriteText)
}

// mutationFlags are those of `test` that ask for mutants.
type mutationFlags struct {
	on      bool
	mutants int
	seed    uint64
	minimum percentage
}

// defaultMutants bounds what `test --mutate` tries unless it is told.
const defaultMutants = 1000

func (m *mutationFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&m.on, "mutate", false, "change the policies one step at a time, and report what no scenario notices")
	flags.IntVar(&m.mutants, "mutants", defaultMutants, "the most changes to try; 0 is all")
	flags.Uint64Var(&m.seed, "seed", 1, "chooses the changes where there are more")
	flags.Var(&m.minimum, "mutation-min", "fail if a smaller share of the changes is noticed; asks for --mutate")
}

// options are those of trying mutants; nil if that is not asked for.
func (m *mutationFlags) options() *scenarios.MutationOptions {
	if !m.on && !m.minimum.set {
		return nil
	}
	return &scenarios.MutationOptions{Mutants: m.mutants, Seed: m.seed, Minimum: m.minimum.value}
}

func (m *mutationFlags) check() error {
	if m.mutants < 0 {
		return usageError("--mutants is %d; it cannot be negative", m.mutants)
	}
	return nil
}
