package diff

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model/inventory"
)

// values returns the values to try for a key, nil for its absence, that
// together show everything the key can do here.
func (n *node) values(key string) (out []*conditions.Value, complete bool) {
	folded := conditions.FoldKey(key)
	entries := n.entries()
	classes := conditions.Classes{Key: key, Entries: entries, Env: n.env(), MaxStates: maxValueStates}
	if folded == timeKey {
		classes.Same = epochKey
	}
	pieces, complete := conditions.Coupled(key, entries, n.env())
	classes.Apart = append(pieces, n.places(key)...)
	found, through := n.c.classValues(classes)
	complete = complete && through
	if n.mayBeAbsent(folded) {
		out = append(out, nil)
	}
	if !n.mayBePresent(folded) {
		if len(out) == 0 {
			out = append(out, nil)
		}
		return out, complete
	}
	if derived, ok := n.soft[folded]; ok {
		out = append(out, &derived)
	}
	for i := range found {
		out = append(out, &found[i])
	}
	for _, text := range n.more(folded) {
		out = append(out, valueOf(text))
	}
	return out, complete
}

// maxValueStates bounds the search for values of one key.
const maxValueStates = 10_000

// env is what values are compared under: the first side's, as far as it exists.
func (n *node) env() *conditions.Env {
	for _, o := range n.sides {
		if o != nil {
			env := o.parts.Env(o.context)
			return &env
		}
	}
	return nil
}

// entries returns the conditions of the undecided statements of both sides.
func (n *node) entries() []*conditions.Entry {
	var out []*conditions.Entry
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		for _, k := range o.alive {
			if o.applies[k] == conditions.Unknown {
				out = append(out, o.parts.All()[k].Statement.Condition...)
			}
		}
	}
	return out
}

// places returns the texts that a variable of the key may stand for in the
// resources of the undecided statements.
func (n *node) places(key string) []wildcard.Flat {
	var out []wildcard.Flat
	for _, o := range n.sides {
		if o == nil {
			continue
		}
		for _, k := range o.alive {
			if o.applies[k] != conditions.Unknown {
				continue
			}
			patterns, _ := o.parts.ResourceList(k)
			for _, t := range patterns {
				for _, text := range t.Candidates(n.resource, key, maxCandidates) {
					out = append(out, wildcard.Shape(text))
				}
			}
		}
	}
	return out
}

// maxCandidates bounds the texts that a variable may stand for in one resource.
const maxCandidates = 64

// more returns values that decide otherwise than by a comparison: endpoints
// whose policy takes part, and the encryption context of grants.
func (n *node) more(folded string) []string {
	var out []string
	if folded == endpointKey {
		for i, s := range n.c.sides {
			if n.c.present[i] {
				for e := range s.Engine.Snapshot().Endpoints() {
					if e.Policy != nil && !slices.Contains(out, e.ID) {
						out = append(out, e.ID)
					}
				}
			}
		}
	}
	for _, o := range n.sides {
		if o == nil || o.parts.Query().Row() == nil {
			continue
		}
		for _, text := range grantValues(o.parts.Query().Row(), folded) {
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

const encryptionContext = "kms:encryptioncontext:"

// grantKeys lists the keys of the encryption context that grants of a key ask for.
func grantKeys(row *inventory.Resource) []string {
	var out []string
	for i := range row.Grants {
		for _, m := range []map[string]string{row.Grants[i].EncryptionContextEquals, row.Grants[i].EncryptionContextSubset} {
			for key := range m {
				out = append(out, "kms:EncryptionContext:"+key)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func grantValues(row *inventory.Resource, folded string) []string {
	name, ok := strings.CutPrefix(folded, encryptionContext)
	if !ok {
		return nil
	}
	var out []string
	for i := range row.Grants {
		for _, m := range []map[string]string{row.Grants[i].EncryptionContextEquals, row.Grants[i].EncryptionContextSubset} {
			for key, value := range m {
				if conditions.FoldKey(key) == name {
					out = append(out, value)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// alwaysPresent are keys that every request carries (D.3).
var alwaysPresent = func() map[string]bool {
	out := map[string]bool{}
	for _, info := range conditions.KnownKeys() {
		if info.PresentWhen == "every request" {
			out[conditions.FoldKey(info.Name)] = true
		}
	}
	return out
}()

// endpointKeys come with requests through a VPC endpoint (C38).
var endpointKeys = map[string]bool{
	endpointKey: true, "aws:sourcevpc": true, "aws:sourcevpcarn": true, "aws:vpceaccount": true,
	"aws:vpceorgid": true, "aws:vpceorgpaths": true, "aws:vpcsourceip": true,
}

// mayBeAbsent reports whether a request can lack the key, as far as the rest
// of its context is settled.
func (n *node) mayBeAbsent(folded string) bool {
	if n.c.o.AnyCaller && !alwaysPresent[folded] {
		return true
	}
	if _, ok := n.soft[folded]; ok && strings.HasPrefix(folded, "aws:principaltag/") {
		return false // a session's tags come on top of its role's (D13)
	}
	if folded == "aws:calledviafirst" || folded == "aws:calledvialast" {
		return !n.has(calledViaKey)
	}
	return !alwaysPresent[folded]
}

// mayBePresent reports whether a request can carry the key, as far as the
// rest of its context is settled.
func (n *node) mayBePresent(folded string) bool {
	switch {
	case folded == addressKey:
		for _, b := range n.given {
			if b.value != nil && endpointKeys[conditions.FoldKey(b.key)] {
				return false
			}
		}
	case endpointKeys[folded]:
		return !n.has(addressKey)
	case folded == factorAgeKey:
		return !n.gave(factorKey) || n.factor()
	case folded == factorKey:
		return true
	case folded == calledViaKey:
		return !n.holds(viaServiceKey, "false")
	case folded == "aws:calledviafirst" || folded == "aws:calledvialast":
		return !n.gave(calledViaKey) || n.has(calledViaKey)
	}
	return true
}

// factor reports whether the context says that a second factor was given.
func (n *node) factor() bool { return n.holds(factorKey, "true") }

// holds reports whether the context being filled in gives a key the text.
func (n *node) holds(folded, text string) bool {
	for _, b := range n.given {
		if conditions.FoldKey(b.key) == folded && b.value != nil {
			texts := b.value.Texts()
			return len(texts) == 1 && strings.EqualFold(texts[0], text)
		}
	}
	return false
}

// valueOf returns the value that a context holds for a text.
func valueOf(text string) *conditions.Value {
	c := conditions.NewContext()
	c.Set("k", text)
	v, _ := c.Lookup("k")
	return &v
}

// classKey tells questions for the values of a key apart.
type classKey struct {
	key     string
	entries string
}

// classValues remembers the values of keys whose tests name no variables.
func (c *comparison) classValues(classes conditions.Classes) ([]conditions.Value, bool) {
	if len(classes.Apart) > 0 {
		return classes.Values()
	}
	folded, same := conditions.FoldKey(classes.Key), classes.Same
	var b strings.Builder
	for _, e := range classes.Entries {
		key := conditions.FoldKey(e.Key())
		if key != folded && (same == "" || key != same) {
			continue
		}
		if e.Vary() {
			return classes.Values()
		}
		b.WriteString(c.entryNumber(e))
	}
	key := classKey{folded, b.String()}
	if known, ok := c.values[key]; ok {
		return known.values, known.complete
	}
	values, complete := classes.Values()
	c.values[key] = classAnswer{values, complete}
	return values, complete
}

type classAnswer struct {
	values   []conditions.Value
	complete bool
}

// entryNumber names an entry by its place in memory.
func (c *comparison) entryNumber(e *conditions.Entry) string {
	n, ok := c.entries[e]
	if !ok {
		n = len(c.entries)
		c.entries[e] = n
	}
	return string(rune(n + 1))
}
