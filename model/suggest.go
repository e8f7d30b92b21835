package model

import "strings"

// Suggest returns the known name that name was probably meant to be: one that
// differs in case only, else the nearest by edit distance if it is near enough.
// Of equally near names the first wins.
func Suggest(name string, known []string) (string, bool) {
	// Longer names are no misspellings, and would be slow to compare.
	const longest = 128
	if name == "" || len(name) > longest {
		return "", false
	}
	for _, k := range known {
		if strings.EqualFold(k, name) && k != name {
			return k, true
		}
	}
	best, distance := "", len(name)
	lower := strings.ToLower(name)
	for _, k := range known {
		if k == name || len(k) > longest {
			continue
		}
		if d := editDistance(lower, strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	// One error in three characters is a slip; more is another word.
	limit := max(1, min(len(name), len(best))/3)
	return best, best != "" && distance <= limit
}

// didYouMean is Suggest as the text of a hint, empty if no name is near.
func didYouMean(name string, known ...string) string {
	if near, ok := Suggest(name, known); ok {
		return "did you mean \"" + near + "\"?"
	}
	return ""
}

// editDistance is the number of bytes to insert, delete, replace or exchange
// with a neighbour in order to turn a into b.
func editDistance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
