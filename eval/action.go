package eval

import (
	"strings"
	"sync"
	"sync/atomic"

	"iamsim/model/catalog"
)

// action is what an engine knows of one action name as requests spell it:
// worked out when the name is first asked for, and kept.
type action struct {
	name string
	// service is the prefix and operation the name, both in lower case.
	service, operation string
	// known is the action as the catalogue has it; nil without one.
	known *catalog.Action
	// resourceless is set where the catalogue lists no resource for the action (B17).
	resourceless     bool
	listAllMyBuckets bool
	// fixed is set where a fixed rule of the service might concern the action (E.13).
	fixed bool
	rcp   bool // RCPs apply to the service (E36)
	// patterns are the numbers of the policies' action patterns that match the
	// name, ascending (vocabulary), and mask the set of their bits.
	patterns []uint32
	mask     uint64
}

// newAction works out what is known of a name; nil where the text is no action.
func newAction(name string, v *vocabulary, c *catalog.Catalog) *action {
	prefix, operation, ok := strings.Cut(name, ":")
	if !ok || prefix == "" || operation == "" || strings.ContainsAny(name, "*? ") || strings.Contains(operation, ":") {
		return nil
	}
	a := &action{name: strings.Clone(name), service: strings.ToLower(prefix), operation: strings.ToLower(operation)}
	a.listAllMyBuckets = a.service == "s3" && a.operation == "listallmybuckets"
	a.fixed = a.service == "sts" || fixedCalls[a.service][a.operation]
	a.rcp = rcpServices[a.service]
	if c != nil {
		if known, found := c.Action(name); found {
			a.known, a.resourceless = &known, !known.TakesResource()
		}
	}
	a.patterns = v.matching(a.name, nil)
	for _, n := range a.patterns {
		a.mask |= patternBit(n)
	}
	return a
}

// fixedCalls are the actions, by service, that the rules of serviceRule speak
// of for callers that are users or role sessions; of STS it is every one.
var fixedCalls = map[string]map[string]bool{
	"iam": union(policyChanges, roleChanges, editableOnServiceRoles, set("passrole")),
	"kms": union(aliasChanges, set("retiregrant")),
	"s3":  set("listallmybuckets"),
}

func union(sets ...map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, s := range sets {
		for name := range s {
			all[name] = true
		}
	}
	return all
}

// maxActions bounds the names that a table keeps, so that requests with
// made-up names cannot fill the memory. It is several times the number of
// actions that exist.
const maxActions = 1 << 17

// actions is a table of action names that grows while it is read: readers
// take no lock. Its zero value is empty.
type actions struct {
	slots atomic.Pointer[[]atomic.Pointer[action]]
	mu    sync.Mutex
	count int
}

// hashName mixes the length, the first and the last eight bytes of a name:
// names of one service differ at their ends.
func hashName(name string) uint64 {
	const (
		word = 8
		odd  = 0x9e3779b97f4a7c15
	)
	h := uint64(len(name)) * odd
	if len(name) < word {
		for i := range len(name) {
			h = (h ^ uint64(name[i])) * odd
		}
	} else {
		h = (h ^ load64(name, 0)) * odd
		h ^= h >> 29
		h = (h ^ load64(name, len(name)-word)) * odd
	}
	return h ^ h>>32
}

// load64 reads eight bytes of a text.
func load64(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// find returns the entry of a name as spelled, nil where there is none yet.
func (t *actions) find(name string) *action {
	slots := t.slots.Load()
	if slots == nil {
		return nil
	}
	mask := uint64(len(*slots) - 1)
	for at := hashName(name) & mask; ; at = (at + 1) & mask {
		a := (*slots)[at].Load()
		if a == nil || a.name == name {
			return a
		}
	}
}

// add keeps an entry, unless there are too many or one of that name was added meanwhile.
func (t *actions) add(a *action) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count >= maxActions || t.find(a.name) != nil {
		return
	}
	t.count++
	slots := t.slots.Load()
	if slots == nil || 2*t.count > len(*slots) {
		slots = t.grow(slots)
	}
	enter(*slots, a)
}

// grow publishes a larger table with the entries of the old one.
func (t *actions) grow(old *[]atomic.Pointer[action]) *[]atomic.Pointer[action] {
	const smallest = 64
	size := smallest
	if old != nil {
		size = 2 * len(*old)
	}
	larger := make([]atomic.Pointer[action], size)
	if old != nil {
		for i := range *old {
			if a := (*old)[i].Load(); a != nil {
				enter(larger, a)
			}
		}
	}
	t.slots.Store(&larger)
	return &larger
}

func enter(slots []atomic.Pointer[action], a *action) {
	mask := uint64(len(slots) - 1)
	at := hashName(a.name) & mask
	for slots[at].Load() != nil {
		at = (at + 1) & mask
	}
	slots[at].Store(a)
}

// action returns what the engine knows of a name; nil where the text is no action.
func (e *Engine) action(name string) *action {
	if a := e.actions.find(name); a != nil {
		return a
	}
	a := newAction(name, e.vocabulary, e.options.Catalog)
	if a != nil {
		e.actions.add(a)
	}
	return a
}
