package diff

import (
	"slices"
	"strconv"
	"strings"

	"iamsim/eval"
	"iamsim/internal/wildcard"
)

func number(n int) string { return strconv.Itoa(n) }

// general compares the requests that no declared resource judges, and then
// those of each declared one. base is what every context holds.
func (c *comparison) general(base []binding) {
	if c.iam {
		if l := c.layersAt("*", base); l != nil {
			c.each(l, func(class *actionClass, action string, kind *actionKind) {
				c.undeclared(action, kind, base)
			})
		}
	}
	for _, row := range c.rows {
		if c.done() {
			return
		}
		c.declared(row, base)
	}
	c.roles(base)
}

// layersAt collects the statements that bear on a resource; nil where there are none.
func (c *comparison) layersAt(resource string, base []binding) *layers {
	n, err := c.prepare(probeAction, resource, base)
	if err != nil {
		c.failed(err)
		return nil
	}
	l := newLayers(n.parts(), &c.scope)
	for _, parts := range l.parts {
		for i := range parts {
			for _, action := range parts[i].Statement.Actions {
				c.named[action] = true
			}
		}
	}
	return l
}

func (n *node) parts() [2]*eval.Parts {
	var out [2]*eval.Parts
	for i, o := range n.sides {
		if o != nil {
			out[i] = o.parts
		}
	}
	return out
}

// each visits one action of every kind in every class of actions that the
// statements do not settle.
func (c *comparison) each(l *layers, visit func(class *actionClass, action string, kind *actionKind)) {
	classes, listed, complete := c.v.classes(l.elements, c.maxStates())
	if !complete {
		c.gap("actions that the catalogue does not know were not searched to the end")
	}
	for i := range classes {
		class := &classes[i]
		if c.spent() || c.done() {
			return
		}
		if c.settled(l, class) {
			continue
		}
		c.kinds(class, listed, visit)
	}
}

// kinds visits one action of every kind in a class.
func (c *comparison) kinds(class *actionClass, listed map[int32]int32, visit func(*actionClass, string, *actionKind)) {
	if class.example != "" {
		if c.scope.action(class.example) {
			c.members = nil
			visit(class, class.example, &actionKind{traits: eval.ActionTraits(class.example, c.endpoints()), unnamed: true})
		}
		return
	}
	byKind := map[int32][]int32{}
	var order []int32
	add := func(action int32) {
		if !c.scope.action(c.v.names[action]) {
			return
		}
		kind := c.v.kindOf[action]
		if byKind[kind] == nil {
			order = append(order, kind)
		}
		byKind[kind] = append(byKind[kind], action)
	}
	if class.others {
		for action := range c.v.names {
			if _, ok := listed[int32(action)]; !ok {
				add(int32(action))
			}
		}
	}
	for _, action := range class.members {
		add(action)
	}
	for _, kind := range order {
		if c.done() {
			return
		}
		c.members = byKind[kind]
		visit(class, c.v.names[c.members[0]], &c.v.kinds[kind])
	}
}

func (c *comparison) endpoints() bool { return c.v.endpoints }

// explore compares one action on one resource.
func (c *comparison) explore(action, resource string, base []binding) {
	if !c.scope.resource(resource) {
		return
	}
	n, err := c.prepare(action, resource, slices.Clone(base))
	if err != nil {
		c.failed(err)
		return
	}
	n.explore()
}

// undeclared compares an action on "*" and on the ARNs that nobody declares.
func (c *comparison) undeclared(action string, kind *actionKind, base []binding) {
	if roleCall(kind.traits) {
		c.farRole(action, base)
		return
	}
	if kind.unnamed || kind.formats != nil && len(kind.formats) == 0 {
		c.explore(action, "*", base)
	}
	if kind.formats != nil && len(kind.formats) == 0 {
		return
	}
	// The accounts are asked for apart from the forms: together they would be as
	// many patterns as their product.
	require := [][]wildcard.Flat{c.shapes(kind), nil}
	for _, account := range c.accounts.undeclared(c.account) {
		require[1] = append(require[1], ofAccount(account))
	}
	exclude := c.accounts.exclude(c.account)
	for _, row := range c.rows {
		exclude = append(exclude, below(row.arn)...)
	}
	// What names no account, or AWS itself, is judged as the caller's own, but
	// for the role that iam:PassRole hands over (E71).
	own := [][]wildcard.Flat{{ofAccount(c.account), ofAccount(""), ofAccount("aws")}}
	if strings.EqualFold(action, "iam:PassRole") {
		own = append(own, own[0][:1])
	}
	c.resources(action, kind.key()+"\x00undeclared", require, exclude, own, base)
}

// key tells kinds apart by the resources of their actions.
func (k *actionKind) key() string {
	if k.formats == nil {
		return "\x01"
	}
	return strings.Join(k.formats, "\x00")
}

// formats returns the shapes of a kind's resources in the caller's partition.
func (c *comparison) formats(kind *actionKind) []string {
	partition := c.partition
	if partition == "" {
		partition = "aws"
	}
	field := string(rune(wildcard.ShapeField))
	if kind.formats == nil {
		one := string(rune(wildcard.ShapeFieldChar)) + field
		return []string{"arn:" + partition + ":" + one + ":" + field + ":" + accountMark + ":" + string(rune(wildcard.ShapeChar)) + string(rune(wildcard.ShapeRun))}
	}
	out := make([]string, len(kind.formats))
	for i, format := range kind.formats {
		out[i] = strings.ReplaceAll(format, partitionMark, partition)
	}
	return out
}

// shapes returns the forms of a kind's resources, of any account.
func (c *comparison) shapes(kind *actionKind) []wildcard.Flat {
	var out []wildcard.Flat
	for _, format := range c.formats(kind) {
		out = append(out, wildcard.Shape(strings.ReplaceAll(format, accountMark, string(rune(wildcard.ShapeField)))))
	}
	return out
}

// ofAccount is the shape of every ARN of an account.
func ofAccount(account string) wildcard.Flat {
	field := string(rune(wildcard.ShapeField))
	return wildcard.Shape("arn:" + field + ":" + field + ":" + field + ":" + account + ":" + string(rune(wildcard.ShapeRun)))
}

// below is the shapes of an ARN and of what lies below it.
func below(arn string) []wildcard.Flat {
	run := string(rune(wildcard.ShapeRun))
	return []wildcard.Flat{wildcard.Shape(arn), wildcard.Shape(arn + "/" + run), wildcard.Shape(arn + ":" + run)}
}

// declared compares all actions on a declared resource and on what lies below it.
func (c *comparison) declared(row *rowPair, base []binding) {
	l := c.layersAt(row.arn, base)
	if l == nil {
		return
	}
	if row.same && !c.o.Exhaustive && c.alike && c.equalLayers(l) {
		return
	}
	service := strings.SplitN(row.arn, ":", 4)[2]
	c.each(l, func(class *actionClass, action string, kind *actionKind) {
		if roleCall(kind.traits) || !kind.concerns(service) {
			return
		}
		require := [][]wildcard.Flat{below(row.arn)}
		require = append(require, c.shapes(kind))
		var exclude []wildcard.Flat
		for _, arn := range row.below {
			exclude = append(exclude, below(arn)...)
		}
		exact := [][]wildcard.Flat{{wildcard.Shape(row.arn)}}
		c.resources(action, kind.key()+"\x00"+row.arn, require, exclude, exact, base)
	})
}

// concerns reports whether resources of a kind may belong to a service.
func (k *actionKind) concerns(service string) bool {
	if k.formats == nil {
		return true
	}
	return slices.ContainsFunc(k.formats, func(format string) bool {
		parts := strings.SplitN(format, ":", 4)
		return len(parts) > 2 && (parts[2] == service || strings.ContainsRune(parts[2], wildcard.ShapeField))
	})
}

// equalLayers reports whether both sides have the same statements.
func (c *comparison) equalLayers(l *layers) bool {
	var same [2][]int64
	for i, parts := range l.parts {
		for k := range parts {
			same[i] = append(same[i], c.identity(&parts[k]))
		}
	}
	return equalNumbers(same)
}

func equalNumbers(same [2][]int64) bool {
	slices.Sort(same[0])
	slices.Sort(same[1])
	return slices.Equal(slices.Compact(same[0]), slices.Compact(same[1]))
}
