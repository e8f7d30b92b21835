package scenarios

import (
	"fmt"
	"strings"

	"iamsim/internal/printable"
)

// Failed reports whether the snapshot could not be compared, or does not hold
// and was not written again.
func (s *SnapshotResult) Failed() bool { return len(s.Errors) > 0 || len(s.Changes) > 0 && !s.Updated }

// status is the outcome as one of a check.
func (s *SnapshotResult) status() Status {
	switch {
	case len(s.Errors) > 0:
		return Errored
	case s.Failed():
		return Failed
	}
	return Passed
}

// headline tells in one line how the comparison came out.
func (s *SnapshotResult) headline() string {
	switch {
	case len(s.Errors) > 0:
		return "the snapshot cannot be compared"
	case len(s.Changes) == 0:
		return count(s.Answers, "answer") + " as before"
	}
	text := fmt.Sprintf("%s, %s", count(s.Answers, "answer"), s.effects())
	if s.Updated {
		text += "; the file was written again"
	}
	return text
}

func (s *SnapshotResult) effects() string {
	numbers := map[string]int{}
	for _, c := range s.Changes {
		numbers[c.Effect]++
	}
	var parts []string
	for _, effect := range []string{"opened", "closed", "changed"} {
		if n := numbers[effect]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, effect))
		}
	}
	return strings.Join(parts, ", ")
}

// String tells the change in one line.
func (c AccessChange) String() string {
	return printable.Text(fmt.Sprintf("%-7s %s %s %s: %s -> %s", c.Effect, word(c.Principal), word(c.Action), word(c.Resource), orNotAsked(c.Old), orNotAsked(c.New)))
}

func orNotAsked(answer string) string {
	if answer == "" {
		return "not asked"
	}
	return answer
}

// lines are the comparison in text, the line of its status first.
func (s *SnapshotResult) lines() []string {
	lines := []string{fmt.Sprintf("%-5s  %s: %s", statusWord(s.status()), printable.Text(s.File), s.headline())}
	for _, message := range s.Errors {
		lines = append(lines, "       "+printable.Text(message))
	}
	for _, c := range s.Changes {
		lines = append(lines, "  "+c.String())
	}
	return lines
}
