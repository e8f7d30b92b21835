package batch

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"iamsim/conditions"
	"iamsim/model"
)

// decoder reads requests, a line each. It is not safe for concurrent use.
type decoder struct {
	reading model.ReadOptions

	request line
	// faults are those of the line that was read last, warnings what is odd about it.
	faults   []Fault
	warnings []string

	// texts are the text of the line and of the values inside it that are being read.
	texts [nesting]text
	depth int
	// readField is the method field, bound once.
	readField func(name []byte, at int, v value)

	names    names
	contexts cache[knownContext]
	keys     cache[knownKey]
	values   cache[conditions.Value]
	policies cache[knownPolicy]
}

// nesting is how deep values are read inside each other: the request, its
// context or session, and in that a list or the tags.
const nesting = 3

// line is what a line holds.
type line struct {
	model.Request
	// id is echoed as it is written; nil if the line has none.
	id []byte
	// hasPrincipal and hasAction tell whether the fields stand there, right or wrong.
	hasPrincipal, hasAction bool
}

func newDecoder(reading model.ReadOptions) *decoder {
	d := &decoder{reading: reading}
	d.readField = d.field
	return d
}

// text is a text of JSON in memory and how far it was read.
type text struct {
	bytes []byte
	// column is where the text begins in its line, from 1.
	column int
	buffer bytes.Buffer
	dec    *jsontext.Decoder
}

// value is a value as it is written, without blanks around it, and where it stands in its line.
type value struct {
	raw    []byte
	column int
}

func (v value) kind() jsontext.Kind { return jsontext.Value(v.raw).Kind() }

// open begins to read a text.
func (d *decoder) open(raw []byte, column int) *text {
	t := &d.texts[d.depth]
	d.depth++
	t.bytes, t.column, t.buffer = raw, column, *bytes.NewBuffer(raw)
	if t.dec == nil {
		t.dec = jsontext.NewDecoder(&t.buffer)
	} else {
		t.dec.Reset(&t.buffer)
	}
	return t
}

func (d *decoder) close() { d.depth-- }

// next reads a value whole.
func (t *text) next() (value, error) {
	raw, err := t.dec.ReadValue()
	if err != nil {
		return value{}, err
	}
	// A slice of the text itself stays good when the decoder reads on.
	end := int(t.dec.InputOffset())
	return value{t.bytes[end-len(raw) : end], t.column + end - len(raw)}, nil
}

// members reads an object and hands on each member, with the column of its name.
func (t *text) members(read func(name []byte, at int, v value)) error {
	if _, err := t.dec.ReadToken(); err != nil {
		return err
	}
	for t.dec.PeekKind() != '}' {
		name, err := t.next()
		if err != nil {
			return err
		}
		unquoted, err := unquote(name.raw)
		if err != nil {
			return err
		}
		v, err := t.next()
		if err != nil {
			return err
		}
		read(unquoted, name.column, v)
	}
	_, err := t.dec.ReadToken()
	return err
}

// items reads a list and hands on each entry.
func (t *text) items(read func(v value)) error {
	if _, err := t.dec.ReadToken(); err != nil {
		return err
	}
	for t.dec.PeekKind() != ']' {
		v, err := t.next()
		if err != nil {
			return err
		}
		read(v)
	}
	return nil
}

// unquote returns the text of a JSON string.
func unquote(raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	return jsontext.AppendUnquote(nil, raw)
}

var byteOrderMark = []byte("\ufeff")

// decode reads a line. The request is good if no faults were found; the id is
// kept also if there are, where it was reached. The id aliases the text, which
// must not change while the request is in use; everything else is copied.
func (d *decoder) decode(raw []byte) *line {
	l := &d.request
	*l, d.faults, d.warnings, d.depth = line{}, d.faults[:0], nil, 0
	if len(raw) > MaxLine {
		d.faults = append(d.faults, tooLong())
		return l
	}
	column := 1
	if bytes.HasPrefix(raw, byteOrderMark) {
		raw, column = raw[len(byteOrderMark):], 1+len(byteOrderMark)
	}
	t := d.open(raw, column)
	defer d.close()
	if t.dec.PeekKind() != '{' {
		d.noObject(t)
		return l
	}
	if err := t.members(d.readField); err != nil {
		d.syntax(t, err)
		return l
	}
	d.end(t)
	d.complete(l)
	return l
}

// noObject says what the line is instead of an object.
func (d *decoder) noObject(t *text) {
	v, err := t.next()
	switch {
	case err == io.EOF:
		d.fault(t.column, codeNotJSON, "", "the line is blank, and every line holds a request")
	case err != nil:
		d.syntax(t, err)
	default:
		d.fault(v.column, codeWrongType, "", "a request is an object, not %s", phrase(v.kind()))
	}
}

// end asks that nothing follows the request.
func (d *decoder) end(t *text) {
	rest := bytes.TrimLeft(t.bytes[t.dec.InputOffset():], " \t\r\n")
	if len(rest) > 0 {
		d.fault(t.column+len(t.bytes)-len(rest), codeNotJSON, "", "more follows the request, and a line holds one")
	}
}

// complete asks for the fields that every request has.
func (d *decoder) complete(l *line) {
	if !l.hasPrincipal {
		d.missing("principal")
	}
	if !l.hasAction {
		d.missing("action")
	}
}

func (d *decoder) missing(field string) {
	d.fault(d.texts[0].column, codeMissingField, field, "a request needs the field %q", field)
}

// field reads one member of a request.
func (d *decoder) field(name []byte, at int, v value) {
	l := &d.request
	switch string(name) {
	case "id":
		if kind := v.kind(); kind != '"' && kind != '0' {
			d.wrongType(v, "id", "a string or a number")
			return
		}
		l.id = v.raw
	case "principal":
		l.Principal, l.hasPrincipal = d.name(v, "principal"), true
	case "action":
		l.Action, l.hasAction = d.name(v, "action"), true
	case "resource":
		if text, ok := d.text(v, "resource"); ok {
			l.Resource = string(text)
		}
	case "resourceAccount":
		l.ResourceAccount = d.account(v)
	case "context":
		l.Context = d.context(v)
	case "at":
		l.At = d.time(v, "at")
	case "session":
		l.Session = d.session(v)
	case "sessionPolicy":
		l.SessionPolicies = d.sessionPolicy(v)
	case "sessionPolicyArns":
		l.SessionPolicyARNs = d.list(v, "sessionPolicyArns")
	case "parentUser":
		l.ParentUser = d.name(v, "parentUser")
	default:
		d.unknown(at, "a request", "", string(name), fieldNames(requestFields))
	}
}
