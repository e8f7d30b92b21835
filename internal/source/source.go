// Package source reads JSON and YAML into one tree of nodes that know where they stand.
//
// Every value keeps its source text: a YAML account id with a leading zero, a
// Version that looks like a date and a JSON number arrive as they were written.
package source

import "fmt"

// Position is a place in an input: the file's name as the user gave it, the
// line and the column, both counted from 1, the column in bytes. The zero
// Position is "nowhere".
type Position struct {
	File   string
	Line   int
	Column int
}

// String returns file:line:column, leaving out what is not known.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Kind tells what a Node is.
type Kind uint8

const (
	// Null is JSON's null, or YAML's null, ~ or an empty value.
	Null Kind = iota
	// String is a quoted scalar, or a plain YAML scalar that is neither number, boolean nor null.
	String
	// Number is a JSON number or a plain YAML scalar that YAML 1.2 reads as a number.
	Number
	// Bool is true or false.
	Bool
	// List is a JSON array or a YAML sequence.
	List
	// Object is a JSON object or a YAML mapping.
	Object
)

// String returns the word used for the kind in messages.
func (k Kind) String() string {
	return [...]string{"null", "string", "number", "boolean", "list", "object"}[k]
}

// Phrase returns the word with its article, as in "found an object".
func (k Kind) Phrase() string {
	switch k {
	case Null:
		return "null"
	case Object:
		return "an object"
	}
	return "a " + k.String()
}

// Node is one value of a document. Nodes are immutable once read.
type Node struct {
	Kind Kind
	// Text is the source text of a scalar: a String's value with its escapes
	// resolved, a Number's or a Bool's spelling.
	Text string
	// File is shared by all nodes of one input.
	File   *string
	Line   int32
	Column int32
	// Fields are the members of an Object in source order.
	Fields []Field
	// Items are the elements of a List.
	Items []*Node
}

// Field is one member of an Object.
type Field struct {
	Name string
	// Line and Column are the name's.
	Line, Column int32
	Value        *Node
}

// Position returns where the node stands.
func (n *Node) Position() Position {
	p := Position{Line: int(n.Line), Column: int(n.Column)}
	if n.File != nil {
		p.File = *n.File
	}
	return p
}

// Get returns the value of the member with exactly this name, or nil.
func (n *Node) Get(name string) *Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			return n.Fields[i].Value
		}
	}
	return nil
}

// FieldPosition returns where the name of a member stands.
func (n *Node) FieldPosition(f *Field) Position {
	p := n.Position()
	p.Line, p.Column = int(f.Line), int(f.Column)
	return p
}

// Scalar reports whether the node is a string, a number or a boolean.
func (n *Node) Scalar() bool {
	return n.Kind == String || n.Kind == Number || n.Kind == Bool
}

// Error is a fault of an input's syntax: what was found and where.
type Error struct {
	Position Position
	Message  string
}

func (e *Error) Error() string { return e.Position.String() + ": " + e.Message }
