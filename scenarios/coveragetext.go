package scenarios

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"iamsim/internal/printable"
	"iamsim/model"
)

// WriteText writes the coverage for people: the totals, and by file what the
// scenarios leave untested.
func (c *Coverage) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, line := range c.lines() {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

// WriteJSON writes the coverage as one indented JSON object, of which Coverage is the schema.
func (c *Coverage) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(c)
}

// WriteLCOV writes the coverage as an LCOV tracefile, which editors and CI
// services show beside the lines. A statement is the line that it begins on,
// hit as often as it decided; a line on which several begin was hit as often
// as the least of them. A condition entry is a pair of branches, met and not met.
func (c *Coverage) WriteLCOV(w io.Writer) error {
	out := bufio.NewWriter(w)
	for i := range c.Files {
		c.Files[i].writeLCOV(out)
	}
	return out.Flush()
}

func (f *FileCoverage) writeLCOV(out *bufio.Writer) {
	fmt.Fprintf(out, "TN:\nSF:%s\n", printable.Text(f.File))
	hits := map[int]int{}
	var lines []int
	blocks, found, taken := map[int]int{}, 0, 0
	for _, s := range f.List {
		if least, again := hits[s.Line]; !again {
			lines = append(lines, s.Line)
			hits[s.Line] = s.Decided
		} else {
			hits[s.Line] = min(least, s.Decided)
		}
		for _, entry := range s.Entries {
			for branch, times := range []int{entry.Met, entry.NotMet} {
				text := strconv.Itoa(times)
				if entry.Met+entry.NotMet == 0 {
					text = "-"
				}
				fmt.Fprintf(out, "BRDA:%d,%d,%d,%s\n", s.Line, blocks[s.Line], branch, text)
				found++
				taken += min(times, 1)
			}
			blocks[s.Line]++
		}
	}
	fmt.Fprintf(out, "BRF:%d\nBRH:%d\n", found, taken)
	hit := 0
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Fprintf(out, "DA:%d,%d\n", line, hits[line])
		hit += min(hits[line], 1)
	}
	fmt.Fprintf(out, "LF:%d\nLH:%d\nend_of_record\n", len(lines), hit)
}

// lines are the coverage in text.
func (c *Coverage) lines() []string {
	lines := []string{"coverage: " + c.headline()}
	for i := range c.Files {
		f := &c.Files[i]
		gaps := f.gaps()
		if len(gaps) == 0 {
			continue
		}
		lines = append(lines, fmt.Sprintf("  %s: %s", printable.Text(f.File), f.text("")))
		for _, gap := range gaps {
			lines = append(lines, fmt.Sprintf("    %s: %s", gap.at, gap.text))
		}
	}
	return lines
}

func (c *Coverage) headline() string {
	share := fmt.Sprintf(" (%.1f %%", c.Percent)
	if c.Below() {
		share += ", less than the " + strconv.FormatFloat(c.Minimum, 'f', -1, 64) + " % asked for"
	}
	return c.text(share + ")")
}

// text tells the numbers, with a word on the share of the statements.
func (c *CoverageCounts) text(share string) string {
	text := fmt.Sprintf("%d of %s decided a check%s", c.Decided, count(c.Statements, "statement"), share)
	if c.Entries > 0 {
		noun := "condition entries"
		if c.Entries == 1 {
			noun = "condition entry"
		}
		text += fmt.Sprintf(", %d of %d %s had both outcomes", c.BothOutcomes, c.Entries, noun)
	}
	return text
}

// gap is something that no scenario tests.
type gap struct {
	at model.Position
	// statement is set for a statement, and not for a condition entry of it.
	statement bool
	text      string
}

// gaps lists what the scenarios leave untested in the order of the file.
func (f *FileCoverage) gaps() []gap {
	var list []gap
	for i := range f.List {
		s := &f.List[i]
		at := model.Position{File: f.File, Line: s.Line, Column: s.Column}
		if s.State != Decided {
			list = append(list, gap{at, true, s.name() + ": " + s.shortfall()})
		}
		for j := range s.Entries {
			if text := s.Entries[j].shortfall(); text != "" {
				list = append(list, gap{at, false, fmt.Sprintf("%s: %s %s: %s", s.name(), s.Entries[j].Operator, printable.Text(s.Entries[j].Key), text)})
			}
		}
	}
	return list
}

func (s *StatementCoverage) name() string {
	return printable.Text(statementName(s.Effect, s.Sid, s.Index) + " of " + cmp.Or(s.Policy, "a policy"))
}

// shortfall says what a statement that decided nothing did.
func (s *StatementCoverage) shortfall() string {
	switch s.State {
	case Matched:
		return "matched " + times(s.Matched) + ", decided never"
	case Evaluated:
		return "evaluated " + times(s.Evaluated) + ", matched never"
	}
	return "no scenario evaluated it"
}

// shortfall says which outcome an entry lacks; empty if none. Of one that was
// never evaluated the statement itself tells.
func (e *EntryCoverage) shortfall() string {
	switch {
	case e.Met > 0 && e.NotMet == 0:
		return "always met"
	case e.Met == 0 && e.NotMet > 0:
		return "never met"
	}
	return ""
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return strconv.Itoa(n) + " times"
}
