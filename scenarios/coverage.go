package scenarios

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"iamsim/eval"
	"iamsim/model"
)

// CoverageOptions ask for a report of coverage.
type CoverageOptions struct {
	// Minimum is the percentage of statements below which the run fails; 0 asks for none.
	Minimum float64
}

// Coverage tells which statements of the suites' policies the scenarios put to
// the test. Counted are the policies that the suites' policySets and policySet
// hold. What a scenario changes for itself, session policies, what AWS itself
// manages, and policies that stand in no file are not.
type Coverage struct {
	// Files are sorted by name.
	Files []FileCoverage `json:"files"`
	CoverageCounts
	// Percent is the share of the statements that decided some check, from 0
	// to 100, rounded down to a tenth; 100 where there is no statement.
	Percent float64 `json:"percent"`
	// Minimum is what Percent had to reach; 0 for nothing.
	Minimum float64 `json:"minimum,omitempty"`
}

// CoverageCounts are numbers of statements and of condition entries.
type CoverageCounts struct {
	// Statements is the number of statements. Decided, Matched, Evaluated and
	// NotEvaluated add up to it.
	Statements   int `json:"statements"`
	Decided      int `json:"decided"`
	Matched      int `json:"matched"`
	Evaluated    int `json:"evaluated"`
	NotEvaluated int `json:"notEvaluated"`
	// Entries is the number of condition entries, BothOutcomes of those that
	// were met in one check and not met in another.
	Entries      int `json:"entries"`
	BothOutcomes int `json:"bothOutcomes"`
}

// FileCoverage is the coverage of the statements of one file, in its order.
type FileCoverage struct {
	File string `json:"file"`
	CoverageCounts
	List []StatementCoverage `json:"list"`
}

// CoverageState is the most that any check did with a statement.
type CoverageState string

// The states of a statement, from the least.
const (
	// NotEvaluated: its policy took part in no check.
	NotEvaluated CoverageState = "notEvaluated"
	// Evaluated: its policy took part, and some part of the statement never matched.
	Evaluated CoverageState = "evaluated"
	// Matched: it applied, and the answer did not rest on it.
	Matched CoverageState = "matched"
	// Decided: an answer rested on it, as eval.StatementVisit tells.
	Decided CoverageState = "decided"
)

// StatementCoverage is the coverage of one statement, over all the uses of its document.
type StatementCoverage struct {
	Policy string `json:"policy"`
	// Index is the statement's number in its document, from 0.
	Index  int           `json:"index"`
	Sid    string        `json:"sid,omitempty"`
	Effect string        `json:"effect"`
	Line   int           `json:"line"`
	Column int           `json:"column"`
	State  CoverageState `json:"state"`
	// Evaluated, Matched and Decided are the numbers of decisions in which the
	// statement took part, applied and decided; each holds the next.
	Evaluated int `json:"evaluated"`
	Matched   int `json:"matched"`
	Decided   int `json:"decided"`
	// Entries are those of the statement's condition.
	Entries []EntryCoverage `json:"entries,omitempty"`
}

// EntryCoverage is the coverage of one condition entry: the numbers of
// decisions in which it was met and not met, the other parts of its statement matching.
type EntryCoverage struct {
	Operator string `json:"operator"`
	Key      string `json:"key"`
	Met      int    `json:"met"`
	NotMet   int    `json:"notMet"`
}

// statementKey identifies a statement by its place in a file, whatever its document is used as.
type statementKey struct {
	document model.Position
	index    int
}

// coverage collects what a run's queries visit.
type coverage struct {
	lock sync.Mutex
	seen map[statementKey]*StatementCoverage
}

func newCoverage(suites []*Suite) *coverage {
	c := &coverage{seen: map[statementKey]*StatementCoverage{}}
	for _, suite := range suites {
		for _, p := range suite.documents() {
			for i := range p.Statements {
				c.declare(p, &p.Statements[i])
			}
		}
	}
	return c
}

// documents lists the policies of a suite that its author can change.
func (s *Suite) documents() []*model.Policy {
	if s.base == nil {
		return nil
	}
	return slices.DeleteFunc(s.base.Documents(), func(p *model.Policy) bool {
		arn, err := model.ParseARN(p.ARN)
		return p.Position.File == "" || err == nil && arn.Account == "aws"
	})
}

func (c *coverage) declare(p *model.Policy, s *model.Statement) {
	at := &StatementCoverage{
		Policy: p.Name, Index: s.Index, Sid: s.Sid, Effect: s.Effect.String(), Line: s.Position.Line, Column: s.Position.Column,
	}
	for _, entry := range s.Condition {
		at.Entries = append(at.Entries, EntryCoverage{Operator: entry.Operator().String(), Key: entry.Key()})
	}
	if key := (statementKey{p.Position, s.Index}); c.seen[key] == nil {
		c.seen[key] = at
	}
}

func (c *coverage) watch(_ *Suite, _ *Scenario, q *eval.Query) {
	visits := q.Visits()
	c.lock.Lock()
	defer c.lock.Unlock()
	for i := range visits {
		c.visit(&visits[i])
	}
}

func (c *coverage) visit(v *eval.StatementVisit) {
	at := c.seen[statementKey{v.Policy.Position, v.Statement.Index}]
	if at == nil {
		return
	}
	at.Evaluated++
	if v.Applies {
		at.Matched++
	}
	if v.Decides {
		at.Decided++
	}
	for i, met := range v.Outcomes[:min(len(v.Outcomes), len(at.Entries))] {
		if met {
			at.Entries[i].Met++
		} else {
			at.Entries[i].NotMet++
		}
	}
}

func (s *StatementCoverage) state() CoverageState {
	switch {
	case s.Decided > 0:
		return Decided
	case s.Matched > 0:
		return Matched
	case s.Evaluated > 0:
		return Evaluated
	}
	return NotEvaluated
}

// cover puts what was collected into the report.
func (r *Report) cover(c *coverage, o CoverageOptions) {
	out := &Coverage{Files: []FileCoverage{}, Minimum: o.Minimum, Percent: 100}
	byFile := map[string]*FileCoverage{}
	for key, s := range c.seen {
		file := byFile[key.document.File]
		if file == nil {
			file = &FileCoverage{File: key.document.File}
			byFile[key.document.File] = file
		}
		s.State = s.state()
		file.List = append(file.List, *s)
	}
	for _, file := range byFile {
		slices.SortFunc(file.List, compareStatements)
		for i := range file.List {
			file.count(&file.List[i])
		}
		out.CoverageCounts.plus(file.CoverageCounts)
		out.Files = append(out.Files, *file)
	}
	slices.SortFunc(out.Files, func(a, b FileCoverage) int { return cmp.Compare(a.File, b.File) })
	if out.Statements > 0 {
		out.Percent = percent(out.Decided, out.Statements)
	}
	r.Coverage = out
	r.summarize()
}

// percent is rounded down to a tenth, so that 100 means all.
func percent(part, whole int) float64 {
	return math.Floor(1000*float64(part)/float64(whole)) / 10
}

func comparePositions(a, b model.Position) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func compareStatements(a, b StatementCoverage) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Index, b.Index))
}

func (c *CoverageCounts) count(s *StatementCoverage) {
	c.Statements++
	switch s.State {
	case Decided:
		c.Decided++
	case Matched:
		c.Matched++
	case Evaluated:
		c.Evaluated++
	default:
		c.NotEvaluated++
	}
	for _, entry := range s.Entries {
		c.Entries++
		if entry.Met > 0 && entry.NotMet > 0 {
			c.BothOutcomes++
		}
	}
}

func (c *CoverageCounts) plus(d CoverageCounts) {
	c.Statements += d.Statements
	c.Decided += d.Decided
	c.Matched += d.Matched
	c.Evaluated += d.Evaluated
	c.NotEvaluated += d.NotEvaluated
	c.Entries += d.Entries
	c.BothOutcomes += d.BothOutcomes
}

// Below reports whether the coverage is lower than was asked for.
func (c *Coverage) Below() bool { return c != nil && c.Percent < c.Minimum }
