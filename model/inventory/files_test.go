package inventory

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

const oneUser = `users: [{arn: "arn:aws:iam::111122223333:user/u"}]`

func TestDirectory(t *testing.T) {
	fsys := files(map[string]string{
		"sets/b.yaml":                `groups: [{arn: "arn:aws:iam::111122223333:group/g"}]`,
		"sets/a/deep/users.YML":      oneUser,
		"sets/policies/trust.json":   `{"Role": {"AssumeRolePolicyDocument": TRUST}}`,
		"sets/policies/managed.json": "ALLOW",
		"sets/c.json": `{"roles": [{"arn": "arn:aws:iam::111122223333:role/R", "trustPolicyFile": "policies/trust.json"}],
			"policies": [{"name": "P", "file": "./policies/../policies/managed.json"}]}`,
		"sets/readme.md":   "not read",
		"sets/list.ndjson": `{"arn":"arn:aws:iam::aws:policy/P","document":` + allowJSON + `}`,
		"sets/empty/x.txt": "",
	})
	for _, dir := range []string{"sets", "./sets", "sets/"} {
		inv, found := Load(fsys, dir)
		require.Empty(t, lines(found), dir)
		require.Equal(t, []int{2, 1, 2}, count(inv.Snapshot()))
	}
	_, found := Load(fsys, "sets/empty")
	require.Equal(t, []string{"sets/empty: error: the directory holds no .json, .yaml, .yml or .ndjson file"}, lines(found))

	fsys["sets/policies/stray.json"] = &fstest.MapFile{Data: []byte(allowJSON)}
	inv, found := Load(fsys, "sets")
	require.Nil(t, inv)
	require.Equal(t, []string{"sets/policies/stray.json:1:1: error: this is a policy document, not an inventory; name the file in a policy set: file, policyFile or trustPolicyFile"}, lines(found))

	_, found = Load(fsys, "sets/c.json", "sets/policies/trust.json")
	require.Len(t, found, 1, "a file that is named as an input is one, whoever else refers to it")
	require.Equal(t, "misplaced-document", found[0].ID)
}

func TestDirectoryIsReadInTheOrderOfPaths(t *testing.T) {
	user := func(id string) string {
		return `users: [{arn: "arn:aws:iam::111122223333:user/u", userId: ` + id + `}]`
	}
	fsys := files(map[string]string{"d/a/1.yaml": user("first"), "d/a.yaml": user("second"), "d/b.json.gz": user("third")})
	l := NewLoader(fsys, Options{Override: true})
	l.Add("d")
	inv, found := l.Finish()
	require.Empty(t, lines(found))
	got, _ := inv.Snapshot().Principal("arn:aws:iam::111122223333:user/u")
	require.Equal(t, "third", got.ID)

	_, found = Load(fsys, "d")
	require.Equal(t, []string{
		`d/a/1.yaml:1:9: error: "arn:aws:iam::111122223333:user/u" is declared twice; first at d/a.yaml:1:9; remove one of them, or let later inputs win with --override`,
		`d/b.json.gz:1:9: error: "arn:aws:iam::111122223333:user/u" is declared twice; first at d/a.yaml:1:9; remove one of them, or let later inputs win with --override`,
	}, lines(found))
}

func TestInputsThatAreNone(t *testing.T) {
	const expected = "; expected are a policy set, answers of `aws iam get-account-authorization-details`, or managed policies as objects with arn, name and document"
	tests := []struct{ name, text, want string }{
		{"scenario suite", `{"name": "x", "scenarios": []}`, "1:1: error: this is a scenario suite, not an inventory; run it with `simulate test`"},
		{"policy document", allowJSON, "1:1: error: this is a policy document, not an inventory; name the file in a policy set: file, policyFile or trustPolicyFile"},
		{"get-role", `{"Role": {"AssumeRolePolicyDocument": ` + trustJSON + `}}`, "1:1: error: this is an answer to get-role, which holds one policy, not an inventory; name the file in trustPolicyFile of a role of a policy set"},
		{"get-policy-version", `{"PolicyVersion": {"Document": ` + allowJSON + `}}`, "1:1: error: this is an answer to get-policy-version, which holds one policy, not an inventory; name the file in an entry of policies of a policy set: {arn: ARN, file: FILE}"},
		{"describe-policy", `{"Policy": {"PolicySummary": {}, "Content": "{}"}}`, "1:1: error: this is an answer to describe-policy, which holds one policy, not an inventory; name the file in an entry of policies of a policy set: {arn: ARN, file: FILE}"},
		{"get-user-policy", `{"UserName": "u", "PolicyName": "p", "PolicyDocument": ` + allowJSON + `}`, "1:1: error: this is an answer to get-user-policy, which holds one policy, not an inventory; name the file in inlinePolicies of a policy set: {NAME: {file: FILE}}"},
		{"get-bucket-policy", `{"Policy": "{}"}`, "1:1: error: this is an answer to get-bucket-policy, which holds one policy, not an inventory; name the file in policyFile of a resource of a policy set"},
		{"list-policies", `{"Policies": [{"PolicyName": "P", "Arn": "arn:aws:iam::111122223333:policy/P"}]}`, `1:1: error: an object with the field "Policies" has none of the known formats; did you mean "policies"?`},
		{"misspelt policy set", `{"Roles": []}`, `1:1: error: an object with the field "Roles" has none of the known formats; did you mean "roles"?`},
		{"some object", `{"answer": 42}`, `1:1: error: an object with the field "answer" has none of the known formats` + expected},
		{"a number", `42`, `1:1: error: found the number 42` + expected},
		{"a list of something", `[1, {"scenarios": []}, {"arn": "x", "document": {}}]`, ""},
		{"empty list", `[]`, `1:1: error: there is nothing here; a policy set, an account export or managed policies are expected`},
		{"null", `null`, `1:1: error: there is nothing here; a policy set, an account export or managed policies are expected`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			l.AddData("in", []byte(tt.text))
			inv, found := l.Finish()
			require.Nil(t, inv)
			if tt.want != "" {
				require.Equal(t, []string{"in:" + tt.want}, lines(found))
				return
			}
			require.Len(t, found, 5)
			require.Equal(t, "unrecognized-input", found[0].ID)
			require.Equal(t, "unrecognized-input", found[1].ID)
			require.Equal(t, "invalid-arn", found[2].ID)
		})
	}
}

func TestInputsThatHoldNothing(t *testing.T) {
	for name, data := range map[string]string{"nothing": "", "blanks": " \n", "a comment": "# x\n", "broken": "{", "binary": "\xff\xfe"} {
		t.Run(name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			l.AddData("in", []byte(data))
			inv, found := l.Finish()
			require.Nil(t, inv)
			require.NotEmpty(t, found)
			require.Equal(t, "in", found[0].Position.File)
		})
	}
	l := NewLoader(nil, Options{})
	l.AddData("in", []byte("{}"))
	inv, found := l.Finish()
	require.Empty(t, lines(found), "an empty policy set is one")
	require.NotNil(t, inv)
}

func TestUnreadableFiles(t *testing.T) {
	_, found := Load(files(map[string]string{"dir/account.json": "{}"}), "dir/acount.json", "nowhere")
	require.Equal(t, []string{
		`dir/acount.json: error: cannot read "dir/acount.json": it does not exist; did you mean "account.json"?`,
		`nowhere: error: cannot read "nowhere": it does not exist`,
	}, lines(found))
}

// sealed is a file system whose files and directories exist and cannot be read.
type sealed struct{ fstest.MapFS }

func (sealed) ReadFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrPermission}
}

func (sealed) ReadDir(name string) ([]fs.DirEntry, error) {
	return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrPermission}
}

func TestFilesThatMayNotBeRead(t *testing.T) {
	fsys := sealed{files(map[string]string{"set.yaml": "{}", "dir/trust.json": "TRUST"})}
	l := NewLoader(fsys, Options{})
	l.Add("set.yaml")
	l.Add("dir")
	l.AddPolicySet(node(t, `roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicyFile: trust.json}]`), "dir")
	inv, found := l.Finish()
	require.Nil(t, inv)
	require.Equal(t, []string{
		`dir: error: cannot read "dir": permission denied`,
		`overlay.yaml:1:68: error: cannot read the file "dir/trust.json": permission denied; file names are relative to "dir"`,
		`set.yaml: error: cannot read "set.yaml": permission denied`,
	}, lines(found))
}

func TestInputsAreMerged(t *testing.T) {
	fsys := files(map[string]string{
		"account.json": exported(plain),
		"more.yaml": `
users: [{arn: "arn:aws:iam::111122223333:user/carol", groups: [devs], attachedPolicies: ["arn:aws:iam::111122223333:policy/P"]}]
resources: [{arn: "arn:aws:kms:eu-west-1:111122223333:key/k", grants: [{grantee: "arn:aws:iam::111122223333:role/svc/App", operations: [Decrypt]}]}]`,
		"organization.yaml":  `organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a, accounts: ["111122223333"], serviceControlPolicies: [Guard]}}`,
		"organization2.yaml": `organization: {id: o-b, managementAccount: "999999999999", root: {id: r-b}}`,
	})
	l := NewLoader(fsys, Options{})
	l.Add("more.yaml")
	l.Add("organization.yaml")
	l.Add("account.json")
	l.AddPolicySet(node(t, `policies: [{name: Guard, document: ALLOW}]`), ".")
	l.AddPolicySet(nil, ".")
	inv, found := l.Finish()
	require.Empty(t, lines(found))
	carol, _ := inv.Snapshot().Principal("arn:aws:iam::111122223333:user/carol")
	require.Equal(t, []string{"arn:aws:iam::111122223333:group/teams/devs"}, carol.Groups)
	require.Equal(t, []string{"Guard"}, names(inv.Snapshot().Organization().Root.ServiceControlPolicies))

	_, found = Load(fsys, "organization2.yaml", "organization.yaml")
	require.Contains(t, lines(found), `organization.yaml:1:15: error: an organization is declared twice; first at organization2.yaml:1:15; remove one of them, or let later inputs win with --override`)
}

func TestOverrideReplacesWhole(t *testing.T) {
	l := NewLoader(files(map[string]string{
		"a.yaml": `
roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: TRUST, tags: {a: b}, attachedPolicies: ["arn:aws:iam::111122223333:policy/Nowhere"]}]
organization: {id: o-a, managementAccount: "999999999999", root: {id: r-a}}`,
		"b.yaml": `
roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicy: TRUST}]
organization: {id: o-b, managementAccount: "999999999999", root: {id: r-b}}`,
	}), Options{Override: true})
	l.Add("a.yaml")
	l.Add("b.yaml")
	inv, found := l.Finish()
	require.Empty(t, lines(found), "what is replaced refers to nothing")
	role, _ := inv.Snapshot().Principal("arn:aws:iam::111122223333:role/R")
	require.Nil(t, role.Tags)
	require.Equal(t, "b.yaml", role.Position.File)
	require.Equal(t, "o-b", inv.Snapshot().Organization().ID)
}

func TestLenient(t *testing.T) {
	const set = `users: [{arn: "arn:aws:iam::111122223333:user/u", inlinePolicies: {P: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*", Condition: {stringequals: {"aws:userid": x}}}}}}]`
	for _, tt := range []struct {
		name  string
		o     Options
		ok    bool
		found int
	}{{"strict", Options{}, false, 1}, {"lenient", Options{Lenient: true}, true, 1}, {"any case", Options{AnyOperatorCase: true}, true, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, tt.o)
			l.AddData("in", []byte(set))
			inv, found := l.Finish()
			require.Equal(t, tt.ok, inv != nil)
			require.Len(t, found, tt.found, lines(found))
		})
	}
}

func TestOS(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sets", "deep"), 0o755))
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(fill(text)), 0o600))
	}
	write("trust.json", "TRUST")
	write("sets/deep/role.yaml", `roles: [{arn: "arn:aws:iam::111122223333:role/R", trustPolicyFile: ../../trust.json}, {arn: "arn:aws:iam::111122223333:role/S", trustPolicyFile: `+filepath.ToSlash(dir)+`/trust.json}]`)

	for _, name := range []string{dir, filepath.Join(dir, "sets"), filepath.Join(dir, "sets", "deep", "role.yaml")} {
		inv, found := Load(OS(), filepath.ToSlash(name))
		require.Empty(t, lines(found))
		require.Equal(t, []int{2, 0, 0}, count(inv.Snapshot()))
	}
	t.Chdir(filepath.Join(dir, "sets", "deep"))
	inv, found := Load(OS(), "role.yaml")
	require.Empty(t, lines(found))
	require.NotNil(t, inv)
	inv, found = Load(OS(), "../../sets")
	require.Empty(t, lines(found))
	require.NotNil(t, inv)

	_, err := fs.Stat(OS(), "nowhere")
	require.ErrorIs(t, err, fs.ErrNotExist)
	opened, err := OS().Open("role.yaml")
	require.NoError(t, err)
	require.NoError(t, opened.Close())
}

func TestFindingsAreDescribed(t *testing.T) {
	list := Findings()
	require.Len(t, list, len(findings))
	inPolicies := map[string]bool{}
	for _, f := range model.Findings() {
		inPolicies[f.ID] = true
	}
	for i, f := range list {
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, f.ID)
		require.NotEmpty(t, f.Text)
		require.False(t, inPolicies[f.ID], "%s means something else in policies", f.ID)
		if i > 0 {
			require.Less(t, list[i-1].ID, f.ID)
		}
	}
}
