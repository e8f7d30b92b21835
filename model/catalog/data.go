package catalog

import "iamsim/conditions"

// Data is a catalogue in the making: what Encode writes into the form that
// Read reads. Services, actions, resource types and keys may stand in any order.
type Data struct {
	// Date is the day of the data, as in 2026-09-26.
	Date string
	// Source names where the data came from, with its version.
	Source   string
	Services []ServiceData
}

// ServiceData is one service.
type ServiceData struct {
	// Prefix begins the names of the service's actions, as in "s3".
	Prefix string
	// Name is the service's name for people, as in "Amazon S3".
	Name string
	// RCP tells that resource control policies reach the service (rule E36).
	RCP     bool
	Types   []TypeData
	Keys    []KeyData
	Actions []ActionData
}

// TypeData is one resource type.
type TypeData struct {
	Name string
	// ARN is the format of its ARNs as AWS documents it. `${...}` stands for
	// text, `*` for any text or none; ", " separates alternatives.
	ARN string
	// Keys name keys of the service.
	Keys []string
}

// KeyData is one condition key. A part of its name in `${...}` or `<...>`
// stands for text.
type KeyData struct {
	Name        string
	Type        conditions.KeyType
	Multivalued bool
}

// ActionData is one action; Name is without the prefix of its service.
type ActionData struct {
	Name         string
	AccessLevels []string
	Resources    []UseData
	// Keys name keys of the service that requests of the action carry,
	// whatever their resource is.
	Keys []string
	// DependentActions are whole names, as in "iam:PassRole".
	DependentActions []string
}

// UseData is a resource type that an action takes.
type UseData struct {
	Type     string
	Required bool
	// Keys name keys of the service.
	Keys             []string
	DependentActions []string
}
