package conditions

import (
	"slices"
	"strings"
	"sync"

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
	bindings []binding
	// index finds bindings by the hash of their key: a table of the numbers of
	// bindings plus one, probed in turn. Its length is a power of two, at least
	// twice that of bindings; up to scanned bindings there is none.
	index []uint32
	// steering is set where a key was bound from which others follow or which
	// selects a layer.
	steering bool
}

// scanned is the number of bindings that are compared one by one.
const scanned = 8

// binding is what a Context knows of one key.
type binding struct {
	hash   uint64 // of folded
	folded string
	name   string // as first written
	value  Value
	state  State
	set    bool // the key is a set by its nature (rule I7)
}

// NewContext returns a Context that supplies no key.
func NewContext() *Context { return &Context{} }

// Reset takes back whatever was said, and keeps the memory for other keys.
func (c *Context) Reset() {
	clear(c.bindings)
	c.bindings = c.bindings[:0]
	clear(c.index)
	c.steering = false
}

// Grow makes room for n more keys.
func (c *Context) Grow(n int) { c.bindings = slices.Grow(c.bindings, n) }

// Len returns the number of keys that are present or absent.
func (c *Context) Len() int {
	if c == nil {
		return 0
	}
	return len(c.bindings)
}

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
	if b := c.key(key); b != nil {
		b.state, b.value = state, v
		return
	}
	// The binding keeps its own copy of the name: key may be part of a long text.
	name := strings.Clone(key)
	folded := FoldKey(name)
	info, known := LookupKey(folded)
	c.add(binding{hash: hashKey(folded), folded: folded, name: name, state: state, value: v, set: known && info.Multivalued})
	c.steering = c.steering || steers(folded)
}

// steers reports whether other keys follow from a key, or a layer is selected by it.
func steers(folded string) bool {
	switch folded {
	case "aws:sourcevpce", "aws:calledvia", "aws:currenttime", "aws:epochtime":
		return true
	}
	return false
}

// Steers reports whether the Context was given a key from which others follow
// (aws:CurrentTime and aws:EpochTime from one another, aws:ViaAWSService from
// aws:CalledVia) or which selects an endpoint (aws:SourceVpce).
func (c *Context) Steers() bool { return c != nil && c.steering }

func (c *Context) add(b binding) {
	c.bindings = append(c.bindings, b)
	n := len(c.bindings)
	switch {
	case n <= scanned:
	case 2*n > len(c.index):
		c.reindex()
	default:
		c.place(n - 1)
	}
}

// reindex makes an index for the bindings, with room for as many again.
func (c *Context) reindex() {
	size := 4 * scanned
	for size < 4*len(c.bindings) {
		size *= 2
	}
	c.index = make([]uint32, size)
	for i := range c.bindings {
		c.place(i)
	}
}

func (c *Context) place(i int) {
	mask := uint64(len(c.index) - 1)
	at := c.bindings[i].hash & mask
	for c.index[at] != 0 {
		at = (at + 1) & mask
	}
	c.index[at] = uint32(i + 1)
}

// Unset takes back whatever was said of the key: it is not supplied.
func (c *Context) Unset(key string) {
	folded := FoldKey(key)
	at := slices.IndexFunc(c.bindings, func(b binding) bool { return b.folded == folded })
	if at < 0 {
		return
	}
	c.bindings = slices.Delete(c.bindings, at, at+1)
	if len(c.bindings) > scanned {
		c.reindex()
	}
}

// Lookup returns what the request says of the key, in any spelling. The Value
// is empty unless the key is Present.
func (c *Context) Lookup(key string) (Value, State) {
	if b := c.key(key); b != nil {
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
	sorted := make([]*binding, len(c.bindings))
	for i := range c.bindings {
		sorted[i] = &c.bindings[i]
	}
	slices.SortFunc(sorted, func(a, b *binding) int { return strings.Compare(a.folded, b.folded) })
	names := make([]string, len(sorted))
	for i, b := range sorted {
		names[i] = b.name
	}
	return names
}

// Clone returns a copy that may be changed on its own.
func (c *Context) Clone() *Context {
	if c == nil {
		return NewContext()
	}
	return &Context{bindings: slices.Clone(c.bindings), index: slices.Clone(c.index), steering: c.steering}
}

// foldBuffer is the length of the longest key that is looked up without
// allocating whatever its case. The longest tag keys are 128 characters behind
// a prefix of some 20.
const foldBuffer = 160

// key finds what is known of a key in any spelling.
func (c *Context) key(key string) *binding {
	if c == nil || len(c.bindings) == 0 {
		return nil
	}
	if !hasUpper(key) {
		return c.find(hashKey(key), key)
	}
	if len(key) > foldBuffer {
		folded := FoldKey(key)
		return c.find(hashKey(folded), folded)
	}
	var buffer [foldBuffer]byte
	n := copy(buffer[:], key)
	for i, b := range buffer[:n] {
		buffer[i] = foldByte(b)
	}
	return c.find(hashKey(buffer[:n]), string(buffer[:n]))
}

// find finds what is known of a folded key whose hash is known.
func (c *Context) find(hash uint64, folded string) *binding {
	if c == nil {
		return nil
	}
	if len(c.bindings) <= scanned {
		for i := range c.bindings {
			if b := &c.bindings[i]; b.hash == hash && b.folded == folded {
				return b
			}
		}
		return nil
	}
	mask := uint64(len(c.index) - 1)
	for at := hash & mask; c.index[at] != 0; at = (at + 1) & mask {
		if b := &c.bindings[c.index[at]-1]; b.hash == hash && b.folded == folded {
			return b
		}
	}
	return nil
}

// hashKey is FNV-1a.
func hashKey[T string | []byte](folded T) uint64 {
	hash := uint64(14695981039346656037)
	for i := 0; i < len(folded); i++ {
		hash = (hash ^ uint64(folded[i])) * 1099511628211
	}
	return hash
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

// find returns what is known of a folded key whose hash is known: what
// Context says of it, or else the first of Behind that says something.
func (e *Env) find(hash uint64, folded string) *binding {
	if b := e.Context.find(hash, folded); b != nil {
		return b
	}
	for _, c := range e.Behind {
		if b := c.find(hash, folded); b != nil {
			return b
		}
	}
	return nil
}

// Lookup returns what is known of the key, in any spelling.
func (e *Env) Lookup(key string) (Value, State) {
	if v, state := e.Context.Lookup(key); state != NotSupplied {
		return v, state
	}
	for _, c := range e.Behind {
		if v, state := c.Lookup(key); state != NotSupplied {
			return v, state
		}
	}
	return Value{}, NotSupplied
}

// Resolve makes an Env a wildcard.Resolver: it gives variables their values
// (rules D3, D7, D23). A set cannot be put into a text, be it given as a list
// or a set by the key's nature.
func (e *Env) Resolve(key string) (text string, presence wildcard.Presence) {
	b := e.Context.key(key)
	for i := 0; b == nil && i < len(e.Behind); i++ {
		b = e.Behind[i].key(key)
	}
	switch {
	case b == nil && e.ThreeValued:
		return "", wildcard.UnknownValue
	case b == nil || b.state == Absent || len(b.value.scalars) == 0:
		return "", wildcard.Unresolvable
	case b.set || b.value.list:
		return "", wildcard.Multivalued
	}
	return b.value.scalars[0].text, wildcard.Resolved
}

// resolvers are Envs for reuse: what resolves variables is called through an
// interface, which would move every Env from its caller's stack to the heap.
var resolvers = sync.Pool{New: func() any { return new(Env) }}

// Match compares a text with a template whose variables e resolves, under
// the reading of rule D9 that e takes. It does not allocate for up to eight
// variables.
func (e *Env) Match(t *wildcard.Template, text string) wildcard.Outcome {
	if len(t.Variables()) == 0 {
		return t.Match(text, nil)
	}
	r := resolvers.Get().(*Env)
	*r = *e
	outcome := r.match(t, text)
	*r = Env{}
	resolvers.Put(r)
	return outcome
}

func (e *Env) match(t *wildcard.Template, text string) wildcard.Outcome {
	if e.Options.VariableWildcards {
		return t.MatchWild(text, e)
	}
	return t.Match(text, e)
}
