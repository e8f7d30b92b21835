package main

import (
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iamsim/internal/printable"
	"iamsim/model"
)

// The exit codes. Of several outcomes the highest counts.
const (
	// exitYes: allowed, all checks hold, no errors found.
	exitYes = 0
	// exitNo: denied, a check failed, errors found.
	exitNo = 1
	// exitUnusable: there is no answer, or the input or the command line cannot be used.
	exitUnusable = 2
)

// run is the whole program: it carries out a command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	// A reader that goes away is an error of the write, not the end of the process.
	signal.Ignore(syscall.SIGPIPE)
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, color: colorFlag(), now: time.Now}
	root := a.command()
	root.SetArgs(append([]string{}, args...))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if cmd, err := root.ExecuteC(); err != nil {
		a.fail(cmd, err)
	}
	return a.code
}

// app is one run of the program.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	color          *choice
	now            func() time.Time
	// code is the exit code so far.
	code int
	// stdinFor says what standard input was read as; it can be read only once.
	stdinFor string
}

// exit raises the exit code.
func (a *app) exit(code int) { a.code = max(a.code, code) }

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "simulate",
		Short: "Ask, offline, whether AWS IAM would allow a request, and why",
		Long: `simulate evaluates AWS IAM policies offline: it reads what exists (an account
export, policy sets of its own format) and answers whether a principal may do
an action on a resource, with the reason.`,
		Example: `  aws iam get-account-authorization-details > account.json
  simulate can role/Deployer s3:PutObject arn:aws:s3:::artifacts/app.zip -f account.json

  simulate can role/Deployer s3:DeleteBucket arn:aws:s3:::artifacts \
      -f scenarios/examples/account.json -f scenarios/examples/organization.yaml
  simulate test scenarios/examples
  simulate validate scenarios/examples/organization.yaml`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(*cobra.Command, []string) error {
			return usageError("no command given")
		},
	}
	root.PersistentFlags().Var(a.color, "color", "colour the output: auto (on a terminal), always or never; NO_COLOR is honoured")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(a.helpCommand())
	root.AddCommand(
		a.canCommand(), a.whatCanCommand(), a.whoCanCommand(), a.chainsCommand(), a.diffCommand(), a.proveCommand(), a.testCommand(), a.snapshotCommand(), a.validateCommand(), a.schemaCommand(),
		a.batchCommand(), a.benchCommand(), a.listCommand(), a.actionsCommand(), a.keysCommand(), a.versionCommand(), a.completionCommand(),
	)
	a.color.complete(root)
	return root
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command",
		Example: "  simulate help can",
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return suggesting(usageError("there is no command %q", strings.Join(args, " ")), args[0], commandNames(cmd.Root()))
			}
			return about.Help()
		},
	}
}

func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// failure is an error with hints, or with nothing to say because it was said already.
type failure struct {
	message string
	hints   []string
	usage   bool
}

// Error returns the message without its hints.
func (f *failure) Error() string { return f.message }

// errTold ends a command whose errors were reported.
var errTold = &failure{}

func failed(format string, args ...any) *failure {
	return &failure{message: fmt.Sprintf(format, args...)}
}

// usageError says that the command line is wrong.
func usageError(format string, args ...any) *failure {
	return &failure{message: fmt.Sprintf(format, args...), usage: true}
}

func (f *failure) hint(format string, args ...any) *failure {
	f.hints = append(f.hints, fmt.Sprintf(format, args...))
	return f
}

// suggesting adds the near name as a hint if one is near, else all names.
func suggesting(f *failure, name string, known []string) *failure {
	if near, ok := model.Suggest(name, known); ok {
		return f.hint("did you mean %s?", near)
	}
	return f.hint("known are %s", strings.Join(known, ", "))
}

// flagError puts pflag's errors into words of one line, with a near name.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usageError("%s", err)
	}
	if unknown.GetSpecifiedShortnames() != "" {
		return usageError("there is no flag -%s", unknown.GetSpecifiedName())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	f := usageError("there is no flag --%s", unknown.GetSpecifiedName())
	if near, ok := model.Suggest(unknown.GetSpecifiedName(), names); ok {
		f.hint("did you mean --%s?", near)
	}
	return f
}

// fail reports the error that ended a command and sets the exit code.
func (a *app) fail(cmd *cobra.Command, err error) {
	var output *outputError
	if errors.As(err, &output) {
		// Who stops reading has read enough; the code is still the answer's.
		if !output.closed() {
			a.exit(exitUnusable)
			a.say("%s %s\n", a.paintErr(red, "error:"), printable.Text("the output cannot be written: "+output.Error()))
		}
		return
	}
	a.exit(exitUnusable)
	var f *failure
	if !errors.As(err, &f) {
		f = cobraFailure(err)
	}
	if f.message == "" {
		return
	}
	a.say("%s %s\n", a.paintErr(red, "error:"), printable.Text(f.message))
	for _, hint := range f.hints {
		a.say("  hint: %s\n", printable.Text(hint))
	}
	if f.usage && cmd != nil {
		a.say("  hint: %s --help explains the command\n", cmd.CommandPath())
	}
}

// cobraFailure takes the suggestions out of an error of cobra, which writes them below it.
func cobraFailure(err error) *failure {
	message, rest, _ := strings.Cut(err.Error(), "\n\n")
	f := usageError("%s", message)
	if near := strings.Fields(strings.TrimPrefix(rest, "Did you mean this?")); len(near) > 0 {
		f.hint("did you mean %s?", strings.Join(near, " or "))
	}
	return f
}

// say writes to standard error, where a failing write has no one left to be told.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.stderr, format, args...) }

// outputError is a failed write to standard output.
type outputError struct{ error }

// Unwrap returns the error of the write.
func (e *outputError) Unwrap() error { return e.error }

// closed reports whether the reader of the output went away.
func (e *outputError) closed() bool {
	return errors.Is(e.error, syscall.EPIPE) || errors.Is(e.error, io.ErrClosedPipe)
}

// output writes a command's result to standard output.
func (a *app) output(write func(io.Writer) error) error {
	if err := write(a.stdout); err != nil {
		return &outputError{err}
	}
	return nil
}

func (a *app) outputText(text string) error {
	return a.output(func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}
