package eval

// table is a map that a later one may stand before: an engine that is made
// from another one by a small change holds what changed alone, and shares the
// rest. It is not changed once it is shared.
type table[K comparable, V any] struct {
	own  map[K]*V
	base *table[K, V]
}

func newTable[K comparable, V any]() *table[K, V] { return &table[K, V]{own: map[K]*V{}} }

// over returns an empty table before t.
func (t *table[K, V]) over() *table[K, V] { return &table[K, V]{own: map[K]*V{}, base: t} }

// get returns the value of a key; nil where there is none.
func (t *table[K, V]) get(key K) *V {
	if v, ok := t.own[key]; ok || t.base == nil {
		return v
	}
	return t.base.get(key)
}

// set gives a key a value; nil takes it away.
func (t *table[K, V]) set(key K, v *V) { t.own[key] = v }
