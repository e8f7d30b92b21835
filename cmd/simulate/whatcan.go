package main

import (
	"errors"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/eval/access"
)

// whatCanFlags are the flags of `what-can`: those of `can` that tell of the
// caller and of every request, and the form of the answer.
type whatCanFlags struct {
	canFlags
	narrower bool
}

func (a *app) whatCanCommand() *cobra.Command {
	f := &whatCanFlags{canFlags: canFlags{output: newChoice("output", "text", "json", "policy")}}
	cmd := &cobra.Command{
		Use:   "what-can PRINCIPAL [RESOURCE] -f FILE...",
		Short: "List what a principal may do, under which conditions, and by which statements",
		Long: `what-can tells what a principal may do: the actions, resources and conditions that
its policies allow within its boundary, session policies and SCPs, less what any
policy denies. First comes the caller's own side, which holds for resources of
its account; then every declared resource and role whose own policy makes a
difference. With RESOURCE, an ARN or "*", the answer is about it alone.

Conditions on what is known of the caller are settled beforehand, and so are
those on keys that --context gives; the others are told with what they limit.

--output policy writes one identity policy that, attached alone, grants the same:
of the caller's own side, or on RESOURCE. Where no document can say exactly that,
nothing is written and the reason is told; --narrower writes one that grants less.

The exit code is 0 if anything is allowed, 1 if nothing is, 2 if that cannot be
told.`,
		Example: `  simulate what-can role/Deployer -f scenarios/examples/account.json -f scenarios/examples/organization.yaml
  simulate what-can user/alice arn:aws:s3:::artifacts/reports/7.csv -f scenarios/examples/account.json --output json
  simulate what-can role/Deployer arn:aws:s3:::artifacts/releases/1.0.zip -f scenarios/examples/account.json --output policy`,
		ValidArgsFunction: f.completeWhatCan,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.whatCan(f, args)
		},
	}
	f.inputs.register(cmd)
	f.assume.register(cmd)
	flags := cmd.Flags()
	f.absent.word, f.sessionARNs.word = "KEY", "ARN"
	f.contextFile.word, f.sessionPolicy.word, f.account.word, f.parentUser.word = "FILE", "FILE", "ACCOUNT", "ARN"
	f.session.kind.word, f.session.sourceIdentity.word, f.session.provider.word = "TYPE", "TEXT", "PROVIDER"
	flags.Var(&f.context, "context", "a condition key of every request; repeated, the key has several values; KEY= is the empty string")
	flags.Var(&f.absent, "context-absent", "a condition key that no request carries, even if it could be derived; may be repeated")
	flags.Var(&f.contextFile, "context-file", "a YAML or JSON mapping of condition keys to a value, a list, or null for absent")
	flags.Var(&f.sessionPolicy, "session-policy", "the file of a policy that was passed when the session was made")
	flags.Var(&f.sessionARNs, "session-policy-arn", "the ARN of a managed policy that was passed when the session was made; may be repeated")
	flags.Var(&f.session.kind, "session-type", "the STS call that made the session, such as AssumeRole or GetSessionToken")
	flags.Var(&f.session.mfa, "mfa", "whether a second factor was given when the session was made")
	flags.Lookup("mfa").NoOptDefVal = "true"
	flags.Var(&f.session.tags, "session-tag", "a tag of the session; may be repeated")
	flags.Var(&f.session.sourceIdentity, "source-identity", "the session's source identity")
	flags.Var(&f.session.issued, "token-issue-time", "when the session was made (RFC 3339)")
	flags.Var(&f.session.provider, "federated-provider", "the identity provider behind the session")
	flags.Var(&f.account, "resource-account", "the account that owns RESOURCE, where neither the ARN nor the input tells")
	flags.Var(&f.parentUser, "parent-user", "the ARN of the user who called GetFederationToken for a federated user")
	flags.Var(&f.at, "at", "the time of the requests (RFC 3339); without it conditions on the time are told")
	flags.BoolVar(&f.narrower, "narrower", false, "with --output policy: write a document that grants less where none grants the same")
	flags.Var(f.output, "output", "the form of the answer")
	f.output.complete(cmd)
	completeContext(cmd)
	return cmd
}

// completeWhatCan offers callers, then the declared resources.
func (f *whatCanFlags) completeWhatCan(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	s := f.completionSnapshot(f.assume.anyOperatorCase)
	switch len(args) {
	case 0:
		return callerWords(s), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return resourceWords(s, nil, nil, typed)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// whatCan carries out the command.
func (a *app) whatCan(f *whatCanFlags, args []string) error {
	switch {
	case len(args) == 0 || len(args) > 2:
		return usageError("what-can takes a principal and at most one resource")
	case f.narrower && f.output.value != "policy":
		return usageError("--narrower is about --output policy")
	case f.account.set && len(args) == 1:
		return usageError("--resource-account needs a RESOURCE")
	}
	request, err := a.request(&f.canFlags, args[0])
	if err != nil {
		return err
	}
	request.At = f.at.time
	if len(args) == 2 {
		request.Resource = args[1]
	}
	snapshot, err := a.load(&f.inputs, f.assume.anyOperatorCase)
	if err != nil {
		return err
	}
	engine, err := eval.Compile(snapshot, f.assume.options)
	if err != nil {
		return failed("%s", err)
	}
	answer, err := access.WhatCan(engine, access.Question{Request: request})
	if err != nil {
		return a.whatCanError(err)
	}
	w := &whatCanAnswer{access: answer, flags: f, resource: request.Resource}
	if f.output.value == "policy" {
		return a.writeWhatCanPolicy(w)
	}
	a.exit(w.exitCode())
	if f.output.value == "json" {
		return a.outputText(jsonText(w.json()))
	}
	return a.outputText(a.whatCanText(w))
}

// whatCanError reports a question that has no answer.
func (a *app) whatCanError(err error) error {
	var request *eval.RequestError
	var open *eval.UnansweredError
	switch {
	case errors.As(err, &request):
		a.exit(exitUnusable)
		a.sayRequestError(request)
		return nil
	case errors.As(err, &open) && open.Hint != "":
		return failed("%s", open.Message).hint("%s", open.Hint)
	}
	return failed("%s", err)
}

// whatCanAnswer is what `what-can` found.
type whatCanAnswer struct {
	access   *access.Access
	flags    *whatCanFlags
	resource string
}

func (w *whatCanAnswer) exitCode() int {
	for _, p := range w.access.Parts {
		if len(p.Allows) > 0 {
			return exitYes
		}
	}
	return exitNo
}

// writeWhatCanPolicy writes the answer as one policy document.
func (a *app) writeWhatCanPolicy(w *whatCanAnswer) error {
	parts := w.access.Parts
	if len(parts) == 0 || w.resource == "" && parts[0].Resource != "" {
		return failed("no policy can be attached to %s", w.access.Principal).hint("name a RESOURCE, to see what that resource's policy allows")
	}
	document, err := parts[0].Policy()
	var inexact *access.InexactError
	switch {
	case errors.As(err, &inexact) && !w.flags.narrower:
		return failed("%s", inexact).hint("--narrower writes a document that grants less")
	case errors.As(err, &inexact):
		for _, loss := range inexact.Lost {
			a.say("%s\n", whatCanLoss(loss))
		}
	case err != nil:
		return failed("%s", err)
	}
	if len(parts) > 1 {
		a.say("note: %s left out, whose own policies decide: ask what-can about each\n", whatCanLeftOut(len(parts)-1))
	}
	if len(parts[0].Allows) == 0 {
		a.exit(exitNo)
	}
	return a.outputText(jsonText(document))
}
