package main

import (
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/model"
	"iamsim/scenarios"
)

// diffReport is what `diff` found, in the form of its JSON (docs/json.md).
type diffReport struct {
	Summary diffSummary `json:"summary"`
	// Scenarios are the checks of --suite that change their answer.
	Scenarios []scenarios.Changed `json:"scenarios"`
	Changes   []diffChange        `json:"changes"`
	// Inconclusive is what could not be compared to the end.
	Inconclusive []diffGap `json:"inconclusive"`
	// Faults are differences that the engine did not confirm: faults of the program.
	Faults []string `json:"faults,omitempty"`
}

type diffSummary struct {
	// Opened and Closed count regions, Principals those whose access changes.
	Opened     int `json:"opened"`
	Closed     int `json:"closed"`
	Principals int `json:"principals"`
	Compared   int `json:"compared"`
	Unchanged  int `json:"unchanged"`
	// Asked counts the checks of --suite; Uncovered the regions that no scenario shows.
	Asked     int `json:"asked,omitempty"`
	Uncovered int `json:"uncovered,omitempty"`
	suites    bool
}

// diffChange is a group of principals whose access changes alike.
type diffChange struct {
	Principals []string     `json:"principals"`
	Regions    []diffRegion `json:"regions"`
}

type diffRegion struct {
	Direction    string   `json:"direction"`
	Actions      []string `json:"actions"`
	Except       []string `json:"except,omitempty"`
	Resources    []string `json:"resources,omitempty"`
	NotResources []string `json:"notResources,omitempty"`
	Conditions   []string `json:"conditions,omitempty"`
	// Latent is set where the actions are none that the catalogue knows.
	Latent bool `json:"latent,omitempty"`
	// Covered names the scenarios whose answer changes within the region.
	Covered   []string      `json:"covered,omitempty"`
	Witnesses []diffWitness `json:"witnesses,omitempty"`
	// place is where the statement stands that makes the difference.
	place model.Position
}

type diffWitness struct {
	Principal string            `json:"principal"`
	Action    string            `json:"action"`
	Resource  string            `json:"resource"`
	Context   []eval.ContextKey `json:"context,omitempty"`
	Old       diffAnswer        `json:"old"`
	New       diffAnswer        `json:"new"`
	// Scenario is the request with the new answer as an entry of a suite's scenarios, in YAML.
	Scenario string `json:"scenario"`
}

// diffAnswer is one side's answer to a witness.
type diffAnswer struct {
	Answer     string              `json:"answer"`
	Reason     string              `json:"reason,omitempty"`
	Statements []eval.StatementRef `json:"statements,omitempty"`
	Headline   string              `json:"headline"`
}

type diffGap struct {
	Principal string `json:"principal,omitempty"`
	Reason    string `json:"reason"`
}

func newDiffReport(result *diff.Result, old, new diff.Side, suites []*scenarios.Suite, witnesses int) *diffReport {
	r := &diffReport{
		Summary:   diffSummary{Compared: result.Compared, Unchanged: result.Skipped, suites: len(suites) > 0},
		Scenarios: []scenarios.Changed{}, Changes: []diffChange{}, Inconclusive: []diffGap{}, Faults: result.Faults,
	}
	if len(suites) > 0 {
		changed, asked := scenarios.ChangedAnswers(suites, old.Engine, new.Engine)
		r.Scenarios, r.Summary.Asked = append(r.Scenarios, changed...), asked
	}
	for _, gap := range result.Gaps {
		r.Inconclusive = append(r.Inconclusive, diffGap{gap.Principal, gap.Reason})
	}
	for i := range result.Groups {
		g := &result.Groups[i]
		change := diffChange{Principals: g.Principals}
		for _, region := range result.Regions(g) {
			change.Regions = append(change.Regions, r.region(&region, g, old, new, witnesses))
		}
		r.Summary.Principals += len(g.Principals)
		r.Changes = append(r.Changes, change)
	}
	r.merge()
	return r
}

// merge makes one change of those that say the same of different principals.
func (r *diffReport) merge() {
	merged := []diffChange{}
	at := map[string]int{}
	for _, change := range r.Changes {
		var text strings.Builder
		for i := range change.Regions {
			text.WriteString(change.Regions[i].key())
		}
		if k, ok := at[text.String()]; ok {
			merged[k].Principals = append(merged[k].Principals, change.Principals...)
			slices.Sort(merged[k].Principals)
			continue
		}
		at[text.String()] = len(merged)
		merged = append(merged, change)
	}
	r.Changes = merged
	for i := range merged {
		for k := range merged[i].Regions {
			region := &merged[i].Regions[k]
			if region.Direction == diff.Opened.String() {
				r.Summary.Opened++
			} else {
				r.Summary.Closed++
			}
			if len(region.Covered) == 0 && r.Summary.suites {
				r.Summary.Uncovered++
			}
		}
	}
}

// key spells what the region says of whoever it is told of.
func (r *diffRegion) key() string {
	var b strings.Builder
	for _, list := range [][]string{{r.Direction}, r.Actions, r.Except, r.Resources, r.NotResources, r.Conditions, r.Covered} {
		b.WriteString(strings.Join(list, "\x01") + "\x00")
	}
	return b.String()
}

func (r *diffReport) region(region *diff.Region, g *diff.Group, old, new diff.Side, witnesses int) diffRegion {
	out := diffRegion{
		Direction: region.Direction.String(), Actions: region.Actions, Except: region.Except, Resources: region.Resources,
		NotResources: region.NotResources, Conditions: region.Conditions, Latent: region.Latent,
	}
	for i, d := range region.Witnesses[:min(len(region.Witnesses), max(witnesses, 1))] {
		w := diffWitness{
			Principal: d.Request.Principal, Action: d.Request.Action, Resource: d.Request.Resource,
			Old: answerOn(old, d.Request), New: answerOn(new, d.Request),
			Scenario: scenarios.ScenarioText(&d.Request, d.New.Result()),
		}
		w.Context = contextOf(d)
		if i == 0 {
			out.place = placeOfChange(&w)
		}
		if i < witnesses {
			out.Witnesses = append(out.Witnesses, w)
		}
	}
	for _, s := range r.Scenarios {
		if name := s.Suite + "/" + s.Scenario; coveredBy(region, g, &s) && !slices.Contains(out.Covered, name) {
			out.Covered = append(out.Covered, name)
		}
	}
	return out
}

// coveredBy reports whether a scenario that changes its answer shows a region.
func coveredBy(region *diff.Region, g *diff.Group, s *scenarios.Changed) bool {
	opened := s.After == eval.Allowed.String()
	if opened != (region.Direction == diff.Opened) || !region.Has(s.Action, s.Resource) {
		return false
	}
	for _, p := range g.Principals {
		if p == s.Principal || strings.HasSuffix(p, ":"+s.Principal) || strings.HasSuffix(p, "/"+s.Principal) {
			return true
		}
	}
	return false
}

func answerOn(side diff.Side, request model.Request) diffAnswer {
	if side.Engine == nil {
		return diffAnswer{}
	}
	x, err := side.Engine.Explain(request)
	if err != nil {
		return diffAnswer{Answer: eval.ImplicitDeny.String(), Headline: err.Error()}
	}
	return diffAnswer{Answer: x.Answer, Reason: x.Reason, Statements: x.Statements, Headline: x.Headline}
}

// placeOfChange is the statement that makes the difference: the new one, or the
// old one where what it allowed has gone.
func placeOfChange(w *diffWitness) model.Position {
	for _, answer := range []diffAnswer{w.New, w.Old} {
		for _, s := range answer.Statements {
			if s.File != "" {
				return s.Position()
			}
		}
	}
	return model.Position{}
}

// exitCode is that of the command.
func (r *diffReport) exitCode(failOn string) int {
	switch {
	case len(r.Faults) > 0:
		return exitInconclusive
	case failOn != "nothing" && (r.Summary.Opened > 0 || failOn == "closed" && r.Summary.Closed > 0):
		return exitNo
	case len(r.Inconclusive) > 0:
		return exitInconclusive
	}
	return exitYes
}
