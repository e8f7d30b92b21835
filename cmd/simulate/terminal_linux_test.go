package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal returns a pseudo-terminal: what is written to the second file can
// be read from the first.
func terminal(t *testing.T) (control, tty *os.File) {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { control.Close() })
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0))
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { tty.Close() })
	return control, tty
}

func TestColorsOnATerminal(t *testing.T) {
	t.Chdir("../..")
	question := []string{"can", "role/Deployer", "s3:DeleteBucket", "arn:aws:s3:::artifacts",
		"-f", "scenarios/examples/account.json", "-f", "scenarios/examples/organization.yaml"}
	for _, test := range []struct {
		name          string
		term, noColor string
		flags         []string
		colored       bool
	}{
		{name: "a terminal", term: "xterm", colored: true},
		{name: "NO_COLOR", term: "xterm", noColor: "1"},
		{name: "NO_COLOR is overruled", term: "xterm", noColor: "1", flags: []string{"--color=always"}, colored: true},
		{name: "a dumb terminal", term: "dumb"},
		{name: "never", term: "xterm", flags: []string{"--color=never"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TERM", test.term)
			t.Setenv("NO_COLOR", test.noColor)
			control, tty := terminal(t)
			var errors strings.Builder
			require.Equal(t, exitNo, run(append(question, test.flags...), strings.NewReader(""), tty, &errors))
			require.Empty(t, errors.String())
			text := make([]byte, 4096)
			n, err := control.Read(text)
			require.NoError(t, err)
			if test.colored {
				require.True(t, strings.HasPrefix(string(text[:n]), "\x1b[31mdenied\x1b[0m: "), "%q", text[:n])
			} else {
				require.True(t, strings.HasPrefix(string(text[:n]), "denied: "), "%q", text[:n])
			}
		})
	}
}
