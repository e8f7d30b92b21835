package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
)

// messages reads a policy and returns what is found, without the file's name.
func messages(text string, kind PolicyKind, o ReadOptions) []string {
	_, list := ParsePolicy("", []byte(text), kind, o)
	var texts []string
	for _, d := range list {
		texts = append(texts, strings.TrimPrefix(d.Error(), ":"))
	}
	return texts
}

// The wording matters where it tells what to do.
func TestMessages(t *testing.T) {
	for _, c := range []struct {
		name string
		kind PolicyKind
		in   string
		want string
	}{
		{"a misspelled element", IdentityPolicy, `{"Efect":"Allow","Effect":"Allow","Action":"*","Resource":"*"}`,
			`unknown element "Efect" in a statement; allowed are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition [A8]; did you mean "Effect"?`},
		{"Effect in lower case", IdentityPolicy, `{"Effect":"allow","Action":"*","Resource":"*"}`, `Effect is "Allow" or "Deny", not "allow" [A12]; did you mean "Allow"?`},
		{"an unknown operator", IdentityPolicy, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqual":{"aws:username":"x"}}}`,
			`unknown condition operator "StringEqual"; did you mean StringEquals`},
		{"a service under AWS", ResourcePolicy, to(`{"AWS":"lambda.amazonaws.com"}`), `[A31]; it belongs under Service`},
		{"a provider under AWS", ResourcePolicy, to(`{"AWS":"` + github + `"}`), `it belongs under Federated`},
		{"an account under Service", ResourcePolicy, to(`{"Service":"111111111111"}`), `it belongs under AWS`},
		{"a bare account", ResourcePolicy, to(`"111111111111"`), `write {"AWS": "111111111111"}`},
		{"a session under iam", ResourcePolicy, to(`{"AWS":"arn:aws:iam::111111111111:assumed-role/x/y"}`), `sessions belong to the service sts: arn:aws:sts::111111111111:assumed-role/x/y`},
		{"a CIDR of /33", IdentityPolicy, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}}`, `IpAddress "aws:SourceIp": value "10.0.0.0/33"`},
		{"the date yesterday", IdentityPolicy, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateEquals":{"aws:CurrentTime":"yesterday"}}}`, `DateEquals "aws:CurrentTime": value "yesterday"`},
		{"a misspelled partition", IdentityPolicy, on(`"arn:asw:s3:::b"`), `did you mean "aws"?`},
		{"a misspelled key", IdentityPolicy, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:usernam":"x"}}}`, `did you mean "aws:username"?`},
		{"a key without prefix", IdentityPolicy, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"SourceIp":"x"}}}`, `did you mean "aws:SourceIp"?`},
		{"two actions in one string", IdentityPolicy, allow(`"s3:Get, s3:Put"`), `each action is an element of its own in the list`},
		{"Principal in an identity policy", IdentityPolicy, to(`"*"`), `an identity policy has no Principal`},
		{"a long text is cut", IdentityPolicy, on(`"` + strings.Repeat("x", 1000) + `"`), strings.Repeat("x", 120) + `"...`},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := strings.Join(messages(document(oneStatement, c.in), c.kind, ReadOptions{}), "\n")
			require.Contains(t, all, c.want)
		})
	}
}

func TestDocumentInString(t *testing.T) {
	policy := "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:Get+%41\", \"Resource\": \"foo\"}}"
	for _, c := range []struct {
		name, text string
		action     string
	}{
		{"JSON", policy, "s3:Get+%41"},
		{"JSON with blanks", "\n  " + policy, "s3:Get+%41"},
		{"percent-encoded", url.PathEscape(policy), "s3:Get+%41"},
		{"percent-encoded in lower case", strings.ReplaceAll(url.PathEscape(policy), "%7B", "%7b"), "s3:Get+%41"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "f.json"
			doc := &source.Node{Kind: source.String, Text: c.text, File: &name, Line: 7, Column: 3}
			p, list := ReadPolicy(doc, IdentityPolicy, ReadOptions{})
			require.Nil(t, p)
			require.Len(t, list, 1)
			require.Equal(t, Position{File: "f.json", Line: 7, Column: 3}, list[0].Position)
			line := 2 + strings.Count(c.text[:min(4, len(c.text))], "\n")
			require.Contains(t, list[0].Message, fmt.Sprintf("resource \"foo\" is neither \"*\" nor an ARN (line %d, column 71 of the document in this string)", line))

			doc.Text = strings.ReplaceAll(c.text, "foo", "*")
			p, list = ReadPolicy(doc, IdentityPolicy, ReadOptions{})
			require.Empty(t, list)
			require.Equal(t, c.action, p.Statements[0].Actions[0])
			require.Equal(t, Position{File: "f.json", Line: 7, Column: 3}, p.Position)
			require.Equal(t, Position{File: "f.json", Line: 7, Column: 3}, p.Statements[0].Position)
		})
	}
	for _, c := range []struct{ name, text, want string }{
		{"no document", "hello", "holds no policy document"},
		{"empty", "", "holds no policy document"},
		{"bad percent", "%7B%2", "holds no policy document"},
		{"a list", "[]", "holds no policy document"},
		{"bad JSON", "{\n\"Version\": x", "not valid JSON: invalid character 'x' at start of value (line 2, column 12 of the document in this string)"},
		{"YAML", "{Version: 2012-10-17}", "not valid JSON"},
		{"not UTF-8", "{\"Version\": \"\xff\"}", "not UTF-8"},
		{"not UTF-8 when decoded", "%7B%22%FF%22:1%7D", "not UTF-8"},
		{"two documents", "{}{}", "more than one JSON value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, list := ReadPolicy(&source.Node{Kind: source.String, Text: c.text, Line: 1, Column: 1}, IdentityPolicy, ReadOptions{})
			require.Nil(t, p)
			require.NotEmpty(t, list)
			require.Contains(t, list[0].Message, c.want)
			require.Equal(t, Position{Line: 1, Column: 1}, list[0].Position)
		})
	}
	p, list := ReadPolicy(nil, IdentityPolicy, ReadOptions{})
	require.Nil(t, p)
	require.True(t, HasErrors(list))
}

// What a lenient reader passes over matches nothing more than it says.
func TestLenient(t *testing.T) {
	lenient := ReadOptions{Lenient: true}
	p, _ := ParsePolicy("f", []byte(document(oneStatement, on(`["arn:aws:s3:::b",null]`))), IdentityPolicy, lenient)
	require.Equal(t, []string{"arn:aws:s3:::b"}, p.Statements[0].Resources)
	p, _ = ParsePolicy("f", []byte(document(oneStatement, on(`[null]`))), IdentityPolicy, lenient)
	require.Empty(t, p.Statements[0].Resources)
	require.True(t, p.Statements[0].HasResource)
	p, _ = ParsePolicy("f", []byte(document(oneStatement, to(`{"AWS":"arn:aws:iam::111111111111:role/*"}`))), ResourcePolicy, lenient)
	require.Equal(t, []Principal{{AWSPrincipal, "arn:aws:iam::111111111111:role/*"}}, p.Statements[0].Principals.Entries)
	p, _ = ParsePolicy("f", []byte(document(oneCondition, `{"stringlike":{"aws:username":"x"}}`)), IdentityPolicy, lenient)
	require.Len(t, p.Statements[0].Condition, 1)
	require.Equal(t, "StringLike", p.Statements[0].Condition[0].Operator().String())
	p, _ = ParsePolicy("f", []byte(document(oneStatement, allow(`"s3*:Get"`))), IdentityPolicy, lenient)
	require.Equal(t, []string{"s3*:Get"}, p.Statements[0].Actions)
}

func TestUnwrapDocument(t *testing.T) {
	const policy = `{"Version":"2012-10-17","Statement":[]}`
	text, err := json.Marshal(policy)
	require.NoError(t, err)
	escaped := string(text)
	for _, c := range []struct{ name, in, form string }{
		{"a bare document", policy, ""},
		{"a document with a slip", `{"Version":"2012-10-17","Statment":[]}`, ""},
		{"an empty document", `{}`, ""},
		{"a string", escaped, ""},
		{"get-policy-version", `{"PolicyVersion":{"Document":` + policy + `,"VersionId":"v1","IsDefaultVersion":true}}`, "get-policy-version"},
		{"get-policy-version, encoded", `{"PolicyVersion":{"Document":"` + url.PathEscape(policy) + `"}}`, "get-policy-version"},
		{"get-user-policy", `{"UserName":"a","PolicyName":"p","PolicyDocument":` + policy + `}`, "get-user-policy"},
		{"get-group-policy", `{"GroupName":"a","PolicyName":"p","PolicyDocument":` + policy + `}`, "get-group-policy"},
		{"get-role-policy", `{"RoleName":"a","PolicyName":"p","PolicyDocument":` + policy + `}`, "get-role-policy"},
		{"get-role", `{"Role":{"RoleName":"a","Tags":[],"AssumeRolePolicyDocument":` + policy + `}}`, "get-role"},
		{"get-bucket-policy", `{"Policy":` + escaped + `}`, "get-bucket-policy"},
		{"get-key-policy", `{"Policy":` + escaped + `,"PolicyName":"default"}`, "get-key-policy"},
		{"get-queue-attributes", `{"Attributes":{"Policy":` + escaped + `}}`, "get-queue-attributes"},
		{"get-topic-attributes", `{"Attributes":{"TopicArn":"x","Policy":` + escaped + `}}`, "get-topic-attributes"},
		{"lambda get-policy", `{"Policy":` + escaped + `,"RevisionId":"x"}`, "lambda get-policy"},
		{"secretsmanager", `{"ARN":"x","Name":"y","ResourcePolicy":` + escaped + `}`, "get-resource-policy"},
		{"ecr", `{"registryId":"1","repositoryName":"r","policyText":` + escaped + `}`, "get-repository-policy"},
		{"organizations", `{"Policy":{"PolicySummary":{"Id":"p-1","Type":"SERVICE_CONTROL_POLICY"},"Content":` + escaped + `}}`, "describe-policy"},
		{"an endpoint", `{"VpcEndpoints":[{"VpcEndpointId":"x","PolicyDocument":` + escaped + `}]}`, "describe-vpc-endpoints"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := source.Parse("f", []byte(c.in))
			require.NoError(t, err)
			inner, form, err := UnwrapDocument(doc)
			require.NoError(t, err)
			require.Equal(t, c.form, form)
			if c.name == "an empty document" || strings.Contains(c.in, "Statment") {
				require.Same(t, doc, inner)
				return
			}
			p, list := ReadPolicy(inner, KeyPolicy, ReadOptions{})
			require.NotNil(t, p, "%v", list)
			p, _ = ParsePolicy("f", []byte(c.in), KeyPolicy, ReadOptions{})
			require.NotNil(t, p)
		})
	}
	for _, c := range []struct{ name, in, want string }{
		{"a list", `[]`, "this is no policy document"},
		{"a number", `12`, "this is no policy document"},
		{"something else", `{"foo":1}`, "there is no policy document here"},
		{"get-policy", `{"Policy":{"PolicyName":"p","Arn":"arn:aws:iam::1:policy/p","DefaultVersionId":"v1"}}`, "get-policy-version"},
		{"an account export", `{"UserDetailList":[],"Policies":[]}`, "account export"},
		{"no policy", `{"Attributes":{"QueueArn":"x"}}`, "this answer holds no policy"},
		{"two", `{"Policy":` + escaped + `,"ResourcePolicy":` + escaped + `}`, "there is a policy at Policy and another at ResourcePolicy"},
		{"two endpoints", `{"VpcEndpoints":[{"PolicyDocument":` + escaped + `},{"PolicyDocument":` + escaped + `}]}`, "several policies"},
		{"no endpoint", `{"VpcEndpoints":[]}`, "there is no policy document here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := source.Parse("f", []byte(c.in))
			require.NoError(t, err)
			inner, _, err := UnwrapDocument(doc)
			require.Nil(t, inner)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "accepted are a policy document")
			p, list := ParsePolicy("f", []byte(c.in), KeyPolicy, ReadOptions{})
			require.Nil(t, p)
			require.Equal(t, "document-form", list[0].ID)
		})
	}
	_, _, err = UnwrapDocument(nil)
	require.Error(t, err)
}

// Whatever is thrown at the reader, it answers with an error and a place.
func TestHostileInput(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"Statement":[`, n) }
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 10), ","))
	}
	for name, in := range map[string]string{
		"empty": "", "truncated": `{"Version":"2012-10-17","Statement":[{"Effect":`, "not UTF-8": "{\"Version\":\"\xff\"}",
		"NUL": "{\"Version\":\x00}", "deep JSON": deep(10_000), "deep YAML": strings.Repeat("- ", 10_000) + "x",
		"deep closed": deep(400) + strings.Repeat("]}", 400), "a YAML bomb": bomb + "Version: *j\nStatement: *j\n",
		"duplicate": `{"Version":"2012-10-17","Version":"2012-10-17"}`, "text": "hello", "null": "null", "true": "true",
	} {
		t.Run(name, func(t *testing.T) {
			for kind := IdentityPolicy; kind <= ResourceControlPolicy; kind++ {
				p, list := ParsePolicy("f", []byte(in), kind, ReadOptions{Lenient: true})
				require.Nil(t, p)
				require.True(t, HasErrors(list))
				require.Equal(t, "f", list[0].Position.File)
			}
		})
	}
}

func TestLargePolicy(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	n := 0
	for ; b.Len() < 50<<20; n++ {
		fmt.Fprintf(&b, `{"Sid":"S%d","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket-%d/*",`+
			`"Condition":{"StringEquals":{"aws:PrincipalTag/team":"t%d"}}},`+"\n", n, n, n)
	}
	fmt.Fprintf(&b, `{"Sid":"S%d","Effect":"Deny","Action":"*","Resource":"*"}]}`, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	p, list := ParsePolicy("f", b.Bytes(), ServiceControlPolicy, ReadOptions{})
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.NotNil(t, p)
	require.Len(t, p.Statements, n+1)
	require.Equal(t, n+1, p.Statements[n].Position.Line)
	require.Len(t, list, 1)
	require.Equal(t, "policy-size", list[0].ID)
	require.Less(t, after.HeapAlloc-min(before.HeapAlloc, after.HeapAlloc), uint64(12*b.Len()))
	runtime.KeepAlive(p)
}
