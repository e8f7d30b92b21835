package diff_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/model"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// pairs is how many random pairs are compared with brute force: the
// environment variable DIFF_PAIRS, or enough for every run.
func pairs(t *testing.T) int {
	text := os.Getenv("DIFF_PAIRS")
	if text == "" {
		return 400
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// sample returns n different elements.
func sample(m *maker, list []string, n int) []string {
	out := slices.Clone(list)
	m.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	return out[:n]
}

func readWorld(data string, o eval.Options) (*eval.Engine, error) {
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{Lenient: true})
	loader.AddData("world.json", []byte(data))
	inv, diags := loader.Finish()
	if inv == nil {
		return nil, fmt.Errorf("%v", diags)
	}
	return eval.Compile(inv.Snapshot(), o)
}

// What comparing finds is what asking every request of a small universe finds.
func TestCompareAgainstBruteForce(t *testing.T) {
	first := uint64(1)
	if text := os.Getenv("DIFF_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
		first = n
	}
	stats := map[string]int{}
	for seed := first; seed < first+uint64(pairs(t)); seed++ {
		comparePair(t, seed, stats)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%v", stats)
	require.Positive(t, stats["opened"])
	require.Positive(t, stats["closed"])
	require.Less(t, stats["gaps"], stats["pairs"]/4)
}

func comparePair(t *testing.T, seed uint64, stats map[string]int) {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 99)), keys: map[string]bool{}}
	oldText, newText := m.pair()
	var o eval.Options
	if m.chance(15) {
		o.StarNeverCrossesColon, o.ARNFieldsIgnoreCase, o.NotPrincipalAnyOfChain = m.chance(50), m.chance(50), m.chance(50)
		o.AssumedRoleMFAAbsent, o.TrustSetsBoundaryAside, o.GrantsIgnoreLimits = m.chance(50), m.chance(50), m.chance(50)
	}
	if m.chance(35) {
		o.Catalog = catalog.Default()
	}
	before, err := readWorld(oldText, o)
	if err != nil {
		if os.Getenv("DIFF_GAPS") != "" {
			t.Logf("seed %d: %.300s", seed, err)
		}
		stats["unreadable"]++
		return
	}
	after, err := readWorld(newText, o)
	if err != nil {
		stats["unreadable"]++
		return
	}
	stats["pairs"]++
	principals, actions := sample(m, principalUniverse, 1), sample(m, actionUniverse, 5)
	options := diff.Options{Principals: principals, MaxStates: 20_000, Exhaustive: m.chance(30), First: m.chance(75)}
	if o.Catalog != nil || m.chance(50) {
		options.Actions = actions
	}
	if principals[0] == "*" || m.chance(30) {
		options.Principals, options.Callers = nil, []diff.Caller{{Principal: principals[0]}}
	}
	if options.Principals != nil && slices.Contains(principals, "arn:aws:iam::333333333333:user/stranger") {
		options.Principals = append(options.Principals, "arn:aws:iam::000000000000:user/stranger")
	}
	found, err := diff.Compare(diff.Side{Engine: before}, diff.Side{Engine: after}, options)
	if err != nil {
		return // none of the principals is known
	}
	require.Empty(t, found.Faults, "seed %d\n%s\n%s", seed, oldText, newText)
	incomplete := map[string]bool{}
	for _, g := range found.Gaps {
		incomplete[g.Principal] = true
	}
	if len(found.Gaps) > 0 {
		stats["gaps"]++
		if os.Getenv("DIFF_GAPS") != "" {
			t.Logf("seed %d: %v", seed, found.Gaps[0])
		}
	}
	shown := map[string]bool{}
	for _, g := range found.Groups {
		for _, d := range g.Differences {
			stats[d.Direction.String()]++
			for _, p := range g.Principals {
				shown[p+" "+d.Direction.String()] = true
				if p == "arn:aws:iam::000000000000:user/stranger" {
					shown["arn:aws:iam::333333333333:user/stranger "+d.Direction.String()] = true
				}
			}
		}
		// What is said of a group holds for each of its members.
		for _, p := range g.Principals {
			incomplete[p] = incomplete[p] || incomplete[g.Principals[0]]
		}
	}
	contexts := m.contexts(8)
	for _, principal := range principals {
		for _, action := range actions {
			for _, resource := range sample(m, resourceUniverse, 8) {
				if !real(o.Catalog, action, resource) {
					continue
				}
				for _, c := range contexts {
					r := model.Request{Principal: principal, Action: action, Resource: resource}
					r.Context = c
					a, b, ok := decideBoth(before, after, r)
					if ok && a != b {
						r.Context = open(before, after, r, c)
						a, b, ok = decideBoth(before, after, r)
					}
					if !ok || a == b || incomplete[principal] || shown[principal+" "+direction(b)] {
						continue
					}
					t.Errorf("seed %d: %s by brute force: %s %s %s %s\nold %s\nnew %s", seed, direction(b), principal, action, resource, spelled(c), oldText, newText)
					return
				}
			}
		}
	}
	requireScoped(t, seed, m, before, after, contexts, principals)
}

// open leaves of a context what does not follow from the worlds: a user's tags
// are the user's, while a session may bring its own, and a second factor.
func open(before, after *eval.Engine, r model.Request, c *conditions.Context) *conditions.Context {
	out := c.Clone()
	for _, e := range []*eval.Engine{before, after} {
		bare := r
		bare.Context = nil
		q, err := e.Prepare(bare)
		if err != nil {
			continue
		}
		for _, key := range c.Names() {
			folded := conditions.FoldKey(key)
			session := q.RoleSession() && (strings.HasPrefix(folded, "aws:principaltag/") || folded == "aws:multifactorauthpresent")
			if _, state := q.Context().Lookup(key); state != conditions.NotSupplied && !session && folded != "aws:viaawsservice" {
				out.Unset(key)
			}
			if v, state := q.Context().Lookup(key); session && state == conditions.Present {
				if _, given := c.Lookup(key); given == conditions.Absent {
					out.Set(key, v.Texts()[0])
				}
			}
		}
	}
	return out
}

// real reports whether a request on the resource is one of the action's, as far as the catalogue knows it.
func real(c *catalog.Catalog, name, resource string) bool {
	if c == nil {
		return true
	}
	action, known := c.Action(name)
	switch {
	case !known:
		return false
	case resource == "*":
		return !action.RequiresResource() && len(action.Resources()) <= 1
	}
	return len(action.FittingTypes(resource)) > 0
}

func direction(allowedAfter bool) string {
	if allowedAfter {
		return "opened"
	}
	return "closed"
}

// requireScoped asks for single actions and resources, where one difference cannot hide another.
func requireScoped(t *testing.T, seed uint64, m *maker, before, after *eval.Engine, contexts []*conditions.Context, principals []string) {
	asked := 0
	for range 40 {
		r := model.Request{Principal: pick(m, principals), Action: pick(m, actionUniverse), Resource: pick(m, resourceUniverse)}
		r.Context = open(before, after, r, pick(m, contexts))
		a, b, ok := decideBoth(before, after, r)
		if !ok || a == b || strings.HasSuffix(r.Principal, "stranger") || !real(before.Options().Catalog, r.Action, r.Resource) {
			continue
		}
		if asked++; asked > 1 {
			return
		}
		found, err := diff.Compare(diff.Side{Engine: before}, diff.Side{Engine: after}, diff.Options{
			Callers: []diff.Caller{{Principal: r.Principal}}, Actions: []string{r.Action}, Resources: []string{r.Resource}, MaxStates: 20_000,
		})
		require.NoError(t, err)
		if len(found.Gaps) > 0 || b && found.Opened() || !b && found.Closed() {
			continue
		}
		t.Errorf("seed %d: narrowed down, not found: %s %s %s %s", seed, r.Principal, r.Action, r.Resource, spelled(r.Context))
		return
	}
}

func decideBoth(before, after *eval.Engine, r model.Request) (a, b, ok bool) {
	x, errOld := before.Decide(r)
	y, errNew := after.Decide(r)
	if errOld != nil && errNew != nil {
		return false, false, false
	}
	return errOld == nil && x.Allowed(), errNew == nil && y.Allowed(), true
}

func spelled(c *conditions.Context) string {
	var out []string
	for _, name := range c.Names() {
		v, state := c.Lookup(name)
		if state == conditions.Present {
			out = append(out, name+"="+v.String())
		} else {
			out = append(out, "no "+name)
		}
	}
	return strings.Join(out, " ")
}
