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
	f := &testFlags{output: newChoice("output", "text", "json", "junit", "tap")}
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run scenario suites",
		Long: `test runs scenario suites: files, or folders of them. Of a folder every .yaml,
.yml and .json file below it that has the field "scenarios" is a suite.

The exit code is 0 if all checks hold, 1 if some do not, and 2 if a suite could
not be run, a question that should have an answer has none, or nothing was checked.`,
		Example: `  simulate test scenarios/examples
  simulate test scenarios/examples/quickstart.yaml --run 'boundary|organization' -v
  simulate test scenarios/examples --output junit > report.xml`,
		RunE: func(_ *cobra.Command, args []string) error { return a.test(f, args) },
	}
	flags := cmd.Flags()
	flags.Var(&f.run, "run", "run only scenarios whose name, or suite/name, matches")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "list the checks that hold as well")
	flags.BoolVar(&f.failFast, "fail-fast", false, "stop at the first scenario that does not pass")
	flags.IntVar(&f.parallel, "parallel", 0, "scenarios run at a time; 0 is one a processor")
	flags.Var(f.output, "output", "the form of the report")
	f.reading.registerReading(cmd)
	f.assume.register(cmd)
	f.catalog.register(cmd)
	f.output.complete(cmd)
	return cmd
}

func (a *app) test(f *testFlags, paths []string) error {
	if len(paths) == 0 {
		return usageError("no suite given").hint("name suites, or folders of them, such as scenarios/")
	}
	if f.parallel < 0 {
		return usageError("--parallel is %d; it cannot be negative", f.parallel)
	}
	options := f.assume.options
	var err error
	if options.Catalog, err = f.catalog.open(); err != nil {
		return err
	}
	suites, warnings := a.loadSuites(f, paths)
	// The reports tell the errors; here are only warnings.
	_ = a.report(warnings, "see all with simulate validate")

	interruptible, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	tell, done := a.progress("running scenarios")
	report := scenarios.Run(interruptible, suites, scenarios.RunOptions{
		Run: f.run.expression, FailFast: f.failFast, Parallel: f.parallel,
		EvalOptions: options, Progress: tell,
	})
	done()
	a.exit(report.ExitCode())
	return a.output(func(w io.Writer) error {
		switch f.output.value {
		case "json":
			return report.WriteJSON(w)
		case "junit":
			return report.WriteJUnit(w)
		case "tap":
			return report.WriteTAP(w)
		}
		return report.WriteText(w, scenarios.TextOptions{Verbose: f.verbose})
	})
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
	return suites, distinct(warnings)
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
