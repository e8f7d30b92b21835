package batch

import (
	"maps"
	"slices"

	"iamsim/eval"
)

// field is a field of a request or of its session: its name, what editors are
// told of it, and its JSON Schema.
type field struct {
	name, doc string
	required  bool
	schema    map[string]any
}

// textSchema is a field that takes the source text of any scalar.
func textSchema() map[string]any {
	return map[string]any{"type": []string{"string", "number", "boolean"}, "minLength": 1}
}

// scalarSchema is a value that may be the empty string.
func scalarSchema() map[string]any {
	return map[string]any{"type": []string{"string", "number", "boolean"}}
}

func timeSchema() map[string]any { return map[string]any{"type": "string", "format": "date-time"} }

var sessionTypes = []string{"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetFederationToken", "GetSessionToken"}

var requestFields = []field{
	{name: "id", doc: "Echoed in the answer, as it is written.", schema: map[string]any{"type": []string{"string", "number"}}},
	{name: "principal", doc: "Who asks: a user, role, session, federated-user or root ARN, a service name, an identity provider, \"*\" for an anonymous caller, or a short name such as role/Deployer where only one entity fits.",
		required: true, schema: textSchema()},
	{name: "action", doc: "The action, prefix:Name.", required: true, schema: textSchema()},
	{name: "resource", doc: "The resource's ARN; \"*\" if left out.", schema: textSchema()},
	{name: "resourceAccount", doc: "The 12-digit id of the account that owns the resource, where neither the ARN nor the inventory tells.",
		schema: map[string]any{"type": []string{"string", "number"}, "pattern": "^[0-9]{12}$"}},
	{name: "context", doc: "The condition keys of the request: a value, a list of values, or null for a key that is absent even if it could be derived.",
		schema: map[string]any{
			"type":          "object",
			"propertyNames": map[string]any{"pattern": ".:."},
			"additionalProperties": map[string]any{"anyOf": []any{
				scalarSchema(), map[string]any{"type": "array", "items": scalarSchema()}, map[string]any{"type": "null"},
			}},
		}},
	{name: "at", doc: "The time of the request, RFC 3339; it gives aws:CurrentTime and aws:EpochTime.", schema: timeSchema()},
	{name: "session", doc: "What else is known of the caller's session.", schema: objectSchema(sessionFields)},
	{name: "sessionPolicy", doc: "A policy that was passed when the caller's session was made (E44): the document, or a string that holds it.",
		schema: map[string]any{"type": []string{"object", "string"}}},
	{name: "sessionPolicyArns", doc: "Managed policies that were passed when the caller's session was made.",
		schema: map[string]any{"type": "array", "items": textSchema(), "uniqueItems": true}},
	{name: "parentUser", doc: "The ARN of the user who called GetFederationToken; a federated-user principal needs it.", schema: textSchema()},
}

var sessionFields = []field{
	{name: "type", doc: "The STS call that made the session.", schema: map[string]any{"enum": sessionTypes}},
	{name: "mfa", doc: "Whether a second factor was given when the session was made.", schema: map[string]any{"type": "boolean"}},
	{name: "tags", doc: "The session's tags; they overlay the role's.",
		schema: map[string]any{"type": "object", "additionalProperties": scalarSchema()}},
	{name: "sourceIdentity", doc: "The session's source identity.", schema: textSchema()},
	{name: "tokenIssueTime", doc: "When the session was made; it gives aws:TokenIssueTime.", schema: timeSchema()},
	{name: "federatedProvider", doc: "The identity provider behind the session; it gives aws:FederatedProvider.", schema: textSchema()},
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func objectSchema(fields []field) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range fields {
		property := maps.Clone(f.schema)
		property["description"] = f.doc
		properties[f.name] = property
		if f.required {
			required = append(required, f.name)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

const draft = "https://json-schema.org/draft/2020-12/schema"

// RequestSchema returns the JSON Schema (draft 2020-12) of a line of the input.
func RequestSchema() map[string]any {
	s := objectSchema(requestFields)
	s["$schema"] = draft
	s["title"] = "Request"
	s["description"] = "One line of the input of simulate batch: may this principal do this action on this resource?"
	return s
}

// DecisionSchema returns the JSON Schema (draft 2020-12) of a line of the output.
func DecisionSchema() map[string]any {
	id := field{name: "id", doc: "The request's id, as it is written there.", schema: map[string]any{"type": []string{"string", "number"}}}
	warnings := field{name: "warnings", doc: "What is odd about the request; it changes nothing.", schema: listOf(map[string]any{"type": "string"})}
	explanation := field{name: "explanation", doc: "With --explain: a result of simulate can (docs/json.md).", schema: map[string]any{"type": "object"}}
	answered := objectSchema([]field{
		id,
		{name: "answer", doc: "Whether the request is allowed.", required: true,
			schema: map[string]any{"enum": []string{eval.Allowed.String(), eval.ImplicitDeny.String(), eval.ExplicitDeny.String()}}},
		{name: "reason", doc: "A code of rule E90.", required: true, schema: map[string]any{"type": "string", "pattern": "^(ALLOW|DENY)_[A-Z_]+[0-9]*$"}},
		{name: "farSide", doc: "The answer holds only if another account, of which nothing was read, allows the request.", schema: map[string]any{"const": true}},
		warnings, explanation,
	})
	unanswered := objectSchema([]field{
		id,
		{name: "answer", doc: "There is no answer.", required: true, schema: map[string]any{"const": "unanswered"}},
		{name: "unanswered", doc: "Why there is none, and what would give one.", required: true, schema: map[string]any{"type": "string"}},
		warnings, explanation,
	})
	faulty := objectSchema([]field{
		id,
		{name: "error", doc: "What is wrong with the line.", required: true, schema: errorSchema()},
		warnings,
	})
	return map[string]any{
		"$schema": draft, "title": "Decision",
		"description": "One line of the output of simulate batch: the answer to the same line of the input.",
		"anyOf":       []any{answered, unanswered, faulty},
	}
}

func errorSchema() map[string]any {
	fields := []field{
		{name: "code", doc: "The kind of fault.", required: true, schema: map[string]any{"enum": codes}},
		{name: "field", doc: "The field of the request that is at fault.", schema: map[string]any{"type": "string"}},
		{name: "column", doc: "The place in the line, in bytes from 1.", schema: map[string]any{"type": "integer", "minimum": 1}},
		{name: "message", doc: "What was found, and what is allowed.", required: true, schema: map[string]any{"type": "string"}},
		{name: "hint", doc: "A suggestion.", schema: map[string]any{"type": "string"}},
		{name: "candidates", doc: "What a name could mean where several entities fit.", schema: listOf(map[string]any{"type": "string"})},
	}
	more := field{name: "more", doc: "The further faults of the line.", schema: listOf(objectSchema(slices.Clone(fields)))}
	return objectSchema(append(fields, more))
}

func listOf(item map[string]any) map[string]any {
	return map[string]any{"type": "array", "items": item}
}
