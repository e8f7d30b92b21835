package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/catalog"
)

// lintCase is a statement, or with a leading "whole" a document, and the ids of
// what this package finds in it, in the order of their places. An @ before a
// token marks the place of a finding; findings and marks have the same order.
type lintCase struct {
	name  string
	kind  model.PolicyKind
	owner string
	in    string
	want  []string
}

// document completes a statement.
func (c lintCase) document() string {
	if text, ok := strings.CutPrefix(c.in, "whole"); ok {
		return text
	}
	return "{\"Version\":\"2012-10-17\",\"Statement\":[\n" + c.in + "\n]}"
}

// marks takes the marks out of a text and returns their places.
func marks(text string) (clean string, places []string) {
	line, column := 1, 1
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; c {
		case '@':
			places = append(places, fmt.Sprintf("%d:%d", line, column))
			continue
		case '\n':
			line, column = line+1, 0
		}
		column++
		b.WriteByte(text[i])
	}
	return b.String(), places
}

// read parses a document without what model finds in it; that must be no error.
func read(t *testing.T, text string, kind model.PolicyKind) (*source.Node, *model.Policy) {
	t.Helper()
	n, err := source.Parse("f.json", []byte(text))
	require.NoError(t, err)
	p, found := model.ReadPolicy(n, kind, model.ReadOptions{})
	require.NotNil(t, p, "%v", found)
	return n, p
}

func (c lintCase) check(t *testing.T) {
	text, places := marks(c.document())
	n, p := read(t, text, c.kind)
	l := New(Options{Catalog: catalog.Default()})
	l.Check(n, p, c.owner)
	var ids, at []string
	for _, d := range l.Findings() {
		ids = append(ids, d.ID)
		at = append(at, fmt.Sprintf("%d:%d", d.Position.Line, d.Position.Column))
		require.Equal(t, "f.json", d.Position.File)
		require.Equal(t, model.Warning, d.Severity)
		require.NotEmpty(t, d.Message)
		require.NotEmpty(t, d.Rule)
	}
	require.Equal(t, c.want, ids, "%v", l.Findings())
	require.Equal(t, places, at, "%v", l.Findings())
}

func TestDocuments(t *testing.T) {
	for _, c := range slices.Concat(actionCases, resourceCases, keyCases, contradictionCases, trustCases, ownCases) {
		t.Run(c.name, c.check)
	}
}

// Every finding of the list is reached by a case.
func TestFindings(t *testing.T) {
	reached := map[string]bool{"managed-policy-size": true, "inline-policies-size": true, "trust-policy-size": true} // TestSizes
	for _, c := range slices.Concat(actionCases, resourceCases, keyCases, contradictionCases, trustCases, ownCases) {
		for _, id := range c.want {
			reached[id] = true
		}
	}
	for _, id := range []string{keyType.ID, bareOperator.ID, setOperator.ID} {
		require.True(t, reached[id], "no case finds %s", id)
		delete(reached, id)
	}
	list := Findings()
	require.True(t, slices.IsSortedFunc(list, func(a, b model.Finding) int { return strings.Compare(a.ID, b.ID) }))
	for _, f := range list {
		require.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, f.ID)
		require.Regexp(t, `^[A-D][0-9]+$`, f.Rule)
		require.NotEmpty(t, f.Text)
		require.Equal(t, model.Warning, f.Severity)
		require.True(t, reached[f.ID], "no case finds %s", f.ID)
		delete(reached, f.ID)
	}
	require.Empty(t, reached)
}

// What a catalogue tells is left out without one; the rest stays.
func TestWithoutCatalogue(t *testing.T) {
	n, p := read(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Foo","Resource":"*","Condition":{
		"StringEquals":{"aws:PrincipalAccount":"111122223333","s3:bar":"x"},"StringLike":{"aws:PrincipalAccount":"4*"}}}}`, model.IdentityPolicy)
	l := New(Options{})
	l.Check(n, p, "")
	require.Len(t, l.Findings(), 1)
	require.Equal(t, "condition-contradiction", l.Findings()[0].ID)
}

// The place of a finding in a document that is written in a string is the
// string's; the message names the place inside.
func TestDocumentInString(t *testing.T) {
	for name, text := range map[string]string{
		"json":    `{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:Foo\",\"Resource\":\"*\"}}`,
		"percent": `%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AFoo%22%2C%22Resource%22%3A%22*%22%7D%7D`,
	} {
		t.Run(name, func(t *testing.T) {
			n, p := read(t, ` "`+text+`"`, model.IdentityPolicy)
			l := New(Options{Catalog: catalog.Default()})
			l.Check(n, p, "")
			require.Len(t, l.Findings(), 1)
			require.Equal(t, "f.json:1:2", l.Findings()[0].Position.String())
			require.Contains(t, l.Findings()[0].Message, "(line 1, column 64 of the document in this string)")
		})
	}
}

// With AWS, errors are what every service refuses, and what S3 does in the
// policies of buckets.
func TestAWS(t *testing.T) {
	const statement = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:Foo","Resource":"arn:aws:s3:::b/*"}}`
	for owner, want := range map[string]model.Severity{
		"arn:aws:s3:::b": model.Error, "": model.Error, "arn:aws:sqs:eu-west-1:111122223333:q": model.Warning,
	} {
		n, p := read(t, statement, model.ResourcePolicy)
		l := New(Options{Catalog: catalog.Default(), AWS: true})
		l.Check(n, p, owner)
		require.NotEmpty(t, l.Findings())
		require.Equal(t, want, l.Findings()[0].Severity, owner)
	}
	n, p := read(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Foo","Resource":"arn:aws:s3:::b/*"}}`, model.IdentityPolicy)
	l := New(Options{Catalog: catalog.Default(), AWS: true})
	l.Check(n, p, "")
	require.Equal(t, model.Warning, l.Findings()[0].Severity)
}

// long returns a policy of a size in characters.
func long(size int) string {
	const frame = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::"]}]}`
	return strings.Replace(frame, ":::", ":::"+strings.Repeat("b", size-len(frame)-2)+"/*", 1)
}

func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		name, arn, owner string
		sizes            []int
		want             []string
	}{
		{"a managed policy at its quota", "arn:aws:iam::111122223333:policy/P", "", []int{6144}, nil},
		{"a managed policy above it", "arn:aws:iam::111122223333:policy/P", "", []int{6145}, []string{"managed-policy-size"}},
		{"AWS's own", "arn:aws:iam::aws:policy/P", "", []int{9000}, nil},
		{"a policy of nobody known", "", "", []int{9000}, nil},
		{"inline policies of a user at their quota", "", "arn:aws:iam::111122223333:user/u", []int{1024, 1024}, nil},
		{"inline policies of a user above it", "", "arn:aws:iam::111122223333:user/u", []int{1024, 1025, 500}, []string{"inline-policies-size"}},
		{"inline policies of a group", "", "arn:aws:iam::111122223333:group/g", []int{5121}, []string{"inline-policies-size"}},
		{"inline policies of a role", "", "arn:aws:iam::111122223333:role/r", []int{5121, 5119}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := New(Options{Catalog: catalog.Default()})
			for i, size := range tt.sizes {
				n, p := read(t, long(size), model.IdentityPolicy)
				require.Equal(t, size, p.Size)
				p.ARN, p.Name = tt.arn, fmt.Sprint(i)
				l.Check(n, p, tt.owner+tt.arn)
			}
			var ids []string
			for _, d := range l.Findings() {
				ids = append(ids, d.ID)
			}
			require.Equal(t, tt.want, ids)
		})
	}
	for size, want := range map[int]int{2048: 0, 2049: 1} {
		frame := `{"Version":"2012-10-17","Id":"","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
		n, p := read(t, strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1), model.TrustPolicy)
		require.Equal(t, size, p.Size)
		l := New(Options{})
		l.Check(n, p, "")
		require.Len(t, l.Findings(), want)
	}
}

// The hint for an unknown action: a near name of the service, its actions with
// the same words, or an action of that name elsewhere.
func TestActionHints(t *testing.T) {
	for action, want := range map[string]string{
		"s3:GetObjct": `did you mean "s3:GetObject"?`,
		// Words in another order.
		"kms:KeyPairData":          "the service has kms:GenerateDataKeyPair",
		"s3:DescribeInstanceTypes": `did you mean "ec2:DescribeInstanceTypes"?`,
		"kms:Frobnicate":           "",
	} {
		n, p := read(t, `{"Version":"2012-10-17","Statement":`+allow(`"`+action+`"`, `"*"`)+`}`, model.IdentityPolicy)
		l := New(Options{Catalog: catalog.Default()})
		l.Check(n, p, "")
		require.Len(t, l.Findings(), 1)
		hint := l.Findings()[0].Hint
		require.True(t, strings.HasPrefix(hint, want) && (want == "") == (hint == ""), "%s: %s", action, hint)
	}
}

// A policy with errors is nil and is passed over.
func TestNoPolicy(t *testing.T) {
	n, err := source.Parse("f.json", []byte(`{}`))
	require.NoError(t, err)
	l := New(Options{Catalog: catalog.Default()})
	l.Check(n, nil, "")
	l.Check(nil, nil, "")
	require.Empty(t, l.Findings())
}
