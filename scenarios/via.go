package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/eval/chain"
	"iamsim/internal/source"
	"iamsim/model"
)

// hopDraft is a hop as it is read: its policy waits for the options of reading.
type hopDraft struct {
	chain.Hop
	policy *source.Node
}

var hopFields = []field[hopDraft]{
	textField("role", "The role to assume: its ARN, or a short name that one role fits. The two Get calls have none.",
		func(h *hopDraft, text string) { h.Role = text }),
	choiceField("action", "The call that makes the session; sts:AssumeRole if left out.", chain.Calls(),
		func(h *hopDraft, text string) { h.Action = text }),
	textField("name", "The federated user's name; sts:GetFederationToken needs it, and no other call has it.",
		func(h *hopDraft, text string) { h.Name = text }),
	textField("sessionName", "The role session's name; \"session\" if left out.",
		func(h *hopDraft, text string) { h.SessionName = text }),
	textField("externalId", "The external id that the call passes.", func(h *hopDraft, text string) { h.ExternalID = text }),
	textField("sourceIdentity", "The source identity that the call sets; one that was set before stays.",
		func(h *hopDraft, text string) { h.SourceIdentity = text }),
	{
		name: "tags", doc: "The session tags that the call passes.",
		schema: schema{"type": "object", "additionalProperties": scalarSchema()}, read: readHopTags,
	},
	listField("transitiveTagKeys", "Those of the tags' keys that later sessions of the chain inherit.", false, true,
		func(h *hopDraft, list []string) { h.TransitiveTagKeys = list }),
	{
		name: "policy", doc: "A session policy that limits the session.",
		schema: documentSchema(), read: func(r *reader, n *source.Node, h *hopDraft) {
			if n.Kind != source.Object && n.Kind != source.String {
				r.wrongType(n, "policy", "a policy document")
				return
			}
			h.policy = n
		},
	},
	listField("policyArns", "Managed policies that limit the session.", false, true,
		func(h *hopDraft, list []string) { h.PolicyARNs = list }),
	{
		name: "durationSeconds", doc: "How long the session is to last, in seconds.",
		schema: schema{"type": []string{"string", "number"}, "pattern": "^[0-9]+$"}, read: readDuration,
	},
	{
		name: "context", doc: "Further condition keys of the call itself, such as aws:MultiFactorAuthPresent or the claims of a token.",
		schema: contextFieldOfScenario.schema, read: func(r *reader, n *source.Node, h *hopDraft) {
			keys, _ := r.contextFields(n)
			h.Context = keys.build()
		},
	},
}

var viaField = field[Scenario]{
	name:   "via",
	doc:    "The assumption chain: calls that are made one after another, each with the session that the one before it returned. Each is decided like any request.",
	schema: schema{"type": "array", "items": objectSchema(hopFields)},
	read:   func(r *reader, n *source.Node, s *Scenario) { s.via, s.viaNode = r.hops(n), n },
}

// hops reads the list of a chain's calls.
func (r *reader) hops(n *source.Node) []hopDraft {
	if n.Kind != source.List {
		r.wrongType(n, "via", "a list of calls")
		return nil
	}
	list := make([]hopDraft, len(n.Items))
	for i, item := range n.Items {
		given := readFields(r, item, "an entry of via", hopFields, &list[i])
		if given != nil && (given["action"] == nil || list[i].Action != "") {
			r.hopFits(item, given, &list[i])
		}
	}
	return list
}

// hopFits refuses fields that the hop's call does not take, and finds those that it lacks.
func (r *reader) hopFits(n *source.Node, given map[string]*source.Node, h *hopDraft) {
	action := h.Action
	if action == "" {
		action = chain.AssumeRole
	}
	taken := chain.Fields(action)
	for i := range n.Fields {
		member := &n.Fields[i]
		if given[member.Name] == nil || member.Name == "action" || slices.Contains(taken, member.Name) {
			continue
		}
		r.fault(n.FieldPosition(member), findingBadValue, "besides action, it takes "+strings.Join(taken, ", "), "%s takes no %s", action, member.Name)
	}
	if name := chain.RequiredField(action); name != "" && given[name] == nil {
		r.fault(n.Position(), findingMissingField, "", "an entry of via needs the field %q: %s is called with it", name, action)
	}
}

// readHopTags leaves keys that differ in case alone to the call, which refuses them (E68).
func readHopTags(r *reader, n *source.Node, h *hopDraft) {
	if n.Kind != source.Object {
		r.wrongType(n, "tags", "an object of tags")
		return
	}
	h.Tags = make(map[string]string, len(n.Fields))
	for i := range n.Fields {
		tag := &n.Fields[i]
		if !tag.Value.Scalar() {
			r.wrongType(tag.Value, "the tag "+tag.Name, "a string")
			continue
		}
		h.Tags[tag.Name] = tag.Value.Text
	}
}

// maxDurationDigits keeps a duration far from overflowing; the calls themselves take 5 digits.
const maxDurationDigits = 9

func readDuration(r *reader, n *source.Node, h *hopDraft) {
	if n.Kind != source.String && n.Kind != source.Number {
		r.wrongType(n, "durationSeconds", "a number of seconds")
		return
	}
	count, err := strconv.ParseUint(n.Text, 10, 64)
	if err != nil || count == 0 || len(n.Text) > maxDurationDigits {
		r.fault(n.Position(), findingBadValue, "", "durationSeconds is %q, which is no number of seconds from 1 to %s", n.Text, strings.Repeat("9", maxDurationDigits))
		return
	}
	h.Duration = time.Duration(count) * time.Second
}

// buildHops reads the policies of a chain's calls; the hop of one that cannot be read lacks it.
func buildHops(drafts []hopDraft, o model.ReadOptions) ([]chain.Hop, []model.Diagnostic) {
	var hops []chain.Hop
	var found []model.Diagnostic
	for i := range drafts {
		hop := drafts[i].Hop
		if n := drafts[i].policy; n != nil {
			policy, diagnostics := model.ReadPolicy(n, model.SessionPolicy, o)
			found = append(found, diagnostics...)
			switch {
			case policy != nil:
				hop.Policies = []*model.Policy{policy}
			case !model.HasErrors(diagnostics):
				found = append(found, model.Diagnostic{Position: n.Position(), ID: findingBadValue, Message: "the session policy cannot be read"})
			}
		}
		hops = append(hops, hop)
	}
	return hops, found
}

// readVia makes the chain of the drafts that the scenario's fields hold. Like
// those of its session policy, the errors of its policies are the scenario's.
func (s *Scenario) readVia(o LoadOptions) {
	s.Via, s.viaFindings = buildHops(s.via, o.policy())
}

// inspectVia shows the policies of the chain's calls to LoadOptions.Inspect.
func (s *Scenario) inspectVia(o LoadOptions) {
	for i, hop := range s.Via {
		if o.Inspect != nil && len(hop.Policies) > 0 {
			o.Inspect(s.via[i].policy, hop.Policies[0], "")
		}
	}
}

// ReadHops reads an assumption chain as the via of a scenario holds it: a list
// of calls. With an error among the diagnostics the list is not complete.
func ReadHops(n *source.Node, o model.ReadOptions) ([]chain.Hop, []model.Diagnostic) {
	r := &reader{}
	hops, found := buildHops(r.hops(n), o)
	r.diagnostics = append(r.diagnostics, found...)
	model.SortDiagnostics(r.diagnostics)
	return hops, r.diagnostics
}
