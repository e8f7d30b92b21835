package eval_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iamsim/model"
)

var tagValues = []string{"web", "data", "alice", "*", "k", "?"}

// keyKind is what the values of a condition key look like.
type keyKind int

const (
	textKey keyKind = iota
	numberKey
	dateKey
	boolKey
	addressKey
	binaryKey
	arnKey
)

// requestValues and policyValues are by kind, near to each other on purpose.
var (
	requestValues = map[keyKind][]string{
		textKey:    {"web", "data", "alice", "WEB", "", "k", "*", "a:b/c", "K", "straße", "\n", "${aws:username}"},
		numberKey:  {"10", "10.0", "9.99", "-3", "1e1", "+10", ".5", "5.", "1e-1", "ten", "", "0x10", "1/2"},
		dateKey:    {"2026-01-05", "2026-01-05T00:00:00Z", "1767571200", "2026-01", "2026-01-05T1:30:00+01:30", "1767571200.5", "yesterday", "2026", "-5", "2026-02-30", "2026-01-05T25:00Z", "2026-01-05T10:61Z", "2026-01-05T10:00Zx", "2026-13", "2026-01-05t00:00:00.5Z"},
		boolKey:    {"true", "false", "TRUE", "banana", ""},
		addressKey: {"10.0.0.1", "10.1.0.1", "192.0.2.7", "2001:db8::1", "2001:DB8:0::1", "::ffff:10.0.0.1", "fe80::1%eth0", "10.0.0", "10.0.0.0/8"},
		binaryKey:  {"YWJj", "YWI=", "YWJ", "YWJ=", "????", ""},
		arnKey: {
			"arn:aws:s3:::data/k", "arn:aws:iam::111111111111:role/App", "arn:aws:iam::111111111111:user/alice",
			"arn:aws:sqs:us-east-1:111111111111:q", "arn:aws:sqs:us-east-1", "alice", "arn:aws:s3:::a:b",
		},
	}
	policyValues = map[keyKind][]string{
		textKey:    {"web", "data", "alice", "Web", "w*", "*", "?eb", "d*a", "${aws:username}", "${aws:PrincipalTag/team}", "${x:str}", "${x:list}", "${aws:TagKeys}", "${x:none, 'web'}", "${*}", "${?}eb", "", "K", "STRASSE", "straſſe", "w${$}b", "*:*", "?", "\n"},
		numberKey:  {"10", "10.00", "-3", "1E1", "0.5", "5", "ten", "100", "0"},
		dateKey:    {"2026-01-05", "2026-01-05T00:00Z", "1767571200", "2026-01-01", "2026-01-05T02:00:00.5+0200", "2026-12", "1767571200.25"},
		boolKey:    {"true", "false", "True", "banana", "${aws:PrincipalTag/Flag}", "${x:bool}"},
		addressKey: {"10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "10.9.8.7/16", "2001:db8::/32", "::/0", "2001:db8::1", "::ffff:10.0.0.0/104", "192.0.2.0/31"},
		binaryKey:  {"YWJj", "YWI=", "YWJ=", "YWJ"},
		arnKey: {
			"arn:aws:s3:::data/*", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:user/${aws:username}", "*", "arn:aws:sqs:*",
			"arn:*:*:*:*:*", "arn:aws:iam::111111111111:user/alice", "arn:aws:s3:::${x:str}*", "arn:aws:s?s:*:111111111111:q",
			"arn:aws:iam::${aws:PrincipalAccount}:*", "a*:aws:s3:::*",
		},
	}
)

// conditionKey is a key that policies test. Derived keys come with values of
// their own; requests set the others.
type conditionKey struct {
	name   string
	kind   keyKind
	values []string // besides those of the kind
}

var freeKeys = []conditionKey{
	{"x:str", textKey, nil}, {"x:list", textKey, nil}, {"x:num", numberKey, nil}, {"x:date", dateKey, nil},
	{"x:bool", boolKey, nil}, {"x:ip", addressKey, nil}, {"x:bin", binaryKey, nil}, {"x:arn", arnKey, nil},
	{"aws:TagKeys", textKey, nil}, {"aws:SourceIp", addressKey, nil}, {"aws:SecureTransport", boolKey, nil},
	{"aws:CalledVia", textKey, nil}, {"aws:ResourceTag/env", textKey, nil},
}

var derivedKeys = []conditionKey{
	{"aws:PrincipalArn", arnKey, []string{roleARNs[0], roleARNs[1], userARNs[0], userARNs[1], "arn:aws:iam::111111111111:root", "arn:aws:sts::111111111111:federated-user/fred"}},
	{"aws:PrincipalAccount", textKey, []string{accountA, accountB, "anonymous", "1111*"}},
	{"aws:PrincipalType", textKey, []string{"User", "AssumedRole", "Account", "FederatedUser", "Anonymous", "user"}},
	{"aws:userid", textKey, []string{"AIDAALICE", "AROAAPP:*", "AROAAPP:s1", "111111111111:fred", "anonymous", accountA}},
	{"aws:username", textKey, []string{"alice", "bob", "carol", "*"}},
	{"aws:PrincipalTag/team", textKey, nil}, {"aws:PrincipalTag/TEAM", textKey, nil}, {"aws:PrincipalTag/Flag", boolKey, nil},
	{"aws:PrincipalOrgID", textKey, []string{"o-example", "o-*", "o-other"}},
	{"aws:PrincipalOrgPaths", textKey, []string{"o-example/*", "o-example/r-root/", "o-example/r-root/ou-root-one/*"}},
	{"aws:PrincipalIsAWSService", boolKey, nil},
	{"aws:PrincipalServiceName", textKey, services}, {"aws:PrincipalServiceNamesList", textKey, services},
	{"aws:ViaAWSService", boolKey, nil},
	{"aws:ResourceAccount", textKey, []string{accountA, accountB, "${aws:PrincipalAccount}"}},
	{"aws:ResourceOrgID", textKey, []string{"o-example", "${aws:PrincipalOrgID}"}},
	{"aws:ResourceOrgPaths", textKey, []string{"o-example/*"}},
	{"aws:ResourceTag/env", textKey, []string{"${aws:PrincipalTag/team}"}}, {"iam:ResourceTag/team", textKey, nil},
	{"aws:ResourceTag/team", textKey, nil},
	{"kms:CallerAccount", textKey, []string{accountA, accountB, ""}}, {"s3:ResourceAccount", textKey, []string{accountA, accountB}},
	{"aws:SourceVpce", textKey, endpointIDs}, {"aws:SourceVpc", textKey, []string{"vpc-1", "vpc-2"}},
	{"aws:VpceAccount", textKey, []string{accountA, accountB}}, {"aws:VpceOrgID", textKey, []string{"o-example"}},
	{"aws:VpceOrgPaths", textKey, []string{"o-example/*"}},
	{"aws:MultiFactorAuthPresent", boolKey, nil}, {"aws:SourceIdentity", textKey, []string{"alice"}},
	{"aws:FederatedProvider", arnKey, providerARNs}, {"aws:TokenIssueTime", dateKey, nil},
	{"aws:CurrentTime", dateKey, nil}, {"aws:EpochTime", dateKey, nil}, {"aws:EpochTime", numberKey, []string{"1767571200"}},
}

var operators = map[keyKind][]string{
	textKey: {
		"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
		"StringNotLike", "StringLike", "StringEquals",
	},
	numberKey: {
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
		"NumericGreaterThanEquals",
	},
	dateKey: {
		"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	},
	boolKey:    {"Bool"},
	addressKey: {"IpAddress", "NotIpAddress"},
	binaryKey:  {"BinaryEquals"},
	arnKey:     {"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals"},
}

// addCondition adds an operator with a key to a statement, unless it has them already.
func (g *generator) addCondition(s *refStmt) {
	key := pick(g, freeKeys)
	if g.chance(55) {
		key = pick(g, derivedKeys)
	}
	kind := key.kind
	if g.chance(4) {
		kind = keyKind(g.IntN(int(arnKey) + 1)) // C51
	}
	c := refCond{op: pick(g, operators[kind]), key: key.name, bare: g.chance(60)}
	values := policyValues[kind]
	if kind == key.kind && len(key.values) > 0 && g.chance(80) {
		values = key.values
	}
	switch {
	case g.chance(9):
		c.op, values = "Null", []string{"true", "false"}
	case g.chance(20):
		c.op += "IfExists"
	}
	if g.chance(20) || strings.HasSuffix(c.key, "ist") && g.chance(50) || setsByNature[lowered(c.key)] && g.chance(60) {
		c.op = pick(g, []string{"ForAllValues:", "ForAnyValue:"}) + c.op
	}
	if g.chance(10) {
		c.key = pick(g, []string{strings.ToUpper(c.key), strings.ToLower(c.key)})
	}
	if !g.chance(3) {
		for _, text := range some(g, 2, func() string { return pick(g, values) }) {
			v := refText{text: text}
			plain := kind == numberKey && strings.Trim(text, "0123456789") == "" && text != "" || text == "true" || text == "false"
			v.unquoted = plain && g.chance(40)
			c.values = append(c.values, v)
		}
	}
	for _, other := range s.cond {
		if other.op == c.op && lowered(other.key) == lowered(c.key) {
			return
		}
	}
	s.cond = append(s.cond, c)
}

// request makes a request for the generator's world.
func (g *generator) request() *refRequest {
	q := &refRequest{action: pick(g, actionNames), resource: pick(g, resourceARNs)}
	prefix := prefixOf(q.action)
	passing := lowered(q.action) == "iam:passrole" || assumes(q.action)
	if passing || !g.chance(12) { // a resource of the action's service
		fits := slices.DeleteFunc(slices.Clone(resourceARNs), func(arn string) bool { return !strings.HasPrefix(arn, "arn:aws:"+prefix+":") })
		switch {
		case passing || prefix == "iam" && g.chance(80):
			q.resource = pick(g, roleARNs)
			switch {
			case g.chance(50):
				q.resource = pick(g, roleARNs[:2])
			case prefix == "iam" && !passing && g.chance(40):
				q.resource = pick(g, userARNs)
			}
			if g.chance(5) {
				q.resource = pick(g, []string{"arn:aws:iam::333333333333:role/Far", "arn:aws:iam::111111111111:role/Gone", "*"})
			}
		case len(fits) > 0:
			q.resource = pick(g, fits)
		}
		if lowered(q.action) == "s3:listallmybuckets" && g.chance(70) || g.chance(3) {
			q.resource = "*"
		}
	}
	if strings.HasPrefix(q.resource, "arn:aws:sqs:") && g.chance(50) {
		q.resource = "arn:aws:sqs:us-east-1:111111111111:q"
	}
	if g.chance(8) {
		q.action = strings.ToLower(q.action)
	}
	switch {
	case q.resource == "arn:aws:s3:::other" && g.chance(50):
		q.resourceAccount = pick(g, allAccounts)
	case q.resource != "*" && !strings.Contains(q.resource, ":aws:policy/") && g.chance(4):
		q.resourceAccount = pick(g, allAccounts)
	case !assumes(q.action) && g.chance(1):
		q.resource = pick(g, []string{
			"arn:aws:kms:us-east-1:aws:key/m", "arn:aws:kms:us-east-1::key/m", "arn:aws:sqs:us-east-1:1111:q",
			"arn:aws-cn:s3:::data", "arn:aws-cn:sqs:cn-north-1:111111111111:q",
		})
	}
	g.principal(q)
	for _, key := range freeKeys {
		g.contextKey(q, key, 45)
	}
	if g.chance(25) {
		g.contextKey(q, pick(g, derivedKeys), 100)
	}
	if g.chance(25) && !q.has("aws:SourceVpce") {
		id := pick(g, endpointIDs)
		for _, e := range g.w.endpoints {
			if e.id == id && e.service != "" && e.service != prefix && g.chance(90) {
				id = "vpce-9"
			}
		}
		q.context = append(q.context, refKey{"aws:SourceVpce", refValue{texts: []string{id}}})
	}
	if prefix == "kms" && g.chance(60) {
		q.context = append(q.context, refKey{"kms:EncryptionContext:app", refValue{texts: []string{pick(g, tagValues)}}})
		if g.chance(30) {
			q.context = append(q.context, refKey{"kms:EncryptionContext:extra", refValue{texts: []string{"1"}}})
		}
	}
	if g.chance(30) && !q.has("aws:CurrentTime") && !q.has("aws:EpochTime") {
		q.at = time.Unix(1767571200, 0).Add(time.Duration(g.IntN(3)-1) * 24 * time.Hour)
	}
	return q
}

func (q *refRequest) has(key string) bool {
	return slices.ContainsFunc(q.context, func(k refKey) bool { return strings.EqualFold(k.name, key) })
}

func (g *generator) contextKey(q *refRequest, key conditionKey, percent int) {
	if !g.chance(percent) || q.has(key.name) {
		return
	}
	values := requestValues[key.kind]
	if len(key.values) > 0 {
		values = key.values
	}
	k := refKey{name: key.name}
	if g.chance(10) {
		k.name = strings.ToUpper(k.name)
	}
	isSet := key.name == "x:list" || setsByNature[lowered(key.name)]
	switch {
	case g.chance(12):
		k.value.absent = true
	case isSet && g.chance(90) || g.chance(6):
		k.value.list = true
		for range g.IntN(4) {
			k.value.texts = append(k.value.texts, pick(g, values))
		}
	default:
		k.value.texts = []string{pick(g, values)}
	}
	q.context = append(q.context, k)
}

func (g *generator) principal(q *refRequest) {
	trusting := strings.HasPrefix(lowered(q.action), "sts:assumerolewith")
	switch n := g.IntN(100); {
	case trusting && !g.chance(5):
		q.principal = pick(g, append([]string{"accounts.google.com"}, providerARNs...))
		return
	case n < 22:
		q.principal = pick(g, userARNs[:2])
	case n < 34:
		q.principal = pick(g, userARNs)
	case n < 42:
		q.principal = pick(g, roleARNs[:2])
	case n < 52:
		q.principal = pick(g, roleARNs)
	case n < 70:
		role := pick(g, roleARNs)
		if g.chance(50) {
			role = pick(g, roleARNs[:2])
		}
		q.principal = fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", strings.Split(role, ":")[4],
			role[strings.LastIndex(role, "/")+1:], pick(g, []string{"s1", "s2"}))
	case n < 79:
		user := pick(g, userARNs[:3])
		q.principal = "arn:aws:sts::" + strings.Split(user, ":")[4] + ":federated-user/fred"
		q.parentUser = user
	case n < 85:
		q.principal = "arn:aws:iam::" + pick(g, []string{accountA, accountB, management}) + ":root"
	case n < 91:
		q.principal = pick(g, services)
	case n < 95:
		q.principal = "*"
	case n < 98:
		q.principal = pick(g, []string{
			"arn:aws:iam::333333333333:user/eve", "arn:aws:iam::333333333333:role/Far", "arn:aws:iam::333333333333:root",
			"arn:aws:sts::333333333333:assumed-role/Far/s1", "arn:aws:sts::333333333333:federated-user/fred",
		})
		if strings.Contains(q.principal, ":federated-user/") {
			q.parentUser = "arn:aws:iam::333333333333:user/eve"
		}
	case n < 99:
		q.principal = pick(g, []string{"arn:aws:iam::111111111111:user/nobody", "arn:aws:iam::111111111111:oidc-provider/gone"})
	default:
		q.principal = pick(g, providerARNs)
	}
	g.session(q)
}

// session adds session policies and what is known of the session.
func (g *generator) session(q *refRequest) {
	role := strings.Contains(q.principal, ":role/") || strings.Contains(q.principal, ":assumed-role/")
	federated := q.parentUser != ""
	if (role || federated) && g.chance(45) || g.chance(1) {
		if g.chance(60) {
			q.sessionPolicies = append(q.sessionPolicies, g.document(model.SessionPolicy))
		}
		if g.chance(50) {
			q.sessionARNs = append(q.sessionARNs, g.w.managed[g.IntN(3)])
		}
	}
	if !g.chance(35) {
		return
	}
	s := &model.Session{}
	switch {
	case role:
		s.Type = pick(g, []string{"", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
	case federated:
		s.Type = pick(g, []string{"", "GetFederationToken"})
	case strings.Contains(q.principal, ":user/") || strings.HasSuffix(q.principal, ":root") && g.chance(30):
		s.Type = "GetSessionToken"
		if g.chance(80) {
			mfa := g.chance(50)
			s.MFA = &mfa
		}
	default:
		return
	}
	if (role || federated) && g.chance(60) {
		s.Tags = map[string]string{pick(g, []string{"team", "Team", "Flag"}): pick(g, tagValues)}
	}
	if role && g.chance(40) {
		s.SourceIdentity = pick(g, []string{"alice", "bob"})
	}
	if s.Type == "AssumeRoleWithWebIdentity" && g.chance(50) {
		s.FederatedProvider = providerARNs[0]
	}
	if s.Type != "" && g.chance(40) {
		s.TokenIssueTime = time.Unix(1767571200, 0)
	}
	q.session = s
}
