package diff

import (
	"slices"
	"sort"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// others are the callers that the sets do not declare and whose access the
// resource-side policies and the organization may change: root users, everybody
// that a Principal element names, a stranger of each account named, one of an
// account that nobody names, and anonymous callers.
func (s *shared) others(t *teller, declared map[string]*[2]*inventory.Principal) []Caller {
	names := map[string]bool{"*": true, "accounts.google.com": true, t.unnamedService(): true}
	accounts := map[string]bool{s.accounts.fresh: true}
	for _, id := range append(slices.Clone(s.accounts.known), s.accounts.oneSided...) {
		names["arn:aws:iam::"+id+":root"] = true
	}
	for name := range t.named {
		switch {
		case model.IsAccountID(name):
			accounts[name] = true
		case strings.HasPrefix(name, "arn:"):
			arn, err := model.ParseARN(name)
			if err != nil {
				continue
			}
			if arn.Service == "iam" && arn.Resource == "root" {
				accounts[arn.Account] = true
				continue
			}
			names[name] = true
		case strings.Contains(name, "."):
			names[name] = true
		}
	}
	known := map[string]bool{}
	for _, id := range append(slices.Clone(s.accounts.known), s.accounts.oneSided...) {
		known[id] = true
	}
	for id := range accounts {
		if !known[id] {
			names["arn:aws:iam::"+id+":user/stranger"] = true
		}
	}
	for i := range s.sides {
		for p := range s.sides[i].Engine.Snapshot().Providers() {
			names[p.ARN] = true
		}
	}
	var out []Caller
	for name := range names {
		if declared[name] == nil && s.scope.principal(name) && s.callable(name) {
			out = append(out, Caller{Principal: name})
		}
	}
	sort.Slice(out, func(i, k int) bool { return out[i].Principal < out[k].Principal })
	return out
}

// unnamedService is a service that no Principal element lists.
func (t *teller) unnamedService() string {
	for _, name := range []string{"lambda.amazonaws.com", "ec2.amazonaws.com", "events.amazonaws.com"} {
		if !t.named[name] {
			return name
		}
	}
	return "unnamed.amazonaws.com"
}

// strangers notes whom a condition on the caller names, so that they are asked
// as callers too: "*" as a Principal with such a condition is a common form.
func (t *teller) strangers(e *conditions.Entry) {
	for _, value := range e.Values() {
		switch conditions.FoldKey(e.Key()) {
		case "aws:principalaccount":
			t.named[value] = t.named[value] || model.IsAccountID(value)
		case "aws:principalarn":
			parts := strings.SplitN(value, ":", 6)
			if len(parts) < 6 {
				continue
			}
			if strings.ContainsAny(parts[4], "*?") {
				parts[4] = t.s.accounts.fresh
			}
			for i := range parts {
				parts[i] = strings.NewReplacer("*", "x", "?", "x").Replace(parts[i])
			}
			parts[0], parts[2] = "arn", "iam"
			if parts[1] == "x" {
				parts[1] = "aws"
			}
			parts[3] = ""
			if kind, rest, _ := strings.Cut(parts[5], "/"); model.IsAccountID(parts[4]) && rest != "" && (kind == "user" || kind == "role") {
				t.named[strings.Join(parts, ":")] = true
			}
		}
	}
}

// callable reports whether a name can be a caller's: the session of a declared
// role can, a user of a known account that is not declared cannot.
func (s *shared) callable(name string) bool {
	arn, err := model.ParseARN(name)
	if err != nil {
		return true
	}
	for i := range s.sides {
		snapshot := s.sides[i].Engine.Snapshot()
		if !snapshot.AccountKnown(arn.Account) || arn.Resource == "root" {
			return true
		}
		switch kind, rest, _ := strings.Cut(arn.Resource, "/"); kind {
		case "assumed-role":
			role, _, _ := strings.Cut(rest, "/")
			if _, ok := snapshot.RoleByName(arn.Account, role); ok {
				return true
			}
		case "oidc-provider", "saml-provider":
			if _, ok := snapshot.Provider(name); ok {
				return true
			}
		case "user", "role":
			if _, ok := snapshot.Principal(name); ok {
				return true
			}
		}
	}
	return false
}
