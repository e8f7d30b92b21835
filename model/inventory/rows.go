package inventory

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/hashicorp/go-memdb"
)

// Rows stand in pages, and the pages in memdb: an object of memdb costs about
// 430 bytes in each index, a row of a page 16. A change copies one page.

// cell is one row under the hash of a text that it is found by; in a primary
// index the hash is 0.
type cell[T any] struct {
	hash uint64
	row  *T
}

// page is what memdb stores: neighbouring cells of one index, sorted by hash
// and then by primary key. It is never empty and never changed.
type page[T any] struct{ cells []cell[T] }

// pageSize is the usual number of cells of a page.
const pageSize = 128

// index is one index of a kind of rows, in a table of memdb.
type index[T any] struct {
	table string
	// hash returns what a row is found by; a row without it is left out.
	hash func(*T) (uint64, bool)
	key  func(*T) string
}

// kind describes the rows of one table. The first index is the primary one.
type kind[T any] struct {
	key     func(*T) string
	indexes []*index[T]
}

func newKind[T any](table string, key func(*T) string, more ...*index[T]) *kind[T] {
	primary := &index[T]{table: table, hash: func(*T) (uint64, bool) { return 0, true }}
	k := &kind[T]{key: key, indexes: append([]*index[T]{primary}, more...)}
	for _, x := range k.indexes {
		x.key = key
	}
	return k
}

// primaryIndex is memdb's name for the index of a table by its own key.
const primaryIndex = "id"

// describe adds the tables of a kind to a schema.
func (k *kind[T]) describe(schema *memdb.DBSchema) {
	for _, x := range k.indexes {
		schema.Tables[x.table] = &memdb.TableSchema{Name: x.table, Indexes: map[string]*memdb.IndexSchema{
			primaryIndex: {Name: primaryIndex, Unique: true, Indexer: x},
		}}
	}
}

// FromObject returns the place of a page: that of its first cell.
func (x *index[T]) FromObject(object any) (bool, []byte, error) {
	first := object.(*page[T]).cells[0]
	return true, place(first.hash, x.key(first.row)), nil
}

// FromArgs returns the place of a hash and a primary key.
func (x *index[T]) FromArgs(args ...any) ([]byte, error) {
	return place(args[0].(uint64), args[1].(string)), nil
}

// place is a hash and a primary key as bytes that sort as cells do. It ends in
// a NUL so that no place is a prefix of another.
func place(hash uint64, key string) []byte {
	at := make([]byte, 0, 8+len(key)+1)
	at = binary.BigEndian.AppendUint64(at, hash)
	at = append(at, key...)
	return append(at, 0)
}

// compare orders cells by hash and primary key.
func (x *index[T]) compare(a, b cell[T]) int {
	if a.hash != b.hash {
		return cmp.Compare(a.hash, b.hash)
	}
	return strings.Compare(x.key(a.row), x.key(b.row))
}

// from yields the pages from the one that may hold a place. An error of memdb
// would mean that the schema is wrong, which is no state a caller could act on.
func (x *index[T]) from(txn *memdb.Txn, hash uint64, key string) iter.Seq[*page[T]] {
	return func(yield func(*page[T]) bool) {
		before, err := txn.ReverseLowerBound(x.table, primaryIndex, hash, key)
		var at any
		if err == nil {
			at = before.Next()
		}
		if p, ok := at.(*page[T]); ok {
			// Most questions end in this page.
			if !yield(p) {
				return
			}
			last := p.cells[len(p.cells)-1]
			hash, key = last.hash, x.key(last.row)
		}
		after, err := txn.LowerBound(x.table, primaryIndex, hash, key)
		if err != nil {
			panic("inventory: " + err.Error())
		}
		for object := after.Next(); object != nil; object = after.Next() {
			if p := object.(*page[T]); object != at && !yield(p) {
				return
			}
		}
	}
}

// search returns the place of the first cell that does not stand before a hash and a key.
func (x *index[T]) search(p *page[T], hash uint64, key string) int {
	return sort.Search(len(p.cells), func(i int) bool {
		c := &p.cells[i]
		return c.hash > hash || c.hash == hash && x.key(c.row) >= key
	})
}

// rows are the rows of a kind in a transaction. Reading from rows that nothing
// was written to is safe for concurrent use.
type rows[T any] struct {
	kind *kind[T]
	txn  *memdb.Txn
	// written are rows that do not stand in pages yet, by key: a load writes
	// all of its rows at once.
	written map[string]*T
	// changes are what the transaction replaced, each row once; tracked is
	// their places by key, nil where nobody asks.
	changes []Change[T]
	tracked map[string]int
}

// get returns the row with a primary key.
func (r *rows[T]) get(key string) (*T, bool) {
	if row, ok := r.written[key]; ok {
		return row, true
	}
	primary := r.kind.indexes[0]
	for p := range primary.from(r.txn, 0, key) {
		if i := primary.search(p, 0, key); i < len(p.cells) && primary.key(p.cells[i].row) == key {
			return p.cells[i].row, true
		}
		break
	}
	return nil, false
}

// under yields the rows with a hash in an index in the order of their primary
// keys. Different texts may have one hash.
func (r *rows[T]) under(x *index[T], hash uint64) iter.Seq[*T] {
	r.settle()
	return func(yield func(*T) bool) {
		for p := range x.from(r.txn, hash, "") {
			for _, c := range p.cells[x.search(p, hash, ""):] {
				if c.hash != hash || !yield(c.row) {
					return
				}
			}
		}
	}
}

// repeated returns a function that tells whether several rows may have a hash
// in an index. It is made for a number of questions.
func (r *rows[T]) repeated(x *index[T], questions int) func(hash uint64) bool {
	const few = 1000
	if questions < few {
		return func(uint64) bool { return true }
	}
	r.settle()
	several := map[uint64]bool{}
	last, first := uint64(0), true
	for p := range x.from(r.txn, 0, "") {
		for _, c := range p.cells {
			if c.hash == last && !first {
				several[c.hash] = true
			}
			last, first = c.hash, false
		}
	}
	return func(hash uint64) bool { return several[hash] }
}

// each yields all rows in the order of their primary keys.
func (r *rows[T]) each() iter.Seq[*T] {
	r.settle()
	return func(yield func(*T) bool) {
		for p := range r.kind.indexes[0].from(r.txn, 0, "") {
			for _, c := range p.cells {
				if !yield(c.row) {
					return
				}
			}
		}
	}
}

// put writes a row in the place of the one with its key.
func (r *rows[T]) put(row *T) {
	if r.written == nil {
		r.written = map[string]*T{}
	}
	r.written[r.kind.key(row)] = row
}

// delete removes the row with a primary key.
func (r *rows[T]) delete(key string) {
	r.settle()
	if row, ok := r.get(key); ok {
		r.change([]Change[T]{{Before: row}})
	}
}

// settle moves what was written into the pages.
func (r *rows[T]) settle() {
	if len(r.written) == 0 {
		return
	}
	written := r.written
	r.written = nil
	changes := make([]Change[T], 0, len(written))
	for _, row := range written {
		changes = append(changes, Change[T]{After: row})
	}
	for range r.each() { // a load fills empty tables
		for i := range changes {
			changes[i].Before, _ = r.get(r.kind.key(changes[i].After))
		}
		break
	}
	r.change(changes)
}

// change replaces rows in all indexes.
func (r *rows[T]) change(changes []Change[T]) {
	var removed, added []*T
	for _, c := range changes {
		if c.Before != nil {
			removed = append(removed, c.Before)
		}
		if c.After != nil {
			added = append(added, c.After)
		}
	}
	type sorted struct{ remove, add []cell[T] }
	edits := make([]sorted, len(r.kind.indexes))
	var wait sync.WaitGroup
	for i, x := range r.kind.indexes {
		wait.Go(func() { edits[i] = sorted{x.cells(removed), x.cells(added)} })
	}
	wait.Wait()
	for i, x := range r.kind.indexes {
		x.change(r.txn, edits[i].remove, edits[i].add)
	}
	if r.tracked != nil {
		r.track(changes)
	}
}

// track notes changes; of several changes of one row in the transaction the
// first has what stood before, and the last what stands now.
func (r *rows[T]) track(changes []Change[T]) {
	key := func(c Change[T]) string {
		if c.After == nil {
			return r.kind.key(c.Before)
		}
		return r.kind.key(c.After)
	}
	slices.SortFunc(changes, func(a, b Change[T]) int { return strings.Compare(key(a), key(b)) })
	for _, c := range changes {
		if at, again := r.tracked[key(c)]; again {
			r.changes[at].After = c.After
			continue
		}
		r.tracked[key(c)] = len(r.changes)
		r.changes = append(r.changes, c)
	}
}

// cells returns the sorted cells of rows.
func (x *index[T]) cells(rows []*T) []cell[T] {
	list := make([]cell[T], 0, len(rows))
	for _, row := range rows {
		if hash, ok := x.hash(row); ok {
			list = append(list, cell[T]{hash, row})
		}
	}
	slices.SortFunc(list, x.compare)
	return list
}

// change removes cells, all of which stand in the index, and adds others.
func (x *index[T]) change(txn *memdb.Txn, remove, add []cell[T]) {
	for len(remove)+len(add) > 0 {
		at := slices.MinFunc(slices.Concat(add[:min(1, len(add))], remove[:min(1, len(remove))]), x.compare)
		var old, next *page[T]
		for p := range x.from(txn, at.hash, x.key(at.row)) {
			if old != nil {
				next = p
				break
			}
			old = p
		}
		adds, removes := len(add), len(remove)
		if next != nil {
			adds, _ = slices.BinarySearchFunc(add, next.cells[0], x.compare)
			removes, _ = slices.BinarySearchFunc(remove, next.cells[0], x.compare)
		}
		x.rewrite(txn, old, remove[:removes], add[:adds])
		remove, add = remove[removes:], add[adds:]
	}
}

// rewrite puts the changed cells of a page, or of none, into pages.
func (x *index[T]) rewrite(txn *memdb.Txn, old *page[T], remove, add []cell[T]) {
	cells := add
	if old != nil {
		gone := func(c cell[T]) bool {
			_, found := slices.BinarySearchFunc(remove, c, x.compare)
			return found
		}
		cells = append(slices.DeleteFunc(slices.Clone(old.cells), gone), add...)
		slices.SortFunc(cells, x.compare)
		must(txn.Delete(x.table, old))
	}
	size := pageSize
	if len(cells) <= 2*pageSize {
		size = max(1, len(cells))
	}
	for part := range slices.Chunk(cells, size) {
		must(txn.Insert(x.table, &page[T]{slices.Clip(part)}))
	}
}

func must(err error) {
	if err != nil {
		panic("inventory: " + err.Error())
	}
}

var hashSeed = maphash.MakeSeed()

// textHash is the hash of a text; it differs from run to run.
func textHash(text string) uint64 { return maphash.String(hashSeed, text) }

// scopeHash is the hash of a name without regard to case, and of what the name is unique in.
func scopeHash(name, account, kind string) uint64 {
	const spread = 0x9e3779b97f4a7c15
	return (textHash(strings.ToLower(name))*spread^textHash(account))*spread ^ textHash(kind)
}
