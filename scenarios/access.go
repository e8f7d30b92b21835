package scenarios

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"iamsim/internal/printable"
	"iamsim/model"
)

// AccessSnapshot holds the answers to the requests of a matrix, as a file that
// is kept beside the policies and compared with what they come to answer.
type AccessSnapshot struct {
	Matrix
	// Lines are sorted by principal, action and resource.
	Lines []AccessLine
}

// AccessLine is one answer.
type AccessLine struct {
	Principal, Action, Resource string
	// Answer is "allowed", "implicitDeny", "explicitDeny", "unanswered" or "error".
	Answer string
	// Detail is the reason code of rule E90, with "ifFarSideAllows" where the
	// answer rests on an account that is not known; or what keeps the answer
	// from being given, quoted.
	Detail string
	// Line is the line's number in the file that it was read from.
	Line int
}

func (l AccessLine) compare(other AccessLine) int {
	return cmp.Or(cmp.Compare(l.Principal, other.Principal), cmp.Compare(l.Action, other.Action), cmp.Compare(l.Resource, other.Resource))
}

// String is the line as it is written.
func (l AccessLine) String() string {
	return strings.Join([]string{word(l.Principal), word(l.Action), word(l.Resource), l.Answer, l.Detail}, " ")
}

func (l AccessLine) answer() string { return l.Answer + " " + l.Detail }

// word is a text that reads as one word: quoted if it is not one by itself.
func word(text string) string {
	if text == "" || strings.ContainsAny(text, " \"#") || strings.ContainsFunc(text, printable.Hidden) {
		return strconv.QuoteToGraphic(text)
	}
	return text
}

// snapshotHead is the first line of a snapshot's file.
const snapshotHead = "# simulate snapshot, version 1: principal, action, resource, answer, reason"

// headFields are the lists of a matrix by the name that they have in the head of the file.
func (m *Matrix) headFields() []struct {
	name string
	list *[]string
} {
	return []struct {
		name string
		list *[]string
	}{
		{"file", &m.Files}, {"suite", &m.Suites},
		{"principal", &m.Principals}, {"action", &m.Actions}, {"resource", &m.Resources},
	}
}

// Write writes the file: a head of comments that says what was asked, and a line for each answer.
func (s *AccessSnapshot) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, snapshotHead)
	for _, f := range s.headFields() {
		for _, text := range *f.list {
			fmt.Fprintf(out, "# %s: %s\n", f.name, word(text))
		}
	}
	for _, line := range s.Lines {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

// ReadAccessSnapshot reads what Write wrote. With an error among the
// diagnostics, which stand in the order of the lines, the snapshot is nil.
func ReadAccessSnapshot(file string, data []byte) (*AccessSnapshot, []model.Diagnostic) {
	r, s := &reader{}, &AccessSnapshot{}
	lines := strings.Split(strings.TrimSuffix(string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))), "\n"), "\n")
	if lines[0] != snapshotHead {
		r.fault(model.Position{File: file, Line: 1, Column: 1}, findingUnreadable, "simulate snapshot writes such files",
			"this is no snapshot of answers: its first line is not %q", snapshotHead)
		return nil, r.diagnostics
	}
	for i, text := range lines[1:] {
		r.accessLine(s, model.Position{File: file, Line: i + 2, Column: 1}, text)
	}
	if len(r.diagnostics) > 0 {
		return nil, r.diagnostics
	}
	return s, nil
}

func (r *reader) accessLine(s *AccessSnapshot, at model.Position, text string) {
	if head, ok := strings.CutPrefix(text, "# "); ok {
		r.headLine(s, at, head)
		return
	}
	words, err := splitWords(text)
	answers := []string{"allowed", "implicitDeny", "explicitDeny", answerUnanswered, answerError}
	if err != nil || len(words) < 5 || !slices.Contains(answers, words[3]) {
		r.fault(at, findingBadValue, "", "a line of a snapshot is a principal, an action, a resource, an answer and its reason; this one is %q", text)
		return
	}
	line := AccessLine{Principal: words[0], Action: words[1], Resource: words[2], Answer: words[3], Line: at.Line}
	line.Detail = words[4]
	switch {
	case words[3] == answerUnanswered || words[3] == answerError:
		line.Detail = word(words[4])
	case len(words) == 6 && words[5] == ifFarSideAllows:
		line.Detail += " " + words[5]
	}
	if line.String() != text {
		r.fault(at, findingBadValue, "", "a line of a snapshot reads %q; this one is %q", line, text)
		return
	}
	if last := len(s.Lines) - 1; last >= 0 && s.Lines[last].compare(line) >= 0 {
		r.fault(at, findingRepeated, "", "the lines of a snapshot are sorted, and none stands twice: this one does not come after line %d", s.Lines[last].Line)
		return
	}
	s.Lines = append(s.Lines, line)
}

func (r *reader) headLine(s *AccessSnapshot, at model.Position, head string) {
	name, value, _ := strings.Cut(head, ": ")
	var names []string
	for _, f := range s.headFields() {
		if f.name == name {
			words, err := splitWords(value)
			if err != nil || len(words) != 1 {
				r.fault(at, findingBadValue, "", "%s is %q, which is not one word", name, value)
				return
			}
			*f.list = append(*f.list, words[0])
			return
		}
		names = append(names, f.name)
	}
	r.fault(at, findingUnknownField, "allowed are "+strings.Join(names, ", "), "the head of a snapshot has no %q", name)
}

// splitWords undoes word.
func splitWords(text string) ([]string, error) {
	var words []string
	for text != "" {
		if text[0] != '"' {
			plain, rest, _ := strings.Cut(text, " ")
			words, text = append(words, plain), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return nil, err
		}
		plain, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		words, text = append(words, plain), strings.TrimPrefix(text[len(quoted):], " ")
	}
	return words, nil
}

// SnapshotResult is the outcome of comparing a snapshot with what the policies answer.
type SnapshotResult struct {
	File string `json:"file"`
	// Errors say why it could not be compared.
	Errors []string `json:"errors,omitempty"`
	// Answers is the number of answers that the policies give.
	Answers int `json:"answers"`
	// Updated is set where the file was written again.
	Updated bool           `json:"updated,omitempty"`
	Changes []AccessChange `json:"changes"`
}

// AccessChange is one request whose answer is not the snapshot's.
type AccessChange struct {
	// Effect is "opened" where the request came to be allowed, "closed" where it
	// ceased to be, and "changed" where it is neither.
	Effect    string `json:"effect"`
	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	// Line is the line in the snapshot's file; where the request does not stand
	// there, that behind which it would.
	Line int `json:"line"`
	// Old and New are the answers with their reasons; empty where the request is not asked.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
}

// Compare lists what differs between the snapshot and the lines that the
// policies come to, sorted as these are.
func (s *AccessSnapshot) Compare(lines []AccessLine) []AccessChange {
	changes := []AccessChange{}
	old, at := s.Lines, 0
	for _, f := range s.headFields() {
		at += len(*f.list)
	}
	at++ // the first line
	for len(old) > 0 || len(lines) > 0 {
		order := 0
		switch {
		case len(old) == 0:
			order = 1
		case len(lines) == 0:
			order = -1
		default:
			order = old[0].compare(lines[0])
		}
		var before, after AccessLine
		if order <= 0 {
			before, old = old[0], old[1:]
			at = before.Line
		}
		if order >= 0 {
			after, lines = lines[0], lines[1:]
		}
		if before.Answer != after.Answer || before.Detail != after.Detail {
			changes = append(changes, changeOf(before, after, at))
		}
	}
	return changes
}

// changeOf tells of one request; the zero line is an answer that there is not.
func changeOf(before, after AccessLine, at int) AccessChange {
	c := AccessChange{Effect: "changed", Line: at}
	const allowed = "allowed"
	switch {
	case after.Answer == allowed && before.Answer != allowed:
		c.Effect = "opened"
	case before.Answer == allowed && after.Answer != allowed:
		c.Effect = "closed"
	}
	name := before
	if before.Answer != "" {
		c.Old = before.answer()
	}
	if after.Answer != "" {
		c.New, name = after.answer(), after
	}
	c.Principal, c.Action, c.Resource = name.Principal, name.Action, name.Resource
	return c
}
