package eval

import (
	"bytes"
	"strings"

	"iamsim/conditions"
	"iamsim/internal/wildcard"
	"iamsim/model"
)

// whoSaid is what a set's statements say of a question, as far as that does
// not depend on who asks.
type whoSaid uint8

const (
	allowsSurely whoSaid = 1 << iota
	mayAllow
	deniesSurely
	mayDeny
)

// allow and deny tell the parts as truths.
func (w whoSaid) allow() conditions.Truth { return truthOf(w, allowsSurely, mayAllow) }
func (w whoSaid) deny() conditions.Truth  { return truthOf(w, deniesSurely, mayDeny) }

func truthOf(w, sure, open whoSaid) conditions.Truth {
	switch {
	case w&sure != 0:
		return conditions.True
	case w&open != 0:
		return conditions.Unknown
	}
	return conditions.False
}

// whoWalk follows a question's resource down the tree.
type whoWalk struct {
	x       *whoIndex
	q       *frame
	options *Options
	env     *conditions.Env
	said    []whoSaid // by set
	touched []uint32  // the sets that said anything
	spares  []bool    // the lists of NotAction that name the action
}

// walk finds out what every set says.
func (w *whoWalk) walk() {
	x, q := w.x, w.q
	for i, list := range x.spared {
		w.spares[i] = common(list, q.row.patterns)
	}
	switch {
	case !w.options.indexable():
		w.listed()
		return
	case q.resource == "*":
		w.text(0, "", "")
	default:
		w.descend(q.resource)
	}
	if q.row.listAllMyBuckets && q.resource == "*" {
		for i := range x.everyBucket {
			w.bucket(&x.everyBucket[i])
		}
	}
}

// descend follows a resource from the root, and from every node on the way the
// texts that stand behind a wildcard there.
func (w *whoWalk) descend(resource string) {
	w.follow(0, resource, func(at uint32, rest string) {
		w.text(at, rest, rest)
		if n := &w.x.nodes[at]; n.children > 0 {
			if last := n.child + uint32(n.children) - 1; w.x.heads[last] == whoStar {
				w.behindStar(last, rest)
			}
		}
	})
}

// behindStar looks for what stands behind a wildcard at every place of a text.
func (w *whoWalk) behindStar(star uint32, text string) {
	label := w.x.label(star)[1:]
	for i := range len(text) {
		if strings.HasPrefix(text[i:], label) {
			w.follow(star, text[i+len(label):], func(at uint32, rest string) { w.text(at, rest, text) })
		}
	}
}

// follow calls visit for a node and those below it that a text leads to, with
// what is left of the text.
func (w *whoWalk) follow(at uint32, rest string, visit func(at uint32, rest string)) {
	x := w.x
	for {
		visit(at, rest)
		n := &x.nodes[at]
		if rest == "" || n.children == 0 || rest[0] == whoStar {
			return
		}
		i := bytes.IndexByte(x.heads[n.child:n.child+uint32(n.children)], rest[0])
		if i < 0 {
			return
		}
		at = n.child + uint32(i)
		label := x.label(at)
		if !strings.HasPrefix(rest, label) {
			return
		}
		rest = rest[len(label):]
	}
}

func (x *whoIndex) label(at uint32) string {
	n := &x.nodes[at]
	return x.texts[n.text][n.from : n.from+n.length]
}

// text looks at the postings of a node's text that have an action pattern of
// the question, if a text ends there. rest is what the way down left of the
// resource, and tail what the way to the first wildcard left of it.
func (w *whoWalk) text(at uint32, rest, tail string) {
	x := w.x
	n := &x.nodes[at]
	if int(n.text) >= len(x.texts) || len(x.texts[n.text]) != int(n.from)+int(n.length) {
		return
	}
	posts := x.posts[x.start[n.text]:x.start[n.text+1]]
	for _, pattern := range w.q.row.patterns {
		low, high := 0, len(posts)
		for low < high {
			middle := int(uint(low+high) >> 1)
			if posts[middle].pattern < pattern {
				low = middle + 1
			} else {
				high = middle
			}
		}
		posts = posts[low:]
		for len(posts) > 0 && posts[0].pattern == pattern {
			w.post(posts[0], rest, tail)
			posts = posts[1:]
		}
	}
}

func (w *whoWalk) post(p whoPost, rest, tail string) {
	if p.what&whoWhole != 0 && rest != "" {
		return
	}
	set, applies := p.what&whoMask, conditions.True
	if p.what&whoAsks != 0 {
		ask := &w.x.asks[set]
		set, applies = ask.set, w.asked(ask, tail)
	}
	w.says(set, p.what&whoDeny != 0, applies)
}

// says notes what a statement says.
func (w *whoWalk) says(set uint32, deny bool, applies conditions.Truth) {
	said := allowsSurely
	switch {
	case applies == conditions.False:
		return
	case deny && applies == conditions.True:
		said = deniesSurely
	case deny:
		said = mayDeny
	case applies == conditions.Unknown:
		said = mayAllow
	}
	if w.said[set] == 0 {
		w.touched = append(w.touched, set)
	}
	w.said[set] |= said
}

// asked is demands, for a question instead of a request.
func (w *whoWalk) asked(a *whoAsk, tail string) conditions.Truth {
	flags, ref := a.statement, a.ref
	switch {
	case flags&flagNegated != 0 && w.spares[a.spares]:
		return conditions.False
	case flags&(flagTail|flagPattern|flagList|flagCondition) == 0:
		return conditions.True
	}
	p := w.x.sets[a.set].policy
	if flags&flagTail != 0 && !wildcard.MatchPlain(p.index.tails[ref], tail) {
		return conditions.False
	}
	applies := conditions.True
	if flags&flagPattern != 0 {
		switch p.index.patterns[ref].match(w.q, w.options, w.env) {
		case wildcard.Match:
		case wildcard.Unknown:
			applies = conditions.Unknown
		default:
			return conditions.False
		}
	}
	if flags&flagList != 0 {
		applies = p.statements()[flags&maxStatements].matchesResource(w.q, w.options, w.env)
	}
	if applies == conditions.False || flags&flagCondition == 0 {
		return applies
	}
	return applies.And(p.source.Statements[flags&maxStatements].Condition.Eval(w.env))
}

// bucket takes a posting that may cover s3:ListAllMyBuckets as doing so perhaps.
func (w *whoWalk) bucket(p *whoPost) {
	matches := false
	for _, pattern := range w.q.row.patterns {
		matches = matches || p.pattern == pattern
	}
	if !matches {
		return
	}
	set := p.what & whoMask
	if p.what&whoAsks != 0 {
		set = w.x.asks[set].set
	}
	w.says(set, p.what&whoDeny != 0, conditions.Unknown)
}

// listed looks at every statement: the tree is made for the default reading of patterns.
func (w *whoWalk) listed() {
	for set := range w.x.sets {
		statements := w.x.sets[set].policy.statements()
		for i := range statements {
			s := &statements[i]
			if !s.matchesAction(w.q.action, w.options) {
				continue
			}
			if applies := s.matchesResource(w.q, w.options, w.env); applies != conditions.False {
				w.says(uint32(set), s.source.Effect == model.Deny, applies.And(s.condition.Eval(w.env)))
			}
		}
	}
}

// clear makes the walk ready for another question.
func (w *whoWalk) clear() {
	for _, set := range w.touched {
		w.said[set] = 0
	}
	w.touched = w.touched[:0]
}
