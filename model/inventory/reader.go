package inventory

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
)

// reader checks inputs and collects what it finds in them; it goes on after a
// fault, so that one run reports all of them.
type reader struct {
	fsys    fs.FS
	options Options
	// overlay says that null removes and that entities may be given in part.
	overlay     bool
	diagnostics []model.Diagnostic
	// faulty are the values that were reported; they are not reported again for
	// what follows from them.
	faulty map[*source.Node]bool
	// referred are the files that policies were read from.
	referred map[string]bool
	// sharedTags are the tags of entities by what they say: many have the same.
	sharedTags map[string]map[string]string
	tagsKey    []byte
	// documents reads policies; ahead holds some that were read already.
	documents *model.Reader
	ahead     map[use]outcome
	// lacking are the managed policies that an export lists without document.
	lacking map[string]bool
}

func newReader(fsys fs.FS, o Options, overlay bool) reader {
	return reader{
		fsys: fsys, options: o, overlay: overlay,
		faulty:   map[*source.Node]bool{},
		referred: map[string]bool{},
		lacking:  map[string]bool{},
	}
}

// report adds a diagnostic of one of the kinds in findings.go.
func (r *reader) report(at model.Position, id, message, hint string) {
	finding := findings[id]
	r.diagnostics = append(r.diagnostics, model.Diagnostic{
		Position: at, Severity: finding.Severity, ID: id, Rule: finding.Rule, Message: message, Hint: hint,
	})
}

// fault reports a value and marks it.
func (r *reader) fault(n *source.Node, id, message, hint string) {
	r.faulty[n] = true
	r.report(n.Position(), id, message, hint)
}

// policyOptions are the options for reading documents.
func (r *reader) policyOptions() model.ReadOptions {
	return model.ReadOptions{Lenient: r.options.Lenient, AnyOperatorCase: r.options.AnyOperatorCase}
}

// syntax reports the errors of a text that is neither JSON nor YAML.
func (r *reader) syntax(err error) {
	r.diagnostics = append(r.diagnostics, model.SyntaxDiagnostics(err)...)
}

// subject is how messages call a value: a field of an object, an entry of its
// list or a member of its mapping. Its text is made only for a message.
type subject struct {
	owner  *shape
	field  string
	entry  bool
	member string
}

func (s subject) String() string {
	text := s.field
	if s.owner != nil {
		text = fmt.Sprintf("%q of %s", s.field, s.owner.called())
	}
	switch {
	case s.entry:
		return "an entry of " + text
	case s.member != "":
		return quote(s.member) + " in " + text
	}
	return text
}

// check reports everything in which a value differs from a shape.
func (r *reader) check(n *source.Node, s *shape, what subject) {
	wanted := s
	for s != nil && !s.takes(n) {
		s = s.or
	}
	if s == nil {
		r.fault(n, "field-type", fmt.Sprintf("%s must be %s, found %s", what, wanted.expects(), describe(n)), wanted.advice())
		return
	}
	switch s.form {
	case textForm:
		r.checkText(n, s, what)
	case listForm:
		what.entry = true
		for _, item := range n.Items {
			r.check(item, s.items, what)
		}
	case mappingForm:
		r.checkMapping(n, s, what)
	case objectForm:
		r.checkObject(n, s)
	}
}

func (r *reader) checkText(n *source.Node, s *shape, what subject) {
	hint, ok := "", true
	switch {
	case len(s.values) > 0:
		if ok = slices.Contains(s.values, n.Text); !ok {
			hint = suggestion(n.Text, s.values)
		}
	case s.verify != nil:
		hint, ok = s.verify(n.Text)
	}
	if ok {
		return
	}
	finding := s.finding
	if finding == "" {
		finding = "invalid-value"
	}
	r.fault(n, finding, fmt.Sprintf("%s must be %s, found %s", what, s.expects(), quote(n.Text)), hint)
}

func (r *reader) checkMapping(n *source.Node, s *shape, what subject) {
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Name == "" {
			r.report(n.FieldPosition(f), "invalid-value", "a name in "+what.String()+" is empty", "")
			continue
		}
		what.member = f.Name
		if f.Value.Kind == source.Null {
			r.checkNull(f, s.removable, what)
			continue
		}
		r.check(f.Value, s.items, what)
	}
}

func (r *reader) checkObject(n *source.Node, s *shape) {
	for i := range n.Fields {
		f := &n.Fields[i]
		known := s.field(f.Name)
		switch {
		case known == nil && s.open:
		case known == nil:
			r.report(n.FieldPosition(f), "unknown-field",
				fmt.Sprintf("unknown field %s in %s; it takes %s", quote(f.Name), s.called(), strings.Join(s.fieldNames(), ", ")),
				suggestion(f.Name, s.fieldNames()))
		case f.Value.Kind == source.Null && s.open:
		case f.Value.Kind == source.Null:
			r.checkNull(f, known.removable, subject{owner: s, field: f.Name})
		default:
			r.check(f.Value, known.of, subject{owner: s, field: f.Name})
		}
	}
	r.checkChoices(n, s)
	r.requireKeys(n, s)
	if !s.entity {
		r.require(n, s)
	}
}

// checkNull reports a null that removes nothing.
func (r *reader) checkNull(f *source.Field, removable bool, what subject) {
	switch {
	case r.overlay && removable:
	case r.overlay:
		r.fault(f.Value, "misplaced-null", what.String()+" cannot be removed by null", "")
	default:
		r.fault(f.Value, "misplaced-null", what.String()+" is null, which has a meaning only in an overlay", "leave it out")
	}
}

// checkChoices reports fields that exclude each other.
func (r *reader) checkChoices(n *source.Node, s *shape) {
	for _, c := range s.choices {
		if made := c.made(n); !c.together && len(made) > 1 {
			r.report(n.Position(), "conflicting-fields",
				fmt.Sprintf("%s has both %s; one of them is allowed", s.called(), strings.Join(made, " and ")), "")
		}
	}
}

// made returns the fields of a choice that stand in an object.
func (c choice) made(n *source.Node) []string {
	var made []string
	for i, name := range c.fields {
		switch {
		case n.Get(name) == nil:
		case made == nil:
			made = c.fields[i : i+1 : i+1]
		default:
			made = append(made, name)
		}
	}
	return made
}

// requireKeys reports what an object lacks to tell which entity it is.
func (r *reader) requireKeys(n *source.Node, s *shape) {
	for _, f := range s.fields {
		if f.key {
			r.requireField(n, s, f.name)
		}
	}
	for _, c := range s.choices {
		if c.needed && c.together && len(c.made(n)) == 0 {
			r.report(n.Position(), "missing-field", fmt.Sprintf("%s needs %s", s.called(), strings.Join(c.fields, " or ")), "")
		}
	}
}

// require reports what else an object lacks that must be whole.
func (r *reader) require(n *source.Node, s *shape) {
	for _, f := range s.fields {
		if f.required {
			r.requireField(n, s, f.name)
		}
	}
	for _, c := range s.choices {
		if c.needed && !c.together && len(c.made(n)) == 0 {
			r.report(n.Position(), "missing-field", fmt.Sprintf("%s needs %s", s.called(), strings.Join(c.fields, " or ")), "")
		}
	}
}

func (r *reader) requireField(n *source.Node, s *shape, name string) {
	if value := n.Get(name); value == nil || s.open && value.Kind == source.Null {
		r.report(n.Position(), "missing-field", fmt.Sprintf("%s needs %q", s.called(), name), "")
	}
}

// text returns the text of a scalar that was not reported, or "".
func (r *reader) text(n *source.Node) string {
	if n == nil || !n.Scalar() || r.faulty[n] {
		return ""
	}
	return n.Text
}

// items returns the elements of a list that were not reported.
func (r *reader) items(n *source.Node) []*source.Node {
	if n == nil || n.Kind != source.List {
		return nil
	}
	if len(r.faulty) == 0 {
		return n.Items
	}
	return slices.DeleteFunc(slices.Clone(n.Items), func(item *source.Node) bool { return r.faulty[item] })
}

// maxSharedTags bounds how many different tags are remembered.
const maxSharedTags = 1 << 14

// tags returns tags as a map, which entities with the same tags share; nil if there are none.
func (r *reader) tags(pairs iter.Seq2[string, string]) map[string]string {
	key, count := r.tagsKey[:0], 0
	for name, value := range pairs {
		for _, text := range [...]string{name, value} {
			key = binary.AppendUvarint(key, uint64(len(text)))
			key = append(key, text...)
		}
		count++
	}
	r.tagsKey = key
	if shared, ok := r.sharedTags[string(key)]; ok || count == 0 {
		return shared
	}
	tags := make(map[string]string, count)
	for name, value := range pairs {
		tags[name] = value
	}
	if r.sharedTags == nil {
		r.sharedTags = map[string]map[string]string{}
	}
	if len(r.sharedTags) < maxSharedTags {
		r.sharedTags[string(key)] = tags
	}
	return tags
}

// texts returns the texts of a list of scalars.
func (r *reader) texts(n *source.Node) []string {
	var list []string
	for _, item := range r.items(n) {
		if text := r.text(item); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// suggestion is the hint for a name that is near a known one.
func suggestion(name string, known []string) string {
	if near, ok := model.Suggest(name, known); ok {
		return "did you mean " + quote(near) + "?"
	}
	return ""
}

// quotedLength bounds how much of an input's text a message repeats.
const quotedLength = 120

// quote quotes text of an input for a message, shortened if it is long.
func quote(text string) string {
	if len(text) > quotedLength {
		return strconv.Quote(text[:quotedLength]) + "..."
	}
	return strconv.Quote(text)
}

// describe says what a value is, for messages.
func describe(n *source.Node) string {
	switch n.Kind {
	case source.Object:
		return "an object"
	case source.Null:
		return "null"
	case source.String:
		return "the string " + quote(n.Text)
	case source.Number, source.Bool:
		return "the " + n.Kind.String() + " " + n.Text
	default:
		return "a " + n.Kind.String()
	}
}
