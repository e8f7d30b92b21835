package conditions

import (
	"slices"
	"strings"

	"iamsim/internal/wildcard"
)

// Classes asks for values of one key that stand for all values that a request
// may hold under it.
type Classes struct {
	Key string
	// Same is another key that always holds the same, in another form; empty if there is none.
	Same string
	// Entries are tests of the key; others are passed over.
	Entries []*Entry
	// Apart are further patterns of which the values must show every
	// combination of matching and not matching: those that a variable of this
	// key competes with elsewhere.
	Apart []wildcard.Flat
	// Env gives the values of the variables that the entries name, and the options.
	Env *Env
	// MaxStates bounds the search among texts; 0 means wildcard.DefaultStates.
	MaxStates int
}

// Bounds of what Values returns.
const (
	maxLists   = 256
	maxScalars = 4096
)

// Values returns values such that, for each value that a request may hold, one
// of them has every entry come out alike, jointly. Absence is for the caller
// to add. A key that is documented as a truth value, number, date, address or
// ARN holds nothing else where only tests of that kind, or of presence, ask
// for it. A key that is documented as a set holds lists, any other documented
// key one value, and an unknown key lists too where a set operator tests it.
// complete is false where the values may not show everything.
func (c Classes) Values() (values []Value, complete bool) {
	w := classWork{Classes: c, folded: FoldKey(c.Key), complete: true}
	w.Apart = wildcard.Unique(w.Apart)
	same := FoldKey(c.Same)
	for _, e := range c.Entries {
		if e.folded == w.folded || c.Same != "" && e.folded == same {
			w.own = append(w.own, e)
		}
	}
	w.info, w.known = LookupKey(w.folded)
	w.sort()
	w.texts()
	w.keepTyped()
	return w.values(), w.complete
}

type classWork struct {
	Classes
	folded   string
	own      []*Entry
	info     KeyInfo
	known    bool
	families [NullFamily + 1]bool
	onSets   bool
	found    []string
	complete bool
}

// sort notes which families of operators test the key.
func (w *classWork) sort() {
	for _, e := range w.own {
		w.families[e.op.Base.Family()] = true
		w.onSets = w.onSets || e.op.Set != None
	}
}

// only reports whether no family but those given tests the key.
func (w *classWork) only(families ...Family) bool {
	for f := range w.families {
		if w.families[f] && Family(f) != NullFamily && !slices.Contains(families, Family(f)) {
			return false
		}
	}
	return len(w.Apart) == 0
}

// texts collects single values of every family.
func (w *classWork) texts() {
	ordered := w.families[NumericFamily] || w.families[DateFamily]
	literals, wild := w.textual()
	if ordered {
		w.found = append(w.found, w.ordered(len(literals) > 0)...)
	}
	if w.families[IPFamily] {
		w.found = append(w.found, w.addresses()...)
	}
	if w.families[BinaryFamily] {
		w.binaries()
	}
	if w.families[BoolFamily] {
		w.found = append(w.found, trueText, falseText)
	}
	// Texts and numbers, dates, addresses or bytes under one key: the
	// combinations of a pattern with a range are not searched.
	other := ordered || w.families[IPFamily] || w.families[BinaryFamily]
	if wild && other || len(literals) > 0 && (w.families[IPFamily] || w.families[BinaryFamily]) {
		w.complete = false
	}
	if w.families[NullFamily] || w.onSets {
		w.found = append(w.found, "")
	}
	w.found = unique(append(w.found, w.stranger()))
	if len(w.found) > maxScalars {
		w.found, w.complete = w.found[:maxScalars], false
	}
}

// textual adds texts that tell the String and ARN tests apart. wild tells that
// patterns were searched, literals are the plain texts of the policies otherwise.
func (w *classWork) textual() (literals []string, wild bool) {
	sets, plain := w.patternSets()
	if len(sets) == 0 {
		return nil, false
	}
	if plain {
		for _, set := range sets {
			for _, f := range set {
				text, _ := f.Text()
				literals = append(literals, text)
			}
		}
		w.found = append(w.found, literals...)
		return literals, false
	}
	// The empty text is tried on its own where it is more than a text (C12).
	j := wildcard.Joint{Sets: sets, MaxStates: w.MaxStates, NotEmpty: w.families[NullFamily] || w.onSets}
	if w.arnKey() {
		j.Require = [][]wildcard.Flat{{anyARN}}
	} else if w.families[ARNFamily] {
		j.Sets = append(j.Sets, []wildcard.Flat{anyARN})
	}
	if w.families[BoolFamily] {
		j.Sets = append(j.Sets, []wildcard.Flat{anyTrue})
	}
	found, _, complete := j.Examples()
	w.complete = w.complete && complete
	for _, example := range found {
		w.found = append(w.found, example.Text)
	}
	return nil, true
}

// arnKey reports whether the key holds ARNs and nothing else.
func (w *classWork) arnKey() bool {
	return w.known && w.info.Type == ARN && w.only(StringFamily, ARNFamily)
}

// anyARN is what rule C42 takes for an ARN.
var anyARN = func() wildcard.Flat {
	field := string(rune(wildcard.ShapeField))
	return wildcard.Shape("arn:" + strings.Repeat(field+":", components-2) + string(rune(wildcard.ShapeRun)))
}()

// anyTrue is what Bool takes for true (C35).
var anyTrue = func() wildcard.Flat {
	t, err := wildcard.ParseTemplate(trueText, wildcard.Syntax{Case: wildcard.ASCIIInsensitive})
	if err != nil {
		panic("conditions: " + err.Error())
	}
	f, _ := t.Flat(nil, false)
	return f
}()

// patternSets returns what each textual entry compares with, one set an entry.
// plain tells that all of it is plain text.
func (w *classWork) patternSets() (sets [][]wildcard.Flat, plain bool) {
	plain = true
	add := func(set []wildcard.Flat) {
		for _, f := range set {
			_, is := f.Text()
			plain = plain && is
		}
		sets = append(sets, set)
	}
	for _, e := range w.own {
		switch t := e.test.(type) {
		case *stringTest:
			add(w.flats(t.templates))
		case *arnTest:
			plain = plain && len(t.patterns) > 0
			add(w.arnFlats(t))
		case *boolTest:
			for _, v := range t.values {
				w.complete = w.complete && (v.template == nil || w.resolved(v.template))
			}
		}
	}
	for _, f := range w.Apart {
		plain = false
		sets = append(sets, []wildcard.Flat{f})
	}
	if w.families[ARNFamily] || w.families[BoolFamily] {
		plain = false
	}
	return sets, plain
}

func (w *classWork) resolved(t *wildcard.Template) bool {
	_, presence := t.Flat(w.Env, false)
	return presence != wildcard.UnknownValue
}

func (w *classWork) flats(templates []*wildcard.Template) []wildcard.Flat {
	var out []wildcard.Flat
	for _, t := range templates {
		f, presence := t.Flat(w.Env, w.Env.Options.VariableWildcards)
		switch presence {
		case wildcard.Resolved:
			out = append(out, f)
		case wildcard.UnknownValue:
			w.complete = false
		}
	}
	return out
}

// arnFlats joins the components of ARN patterns; only the last one's wildcards reach past a colon (C41).
func (w *classWork) arnFlats(t *arnTest) []wildcard.Flat {
	var out []wildcard.Flat
	for i := range t.patterns {
		p := &t.patterns[i]
		if len(p.parts) < components && !w.Env.Options.ShortARNPatternsCompleted {
			continue
		}
		parts := w.flats(p.parts)
		if len(parts) < len(p.parts) {
			continue
		}
		whole := wildcard.Flat{}
		for n, part := range parts {
			if n < components-1 {
				part = part.WithoutColons()
			}
			if n == 0 {
				whole = part
			} else {
				whole = whole.Join(":", part)
			}
		}
		for n := len(parts); n < components; n++ {
			run := wildcard.ShapeField
			if n == components-1 {
				run = wildcard.ShapeRun
			}
			whole = whole.Join(":", wildcard.Shape(string(rune(run))))
		}
		out = append(out, whole)
	}
	return out
}

// binaries adds the byte strings of the policies, one that is none of them, and a text that is no base64.
func (w *classWork) binaries() {
	for _, e := range w.own {
		if t, ok := e.test.(*binaryTest); ok {
			for i := range t.values {
				if t.values[i].ok {
					w.found = append(w.found, e.values[i])
				}
			}
			w.found = append(w.found, e.counters()...)
		}
	}
	w.found = append(w.found, "?")
}

// stranger returns a text that is none of those found.
func (w *classWork) stranger() string {
	for _, s := range strangers {
		if !slices.Contains(w.found, s) {
			return s
		}
	}
	return strings.Repeat(unusedCharacter(w.found), 2)
}

// keepTyped drops what a documented key never holds.
func (w *classWork) keepTyped() {
	if !w.known {
		return
	}
	holds := func(string) bool { return true }
	switch {
	case w.info.Type == Bool && len(w.Apart) == 0:
		w.found, w.complete = []string{trueText, falseText}, true
	case w.info.Type == Numeric && w.only(NumericFamily):
		holds = func(s string) bool { _, ok := parseNumber(s); return ok }
	case w.info.Type == Date && w.only(DateFamily, NumericFamily):
		holds = func(s string) bool { _, ok := parseDate(s); return ok }
	case w.info.Type == IP && w.only(IPFamily):
		holds = func(s string) bool { _, ok := parseAddress(s); return ok }
	case w.arnKey():
		if len(w.found) == 1 {
			w.found = strangeARNs[:1]
		}
		holds = func(s string) bool { _, ok := splitARN(s); return ok }
	}
	w.found = slices.DeleteFunc(w.found, func(s string) bool { return !holds(s) })
	if len(w.found) > 0 {
		return
	}
	// Only presence is asked for: any value of the type will do.
	switch w.info.Type {
	case Numeric:
		w.found = []string{"1"}
	case Date:
		w.found = []string{"2026-01-01T00:00:00Z"}
	case IP:
		w.found = strangers4[:1]
	}
}

// values keeps of the texts found those that come out differently, and adds lists.
func (w *classWork) values() []Value {
	lists := w.known && w.info.Multivalued || !w.known && w.onSets
	var out []Value
	if !w.known || !w.info.Multivalued {
		seen := map[string]bool{}
		for _, t := range w.found {
			v := textValue(t)
			if s := w.outcomes(v, t); !seen[s] {
				seen[s] = true
				out = append(out, v)
			}
		}
	}
	if lists {
		out = append(out, w.lists()...)
	}
	return out
}

// outcomes spells how every entry comes out for a value, and which of the
// patterns to be kept apart its text matches.
func (w *classWork) outcomes(v Value, text string) string {
	out := make([]byte, 0, len(w.own)+len(w.Apart))
	for _, e := range w.own {
		out = append(out, '0'+byte(e.eval(v, w.Env)))
	}
	for _, f := range w.Apart {
		if f.Match(text) {
			out = append(out, '+')
		} else {
			out = append(out, '-')
		}
	}
	return string(out)
}

// lists returns lists that show all outcomes together. How a longer list comes
// out follows from how its beginning and its last value do, so a list need not
// be lengthened if a shorter one came out like it.
func (w *classWork) lists() []Value {
	var out []Value
	var kept []string
	seen := map[string]bool{}
	try := func(texts []string) bool {
		v := listValue(texts)
		s := w.outcomes(v, "")
		if len(texts) > 1 {
			s += "+"
		}
		if seen[s] {
			return false
		}
		seen[s] = true
		out = append(out, v)
		return true
	}
	for _, t := range w.found {
		if try([]string{t}) {
			kept = append(kept, t)
		}
	}
	for i := 0; i < len(out); i++ {
		for _, t := range kept {
			if len(out) > maxLists {
				w.complete = false
				return out
			}
			try(append(out[i].Texts(), t))
		}
	}
	return out
}
