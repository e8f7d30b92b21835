package batch

import (
	"bytes"
	"io"
)

// splitter cuts an input into blocks of whole lines.
type splitter struct {
	in    io.Reader
	block int
	// rest is what was read behind the last newline of the block before.
	rest []byte
	// discarding is set inside a line that was found too long.
	discarding bool
	// ended is the error of the input, io.EOF at its end.
	ended error
}

// emptyReads is how many reads in a row may bring nothing.
const emptyReads = 100

// next appends the next lines to data, which is empty: one at least, each with
// its newline but for one that ends with the input. A line that is too long is
// given alone and cut off behind MaxLine+1 bytes. At the end of the input, and
// at an error of it, no data comes, only the error.
//
// What has arrived is given at once: whoever writes a request and waits for
// its answer gets it.
func (s *splitter) next(data []byte) ([]byte, error) {
	data = append(data, s.rest...)
	s.rest = s.rest[:0]
	for searched := 0; ; {
		if i := bytes.LastIndexByte(data[searched:], '\n'); i >= 0 {
			end := searched + i + 1
			s.rest = append(s.rest, data[end:]...)
			return data[:end], nil
		}
		if len(data) > MaxLine {
			s.discarding = true
			return data[:MaxLine+1], nil
		}
		if s.ended != nil {
			if len(data) > 0 {
				return data, nil
			}
			return nil, s.ended
		}
		searched = len(data)
		data = s.read(data)
		if s.discarding {
			data = s.discard(data)
			searched = 0
		}
	}
}

// read appends what one read of the input brings.
func (s *splitter) read(data []byte) []byte {
	if free := cap(data) - len(data); free < s.block/2 || free == 0 {
		grown := make([]byte, len(data), max(2*len(data), len(data)+s.block))
		copy(grown, data)
		data = grown
	}
	for range emptyReads {
		n, err := s.in.Read(data[len(data):cap(data)])
		if err != nil {
			s.ended = err
		}
		if n > 0 || err != nil {
			return data[:len(data)+n]
		}
	}
	s.ended = io.ErrNoProgress
	return data
}

// discard drops data up to the end of the line that was too long.
func (s *splitter) discard(data []byte) []byte {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return data[:0]
	}
	s.discarding = false
	return append(data[:0], data[i+1:]...)
}
