package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

// docs/lint.md has one row for each kind of finding, with its severity and
// rule, an example and a repair.
func TestFindingsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/lint.md")
	require.NoError(t, err)
	rows := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|(.*)\\|$").FindAllStringSubmatch(string(text), -1) {
		cells := strings.Split(row[2], " | ")
		if len(cells) == 3 {
			continue // the table of counts
		}
		require.NotContains(t, rows, row[1])
		rows[row[1]] = cells
	}
	for _, f := range kindsOfFindings() {
		cells := rows[f.ID]
		require.Len(t, cells, 5, f.ID)
		severity := f.Severity.String()
		switch {
		case f.Lenient:
			severity += ", lenient"
		case f.Refused:
			severity += ", refused"
		}
		require.Equal(t, []string{severity, f.Rule, f.Text}, []string{strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]), cells[2]}, f.ID)
		require.NotEmpty(t, strings.TrimSpace(cells[3]), f.ID)
		require.NotEmpty(t, strings.TrimSpace(cells[4]), f.ID)
		require.False(t, f.Refused && f.Severity == model.Error, f.ID)
		delete(rows, f.ID)
	}
	require.Empty(t, rows, "documented, but no kind of finding")
}
