// Command ratios reads what the benchmarks of peers printed and writes how
// many times longer each engine takes than iamsim, as a Markdown table. Of
// repeated runs of a benchmark the fastest counts.
//
//	go run ./ratios < ../../bin/bench-peers.txt
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// ours is the engine that the others are compared with.
const ours = "iamsim"

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run writes one row a benchmark: the time of each engine, and of each peer
// how many times ours it is, the best peer's in bold.
func run(in io.Reader, out io.Writer) error {
	engines, rows, err := read(in)
	if err != nil {
		return err
	}
	if !slices.Contains(engines, ours) || len(engines) < 2 {
		return fmt.Errorf("no benchmark of %s and another engine was found; give the output of go test -bench Peers", ours)
	}
	engines = append([]string{ours}, slices.DeleteFunc(engines, func(e string) bool { return e == ours })...)
	var b strings.Builder
	b.WriteString("| decision | " + strings.Join(engines, " | ") + " |\n|---|" + strings.Repeat("--:|", len(engines)) + "\n")
	for _, r := range rows {
		cells, err := r.cells(engines)
		if err != nil {
			return err
		}
		b.WriteString("| `" + r.name + "` | " + strings.Join(cells, " | ") + " |\n")
	}
	_, err = io.WriteString(out, b.String())
	return err
}

// row is one benchmark of all engines.
type row struct {
	name string
	// ns is the least time of a decision, by engine.
	ns map[string]float64
}

// read returns the engines and the benchmarks in the order of their first runs.
func read(in io.Reader) (engines []string, rows []*row, err error) {
	lines := benchfmt.NewReader(in, "the output")
	for lines.Scan() {
		result, ok := lines.Result().(*benchfmt.Result)
		if !ok {
			if err, ok := lines.Result().(*benchfmt.SyntaxError); ok {
				return nil, nil, err
			}
			continue
		}
		name, engine := split(result.Name)
		seconds, ok := result.Value("sec/op")
		if engine == "" || !ok {
			continue
		}
		if !slices.Contains(engines, engine) {
			engines = append(engines, engine)
		}
		at := slices.IndexFunc(rows, func(r *row) bool { return r.name == name })
		if at < 0 {
			at = len(rows)
			rows = append(rows, &row{name, map[string]float64{}})
		}
		least, ok := rows[at].ns[engine]
		if !ok {
			least = math.Inf(1)
		}
		rows[at].ns[engine] = min(least, seconds*1e9)
	}
	return engines, rows, lines.Err()
}

// split takes the engine out of a benchmark's name, and the benchmark's own
// name and the number of processors off it.
func split(full benchfmt.Name) (name, engine string) {
	_, parts := full.Parts()
	var rest []string
	for _, part := range parts {
		text := strings.TrimPrefix(string(part), "/")
		if found, ok := strings.CutPrefix(text, "engine="); ok {
			engine = found
		} else if !strings.HasPrefix(text, "-") {
			rest = append(rest, text)
		}
	}
	return strings.Join(rest, "/"), engine
}

func (r *row) cells(engines []string) ([]string, error) {
	own, ok := r.ns[ours]
	if !ok || own <= 0 {
		return nil, fmt.Errorf("%s: no time of %s", r.name, ours)
	}
	best := math.Inf(1)
	for engine, ns := range r.ns {
		if engine != ours {
			best = min(best, ns)
		}
	}
	var cells []string
	for _, engine := range engines {
		ns, ok := r.ns[engine]
		switch ratio := number(ns/own) + "x"; {
		case !ok:
			return nil, errors.New(r.name + ": no time of " + engine)
		case engine == ours:
			cells = append(cells, duration(ns))
		case ns == best:
			cells = append(cells, duration(ns)+", **"+ratio+"**")
		default:
			cells = append(cells, duration(ns)+", "+ratio)
		}
	}
	return cells, nil
}

// duration writes nanoseconds with a fitting unit.
func duration(ns float64) string {
	switch {
	case ns >= 1e6:
		return number(ns/1e6) + " ms"
	case ns >= 1e3:
		return number(ns/1e3) + " us"
	}
	return number(ns) + " ns"
}

// number writes three digits, or as many as stand before the point.
func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
