package inventory

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

const (
	allowJSON = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	denyJSON  = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}`
	trustJSON = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

// inJSON is a document as a JSON string that holds it.
func inJSON(document string) string {
	text, _ := json.Marshal(document)
	return string(text)
}

// percentEncoded is a document as the raw API gives it.
func percentEncoded(document string) string { return inJSON(url.PathEscape(document)) }

const export = `{
  "UserDetailList": [{
    "Path": "/div/", "UserName": "alice", "UserId": "AIDA1", "Arn": "arn:aws:iam::111122223333:user/div/alice",
    "CreateDate": "2024-01-02T03:04:05+00:00",
    "UserPolicyList": [{"PolicyName": "z", "PolicyDocument": DOC}, {"PolicyName": "a", "PolicyDocument": DOC}],
    "GroupList": ["devs"],
    "AttachedManagedPolicies": [{"PolicyName": "P", "PolicyArn": "arn:aws:iam::111122223333:policy/P"}, {"PolicyName": "P", "PolicyArn": "arn:aws:iam::111122223333:policy/P"}],
    "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/P"},
    "Tags": [{"Key": "team", "Value": "a"}]
  }, {"Arn": "arn:aws:iam::111122223333:user/bob", "GroupList": [], "AttachedManagedPolicies": [], "PermissionsBoundary": null, "Tags": null, "UserPolicyList": null}],
  "GroupDetailList": [{
    "Path": "/teams/", "GroupName": "devs", "GroupId": "AGPA1", "Arn": "arn:aws:iam::111122223333:group/teams/devs",
    "GroupPolicyList": [{"PolicyName": "g", "PolicyDocument": DOC}],
    "AttachedManagedPolicies": [{"PolicyName": "P", "PolicyArn": "arn:aws:iam::111122223333:policy/P"}]
  }],
  "RoleDetailList": [{
    "Path": "/svc/", "RoleName": "App", "RoleId": "AROA1", "Arn": "arn:aws:iam::111122223333:role/svc/App",
    "AssumeRolePolicyDocument": TRUST,
    "InstanceProfileList": [{"Path": "/", "InstanceProfileName": "App", "Roles": []}],
    "RolePolicyList": [{"PolicyName": "r", "PolicyDocument": DOC}],
    "AttachedManagedPolicies": [{"PolicyName": "M", "PolicyArn": "arn:aws:iam::aws:policy/M"}],
    "PermissionsBoundary": {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/P"},
    "RoleLastUsed": {}
  }],
  "Policies": [{
    "PolicyName": "P", "PolicyId": "ANPA1", "Arn": "arn:aws:iam::111122223333:policy/P", "Path": "/", "DefaultVersionId": "v3",
    "PolicyVersionList": [
      {"Document": "not read", "VersionId": "v2", "IsDefaultVersion": false},
      {"Document": DOC, "VersionId": "v3", "IsDefaultVersion": true}]
  }, {
    "PolicyName": "M", "Arn": "arn:aws:iam::aws:policy/M", "DefaultVersionId": "v9",
    "PolicyVersionList": [{"Document": DOC, "VersionId": "v9"}, {"Document": {}, "VersionId": "v8"}]
  }],
  "IsTruncated": false
}`

// exported returns the export above with its documents written in some form.
func exported(form func(string) string) string {
	return strings.NewReplacer("DOC", form(allowJSON), "TRUST", form(trustJSON)).Replace(export)
}

func plain(document string) string { return document }

func TestAccountExport(t *testing.T) {
	for name, form := range map[string]func(string) string{"object": plain, "JSON text": inJSON, "percent-encoded": percentEncoded} {
		t.Run(name, func(t *testing.T) {
			inv, found := Load(fstest.MapFS{"a.json": {Data: []byte(exported(form))}}, "a.json")
			require.Empty(t, lines(found))
			s := inv.Snapshot()

			alice, ok := s.Principal("arn:aws:iam::111122223333:user/div/alice")
			require.True(t, ok)
			require.Equal(t, "alice", alice.Name)
			require.Equal(t, "/div/", alice.Path)
			require.Equal(t, "AIDA1", alice.ID)
			require.Equal(t, []string{"a", "z"}, names(alice.Inline))
			require.Equal(t, []string{"arn:aws:iam::111122223333:policy/P"}, alice.Attached)
			require.Equal(t, "arn:aws:iam::111122223333:policy/P", alice.Boundary)
			require.Equal(t, map[string]string{"team": "a"}, alice.Tags)
			require.Equal(t, []string{"arn:aws:iam::111122223333:group/teams/devs"}, alice.Groups)
			require.Equal(t, "a.json:2:22", alice.Position.String())

			bob, _ := s.Principal("arn:aws:iam::111122223333:user/bob")
			require.False(t, bob.HasBoundary())
			require.Nil(t, bob.Tags)

			group, _ := s.Group("arn:aws:iam::111122223333:group/teams/devs")
			require.Equal(t, "AGPA1", group.ID)
			require.Equal(t, []string{"g"}, names(group.Inline))
			require.Equal(t, []string{"arn:aws:iam::111122223333:policy/P"}, group.Attached)

			role, _ := s.Principal("arn:aws:iam::111122223333:role/svc/App")
			require.Equal(t, model.TrustPolicy, role.Trust.Kind)
			require.Equal(t, []string{"r"}, names(role.Inline))
			require.Equal(t, "arn:aws:iam::111122223333:policy/P", role.Boundary)

			for _, arn := range []string{"arn:aws:iam::111122223333:policy/P", "arn:aws:iam::aws:policy/M"} {
				policy, ok := s.Policy(arn)
				require.True(t, ok, arn)
				for _, kind := range []model.PolicyKind{model.IdentityPolicy, model.PermissionsBoundary, model.SessionPolicy} {
					require.Len(t, policy.Document(kind).Statements, 1)
					require.Equal(t, kind, policy.Document(kind).Kind)
				}
				require.Equal(t, arn[len(arn)-1:], policy.Name)
			}
			require.Equal(t, []Account{{ID: "111122223333"}}, s.Accounts())
		})
	}
}

func TestExportsInOtherArrangements(t *testing.T) {
	first := exported(plain)
	second := strings.NewReplacer("111122223333", "444455556666", "AIDA1", "AIDA2", "AROA1", "AROA2").Replace(first)
	whole, _ := Load(fstest.MapFS{"a.json": {Data: []byte(first)}, "b.json": {Data: []byte(second)}}, "a.json", "b.json")
	want := count(whole.Snapshot())
	require.Equal(t, []int{6, 2, 3}, want)

	page := func(keep string) string {
		var all map[string]any
		require.NoError(t, json.Unmarshal([]byte(first), &all))
		text, _ := json.Marshal(map[string]any{keep: all[keep], "IsTruncated": keep != "Policies"})
		return string(text)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(first))
	require.NoError(t, w.Close())

	tests := []struct {
		name string
		data []byte
		want []int
	}{
		{"concatenated", []byte(first + "\n" + second), want},
		{"a list", []byte("[" + first + "," + second + "]"), want},
		{"pages", []byte(page("RoleDetailList") + page("UserDetailList") + page("GroupDetailList") + page("Policies")), []int{3, 1, 2}},
		{"gzipped", packed.Bytes(), []int{3, 1, 2}},
		{"YAML stream", []byte("---\n" + first + "\n---\n" + second), want},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			l.AddData("<stdin>", tt.data)
			inv, found := l.Finish()
			require.Empty(t, lines(found))
			require.Equal(t, tt.want, count(inv.Snapshot()))
		})
	}
}

// count returns the number of principals, groups and policies.
func count(s *Snapshot) []int {
	counts := make([]int, 3)
	for range s.Principals() {
		counts[0]++
	}
	for range s.Groups() {
		counts[1]++
	}
	for range s.Policies() {
		counts[2]++
	}
	return counts
}

func TestFindingsOfExports(t *testing.T) {
	const (
		user   = `{"Arn": "arn:aws:iam::111122223333:user/u", "GroupList": ["gone", "gone"], "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/Gone"}], "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Limit"}}`
		role   = `{"Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": TRUST, "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/Gone"}]}`
		policy = `{"Arn": "arn:aws:iam::111122223333:policy/Limit", "PolicyVersionList": VERSIONS}`
	)
	tests := []struct {
		name, text string
		ok         bool
		want       []string
	}{
		{"missing documents and groups", `{"UserDetailList": [` + user + `], "RoleDetailList": [` + role + `]}`, true, []string{
			`1:79: warning: the export lacks the group "gone" of arn:aws:iam::111122223333:user/u [G7]; export the account without a filter; answers that depend on the group are not computed`,
			`1:87: warning: the export lacks the group "gone" of arn:aws:iam::111122223333:user/u [G7]; export the account without a filter; answers that depend on the group are not computed`,
			`1:138: warning: the document of the managed policy arn:aws:iam::aws:policy/Gone, attached to arn:aws:iam::111122223333:user/u and 1 more, is not in the inputs [G7]; add it in a policy set or as NDJSON; answers that depend on it are not computed`,
			`1:222: warning: the document of the managed policy arn:aws:iam::111122223333:policy/Limit, attached to arn:aws:iam::111122223333:user/u, is not in the inputs [G7]; add it in a policy set or as NDJSON; answers that depend on it are not computed`,
		}},
		{"policies without a version in force", `{"UserDetailList": [], "Policies": [` + strings.ReplaceAll(policy, "VERSIONS", `[{"VersionId": "v1", "Document": DOC}]`) + `]}`, true, []string{
			`1:37: warning: the export lacks the document of the managed policy "arn:aws:iam::111122223333:policy/Limit" [G7]; add it in a policy set or as NDJSON; answers that depend on it are not computed`,
		}},
		{"policies with a null document", `{"UserDetailList": [], "Policies": [` + strings.ReplaceAll(policy, "VERSIONS", `[{"IsDefaultVersion": true, "Document": null}]`) + `], "RoleDetailList": [` + strings.ReplaceAll(role, "aws:policy/Gone", "111122223333:policy/Limit") + `]}`, true, []string{
			`1:37: warning: the export lacks the document of the managed policy "arn:aws:iam::111122223333:policy/Limit" [G7]; add it in a policy set or as NDJSON; answers that depend on it are not computed`,
		}},
		{"two default versions", `{"Policies": [` + strings.ReplaceAll(policy, "VERSIONS", `[{"IsDefaultVersion": true, "Document": DOC}, {"IsDefaultVersion": true, "Document": DOC}]`) + `]}`, false, []string{
			`1:15: error: "arn:aws:iam::111122223333:policy/Limit" has 2 default versions`,
		}},
		{"truncated", `{"UserDetailList": [], "IsTruncated": true, "Marker": "x"}`, true, []string{
			`1:1: warning: the account export is truncated and its last page is not in the inputs [G8]; add the other pages`,
		}},
		{"null lists", `{"UserDetailList": null, "GroupDetailList": null, "RoleDetailList": null, "Policies": null}`, true, nil},
		{"wrong types", `{"UserDetailList": {}, "RoleDetailList": [1], "GroupDetailList": [{"Arn": 5, "GroupPolicyList": [{}]}], "Policies": [{"PolicyVersionList": [{"IsDefaultVersion": "maybe"}]}], "IsTruncated": 1}`, false, []string{
			`1:20: error: "UserDetailList" of an account export must be a list, found an object`,
			`1:43: error: an entry of "RoleDetailList" of an account export must be an object (an exported role), found the number 1`,
			`1:75: error: "Arn" of an exported group must be an ARN of a group such as arn:aws:iam::111122223333:group/analysts, found "5"; an ARN is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`,
			`1:98: error: an exported inline policy needs "PolicyDocument"`,
			`1:98: error: an exported inline policy needs "PolicyName"`,
			`1:118: error: an exported policy needs "Arn"`,
			`1:118: warning: the export lacks the document of the managed policy "" [G7]; add it in a policy set or as NDJSON; answers that depend on it are not computed`,
			`1:162: error: "IsDefaultVersion" of an exported policy version must be a boolean, found "maybe"`,
			`1:190: error: "IsTruncated" of an account export must be a boolean, found "1"`,
		}},
		{"missing fields", `{"UserDetailList": [{}], "RoleDetailList": [{"Arn": null}]}`, false, []string{
			`1:21: error: an exported user needs "Arn"`,
			`1:45: error: an exported role needs "Arn"`,
			`1:45: error: an exported role needs "AssumeRolePolicyDocument"`,
		}},
		{"repetitions", `{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/u", "UserId": "A", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}], "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": DOC}, {"PolicyName": "p", "PolicyDocument": DOC}]}]}`, false, []string{
			`1:117: error: the tag "A" stands twice`,
			`1:302: error: the inline policy "p" stands twice`,
		}},
		{"a unique id twice", `{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/u", "UserId": "A"}, {"Arn": "arn:aws:iam::111122223333:user/v", "UserId": "A"}]}`, true, []string{
			`1:81: warning: the unique id "A" is also that of arn:aws:iam::111122223333:user/u`,
		}},
		{"an entity twice", `{"GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/g"}, {"Arn": "arn:aws:iam::111122223333:group/g"}]}`, false, []string{
			`1:68: error: "arn:aws:iam::111122223333:group/g" is declared twice; first at in.json:1:22; remove one of them, or let later inputs win with --override`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			l.AddData("in.json", []byte(strings.NewReplacer("DOC", allowJSON, "TRUST", trustJSON).Replace(tt.text)))
			inv, found := l.Finish()
			require.Equal(t, tt.ok, inv != nil)
			var got []string
			for _, line := range lines(found) {
				got = append(got, strings.TrimPrefix(line, "in.json:"))
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// What an export lacks stays visible as a reference to nothing.
func TestWhatAnExportLacksIsKept(t *testing.T) {
	l := NewLoader(nil, Options{})
	l.AddData("in.json", []byte(`{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/u", "GroupList": ["gone"],
		"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/Gone"}], "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/Limit"}}]}`))
	inv, found := l.Finish()
	require.Len(t, found, 3)
	s := inv.Snapshot()
	user, _ := s.Principal("arn:aws:iam::111122223333:user/u")
	require.Equal(t, []string{"arn:aws:iam::111122223333:group/gone"}, user.Groups)
	require.Equal(t, []string{"arn:aws:iam::aws:policy/Gone"}, user.Attached)
	require.Equal(t, "arn:aws:iam::aws:policy/Limit", user.Boundary)
	_, ok := s.Group(user.Groups[0])
	require.False(t, ok)
	_, ok = s.Policy(user.Attached[0])
	require.False(t, ok)
}

func TestManagedPolicies(t *testing.T) {
	const read = `{"arn":"arn:aws:iam::aws:policy/service-role/Read","name":"Read","document":` + allowJSON + `}`
	const own = `{"arn":"arn:aws:iam::111122223333:policy/Own","document":` + allowJSON + `}`
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(read + "\n" + own + "\n"))
	require.NoError(t, w.Close())
	for name, data := range map[string][]byte{
		"NDJSON":         []byte(read + "\n" + own + "\n"),
		"NDJSON gzipped": packed.Bytes(),
		"list":           []byte("[" + read + ",\n" + own + "]"),
	} {
		t.Run(name, func(t *testing.T) {
			inv, found := Load(fstest.MapFS{"p.ndjson.gz": {Data: data}}, "p.ndjson.gz")
			require.Empty(t, lines(found))
			policy, ok := inv.Snapshot().Policy("arn:aws:iam::aws:policy/service-role/Read")
			require.True(t, ok)
			require.Equal(t, "Read", policy.Document(model.SessionPolicy).Name)
			require.Equal(t, "aws", policy.Account)
			policy, _ = inv.Snapshot().Policy("arn:aws:iam::111122223333:policy/Own")
			require.Equal(t, "Own", policy.Name)
			require.Equal(t, []Account{{ID: "111122223333"}}, inv.Snapshot().Accounts())
		})
	}
}

func TestFindingsOfManagedPolicies(t *testing.T) {
	l := NewLoader(nil, Options{})
	l.AddData("p.ndjson", []byte(`{"arn":null,"name":"Gone","document":{}}
{"arn":"arn:aws:iam::aws:policy/Broken","document":{"Statement":[]}, "date": 1}
{"arn":null,"name":"Gone too","document":{}}
{"arn":"arn:aws:iam::aws:role/R","document":5}`))
	inv, found := l.Finish()
	require.Nil(t, inv)
	var got []string
	for _, d := range found {
		got = append(got, d.Position.String()+" "+d.ID)
	}
	require.Equal(t, []string{
		"p.ndjson:1:1 missing-arn", "p.ndjson:2:70 unknown-field", "p.ndjson:4:8 invalid-arn", "p.ndjson:4:45 field-type",
	}, got)
	require.Contains(t, found[0].Message, "2 managed policies")
}

// Exports of several accounts repeat AWS's own policies.
func TestRepeatedAWSManagedPolicies(t *testing.T) {
	record := func(document string) string {
		return `{"arn":"arn:aws:iam::aws:policy/P","document":` + document + `}`
	}
	reordered := `{"Statement":[{"Resource":"*","Action":"s3:GetObject","Effect":"Allow"}],"Version":"2012-10-17"}`
	tests := []struct {
		name   string
		second string
		ok     bool
	}{
		{"the same", record(allowJSON), true},
		{"the same in another order", record(reordered), true},
		{"the same as text", record(inJSON(allowJSON)), true},
		{"the same percent-encoded", record(percentEncoded(reordered)), true},
		{"another", record(denyJSON), false},
		{"the same in a policy set", `{"policies": [` + record(allowJSON) + `]}`, true},
		{"another in a policy set", `{"policies": [` + record(denyJSON) + `]}`, false},
		{"the same in an export", `{"Policies": [{"Arn": "arn:aws:iam::aws:policy/P", "PolicyVersionList": [{"IsDefaultVersion": true, "Document": ` + percentEncoded(allowJSON) + `}]}]}`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := NewLoader(nil, Options{})
			l.AddData("a.json", []byte(record(allowJSON)))
			l.AddData("b.json", []byte(tt.second))
			inv, found := l.Finish()
			require.Equal(t, tt.ok, inv != nil)
			if tt.ok {
				require.Empty(t, lines(found))
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, "duplicate-declaration", found[0].ID)
			require.Contains(t, found[0].Message, "first at a.json:1:1, with another document")
			require.Contains(t, found[0].Hint, "--override")

			l = NewLoader(nil, Options{Override: true})
			l.AddData("a.json", []byte(record(allowJSON)))
			l.AddData("b.json", []byte(tt.second))
			inv, found = l.Finish()
			require.Empty(t, lines(found))
			policy, _ := inv.Snapshot().Policy("arn:aws:iam::aws:policy/P")
			require.Equal(t, model.Deny, policy.Document(model.IdentityPolicy).Statements[0].Effect)
		})
	}
}

// Warnings about documents that only AWS could change are left out, others are not.
func TestLintsOfAWSManagedPolicies(t *testing.T) {
	const lint = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}`
	for arn, want := range map[string]int{"arn:aws:iam::aws:policy/P": 0, "arn:aws:iam::111122223333:policy/P": 1} {
		l := NewLoader(nil, Options{})
		l.AddData("p.json", []byte(`{"arn":"`+arn+`","document":`+lint+`}`))
		_, found := l.Finish()
		require.Len(t, found, want, arn)
	}
}
