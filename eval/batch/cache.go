package batch

// The bounds of what a worker remembers of the lines before. Principals,
// actions, contexts and session policies repeat; where they do not, the bound
// keeps memory from growing with the input.
const (
	cacheEntries = 1 << 13
	// cacheText is the longest text that is remembered, in bytes.
	cacheText = 1 << 10
)

// cache remembers what texts of JSON stand for, up to its bounds: a full one
// starts over. What it holds is shared by all requests that are written alike.
type cache[V any] struct {
	entries map[string]V
}

func (c *cache[V]) find(text []byte) (V, bool) {
	v, ok := c.entries[string(text)]
	return v, ok
}

func (c *cache[V]) keep(text []byte, v V) {
	if len(text) > cacheText {
		return
	}
	if c.entries == nil {
		c.entries = map[string]V{}
	}
	if len(c.entries) >= cacheEntries {
		clear(c.entries)
	}
	c.entries[string(text)] = v
}

// names are the texts that repeat from request to request, each held once.
type names struct{ cache[string] }

// name returns a text as a string of its own.
func (n *names) name(text []byte) string {
	if s, ok := n.find(text); ok {
		return s
	}
	s := string(text)
	n.keep(text, s)
	return s
}
