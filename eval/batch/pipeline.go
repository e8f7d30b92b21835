package batch

import (
	"bytes"
	"io"

	"iamsim/eval"
)

// block is a piece of the input on its way to the output. There are a fixed
// number of them, which go round: whoever reads waits until one was written.
type block struct {
	input, output []byte
	summary       Summary
	// stop is set where the output ends with this block (Options.FailFast).
	stop bool
	// done receives when the output is ready.
	done chan struct{}
}

// keptOutput is the size up to which a block's buffer is used again: one answer
// may be very long, and many blocks go round.
const keptOutput = 1 << 20

// pipeline is one run: a goroutine reads, some decide, and the caller's writes.
type pipeline struct {
	engine  *eval.Engine
	options Options
	// free are the blocks that wait to be filled; jobs those to be decided;
	// order those on their way, in the order of the input. Each can hold all.
	free, jobs, order chan *block
	// stopped is closed when nobody wants more output.
	stopped chan struct{}
	// readError is why reading ended; it is set before order is closed.
	readError error
}

func newPipeline(engine *eval.Engine, o Options) *pipeline {
	blocks := 2*o.workers() + 2
	p := &pipeline{
		engine: engine, options: o,
		free: make(chan *block, blocks), jobs: make(chan *block, blocks), order: make(chan *block, blocks),
		stopped: make(chan struct{}),
	}
	for range blocks {
		p.free <- &block{done: make(chan struct{}, 1)}
	}
	return p
}

func (p *pipeline) run(in io.Reader, out io.Writer) (Summary, error) {
	defer close(p.stopped)
	go p.read(&splitter{in: in, block: p.options.blockSize()})
	for range p.options.workers() {
		go p.decide()
	}
	var total Summary
	for b := range p.order {
		<-b.done
		total.add(&b.summary)
		if _, err := out.Write(b.output); err != nil {
			return total, err
		}
		if p.options.Progress != nil {
			p.options.Progress(total.Lines)
		}
		if b.stop {
			return total, nil
		}
		if cap(b.output) > keptOutput {
			b.output = nil
		}
		p.free <- b
	}
	if p.readError != io.EOF {
		return total, &ReadError{p.readError}
	}
	return total, nil
}

// read fills blocks until the input ends or nobody wants more.
func (p *pipeline) read(s *splitter) {
	defer close(p.order)
	defer close(p.jobs)
	for {
		var b *block
		select {
		case b = <-p.free:
		case <-p.stopped:
			return
		}
		b.input, p.readError = s.next(b.input[:0])
		if p.readError != nil {
			return
		}
		p.order <- b
		p.jobs <- b
	}
}

// decide answers blocks until there are no more.
func (p *pipeline) decide() {
	a := NewAnswerer(p.engine, p.options)
	for {
		select {
		case b, ok := <-p.jobs:
			if !ok {
				return
			}
			a.answer(b)
			b.done <- struct{}{}
		case <-p.stopped:
			return
		}
	}
}

// answer answers the lines of a block.
func (a *Answerer) answer(b *block) {
	b.output, b.summary, b.stop = b.output[:0], Summary{}, false
	for rest := b.input; len(rest) > 0; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		var outcome Outcome
		b.output, outcome = a.Append(b.output, line)
		b.output = append(b.output, '\n')
		b.summary.count(outcome, &a.problem)
		if outcome != Answered && a.options.FailFast {
			b.stop = true
			return
		}
	}
}

// count takes note of a line; problem is read if it got no decision.
func (s *Summary) count(outcome Outcome, problem *Fault) {
	s.Lines++
	switch outcome {
	case Answered:
		s.Answered++
		return
	case Unanswered:
		s.Unanswered++
	default:
		s.Faulty++
	}
	if len(s.Problems) < MaxProblems {
		s.Problems = append(s.Problems, Problem{Line: s.Lines, Outcome: outcome, Fault: *problem})
	}
}

// add takes over the counts of the lines that follow.
func (s *Summary) add(next *Summary) {
	for _, p := range next.Problems {
		if len(s.Problems) == MaxProblems {
			break
		}
		p.Line += s.Lines
		s.Problems = append(s.Problems, p)
	}
	s.Lines += next.Lines
	s.Answered += next.Answered
	s.Unanswered += next.Unanswered
	s.Faulty += next.Faulty
}
