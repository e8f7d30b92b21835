package chain

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/eval"
	"iamsim/model"
)

// Step is one hop as it went.
type Step struct {
	// Number counts from 1.
	Number int
	Hop    Hop
	// Checks are the decisions that the hop needed: the call, then
	// sts:TagSession and sts:SetSourceIdentity where they take part (E68). A
	// hop that was refused ends with the decision that refused it.
	Checks []*eval.Explanation
	// Session is what the call returned; nil for the hop that failed.
	Session *Session
	// Notes are what was taken for granted, such as a role's maximal session duration.
	Notes []string
	// failing is the request of the check that refused the hop.
	failing model.Request
}

// Failed returns the decision that refused the hop; nil if it passed.
func (s *Step) Failed() *eval.Explanation {
	for _, x := range s.Checks {
		if x.Answer != eval.Allowed.String() {
			return x
		}
	}
	return nil
}

// Session is what a hop returned, and what the next call is made with.
type Session struct {
	// Principal is the session's ARN; for GetSessionToken the user's.
	Principal string
	// Type is the call without its prefix, such as "AssumeRole".
	Type string
	// Role is the ARN of the assumed role, with its path; empty for the two Get calls.
	Role string
	// ParentUser is the user behind a federated user.
	ParentUser string
	// Tags are those that were passed and, for roles, those that are inherited; the role's own are not among them.
	Tags map[string]string
	// TransitiveTags are those of Tags that the next sessions inherit.
	TransitiveTags map[string]string
	SourceIdentity string
	// FederatedProvider is the OIDC provider behind the session; empty for others.
	FederatedProvider string
	// MFA is set for GetSessionToken: whether the call gave a second factor.
	MFA        *bool
	Policies   []*model.Policy
	PolicyARNs []string
	// Duration is how long the session lasts.
	Duration time.Duration
	// MaxDuration is the longest that the call could have asked for, and
	// MaxDurationBecause why (E6A).
	MaxDuration        time.Duration
	MaxDurationBecause string
}

// Result is a chain as it went, with the answer at its end.
type Result struct {
	Steps []Step
	// FailedHop is the number of the hop that was refused or could not be decided; 0 if all passed.
	FailedHop int
	// Final is the decision about the request at the chain's end, or of the hop that failed.
	Final *eval.Explanation
}

// addTo adds to an allowed answer what its hops rest on: it is allowed only if they are.
func (s *Step) addTo(x *eval.Explanation) {
	hop := "hop " + strconv.Itoa(s.Number)
	for _, check := range s.Checks {
		var assumed []string
		for _, text := range check.Assumptions {
			x.Assumptions = append(x.Assumptions, hop+": "+text)
			if !check.Decision.FarSide {
				assumed = append(assumed, text)
			}
		}
		if len(assumed) > 0 {
			x.Headline += "; " + hop + " assuming that " + strings.Join(assumed, "; ")
		}
		x.DependsOn = union(x.DependsOn, check.DependsOn)
		if len(check.DependsOn) > 0 {
			x.Headline += "; " + hop + " depends on " + strings.Join(check.DependsOn, ", ")
		}
		for _, rule := range check.UncertainRules {
			if !slices.Contains(x.UncertainRules, rule) {
				x.UncertainRules = append(x.UncertainRules, rule)
				x.Headline += "; " + hop + " rests on the uncertain rule " + rule.Rule
			}
		}
		x.Decision.FarSide = x.Decision.FarSide || check.Decision.FarSide
		x.TimeUsed = x.TimeUsed || check.TimeUsed
		x.Headline = withProviso(x.Headline, check.Headline, hop)
	}
	for _, text := range s.Notes {
		x.Notes = append(x.Notes, hop+": "+text)
	}
}

// union adds what is missing, and sorts.
func union(list, more []string) []string {
	for _, text := range more {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list
}

// withProviso puts the condition of a hop's verdict, "if account … allows it",
// into that of the answer.
func withProviso(headline, ofHop, hop string) string {
	verdict, _, _ := strings.Cut(ofHop, ": ")
	proviso, found := strings.CutPrefix(verdict, "allowed if ")
	if !found {
		return headline
	}
	word := " if "
	if strings.HasPrefix(headline, "allowed if ") {
		word = ", and "
	}
	return inVerdict(headline, word+strings.TrimSuffix(proviso, " it")+" "+hop)
}

// inVerdict adds a text to the verdict that a headline begins with.
func inVerdict(headline, text string) string {
	verdict, rest, found := strings.Cut(headline, ": ")
	if !found {
		return headline + text
	}
	return verdict + text + ": " + rest
}

// refusal marks the decision that refused a hop as that hop's.
func (s *Step) refusal() *eval.Explanation {
	x := *s.Failed()
	x.Hop = s.Number
	x.Headline = inVerdict(x.Headline, " at hop "+strconv.Itoa(s.Number))
	if x.Unanswered != "" {
		x.Unanswered = "hop " + strconv.Itoa(s.Number) + ": " + x.Unanswered
	}
	x.Notes = append(slices.Clone(x.Notes), s.Notes...)
	return &x
}

// TrustStatements are the statements of the trust policy that allow a check of
// a hop, or that deny it.
func TrustStatements(x *eval.Explanation) []eval.StatementRef {
	return statements(x, eval.TrustPolicyType)
}

// IdentityStatements are the statements of the caller's own policies that
// allow a check of a hop. They are not needed where the trust policy names the
// caller itself (E60).
func IdentityStatements(x *eval.Explanation) (list []eval.StatementRef, needed bool) {
	return statements(x, eval.IdentityPolicyType), slices.Contains(x.GrantedBy, eval.IdentityPolicyType)
}

func statements(x *eval.Explanation, kind eval.PolicyType) []eval.StatementRef {
	var list []eval.StatementRef
	for _, s := range x.Statements {
		if s.PolicyType == kind {
			list = append(list, s)
		}
	}
	return list
}
