package conditions

import (
	"slices"
	"strings"

	"iamsim/internal/wildcard"
)

// State is what a request says of a key (rules D23, I8).
type State uint8

const (
	// NotSupplied: nobody said anything about the key.
	NotSupplied State = iota
	// Absent: the request is known not to carry the key.
	Absent
	// Present: the request carries the key, perhaps as an empty text or list.
	Present
)

// String returns "not supplied", "absent" or "present".
func (s State) String() string { return [...]string{"not supplied", "absent", "present"}[s] }

// Context holds the condition keys of one request: for each key, compared
// without regard to case (rule C3), whether it is absent or what it holds.
// Everything a value may be compared as is worked out when it is set. A Context
// must not be changed while others read it; reading is safe for concurrent
// use. The methods that read accept a nil Context, which supplies nothing.
type Context struct {
	keys map[string]*binding // by folded name
}

// binding is what a Context knows of one key.
type binding struct {
	name  string // as first written
	state State
	value Value
	set   bool // the key is a set by its nature (rule I7)
}

// NewContext returns a Context that supplies no key.
func NewContext() *Context { return &Context{keys: map[string]*binding{}} }

// Set gives the key one value.
func (c *Context) Set(key, value string) { c.bind(key, Present, textValue(value)) }

// SetList gives the key a list of values. Without values it is present and
// empty, which no rule tells from absent (rule C13).
func (c *Context) SetList(key string, values ...string) { c.bind(key, Present, listValue(values)) }

// SetValue gives the key a value as it was returned by Lookup or by
// Entry.Representatives.
func (c *Context) SetValue(key string, v Value) { c.bind(key, Present, v) }

// SetAbsent says that the request does not carry the key.
func (c *Context) SetAbsent(key string) { c.bind(key, Absent, Value{}) }

func (c *Context) bind(key string, state State, v Value) {
	folded := FoldKey(key)
	b := c.keys[folded]
	if b == nil {
		info, known := LookupKey(folded)
		// The map keeps its own copy of the name: key may be part of a long text.
		b = &binding{name: strings.Clone(key), set: known && info.Multivalued}
		c.keys[folded] = b
	}
	b.state, b.value = state, v
}

// Unset takes back whatever was said of the key: it is not supplied.
func (c *Context) Unset(key string) { delete(c.keys, FoldKey(key)) }

// Lookup returns what the request says of the key, in any spelling. The Value
// is empty unless the key is Present.
func (c *Context) Lookup(key string) (Value, State) {
	if b := c.find(key); b != nil {
		return b.value, b.state
	}
	return Value{}, NotSupplied
}

// Names returns the keys that are present or absent, as first written, sorted
// by their folded form.
func (c *Context) Names() []string {
	if c == nil {
		return nil
	}
	folded := make([]string, 0, len(c.keys))
	for k := range c.keys {
		folded = append(folded, k)
	}
	slices.Sort(folded)
	for i, k := range folded {
		folded[i] = c.keys[k].name
	}
	return folded
}

// Clone returns a copy that may be changed on its own.
func (c *Context) Clone() *Context {
	clone := NewContext()
	if c == nil {
		return clone
	}
	for k, b := range c.keys {
		copied := *b
		clone.keys[k] = &copied
	}
	return clone
}

// foldBuffer is the length of the longest key that is looked up without
// allocating whatever its case. The longest tag keys are 128 characters behind
// a prefix of some 20.
const foldBuffer = 160

// find looks the key up in any spelling.
func (c *Context) find(key string) *binding {
	if c == nil {
		return nil
	}
	if !hasUpper(key) {
		return c.keys[key]
	}
	if len(key) > foldBuffer {
		return c.keys[FoldKey(key)]
	}
	var buffer [foldBuffer]byte
	n := copy(buffer[:], key)
	for i, b := range buffer[:n] {
		buffer[i] = foldByte(b)
	}
	return c.keys[string(buffer[:n])]
}

// FoldKey returns the form in which condition keys are compared: ASCII letters
// in lower case (rules C3, I3). It returns its argument if that is folded.
func FoldKey(name string) string {
	if !hasUpper(name) {
		return name
	}
	folded := []byte(name)
	for i, b := range folded {
		folded[i] = foldByte(b)
	}
	return string(folded)
}

func hasUpper(s string) bool {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

func foldByte(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// Resolve makes an Env a wildcard.Resolver: it gives variables their values
// (rules D3, D7, D23). A set cannot be put into a text, be it given as a list
// or a set by the key's nature.
func (e *Env) Resolve(key string) (text string, presence wildcard.Presence) {
	return resolve(e.Context, key, e.ThreeValued)
}

func resolve(c *Context, key string, threeValued bool) (string, wildcard.Presence) {
	b := c.find(key)
	switch {
	case b == nil && threeValued:
		return "", wildcard.UnknownValue
	case b == nil || b.state == Absent || len(b.value.scalars) == 0:
		return "", wildcard.Unresolvable
	case b.set || b.value.list:
		return "", wildcard.Multivalued
	}
	return b.value.scalars[0].text, wildcard.Resolved
}

// twoValued and threeValued are a Context as a Resolver. Being pointers, they
// become interface values without allocating, and leave the Env on the
// caller's stack.
type (
	twoValued   Context
	threeValued Context
)

// Resolve implements wildcard.Resolver.
func (c *twoValued) Resolve(key string) (string, wildcard.Presence) {
	return resolve((*Context)(c), key, false)
}

// Resolve implements wildcard.Resolver.
func (c *threeValued) Resolve(key string) (string, wildcard.Presence) {
	return resolve((*Context)(c), key, true)
}

// resolver returns what resolves variables in e.
func (e *Env) resolver() wildcard.Resolver {
	if e.ThreeValued {
		return (*threeValued)(e.Context)
	}
	return (*twoValued)(e.Context)
}
