package wildcard

// maxPieces bounds the pieces of one pattern.
const maxPieces = 64

// Pieces returns the patterns over the value of a variable that tell how the
// template competes with another pattern: two values that are in the same
// pieces can be exchanged in every text that the template matches without the
// other pattern noticing. ok is false where that cannot be told: another
// variable has no value, the variable stands in several places, or there are
// too many pieces.
func (t *Template) Pieces(key string, r Resolver, other Flat) (pieces []Flat, ok bool) {
	before, after, ok := t.around(key, r)
	if !ok {
		return nil, false
	}
	starts, ends := before.leads(other), after.meets(other)
	for i := 0; i <= len(other.code); i++ {
		for j := i; j <= len(other.code); j++ {
			if !starts[i] || !ends[j] {
				continue
			}
			piece := Flat{code: other.code[i:j:j]}
			if j < len(other.code) && (other.code[j].kind == star || other.code[j].kind == starInField) {
				piece = Flat{code: other.code[i : j+1 : j+1]}
			}
			if piece.Everything() {
				continue
			}
			if t.syntax.Case != Sensitive {
				piece = piece.folded(t.syntax.Case)
			}
			if pieces = append(pieces, piece); len(pieces) > maxPieces {
				return nil, false
			}
		}
	}
	return pieces, true
}

// folded returns the pattern with its letters compared as given.
func (f Flat) folded(c Case) Flat {
	out := Flat{code: append([]instruction(nil), f.code...)}
	for i := range out.code {
		out.code[i].fold = max(out.code[i].fold, c)
	}
	return out
}

// around splits the template at the one place of a variable.
func (t *Template) around(key string, r Resolver) (before, after Flat, ok bool) {
	at := -1
	for i := range t.tokens {
		tk := &t.tokens[i]
		if tk.kind != variable {
			continue
		}
		if lowerASCII(t.variables[tk.index].Key) == lowerASCII(key) {
			if at >= 0 {
				return Flat{}, Flat{}, false
			}
			at = i
		}
	}
	if at < 0 {
		return Flat{}, Flat{}, false
	}
	part := func(tokens []token) (Flat, Presence) {
		var sub Template
		sub.syntax = t.syntax
		for _, tk := range tokens {
			if tk.kind == variable {
				sub.variables = append(sub.variables, t.variables[tk.index])
				tk.index = int32(len(sub.variables) - 1)
			}
			sub.tokens = append(sub.tokens, tk)
		}
		return sub.Flat(r, false)
	}
	before, first := part(t.tokens[:at])
	after, second := part(t.tokens[at+1:])
	return before, after, first == Resolved && second == Resolved
}

// Beside reports whether two templates of different variables, whose values are
// open, have the variables in one place: behind the same plain text. Then each
// variable competes with the value that the other is given, and with nothing
// else of the other template.
func (t *Template) Beside(key string, other *Template, otherKey string, r Resolver) bool {
	a, _, ok := t.around(key, r)
	b, _, also := other.around(otherKey, r)
	if !ok || !also {
		return false
	}
	x, plain := a.Text()
	y, too := b.Text()
	return plain && too && x == y
}

// pair is a place in each of two patterns.
type pair struct{ a, b int }

// walk visits every pair of places that one text can lead to from the given ones.
func walk(a, b Flat, from []pair, visit func(pair)) {
	seen := map[pair]bool{}
	var todo []pair
	push := func(p pair) {
		if !seen[p] {
			seen[p] = true
			todo = append(todo, p)
		}
	}
	for _, p := range from {
		push(p)
	}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		visit(p)
		starA, starB := a.loops(p.a), b.loops(p.b)
		if starA {
			push(pair{p.a + 1, p.b})
		}
		if starB {
			push(pair{p.a, p.b + 1})
		}
		if p.a == len(a.code) || p.b == len(b.code) || !together(&a.code[p.a], &b.code[p.b]) {
			continue
		}
		next := pair{p.a + 1, p.b + 1}
		if starA {
			next.a = p.a
		}
		if starB {
			next.b = p.b
		}
		push(next)
	}
}

func (f Flat) loops(i int) bool {
	return i < len(f.code) && (f.code[i].kind == star || f.code[i].kind == starInField || f.code[i].kind == slashless)
}

// together reports whether some character is taken by both instructions.
func together(a, b *instruction) bool {
	switch {
	case a.kind == literal && b.kind == literal:
		return a.takes(b.char) || b.takes(a.char) || a.fold != Sensitive && b.fold != Sensitive && folded(a.char, b.char)
	case a.kind == literal:
		return b.takes(a.char) || a.fold != Sensitive && b.kind != digit
	case b.kind == literal:
		return together(b, a)
	}
	return true
}

// leads returns the places of other that a text of f can lead to.
func (f Flat) leads(other Flat) map[int]bool {
	out := map[int]bool{}
	walk(f, other, []pair{{}}, func(p pair) {
		if p.a == len(f.code) {
			out[p.b] = true
		}
	})
	return out
}

// meets returns the places of other from which a text of f leads to its end.
func (f Flat) meets(other Flat) map[int]bool {
	out := map[int]bool{}
	for i := 0; i <= len(other.code); i++ {
		walk(f, other, []pair{{0, i}}, func(p pair) {
			if p.a == len(f.code) && p.b == len(other.code) {
				out[i] = true
			}
		})
	}
	return out
}

// Meets reports whether some text matches both patterns.
func (f Flat) Meets(other Flat) bool {
	met := false
	walk(f, other, []pair{{}}, func(p pair) {
		met = met || p.a == len(f.code) && p.b == len(other.code)
	})
	return met
}

// Match reports whether the pattern matches the text. It is the slow and
// plain way, for texts that are asked once.
func (f Flat) Match(s string) bool {
	at := make([]bool, len(f.code)+1)
	spread := func(places []bool) {
		for i := range f.code {
			if places[i] && f.loops(i) {
				places[i+1] = true
			}
		}
	}
	at[0] = true
	spread(at)
	for _, r := range s {
		next := make([]bool, len(f.code)+1)
		for i := range f.code {
			switch {
			case !at[i] || !f.code[i].takes(r):
			case f.loops(i):
				next[i] = true
			default:
				next[i+1] = true
			}
		}
		spread(next)
		at = next
	}
	return at[len(f.code)]
}
