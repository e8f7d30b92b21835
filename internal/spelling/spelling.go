// Package spelling counts slips of spelling, for hints such as "did you mean".
package spelling

// Longest is the length in bytes of the longest texts that are compared;
// longer ones are no slips of each other.
const Longest = 128

// Nearest looks for the text nearest to a name: the one that the fewest slips
// turn into it. A slip is an inserted, left out or replaced byte, or two
// neighbours in the wrong order; the case of ASCII letters does not count. Of
// equally near texts the first wins.
type Nearest struct {
	name     string
	found    bool
	distance int
	rows     [3][Longest + 1]uint8
}

// NewNearest returns a search for the text nearest to name.
func NewNearest(name string) *Nearest { return &Nearest{name: name} }

// Try compares one more text and reports whether it is the nearest so far. One
// slip in three bytes is accepted; more, or another letter in a name of one, is another word.
func (n *Nearest) Try(text string) bool {
	if n.name == "" || text == "" || max(len(n.name), len(text)) > Longest {
		return false
	}
	limit := min(max(1, min(len(n.name), len(text))/3), len(n.name)-1)
	if n.found {
		limit = min(limit, n.distance-1)
	}
	d := n.slips(text, limit)
	if d > limit {
		return false
	}
	n.found, n.distance = true, d
	return true
}

// Best returns the number of slips of the nearest text so far, and whether there is one.
func (n *Nearest) Best() (slips int, ok bool) { return n.distance, n.found }

// Within returns the number of slips between two texts and whether it is at most limit.
func Within(a, b string, limit int) (int, bool) {
	if max(len(a), len(b)) > Longest {
		return 0, false
	}
	n := Nearest{name: a}
	d := n.slips(b, limit)
	return d, d <= limit
}

// slips counts the slips between the name and text, or returns a number above
// the limit once there are more.
func (n *Nearest) slips(text string, limit int) int {
	a, b := n.name, text
	if limit < 0 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, row, next := &n.rows[0], &n.rows[1], &n.rows[2]
	for j := range len(b) + 1 {
		row[j] = uint8(j)
	}
	for i := range len(a) {
		next[0] = uint8(i + 1)
		least := next[0]
		for j := range len(b) {
			cost := uint8(1)
			if lower(a[i]) == lower(b[j]) {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && lower(a[i]) == lower(b[j-1]) && lower(a[i-1]) == lower(b[j]) {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
			least = min(least, next[j+1])
		}
		// Two rows are looked back at, and a row is at most one better.
		if int(least) > limit+1 {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return int(row[len(b)])
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
