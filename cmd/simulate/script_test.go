package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands print into the transcripts")

// TestMain makes the test binary serve as the program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"simulate": main})
}

// TestScripts runs the transcripts in testdata/script. `exits N COMMAND` runs
// a command and asks for its exit code. The shipped examples are in
// scenarios/examples, as their own comments and the help texts name them, and
// small.catalog is the catalogue of smallCatalog.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../scenarios/examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			if err := writeSmallCatalog(filepath.Join(env.WorkDir, "small.catalog")); err != nil {
				return err
			}
			return os.CopyFS(filepath.Join(env.WorkDir, "scenarios", "examples"), os.DirFS(examples))
		},
	})
}

func exits(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	wanted, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var ended *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &ended):
		code = ended.ExitCode()
	default:
		ts.Check(err)
	}
	if code != wanted {
		ts.Fatalf("the exit code is %d, not %d", code, wanted)
	}
}
