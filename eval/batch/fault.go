package batch

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"iamsim/eval"
)

// The codes of what can be wrong with a line.
const (
	codeNotJSON      = "not-json"
	codeTooLong      = "too-long"
	codeWrongType    = "wrong-type"
	codeUnknownField = "unknown-field"
	codeMissingField = "missing-field"
	codeBadValue     = "bad-value"
	codeRepeated     = "repeated-entry"
	// codeUnusable: the line is well-formed, and the inventory or the rules have no use for the request.
	codeUnusable = "unusable-request"
)

var codes = []string{
	codeNotJSON, codeTooLong, codeWrongType, codeUnknownField, codeMissingField, codeBadValue, codeRepeated, codeUnusable,
}

// Fault is one thing that is wrong with a line. Nothing in it depends on where
// the line stands in its input.
type Fault struct {
	// Code is a stable word for the kind of fault.
	Code string
	// Field is the field of the request that is at fault, such as
	// "session.type"; empty where it is the line as a whole.
	Field string
	// Column is the place in the line, in bytes from 1; 0 for a request that is well-formed and cannot be used.
	Column int
	// Message says what was found and what is allowed.
	Message string
	// Hint is a suggestion; it may be empty.
	Hint string
	// Candidates are what a name could mean where several entities fit.
	Candidates []string
}

// String returns the fault as one line.
func (f Fault) String() string {
	text := f.Message
	if len(f.Candidates) > 0 {
		text += ": " + strings.Join(f.Candidates, ", ")
	}
	if f.Hint != "" {
		text += "; " + f.Hint
	}
	return text
}

func unusable(e *eval.RequestError) Fault {
	return Fault{Code: codeUnusable, Field: e.Field, Message: e.Field + ": " + e.Message, Hint: e.Hint, Candidates: e.Candidates}
}

func tooLong() Fault {
	return Fault{Code: codeTooLong, Message: fmt.Sprintf("the line is longer than %d bytes", MaxLine), Hint: "a line holds one request"}
}

// appendError appends the error object of a line: its first fault, with the
// others below "more".
func appendError(dst []byte, faults []Fault) []byte {
	dst = appendFault(dst, &faults[0])
	if len(faults) > 1 {
		dst = append(dst, `,"more":[`...)
		for i := range faults[1:] {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendFault(dst, &faults[i+1]), '}')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// appendFault appends the object of a fault without its closing brace.
func appendFault(dst []byte, f *Fault) []byte {
	dst = append(dst, `{"code":`...)
	dst = appendText(dst, f.Code)
	if f.Field != "" {
		dst = appendText(append(dst, `,"field":`...), f.Field)
	}
	if f.Column > 0 {
		dst = strconv.AppendInt(append(dst, `,"column":`...), int64(f.Column), 10)
	}
	dst = appendText(append(dst, `,"message":`...), f.Message)
	if f.Hint != "" {
		dst = appendText(append(dst, `,"hint":`...), f.Hint)
	}
	if len(f.Candidates) > 0 {
		dst = appendTexts(append(dst, `,"candidates":`...), f.Candidates)
	}
	return dst
}

// appendText appends a JSON string. What is not UTF-8 becomes U+FFFD.
func appendText(dst []byte, text string) []byte {
	// The error tells of the replacement only.
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}

func appendTexts(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, text := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, text)
	}
	return append(dst, ']')
}
