package organization

import (
	"fmt"
)

// organization writes the tree: a root, rows of organizational units, and the
// accounts spread over the units of the lowest row.
func (m *maker) organization() {
	m.raw(`{"id":"` + organizationID + `","managementAccount":"` + managementID + `","root":`)
	accounts := make([]string, m.shape.Accounts)
	for i := range accounts {
		accounts[i] = AccountID(i)
	}
	m.node("r-made", 0, accounts)
	m.raw("}")
}

// node writes a node of the tree with the accounts beneath it.
func (m *maker) node(id string, level int, accounts []string) {
	m.raw("\n{\"id\":")
	m.text(id)
	m.raw(`,"serviceControlPolicies":["FullAWSAccess"`)
	for _, st := range guardrails(level) {
		m.raw(`,{"name":"` + st.Sid + "-" + id + `","document":`)
		m.document(st)
		m.raw("}")
	}
	m.raw("]")
	if level == 0 && m.shape.RCPs > 0 {
		m.raw(`,"resourceControlPolicies":[`)
		for i := range m.shape.RCPs {
			m.separate(i, "")
			m.raw(fmt.Sprintf(`{"name":"perimeter-%d","document":`, i))
			m.document(perimeter(i))
			m.raw("}")
		}
		m.raw("]")
	}
	if level+1 >= m.shape.SCPDepth {
		m.raw(`,"accounts":`)
		m.texts(accounts)
	} else {
		m.raw(`,"organizationalUnits":[`)
		for i := range unitsPerLevel {
			m.separate(i, "")
			from, to := i*len(accounts)/unitsPerLevel, (i+1)*len(accounts)/unitsPerLevel
			child := fmt.Sprintf("ou-made-%d", i)
			if level > 0 {
				child = fmt.Sprintf("%s%d", id, i)
			}
			m.node(child, level+1, accounts[from:to])
		}
		m.raw("]")
	}
	m.raw("}")
}

// guardrails are the SCPs of a level, by what they keep from happening.
func guardrails(level int) []Statement {
	all := []string{"*"}
	switch level {
	case 0:
		return []Statement{
			{Sid: "NoLeaving", Effect: "Deny", Actions: []string{"organizations:LeaveOrganization", "account:CloseAccount"}, Resources: all},
			{Sid: "KeepTrails", Effect: "Deny", Actions: []string{
				"cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:StopConfigurationRecorder", "guardduty:Delete*",
			}, Resources: all},
		}
	case 1:
		return []Statement{
			{Sid: "Regions", Effect: "Deny", NotAction: true, Actions: []string{"iam:*", "sts:*", "s3:GetBucketLocation", "route53:*", "support:*"},
				Resources: all, Conditions: []Condition{{"StringNotEquals", "aws:RequestedRegion", regions}}},
		}
	}
	return []Statement{
		{Sid: "NoPublicBuckets", Effect: "Deny", Actions: []string{"s3:PutBucketAcl", "s3:PutAccountPublicAccessBlock"}, Resources: all},
	}
}

// perimeter keeps strangers and plain text away from the resources of the organization.
func perimeter(i int) Statement {
	st := Statement{Sid: fmt.Sprintf("Perimeter%d", i), Effect: "Deny", Principal: `"*"`, Resources: []string{"*"},
		Actions: []string{"s3:*", "sqs:*", "kms:*", "secretsmanager:*"}}
	if i%2 == 0 {
		st.Conditions = []Condition{
			{"StringNotEqualsIfExists", "aws:PrincipalOrgID", []string{organizationID}}, {"BoolIfExists", "aws:PrincipalIsAWSService", []string{"false"}},
		}
	} else {
		st.Conditions = []Condition{{"Bool", "aws:SecureTransport", []string{"false"}}}
	}
	return st
}

// guarded are the services whose resources get a policy, the first most often.
var guarded = []string{"s3", "s3", "s3", "sqs", "sns", "kms", "secretsmanager"}

// resourcePolicy writes a resource with its policy: the owner's account, one
// role of another account, and no access without TLS.
func (m *maker) resourcePolicy(i int) {
	r := newRandom(m.seed, resourceStream, i)
	service := pick(r, guarded)
	at := 0
	for kinds[at].service != service {
		at++
	}
	k, account := &kinds[at], m.account(i)
	// The number in the name keeps resources apart.
	arn := r.resource(k, account, fmt.Sprintf("%s-%s-shared-%d", pick(r, teams), pick(r, purposes), i))
	m.raw(`{"arn":`)
	m.text(arn)
	m.raw(`,"account":"` + account + `","policy":`)
	m.document(m.shared(r, k, arn, account)...)
	m.raw(`,"tags":{"team":"` + pick(r, teams) + `","env":"` + pick(r, environments) + `"}}`)
}

func (m *maker) shared(r random, k *resourceKind, arn, account string) []Statement {
	resources := []string{arn}
	if k.below != "" {
		resources = append(resources, arn+"/*")
	}
	if k.service == "kms" {
		resources = []string{"*"}
	}
	// What the actions of the kind are about.
	inside := resources[len(resources)-1:]
	var list []Statement
	if k.service == "kms" || r.chance(0.3) {
		list = append(list, Statement{Sid: "Owner", Effect: "Allow", Principal: `{"AWS":"arn:aws:iam::` + account + `:root"}`,
			Actions: []string{k.service + ":*"}, Resources: resources})
	}
	if m.shape.Roles > 0 {
		list = append(list, Statement{Sid: "Partner", Effect: "Allow", Principal: `{"AWS":"` + RoleARN(r.IntN(m.shape.Roles), m.shape.Accounts) + `"}`,
			Actions: r.actions(k), Resources: inside})
	}
	if k.service != "kms" {
		list = append(list, Statement{Sid: "TLSOnly", Effect: "Deny", Principal: `"*"`, Actions: []string{k.service + ":*"}, Resources: resources,
			Conditions: []Condition{{"Bool", "aws:SecureTransport", []string{"false"}}}})
	}
	if m.shape.SCPDepth > 0 && r.chance(0.2) {
		list = append(list, Statement{Sid: "Everyone", Effect: "Allow", Principal: `"*"`, Actions: r.actions(k), Resources: inside,
			Conditions: []Condition{{"StringEquals", "aws:PrincipalOrgID", []string{organizationID}}}})
	}
	return list
}
