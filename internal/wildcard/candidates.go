package wildcard

import "strings"

// candidateLimit is the length in bytes of the longest subject in which
// Candidates looks for values; at this length it makes some millions of steps.
const candidateLimit = 4096

// Candidates returns texts v such that the template matches s when the
// variable key has the value v and every other variable any text. They are
// distinct, the shortest first and then in the order they stand in s, at most
// limit of them; none if the template does not name the key or s is longer
// than 4096 bytes.
func (t *Template) Candidates(s, key string, limit int) []string {
	first, places := -1, 0
	values := make([]value, len(t.variables))
	for i, v := range t.variables {
		values[i].any = true
		if lowerASCII(v.Key) != lowerASCII(key) {
			continue
		}
		places++
		if first < 0 {
			first = i
		}
	}
	if first < 0 || len(s) > candidateLimit {
		return nil
	}
	split := 0
	for t.tokens[split].kind != variable || t.tokens[split].index != int32(first) {
		split++
	}
	starts := ends(t.tokens[:split], values, s)
	stops := begins(t.tokens[split+1:], values, s)
	var found []string
	seen := map[string]bool{}
	for length := 0; length <= len(s); length++ {
		for i := 0; i+length <= len(s); i++ {
			v := s[i : i+length]
			if !starts[i] || !stops[i+length] || seen[v] {
				continue
			}
			seen[v] = true
			if places > 1 && !t.matchesWith(s, key, v, values) {
				continue
			}
			if len(found) == limit {
				return found
			}
			found = append(found, v)
		}
	}
	return found
}

// matchesWith reports whether s matches with v for every place of key and any
// text elsewhere.
func (t *Template) matchesWith(s, key, v string, anyText []value) bool {
	values := append([]value(nil), anyText...)
	for i := range t.variables {
		if lowerASCII(t.variables[i].Key) == lowerASCII(key) {
			values[i] = value{text: v}
		}
	}
	ok, _ := match(t.tokens, values, s)
	return ok
}

// ends returns, for each byte offset of s, whether the tokens can match the
// text before it. Offsets inside a character are never reached.
func ends(tokens []token, values []value, s string) []bool {
	reached := make([]bool, len(s)+1)
	reached[0] = true
	for i := range tokens {
		next := make([]bool, len(s)+1)
		run := false
		for p := 0; p <= len(s); p += step(s, p) {
			k, text := tokens[i].with(values)
			switch {
			case k == star || k == starInField:
				run = run || reached[p]
				next[p] = run
				if k == starInField && p < len(s) && s[p] == ':' {
					run = false
				}
			case !reached[p]:
			case k == literal:
				if n, ok := tokens[i].fold.leading(s[p:], text); ok {
					next[p+n] = true
				}
			case p < len(s) && (k == one || s[p] != ':'):
				next[p+width(s, p)] = true
			}
		}
		reached = next
	}
	return reached
}

// begins returns, for each byte offset of s, whether the tokens can match the
// text from it to the end.
func begins(tokens []token, values []value, s string) []bool {
	reached := make([]bool, len(s)+1)
	reached[len(s)] = true
	for i := len(tokens) - 1; i >= 0; i-- {
		next := make([]bool, len(s)+1)
		k, text := tokens[i].with(values)
		for p := 0; p <= len(s); p += step(s, p) {
			switch {
			case k == star || k == starInField:
				next[p] = reached[p]
			case k == literal:
				n, ok := tokens[i].fold.leading(s[p:], text)
				next[p] = ok && reached[p+n]
			case p < len(s) && (k == one || s[p] != ':'):
				next[p] = reached[p+width(s, p)]
			}
		}
		if k == star || k == starInField {
			spread(next, s, k)
		}
		reached = next
	}
	return reached
}

// spread marks every offset from which a star leads to a marked one.
func spread(marked []bool, s string, k kind) {
	run := false
	for p := len(s); p >= 0; p-- {
		if k == starInField && p < len(s) && s[p] == ':' {
			run = false
		}
		run = run || marked[p]
		marked[p] = run && boundary(s, p)
	}
}

// boundary reports whether a character of s begins or ends at p.
func boundary(s string, p int) bool {
	for q := max(0, p-3); q < p; q++ {
		if q+width(s, q) > p && width(s, q) > 1 {
			return false
		}
	}
	return true
}

// step is width, and 1 at the end of s so that a loop over all offsets ends.
func step(s string, p int) int {
	if p == len(s) {
		return 1
	}
	return width(s, p)
}

// Witness returns a text that shows what the template matches: run stands for
// every star, char, one character other than ':', for every question mark and
// for every variable that r gives no value, and the values of r for the rest.
// It matches if every variable has a value and run holds no colon.
func (t *Template) Witness(run, char string, r Resolver) string {
	var b strings.Builder
	for _, tk := range t.tokens {
		switch tk.kind {
		case literal:
			b.WriteString(tk.text)
		case one, oneInField:
			b.WriteString(char)
		case star, starInField:
			b.WriteString(run)
		case variable:
			v := t.variables[tk.index]
			text, presence := r.Resolve(v.Key)
			switch {
			case presence == Resolved:
				b.WriteString(text)
			case presence == Unresolvable && v.HasDefault:
				b.WriteString(v.Default)
			default:
				b.WriteString(char)
			}
		}
	}
	return b.String()
}
