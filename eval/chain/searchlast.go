package chain

import (
	"errors"
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// maxTold bounds the denials of the last request whose open keys are told.
const maxTold = 64

// lastNeeds is what a session must have for the last request to be allowed.
type lastNeeds struct {
	allowed bool
	// open is set where some session's request could not be decided, partial
	// where there were too many sessions to try them all.
	open, partial bool
	needs         *sessionNeeds
}

// asked puts the question's request with the session of another request.
func (f *finder) asked(r model.Request) model.Request {
	r.Action, r.Resource, r.ResourceAccount, r.Context = f.q.Action, f.q.Resource, f.q.ResourceAccount, f.g.given.Context
	return r
}

// checkAction refuses an action or a resource that no request can have.
func (f *finder) checkAction() error {
	if f.q.Action == "" {
		return nil
	}
	_, err := f.g.engine.Prepare(f.asked(f.start.caller.request))
	if open := (*eval.UnansweredError)(nil); errors.As(err, &open) {
		return nil // the chain's sessions may be told more than the start
	}
	return err
}

// lastSlots finds the attributes of a caller's session that statements bearing
// on the last request look at. Other keys of that request are not the caller's
// to choose: they may tell of the resource as well.
func (f *finder) lastSlots(c caller) ([]slot, *solver) {
	q, err := f.g.engine.Prepare(f.asked(c.request))
	if err != nil {
		return nil, nil
	}
	s := &solver{engine: f.g.engine, given: &f.g.given, role: q.Resource(), caller: c, statements: q.Statements()}
	env := &conditions.Env{Context: q.Context(), Options: s.engine.Options().Options, ThreeValued: true}
	slots := slices.DeleteFunc(s.slotsIn(env, s.keys()), func(one slot) bool { return !one.session })
	return slots, s
}

// last finds the session of a caller, of the fewest attributes, that can be
// made and is allowed the last request.
func (f *finder) last(c caller, made func(*sessionNeeds) bool) lastNeeds {
	var out lastNeeds
	try := func(needs *sessionNeeds) bool {
		r := f.asked(c.request)
		if !needs.empty() {
			r = withSession(r, needs)
		}
		d, err := f.g.engine.Decide(r)
		out.open = out.open || err != nil
		out.allowed = err == nil && d.Allowed() && made(needs)
		return out.allowed
	}
	if try(nil) {
		return out
	}
	slots, s := f.lastSlots(c)
	trials := 0
	combinations(slots, func(chosen []slot, values []conditions.Value) bool {
		if trials++; trials > maxTrials {
			out.partial = true
			return false
		}
		out.needs = s.needs(chosen, values)
		return !try(out.needs)
	})
	if !out.allowed {
		out.needs = nil
	}
	return out
}

// lastOf is last for the end of a path: of any session where a hop made it,
// otherwise of that which the start has.
func (f *finder) lastOf(from start, n int32, hopped bool) lastNeeds {
	if !hopped {
		return f.last(from.caller, func(needs *sessionNeeds) bool { return f.canBeMade(from.node, needs) })
	}
	known, ok := f.lasts[n]
	if !ok {
		known = f.last(f.g.caller(n), func(*sessionNeeds) bool { return true })
		f.lasts[n] = known
	}
	return known
}

// able keeps the ends some session of which may do the action, decided by the engine.
func (f *finder) able(ends []int32) []int32 {
	var out []int32
	for _, n := range ends {
		l := f.lastOf(f.start, n, n != f.start.node)
		if n == f.start.node && f.start.caller.role && !l.allowed {
			// Other roles may lead back to it, with another session.
			l = f.lastOf(f.start, n, true)
		}
		switch {
		case l.allowed, l.open:
			out = append(out, n)
		case l.partial:
			f.giveUp("there are more sessions of %s to try for %s than %d; none of those tried is allowed", f.nameOf(n), f.q.Action, maxTrials)
			out = append(out, n)
		default:
			f.unable = append(f.unable, n)
		}
	}
	return out
}

// tellOpen tells on which keys of the last request, nobody's to choose, it
// depends that there is no chain.
func (f *finder) tellOpen() {
	for _, n := range f.unable[:min(len(f.unable), maxTold)] {
		c := f.start.caller
		if n != f.start.node {
			c = f.g.caller(n)
		}
		if x, err := f.g.engine.Explain(f.asked(c.request)); err == nil {
			f.tellKeys(x.DependsOn)
		}
	}
	if len(f.dependsOn) > 0 {
		f.cut("%s at the end of a chain depends on %s, which was not given", f.q.Action, strings.Join(f.dependsOn, ", "))
	}
}

func (f *finder) tellKeys(keys []string) {
	for _, key := range keys {
		if attribute(key) == "" && conditions.FoldKey(key) != keyProvider && !slices.Contains(f.dependsOn, key) {
			f.dependsOn = append(f.dependsOn, key)
		}
	}
	slices.Sort(f.dependsOn)
}
