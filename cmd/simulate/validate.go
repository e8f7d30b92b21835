package main

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"iamsim/internal/printable"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
	"iamsim/model/lint"
	"iamsim/scenarios"
)

// validateFlags are the flags of `validate`.
type validateFlags struct {
	reading  inputs
	assume   assumptions
	together bool
	kind     *choice
	failOn   *choice
	output   *choice
	lint     lintFlags
}

func (a *app) validateCommand() *cobra.Command {
	f := &validateFlags{
		kind: newChoice("kind", kindWords...), failOn: newChoice("fail-on", "error", "warning"),
		output: newChoice("output", "text", "json", "sarif"),
	}
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Report the errors and warnings of policies, policy sets and suites",
		Long: `validate reports what is wrong, or probably not meant, in files: policy
documents, bare or in an answer of the AWS CLI; policy sets; account exports;
lists of managed policies; scenario suites with all that they name. Of a folder
it takes every .json, .yaml, .yml and .ndjson file, also gzipped. Each file is
read by itself unless --together is given. - is standard input. Every finding has a
stable id, which --output json shows; docs/lint.md lists all of them.

What a bare policy document is used as is guessed from its content and told;
--kind says it.

The exit code is 0 if no errors were found, 1 if some were, 2 if a file could
not be read.`,
		Example: `  simulate validate scenarios/examples/organization.yaml scenarios/examples/quickstart.yaml
  simulate validate --together scenarios/examples/account.json scenarios/examples/organization.yaml
  aws organizations describe-policy --policy-id p-12345678 | simulate validate -
  simulate validate scenarios/examples --output sarif > findings.sarif`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.settle(cmd, &f.lint); err != nil {
				return err
			}
			return a.validate(f, args)
		},
	}
	flags := cmd.Flags()
	flags.Var(f.kind, "kind", "what bare policy documents are used as")
	flags.BoolVar(&f.together, "together", false, "read policy sets and exports as one input, as can reads its -f files")
	flags.Var(f.failOn, "fail-on", "the least finding for which the exit code is 1")
	flags.Var(f.output, "output", "the form of the report")
	f.reading.registerReading(cmd)
	f.assume.register(cmd)
	f.lint.register(cmd)
	f.kind.complete(cmd)
	f.failOn.complete(cmd)
	f.output.complete(cmd)
	return cmd
}

func (a *app) validate(f *validateFlags, paths []string) error {
	if len(paths) == 0 {
		return usageError("no file given").hint("name files or folders, or - for standard input")
	}
	v := &validation{app: a, flags: f}
	_, done := a.progress("validating")
	for _, name := range paths {
		v.path(name)
	}
	v.finish()
	done()
	a.exit(v.exitCode())
	switch f.output.value {
	case "json":
		return a.outputText(jsonText(v.json()))
	case "sarif":
		return a.outputText(jsonText(v.sarif()))
	}
	var b strings.Builder
	v.writeText(&b)
	return a.outputText(b.String())
}

// validation is one run of `validate`.
type validation struct {
	app     *app
	flags   *validateFlags
	sources sources
	files   []validated
	// shared takes the policy sets and exports with --together.
	shared *inventory.Loader
	// sharedLinter checks what shared reads.
	sharedLinter *lint.Linter
	findings     []model.Diagnostic
	// suppressed counts the findings that were left out.
	suppressed int
}

// validated is one file.
type validated struct {
	file string
	// what the file holds, and why a document is taken for it.
	what, why string
	// unreadable is set where the file could not be read at all.
	unreadable bool
}

// unreadableID is the id of findings about files that cannot be read; the
// inventory's reader uses it too.
const unreadableID = "unreadable-file"

// path takes a file or a folder.
func (v *validation) path(name string) {
	if name == dash {
		data, err := v.app.readStdin("validate -")
		v.read(standardInput, data, err)
		return
	}
	info, err := fs.Stat(inventory.OS(), name)
	if err != nil || !info.IsDir() {
		v.file(name)
		return
	}
	found := 0
	err = fs.WalkDir(inventory.OS(), name, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			v.unreadable(file, err)
			found++
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && entry.Name() != inventory.SettingsFile && isInput(file):
			v.file(file)
			found++
		}
		return nil
	})
	switch {
	case err != nil:
		v.unreadable(name, err)
	case found == 0:
		v.fault(name, "the folder holds no .json, .yaml, .yml or .ndjson file")
	}
}

// isInput reports whether a file of a folder is read.
func isInput(name string) bool {
	name = strings.TrimSuffix(name, ".gz")
	return slices.ContainsFunc([]string{".json", ".yaml", ".yml", ".ndjson"}, func(suffix string) bool {
		return strings.HasSuffix(name, suffix)
	})
}

func (v *validation) file(name string) {
	data, err := fs.ReadFile(inventory.OS(), name)
	v.read(name, data, err)
}

func (v *validation) unreadable(name string, err error) {
	v.fault(name, "the file cannot be read: "+pathless(err))
}

// fault reports an input that cannot be read at all.
func (v *validation) fault(name, message string) {
	v.files = append(v.files, validated{file: name, what: "unreadable", unreadable: true})
	v.findings = append(v.findings, model.Diagnostic{
		Position: model.Position{File: name}, Severity: model.Error, ID: unreadableID, Message: message,
	})
}

// read tells what an input is and checks it.
func (v *validation) read(name string, data []byte, err error) {
	if err != nil {
		v.unreadable(name, err)
		return
	}
	v.sources.add(name, data)
	documents, err := source.ParseAll(name, data)
	if err != nil {
		v.add(validated{file: name, what: "neither JSON nor YAML"}, model.SyntaxDiagnostics(err))
		return
	}
	if slices.ContainsFunc(documents, func(d *source.Node) bool { return d.Get("scenarios") != nil }) {
		v.suite(name)
		return
	}
	if len(documents) == 1 {
		inner, form, err := model.UnwrapDocument(documents[0])
		if err == nil && documents[0].Kind == source.Object && len(documents[0].Fields) > 0 {
			v.policy(name, inner, documents[0], form)
			return
		}
	}
	v.inventory(name, data, inventoryFormat(documents))
}

func (v *validation) add(file validated, findings []model.Diagnostic) {
	v.files = append(v.files, file)
	v.findings = append(v.findings, findings...)
}

func (v *validation) policy(name string, document, answer *source.Node, form string) {
	file := validated{file: name}
	kind, given := kindsByWord[v.flags.kind.value]
	if !given {
		kind, file.why = guessKind(document, answer, form)
	}
	file.what = kindNames[kind]
	policy, findings := model.ReadPolicy(document, kind, model.ReadOptions{
		Lenient: v.flags.reading.lenient, AnyOperatorCase: v.flags.assume.anyOperatorCase,
	})
	linter := v.linter()
	linter.Check(document, policy, "")
	v.add(file, append(findings, linter.Findings()...))
}

func (v *validation) suite(name string) {
	if name == standardInput {
		v.fault(name, "a scenario suite names files relative to its own, and standard input has no place: give the suite's file")
		return
	}
	linter := v.linter()
	suite, findings := scenarios.LoadSuite(inventory.OS(), name, scenarios.LoadOptions{Options: v.options(linter)})
	if suite != nil {
		findings = append(findings, suite.Check()...)
	}
	v.add(validated{file: name, what: "scenario suite"}, append(findings, linter.Findings()...))
}

// inventory checks a policy set or one of the formats that AWS's tools write.
// It is not given the nodes: beside those that the loader makes, they would
// double the memory that a large export takes.
func (v *validation) inventory(name string, data []byte, format string) {
	loader, linter := v.shared, v.sharedLinter
	if loader == nil {
		linter = v.linter()
		options := v.options(linter)
		// Who names a list of AWS's own policies asks about them; an export
		// merely carries them along.
		options.AWSManaged = options.AWSManaged || format == managedPolicies && !v.flags.together
		loader = inventory.NewLoader(inventory.OS(), options)
	}
	if v.flags.together {
		v.shared, v.sharedLinter = loader, linter
	}
	if name == standardInput {
		loader.AddData(name, data)
	} else {
		loader.Add(name)
	}
	v.add(validated{file: name, what: format}, nil)
	if !v.flags.together {
		_, findings := loader.Finish()
		v.findings = append(append(v.findings, findings...), linter.Findings()...)
	}
}

const managedPolicies = "managed policies"

// inventoryFormat calls an input by what its first document holds.
func inventoryFormat(documents []*source.Node) string {
	if len(documents) == 0 {
		return "empty"
	}
	first := documents[0]
	if first.Kind == source.List && len(first.Items) > 0 {
		first = first.Items[0]
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return first.Get(name) != nil })
	}
	switch {
	case has("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
		return "account export"
	case has("document"):
		return managedPolicies
	}
	return "policy set"
}

// finish ends the reading and puts the findings in order.
func (v *validation) finish() {
	if v.shared != nil {
		_, findings := v.shared.Finish()
		v.findings = append(append(v.findings, findings...), v.sharedLinter.Findings()...)
	}
	v.findings = v.settled(distinct(v.findings))
}

// exitCode is 2 if a file could not be read, 1 if findings weigh enough.
func (v *validation) exitCode() int {
	if slices.ContainsFunc(v.files, func(f validated) bool { return f.unreadable }) {
		return exitUnusable
	}
	if slices.ContainsFunc(v.findings, func(d model.Diagnostic) bool {
		return d.Severity == model.Error || v.flags.failOn.value == "warning"
	}) {
		return exitNo
	}
	return exitYes
}

// counts returns the numbers of errors and warnings, in one file or, with an
// empty name, in all.
func (v *validation) counts(file string) (errors, warnings int) {
	for _, d := range v.findings {
		switch {
		case file != "" && d.Position.File != file:
		case d.Severity == model.Error:
			errors++
		default:
			warnings++
		}
	}
	return errors, warnings
}

func countsText(errors, warnings int) string {
	var parts []string
	if errors > 0 {
		parts = append(parts, count(errors, "error"))
	}
	if warnings > 0 {
		parts = append(parts, count(warnings, "warning"))
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing found")
}

// writeText writes the findings with the lines they are about, then the files.
func (v *validation) writeText(b *strings.Builder) {
	for _, d := range v.findings {
		writeFinding(b, v.app.paint, d)
		b.WriteString(v.sources.excerpt(d.Position))
		writeHint(b, d)
	}
	if len(v.findings) > 0 {
		b.WriteString("\n")
	}
	for _, f := range v.files {
		what := f.what
		if f.why != "" {
			what += ", " + f.why + " (--kind says otherwise)"
		}
		b.WriteString(printable.Text(f.file+": "+what+": "+countsText(v.counts(f.file))) + "\n")
	}
	if len(v.files) > 1 {
		b.WriteString(count(len(v.files), "file") + ": " + countsText(v.counts("")) + "\n")
	}
	if v.suppressed > 0 {
		b.WriteString(count(v.suppressed, "warning") + " suppressed\n")
	}
}
