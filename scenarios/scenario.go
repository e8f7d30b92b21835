package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
)

// scenarioFields are the fields of a scenario; all but the name and the claims
// may stand in the defaults as well.
var scenarioFields = slices.Concat([]field[Scenario]{
	textField("name", "What must hold, in words. Unique within the suite.", func(s *Scenario, text string) { s.Name = text }).mandatory(),
}, defaultFields, claimFields)

var defaultFields = []field[Scenario]{
	textField("principal", "Who asks: a user, role, session, federated-user or root ARN, a service name, an identity provider, \"*\" for an anonymous caller, or a short name such as role/Deployer where only one entity fits.",
		func(s *Scenario, text string) { s.Principal = text }),
	viaField,
	listField("action", "One action or several; every pair of an action and a resource is a check.", true, false,
		func(s *Scenario, list []string) { s.Actions = list }),
	listField("resource", "One resource or several; \"*\" if left out.", true, false,
		func(s *Scenario, list []string) { s.Resources = list }),
	contextFieldOfScenario,
	timeField("at", "The time of the request; it gives aws:CurrentTime and aws:EpochTime.", func(s *Scenario, at time.Time) { s.At = at }),
	{
		name: "sessionPolicy", doc: "A policy that was passed when the caller's session was made (E44).",
		schema: documentSchema(), read: readSessionPolicy,
	},
	listField("sessionPolicyArns", "Managed policies that were passed when the caller's session was made.", false, true,
		func(s *Scenario, list []string) { s.SessionPolicyARNs = list }),
	objectField("session", "What else is known of the caller's session.", sessionFields,
		func(s *Scenario, session *model.Session) { s.Session = session }),
	textField("parentUser", "The ARN of the user who called GetFederationToken; a federated-user principal needs it.",
		func(s *Scenario, text string) { s.ParentUser = text }),
	{
		name: "policySet", doc: "Changes of the policies for this scenario alone: an entity with a declared ARN is changed, another is added, null removes.",
		schema: referenceSchema(overlayDefinition), read: func(r *reader, n *source.Node, s *Scenario) { s.overlay = r.object(n, "policySet") },
	},
	boolField("strict", "Whether far sides deny, and uncertain rules and unknown keys that matter leave the question unanswered.",
		func(s *Scenario, strict bool) { s.Strict = strict }),
	choiceField("expect", "The answer that must come; denied is either kind of denial, error is a question that cannot be answered.", expectations,
		func(s *Scenario, text string) { s.Expect = Expectation(text) }),
	objectField("because", "The reason that the answer must have.", becauseFields,
		func(s *Scenario, because *Because) { s.Because = *because }),
	{
		name: "dependsOn", doc: "Exactly the keys that were not supplied and could change the answer.",
		schema: textsSchema(false, true), read: readDependsOn,
	},
	{
		name: "skip", doc: "Why the scenario is not run; it is reported as skipped, never as passed.",
		schema: textSchema(), read: readSkip,
	},
}

var sessionFields = []field[model.Session]{
	choiceField("type", "The STS call that made the session.",
		[]string{"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken", "GetSessionToken"},
		func(s *model.Session, text string) { s.Type = text }),
	boolField("mfa", "Whether a second factor was given when the session was made.", func(s *model.Session, mfa bool) { s.MFA = &mfa }),
	{
		name: "tags", doc: "The session's tags; they overlay the role's.",
		schema: schema{"type": "object", "additionalProperties": scalarSchema()},
		read:   readSessionTags,
	},
	textField("sourceIdentity", "The session's source identity.", func(s *model.Session, text string) { s.SourceIdentity = text }),
	timeField("tokenIssueTime", "When the session was made; it gives aws:TokenIssueTime.", func(s *model.Session, at time.Time) { s.TokenIssueTime = at }),
	textField("federatedProvider", "The identity provider behind the session; it gives aws:FederatedProvider.",
		func(s *model.Session, text string) { s.FederatedProvider = text }),
}

var becauseFields = []field[Because]{
	choiceField("policyType", "The layer of the first cause in the order of rule E91; of an allowed request, the layer that grants.", policyTypes,
		func(b *Because, text string) { b.PolicyType = eval.PolicyType(text) }),
	textField("statement", "The Sid of a statement that decides.", func(b *Because, text string) { b.Statement = text }),
	{
		name: "reason", doc: "A reason code of rule E90, such as DENY_EXPLICIT_SCP or DENY_IMPLICIT_SCP_LEVEL_1.",
		schema: schema{"type": "string", "pattern": reasonPattern()}, read: readReason,
	},
	{
		name: "hop", doc: "With via, the number of the call that failed, from 1; left out, all calls passed and the answer is that to the last request.",
		schema: schema{"type": []string{"string", "number"}, "pattern": "^[1-9][0-9]*$"}, read: readHopNumber,
	},
	{
		name: "message", doc: "With expect: error, a regular expression (RE2) that one of the messages must match.",
		schema: schema{"type": "string", "format": "regex"}, read: readMessage,
	},
}

func readSessionPolicy(r *reader, n *source.Node, s *Scenario) {
	if n.Kind != source.Object && n.Kind != source.String {
		r.wrongType(n, "sessionPolicy", "a policy document")
		return
	}
	s.sessionPolicy = n
}

func readDependsOn(r *reader, n *source.Node, s *Scenario) {
	list, ok := r.texts(n, "dependsOn", false, true)
	if !ok {
		return
	}
	folded := map[string]bool{}
	for i, key := range list {
		if fold := conditions.FoldKey(key); folded[fold] {
			r.fault(n.Items[i].Position(), findingRepeated, "", "dependsOn lists %q twice: the case of keys is ignored", key)
		} else {
			folded[fold] = true
		}
	}
	s.DependsOn = list
}

// readSkip refuses booleans: "skip: false" as the reason "false" would skip the scenario.
func readSkip(r *reader, n *source.Node, s *Scenario) {
	if n.Kind == source.Bool {
		r.wrongType(n, "skip", "the reason in words")
		return
	}
	if text, ok := r.text(n, "skip"); ok {
		s.Skip = text
	}
}

func readSessionTags(r *reader, n *source.Node, s *model.Session) {
	if n.Kind != source.Object {
		r.wrongType(n, "tags", "an object of tags")
		return
	}
	s.Tags = make(map[string]string, len(n.Fields))
	written := map[string]string{}
	for i := range n.Fields {
		tag := &n.Fields[i]
		if !tag.Value.Scalar() {
			r.wrongType(tag.Value, "the tag "+tag.Name, "a string")
			continue
		}
		// D13: tag keys are compared without case.
		if first, ok := written[conditions.FoldKey(tag.Name)]; ok {
			r.fault(n.FieldPosition(tag), findingRepeated, "", "tags has the key %q twice: it also stands as %q, and the case of tag keys is ignored", tag.Name, first)
			continue
		}
		written[conditions.FoldKey(tag.Name)] = tag.Name
		s.Tags[tag.Name] = tag.Value.Text
	}
}

func readReason(r *reader, n *source.Node, b *Because) {
	text, ok := r.text(n, "reason")
	if !ok {
		return
	}
	if _, known := reasonCodes[text]; !known {
		names := reasonNames()
		hint := "allowed are " + strings.Join(names, ", ")
		if near, ok := model.Suggest(text, names); ok {
			hint = fmt.Sprintf("did you mean %q? %s", near, hint)
		}
		r.fault(n.Position(), findingBadValue, hint, "reason is %q, which is no reason code (E90)", text)
		return
	}
	b.Reason = text
}

func readHopNumber(r *reader, n *source.Node, b *Because) {
	if n.Kind != source.String && n.Kind != source.Number {
		r.wrongType(n, "hop", "the number of a call of via")
		return
	}
	number, err := strconv.Atoi(n.Text)
	if err != nil || number < 1 {
		r.fault(n.Position(), findingBadValue, "", "hop is %q; the calls of via are numbered from 1", n.Text)
		return
	}
	b.Hop = number
}

func readMessage(r *reader, n *source.Node, b *Because) {
	text, ok := r.text(n, "message")
	if !ok {
		return
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		r.fault(n.Position(), findingBadValue, "", "message is no regular expression: %s", err)
		return
	}
	b.Message = pattern
}

// reasonNames returns the codes as documents write them, levels as n.
func reasonNames() []string {
	var names []string
	for c := eval.Code(0); c <= eval.AllowAlways; c++ {
		low, high := eval.Reason{Code: c}.String(), eval.Reason{Code: c, Level: 1}.String()
		if low != high {
			low = strings.TrimSuffix(low, "0") + "n"
		}
		names = append(names, low)
	}
	slices.Sort(names)
	return names
}

func reasonPattern() string {
	names := reasonNames()
	for i, name := range names {
		if stem, ok := strings.CutSuffix(name, "_n"); ok {
			names[i] = stem + "_[0-9]+"
		}
	}
	return "^(" + strings.Join(names, "|") + ")$"
}
