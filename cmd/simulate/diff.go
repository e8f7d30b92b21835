package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
	"iamsim/scenarios"
)

// exitInconclusive: the search could not be finished, and what it did not
// reach may differ.
const exitInconclusive = 3

// scopeFlags narrow a comparison down and bound it.
type scopeFlags struct {
	principals, actions, resources texts
	maxStates                      int
	timeout                        time.Duration
	assume                         assumptions
	catalog                        catalogFlag
	reading                        inputs
}

func (f *scopeFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.principals.word, f.actions.word, f.resources.word = "PRINCIPAL", "ACTION", "RESOURCE"
	flags.Var(&f.principals, "principal", "only principals that the pattern matches, such as role/Admin*; '!' before it leaves them out; may be repeated")
	flags.Var(&f.actions, "action", "only actions that the pattern matches, such as s3:*; '!' before it leaves them out; may be repeated")
	flags.Var(&f.resources, "resource", "only resources that the pattern matches; '!' before it leaves them out; may be repeated")
	flags.IntVar(&f.maxStates, "max-states", 0, fmt.Sprintf("classes of requests looked at for one principal; 0 is %d", diff.DefaultMaxStates))
	flags.DurationVar(&f.timeout, "timeout", 0, "how long to search; 0 is until the end")
	f.reading.registerReading(cmd)
	f.assume.register(cmd)
	f.catalog.register(cmd)
}

func (f *scopeFlags) options() diff.Options {
	return diff.Options{
		Principals: f.principals.list, Actions: f.actions.list, Resources: f.resources.list,
		MaxStates: f.maxStates, Timeout: f.timeout,
	}
}

// evalOptions are those of the engines.
func (f *scopeFlags) evalOptions() (eval.Options, error) {
	o := f.assume.options
	var err error
	o.Catalog, err = f.catalog.open()
	return o, err
}

// diffFlags are the flags of `diff`.
type diffFlags struct {
	scopeFlags
	old, new  texts
	suites    texts
	witnesses int
	exitZero  bool
	failOn    *choice
	output    *choice
}

func (a *app) diffCommand() *cobra.Command {
	f := &diffFlags{output: newChoice("output", "text", "json", "markdown", "github"), failOn: newChoice("fail-on", "opened", "closed", "nothing")}
	cmd := &cobra.Command{
		Use:   "diff --old FILE... --new FILE... [flags]",
		Short: "Tell what a change of policies opened and closed",
		Long: `diff compares two sets of policies and tells which requests change their answer:
what the new set allows and the old one does not (opened), and the reverse
(closed), by principal, in the policies' own patterns, each with a request that
shows it and the statements that decide on either side. It compares what is
effective, over all layers, not the documents: moving statements about changes
nothing. Two single identity-based policy documents may be compared as well.

Inputs are those of -f elsewhere. git:REV stands for the files of the other side,
or those named as arguments, as they are at that revision.

The exit code is 0 if nothing is opened, 1 if something is (with --fail-on closed
also if something is closed), 2 if an input cannot be used, and 3 if the search
could not be finished: then nothing found does not mean that there is nothing.`,
		Example: `  cd policies && simulate diff --old git:main . --suite ../scenarios
  simulate diff --old scenarios/examples/account.json \
      --new scenarios/examples/account.json --new scenarios/examples/organization.yaml --suite scenarios/examples
  simulate diff --old scenarios/examples/account.json --new scenarios/examples/account.json --principal 'role/*' --output json`,
		RunE: func(_ *cobra.Command, args []string) error { return a.diff(f, args) },
	}
	flags := cmd.Flags()
	f.old.word, f.new.word, f.suites.word = "FILE", "FILE", "PATH"
	flags.Var(&f.old, "old", "the policies before the change: a file, a folder, or git:REV; may be repeated")
	flags.Var(&f.new, "new", "the policies after the change; may be repeated")
	flags.Var(&f.suites, "suite", "scenarios to put to both sides: those that change their answer are told first; may be repeated")
	flags.IntVar(&f.witnesses, "witnesses", 1, "requests shown for each region; 0 shows none")
	flags.BoolVar(&f.exitZero, "exit-zero", false, "do not fail because of what is found")
	flags.Var(f.failOn, "fail-on", "what makes the exit code 1: something opened, something opened or closed, or nothing")
	flags.Var(f.output, "output", "the form of the report")
	f.scopeFlags.register(cmd)
	f.output.complete(cmd)
	f.failOn.complete(cmd)
	return cmd
}

func (a *app) diff(f *diffFlags, args []string) error {
	if f.witnesses < 0 || f.maxStates < 0 || f.timeout < 0 {
		return usageError("--witnesses, --max-states and --timeout cannot be negative")
	}
	if len(f.new.list) == 0 {
		f.new.list = args
	}
	if len(f.old.list) == 0 || len(f.new.list) == 0 {
		return usageError("diff compares two sets of policies").hint("name them with --old FILE and --new FILE, or one of them as git:REV")
	}
	options, err := f.evalOptions()
	if err != nil {
		return err
	}
	o := f.scopeFlags.options()
	old, new, err := a.diffSides(f, args, options, &o)
	if err != nil {
		return err
	}
	suites, err := a.readSuites(f)
	if err != nil {
		return err
	}
	_, done := a.progress("comparing")
	result, err := diff.Compare(old, new, o)
	done()
	if err != nil {
		return failed("%s", err)
	}
	r := newDiffReport(result, old, new, suites, f.witnesses)
	if !f.exitZero {
		a.exit(r.exitCode(f.failOn.value))
	}
	switch f.output.value {
	case "json":
		return a.outputText(jsonText(r))
	case "markdown":
		return a.outputText(r.markdown())
	case "github":
		return a.outputText(r.github())
	}
	var b strings.Builder
	a.writeDiff(&b, r)
	return a.outputText(b.String())
}

// readSuites reads the suites of --suite, all of which must be usable.
func (a *app) readSuites(f *diffFlags) ([]*scenarios.Suite, error) {
	var suites []*scenarios.Suite
	var all []model.Diagnostic
	options := scenarios.LoadOptions{Options: f.reading.options(f.assume.anyOperatorCase)}
	for _, name := range f.suites.list {
		found, err := scenarios.Find(inventory.OS(), name)
		if err != nil {
			return nil, failed("%s", err)
		}
		for _, file := range found {
			suite, diagnostics := scenarios.LoadSuite(inventory.OS(), file, options)
			all = append(all, diagnostics...)
			if suite != nil {
				suites = append(suites, suite)
			}
		}
	}
	return suites, a.report(distinct(all), "see all with simulate test")
}

// diffSides reads both sides: two single documents, or two sets.
func (a *app) diffSides(f *diffFlags, args []string, options eval.Options, o *diff.Options) (old, new diff.Side, err error) {
	oldFiles, newFiles, err := sideFiles(f.old.list, f.new.list, args)
	if err != nil {
		return old, new, err
	}
	first, second := a.documentOf(oldFiles), a.documentOf(newFiles)
	if first != nil && second != nil {
		*o = diff.DocumentOptions(*o)
		if old, err = a.documentSide(first, &f.scopeFlags, options); err != nil {
			return old, new, err
		}
		new, err = a.documentSide(second, &f.scopeFlags, options)
		return old, new, err
	}
	if old.Engine, err = a.engineOf(oldFiles, &f.scopeFlags, options); err != nil {
		return old, new, err
	}
	new.Engine, err = a.engineOf(newFiles, &f.scopeFlags, options)
	return old, new, err
}

// sideFile is one input of a side: a file or folder, at a git revision unless that is empty.
type sideFile struct{ revision, name string }

// sideFiles settles what git:REV stands for.
func sideFiles(old, new, args []string) (first, second []sideFile, err error) {
	plain := func(list []string) []string {
		var out []string
		for _, name := range list {
			if !strings.HasPrefix(name, gitPrefix) {
				out = append(out, name)
			}
		}
		return out
	}
	side := func(list, others []string) ([]sideFile, error) {
		var out []sideFile
		for _, name := range list {
			revision, isGit := strings.CutPrefix(name, gitPrefix)
			if !isGit {
				out = append(out, sideFile{name: name})
				continue
			}
			if revision == "" {
				return nil, usageError("%s names no revision", name).hint("write git:main, git:HEAD~1 or git:v1.2")
			}
			files := args
			if len(files) == 0 {
				files = plain(others)
			}
			if len(files) == 0 {
				return nil, usageError("%s of which files?", name).hint("name the files as arguments, such as simulate diff --old git:v1 --new git:v2 policies/")
			}
			for _, file := range files {
				out = append(out, sideFile{revision, file})
			}
		}
		return out, nil
	}
	if first, err = side(old, new); err != nil {
		return nil, nil, err
	}
	second, err = side(new, old)
	return first, second, err
}

// documentOf returns the policy document that is a side's only input; nil if it is something else.
func (a *app) documentOf(files []sideFile) *source.Node {
	if len(files) != 1 || files[0].name == dash {
		return nil
	}
	data, err := files[0].read()
	if err != nil {
		return nil
	}
	node, err := source.Parse(files[0].String(), data)
	if err != nil || node.Get("Statement") == nil {
		return nil
	}
	return node
}

// documentSide makes a side of one document.
func (a *app) documentSide(node *source.Node, f *scopeFlags, options eval.Options) (diff.Side, error) {
	side, err := diff.Documents(node, f.reading.options(f.assume.anyOperatorCase), options)
	if err != nil {
		return side, failed("%s", err)
	}
	return side, nil
}

// engineOf reads one side.
func (a *app) engineOf(files []sideFile, f *scopeFlags, options eval.Options) (*eval.Engine, error) {
	_, done := a.progress("reading the policies")
	inv, diagnostics, err := a.readSide(files, f)
	done()
	if err != nil {
		return nil, err
	}
	if err := a.report(diagnostics, "see all with simulate validate"); err != nil {
		return nil, err
	}
	if inv == nil {
		return nil, failed("the policies cannot be read")
	}
	engine, err := eval.Compile(inv.Snapshot(), options)
	if err != nil {
		return nil, failed("%s", err)
	}
	return engine, nil
}

func (a *app) readSide(files []sideFile, f *scopeFlags) (*inventory.Inventory, []model.Diagnostic, error) {
	revision := files[0].revision
	for _, file := range files {
		if file.revision != revision {
			return nil, nil, usageError("one side is either files or one git revision, not both")
		}
	}
	fsys := inventory.OS()
	if revision != "" {
		var err error
		if fsys, err = gitFiles(revision); err != nil {
			return nil, nil, err
		}
	}
	loader := inventory.NewLoader(fsys, f.reading.options(f.assume.anyOperatorCase))
	for _, file := range files {
		if file.name != dash {
			loader.Add(file.name)
			continue
		}
		data, err := a.readStdin("-")
		if err != nil {
			return nil, nil, err
		}
		loader.AddData(standardInput, data)
	}
	inv, diagnostics := loader.Finish()
	return inv, diagnostics, nil
}
