package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// results are the benchmarks of one or several outputs, in the order of their first run.
type results struct {
	// machine is the line of each property that go test prints first.
	machine []string
	list    []*result
}

// result is one benchmark.
type result struct {
	// name is without the word Benchmark and the number of processors.
	name string
	runs int
	// figures are the least of all runs, by unit.
	figures []figure
}

type figure struct {
	value float64
	unit  string
}

var (
	property  = regexp.MustCompile(`^(goos|goarch|cpu): .*$`)
	benchmark = regexp.MustCompile(`^Benchmark(\S+?)(-\d+)?\s+\d+\s+(\S.*)$`)
)

// read adds the benchmarks of an output; other lines are passed over, but a
// failed benchmark is an error.
func (r *results) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := lines.Text()
		if property.MatchString(line) && !slices.Contains(r.machine, line) {
			r.machine = append(r.machine, line)
		}
		if strings.HasPrefix(line, "--- FAIL") || strings.HasPrefix(line, "FAIL") {
			return fmt.Errorf("a benchmark failed: %s", line)
		}
		if found := benchmark.FindStringSubmatch(line); found != nil {
			if err := r.of(found[1]).add(found[3]); err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
		}
	}
	return lines.Err()
}

// of returns the benchmark of a name.
func (r *results) of(name string) *result {
	for _, one := range r.list {
		if one.name == name {
			return one
		}
	}
	one := &result{name: name}
	r.list = append(r.list, one)
	return one
}

// add takes the figures of a run: pairs of a number and a unit.
func (one *result) add(text string) error {
	one.runs++
	fields := strings.Fields(text)
	if len(fields)%2 != 0 {
		return fmt.Errorf("figures are pairs of a number and a unit")
	}
	for i := 0; i < len(fields); i += 2 {
		value, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return err
		}
		one.keep(figure{value, fields[i+1]})
	}
	return nil
}

// keep takes the better of two runs' figures: the smaller, and of rates the larger.
func (one *result) keep(f figure) {
	for i := range one.figures {
		if old := &one.figures[i]; old.unit == f.unit {
			if strings.HasSuffix(f.unit, "/s") {
				old.value = max(old.value, f.value)
			} else {
				old.value = min(old.value, f.value)
			}
			return
		}
	}
	one.figures = append(one.figures, f)
}

func (one *result) figure(unit string) (float64, bool) {
	for _, f := range one.figures {
		if f.unit == unit {
			return f.value, true
		}
	}
	return 0, false
}

// table is the Markdown table, with the machine above it.
func (r *results) table() string {
	var b strings.Builder
	for _, line := range r.machine {
		b.WriteString("- " + line + "\n")
	}
	b.WriteString("\n| benchmark | time | B/op | allocs/op | besides |\n|---|--:|--:|--:|---|\n")
	for _, one := range r.list {
		var besides []string
		for _, f := range one.figures {
			if !slices.Contains([]string{"ns/op", "B/op", "allocs/op"}, f.unit) {
				besides = append(besides, plain(f.value)+" "+f.unit)
			}
		}
		cell := func(unit string, write func(float64) string) string {
			if v, ok := one.figure(unit); ok && (v > 0 || unit != "ns/op") {
				return write(v)
			}
			return ""
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", one.name, cell("ns/op", duration), cell("B/op", plain), cell("allocs/op", plain),
			strings.Join(besides, ", "))
	}
	return b.String()
}

// duration writes nanoseconds with a fitting unit and three digits.
func duration(ns float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}} {
		if ns >= unit.size {
			return digits(ns/unit.size) + " " + unit.name
		}
	}
	return digits(ns) + " ns"
}

// digits writes a number with three digits, or as many as stand before the point.
func digits(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func plain(v float64) string {
	if v == float64(int64(v)) {
		return strconv.FormatInt(int64(v), 10)
	}
	return digits(v)
}
