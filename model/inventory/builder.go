package inventory

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"iamsim/internal/source"
	"iamsim/model"
)

// builder writes entries into a transaction. Files are written into an empty
// database; an overlay changes the rows that are there.
//
// The order matters: policies are declared first, then whatever refers to them
// tells what they are used as, and only then are their documents read.
type builder struct {
	*reader
	// store is the transaction that is written; view looks into it.
	*store
	view *Snapshot

	// pending are the policies of this transaction, in order; their rows are
	// completed before the transaction ends.
	pending []pendingPolicy
	// uses says what policies are used as in this transaction, by key.
	uses map[string]kinds
	// renamed says that a stored policy has another name.
	renamed bool
	// tree is the organization being changed, if it is.
	tree *tree
	// owns counts what accounts gained and lost.
	owns map[string]int
	// writtenPrincipals, writtenGroups and granted are rows of this transaction that are
	// checked against others when all are written.
	writtenPrincipals []writtenPrincipal
	writtenGroups     []*Group
	granted           []*Resource
	// absent are the managed policies that exports name and lack, by ARN.
	absent map[string]*absence
	// candidates are the names that suggestions are looked for among, by table;
	// suggested counts the searches.
	candidates map[string][]string
	suggested  int
}

// writtenPrincipal is a principal of the transaction; one that is declared
// comes from a policy set rather than from an export.
type writtenPrincipal struct {
	row      *Principal
	declared bool
}

// absence is a managed policy that an export names and lacks.
type absence struct {
	at    model.Position
	by    string
	times int
}

func newBuilder(r *reader, s *store) *builder {
	return &builder{
		reader: r, store: s, view: &Snapshot{store: s},
		uses: map[string]kinds{}, owns: map[string]int{},
		absent: map[string]*absence{}, candidates: map[string][]string{},
	}
}

// build writes the entries.
func (b *builder) build(entries []entry) {
	for _, step := range []struct {
		table string
		write func(entry)
	}{
		{policiesTable, b.policy},
		{groupsTable, b.group},
		{principalsTable, b.principal},
		{resourcesTable, b.resource},
		{providersTable, b.provider},
		{endpointsTable, b.endpoint},
		{organizationTable, b.organization},
	} {
		var part []entry
		for _, e := range entries {
			if e.table == step.table {
				part = append(part, e)
			}
		}
		ahead(b.reader, part, entryUses, step.write)
	}
	b.readPolicies()
	b.finishOrganization()
	b.flushAccounts()
	b.checkNames()
	b.checkUniqueIDs()
	b.checkGrantees()
	b.reportAbsent()
}

// start returns a row to fill: a copy of the stored one where an overlay
// changes it. If there is none the entry must be whole.
func start[T any](b *builder, table *rows[T], e entry) (row *T, exists bool) {
	row = new(T)
	if b.overlay && e.key != "" {
		if stored, ok := table.get(e.key); ok {
			*row = *stored
			return row, true
		}
	}
	b.require(e.node, e.shape)
	return row, false
}

// save writes a row and counts it for its account.
func save[T any](b *builder, table *rows[T], e entry, row *T, account, formerAccount string) {
	if e.key == "" {
		return
	}
	table.put(row)
	b.owns[account]++
	b.owns[formerAccount]--
}

// flushAccounts writes what accounts own.
func (b *builder) flushAccounts() {
	for _, id := range slices.Sorted(maps.Keys(b.owns)) {
		if !model.IsAccountID(id) || b.owns[id] == 0 {
			continue
		}
		row := accountRow{id: id}
		if stored, ok := b.accounts.get(id); ok {
			row = *stored
		}
		row.owns += b.owns[id]
		b.accounts.put(&row)
	}
}

// change calls set with the value of a field, and clear where an overlay
// removes it. A field that is left out or was reported changes nothing.
func (r *reader) change(n *source.Node, name string, set func(*source.Node), clear func()) {
	switch value := n.Get(name); {
	case value == nil || r.faulty[value]:
	case value.Kind == source.Null:
		clear()
	default:
		set(value)
	}
}

// changeText is change for a text.
func (b *builder) changeText(n *source.Node, name string, target *string) {
	b.change(n, name, func(v *source.Node) { *target = v.Text }, func() { *target = "" })
}

// changePolicy is change for a document that stands in one field, or in a file
// that another field names.
func (b *builder) changePolicy(e entry, field, file string, kind model.PolicyKind, name string, target **model.Policy) {
	clear := func() { *target = nil }
	b.change(e.node, field, func(v *source.Node) { *target = b.read(v, kind, name, "", e.key) }, clear)
	if file != "" {
		b.change(e.node, file, func(v *source.Node) { *target = b.read(b.file(v, e.dir), kind, name, "", e.key) }, clear)
	}
}

// changeTags merges tags.
func (b *builder) changeTags(n *source.Node, target *map[string]string) {
	b.change(n, "tags", func(v *source.Node) {
		if *target != nil {
			*target = b.mapping(*target, v)
			return
		}
		*target = b.tags(func(yield func(name, value string) bool) {
			for _, f := range v.Fields {
				if f.Value.Scalar() && !yield(f.Name, f.Value.Text) {
					return
				}
			}
		})
	}, func() { *target = nil })
}

// mapping returns a mapping with the changes of a node; the given one is not touched.
func (b *builder) mapping(from map[string]string, n *source.Node) map[string]string {
	to := maps.Clone(from)
	if to == nil {
		to = map[string]string{}
	}
	for _, f := range n.Fields {
		switch {
		case f.Value.Kind == source.Null:
			delete(to, f.Name)
		case f.Value.Scalar():
			to[f.Name] = f.Value.Text
		}
	}
	if len(to) == 0 {
		return nil
	}
	return to
}

// changeInline merges inline policies and keeps them sorted by name.
func (b *builder) changeInline(e entry, target *[]*model.Policy) {
	b.change(e.node, "inlinePolicies", func(v *source.Node) {
		merged := map[string]*model.Policy{}
		for _, policy := range *target {
			merged[policy.Name] = policy
		}
		for _, f := range v.Fields {
			delete(merged, f.Name)
			document := f.Value
			if fileReference.takes(document) {
				document = b.file(document.Get("file"), e.dir)
			}
			if f.Value.Kind == source.Null {
				continue
			}
			if policy := b.read(document, model.IdentityPolicy, f.Name, "", e.key); policy != nil {
				merged[f.Name] = policy
			}
		}
		*target = sortedByName(slices.Collect(maps.Values(merged)))
	}, func() { *target = nil })
}

func sortedByName(list []*model.Policy) []*model.Policy {
	slices.SortFunc(list, func(a, b *model.Policy) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// changeAttached adds attached policies.
func (b *builder) changeAttached(n *source.Node, target *[]string) {
	b.change(n, "attachedPolicies", func(v *source.Node) {
		items := b.items(v)
		more := make([]string, 0, len(items))
		for _, item := range items {
			if policy := b.usePolicy(item, model.IdentityPolicy); policy != nil {
				more = append(more, policy.Key)
			}
		}
		*target = union(*target, more)
	}, func() { *target = nil })
}

// union returns the texts of both lists in their order, each once.
func union(list, more []string) []string {
	const few = 16
	if len(list)+len(more) == 0 {
		return nil
	}
	if len(list)+len(more) <= few {
		both := make([]string, 0, len(list)+len(more))
		for _, part := range [...][]string{list, more} {
			for _, text := range part {
				if !slices.Contains(both, text) {
					both = append(both, text)
				}
			}
		}
		return both
	}
	seen := map[string]bool{}
	both := slices.Concat(list, more)
	return slices.DeleteFunc(both, func(text string) bool {
		again := seen[text]
		seen[text] = true
		return again
	})
}

// usePolicy notes that a policy set uses a policy by its ARN, and returns it;
// one that nothing declares is reported.
func (b *builder) usePolicy(item *source.Node, kind model.PolicyKind) *ManagedPolicy {
	policy, ok := b.policies.get(item.Text)
	if !ok {
		b.undeclaredPolicy(item)
		return nil
	}
	b.uses[policy.Key] |= kindSet(kind)
	return policy
}

func (b *builder) undeclaredPolicy(item *source.Node) {
	hint := b.suggest(item.Text, policiesTable, func(yield func(string) bool) {
		for p := range b.view.Policies() {
			if !yield(p.Key) || p.Name != p.Key && !yield(p.Name) {
				return
			}
		}
	})
	if hint == "" && strings.Contains(item.Text, ":iam::aws:policy/") {
		hint = "add the AWS managed policy: an entry of policies with this arn and its document, or a file of managed policies as NDJSON"
	}
	b.fault(item, "undeclared-policy", fmt.Sprintf("no policy %s is declared", quote(item.Text)), hint)
}

const (
	// maxSuggestions and maxCandidates bound the search for near names: it
	// compares each missing name with each declared one, 50 x 2,000 times a
	// few thousand steps at most.
	maxSuggestions = 50
	maxCandidates  = 2000
)

// suggest is the hint for a name that is near a declared one of some table.
func (b *builder) suggest(name, table string, declared iter.Seq[string]) string {
	if b.suggested++; b.suggested > maxSuggestions {
		return ""
	}
	known, ok := b.candidates[table]
	if !ok {
		for text := range declared {
			if known = append(known, text); len(known) > maxCandidates {
				known = nil
				break
			}
		}
		b.candidates[table] = known
	}
	if !strings.HasPrefix(name, "arn:") {
		return suggestion(name, known)
	}
	return suggestARN(name, known)
}

// suggestARN is the hint for an ARN: one with the same name, or a name like
// it. Whole ARNs are all alike.
func suggestARN(name string, known []string) string {
	last := lastSegment(name)
	byName := map[string]string{}
	var candidates []string
	for _, arn := range known {
		if !strings.HasPrefix(arn, "arn:") {
			continue
		}
		if _, again := byName[lastSegment(arn)]; !again {
			byName[lastSegment(arn)] = arn
			candidates = append(candidates, lastSegment(arn))
		}
	}
	near, ok := last, byName[last] != ""
	if !ok {
		near, ok = model.Suggest(last, candidates)
	}
	if !ok {
		return ""
	}
	return "did you mean " + quote(byName[near]) + "?"
}
