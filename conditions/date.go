package conditions

import (
	"fmt"
	"strings"
	"time"
)

// parseDate reads an instant in one of the forms of rule C33 and returns it as
// seconds since 1970-01-01T00:00:00Z. A text with '-' behind its first
// character, or with t or T, is ISO 8601; any other is epoch seconds, so that
// `2026` is a second of 1970.
func parseDate(s string) (decimal, bool) {
	if s == "" {
		return decimal{}, false
	}
	if !strings.ContainsAny(s, "tT") && !strings.Contains(s[1:], "-") {
		return parsePlain(s)
	}
	at, ok := parseISO(s)
	if !ok {
		return decimal{}, false
	}
	return parsePlain(epochText(at))
}

// epochText returns the instant in seconds since 1970 as a decimal text.
func epochText(at time.Time) string {
	seconds, nanos, sign := at.Unix(), int64(at.Nanosecond()), ""
	if seconds < 0 {
		// Nanosecond counts forward from the second below: -0.25 is -1 and
		// three quarters.
		sign, seconds = "-", -seconds
		if nanos > 0 {
			seconds, nanos = seconds-1, int64(time.Second)-nanos
		}
	}
	if nanos == 0 {
		return fmt.Sprintf("%s%d", sign, seconds)
	}
	return fmt.Sprintf("%s%d.%09d", sign, seconds, nanos)
}

// parseISO reads
//
//	YYYY-MM[-DD[Thh[:mm[:ss[.f]]]]][zone]
//
// with one to nine digits f, one or two digits hh, and a zone of Z, ±hh, ±hhmm
// or ±hh:mm; without zone it is UTC. `2026-10-05` is a day, never October in
// the zone -05.
func parseISO(s string) (time.Time, bool) {
	c := cursor{rest: s, ok: true}
	year := c.digits(4)
	c.expect('-')
	month := c.digits(2)
	day := 1
	timed := false
	if c.ok && hasDay(c.rest) {
		c.expect('-')
		day = c.digits(2)
		timed = c.skip('T') || c.skip('t')
	}
	var hour, minute, second, nanos int
	if timed {
		hour = c.hour()
		if c.skip(':') {
			minute = c.digits(2)
			if c.skip(':') {
				second = c.digits(2)
				if c.skip('.') {
					nanos = c.nanos()
				}
			}
		}
	}
	offset := c.zone()
	if !c.ok || c.rest != "" || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	// time.Date carries an impossible day over into the next month.
	if month < 1 || month > 12 || at.Month() != time.Month(month) || at.Day() != day {
		return time.Time{}, false
	}
	return at.Add(-offset), true
}

// hasDay reports whether `-DD` follows a month, rather than a zone: two digits
// and then neither a third nor a colon.
func hasDay(s string) bool {
	if len(s) < 3 || s[0] != '-' || !allDigits(s[1:3]) {
		return false
	}
	return len(s) == 3 || s[3] != ':' && !allDigits(s[3:4])
}

// cursor reads a text from left to right; once something is not as expected,
// ok is false and stays so.
type cursor struct {
	rest string
	ok   bool
}

// skip reads b if it is next.
func (c *cursor) skip(b byte) bool {
	if c.rest == "" || c.rest[0] != b {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

func (c *cursor) expect(b byte) {
	if !c.skip(b) {
		c.ok = false
	}
}

// digits reads a number of exactly n digits.
func (c *cursor) digits(n int) int {
	if len(c.rest) < n || !allDigits(c.rest[:n]) {
		c.ok = false
		return 0
	}
	v := 0
	for i := range n {
		v = v*10 + int(c.rest[i]-'0')
	}
	c.rest = c.rest[n:]
	return v
}

// hour reads an hour of one or two digits.
func (c *cursor) hour() int {
	if len(c.rest) >= 2 && allDigits(c.rest[:2]) {
		return c.digits(2)
	}
	return c.digits(1)
}

// nanos reads one to nine digits of a fraction of a second.
func (c *cursor) nanos() int {
	n := 0
	for n < len(c.rest) && allDigits(c.rest[n:n+1]) {
		n++
	}
	if n == 0 || n > 9 {
		c.ok = false
		return 0
	}
	v := c.digits(n)
	for ; n < 9; n++ {
		v *= 10
	}
	return v
}

// zone reads a zone, which may be missing, and returns how far its clocks are
// ahead of UTC.
func (c *cursor) zone() time.Duration {
	if c.rest == "" || c.skip('Z') {
		return 0
	}
	ahead := time.Duration(1)
	if c.skip('-') {
		ahead = -1
	} else {
		c.expect('+')
	}
	hours, minutes := c.digits(2), 0
	if c.skip(':') || c.rest != "" {
		minutes = c.digits(2)
	}
	if hours > 23 || minutes > 59 {
		c.ok = false
	}
	return ahead * (time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
}
