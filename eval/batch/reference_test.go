package batch

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"iamsim/conditions"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/scenarios"
)

// referenceDecode is the law: a line as a tree, and the tree as a request. It
// remembers nothing and knows no messages; contexts are read as suites read them.
func referenceDecode(raw []byte) (request model.Request, id string, ok bool) {
	text := bytes.TrimPrefix(raw, []byte("\ufeff"))
	if len(raw) > MaxLine || !jsontext.Value(text).IsValid() {
		return request, "", false
	}
	n, err := source.ParseJSON("line", text)
	if err != nil || n.Kind != source.Object || n.Get("principal") == nil || n.Get("action") == nil {
		return request, "", false
	}
	for _, f := range n.Fields {
		v := f.Value
		good := v.Scalar() && v.Text != ""
		switch f.Name {
		case "id":
			id, good = v.Text, v.Kind == source.String || v.Kind == source.Number
		case "principal":
			request.Principal = v.Text
		case "action":
			request.Action = v.Text
		case "resource":
			request.Resource = v.Text
		case "parentUser":
			request.ParentUser = v.Text
		case "resourceAccount":
			request.ResourceAccount = v.Text
			good = regexp.MustCompile(`^[0-9]{12}$`).MatchString(v.Text)
		case "context":
			var found []model.Diagnostic
			request.Context, found = scenarios.ReadContext(v)
			good = !model.HasErrors(found)
		case "at":
			request.At, good = referenceTime(v)
		case "session":
			request.Session, good = referenceSession(v)
		case "sessionPolicy":
			var found []model.Diagnostic
			if good = v.Kind == source.Object || v.Kind == source.String; good {
				var policy *model.Policy
				policy, found = model.ReadPolicy(v, model.SessionPolicy, model.ReadOptions{})
				request.SessionPolicies = []*model.Policy{policy}
				good = policy != nil && !model.HasErrors(found)
			}
		case "sessionPolicyArns":
			request.SessionPolicyARNs, good = referenceTexts(v)
		default:
			good = false
		}
		if !good {
			return request, id, false
		}
	}
	return request, id, true
}

func referenceTime(n *source.Node) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, n.Text)
	return at, n.Scalar() && err == nil && !at.IsZero()
}

func referenceTexts(n *source.Node) ([]string, bool) {
	list, seen := []string{}, map[string]bool{}
	for _, item := range n.Items {
		if !item.Scalar() || item.Text == "" || seen[item.Text] {
			return nil, false
		}
		seen[item.Text] = true
		list = append(list, item.Text)
	}
	return list, n.Kind == source.List
}

func referenceSession(n *source.Node) (*model.Session, bool) {
	s := &model.Session{}
	for _, f := range n.Fields {
		v := f.Value
		good := v.Scalar() && v.Text != ""
		switch f.Name {
		case "type":
			s.Type = v.Text
			good = regexp.MustCompile("^(AssumeRole(WithSAML|WithWebIdentity)?|Get(Federation|Session)Token)$").MatchString(v.Text)
		case "mfa":
			mfa := v.Text == "true"
			s.MFA, good = &mfa, v.Kind == source.Bool
		case "tags":
			s.Tags, good = map[string]string{}, v.Kind == source.Object
			folded := map[string]bool{}
			for _, tag := range v.Fields {
				good = good && tag.Value.Scalar() && !folded[conditions.FoldKey(tag.Name)]
				folded[conditions.FoldKey(tag.Name)] = true
				s.Tags[tag.Name] = tag.Value.Text
			}
		case "sourceIdentity":
			s.SourceIdentity = v.Text
		case "tokenIssueTime":
			s.TokenIssueTime, good = referenceTime(v)
		case "federatedProvider":
			s.FederatedProvider = v.Text
		default:
			good = false
		}
		if !good {
			return nil, false
		}
	}
	return s, n.Kind == source.Object
}

// contextText is what a context says, in one order.
func contextText(c *conditions.Context) string {
	if c == nil {
		return "none"
	}
	var b strings.Builder
	for _, name := range c.Names() {
		value, state := c.Lookup(name)
		b.WriteString(name + " " + state.String() + " " + value.String() + "\n")
	}
	return b.String()
}

// checkLine compares the decoder with the reference. It decodes twice, the
// second time with what the first one left behind.
func checkLine(t *testing.T, d *decoder, raw []byte) {
	t.Helper()
	want, id, ok := referenceDecode(raw)
	for range 2 {
		given := bytes.Clone(raw)
		l := d.decode(given)
		require.Equal(t, ok, len(d.faults) == 0, "%q: %v", raw, d.faults)
		for _, f := range d.faults {
			require.NotEmpty(t, f.Message)
			require.Contains(t, codes, f.Code)
			require.LessOrEqual(t, f.Column, len(raw)+1, "%q: %v", raw, f)
		}
		if !ok {
			continue
		}
		require.Equal(t, id, echoed(t, l.id))
		got := l.Request
		// Nothing but the id may share memory with the line.
		for i := range given {
			given[i] = 'x'
		}
		require.Equal(t, contextText(want.Context), contextText(got.Context))
		require.Len(t, got.SessionPolicies, len(want.SessionPolicies))
		for i, policy := range got.SessionPolicies {
			require.Equal(t, want.SessionPolicies[i].Size, policy.Size)
			require.Len(t, policy.Statements, len(want.SessionPolicies[i].Statements))
			for j := range policy.Statements {
				require.Equal(t, want.SessionPolicies[i].Statements[j].Actions, policy.Statements[j].Actions)
				require.Equal(t, want.SessionPolicies[i].Statements[j].Resources, policy.Statements[j].Resources)
			}
		}
		got.Context, got.SessionPolicies = want.Context, want.SessionPolicies
		require.Equal(t, want, got)
	}
}

// echoed is the text of an id as it is written.
func echoed(t *testing.T, raw []byte) string {
	if len(raw) == 0 || raw[0] != '"' {
		return string(raw)
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	require.NoError(t, err)
	return string(text)
}
