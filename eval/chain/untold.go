package chain

import (
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/model"
)

// untoldFact is something of the session that a chain starts with which the
// request does not tell and which later hops would inherit (E68).
type untoldFact struct {
	text string
	// chain is the same chain where the fact is not as it was taken to be; nil where it cannot be followed.
	chain *Chain
}

// someIdentity stands for a source identity of which nothing is known.
const someIdentity = "unknown-source-identity"

// untold lists what is taken for granted of the session that the chain starts with.
func untold(e *eval.Engine, start model.Request, hops []Hop) []untoldFact {
	if len(hops) == 0 || !hops[0].assumes() || !isRole(e.Snapshot(), start.Principal) {
		return nil
	}
	var tags map[string]string
	identity := ""
	if start.Session != nil {
		tags, identity = start.Session.Tags, start.Session.SourceIdentity
	}
	var out []untoldFact
	add := func(text string, otherwise func(*walk)) {
		fact := untoldFact{text: text}
		if other, err := follow(e, start, hops, otherwise); err == nil {
			fact.chain = other
		}
		out = append(out, fact)
	}
	if len(tags) > 0 {
		add("the tags "+strings.Join(sorted(tags), ", ")+" of the session that the chain starts with are not transitive",
			func(w *walk) { w.inherited = tags })
	}
	if identity == "" {
		add("the session that the chain starts with has no source identity", func(w *walk) {
			session := model.Session{}
			if w.caller.Session != nil {
				session = *w.caller.Session
			}
			session.SourceIdentity = someIdentity
			w.caller.Session, w.sourceIdentity = &session, someIdentity
		})
	}
	return out
}

// tellUntold adds to an allowed answer what it takes for granted of the
// session that the chain starts with, where it would be denied otherwise.
func (c *Chain) tellUntold(x *eval.Explanation, r model.Request) {
	var rests []string
	for _, fact := range c.untold {
		if other := fact.chain; other != nil && other.FailedHop == 0 {
			if d, err := c.walk.engine.Decide(other.Request(r)); err == nil && d.Allowed() {
				continue
			}
		}
		rests = append(rests, fact.text)
	}
	if len(rests) == 0 {
		return
	}
	text := "assuming that " + strings.Join(rests, "; ")
	x.Assumptions = append(slices.Clip(x.Assumptions), rests...)
	x.Headline += "; " + text
	if c.walk.engine.Options().Strict {
		unanswerable(x, "the answer is given "+text)
	}
}

// unanswerable takes an answer back.
func unanswerable(x *eval.Explanation, why string) {
	x.Answer, x.Reason, x.PolicyType, x.GrantedBy, x.Decision = "unanswered", "", "", nil, eval.Decision{}
	x.Causes, x.Statements = nil, nil
	x.Unanswered, x.Headline = why, "unanswered: "+why
}
