package access

// maxPieces bounds the patterns that an intersection of two may fall into.
const maxPieces = 128

// intersect returns patterns that together match exactly the texts that p and
// q both match, none of which contains another. ok is false where that is no
// list of patterns (a variable is in the way) or a list longer than maxPieces.
func intersect(p, q pattern) (pieces []pattern, ok bool) {
	switch {
	case p.contains(q):
		return []pattern{q}, true
	case q.contains(p):
		return []pattern{p}, true
	case !p.overlaps(q):
		return nil, true
	case p.variables() || q.variables():
		return nil, false
	}
	m := meeting{p: p, q: q, known: map[[2]int][]pattern{}}
	pieces = m.at(0, 0)
	return pieces, !m.tooMany
}

// meeting computes an intersection from the right, each pair of suffixes once.
type meeting struct {
	p, q    pattern
	known   map[[2]int][]pattern
	tooMany bool
}

func (m *meeting) at(i, j int) []pattern {
	key := [2]int{i, j}
	if found, ok := m.known[key]; ok || m.tooMany {
		return found
	}
	out := smallest(m.compute(i, j))
	if len(out) > maxPieces {
		m.tooMany = true
		out = nil
	}
	m.known[key] = out
	return out
}

func (m *meeting) compute(i, j int) []pattern {
	p, q := m.p, m.q
	pw, qw := i < len(p) && p[i].wild(), j < len(q) && q[j].wild()
	switch {
	case i == len(p) && j == len(q):
		return []pattern{{}}
	case pw && qw:
		// One of the two runs ends first; up to there both stars are at work.
		star := token{kind: many}
		if p[i].kind == manyInField || q[j].kind == manyInField {
			star.kind = manyInField
		}
		return append(prepend(star, m.at(i+1, j)), prepend(star, m.at(i, j+1))...)
	case pw:
		out := append([]pattern(nil), m.at(i+1, j)...)
		if j < len(q) {
			if t, ok := meet(p[i], q[j]); ok {
				out = append(out, prepend(t, m.at(i, j+1))...)
			}
		}
		return out
	case qw:
		out := append([]pattern(nil), m.at(i, j+1)...)
		if i < len(p) {
			if t, ok := meet(q[j], p[i]); ok {
				out = append(out, prepend(t, m.at(i+1, j))...)
			}
		}
		return out
	case i == len(p) || j == len(q):
		return nil
	}
	t, ok := meet(p[i], q[j])
	if !ok {
		return nil
	}
	return prepend(t, m.at(i+1, j+1))
}

// prepend puts a token before each pattern; a star that follows a star which does as much is left out.
func prepend(t token, list []pattern) []pattern {
	out := make([]pattern, 0, len(list))
	for _, p := range list {
		if t.wild() && len(p) > 0 && p[0].wild() {
			if t.kind == p[0].kind || p[0].kind == many {
				out = append(out, p)
				continue
			}
			p = p[1:] // many before manyInField
		}
		out = append(out, append(pattern{t}, p...))
	}
	return out
}

// smallest drops every pattern that another contains; of equal ones the first stays.
func smallest(list []pattern) []pattern {
	var out []pattern
	for i, p := range list {
		covered := false
		for j, other := range list {
			if i != j && other.contains(p) && (j < i || !p.contains(other)) {
				covered = true
				break
			}
		}
		if !covered {
			out = append(out, p)
		}
	}
	return out
}
