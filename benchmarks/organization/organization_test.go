package organization

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// small is a shape with something of everything.
const small = "accounts=7,roles=210,users=70,policies=90,boundaries=1,scpDepth=3,rcps=2,resourcePolicies=60,conditionShare=0.4,variableShare=0.1,notShare=0.05,denyShare=0.1"

func made(t *testing.T, shape string, seed uint64) []byte {
	t.Helper()
	s, err := ParseShape(shape)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, Generate(&text, s, seed))
	return text.Bytes()
}

func read(t *testing.T, text []byte) *inventory.Snapshot {
	t.Helper()
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("made.json", text)
	inv, diagnostics := loader.Finish()
	for _, d := range diagnostics {
		require.NotEqual(t, model.Error, d.Severity, "%s", d)
	}
	return inv.Snapshot()
}

func TestParseShape(t *testing.T) {
	want := DefaultShape()
	want.Roles, want.Policies, want.ConditionShare = 100_000, 20_000, 0.5
	got, err := ParseShape("roles=100_000, policies=20000,conditionShare=.5")
	require.NoError(t, err)
	require.Equal(t, want, got)
	again, err := ParseShape(got.String())
	require.NoError(t, err)
	require.Equal(t, got, again)
	got, err = ParseShape(" ")
	require.NoError(t, err)
	require.Equal(t, DefaultShape(), got)

	for text, wanted := range map[string]string{
		"roles":                           `"roles" is not NAME=NUMBER, such as roles=100000`,
		"role=5":                          `there is no "role"; did you mean roles?`,
		"Roles=5":                         `there is no "Roles"; did you mean roles?`,
		"x=5":                             `there is no "x"; known are accounts, roles`,
		"roles=1,roles=1":                 "roles is given twice",
		"roles=-1":                        "allowed is a whole number from 0 to 10000000",
		"roles=1e9":                       "allowed is a whole number",
		"roles=10000001":                  "allowed is a whole number",
		"denyShare=1.5":                   "allowed is a share from 0 to 1",
		"denyShare=NaN":                   "allowed is a share from 0 to 1",
		"accounts=0":                      "need an account",
		"statementsPerPolicy=0":           "a policy needs a statement",
		"boundaries=0":                    "set boundaryShare=0 as well",
		"scpDepth=0":                      "set rcps=0 as well",
		"scpDepth=7":                      "6 in all",
		"roles=1,":                        `"" is not NAME=NUMBER`,
		"accounts=1,scpDepth=0,rcps=0,x=": `there is no "x"`,
	} {
		_, err := ParseShape(text)
		require.ErrorContains(t, err, wanted, text)
	}
}

func TestGenerateIsReproducible(t *testing.T) {
	one := made(t, small, 1)
	require.Equal(t, string(one), string(made(t, small, 1)))
	require.NotEqual(t, string(one), string(made(t, small, 2)))
	// More roles leave the policies as they are.
	policies := func(text []byte) string {
		_, after, ok := strings.Cut(string(text), `"policies":[`)
		require.True(t, ok)
		before, _, ok := strings.Cut(after, `"roles":[`)
		require.True(t, ok)
		return before
	}
	require.Equal(t, policies(one), policies(made(t, strings.Replace(small, "roles=210", "roles=420", 1), 1)))
}

// What a shape says is what is read.
func TestGenerateFollowsTheShape(t *testing.T) {
	s := read(t, made(t, small, 1))
	shape, err := ParseShape(small)
	require.NoError(t, err)
	var roles, users, bounded, attached, policies, statements, denies, conditions, negated int
	for p := range s.Principals() {
		if p.Kind == inventory.Role {
			roles++
			attached += len(p.Attached)
			require.NotNil(t, p.Trust)
			for _, arn := range p.Attached {
				policy, _ := s.Policy(arn)
				require.True(t, policy.Account == p.Account || policy.Account == "aws" || policy.Account == "", "%s attaches %s", p.ARN, arn)
			}
			if p.HasBoundary() {
				bounded++
				require.Contains(t, p.Boundary, p.Account)
			}
		} else {
			users++
		}
	}
	for p := range s.Policies() {
		policies++
		document := p.Document(model.IdentityPolicy)
		if document == nil || strings.Contains(p.ARN, "boundary") {
			continue
		}
		statements += len(document.Statements)
		for _, st := range document.Statements {
			if st.Effect == model.Deny {
				denies++
			}
			if len(st.Condition) > 0 {
				conditions++
			}
			if st.NotAction || st.NotResource {
				negated++
			}
		}
	}
	require.Equal(t, []int{210, 70, 97}, []int{roles, users, policies})
	require.Len(t, s.Accounts(), 7)
	near := func(want float64, got, of int) {
		t.Helper()
		require.InDelta(t, want, float64(got)/float64(of), want/2)
	}
	near(shape.BoundaryShare, bounded, roles)
	near(float64(shape.PoliciesPerRole), attached, roles)
	near(float64(shape.StatementsPerPolicy), statements, shape.Policies)
	near(shape.DenyShare, denies, statements)
	near(shape.ConditionShare, conditions, statements)
	near(shape.NotShare, negated, statements)
	node, ok := s.AccountNode(AccountID(6))
	require.True(t, ok)
	require.Len(t, node.Path(), 4)
	require.Len(t, node.Path()[0].ResourceControlPolicies, 2)
}

func TestGenerateAtTheEdges(t *testing.T) {
	for _, shape := range []string{
		"roles=0,users=0,policies=0,boundaries=0,boundaryShare=0,resourcePolicies=0,scpDepth=0,rcps=0",
		"roles=0,users=0", "policies=0", "accounts=1,roles=3,policies=1,awsManagedShare=0,statementsPerPolicy=1,policiesPerRole=1",
		"accounts=50,roles=60,policies=3,awsManagedShare=0", "policiesPerRole=0,roles=5", "scpDepth=6,accounts=2,roles=5", "scpDepth=1,roles=5",
		"awsManagedShare=1,policies=5,roles=50",
	} {
		t.Run(shape, func(t *testing.T) { read(t, made(t, shape, 3)) })
	}
	require.ErrorContains(t, Generate(&bytes.Buffer{}, Shape{}, 1), "accounts=0")
	broken := errors.New("broken")
	require.ErrorIs(t, Generate(failing{broken}, DefaultShape(), 1), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Actions and resources are AWS's own.
func TestKindsAreInTheCatalog(t *testing.T) {
	c := catalog.Default()
	r := newRandom(1, mixStream, 0)
	for i := range kinds {
		k := &kinds[i]
		arn := r.resource(k, AccountID(0), "")
		if k.below != "" {
			arn += "/key"
		}
		require.NotContains(t, arn, "{")
		for _, name := range k.actions {
			action, ok := c.Action(k.service + ":" + name)
			require.True(t, ok, "%s:%s", k.service, name)
			require.Equal(t, k.service+":"+name, action.Name())
			require.True(t, len(action.FittingTypes(arn)) > 0 || action.MayTake(arn), "%s on %s", action.Name(), arn)
		}
		for _, pattern := range k.patterns {
			require.True(t, c.Matches(k.service+":"+pattern), "%s:%s", k.service, pattern)
		}
	}
	for i := range flatKinds {
		action, resource := FlatRequest(i)
		known, ok := c.Action(action)
		require.True(t, ok, action)
		require.NotEmpty(t, known.FittingTypes(resource), "%s on %s", action, resource)
	}
}

// A mix asks for every kind of answer, and hits hit.
func TestMix(t *testing.T) {
	s := read(t, made(t, small, 1))
	mix := Mix(s, 7, 4000)
	require.Len(t, mix, 4000)
	e, err := eval.Compile(s, eval.Options{Catalog: catalog.Default()})
	require.NoError(t, err)
	results := map[Aim]map[eval.Result]int{Hit: {}, NearMiss: {}, Miss: {}}
	unanswered, drawn := 0, map[Aim]int{}
	for i, draw := range mix {
		drawn[draw.Aim]++
		d, err := e.Decide(draw.Request)
		if err != nil {
			unanswered++
			continue
		}
		results[draw.Aim][d.Result()]++
		if i%40 == 0 {
			x, err := e.Explain(draw.Request)
			require.NoError(t, err)
			require.Equal(t, x.Reason, d.Reason.String())
		}
	}
	require.Less(t, unanswered, 40)
	for aim, share := range map[Aim]float64{Hit: 0.5, NearMiss: 0.3, Miss: 0.2} {
		require.InDelta(t, share, float64(drawn[aim])/4000, 0.05, aim.String())
	}
	allowed := func(aim Aim) float64 { return float64(results[aim][eval.Allowed]) / float64(drawn[aim]) }
	require.Greater(t, allowed(Hit), 0.5)
	require.Less(t, allowed(Miss), allowed(NearMiss))
	require.Less(t, allowed(NearMiss), allowed(Hit))
	require.Greater(t, results[Hit][eval.ExplicitDeny], 0)
}

func TestMixIsReproducible(t *testing.T) {
	text := made(t, small, 1)
	one, two := Mix(read(t, text), 7, 500), Mix(read(t, text), 7, 500)
	other := Mix(read(t, text), 8, 500)
	differ := 0
	for i := range one {
		a, b := one[i], two[i]
		require.Equal(t, a.Aim, b.Aim)
		require.Equal(t, a.Request.Context.Names(), b.Request.Context.Names())
		for _, key := range a.Request.Context.Names() {
			x, _ := a.Request.Context.Lookup(key)
			y, _ := b.Request.Context.Lookup(key)
			require.Equal(t, x.String(), y.String())
		}
		a.Request.Context, b.Request.Context = nil, nil
		require.Equal(t, a, b)
		if other[i].Request.Resource != one[i].Request.Resource {
			differ++
		}
	}
	require.Greater(t, differ, 400)
	require.Empty(t, Mix(read(t, made(t, "roles=0,users=0", 1)), 1, 10), "nobody to ask for")
}

// The statements of Flat cover their own request and no other's.
func TestFlat(t *testing.T) {
	const n = 40
	var documents []*model.Policy
	for _, statements := range FlatPolicies(n) {
		p, diagnostics := model.ParsePolicy("flat.json", []byte(Document(statements...)), model.IdentityPolicy, model.ReadOptions{})
		require.False(t, model.HasErrors(diagnostics), "%v", diagnostics)
		documents = append(documents, p)
	}
	require.Len(t, documents, 4)
	text := `{"roles":[{"arn":"` + FlatRole + `","trustPolicy":` +
		Document(Statement{Effect: "Allow", Principal: `{"Service":"ec2.amazonaws.com"}`, Actions: []string{"sts:AssumeRole"}}) + `,"inlinePolicies":{"P":%}}]}`
	for i := range n {
		one := strings.Replace(text, "%", Document(Flat(n)[i]), 1)
		e, err := eval.Compile(read(t, []byte(one)), eval.Options{})
		require.NoError(t, err)
		for j := range n + 8 {
			action, resource := FlatRequest(j)
			d, err := e.Decide(model.Request{Principal: FlatRole, Action: action, Resource: resource})
			require.NoError(t, err)
			require.Equal(t, i == j, d.Allowed(), "statement %d, request %d", i, j)
		}
	}
	for n, want := range map[int]int{1: 1, 10: 1, 11: 2, 100: 10, 1000: 10, 10_000: 10} {
		policies := FlatPolicies(n)
		require.Len(t, policies, want)
		total := 0
		for _, p := range policies {
			total += len(p)
		}
		require.Equal(t, n, total)
	}
}

func TestDocument(t *testing.T) {
	require.Equal(t, `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Deny","Principal":"*","NotAction":["a:B","a:C"],"NotResource":"x",`+
		`"Condition":{"StringLike":{"k":"v","m":["1","2"]},"Bool":{"b":"true"}}},{"Effect":"Allow","Action":"*"}]}`,
		Document(
			Statement{Sid: "A", Effect: "Deny", Principal: `"*"`, NotAction: true, Actions: []string{"a:B", "a:C"}, NotResource: true, Resources: []string{"x"},
				Conditions: []Condition{{"StringLike", "k", []string{"v"}}, {"Bool", "b", []string{"true"}}, {"StringLike", "m", []string{"1", "2"}}}},
			Statement{Effect: "Allow", Actions: []string{"*"}}))
}
