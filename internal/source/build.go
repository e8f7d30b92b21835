package source

import "hash/maphash"

// builder makes the nodes of one input: in blocks, because an input has
// millions of them, and with texts shared, because few of them differ.
type builder struct {
	file   *string
	nodes  []Node // what is left of the current block
	blocks int
	seed   maphash.Seed
	texts  []string // a cache of texts under their hash
}

const (
	firstBlock = 16
	lastBlock  = 1024
	// internSize is the number of texts kept for sharing: 64 KiB of headers.
	internSize = 4096
	// internLength is the length up to which texts are shared; longer ones seldom repeat.
	internLength = 128
)

func newBuilder(file *string) *builder {
	return &builder{file: file, seed: maphash.MakeSeed()}
}

func (b *builder) node(kind Kind, line, column int32) *Node {
	if len(b.nodes) == 0 {
		b.nodes = make([]Node, min(firstBlock<<b.blocks, lastBlock))
		b.blocks = min(b.blocks+1, 16)
	}
	n := &b.nodes[0]
	b.nodes = b.nodes[1:]
	n.Kind, n.File, n.Line, n.Column = kind, b.file, line, column
	return n
}

// text returns the bytes as a string of its own, so that a policy read from a
// large file does not keep the file in memory.
func (b *builder) text(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	if len(raw) > internLength {
		return string(raw)
	}
	if b.texts == nil {
		b.texts = make([]string, internSize)
	}
	slot := &b.texts[maphash.Bytes(b.seed, raw)%internSize]
	if *slot != string(raw) {
		*slot = string(raw)
	}
	return *slot
}
