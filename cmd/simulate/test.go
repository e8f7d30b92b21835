package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path"
	"regexp"

	"github.com/spf13/cobra"

	"iamsim/model"
	"iamsim/model/inventory"
	"iamsim/scenarios"
)

// testFlags are the flags of `test`.
type testFlags struct {
	reading  inputs
	assume   assumptions
	catalog  catalogFlag
	run      pattern
	verbose  bool
	failFast bool
	parallel int
	output   *choice
	coverage coverageFlags
	mutation mutationFlags
	// snapshots are compared; update writes them again.
	snapshots texts
	update    bool
}

// pattern is a flag that takes a regular expression.
type pattern struct{ expression *regexp.Regexp }

// Set compiles the expression.
func (p *pattern) Set(text string) error {
	expression, err := regexp.Compile(text)
	if err != nil {
		return err
	}
	p.expression = expression
	return nil
}

func (p *pattern) String() string {
	if p.expression == nil {
		return ""
	}
	return p.expression.String()
}

// Type is the word that help shows for the value.
func (p *pattern) Type() string { return "REGEXP" }

func (a *app) testCommand() *cobra.Command {
	f := &testFlags{
		output:    newChoice("output", "text", "json", "junit", "tap", "github", "markdown"),
		coverage:  coverageFlags{format: newChoice("coverage-format", "auto", "text", "lcov", "json")},
		snapshots: texts{word: "FILE"},
	}
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run scenario suites",
		Long: `test runs scenario suites: files, or folders of them. Of a folder every .yaml,
.yml and .json file below it that has the field "scenarios" is a suite.

--coverage tells which statements of the suites' policies no scenario evaluated,
which matched without deciding, and which decided; --mutate changes the policies
one step at a time and tells which changes no scenario notices, each with a
scenario that would; --snapshot compares the answers that simulate snapshot
wrote down.

The exit code is 0 if all checks and snapshots hold, 1 if some do not or
--cover-min or --mutation-min is not reached, and 2 if a suite could not be run,
a question that should have an answer has none, or nothing was checked.`,
		Example: `  simulate test scenarios/examples
  simulate test scenarios/examples/quickstart.yaml --run 'boundary|organization' -v
  simulate test scenarios/examples --output junit > report.xml
  simulate test scenarios/examples --coverage --cover-min 70
  simulate test scenarios/examples --mutate --mutants 20
  simulate test --snapshot scenarios/examples/access.golden`,
		RunE: func(_ *cobra.Command, args []string) error { return a.test(f, args) },
	}
	flags := cmd.Flags()
	flags.Var(&f.run, "run", "run only scenarios whose name, or suite/name, matches")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "list the checks that hold as well")
	flags.BoolVar(&f.failFast, "fail-fast", false, "stop at the first scenario that does not pass")
	flags.IntVar(&f.parallel, "parallel", 0, "scenarios run at a time; 0 is one a processor")
	flags.Var(f.output, "output", "the form of the report")
	flags.Var(&f.snapshots, "snapshot", "compare the answers of a file that simulate snapshot wrote; may be repeated")
	flags.BoolVar(&f.update, "update", false, "write the snapshots again with the answers as they are")
	f.coverage.register(cmd)
	f.mutation.register(cmd)
	f.reading.registerReading(cmd)
	f.assume.register(cmd)
	f.catalog.register(cmd)
	f.output.complete(cmd)
	return cmd
}

func (a *app) test(f *testFlags, paths []string) error {
	if err := f.check(paths); err != nil {
		return err
	}
	options := f.assume.options
	var err error
	if options.Catalog, err = f.catalog.open(); err != nil {
		return err
	}
	suites, warnings := a.loadSuites(f, paths)

	interruptible, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	tell, done := a.progress("running scenarios")
	run := scenarios.RunOptions{
		Run: f.run.expression, FailFast: f.failFast, Parallel: f.parallel,
		EvalOptions: options, Progress: tell, Coverage: f.coverage.options(),
	}
	report := scenarios.Run(interruptible, suites, run)
	done()
	found, err := a.compareSnapshots(interruptible, f, report)
	if err != nil {
		return err
	}
	// The reports tell the errors; here are only warnings.
	_ = a.report(distinct(append(warnings, found...)), "see all with simulate validate")
	if o := f.mutation.options(); o != nil {
		var done func()
		o.Progress, done = a.progress("trying mutants")
		report.SetMutation(scenarios.Mutate(interruptible, suites, run, *o))
		done()
	}
	a.exit(report.ExitCode())
	if err := f.coverage.write(report.Coverage); err != nil {
		return err
	}
	return a.output(func(w io.Writer) error {
		switch f.output.value {
		case "json":
			return report.WriteJSON(w)
		case "junit":
			return report.WriteJUnit(w)
		case "tap":
			return report.WriteTAP(w)
		case "github":
			return report.WriteGitHub(w)
		case "markdown":
			return report.WriteMarkdown(w)
		}
		return report.WriteText(w, scenarios.TextOptions{Verbose: f.verbose})
	})
}

// check refuses flags that do not go together.
func (f *testFlags) check(paths []string) error {
	switch {
	case len(paths) == 0 && len(f.snapshots.list) == 0:
		return usageError("no suite given").hint("name suites, or folders of them, such as scenarios/")
	case f.parallel < 0:
		return usageError("--parallel is %d; it cannot be negative", f.parallel)
	case f.update && len(f.snapshots.list) == 0:
		return usageError("--update writes snapshots again, and there is none").hint("name it with --snapshot FILE")
	case len(paths) == 0 && (f.coverage.options() != nil || f.mutation.options() != nil):
		return usageError("no suite given").hint("coverage and mutants are of suites' policies")
	}
	if err := f.coverage.check(paths); err != nil {
		return err
	}
	return f.mutation.check()
}

// loadSuites finds and loads the suites, in the order of the paths. A path or
// a suite that cannot be read stands among them as a broken suite, so that
// every report tells of it.
func (a *app) loadSuites(f *testFlags, paths []string) ([]*scenarios.Suite, []model.Diagnostic) {
	var suites []*scenarios.Suite
	var warnings []model.Diagnostic
	seen := map[string]bool{}
	tell, done := a.progress("reading suites")
	defer done()
	options := scenarios.LoadOptions{Options: f.reading.options(f.assume.anyOperatorCase)}
	for _, name := range paths {
		found, err := scenarios.Find(inventory.OS(), name)
		if err != nil {
			suites = append(suites, scenarios.Broken(path.Clean(name), lines(err)))
		}
		for i, file := range found {
			if seen[file] {
				continue
			}
			seen[file] = true
			suite, diagnostics := scenarios.LoadSuite(inventory.OS(), file, options)
			if suite == nil {
				suite = scenarios.Broken(file, diagnostics)
			}
			suites = append(suites, suite)
			for _, d := range diagnostics {
				if d.Severity == model.Warning {
					warnings = append(warnings, d)
				}
			}
			tell(i+1, len(found))
		}
	}
	return suites, warnings
}

// lines returns the errors that an error joins as diagnostics.
func lines(err error) []model.Diagnostic {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var list []model.Diagnostic
		for _, one := range joined.Unwrap() {
			list = append(list, lines(one)...)
		}
		return list
	}
	return []model.Diagnostic{{ID: "suite-unreadable", Message: err.Error()}}
}
