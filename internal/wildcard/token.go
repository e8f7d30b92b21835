package wildcard

// kind is what one token of a pattern matches.
type kind uint8

const (
	literal     kind = iota // its text
	one                     // any one character
	oneInField              // any one character but ':' (rule B14)
	star                    // any run of characters
	starInField             // any run of characters without ':' (rule B14)
	variable                // the value of the variable number index
)

// token is one element of a pattern. Texts put in for variables stay tokens of
// their own and never become pattern text (rules D9, D11).
type token struct {
	kind  kind
	fold  Case
	index int32
	text  string
}

// builder collects tokens: neighbouring literals become one, runs of stars
// collapse. Collapsing is more than thrift: to other matchers `**` may mean
// something else than `*`.
type builder struct {
	tokens []token
}

func (b *builder) literal(text string, f Case) {
	text = f.normal(text)
	if n := len(b.tokens); n > 0 && b.tokens[n-1].kind == literal && b.tokens[n-1].fold == f {
		b.tokens[n-1].text += text
		return
	}
	b.tokens = append(b.tokens, token{kind: literal, fold: f, text: text})
}

func (b *builder) add(k kind) {
	if n := len(b.tokens); n > 0 && (k == star || k == starInField) {
		last := &b.tokens[n-1]
		switch {
		case last.kind == k, last.kind == star && k == starInField:
			return
		case last.kind == starInField && k == star:
			last.kind = star
			return
		}
	}
	b.tokens = append(b.tokens, token{kind: k})
}

func (b *builder) variable(index int, f Case) {
	b.tokens = append(b.tokens, token{kind: variable, fold: f, index: int32(index)})
}
