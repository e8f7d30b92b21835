package main

import (
	"errors"
	"io/fs"
	"os"

	"iamsim/model/catalog"
)

// openCatalog reads an action catalogue; an empty path means the built-in one.
func openCatalog(path string) (*catalog.Catalog, error) {
	if path == "" {
		return catalog.Default(), nil
	}
	file, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, failed("there is no catalogue file %q", path)
		}
		return nil, failed("%s", err)
	}
	defer file.Close()
	c, err := catalog.Read(file)
	if err != nil {
		return nil, failed("%s: %s", path, err)
	}
	return c, nil
}
