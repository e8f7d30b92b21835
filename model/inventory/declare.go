package inventory

import (
	"crypto/sha256"
	"fmt"

	"iamsim/internal/source"
	"iamsim/model"
)

// entry is one entity as an input declares it: as a node of a policy set, or
// as a row that was read from a foreign format.
type entry struct {
	table string
	// key is the row's primary key; it is empty where the input's own was
	// faulty, and then the entry is read for its diagnostics only.
	key      string
	position model.Position

	// node is the entry of a policy set, of a shape; file names in it are relative to dir.
	node  *source.Node
	shape *shape
	dir   string

	// row is what a foreign format holds: *importedPrincipal, *importedGroup or *ManagedPolicy.
	row any
	// digest identifies the document of an AWS managed policy.
	digest digest
}

type digest = [sha256.Size]byte

// sections are the lists of a policy set.
var sections = []struct {
	field, table string
	keys         []string
	shape        *shape
}{
	{"policies", policiesTable, []string{"arn", "name"}, policyShape},
	{"groups", groupsTable, []string{"arn"}, groupShape},
	{"users", principalsTable, []string{"arn"}, userShape},
	{"roles", principalsTable, []string{"arn"}, roleShape},
	{"resources", resourcesTable, []string{"arn"}, resourceShape},
	{"identityProviders", providersTable, []string{"arn"}, providerShape},
	{"vpcEndpoints", endpointsTable, []string{"id"}, endpointShape},
}

// policySet checks a policy set and returns its entries.
func (r *reader) policySet(n *source.Node, dir string) []entry {
	r.check(n, policySetShape, subject{field: "the policy set"})
	if n.Kind != source.Object {
		return nil
	}
	count := 1
	for _, section := range sections {
		if list := n.Get(section.field); list != nil {
			count += len(list.Items)
		}
	}
	entries := make([]entry, 0, count)
	for _, section := range sections {
		for _, item := range r.items(n.Get(section.field)) {
			e := entry{table: section.table, position: item.Position(), node: item, shape: section.shape, dir: dir}
			for _, key := range section.keys {
				if e.key == "" {
					e.key = r.text(item.Get(key))
				}
			}
			entries = append(entries, e)
		}
	}
	if o := n.Get("organization"); o != nil && !r.faulty[o] {
		entries = append(entries, entry{
			table: organizationTable, key: organizationKey, position: o.Position(), node: o, shape: organizationShape, dir: dir,
		})
	}
	return entries
}

// winners removes entries that another one stands for: the same AWS managed
// policy in several exports, and with Options.Override whatever is declared
// again later. Other repetitions are errors. The list given is used up.
func (r *reader) winners(entries []entry) []entry {
	type place struct{ table, key string }
	at := make(map[place]int, len(entries))
	kept := entries[:0]
	for _, e := range entries {
		where := place{e.table, e.key}
		i, again := at[where]
		switch {
		case e.key == "":
			kept = append(kept, e)
		case !again:
			at[where] = len(kept)
			kept = append(kept, e)
		case r.sameDocument(e, kept[i]):
		case r.options.Override:
			kept[i] = e
		default:
			r.duplicate(e, kept[i])
		}
	}
	return kept
}

// sameDocument reports whether two entries are the same AWS managed policy,
// which the exports of several accounts repeat.
func (r *reader) sameDocument(a, b entry) bool {
	if !isAWSManaged(a.key) {
		return false
	}
	first, second := r.documentDigest(a), r.documentDigest(b)
	return first == second && first != digest{}
}

func (r *reader) documentDigest(e entry) digest {
	if e.node == nil {
		return e.digest
	}
	if document := r.policyDocument(e); document != nil {
		return digestOf(document)
	}
	return digest{}
}

func (r *reader) duplicate(e, earlier entry) {
	what := quote(e.key)
	if e.table == organizationTable {
		what = "an organization"
	}
	message := fmt.Sprintf("%s is declared twice; first at %s", what, earlier.position)
	if isAWSManaged(e.key) {
		message += ", with another document"
	}
	r.report(e.position, "duplicate-declaration", message, "remove one of them, or let later inputs win with --override")
}
