package organization

import (
	"bufio"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Statement is one statement of a policy that was made.
type Statement struct {
	Sid    string
	Effect string
	// Principal is the JSON text of the Principal element; empty where there is none.
	Principal string
	// Actions stand under Action, or under NotAction.
	NotAction bool
	Actions   []string
	// Resources stand under Resource, or under NotResource; none leaves the element out.
	NotResource bool
	Resources   []string
	Conditions  []Condition
}

// Condition is one line of a Condition element.
type Condition struct {
	Operator, Key string
	Values        []string
}

// writer writes JSON without white space but for the lines that its callers
// start. The first error of the writer below stops everything.
type writer struct {
	out *bufio.Writer
	buf []byte
	err error
}

func newWriter(w io.Writer) *writer { return &writer{out: bufio.NewWriterSize(w, 1<<16)} }

func (w *writer) raw(text string) { w.buf = append(w.buf, text...) }

// text writes a string of JSON. Whatever is written here was made from the
// words of this package, so that quoting cannot fail.
func (w *writer) text(s string) {
	quoted, err := jsontext.AppendQuote(w.buf, s)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.buf = quoted
}

// list writes a string for one text, a list for several.
func (w *writer) list(texts []string) {
	if len(texts) == 1 {
		w.text(texts[0])
		return
	}
	w.texts(texts)
}

func (w *writer) texts(texts []string) {
	for i, s := range texts {
		w.separate(i, "[")
		w.text(s)
	}
	if len(texts) == 0 {
		w.raw("[")
	}
	w.raw("]")
}

// separate writes the opening before the first of several, else a comma.
func (w *writer) separate(i int, opening string) {
	if i == 0 {
		w.raw(opening)
	} else {
		w.raw(",")
	}
}

// flush hands what is written to the writer below.
func (w *writer) flush() {
	if w.err == nil {
		_, w.err = w.out.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

func (w *writer) close() error {
	w.flush()
	if w.err != nil {
		return w.err
	}
	return w.out.Flush()
}

// document writes a policy document.
func (w *writer) document(statements ...Statement) {
	w.raw(`{"Version":"2012-10-17","Statement":[`)
	for i := range statements {
		if i > 0 {
			w.raw(",")
		}
		w.statement(&statements[i])
	}
	w.raw("]}")
}

func (w *writer) statement(s *Statement) {
	w.raw(`{`)
	if s.Sid != "" {
		w.raw(`"Sid":`)
		w.text(s.Sid)
		w.raw(`,`)
	}
	w.raw(`"Effect":`)
	w.text(s.Effect)
	if s.Principal != "" {
		w.raw(`,"Principal":` + s.Principal)
	}
	w.raw(`,"` + not(s.NotAction) + `Action":`)
	w.list(s.Actions)
	if len(s.Resources) > 0 {
		w.raw(`,"` + not(s.NotResource) + `Resource":`)
		w.list(s.Resources)
	}
	w.conditions(s.Conditions)
	w.raw("}")
}

func not(negated bool) string {
	if negated {
		return "Not"
	}
	return ""
}

// conditions writes a Condition element; conditions of one operator stand together.
func (w *writer) conditions(list []Condition) {
	if len(list) == 0 {
		return
	}
	w.raw(`,"Condition":`)
	written := 0
	for i, first := range list {
		if sameOperator(list[:i], first.Operator) {
			continue
		}
		w.separate(written, "{")
		written++
		w.text(first.Operator)
		w.raw(":")
		keys := 0
		for _, c := range list[i:] {
			if c.Operator != first.Operator {
				continue
			}
			w.separate(keys, "{")
			keys++
			w.text(c.Key)
			w.raw(":")
			w.list(c.Values)
		}
		w.raw("}")
	}
	w.raw("}")
}

func sameOperator(list []Condition, operator string) bool {
	for _, c := range list {
		if c.Operator == operator {
			return true
		}
	}
	return false
}

// Document returns the policy document of the statements as JSON.
func Document(statements ...Statement) string {
	w := &writer{}
	w.document(statements...)
	return string(w.buf)
}
