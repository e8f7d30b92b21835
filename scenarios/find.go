package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"iamsim/internal/source"
)

// Find returns the suites that files and folders hold, in the order of the
// paths, those of a folder sorted by path and each only once. Of a folder and
// its subfolders every .yaml, .yml and .json file that has the field
// "scenarios" is a suite, and other documents are passed over.
//
// A file named by itself that is not a suite, a file that cannot be parsed, a
// folder without suites and a path that does not exist are errors; all of them
// are reported, joined, along with the suites that were found.
func Find(files fs.FS, paths ...string) ([]string, error) {
	if len(paths) == 0 {
		return nil, errors.New("no suite given: name files or folders")
	}
	var found []string
	var faults []error
	for _, name := range paths {
		list, err := find(files, path.Clean(name))
		if err != nil {
			faults = append(faults, err)
		}
		for _, file := range list {
			if !slices.Contains(found, file) {
				found = append(found, file)
			}
		}
	}
	return found, errors.Join(faults...)
}

func find(files fs.FS, name string) ([]string, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", name, plainError(err))
	}
	if info.IsDir() {
		return findBelow(files, name)
	}
	documents, err := parseFile(files, name)
	if err != nil {
		return nil, err
	}
	if len(documents) != 1 || !isSuite(documents[0]) {
		why := fmt.Sprintf("it holds %d documents", len(documents))
		if len(documents) == 1 {
			why = describe(documents[0])
		}
		return nil, fmt.Errorf("%s: this is not a scenario suite: %s", name, why)
	}
	return []string{name}, nil
}

func findBelow(files fs.FS, folder string) ([]string, error) {
	var found []string
	var faults []error
	err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("%s: %s", name, plainError(err)))
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)):
			return nil
		}
		documents, err := parseFile(files, name)
		if err != nil {
			faults = append(faults, err)
		}
		if slices.ContainsFunc(documents, isSuite) {
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		faults = append(faults, err)
	}
	if len(found) == 0 && len(faults) == 0 {
		faults = append(faults, fmt.Errorf("%s: no scenario suite in this folder: a suite is a .yaml, .yml or .json file with the field \"scenarios\"", folder))
	}
	return found, errors.Join(faults...)
}

// parseFile reads a file of any number of documents.
func parseFile(files fs.FS, name string) ([]*source.Node, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", name, plainError(err))
	}
	documents, err := source.ParseAll(name, data)
	if err != nil {
		return nil, fmt.Errorf("cannot be parsed: %w", err)
	}
	if len(documents) == 0 {
		return nil, fmt.Errorf("%s: holds no document", name)
	}
	return documents, nil
}
