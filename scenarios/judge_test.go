package scenarios

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
)

func TestJudge(t *testing.T) {
	decided := func(code eval.Code, e eval.Explanation) *answer {
		d := eval.Decision{Reason: eval.Reason{Code: code}}
		e.Decision = d
		return &answer{decision: d, explanation: &e}
	}
	allowed := decided(eval.AllowIdentity, eval.Explanation{
		PolicyType: eval.IdentityPolicyType,
		Statements: []eval.StatementRef{{Sid: "A"}, {Sid: "B"}, {Sid: "A"}, {}},
		DependsOn:  []string{"aws:SourceIp", "s3:prefix"},
	})
	implicit := decided(eval.DenyImplicitIdentity, eval.Explanation{PolicyType: eval.IdentityPolicyType})
	explicit := decided(eval.DenyExplicitSCP, eval.Explanation{PolicyType: eval.ServiceControlPolicyType})
	none := &answer{errors: []string{"first message", "no role here"}}

	for _, c := range []struct {
		name   string
		s      Scenario
		a      *answer
		status Status
		fields []string
	}{
		{"allowed", Scenario{Expect: ExpectAllowed}, allowed, Passed, nil},
		{"allowed, and implicitly denied", Scenario{Expect: ExpectAllowed}, implicit, Failed, []string{"answer"}},
		{"allowed, and explicitly denied", Scenario{Expect: ExpectAllowed}, explicit, Failed, []string{"answer"}},
		{"allowed, and no answer", Scenario{Expect: ExpectAllowed}, none, Errored, []string{"answer"}},
		{"denied, and allowed", Scenario{Expect: ExpectDenied}, allowed, Failed, []string{"answer"}},
		{"denied, implicitly", Scenario{Expect: ExpectDenied}, implicit, Passed, nil},
		{"denied, explicitly", Scenario{Expect: ExpectDenied}, explicit, Passed, nil},
		{"denied, and no answer", Scenario{Expect: ExpectDenied}, none, Errored, []string{"answer"}},
		{"implicit", Scenario{Expect: ExpectImplicitDeny}, implicit, Passed, nil},
		{"implicit, and explicit", Scenario{Expect: ExpectImplicitDeny}, explicit, Failed, []string{"answer"}},
		{"explicit", Scenario{Expect: ExpectExplicitDeny}, explicit, Passed, nil},
		{"explicit, and implicit", Scenario{Expect: ExpectExplicitDeny}, implicit, Failed, []string{"answer"}},
		{"error", Scenario{Expect: ExpectError}, none, Passed, nil},
		{"error, and allowed", Scenario{Expect: ExpectError}, allowed, Failed, []string{"answer"}},
		{"error, and denied", Scenario{Expect: ExpectError}, implicit, Failed, []string{"answer"}},
		{"message of one of the errors", Scenario{Expect: ExpectError, Because: Because{Message: regexp.MustCompile("^no role")}}, none, Passed, nil},
		{"another message", Scenario{Expect: ExpectError, Because: Because{Message: regexp.MustCompile("^role")}}, none, Failed, []string{"message"}},
		{"reason", Scenario{Expect: ExpectAllowed, Because: Because{Reason: "ALLOW_IDENTITY"}}, allowed, Passed, nil},
		{"another reason", Scenario{Expect: ExpectAllowed, Because: Because{Reason: "ALLOW_RESOURCE"}}, allowed, Failed, []string{"reason"}},
		{"layer", Scenario{Expect: ExpectAllowed, Because: Because{PolicyType: eval.IdentityPolicyType}}, allowed, Passed, nil},
		{"another layer", Scenario{Expect: ExpectAllowed, Because: Because{PolicyType: eval.ResourcePolicyType}}, allowed, Failed, []string{"policyType"}},
		{"layer, not explained", Scenario{Expect: ExpectAllowed, Because: Because{PolicyType: eval.IdentityPolicyType}}, &answer{decision: allowed.decision}, Failed, []string{"policyType"}},
		{"one of the statements", Scenario{Expect: ExpectAllowed, Because: Because{Statement: "B"}}, allowed, Passed, nil},
		{"another statement", Scenario{Expect: ExpectAllowed, Because: Because{Statement: "b"}}, allowed, Failed, []string{"statement"}},
		{"statement, none decides", Scenario{Expect: ExpectDenied, Because: Because{Statement: "B"}}, implicit, Failed, []string{"statement"}},
		{"keys as a set, case ignored", Scenario{Expect: ExpectAllowed, DependsOn: []string{"S3:Prefix", "AWS:sourceIp"}}, allowed, Passed, nil},
		{"fewer keys", Scenario{Expect: ExpectAllowed, DependsOn: []string{"s3:prefix"}}, allowed, Failed, []string{"dependsOn"}},
		{"more keys", Scenario{Expect: ExpectAllowed, DependsOn: []string{"s3:prefix", "aws:SourceIp", "aws:username"}}, allowed, Failed, []string{"dependsOn"}},
		{"no key wanted", Scenario{Expect: ExpectAllowed, DependsOn: []string{}}, allowed, Failed, []string{"dependsOn"}},
		{"no key wanted, none there", Scenario{Expect: ExpectDenied, DependsOn: []string{}}, implicit, Passed, nil},
		{"keys, not explained", Scenario{Expect: ExpectAllowed, DependsOn: []string{}}, &answer{decision: allowed.decision}, Failed, []string{"dependsOn"}},
		{"all that is wrong with a right answer", Scenario{Expect: ExpectAllowed, DependsOn: []string{}, Because: Because{
			PolicyType: eval.KMSGrantType, Statement: "C", Reason: "ALLOW_KMS_GRANT",
		}}, allowed, Failed, []string{"policyType", "statement", "reason", "dependsOn"}},
		{"of a wrong answer the answer alone", Scenario{Expect: ExpectDenied, Because: Because{Reason: "DENY_EXPLICIT_SCP"}}, allowed, Failed, []string{"answer"}},
		{"no expectation holds for nothing", Scenario{}, allowed, Failed, []string{"answer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, mismatches := judge(&c.s, c.a)
			require.Equal(t, c.status, status)
			var fields []string
			for _, m := range mismatches {
				fields = append(fields, m.Field)
			}
			require.Equal(t, c.fields, fields)
		})
	}
}
