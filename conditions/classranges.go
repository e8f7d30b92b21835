package conditions

import (
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxPlaces bounds the decimal places and the digits of numbers between which
// further numbers are looked for.
const maxPlaces = 40

// ordered returns numbers on, between and outside all the bounds of the
// Numeric and Date tests. Dates are seconds since 1970 to both, so that one
// scale serves. respelled adds the same numbers in another spelling, for keys
// that are compared as texts too.
func (w *classWork) ordered(respelled bool) []string {
	bounds, places := w.bounds()
	if len(bounds) == 0 {
		return []string{"0"}
	}
	step := big.NewRat(1, 1)
	points := []*big.Rat{new(big.Rat).Sub(bounds[0], step)}
	for i, b := range bounds {
		if i > 0 {
			middle := new(big.Rat).Add(bounds[i-1], b)
			points = append(points, middle.Quo(middle, big.NewRat(2, 1)))
		}
		points = append(points, b)
	}
	points = append(points, new(big.Rat).Add(bounds[len(bounds)-1], step))
	dates := !w.families[NumericFamily]
	var out []string
	for _, p := range points {
		text := p.FloatString(places + 1)
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
		if respelled {
			out = append(out, respell(text))
		}
		if dates {
			text = dateText(text)
		}
		out = append(out, text)
	}
	return out
}

// respell writes a plain number in a way that is unlikely to stand in a policy.
func respell(text string) string {
	if strings.Contains(text, ".") {
		return text + "0000"
	}
	return text + ".0000"
}

// dateText writes whole seconds of common years as a date.
func dateText(seconds string) string {
	n, err := strconv.ParseInt(seconds, 10, 64)
	const last = 253402300799 // the end of the year 9999
	if err != nil || n < 0 || n > last {
		return seconds
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}

// bounds returns the numbers of all ordered tests, sorted, each once, and
// their greatest number of decimal places.
func (w *classWork) bounds() (out []*big.Rat, places int) {
	for _, e := range w.own {
		t, ok := e.test.(*orderedTest)
		if !ok {
			continue
		}
		for i, value := range e.values {
			if t.values[i] == nil {
				continue
			}
			if e.op.Base.Family() == DateFamily {
				if at, ok := parseISO(value); ok {
					value = epochText(at)
				}
			}
			number, n, ok := rational(value)
			if !ok {
				w.complete = false
				continue
			}
			out, places = append(out, number), max(places, n)
		}
	}
	slices.SortFunc(out, (*big.Rat).Cmp)
	return slices.CompactFunc(out, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 }), places
}

// rational reads a number of a bearable length and tells its decimal places.
func rational(text string) (number *big.Rat, places int, ok bool) {
	d, ok := parseNumber(text)
	if !ok || d.point > maxPlaces || d.point < -maxPlaces || d.digits() > maxPlaces {
		return nil, 0, false
	}
	number, ok = new(big.Rat).SetString(text)
	if !ok {
		return nil, 0, false
	}
	return number, max(0, d.digits()-int(d.point)), true
}

// addresses returns an address of every cell into which the ranges of the IP
// tests cut the two families: every cell begins where a range begins or behind
// the end of one.
func (w *classWork) addresses() []string {
	out := slices.Concat(strangers4, strangers6)
	for _, e := range w.own {
		t, ok := e.test.(*ipTest)
		if !ok {
			continue
		}
		for _, p := range t.ranges {
			out = append(out, edges(p)...)
			if p.Addr().Is4In6() {
				for _, text := range edges(p) {
					if a, err := netip.ParseAddr(text); err == nil && a.Is4In6() {
						out = append(out, a.Unmap().String())
					}
				}
			}
		}
	}
	return out
}
