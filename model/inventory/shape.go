package inventory

import (
	"slices"
	"strings"

	"iamsim/internal/source"
)

// A shape says what one value of a file may be. The tables of shapes in
// format.go and foreign.go are the only description of the formats: reading
// checks inputs against them, and the JSON Schema is made from them.
type shape struct {
	// name is how messages call the value: "role", "account id".
	name string
	// article is "an" where the name asks for it; empty means "a".
	article string
	// about describes the value in the JSON Schema.
	about string
	form  form

	// Of texts: values are the only ones taken, where given; verify checks
	// others and returns a hint for one that it refuses; pattern is what the
	// JSON Schema can say of it.
	values  []string
	verify  func(text string) (hint string, ok bool)
	pattern string
	finding string
	// numbers says that the text often stands unquoted, as a number or a
	// boolean; the JSON Schema then takes these, too.
	numbers bool

	// items is what lists and mappings hold; removable says that an overlay may
	// write null for an entry of a mapping, to remove it.
	items     *shape
	removable bool

	// Of objects: fields are the only ones taken unless the object is open, as
	// answers of AWS are: there others are ignored and null means left out.
	fields  []field
	choices []choice
	open    bool
	// entity says that an overlay may name an object of this shape that exists
	// and give only what changes: required fields and choices other than keys
	// are then not asked for.
	entity bool

	// or is taken instead for values that this shape does not fit.
	or *shape
	// fits overrides the rule that a shape fits values of its own form.
	fits func(n *source.Node) bool
	// hint is the suggestion for a value of the wrong type.
	hint string
}

// field is one member of an object.
type field struct {
	name  string
	about string
	of    *shape
	// required fields stand in every object; keys also in overlays, where they
	// tell which entity is meant.
	required, key bool
	// removable fields may be null in an overlay, which removes them.
	removable bool
}

// choice names fields that exclude each other. A needed choice must be made.
type choice struct {
	fields []string
	needed bool
	// together allows several at once: then the choice only asks for one of them.
	together bool
}

// form is the outer form of a value.
type form uint8

const (
	// textForm is any scalar; its source text counts.
	textForm form = iota
	// listForm is a list of items.
	listForm
	// objectForm is an object with known fields.
	objectForm
	// mappingForm is an object with free names.
	mappingForm
	// documentForm is a policy document: an object, or a string that holds one.
	documentForm
)

// takes reports whether the shape, not its alternatives, fits a value.
func (s *shape) takes(n *source.Node) bool {
	if s.fits != nil {
		return s.fits(n)
	}
	switch s.form {
	case textForm:
		return n.Scalar()
	case listForm:
		return n.Kind == source.List
	case documentForm:
		return n.Kind == source.Object || n.Kind == source.String && holdsDocument(n.Text)
	default:
		return n.Kind == source.Object
	}
}

// holdsDocument reports whether a string looks like a policy document in JSON,
// plain or percent-encoded, rather than like a name or an ARN.
func holdsDocument(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "{") || strings.HasPrefix(strings.ToUpper(text), "%7B")
}

// expects says what a shape and its alternatives take, for messages.
func (s *shape) expects() string {
	var forms []string
	for at := s; at != nil; at = at.or {
		forms = append(forms, at.expectation())
	}
	return strings.Join(forms, " or ")
}

func (s *shape) expectation() string {
	switch {
	case s.form == listForm:
		return "a list"
	case len(s.values) > 0:
		return "one of " + strings.Join(s.values, ", ")
	case s.form == mappingForm:
		return "an object that maps names to values"
	case s.form == objectForm:
		return "an object (" + s.called() + ")"
	default:
		return s.called()
	}
}

// advice returns the first suggestion of a shape and its alternatives.
func (s *shape) advice() string {
	for ; s != nil; s = s.or {
		if s.hint != "" {
			return s.hint
		}
	}
	return ""
}

// called returns the shape's name with its article.
func (s *shape) called() string {
	if s.article != "" {
		return s.article + " " + s.name
	}
	return "a " + s.name
}

// fieldNames returns the names of an object's fields in the order of the table.
func (s *shape) fieldNames() []string {
	names := make([]string, len(s.fields))
	for i := range s.fields {
		names[i] = s.fields[i].name
	}
	return names
}

// field returns the field with this name, or nil.
func (s *shape) field(name string) *field {
	i := slices.IndexFunc(s.fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return &s.fields[i]
}

// listOf is a list of a shape.
func listOf(items *shape) *shape { return &shape{form: listForm, items: items} }

// mappingOf is a mapping from free names to a shape.
func mappingOf(items *shape, removable bool) *shape {
	return &shape{form: mappingForm, items: items, removable: removable}
}
