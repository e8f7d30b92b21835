package chain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/eval/chain"
	"iamsim/model"
)

// A hop's context holds what the call itself carries and nothing that some other check decides on.
func TestContextOfACall(t *testing.T) {
	e := world(t, allow(aws(hub), every, "")+`, {Sid: Lambda, Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}`, "", "")
	workload := func(h chain.Hop) chain.Hop {
		h.Context = with("lambda:SourceFunctionArn", "arn:aws:lambda:us-east-1:111111111111:function:f")
		return h
	}
	for _, test := range []struct {
		name  string
		start string
		hops  []chain.Hop
		want  string // of the error; empty where the hops are understood
	}{
		{"an address", alice, []chain.Hop{{Role: hub, Context: with("aws:SourceIp", "203.0.113.9")}}, ""},
		{"tags", alice, []chain.Hop{{Role: hub, Context: with("AWS:requesttag/Team", "x")}}, "via[1].context: AWS:requesttag/Team cannot be given here: it is what the call passes as tags; give tags instead"},
		{"transitive keys", alice, []chain.Hop{{Role: hub, Context: with("sts:TransitiveTagKeys", "x")}}, "give transitiveTagKeys instead"},
		{"a session name", alice, []chain.Hop{{Role: hub, Context: with("sts:RoleSessionName", "x")}}, "give sessionName instead"},
		{"a source identity of the session", alice, []chain.Hop{{Role: hub}, {Role: target, Context: with("aws:SourceIdentity", "x")}}, "give sourceIdentity to the call before"},
		{"the time of the token", alice, []chain.Hop{{Role: hub, Context: with("aws:TokenIssueTime", "2020-01-01T00:00:00Z")}}, "it follows from the caller"},
		{"the caller's own tags", alice, []chain.Hop{{Role: hub, Context: with("aws:PrincipalTag/team", "x")}}, ""},
		{"the caller's unique id", alice, []chain.Hop{{Role: hub, Context: with("aws:userid", "AIDAOTHER")}}, "it follows from the caller and the role"},
		{"the unique id of a caller of whom none was read", "arn:aws:iam::444444444444:user/far", []chain.Hop{{Role: hub, Context: with("aws:userid", "AIDAFAR")}}, ""},
		{"that of somebody else", "arn:aws:iam::444444444444:user/far", []chain.Hop{{Role: hub, Context: with("aws:userid", "AIDAALICE")}}, "the caller cannot have this unique id"},
		{"that of another session", "arn:aws:sts::444444444444:assumed-role/Far/one", []chain.Hop{{Role: hub, Context: with("aws:userid", "AROAFAR:two")}}, "the caller cannot have this unique id"},
		{"the role's tags", alice, []chain.Hop{{Role: hub, Context: with("aws:ResourceTag/team", "x")}}, "it follows from the caller and the role"},
		{"the source of a user's call", alice, []chain.Hop{{Role: hub, Context: with("aws:SourceAccount", account)}}, "it follows from the caller and the role"},
		{"the source of a service's call", "lambda.amazonaws.com", []chain.Hop{{Role: target, Context: with("aws:SourceAccount", account)}}, ""},
		{"a workload of a service", "lambda.amazonaws.com", []chain.Hop{{Role: target}, workload(chain.Hop{Role: hub})}, ""},
		{"a workload that the session of a hop is not", alice, []chain.Hop{{Role: hub}, workload(chain.Hop{Role: target})}, "credentials that a service handed to a workload"},
		{"a workload as start", "role/Hub", []chain.Hop{workload(chain.Hop{Role: target})}, ""},
		{"a workload that a user is not", alice, []chain.Hop{workload(chain.Hop{Role: hub})}, "credentials that a service handed to a workload"},
		{"a session of the root user", "role/Hub", []chain.Hop{{Role: target, Context: with("aws:AssumedRoot", "true")}}, "it follows from the caller"},
		{"a claim of a token", github, []chain.Hop{{Role: target, Action: chain.AssumeRoleWithWebIdentity, Context: with("token.actions.githubusercontent.com:sub", "x")}}, ""},
		{"a claim of a path", github, []chain.Hop{{Role: target, Action: chain.AssumeRoleWithWebIdentity, Context: with("oidc.eks.us-east-1.amazonaws.com/id/X:sub", "x")}}, "no claim of a token of"},
		{"a claim of an assertion in a token", github, []chain.Hop{{Role: target, Action: chain.AssumeRoleWithWebIdentity, Context: with("saml:aud", "x")}}, "no claim of a token of"},
		{"a claim without a token in the call for one", alice, []chain.Hop{{Role: target, Action: chain.AssumeRoleWithSAML, Context: with("saml:aud", "x")}}, ""},
		{"a claim without a token", alice, []chain.Hop{{Role: hub, Context: with("saml:aud", "x")}}, "a token's claims come with"},
		{"a key of another service", alice, []chain.Hop{{Role: hub, Context: with("s3:prefix", "x")}}, "no such call carries it"},
		{"a second factor of no kind", alice, []chain.Hop{{Role: hub, Context: with("aws:MultiFactorAuthPresent", "yes")}}, "it is true or false"},
		{"the age of no second factor", alice, []chain.Hop{{Role: hub, Context: with("aws:MultiFactorAuthPresent", "false", "aws:MultiFactorAuthAge", "1")}}, "no second factor is given"},
		{"an age that is no number", alice, []chain.Hop{{Role: hub, Context: with("aws:MultiFactorAuthAge", "young")}}, "it is a number of seconds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := chain.Evaluate(e, box(test.start), test.hops)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

// Whoever says when the second factor was given says that it was.
func TestAgeOfASecondFactor(t *testing.T) {
	e := world(t, allow(aws(alice), every, `{Bool: {aws:MultiFactorAuthPresent: true}, NumericLessThan: {aws:MultiFactorAuthAge: 60}}`), "", "")
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: target, Context: with("aws:MultiFactorAuthAge", "10")}})
	require.NoError(t, err)
	require.Zero(t, r.FailedHop)
}

// What a session token carries, the next call does not take back.
func TestFactorOfASessionToken(t *testing.T) {
	e := world(t, allow(aws(alice), every, `{Bool: {aws:MultiFactorAuthPresent: false}}`), "", "")
	for factor, refused := range map[string]bool{"true": true, "false": false} {
		r, err := chain.Evaluate(e, box(alice), []chain.Hop{
			{Action: chain.GetSessionToken, Context: with("aws:MultiFactorAuthPresent", factor)},
			{Role: target, Context: with("aws:MultiFactorAuthPresent", "false")},
		})
		require.NoError(t, err)
		require.Equal(t, refused, r.FailedHop == 2, factor)
	}
}

// What is refused by a rule of STS is refused though no policy can deny the call (E70).
func TestRulesOfACallThatCannotBeDenied(t *testing.T) {
	e := world(t, allow(aws(hub), every, ""), "", "")
	request := box(alice)
	request.Action, request.Resource = "sts:GetCallerIdentity", "*"
	for seconds, refused := range map[int]bool{899: true, 900: false, 129600: false, 129601: true} {
		r, err := chain.Evaluate(e, request, []chain.Hop{{Action: chain.GetSessionToken, Duration: time.Duration(seconds) * time.Second}})
		require.NoError(t, err)
		require.Equal(t, refused, r.FailedHop == 1, seconds)
		if refused {
			require.Equal(t, "DENY_SERVICE_RULE", r.Final.Reason)
			require.Len(t, r.Final.Causes, 1)
		}
	}
}

// A role that says nothing of its MaxSessionDuration is taken to allow an hour, and a note says so.
func TestAnAssumedDurationIsNoted(t *testing.T) {
	e := world(t, allow(aws(alice), every, ""), "", "")
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: target, Duration: time.Hour}})
	require.NoError(t, err)
	const note = "the role's MaxSessionDuration is not known and taken as 3600 s"
	require.Equal(t, []string{note}, r.Steps[0].Notes)
	require.Contains(t, r.Final.Notes, "hop 1: "+note)
	r, err = chain.Evaluate(e, box(alice), []chain.Hop{{Role: target}})
	require.NoError(t, err)
	require.Empty(t, r.Steps[0].Notes)
}

func TestRolesOfUnknownAccounts(t *testing.T) {
	e := world(t, allow(aws(hub), every, ""), "", "")
	for role, want := range map[string]string{
		"arn:aws:iam::777777777777:role/a/b/X":                                   "",
		"arn:aws:iam::777777777777:role/*":                                       "names no role",
		"arn:aws:iam::777777777777:role/a*/X":                                    "names no role",
		"arn:aws:iam::777777777777:role/":                                        "names no role",
		"arn:aws:iam::777777777777:role//X":                                      "names no role",
		"arn:aws:iam::777777777777:role/a b":                                     "names no role",
		"arn:aws:iam::777777777777:role/a b/X":                                   "names no role",
		"arn:aws:iam::777777777777:role/${aws:username}":                         "names no role",
		"arn:aws:iam::777777777777:roles/X":                                      "names no role",
		"arn:aws:iam:us-east-1:777777777777:role/X":                              "names no role",
		"arn:aws:iam::7777:role/X":                                               "names no role",
		"arn:aws:sts::777777777777:assumed-role/X/s":                             "names no role",
		"arn:aws:iam::777777777777:role/aws-service-role/logs.amazonaws.com/Log": "its service alone assumes",
		"arn:aws": "is not an ARN",
		"Targte":  "did you mean " + target + "?",
	} {
		_, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: role}})
		if want == "" {
			require.NoError(t, err, role)
			continue
		}
		require.ErrorContains(t, err, want, role)
	}
}

func TestTagKeysThatAreNone(t *testing.T) {
	e := world(t, allow(aws(alice), every, ""), "", "")
	r, err := chain.Evaluate(e, box(alice), []chain.Hop{{Role: target, Tags: map[string]string{"a*": "x"}}})
	require.NoError(t, err)
	require.Contains(t, r.Final.Headline, `"a*" is no tag key: one is 1 to 128 letters`)
}

// What is not told of the session that a chain starts with is assumed, and the
// assumption told where the answer rests on it.
func TestWhatTheFirstSessionInherits(t *testing.T) {
	tags := &model.Session{Tags: map[string]string{"team": "data"}, SourceIdentity: "alice"}
	for _, test := range []struct {
		name, trust string
		session     *model.Session
		hop         chain.Hop
		want        []string
	}{
		{"tags that may be inherited", allow(aws(hub), every, ""), tags, chain.Hop{Role: target}, nil},
		{"tags that may not", allow(aws(hub), `["sts:AssumeRole", "sts:SetSourceIdentity"]`, ""), tags, chain.Hop{Role: target}, []string{"the tags team of the session that the chain starts with are not transitive"}},
		{"a tag that is passed again", allow(aws(hub), every, ""), tags, chain.Hop{Role: target, Tags: map[string]string{"Team": "x"}}, []string{"the tags team of the session that the chain starts with are not transitive"}},
		{"a source identity that may be inherited", allow(aws(hub), every, ""), nil, chain.Hop{Role: target}, nil},
		{"one that may not", allow(aws(hub), `"sts:AssumeRole"`, ""), nil, chain.Hop{Role: target}, []string{"the session that the chain starts with has no source identity"}},
		{"one that is set", allow(aws(hub), every, ""), nil, chain.Hop{Role: target, SourceIdentity: "bob"}, []string{"the session that the chain starts with has no source identity"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := world(t, test.trust, "", "")
			request := box(hub)
			request.Session = test.session
			r, err := chain.Evaluate(e, request, []chain.Hop{test.hop})
			require.NoError(t, err)
			require.Equal(t, "allowed", r.Final.Answer)
			require.Equal(t, test.want, r.Final.Assumptions)
			options := e.Options()
			options.Strict = true
			r, err = chain.Evaluate(e.With(options), request, []chain.Hop{test.hop})
			require.NoError(t, err)
			if test.want == nil {
				require.Equal(t, "allowed", r.Final.Answer)
				return
			}
			require.Equal(t, "unanswered", r.Final.Answer)
			require.Contains(t, r.Final.Unanswered, test.want[0])
		})
	}
	none, err := chain.Evaluate(world(t, allow(aws(alice), `"sts:AssumeRole"`, ""), "", ""), box(alice), []chain.Hop{{Role: target}})
	require.NoError(t, err)
	require.Empty(t, none.Final.Assumptions, "a user has nothing to inherit")
}

func TestGivenKeysThatDifferFromHopToHop(t *testing.T) {
	for _, key := range []string{
		"aws:PrincipalOrgID", "aws:SourceAccount", "aws:ResourceTag/open", "aws:PrincipalIsAWSService", "aws:RequestTag/a",
		"sts:RequestContext/x", "aws:MultiFactorAuthPresent", "aws:ResourceOrgID",
	} {
		_, err := chain.Build(compile(t, []byte(company)), chain.Given{Context: with(key, "x")})
		require.ErrorContains(t, err, key+" follows from the caller")
	}
	c := conditions.NewContext()
	c.SetList("aws:SourceVpce", "vpce-1", "vpce-2")
	_, err := chain.Build(compile(t, []byte(company)), chain.Given{Context: c})
	require.ErrorContains(t, err, "a request passes one endpoint")
}
