package main

import (
	"cmp"
	"time"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/scenarios"
)

// request makes what all questions share.
func (a *app) request(f *canFlags, principal string) (model.Request, error) {
	r := model.Request{
		Principal: principal, ResourceAccount: f.account.text, ParentUser: f.parentUser.text,
		SessionPolicyARNs: f.sessionARNs.list, At: cmp.Or(f.at.time, a.now().UTC().Truncate(time.Second)),
	}
	if f.account.set && !model.IsAccountID(f.account.text) {
		return r, usageError("--resource-account is %q; an account id has 12 digits", f.account.text)
	}
	var err error
	if r.Session, err = f.session.session(); err != nil {
		return r, err
	}
	if r.Context, err = a.context(f); err != nil {
		return r, err
	}
	if !f.sessionPolicy.set {
		return r, nil
	}
	policy, err := a.sessionPolicy(f.sessionPolicy.text, "--session-policy",
		model.ReadOptions{Lenient: f.lenient, AnyOperatorCase: f.assume.anyOperatorCase})
	r.SessionPolicies = []*model.Policy{policy}
	return r, err
}

// sessionPolicy reads the policy that was passed when the session was made.
func (a *app) sessionPolicy(file, flag string, o model.ReadOptions) (*model.Policy, error) {
	data, called, err := a.readFile(file, flag)
	if err != nil {
		return nil, err
	}
	policy, diagnostics := model.ParsePolicy(called, data, model.SessionPolicy, o)
	if err := a.report(diagnostics, "see all with simulate validate --kind session"); err != nil {
		return nil, err
	}
	policy.Name = cmp.Or(policy.Name, called)
	return policy, nil
}

// session returns what the flags tell of the session; nil if they tell nothing.
func (s *sessionFlags) session() (*model.Session, error) {
	if !s.kind.set && s.mfa.value == nil && len(s.tags.list) == 0 && !s.sourceIdentity.set &&
		s.issued.time.IsZero() && !s.provider.set {
		return nil, nil
	}
	session := &model.Session{
		Type: s.kind.text, MFA: s.mfa.value, SourceIdentity: s.sourceIdentity.text,
		TokenIssueTime: s.issued.time, FederatedProvider: s.provider.text,
	}
	written := map[string]string{}
	for _, tag := range s.tags.list {
		// D13: tag keys are compared without case.
		if first, ok := written[conditions.FoldKey(tag.key)]; ok {
			return nil, usageError("--session-tag gives %q twice: it also stands as %q, and the case of tag keys is ignored", tag.key, first)
		}
		if session.Tags == nil {
			session.Tags = map[string]string{}
		}
		written[conditions.FoldKey(tag.key)] = tag.key
		session.Tags[tag.key] = tag.value
	}
	return session, nil
}

// context puts the keys of the flags over those of the file.
func (a *app) context(f *canFlags) (*conditions.Context, error) {
	context := conditions.NewContext()
	var diagnostics []model.Diagnostic
	if f.contextFile.set {
		data, called, err := a.readFile(f.contextFile.text, "--context-file")
		if err != nil {
			return nil, err
		}
		document, err := source.Parse(called, data)
		if err != nil {
			return nil, a.report(model.SyntaxDiagnostics(err), "")
		}
		context, diagnostics = scenarios.ReadContext(document)
	}
	given, err := f.contextNode()
	if err != nil {
		return nil, err
	}
	flags, more := scenarios.ReadContext(given)
	diagnostics = append(diagnostics, more...)
	if err := a.report(diagnostics, "correct the context"); err != nil {
		return nil, err
	}
	for _, key := range flags.Names() {
		if value, state := flags.Lookup(key); state == conditions.Absent {
			context.SetAbsent(key)
		} else {
			context.SetValue(key, value)
		}
	}
	return context, nil
}

// contextNode is what --context and --context-absent give, as a context file
// would hold it, so that one reader checks both.
func (f *canFlags) contextNode() (*source.Node, error) {
	file := "--context"
	node := &source.Node{Kind: source.Object, File: &file}
	at := map[string]int{}
	for _, given := range f.context.list {
		value := &source.Node{Kind: source.String, Text: given.value, File: &file}
		folded := conditions.FoldKey(given.key)
		i, again := at[folded]
		if !again {
			at[folded] = len(node.Fields)
			node.Fields = append(node.Fields, source.Field{Name: given.key, Value: value})
			continue
		}
		field := &node.Fields[i]
		if field.Value.Kind != source.List {
			field.Value = &source.Node{Kind: source.List, Items: []*source.Node{field.Value}, File: &file}
		}
		field.Value.Items = append(field.Value.Items, value)
	}
	for _, key := range f.absent.list {
		if _, given := at[conditions.FoldKey(key)]; given {
			return nil, usageError("the key %s is given by --context and by --context-absent, or twice", key)
		}
		at[conditions.FoldKey(key)] = -1
		node.Fields = append(node.Fields, source.Field{Name: key, Value: &source.Node{Kind: source.Null, File: &file}})
	}
	return node, nil
}
