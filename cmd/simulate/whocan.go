package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// whoCanFlags are the flags of `who-can`: those of `can` that tell of every request, and whom the answer covers.
type whoCanFlags struct {
	canFlags
	include words
	kinds   words
}

// words is a flag of some of a few words, separated by commas or repeated.
type words struct {
	allowed, list []string
}

// Set adds words.
func (w *words) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if !slices.Contains(w.allowed, word) {
			return fmt.Errorf("%s", oneOf(word, w.allowed))
		}
		if !slices.Contains(w.list, word) {
			w.list = append(w.list, word)
		}
	}
	return nil
}

func (w *words) String() string { return strings.Join(w.list, ",") }

// Type is the word that help shows for the value.
func (w *words) Type() string { return strings.Join(w.allowed, ",") }

// included are the words of --include.
var included = map[string]eval.Include{
	"services": eval.IncludeServices, "providers": eval.IncludeProviders, "anonymous": eval.IncludeAnonymous,
	"external": eval.IncludeExternal, "root": eval.IncludeRoot,
}

func (a *app) whoCanCommand() *cobra.Command {
	f := &whoCanFlags{
		canFlags: canFlags{output: newChoice("output", "text", "json"), unknown: newChoice("unknown", "absent", "report")},
		include:  words{allowed: []string{"services", "providers", "anonymous", "external", "root"}},
		kinds: words{allowed: []string{
			string(eval.GranteeUser), string(eval.GranteeRole), string(eval.GranteeSession), string(eval.GranteeFed), string(eval.GranteeRoot),
			string(eval.GranteeService), string(eval.GranteeProvider), string(eval.GranteeNobody), string(eval.GranteeAccount), string(eval.GranteeAnyone),
		}},
	}
	cmd := &cobra.Command{
		Use:   "who-can ACTION RESOURCE -f FILE...",
		Short: "List every principal that may do an action on a resource, and by which statements",
		Long: `who-can lists every user and role that may do an action on a resource, as can
answers for each of them, with the statements that allow it: of identity policies,
of the resource's own policy or trust policy, or of both.

Keys that are not supplied count as absent. Where another value would change the
answer for a principal, it is listed with the keys that decide and the conditions
on them, also if it is denied without them. A principal of whose policies some
were not read is listed as unanswered.

A role stands for its sessions; a session that a policy names is listed besides.
--include adds the services and identity providers that the resource's policy
names, anonymous callers, principals of accounts that are not known (if their
account allows it), and the root users of the known accounts.

The exit code is 0 if anybody can, if only under a condition; 1 if nobody can; 2
if there is no answer, or none but for principals that are unanswered.`,
		Example: `  simulate who-can s3:GetObject arn:aws:s3:::artifacts/releases/1.0.zip -f scenarios/examples/account.json
  simulate who-can sts:AssumeRole arn:aws:iam::111122223333:role/Deployer -f scenarios/examples/account.json --include services,external
  simulate who-can s3:PutObject arn:aws:s3:::artifacts/app.zip -f scenarios/examples/account.json \
      --context aws:SourceIp=203.0.113.7 --output json`,
		ValidArgsFunction: f.completeWhoCan,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.whoCan(f, args)
		},
	}
	f.inputs.register(cmd)
	f.assume.register(cmd)
	flags := cmd.Flags()
	f.absent.word, f.contextFile.word, f.account.word = "KEY", "FILE", "ACCOUNT"
	flags.Var(&f.context, "context", "a condition key of every request; repeated, the key has several values; KEY= is the empty string")
	flags.Var(&f.absent, "context-absent", "a condition key that no request carries, even if it could be derived; may be repeated")
	flags.Var(&f.contextFile, "context-file", "a YAML or JSON mapping of condition keys to a value, a list, or null for absent")
	flags.Var(&f.account, "resource-account", "the account that owns the resource, where neither the ARN nor the input tells")
	flags.Var(&f.at, "at", "the time of the requests (RFC 3339); without it the clock is taken")
	flags.Var(&f.include, "include", "whom to list besides users and roles; may be repeated")
	flags.Var(&f.kinds, "kind", "list principals of these kinds alone; may be repeated")
	f.catalog.register(cmd)
	flags.BoolVar(&f.strict, "strict", false, "deny where another account would have to allow; answer nothing that rests on an assumption")
	flags.Var(f.output, "output", "the form of the answer")
	f.output.complete(cmd)
	for name, w := range map[string]*words{"include": &f.include, "kind": &f.kinds} {
		completeFlag(cmd, name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return w.allowed, cobra.ShellCompDirectiveNoFileComp
		})
	}
	completeContext(cmd)
	return cmd
}

// completeWhoCan offers actions, then resources that fit.
func (f *whoCanFlags) completeWhoCan(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return actionWords(completionCatalog(cmd), typed)
	case 1:
		return resourceWords(f.completionSnapshot(f.assume.anyOperatorCase), completionCatalog(cmd), args[:1], typed)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// whoCan carries out the command.
func (a *app) whoCan(f *whoCanFlags, args []string) error {
	if len(args) != 2 {
		return usageError("who-can takes an action and a resource").hint("the resource of an action that takes none is \"*\"")
	}
	question, err := a.whoQuestion(f, args)
	if err != nil {
		return err
	}
	snapshot, err := a.load(&f.inputs, f.assume.anyOperatorCase)
	if err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	engine, err := eval.Compile(snapshot, options)
	if err != nil {
		return failed("%s", err)
	}
	query, err := engine.PrepareWho(question)
	var unusable *eval.RequestError
	switch {
	case errors.As(err, &unusable):
		a.exit(exitUnusable)
		a.sayRequestError(unusable)
		return nil
	case err != nil:
		return failed("%s", err)
	}
	answer := whoAnswer(f, question, query, snapshot)
	a.exit(answer.ExitCode)
	if f.output.value == "json" {
		return a.outputText(jsonText(answer))
	}
	return a.outputText(a.whoCanText(answer))
}

// whoQuestion makes the question.
func (a *app) whoQuestion(f *whoCanFlags, args []string) (eval.WhoQuestion, error) {
	q := eval.WhoQuestion{
		Action: args[0], Resource: args[1], ResourceAccount: f.account.text,
		At: cmp.Or(f.at.time, a.now().UTC().Truncate(time.Second)),
	}
	if f.account.set && !model.IsAccountID(f.account.text) {
		return q, usageError("--resource-account is %q; an account id has 12 digits", f.account.text)
	}
	for _, word := range f.include.list {
		q.Include |= included[word]
	}
	var err error
	q.Context, err = a.context(&f.canFlags)
	return q, err
}

// whoCanJSON is the JSON form of `who-can` (docs/json.md).
type whoCanJSON struct {
	Action          string      `json:"action"`
	Resource        string      `json:"resource"`
	ResourceAccount string      `json:"resourceAccount,omitempty"`
	Grants          []grantJSON `json:"grants"`
	Assumptions     []string    `json:"assumptions,omitempty"`
	Notes           []string    `json:"notes,omitempty"`
	Inputs          []string    `json:"inputs"`
	At              time.Time   `json:"at"`
	Clock           bool        `json:"clock"`
	ExitCode        int         `json:"exitCode"`
}

type grantJSON struct {
	Principal string           `json:"principal"`
	Kind      eval.GranteeKind `json:"kind"`
	// Can is "always", "depends" or "unanswered".
	Can    string `json:"can"`
	Answer string `json:"answer,omitempty"`
	Reason string `json:"reason,omitempty"`
	// FarSide tells that an account that is not known must allow it as well.
	FarSide    bool     `json:"farSide,omitempty"`
	DependsOn  []string `json:"dependsOn,omitempty"`
	Partial    bool     `json:"partial,omitempty"`
	Unanswered string   `json:"unanswered,omitempty"`
	eval.Path

	far string // the account behind FarSide, in words
}

// The words of grantJSON.Can.
const (
	canAlways  = "always"
	canDepends = "depends"
)

// whoAnswer asks.
func whoAnswer(f *whoCanFlags, question eval.WhoQuestion, q *eval.WhoQuery, s *inventory.Snapshot) *whoCanJSON {
	out := &whoCanJSON{
		Action: question.Action, Resource: q.Resource(), ResourceAccount: q.ResourceAccount(), Grants: []grantJSON{},
		Assumptions: q.Assumptions(), Notes: q.Notes(), Inputs: f.files.list, At: question.At, Clock: f.at.time.IsZero(),
		ExitCode: exitNo,
	}
	open := false
	for principal, grant := range q.Grants() {
		if len(f.kinds.list) > 0 && !slices.Contains(f.kinds.list, string(grant.Kind)) {
			continue
		}
		g := grantOf(principal, &grant)
		g.far = farAccount(s, principal, out.ResourceAccount)
		open = open || g.Can == unanswered
		out.Grants = append(out.Grants, g)
	}
	switch answered := func(g grantJSON) bool { return g.Can != unanswered }; {
	case slices.ContainsFunc(out.Grants, answered):
		out.ExitCode = exitYes
	case open:
		out.ExitCode = exitUnusable
	}
	return out
}

// farAccount names the one of two accounts that is not known.
func farAccount(s *inventory.Snapshot, principal, owner string) string {
	switch arn, err := model.ParseARN(principal); {
	case err != nil:
		return "the account of whoever asks"
	case !s.AccountKnown(arn.Account):
		return "account " + arn.Account
	}
	return "account " + owner
}

func grantOf(principal string, g *eval.Grant) grantJSON {
	out := grantJSON{Principal: principal, Kind: g.Kind, Can: canAlways, Path: g.Path()}
	if g.Unanswered != nil {
		out.Can, out.Unanswered = unanswered, g.Unanswered.Error()
		return out
	}
	if g.Conditional() {
		out.Can = canDepends
	}
	out.Answer, out.Reason, out.FarSide = g.Decision.Result().String(), g.Decision.Reason.String(), g.Decision.FarSide
	out.DependsOn, out.Partial = g.DependsOn, g.Partial
	return out
}
