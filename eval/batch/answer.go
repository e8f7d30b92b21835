package batch

import (
	"bytes"
	"encoding/json"
	"errors"

	"iamsim/eval"
)

// Answerer answers lines one at a time. It remembers what repeats from line to
// line and is not safe for concurrent use; each goroutine takes its own.
type Answerer struct {
	engine  *eval.Engine
	options Options
	decoder *decoder
	// problem says why the line that was answered last got no decision.
	problem Fault
	// explanation is where explanations are encoded.
	explanation bytes.Buffer
}

// NewAnswerer returns an Answerer for an engine. Of the options, those count
// that concern a line: At, Explain and Reading.
func NewAnswerer(engine *eval.Engine, o Options) *Answerer {
	return &Answerer{engine: engine, options: o, decoder: newDecoder(o.Reading)}
}

// Append appends the answer to one line, without a newline, and tells what
// became of it. The line, given without its newline, is not kept.
func (a *Answerer) Append(dst, line []byte) ([]byte, Outcome) {
	l := a.decoder.decode(line)
	dst = append(dst, '{')
	if l.id != nil {
		dst = append(append(append(dst, `"id":`...), l.id...), ',')
	}
	if len(a.decoder.faults) > 0 {
		return a.appendFaults(dst, a.decoder.faults), Faulty
	}
	if l.At.IsZero() {
		l.At = a.options.At
	}
	if a.options.Explain {
		return a.explain(dst, l)
	}
	decision, err := a.engine.Decide(l.Request)
	if err != nil {
		return a.refuse(dst, err)
	}
	dst = appendDecision(dst, decision)
	return append(a.appendWarnings(dst), '}'), Answered
}

func appendDecision(dst []byte, d eval.Decision) []byte {
	dst = append(append(dst, `"answer":"`...), d.Result().String()...)
	dst = append(append(dst, `","reason":"`...), d.Reason.String()...)
	dst = append(dst, '"')
	if d.FarSide {
		dst = append(dst, `,"farSide":true`...)
	}
	return dst
}

// explain answers with the explanation.
func (a *Answerer) explain(dst []byte, l *line) ([]byte, Outcome) {
	x, err := a.engine.Explain(l.Request)
	if err != nil {
		return a.refuse(dst, err)
	}
	outcome := Answered
	if x.Unanswered != "" {
		outcome = Unanswered
		dst = a.appendUnanswered(dst, x.Unanswered)
	} else {
		dst = appendDecision(dst, x.Decision)
	}
	dst = append(a.appendWarnings(dst), `,"explanation":`...)
	a.explanation.Reset()
	encoder := json.NewEncoder(&a.explanation)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(x); err != nil {
		// An explanation holds nothing but strings, numbers and booleans.
		panic("batch: " + err.Error())
	}
	dst = append(dst, bytes.TrimSuffix(a.explanation.Bytes(), []byte("\n"))...)
	return append(dst, '}'), outcome
}

// refuse answers a request that the engine has no decision for.
func (a *Answerer) refuse(dst []byte, err error) ([]byte, Outcome) {
	var request *eval.RequestError
	if errors.As(err, &request) {
		return a.appendFaults(dst, []Fault{unusable(request)}), Faulty
	}
	dst = a.appendUnanswered(dst, err.Error())
	return append(a.appendWarnings(dst), '}'), Unanswered
}

func (a *Answerer) appendUnanswered(dst []byte, why string) []byte {
	a.problem = Fault{Message: why}
	return appendText(append(dst, `"answer":"unanswered","unanswered":`...), why)
}

func (a *Answerer) appendFaults(dst []byte, faults []Fault) []byte {
	a.problem = faults[0]
	dst = appendError(append(dst, `"error":`...), faults)
	return append(a.appendWarnings(dst), '}')
}

func (a *Answerer) appendWarnings(dst []byte) []byte {
	if len(a.decoder.warnings) == 0 {
		return dst
	}
	return appendTexts(append(dst, `,"warnings":`...), a.decoder.warnings)
}
