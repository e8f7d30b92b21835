package conditions

import (
	"math/big"
	"net/netip"
	"strconv"
	"time"
)

// boundaryDigits bounds the length of a number around which boundaries are
// computed; one with a large exponent would be written out digit by digit.
const boundaryDigits = 64

// boundaries returns a number or date of the policy, and a step to either
// side of it: a second for dates, a unit of the last digit for numbers.
func (e *Entry) boundaries(value string) []string {
	if e.op.Base.Family() == DateFamily {
		if at, ok := parseISO(value); ok {
			return dateBoundaries(value, at)
		}
	}
	return numberBoundaries(value)
}

func dateBoundaries(value string, at time.Time) []string {
	return []string{
		value,
		at.Add(-time.Second).Format(time.RFC3339Nano),
		at.Add(time.Second).Format(time.RFC3339Nano),
	}
}

func numberBoundaries(value string) []string {
	d, ok := parseNumber(value)
	if !ok {
		return []string{value}
	}
	if d.point > boundaryDigits || d.point < -boundaryDigits || d.digits() > boundaryDigits {
		size := "1e" + strconv.FormatInt(d.point, 10)
		return []string{value, "0", size, "-" + size}
	}
	exact, ok := new(big.Rat).SetString(value)
	if !ok {
		return []string{value}
	}
	places := 0
	for !new(big.Rat).Mul(exact, power10(places)).IsInt() {
		places++
	}
	step := new(big.Rat).Inv(power10(places))
	return []string{
		value,
		new(big.Rat).Sub(exact, step).FloatString(places),
		new(big.Rat).Add(exact, step).FloatString(places),
	}
}

func power10(n int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

// edges returns the first and last address of a range and their neighbours
// outside it.
func edges(p netip.Prefix) []string {
	first, last := p.Masked().Addr(), lastAddress(p)
	texts := []string{first.String(), last.String()}
	if a := first.Prev(); a.IsValid() {
		texts = append(texts, a.String())
	}
	if a := last.Next(); a.IsValid() {
		texts = append(texts, a.String())
	}
	return texts
}

func lastAddress(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	a, _ := netip.AddrFromSlice(bytes)
	return a
}
