package conditions

import (
	"strconv"
	"strings"
	"time"
)

// Instant reads a text in one of the forms of rule C33 as a point in time, to
// the nanosecond; finer fractions are cut off. It reports false for a text
// that is no date, and for one too far from 1970 to be told in seconds.
func Instant(text string) (time.Time, bool) {
	if _, ok := parseDate(text); !ok {
		return time.Time{}, false
	}
	if at, ok := parseISO(text); ok {
		return at, true
	}
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if strings.HasPrefix(whole, "-") {
		nanos = -nanos
	}
	return time.Unix(seconds, nanos).UTC(), true
}

// EpochText returns a point in time as seconds since 1970, the form of aws:EpochTime.
func EpochText(at time.Time) string { return epochText(at) }
