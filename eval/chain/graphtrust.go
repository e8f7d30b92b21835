package chain

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/inventory"
)

// trust is whom a role's trust policy names.
type trust struct {
	// singles are the principals that a statement names, sorted: each is decided by itself.
	singles []int32
	// accounts are those whose principals a statement delegates to, sorted.
	accounts []string
	// foreign are accounts of which nothing was read.
	foreign []int32
	// everyone is set where a statement names "*", or all but some.
	everyone bool
	// tokens is set where everyone includes the bearers of tokens.
	tokens bool
	// individual is set where the policy, or an RCP above the role, looks at who the caller is.
	individual bool
	statements []*model.Statement
}

func (t *trust) named(n int32) bool {
	_, found := slices.BinarySearch(t.singles, n)
	return found
}

// anyone is the account of the caller who stands for whoever has credentials.
const anyone = "*"

var wellKnownProviders = []string{"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}

// readTrusts finds out whom each role trusts. Names are taken as they stand;
// whether they lead anywhere is for the engine to decide.
func (g *Graph) readTrusts(s *inventory.Snapshot) {
	for i := range g.inside {
		if row := g.nodes[i].row; row.Trust != nil && row.Kind == inventory.Role {
			g.targets = append(g.targets, int32(i))
			g.trusts[int32(i)] = g.readTrust(s, row)
		}
	}
	var strangers []int32
	for _, t := range g.targets {
		of := g.trusts[t]
		if !of.everyone {
			continue
		}
		if strangers == nil {
			strangers = g.strangers(s)
		}
		of.singles = append(of.singles, strangers...)
	}
	for _, t := range g.targets {
		of := g.trusts[t]
		slices.Sort(of.singles)
		of.singles = slices.Compact(of.singles)
		slices.Sort(of.accounts)
		of.accounts = slices.Compact(of.accounts)
	}
}

// strangers are the callers outside the inventory whom "*" names, besides those that trust policies name.
func (g *Graph) strangers(s *inventory.Snapshot) []int32 {
	for p := range s.Providers() {
		g.outside(ProviderNode, p.ARN, "")
	}
	for _, name := range wellKnownProviders {
		g.outside(ProviderNode, name, "")
	}
	g.outside(AnyoneNode, anyone, "")
	var out []int32
	for n := g.inside; n < len(g.nodes); n++ {
		out = append(out, int32(n))
	}
	return out
}

func (g *Graph) readTrust(s *inventory.Snapshot, row *inventory.Principal) *trust {
	doc := g.classes.documents.of(row.Trust)
	t := &trust{individual: doc.individual, statements: doc.statements}
	if node, ok := s.AccountNode(row.Account); ok {
		for _, n := range node.Path() {
			for _, p := range n.ResourceControlPolicies {
				rcp := g.classes.documents.of(p)
				t.individual = t.individual || rcp.individual
				t.statements = append(slices.Clip(t.statements), rcp.statements...)
			}
		}
	}
	for _, st := range doc.statements {
		if st.Principals == nil {
			continue
		}
		if st.Principals.Not && st.Effect == model.Allow {
			t.everyone = true
		}
		for _, p := range st.Principals.Entries {
			g.name(s, t, p, st)
		}
	}
	return t
}

// name adds what one entry of a Principal names.
func (g *Graph) name(s *inventory.Snapshot, t *trust, p model.Principal, st *model.Statement) {
	delegates := st.Effect == model.Allow && !st.Principals.Not
	switch {
	case p.Type == model.ServicePrincipal:
		t.singles = append(t.singles, g.outside(ServiceNode, p.Value, ""))
	case p.Type == model.FederatedPrincipal:
		t.singles = append(t.singles, g.outside(ProviderNode, p.Value, ""))
	case p.Type != model.AWSPrincipal:
	case p.Value == "*":
		t.everyone = t.everyone || delegates
		if delegates {
			g.conditionAccounts(s, t, st)
		}
	case model.IsAccountID(p.Value):
		g.nameAccount(s, t, p.Value, delegates)
	case strings.HasPrefix(p.Value, "arn:"):
		g.nameARN(s, t, p.Value, delegates)
	default:
		if row, ok := s.PrincipalByID(p.Value); ok {
			t.singles = append(t.singles, g.byName[row.ARN])
		}
	}
}

func (g *Graph) nameAccount(s *inventory.Snapshot, t *trust, account string, delegates bool) {
	switch {
	case !delegates:
	case s.AccountKnown(account):
		t.accounts = append(t.accounts, account)
	default:
		t.singles = append(t.singles, g.outside(AccountNode, account, account))
	}
}

func (g *Graph) nameARN(s *inventory.Snapshot, t *trust, value string, delegates bool) {
	arn, err := model.ParseARN(value)
	if err != nil || !model.IsAccountID(arn.Account) {
		return
	}
	kind, rest, _ := strings.Cut(arn.Resource, "/")
	switch {
	case arn.Service == "iam" && arn.Resource == "root":
		g.nameAccount(s, t, arn.Account, delegates)
	case arn.Service == "sts" && kind == "assumed-role":
		role, _, _ := strings.Cut(rest, "/")
		if row, ok := s.RoleByName(arn.Account, role); ok {
			t.singles = append(t.singles, g.byName[row.ARN])
		} else if !s.AccountKnown(arn.Account) {
			t.singles = append(t.singles, g.outside(ForeignNode, value, arn.Account))
		}
	case arn.Service == "iam" && (kind == "user" || kind == "role"):
		if n, ok := g.byName[value]; ok {
			t.singles = append(t.singles, n)
		} else if !s.AccountKnown(arn.Account) {
			t.singles = append(t.singles, g.outside(ForeignNode, value, arn.Account))
		}
	}
}

// conditionAccounts adds the principals and accounts that the condition of a
// statement for everyone asks for and of which nothing was read.
func (g *Graph) conditionAccounts(s *inventory.Snapshot, t *trust, st *model.Statement) {
	for _, entry := range st.Condition {
		switch conditions.FoldKey(entry.Key()) {
		case "aws:principalaccount":
			for _, value := range entry.Values() {
				if model.IsAccountID(value) {
					g.nameAccount(s, t, value, !s.AccountKnown(value))
				}
			}
		case "aws:principalarn":
			for _, value := range entry.Values() {
				if !strings.ContainsAny(value, "*?$") {
					g.nameARN(s, t, value, false)
				}
			}
		}
	}
}
