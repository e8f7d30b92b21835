package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const output = `goos: linux
goarch: amd64
pkg: iamsim/benchmarks
cpu: A Processor
BenchmarkDecide/statements=1-2         	  100	       60.00 ns/op	       0 B/op	       0 allocs/op
BenchmarkDecide/statements=1-2         	  100	       50.04 ns/op	       0 B/op	       0 allocs/op
BenchmarkDecide/statements=1/handle-2  	  100	       40.00 ns/op	       0 B/op	       0 allocs/op
BenchmarkDecide/statements=1/conditions=StringLike+IpAddress-2  	  100	       70.00 ns/op
BenchmarkDecide/statements=1000000-2   	  100	     1500 ns/op	       0 B/op	       0 allocs/op
BenchmarkDecide/statements=100-2       	  100	      100 ns/op	       0 B/op	       0 allocs/op
BenchmarkCompile/statements=100-2      	  100	      2345678 ns/op	       95.25 B/statement	       7 B/op	       3 allocs/op
BenchmarkBatch/roles=5-2               	  1	      1000000000 ns/op	       10 requests/s
BenchmarkBatch/roles=5-2               	  1	      1100000000 ns/op	       30 requests/s
BenchmarkGrowth-2                      	  1	      0 ns/op	       2.500 10000/100
BenchmarkDecide/engine=<other>/statements=1-2   	  100	       900 ns/op
BenchmarkDecide/engine=<other>/statements=100-2   	  100	       90000 ns/op
PASS
ok  	iamsim/benchmarks	4.605s
`

func TestTable(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(nil, strings.NewReader(output), &out))
	require.Equal(t, "- goos: linux\n- goarch: amd64\n- cpu: A Processor\n"+`
| benchmark | time | B/op | allocs/op | besides |
|---|--:|--:|--:|---|
| `+"`Decide/statements=1`"+` | 50.0 ns | 0 | 0 |  |
| `+"`Decide/statements=1/handle`"+` | 40.0 ns | 0 | 0 |  |
| `+"`Decide/statements=1/conditions=StringLike+IpAddress`"+` | 70.0 ns |  |  |  |
| `+"`Decide/statements=1000000`"+` | 1.50 us | 0 | 0 |  |
| `+"`Decide/statements=100`"+` | 100 ns | 0 | 0 |  |
| `+"`Compile/statements=100`"+` | 2.35 ms | 7 | 3 | 95.2 B/statement |
| `+"`Batch/roles=5`"+` | 1.00 s |  |  | 30 requests/s |
| `+"`Growth`"+` |  |  |  | 2.50 10000/100 |
| `+"`Decide/engine=<other>/statements=1`"+` | 900 ns |  |  |  |
| `+"`Decide/engine=<other>/statements=100`"+` | 90.0 us |  |  |  |
`, out.String())
}

func TestPicture(t *testing.T) {
	file := filepath.Join(t.TempDir(), "growth.svg")
	require.NoError(t, run([]string{"-svg", file}, strings.NewReader(output), io.Discard))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	svg := string(data)
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
	require.Equal(t, 3, strings.Count(svg, "<polyline"), "by name, by handle, the other engine; not the conditions, not compiling")
	require.Contains(t, svg, ">iamsim</text>")
	require.Contains(t, svg, ">&lt;other&gt;</text>")
	require.Contains(t, svg, "<title>1,000,000 statements: 1.50 us</title>")
	// The points of a line go from left to right, whatever the order of the output.
	r := &results{}
	require.NoError(t, r.read(strings.NewReader(output)))
	require.Equal(t, []point{{1, 50.04}, {100, 100}, {1_000_000, 1500}}, r.growth()[0].points)
}

func TestAxis(t *testing.T) {
	a := newAxis([]float64{20, 5000}, 0, 300)
	require.Equal(t, axis{1, 4, 0, 300}, a)
	require.InDelta(t, 100, a.at(100), 1e-9)
	require.Equal(t, axis{2, 3, 0, 300}, newAxis([]float64{100}, 0, 300), "one value has an axis, too")
}

func TestFaults(t *testing.T) {
	for text, wanted := range map[string]string{
		"":                                "no benchmark was found",
		"BenchmarkX-2 1 5 ns/op 7":        "pairs of a number and a unit",
		"BenchmarkX-2 1 many ns/op":       "invalid syntax",
		"--- FAIL: BenchmarkX\n":          "a benchmark failed",
		"FAIL\tiamsim/benchmarks\t1.0s\n": "a benchmark failed",
	} {
		require.ErrorContains(t, run(nil, strings.NewReader(text), io.Discard), wanted, text)
	}
	require.ErrorContains(t, run([]string{"-svg", "x.svg"}, strings.NewReader("BenchmarkX-2 1 5 ns/op"), io.Discard), "nothing to draw")
	require.ErrorContains(t, run([]string{"nowhere.txt"}, nil, io.Discard), "no such file")
}
