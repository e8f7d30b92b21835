package eval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

func TestVisits(t *testing.T) {
	const (
		app  = "arn:aws:iam::111111111111:role/team/App"
		data = "arn:aws:s3:::data/x"
	)
	e := load(t, world)
	for _, c := range []struct {
		name, action, resource string
		tag                    string
		want                   []string
	}{
		{"allowed: every layer that had to allow decides", "s3:PutObject", data, "data", []string{
			"serviceControlPolicy: applies, decides", "serviceControlPolicy: applies, decides", "serviceControlPolicy Stay:",
			"serviceControlPolicy: applies, decides", "identityPolicy DataTeam: applies, decides [true]",
			"permissionsBoundary: applies, decides",
		}},
		{"implicitly denied: nothing decides", "s3:PutObject", data, "web", []string{
			"serviceControlPolicy: applies", "serviceControlPolicy: applies", "serviceControlPolicy Stay:",
			"serviceControlPolicy: applies", "identityPolicy DataTeam: [false]", "permissionsBoundary: applies",
		}},
		{"explicitly denied: the Deny decides", "organizations:LeaveOrganization", "*", "data", []string{
			"serviceControlPolicy: applies", "serviceControlPolicy: applies", "serviceControlPolicy Stay: applies, decides",
			"serviceControlPolicy: applies", "identityPolicy DataTeam:", "permissionsBoundary:",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			context := conditions.NewContext()
			context.Set("aws:PrincipalTag/team", c.tag)
			q, err := e.Prepare(model.Request{Principal: app, Action: c.action, Resource: c.resource, Context: context})
			require.NoError(t, err)
			var got []string
			decided := 0
			for _, v := range q.Visits() {
				if v.Decides {
					decided++
					require.True(t, v.Applies)
				}
				if v.Type == eval.ResourcePolicyType || v.Statement.Sid != "" && v.Statement.Sid != "Stay" && v.Statement.Sid != "DataTeam" {
					continue
				}
				require.Same(t, &v.Policy.Statements[v.Statement.Index], v.Statement)
				got = append(got, visitText(v))
			}
			require.Equal(t, c.want, got)
			d, err := q.Decide()
			require.NoError(t, err)
			require.Equal(t, d.Result() != eval.ImplicitDeny, decided > 0)
		})
	}
}

func visitText(v eval.StatementVisit) string {
	text := string(v.Type)
	if v.Statement.Sid != "" {
		text += " " + v.Statement.Sid
	}
	text += ":"
	if v.Applies {
		text += " applies"
	}
	if v.Decides {
		text += ", decides"
	}
	if len(v.Outcomes) > 0 {
		text += " ["
		for i, met := range v.Outcomes {
			if i > 0 {
				text += " "
			}
			if met {
				text += "true"
			} else {
				text += "false"
			}
		}
		text += "]"
	}
	return text
}

// A layer that the resource's policy sets aside does not decide (E41).
func TestVisitsOfWhatIsSetAside(t *testing.T) {
	e := load(t, `
users:
  - arn: arn:aws:iam::111111111111:user/u
    permissionsBoundary: {Version: "2012-10-17", Statement: {Sid: B, Effect: Allow, Action: "s3:*", Resource: "*"}}
    inlinePolicies: {P: {Version: "2012-10-17", Statement: {Sid: I, Effect: Allow, Action: "s3:Get*", Resource: "*"}}}
resources:
  - arn: arn:aws:s3:::data
    account: "111111111111"
    policy: {Version: "2012-10-17", Statement: {Sid: R, Effect: Allow, Principal: {AWS: "arn:aws:iam::111111111111:user/u"}, Action: "s3:*Object", Resource: "arn:aws:s3:::data/*"}}
`)
	for action, want := range map[string]map[string]bool{
		"s3:PutObject":       {"R": true, "B": false, "I": false},
		"s3:GetObjectAcl":    {"R": false, "B": true, "I": true},
		"s3:AbortNothing":    {"R": false, "B": false, "I": false},
		"sqs:DeleteMyObject": {"R": false, "B": false, "I": false},
	} {
		q, err := e.Prepare(model.Request{Principal: "user/u", Action: action, Resource: "arn:aws:s3:::data/1"})
		require.NoError(t, err)
		got := map[string]bool{}
		for _, v := range q.Visits() {
			got[v.Statement.Sid] = v.Decides
		}
		require.Equal(t, want, got, action)
	}
}

// What decides is what Explain names, in the layers that it tells of.
func TestVisitsAgreeWithExplain(t *testing.T) {
	e := load(t, world)
	for _, action := range []string{"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "organizations:LeaveOrganization", "s3:ListBucket"} {
		for _, resource := range []string{"*", "arn:aws:s3:::data/x", "arn:aws:s3:::data"} {
			q, err := e.Prepare(model.Request{Principal: "role/team/App", Action: action, Resource: resource})
			require.NoError(t, err)
			visits := map[string]bool{}
			for _, v := range q.Visits() {
				if v.Decides {
					visits[v.Policy.Name+"/"+v.Statement.Sid+v.Statement.Position.String()] = true
				}
			}
			for _, s := range q.Explain().Statements {
				require.True(t, visits[s.Policy+"/"+s.Sid+s.Position().String()], "%s on %s: %v", action, resource, s)
			}
		}
	}
}
