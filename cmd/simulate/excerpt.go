package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"iamsim/internal/printable"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Excerpts are shown of inputs that fit into memory twice without thought, and
// of a line as much as fits beside its number.
const (
	excerptBytes = 16 << 20
	excerptWidth = 110
)

// sources keeps the lines of the files that findings point into.
type sources struct {
	lines map[string][][]byte
}

// line returns a line of a file, or nil where the file cannot be shown.
func (s *sources) line(at model.Position) []byte {
	if at.Line <= 0 {
		return nil
	}
	lines, known := s.lines[at.File]
	if !known {
		data, err := fs.ReadFile(inventory.OS(), at.File)
		if err == nil {
			lines = s.add(at.File, data)
		}
	}
	if at.Line > len(lines) {
		return nil
	}
	return bytes.TrimSuffix(lines[at.Line-1], []byte("\r"))
}

// add keeps the lines of an input that was read already.
func (s *sources) add(name string, data []byte) [][]byte {
	if s.lines == nil {
		s.lines = map[string][][]byte{}
	}
	gzipped := bytes.HasPrefix(data, []byte{0x1f, 0x8b})
	if len(data) > excerptBytes || gzipped || !utf8.Valid(data) {
		s.lines[name] = nil
	} else {
		s.lines[name] = bytes.Split(data, []byte("\n"))
	}
	return s.lines[name]
}

// excerpt shows a finding's line with a mark below its column.
func (s *sources) excerpt(at model.Position) string {
	line := s.line(at)
	column := at.Column - 1
	if len(line) == 0 || column < 0 || column > len(line) {
		return ""
	}
	before, after := []rune(string(line[:column])), []rune(string(line[column:]))
	head := ""
	if most := excerptWidth / 2; len(before) > most {
		head, before = "...", before[len(before)-most:]
	}
	tail := ""
	if most := excerptWidth - len(before); len(after) > most {
		tail, after = "...", after[:most]
	}
	show := func(text []rune) string {
		return strings.Map(func(c rune) rune {
			if printable.Hidden(c) {
				return ' '
			}
			return c
		}, string(text))
	}
	number := fmt.Sprint(at.Line)
	return fmt.Sprintf("  %s | %s%s%s%s\n  %s | %s^\n", number, head, show(before), show(after), tail,
		strings.Repeat(" ", len(number)), strings.Repeat(" ", len(head)+len(before)))
}

// characterColumn turns a column in bytes into one in characters, as SARIF counts.
func (s *sources) characterColumn(at model.Position) int {
	line := s.line(at)
	if line == nil || at.Column < 1 || at.Column-1 > len(line) {
		return at.Column
	}
	return utf8.RuneCount(line[:at.Column-1]) + 1
}
