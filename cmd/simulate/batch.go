package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/eval/batch"
	"iamsim/internal/printable"
	"iamsim/model"
)

// batchFlags are the flags of `batch`.
type batchFlags struct {
	inputs
	assume   assumptions
	catalog  catalogFlag
	at       instant
	explain  bool
	strict   bool
	unknown  *choice
	failFast bool
	parallel int
}

func (a *app) batchCommand() *cobra.Command {
	f := &batchFlags{unknown: newChoice("unknown", "absent", "report")}
	cmd := &cobra.Command{
		Use:   "batch -f FILE... < REQUESTS > DECISIONS",
		Short: "Answer requests by the million: one JSON object a line in, one a line out",
		Long: `batch reads requests from standard input, one JSON object a line, and writes the
answer to each on the same line of standard output, in constant memory, on all
processors. "simulate schema request" and "simulate schema decision" describe the
two kinds of lines.

A request has the fields principal and action, and may have resource,
resourceAccount, context, at, session, sessionPolicy, sessionPolicyArns and
parentUser, as scenario suites write them, and an id, which is echoed. Without a
time of its own a request has that of --at, and without either none: the clock is
never read.

An answer depends on its line alone. The input may be split between any lines, and
the answers of the parts, put together, are those of the whole.

The exit code is 0 if every request was allowed or denied, and 2 if some line is
not a request or its question has no answer. Such a line has an answer that says
why; standard error names the first of them.`,
		Example: `  simulate batch -f scenarios/examples/account.json < scenarios/examples/requests.jsonl
  simulate batch -f scenarios/examples/account.json -f scenarios/examples/organization.yaml \
      --at 2026-11-22T10:00:00Z --explain < scenarios/examples/requests.jsonl`,
		RunE: func(_ *cobra.Command, args []string) error { return a.batch(f, args) },
	}
	f.inputs.register(cmd)
	f.assume.register(cmd)
	f.catalog.register(cmd)
	flags := cmd.Flags()
	flags.Var(&f.at, "at", "the time of requests that give none (RFC 3339); without it they have none")
	flags.BoolVar(&f.explain, "explain", false, "add to each answer what `simulate can` would say")
	flags.BoolVar(&f.strict, "strict", false, "deny where another account would have to allow; answer nothing that rests on an assumption")
	flags.Var(f.unknown, "unknown", "a key that is not supplied counts as absent, or leaves an answer that depends on it open")
	flags.BoolVar(&f.failFast, "fail-fast", false, "stop behind the first line that is not answered")
	flags.IntVar(&f.parallel, "parallel", 0, "requests decided at a time; 0 is one a processor")
	f.unknown.complete(cmd)
	return cmd
}

func (a *app) batch(f *batchFlags, args []string) error {
	if len(args) > 0 {
		return usageError("batch takes no arguments; the requests come from standard input").
			hint("simulate batch -f FILE < %s", args[0])
	}
	if f.parallel < 0 {
		return usageError("--parallel is %d; it cannot be negative", f.parallel)
	}
	a.stdinFor = "the requests"
	snapshot, err := a.load(&f.inputs, f.assume.anyOperatorCase)
	if err != nil {
		return err
	}
	options := f.assume.options
	options.Strict, options.UnknownUnanswered = f.strict, f.unknown.value == "report"
	if options.Catalog, err = f.catalog.open(); err != nil {
		return err
	}
	engine, err := eval.Compile(snapshot, options)
	if err != nil {
		return failed("%s", err)
	}
	tell, done := a.progress("requests answered")
	var summary batch.Summary
	err = a.output(func(w io.Writer) error {
		summary, err = batch.Run(engine, a.stdin, w, batch.Options{
			At: f.at.time, Explain: f.explain, FailFast: f.failFast, Workers: f.parallel,
			Reading:  model.ReadOptions{Lenient: f.lenient, AnyOperatorCase: f.assume.anyOperatorCase},
			Progress: func(lines int) { tell(lines, 0) },
		})
		return err
	})
	done()
	a.sayProblems(summary)
	var reading *batch.ReadError
	if errors.As(err, &reading) {
		return failed("standard input cannot be read: %s", reading)
	}
	return err
}

// sayProblems tells of the lines that got no decision, and sets the exit code.
func (a *app) sayProblems(s batch.Summary) {
	if len(s.Problems) == 0 {
		return
	}
	a.exit(exitUnusable)
	for _, p := range s.Problems {
		place := fmt.Sprintf("%s:%d", standardInput, p.Line)
		if p.Fault.Column > 0 {
			place += fmt.Sprintf(":%d", p.Fault.Column)
		}
		style, severity := red, "error:"
		if p.Outcome == batch.Unanswered {
			style, severity = yellow, "unanswered:"
		}
		a.say("%s: %s %s\n", place, a.paintErr(style, severity), printable.Text(p.Fault.Message))
		for _, candidate := range p.Fault.Candidates {
			a.say("  candidate: %s\n", printable.Text(candidate))
		}
		if p.Fault.Hint != "" {
			a.say("  hint: %s\n", printable.Text(p.Fault.Hint))
		}
	}
	a.say("%s %d of %s got no decision: %d faulty, %d unanswered\n",
		a.paintErr(red, "error:"), s.Faulty+s.Unanswered, count(s.Lines, "line"), s.Faulty, s.Unanswered)
}
