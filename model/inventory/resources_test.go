package inventory

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model"
)

// A41: what the lack of Resource means depends on the service.
func TestStatementsWithoutResource(t *testing.T) {
	const (
		allow = `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "s3:*"}]}`
		deny  = `{Version: "2012-10-17", Statement: [{Effect: Deny, Principal: "*", Action: "s3:*"}]}`
		mixed = `{Version: "2012-10-17", Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*"}, {Effect: Deny, Principal: "*", Action: "s3:*", NotResource: "*"}]}`
		bare  = `{Version: "2012-10-17", Statement: {Effect: Allow, Principal: "*", Action: "ecr:*"}}`
	)
	nothing := func(service string) string {
		return "warning: the statement has no Resource, which a policy of " + service + " must name: its Allow covers nothing [A41]; name the resource"
	}
	for _, tt := range []struct {
		name, arn, policy string
		want              []string
	}{
		{"an Allow of a bucket", "arn:aws:s3:::b", allow, []string{nothing("s3")}},
		{"an Allow of an access point", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a", allow, []string{nothing("s3")}},
		{"an Allow of a queue", "arn:aws:sqs:eu-west-1:111122223333:q", allow, []string{nothing("sqs")}},
		{"an Allow of a topic", "arn:aws:sns:eu-west-1:111122223333:t", allow, []string{nothing("sns")}},
		{"a Deny of a bucket", "arn:aws:s3:::b", deny, []string{
			"warning: the statement has no Resource, which a policy of s3 must name: its Deny is taken to cover the resource and all below it [A41]; name the resource",
		}},
		{"Resource and NotResource", "arn:aws:s3:::b", mixed, []string{}},
		{"a repository", "arn:aws:ecr:eu-west-1:111122223333:repository/r", bare, []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv, found := Load(files(map[string]string{
				"set.yaml":    "resources: [{arn: '" + tt.arn + "', account: 111122223333, policyFile: policy.yaml}]",
				"policy.yaml": tt.policy,
			}), "set.yaml")
			require.NotNil(t, inv, "a warning keeps nothing from being read")
			for i, line := range lines(found) {
				require.Equal(t, "policy.yaml:1:", line[:len("policy.yaml:1:")])
				require.Equal(t, model.Warning, found[i].Severity)
				require.Equal(t, "resource-unnamed", found[i].ID)
			}
			require.Equal(t, tt.want, withoutPlaces(found))
		})
	}
}

// An overlay is held to the policy that it brings, not to the one that it leaves alone.
func TestStatementsWithoutResourceInOverlays(t *testing.T) {
	const bucket = `{arn: "arn:aws:s3:::b", account: 111122223333, policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "s3:*"}]}}`
	inv, found := Load(files(map[string]string{"set.yaml": "resources: [" + bucket + "]"}), "set.yaml")
	require.Len(t, found, 1)
	_, found = inv.Snapshot().WhatIf(node(t, `resources: [{arn: "arn:aws:s3:::b", tags: {a: b}}]`), ".", nil, Options{})
	require.Empty(t, lines(found))
	_, found = inv.Snapshot().WhatIf(node(t, "resources: ["+bucket+"]"), ".", nil, Options{})
	require.Len(t, found, 1)
	require.Equal(t, "resource-unnamed", found[0].ID)
}

// withoutPlaces are diagnostics as text, without where they are.
func withoutPlaces(found []model.Diagnostic) []string {
	list := []string{}
	for _, d := range found {
		list = append(list, strings.TrimPrefix(d.Error(), d.Position.String()+": "))
	}
	return list
}
