package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/eval/diff"
	"iamsim/internal/source"
	"iamsim/model/catalog"
	"iamsim/model/inventory"
)

// engine makes an engine of a policy set in JSON.
func engine(t testing.TB, data string, o eval.Options) *eval.Engine {
	t.Helper()
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("set.json", []byte(data))
	inv, diags := loader.Finish()
	require.NotNil(t, inv, "%v", diags)
	e, err := eval.Compile(inv.Snapshot(), o)
	require.NoError(t, err)
	return e
}

// userWith is a set with one user who has one inline policy.
func userWith(document string) string {
	return fmt.Sprintf(`{"users": [{"arn": "arn:aws:iam::111111111111:user/alice", "inlinePolicies": {"P": %s}}]}`, document)
}

func statements(list string) string {
	return `{"Version": "2012-10-17", "Statement": [` + list + `]}`
}

const everything = `{"Effect": "Allow", "Action": "*", "Resource": "*"}`

// documents makes both sides of single documents.
func documents(t testing.TB, old, new string, o eval.Options) (a, b diff.Side) {
	t.Helper()
	var sides [2]diff.Side
	for i, text := range []string{old, new} {
		node, err := source.Parse("document.json", []byte(text))
		require.NoError(t, err)
		sides[i], err = diff.Documents(node, inventory.Options{}, o)
		require.NoError(t, err)
	}
	return sides[0], sides[1]
}

const power = `{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
	{"Effect": "Allow", "Action": ["account:GetAccountInformation", "account:ListRegions", "iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"], "Resource": "*"}`

func TestPowerUserToAdministrator(t *testing.T) {
	o := eval.Options{Catalog: catalog.Default()}
	for _, c := range []struct {
		name, old, new string
		direction      diff.Direction
	}{
		{"to administrator", power, everything, diff.Opened},
		{"back", everything, power, diff.Closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := documents(t, statements(c.old), statements(c.new), o)
			r, err := diff.Compare(a, b, diff.DocumentOptions(diff.Options{}))
			require.NoError(t, err)
			require.Empty(t, r.Gaps)
			require.Empty(t, r.Faults)
			require.Len(t, r.Groups, 1)
			regions := r.Regions(&r.Groups[0])
			require.Len(t, regions, 1)
			require.Equal(t, c.direction, regions[0].Direction)
			require.Equal(t, []string{"iam:*", "organizations:*", "account:*"}, regions[0].Actions)
			require.Equal(t, []string{
				"account:GetAccountInformation", "account:ListRegions", "iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization",
			}, regions[0].Except)
			require.Empty(t, regions[0].Resources)
			require.Empty(t, regions[0].Conditions)
		})
	}
}

// Pairs of documents that say the same in other words, and pairs that nearly do.
func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		opened, closed string // an action of the only region; empty for none
	}{
		{"order and case", `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]}`,
			`{"Sid": "X", "Effect": "Allow", "Action": ["S3:putobject", "s3:GetObject"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"]}`, "", ""},
		{"split statements", `{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::a/*"}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}, {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a/*"}`, "", ""},
		{"one action more", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}`,
			`{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}`, "s3:PutObject", ""},
		{"a deny that nothing allows", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}`, "", ""},
		{"two halves of an address range", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}}}`, "", ""},
		{"half an address range", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/9"}}}`, "", "s3:GetObject"},
		{"a deny moved into a condition", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}`, "", ""},
		{"a variable and its value", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*"}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/web/*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}`, "", "s3:GetObject"},
		{"its value alone", `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}`,
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/web/*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, exhaustive := range []bool{false, true} {
				a, b := documents(t, statements(c.old), statements(c.new), eval.Options{Catalog: catalog.Default()})
				r, err := diff.Compare(a, b, diff.DocumentOptions(diff.Options{Exhaustive: exhaustive}))
				require.NoError(t, err)
				require.Empty(t, r.Gaps)
				require.Empty(t, r.Faults)
				got := map[diff.Direction]string{}
				for i := range r.Groups {
					for _, region := range r.Regions(&r.Groups[i]) {
						got[region.Direction] = region.Actions[0]
					}
				}
				require.Equal(t, c.opened, got[diff.Opened])
				require.Equal(t, c.closed, got[diff.Closed])
			}
		})
	}
}

// Equal policies of many principals are compared once, and those that no change touches not at all.
func TestPrincipalsInGroups(t *testing.T) {
	set := func(action string) string {
		var roles []string
		for i := range 30 {
			attached := "Other"
			if i%3 == 0 {
				attached = "Shared"
			}
			roles = append(roles, fmt.Sprintf(`{"arn": "arn:aws:iam::111111111111:role/R%02d", "attachedPolicies": ["arn:aws:iam::111111111111:policy/%s"],
				"trustPolicy": %s}`, i, attached, statements(`{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}`)))
		}
		return `{"policies": [
			{"arn": "arn:aws:iam::111111111111:policy/Shared", "document": ` + statements(`{"Effect": "Allow", "Action": "`+action+`", "Resource": "*"}`) + `},
			{"arn": "arn:aws:iam::111111111111:policy/Other", "document": ` + statements(`{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}`) + `}],
			"roles": [` + strings.Join(roles, ",") + `]}`
	}
	o := eval.Options{Catalog: catalog.Default()}
	r, err := diff.Compare(diff.Side{Engine: engine(t, set("s3:GetObject"), o)}, diff.Side{Engine: engine(t, set("s3:GetObjec*"), o)}, diff.Options{})
	require.NoError(t, err)
	require.Equal(t, 10, r.Compared)
	require.Equal(t, 20, r.Skipped)
	require.Len(t, r.Groups, 1)
	require.Len(t, r.Groups[0].Principals, 10)
	require.True(t, r.Opened())
	require.False(t, r.Closed())
}

func TestBoundsAreTold(t *testing.T) {
	o := eval.Options{Catalog: catalog.Default()}
	a, b := documents(t, statements(`{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}`), statements(`{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a/?*"}`), o)
	r, err := diff.Compare(a, b, diff.DocumentOptions(diff.Options{MaxStates: 2}))
	require.NoError(t, err)
	require.NotEmpty(t, r.Gaps)
}

func TestConstants(t *testing.T) {
	o := eval.Options{Catalog: catalog.Default()}
	set := diff.Side{Engine: engine(t, userWith(statements(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}`)), o)}
	for _, c := range []struct {
		name       string
		constant   diff.Constant
		action     string
		resource   string
		difference bool
	}{
		{"never, and it is not", diff.Nothing, "s3:PutObject", "*", false},
		{"never, and it is", diff.Nothing, "s3:*", "*", true},
		{"always, and it is", diff.Everything, "s3:GetObject", "arn:aws:s3:::a/*", false},
		{"always, and it is not", diff.Everything, "s3:GetObject", "arn:aws:s3:::*", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := diff.Compare(diff.Side{Constant: c.constant}, set, diff.Options{Actions: []string{c.action}, Resources: []string{c.resource}, DeclaredOnly: true})
			require.NoError(t, err)
			require.Empty(t, r.Gaps)
			require.Equal(t, c.difference, r.Opened() || r.Closed())
		})
	}
}
