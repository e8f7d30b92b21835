package catalog

import "strings"

// lower returns the lower case of an ASCII letter and any other byte as it is.
func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// equalFold reports whether two texts differ in the case of ASCII letters at
// most (rule I3).
func equalFold(a, b string) bool {
	if a == b {
		return true
	}
	return len(a) == len(b) && hasPrefixFold(a, b)
}

// hasPrefixFold reports whether s begins with prefix in whatever case.
func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if s[i] != prefix[i] && lower(s[i]) != lower(prefix[i]) {
			return false
		}
	}
	return true
}

// compareFold compares the bytes of two texts in lower case.
func compareFold(a, b string) int {
	for i := 0; i < min(len(a), len(b)); i++ {
		if a[i] != b[i] {
			if x, y := lower(a[i]), lower(b[i]); x != y {
				return int(x) - int(y)
			}
		}
	}
	return len(a) - len(b)
}

func foldText(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return foldedCopy(s)
		}
	}
	return s
}

// foldedCopy works in chunks so that only the copy itself is allocated.
func foldedCopy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var chunk [512]byte
	for s != "" {
		n := copy(chunk[:], s)
		for i := range n {
			chunk[i] = lower(chunk[i])
		}
		b.Write(chunk[:n])
		s = s[n:]
	}
	return b.String()
}

// foldHash is a hash of s in lower case. It reads eight bytes at once and sets
// the bit that tells the cases apart in all of them, so that a few other pairs
// of bytes, such as '@' and '`', count as equal too.
func foldHash(s string) uint32 {
	const (
		caseBits = 0x2020202020202020
		factor   = 0x9e3779b97f4a7c15 // odd, of no pattern: 2^64 over the golden ratio
	)
	h := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = (h ^ (word | caseBits)) * factor
		h ^= h >> 32
	}
	var word uint64
	for i := 0; i < len(s); i++ {
		word = word<<8 | uint64(s[i])
	}
	h = (h ^ (word | caseBits)) * factor
	return uint32(h >> 32)
}
