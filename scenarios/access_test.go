package scenarios

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model/catalog"
)

const accessPolicies = `
roles:
  - arn: arn:aws:iam::111122223333:role/App
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }] }
    inlinePolicies: { Own: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }] } }
  - arn: arn:aws:iam::111122223333:role/team/Other
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }] }
users:
  - { arn: "arn:aws:iam::111122223333:user/bob", attachedPolicies: ["arn:aws:iam::111122223333:policy/Theirs"] }
policies:
  - { arn: "arn:aws:iam::111122223333:policy/Theirs", document: { Version: 2012-10-17, Statement: [{ Effect: Allow, Action: "s3:List*", Resource: "*" }] } }
resources:
  - { arn: "arn:aws:s3:::data", account: "111122223333" }
  - { arn: "arn:aws:s3:::data/a b", account: "111122223333" }
  - { arn: "arn:aws:sqs:eu-west-1:111122223333:queue", account: "111122223333" }
`

const accessSuite = `
policySets: [policies.yaml]
defaults: { expect: allowed, principal: App, resource: "arn:aws:s3:::data/x" }
scenarios:
  - { name: reads, action: s3:GetObject }
  - { name: lists, action: s3:ListAllMyBuckets, principal: user/bob, resource: "*" }
  - { name: never, never: { action: "s3:*" } }
`

func taking(t *testing.T, m Matrix) (*AccessSnapshot, []string) {
	t.Helper()
	files := fstest.MapFS{"dir/policies.yaml": {Data: []byte(accessPolicies)}, "dir/suite.yaml": {Data: []byte(accessSuite)}}
	m.Files = append(m.Files, "policies.yaml")
	s, found := m.Take(context.Background(), files, "dir", SnapshotOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}})
	return s, lines(found)
}

func TestMatrix(t *testing.T) {
	const (
		app   = "arn:aws:iam::111122223333:role/App"
		other = "arn:aws:iam::111122223333:role/team/Other"
		bob   = "arn:aws:iam::111122223333:user/bob"
	)
	for _, c := range []struct {
		name string
		m    Matrix
		want []string
	}{
		{"every principal, every resource that the action takes", Matrix{Actions: []string{"s3:GetObject"}}, []string{
			app + ` s3:GetObject "arn:aws:s3:::data/a b" allowed ALLOW_IDENTITY`,
			other + ` s3:GetObject "arn:aws:s3:::data/a b" implicitDeny DENY_IMPLICIT_IDENTITY`,
			bob + ` s3:GetObject "arn:aws:s3:::data/a b" implicitDeny DENY_IMPLICIT_IDENTITY`,
		}},
		{"an action without resources is asked once", Matrix{Actions: []string{"S3:ListAllMyBuckets"}, Principals: []string{"user/bob"}}, []string{
			bob + " S3:ListAllMyBuckets * allowed ALLOW_IDENTITY",
		}},
		{"patterns", Matrix{Actions: []string{"s3:ListBucketV*"}, Principals: []string{"role/*", "!role/team/*"}, Resources: []string{"arn:aws:s3:::*"}}, []string{
			app + " s3:ListBucketVersions arn:aws:s3:::data allowed ALLOW_IDENTITY",
		}},
		{"what takes out alone leaves the rest", Matrix{Actions: []string{"s3:ListAllMyBuckets"}, Principals: []string{"!role/*"}}, []string{
			bob + " s3:ListAllMyBuckets * allowed ALLOW_IDENTITY",
		}},
		{"who is not declared", Matrix{Actions: []string{"s3:GetObject"}, Principals: []string{"*", "ec2.amazonaws.com", "arn:aws:iam::999999999999:role/Far"}, Resources: []string{"arn:aws:s3:::data/1"}}, []string{
			"* s3:GetObject arn:aws:s3:::data/1 implicitDeny DENY_IMPLICIT_RESOURCE",
			"arn:aws:iam::999999999999:role/Far s3:GetObject arn:aws:s3:::data/1 implicitDeny DENY_IMPLICIT_RESOURCE_CROSS_ACCOUNT",
			"ec2.amazonaws.com s3:GetObject arn:aws:s3:::data/1 implicitDeny DENY_IMPLICIT_RESOURCE",
		}},
		{"far resources", Matrix{Actions: []string{"sqs:SendMessage"}, Principals: []string{"App"}, Resources: []string{"arn:aws:sqs:eu-west-1:999999999999:far"}}, []string{
			app + " sqs:SendMessage arn:aws:sqs:eu-west-1:999999999999:far implicitDeny DENY_IMPLICIT_IDENTITY_CROSS_ACCOUNT",
		}},
		{"an answer that is none", Matrix{Actions: []string{"s3:ListAllMyBuckets"}, Principals: []string{"role/Nobody"}}, []string{
			`role/Nobody s3:ListAllMyBuckets * error "principal: \"role/Nobody\" names no user or role"`,
		}},
		{"a pattern that nothing fits is asked on", Matrix{Actions: []string{"s3:GetObject"}, Principals: []string{"App"}, Resources: []string{"arn:aws:s3:::logs/*"}}, []string{
			app + " s3:GetObject arn:aws:s3:::logs/* allowed ALLOW_IDENTITY",
		}},
		{"from suites", Matrix{Suites: []string{"suite.yaml"}}, []string{
			app + " s3:GetObject arn:aws:s3:::data/x allowed ALLOW_IDENTITY",
			app + " s3:ListAllMyBuckets * allowed ALLOW_IDENTITY",
			bob + " s3:GetObject arn:aws:s3:::data/x implicitDeny DENY_IMPLICIT_IDENTITY",
			bob + " s3:ListAllMyBuckets * allowed ALLOW_IDENTITY",
		}},
		{"from suites but for the principal", Matrix{Suites: []string{"suite.yaml"}, Principals: []string{"role/team/Other"}, Actions: []string{"s3:GetObject"}}, []string{
			other + " s3:GetObject arn:aws:s3:::data/x implicitDeny DENY_IMPLICIT_IDENTITY",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, found := taking(t, c.m)
			require.Empty(t, found)
			var got []string
			for _, line := range s.Lines {
				got = append(got, line.String())
			}
			if strings.Contains(c.want[0], " error ") { // the wording is the engine's
				require.Len(t, got, 1)
				require.Regexp(t, `^role/Nobody s3:ListAllMyBuckets \* error ".*\\"role/Nobody\\".*"$`, got[0])
				return
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestMatrixFaults(t *testing.T) {
	for _, c := range []struct {
		name, want string
		m          Matrix
	}{
		{"no action", "no action is chosen", Matrix{}},
		{"an action of nothing", `no action that the catalogue knows fits "nosuch:*"`, Matrix{Actions: []string{"nosuch:*"}}},
		{"a principal pattern of nothing", `no user or role fits the principal "role/Z*"`, Matrix{Actions: []string{"s3:GetObject"}, Principals: []string{"role/Z*"}}},
		{"all taken out", "no principal is chosen", Matrix{Actions: []string{"s3:GetObject"}, Principals: []string{"!*/*"}}},
		{"a resource of another service", "s3:GetObject takes none of the resources that are chosen", Matrix{Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:sqs:eu-west-1:111122223333:queue"}}},
		{"not UTF-8", "principal", Matrix{Actions: []string{"s3:GetObject"}, Principals: []string{"\xff*"}}},
		{"no such file", "nosuch.yaml", Matrix{Actions: []string{"s3:GetObject"}, Files: []string{"nosuch.yaml"}}},
		{"no such suite", "dir/nosuch", Matrix{Suites: []string{"nosuch"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, found := taking(t, c.m)
			require.Nil(t, s)
			require.Contains(t, strings.Join(found, "\n"), c.want)
		})
	}
}

func written(t *testing.T, s *AccessSnapshot) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, s.Write(&out))
	return out.String()
}

func TestAccessSnapshotFile(t *testing.T) {
	s, found := taking(t, Matrix{Actions: []string{"s3:GetObject", "s3:ListAllMyBuckets"}, Principals: []string{"role/*", "role/Nobody", "ec2.amazonaws.com"}})
	require.Empty(t, found)
	text := written(t, s)
	golden(t, "access.golden", []byte(text))
	back, found2 := ReadAccessSnapshot("x", []byte(text))
	require.Empty(t, found2)
	require.Equal(t, s.Matrix, back.Matrix)
	require.Equal(t, text, written(t, back))
	require.Empty(t, back.Compare(s.Lines))
	crlf, found2 := ReadAccessSnapshot("x", []byte(strings.ReplaceAll(text, "\n", "\r\n")))
	require.Empty(t, found2)
	require.Equal(t, back, crlf)
	require.Error(t, s.Write(closedPipe{}))
}

func TestReadAccessSnapshotFaults(t *testing.T) {
	const good = "a s3:GetObject * allowed ALLOW_IDENTITY"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "x:1:1: error: this is no snapshot of answers"},
		{"another file", "roles: []", "x:1:1: error: this is no snapshot of answers"},
		{"a word too few", snapshotHead + "\na s3:GetObject * allowed", "x:2:1: error: a line of a snapshot is"},
		{"a word too many", snapshotHead + "\n" + good + " x", "x:2:1: error:"},
		{"no answer", snapshotHead + "\na s3:GetObject * maybe ALLOW_IDENTITY", "x:2:1: error: a line of a snapshot is"},
		{"a merge conflict", snapshotHead + "\n" + good + "\n<<<<<<< HEAD", "x:3:1: error: a line of a snapshot is"},
		{"a blank line", snapshotHead + "\n\n" + good, "x:2:1: error: a line of a snapshot is"},
		{"two blanks", snapshotHead + "\na  s3:GetObject * allowed ALLOW_IDENTITY", "x:2:1: error:"},
		{"quotes without need", snapshotHead + "\n\"a\" s3:GetObject * allowed ALLOW_IDENTITY", "x:2:1: error: a line of a snapshot reads"},
		{"quotes that do not end", snapshotHead + "\n\"a s3:GetObject * allowed ALLOW_IDENTITY", "x:2:1: error:"},
		{"twice", snapshotHead + "\n" + good + "\n" + good, "x:3:1: error: the lines of a snapshot are sorted, and none stands twice: this one does not come after line 2"},
		{"out of order", snapshotHead + "\nb s3:GetObject * allowed ALLOW_IDENTITY\n" + good, "x:3:1: error: the lines of a snapshot are sorted"},
		{"an unknown field of the head", snapshotHead + "\n# flie: x", `x:2:1: error: the head of a snapshot has no "flie"`},
		{"a field without a word", snapshotHead + "\n# file: a b", "x:2:1: error: file is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, found := ReadAccessSnapshot("x", []byte(c.text))
			require.Nil(t, s)
			require.NotEmpty(t, found)
			require.Contains(t, lines(found)[0], c.want)
		})
	}
}

func FuzzReadAccessSnapshot(f *testing.F) {
	f.Add([]byte(snapshotHead + "\n# file: a\na s3:GetObject * allowed ALLOW_IDENTITY ifFarSideAllows\nb \"s 3\" * error \"x \\\" y\"\n"))
	f.Add([]byte("# x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, found := ReadAccessSnapshot("x", data)
		require.Equal(t, s == nil, len(found) > 0)
		if s == nil {
			return
		}
		back, found := ReadAccessSnapshot("x", []byte(written(t, s)))
		require.Empty(t, lines(found))
		require.Empty(t, s.Compare(back.Lines))
		require.Equal(t, len(s.Lines), len(back.Lines))
	})
}

func TestCompareAccess(t *testing.T) {
	line := func(principal, answer, detail string, at int) AccessLine {
		return AccessLine{Principal: principal, Action: "s3:GetObject", Resource: "*", Answer: answer, Detail: detail, Line: at}
	}
	s := &AccessSnapshot{Matrix: Matrix{Files: []string{"f"}}, Lines: []AccessLine{
		line("b", "allowed", "ALLOW_IDENTITY", 3), line("c", "explicitDeny", "DENY_EXPLICIT_SCP", 4), line("d", "allowed", "ALLOW_IDENTITY", 5),
		line("e", "implicitDeny", "DENY_IMPLICIT_IDENTITY", 6), line("f", "allowed", "ALLOW_IDENTITY", 7), line("g", "implicitDeny", "DENY_IMPLICIT_IDENTITY", 8),
		line("h", "allowed", "ALLOW_IDENTITY", 9),
	}}
	got := s.Compare([]AccessLine{
		line("a", "allowed", "ALLOW_IDENTITY", 0), line("b", "implicitDeny", "DENY_IMPLICIT_IDENTITY", 0), line("c", "allowed", "ALLOW_IDENTITY", 0),
		line("d", "allowed", "ALLOW_RESOURCE", 0), line("f", "allowed", "ALLOW_IDENTITY", 0), line("g", "error", `"x"`, 0), line("i", "explicitDeny", "DENY_EXPLICIT_SCP", 0),
	})
	var texts []string
	for _, c := range got {
		texts = append(texts, strings.Join([]string{c.Effect, c.Principal, c.Old, c.New}, "|"))
	}
	require.Equal(t, []string{
		"opened|a||allowed ALLOW_IDENTITY",
		"closed|b|allowed ALLOW_IDENTITY|implicitDeny DENY_IMPLICIT_IDENTITY",
		"opened|c|explicitDeny DENY_EXPLICIT_SCP|allowed ALLOW_IDENTITY",
		"changed|d|allowed ALLOW_IDENTITY|allowed ALLOW_RESOURCE",
		"changed|e|implicitDeny DENY_IMPLICIT_IDENTITY|",
		`changed|g|implicitDeny DENY_IMPLICIT_IDENTITY|error "x"`,
		"closed|h|allowed ALLOW_IDENTITY|",
		"changed|i||explicitDeny DENY_EXPLICIT_SCP",
	}, texts)
	places := []int{}
	for _, c := range got {
		places = append(places, c.Line)
	}
	require.Equal(t, []int{2, 3, 4, 5, 6, 8, 9, 9}, places, "what is added stands behind the line before it")
}

func TestCheckSnapshot(t *testing.T) {
	o := SnapshotOptions{EvalOptions: eval.Options{Catalog: catalog.Default()}}
	s, _ := taking(t, Matrix{Actions: []string{"s3:GetObject"}})
	files := fstest.MapFS{"dir/policies.yaml": {Data: []byte(accessPolicies)}, "dir/access.golden": {Data: []byte(written(t, s))}}
	result, again, _ := CheckSnapshot(context.Background(), files, "dir/access.golden", o)
	require.Equal(t, SnapshotResult{File: "dir/access.golden", Answers: 3, Changes: []AccessChange{}}, result)
	require.Equal(t, written(t, s), written(t, again))
	require.False(t, result.Failed())

	files["dir/policies.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(accessPolicies, `"s3:List*"`, `"s3:*"`, 1))}
	result, again, _ = CheckSnapshot(context.Background(), files, "dir/access.golden", o)
	require.Len(t, result.Changes, 1)
	require.Equal(t, "opened", result.Changes[0].Effect)
	require.True(t, result.Failed())
	report := &Report{}
	report.AddSnapshot(result)
	require.Equal(t, 1, report.ExitCode())
	files["dir/access.golden"] = &fstest.MapFile{Data: []byte(written(t, again))}
	result, _, _ = CheckSnapshot(context.Background(), files, "dir/access.golden", o)
	require.Empty(t, result.Changes)

	delete(files, "dir/policies.yaml")
	result, again, _ = CheckSnapshot(context.Background(), files, "dir/access.golden", o)
	require.Nil(t, again)
	require.Contains(t, result.Errors[0], "policies.yaml")
	result, _, _ = CheckSnapshot(context.Background(), files, "dir/none.golden", o)
	require.Equal(t, []string{"dir/none.golden: file does not exist"}, result.Errors)
	report = &Report{}
	report.AddSnapshot(result)
	require.Equal(t, 2, report.ExitCode())
	files["dir/bad.golden"] = &fstest.MapFile{Data: []byte("x")}
	result, _, _ = CheckSnapshot(context.Background(), files, "dir/bad.golden", o)
	require.Contains(t, result.Errors[0], "no snapshot of answers")
}
