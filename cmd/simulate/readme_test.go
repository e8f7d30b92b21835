package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadme runs what README.md shows and asks for the output that it shows;
// -update writes the output into it. A console block shows each command with
// its output. The output of a command that shows none may stand in the next
// block instead, where that is a Mermaid picture, or has no language for the
// command that makes run from the Makefile.
func TestReadme(t *testing.T) {
	t.Chdir("../..")
	written, err := os.ReadFile("README.md")
	require.NoError(t, err)
	r := &readme{t: t, lines: strings.Split(string(written), "\n"), aliases: map[string][]string{}}
	for len(r.lines) > 0 {
		r.next()
	}
	renewed := strings.Join(r.out, "\n")
	require.GreaterOrEqual(t, r.ran, 12)
	require.Empty(t, r.elsewhere, "no block shows the output of a command")
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(renewed), 0o644))
		return
	}
	require.Equal(t, string(written), renewed)
}

// readme writes a README anew with what its commands print.
type readme struct {
	t          *testing.T
	lines, out []string
	aliases    map[string][]string
	ran        int
	// elsewhere is the output that the next block shows.
	elsewhere []string
}

func (r *readme) take() string {
	line := r.lines[0]
	r.lines = r.lines[1:]
	return line
}

// takeOutput takes lines up to the next command or the end of the block.
func (r *readme) takeOutput() []string {
	var taken []string
	for !strings.HasPrefix(r.lines[0], "$ ") && r.lines[0] != "```" {
		taken = append(taken, r.take())
	}
	return taken
}

// next copies a line, or writes a block.
func (r *readme) next() {
	line := r.take()
	r.out = append(r.out, line)
	switch language, fence := strings.CutPrefix(line, "```"); {
	case !fence:
		return
	case language == "console":
		for r.lines[0] != "```" {
			r.command()
		}
	case (language == "" || language == "mermaid") && r.elsewhere != nil:
		r.takeOutput()
		r.out = append(r.out, r.elsewhere...)
		r.elsewhere = nil
	default:
		r.out = append(r.out, r.takeOutput()...)
	}
	r.out = append(r.out, r.take())
}

// picture reports whether a Mermaid block comes next.
func (r *readme) picture() bool {
	for _, line := range r.lines[1:] {
		if language, fence := strings.CutPrefix(line, "```"); fence {
			return language == "mermaid"
		}
	}
	return false
}

// command runs a command of a console block.
func (r *readme) command() {
	line := r.take()
	r.out = append(r.out, line)
	text := line
	for strings.HasSuffix(text, `\`) {
		line = r.take()
		r.out = append(r.out, line)
		text = strings.TrimSuffix(text, `\`) + line
	}
	text, _, _ = strings.Cut(text, " # ")
	shown := r.takeOutput()
	words := split(strings.TrimPrefix(text, "$ "))
	output := r.output(words)
	if words[0] == "make" || len(shown) == 0 && r.picture() {
		r.elsewhere = append(r.elsewhere, output...)
		return
	}
	r.out = append(r.out, output...)
}

var makeRun = regexp.MustCompile(`(?m)^run: build\n\t\$\(BIN\) ((?:.*\\\n)*.*) \|\|`)

// output is what a command prints.
func (r *readme) output(words []string) []string {
	switch program := words[0]; program {
	case "git":
		return nil
	case "alias":
		name, meaning, _ := strings.Cut(words[1], "=")
		r.aliases[name] = split(strings.Trim(meaning, "'"))
		return nil
	case "make":
		if words[1] != "run" {
			return nil
		}
		makefile, err := os.ReadFile("Makefile")
		require.NoError(r.t, err)
		recipe := makeRun.FindSubmatch(makefile)
		require.NotNil(r.t, recipe)
		words = split("bin/simulate " + strings.ReplaceAll(string(recipe[1]), "\\\n", " "))
	default:
		if meaning := r.aliases[program]; meaning != nil {
			words = append(append([]string{}, meaning...), words[1:]...)
		}
	}
	require.Equal(r.t, "bin/simulate", words[0], "a command that the test does not know")
	var stdout, stderr strings.Builder
	words, stdin := redirected(r.t, words)
	code := run(words[1:], stdin, &stdout, &stderr)
	require.Less(r.t, code, exitUnusable, "%q: %s", words, stderr.String())
	require.Empty(r.t, stderr.String(), words)
	r.ran++
	return strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
}
