package chain

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

const (
	tagAttribute      = "tag/"
	nameAttribute     = "name"
	identityAttribute = "source identity"
)

// attribute names what a key tells of the session that a call returns, under
// one name for the key of the call and that of the session; empty for other keys.
func attribute(key string) string {
	folded := conditions.FoldKey(key)
	if tag, ok := strings.CutPrefix(folded, principalTag); ok {
		return tagAttribute + tag
	}
	if tag, ok := strings.CutPrefix(folded, conditions.FoldKey(requestTag)); ok {
		return tagAttribute + tag
	}
	switch folded {
	case keyCallerSession, keyUserID, conditions.FoldKey(keySessionName):
		return nameAttribute
	case conditions.FoldKey(keySourceIdentity), "aws:sourceidentity":
		return identityAttribute
	}
	return ""
}

// pool holds the values of one attribute that some statement along a path can
// tell apart, and the key under which a call passes it.
type pool struct {
	key    string
	values []conditions.Value
}

func (p *pool) add(v conditions.Value) (added bool) {
	same := func(known conditions.Value) bool { return len(known.Texts()) == 1 && known.Texts()[0] == v.Texts()[0] }
	if len(v.Texts()) != 1 || slices.ContainsFunc(p.values, same) {
		return false
	}
	p.values = append(p.values, v)
	return true
}

// pools are the pools of a path, by attribute.
type pools map[string]*pool

// of returns the pool of a key's attribute; nil where it has none.
func (p pools) of(key string) *pool {
	name := attribute(key)
	if name == "" {
		return nil
	}
	if p[name] == nil {
		one := &pool{key: keySessionName}
		switch {
		case name == identityAttribute:
			one.key = keySourceIdentity
		case name != nameAttribute:
			one.key = requestTag + key[strings.IndexByte(key, '/')+1:]
		}
		p[name] = one
	}
	return p[name]
}

// collect adds the values of slots.
func (p pools) collect(slots []slot) {
	for _, one := range slots {
		if of := p.of(one.key); of != nil {
			for _, v := range one.values {
				of.add(v)
			}
		}
	}
}

// link shares the values of attributes that a condition compares with one another.
func (p pools) link(statements []*model.Statement) {
	var linked [][2]*pool
	for _, st := range statements {
		for _, entry := range st.Condition {
			for _, key := range entry.Variables() {
				a, b := p.of(entry.Key()), p.of(key)
				if a != nil && b != nil && a != b {
					linked = append(linked, [2]*pool{a, b}, [2]*pool{b, a})
				}
			}
		}
	}
	for grown := true; grown; {
		grown = false
		for _, pair := range linked {
			for _, v := range pair[0].values {
				grown = pair[1].add(v) || grown
			}
		}
	}
}
