package eval

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"iamsim/model"
	"iamsim/model/inventory"
)

// inverse is the index that asking backwards takes: from the resource to the
// policies that speak of it, and from there to the principals that have them.
// It is made when an inventory is first asked who can do something.
type inverse struct {
	once sync.Once
	made *whoIndex
}

// get returns the index over the plans' principals.
func (v *inverse) get(p *plans, s *inventory.Snapshot) *whoIndex {
	v.once.Do(func() { v.made = newWhoIndex(p, s) })
	return v.made
}

// whoIndex is a radix tree over the resources of all identity policies,
// boundaries, SCPs and RCPs, and for each of these the principals that have it.
//
// A node takes 16 bytes and a posting 8, and 16 more where the posting asks
// for more than an action pattern and a prefix; a principal takes 36 bytes and
// 4 for each policy that it has.
type whoIndex struct {
	snapshot   *inventory.Snapshot
	principals []*plan  // by ARN, ascending; principals go by their numbers here
	names      []string // their ARNs
	classOf    []uint32
	// boundary is the set of a principal's boundary, and one; 0 without one.
	boundary []uint32
	// incomplete are the principals of whose policies some were not read.
	incomplete []uint32
	classes    []whoClass
	accounts   []whoAccount // ascending
	sets       []whoSet
	setOf      map[*policy]uint32

	texts []string // prefixes, and some with a wildcard and what is behind it (whoStar), ascending
	nodes []whoNode
	heads []byte
	start []uint32 // of each text's postings, and the end of the last
	posts []whoPost
	asks  []whoAsk
	// spared are the different lists of NotAction, as numbers of action patterns.
	spared [][]uint32
	// everyBucket are the postings that may cover s3:ListAllMyBuckets (B18).
	everyBucket []whoPost

	ids  func() map[string][]uint32 // principals by unique id
	runs sync.Pool                  // of *whoRun
}

// whoSet is a document, or several that say the same, and who has it as an identity policy.
type whoSet struct {
	policy  *policy
	members []uint32 // ascending
	// first and last are the ends of members, which may be far away in memory.
	first, last uint32
}

// whoClass are the principals of one account that rules outside of their own
// policies treat alike.
type whoClass struct {
	whoClassKey
	members  []uint32
	scp, rcp [][]uint32 // the sets of each level; of RCPs, those of the account's resources
}

type whoClassKey struct {
	partition, account string
	kind               callerKind
	linked             bool // service-linked roles, whom neither SCPs nor RCPs bind (E32, E36)
}

// whoAccount is an account with its principals, whose ARNs stand together:
// those from number from up to number to.
type whoAccount struct {
	partition, account string
	from, to           uint32
}

// whoNode is a node of the tree: its label is texts[text][from:from+length],
// and it is the place of that text if the text ends there.
type whoNode struct {
	text     uint32
	child    uint32
	from     uint16
	length   uint16
	children uint16
}

// whoPost says that a set has a statement with an action pattern.
type whoPost struct {
	pattern uint32
	// what is the number of the set, or in asks, with flags above.
	what uint32
}

const (
	whoDeny  uint32 = 1 << 31
	whoWhole uint32 = 1 << 30 // the prefix is the whole resource
	whoAsks  uint32 = 1 << 29
	whoMask  uint32 = whoAsks - 1
)

// whoAsk is what a statement asks beyond its action pattern and its prefix.
type whoAsk struct {
	set       uint32
	statement uint32 // with the flags of a posting of the set's own index
	ref       uint32
	spares    uint32 // with flagNegated: the list in spared
}

func newWhoIndex(p *plans, s *inventory.Snapshot) *whoIndex {
	x := &whoIndex{snapshot: s, setOf: map[*policy]uint32{}}
	for row := range s.Principals() {
		x.principals, x.names = append(x.principals, p.principals.get(row.ARN)), append(x.names, row.ARN)
	}
	g := &whoGroups{x: x, known: map[whoContent]uint32{}}
	x.addPrincipals(g)
	x.addAccounts(g, p)
	newWhoTree(x).build()
	x.ids = sync.OnceValue(x.byID)
	return x
}

// whoGroups finds documents that say the same.
type whoGroups struct {
	x     *whoIndex
	known map[whoContent]uint32
}

// whoContent is what a document says. Documents of equal content share what
// was compiled, except for the values of their conditions.
type whoContent struct {
	compiled   *compiled
	conditions string
}

// set returns the number of a document's set.
func (g *whoGroups) set(p *policy) uint32 {
	if n, ok := g.x.setOf[p]; ok {
		return n
	}
	content := whoContent{p.compiled, conditionText(p.source)}
	n, ok := g.known[content]
	if !ok {
		n = uint32(len(g.x.sets))
		g.known[content] = n
		g.x.sets = append(g.x.sets, whoSet{policy: p})
	}
	g.x.setOf[p] = n
	return n
}

// conditionText spells the conditions of a document; empty if it has none.
func conditionText(document *model.Policy) string {
	var b []byte
	for i := range document.Statements {
		for _, entry := range document.Statements[i].Condition {
			b = strconv.AppendInt(b, int64(i), 10)
			b = strconv.AppendQuote(append(b, entry.Operator().String()...), entry.Key())
			for _, value := range entry.Values() {
				b = strconv.AppendQuote(b, value)
			}
			b = append(b, ';')
		}
	}
	return string(b)
}

// addPrincipals fills in what is known of each principal.
func (x *whoIndex) addPrincipals(g *whoGroups) {
	x.classOf = make([]uint32, len(x.principals))
	x.boundary = make([]uint32, len(x.principals))
	classes := map[whoClassKey]uint32{}
	for i, p := range x.principals {
		c := &p.caller
		key := whoClassKey{c.partition, c.account, c.kind, c.serviceLinked()}
		class, ok := classes[key]
		if !ok {
			class = uint32(len(x.classes))
			classes[key] = class
			x.classes = append(x.classes, whoClass{whoClassKey: key})
		}
		x.classOf[i] = class
		x.classes[class].members = append(x.classes[class].members, uint32(i))
		if n := len(x.accounts); n == 0 || x.accounts[n-1].account != c.account || x.accounts[n-1].partition != c.partition {
			x.accounts = append(x.accounts, whoAccount{partition: c.partition, account: c.account, from: uint32(i)})
		}
		x.accounts[len(x.accounts)-1].to = uint32(i) + 1
		if len(p.identity.missing)+len(p.boundary.missing) > 0 {
			x.incomplete = append(x.incomplete, uint32(i))
		}
		for _, policy := range p.identity.policies {
			set := &x.sets[g.set(policy)]
			// Several documents of one principal may say the same.
			if n := len(set.members); n == 0 || set.members[n-1] != uint32(i) {
				set.members = append(set.members, uint32(i))
			}
		}
		for _, policy := range p.boundary.policies {
			x.boundary[i] = g.set(policy) + 1
		}
	}
	for i := range x.sets {
		set := &x.sets[i]
		if n := len(set.members); n > 0 {
			set.members, set.first, set.last = slices.Clip(set.members), set.members[0], set.members[n-1]
		}
	}
}

// addAccounts fills in the levels of SCPs that bind the principals of a class,
// and of RCPs that protect what their account owns.
func (x *whoIndex) addAccounts(g *whoGroups, p *plans) {
	sets := func(list []level) [][]uint32 {
		out := make([][]uint32, len(list))
		for i := range list {
			for _, policy := range list[i].policies {
				out[i] = append(out[i], g.set(policy))
			}
		}
		return out
	}
	for i := range x.classes {
		c := &x.classes[i]
		if account := p.account(c.account); !c.linked {
			c.scp, c.rcp = sets(account.scp), sets(account.rcp)
		}
	}
}

func (x *whoIndex) byID() map[string][]uint32 {
	ids := map[string][]uint32{}
	for i, p := range x.principals {
		if id := p.caller.row.ID; id != "" {
			ids[id] = append(ids[id], uint32(i))
		}
	}
	return ids
}

// named returns the principals that a text names by itself: an ARN of a user
// or role or of the session that stands for a role, or a unique id.
func (x *whoIndex) named(text string) []uint32 {
	if !strings.HasPrefix(text, "arn:") {
		return x.ids()[text]
	}
	if i, ok := x.find(text); ok {
		return []uint32{i}
	}
	var out []uint32
	if _, session, ok := strings.Cut(text, ":assumed-role/"); ok {
		role, _, _ := strings.Cut(session, "/")
		for _, row := range x.snapshot.FindPrincipals("role/" + role) {
			if i, ok := x.find(row.ARN); ok && x.principals[i].caller.arn == text {
				out = append(out, i)
			}
		}
	}
	return out
}

func (x *whoIndex) find(arn string) (uint32, bool) {
	i, ok := slices.BinarySearch(x.names, arn)
	return uint32(i), ok
}
