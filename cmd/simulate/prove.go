package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/internal/printable"
	"iamsim/internal/source"
)

// proveFlags are the flags of `prove`.
type proveFlags struct {
	scopeFlags
	files  texts
	output *choice
}

// proof is what `prove` found, in the form of its JSON (docs/json.md).
type proof struct {
	Claim string `json:"claim"`
	// Verdict is "proved", "refuted" or "inconclusive".
	Verdict string `json:"verdict"`
	// Witnesses refute the claim.
	Witnesses    []diffWitness `json:"witnesses"`
	Inconclusive []diffGap     `json:"inconclusive"`
	Faults       []string      `json:"faults,omitempty"`
	// Classes is how many classes of requests were looked at.
	Classes int `json:"classes"`
}

// claims are what prove proves.
var claims = []string{"never", "always", "equal", "implies"}

func (a *app) proveCommand() *cobra.Command {
	f := &proveFlags{output: newChoice("output", "text", "json")}
	cmd := &cobra.Command{
		Use:   "prove never|always -f FILE... | prove equal|implies POLICY_A POLICY_B",
		Short: "Prove that no request, or every request, of a shape is allowed, or refute it with a witness",
		Long: `prove answers about all requests at once, and shows a request where the answer is no.

  never    no request of the shape that --principal, --action and --resource
           give is allowed
  always   every one is allowed
  equal    two identity-based policy documents allow the same requests
  implies  what the first document allows, the second allows as well

never and always speak of the users and roles of the input; root users, whom no
policy of their own limits, are meant only where --principal names them.

The exit code is 0 if it is proved, 1 if it is refuted, 2 if an input cannot be
used, and 3 if the search could not be finished.`,
		Example: `  simulate prove never --action 'iam:*' --principal '!role/Admin*' -f scenarios/examples/account.json
  simulate prove always --action s3:GetObject --resource 'arn:aws:s3:::artifacts/releases/*' --principal role/Deployer -f scenarios/examples/account.json
  cmp before.json after.json || simulate prove equal before.json after.json`,
		ValidArgs: claims,
		RunE:      func(_ *cobra.Command, args []string) error { return a.prove(f, args) },
	}
	flags := cmd.Flags()
	f.files.word = "FILE"
	flags.VarP(&f.files, "file", "f", "what exists, for never and always; may be repeated")
	flags.Var(f.output, "output", "the form of the answer")
	f.scopeFlags.register(cmd)
	f.output.complete(cmd)
	return cmd
}

func (a *app) prove(f *proveFlags, args []string) error {
	if len(args) == 0 {
		return usageError("prove what?").hint("known are %s", strings.Join(claims, ", "))
	}
	options, err := f.evalOptions()
	if err != nil {
		return err
	}
	var old, new diff.Side
	o := f.scopeFlags.options()
	o.First = true
	switch args[0] {
	case "never", "always":
		old, new, err = a.proveOver(f, args, options, &o)
	case "equal", "implies":
		old, new, err = a.proveDocuments(f, args, options)
		o = diff.DocumentOptions(o)
	default:
		return suggesting(usageError("there is nothing called %q to prove", args[0]), args[0], claims)
	}
	if err != nil {
		return err
	}
	_, done := a.progress("searching")
	result, err := diff.Compare(old, new, o)
	done()
	if err != nil {
		return failed("%s", err)
	}
	p := newProof(args[0], result, old, new)
	a.exit(map[string]int{"proved": exitYes, "refuted": exitNo, "inconclusive": exitInconclusive}[p.Verdict])
	if f.output.value == "json" {
		return a.outputText(jsonText(p))
	}
	var b strings.Builder
	a.writeProof(&b, p)
	return a.outputText(b.String())
}

// proveOver makes the sides of never and always: the input against a set that
// allows nothing, or everything.
func (a *app) proveOver(f *proveFlags, args []string, options eval.Options, o *diff.Options) (old, new diff.Side, err error) {
	if len(args) > 1 {
		return old, new, usageError("prove %s takes its input with -f", args[0])
	}
	if len(f.files.list) == 0 {
		return old, new, usageError("no policies given").hint("name what exists with -f FILE")
	}
	var files []sideFile
	for _, name := range f.files.list {
		files = append(files, sideFile{name: name})
	}
	engine, err := a.engineOf(files, &f.scopeFlags, options)
	if err != nil {
		return old, new, err
	}
	o.DeclaredOnly = !namesRoot(o.Principals)
	if args[0] == "never" {
		return diff.Side{Constant: diff.Nothing}, diff.Side{Engine: engine}, nil
	}
	return diff.Side{Constant: diff.Everything}, diff.Side{Engine: engine}, nil
}

// namesRoot reports whether a pattern asks for callers that no set declares.
func namesRoot(principals []string) bool {
	for _, p := range principals {
		if !strings.HasPrefix(p, "!") && (p == "*" || strings.Contains(p, "root") || strings.Contains(p, ".")) {
			return true
		}
	}
	return false
}

// proveDocuments makes the sides of two documents. What the first allows and
// the second does not is closed.
func (a *app) proveDocuments(f *proveFlags, args []string, options eval.Options) (old, new diff.Side, err error) {
	if len(args) != 3 {
		return old, new, usageError("prove %s takes two policy documents", args[0])
	}
	sides := [2]diff.Side{}
	for i, name := range args[1:] {
		data, called, err := a.readFile(name, name)
		if err != nil {
			return old, new, err
		}
		node, err := source.Parse(called, data)
		if err != nil {
			return old, new, failed("%s", err)
		}
		if sides[i], err = a.documentSide(node, &f.scopeFlags, options); err != nil {
			return old, new, err
		}
	}
	return sides[0], sides[1], nil
}

func newProof(claim string, result *diff.Result, old, new diff.Side) *proof {
	p := &proof{Claim: claim, Witnesses: []diffWitness{}, Inconclusive: []diffGap{}, Faults: result.Faults, Classes: result.States}
	for i := range result.Groups {
		for _, d := range result.Groups[i].Differences {
			if claim == "implies" && d.Direction == diff.Opened {
				continue
			}
			w := diffWitness{Principal: d.Request.Principal, Action: d.Request.Action, Resource: d.Request.Resource, Context: contextOf(d), Old: answerOn(old, d.Request), New: answerOn(new, d.Request)}
			p.Witnesses = append(p.Witnesses, w)
		}
	}
	for _, gap := range result.Gaps {
		p.Inconclusive = append(p.Inconclusive, diffGap{gap.Principal, gap.Reason})
	}
	switch {
	case len(p.Witnesses) > 0:
		p.Verdict = "refuted"
	case len(p.Inconclusive)+len(p.Faults) > 0:
		p.Verdict = "inconclusive"
	default:
		p.Verdict = "proved"
	}
	return p
}

func contextOf(d *diff.Difference) []eval.ContextKey {
	var out []eval.ContextKey
	for _, name := range d.Request.Context.Names() {
		v, _ := d.Request.Context.Lookup(name)
		out = append(out, eval.ContextKey{Key: name, Values: v.Texts(), Absent: len(v.Texts()) == 0})
	}
	return out
}

func (a *app) writeProof(b *strings.Builder, p *proof) {
	style := map[string]style{"proved": green, "refuted": red, "inconclusive": yellow}[p.Verdict]
	fmt.Fprintf(b, "%s: %s\n", a.paint(style, p.Verdict), p.meaning())
	for i := range p.Witnesses {
		w := &p.Witnesses[i]
		fmt.Fprintf(b, "  %s\n", printable.Text(w.request()))
		first, second := "first", "second"
		if p.Claim == "never" || p.Claim == "always" {
			fmt.Fprintf(b, "    %s\n", printable.Text(w.New.String()))
			continue
		}
		fmt.Fprintf(b, "    %s: %s\n", first, printable.Text(w.Old.String()))
		fmt.Fprintf(b, "    %s: %s\n", second, printable.Text(w.New.String()))
	}
	for _, gap := range p.Inconclusive {
		fmt.Fprintf(b, "  not searched to the end: %s\n", printable.Text(gap.String()))
	}
	for _, fault := range p.Faults {
		fmt.Fprintf(b, "  fault of the program: %s\n", printable.Text(fault))
	}
}

// meaning is the verdict in words.
func (p *proof) meaning() string {
	words := map[string][2]string{
		"never":   {"no such request is allowed", "such a request is allowed"},
		"always":  {"every such request is allowed", "such a request is denied"},
		"equal":   {"the documents allow the same requests", "the documents answer a request differently"},
		"implies": {"the second document allows what the first allows", "the first document allows a request that the second does not"},
	}[p.Claim]
	switch p.Verdict {
	case "proved":
		return words[0] + fmt.Sprintf(" (%d classes of requests)", p.Classes)
	case "refuted":
		return words[1]
	}
	return "no counterexample was found, but the search was not finished"
}
