package conditions

import (
	"cmp"
	"strings"
)

// maxExponent bounds the exponent of a number either way. Numbers are compared
// by their digits where they stand, so a large exponent costs nothing; the
// bound keeps the sum of an exponent and a length far from overflow.
const maxExponent = 1<<31 - 1

// decimal is an exact decimal number: 0.DIGITS times ten to the power of
// point, where DIGITS are those of whole followed by those of fraction, the
// first of them not 0. Zero has no digits. It refers to the text it was read
// from; comparing allocates nothing.
type decimal struct {
	negative        bool
	whole, fraction string
	point           int64
}

// parseNumber reads a decimal number: a sign, digits with at most one point
// among them, an exponent; sign and exponent may be missing, but not all
// digits (rules C30, C32). Blanks, fractions, hexadecimal and the names of
// infinities are none.
func parseNumber(s string) (decimal, bool) {
	rest, negative := cutSign(s)
	mantissa, exponent := rest, int64(0)
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		var ok bool
		if exponent, ok = parseExponent(rest[i+1:]); !ok {
			return decimal{}, false
		}
		mantissa = rest[:i]
	}
	return newDecimal(negative, mantissa, exponent)
}

// parsePlain is parseNumber without exponents.
func parsePlain(s string) (decimal, bool) {
	rest, negative := cutSign(s)
	return newDecimal(negative, rest, 0)
}

func cutSign(s string) (rest string, negative bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:], s[0] == '-'
	}
	return s, false
}

func parseExponent(s string) (int64, bool) {
	digits, negative := cutSign(s)
	if digits == "" || !allDigits(digits) {
		return 0, false
	}
	var e int64
	for i := 0; i < len(digits); i++ {
		if e = e*10 + int64(digits[i]-'0'); e > maxExponent {
			return 0, false
		}
	}
	if negative {
		e = -e
	}
	return e, true
}

// newDecimal reads the digits and point of a number.
func newDecimal(negative bool, mantissa string, exponent int64) (decimal, bool) {
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if len(whole)+len(fraction) == 0 || !allDigits(whole) || !allDigits(fraction) {
		return decimal{}, false
	}
	whole = strings.TrimLeft(whole, "0")
	d := decimal{negative: negative, whole: whole, fraction: fraction, point: int64(len(whole)) + exponent}
	if whole == "" {
		d.fraction = strings.TrimLeft(fraction, "0")
		d.point = exponent - int64(len(fraction)-len(d.fraction))
	}
	if d.digits() == 0 {
		return decimal{}, true
	}
	return d, true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// digits returns how many digits are written.
func (d *decimal) digits() int { return len(d.whole) + len(d.fraction) }

// digit returns the digit number i; behind the last one all are 0.
func (d *decimal) digit(i int) byte {
	switch {
	case i < len(d.whole):
		return d.whole[i]
	case i < d.digits():
		return d.fraction[i-len(d.whole)]
	}
	return '0'
}

// sign returns -1, 0 or 1.
func (d *decimal) sign() int {
	switch {
	case d.digits() == 0:
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// compare returns -1, 0 or 1 as d is less than, equal to or greater than e.
func (d *decimal) compare(e *decimal) int {
	if s, t := d.sign(), e.sign(); s != t || s == 0 {
		return cmp.Compare(s, t)
	}
	if d.negative {
		return e.compareSize(d)
	}
	return d.compareSize(e)
}

// compareSize compares two numbers that are not 0 without their signs.
func (d *decimal) compareSize(e *decimal) int {
	if d.point != e.point {
		return cmp.Compare(d.point, e.point)
	}
	for i := range max(d.digits(), e.digits()) {
		if c := cmp.Compare(d.digit(i), e.digit(i)); c != 0 {
			return c
		}
	}
	return 0
}
