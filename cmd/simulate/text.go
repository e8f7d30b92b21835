package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"iamsim/internal/printable"
)

// style is the code of an SGR escape sequence.
type style string

const (
	plain  style = ""
	bold   style = "1"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	dim    style = "2"
)

func (s style) paint(text string) string {
	if s == plain {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// paint colours text for standard output, if that is coloured.
func (a *app) paint(s style, text string) string { return a.paintFor(a.stdout, s, text) }

// paintErr colours text for standard error, if that is coloured.
func (a *app) paintErr(s style, text string) string { return a.paintFor(a.stderr, s, text) }

func (a *app) paintFor(w io.Writer, s style, text string) string {
	switch a.color.value {
	case "never":
		return text
	case "auto":
		if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isTerminal(w) {
			return text
		}
	}
	return s.paint(text)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// count is a number with its noun: 1 file, 2 files, 3 entries, 4 keys.
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ey"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// cell is one field of a table.
type cell struct {
	text  string
	style style
}

func cells(texts ...string) []cell {
	row := make([]cell, len(texts))
	for i, text := range texts {
		row[i].text = text
	}
	return row
}

// table writes rows with aligned columns. Text is made printable; a coloured
// cell takes the room of its text.
func (a *app) table(b *strings.Builder, indent string, rows [][]cell) {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i].text = printable.Text(row[i].text)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i].text))
		}
	}
	for _, row := range rows {
		line := indent
		gap := ""
		for i, c := range row {
			if c.text != "" {
				line += gap + a.paint(c.style, c.text)
				gap = ""
			}
			gap += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// jsonText is an indented JSON document.
func jsonText(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		panic("simulate: a value that JSON cannot hold: " + err.Error())
	}
	return b.String()
}
