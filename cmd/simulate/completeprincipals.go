package main

import (
	"github.com/spf13/cobra"

	"iamsim/eval/chain"
	"iamsim/internal/printable"
	"iamsim/model"
	"iamsim/model/inventory"
)

// completionSnapshot reads the files of the command line; nil without any.
func (in *inputs) completionSnapshot(anyOperatorCase bool) *inventory.Snapshot {
	if len(in.files.list) == 0 {
		return nil
	}
	// Completion parses the flags twice.
	in.override = true
	loader := inventory.NewLoader(inventory.OS(), in.options(anyOperatorCase))
	for _, name := range in.files.list {
		if name != dash {
			loader.Add(name)
		}
	}
	inv, _ := loader.Finish()
	if inv == nil {
		return nil
	}
	return inv.Snapshot()
}

// roleWords offers the roles, each by its shortest name and by its ARN.
func roleWords(s *inventory.Snapshot) []string {
	return memberWords(s, func(p *inventory.Principal) bool { return p.Kind == inventory.Role })
}

// callerWords offers who can ask: users and roles, identity providers, and
// the services and principals of other accounts that trust policies name.
func callerWords(s *inventory.Snapshot) []string {
	words := memberWords(s, func(*inventory.Principal) bool { return true })
	if s == nil {
		return words
	}
	offered := map[string]bool{}
	offer := func(name, description string) {
		// A policy may hold any text; a word ends where a line does.
		if !offered[name] && printable.Text(name) == name {
			offered[name] = true
			words = append(words, described(name, description))
		}
	}
	for p := range s.Providers() {
		offer(p.ARN, "identity provider of account "+p.Account)
	}
	for p := range s.Principals() {
		if p.Trust == nil {
			continue
		}
		for i := range p.Trust.Statements {
			named := p.Trust.Statements[i].Principals
			if named == nil || named.Not || p.Trust.Statements[i].Effect != model.Allow {
				continue
			}
			for _, entry := range named.Entries {
				if trustedCaller(s, entry) {
					offer(entry.Value, "trusted by "+p.ARN)
				}
			}
		}
	}
	return words
}

// trustedCaller reports whether an entry names one caller that is no user or
// role of the files; accounts and "*" are many, and unique ids are nobody's name.
func trustedCaller(s *inventory.Snapshot, entry model.Principal) bool {
	switch entry.Type {
	case model.ServicePrincipal, model.FederatedPrincipal:
		return entry.Value != "*"
	case model.AWSPrincipal:
		arn, err := model.ParseARN(entry.Value)
		if _, known := s.Principal(entry.Value); known {
			return false
		}
		return err == nil && arn.Resource != "root"
	}
	return false
}

// memberWords offers users and roles of a snapshot.
func memberWords(s *inventory.Snapshot, wanted func(*inventory.Principal) bool) []string {
	if s == nil {
		return nil
	}
	var words []string
	for p := range s.Principals() {
		if !wanted(p) {
			continue
		}
		if short := shortName(s, p); short != p.ARN {
			words = append(words, described(short, p.ARN))
		}
		words = append(words, p.ARN)
	}
	return words
}

// complete registers what the flags of `chains` offer.
func (f *chainsFlags) complete(cmd *cobra.Command) {
	snapshot := func() *inventory.Snapshot { return f.completionSnapshot(f.assume.anyOperatorCase) }
	actions := func() []string { return []string{f.action.text} }
	completeFlag(cmd, "from", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return callerWords(snapshot()), cobra.ShellCompDirectiveNoFileComp
	})
	completeFlag(cmd, "to", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return roleWords(snapshot()), cobra.ShellCompDirectiveNoFileComp
	})
	completeFlag(cmd, "action", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return actionWords(completionCatalog(cmd), typed)
	})
	completeFlag(cmd, "resource", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return resourceWords(snapshot(), completionCatalog(cmd), actions(), typed)
	})
	completeFlag(cmd, "context", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return contextPairs(completionCatalog(cmd), chain.Calls(), typed)
	})
	completeFlag(cmd, "external-id", cobra.FixedCompletions(nil, cobra.ShellCompDirectiveNoFileComp))
}

// complete registers what --via and its companions offer.
func (v *viaFlags) complete(cmd *cobra.Command, f *canFlags) {
	completeFlag(cmd, "via", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		words := roleWords(f.completionSnapshot(f.assume.anyOperatorCase))
		return append(words, chain.GetSessionToken, chain.GetFederationToken), cobra.ShellCompDirectiveNoFileComp
	})
	completeFlag(cmd, "via-context", func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return contextPairs(completionCatalog(cmd), v.lastCall(), typed)
	})
	completeFlag(cmd, "via-transitive", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return v.lastTags(), cobra.ShellCompDirectiveNoFileComp
	})
	for name, words := range map[string][]string{
		"via-action": chain.Calls(), "via-mfa": {"true", "false"}, "via-name": nil, "via-session-name": nil, "via-external-id": nil,
		"via-source-identity": nil, "via-tag": nil, "via-policy-arn": nil, "via-duration": nil,
	} {
		completeFlag(cmd, name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
}

// lastCall is the STS call of the --via that a flag belongs to.
func (v *viaFlags) lastCall() []string {
	if len(v.hops) == 0 {
		return nil
	}
	if given := v.hops[len(v.hops)-1].field("action"); given != nil {
		return []string{given.Value.Text}
	}
	return []string{chain.AssumeRole}
}

// lastTags are the keys of the tags of the --via that a flag belongs to.
func (v *viaFlags) lastTags() []string {
	if len(v.hops) == 0 {
		return nil
	}
	tags := v.hops[len(v.hops)-1].field("tags")
	if tags == nil {
		return nil
	}
	var keys []string
	for _, tag := range tags.Value.Fields {
		keys = append(keys, tag.Name)
	}
	return keys
}
