package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/model/inventory"
)

// canFlags are the flags of `can`.
type canFlags struct {
	inputs
	assume assumptions

	context       pairs
	absent        texts
	contextFile   once
	sessionPolicy once
	sessionARNs   texts
	session       sessionFlags
	account       once
	parentUser    once
	at            instant
	via           viaFlags

	catalog   catalogFlag
	explain   bool
	dependent bool
	strict    bool
	output    *choice
	unknown   *choice
}

// sessionFlags tell of the caller's session.
type sessionFlags struct {
	kind           once
	mfa            optionalBool
	tags           pairs
	sourceIdentity once
	issued         instant
	provider       once
}

func (a *app) canCommand() *cobra.Command {
	f := &canFlags{output: newChoice("output", "text", "json"), unknown: newChoice("unknown", "absent", "report")}
	cmd := &cobra.Command{
		Use:   "can PRINCIPAL ACTION [RESOURCE...] -f FILE...",
		Short: "Ask whether a principal may do an action on a resource, and why",
		Long: `can answers whether a principal may do an action on a resource.

PRINCIPAL is an ARN of a user, role, session, federated user or root user; a
service such as lambda.amazonaws.com; an identity provider; "*" for an anonymous
caller; or a short name such as role/Deployer or alice that only one entity fits.
ACTION is one action, or several separated by commas. RESOURCE is an ARN, or
several; without one it is "*". Every pair of action and resource is answered,
and so is one call that needs them all.

A key of the request's context that is not supplied counts as absent; the answer
says where another value would change it. --context and --context-absent win
over --context-file, and all of them over what is derived.

With --via, the principal first assumes roles, each with the session that the one
before it returned, and each decided like any request. What tells of a call, such
as --via-external-id, follows the --via that it belongs to.`,
		Example: `  simulate can role/Deployer s3:PutObject arn:aws:s3:::artifacts/app.zip -f scenarios/examples/account.json
  simulate can role/Deployer s3:PutObject arn:aws:s3:::artifacts/app.zip \
      -f scenarios/examples/account.json --context aws:PrincipalTag/team=data --explain
  simulate can user/alice s3:GetObject,s3:PutObject arn:aws:s3:::artifacts/app.zip arn:aws:s3:::artifacts/reports/7.csv \
      -f scenarios/examples/account.json -f scenarios/examples/organization.yaml
  simulate can bob s3:GetObject arn:aws:s3:::artifacts/releases/1.0.zip -f scenarios/examples/account.json \
      --via role/Deployer --via-session-name bob
  aws iam get-account-authorization-details | simulate can alice iam:ListUsers -f - --output json`,
		ValidArgsFunction: f.completeArguments,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.can(f, args)
		},
	}
	f.inputs.register(cmd)
	f.assume.register(cmd)
	flags := cmd.Flags()
	f.absent.word, f.sessionARNs.word = "KEY", "ARN"
	f.contextFile.word, f.sessionPolicy.word, f.account.word, f.parentUser.word = "FILE", "FILE", "ACCOUNT", "ARN"
	f.session.kind.word, f.session.sourceIdentity.word, f.session.provider.word = "TYPE", "TEXT", "PROVIDER"
	flags.Var(&f.context, "context", "a condition key of the request; repeated, the key has several values; KEY= is the empty string")
	flags.Var(&f.absent, "context-absent", "a condition key that the request does not carry, even if it could be derived; may be repeated")
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
	flags.Var(&f.account, "resource-account", "the account that owns the resource, where neither the ARN nor the input tells")
	flags.Var(&f.parentUser, "parent-user", "the ARN of the user who called GetFederationToken for a federated user")
	flags.Var(&f.at, "at", "the time of the request (RFC 3339); without it the clock is taken")
	f.via.register(cmd)
	flags.BoolVar(&f.explain, "explain", false, "say what every layer said, and all that came near")
	f.catalog.register(cmd)
	flags.BoolVar(&f.dependent, "dependent", false, "ask the actions as well that AWS asks for besides these, such as iam:PassRole")
	flags.BoolVar(&f.strict, "strict", false, "deny where another account would have to allow; answer nothing that rests on an assumption")
	flags.Var(f.unknown, "unknown", "a key that is not supplied counts as absent, or leaves an answer that depends on it open")
	flags.Var(f.output, "output", "the form of the answer")
	f.output.complete(cmd)
	f.unknown.complete(cmd)
	completeContext(cmd)
	f.via.complete(cmd, f)
	return cmd
}

// can carries out the command.
func (a *app) can(f *canFlags, args []string) error {
	if len(args) < 2 {
		return usageError("can takes a principal and an action, and then resources")
	}
	actions := strings.Split(args[1], ",")
	for i := range actions {
		if actions[i] = strings.TrimSpace(actions[i]); actions[i] == "" {
			return usageError("the list of actions %q has an empty entry", args[1])
		}
	}
	resources := args[2:]
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	request, err := a.request(f, args[0])
	if err != nil {
		return err
	}
	hops, err := a.hops(f)
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
	if f.dependent && options.Catalog == nil {
		return usageError("--dependent needs the action catalogue; leave out --catalog none")
	}
	engine, err := eval.Compile(snapshot, options)
	if err != nil {
		return failed("%s", err)
	}
	s := &questions{engine: engine, explain: f.explain, at: request.At, clock: f.at.time.IsZero(), hops: hops}
	s.follow(request)
	s.askAll(questionPairs(actions, resources, options.Catalog, f.dependent), request)
	return a.answer(f, s)
}

func (f *canFlags) options() (eval.Options, error) {
	o := f.assume.options
	o.Strict, o.UnknownUnanswered = f.strict, f.unknown.value == "report"
	var err error
	o.Catalog, err = f.catalog.open()
	return o, err
}

// shortName is the shortest name that fits a principal alone.
func shortName(s *inventory.Snapshot, p *inventory.Principal) string {
	for _, name := range []string{
		p.Name, p.Kind.String() + "/" + p.Name, fmt.Sprintf("%s%s%s", p.Kind, p.Path, p.Name),
	} {
		if found := s.FindPrincipals(name); len(found) == 1 && found[0].ARN == p.ARN {
			return name
		}
	}
	return p.ARN
}
