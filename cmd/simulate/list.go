package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/model"
	"iamsim/model/inventory"
)

// listJSON is the JSON form of `list` (docs/json.md); one of the three lists is set.
type listJSON struct {
	Inputs     []string        `json:"inputs"`
	Accounts   []listedAccount `json:"accounts"`
	Principals []principalItem `json:"principals,omitzero"`
	Policies   []policyItem    `json:"policies,omitzero"`
	Resources  []resourceItem  `json:"resources,omitzero"`
}

type listedAccount struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Organization is set where the account has a place in the organization.
	Organization bool `json:"organization"`
	// Count is the number of listed entities that the account owns.
	Count int `json:"count"`
}

type place struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

type principalItem struct {
	Kind    string `json:"kind"`
	ARN     string `json:"arn"`
	Account string `json:"account"`
	ID      string `json:"id,omitempty"`
	// ShortName is the shortest name that `can` takes for the principal.
	ShortName string            `json:"shortName"`
	Inline    []string          `json:"inlinePolicies"`
	Attached  []string          `json:"attachedPolicies"`
	Groups    []string          `json:"groups"`
	Boundary  string            `json:"permissionsBoundary,omitempty"`
	Tags      map[string]string `json:"tags"`
	place
}

type policyItem struct {
	// Key is the ARN, or the name of a policy that has none.
	Key     string   `json:"key"`
	ARN     string   `json:"arn,omitempty"`
	Name    string   `json:"name,omitempty"`
	Account string   `json:"account,omitempty"`
	Kinds   []string `json:"kinds"`
	// Statements counts those of the document.
	Statements int `json:"statements"`
	// AttachedTo counts the users, roles and groups that the policy is attached to.
	AttachedTo int `json:"attachedTo"`
	place
}

type resourceItem struct {
	ARN        string            `json:"arn"`
	Account    string            `json:"account"`
	HasPolicy  bool              `json:"hasPolicy"`
	PolicyKind string            `json:"policyKind,omitempty"`
	Statements int               `json:"statements"`
	Grants     int               `json:"grants"`
	Tags       map[string]string `json:"tags"`
	place
}

func placeOf(p model.Position) place { return place{p.File, p.Line, p.Column} }

// lists are what `list` can list.
var lists = []string{"principals", "policies", "resources"}

func (a *app) listCommand() *cobra.Command {
	var in inputs
	output := newChoice("output", "text", "json")
	cmd := &cobra.Command{
		Use:   "list " + strings.Join(lists, "|") + " -f FILE...",
		Short: "List what the program understood of its input",
		Example: `  simulate list principals -f scenarios/examples/account.json
  simulate list resources -f scenarios/examples/account.json -f scenarios/examples/organization.yaml --output json`,
		ValidArgs: lists,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("list takes one kind of entity").hint("known are %s", strings.Join(lists, ", "))
			}
			if !slices.Contains(lists, args[0]) {
				return suggesting(usageError("there is no list of %q", args[0]), args[0], lists)
			}
			s, err := a.load(&in, false)
			if err != nil {
				return err
			}
			l := listOf(s, args[0])
			l.Inputs = in.files.list
			if output.value == "json" {
				return a.outputText(jsonText(l))
			}
			var b strings.Builder
			a.writeList(&b, l)
			return a.outputText(b.String())
		},
	}
	in.register(cmd)
	cmd.Flags().Var(output, "output", "the form of the output")
	output.complete(cmd)
	return cmd
}

func listOf(s *inventory.Snapshot, what string) *listJSON {
	l := &listJSON{Accounts: []listedAccount{}}
	owned := map[string]int{}
	switch what {
	case "principals":
		l.Principals = []principalItem{}
		for p := range s.Principals() {
			l.Principals = append(l.Principals, principalOf(s, p))
			owned[p.Account]++
		}
	case "policies":
		l.Policies = []policyItem{}
		attached := attachments(s)
		for p := range s.Policies() {
			l.Policies = append(l.Policies, policyOf(p, attached[p.Key]))
			owned[p.Account]++
		}
	default:
		l.Resources = []resourceItem{}
		for r := range s.Resources() {
			l.Resources = append(l.Resources, resourceOf(r))
			owned[r.Account]++
		}
	}
	for _, account := range s.Accounts() {
		l.Accounts = append(l.Accounts, listedAccount{
			ID: account.ID, Name: account.Name, Organization: s.InOrganization(account.ID), Count: owned[account.ID],
		})
	}
	return l
}

func principalOf(s *inventory.Snapshot, p *inventory.Principal) principalItem {
	item := principalItem{
		Kind: p.Kind.String(), ARN: p.ARN, Account: p.Account, ID: p.ID, ShortName: shortName(s, p),
		Inline: []string{}, Attached: filled(p.Attached), Groups: filled(p.Groups), Boundary: p.Boundary,
		Tags: tagsOf(p.Tags), place: placeOf(p.Position),
	}
	for _, inline := range p.Inline {
		item.Inline = append(item.Inline, inline.Name)
	}
	if p.BoundaryPolicy != nil {
		item.Boundary = "(a document in place)"
	}
	return item
}

// filled is the list as JSON shows it: never null.
func filled(list []string) []string { return append([]string{}, list...) }

func tagsOf(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return tags
}

// attachments counts the users, roles and groups of each managed policy.
func attachments(s *inventory.Snapshot) map[string]int {
	n := map[string]int{}
	for p := range s.Principals() {
		for _, arn := range p.Attached {
			n[arn]++
		}
	}
	for g := range s.Groups() {
		for _, arn := range g.Attached {
			n[arn]++
		}
	}
	return n
}

func policyOf(p *inventory.ManagedPolicy, attachedTo int) policyItem {
	item := policyItem{
		Key: p.Key, ARN: p.ARN, Name: p.Name, Account: p.Account, Kinds: []string{}, AttachedTo: attachedTo, place: placeOf(p.Position),
	}
	for kind := model.IdentityPolicy; kind <= model.ResourceControlPolicy; kind++ {
		if document := p.Document(kind); document != nil {
			item.Kinds = append(item.Kinds, kind.String())
			item.Statements = len(document.Statements)
		}
	}
	return item
}

func resourceOf(r *inventory.Resource) resourceItem {
	item := resourceItem{ARN: r.ARN, Account: r.Account, Grants: len(r.Grants), Tags: tagsOf(r.Tags), place: placeOf(r.Position)}
	if r.Policy != nil {
		item.HasPolicy, item.PolicyKind, item.Statements = true, r.Policy.Kind.String(), len(r.Policy.Statements)
	}
	return item
}

func (a *app) writeList(b *strings.Builder, l *listJSON) {
	var list [][]cell
	var noun string
	switch {
	case l.Principals != nil:
		noun = "principal"
		list = append(list, header("kind", "account", "arn", "policies", "boundary", "groups", "tags"))
		for _, p := range l.Principals {
			boundary := ""
			if p.Boundary != "" {
				boundary = "yes"
			}
			list = append(list, cells(p.Kind, p.Account, p.ARN, policyCount(p), boundary, fmt.Sprint(len(p.Groups)), fmt.Sprint(len(p.Tags))))
		}
	case l.Policies != nil:
		noun = "policy"
		list = append(list, header("policy", "account", "statements", "attached to", "read as"))
		for _, p := range l.Policies {
			list = append(list, cells(p.Key, p.Account, fmt.Sprint(p.Statements), fmt.Sprint(p.AttachedTo), strings.Join(p.Kinds, ", ")))
		}
	default:
		noun = "resource"
		list = append(list, header("account", "arn", "policy", "grants", "tags"))
		for _, r := range l.Resources {
			policy := "none"
			if r.HasPolicy {
				policy = count(r.Statements, "statement")
			}
			list = append(list, cells(r.Account, r.ARN, policy, fmt.Sprint(r.Grants), fmt.Sprint(len(r.Tags))))
		}
	}
	n := len(list) - 1
	if n > 0 {
		a.table(b, "", list)
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "%s; %s known\n", count(n, noun), count(len(l.Accounts), "account"))
	var accounts [][]cell
	for _, account := range l.Accounts {
		place := "in no organization"
		if account.Organization {
			place = "in the organization"
		}
		accounts = append(accounts, cells(account.ID, account.Name, count(account.Count, noun), place))
	}
	a.table(b, "  ", accounts)
}

func policyCount(p principalItem) string {
	return fmt.Sprintf("%d attached, %d inline", len(p.Attached), len(p.Inline))
}

func header(names ...string) []cell {
	row := cells(names...)
	for i := range row {
		row[i].style = bold
	}
	return row
}
