//go:build race

package eval_test

// underRace tells that the race detector watches, which makes everything some
// ten times slower: the random tests then take fewer worlds.
const underRace = true
