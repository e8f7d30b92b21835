package eval

import (
	"strconv"
	"strings"
)

// RequestError says that a request cannot be understood: an unknown
// principal, a malformed ARN, a session policy for a caller without session.
type RequestError struct {
	// Field is the part of model.Request that is at fault, such as "principal".
	Field   string
	Message string
	// Hint is a suggestion; it may be empty.
	Hint string
	// Candidates are what a name could mean where several entities fit.
	Candidates []string
}

// Error returns one line.
func (e *RequestError) Error() string {
	text := e.Field + ": " + e.Message
	if len(e.Candidates) > 0 {
		text += ": " + strings.Join(e.Candidates, ", ")
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// UnansweredError says that the inventory does not hold what an answer needs.
type UnansweredError struct {
	Message string
	// Hint says what would give an answer; it may be empty.
	Hint string
}

// Error returns one line.
func (e *UnansweredError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

func requestError(field, message, hint string) *RequestError {
	return &RequestError{Field: field, Message: message, Hint: hint}
}

func quote(s string) string { return strconv.Quote(s) }
