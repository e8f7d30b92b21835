//go:build !race

package chain_test

// underRace tells that the race detector watches.
const underRace = false
