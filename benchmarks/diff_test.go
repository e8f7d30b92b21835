package benchmarks

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// managedPolicies names, in the environment, a file of managed policies to
// compare with themselves: NDJSON with a document in each line, which may be compressed.
const managedPolicies = "MANAGED_POLICIES"

// BenchmarkDiff compares documents with themselves, every shortcut for equal
// texts switched off: those of MANAGED_POLICIES, or made ones. The metrics are
// over the documents, in microseconds and percent.
func BenchmarkDiff(b *testing.B) {
	documents := diffDocuments(b)
	o := eval.Options{Catalog: catalog.Default()}
	type pair struct{ old, new diff.Side }
	pairs := make([]pair, len(documents))
	for i, text := range documents {
		pairs[i] = pair{documentSide(b, text, o), documentSide(b, text, o)}
	}
	took := make([]time.Duration, len(pairs))
	compare := diff.Options{Exhaustive: true, Callers: []diff.Caller{{Principal: documentUser}}}
	inconclusive := 0
	for b.Loop() {
		inconclusive = 0
		for i, p := range pairs {
			start := time.Now()
			result, err := diff.Compare(p.old, p.new, compare)
			took[i] = time.Since(start)
			require.NoError(b, err)
			require.Empty(b, result.Groups)
			if len(result.Gaps) > 0 {
				inconclusive++
			}
		}
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))]) / float64(time.Microsecond)
	}
	b.ReportMetric(at(0.5), "median-µs")
	b.ReportMetric(at(0.99), "p99-µs")
	b.ReportMetric(at(1), "max-µs")
	b.ReportMetric(100*float64(inconclusive)/float64(len(took)), "inconclusive-%")
}

// BenchmarkDiffRoles compares two sets of 10,000 roles in which one managed
// policy, which a tenth of them have, differs by a word.
func BenchmarkDiffRoles(b *testing.B) {
	o := eval.Options{Catalog: catalog.Default()}
	old, new := diff.Side{Engine: rolesEngine(b, "s3:PutObject", o)}, diff.Side{Engine: rolesEngine(b, "s3:DeleteObject", o)}
	for b.Loop() {
		result, err := diff.Compare(old, new, diff.Options{})
		require.NoError(b, err)
		require.Equal(b, 1000, result.Compared)
		require.True(b, result.Opened() && result.Closed())
	}
}

func rolesEngine(b *testing.B, action string, o eval.Options) *eval.Engine {
	allow := func(action, resource string) string {
		return `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "` + action + `"], "Resource": "` + resource + `"}]}`
	}
	const policy = "arn:aws:iam::111122223333:policy/"
	var text strings.Builder
	fmt.Fprintf(&text, `{"policies": [{"arn": "%sShared", "document": %s}, {"arn": "%sOther", "document": %s}], "roles": [`, policy, allow(action, "arn:aws:s3:::data/*"), policy, allow("s3:ListBucket", "*"))
	for i := range 10_000 {
		if i > 0 {
			text.WriteByte(',')
		}
		name := "Other"
		if i%10 == 0 {
			name = "Shared"
		}
		fmt.Fprintf(&text, `{"arn": "arn:aws:iam::111122223333:role/R%d", "attachedPolicies": ["%s%s"], "trustPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}`, i, policy, name)
	}
	text.WriteString("]}")
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("roles.json", []byte(text.String()))
	inv, diagnostics := loader.Finish()
	require.NotNil(b, inv, "%v", diagnostics)
	engine, err := eval.Compile(inv.Snapshot(), o)
	require.NoError(b, err)
	return engine
}

const documentUser = "arn:aws:iam::111122223333:user/alice"

// documentSide is a set with one user who has the document.
func documentSide(b *testing.B, text string, o eval.Options) diff.Side {
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{Lenient: true})
	loader.AddData("user.json", []byte(`{"users": [{"arn": "`+documentUser+`", "inlinePolicies": {"P": `+text+`}}]}`))
	inv, diagnostics := loader.Finish()
	require.NotNil(b, inv, "%v", diagnostics)
	engine, err := eval.Compile(inv.Snapshot(), o)
	require.NoError(b, err)
	return diff.Side{Engine: engine}
}

// diffDocuments returns the documents of MANAGED_POLICIES, or made ones of
// the same kinds of patterns.
func diffDocuments(b *testing.B) []string {
	name := os.Getenv(managedPolicies)
	if name == "" {
		return madeDocuments()
	}
	data, err := os.ReadFile(name)
	require.NoError(b, err)
	lines := bufio.NewScanner(bytes.NewReader(data))
	if z, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		lines = bufio.NewScanner(z)
	}
	const longest = 1 << 26
	lines.Buffer(nil, longest)
	var out []string
	for lines.Scan() {
		var policy struct{ Document json.RawMessage }
		require.NoError(b, json.Unmarshal(lines.Bytes(), &policy))
		out = append(out, string(policy.Document))
	}
	require.NoError(b, lines.Err())
	return out
}

func madeDocuments() []string {
	var out []string
	for i := range 100 {
		var statements []string
		for k := range 1 + i%8 {
			service := []string{"s3", "sqs", "dynamodb", "ec2"}[(i+k)%4]
			resource := []string{`"*"`, `"arn:aws:s3:::team-%d-*"`, `["arn:aws:sqs:*:*:q%d*", "arn:aws:s3:::*-%d"]`, `"arn:aws:dynamodb:*:*:table/T%d"`}[(i*3+k)%4]
			if n := strings.Count(resource, "%d"); n > 0 {
				resource = fmt.Sprintf(resource, []any{i, k}[:n]...)
			}
			condition := ""
			if (i+k)%3 == 0 {
				condition = `, "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}`
			}
			statements = append(statements, fmt.Sprintf(`{"Effect": "Allow", "Action": ["%s:Get*", "%s:List*", "%s:Put*"], "Resource": %s%s}`, service, service, service, resource, condition))
		}
		out = append(out, `{"Version": "2012-10-17", "Statement": [`+strings.Join(statements, ",")+`]}`)
	}
	return out
}
