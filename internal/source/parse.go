package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// MaxDepth is the number of lists and objects that may stand inside each
	// other. A policy has seven levels, an account export twelve; a reader that
	// descends by recursion needs a bound far below what its stack holds.
	MaxDepth = 1000

	// MaxYAMLSize is the largest YAML text that is read, in bytes. YAML takes
	// about thirty times the memory of its text; JSON has no such bound.
	MaxYAMLSize = 16 << 20

	// MaxAliasNodes is the number of nodes that the aliases and merge keys of
	// one YAML document may stand for, all together.
	MaxAliasNodes = 10_000_000

	// MaxUnpackedSize is the largest text that a gzip file may hold, in bytes.
	// gzip packs at most 1,032 to 1, so that a file of 1 MiB may claim 1 GiB.
	MaxUnpackedSize = 1 << 30
)

// Parse reads one document. Text whose first character is { or [ is read as
// JSON, and as YAML if it is not valid JSON; other text is YAML. Gzip is
// recognised. The text is UTF-8, a byte order mark is allowed.
//
// Of data that holds no document or more than one, an error is returned. The
// error is an *Error, or several of them joined by [errors.Join].
func Parse(file string, data []byte) (*Node, error) {
	docs, err := parseStream(file, data, true)
	if err != nil {
		return nil, err
	}
	return docs[0], nil
}

// ParseAll reads a stream of documents: JSON values one after the other, as in
// newline-delimited JSON, or YAML documents separated by ---. It is otherwise
// like Parse; a stream without any document is an error.
func ParseAll(file string, data []byte) ([]*Node, error) {
	return parseStream(file, data, false)
}

// ParseJSON reads one JSON document and nothing else: neither YAML nor gzip.
// It serves texts that are JSON by definition, such as a policy inside a string.
func ParseJSON(file string, data []byte) (*Node, error) {
	if err := checkUTF8(&file, data); err != nil {
		return nil, err
	}
	docs, err := parseJSON(&file, data, true)
	if err != nil {
		return nil, err
	}
	return docs[0], nil
}

func parseStream(name string, data []byte, single bool) ([]*Node, error) {
	file := &name
	data, err := unpack(file, data)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := checkUTF8(file, text); err != nil {
		return nil, err
	}
	first := bytes.TrimLeft(text, " \t\r\n")
	if len(first) == 0 {
		return nil, &Error{Position{File: name, Line: 1, Column: 1}, "the input is empty"}
	}
	if first[0] != '{' && first[0] != '[' {
		return parseYAML(file, text, single)
	}
	docs, jsonErr := parseJSON(file, text, single)
	var fault *syntaxFault
	if !errors.As(jsonErr, &fault) {
		return docs, jsonErr
	}
	// A text that no reader takes is more likely meant as JSON; so is one that
	// is too large for YAML, which would only be told to become JSON.
	if len(text) <= MaxYAMLSize {
		if docs, err := parseYAML(file, text, single); err == nil {
			return docs, nil
		}
	}
	return nil, fault.Err
}

// unpack returns the text inside gzip data, and other data unchanged.
func unpack(file *string, data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		return data, nil
	}
	fail := func(err error) error {
		return &Error{Position{File: *file}, fmt.Sprintf("the gzip data cannot be unpacked: %v", err)}
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fail(err)
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxUnpackedSize+1))
	if err != nil {
		return nil, fail(err)
	}
	if len(text) > MaxUnpackedSize {
		return nil, fail(fmt.Errorf("more than %d bytes; unpack and split it", MaxUnpackedSize))
	}
	return text, nil
}

func checkUTF8(file *string, data []byte) error {
	if utf8.Valid(data) {
		return nil
	}
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	tracker := lines{text: data}
	line, column := tracker.at(at)
	return &Error{
		Position{*file, int(line), int(column)},
		fmt.Sprintf("the text is not UTF-8: byte 0x%02x", data[at]),
	}
}

// lines turns byte offsets that do not decrease into lines and columns. The
// text is scanned once.
type lines struct {
	text  []byte
	done  int // offset up to which newlines are counted
	line  int // newlines before done
	start int // offset of the line that holds done
}

// at returns the line and the column of a byte offset, both counted from 1.
func (l *lines) at(offset int) (line, column int32) {
	part := l.text[l.done:offset]
	if n := bytes.Count(part, []byte("\n")); n > 0 {
		l.line += n
		l.start = l.done + bytes.LastIndexByte(part, '\n') + 1
	}
	l.done = offset
	return clamp(l.line + 1), clamp(offset - l.start + 1)
}

func clamp(n int) int32 { return int32(min(n, 1<<31-1)) }

// duplicates reports every member whose name an earlier member has (A3).
func duplicates(file *string, fields []Field) []error {
	var errs []error
	report := func(again, first *Field) {
		errs = append(errs, &Error{
			Position{*file, int(again.Line), int(again.Column)},
			fmt.Sprintf("duplicate name %q: it stands on line %d already", again.Name, first.Line),
		})
	}
	if len(fields) <= 16 {
		for i := range fields {
			for j := range i {
				if fields[i].Name == fields[j].Name {
					report(&fields[i], &fields[j])
					break
				}
			}
		}
		return errs
	}
	seen := make(map[string]int, len(fields))
	for i := range fields {
		if j, ok := seen[fields[i].Name]; ok {
			report(&fields[i], &fields[j])
		} else {
			seen[fields[i].Name] = i
		}
	}
	return errs
}
