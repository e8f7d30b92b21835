package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"iamsim/eval"
	"iamsim/model"
)

// The types of this file are pflag.Values.
var (
	_ pflag.Value = (*choice)(nil)
	_ pflag.Value = (*pairs)(nil)
	_ pflag.Value = (*texts)(nil)
	_ pflag.Value = (*once)(nil)
	_ pflag.Value = (*instant)(nil)
	_ pflag.Value = (*optionalBool)(nil)
	_ pflag.Value = (*assumptions)(nil)
)

// choice is a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
	flag    string
}

// newChoice returns a choice with the first word as its default.
func newChoice(flag string, allowed ...string) *choice {
	return &choice{value: allowed[0], allowed: allowed, flag: flag}
}

func colorFlag() *choice { return newChoice("color", "auto", "always", "never") }

// Set takes one of the allowed words.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		return fmt.Errorf("%s", oneOf(text, c.allowed))
	}
	c.value = text
	return nil
}

func (c *choice) String() string { return c.value }

// Type is the word that help shows for the value.
func (c *choice) Type() string { return strings.Join(c.allowed, "|") }

// complete offers the allowed words to shells.
func (c *choice) complete(cmd *cobra.Command) {
	words := cobra.FixedCompletions(c.allowed, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(c.flag, words); err != nil {
		panic("simulate: " + err.Error())
	}
}

// oneOf says what a word may be, and what it was probably meant to be.
func oneOf(text string, allowed []string) string {
	if near, ok := model.Suggest(text, allowed); ok {
		return fmt.Sprintf("did you mean %q? allowed are %s", near, strings.Join(allowed, ", "))
	}
	return "allowed are " + strings.Join(allowed, ", ")
}

// texts is a flag that may be repeated. Its values are never split at commas,
// which file names and ARNs may hold.
type texts struct {
	word string
	list []string
}

// Set adds a value.
func (t *texts) Set(text string) error {
	if text == "" {
		return fmt.Errorf("it must not be empty")
	}
	t.list = append(t.list, text)
	return nil
}

func (t *texts) String() string { return strings.Join(t.list, " ") }

// Type is the word that help shows for the value.
func (t *texts) Type() string { return t.word }

// errRepeated keeps a later value from silently replacing an earlier one: of
// two session policies, say, the one that limits. The same value again is no
// error, not least because completion parses a command line twice.
var errRepeated = errors.New("the flag is given twice, with different values")

// once is a flag that takes one text.
type once struct {
	word, text string
	set        bool
}

// Set takes the text.
func (o *once) Set(text string) error {
	switch {
	case o.set && o.text != text:
		return errRepeated
	case text == "":
		return fmt.Errorf("it must not be empty")
	}
	o.text, o.set = text, true
	return nil
}

func (o *once) String() string { return o.text }

// Type is the word that help shows for the value.
func (o *once) Type() string { return o.word }

// pair is KEY=VALUE.
type pair struct{ key, value string }

// pairs is a flag of KEY=VALUE that may be repeated.
type pairs struct{ list []pair }

// Set splits at the first equals sign; the value may be empty, the key may not.
func (p *pairs) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok || key == "" {
		return fmt.Errorf("it is written KEY=VALUE; %s= stands for the empty string", key)
	}
	p.list = append(p.list, pair{key, value})
	return nil
}

func (p *pairs) String() string {
	var list []string
	for _, one := range p.list {
		list = append(list, one.key+"="+one.value)
	}
	return strings.Join(list, " ")
}

// Type is the word that help shows for the value.
func (p *pairs) Type() string { return "KEY=VALUE" }

// instant is a flag that takes a time.
type instant struct{ time time.Time }

// Set takes an RFC 3339 time.
func (i *instant) Set(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return fmt.Errorf("it is written like 2026-11-22T10:00:00Z (RFC 3339)")
	case at.IsZero():
		return fmt.Errorf("the first second of year 1 stands for no time")
	case !i.time.IsZero() && !i.time.Equal(at):
		return errRepeated
	}
	i.time = at
	return nil
}

func (i *instant) String() string {
	if i.time.IsZero() {
		return ""
	}
	return i.time.Format(time.RFC3339)
}

// Type is the word that help shows for the value.
func (i *instant) Type() string { return "TIME" }

// optionalBool is a boolean that may also be left out.
type optionalBool struct{ value *bool }

// Set takes true or false.
func (o *optionalBool) Set(text string) error {
	value := text == "true"
	switch {
	case !value && text != "false":
		return fmt.Errorf("it is true or false")
	case o.value != nil && *o.value != value:
		return errRepeated
	}
	o.value = &value
	return nil
}

func (o *optionalBool) String() string {
	if o.value == nil {
		return ""
	}
	return fmt.Sprint(*o.value)
}

// Type is the word that help shows for the value.
func (o *optionalBool) Type() string { return "bool" }

// assumptions is the flag that chooses the reading of uncertain rules.
type assumptions struct {
	given []string
	// options are those of deciding.
	options eval.Options
	// anyOperatorCase is the one of reading (A25).
	anyOperatorCase bool
}

// Set takes RULE=VALUE.
func (a *assumptions) Set(text string) error {
	rule, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("it is written RULE=VALUE, such as colonCrossing=never")
	}
	if err := a.options.Assume(rule, value); err != nil {
		return err
	}
	for _, info := range eval.OptionTable() {
		if info.ReadOption && (strings.EqualFold(rule, info.Name) || strings.EqualFold(rule, info.Rule)) {
			a.anyOperatorCase = value == info.Alternative
		}
	}
	a.given = append(a.given, text)
	return nil
}

func (a *assumptions) String() string { return strings.Join(a.given, " ") }

// Type is the word that help shows for the value.
func (a *assumptions) Type() string { return "RULE=VALUE" }

// register adds the flag to a command.
func (a *assumptions) register(cmd *cobra.Command) {
	cmd.Flags().Var(a, "assume", "read an uncertain rule of docs/semantics.md, section H, otherwise; may be repeated")
	err := cmd.RegisterFlagCompletionFunc("assume", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var list []string
		for _, info := range eval.OptionTable() {
			for _, value := range []string{info.Default, info.Alternative} {
				list = append(list, info.Name+"="+value+"\t"+info.Rule+": "+info.Question)
			}
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic("simulate: " + err.Error())
	}
}
