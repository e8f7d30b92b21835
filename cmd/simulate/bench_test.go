package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// benchWith runs bench with a clock that goes a microsecond further whenever
// it is read, or as much as is given, and a heap that grows by a kilobyte
// whenever it is measured.
func benchWith(t *testing.T, tick time.Duration, set func(*benchFlags)) (stdout, stderr string, code int) {
	t.Helper()
	var lock sync.Mutex
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var out, errors strings.Builder
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errors, color: colorFlag(), now: func() time.Time {
		lock.Lock()
		defer lock.Unlock()
		now = now.Add(tick)
		return now
	}}
	f := newBenchFlags()
	heap := uint64(0)
	f.heap = func() uint64 { heap += 1000; return heap }
	f.machine = machineJSON{"go1.99", "plan9/mips", 2}
	f.seed, f.requests, f.duration = 1, 500, 3*tick
	set(f)
	if err := a.bench(f); err != nil {
		a.fail(nil, err)
	}
	return out.String(), errors.String(), a.code
}

func madeOrganization(f *benchFlags) {
	flag := shapeFlag{&f.generate}
	if err := flag.Set("accounts=3,roles=40,users=6,policies=20,resourcePolicies=10"); err != nil {
		panic(err)
	}
}

// golden compares with a file of testdata, which -update writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "bench", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestBench(t *testing.T) {
	baseline := filepath.Join(t.TempDir(), "before.json")
	t.Run("json", func(t *testing.T) {
		stdout, stderr, code := benchWith(t, time.Microsecond, func(f *benchFlags) {
			madeOrganization(f)
			require.NoError(t, f.output.Set("json"))
		})
		require.Empty(t, stderr)
		require.Equal(t, exitYes, code)
		golden(t, "report.json", stdout)
		require.NoError(t, os.WriteFile(baseline, []byte(stdout), 0o644))
	})
	t.Run("text", func(t *testing.T) {
		stdout, stderr, code := benchWith(t, time.Microsecond, madeOrganization)
		require.Empty(t, stderr)
		require.Equal(t, exitYes, code)
		golden(t, "report.txt", stdout)
	})
	t.Run("files", func(t *testing.T) {
		stdout, stderr, code := benchWith(t, time.Millisecond, func(f *benchFlags) {
			f.files.list = []string{"../../scenarios/examples/account.json", "../../scenarios/examples/organization.yaml"}
		})
		require.Empty(t, stderr)
		require.Equal(t, exitYes, code)
		golden(t, "files.txt", stdout)
	})
	t.Run("the same set beside an earlier run", func(t *testing.T) {
		stdout, _, code := benchWith(t, 2*time.Microsecond, func(f *benchFlags) {
			madeOrganization(f)
			f.baseline.text, f.baseline.set = baseline, true
		})
		require.Equal(t, exitYes, code)
		_, compared, ok := strings.Cut(stdout, "beside "+baseline+"\n")
		require.True(t, ok)
		require.NotContains(t, compared, "not the same")
		golden(t, "slower.txt", compared)
	})
	t.Run("another set beside an earlier run", func(t *testing.T) {
		stdout, _, code := benchWith(t, time.Microsecond, func(f *benchFlags) {
			madeOrganization(f)
			f.seed, f.requests = 2, 400
			f.baseline.text, f.baseline.set = baseline, true
			require.NoError(t, f.output.Set("json"))
		})
		require.Equal(t, exitYes, code)
		var report benchJSON
		require.NoError(t, json.Unmarshal([]byte(stdout), &report))
		require.Contains(t, report.Baseline.Differences, "seed: 2, was 1")
		require.Contains(t, report.Baseline.Differences, "requests: 400, was 500")
	})
}

// What is counted does not depend on the clock, the heap or the cores.
func TestBenchCountsTheSame(t *testing.T) {
	counted := func(tick time.Duration, processors int) (benchSet, benchMix) {
		stdout, _, _ := benchWith(t, tick, func(f *benchFlags) {
			madeOrganization(f)
			f.machine.Processors = processors
			require.NoError(t, f.output.Set("json"))
		})
		var report benchJSON
		require.NoError(t, json.Unmarshal([]byte(stdout), &report))
		return report.Set, report.Mix
	}
	set, mix := counted(time.Microsecond, 1)
	otherSet, otherMix := counted(time.Second, 5)
	require.Equal(t, set, otherSet)
	require.Equal(t, mix, otherMix)
	require.Equal(t, mix.Requests, mix.Hits+mix.NearMisses+mix.Misses)
	require.Equal(t, mix.Requests, mix.Allowed+mix.ImplicitDeny+mix.ExplicitDeny+mix.Unanswered)
	require.Positive(t, mix.Allowed)
	require.Positive(t, mix.ImplicitDeny)
}

func TestBenchVerdicts(t *testing.T) {
	before := &benchJSON{Timings: timingsJSON{ParseSeconds: 1, CompileSeconds: 1, DecisionsPerSecondOneCore: 100, DecisionsPerSecondAllCores: 100}}
	after := &benchJSON{Timings: timingsJSON{ParseSeconds: 1.04, CompileSeconds: 2, DecisionsPerSecondOneCore: 200, DecisionsPerSecondAllCores: 50,
		InventorySeconds: 1}}
	verdicts := map[string]string{}
	for _, r := range compare("x", before, after).Ratios {
		verdicts[r.Figure] = r.Verdict
	}
	require.Equal(t, "same", verdicts["parse"])
	require.Equal(t, "worse", verdicts["compile"])
	require.Equal(t, "better", verdicts["decisions on one core"])
	require.Equal(t, "worse", verdicts["decisions on all cores"])
	require.Equal(t, "worse", verdicts["inventory"], "it took no time before")
	require.Equal(t, "same", verdicts["latency p50"], "it was not measured")
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", -1000: "-1 000", -100: "-100", 1234567: "1 234 567"} {
		require.Equal(t, want, grouped(n))
	}
}

func TestSecondsAndSizes(t *testing.T) {
	for s, want := range map[float64]string{0: "0 ns", 412e-9: "412 ns", 1.5e-6: "1.50 us", 2.25e-3: "2.25 ms", 12: "12.00 s"} {
		require.Equal(t, want, seconds(s))
	}
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 97_477_470: "97.5 MB", 2_250_000_000: "2.25 GB"} {
		require.Equal(t, want, size(n))
	}
}
