package eval

import (
	"runtime"
	"sync"
	"sync/atomic"

	"iamsim/model"
	"iamsim/model/inventory"
)

// Engine answers requests over one snapshot of an inventory. It is immutable
// and safe for concurrent use; what it works out when first asked for does
// not show.
type Engine struct {
	snapshot *inventory.Snapshot
	options  Options
	// quickable is set where the options let requests be decided by quick.
	quickable bool
	// policies holds each document of the inventory; those of equal content share what was compiled.
	policies   *table[*model.Policy, policy]
	vocabulary *vocabulary
	actions    *actions
	// keys are the condition keys that policies test or substitute, tagKeys the
	// tag keys among them.
	keys    *keySet
	tagKeys []string
	// templates holds resource patterns under other readings than the default.
	templates *templateCache
	plans     *plans
	// indexes hold what was compiled for this engine, without those that it shares with another one.
	indexes []*index
	// mergedStatements are those of merged sets; shared with engines made from this one.
	mergedStatements *mergeCount
	// stacked is the number of changes (Over) since everything was compiled.
	stacked int
}

// Compile prepares a snapshot for deciding, on all cores. Errors are documents
// that cannot take part in a decision, which reading the inventory has
// reported before.
func Compile(s *inventory.Snapshot, o Options) (*Engine, error) {
	return CompileProgress(s, o, nil)
}

// CompileProgress is Compile; it calls progress, unless nil, with the number
// of distinct policies that are compiled and of all of them, from one
// goroutine at a time.
func CompileProgress(s *inventory.Snapshot, o Options, progress func(done, total int)) (*Engine, error) {
	e := &Engine{
		snapshot: s, options: o, quickable: o.quickable(),
		policies:   newTable[*model.Policy, policy](),
		vocabulary: newVocabulary(nil), actions: &actions{},
		keys:      &keySet{},
		templates: newTemplateCache(), mergedStatements: new(mergeCount),
	}
	if err := e.compile(documents(s), progress); err != nil {
		return nil, err
	}
	e.plans = newPlans(e)
	return e, nil
}

// With returns an engine over the same policies under other options.
func (e *Engine) With(o Options) *Engine {
	other := *e
	other.options, other.quickable = o, o.quickable()
	if o.Catalog != e.options.Catalog {
		other.actions = &actions{}
	}
	return &other
}

// Options returns the options that the engine decides under.
func (e *Engine) Options() Options { return e.options }

// Snapshot returns the inventory's snapshot that the engine was compiled from.
func (e *Engine) Snapshot() *inventory.Snapshot { return e.snapshot }

// compile indexes documents and adds them to the engine.
func (e *Engine) compile(all []*model.Policy, progress func(done, total int)) error {
	distinct, which := distinctDocuments(all)
	compiled := make([]*compiled, len(distinct))
	chunks := chunksOf(distinct)
	numbers := sharedNumbers{v: e.vocabulary}
	var mu sync.Mutex
	done := 0
	errs := make([]error, len(chunks))
	e.indexes = make([]*index, len(chunks))
	parallel(len(chunks), func(i int) {
		c := chunks[i]
		indexer := newIndexer(numbers.cached())
		for n := c.from; n < c.to; n++ {
			if compiled[n], errs[i] = indexer.add(distinct[n]); errs[i] != nil {
				return
			}
		}
		e.indexes[i] = indexer.finish()
		mu.Lock()
		defer mu.Unlock()
		for key := range indexer.keys {
			(*e.keys)[key] = true
		}
		done += c.to - c.from
		if progress != nil {
			progress(done, len(distinct))
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	rows := make([]policy, len(all))
	for i, document := range all {
		rows[i].source, rows[i].compiled = document, compiled[which[i]]
		e.policies.set(document, &rows[i])
	}
	e.tagKeys = e.keys.tags()
	return nil
}

// policyOf returns what was compiled of a document of the inventory; nil for
// nil and for others.
func (e *Engine) policyOf(document *model.Policy) *policy {
	if document == nil {
		return nil
	}
	return e.policies.get(document)
}

// parallel calls do with the numbers below n, on all cores.
func parallel(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}

// chunk is a range of documents that share an index.
type chunk struct{ from, to int }

// chunkStatements is the number of statements from which on an index is
// full: large enough that equal texts are stored once, small enough that all
// cores have work and that a change leaves little behind.
const chunkStatements = 4096

func chunksOf(documents []*model.Policy) []chunk {
	var chunks []chunk
	from, statements := 0, 0
	for i, d := range documents {
		if statements += len(d.Statements); statements >= chunkStatements {
			chunks = append(chunks, chunk{from, i + 1})
			from, statements = i+1, 0
		}
	}
	if from < len(documents) {
		chunks = append(chunks, chunk{from, len(documents)})
	}
	return chunks
}

// sharedNumbers lets several indexers number action patterns.
type sharedNumbers struct {
	mu sync.Mutex
	v  *vocabulary
}

// cached returns a function that numbers patterns and remembers those it has met.
func (s *sharedNumbers) cached() func(string) (uint32, error) {
	known := map[string]uint32{}
	return func(text string) (uint32, error) {
		if n, ok := known[text]; ok {
			return n, nil
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		n, err := s.v.number(text)
		if err == nil {
			known[text] = n
		}
		return n, err
	}
}

// documents lists every policy document of a snapshot in a fixed order, each once.
func documents(s *inventory.Snapshot) []*model.Policy {
	var l documentList
	for m := range s.Policies() {
		l.addManaged(m)
	}
	for p := range s.Principals() {
		l.addPrincipal(p)
	}
	for g := range s.Groups() {
		l.add(g.Inline...)
	}
	for r := range s.Resources() {
		l.add(r.Policy)
	}
	for v := range s.Endpoints() {
		l.add(v.Policy)
	}
	if org := s.Organization(); org != nil {
		l.addNode(org.Root)
	}
	return l.all
}

type documentList struct {
	all  []*model.Policy
	seen map[*model.Policy]bool
}

func (l *documentList) add(documents ...*model.Policy) {
	if l.seen == nil {
		l.seen = map[*model.Policy]bool{}
	}
	for _, d := range documents {
		if d != nil && !l.seen[d] {
			l.seen[d] = true
			l.all = append(l.all, d)
		}
	}
}

func (l *documentList) addManaged(m *inventory.ManagedPolicy) {
	if m == nil {
		return
	}
	for _, kind := range []model.PolicyKind{model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy} {
		l.add(m.Document(kind))
	}
}

func (l *documentList) addPrincipal(p *inventory.Principal) {
	if p == nil {
		return
	}
	l.add(p.Trust, p.BoundaryPolicy)
	l.add(p.Inline...)
}

func (l *documentList) addNode(n *inventory.Node) {
	if n == nil {
		return
	}
	l.add(n.ServiceControlPolicies...)
	l.add(n.ResourceControlPolicies...)
	for _, child := range n.Children {
		l.addNode(child)
	}
}
