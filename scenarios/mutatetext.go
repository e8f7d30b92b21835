package scenarios

import (
	"fmt"
	"strconv"
	"strings"

	"iamsim/internal/printable"
)

func (m *Mutation) headline() string {
	if m.NotTried != "" {
		return "none was tried: " + m.NotTried
	}
	text := fmt.Sprintf("%d of %d noticed (%.1f %%)", m.Noticed, m.Noticed+m.Survived, m.Score)
	if m.Below() {
		text += ", less than the " + strconv.FormatFloat(m.Minimum, 'f', -1, 64) + " % asked for"
	}
	if m.Equivalent > 0 {
		text += fmt.Sprintf("; %d more change no answer", m.Equivalent)
	}
	if m.Tried < m.Mutants {
		text += fmt.Sprintf("; %d of %d were tried, chosen by seed %d", m.Tried, m.Mutants, m.Seed)
	}
	return text
}

// lines are the outcome in text: the survivors by place, each with the
// scenario that would notice it.
func (m *Mutation) lines() []string {
	lines := []string{"mutants: " + m.headline()}
	for i := range m.Survivors {
		s := &m.Survivors[i]
		lines = append(lines, fmt.Sprintf("  %s: %s: %s", s.Position(), s.Kind, s.Change))
		for _, line := range strings.Split(s.advice(), "\n") {
			lines = append(lines, "    "+line)
		}
	}
	return lines
}

// advice says what would notice the mutant, or why that is not known.
func (m *Mutant) advice() string {
	if m.Witness == nil {
		return printable.Text(m.Inconclusive)
	}
	text := fmt.Sprintf("no scenario notices it; this one would (with the change the answer is %s):\n%s", m.Witness.Changed, m.Witness.Scenario)
	return strings.TrimSuffix(text, "\n")
}
