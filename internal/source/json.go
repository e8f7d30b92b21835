package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// syntaxFault is an error after which the text may yet be YAML: it is not JSON
// at all, while a duplicate name or a list too deep is wrong in both.
type syntaxFault struct{ Err *Error }

func (f *syntaxFault) Error() string { return f.Err.Error() }
func (f *syntaxFault) Unwrap() error { return f.Err }

type jsonReader struct {
	*builder
	dec   *jsontext.Decoder
	lines lines
	// items and fields are stacks of the members of the lists and objects that
	// are being read.
	items  []*Node
	fields []Field
	open   []opening
	errs   []error
}

// opening is a list or an object that is not closed yet.
type opening struct {
	kind Kind
	line int32
}

// parseJSON reads a stream of JSON values; single demands exactly one. An
// error of the grammar is a *syntaxFault.
func parseJSON(file *string, text []byte, single bool) ([]*Node, error) {
	r := &jsonReader{
		builder: newBuilder(file, len(text)),
		dec:     jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)),
		lines:   lines{text: text},
	}
	var docs []*Node
	for {
		doc, err := r.value()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
		if single && len(docs) > 1 {
			return nil, &syntaxFault{&Error{
				doc.Position(), "more than one JSON value, where one document is expected",
			}}
		}
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	if len(docs) == 0 {
		return nil, &Error{Position{File: *file, Line: 1, Column: 1}, "the input is empty"}
	}
	return docs, nil
}

// value reads the next value. It returns io.EOF between the values of a stream only.
func (r *jsonReader) value() (*Node, error) {
	switch r.dec.PeekKind() {
	case '{':
		return r.object()
	case '[':
		return r.list()
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, r.fault(err)
	}
	line, column := r.lines.at(int(r.dec.InputOffset()) - len(raw))
	switch raw.Kind() {
	case 'n':
		return r.node(Null, line, column), nil
	case 't', 'f':
		return r.scalar(Bool, raw, line, column), nil
	case '0':
		return r.scalar(Number, raw, line, column), nil
	}
	n := r.node(String, line, column)
	n.Text, err = r.unquote(raw)
	return n, err
}

func (r *jsonReader) scalar(kind Kind, raw []byte, line, column int32) *Node {
	n := r.node(kind, line, column)
	n.Text = r.text(raw)
	return n
}

func (r *jsonReader) unquote(raw []byte) (string, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return r.text(raw[1 : len(raw)-1]), nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return "", r.fault(err)
	}
	return r.text(text), nil
}

// begin reads the token that opens a list or an object.
func (r *jsonReader) begin(kind Kind) (*Node, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, r.fault(err)
	}
	line, column := r.lines.at(int(r.dec.InputOffset()) - 1)
	n := r.node(kind, line, column)
	if len(r.open) == MaxDepth {
		return nil, tooDeep(n)
	}
	r.open = append(r.open, opening{kind, line})
	return n, nil
}

func tooDeep(n *Node) error {
	return &Error{n.Position(), fmt.Sprintf("nested deeper than %d levels", MaxDepth)}
}

func (r *jsonReader) end() error {
	if _, err := r.dec.ReadToken(); err != nil {
		return r.fault(err)
	}
	r.open = r.open[:len(r.open)-1]
	return nil
}

func (r *jsonReader) object() (*Node, error) {
	n, err := r.begin(Object)
	if err != nil {
		return nil, err
	}
	base := len(r.fields)
	for r.dec.PeekKind() != '}' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return nil, r.fault(err)
		}
		var f Field
		f.Line, f.Column = r.lines.at(int(r.dec.InputOffset()) - len(raw))
		if f.Name, err = r.unquote(raw); err != nil {
			return nil, err
		}
		if f.Value, err = r.value(); err != nil {
			return nil, err
		}
		r.fields = append(r.fields, f)
	}
	n.Fields, r.builder.fields = keep(r.builder.fields, r.fields[base:], r.block())
	clear(r.fields[base:])
	r.fields = r.fields[:base]
	r.errs = append(r.errs, duplicates(r.file, n.Fields)...)
	return n, r.end()
}

func (r *jsonReader) list() (*Node, error) {
	n, err := r.begin(List)
	if err != nil {
		return nil, err
	}
	base := len(r.items)
	for r.dec.PeekKind() != ']' {
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		r.items = append(r.items, item)
	}
	n.Items, r.builder.items = keep(r.builder.items, r.items[base:], r.block())
	clear(r.items[base:])
	r.items = r.items[:base]
	return n, r.end()
}

// fault gives an error of the decoder its place.
func (r *jsonReader) fault(err error) error {
	if err == io.EOF && len(r.open) == 0 {
		return io.EOF
	}
	offset := r.dec.InputOffset()
	cause := err
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		offset, cause = syntactic.ByteOffset, syntactic.Err
	}
	at := min(max(int(offset), r.lines.done), len(r.lines.text))
	line, column := r.lines.at(at)
	message := fmt.Sprintf("not valid JSON: %v", cause)
	if errors.Is(cause, io.ErrUnexpectedEOF) || errors.Is(cause, io.EOF) {
		message = "not valid JSON: the text ends too early"
		if n := len(r.open); n > 0 {
			message += fmt.Sprintf("; the %v opened on line %d is not closed", r.open[n-1].kind, r.open[n-1].line)
		}
	}
	return &syntaxFault{&Error{Position{*r.file, int(line), int(column)}, message}}
}
