// Package benchmarks measures how fast requests are decided. Names are fixed:
// figures are compared by them. See README.md beside this file.
package benchmarks

import (
	"fmt"
	"strings"
	"testing"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

const account = "111111111111"

// engine compiles a policy set given as YAML or JSON.
func engine(b *testing.B, policySet string) *eval.Engine {
	b.Helper()
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("benchmark.yaml", []byte(policySet))
	inv, diagnostics := loader.Finish()
	if model.HasErrors(diagnostics) {
		b.Fatal(diagnostics[0])
	}
	compiled, err := eval.Compile(inv.Snapshot(), eval.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return compiled
}

// statements writes n Allow statements on distinct buckets.
func statements(n int, condition string) string {
	var s strings.Builder
	for i := range n {
		if i > 0 {
			s.WriteByte(',')
		}
		fmt.Fprintf(&s, `{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::bucket-%d/*"%s}`, i, condition)
	}
	return s.String()
}

// roleWith is a policy set of one role with n statements in one inline policy.
func roleWith(n int, condition, rest string) string {
	return fmt.Sprintf(`{"roles":[{"arn":"arn:aws:iam::%s:role/R",
"trustPolicy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}},
"inlinePolicies":{"P":{"Version":"2012-10-17","Statement":[%s]}}}]%s}`, account, statements(n, condition), rest)
}

func request(n int) model.Request {
	context := conditions.NewContext()
	context.Set("aws:SourceIp", "203.0.113.7")
	context.Set("aws:PrincipalTag/team", "data-eu")
	return model.Request{
		Principal: "role/R", Action: "s3:GetObject",
		Resource: fmt.Sprintf("arn:aws:s3:::bucket-%d/key", n-1), Context: context,
	}
}

func decide(b *testing.B, policySet string, r model.Request, want eval.Code) {
	b.Helper()
	query, err := engine(b, policySet).Prepare(r)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		decision, err := query.Decide()
		if err != nil || decision.Reason.Code != want {
			b.Fatalf("%v %v", decision.Reason, err)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			decide(b, roleWith(n, "", ""), request(n), eval.AllowIdentity)
		})
	}
	b.Run("conditions", func(b *testing.B) {
		condition := `,"Condition":{"StringLike":{"aws:PrincipalTag/team":"data-*"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`
		decide(b, roleWith(1, condition, ""), request(1), eval.AllowIdentity)
	})
	b.Run("stack=full", func(b *testing.B) {
		decide(b, roleWith(100, "", fmt.Sprintf(`,"organization":{"id":"o-1","managementAccount":"999999999999",
"root":{"id":"r-1","accounts":["%s"]}},
"resources":[{"arn":"arn:aws:s3:::bucket-99","account":"%s","policy":{"Version":"2012-10-17","Statement":{
"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket-99/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}}]`,
			account, account)), request(100), eval.AllowIdentity)
	})
}

// BenchmarkExplain shows what the reasons cost beside the bare answer.
func BenchmarkExplain(b *testing.B) {
	query, err := engine(b, roleWith(100, "", "")).Prepare(request(100))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if x := query.Explain(); x.Answer != eval.Allowed.String() {
			b.Fatal(x.Headline)
		}
	}
}
