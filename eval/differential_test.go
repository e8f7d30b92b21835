package eval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// requestsPerWorld are asked of one world; loading a world costs about as much as fifty of them.
const requestsPerWorld = 250

// explainEvery is how often an explanation is asked for as well; one costs
// many decisions.
const explainEvery = 25

// load reads a world as text, in one of the ways in which policy sets are read.
func (w *refWorld) load(inline bool) (*inventory.Snapshot, error) {
	l := inventory.NewLoader(fstest.MapFS{}, inventory.Options{})
	if inline {
		node, err := source.Parse("world.json", w.json())
		if err != nil {
			return nil, err
		}
		l.AddPolicySet(node, ".")
	} else {
		l.AddData("world.json", w.json())
	}
	inv, problems := l.Finish()
	if inv == nil || model.HasErrors(problems) {
		for _, d := range problems {
			if d.Severity == model.Error {
				return nil, d
			}
		}
		return nil, errors.New("no inventory")
	}
	return inv.Snapshot(), nil
}

func (w *refWorld) engine(inline bool) (*eval.Engine, error) {
	s, err := w.load(inline)
	if err != nil {
		return nil, err
	}
	return eval.Compile(s, w.options)
}

// engineAnswer asks the engine in the reference's terms.
func engineAnswer(e *eval.Engine, r model.Request) (refAnswer, error) {
	return answerOf(e.Decide(r))
}

func answerOf(d eval.Decision, err error) (refAnswer, error) {
	var unusable *eval.RequestError
	var unanswered *eval.UnansweredError
	switch {
	case err == nil:
		return refAnswer{reason: d.Reason.String(), farSide: d.FarSide}, nil
	case errors.As(err, &unusable):
		return refAnswer{failure: "request"}, nil
	case errors.As(err, &unanswered):
		return refAnswer{failure: "unanswered"}, nil
	}
	return refAnswer{}, err
}

// prepared asks by a handle, twice: a query may be decided any number of times.
func prepared(e *eval.Engine, r model.Request) (refAnswer, error) {
	q, err := e.Prepare(r)
	if err != nil {
		return answerOf(eval.Decision{}, err)
	}
	first, err := answerOf(q.Decide())
	if again, _ := answerOf(q.Decide()); again != first {
		return first, fmt.Errorf("decided twice, a query says %v and %v", first, again)
	}
	return first, err
}

// explained asks Explain, which must answer as Decide does.
func explained(e *eval.Engine, r model.Request) (refAnswer, error) {
	x, err := e.Explain(r)
	if err != nil {
		return answerOf(eval.Decision{}, err)
	}
	if x.Answer == "unanswered" {
		return refAnswer{failure: "unanswered"}, nil
	}
	answer, err := answerOf(x.Decision, nil)
	if x.Answer != x.Decision.Result().String() || x.Reason != answer.reason {
		return answer, fmt.Errorf("explanation says %s, %s and holds the decision %s", x.Answer, x.Reason, answer.reason)
	}
	return answer, err
}

// compareWorld makes the world of a seed and compares n requests. It returns
// how often each answer came.
func compareWorld(t testing.TB, seed uint64, n int) map[string]int {
	t.Helper()
	g := newGenerator(seed)
	w := g.world()
	e, err := w.engine(seed%2 == 0)
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, w.json())
	}
	if seed%3 == 0 {
		e.MergeAll()
	}
	counts := map[string]int{}
	for i := range n {
		q := g.request()
		want := refDecide(w, q, w.options)
		r := q.request()
		got, err := engineAnswer(e, r)
		require.NoError(t, err, "seed %d, request %d", seed, i)
		if got != want {
			t.Fatalf("seed %d, request %d: the engine says %v, the reference %v\n%s", seed, i, got, want, reproduction(w, q))
		}
		got, err = prepared(e, r)
		require.NoError(t, err, "seed %d, request %d", seed, i)
		if got != want {
			t.Fatalf("seed %d, request %d: the prepared query says %v, the reference %v\n%s", seed, i, got, want, q)
		}
		if i%explainEvery == 0 {
			got, err := explained(e, r)
			require.NoError(t, err, "seed %d, request %d\n%s", seed, i, q)
			require.Equal(t, want, got, "Explain, seed %d, request %d\n%s", seed, i, q)
		}
		counts[got.String()]++
	}
	return counts
}

// TestDifferential compares the engine with the reference on random worlds: 20,000
// requests, or as many as the environment variable IAMSIM_DIFFERENTIAL says:
//
//	IAMSIM_DIFFERENTIAL=1000000 go test ./eval -run TestDifferential -v -timeout 1h
//
// IAMSIM_DIFFERENTIAL_SEED sets the seed of the first world.
func TestDifferential(t *testing.T) {
	total := number(t, "IAMSIM_DIFFERENTIAL", 20_000)
	first := number(t, "IAMSIM_DIFFERENTIAL_SEED", 1)
	counts := map[string]int{}
	for done, seed := 0, first; done < total; done, seed = done+requestsPerWorld, seed+1 {
		for answer, n := range compareWorld(t, uint64(seed), requestsPerWorld) {
			counts[answer] += n
		}
	}
	for _, answer := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%8d %s", counts[answer], answer)
	}
	if !underRace {
		requireEveryCode(t, counts)
	}
}

// number returns what an environment variable says, or how many there are
// without it: a fifth of that under the race detector.
func number(t *testing.T, variable string, missing int) int {
	text := os.Getenv(variable)
	switch {
	case text == "" && underRace:
		return max(missing/5, 1)
	case text == "":
		return missing
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, variable)
	return n
}

// requireEveryCode holds the generator to asking for every code of E90. No
// level of RCPs can be silent: RCPFullAWSAccess is attached everywhere (E35).
func requireEveryCode(t *testing.T, counts map[string]int) {
	for code := eval.DenyImplicitIdentity; code <= eval.AllowAlways; code++ {
		if code == eval.DenyImplicitRCPLevel {
			continue
		}
		name := eval.Reason{Code: code}.String()
		if code == eval.DenyImplicitSCPLevel {
			name = strings.TrimSuffix(name, "0")
		}
		seen := slices.ContainsFunc(slices.Collect(maps.Keys(counts)), func(answer string) bool {
			return answer == name || code == eval.DenyImplicitSCPLevel && strings.HasPrefix(answer, name)
		})
		require.True(t, seen, "no request came to %s", name)
	}
	require.Positive(t, counts["request"])
	require.Positive(t, counts["unanswered"])
}

// TestDifferentialTellsReadingsApart holds the generator to its purpose: for
// each uncertain rule it asks a request that the two readings answer
// differently, so that an engine which took the wrong one would be found out.
func TestDifferentialTellsReadingsApart(t *testing.T) {
	left := map[string]eval.Options{}
	for _, info := range eval.OptionTable() {
		var o eval.Options
		require.NoError(t, o.Assume(info.Name, info.Alternative))
		if !info.ReadOption {
			left[info.Name] = o
		}
	}
	const mostWorlds = 400
	for seed := uint64(0); seed < mostWorlds && len(left) > 0; seed++ {
		g := newGenerator(seed)
		w := g.world()
		w.options = eval.Options{}
		e, err := w.engine(false)
		require.NoError(t, err)
		engines := map[string]*eval.Engine{}
		for name, o := range left {
			engines[name] = e.With(o)
		}
		for range requestsPerWorld {
			q := g.request()
			want, r := refDecide(w, q, w.options), q.request()
			for name := range left {
				got, err := engineAnswer(engines[name], r)
				require.NoError(t, err)
				if got != want {
					delete(left, name)
				}
			}
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(left)), "rules whose two readings no request told apart")
}

// FuzzDecide compares one world a seed.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed << 32)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { compareWorld(t, seed, requestsPerWorld) })
}

// reproduction drops from a world and a request what a difference does not
// need, and returns both as text.
func reproduction(w *refWorld, q *refRequest) string {
	answers := func() (engine, reference refAnswer) {
		e, err := w.engine(false)
		if err != nil {
			return refAnswer{}, refAnswer{}
		}
		got, err := engineAnswer(e, q.request())
		if err != nil {
			return refAnswer{}, refAnswer{}
		}
		return got, refDecide(w, q, w.options)
	}
	// The same two answers must remain: another difference may be another fault.
	wasEngine, wasReference := answers()
	differs := func() bool {
		engine, reference := answers()
		return engine == wasEngine && reference == wasReference
	}
	if wasEngine == wasReference {
		return "(the difference does not show when the world is read again)\n" + string(w.json()) + "\n" + q.String()
	}
	for again := true; again; {
		again = false
		for _, drop := range shrinkings(w, q) {
			undo := drop()
			if undo == nil {
				continue
			}
			if differs() {
				again = true
			} else {
				undo()
			}
		}
	}
	e, err := w.engine(false)
	if err != nil {
		return err.Error()
	}
	got, _ := engineAnswer(e, q.request())
	text := fmt.Sprintf("shrunk: the engine says %v, the reference %v\noptions %+v\n%s\n%s", got, refDecide(w, q, w.options), w.options, w.json(), q)
	if x, err := e.Explain(q.request()); err == nil {
		long, _ := json.MarshalIndent(x, "", " ")
		text += "\n" + string(long)
	}
	return text
}

// String shows the request with all its parts.
func (q *refRequest) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "principal %s\naction    %s\nresource  %s %s\n", q.principal, q.action, q.resource, q.resourceAccount)
	for _, k := range q.context {
		fmt.Fprintf(&b, "context   %s = %v\n", k.name, k.value)
	}
	if !q.at.IsZero() {
		fmt.Fprintf(&b, "at        %v\n", q.at.UTC())
	}
	if q.session != nil {
		text, _ := json.Marshal(q.session)
		fmt.Fprintf(&b, "session   %s\n", text)
	}
	if q.parentUser != "" {
		fmt.Fprintf(&b, "parent    %s\n", q.parentUser)
	}
	for _, d := range q.sessionPolicies {
		text, _ := json.Marshal(d.json())
		fmt.Fprintf(&b, "session policy %s\n", text)
	}
	for _, m := range q.sessionARNs {
		fmt.Fprintf(&b, "session policy %s\n", m.arn)
	}
	return b.String()
}
