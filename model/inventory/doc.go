// Package inventory holds what exists: the principals, policies, groups,
// resources, identity providers and VPC endpoints of any number of accounts,
// and their organization.
//
// A Loader reads inputs into an Inventory: policy sets, which people write;
// account exports and lists of managed policies, which AWS gives; directories
// of any of these. Everything that is wrong with them is reported with its
// place, and one error keeps the whole inventory from being made.
//
// An Inventory is a database of rows. A Snapshot is one state of it, which
// never changes; Snapshot.WhatIf makes another one from it by an overlay.
package inventory
