package batch

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"iamsim/model"
)

func (d *decoder) fault(column int, code, field, format string, args ...any) *Fault {
	d.faults = append(d.faults, Fault{Code: code, Field: field, Column: column, Message: fmt.Sprintf(format, args...)})
	return &d.faults[len(d.faults)-1]
}

func (d *decoder) wrongType(v value, field, wanted string) {
	if v.kind() == 'n' {
		d.fault(v.column, codeWrongType, field, "%s takes %s, and is null here", field, wanted).Hint = "leave the field out if it does not apply"
		return
	}
	d.fault(v.column, codeWrongType, field, "%s takes %s, not %s", field, wanted, phrase(v.kind()))
}

func (d *decoder) unknown(column int, what, prefix, name string, known []string) {
	f := d.fault(column, codeUnknownField, prefix+name, "%s has no field %q", what, name)
	f.Hint = "allowed are " + strings.Join(known, ", ")
	if near, ok := model.Suggest(name, known); ok {
		f.Hint = fmt.Sprintf("did you mean %q? %s", near, f.Hint)
	}
}

// syntax takes note that the line is not JSON.
func (d *decoder) syntax(t *text, err error) {
	offset, cause, name := t.dec.InputOffset(), err, ""
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		offset, cause, name = syntactic.ByteOffset, syntactic.Err, syntactic.JSONPointer.LastToken()
	}
	column := t.column + int(offset)
	switch {
	case errors.Is(cause, jsontext.ErrDuplicateName):
		d.fault(column, codeNotJSON, "", "the name %q stands twice in one object", name)
	case errors.Is(cause, io.ErrUnexpectedEOF), errors.Is(cause, io.EOF):
		d.fault(column, codeNotJSON, "", "not valid JSON: the line ends too early")
	default:
		d.fault(column, codeNotJSON, "", "not valid JSON: %v", cause)
	}
}

func phrase(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '[':
		return "a list"
	}
	return "an object"
}

// scalar returns the source text of a string, number or boolean.
func scalar(v value) ([]byte, bool) {
	switch v.kind() {
	case '"':
		// A value that was read has no bad escapes.
		text, err := unquote(v.raw)
		return text, err == nil
	case '0', 't', 'f':
		return v.raw, true
	}
	return nil, false
}

// text returns the source text of a scalar that must not be empty.
func (d *decoder) text(v value, field string) ([]byte, bool) {
	text, ok := scalar(v)
	switch {
	case !ok:
		d.wrongType(v, field, "a string")
		return nil, false
	case len(text) == 0:
		d.fault(v.column, codeBadValue, field, "%s is the empty string", field)
		return nil, false
	}
	return text, true
}

// name is text for what repeats from request to request.
func (d *decoder) name(v value, field string) string {
	text, ok := d.text(v, field)
	if !ok {
		return ""
	}
	return d.names.name(text)
}

func (d *decoder) account(v value) string {
	id := d.name(v, "resourceAccount")
	if id != "" && !model.IsAccountID(id) {
		d.fault(v.column, codeBadValue, "resourceAccount", "resourceAccount is %q; an account id has 12 digits", id)
	}
	return id
}

func (d *decoder) time(v value, field string) time.Time {
	text, ok := d.text(v, field)
	if !ok {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, string(text))
	switch {
	case err != nil:
		d.fault(v.column, codeBadValue, field, "%s is %q, which is not an RFC 3339 time", field, text).Hint = "write it as 2026-11-22T10:00:00Z"
	case at.IsZero():
		d.fault(v.column, codeBadValue, field, "%s is the first second of year 1, which stands for no time", field)
	}
	return at
}

// list reads a list of distinct strings.
func (d *decoder) list(v value, field string) []string {
	if v.kind() != '[' {
		d.wrongType(v, field, "a list of strings")
		return nil
	}
	list := []string{}
	d.items(v, func(item value) {
		text, ok := scalar(item)
		switch {
		case !ok:
			d.fault(item.column, codeWrongType, field, "an entry of %s is a string, not %s", field, phrase(item.kind()))
		case len(text) == 0:
			d.fault(item.column, codeBadValue, field, "an entry of %s is the empty string", field)
		case slices.Contains(list, string(text)):
			d.fault(item.column, codeRepeated, field, "%s lists %q twice", field, text)
		default:
			list = append(list, d.names.name(text))
		}
	})
	return list
}

// items hands on the entries of a list inside the line.
func (d *decoder) items(v value, read func(item value)) {
	t := d.open(v.raw, v.column)
	defer d.close()
	if err := t.items(read); err != nil {
		d.syntax(t, err)
	}
}

// object hands on the members of an object inside the line.
func (d *decoder) object(v value, field string, read func(name []byte, at int, v value)) bool {
	if v.kind() != '{' {
		d.wrongType(v, field, "an object")
		return false
	}
	t := d.open(v.raw, v.column)
	defer d.close()
	if err := t.members(read); err != nil {
		d.syntax(t, err)
		return false
	}
	return true
}
