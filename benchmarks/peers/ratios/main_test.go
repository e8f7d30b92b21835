package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRatios(t *testing.T) {
	const output = `goos: linux
BenchmarkPeers/engine=slow/statements=1-2      	 1	 9000 ns/op	 1 B/op	 1 allocs/op
BenchmarkPeers/engine=iamsim/statements=1-2    	 1	 60.00 ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/engine=quick/statements=1-2     	 1	 1200 ns/op	 0 B/op	 0 allocs/op
PASS
BenchmarkPeers/engine=iamsim/statements=1-2    	 1	 50.00 ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/engine=quick/statements=1-2     	 1	 1500 ns/op	 0 B/op	 0 allocs/op
BenchmarkPeers/engine=slow/statements=100/handle-2   	 1	 3000000 ns/op
BenchmarkPeers/engine=quick/statements=100/handle-2  	 1	 4000000 ns/op
BenchmarkPeers/engine=iamsim/statements=100/handle-2 	 1	 100 ns/op
PASS
`
	var table strings.Builder
	require.NoError(t, run(strings.NewReader(output), &table))
	require.Equal(t, "| decision | iamsim | slow | quick |\n|---|--:|--:|--:|\n"+
		"| `statements=1` | 50 ns | 9 us, 180x | 1.2 us, **24x** |\n"+
		"| `statements=100/handle` | 100 ns | 3 ms, **30000x** | 4 ms, 40000x |\n", table.String())
}

func TestFaults(t *testing.T) {
	for text, wanted := range map[string]string{
		"": "no benchmark of iamsim and another engine",
		"BenchmarkPeers/engine=iamsim/a-2 1 5 ns/op\n":                                        "no benchmark of iamsim and another engine",
		"BenchmarkPeers/engine=iamsim/a-2 1 5 ns/op\nBenchmarkPeers/engine=x/b-2 1 5 ns/op\n": "a: no time of x",
		"BenchmarkPeers/engine=x/a-2 1 5 ns/op\nBenchmarkPeers/engine=iamsim/b-2 1 5 ns/op\n": "a: no time of iamsim",
		"BenchmarkPeers/engine=iamsim/a-2 1 five ns/op\n":                                     "parsing",
	} {
		var table strings.Builder
		require.ErrorContains(t, run(strings.NewReader(text), &table), wanted, text)
		require.Empty(t, table.String())
	}
}
