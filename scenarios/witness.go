package scenarios

import (
	"slices"
	"strings"
	"time"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// Witness is a request that two sets of policies answer otherwise, and the
// answer that the first of them gives.
type Witness struct {
	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	// Answer is that of the policies as they are, Changed that of the others.
	Answer  string `json:"answer"`
	Changed string `json:"changed"`
	// Context is that of the request, in YAML; empty where it has none.
	Context string `json:"context,omitempty"`
	// Scenario is the request with its answer as an entry of a suite's scenarios, in YAML.
	Scenario string `json:"scenario"`
}

// witness puts a request, as a scenario could, to two engines; nil if they
// answer alike, or one of them not at all.
func witness(before, after *eval.Engine, r model.Request) *Witness {
	r.ResourceAccount = "" // a scenario has none
	old, err := before.Decide(r)
	if err != nil {
		return nil
	}
	changed, err := after.Decide(r)
	if err != nil || changed.Result() == old.Result() {
		return nil
	}
	return newWitness(&r, old.Result(), changed.Result(), old.Result())
}

// newWitness makes a witness whose scenario expects an answer.
func newWitness(r *model.Request, old, changed, expected eval.Result) *Witness {
	return &Witness{
		Principal: r.Principal, Action: r.Action, Resource: r.Resource, Context: contextOf(r),
		Answer: old.String(), Changed: changed.String(), Scenario: ScenarioText(r, expected),
	}
}

// contextOf returns the context of a request in YAML; empty where it has none.
func contextOf(r *model.Request) string {
	names := r.Context.Names()
	if len(names) == 0 {
		return ""
	}
	entries := make([]string, len(names))
	for i, name := range names {
		entries[i] = quoted(name) + ": " + contextText(r.Context.Lookup(name))
	}
	return "{" + strings.Join(entries, ", ") + "}"
}

// ScenarioText returns a request and its answer as an entry of a suite's
// scenarios, in YAML. Session policies and the resource's account have no place in it.
func ScenarioText(r *model.Request, answer eval.Result) string {
	var b strings.Builder
	field := func(name, text string) { b.WriteString("  " + name + ": " + text + "\n") }
	b.WriteString("- name: " + quoted(r.Principal+" "+r.Action+" on "+r.Resource+" is "+string(expectation(answer))) + "\n")
	field("principal", quoted(r.Principal))
	if r.ParentUser != "" {
		field("parentUser", quoted(r.ParentUser))
	}
	if text := sessionText(r.Session); text != "" {
		field("session", text)
	}
	field("action", quoted(r.Action))
	if r.Resource != "" && r.Resource != "*" {
		field("resource", quoted(r.Resource))
	}
	if !r.At.IsZero() {
		field("at", quoted(r.At.Format(time.RFC3339)))
	}
	if text := contextOf(r); text != "" {
		field("context", text)
	}
	field("expect", string(expectation(answer)))
	return b.String()
}

func expectation(r eval.Result) Expectation {
	switch r {
	case eval.Allowed:
		return ExpectAllowed
	case eval.ExplicitDeny:
		return ExpectExplicitDeny
	}
	return ExpectImplicitDeny
}

func contextText(v conditions.Value, state conditions.State) string {
	switch {
	case state == conditions.Absent:
		return "null"
	case !v.IsList() && v.Len() == 1:
		return quoted(v.Text(0))
	}
	texts := v.Texts()
	for i := range texts {
		texts[i] = quoted(texts[i])
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func sessionText(s *model.Session) string {
	if s == nil {
		return ""
	}
	var parts []string
	text := func(name, value string) {
		if value != "" {
			parts = append(parts, name+": "+quoted(value))
		}
	}
	text("type", s.Type)
	if s.MFA != nil {
		parts = append(parts, "mfa: "+map[bool]string{true: "true", false: "false"}[*s.MFA])
	}
	if len(s.Tags) > 0 {
		var tags []string
		for _, key := range sortedKeys(s.Tags) {
			tags = append(tags, quoted(key)+": "+quoted(s.Tags[key]))
		}
		parts = append(parts, "tags: {"+strings.Join(tags, ", ")+"}")
	}
	text("sourceIdentity", s.SourceIdentity)
	if !s.TokenIssueTime.IsZero() {
		text("tokenIssueTime", s.TokenIssueTime.Format(time.RFC3339))
	}
	text("federatedProvider", s.FederatedProvider)
	return "{" + strings.Join(parts, ", ") + "}"
}

// sortedKeys returns the keys of a map, sorted.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
