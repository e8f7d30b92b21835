package scenarios

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// SnapshotOptions tell how a snapshot's files are read and its requests decided.
type SnapshotOptions struct {
	LoadOptions
	EvalOptions eval.Options
	// Parallel and Progress are as in RunOptions.
	Parallel int
	Progress func(done, total int)
}

// Take loads what a matrix names, relative to a folder, and puts its requests.
// The snapshot is nil if one of the diagnostics is an error.
func (m *Matrix) Take(ctx context.Context, files fs.FS, dir string, o SnapshotOptions) (*AccessSnapshot, []model.Diagnostic) {
	in := func(name string) string {
		if path.IsAbs(name) {
			return path.Clean(name)
		}
		return path.Join(dir, name)
	}
	loader := inventory.NewLoader(files, o.Options)
	for _, name := range m.Files {
		loader.Add(in(name))
	}
	inv, found := loader.Finish()
	var suites []*Suite
	for _, name := range m.Suites {
		list, err := Find(files, in(name))
		if err != nil {
			found = append(found, failure(err)...)
		}
		for _, file := range list {
			suite, diagnostics := LoadSuite(files, file, o.LoadOptions)
			found = append(found, diagnostics...)
			suites = append(suites, suite)
		}
	}
	if inv == nil || model.HasErrors(found) {
		return nil, found
	}
	engine, err := eval.Compile(inv.Snapshot(), o.EvalOptions)
	if err != nil {
		return nil, append(found, failure(err)...)
	}
	lines, err := m.Answers(ctx, engine, suites, o.Parallel, o.Progress)
	if err != nil {
		return nil, append(found, failure(err)...)
	}
	return &AccessSnapshot{Matrix: *m, Lines: lines}, found
}

func failure(err error) []model.Diagnostic {
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) {
		return []model.Diagnostic{{Severity: model.Error, ID: findingUnreadable, Message: err.Error()}}
	}
	var list []model.Diagnostic
	for _, one := range several.Unwrap() {
		list = append(list, failure(one)...)
	}
	return list
}

// CheckSnapshot reads the file of a snapshot and compares it with what its
// policies answer. taken is what they do answer, nil if the result has errors.
// warnings are those of reading the policies.
func CheckSnapshot(ctx context.Context, files fs.FS, name string, o SnapshotOptions) (result SnapshotResult, taken *AccessSnapshot, warnings []model.Diagnostic) {
	result = SnapshotResult{File: name, Changes: []AccessChange{}}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		result.Errors = []string{name + ": " + plainError(err)}
		return result, nil, nil
	}
	kept, found := ReadAccessSnapshot(name, data)
	if kept == nil {
		result.Errors = messages(found)
		return result, nil, nil
	}
	taken, found = kept.Take(ctx, files, path.Dir(name), o)
	for _, d := range found {
		if d.Severity == model.Warning {
			warnings = append(warnings, d)
		}
	}
	if taken == nil {
		result.Errors = messages(errorsOf(found))
		return result, nil, warnings
	}
	result.Answers, result.Changes = len(taken.Lines), kept.Compare(taken.Lines)
	return result, taken, warnings
}
