package inventory

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"iamsim/internal/source"
	"iamsim/model"
)

// Options of reading.
type Options struct {
	// Lenient lets documents be read that AWS itself would have stored although
	// they have errors (A70).
	Lenient bool
	// Override lets later inputs win where the same ARN, endpoint id or
	// organization is declared twice; without it that is an error. Earlier
	// entries are replaced whole.
	Override bool
	// AnyOperatorCase accepts condition operators in any letter case (A25).
	AnyOperatorCase bool
	// AWSManaged keeps the warnings about AWS's own managed policies, which are
	// left out otherwise: nobody but AWS can change them.
	AWSManaged bool
	// Inspect, if not nil, is called with every policy document that was read
	// without errors; with AWS's own managed policies only if AWSManaged is
	// set. owner is the ARN of what the document belongs to: a managed policy,
	// an identity, a resource; empty where it has none. A document that several
	// entities name is read, and shown, for each.
	Inspect func(document *source.Node, policy *model.Policy, owner string)
}

// Loader reads inputs one after the other and puts them together. Inputs may
// refer to each other in any order. A Loader is used once and by one goroutine.
type Loader struct {
	reader
	entries []entry
	// strays are the policy documents found in directories: other files may
	// refer to them; those that no file refers to are errors.
	strays []stray
	pages  map[string]pages // by account id
	// nameless counts the managed policies of one input that have no ARN.
	nameless struct {
		first model.Position
		count int
	}
}

// stray is what a file would be reported for unless another one refers to it.
type stray struct {
	name  string
	found []model.Diagnostic
}

// pages tells of one account's export, which AWS gives in pages, where a page
// stands that says more follow, and whether a last page was read.
type pages struct {
	truncated model.Position
	complete  bool
}

// Load reads files and directories with the zero Options. The inventory is nil
// if one of the diagnostics is an error.
func Load(fsys fs.FS, paths ...string) (*Inventory, []model.Diagnostic) {
	l := NewLoader(fsys, Options{})
	for _, name := range paths {
		l.Add(name)
	}
	return l.Finish()
}

// NewLoader returns a loader that opens files in fsys. OS gives the files of
// the operating system.
func NewLoader(fsys fs.FS, o Options) *Loader { return &Loader{reader: newReader(fsys, o, false)} }

// Add reads a file, or every *.json, *.yaml, *.yml and *.ndjson file, gzipped
// ones too, below a directory in the order of their paths. Documents that
// another input names in file, policyFile or trustPolicyFile are no inputs of
// their own there. What cannot be read is reported by Finish.
func (l *Loader) Add(name string) {
	info, err := fs.Stat(l.fsys, path.Clean(name))
	switch {
	case err != nil:
		l.unreadable(name, err)
	case info.IsDir():
		l.addDirectory(path.Clean(name))
	default:
		l.addFile(name, false)
	}
}

func (l *Loader) unreadable(name string, err error) {
	l.report(model.Position{File: name}, "unreadable-file", "cannot read "+quote(name)+": "+reason(err), l.near(path.Clean(name)))
}

func (l *Loader) addDirectory(dir string) {
	names, err := filesBelow(l.fsys, dir)
	if err != nil {
		l.unreadable(dir, err)
		return
	}
	if len(names) == 0 {
		l.report(model.Position{File: dir}, "empty-input", "the directory holds no .json, .yaml, .yml or .ndjson file", "")
	}
	for _, name := range names {
		l.addFile(name, true)
	}
}

func (l *Loader) addFile(name string, listed bool) {
	data, err := fs.ReadFile(l.fsys, path.Clean(name))
	if err != nil {
		l.unreadable(name, err)
		return
	}
	l.addData(name, data, listed)
}

// AddData reads data that stands in no file, such as standard input. Its name
// appears in messages; files that it names are relative to the name's directory.
func (l *Loader) AddData(name string, data []byte) { l.addData(name, data, false) }

func (l *Loader) addData(name string, data []byte, listed bool) {
	documents, err := source.ParseAll(name, data)
	if err != nil {
		l.syntax(err)
		return
	}
	before := len(l.diagnostics)
	misplaced, next := false, 0
	ahead(&l.reader, documents, recordUses, func(n *source.Node) {
		documents[next] = nil // lets the nodes of a large export go
		next++
		misplaced = l.input(n, path.Dir(name)) || misplaced
	})
	l.reportNameless()
	if misplaced && listed {
		l.strays = append(l.strays, stray{path.Clean(name), slices.Clone(l.diagnostics[before:])})
		l.diagnostics = l.diagnostics[:before]
	}
}

// AddPolicySet adds a policy set that stands within another document. Files
// that it names are relative to dir.
func (l *Loader) AddPolicySet(n *source.Node, dir string) {
	if n == nil {
		return
	}
	entries := l.policySet(n, dir)
	if l.entries == nil {
		l.entries = entries
		return
	}
	l.entries = append(l.entries, entries...)
}

// input reads one document of any known format. It returns true for a document
// that is a policy, and reports that as misplaced.
func (l *Loader) input(n *source.Node, dir string) (misplaced bool) {
	switch {
	case n.Kind == source.Null || n.Kind == source.List && len(n.Items) == 0:
		l.report(n.Position(), "empty-input", "there is nothing here", "a policy set, an account export or managed policies are expected")
	case n.Kind == source.List:
		l.list(n)
	case n.Kind != source.Object:
		l.report(n.Position(), "unrecognized-input", "found "+describe(n), expectedInputs)
	case isExport(n):
		l.addExport(n)
	case isManagedRecord(n):
		l.addManaged(n)
	case isPolicySet(n):
		l.AddPolicySet(n, dir)
	default:
		return l.unrecognized(n)
	}
	return false
}

const expectedInputs = "expected are a policy set, answers of `aws iam get-account-authorization-details`, " +
	"or managed policies as objects with arn, name and document"

// list reads a list of account exports or of managed policies.
func (l *Loader) list(n *source.Node) {
	for _, item := range n.Items {
		switch {
		case item.Kind == source.Object && isExport(item):
			l.addExport(item)
		case item.Kind == source.Object && isManagedRecord(item):
			l.addManaged(item)
		default:
			l.report(item.Position(), "unrecognized-input",
				"an entry of a list of inputs is neither an account export nor a managed policy; found "+describe(item), expectedInputs)
		}
	}
}

// addManaged adds a managed policy. Lists of AWS's own managed policies hold
// withdrawn ones without an ARN.
func (l *Loader) addManaged(n *source.Node) {
	if n.Get("arn").Kind != source.Null {
		l.entries = append(l.entries, l.managedRecord(n))
		return
	}
	if l.nameless.count++; l.nameless.count == 1 {
		l.nameless.first = n.Position()
	}
}

func (l *Loader) reportNameless() {
	if l.nameless.count > 0 {
		l.report(l.nameless.first, "missing-arn",
			fmt.Sprintf("%d managed policies have no ARN and are left out, this one first", l.nameless.count), "")
	}
	l.nameless.count = 0
}

func (l *Loader) addExport(n *source.Node) {
	l.entries = append(l.entries, l.export(n)...)
	for i := range n.Fields {
		if f := &n.Fields[i]; policySetShape.field(f.Name) != nil {
			l.report(n.FieldPosition(f), "unknown-field", "an account export has no field "+quote(f.Name)+", which belongs to policy sets",
				"put it into a file of its own")
		}
	}
	account := exportedAccount(n)
	at := l.pages[account]
	if n.Get("IsTruncated") != nil && l.text(n.Get("IsTruncated")) == "true" {
		at.truncated = n.Position()
	} else {
		at.complete = true
	}
	if l.pages == nil {
		l.pages = map[string]pages{}
	}
	l.pages[account] = at
}

// exportedAccount returns the account that an export's entities belong to;
// empty where it holds none but AWS's own policies.
func exportedAccount(n *source.Node) string {
	for _, f := range n.Fields {
		if f.Value.Kind != source.List {
			continue
		}
		for _, item := range f.Value.Items {
			if arn := item.Get("Arn"); arn != nil {
				if parsed, err := model.ParseARN(arn.Text); err == nil && model.IsAccountID(parsed.Account) {
					return parsed.Account
				}
			}
		}
	}
	return ""
}

// isPolicySet reports whether an object has a field of policy sets, or nothing at all.
func isPolicySet(n *source.Node) bool {
	return len(n.Fields) == 0 || slices.ContainsFunc(n.Fields, func(f source.Field) bool { return policySetShape.field(f.Name) != nil })
}

// unrecognized reports an object of no known format, and says where it
// belongs if that can be told.
func (l *Loader) unrecognized(n *source.Node) (misplaced bool) {
	if n.Get("scenarios") != nil || n.Get("policySets") != nil {
		l.report(n.Position(), "misplaced-suite", "this is a scenario suite, not an inventory", "run it with `simulate test`")
		return false
	}
	if _, form, err := model.UnwrapDocument(n); err == nil && (form != "" || n.Get("Statement") != nil) {
		what := "a policy document"
		if form != "" {
			what = "an answer to " + form + ", which holds one policy"
		}
		l.report(n.Position(), "misplaced-document", "this is "+what+", not an inventory", belongs(form))
		return true
	}
	names := make([]string, 0, len(n.Fields))
	for _, f := range n.Fields {
		names = append(names, f.Name)
	}
	hint := expectedInputs
	if near := suggestion(names[0], policySetShape.fieldNames()); near != "" {
		hint = near
	}
	l.report(n.Position(), "unrecognized-input", fmt.Sprintf("an object with the field %s has none of the known formats", quote(names[0])), hint)
	return false
}

// belongs says which field of a policy set takes a file that holds an answer
// of the AWS CLI.
func belongs(form string) string {
	switch form {
	case "get-role":
		return "name the file in trustPolicyFile of a role of a policy set"
	case "get-user-policy", "get-group-policy", "get-role-policy":
		return "name the file in inlinePolicies of a policy set: {NAME: {file: FILE}}"
	case "get-policy-version", "describe-policy":
		return "name the file in an entry of policies of a policy set: {arn: ARN, file: FILE}"
	case "":
		return "name the file in a policy set: file, policyFile or trustPolicyFile"
	default:
		return "name the file in policyFile of a resource of a policy set"
	}
}

// Finish resolves what the inputs refer to and returns the inventory, or nil
// if there are errors. The diagnostics are sorted by place.
func (l *Loader) Finish() (*Inventory, []model.Diagnostic) {
	db := newDatabase()
	tables := newStore(db.Txn(true))
	newBuilder(&l.reader, tables).build(l.winners(l.entries))
	l.reportStrays()
	for _, account := range slices.Sorted(maps.Keys(l.pages)) {
		// A page of AWS's own policies alone may be any account's.
		if at := l.pages[account]; at.truncated != (model.Position{}) && !at.complete && !l.pages[""].complete && (account != "" || len(l.pages) == 1) {
			l.report(at.truncated, "truncated-export", "the account export is truncated and its last page is not in the inputs",
				"add the other pages")
		}
	}
	if found := l.sorted(); model.HasErrors(found) {
		tables.txn.Abort()
		return nil, found
	}
	tables.commit()
	return &Inventory{db: db}, l.sorted()
}

func (l *Loader) reportStrays() {
	for _, s := range l.strays {
		if !l.referred[s.name] {
			l.diagnostics = append(l.diagnostics, s.found...)
		}
	}
}

// sorted returns the diagnostics by place, each of them once: a file that two
// entries name is read twice.
func (r *reader) sorted() []model.Diagnostic {
	model.SortDiagnostics(r.diagnostics)
	return slices.Compact(slices.Clone(r.diagnostics))
}
