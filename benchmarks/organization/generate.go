package organization

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

const (
	organizationID = "o-madeforbench"
	managementID   = "999999999999"
	// unitsPerLevel is how many organizational units stand beside each other beneath one.
	unitsPerLevel = 3
)

// maker writes one organization.
type maker struct {
	*writer
	shape Shape
	seed  uint64
}

// Generate writes the policy set of an organization as JSON (docs/formats.md),
// one entity a line. It holds no more than one entity in memory. The same
// shape and seed give the same bytes. An error is one of the shape, or of w.
func Generate(w io.Writer, shape Shape, seed uint64) error {
	if err := shape.Check(); err != nil {
		return err
	}
	m := &maker{newWriter(w), shape, seed}
	sections := 0
	section := func(name string, n int, write func(int)) {
		if n == 0 {
			return
		}
		m.separate(sections, "{")
		sections++
		m.raw("\n\"" + name + "\":[")
		for i := range n {
			m.separate(i, "")
			m.raw("\n")
			write(i)
			m.flush()
		}
		m.raw("]")
	}
	if shape.SCPDepth > 0 {
		m.raw("{\n\"organization\":")
		m.organization()
		sections++
	}
	section("policies", shape.Policies+shape.Boundaries*shape.Accounts, m.policy)
	section("roles", shape.Roles, m.role)
	section("users", shape.Users, m.user)
	section("groups", m.groups(), m.group)
	section("resources", shape.ResourcePolicies, m.resourcePolicy)
	if sections == 0 {
		m.raw("{")
	}
	m.raw("\n}\n")
	return m.close()
}

// AccountID is the id of account i of a made organization, from 0.
func AccountID(i int) string { return fmt.Sprintf("%012d", 100000000001+i) }

func (m *maker) account(i int) string { return AccountID(i % m.shape.Accounts) }

// RoleARN is the ARN of role i of an organization of n accounts, from 0.
func RoleARN(i, accounts int) string {
	team := teams[i/accounts%len(teams)]
	return fmt.Sprintf("arn:aws:iam::%s:role/%s/%s-%s-%d", AccountID(i%accounts), team, team, purposes[i/accounts/len(teams)%len(purposes)], i)
}

func (m *maker) awsManaged() int {
	return int(math.Ceil(float64(m.shape.Policies) * m.shape.AWSManagedShare))
}

// policyARN is the ARN of a managed policy: AWS's own first, then the
// customers', account by account, then the boundaries.
func (m *maker) policyARN(i int) string {
	switch {
	case i < m.awsManaged():
		return fmt.Sprintf("arn:aws:iam::aws:policy/%sAccess%d", strings.ToUpper(kinds[i%len(kinds)].service), i)
	case i < m.shape.Policies:
		return fmt.Sprintf("arn:aws:iam::%s:policy/%s-%s-%d", m.account(i), teams[i%len(teams)], purposes[i%len(purposes)], i)
	}
	return fmt.Sprintf("arn:aws:iam::%s:policy/boundary/limit-%d", m.account(i-m.shape.Policies), i-m.shape.Policies)
}

func (m *maker) policy(i int) {
	m.raw(`{"arn":`)
	m.text(m.policyARN(i))
	m.raw(`,"document":`)
	if i >= m.shape.Policies {
		m.document(m.boundary(i - m.shape.Policies)...)
	} else {
		r := newRandom(m.seed, policyStream, i)
		mean := m.shape.StatementsPerPolicy
		n := mean - mean/2 + r.IntN(mean/2*2+1)
		account := m.account(i)
		if i < m.awsManaged() {
			account = "*"
		}
		statements := make([]Statement, n)
		for j := range statements {
			statements[j] = r.identity(account, &m.shape)
			if r.chance(0.5) {
				statements[j].Sid = fmt.Sprintf("S%d", j)
			}
		}
		m.document(statements...)
	}
	m.raw("}")
}

// boundary allows what a team works with and refuses the administration of identities.
func (m *maker) boundary(i int) []Statement {
	r := newRandom(m.seed, boundaryStream, i)
	actions := []string{
		"s3:*", "dynamodb:*", "sqs:*", "sns:*", "lambda:*", "kms:*", "logs:*", "ec2:*", "secretsmanager:Get*", "ssm:Get*", "ecr:*",
		"kinesis:*", "states:*", "glue:*", "iam:Get*", "iam:List*", "iam:PassRole",
	}
	return []Statement{
		{Effect: "Allow", Actions: some(r, actions, len(actions)-2), Resources: []string{"*"}},
		{Sid: "NoWayOut", Effect: "Deny", Actions: []string{"iam:*Boundary", "iam:CreateUser", "iam:CreateAccessKey", "organizations:*"},
			Resources: []string{"*"}},
	}
}

// attached draws the policies of a role or user of an account: most from the
// account, few of them often, and one in five of AWS's.
func (m *maker) attached(r random, account int) []string {
	if m.shape.Policies == 0 || m.shape.PoliciesPerRole == 0 {
		return nil
	}
	own := m.ownPolicies(account)
	var list []string
	for range 1 + r.IntN(2*m.shape.PoliciesPerRole-1) {
		// A cube makes the first tenth of the policies the choice of half the draws.
		u := r.Float64()
		at := u * u * u
		i := -1
		if managed := m.awsManaged(); managed > 0 && (own.n == 0 || r.chance(0.2)) {
			i = int(at * float64(managed))
		} else if own.n > 0 {
			i = own.first + int(at*float64(own.n))*m.shape.Accounts
		}
		if i < 0 {
			return nil
		}
		if arn := m.policyARN(i); !slices.Contains(list, arn) {
			list = append(list, arn)
		}
	}
	return list
}

// ownPolicies are the customer managed policies of an account: n of them,
// first is the lowest, and the next is higher by the number of accounts.
type ownPolicies struct{ first, n int }

func (m *maker) ownPolicies(account int) ownPolicies {
	managed, accounts := m.awsManaged(), m.shape.Accounts
	first := managed + (account-managed%accounts+accounts)%accounts
	if first >= m.shape.Policies {
		return ownPolicies{}
	}
	return ownPolicies{first, (m.shape.Policies - first + accounts - 1) / accounts}
}

func (m *maker) role(i int) {
	r := newRandom(m.seed, roleStream, i)
	arn := RoleARN(i, m.shape.Accounts)
	m.raw(`{"arn":`)
	m.text(arn)
	m.raw(fmt.Sprintf(`,"roleId":"AROA%016X"`, uint64(i)))
	m.raw(`,"trustPolicy":`)
	m.document(m.trust(r, i))
	if attached := m.attached(r, i%m.shape.Accounts); attached != nil {
		m.raw(`,"attachedPolicies":`)
		m.texts(attached)
	}
	if r.chance(m.shape.InlineShare) {
		m.raw(`,"inlinePolicies":{"own":`)
		m.document(r.identity(m.account(i), &m.shape))
		m.raw("}")
	}
	if boundaries := m.shape.Boundaries; boundaries > 0 && r.chance(m.shape.BoundaryShare) {
		m.raw(`,"permissionsBoundary":`)
		m.text(m.policyARN(m.shape.Policies + r.IntN(boundaries)*m.shape.Accounts + i%m.shape.Accounts))
	}
	team := strings.Split(arn, "/")[1]
	m.raw(`,"tags":{"team":"` + team + `","env":"` + pick(r, environments) + `"}}`)
}

// trust is the one statement of a trust policy.
func (m *maker) trust(r random, i int) Statement {
	st := Statement{Effect: "Allow", Actions: []string{"sts:AssumeRole"}}
	switch u := r.IntN(20); {
	case u < 11:
		st.Principal = `{"Service":"` + pick(r, callers) + `"}`
	case u < 14:
		st.Principal = `{"AWS":"arn:aws:iam::` + m.account(i) + `:root"}`
	case u < 18:
		st.Principal = `{"AWS":"` + RoleARN(r.IntN(m.shape.Roles), m.shape.Accounts) + `"}`
	default:
		st.Principal = `{"AWS":"arn:aws:iam::` + m.account(r.IntN(m.shape.Accounts)) + `:root"}`
		st.Conditions = []Condition{{"StringEquals", "sts:ExternalId", []string{fmt.Sprintf("partner-%d", r.IntN(100))}}}
	}
	return st
}

func (m *maker) groups() int { return (m.shape.Users + 29) / 30 }

// group i serves the users of account i, so that there are never more groups than accounts are told apart.
func (m *maker) group(i int) {
	r := newRandom(m.seed, userStream, -1-i)
	m.raw(fmt.Sprintf(`{"arn":"arn:aws:iam::%s:group/group-%d"`, m.account(i), i))
	if attached := m.attached(r, i%m.shape.Accounts); attached != nil {
		m.raw(`,"attachedPolicies":`)
		m.texts(attached)
	}
	m.raw("}")
}

func (m *maker) user(i int) {
	r := newRandom(m.seed, userStream, i)
	name := fmt.Sprintf("%s.user%d", teams[i%len(teams)], i)
	m.raw(fmt.Sprintf(`{"arn":"arn:aws:iam::%s:user/people/%s","userId":"AIDA%016X"`, m.account(i), name, uint64(i)))
	if attached := m.attached(r, i%m.shape.Accounts); attached != nil {
		m.raw(`,"attachedPolicies":`)
		m.texts(attached)
	}
	// The group of the user's account, where there is one.
	if group := i % m.shape.Accounts; i%3 == 0 && group < m.groups() {
		m.raw(fmt.Sprintf(`,"groups":["group-%d"]`, group))
	}
	m.raw(`,"tags":{"team":"` + teams[i%len(teams)] + `","env":"` + pick(r, environments) + `"}}`)
}
