package eval_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/catalog"
)

func TestCatalogNotes(t *testing.T) {
	e := load(t, `
users:
  - arn: arn:aws:iam::111111111111:user/u
    inlinePolicies: {P: {Version: "2012-10-17", Statement: [
      {Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:eu-west-1:111111111111:q"},
      {Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringNotEquals: {"sqs:Unheard": x}}},
      {Effect: Allow, Action: "logs:*", Resource: "arn:aws:logs:*:*:*"}]}}
resources: [{arn: "arn:aws:s3:::b", account: "111111111111"}]
`)
	e = e.With(eval.Options{Catalog: catalog.Default()})
	for _, test := range []struct {
		name, action, resource, answer, note string
	}{
		{"no resource: decided on *", "sqs:ListQueues", "arn:aws:sqs:eu-west-1:111111111111:q", "implicitDeny", "is not authorised on a resource"},
		{"the answer on the ARN itself is told", "sqs:ListQueues", "arn:aws:sqs:eu-west-1:111111111111:q", "implicitDeny", "itself the answer would be allowed"},
		{"asked on *", "s3:GetObject", "*", "allowed", "${BucketName}/${ObjectName}"},
		{"wrong kind", "s3:GetObject", "arn:aws:s3:::b", "allowed", "is nothing that s3:GetObject is authorised on"},
		{"unknown action", "s3:GetObjectt", "arn:aws:s3:::b/k", "allowed", "did you mean s3:GetObject?"},
		{"a key that is never sent", "s3:GetObject", "arn:aws:s3:::b/k", "allowed", "sqs:Unheard is never sent with s3:GetObject: the condition on it is always met"},
		{"a gap of the data", "logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:111111111111:log-group:x", "allowed", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explain(t, e, model.Request{Principal: "u", Action: test.action, Resource: test.resource, Context: conditions.NewContext()})
			require.Equal(t, test.answer, x.Answer)
			if test.note == "" {
				require.Empty(t, x.Notes)
				return
			}
			require.Contains(t, strings.Join(append(x.Notes, x.Assumptions...), "\n"), test.note)
		})
	}
	x := explain(t, e.With(eval.Options{}), model.Request{Principal: "u", Action: "sqs:ListQueues", Resource: "arn:aws:sqs:eu-west-1:111111111111:q"})
	require.Equal(t, "allowed", x.Answer, "without a catalogue every action supports the resource it is asked on (B21)")
	require.Empty(t, x.Notes)
}
