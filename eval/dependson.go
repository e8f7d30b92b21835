package eval

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
)

// Bounds of the search for keys that matter. Beyond maxTrials combinations of
// values the keys are not tried together; every candidate is then reported.
const (
	maxTrials     = 20_000
	maxCandidates = 64 // texts tried for a variable in a resource
)

// dependsOn finds the keys that the request did not supply and for which some
// value would change the answer (D23). First the request is decided
// three-valued: where no unknown key can matter, that is the end of it.
// Otherwise the keys of the statements that stayed unknown are given every
// value that can tell the policies' comparisons apart, in all combinations: a
// key matters if changing it alone changes the answer somewhere.
func (ex *explainer) dependsOn() (keys []string, partial bool) {
	e := newEvaluation(ex.q, ex.q.context, ex.o, true)
	var unknown []*statement
	e.see = func(v visit) {
		if v.applies == conditions.Unknown {
			unknown = append(unknown, v.statement)
		}
	}
	e.gather()
	best, worst := authorize(&e.facts, ex.o, true), authorize(&e.facts, ex.o, false)
	factor := ex.q.secondFactorOpen()
	if best.Allowed() == worst.Allowed() && !factor {
		return nil, false
	}
	s := search{ex: ex, unknown: unknown, env: e.env}
	if factor {
		s.add(secondFactorKey)
	}
	s.collect()
	if !s.bounded() {
		for _, k := range s.keys {
			keys = append(keys, k.name)
		}
		slices.Sort(keys)
		return keys, true
	}
	return s.essential(), false
}

// search tries the values of the keys that could matter.
type search struct {
	ex      *explainer
	unknown []*statement
	env     *conditions.Env
	keys    []searchKey
	answers []bool
}

// searchKey is one key with the values to try; the nil value is absence.
type searchKey struct {
	name, folded string
	values       []*conditions.Value
}

// collect finds the keys that were not supplied in the unknown statements,
// with the values that their comparisons can tell apart.
func (s *search) collect() {
	for _, st := range s.unknown {
		for _, entry := range st.condition {
			s.add(entry.Key())
			for _, key := range entry.Variables() {
				s.add(key)
			}
		}
		for i := range st.resources {
			for _, v := range st.resources[i].template.Variables() {
				s.add(v.Key)
			}
		}
	}
	for _, grant := range s.grantKeys() {
		s.add(grant)
	}
	slices.SortFunc(s.keys, func(a, b searchKey) int { return strings.Compare(a.folded, b.folded) })
	for i := range s.keys {
		s.fill(&s.keys[i])
	}
}

func (s *search) grantKeys() []string {
	if s.ex.q.service != "kms" || s.ex.q.target.row == nil {
		return nil
	}
	var out []string
	for _, g := range s.ex.q.target.row.Grants {
		for _, m := range []map[string]string{g.EncryptionContextEquals, g.EncryptionContextSubset} {
			for _, key := range sortedKeys(m) {
				out = append(out, "kms:EncryptionContext:"+key)
			}
		}
	}
	return out
}

func (s *search) add(key string) {
	folded := conditions.FoldKey(key)
	if _, state := s.env.Context.Lookup(key); state != conditions.NotSupplied {
		return
	}
	for _, k := range s.keys {
		if k.folded == folded {
			return
		}
	}
	s.keys = append(s.keys, searchKey{name: key, folded: folded})
}

// fill collects the values to try for a key; values that every comparison
// treats alike are tried once.
func (s *search) fill(k *searchKey) {
	k.values = []*conditions.Value{nil}
	seen := map[string]bool{}
	consider := func(v conditions.Value) {
		signature := s.signature(k.name, v)
		if !seen[signature] {
			seen[signature] = true
			k.values = append(k.values, &v)
		}
	}
	for _, st := range s.unknown {
		for _, entry := range st.condition {
			if mentions(entry, k.folded) {
				for _, v := range entry.Representatives(k.name, s.env) {
					consider(v)
				}
			}
		}
		for i := range st.resources {
			for _, text := range st.resources[i].template.Candidates(s.ex.q.resource, k.name, maxCandidates) {
				consider(valueOf(text))
			}
		}
	}
	if k.name == secondFactorKey {
		consider(valueOf("true"))
	}
	if prefix, ok := strings.CutPrefix(k.folded, encryptionContextPrefix); ok && s.ex.q.target.row != nil {
		for _, g := range s.ex.q.target.row.Grants {
			for _, m := range []map[string]string{g.EncryptionContextEquals, g.EncryptionContextSubset} {
				for _, key := range sortedKeys(m) {
					if conditions.FoldKey(key) == prefix {
						consider(valueOf(m[key]))
					}
				}
			}
		}
	}
}

func mentions(entry *conditions.Entry, folded string) bool {
	if conditions.FoldKey(entry.Key()) == folded {
		return true
	}
	for _, key := range entry.Variables() {
		if conditions.FoldKey(key) == folded {
			return true
		}
	}
	return false
}

// signature spells how every comparison of the unknown statements comes out
// with one key known. An outcome that still depends on another key makes the
// value itself part of the signature, so that it is not merged with others.
func (s *search) signature(key string, v conditions.Value) string {
	env := *s.env
	env.Context = s.env.Context.Clone()
	env.Context.SetValue(key, v)
	var b strings.Builder
	coupled := false
	folded := conditions.FoldKey(key)
	for _, st := range s.unknown {
		for _, entry := range st.condition {
			if !mentions(entry, folded) {
				continue
			}
			truth := entry.Eval(&env)
			coupled = coupled || truth == conditions.Unknown
			b.WriteByte('0' + byte(truth))
		}
		for i := range st.resources {
			r := &st.resources[i]
			if !slices.ContainsFunc(r.template.Variables(), func(v wildcard.Variable) bool { return conditions.FoldKey(v.Key) == folded }) {
				continue
			}
			outcome := r.match(&s.ex.q.frame, s.ex.o, &env)
			coupled = coupled || outcome == wildcard.Unknown
			b.WriteByte('0' + byte(outcome))
		}
	}
	if coupled || strings.HasPrefix(folded, encryptionContextPrefix) || key == secondFactorKey {
		b.WriteString(v.String())
	}
	return b.String()
}

// bounded reports whether all combinations can be tried.
func (s *search) bounded() bool {
	trials := 1
	for _, k := range s.keys {
		if trials *= len(k.values); trials > maxTrials {
			return false
		}
	}
	return true
}

// essential decides the request for every combination of values and returns
// the keys of which a change alone changes the answer, sorted.
func (s *search) essential() []string {
	trials := 1
	for _, k := range s.keys {
		trials *= len(k.values)
	}
	s.answers = make([]bool, trials)
	for i := range s.answers {
		s.answers[i] = s.decide(i)
	}
	var out []string
	stride := 1
	for _, k := range s.keys {
		if s.matters(stride, len(k.values)) {
			out = append(out, k.name)
		}
		stride *= len(k.values)
	}
	slices.Sort(out)
	return out
}

// decide answers combination i, a number in mixed base with one digit a key.
// The request is prepared anew, so that what follows from a key (an endpoint,
// the other date key) follows here too; what then is no request at all is not allowed.
func (s *search) decide(i int) bool {
	request := s.ex.q.request
	if request.Context = request.Context.Clone(); request.Context == nil {
		request.Context = conditions.NewContext()
	}
	for _, k := range s.keys {
		if v := k.values[i%len(k.values)]; v != nil {
			request.Context.SetValue(k.name, *v)
		}
		i /= len(k.values)
	}
	q, err := s.ex.q.engine.Prepare(request)
	if err != nil {
		return false
	}
	e := newEvaluation(q, q.context, s.ex.o, false)
	e.gather()
	return authorize(&e.facts, s.ex.o, false).Allowed()
}

// matters compares the answers that differ in one digit alone.
func (s *search) matters(stride, base int) bool {
	for i := range s.answers {
		digit := i / stride % base
		if digit > 0 && s.answers[i] != s.answers[i-digit*stride] {
			return true
		}
	}
	return false
}

// valueOf returns the value that a context holds for a text.
func valueOf(text string) conditions.Value {
	c := conditions.NewContext()
	c.Set("k", text)
	v, _ := c.Lookup("k")
	return v
}
