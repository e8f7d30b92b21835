package source

import (
	"bytes"
	"unicode/utf8"
)

// places turns the YAML library's lines and columns into ours: it counts
// columns in characters and ends lines at more than newlines. Questions in the
// order of the text cost a single scan of it, however long its lines are.
type places struct {
	text []byte
	// starts are the offsets at which the library's lines begin.
	starts []int
	// line, column and offset are the library's place of the last question.
	line, column, offset int
	ours                 lines
}

// lineStarts returns the offset of every line as YAML 1.1 ends lines: at LF,
// CR, CR LF, NEL, LS and PS.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			starts = append(starts, i+1)
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				starts = append(starts, i+1)
			}
		case 0xC2:
			if bytes.HasPrefix(text[i:], []byte("\u0085")) {
				starts = append(starts, i+2)
			}
		case 0xE2:
			if bytes.HasPrefix(text[i:], []byte("\u2028")) || bytes.HasPrefix(text[i:], []byte("\u2029")) {
				starts = append(starts, i+3)
			}
		}
	}
	return starts
}

// at returns our line and column, both counted from 1, of the library's.
func (p *places) at(line, column int) (int32, int32) {
	if line < 1 {
		return 0, 0
	}
	if line != p.line || column < p.column {
		p.line, p.column, p.offset = line, 1, p.starts[min(line, len(p.starts))-1]
	}
	for ; p.column < column && p.offset < len(p.text); p.column++ {
		_, size := utf8.DecodeRune(p.text[p.offset:])
		p.offset += size
	}
	if p.offset < p.ours.done {
		p.ours = lines{}
	}
	p.ours.text = p.text
	return p.ours.at(p.offset)
}
