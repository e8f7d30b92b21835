package main

import (
	"bytes"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iamsim/benchmarks/organization"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// benchFlags are the flags of `bench`.
type benchFlags struct {
	inputs
	assume   assumptions
	catalog  catalogFlag
	generate once
	seed     uint64
	requests int
	duration time.Duration
	baseline once
	output   *choice
	// heap returns the bytes of live objects; machine says where the figures come from.
	heap    func() uint64
	machine machineJSON
}

func newBenchFlags() *benchFlags {
	return &benchFlags{
		output: newChoice("output", "text", "json"), heap: liveHeap,
		machine: machineJSON{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, runtime.GOMAXPROCS(0)},
	}
}

// maxBenchRequests bounds a mix, which is held in memory.
const maxBenchRequests = 10_000_000

func (a *app) benchCommand() *cobra.Command {
	f := newBenchFlags()
	cmd := &cobra.Command{
		Use:   "bench (-f FILE... | --generate SHAPE)",
		Short: "Measure loading and deciding on your own policies, or on a made organization",
		Long: `bench loads policies, draws a reproducible mix of requests from them (of ten
requests five that a statement of the caller was made for, three near misses, two
that are another principal's), and reports how long it takes to read, to compile
and to decide, and how much memory it takes.

A made organization needs no files: --generate takes NAME=NUMBER separated by
commas, such as roles=100000,policies=20000; an empty text makes the default one.
The names are
  ` + strings.Join(wrapped(organization.ShapeNames(), 76), "\n  ") + `

To compare two builds or two machines, keep the JSON of one run and give it to the
other with --baseline.`,
		Example: `  simulate bench -f scenarios/examples/account.json -f scenarios/examples/organization.yaml
  simulate bench --generate roles=500,policies=100 --requests 5000 --duration 100ms --output json`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("bench takes no arguments").hint("name files with -f FILE")
			}
			return a.bench(f)
		},
	}
	f.inputs.register(cmd)
	f.assume.register(cmd)
	f.catalog.register(cmd)
	f.generate.word, f.baseline.word = "SHAPE", "FILE"
	flags := cmd.Flags()
	flags.Var(&shapeFlag{&f.generate}, "generate", "make an organization, such as roles=100000,policies=20000")
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of the made organization and of the mix of requests")
	flags.IntVar(&f.requests, "requests", 100_000, "how many requests the mix has")
	flags.DurationVar(&f.duration, "duration", time.Second, "how long each measurement of deciding runs at least")
	flags.Var(&f.baseline, "baseline", "the JSON of an earlier run to compare with")
	flags.Var(f.output, "output", "the form of the output")
	f.output.complete(cmd)
	return cmd
}

// wrapped puts words into lines of at most width characters.
func wrapped(words []string, width int) []string {
	var lines []string
	line := ""
	for _, word := range words {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// shapeFlag takes the shape of an organization, which may be empty.
type shapeFlag struct{ *once }

// Set checks the shape and keeps its whole text.
func (s *shapeFlag) Set(text string) error {
	shape, err := organization.ParseShape(text)
	if err != nil {
		return err
	}
	return s.once.Set(shape.String())
}

func (f *benchFlags) check() error {
	switch {
	case f.generate.set && len(f.files.list) > 0:
		return usageError("--generate makes the policies; it cannot be given together with -f")
	case !f.generate.set && len(f.files.list) == 0:
		return usageError("no policies given").hint("name what exists with -f FILE, or make it with --generate roles=1000")
	case f.requests < 1 || f.requests > maxBenchRequests:
		return usageError("--requests is %d; allowed is 1 to %d", f.requests, maxBenchRequests)
	case f.duration < 0:
		return usageError("--duration is %s; it cannot be negative", f.duration)
	}
	return nil
}

func (a *app) bench(f *benchFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	var before *benchJSON
	if f.baseline.set {
		var err error
		if before, err = a.readBaseline(f.baseline.text); err != nil {
			return err
		}
	}
	report, err := a.measure(f)
	if err != nil {
		return err
	}
	if before != nil {
		report.Baseline = compare(f.baseline.text, before, report)
	}
	if f.output.value == "json" {
		return a.outputText(jsonText(report))
	}
	var b strings.Builder
	a.writeBench(&b, report)
	return a.outputText(b.String())
}

// measure takes all measurements, one after the other.
func (a *app) measure(f *benchFlags) (*benchJSON, error) {
	options := f.assume.options
	var err error
	if options.Catalog, err = f.catalog.open(); err != nil {
		return nil, err
	}
	tell, done := a.progress("measuring")
	defer done()
	m := &meter{app: a, flags: f, report: &benchJSON{Machine: f.machine}, tell: tell}
	if err := m.load(); err != nil {
		return nil, err
	}
	if err := m.compile(options); err != nil {
		return nil, err
	}
	if err := m.draw(); err != nil {
		return nil, err
	}
	m.decide()
	runtime.KeepAlive(m.snapshot)
	return m.report, nil
}

// load reads the files, or what is generated, and tells the reading of the
// text from what is made of it.
func (m *meter) load() error {
	f, set := m.flags, &m.report.Set
	heap := f.heap()
	loader := inventory.NewLoader(inventory.OS(), f.options(f.assume.anyOperatorCase))
	add := func() error { return m.app.addInputs(loader, &f.inputs) }
	if f.generate.set {
		shape, err := organization.ParseShape(f.generate.text)
		if err != nil {
			return usageError("--generate: %s", err)
		}
		var text bytes.Buffer
		if err := organization.Generate(&text, shape, f.seed); err != nil {
			return usageError("--generate: %s", err)
		}
		set.Generated, set.Seed, set.Bytes = shape.String(), &f.seed, text.Len()
		add = func() error { loader.AddData("generated.json", text.Bytes()); return nil }
	} else {
		set.Inputs = f.files.list
	}
	var err error
	m.report.Timings.ParseSeconds = m.seconds(func() { err = add() })
	if err != nil {
		return err
	}
	var diagnostics []model.Diagnostic
	m.report.Timings.InventorySeconds = m.seconds(func() {
		var inv *inventory.Inventory
		if inv, diagnostics = loader.Finish(); inv != nil {
			m.snapshot = inv.Snapshot()
		}
	})
	if f.generate.set {
		// Nobody means to mend what was made.
		diagnostics = slices.DeleteFunc(diagnostics, func(d model.Diagnostic) bool { return d.Severity == model.Warning })
	}
	if err := m.app.report(diagnostics, "see all with simulate validate"); err != nil {
		return err
	}
	if m.snapshot == nil {
		return failed("the policies cannot be read")
	}
	m.report.Memory.InventoryBytes = m.grown(heap)
	set.count(m.snapshot)
	return nil
}

func (m *meter) compile(options eval.Options) error {
	heap := m.flags.heap()
	var err error
	m.report.Timings.CompileSeconds = m.seconds(func() { m.engine, err = eval.Compile(m.snapshot, options) })
	if err != nil {
		return failed("%s", err)
	}
	m.report.Memory.EngineBytes = m.grown(heap)
	if n := m.report.Set.Statements; n > 0 {
		m.report.Memory.BytesPerStatement = float64(m.report.Memory.EngineBytes) / float64(n)
	}
	return nil
}

// draw makes the mix and counts its answers.
func (m *meter) draw() error {
	mix := &m.report.Mix
	draws := organization.Mix(m.snapshot, m.flags.seed, m.flags.requests)
	if len(draws) == 0 {
		return failed("no user or role was read; there is nobody to ask for")
	}
	mix.Seed, mix.Requests = m.flags.seed, len(draws)
	m.requests = make([]model.Request, len(draws))
	for i, d := range draws {
		m.requests[i] = d.Request
		*[]*int{&mix.Hits, &mix.NearMisses, &mix.Misses}[d.Aim]++
		decision, err := m.engine.Decide(d.Request)
		if err != nil {
			mix.Unanswered++
			continue
		}
		*[]*int{&mix.ImplicitDeny, &mix.Allowed, &mix.ExplicitDeny}[decision.Result()]++
		if i%1024 == 0 {
			m.tell(i, len(draws))
		}
	}
	return nil
}

// grouped writes a number with a space between groups of three digits.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + " " + text[at:]
	}
	return text
}
