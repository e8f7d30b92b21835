package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// settings are what a file named .simulate.yaml says of `validate` for a
// directory and all below it (docs/lint.md).
type settings struct {
	suppress suppressions
	aws      bool
	// catalog is as --catalog takes it; a relative name is relative to the file.
	catalog string
}

// settingsFields are the fields of the file.
var settingsFields = []string{"suppress", "aws", "catalog"}

// loadSettings reads the nearest settings file, and reports what is wrong with it.
func (a *app) loadSettings() (settings, error) {
	here, err := os.Getwd()
	if err != nil {
		return settings{}, failed("the working directory is not known: %s", err)
	}
	file := findSettings(here)
	if file == "" {
		return settings{}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return settings{}, failed("the settings cannot be read: %s", err)
	}
	r := &settingsReader{directory: filepath.Dir(file)}
	if short, err := filepath.Rel(here, file); err == nil {
		file = short
	}
	s := r.read(filepath.ToSlash(file), data)
	return s, a.report(r.faults, "")
}

// findSettings looks for the file in a directory and above it, up to the root
// of the repository or of the file system.
func findSettings(directory string) string {
	for {
		file := filepath.Join(directory, inventory.SettingsFile)
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file
		}
		_, err := os.Stat(filepath.Join(directory, ".git"))
		above := filepath.Dir(directory)
		if !errors.Is(err, fs.ErrNotExist) || above == directory {
			return ""
		}
		directory = above
	}
}

// settingsReader collects what is wrong with a settings file.
type settingsReader struct {
	directory string
	faults    []model.Diagnostic
}

func (r *settingsReader) fault(at model.Position, hint, format string, args ...any) {
	r.faults = append(r.faults, model.Diagnostic{Position: at, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (r *settingsReader) read(name string, data []byte) (s settings) {
	document, err := source.Parse(name, data)
	if err != nil {
		r.faults = model.SyntaxDiagnostics(err)
		return s
	}
	if document.Kind != source.Object {
		r.fault(document.Position(), "", "settings are an object, not %s", document.Kind.Phrase())
		return s
	}
	for i := range document.Fields {
		f := &document.Fields[i]
		switch f.Name {
		case "suppress":
			r.suppress(f.Value, &s.suppress)
		case "aws":
			if f.Value.Kind != source.Bool {
				r.fault(f.Value.Position(), "", "aws is true or false, not %s", f.Value.Kind.Phrase())
			}
			s.aws = strings.EqualFold(f.Value.Text, "true")
		case "catalog":
			s.catalog = r.catalog(f.Value)
		default:
			hint := "allowed are " + strings.Join(settingsFields, ", ")
			if near, ok := model.Suggest(f.Name, settingsFields); ok {
				hint = fmt.Sprintf("did you mean %q? %s", near, hint)
			}
			r.fault(document.FieldPosition(f), hint, "there is no setting %q", f.Name)
		}
	}
	return s
}

func (r *settingsReader) suppress(n *source.Node, ids *suppressions) {
	if n.Kind != source.List {
		r.fault(n.Position(), "", "suppress is a list of ids of findings, not %s", n.Kind.Phrase())
		return
	}
	for _, item := range n.Items {
		if item.Kind != source.String {
			r.fault(item.Position(), "", "an entry of suppress is the id of a finding, not %s", item.Kind.Phrase())
			continue
		}
		if err := ids.add(item.Text); err != nil {
			r.fault(item.Position(), "", "%s", err)
		}
	}
}

func (r *settingsReader) catalog(n *source.Node) string {
	switch {
	case n.Kind != source.String || n.Text == "":
		r.fault(n.Position(), "", "catalog is the name of a file, or none")
		return ""
	case n.Text == noCatalog || filepath.IsAbs(n.Text):
		return n.Text
	}
	return filepath.Join(r.directory, filepath.FromSlash(n.Text))
}
