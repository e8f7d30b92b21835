package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"iamsim/model/inventory"
)

// gitPrefix marks a git revision among files.
const gitPrefix = "git:"

// String names the file for messages.
func (f sideFile) String() string {
	if f.revision == "" {
		return f.name
	}
	return f.revision + ":" + f.name
}

// read returns the content of a file.
func (f sideFile) read() ([]byte, error) {
	fsys := inventory.OS()
	if f.revision != "" {
		var err error
		if fsys, err = gitFiles(f.revision); err != nil {
			return nil, err
		}
	}
	return fs.ReadFile(fsys, f.name)
}

// gitTree is the files of a git revision, named as from the working
// directory. It asks the git command, and asks again for each file.
type gitTree struct{ revision string }

// gitFiles returns the files of a revision. The error says what is missing: the
// command, a repository, or the revision.
func gitFiles(revision string) (fs.FS, error) {
	if strings.HasPrefix(revision, "-") {
		return nil, usageError("%q is no git revision", revision)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, failed("git:%s needs the git command, which was not found", revision).hint("install git, or name files of both sides")
	}
	if _, err := git("rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}"); err != nil {
		if _, err := git("rev-parse", "--git-dir"); err != nil {
			return nil, failed("git:%s: this folder is in no git repository", revision)
		}
		return nil, failed("git:%s: the repository has no such revision", revision).hint("in a shallow clone, fetch it first: git fetch origin %s", revision)
	}
	return gitTree{revision}, nil
}

// git runs the command and returns what it writes.
func git(args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && complaint.Len() > 0 {
			return nil, errors.New(strings.TrimSpace(complaint.String()))
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// object names a file of the revision to git.
func (t gitTree) object(name string) (string, error) {
	if filepath.IsAbs(name) {
		here, err := filepath.Abs(".")
		if err != nil {
			return "", err
		}
		if name, err = filepath.Rel(here, name); err != nil {
			return "", err
		}
	}
	return t.revision + ":./" + filepath.ToSlash(filepath.Clean(name)), nil
}

// Open opens a file or folder.
func (t gitTree) Open(name string) (fs.File, error) {
	object, err := t.object(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	kind, err := git("cat-file", "-t", object)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if strings.TrimSpace(string(kind)) == "tree" {
		return t.openFolder(name, object)
	}
	data, err := git("cat-file", "blob", object)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &gitFile{info: gitInfo{name: filepath.Base(name), size: int64(len(data))}, Reader: bytes.NewReader(data)}, nil
}

func (t gitTree) openFolder(name, object string) (fs.File, error) {
	listed, err := git("ls-tree", "--full-tree", "-z", object)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	folder := &gitFile{info: gitInfo{name: filepath.Base(name), folder: true}, Reader: bytes.NewReader(nil)}
	for _, line := range strings.Split(string(listed), "\x00") {
		about, entry, ok := strings.Cut(line, "\t")
		if ok {
			folder.entries = append(folder.entries, fs.FileInfoToDirEntry(gitInfo{name: entry, folder: strings.Contains(about, " tree ")}))
		}
	}
	sort.Slice(folder.entries, func(i, k int) bool { return folder.entries[i].Name() < folder.entries[k].Name() })
	return folder, nil
}

// gitFile is an open file or folder.
type gitFile struct {
	*bytes.Reader
	info    gitInfo
	entries []fs.DirEntry
}

// Stat returns the name and the kind.
func (f *gitFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close does nothing: all was read.
func (f *gitFile) Close() error { return nil }

// ReadDir lists a folder.
func (f *gitFile) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		out := f.entries
		f.entries = nil
		return out, nil
	}
	if len(f.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(f.entries))
	out := f.entries[:n]
	f.entries = f.entries[n:]
	return out, nil
}

// gitInfo is what is known of a file without its mode and time, which nobody asks for.
type gitInfo struct {
	name   string
	size   int64
	folder bool
}

func (i gitInfo) Name() string       { return i.name }
func (i gitInfo) Size() int64        { return i.size }
func (i gitInfo) ModTime() time.Time { return time.Time{} }
func (i gitInfo) IsDir() bool        { return i.folder }
func (i gitInfo) Sys() any           { return nil }
func (i gitInfo) Mode() fs.FileMode {
	if i.folder {
		return fs.ModeDir
	}
	return 0
}
