package lint

import (
	"cmp"
	"slices"

	"iamsim/model"
)

// Findings returns the kinds of diagnostics that this package makes besides
// those whose ids it shares with model.Findings, sorted by ID.
func Findings() []model.Finding {
	list := make([]model.Finding, len(findings))
	for i, f := range findings {
		list[i] = *f
	}
	slices.SortFunc(list, func(a, b model.Finding) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

var findings []*model.Finding

func define(f model.Finding) *model.Finding {
	f.Severity = model.Warning
	findings = append(findings, &f)
	return &f
}

func aWarning(id, rule, text string) *model.Finding {
	return define(model.Finding{ID: id, Rule: rule, Text: text})
}

func aRefusal(id, rule, text string) *model.Finding {
	return define(model.Finding{ID: id, Rule: rule, Text: text, Refused: true})
}

var (
	unknownService = aWarning("unknown-service", "B21", "an action of a service that the catalogue does not know")
	unknownAction  = aWarning("unknown-action", "B21", "an action that its service does not have")
	actionNone     = aWarning("action-pattern-unmatched", "B21", "a pattern that matches no action of its service")

	actionStar     = aWarning("action-needs-star", "B17", "an action without resources in a statement that names only ARNs")
	actionResource = aWarning("action-resource-mismatch", "B21", "an action that can be on none of the statement's resources")
	resourceNone   = aWarning("resource-unmatched", "B21", "a resource that none of the statement's actions can be on")
	resourceOther  = aWarning("resource-foreign", "A41", "a resource-based policy that names another resource than its own")
	inert          = aWarning("statement-inert", "A14", "a statement that can never apply")

	unknownKey      = aWarning("unknown-condition-key", "A26", "a condition key that the catalogue does not know")
	unknownVariable = aWarning("unknown-variable-key", "D7", "a policy variable of a condition key that the catalogue does not know")
	keyAbsent       = aWarning("condition-key-absent", "B21", "a condition key that no action of the statement comes with")
	keyPartly       = aWarning("condition-key-partial", "B21", "a condition key that some actions of the statement never come with")
	contradiction   = aWarning("condition-contradiction", "C5", "tests of one condition key that never hold together")

	anyService     = aWarning("service-wildcard", "A32", "a pattern that admits every AWS service where one should be named")
	trustAnyone    = aWarning("trust-anyone", "A43", "a trust in everybody that no condition narrows")
	federatedClaim = aWarning("federated-claim", "A43", "a trust in an identity provider that does not pin the claim that tells its users apart")

	managedSize = aRefusal("managed-policy-size", "A60", "a managed policy of more than 6,144 characters")
	inlineSize  = aRefusal("inline-policies-size", "A60", "inline policies that exceed the quota of their user, group or role")
	trustSize   = aWarning("trust-policy-size", "A60", "a trust policy above the quota that accounts have unless it was raised")
)

// The findings that are model's for the keys it knows, and this package's for
// those of the catalogue.
var (
	keyType      = ofModel("condition-key-type")
	bareOperator = ofModel("bare-operator-multivalued")
	setOperator  = ofModel("set-operator-single")
)

func ofModel(id string) *model.Finding {
	for _, f := range model.Findings() {
		if f.ID == id {
			return &f
		}
	}
	panic("lint: model has no finding " + id)
}
