package scenarios

import (
	"context"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"

	"iamsim/eval"
	"iamsim/eval/chain"
	"iamsim/model"
)

// RunOptions tell what is run, and how.
type RunOptions struct {
	// Run selects the scenarios of which it matches the name, or the suite's
	// name, a slash and the name; nil selects all.
	Run *regexp.Regexp
	// FailFast ends the run with the first scenario, in the order of the suites, that does not pass.
	FailFast bool
	// Parallel is the number of scenarios run at a time; 0 or less means one a processor.
	Parallel int
	// EvalOptions are those of every engine. A scenario's strict adds to them.
	EvalOptions eval.Options
	// Progress, if not nil, is told after each scenario how many of all are
	// done. Calls never overlap.
	Progress func(done, total int)
	// Coverage, if not nil, makes the report tell which statements the scenarios put to the test.
	Coverage *CoverageOptions

	// only, if not nil, selects scenarios besides Run.
	only func(*Suite, *Scenario) bool
	// watch, if not nil, is told of every query of every scenario.
	watch watcher
}

// Run puts every selected scenario to its suite's policies. The report is the
// same whatever the parallelism. A cancelled context ends the run early, and
// the report says so.
func Run(ctx context.Context, suites []*Suite, o RunOptions) *Report {
	report := &Report{Suites: []SuiteResult{}}
	if o.Coverage != nil {
		covered := newCoverage(suites)
		o.watch = both(o.watch, covered.watch)
		defer func() { report.cover(covered, *o.Coverage) }()
	}
	run := &running{ctx: ctx, options: o}
	for _, suite := range suites {
		run.plan(suite, &report.Summary)
	}
	run.compile()
	run.work()
	run.collect(report)
	report.summarize()
	return report
}

// running is the state of one Run.
type running struct {
	ctx     context.Context
	options RunOptions
	suites  []*bench
	jobs    []job
	// end is the number of jobs, and with FailFast the number of those up to the first that did not pass.
	end atomic.Int64

	progress sync.Mutex
	done     int
}

// bench is a suite with its engines.
type bench struct {
	suite *Suite
	jobs  int
	base  *eval.Engine
	// errors keep the suite from being run.
	errors []string
	// shared makes the engine of the overlay that the defaults give.
	shared func() (*eval.Engine, []string)
}

// job is one scenario to run; result is nil until it has been.
type job struct {
	bench    *bench
	scenario *Scenario
	result   *ScenarioResult
}

func (r *running) plan(suite *Suite, summary *Summary) {
	b := &bench{suite: suite}
	r.suites = append(r.suites, b)
	if len(suite.faults) > 0 {
		b.errors = messages(suite.faults)
		return
	}
	b.shared = sync.OnceValues(func() (*eval.Engine, []string) { return b.overlaid(suite.overlay) })
	for _, scenario := range suite.Scenarios {
		if r.options.only != nil && !r.options.only(suite, scenario) {
			continue
		}
		if !r.options.selects(suite, scenario) {
			summary.NotSelected++
			continue
		}
		b.jobs++
		r.jobs = append(r.jobs, job{bench: b, scenario: scenario})
	}
}

func (o *RunOptions) selects(suite *Suite, scenario *Scenario) bool {
	return o.Run == nil || o.Run.MatchString(scenario.Name) || o.Run.MatchString(suite.Name+"/"+scenario.Name)
}

// compile makes the engines of the suites before any scenario is run: a
// scenario that expects an error must not pass because its suite is broken.
func (r *running) compile() {
	r.each(len(r.suites), func(i int) {
		b := r.suites[i]
		if b.jobs == 0 || len(b.errors) > 0 {
			return
		}
		engine, err := b.suite.compile(r.options.EvalOptions)
		if err != nil {
			b.errors = []string{b.suite.File + ": " + err.Error()}
			return
		}
		b.base = engine
	})
}

// work runs the jobs in order. With FailFast, a job before the first failure
// has always been started before it, and is finished.
func (r *running) work() {
	total := len(r.jobs)
	r.end.Store(int64(total))
	r.each(total, func(i int) {
		at := &r.jobs[i]
		if int64(i) >= r.end.Load() || r.ctx.Err() != nil || len(at.bench.errors) > 0 {
			return
		}
		result := r.scenario(at)
		at.result = &result
		if r.options.FailFast && result.Status != Passed && result.Status != Skipped {
			r.endAfter(int64(i))
		}
		r.tell(total)
	})
}

func (r *running) endAfter(i int64) {
	for {
		end := r.end.Load()
		if i+1 >= end || r.end.CompareAndSwap(end, i+1) {
			return
		}
	}
}

func (r *running) tell(total int) {
	if r.options.Progress == nil {
		return
	}
	r.progress.Lock()
	defer r.progress.Unlock()
	r.done++
	r.options.Progress(r.done, total)
}

// each calls f for 0 to n-1, taken in order by the workers, and waits for all.
func (r *running) each(n int, f func(i int)) {
	workers := r.options.Parallel
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(workers, n) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wait.Wait()
}

// scenario runs every check of one scenario.
func (r *running) scenario(j *job) ScenarioResult {
	s := j.scenario
	result := ScenarioResult{
		Name: s.Name, File: s.Position.File, Line: s.Position.Line, Column: s.Position.Column,
		Status: Skipped, Skip: s.Skip, Expected: s.expected(), Checks: []CheckResult{},
	}
	if s.Skip != "" {
		return result
	}
	if s.Claim != nil {
		check := r.claim(j)
		result.Checks, result.Status = append(result.Checks, check), check.Status
		return result
	}
	engine, followed, errors := r.prepare(j)
	watch := r.options.watch.of(j, engine, followed)
	for _, action := range s.Actions {
		for _, resource := range s.Resources {
			a := answer{errors: errors}
			if len(errors) == 0 {
				a = ask(engine, followed, s, action, resource)
				watch(action, resource)
			}
			result.Checks = append(result.Checks, check(s, action, resource, a))
			result.Status = worse(result.Status, result.Checks[len(result.Checks)-1].Status)
		}
	}
	return result
}

// prepare returns what a scenario's checks are put to: an engine and, where the
// scenario has one, the session at the end of its chain.
func (r *running) prepare(j *job) (engine *eval.Engine, followed *chain.Chain, errors []string) {
	engine, errors = r.engine(j.bench, j.scenario)
	if len(errors) > 0 || len(j.scenario.Via) == 0 {
		return engine, nil, errors
	}
	followed, err := chain.Follow(engine, j.scenario.request(), j.scenario.Via)
	if err != nil {
		return nil, nil, []string{err.Error()}
	}
	return engine, followed, nil
}

// engine returns the engine of a scenario, or why it has none.
func (r *running) engine(b *bench, s *Scenario) (*eval.Engine, []string) {
	engine := b.base
	var errors []string
	switch {
	case s.overlay == nil:
	case s.overlay == b.suite.overlay:
		engine, errors = b.shared()
	default:
		engine, errors = b.overlaid(s.overlay)
	}
	errors = append(messages(append(errorsOf(s.findings), errorsOf(s.viaFindings)...)), errors...)
	if len(errors) > 0 {
		return nil, errors
	}
	if s.Strict && !r.options.EvalOptions.Strict {
		options := r.options.EvalOptions
		options.Strict = true
		engine = engine.With(options)
	}
	return engine, nil
}

// collect puts the results into the report in the order of the suites. With
// FailFast, what comes after the first failure is left out even if it was run.
func (r *running) collect(report *Report) {
	end := int(r.end.Load())
	at := 0
	for _, b := range r.suites {
		result := SuiteResult{Name: b.suite.Name, File: b.suite.File, Errors: b.errors, Scenarios: []ScenarioResult{}}
		jobs := r.jobs[at : at+b.jobs]
		for i := range jobs {
			switch {
			case len(b.errors) > 0 || at+i >= end:
				report.Summary.NotRun++
			case jobs[i].result == nil:
				report.Summary.NotRun++
				report.Interrupted = true
			default:
				result.Scenarios = append(result.Scenarios, *jobs[i].result)
			}
		}
		if len(result.Errors) > 0 || len(result.Scenarios) > 0 {
			report.Suites = append(report.Suites, result)
		}
		at += b.jobs
		if r.options.FailFast && len(b.errors) > 0 {
			end = min(end, at)
		}
	}
}

func messages(diagnostics []model.Diagnostic) []string {
	var list []string
	for _, d := range diagnostics {
		list = append(list, d.Error())
	}
	return list
}
