package main

import (
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"iamsim/model"
	"iamsim/model/inventory"
)

// standardInput is how standard input is called in messages, and dash on the command line.
const (
	standardInput = "<stdin>"
	dash          = "-"
)

// inputs are the flags that say what exists.
type inputs struct {
	files             texts
	lenient, override bool
}

func (in *inputs) register(cmd *cobra.Command) {
	in.files.word = "FILE"
	cmd.Flags().VarP(&in.files, "file", "f", "what exists: an account export, a policy set, a folder of them, or - for standard input; may be repeated")
	in.registerReading(cmd)
}

// registerReading adds the flags that say how documents are read.
func (in *inputs) registerReading(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&in.lenient, "lenient", false, "read on where AWS would have stored a faulty document")
	cmd.Flags().BoolVar(&in.override, "override", false, "let the later of two declarations of an entity win")
}

func (in *inputs) options(anyOperatorCase bool) inventory.Options {
	return inventory.Options{Lenient: in.lenient, Override: in.override, AnyOperatorCase: anyOperatorCase}
}

// load reads the inputs and reports what is wrong with them.
func (a *app) load(in *inputs, anyOperatorCase bool) (*inventory.Snapshot, error) {
	if len(in.files.list) == 0 {
		return nil, usageError("no policies given").hint("name what exists with -f FILE, such as the output of aws iam get-account-authorization-details")
	}
	_, done := a.progress("reading the policies")
	snapshot, diagnostics, err := a.loadSnapshot(in, anyOperatorCase)
	done()
	if err != nil {
		return nil, err
	}
	if err := a.report(diagnostics, "see all with simulate validate"); err != nil {
		return nil, err
	}
	if snapshot == nil {
		return nil, failed("the policies cannot be read")
	}
	return snapshot, nil
}

func (a *app) loadSnapshot(in *inputs, anyOperatorCase bool) (*inventory.Snapshot, []model.Diagnostic, error) {
	loader := inventory.NewLoader(inventory.OS(), in.options(anyOperatorCase))
	if err := a.addInputs(loader, in); err != nil {
		return nil, nil, err
	}
	inv, diagnostics := loader.Finish()
	if inv == nil {
		return nil, diagnostics, nil
	}
	return inv.Snapshot(), diagnostics, nil
}

// addInputs reads the files, and standard input where it is one of them.
func (a *app) addInputs(loader *inventory.Loader, in *inputs) error {
	for _, name := range in.files.list {
		if name != dash {
			loader.Add(name)
			continue
		}
		data, err := a.readStdin("-f -")
		if err != nil {
			return err
		}
		loader.AddData(standardInput, data)
	}
	return nil
}

// readStdin reads standard input for one purpose.
func (a *app) readStdin(purpose string) ([]byte, error) {
	if a.stdinFor != "" {
		return nil, usageError("standard input can be read only once; it is asked for by %s and by %s", a.stdinFor, purpose)
	}
	a.stdinFor = purpose
	data, err := io.ReadAll(a.stdin)
	if err != nil {
		return nil, failed("standard input cannot be read: %s", err)
	}
	return data, nil
}

// readFile reads a file, or standard input if it is named "-"; called is the
// name for messages.
func (a *app) readFile(name, purpose string) (data []byte, called string, err error) {
	if name == dash {
		data, err = a.readStdin(purpose)
		return data, standardInput, err
	}
	data, err = fs.ReadFile(inventory.OS(), name)
	if err != nil {
		return nil, name, failed("%s cannot be read: %s", name, pathless(err))
	}
	return data, name, nil
}

// pathless is the text of a file error without the path, which the message names already.
func pathless(err error) string {
	if at, ok := err.(*fs.PathError); ok {
		return at.Err.Error()
	}
	return err.Error()
}
