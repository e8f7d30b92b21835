// Package batch answers requests by the million: one JSON object a line in,
// one a line out, in the same order, decided on all cores in constant memory.
//
// A line's answer depends on that line alone. An input may therefore be split
// between any two lines: the answers of the parts, one after the other, are
// the answers of the whole, byte for byte.
package batch

import (
	"io"
	"runtime"
	"time"

	"iamsim/eval"
	"iamsim/model"
)

// MaxLine is the length of the longest line that is read, in bytes without its
// newline. Session policies and contexts at AWS's own limits take some ten
// kilobytes; a longer line is answered by an error and never held in memory.
const MaxLine = 1 << 20

// Options tell how lines are read and answered. The zero Options are ready.
type Options struct {
	// At is the time of requests that give none (rule D22); the zero time
	// supplies no date keys. The clock is never read.
	At time.Time
	// Explain adds the explanation to each answer.
	Explain bool
	// FailFast ends the output with the first line that gets no decision.
	FailFast bool
	// Workers is how many lines are decided at a time; 0 is one a processor.
	Workers int
	// Reading tells how session policies are read.
	Reading model.ReadOptions
	// Progress, if set, is called now and then, in one goroutine, with the number of lines answered.
	Progress func(lines int)

	// block is the size of the pieces that the input is cut into; 0 chooses.
	block int
}

// The sizes of blocks, in bytes: large enough that handing one over costs
// nothing beside its lines, small enough that a few for each worker are little
// memory. Explanations are a hundred times as long as requests.
const (
	plainBlock   = 128 << 10
	explainBlock = 4 << 10
)

func (o *Options) blockSize() int {
	switch {
	case o.block > 0:
		return o.block
	case o.Explain:
		return explainBlock
	}
	return plainBlock
}

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Outcome is what became of a line.
type Outcome uint8

const (
	// Faulty: the line is no request that could be decided.
	Faulty Outcome = iota
	// Unanswered: the inventory does not hold what an answer needs, or the
	// engine's options leave the question open.
	Unanswered
	// Answered: the request is allowed or denied.
	Answered
)

// Summary counts lines by what became of them.
type Summary struct {
	// Lines is their number, the sum of the other three.
	Lines, Answered, Unanswered, Faulty int
	// Problems are the first lines that got no decision, at most MaxProblems.
	Problems []Problem
}

// MaxProblems is how many lines without a decision a Summary holds.
const MaxProblems = 5

// Problem is a line that got no decision.
type Problem struct {
	// Line is its number in the input, from 1.
	Line    int
	Outcome Outcome
	// Fault tells what is wrong; of an unanswered question, only its Message
	// is set: why there is no answer.
	Fault Fault
}

// ReadError is an error of reading the requests; every other error of Run is one of writing.
type ReadError struct{ Err error }

// Error returns the text of the reader's error.
func (e *ReadError) Error() string { return e.Err.Error() }

// Unwrap returns the reader's error.
func (e *ReadError) Unwrap() error { return e.Err }

// Run answers the requests in, one JSON object a line, to out: line N of the
// output answers line N of the input (schemas: RequestSchema, DecisionSchema).
// Answers are written as soon as those before them are; a reader of the output
// need not wait for the end of the input.
//
// The error is one of writing, or a *ReadError. Lines that cannot be answered are no
// error: they have their answer, and the summary counts them. If writing fails
// or FailFast ends the output, a Read of in may still be under way when Run
// returns.
func Run(engine *eval.Engine, in io.Reader, out io.Writer, o Options) (Summary, error) {
	return newPipeline(engine, o).run(in, out)
}
