package conditions

import (
	"slices"
	"strings"
)

// KeysDate is the state of AWS's documents that the table of known keys
// follows (rules D.3, D.4).
const KeysDate = "2026-11"

// KeyType is the type of a key's values as documented.
type KeyType uint8

// The types of condition keys.
const (
	String KeyType = iota
	Bool
	Numeric
	Date
	IP
	ARN
	Binary
)

// String returns the type's name: "String", "Bool", "Numeric", "Date", "IP",
// "ARN" or "Binary".
func (t KeyType) String() string {
	return [...]string{"String", "Bool", "Numeric", "Date", "IP", "ARN", "Binary"}[t]
}

// KeyInfo is what is known of a condition key.
type KeyInfo struct {
	// Name is the key as AWS writes it. A name that ends in '/' or ':' stands
	// for all keys that begin with it and go on, such as aws:PrincipalTag/; one
	// that begins with "PROVIDER:" for that claim of any OIDC provider.
	Name        string
	Type        KeyType
	Multivalued bool
	// PresentWhen says in which requests the key is present.
	PresentWhen string
}

// provider begins the name of a KeyInfo that stands for a claim of any
// identity provider.
const provider = "PROVIDER:"

// LookupKey finds what is known of a key, compared without regard to case: by
// its whole name, by the name of its family (aws:PrincipalTag/), or as a claim
// of an OIDC provider, whose name is a host with a dot.
func LookupKey(name string) (KeyInfo, bool) {
	folded := FoldKey(name)
	if i, ok := keyIndex[folded]; ok {
		return knownKeys[i], true
	}
	colon := strings.IndexByte(folded, ':')
	ends := [...]int{
		strings.IndexByte(folded, '/'),
		colon + 1 + strings.IndexByte(folded[colon+1:], ':'),
	}
	for _, end := range ends {
		if i, ok := keyIndex[folded[:end+1]]; ok {
			return knownKeys[i], true
		}
	}
	if claim := strings.LastIndexByte(folded, ':'); strings.Contains(folded[:claim+1], ".") {
		if i, ok := keyIndex[FoldKey(provider)+folded[claim+1:]]; ok {
			return knownKeys[i], true
		}
	}
	return KeyInfo{}, false
}

// KnownKeys returns all known keys, sorted by name.
func KnownKeys() []KeyInfo {
	keys := slices.Clone(knownKeys)
	slices.SortFunc(keys, func(a, b KeyInfo) int { return strings.Compare(a.Name, b.Name) })
	return keys
}

// keyIndex maps folded names to places in knownKeys.
var keyIndex = func() map[string]int {
	index := make(map[string]int, len(knownKeys))
	for i, k := range knownKeys {
		index[FoldKey(k.Name)] = i
	}
	return index
}()
