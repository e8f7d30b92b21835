package conditions

import "encoding/base64"

// binaryTest is BinaryEquals (rule C39).
type binaryTest struct {
	values []decoded
}

// decoded is a policy value as bytes; ok is false if it is not base64.
type decoded struct {
	bytes []byte
	ok    bool
}

func newBinaryTest(values []string) *binaryTest {
	t := &binaryTest{values: make([]decoded, len(values))}
	for i, v := range values {
		if validBase64(v) {
			b, err := base64.StdEncoding.DecodeString(v)
			t.values[i] = decoded{b, err == nil}
		}
	}
	return t
}

func (t *binaryTest) against(x *scalar) verdict {
	if !validBase64(x.text) {
		return failed
	}
	var v verdict
	for i := range t.values {
		switch {
		case !t.values[i].ok:
			v |= failed
		case equalBase64(x.text, t.values[i].bytes):
			return matched
		}
	}
	return v
}

// padding counts the `=` at the end of a base64 text, at most two.
func padding(s string) int {
	n := 0
	for n < 2 && n < len(s) && s[len(s)-1-n] == '=' {
		n++
	}
	return n
}

// validBase64 reports whether s is base64 in the standard alphabet, padded,
// without line breaks. Bits behind the last byte may have any value.
func validBase64(s string) bool {
	if len(s)%4 != 0 {
		return false
	}
	for i := range len(s) - padding(s) {
		if sextet(s[i]) < 0 {
			return false
		}
	}
	return true
}

// sextet returns the six bits a letter stands for, or -1.
func sextet(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 26
	case '0' <= c && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}

// equalBase64 reports whether a valid base64 text decodes to want. It decodes
// as it goes, so that comparing allocates nothing.
func equalBase64(s string, want []byte) bool {
	letters := len(s) - padding(s)
	if letters*6/8 != len(want) {
		return false
	}
	bits, have, at := 0, 0, 0
	for i := range letters {
		bits = (bits<<6 | sextet(s[i])) & 0xffff
		if have += 6; have < 8 {
			continue
		}
		have -= 8
		if byte(bits>>have) != want[at] {
			return false
		}
		at++
	}
	return true
}
