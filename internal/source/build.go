package source

import (
	"hash/maphash"
	"slices"
)

// builder makes the nodes of one input: in blocks, because an input has
// millions of them, and with texts shared, because few of them differ.
type builder struct {
	file   *string
	nodes  []Node // what is left of the current block
	blocks int
	// fields and items are what is left of the blocks that members are kept in.
	fields []Field
	items  []*Node
	seed   maphash.Seed
	texts  []string // a cache of texts under their hash; its size is a power of two
}

const (
	firstBlock = 16
	lastBlock  = 1024
	// fewTexts and manyTexts bound the number of texts kept for sharing; the
	// headers of the latter take 512 KiB. An input of textShare bytes has one.
	fewTexts, manyTexts, textShare = 256, 1 << 15, 64
	// internLength is the length up to which texts are shared; longer ones seldom repeat.
	internLength = 128
)

func newBuilder(file *string, size int) *builder {
	count := fewTexts
	for count < manyTexts && count*textShare < size {
		count *= 2
	}
	return &builder{file: file, seed: maphash.MakeSeed(), texts: make([]string, count)}
}

func (b *builder) node(kind Kind, line, column int32) *Node {
	if len(b.nodes) == 0 {
		b.nodes = make([]Node, b.block())
		b.blocks = min(b.blocks+1, 16)
	}
	n := &b.nodes[0]
	b.nodes = b.nodes[1:]
	n.Kind, n.File, n.Line, n.Column = kind, b.file, line, column
	return n
}

// block is the size of the next block: small inputs cost little.
func (b *builder) block() int { return min(firstBlock<<b.blocks, lastBlock) }

// keep copies the members of an object or a list from a stack into a block, or
// into one of another size if it is used up, and returns the copy and what is
// left of the block.
func keep[E any](block, members []E, size int) (kept, left []E) {
	if len(members) == 0 || len(members) > lastBlock/8 {
		return slices.Clone(members), block
	}
	if len(members) > len(block) {
		block = make([]E, max(len(members), size))
	}
	copy(block, members)
	return block[:len(members):len(members)], block[len(members):]
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
	slot := &b.texts[maphash.Bytes(b.seed, raw)&uint64(len(b.texts)-1)]
	if *slot != string(raw) {
		*slot = string(raw)
	}
	return *slot
}
