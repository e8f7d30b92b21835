package main

import (
	"cmp"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/eval/chain"
)

// chainsFlags are the flags of `chains`.
type chainsFlags struct {
	inputs
	assume assumptions

	from, to         once
	action, resource once
	maxHops, more    int
	limit            int
	cross, whyNot    bool
	cycles, strict   bool
	context          pairs
	externalID       once
	mfa              optionalBool
	at               instant
	catalog          catalogFlag
	output           *choice
}

func (a *app) chainsCommand() *cobra.Command {
	f := &chainsFlags{output: newChoice("output", "text", "json", "dot", "mermaid")}
	cmd := &cobra.Command{
		Use:   "chains --from PRINCIPAL [--to ROLE] -f FILE...",
		Short: "Find who can become whom, role after role, and with what",
		Long: `chains finds assumption chains: a principal who assumes a role, with its session
the next role, and so on. Every hop is decided like a request, with the session
that the hop before it returned; what a hop needs (an external id, a second
factor, tags, an address) is found and told.

--from alone asks what a principal can reach, --to alone who can reach a role:
principals of every account, services, identity providers, whoever another
account allows, and "*" for whoever has credentials at all. With --action the
chain must end up able to do the action on --resource. --cross-account follows
hops from one account to another alone; without --from and --to it lists them.

Tags, a source identity and the name of a session are found for the last request
as for every hop. Its other keys are not the caller's to choose, since they may
tell of the resource: those that --context does not give count as absent.

--cycles asks for cycles instead: role sessions that come back to the role they
start from, each cycle once, from the role whose ARN comes first. A role that may
assume itself is a cycle of one hop. --from keeps the cycles that a principal
reaches hop by hop, --to those that lead through a role.

The exit code is 0 if there is a chain or cycle, 1 if there is none, 2 if that
cannot be told.`,
		Example: `  simulate chains --from user/bob --to role/Deployer -f scenarios/examples/account.json
  simulate chains --to role/audit/Auditor -f scenarios/examples/account.json --output mermaid
  simulate chains --from user/alice --to role/Deployer --why-not -f scenarios/examples/account.json
  simulate chains --from user/bob --action s3:ListBucket --resource arn:aws:s3:::artifacts -f scenarios/examples/account.json
  simulate chains --cycles -f scenarios/examples/account.json`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("chains takes no argument such as %q", args[0]).hint("principals are named with --from and --to")
			}
			return a.chains(f)
		},
	}
	f.inputs.register(cmd)
	f.assume.register(cmd)
	flags := cmd.Flags()
	f.from.word, f.to.word, f.action.word, f.resource.word, f.externalID.word = "PRINCIPAL", "ROLE", "ACTION", "ARN", "TEXT"
	flags.Var(&f.from, "from", "where chains start: a user, role, session, service, identity provider, or \"*\"")
	flags.Var(&f.to, "to", "the role in which chains end")
	flags.Var(&f.action, "action", "an action that the chain must end up able to do")
	flags.Var(&f.resource, "resource", "the resource of --action; without it \"*\"")
	flags.IntVar(&f.maxHops, "max-hops", chain.DefaultMaxHops, "the longest chain or cycle looked for")
	flags.IntVarP(&f.more, "more", "k", 0, "list so many chains besides the shortest")
	flags.IntVar(&f.limit, "limit", 200, "list at most so many chains or cycles")
	flags.BoolVar(&f.cross, "cross-account", false, "follow hops from one account to another alone")
	flags.BoolVar(&f.cycles, "cycles", false, "list role sessions that come back to their own role")
	flags.BoolVar(&f.strict, "strict", false, "deny hops that another account would have to allow; decide nothing that rests on an assumption")
	flags.BoolVar(&f.whyNot, "why-not", false, "where no chain leads to the role, say which hops come nearest")
	flags.Var(&f.context, "context", "a condition key of every call that can carry it, such as aws:SourceIp; repeated, the key has several values")
	flags.Var(&f.externalID, "external-id", "the only external id that is passed")
	flags.Var(&f.mfa, "mfa", "whether users give a second factor")
	flags.Lookup("mfa").NoOptDefVal = "true"
	flags.Var(&f.at, "at", "the time of the calls (RFC 3339); without it the clock is taken")
	f.catalog.register(cmd)
	flags.Var(f.output, "output", "the form of the answer")
	f.output.complete(cmd)
	f.complete(cmd)
	return cmd
}

func (f *chainsFlags) check() error {
	switch {
	case !f.from.set && !f.to.set && !f.cross && !f.cycles:
		return usageError("chains needs --from, --to or both").hint("--cross-account alone lists the hops between accounts, --cycles the cycles")
	case f.cycles && (f.action.set || f.whyNot || f.more > 0):
		return usageError("--cycles takes no --action, --why-not or -k")
	case f.action.set && !f.from.set:
		return usageError("--action needs --from")
	case f.resource.set && !f.action.set:
		return usageError("--resource needs --action")
	case f.whyNot && !(f.from.set && f.to.set):
		return usageError("--why-not needs --from and --to")
	case f.maxHops < 1 || f.more < 0 || f.limit < 1:
		return usageError("--max-hops and --limit are at least 1, -k is not negative")
	}
	return nil
}

// chains carries out the command.
func (a *app) chains(f *chainsFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	given := chain.Given{ExternalID: f.externalID.text, MFA: f.mfa.value, At: cmp.Or(f.at.time, a.now().UTC().Truncate(time.Second))}
	asked := &canFlags{}
	asked.context = f.context
	var err error
	if given.Context, err = a.context(asked); err != nil {
		return err
	}
	snapshot, err := a.load(&f.inputs, f.assume.anyOperatorCase)
	if err != nil {
		return err
	}
	options := f.assume.options
	options.Strict = f.strict
	if options.Catalog, err = f.catalog.open(); err != nil {
		return err
	}
	engine, err := eval.Compile(snapshot, options)
	if err != nil {
		return failed("%s", err)
	}
	g, err := chain.Build(engine, given)
	if err != nil {
		return a.chainsError(err)
	}
	answer := &chainsAnswer{flags: f, at: given.At}
	switch {
	case f.cycles:
		err = answer.findCycles(g)
	case !f.from.set && !f.to.set:
		answer.listEdges(g)
	default:
		err = answer.find(g)
	}
	if err != nil {
		return a.chainsError(err)
	}
	answer.ExitCode = answer.exitCode()
	a.exit(answer.ExitCode)
	return a.writeChains(answer)
}

// chainsError reports a question that cannot be understood.
func (a *app) chainsError(err error) error {
	var request *eval.RequestError
	if !errors.As(err, &request) {
		return failed("%s", err)
	}
	a.exit(exitUnusable)
	a.sayRequestError(request)
	return nil
}

// chainsAnswer is what `chains` found.
type chainsAnswer struct {
	flags *chainsFlags
	at    time.Time
	found *chain.Found
	chainsJSON
}

func (c *chainsAnswer) find(g *chain.Graph) error {
	f := c.flags
	q := chain.Question{
		From: f.from.text, To: f.to.text, Action: f.action.text, Resource: cmp.Or(f.resource.text, "*"),
		MaxHops: f.maxHops, More: f.more, Limit: f.limit, CrossAccount: f.cross,
	}
	var err error
	if c.found, err = g.Find(q); err != nil {
		return err
	}
	c.fill()
	if !f.whyNot || len(c.found.Paths) > 0 {
		return nil
	}
	const mostGaps = 5
	var cut bool
	if c.Gaps, cut, err = g.Gaps(q, mostGaps); err == nil && cut {
		c.Cut = append(c.Cut, "not every hop that is refused was looked at; a nearer one may exist")
	}
	return err
}

func (c *chainsAnswer) findCycles(g *chain.Graph) error {
	f := c.flags
	var err error
	c.found, err = g.Cycles(chain.CycleQuestion{
		From: f.from.text, Through: f.to.text, MaxHops: f.maxHops, Limit: f.limit, CrossAccount: f.cross,
	})
	if err == nil {
		c.fill()
	}
	return err
}

// listEdges lists the hops between accounts.
func (c *chainsAnswer) listEdges(g *chain.Graph) {
	c.found = &chain.Found{}
	c.fill()
	left := 0
	g.Edges(true, func(e chain.Edge) bool {
		switch {
		case e.Kind == chain.Unanswered:
			c.Unanswered = append(c.Unanswered, e)
		case e.Kind == chain.Never:
			c.found.Incomplete = true
			c.Cut = append(c.Cut, "the hop from "+e.From+" to "+e.To+" could pass more than could be tried; nothing that was tried is allowed")
		case len(c.Edges) < c.flags.limit:
			c.Edges = append(c.Edges, e)
		default:
			left++
		}
		return true
	})
	if left > 0 {
		c.Cut = append(c.Cut, count(left, "hop")+" more were not listed; see --limit")
	}
}

func (c *chainsAnswer) exitCode() int {
	switch {
	case len(c.Chains) > 0 || len(c.Edges) > 0:
		return exitYes
	case len(c.Unanswered) > 0 || c.found.Incomplete:
		return exitUnusable
	}
	return exitNo
}
