package eval

import (
	"fmt"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
	"iamsim/model/catalog"
)

// Options choose between the readings of uncertain rules (section H of
// docs/semantics.md) and how strict an answer must be. The zero value holds
// every default. Each rule's field names its alternative: true takes it.
type Options struct {
	conditions.Options

	// EmptyNotActionMatchesNone: an empty NotAction list matches no action instead of every one (A14).
	EmptyNotActionMatchesNone bool
	// PartialPrefixNeverMatches: an action whose prefix holds a wildcard beside other text matches nothing (B4).
	PartialPrefixNeverMatches bool
	// StarNeverCrossesColon: a star that ends one of the first five fields of a resource does not reach past the field's colon (B14).
	StarNeverCrossesColon bool
	// ShortPatternsCompleted: resource patterns with fewer than six fields are completed outside identity policies too (B15).
	ShortPatternsCompleted bool
	// ARNFieldsIgnoreCase: the first five fields of a resource compare without case (B16).
	ARNFieldsIgnoreCase bool
	// ListAllMyBucketsNeedsStar: arn:aws:s3:::* does not cover s3:ListAllMyBuckets (B18).
	ListAllMyBucketsNeedsStar bool
	// TrustWildcardSparesTokenCallers: Principal "*" in an Allow of a trust policy does not match SAML and OIDC callers (B30).
	TrustWildcardSparesTokenCallers bool
	// NotPrincipalAnyOfChain: a Deny with NotPrincipal spares a caller of whom any identity is listed (B40).
	NotPrincipalAnyOfChain bool
	// NotPrincipalAllowMatchesNobody: an Allow with NotPrincipal matches nobody (B43).
	NotPrincipalAllowMatchesNobody bool
	// VariablesInARNFields: variables are substituted in the first five fields of a resource too (D5).
	VariablesInARNFields bool
	// UnresolvedNotResourceListsNothing: an unresolved entry of NotResource lists nothing, under Allow too (D7).
	UnresolvedNotResourceListsNothing bool
	// AssumedRoleMFAAbsent: aws:MultiFactorAuthPresent is absent from role sessions instead of "false" (D.3).
	AssumedRoleMFAAbsent bool
	// UnnamedResourceHasNoRCP: no RCP judges a request on "*" (E37).
	UnnamedResourceHasNoRCP bool
	// SessionPoliciesIntersect: of several session policies each must allow (E44).
	SessionPoliciesIntersect bool
	// FederatedUserNeedsOwnARN: Principal "*" does not free a federated user without session policies from them (E45).
	FederatedUserNeedsOwnARN bool
	// TrustSetsBoundaryAside: a user named in a trust policy needs no Allow of the boundary (E69).
	TrustSetsBoundaryAside bool
	// GrantsIgnoreLimits: silent boundaries and session policies do not limit a KMS grant (E84).
	GrantsIgnoreLimits bool

	// Catalog tells which actions take resources and keys (B17 to B21); nil
	// takes every action as supporting the resource it is asked on.
	Catalog *catalog.Catalog

	// Strict denies where a far side would have to allow, and leaves a
	// question unanswered whose answer rests on an assumption, an uncertain
	// rule, or a key that was not supplied.
	Strict bool
	// UnknownUnanswered leaves a question unanswered whose answer depends on a key that was not supplied.
	UnknownUnanswered bool
}

// indexable reports whether the indexes, which are made for the default
// reading of action and resource patterns, hold under these options.
func (o *Options) indexable() bool {
	return !(o.EmptyNotActionMatchesNone || o.PartialPrefixNeverMatches || o.StarNeverCrossesColon ||
		o.ShortPatternsCompleted || o.ARNFieldsIgnoreCase || o.VariablesInARNFields)
}

// OptionInfo describes one uncertain rule.
type OptionInfo struct {
	// Rule is the number in docs/semantics.md, Name the name for --assume.
	Rule, Name string
	// Default and Alternative are the two values.
	Default, Alternative string
	// Question is what AWS's documents leave open.
	Question string
	// Code marks the rule in explanations, where rule texts name one.
	Code string
	// ReadOption marks a rule that reading a policy applies (model.ReadOptions), not deciding.
	ReadOption bool

	field func(*Options) *bool
}

var optionTable = []OptionInfo{
	{Rule: "A14", Name: "emptyNotAction", Default: "matchesAll", Alternative: "matchesNone",
		Question: "what an empty NotAction list matches",
		field:    func(o *Options) *bool { return &o.EmptyNotActionMatchesNone }},
	{Rule: "A25", Name: "operatorNameCase", Default: "reject", Alternative: "accept", ReadOption: true,
		Question: "whether condition operators may be written in another case"},
	{Rule: "B4", Name: "partialPrefixWildcard", Default: "glob", Alternative: "never",
		Question: "whether a wildcard inside an action's service prefix matches",
		field:    func(o *Options) *bool { return &o.PartialPrefixNeverMatches }},
	{Rule: "B14", Name: "colonCrossing", Default: "fieldFinalStar", Alternative: "never", Code: "WILDCARD_CROSSED_COLON",
		Question: "whether a * that ends one of an ARN's first five fields reaches past the colon",
		field:    func(o *Options) *bool { return &o.StarNeverCrossesColon }},
	{Rule: "B15", Name: "shortResourcePattern", Default: "literal", Alternative: "completed",
		Question: "whether a resource with fewer than six fields is completed outside identity policies",
		field:    func(o *Options) *bool { return &o.ShortPatternsCompleted }},
	{Rule: "B16", Name: "arnFieldCase", Default: "sensitive", Alternative: "insensitive",
		Question: "whether the first five fields of a resource ARN compare with case",
		field:    func(o *Options) *bool { return &o.ARNFieldsIgnoreCase }},
	{Rule: "B18", Name: "listAllMyBuckets", Default: "matches", Alternative: "doesNotMatch",
		Question: "whether arn:aws:s3:::* covers s3:ListAllMyBuckets",
		field:    func(o *Options) *bool { return &o.ListAllMyBucketsNeedsStar }},
	{Rule: "B30", Name: "trustWildcardTokenCaller", Default: "matches", Alternative: "doesNotMatch",
		Question: "whether Principal \"*\" of a trust policy covers SAML and OIDC callers",
		field:    func(o *Options) *bool { return &o.TrustWildcardSparesTokenCallers }},
	{Rule: "B40", Name: "notPrincipalChain", Default: "strict", Alternative: "any", Code: "NOTPRINCIPAL_CHAIN",
		Question: "which of a caller's identities NotPrincipal must list to spare it",
		field:    func(o *Options) *bool { return &o.NotPrincipalAnyOfChain }},
	{Rule: "B43", Name: "notPrincipalAllow", Default: "everyoneNotListed", Alternative: "nobody",
		Question: "whom an Allow with NotPrincipal covers",
		field:    func(o *Options) *bool { return &o.NotPrincipalAllowMatchesNobody }},
	{Rule: "C17", Name: "negatedBareOperatorOnSet", Default: "false", Alternative: "compared", Code: "BARE_OPERATOR_ON_SET",
		Question: "what a negated operator without a set qualifier says of a key with several values",
		field:    func(o *Options) *bool { return &o.NegatedBareOperatorCompares }},
	{Rule: "C18", Name: "emptyNegatedList", Default: "false", Alternative: "true",
		Question: "what a negated operator with an empty list says",
		field:    func(o *Options) *bool { return &o.EmptyNegatedListTrue }},
	{Rule: "C19", Name: "forAnyValueIfExistsMissing", Default: "false", Alternative: "true",
		Question: "what ForAnyValue with IfExists says of a missing key",
		field:    func(o *Options) *bool { return &o.ForAnyValueIfExistsMissingTrue }},
	{Rule: "C32", Name: "unparsableNegatedNumber", Default: "false", Alternative: "true",
		Question: "what NumericNotEquals says of a text that is no number",
		field:    func(o *Options) *bool { return &o.UnparsableNegatedNumberTrue }},
	{Rule: "C37", Name: "mappedIPv4", Default: "ipv6", Alternative: "ipv4",
		Question: "whether an IPv4-mapped IPv6 address counts as IPv4",
		field:    func(o *Options) *bool { return &o.MappedIPv4IsIPv4 }},
	{Rule: "C43", Name: "shortArnPattern", Default: "noMatch", Alternative: "completed",
		Question: "what an ARN operator does with a pattern of fewer than six fields",
		field:    func(o *Options) *bool { return &o.ShortARNPatternsCompleted }},
	{Rule: "C45", Name: "nullWithSetOperator", Default: "plain", Alternative: "constant",
		Question: "whether ForAllValues:Null is always, and ForAnyValue:Null never, met",
		field:    func(o *Options) *bool { return &o.NullWithSetOperatorConstant }},
	{Rule: "C.12", Name: "boolVariable", Default: "substituted", Alternative: "literal",
		Question: "whether Bool substitutes policy variables",
		field:    func(o *Options) *bool { return &o.BoolVariablesLiteral }},
	{Rule: "D.3", Name: "assumedRoleMFA", Default: "false", Alternative: "absent",
		Question: "whether aws:MultiFactorAuthPresent is present in sessions of AssumeRole",
		field:    func(o *Options) *bool { return &o.AssumedRoleMFAAbsent }},
	{Rule: "D5", Name: "variableInArnField", Default: "literal", Alternative: "substituted",
		Question: "whether a variable in the first five fields of a resource ARN is substituted",
		field:    func(o *Options) *bool { return &o.VariablesInARNFields }},
	{Rule: "D7", Name: "unresolvedNotResource", Default: "failClosed", Alternative: "listsNothing",
		Question: "whether an Allow applies whose NotResource holds an unresolved variable",
		field:    func(o *Options) *bool { return &o.UnresolvedNotResourceListsNothing }},
	{Rule: "D9", Name: "variableWildcards", Default: "literal", Alternative: "wildcards",
		Question: "whether * and ? in a variable's value are wildcards",
		field:    func(o *Options) *bool { return &o.VariableWildcards }},
	{Rule: "E37", Name: "unnamedResourceRCP", Default: "caller", Alternative: "none",
		Question: "whose RCPs judge a request that names no resource",
		field:    func(o *Options) *bool { return &o.UnnamedResourceHasNoRCP }},
	{Rule: "E44", Name: "severalSessionPolicies", Default: "union", Alternative: "intersection",
		Question: "whether several session policies of one session add up",
		field:    func(o *Options) *bool { return &o.SessionPoliciesIntersect }},
	{Rule: "E45", Name: "federatedUserWildcard", Default: "allowed", Alternative: "denied",
		Question: "whether Principal \"*\" admits a federated user who has no session policy",
		field:    func(o *Options) *bool { return &o.FederatedUserNeedsOwnARN }},
	{Rule: "E69", Name: "trustBoundary", Default: "mustAllow", Alternative: "setAside", Code: "TRUST_BOUNDARY",
		Question: "whether the boundary of a user named in a trust policy must allow the call",
		field:    func(o *Options) *bool { return &o.TrustSetsBoundaryAside }},
	{Rule: "E84", Name: "grantLimits", Default: "limited", Alternative: "unlimited",
		Question: "whether a boundary or session policy limits a KMS grant",
		field:    func(o *Options) *bool { return &o.GrantsIgnoreLimits }},
}

// OptionTable lists the uncertain rules in the order of docs/semantics.md.
func OptionTable() []OptionInfo { return append([]OptionInfo(nil), optionTable...) }

// Assume sets an uncertain rule, named by its number or by its name without
// regard to case, to one of its two values. A rule that reading applies (A25)
// is accepted and changes nothing here.
func (o *Options) Assume(rule, value string) error {
	var names []string
	for _, info := range optionTable {
		names = append(names, info.Name)
		if !strings.EqualFold(rule, info.Name) && !strings.EqualFold(rule, info.Rule) {
			continue
		}
		var alternative bool
		switch value {
		case info.Default:
		case info.Alternative:
			alternative = true
		default:
			return fmt.Errorf("uncertain rule %s (%s) takes %q or %q, not %q",
				info.Name, info.Rule, info.Default, info.Alternative, value)
		}
		if info.field != nil {
			*info.field(o) = alternative
		}
		return nil
	}
	hint := "allowed are " + strings.Join(names, ", ")
	if near, ok := model.Suggest(rule, names); ok {
		hint = "did you mean " + near + "?"
	}
	return fmt.Errorf("there is no uncertain rule %q; %s", rule, hint)
}
