package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/signal"
	"path"
	"path/filepath"

	"github.com/spf13/cobra"

	"iamsim/model"
	"iamsim/model/inventory"
	"iamsim/scenarios"
)

// snapshotFlags are the flags of `snapshot`.
type snapshotFlags struct {
	in                                    inputs
	assume                                assumptions
	catalog                               catalogFlag
	principals, actions, resources, suite texts
	out                                   once
	parallel                              int
}

func (a *app) snapshotCommand() *cobra.Command {
	f := &snapshotFlags{
		principals: texts{word: "PATTERN"}, actions: texts{word: "PATTERN"}, resources: texts{word: "PATTERN"},
		suite: texts{word: "PATH"}, out: once{word: "FILE"},
	}
	cmd := &cobra.Command{
		Use:   "snapshot -f FILE...",
		Short: "Write down who may do what, to compare with later",
		Long: `snapshot asks every principal for every action on every resource that the
action takes, without a context, and writes the answers to a file, sorted, one a
line. Kept beside the policies, the file shows in a review what a change of them
opens and closes; simulate test --snapshot FILE compares, and with --update
writes the file again.

Actions are chosen by --action, principals and resources by --principal and
--resource; whatever is not chosen is taken from the scenarios of --suite or,
without suites, is every user and role and every declared resource. The files
are kept in the snapshot by names relative to its folder.

The exit code is 0, or 2 if something cannot be read or asked.`,
		Example: `  simulate snapshot -f scenarios/examples/account.json -f scenarios/examples/organization.yaml \
      --action s3:PutObject --action 's3:Delete*' --resource arn:aws:s3:::artifacts/app.zip > access.golden
  simulate snapshot -f account.json --suite suites/ --principal 'role/*' --out access.golden`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.snapshot(f) },
	}
	flags := cmd.Flags()
	f.in.register(cmd)
	flags.Var(&f.principals, "principal", "a principal, or a pattern of user and role ARNs such as 'role/*'; '!PATTERN' leaves out; may be repeated")
	flags.Var(&f.actions, "action", "an action, or a pattern of those that the catalogue knows; may be repeated")
	flags.Var(&f.resources, "resource", "an ARN, '*', or a pattern of declared resources; may be repeated")
	flags.Var(&f.suite, "suite", "a suite, or a folder of them, whose scenarios say what is asked; may be repeated")
	flags.Var(&f.out, "out", "the file to write; standard output if left out")
	flags.IntVar(&f.parallel, "parallel", 0, "principals asked at a time; 0 is one a processor")
	f.assume.register(cmd)
	f.catalog.register(cmd)
	return cmd
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError("%q is no argument that the command takes", args[0])
	}
	return nil
}

func (a *app) snapshot(f *snapshotFlags) error {
	switch {
	case len(f.in.files.list) == 0:
		return usageError("no policies given").hint("name what exists with -f FILE")
	case len(f.actions.list)+len(f.suite.list) == 0:
		return usageError("no action is chosen").hint("name actions with --action, or suites with --suite")
	case f.parallel < 0:
		return usageError("--parallel is %d; it cannot be negative", f.parallel)
	}
	m := scenarios.Matrix{Principals: f.principals.list, Actions: f.actions.list, Resources: f.resources.list}
	dir := "."
	if f.out.set {
		dir = filepath.Dir(f.out.text)
	}
	for _, list := range []struct {
		given []string
		into  *[]string
	}{{f.in.files.list, &m.Files}, {f.suite.list, &m.Suites}} {
		for _, name := range list.given {
			if name == dash {
				return usageError("a snapshot names the files that it is of; standard input has no name")
			}
			*list.into = append(*list.into, relativeTo(dir, name))
		}
	}
	o, err := snapshotOptions(&f.in, &f.assume, &f.catalog, f.parallel)
	if err != nil {
		return err
	}
	interruptible, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var done func()
	o.Progress, done = a.progress("asking principals")
	taken, found := m.Take(interruptible, inventory.OS(), filepath.ToSlash(dir), o)
	done()
	if err := a.report(distinct(found), "see all with simulate validate"); err != nil {
		return err
	}
	if !f.out.set {
		return a.output(taken.Write)
	}
	return writeFile(f.out.text, taken.Write)
}

func snapshotOptions(in *inputs, assume *assumptions, catalog *catalogFlag, parallel int) (scenarios.SnapshotOptions, error) {
	o := scenarios.SnapshotOptions{
		LoadOptions: scenarios.LoadOptions{Options: in.options(assume.anyOperatorCase)},
		EvalOptions: assume.options, Parallel: parallel,
	}
	var err error
	o.EvalOptions.Catalog, err = catalog.open()
	return o, err
}

// relativeTo returns the name of a file as seen from a folder, with slashes;
// the absolute one where the two have no common root.
func relativeTo(dir, name string) string {
	from, err := filepath.Abs(dir)
	if err != nil {
		return filepath.ToSlash(name)
	}
	to, err := filepath.Abs(name)
	if err != nil {
		return filepath.ToSlash(name)
	}
	if near, err := filepath.Rel(from, to); err == nil {
		return filepath.ToSlash(near)
	}
	return filepath.ToSlash(to)
}

// writeFile writes a file whole, or leaves the one that stands there.
func writeFile(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return failed("%s cannot be written: %s", name, err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
		return failed("%s cannot be written: %s", name, pathless(err))
	}
	return nil
}

// compareSnapshots compares the snapshots of `test` and, if it is to, writes them again.
func (a *app) compareSnapshots(ctx context.Context, f *testFlags, report *scenarios.Report) ([]model.Diagnostic, error) {
	var warnings []model.Diagnostic
	for _, name := range f.snapshots.list {
		o, err := snapshotOptions(&f.reading, &f.assume, &f.catalog, f.parallel)
		if err != nil {
			return nil, err
		}
		var done func()
		o.Progress, done = a.progress("asking for " + name)
		result, taken, found := scenarios.CheckSnapshot(ctx, inventory.OS(), path.Clean(filepath.ToSlash(name)), o)
		done()
		warnings = append(warnings, found...)
		if f.update && taken != nil && len(result.Changes) > 0 {
			if err := writeFile(name, taken.Write); err != nil {
				return nil, err
			}
			result.Updated = true
		}
		report.AddSnapshot(result)
	}
	return warnings, nil
}
