package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"iamsim/internal/printable"
)

// baselineJSON compares a run with an earlier one.
type baselineJSON struct {
	File string `json:"file"`
	// Differences name what the figures do not have in common: another set,
	// another mix, other answers, another machine. Empty means that the figures compare.
	Differences []string    `json:"differences"`
	Ratios      []ratioJSON `json:"ratios"`
}

// ratioJSON is one figure of both runs.
type ratioJSON struct {
	Figure string  `json:"figure"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	// Ratio is After/Before; 0 where Before is 0.
	Ratio float64 `json:"ratio"`
	// Verdict is better, worse or same: within a twentieth.
	Verdict string `json:"verdict"`
}

// sameWithin is how far two figures may be apart and count as the same; noise
// is often larger.
const sameWithin = 0.05

// readBaseline reads the JSON of an earlier run.
func (a *app) readBaseline(name string) (*benchJSON, error) {
	data, called, err := a.readFile(name, "--baseline -")
	if err != nil {
		return nil, err
	}
	before := &benchJSON{}
	if err := json.Unmarshal(data, before); err != nil {
		return nil, failed("%s is not the output of bench --output json: %s", called, err)
	}
	if before.Mix.Requests == 0 || before.Machine.Go == "" {
		return nil, failed("%s is not the output of bench --output json", called).
			hint("make it with simulate bench ... --output json > %s", name)
	}
	return before, nil
}

// figure is one measured figure of a run.
type figure struct {
	name string
	// rising is set where more is better.
	rising bool
	value  func(*benchJSON) float64
	format func(float64) string
}

func perSecond(v float64) string   { return grouped(int(v)) + "/s" }
func nanoseconds(v float64) string { return seconds(v / 1e9) }
func bytesOf(v float64) string     { return size(int(v)) }

// figures are those that two runs are compared by.
var figures = []figure{
	{"parse", false, func(r *benchJSON) float64 { return r.Timings.ParseSeconds }, seconds},
	{"inventory", false, func(r *benchJSON) float64 { return r.Timings.InventorySeconds }, seconds},
	{"compile", false, func(r *benchJSON) float64 { return r.Timings.CompileSeconds }, seconds},
	{"inventory memory", false, func(r *benchJSON) float64 { return float64(r.Memory.InventoryBytes) }, bytesOf},
	{"engine memory", false, func(r *benchJSON) float64 { return float64(r.Memory.EngineBytes) }, bytesOf},
	{"decisions on one core", true, func(r *benchJSON) float64 { return r.Timings.DecisionsPerSecondOneCore }, perSecond},
	{"decisions on all cores", true, func(r *benchJSON) float64 { return r.Timings.DecisionsPerSecondAllCores }, perSecond},
	{"latency p50", false, func(r *benchJSON) float64 { return float64(r.Timings.Latency.P50) }, nanoseconds},
	{"latency p90", false, func(r *benchJSON) float64 { return float64(r.Timings.Latency.P90) }, nanoseconds},
	{"latency p99", false, func(r *benchJSON) float64 { return float64(r.Timings.Latency.P99) }, nanoseconds},
	{"latency max", false, func(r *benchJSON) float64 { return float64(r.Timings.Latency.Max) }, nanoseconds},
}

func compare(file string, before, after *benchJSON) *baselineJSON {
	c := &baselineJSON{File: file, Differences: differences(before, after)}
	for _, f := range figures {
		r := ratioJSON{Figure: f.name, Before: f.value(before), After: f.value(after), Verdict: "same"}
		if r.Before > 0 {
			r.Ratio = r.After / r.Before
		}
		switch {
		case r.Before == 0 && r.After == 0, r.Ratio > 1-sameWithin && r.Ratio < 1+sameWithin:
		case (r.After > r.Before) == f.rising:
			r.Verdict = "better"
		default:
			r.Verdict = "worse"
		}
		c.Ratios = append(c.Ratios, r)
	}
	return c
}

// differences say what keeps two runs from being compared.
func differences(before, after *benchJSON) []string {
	list := []string{}
	differ := func(what string, was, is any) {
		if was != is {
			list = append(list, fmt.Sprintf("%s: %v, was %v", what, is, was))
		}
	}
	differ("generated", before.Set.Generated, after.Set.Generated)
	differ("principals", before.Set.Principals, after.Set.Principals)
	differ("documents", before.Set.Documents, after.Set.Documents)
	differ("statements", before.Set.Statements, after.Set.Statements)
	differ("seed", before.Mix.Seed, after.Mix.Seed)
	differ("requests", before.Mix.Requests, after.Mix.Requests)
	differ("allowed", before.Mix.Allowed, after.Mix.Allowed)
	differ("implicit denials", before.Mix.ImplicitDeny, after.Mix.ImplicitDeny)
	differ("explicit denials", before.Mix.ExplicitDeny, after.Mix.ExplicitDeny)
	differ("unanswered", before.Mix.Unanswered, after.Mix.Unanswered)
	differ("platform", before.Machine.Platform, after.Machine.Platform)
	differ("processors", before.Machine.Processors, after.Machine.Processors)
	differ("go", before.Machine.Go, after.Machine.Go)
	return list
}

func (a *app) writeBaseline(b *strings.Builder, c *baselineJSON) {
	b.WriteString(a.paint(bold, "beside "+printable.Text(c.File)) + "\n")
	for _, difference := range c.Differences {
		b.WriteString("  " + a.paint(yellow, "not the same: ") + printable.Text(difference) + "\n")
	}
	rows := [][]cell{header("figure", "before", "now", "ratio", "")}
	for i, r := range c.Ratios {
		row := cells(r.Figure, figures[i].format(r.Before), figures[i].format(r.After), fmt.Sprintf("%.2f", r.Ratio), r.Verdict)
		switch r.Verdict {
		case "better":
			row[4].style = green
		case "worse":
			row[4].style = red
		}
		rows = append(rows, row)
	}
	a.table(b, "  ", rows)
}
