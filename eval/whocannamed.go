package eval

import (
	"strings"

	"iamsim/model"
)

// whoNamed is what the resource's policy, and the endpoint's, name.
type whoNamed struct {
	// principals are declared users and roles; they are decided by themselves.
	principals []uint32
	// everyone is set where an Allow of the resource's policy names "*", or all but a few.
	everyone bool
	// not is set where a statement has NotPrincipal.
	not bool
	// accounts are those that an Allow of the resource's policy names.
	accounts map[string]bool
	// texts are the names of which none is a declared user's or role's, by their
	// form: accounts, and what Allow statements name or NotPrincipal lists.
	texts map[principalForm][]string
}

// lets reports whether the resource's policy might let an account's principals in, other than by their names.
func (n *whoNamed) lets(account string) bool { return n.everyone || n.accounts[account] }

// namedBy collects whom the policies of a question name.
func namedBy(q *WhoQuery) whoNamed {
	n := whoNamed{accounts: map[string]bool{}, texts: map[principalForm][]string{}}
	if q.probe == nil {
		return n
	}
	for _, p := range []*policy{q.probe.resourcePolicy, q.probe.endpointPolicy} {
		if p == nil {
			continue
		}
		for i := range p.source.Statements {
			s := &p.source.Statements[i]
			n.add(q.index, compilePrincipals(s.Principals), s.Effect == model.Allow && p == q.probe.resourcePolicy)
		}
	}
	if row := q.probe.target.row; row != nil {
		for i := range row.Grants {
			n.name(q.index, formOf(row.Grants[i].Grantee), row.Grants[i].Grantee, true)
		}
	}
	return n
}

// formOf tells what the grantee of a KMS grant is.
func formOf(grantee string) principalForm {
	switch {
	case isServiceName(grantee):
		return formService
	case strings.HasPrefix(grantee, "arn:"):
		return formARN
	}
	return formUniqueID
}

// add collects whom one statement names; allow tells that it could let somebody in.
func (n *whoNamed) add(x *whoIndex, p *principals, allow bool) {
	if p == nil {
		return
	}
	n.not = n.not || p.not
	n.everyone = n.everyone || allow && p.not
	for i := range p.entries {
		entry := &p.entries[i]
		switch entry.form {
		case formWildcard:
			n.everyone = n.everyone || allow
		case formAccount:
			n.accounts[entry.value] = n.accounts[entry.value] || allow && !p.not
			n.texts[formAccount] = append(n.texts[formAccount], entry.value)
		default:
			n.name(x, entry.form, entry.value, allow || p.not)
		}
	}
}

// name notes one name; spared tells that it is let in, or kept from being refused.
func (n *whoNamed) name(x *whoIndex, form principalForm, text string, spared bool) {
	if form == formARN || form == formUniqueID {
		if declared := x.named(text); len(declared) > 0 {
			n.principals = append(n.principals, declared...)
			return
		}
	}
	if spared {
		n.texts[form] = append(n.texts[form], text)
	}
}
