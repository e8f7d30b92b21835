//go:build !race

package eval_test

// underRace tells that the race detector watches.
const underRace = false
