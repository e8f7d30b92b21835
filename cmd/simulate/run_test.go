package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"iamsim/internal/printable"
)

const (
	accountFile      = "scenarios/examples/account.json"
	organizationFile = "scenarios/examples/organization.yaml"
)

// TestClosedPipe runs the program with an output that nobody reads.
func TestClosedPipe(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		code int
	}{
		{"denied", []string{"can", "role/Deployer", "s3:DeleteBucket", "arn:aws:s3:::artifacts", "-f", accountFile, "-f", organizationFile}, exitNo},
		{"allowed", []string{"can", "alice", "s3:GetObject", "arn:aws:s3:::artifacts/app.zip", "-f", accountFile, "-f", organizationFile}, exitYes},
		{"json", []string{"can", "bob", "s3:GetObject", "-f", accountFile, "--output", "json"}, exitNo},
		{"list", []string{"list", "principals", "-f", accountFile}, exitYes},
		{"test", []string{"test", "scenarios/examples"}, exitYes},
		{"tap", []string{"test", "scenarios/examples", "--output", "tap"}, exitYes},
		{"validate", []string{"validate", "scenarios/examples"}, exitYes},
		{"schema", []string{"schema", "suite"}, exitYes},
		{"actions", []string{"actions", "*"}, exitYes},
		{"keys", []string{"keys"}, exitYes},
		{"completion", []string{"completion", "bash"}, exitYes},
		{"help", []string{"--help"}, exitYes},
	} {
		t.Run(test.name, func(t *testing.T) {
			reader, writer, err := os.Pipe()
			require.NoError(t, err)
			require.NoError(t, reader.Close())
			defer writer.Close()
			var stderr strings.Builder
			program := exec.Command("simulate", test.args...)
			program.Dir, program.Stdout, program.Stderr = "../..", writer, &stderr
			err = program.Run()
			var ended *exec.ExitError
			if errors.As(err, &ended) {
				require.False(t, ended.Sys().(syscall.WaitStatus).Signaled(), "the program was killed")
				require.Equal(t, test.code, ended.ExitCode())
			} else {
				require.NoError(t, err)
				require.Equal(t, test.code, exitYes)
			}
			require.Empty(t, stderr.String())
		})
	}
}

// brokenWriter is an output that fails for another reason than a reader that went away.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestOutputThatFails(t *testing.T) {
	t.Chdir("../..")
	for _, args := range [][]string{
		{"can", "alice", "s3:GetObject", "arn:aws:s3:::artifacts/app.zip", "-f", accountFile, "-f", organizationFile},
		{"test", "scenarios/examples"},
		{"completion", "fish"},
	} {
		var stderr strings.Builder
		require.Equal(t, exitUnusable, run(args, strings.NewReader(""), brokenWriter{}, &stderr), args)
		require.Equal(t, "error: the output cannot be written: no space left on device\n", stderr.String())
	}
}

// TestExamples runs the examples of the help texts that name shipped files.
func TestExamples(t *testing.T) {
	t.Chdir("../..")
	var stdout, stderr strings.Builder
	a := &app{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, color: colorFlag()}
	root := a.command()
	commands := append([]*cobra.Command{root}, root.Commands()...)
	ran := 0
	for _, cmd := range commands {
		if !cmd.IsAvailableCommand() && cmd != root {
			continue
		}
		require.NotEmpty(t, cmd.Example, "%s has no example", cmd.CommandPath())
		for line := range strings.Lines(strings.ReplaceAll(cmd.Example, "\\\n", " ")) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " > ")
			words, stdin := redirected(t, split(line))
			if len(words) == 0 || words[0] != "simulate" || strings.Contains(line, "-f account.json") {
				continue // a pipe, or a file that an example makes itself
			}
			ran++
			stdout.Reset()
			stderr.Reset()
			code := run(words[1:], stdin, &stdout, &stderr)
			require.Less(t, code, exitUnusable, "%s: %s", line, stderr.String())
			require.Empty(t, stderr.String(), line)
			require.NotEmpty(t, stdout.String(), line)
		}
	}
	require.GreaterOrEqual(t, ran, 15)
}

// redirected takes "< FILE" off the end of a command line; without it standard input is empty.
func redirected(t *testing.T, words []string) ([]string, io.Reader) {
	at := slices.Index(words, "<")
	if at < 0 {
		return words, strings.NewReader("")
	}
	require.Len(t, words, at+2, words)
	data, err := os.ReadFile(words[at+1])
	require.NoError(t, err)
	return words[:at], bytes.NewReader(data)
}

// split splits a command line at blanks outside single quotes.
func split(line string) []string {
	quoted := false
	words := strings.FieldsFunc(line, func(c rune) bool {
		if c == '\'' {
			quoted = !quoted
		}
		return unicode.IsSpace(c) && !quoted
	})
	for i := range words {
		words[i] = strings.Trim(words[i], "'")
	}
	return words
}

// TestSARIF holds that every finding refers to a rule of the log.
func TestSARIF(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ünïcode policy.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"Version": "2012-10-17", "Statement": [
  {"Sid": "größe", "Efect": "Allow", "Action": "s3", "Resource": "foo"}
]}`), 0o600))
	var stdout strings.Builder
	require.Equal(t, exitNo, run([]string{"validate", file, "--output", "sarif"}, strings.NewReader(""), &stdout, io.Discard))
	var log sarifLog
	require.NoError(t, json.Unmarshal([]byte(stdout.String()), &log))
	require.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	require.NotEmpty(t, run.Results)
	seen := map[string]bool{}
	for _, rule := range run.Tool.Driver.Rules {
		require.False(t, seen[rule.ID], "the rule %s stands twice", rule.ID)
		seen[rule.ID] = true
		require.NotEmpty(t, rule.ShortDescription.Text, rule.ID)
	}
	for _, result := range run.Results {
		require.Equal(t, result.RuleID, run.Tool.Driver.Rules[result.RuleIndex].ID)
		require.Len(t, result.Locations, 1)
		at := result.Locations[0].Physical
		require.True(t, strings.HasSuffix(at.Artifact.URI, "/%C3%BCn%C3%AFcode%20policy.json"), at.Artifact.URI)
		if result.RuleID == "unknown-element" {
			// In bytes the column would be 22.
			require.Equal(t, sarifRegion{StartLine: 2, StartColumn: 20}, *at.Region)
		}
	}
	require.True(t, seen["unknown-element"])
}

// TestFindingIDs holds that every diagnostic id that reading can give is
// described, also where two rooms describe it.
func TestFindingIDs(t *testing.T) {
	for _, f := range kindsOfFindings() {
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, f.ID)
		require.NotEmpty(t, f.Text, f.ID)
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain, ünïcode":        "plain, ünïcode",
		"a\nb":                  `a\nb`,
		"\x1b[2Jgone":           `\x1b[2Jgone`,
		"a\u202eb\u200b":        `a\u202eb\u200b`,
		"not \xff UTF-8":        "not \ufffd UTF-8",
		"null\x00, tab\t, cr\r": `null\x00, tab\t, cr\r`,
	} {
		require.Equal(t, want, printable.Text(text))
	}
}

func TestCount(t *testing.T) {
	require.Equal(t, "1 policy", count(1, "policy"))
	require.Equal(t, "0 policies", count(0, "policy"))
	require.Equal(t, "2 files", count(2, "file"))
	require.Equal(t, "2 keys", count(2, "key"))
}
