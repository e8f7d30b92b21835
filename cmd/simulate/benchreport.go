package main

import (
	"fmt"
	"strings"

	"iamsim/model"
	"iamsim/model/inventory"
)

// benchJSON is the JSON form of `bench` (docs/json.md). Set and Mix depend on
// the input, the seed and the rules alone; the rest is measured.
type benchJSON struct {
	Machine  machineJSON   `json:"machine"`
	Set      benchSet      `json:"set"`
	Mix      benchMix      `json:"mix"`
	Timings  timingsJSON   `json:"timings"`
	Memory   memoryJSON    `json:"memory"`
	Baseline *baselineJSON `json:"baseline,omitempty"`
}

type machineJSON struct {
	Go         string `json:"go"`
	Platform   string `json:"platform"`
	Processors int    `json:"processors"`
}

// benchSet is what was loaded.
type benchSet struct {
	Inputs []string `json:"inputs,omitempty"`
	// Generated is the whole shape of a made organization, Seed its seed.
	Generated  string  `json:"generated,omitempty"`
	Seed       *uint64 `json:"seed,omitempty"`
	Accounts   int     `json:"accounts"`
	Principals int     `json:"principals"`
	Resources  int     `json:"resources"`
	// Documents counts policy documents, each once however often it is attached; Statements theirs.
	Documents  int `json:"documents"`
	Statements int `json:"statements"`
	// Bytes is the length of a made organization's text.
	Bytes int `json:"bytes,omitempty"`
}

// benchMix is what was asked, and what the answers were.
type benchMix struct {
	Seed       uint64 `json:"seed"`
	Requests   int    `json:"requests"`
	Hits       int    `json:"hits"`
	NearMisses int    `json:"nearMisses"`
	Misses     int    `json:"misses"`

	Allowed      int `json:"allowed"`
	ImplicitDeny int `json:"implicitDeny"`
	ExplicitDeny int `json:"explicitDeny"`
	// Unanswered counts requests without an answer, such as those to roles that were not read.
	Unanswered int `json:"unanswered"`
}

type timingsJSON struct {
	ParseSeconds               float64     `json:"parseSeconds"`
	InventorySeconds           float64     `json:"inventorySeconds"`
	CompileSeconds             float64     `json:"compileSeconds"`
	DecisionsPerSecondOneCore  float64     `json:"decisionsPerSecondOneCore"`
	DecisionsPerSecondAllCores float64     `json:"decisionsPerSecondAllCores"`
	Latency                    latencyJSON `json:"latencyNanoseconds"`
}

// latencyJSON is how long single decisions took, in nanoseconds.
type latencyJSON struct {
	P50 int64 `json:"p50"`
	P90 int64 `json:"p90"`
	P99 int64 `json:"p99"`
	Max int64 `json:"max"`
}

type memoryJSON struct {
	InventoryBytes    int     `json:"inventoryBytes"`
	EngineBytes       int     `json:"engineBytes"`
	BytesPerStatement float64 `json:"bytesPerStatement"`
}

// count counts what a snapshot holds.
func (set *benchSet) count(s *inventory.Snapshot) {
	set.Accounts = len(s.Accounts())
	seen := map[model.Position]bool{}
	add := func(documents ...*model.Policy) {
		for _, d := range documents {
			if d != nil && !seen[d.Position] {
				seen[d.Position] = true
				set.Documents++
				set.Statements += len(d.Statements)
			}
		}
	}
	for p := range s.Policies() {
		for kind := model.IdentityPolicy; kind <= model.ResourceControlPolicy; kind++ {
			add(p.Document(kind))
		}
	}
	for p := range s.Principals() {
		set.Principals++
		add(p.Inline...)
		add(p.Trust, p.BoundaryPolicy)
	}
	for g := range s.Groups() {
		add(g.Inline...)
	}
	for r := range s.Resources() {
		set.Resources++
		add(r.Policy)
	}
	for e := range s.Endpoints() {
		add(e.Policy)
	}
	if org := s.Organization(); org != nil {
		eachNode(org.Root, func(n *inventory.Node) {
			add(n.ServiceControlPolicies...)
			add(n.ResourceControlPolicies...)
		})
	}
}

func eachNode(n *inventory.Node, visit func(*inventory.Node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, child := range n.Children {
		eachNode(child, visit)
	}
}

// seconds writes seconds with a fitting unit.
func seconds(s float64) string {
	switch {
	case s >= 1:
		return fmt.Sprintf("%.2f s", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.2f ms", s*1e3)
	case s >= 1e-6:
		return fmt.Sprintf("%.2f us", s*1e6)
	}
	return fmt.Sprintf("%.0f ns", s*1e9)
}

// size writes bytes with a fitting unit.
func size(n int) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

func (a *app) writeBench(b *strings.Builder, r *benchJSON) {
	section := func(title string, rows ...[]cell) {
		b.WriteString(a.paint(bold, title) + "\n")
		a.table(b, "  ", rows)
	}
	set, mix, t := &r.Set, &r.Mix, &r.Timings
	about := cells("files", strings.Join(set.Inputs, " "))
	if set.Generated != "" {
		about = cells("generated", fmt.Sprintf("%s of JSON, seed %d", size(set.Bytes), *set.Seed))
	}
	section("policies", about,
		cells("accounts", grouped(set.Accounts)), cells("principals", grouped(set.Principals)), cells("resources", grouped(set.Resources)),
		cells("documents", grouped(set.Documents)), cells("statements", grouped(set.Statements)))
	section("loading", cells("parse", seconds(t.ParseSeconds)), cells("inventory", seconds(t.InventorySeconds)),
		cells("compile", seconds(t.CompileSeconds)))
	section("memory", cells("inventory", size(r.Memory.InventoryBytes)),
		cells("engine", size(r.Memory.EngineBytes)+fmt.Sprintf(", %.0f B a statement", r.Memory.BytesPerStatement)))
	section("requests",
		cells("drawn", fmt.Sprintf("%s with seed %d: %s hits, %s near misses, %s misses", grouped(mix.Requests), mix.Seed, grouped(mix.Hits), grouped(mix.NearMisses), grouped(mix.Misses))),
		cells("answers", fmt.Sprintf("allowed %s, implicitly denied %s, explicitly denied %s, unanswered %s",
			grouped(mix.Allowed), grouped(mix.ImplicitDeny), grouped(mix.ExplicitDeny), grouped(mix.Unanswered))))
	section("deciding",
		cells("one core", grouped(int(t.DecisionsPerSecondOneCore))+" decisions a second"),
		cells(count(r.Machine.Processors, "core"), grouped(int(t.DecisionsPerSecondAllCores))+" decisions a second"),
		cells("latency", fmt.Sprintf("p50 %s, p90 %s, p99 %s, max %s", seconds(float64(t.Latency.P50)/1e9), seconds(float64(t.Latency.P90)/1e9),
			seconds(float64(t.Latency.P99)/1e9), seconds(float64(t.Latency.Max)/1e9))))
	if r.Baseline != nil {
		a.writeBaseline(b, r.Baseline)
	}
}
