package catalog

// nearest looks for the text nearest to a name: the one that the fewest slips
// turn into it, an inserted, left out or replaced byte or two neighbours in
// the wrong order. Of equally near texts the first wins.
type nearest struct {
	name     string // in lower case
	found    bool
	distance int
	rows     [3][nearestLimit + 1]uint8
}

// nearestLimit is the length in bytes of the longest texts that are compared;
// longer ones are no slips.
const nearestLimit = 100

func newNearest(name string) *nearest { return &nearest{name: foldText(name)} }

// try compares one more text and reports whether it is the nearest so far. One
// slip in three characters is accepted; more is another word.
func (n *nearest) try(text string) bool {
	if n.name == "" || text == "" || max(len(n.name), len(text)) > nearestLimit {
		return false
	}
	limit := max(1, min(len(n.name), len(text))/3)
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

// slips counts the slips between name and text, or returns a number above the
// limit once there are more.
func (n *nearest) slips(text string, limit int) int {
	a, b := n.name, text
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
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
			if a[i] == lower(b[j]) {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == lower(b[j-1]) && a[i-1] == lower(b[j]) {
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
