package inventory

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
)

// OS returns the operating system's files under any path, absolute ones and
// those with .. included, which os.DirFS refuses.
func OS() fs.FS { return osFiles{} }

type osFiles struct{}

func (osFiles) Open(name string) (fs.File, error)     { return os.Open(filepath.FromSlash(name)) }
func (osFiles) ReadFile(name string) ([]byte, error)  { return os.ReadFile(filepath.FromSlash(name)) }
func (osFiles) Stat(name string) (fs.FileInfo, error) { return os.Stat(filepath.FromSlash(name)) }
func (osFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	return os.ReadDir(filepath.FromSlash(name))
}

// SettingsFile is the name of the files that hold the program's own settings;
// in a directory it is no input.
const SettingsFile = ".simulate.yaml"

// extensions are the names of files that a directory is read for; each may be
// followed by .gz.
var extensions = []string{".json", ".yaml", ".yml", ".ndjson"}

func readable(name string) bool {
	if path.Base(name) == SettingsFile {
		return false
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return slices.Contains(extensions, path.Ext(name))
}

// filesBelow returns the inputs below a directory, sorted by path.
func filesBelow(fsys fs.FS, dir string) ([]string, error) {
	var found []string
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && readable(name) {
			found = append(found, name)
		}
		return err
	})
	slices.Sort(found)
	return found, err
}

// reason returns what went wrong with a file, without the operation and the
// path that Go's errors repeat.
func reason(err error) string {
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist"
	case errors.As(err, &at):
		return at.Err.Error()
	}
	return err.Error()
}

// near is a hint for a file that does not exist: a name like it beside it.
func (r *reader) near(name string) string {
	listed, err := fs.ReadDir(r.fsys, path.Dir(name))
	if err != nil {
		return ""
	}
	var names []string
	for _, d := range listed {
		names = append(names, d.Name())
	}
	return suggestion(path.Base(name), names)
}

// file reads the policy document in a file that an entry names. The document
// may be wrapped in an answer of the AWS CLI (G10, G11, G24).
func (r *reader) file(named *source.Node, dir string) *source.Node {
	if named == nil || r.faulty[named] || named.Text == "" {
		return nil
	}
	name := named.Text
	if !path.IsAbs(name) {
		name = path.Join(dir, name)
	}
	r.referred[name] = true
	if r.fsys == nil {
		r.fault(named, "unreadable-file", "files cannot be read here", "write the document itself")
		return nil
	}
	data, err := fs.ReadFile(r.fsys, name)
	if err != nil {
		hint := r.near(name)
		if hint == "" {
			hint = "file names are relative to " + quote(dir)
		}
		r.fault(named, "unreadable-file", fmt.Sprintf("cannot read the file %s: %s", quote(name), reason(err)), hint)
		return nil
	}
	content, err := source.Parse(name, data)
	if err != nil {
		r.faulty[named] = true
		r.syntax(err)
		return nil
	}
	document, _, err := model.UnwrapDocument(content)
	if err != nil {
		r.faulty[named] = true
		r.diagnostics = append(r.diagnostics, model.Diagnostic{
			Position: content.Position(), ID: "document-form", Rule: "A1", Message: err.Error(),
		})
		return nil
	}
	return document
}
