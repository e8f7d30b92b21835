// Package catalog is the Service Authorization Reference as data: the services
// of AWS, their actions with access levels, the resource types and condition
// keys that each action takes, and the formats of ARNs, as of one date.
//
// Names of services, actions and keys are compared without regard to case, in
// ASCII letters (rules B1, I3). The catalogue advises and never decides: an
// action that it does not know is decided like any other (rule B21).
package catalog

import (
	_ "embed"
	"fmt"
	"iter"
	"sync"
)

//go:embed catalog.bin
var embedded string

// Catalog is the services and what belongs to them. It is immutable and safe
// for concurrent use. The embedded one takes about 2.5 MB of memory: the names
// of all actions are one string (twice, once in lower case), everything else
// is rows that refer to each other by number.
type Catalog struct {
	date, source string

	services []serviceRow
	types    []typeRow
	keys     []keyRow // sorted by folded name

	names   string // of all actions with their prefixes, one after the other
	folded  string // names in lower case
	actions []actionRow
	index   []uint32 // hash table of places in actions, plus one

	levels      [][]string // the distinct combinations of access levels
	keyLists    lists      // of places in keys
	dependents  []string
	actionLists lists // of places in dependents
	uses        lists // of places in useRows
	useRows     []useRow
}

type serviceRow struct {
	prefix, name          string
	rcp                   bool
	keys                  uint32 // in keyLists
	types, endTypes       uint32
	actions, endOfActions uint32
}

type typeRow struct {
	name, format string
	service      uint32
	keys         uint32 // in keyLists
	// slashless has the bit of each alternative of the format whose last
	// placeholder holds no '/'.
	slashless uint8
}

type actionRow struct {
	start   uint32 // in names; it ends where the next row starts
	service uint16
	levels  uint8
	uses    uint32
	keys    uint32
	depends uint32
}

type useRow struct {
	local    uint32 // place among the types of the service
	required bool
	keys     uint32
	depends  uint32
}

// lists are lists of numbers, kept one after the other.
type lists struct{ ends, items []uint32 }

func (l *lists) at(i uint32) []uint32 {
	start := uint32(0)
	if i > 0 {
		start = l.ends[i-1]
	}
	return l.items[start:l.ends[i]]
}

// Default returns the embedded catalogue, decoded when first asked for.
func Default() *Catalog { return decodeDefault() }

var decodeDefault = sync.OnceValue(func() *Catalog {
	c, err := decode(embedded)
	if err != nil {
		// The embedded file is part of the program, and a test reads it.
		panic(fmt.Sprintf("embedded catalogue: %v", err))
	}
	return c
})

// Date returns the day of the data, as in "2026-09-26".
func (c *Catalog) Date() string { return c.date }

// Source names where the data came from, with its version.
func (c *Catalog) Source() string { return c.source }

// NumActions returns the number of actions of all services.
func (c *Catalog) NumActions() int { return len(c.actions) }

// Action finds an action by its whole name, as in "s3:GetObject". It does not
// allocate.
func (c *Catalog) Action(name string) (Action, bool) {
	mask := uint32(len(c.index) - 1)
	for i := foldHash(name) & mask; c.index[i] != 0; i = (i + 1) & mask {
		id := c.index[i] - 1
		if equalFold(c.actionName(id), name) {
			return Action{c, id}, true
		}
	}
	return Action{}, false
}

// Actions yields all actions in the order of their services, by name within
// one.
func (c *Catalog) Actions() iter.Seq[Action] { return c.actionRange(0, uint32(len(c.actions))) }

func (c *Catalog) actionRange(from, to uint32) iter.Seq[Action] {
	return func(yield func(Action) bool) {
		for id := from; id < to; id++ {
			if !yield(Action{c, id}) {
				return
			}
		}
	}
}

func (c *Catalog) span(id uint32) (start, end uint32) {
	if int(id+1) == len(c.actions) {
		return c.actions[id].start, uint32(len(c.names))
	}
	return c.actions[id].start, c.actions[id+1].start
}

func (c *Catalog) actionName(id uint32) string {
	start, end := c.span(id)
	return c.names[start:end]
}

func (c *Catalog) foldedName(id uint32) string {
	start, end := c.span(id)
	return c.folded[start:end]
}

// Service is one service of a Catalog. It is a small value that can be
// compared; its zero value belongs to no catalogue and must not be used.
type Service struct {
	c  *Catalog
	id uint32
}

// Service finds a service by the prefix of its actions, as in "s3". It does
// not allocate.
func (c *Catalog) Service(prefix string) (Service, bool) {
	low, high := 0, len(c.services)
	for low < high {
		middle := int(uint(low+high) >> 1)
		switch n := compareFold(c.services[middle].prefix, prefix); {
		case n == 0:
			return Service{c, uint32(middle)}, true
		case n < 0:
			low = middle + 1
		default:
			high = middle
		}
	}
	return Service{}, false
}

// Services yields all services by prefix.
func (c *Catalog) Services() iter.Seq[Service] {
	return func(yield func(Service) bool) {
		for id := range c.services {
			if !yield(Service{c, uint32(id)}) {
				return
			}
		}
	}
}

func (s Service) row() *serviceRow { return &s.c.services[s.id] }

// Prefix returns what the names of the service's actions begin with, as in "s3".
func (s Service) Prefix() string { return s.row().prefix }

// Name returns the service's name, as in "Amazon S3".
func (s Service) Name() string { return s.row().name }

// SupportsRCP reports whether resource control policies reach the service (rule
// E36).
func (s Service) SupportsRCP() bool { return s.row().rcp }

// Action finds an action of the service by its name without the prefix.
func (s Service) Action(name string) (Action, bool) {
	if row := s.row(); row.actions < row.endOfActions {
		id, found := s.c.searchActions(s, name)
		return Action{s.c, id}, found
	}
	return Action{}, false
}

// Actions yields the service's actions by name.
func (s Service) Actions() iter.Seq[Action] {
	return s.c.actionRange(s.row().actions, s.row().endOfActions)
}

// NumActions returns the number of the service's actions.
func (s Service) NumActions() int { return int(s.row().endOfActions - s.row().actions) }

// ResourceTypes yields the service's resource types by name.
func (s Service) ResourceTypes() iter.Seq[ResourceType] {
	return func(yield func(ResourceType) bool) {
		for id := s.row().types; id < s.row().endTypes; id++ {
			if !yield(ResourceType{s.c, id}) {
				return
			}
		}
	}
}

// Keys yields the condition keys of the service's actions and resource types
// by name. Global keys are among them where an action has to support them,
// such as aws:ResourceTag/${TagKey}.
func (s Service) Keys() iter.Seq[Key] {
	return func(yield func(Key) bool) {
		for _, id := range s.c.keyLists.at(s.row().keys) {
			if !yield(s.c.keys[id].key()) {
				return
			}
		}
	}
}

// searchActions finds the first action of the service whose name is not
// before name, and whether it is that name.
func (c *Catalog) searchActions(s Service, name string) (id uint32, found bool) {
	row := s.row()
	skip := uint32(len(row.prefix) + len(":"))
	low, high := row.actions, row.endOfActions
	for low < high {
		middle := low + (high-low)/2
		if compareFold(c.foldedName(middle)[skip:], name) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	found = low < row.endOfActions && equalFold(c.foldedName(low)[skip:], name)
	return low, found
}
