package main

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"

	"iamsim/model"
	"iamsim/model/inventory"
	"iamsim/model/lint"
	"iamsim/scenarios"
)

// validateJSON is the JSON form of `validate` (docs/json.md).
type validateJSON struct {
	Files    []fileJSON    `json:"files"`
	Findings []findingJSON `json:"findings"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	// Suppressed counts the warnings that were left out.
	Suppressed int `json:"suppressed"`
	ExitCode   int `json:"exitCode"`
}

type fileJSON struct {
	File string `json:"file"`
	// What says what the file was read as, Guessed from what that follows for a bare document.
	What       string `json:"what"`
	Guessed    string `json:"guessed,omitempty"`
	Unreadable bool   `json:"unreadable,omitempty"`
	Errors     int    `json:"errors"`
	Warnings   int    `json:"warnings"`
}

type findingJSON struct {
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Severity string `json:"severity"`
	ID       string `json:"id"`
	// Rule is a number of docs/semantics.md.
	Rule    string `json:"rule,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (v *validation) json() validateJSON {
	out := validateJSON{Files: []fileJSON{}, Findings: []findingJSON{}, Suppressed: v.suppressed, ExitCode: v.exitCode()}
	out.Errors, out.Warnings = v.counts("")
	for _, f := range v.files {
		file := fileJSON{File: f.file, What: f.what, Guessed: f.why, Unreadable: f.unreadable}
		file.Errors, file.Warnings = v.counts(f.file)
		out.Files = append(out.Files, file)
	}
	for _, d := range v.findings {
		out.Findings = append(out.Findings, findingJSON{
			File: d.Position.File, Line: d.Position.Line, Column: d.Position.Column,
			Severity: d.Severity.String(), ID: d.ID, Rule: d.Rule, Message: d.Message, Hint: d.Hint,
		})
	}
	return out
}

// kindsOfFindings are all kinds of findings that validate can make, sorted by
// id, each id once.
func kindsOfFindings() []model.Finding {
	list := slices.Concat(model.Findings(), inventory.Findings(), scenarios.Findings(), lint.Findings())
	slices.SortStableFunc(list, func(a, b model.Finding) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(list, func(a, b model.Finding) bool { return a.ID == b.ID })
}

// The parts of SARIF 2.1.0 that a log of findings needs.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string           `json:"id"`
		ShortDescription     sarifText        `json:"shortDescription"`
		Help                 *sarifText       `json:"help,omitempty"`
		DefaultConfiguration sarifRuleDefault `json:"defaultConfiguration"`
	}
	sarifRuleDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
)

func (v *validation) sarif() sarifLog {
	driver := sarifDriver{Name: "simulate", Version: version().Version, Rules: []sarifRule{}}
	index := map[string]int{}
	for _, f := range kindsOfFindings() {
		index[f.ID] = len(driver.Rules)
		rule := sarifRule{ID: f.ID, ShortDescription: sarifText{f.Text}, DefaultConfiguration: sarifRuleDefault{f.Severity.String()}}
		if f.Rule != "" {
			rule.Help = &sarifText{"rule " + f.Rule + " of docs/semantics.md"}
		}
		driver.Rules = append(driver.Rules, rule)
	}
	results := []sarifResult{}
	for _, d := range v.findings {
		message := d.Message
		if d.Hint != "" {
			message += "; " + d.Hint
		}
		r := sarifResult{RuleID: d.ID, RuleIndex: index[d.ID], Level: d.Severity.String(), Message: sarifText{message}}
		if d.Position.File != "" {
			r.Locations = []sarifLocation{v.sarifLocation(d.Position)}
		}
		results = append(results, r)
	}
	return sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0",
		Runs: []sarifRun{{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: results}},
	}
}

func (v *validation) sarifLocation(at model.Position) sarifLocation {
	l := sarifLocation{sarifPhysical{Artifact: sarifArtifact{uri(at.File)}}}
	if at.Line > 0 {
		l.Physical.Region = &sarifRegion{StartLine: at.Line, StartColumn: v.sources.characterColumn(at)}
	}
	return l
}

// uri is a file name as a URI reference.
func uri(file string) string { return (&url.URL{Path: filepath.ToSlash(file)}).String() }
