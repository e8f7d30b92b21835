package diff

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// group is principals that nothing in either set tells apart.
type group struct {
	caller  Caller
	members []string
}

// groups sorts the principals in scope into groups that are compared once;
// skipped counts those for whom nothing changes.
func (s *shared) groups() (out []*group, skipped int) {
	if s.o.Callers != nil {
		for _, c := range s.o.Callers {
			out = append(out, &group{caller: c, members: []string{c.Principal}})
		}
		return out, 0
	}
	unchanged := s.unchanged() && !s.o.Exhaustive
	teller := s.newTeller()
	pairs := map[string]*[2]*inventory.Principal{}
	var arns []string
	for i := range s.sides {
		for p := range s.sides[i].Engine.Snapshot().Principals() {
			if pairs[p.ARN] == nil {
				if !s.scope.principal(p.ARN) {
					continue
				}
				pairs[p.ARN] = &[2]*inventory.Principal{}
				arns = append(arns, p.ARN)
			}
			pairs[p.ARN][i] = p
		}
	}
	slices.Sort(arns)
	byKey := map[string]*group{}
	for _, arn := range arns {
		var texts [2]string
		for i, p := range pairs[arn] {
			texts[i] = teller.text(i, p)
		}
		if unchanged && texts[0] == texts[1] {
			skipped++
			continue
		}
		key := texts[0] + "\x00" + texts[1]
		if teller.named[arn] || s.o.Exhaustive {
			key += "\x00" + arn
		}
		g := byKey[key]
		if g == nil {
			g = &group{caller: Caller{Principal: arn}}
			byKey[key] = g
			out = append(out, g)
		}
		g.members = append(g.members, arn)
	}
	if !unchanged && !s.o.DeclaredOnly {
		for _, name := range s.others(teller, pairs) {
			out = append(out, &group{caller: name, members: []string{name.Principal}})
		}
	}
	return out, skipped
}

// teller spells everything by which policies can tell principals apart.
type teller struct {
	s *shared
	// named are the ARNs and other names that Principal elements list.
	named map[string]bool
	// entries are the conditions on who the caller is, each text once; keys
	// are such keys whose value itself matters, because a variable names them.
	entries []*conditions.Entry
	keys    map[string]bool
	values  map[string]bool
	env     conditions.Env
}

// ofCaller are the keys that follow from who the caller is, tags aside.
var ofCaller = map[string]bool{"aws:principalarn": true, "aws:username": true, "aws:userid": true, "aws:principaltype": true}

func (s *shared) newTeller() *teller {
	t := &teller{s: s, named: map[string]bool{}, keys: map[string]bool{}, values: map[string]bool{}, env: conditions.Env{Context: conditions.NewContext()}}
	seen := map[int32]bool{}
	for i := range s.sides {
		t.env.Options = s.sides[i].Engine.Options().Options
		for _, p := range documents(s.sides[i].Engine.Snapshot()) {
			if p == nil || seen[s.contents.document(p)] {
				continue
			}
			seen[s.contents.document(p)] = true
			for k := range p.Statements {
				t.statement(&p.Statements[k], p)
			}
		}
	}
	return t
}

func (t *teller) statement(st *model.Statement, of *model.Policy) {
	if st.Principals != nil {
		for _, p := range st.Principals.Entries {
			t.named[p.Value] = true
		}
	}
	for _, e := range st.Condition {
		key := conditions.FoldKey(e.Key())
		for _, v := range e.Variables() {
			t.keys[conditions.FoldKey(v)] = true
		}
		t.strangers(e)
		if !ofCaller[key] && !strings.HasPrefix(key, "aws:principaltag/") {
			continue
		}
		text := e.Operator().String() + "\x01" + key + "\x01" + strings.Join(e.Values(), "\x01")
		if e.Vary() {
			t.keys[key] = true
		} else if !t.values[text] {
			t.values[text] = true
			t.entries = append(t.entries, e)
		}
	}
	if !of.Variables {
		return
	}
	for _, r := range st.Resources {
		for rest := r; ; {
			_, after, ok := strings.Cut(rest, "${")
			if !ok {
				break
			}
			name, _, _ := strings.Cut(after, "}")
			name, _, _ = strings.Cut(name, ",")
			t.keys[conditions.FoldKey(name)] = true
			rest = after
		}
	}
}

// text spells one principal as one side knows it; nil is one that it does not know.
func (t *teller) text(side int, p *inventory.Principal) string {
	if p == nil {
		return "-"
	}
	s := t.s
	var b strings.Builder
	b.WriteString(p.Kind.String() + p.Account + "\x01")
	b.WriteString(t.s.documentsOf(side, p))
	c := conditions.NewContext()
	c.Set("aws:PrincipalArn", p.ARN)
	if p.Kind == inventory.User {
		c.Set("aws:username", p.Name)
		c.Set("aws:userid", p.ID)
	} else {
		c.Set("aws:userid", p.ID+":session")
	}
	for key, value := range p.Tags {
		c.Set("aws:PrincipalTag/"+key, value)
	}
	t.env.Context = c
	t.env.Options = s.sides[side].Engine.Options().Options
	b.WriteByte(1)
	for _, e := range t.entries {
		b.WriteByte('0' + byte(e.Eval(&t.env)))
	}
	for _, key := range c.Names() {
		if t.keys[conditions.FoldKey(key)] {
			v, _ := c.Lookup(key)
			b.WriteString("\x01" + key + "=" + v.String())
		}
	}
	if t.named[p.ARN] || p.ID != "" && t.named[p.ID] {
		b.WriteString("\x01" + p.ARN)
	}
	if strings.Contains(p.ARN, ":role/aws-") {
		b.WriteString("\x01" + p.Path)
	}
	parts := strings.SplitN(p.ARN, ":", 3)
	b.WriteString("\x01" + parts[1])
	return b.String()
}
