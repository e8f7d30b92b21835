package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/conditions"
	"iamsim/eval/chain"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/scenarios"
)

// viaFlags collect the calls of an assumption chain. What tells of a call
// belongs to the --via before it, which pflag keeps by setting flags in the
// order of the command line.
type viaFlags struct {
	hops []*viaHop
	file once
}

// viaHop is one --via with what follows it, as an entry of a suite's via
// would hold it, so that one reader checks both.
type viaHop struct {
	file string // what messages call the hop
	node source.Node
	// policyFile is the session policy's file; empty means none.
	policyFile string
	// mfa is set where --via-mfa gave the key of the second factor.
	mfa bool
}

// hopFlag is one flag that tells of a hop.
type hopFlag struct {
	via  *viaFlags
	word string
	set  func(h *viaHop, text string) error
}

// Set tells the last hop.
func (f *hopFlag) Set(text string) error {
	if len(f.via.hops) == 0 {
		return fmt.Errorf("it belongs to the --via before it, and there is none")
	}
	return f.set(f.via.hops[len(f.via.hops)-1], text)
}

func (f *hopFlag) String() string { return "" }

// Type is the word that help shows for the value.
func (f *hopFlag) Type() string { return f.word }

// viaFlag is --via itself.
type viaFlag struct{ via *viaFlags }

// Set begins a hop. The calls that assume no role stand for themselves.
func (f viaFlag) Set(text string) error {
	if text == "" {
		return fmt.Errorf("it must not be empty")
	}
	h := &viaHop{file: "--via " + text}
	h.node = source.Node{Kind: source.Object, File: &h.file}
	f.via.hops = append(f.via.hops, h)
	if text == chain.GetSessionToken || text == chain.GetFederationToken {
		return h.once("action", text)
	}
	return h.once("role", text)
}

func (f viaFlag) String() string { return "" }

// Type is the word that help shows for the value.
func (f viaFlag) Type() string { return "ROLE" }

func (h *viaHop) text(text string) *source.Node {
	return &source.Node{Kind: source.String, Text: text, File: &h.file}
}

// field returns a field of the hop; nil if nothing gave it.
func (h *viaHop) field(name string) *source.Field {
	for i := range h.node.Fields {
		if h.node.Fields[i].Name == name {
			return &h.node.Fields[i]
		}
	}
	return nil
}

// once gives a field of one value.
func (h *viaHop) once(name, text string) error {
	if text == "" {
		return fmt.Errorf("it must not be empty")
	}
	if given := h.field(name); given != nil {
		return fmt.Errorf("%s has it twice", h.file)
	}
	h.node.Fields = append(h.node.Fields, source.Field{Name: name, Value: h.text(text)})
	return nil
}

// more adds an entry to a list.
func (h *viaHop) more(name, text string) error {
	if text == "" {
		return fmt.Errorf("it must not be empty")
	}
	list := h.container(name, source.List)
	list.Items = append(list.Items, h.text(text))
	return nil
}

// container is a field that holds a list or an object.
func (h *viaHop) container(name string, kind source.Kind) *source.Node {
	if given := h.field(name); given != nil {
		return given.Value
	}
	n := &source.Node{Kind: kind, File: &h.file}
	h.node.Fields = append(h.node.Fields, source.Field{Name: name, Value: n})
	return n
}

// tag adds a tag. Keys that differ in case alone are left to the call, which refuses them.
func (h *viaHop) tag(text string) error {
	var given pairs
	if err := given.Set(text); err != nil {
		return err
	}
	tags := h.container("tags", source.Object)
	if tags.Get(given.list[0].key) != nil {
		return fmt.Errorf("%s has the tag %s twice", h.file, given.list[0].key)
	}
	tags.Fields = append(tags.Fields, source.Field{Name: given.list[0].key, Value: h.text(given.list[0].value)})
	return nil
}

// key adds a value of a condition key; repeated, the key has several values.
func (h *viaHop) key(text string) error {
	var given pairs
	if err := given.Set(text); err != nil {
		return err
	}
	name, value := given.list[0].key, h.text(given.list[0].value)
	context := h.container("context", source.Object)
	for i := range context.Fields {
		f := &context.Fields[i]
		switch {
		case conditions.FoldKey(f.Name) != conditions.FoldKey(name):
			continue
		case h.mfa && conditions.FoldKey(name) == conditions.FoldKey(secondFactor):
			return fmt.Errorf("%s has --via-mfa as well, which gives the key %s", h.file, secondFactor)
		case f.Value.Kind != source.List:
			f.Value = &source.Node{Kind: source.List, Items: []*source.Node{f.Value}, File: &h.file}
		}
		f.Value.Items = append(f.Value.Items, value)
		return nil
	}
	context.Fields = append(context.Fields, source.Field{Name: name, Value: value})
	return nil
}

const secondFactor = "aws:MultiFactorAuthPresent"

func (h *viaHop) factor(text string) error {
	if text != "true" && text != "false" {
		return fmt.Errorf("it is true or false")
	}
	context := h.container("context", source.Object)
	for _, f := range context.Fields {
		if conditions.FoldKey(f.Name) == conditions.FoldKey(secondFactor) {
			return fmt.Errorf("%s has the key %s already", h.file, secondFactor)
		}
	}
	h.mfa = true
	context.Fields = append(context.Fields, source.Field{Name: secondFactor, Value: h.text(text)})
	return nil
}

func (h *viaHop) policy(file string) error {
	switch {
	case file == "":
		return fmt.Errorf("it must not be empty")
	case h.policyFile != "":
		return fmt.Errorf("%s has it twice", h.file)
	}
	h.policyFile = file
	return nil
}

// register adds the flags to a command.
func (v *viaFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(viaFlag{v}, "via", "a role that is assumed first, or sts:GetSessionToken or sts:GetFederationToken; repeated, one call after another")
	once := func(name string) func(*viaHop, string) error {
		return func(h *viaHop, text string) error { return h.once(name, text) }
	}
	more := func(name string) func(*viaHop, string) error {
		return func(h *viaHop, text string) error { return h.more(name, text) }
	}
	for _, f := range []struct {
		name, word, doc string
		set             func(*viaHop, string) error
	}{
		{"via-action", "ACTION", "the STS call of the --via before; sts:AssumeRole if left out", once("action")},
		{"via-name", "NAME", "the federated user's name of sts:GetFederationToken", once("name")},
		{"via-session-name", "NAME", "the role session's name of the --via before; \"session\" if left out", once("sessionName")},
		{"via-external-id", "ID", "the external id that the --via before passes", once("externalId")},
		{"via-source-identity", "TEXT", "the source identity that the --via before sets", once("sourceIdentity")},
		{"via-tag", "KEY=VALUE", "a session tag that the --via before passes; may be repeated", (*viaHop).tag},
		{"via-transitive", "KEY", "a tag of the --via before that later sessions inherit; may be repeated", more("transitiveTagKeys")},
		{"via-policy", "FILE", "the file of a session policy that the --via before passes", (*viaHop).policy},
		{"via-policy-arn", "ARN", "the ARN of a managed session policy that the --via before passes; may be repeated", more("policyArns")},
		{"via-duration", "SECONDS", "how long the session of the --via before is to last", once("durationSeconds")},
		{"via-context", "KEY=VALUE", "a condition key of the call of the --via before; repeated, the key has several values", (*viaHop).key},
		{"via-mfa", "bool", "whether the --via before gives a second factor", (*viaHop).factor},
	} {
		flags.Var(&hopFlag{via: v, word: f.word, set: f.set}, f.name, f.doc)
	}
	flags.Lookup("via-mfa").NoOptDefVal = "true"
	v.file.word = "FILE"
	flags.Var(&v.file, "via-file", "the chain as the `via` of a suite holds it: a YAML or JSON list of calls")
	flags.Lookup("via-file").Usage = strings.ReplaceAll(flags.Lookup("via-file").Usage, "`", "")
}

// hops reads the chain of the command line; none without one.
func (a *app) hops(f *canFlags) ([]chain.Hop, error) {
	v := &f.via
	if v.file.set && len(v.hops) > 0 {
		return nil, usageError("the chain is given by --via and by --via-file; give one of them")
	}
	list, err := v.list(a)
	if list == nil || err != nil {
		return nil, err
	}
	options := model.ReadOptions{Lenient: f.lenient, AnyOperatorCase: f.assume.anyOperatorCase}
	hops, diagnostics := scenarios.ReadHops(list, options)
	if err := a.report(diagnostics, "correct the chain"); err != nil {
		return nil, err
	}
	for i, h := range v.hops {
		if h.policyFile == "" {
			continue
		}
		policy, err := a.sessionPolicy(h.policyFile, "--via-policy", options)
		if err != nil {
			return nil, err
		}
		hops[i].Policies = []*model.Policy{policy}
	}
	return hops, nil
}

// list is the chain as a suite would hold it; nil without one.
func (v *viaFlags) list(a *app) (*source.Node, error) {
	if !v.file.set {
		if len(v.hops) == 0 {
			return nil, nil
		}
		list := &source.Node{Kind: source.List, File: &v.hops[0].file}
		for _, h := range v.hops {
			list.Items = append(list.Items, &h.node)
		}
		return list, nil
	}
	data, called, err := a.readFile(v.file.text, "--via-file")
	if err != nil {
		return nil, err
	}
	list, err := source.Parse(called, data)
	if err != nil {
		return nil, a.report(model.SyntaxDiagnostics(err), "")
	}
	return list, nil
}
