package eval

import "iamsim/model"

// Explanation is an answer with its reasons. Its JSON form is the schema that
// docs/json.md documents; field names are stable.
type Explanation struct {
	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	// ResourceAccount owns the resource; empty where it is not known.
	ResourceAccount string `json:"resourceAccount,omitempty"`
	// Answer is "allowed", "implicitDeny", "explicitDeny", or "unanswered".
	Answer string `json:"answer"`
	// Reason is a code of rule E90; empty where the question is unanswered.
	Reason string `json:"reason,omitempty"`
	// PolicyType is the layer of the first cause in the order of E91; of an
	// allowed request, the layer that grants.
	PolicyType PolicyType `json:"policyType,omitempty"`
	// GrantedBy are all layers that grant an allowed request; across accounts, and where a policy delegates, there are two.
	GrantedBy []PolicyType `json:"grantedBy,omitempty"`
	// Headline is the answer in one sentence.
	Headline string `json:"headline"`
	// Unanswered says why there is no answer, and what would give one.
	Unanswered string `json:"unanswered,omitempty"`
	// Causes are all causes of a denial in the order of E91.
	Causes []Cause `json:"causes,omitempty"`
	// Statements are the decisive statements: the Deny statements of an
	// explicit deny, the Allow statements of an allowed request.
	Statements []StatementRef `json:"statements,omitempty"`
	// Layers tells what each layer that took part said.
	Layers []LayerReport `json:"layers,omitempty"`
	// NearMisses are, for an implicit deny, the statements of which one element alone did not match.
	NearMisses []NearMiss `json:"nearMisses,omitempty"`
	// DependsOn are the keys that were not supplied and for which some value would change the answer, sorted.
	DependsOn []string `json:"dependsOn,omitempty"`
	// NotSupplied are all keys that nobody supplied and that a statement tests whose other parts match, sorted.
	NotSupplied []string `json:"notSupplied,omitempty"`
	// Assumptions are what the answer takes for granted.
	Assumptions []string `json:"assumptions,omitempty"`
	// UncertainRules are the rules on which AWS's documents are silent or at
	// odds and with whose other reading the answer would be another.
	UncertainRules []UncertainRule `json:"uncertainRules,omitempty"`
	// Notes are observations that do not change the answer.
	Notes []string `json:"notes,omitempty"`
	// TimeUsed is set where a policy that could decide tests a date that came from Request.At.
	TimeUsed bool `json:"timeUsed,omitempty"`
	// Context is what the request was decided under, sorted by key.
	Context []ContextKey `json:"context,omitempty"`

	// Hop is the number of the hop of an assumption chain that gave the answer, from 1; 0 for the last request.
	Hop int `json:"hop,omitempty"`

	// Decision is the answer in short; it is the zero Decision where Unanswered is set.
	Decision Decision `json:"-"`
}

// Cause is one reason for a denial.
type Cause struct {
	Reason     string     `json:"reason"`
	PolicyType PolicyType `json:"policyType"`
	// Text is a sentence in AWS's wording, such as "no identity-based policy allows the s3:GetObject action".
	Text string `json:"text"`
}

// StatementRef points to a statement.
type StatementRef struct {
	PolicyType PolicyType `json:"policyType"`
	// Policy is the policy's name or ARN.
	Policy string `json:"policy"`
	// Index is the statement's number in the document, from 0.
	Index  int    `json:"index"`
	Sid    string `json:"sid,omitempty"`
	Effect string `json:"effect"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// Position returns where the statement stands.
func (s StatementRef) Position() model.Position {
	return model.Position{File: s.File, Line: s.Line, Column: s.Column}
}

// LayerReport is what one layer said.
type LayerReport struct {
	PolicyType PolicyType `json:"policyType"`
	// Level is the organization's level of an SCP or RCP layer, from 0; nil for other layers.
	Level *int `json:"level,omitempty"`
	// Name is the level's name or the policy holder's, such as an OU's id.
	Name string `json:"name,omitempty"`
	// Outcome is "allowed", "silent", "denied", or "notEvaluated".
	Outcome string `json:"outcome"`
	// SetAside is set where the layer is silent and the resource-based policy makes that irrelevant (E41).
	SetAside bool `json:"setAside,omitempty"`
	// Note says what the outcome alone does not, such as "no policy attached".
	Note string `json:"note,omitempty"`
	// Statements are those that apply.
	Statements []StatementRef `json:"statements,omitempty"`
}

// NearMiss is a statement that would have applied but for one element.
type NearMiss struct {
	Statement StatementRef `json:"statement"`
	// Element is "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal" or "Condition".
	Element string `json:"element"`
	// Text says what the request has and what the statement wants.
	Text string `json:"text"`
}

// UncertainRule is an uncertain rule on which an answer rests.
type UncertainRule struct {
	// Rule is its number in docs/semantics.md, Name its name for --assume.
	Rule string `json:"rule"`
	Name string `json:"name"`
	// Assumed is the value taken, Alternative the other, under which the answer would be AnswerOtherwise.
	Assumed         string `json:"assumed"`
	Alternative     string `json:"alternative"`
	AnswerOtherwise string `json:"answerOtherwise"`
	Question        string `json:"question"`
}
