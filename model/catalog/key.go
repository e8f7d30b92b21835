package catalog

import (
	"iter"
	"slices"
	"strings"

	"iamsim/conditions"
)

// Key is what is known of a condition key, or of all keys of a pattern.
type Key struct {
	name        string
	typ         conditions.KeyType
	multivalued bool
}

// Name returns the key as AWS writes it. What stands in it in `${...}` or
// `<...>` is for the policy to choose, as in aws:RequestTag/${TagKey}; a name
// that begins with "PROVIDER:" is that claim of any OIDC provider.
func (k Key) Name() string { return k.name }

// Type returns the type of the key's values, or of one value of several.
func (k Key) Type() conditions.KeyType { return k.typ }

// Multivalued reports whether a request may carry several values, which need a
// set operator (rule C10).
func (k Key) Multivalued() bool { return k.multivalued }

// anyProvider begins the names of keys that stand for a claim of any provider.
const anyProvider = "PROVIDER:"

type keyRow struct {
	name        string
	typ         conditions.KeyType
	multivalued bool
	open        bool // the name holds a placeholder
}

func (r *keyRow) key() Key { return Key{r.name, r.typ, r.multivalued} }

// admits reports whether the row is about the key of that name.
func (r *keyRow) admits(name string) bool {
	if r.open {
		return matchKey(r.name, name)
	}
	return equalFold(r.name, name)
}

// Key finds a condition key by its name: exactly, else by the most specific
// pattern that it fits, else among the global keys and those of identity
// providers (rules D.3, D.4).
func (c *Catalog) Key(name string) (Key, bool) {
	if r := c.keyRow(name); r != nil {
		return r.key(), true
	}
	if info, ok := conditions.LookupKey(name); ok {
		return globalKey(info), true
	}
	return Key{}, false
}

// keyRow finds the row of the catalogue that is about a key, or nil.
func (c *Catalog) keyRow(name string) *keyRow {
	i, found := slices.BinarySearchFunc(c.keys, name, func(r keyRow, n string) int { return compareFold(r.name, n) })
	if found {
		return &c.keys[i]
	}
	var best *keyRow
	for i := range c.keys {
		r := &c.keys[i]
		if r.open && matchKey(r.name, name) && (best == nil || keyLiterals(r.name) > keyLiterals(best.name)) {
			best = r
		}
	}
	return best
}

// Keys yields the keys of all services, and those that Key knows besides, by
// name.
func (c *Catalog) Keys() iter.Seq[Key] {
	keys := make([]Key, 0, len(c.keys))
	for i := range c.keys {
		keys = append(keys, c.keys[i].key())
	}
	for _, info := range conditions.KnownKeys() {
		if k := globalKey(info); c.keyRow(k.name) == nil {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b Key) int { return compareFold(a.name, b.name) })
	return slices.Values(keys)
}

// globalKey is a row of the table of known keys in the catalogue's terms. A
// family of keys gets a placeholder.
func globalKey(info conditions.KeyInfo) Key {
	name := info.Name
	switch {
	case strings.HasSuffix(name, "Tag/"):
		name += "${TagKey}"
	case strings.HasSuffix(name, "/"), strings.HasSuffix(name, ":"):
		name += "${Name}"
	}
	return Key{name, info.Type, info.Multivalued}
}

// AdmitsKey reports whether a request of the action may carry the key: the
// action or one of its resource types lists it, or any request may carry it.
// The keys of tags of the request and the resource are admitted only where
// they are listed (rule D.3).
func (a Action) AdmitsKey(key string) bool {
	if anyRequestCarries(key) || a.c.lists(a.row().keys, key) {
		return true
	}
	for _, u := range a.c.uses.at(a.row().uses) {
		use := &a.c.useRows[u]
		if a.c.lists(use.keys, key) || a.c.lists(a.typeOf(use).row().keys, key) {
			return true
		}
	}
	return false
}

func (c *Catalog) lists(list uint32, key string) bool {
	for _, id := range c.keyLists.at(list) {
		if c.keys[id].admits(key) {
			return true
		}
	}
	return false
}

// GlobalKeys returns the keys that a request of any action may carry, by name.
func GlobalKeys() []Key {
	var keys []Key
	for _, info := range conditions.KnownKeys() {
		if isGlobal(info.Name) {
			keys = append(keys, globalKey(info))
		}
	}
	return keys
}

// anyRequestCarries reports whether the key depends on caller, session or
// network alone. Claims of identity providers, whose names begin with a host,
// stay with the session.
func anyRequestCarries(key string) bool {
	if namespace, _, _ := strings.Cut(key, ":"); strings.Contains(namespace, ".") {
		return true
	}
	info, ok := conditions.LookupKey(key)
	return ok && isGlobal(info.Name)
}

// isGlobal judges a name of the table of known keys.
func isGlobal(name string) bool {
	switch name {
	case "aws:RequestTag/", "aws:ResourceTag/", "aws:TagKeys":
		return false
	}
	return strings.HasPrefix(name, "aws:") || strings.HasPrefix(name, "saml:") || slices.Contains(sessionKeys, name)
}

// sessionKeys are the keys of rule D.3 that carry the name of a service but
// come with every request of the sessions that it hands out.
var sessionKeys = []string{
	"ec2:RoleDelivery", "ec2:SourceInstanceArn", "lambda:SourceFunctionArn", "glue:RoleAssumedBy",
	"glue:CredentialIssuingService", "codebuild:BuildArn", "codebuild:ProjectArn", "ssm:SourceInstanceArn",
	"identitystore:UserId",
}

// isOpen reports whether a key's name holds a placeholder.
func isOpen(name string) bool { return keyLiterals(name) < len(name) }

// keyLiterals counts the characters of a key's name that stand for themselves.
func keyLiterals(name string) int {
	count := 0
	for i := 0; i < len(name); i++ {
		if n := keyPlaceholder(name[i:]); n > 0 {
			i += n - 1
		} else {
			count++
		}
	}
	return count
}

// keyPlaceholder returns the length of the `${...}` or `<...>` that text begins
// with, or 0.
func keyPlaceholder(text string) int {
	if strings.HasPrefix(text, "<") {
		return strings.IndexByte(text, '>') + 1
	}
	return placeholder(text)
}

// matchKey reports whether name fits the pattern, in which each placeholder
// stands for one character or more. Letters are compared without case. When a
// literal fails, the last placeholder takes one character more: as it takes
// any, the ones before it need not be tried again.
func matchKey(pattern, name string) bool {
	retryPattern, retryName := "", -1
	p, n := pattern, 0
	for n < len(name) || p != "" {
		if size := keyPlaceholder(p); size > 0 && n < len(name) {
			p, n = p[size:], n+1
			retryPattern, retryName = p, n
			continue
		}
		if p != "" && n < len(name) && lower(p[0]) == lower(name[n]) {
			p, n = p[1:], n+1
			continue
		}
		if retryName < 0 || retryName >= len(name) {
			return false
		}
		retryName++
		p, n = retryPattern, retryName
	}
	return true
}
