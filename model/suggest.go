package model

import (
	"strings"

	"iamsim/internal/spelling"
)

// Suggest returns the known name that name was probably meant to be: one that
// differs in case only, else the nearest by edit distance if it is near enough.
// Of equally near names the first wins.
func Suggest(name string, known []string) (string, bool) {
	for _, k := range known {
		if strings.EqualFold(k, name) && k != name {
			return k, true
		}
	}
	best, nearest := "", spelling.NewNearest(name)
	for _, k := range known {
		if k != name && nearest.Try(k) {
			best = k
		}
	}
	return best, best != ""
}

// didYouMean is Suggest as the text of a hint, empty if no name is near.
func didYouMean(name string, known ...string) string {
	if near, ok := Suggest(name, known); ok {
		return "did you mean \"" + near + "\"?"
	}
	return ""
}
