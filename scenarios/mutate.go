package scenarios

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/model"
)

// MutationOptions tell which mutants are tried.
type MutationOptions struct {
	// Mutants is the most that are tried; 0 means all. Which ones is chosen by
	// Seed: the same seed chooses the same of the same policies.
	Mutants int
	Seed    uint64
	// Minimum is the score below which the run fails, in percent; 0 asks for none.
	Minimum float64
	// Progress, if not nil, is told after each mutant how many of all are done.
	Progress func(done, total int)
}

// Mutation tells how many small changes of the policies the scenarios notice.
// The policies that are changed are those that Coverage counts.
type Mutation struct {
	// NotTried says why no mutant was tried; the rest is empty then.
	NotTried string `json:"notTried,omitempty"`
	// Mutants is the number of all mutants, Tried of those that were tried.
	// Noticed, Survived and Equivalent add up to Tried.
	Mutants int `json:"mutants"`
	Tried   int `json:"tried"`
	// Noticed are those with which some scenario does not hold.
	Noticed int `json:"noticed"`
	// Survived are those that no scenario notices.
	Survived int `json:"survived"`
	// Equivalent are those with which every request gets the answer that it
	// gets without. There is nothing to notice, and they do not count.
	Equivalent int `json:"equivalent"`
	// Score is the share of Noticed in Noticed and Survived, from 0 to 100,
	// rounded down to a tenth; 100 where there is neither.
	Score   float64 `json:"score"`
	Minimum float64 `json:"minimum,omitempty"`
	Seed    uint64  `json:"seed"`
	// Survivors are those that survived, by place.
	Survivors []Mutant `json:"survivors"`
}

// Below reports whether the score is lower than was asked for.
func (m *Mutation) Below() bool { return m != nil && m.Score < m.Minimum }

// maxWitnessStates bounds the search for a request that tells a mutant from
// the policies, for each principal.
const maxWitnessStates = 20_000

// Mutate tries mutants of the suites' policies: each is put to the scenarios
// that its policy took part in, and is noticed if one of them does not hold.
// Of the options of the run, Run, Parallel and EvalOptions count. The outcome
// is the same whatever the parallelism.
func Mutate(ctx context.Context, suites []*Suite, o RunOptions, m MutationOptions) *Mutation {
	out := &Mutation{Seed: m.Seed, Minimum: m.Minimum, Score: 100, Survivors: []Mutant{}}
	all := mutants(suites)
	out.Mutants = len(all)
	tried := sampled(all, m)
	t := &trial{ctx: ctx, options: RunOptions{Run: o.Run, Parallel: o.Parallel, EvalOptions: o.EvalOptions}}
	if out.NotTried = t.prepare(suites); out.NotTried != "" {
		return out
	}
	verdicts := make([]verdict, len(tried))
	run := &running{ctx: ctx, options: RunOptions{Parallel: o.Parallel, Progress: m.Progress}}
	run.each(len(tried), func(i int) {
		if ctx.Err() == nil {
			verdicts[i] = t.try(tried[i])
			run.tell(len(tried))
		}
	})
	if ctx.Err() != nil {
		out.NotTried = "the run was interrupted"
		return out
	}
	out.sum(tried, verdicts)
	return out
}

// sampled chooses mutants by the seed and keeps their order.
func sampled(all []*Mutant, m MutationOptions) []*Mutant {
	if m.Mutants <= 0 || len(all) <= m.Mutants {
		return all
	}
	chosen := rand.New(rand.NewPCG(m.Seed, 0)).Perm(len(all))[:m.Mutants]
	slices.Sort(chosen)
	list := make([]*Mutant, len(chosen))
	for i, at := range chosen {
		list[i] = all[at]
	}
	return list
}

// verdict is what came of one mutant.
type verdict uint8

const (
	noticed verdict = iota
	survived
	equivalent
)

func (m *Mutation) sum(tried []*Mutant, verdicts []verdict) {
	m.Tried = len(tried)
	for i, v := range verdicts {
		switch v {
		case noticed:
			m.Noticed++
		case survived:
			m.Survived++
			m.Survivors = append(m.Survivors, *tried[i])
		case equivalent:
			m.Equivalent++
		}
	}
	if m.Noticed+m.Survived > 0 {
		m.Score = percent(m.Noticed, m.Noticed+m.Survived)
	}
}

// trial is what all mutants are tried against.
type trial struct {
	ctx     context.Context
	options RunOptions
	// suites are copies whose engines are compiled.
	suites []*Suite
	lock   sync.Mutex
	// concerned are the scenarios, by the places of the policies that take part in them.
	concerned map[model.Position]map[*Scenario]bool
	// claims is set where a suite makes a claim of its policies: every policy may concern it.
	claims bool
}

// prepare runs the suites as they are. It returns why mutants cannot be tried:
// only a scenario that holds can notice that something changed.
func (t *trial) prepare(suites []*Suite) string {
	t.concerned = map[model.Position]map[*Scenario]bool{}
	for _, suite := range suites {
		own := *suite
		if len(suite.faults) == 0 {
			engine, err := eval.Compile(suite.base, t.options.EvalOptions)
			if err != nil {
				return suite.File + ": " + err.Error()
			}
			own.near = engine
		}
		t.suites = append(t.suites, &own)
		t.claims = t.claims || slices.ContainsFunc(suite.Scenarios, (*Scenario).claimsOwn)
	}
	o := t.options
	o.watch = t.watch
	report := Run(t.ctx, t.suites, o)
	switch {
	case report.Interrupted:
		return "the run was interrupted"
	case report.ExitCode() != 0:
		return "mutants are tried only where every scenario holds"
	}
	return ""
}

func (t *trial) watch(_ *Suite, s *Scenario, q *eval.Query) {
	policies := q.Policies()
	t.lock.Lock()
	defer t.lock.Unlock()
	for i := range policies {
		at := policies[i].Policy.Position
		if t.concerned[at] == nil {
			t.concerned[at] = map[*Scenario]bool{}
		}
		t.concerned[at][s] = true
	}
}

func (t *trial) try(m *Mutant) verdict {
	concerned := t.concerned[m.document]
	var changed, original []*Suite
	for _, suite := range t.suites {
		other := m.apply(suite)
		if other == nil {
			continue
		}
		changed, original = append(changed, other), append(original, suite)
	}
	if len(concerned) > 0 || t.claims {
		o := t.options
		o.Parallel, o.FailFast = 1, true
		o.only = func(_ *Suite, s *Scenario) bool { return concerned[s] || s.claimsOwn() }
		summary := Run(t.ctx, changed, o).Summary
		if summary.BrokenSuites+summary.Checks.Failed+summary.Checks.Errors > 0 {
			return noticed
		}
	}
	return t.compare(m, original, changed)
}

// compare looks for a request that the mutant answers otherwise.
func (t *trial) compare(m *Mutant, original, changed []*Suite) verdict {
	for i := range changed {
		engine, err := changed[i].compile(t.options.EvalOptions)
		if err != nil {
			return noticed
		}
		before, why := original[i].near, ""
		for _, o := range m.searches() {
			o.First, o.MaxStates = true, maxWitnessStates
			result, err := diff.Compare(diff.Side{Engine: before}, diff.Side{Engine: engine}, o)
			if err != nil {
				why = err.Error()
			} else if m.Witness, why = offered(before, engine, result); m.Witness != nil {
				m.Inconclusive = ""
				return survived
			}
		}
		// The last search is through everything: what the others missed it tells.
		m.Inconclusive = cmp.Or(m.Inconclusive, why)
	}
	if m.Inconclusive != "" {
		return survived
	}
	return equivalent
}

// searches narrow the search for a witness down, the narrowest first: to whom
// the changed statement names, to the services that it is about, on resources
// that have names. The last one leaves nothing out.
func (m *Mutant) searches() []diff.Options {
	near := diff.Options{Actions: m.near, Resources: []string{"arn:*"}}
	searches := []diff.Options{near, {}}
	if len(m.named) > 0 {
		near.Callers = m.named
		searches = append([]diff.Options{near}, searches...)
	}
	return searches
}

// offered returns a witness of a comparison, or why it has none though the two
// may differ; neither where they surely do not.
func offered(before, after *eval.Engine, result *diff.Result) (*Witness, string) {
	for _, group := range result.Groups {
		for _, d := range group.Differences {
			if w := witness(before, after, d.Request); w != nil {
				return w, ""
			}
		}
	}
	switch {
	case len(result.Groups) > 0:
		return nil, "it answers some request otherwise, though none that a scenario could put"
	case len(result.Faults) > 0:
		return nil, "fault of the program: " + result.Faults[0]
	case len(result.Gaps) > 0:
		return nil, "whether it answers any request otherwise is not known: " + result.Gaps[0].Reason
	}
	return nil, ""
}
