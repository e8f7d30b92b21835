package catalog

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"
)

// The form of a catalogue, all numbers as unsigned varints, all lists with
// their length before them:
//
//	magic
//	date, source                        texts
//	keys            name, form          form: type<<1 | multivalued
//	levels          list of texts       the distinct combinations
//	key lists       rising places in keys
//	dependents      name
//	action lists    rising places in dependents
//	uses            type<<1 | required, key list, action list
//	use lists       places in uses, by the names of their types
//	bytes of the names of all actions, number of actions
//	services        prefix, name, rcp, key list
//	                types      name, format, slashless, key list
//	                actions    name, levels, use list, key list, action list
//	CRC-32 (IEEE) of all before it, four bytes, least significant first
//
// Texts are the number of bytes that they share with the text before them of
// the same list, the number of bytes that follow, and those. Keys, services,
// types, actions and dependents stand in the order of their names, letters
// compared without case, each once. The type of a use is its place among the
// types of the service whose action has the use.
const (
	magic     = "service authorization 1\n"
	dateForm  = time.DateOnly
	crcLength = 4
)

// Bounds on what is read and written.
const (
	fileLimit   = 4 << 20  // bytes of a file; five times what AWS has in 2026
	namesLimit  = 16 << 20 // bytes of the names of all actions
	textLimit   = 2 * formatLimit
	nameLimit   = 200     // bytes of the name of an action, key or resource type
	listLimit   = 1 << 15 // services, keys, resource types; actionRow.service has 16 bits
	levelsLimit = 1 << 8  // combinations of levels; actionRow.levels has 8 bits
	// alternativeLimit is the number of alternatives of a format, of which
	// typeRow.slashless has a bit each.
	alternativeLimit = 8
)

// Encode writes a catalogue in the form that Read reads. Equal data makes
// equal bytes, whatever its order. The error names what is wrong in the data.
func Encode(w io.Writer, d *Data) error {
	e := encoder{data: d}
	text, err := e.encode()
	if err != nil {
		return err
	}
	if _, err := decode(string(text)); err != nil {
		return fmt.Errorf("the data cannot be encoded: %w", err)
	}
	_, err = w.Write(text)
	return err
}

type encoder struct {
	data        *Data
	out         []byte
	keys        []KeyData
	keyPlaces   map[string]uint32 // by folded name
	levels      interned
	keyLists    interned
	dependents  []string
	actionLists interned
	uses        interned
	useLists    interned
	namesLength int
	numActions  int
	services    []byte
}

// interned gives equal encodings the same number.
type interned struct {
	places map[string]uint32
	all    []string
}

func (n *interned) place(encoded []byte) uint32 {
	if i, ok := n.places[string(encoded)]; ok {
		return i
	}
	if n.places == nil {
		n.places = map[string]uint32{}
	}
	i := uint32(len(n.all))
	n.places[string(encoded)] = i
	n.all = append(n.all, string(encoded))
	return i
}

func (e *encoder) encode() ([]byte, error) {
	e.collectKeys()
	e.collectDependents()
	// Empty lists come first so that they are number 0.
	e.keyLists.place(appendRising(nil, nil))
	e.actionLists.place(appendRising(nil, nil))
	e.useLists.place(appendRising(nil, nil))
	if err := e.encodeServices(); err != nil {
		return nil, err
	}
	e.out = append(e.out, magic...)
	e.out = appendText(e.out, "", e.data.Date)
	e.out = appendText(e.out, "", e.data.Source)
	e.encodeKeys()
	e.encodeInterned(&e.levels)
	e.encodeInterned(&e.keyLists)
	e.out = appendTexts(e.out, e.dependents)
	e.encodeInterned(&e.actionLists)
	e.encodeInterned(&e.uses)
	e.encodeInterned(&e.useLists)
	e.number(e.namesLength)
	e.number(e.numActions)
	e.number(len(e.data.Services))
	e.out = append(e.out, e.services...)
	return binary.LittleEndian.AppendUint32(e.out, crc32.ChecksumIEEE(e.out)), nil
}

func (e *encoder) number(n int) { e.out = binary.AppendUvarint(e.out, uint64(n)) }

func (e *encoder) encodeInterned(n *interned) {
	e.number(len(n.all))
	for _, encoded := range n.all {
		e.out = append(e.out, encoded...)
	}
}

// collectKeys brings the keys of all services into one list. Where services
// disagree on a key, the one that it is named for is believed, else the first.
func (e *encoder) collectKeys() {
	found := map[string]KeyData{}
	for _, s := range sortedBy(e.data.Services, func(s ServiceData) string { return s.Prefix }) {
		for _, k := range s.Keys {
			folded := foldText(k.Name)
			if _, known := found[folded]; !known || hasPrefixFold(k.Name, s.Prefix+":") {
				found[folded] = k
			}
		}
	}
	for _, k := range found {
		e.keys = append(e.keys, k)
	}
	e.keys = sortedBy(e.keys, func(k KeyData) string { return k.Name })
	e.keyPlaces = map[string]uint32{}
	for i, k := range e.keys {
		e.keyPlaces[foldText(k.Name)] = uint32(i)
	}
}

func (e *encoder) collectDependents() {
	found := map[string]string{}
	for _, s := range e.data.Services {
		for _, a := range s.Actions {
			names := slices.Clone(a.DependentActions)
			for _, u := range a.Resources {
				names = append(names, u.DependentActions...)
			}
			for _, n := range names {
				folded := foldText(n)
				found[folded] = max(found[folded], n)
			}
		}
	}
	for _, n := range found {
		e.dependents = append(e.dependents, n)
	}
	e.dependents = sortedBy(e.dependents, func(n string) string { return n })
}

func (e *encoder) encodeKeys() {
	e.number(len(e.keys))
	before := ""
	for _, k := range e.keys {
		e.out = appendText(e.out, before, k.Name)
		form := int(k.Type) << 1
		if k.Multivalued {
			form |= 1
		}
		e.number(form)
		before = k.Name
	}
}

func sortedBy[T any](all []T, name func(T) string) []T {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b T) int {
		return cmp.Or(compareFold(name(a), name(b)), strings.Compare(name(a), name(b)))
	})
	return sorted
}

func appendText(out []byte, before, text string) []byte {
	shared := 0
	for shared < min(len(before), len(text)) && before[shared] == text[shared] {
		shared++
	}
	out = binary.AppendUvarint(out, uint64(shared))
	out = binary.AppendUvarint(out, uint64(len(text)-shared))
	return append(out, text[shared:]...)
}

func appendTexts(out []byte, texts []string) []byte {
	out = binary.AppendUvarint(out, uint64(len(texts)))
	before := ""
	for _, t := range texts {
		out = appendText(out, before, t)
		before = t
	}
	return out
}

// appendRising writes rising numbers: the first, then the differences.
func appendRising(out []byte, numbers []uint32) []byte {
	out = binary.AppendUvarint(out, uint64(len(numbers)))
	before := uint32(0)
	for _, n := range numbers {
		out = binary.AppendUvarint(out, uint64(n-before))
		before = n
	}
	return out
}
