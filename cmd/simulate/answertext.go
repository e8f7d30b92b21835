package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"iamsim/eval"
	"iamsim/internal/printable"
	"iamsim/model"
)

// fewNearMisses are shown without --explain.
const fewNearMisses = 3

// writeAnswer writes one answer for people: the verdict with its reason in a
// line, and below it what the answer rests on.
func (a *app) writeAnswer(b *strings.Builder, s *questions, r *result) {
	verdict, why := splitHeadline(r.Headline)
	b.WriteString(a.paint(verdictStyle(r.Explanation), printable.Text(verdict)))
	if why != "" {
		b.WriteString(": " + printable.Text(why))
	}
	b.WriteString("\n")
	rows := &rows{}
	if r.Asked != nil {
		rows.add("asked", r.Asked.Action+" on "+r.Asked.Resource)
		rows.add("hop", fmt.Sprintf("%d of %d", r.Hop, len(s.hops)))
	}
	rows.add("principal", r.Principal)
	rows.add("action", r.Action)
	rows.add("resource", r.Resource+owner(r.Explanation))
	rows.reason(r.Explanation, s.explain)
	for _, statement := range r.Statements {
		rows.add("statement", statement.String())
	}
	rows.nearMisses(r.Explanation, s.explain)
	rows.provisos(r.Explanation)
	if s.explain && len(r.NotSupplied) > 0 {
		rows.add("not given", strings.Join(r.NotSupplied, ", "))
	}
	if r.TimeUsed || s.explain {
		rows.add("time", s.timeText())
	}
	a.table(b, "  ", rows.list)
	if s.explain {
		a.writeLayers(b, r.Explanation)
		a.writeTrace(b, r.Trace)
		a.writeContext(b, r.Explanation)
	}
}

// splitHeadline splits the verdict, with its proviso, from the reason.
func splitHeadline(headline string) (verdict, why string) {
	verdict, why, _ = strings.Cut(headline, ": ")
	return verdict, why
}

func verdictStyle(x *eval.Explanation) style {
	switch {
	case x.Answer == eval.Allowed.String() && !x.Decision.FarSide:
		return green
	case x.Answer == eval.ExplicitDeny.String() || x.Answer == eval.ImplicitDeny.String():
		return red
	}
	return yellow
}

func owner(x *eval.Explanation) string {
	if x.ResourceAccount == "" {
		return ""
	}
	return " (account " + x.ResourceAccount + ")"
}

func (s *questions) timeText() string {
	text := s.at.Format(time.RFC3339)
	if s.clock {
		text += ", from the clock; --at gives another"
	}
	return text
}

// rows are labelled lines.
type rows struct{ list [][]cell }

// add adds a line; the label is left out where it repeats the one above.
func (r *rows) add(label, text string) {
	for i := len(r.list) - 1; i >= 0; i-- {
		if above := r.list[i][0].text; above != "" {
			if above == label {
				label = ""
			}
			break
		}
	}
	r.list = append(r.list, []cell{{text: label}, {text: text}})
}

func (r *rows) reason(x *eval.Explanation, all bool) {
	switch {
	case x.Reason == "":
	case all && len(x.Causes) > 0:
		for _, cause := range x.Causes {
			r.add("reason", cause.Reason+": "+cause.Text)
		}
	case len(x.Causes) > 1:
		r.add("reason", fmt.Sprintf("%s, and %s (see --explain)", x.Reason, count(len(x.Causes)-1, "further cause")))
	default:
		r.add("reason", x.Reason)
	}
}

func (r *rows) nearMisses(x *eval.Explanation, all bool) {
	shown := x.NearMisses
	if !all {
		shown = shown[:min(len(shown), fewNearMisses)]
	}
	for _, miss := range shown {
		r.add("near miss", miss.Statement.String())
		r.list = append(r.list, cells("", "  "+miss.Text))
	}
	if left := len(x.NearMisses) - len(shown); left > 0 {
		r.list = append(r.list, cells("", fmt.Sprintf("%d more (see --explain)", left)))
	}
}

func (r *rows) provisos(x *eval.Explanation) {
	for _, key := range x.DependsOn {
		r.add("depends on", key+", which is not supplied")
	}
	for _, assumption := range x.Assumptions {
		r.add("assumes", assumption)
	}
	for _, u := range x.UncertainRules {
		r.add("uncertain", fmt.Sprintf("rule %s, %s: with --assume %s=%s the answer is %s",
			u.Rule, u.Question, u.Name, u.Alternative, u.AnswerOtherwise))
	}
	for _, note := range x.Notes {
		r.add("note", note)
	}
}

// writeLayers writes what each layer said, with the statements that apply.
func (a *app) writeLayers(b *strings.Builder, x *eval.Explanation) {
	if len(x.Layers) == 0 {
		return
	}
	b.WriteString("\nlayers\n")
	styles := map[string]style{"allowed": green, "denied": red, "silent": yellow}
	var list [][]cell
	for _, layer := range x.Layers {
		name := layer.Name
		if layer.Level != nil {
			name = strings.TrimSpace(fmt.Sprintf("level %d %s", *layer.Level, name))
		}
		outcome := cell{layer.Outcome, styles[layer.Outcome]}
		if layer.SetAside {
			outcome.text += ", set aside"
		}
		var about []string
		for _, statement := range layer.Statements {
			about = append(about, statement.String())
		}
		if layer.Note != "" || len(about) == 0 {
			about = append([]string{layer.Note}, about...)
		}
		for i, text := range about {
			row := []cell{{}, {}, {}, {text: text}}
			if i == 0 {
				row = []cell{{text: string(layer.PolicyType)}, {text: name}, outcome, {text: text}}
			}
			list = append(list, row)
		}
	}
	a.table(b, "  ", list)
}

// writeTrace writes which statements were looked at and what of each matches (E92).
func (a *app) writeTrace(b *strings.Builder, trace []eval.StatementTrace) {
	if len(trace) == 0 {
		return
	}
	b.WriteString("\nstatements\n")
	var list [][]cell
	for _, t := range trace {
		word := cell{"no", plain}
		switch t.Applies {
		case "true":
			word = cell{"applies", green}
			if t.Statement.Effect == model.Deny.String() {
				word.style = red
			}
		case "unknown":
			word = cell{"unknown", yellow}
		}
		list = append(list, []cell{word, {text: t.Statement.String()}})
		if failed := mismatches(t); len(failed) == 1 {
			list = append(list, cells("", "  "+t.Mismatch))
		} else if len(failed) > 1 {
			list = append(list, cells("", "  no match: "+strings.Join(failed, ", ")))
		}
	}
	a.table(b, "  ", list)
}

// mismatches names the parts of a statement that do not match.
func mismatches(t eval.StatementTrace) []string {
	var failed []string
	for _, part := range []struct {
		name   string
		failed bool
	}{
		{"action", !t.Action}, {"principal", t.Principal == "none"},
		{"resource", !t.Resource}, {"condition", t.Condition == "false"},
	} {
		if part.failed {
			failed = append(failed, part.name)
		}
	}
	return failed
}

// writeContext writes the keys that the request was decided with.
func (a *app) writeContext(b *strings.Builder, x *eval.Explanation) {
	if len(x.Context) == 0 {
		return
	}
	b.WriteString("\ncontext\n")
	var list [][]cell
	for _, key := range x.Context {
		text, from := "(absent)", ""
		switch {
		case len(key.Values) == 1:
			text = strconv.Quote(key.Values[0])
		case !key.Absent:
			text = fmt.Sprintf("%q", key.Values)
		}
		if key.Derived {
			from = "derived"
		}
		list = append(list, cells(key.Key, text, from))
	}
	a.table(b, "  ", list)
}

// dependency marks an action that was asked for another one's sake.
func dependency(r *result) string {
	if r.DependentOf == "" {
		return ""
	}
	return " (for " + r.DependentOf + ")"
}

// writeAnswers writes several answers as a table, and with --explain each at length.
func (a *app) writeAnswers(b *strings.Builder, s *questions) {
	list := [][]cell{{{"answer", bold}, {"action", bold}, {"resource", bold}, {"why", bold}}}
	timed := false
	for i := range s.results {
		r := &s.results[i]
		verdict, why := splitHeadline(r.Headline)
		list = append(list, []cell{{verdict, verdictStyle(r.Explanation)}, {text: r.pair().Action + dependency(r)}, {text: r.pair().Resource}, {text: why}})
		timed = timed || r.TimeUsed
	}
	a.table(b, "", list)
	b.WriteString("\n" + printable.Text(s.together().text()) + "\n")
	if timed && !s.explain {
		b.WriteString("\ntime  " + s.timeText() + "\n")
	}
	if !s.explain {
		return
	}
	for i := range s.results {
		if r := &s.results[i]; r.err == nil {
			b.WriteString("\n")
			a.writeAnswer(b, s, r)
		}
	}
}
