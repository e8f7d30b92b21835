package eval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

func TestStatementsThatCanBearOnAQuery(t *testing.T) {
	e := load(t, `
roles:
  - arn: arn:aws:iam::111111111111:role/R
    trustPolicy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" }] }
    inlinePolicies:
      P:
        Version: 2012-10-17
        Statement:
          - { Sid: Condition, Effect: Allow, Action: "s3:*", Resource: "*", Condition: { StringEquals: { "aws:PrincipalTag/team": "data" } } }
          - { Sid: OtherAction, Effect: Allow, Action: "s3:PutObject", Resource: "*" }
          - { Sid: OtherResource, Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::other/*" }
          - { Sid: Variable, Effect: Deny, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/${aws:PrincipalTag/team}" }
resources:
  - arn: arn:aws:s3:::data
    account: "222222222222"
    policy:
      Version: 2012-10-17
      Statement:
        - { Sid: OtherPrincipal, Effect: Allow, Principal: { AWS: "333333333333" }, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" }
`)
	q, err := e.Prepare(model.Request{Principal: "role/R", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/x"})
	require.NoError(t, err)
	var sids []string
	for _, s := range q.Statements() {
		sids = append(sids, s.Sid)
	}
	require.ElementsMatch(t, []string{"Condition", "Variable", "OtherPrincipal"}, sids)
}
