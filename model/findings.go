package model

import (
	"cmp"
	"slices"
)

// Finding describes one kind of diagnostic.
type Finding struct {
	// ID is the kebab-case name that diagnostics carry. It is stable.
	ID string
	// Rule is the rule of docs/semantics.md that the finding follows from; a
	// diagnostic may name a more special one.
	Rule string
	// Severity is that of a diagnostic without ReadOptions.Lenient.
	Severity Severity
	// Lenient is set for an Error that is a Warning with ReadOptions.Lenient.
	Lenient bool
	// Refused is set for a Warning about what AWS itself refuses to store.
	Refused bool
	// Text says in one line what the finding means.
	Text string
}

// Findings returns every kind of diagnostic that reading a policy can give,
// sorted by ID.
func Findings() []Finding {
	list := make([]Finding, len(findings))
	for i, f := range findings {
		list[i] = *f
	}
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

var findings []*Finding

func define(f Finding) *Finding {
	findings = append(findings, &f)
	return &f
}

func anError(id, rule, text string) *Finding {
	return define(Finding{ID: id, Rule: rule, Severity: Error, Text: text})
}

func lenientError(id, rule, text string) *Finding {
	return define(Finding{ID: id, Rule: rule, Severity: Error, Lenient: true, Text: text})
}

func aWarning(id, rule, text string) *Finding {
	return define(Finding{ID: id, Rule: rule, Severity: Warning, Text: text})
}

func aRefusal(id, rule, text string) *Finding {
	return define(Finding{ID: id, Rule: rule, Severity: Warning, Refused: true, Text: text})
}

// Errors: the document is not evaluated (A70).
var (
	badSyntax      = anError("syntax", "A1", "the text is neither JSON nor YAML, or an object has two members of one name")
	documentForm   = anError("document-form", "A1", "what should be a policy document is not one object with Version and Statement")
	wrongType      = anError("wrong-type", "A10", "a value has a type that its element does not take")
	unknownElement = anError("unknown-element", "A8", "a name that is no element of the policy language")
	elementPlace   = anError("element-forbidden", "A40", "an element that this kind of policy does not have")

	versionValue    = anError("version-value", "A5", "a Version that does not exist")
	versionRequired = anError("version-required", "A6", "a service or resource control policy whose Version is not 2012-10-17")
	statementNone   = anError("statement-missing", "A9", "a policy without Statement")

	effectMissing = anError("effect-missing", "A13", "a statement without Effect")
	effectValue   = anError("effect-value", "A12", "an Effect other than Allow and Deny")

	actionMissing  = anError("action-missing", "A14", "a statement with neither Action nor NotAction")
	actionBoth     = anError("action-both", "A14", "a statement with both Action and NotAction")
	actionForm     = anError("action-form", "A17", "an action that is not of the form prefix:name")
	actionWildcard = lenientError("action-prefix-wildcard", "A17", "a wildcard in the prefix of an action, where only * alone may stand")
	trustAction    = anError("trust-action", "A42", "an action of a trust policy that does not assume roles")
	trustWildcard  = lenientError("trust-action-wildcard", "A42", "a pattern of sts actions, other than sts:*, in a trust policy")

	resourceMissing = anError("resource-missing", "A15", "a statement with neither Resource nor NotResource in a policy that needs one")
	resourceBoth    = anError("resource-both", "A15", "a statement with both Resource and NotResource")
	resourceForm    = anError("resource-form", "A19", "a resource that is neither * nor begins with arn:")
	resourceNull    = lenientError("resource-null", "A23", "a null in a list of resources")

	principalMissing  = anError("principal-missing", "A40", "a statement with neither Principal nor NotPrincipal in a policy that needs one")
	principalBoth     = anError("principal-both", "A40", "a statement with both Principal and NotPrincipal")
	principalForm     = anError("principal-form", "A30", "a Principal that is neither \"*\" nor an object of AWS, Service, Federated, CanonicalUser")
	principalValue    = anError("principal-value", "A31", "a text that does not name a principal")
	principalWildcard = anError("principal-wildcard", "A32", "a wildcard where a principal must be named")
	principalStarred  = lenientError("principal-arn-wildcard", "B35", "a wildcard inside the ARN of a principal")

	conditionForm  = anError("condition-form", "A22", "a Condition that is not operator, key, values")
	operatorName   = anError("condition-operator", "A24", "an unknown condition operator")
	operatorCase   = lenientError("condition-operator-case", "A25", "a condition operator in another case than AWS writes it")
	keyTwice       = anError("condition-duplicate-key", "A3", "a condition key that stands twice under one operator, perhaps in another case")
	conditionValue = anError("condition-value", "A27", "a condition value that is no date, no address or no CIDR range, as its operator wants")
	variableSyntax = anError("variable-syntax", "D2", "a policy variable that is not written as ${key} or ${key, 'default'}")

	rcpEffect    = anError("rcp-effect", "A54", "a resource control policy that allows")
	rcpAction    = anError("rcp-action", "A54", "a resource control policy with actions of no particular service")
	rcpPrincipal = anError("rcp-principal", "A54", "a resource control policy whose Principal is not \"*\"")
)

// Warnings: the document is evaluated, and probably does not say what its
// author means, or AWS would not store it (A70, A72).
var (
	characterRange = aRefusal("character-range", "A1", "a character that IAM does not take in policies")
	policySize     = aRefusal("policy-size", "A60", "a document longer than the quota of its kind")
	versionOld     = aWarning("version-old", "A6", "a policy of IAM whose Version is absent or 2008-10-17")
	idUnused       = aWarning("id-unused", "A7", "an Id in a policy that is not resource-based")
	unquotedText   = aRefusal("unquoted-text", "A11", "a number or a boolean where AWS takes only a string")
	statementEmpty = aWarning("statement-empty", "A9", "a policy without statements")
	sidCharacters  = aRefusal("sid-characters", "A11", "a Sid with characters other than letters and digits")
	sidTwice       = aRefusal("sid-duplicate", "A11", "a Sid that two statements share")
	emptyList      = aWarning("empty-list", "A14", "an empty list")

	actionNameEmpty  = aWarning("action-name-empty", "A17", "an action without name, such as s3:")
	actionBlank      = aWarning("action-blank", "B5", "an action with a blank or a comma, which no action has")
	actionCharacters = aRefusal("action-prefix-characters", "A17", "an action whose prefix no service can have")
	actionPrefixGlob = aWarning("action-prefix-glob", "B4", "a wildcard in the prefix of an action, of which AWS does not say what it means")
	passRoleAny      = aWarning("pass-role-any", "A72", "iam:PassRole on every role")

	resourceAbsent    = aWarning("resource-absent", "E82", "a statement of a key policy without Resource, which has no effect")
	resourceInert     = aWarning("resource-inert", "A19", "a resource that is no ARN and therefore matches nothing")
	resourceShort     = aWarning("resource-short", "B15", "a resource ARN with fewer than six fields")
	resourcePartition = aRefusal("resource-partition", "A19", "a resource ARN of an unknown partition")
	resourceService   = aRefusal("resource-service", "A19", "a resource ARN whose service is not written out")
	resourceIAM       = aRefusal("resource-iam", "A20", "an IAM ARN of a form that IAM does not have")
	resourceS3Region  = aRefusal("resource-s3-region", "A20", "a region in the ARN of an S3 bucket or object")
	resourceType      = aWarning("resource-type-wildcard", "A21", "a wildcard in the type of an IAM resource")
	resourceBlank     = aWarning("resource-blank", "A16", "a blank at the end of a resource or inside the first fields of its ARN")

	principalKind     = aRefusal("principal-kind", "A33", "an identity that cannot be a principal, such as a group")
	sessionPath       = aWarning("principal-session-path", "B33", "the ARN of a session with the path of its role, which matches nobody")
	federatedPlace    = aWarning("federated-place", "A31", "an identity provider's name outside a trust policy")
	federatedOpen     = aWarning("federated-unconditioned", "A43", "a trust in an OIDC provider that does not test whose token it is")
	notPrincipalAllow = aWarning("not-principal-allow", "A34", "NotPrincipal with Allow, which AWS does not support")
	redundant         = aWarning("redundant-principal", "A72", "a role together with one of its own sessions")

	variablePlace     = aWarning("variable-place", "D5", "${...} where no variable is substituted")
	variableVersion   = aWarning("variable-without-version", "D6", "${...} in a policy without Version 2012-10-17, where it is plain text")
	keyForm           = aWarning("condition-key", "A26", "a condition key that no request carries: without prefix, or misspelled")
	valueType         = aWarning("condition-value-type", "C51", "a condition value that its operator cannot compare")
	keyType           = aWarning("condition-key-type", "C51", "a condition operator of another type than its key")
	valueARN          = aWarning("condition-arn", "C43", "a value of an Arn operator that is no ARN and therefore never matches")
	nullSet           = aWarning("null-set-operator", "C45", "Null with ForAllValues or ForAnyValue")
	sensitiveWildcard = aWarning("sensitive-wildcard", "A72", "a wildcard in a value that should name one account, organization or network")
	forAllValuesAllow = aWarning("for-all-values-allow", "A72", "ForAllValues in an Allow, which a request without the key satisfies")
	bareOperator      = aWarning("bare-operator-multivalued", "C17", "an operator without ForAllValues or ForAnyValue on a key with several values")
	setOperator       = aWarning("set-operator-single", "C17", "ForAllValues or ForAnyValue on a key with one value")
)
