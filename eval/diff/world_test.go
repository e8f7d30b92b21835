package diff_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"iamsim/conditions"
)

// maker makes random pairs of small worlds that differ in a few statements.
type maker struct {
	*rand.Rand
	// keys are the condition keys that the policies made so far name.
	keys map[string]bool
}

type object = map[string]any

func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

func pick[T any](m *maker, list []T) T { return list[m.IntN(len(list))] }

func (m *maker) some(most int, list []string) []string {
	var out []string
	for range 1 + m.IntN(most) {
		out = append(out, pick(m, list))
	}
	return out
}

// Small alphabets, so that patterns meet what they are made from.
var (
	actionPatterns = []string{
		"*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "s3:?etObject", "s3:*Object", "sqs:*", "sqs:SendMessage",
		"kms:Decrypt", "kms:*", "sts:AssumeRole", "sts:*", "iam:PassRole", "iam:*", "s3:ListAllMyBuckets", "S3:getobject",
	}
	actionUniverse = []string{
		"s3:GetObject", "s3:PutObject", "s3:GetBucket", "s3:ListAllMyBuckets", "sqs:SendMessage", "kms:Decrypt", "kms:RetireGrant",
		"sts:AssumeRole", "iam:PassRole", "iam:GetRole", "ec2:Run",
	}
	resourcePatterns = []string{
		"*", "*", "arn:aws:s3:::*", "arn:aws:s3:::data/${x:key, 'a'}/k", "arn:aws:s3:::data", "arn:aws:s3:::data/*", "arn:aws:s3:::data/a*", "arn:aws:s3:::*/k", "arn:aws:s3:::da?a/*",
		"arn:aws:s3:::data/${aws:username}/*", "arn:aws:s3:::data/${aws:PrincipalTag/team}/*", "arn:aws:s3:::data/${aws:SourceIdentity}", "arn:aws:s3:::data/${x:key}",
		"arn:aws:s3:::data/a*", "arn:aws:s3:::*", "arn:aws:s3:::data/*", "*", "arn:aws:s3:::data/k", "arn:aws:s3:::data/alice/*",
		"arn:aws:sqs:*:111111111111:q*", "arn:aws:sqs:us-east-1:222222222222:q", "arn:aws:sqs:us-east-1:*:q", "arn:aws:kms:us-east-1:111111111111:key/*", "arn:aws:kms:*",
		"arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:role/App", "arn:aws:iam::*:role/App",
	}
	resourceUniverse = []string{
		"*", "arn:aws:s3:::data", "arn:aws:s3:::data/k", "arn:aws:s3:::data/a", "arn:aws:s3:::data/a/k", "arn:aws:s3:::data/alice/k", "arn:aws:s3:::data/web/k", "arn:aws:s3:::data/b/k",
		"arn:aws:s3:::other/k", "arn:aws:s3:::other",
		"arn:aws:sqs:us-east-1:111111111111:q", "arn:aws:sqs:eu-west-1:111111111111:q2", "arn:aws:sqs:us-east-1:222222222222:q", "arn:aws:sqs:us-east-1:333333333333:q",
		"arn:aws:kms:us-east-1:111111111111:key/k1", "arn:aws:kms:us-east-1:111111111111:key/k2",
		"arn:aws:iam::111111111111:role/App", "arn:aws:iam::111111111111:role/Other", "arn:aws:iam::222222222222:role/Peer", "arn:aws:iam::333333333333:role/Far",
	}
	principalUniverse = []string{
		"arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:role/App", "arn:aws:iam::222222222222:role/Peer",
		"arn:aws:iam::111111111111:root", "lambda.amazonaws.com", "*", "arn:aws:iam::333333333333:user/stranger",
	}
	principalElements = []any{
		"*", object{"AWS": "arn:aws:iam::111111111111:user/alice"}, object{"AWS": "111111111111"}, object{"AWS": []string{"222222222222", "arn:aws:iam::111111111111:role/App"}},
		object{"Service": "lambda.amazonaws.com"}, object{"AWS": "arn:aws:iam::333333333333:root"}, object{"AWS": "*"},
		object{"AWS": "arn:aws:iam::222222222222:role/Peer"},
	}
)

// test is a condition on one key; values are those that requests hold in the universe.
type condition struct {
	key       string
	operators []string
	policy    []string
	universe  []any // nil is absence
}

var conditionKinds = []condition{
	{"x:key", []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringEqualsIfExists", "StringNotEqualsIfExists"},
		[]string{"a", "b", "a*", "*b", "A", "a?"}, []any{nil, "a", "b", "A", "ab", "axb", "x"}},
	{"x:key", []string{"ForAllValues:StringLike", "ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals", "ForAllValues:StringNotLike"},
		[]string{"a", "b", "a*"}, []any{nil, "a", "x", []string{"a"}, []string{"a", "b"}, []string{"a", "x"}, []string{"x"}, []string{"b"}, []string{"a", "b", "x"}}},
	{"aws:TagKeys", []string{"ForAllValues:StringEquals", "ForAnyValue:StringEquals", "StringEquals"},
		[]string{"a", "b"}, []any{nil, []string{"a"}, []string{"b"}, []string{"a", "b"}, []string{"x"}, []string{"a", "x"}, []string{"a", "b", "x"}}},
	{"x:key", []string{"Null"}, []string{"true", "false"}, []any{nil, "a", ""}},
	{"x:num", []string{"NumericEquals", "NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals", "NumericLessThanIfExists"},
		[]string{"1", "1.5", "2", "10"}, []any{nil, "0", "1", "1.2", "1.5", "1.7", "2", "3", "10", "11", "n"}},
	{"aws:CurrentTime", []string{"DateLessThan", "DateGreaterThan", "DateEquals"},
		[]string{"2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-01-01T00:00:01Z"}, []any{"2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:01Z", "2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z"}},
	{"aws:EpochTime", []string{"NumericLessThan", "DateGreaterThan"}, []string{"1767225600", "1780272000"}, []any{"1767225599", "1767225600", "1770000000", "1780272000", "1800000000"}},
	{"aws:SourceIp", []string{"IpAddress", "NotIpAddress", "NotIpAddressIfExists"},
		[]string{"10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "192.0.2.1"}, []any{nil, "10.0.0.1", "10.1.0.1", "11.0.0.1", "2001:db8::1", "2001:db9::1", "192.0.2.1"}},
	{"aws:SecureTransport", []string{"Bool", "BoolIfExists"}, []string{"true", "false"}, []any{"true", "false"}},
	{"aws:MultiFactorAuthPresent", []string{"Bool", "BoolIfExists"}, []string{"true", "false"}, []any{nil, "true", "false"}},
	{"aws:MultiFactorAuthPresent", []string{"Null"}, []string{"true"}, []any{nil, "true"}},
	{"aws:ViaAWSService", []string{"Bool"}, []string{"true", "false"}, []any{"true", "false"}},
	{"x:bin", []string{"BinaryEquals"}, []string{"QUJD", "eA=="}, []any{nil, "QUJD", "eA==", "eHg=", "?"}},
	{"x:arn", []string{"ArnLike", "ArnNotLike", "ArnEquals", "ArnLikeIfExists"},
		[]string{"arn:aws:s3:::*", "arn:aws:*:*:*:a*", "arn:aws:s3:::a", "arn:*:s3:::b"}, []any{nil, "arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:sqs:r:1:ab", "arn:cn:s3:::b", "arn:cn:s3:::c", "x"}},
	{"aws:PrincipalArn", []string{"ArnLike", "ArnNotEquals", "StringLike"}, []string{"arn:aws:iam::111111111111:user/*", "arn:aws:iam::*:role/App"}, nil},
	{"aws:PrincipalTag/team", []string{"StringEquals", "StringNotEquals", "StringLike"}, []string{"web", "data", "w*"}, []any{"web", "data", "wide", "x"}},
	{"aws:ResourceTag/team", []string{"StringEquals", "StringNotEqualsIfExists"}, []string{"web", "${aws:PrincipalTag/team}", "${x:key}"}, []any{nil, "web", "data", "a", "b"}},
	{"x:other", []string{"StringEquals", "StringLike", "StringNotEquals"}, []string{"${x:key}", "a${x:key}", "b", "${aws:username}"}, []any{nil, "a", "b", "ab", "aa", "alice", "x"}},
	{"aws:SourceVpce", []string{"StringEquals", "StringNotEquals", "StringNotEqualsIfExists"}, []string{"vpce-1", "vpce-2"}, []any{nil, "vpce-1", "vpce-2", "vpce-9"}},
	{"aws:PrincipalOrgID", []string{"StringEquals", "StringNotEquals"}, []string{"o-1"}, []any{nil, "o-1", "o-2"}},
	{"kms:EncryptionContext:app", []string{"StringEquals"}, []string{"a"}, []any{nil, "a", "b"}},
}

func (m *maker) conditions() object {
	out := object{}
	for range 1 + m.IntN(2) {
		c := pick(m, conditionKinds)
		m.keys[c.key] = true
		op := pick(m, c.operators)
		block, _ := out[op].(object)
		if block == nil {
			block = object{}
			out[op] = block
		}
		block[c.key] = m.some(2, c.policy)
	}
	return out
}

// element puts a value under a name or its negation.
func (m *maker) element(s object, name string, value any, not int) {
	if m.chance(not) {
		name = "Not" + name
	}
	s[name] = value
}

// statement makes a statement of a kind of policy: "identity", "resource", "scp", "rcp", "trust" or "endpoint".
func (m *maker) statement(kind string) object {
	s := object{"Effect": "Allow"}
	if kind == "rcp" || m.chance(30) {
		s["Effect"] = "Deny"
	}
	switch kind {
	case "trust":
		s["Action"] = m.some(2, []string{"sts:AssumeRole", "sts:*", "sts:TagSession"})
	case "rcp":
		s["Action"] = m.some(2, []string{"s3:*", "s3:GetObject", "sqs:*", "sts:AssumeRole", "kms:*"})
	default:
		m.element(s, "Action", m.some(3, actionPatterns), 15)
	}
	if kind != "trust" {
		m.element(s, "Resource", m.some(3, resourcePatterns), 15)
	}
	switch kind {
	case "rcp":
		s["Principal"] = "*"
	case "resource", "trust", "endpoint":
		not := 0
		if s["Effect"] == "Deny" && kind != "trust" {
			not = 25
		}
		m.element(s, "Principal", pick(m, principalElements), not)
	}
	if m.chance(45) {
		s["Condition"] = m.conditions()
	}
	return s
}

func (m *maker) document(kind string, most int) object {
	var list []any
	for range 1 + m.IntN(most) {
		list = append(list, m.statement(kind))
	}
	version := "2012-10-17"
	if kind != "rcp" && kind != "scp" && m.chance(7) {
		version = "2008-10-17"
	}
	return object{"Version": version, "Statement": list}
}

// place is a document of a world, and how another of its kind is made.
type place struct {
	document object
	kind     string
}

// world makes a world and lists its documents.
func (m *maker) world() (object, []place) {
	var places []place
	made := func(kind string, most int) object {
		d := m.document(kind, most)
		places = append(places, place{d, kind})
		return d
	}
	alice := object{"arn": "arn:aws:iam::111111111111:user/alice", "inlinePolicies": object{"P": made("identity", 3)}}
	app := object{"arn": "arn:aws:iam::111111111111:role/App", "inlinePolicies": object{"P": made("identity", 3)}, "trustPolicy": made("trust", 2)}
	peer := object{"arn": "arn:aws:iam::222222222222:role/Peer", "trustPolicy": made("trust", 1), "inlinePolicies": object{"P": made("identity", 2)}}
	w := object{}
	if m.chance(40) {
		alice["permissionsBoundary"] = made("identity", 2)
	}
	if m.chance(30) {
		app["permissionsBoundary"] = made("identity", 2)
	}
	if m.chance(40) {
		alice["tags"] = object{"team": pick(m, []string{"web", "data"})}
	}
	if m.chance(40) {
		app["tags"] = object{"team": "web"}
	}
	if m.chance(40) {
		w["groups"] = []any{object{"arn": "arn:aws:iam::111111111111:group/devs", "inlinePolicies": object{"G": made("identity", 2)}}}
		alice["groups"] = []string{"devs"}
	}
	w["users"], w["roles"] = []any{alice}, []any{app, peer}
	w["resources"] = m.resources(made)
	if m.chance(35) {
		e := object{"id": "vpce-1", "vpc": "vpc-1", "account": "111111111111", "type": pick(m, []string{"Interface", "Gateway"})}
		if m.chance(80) {
			e["policy"] = made("endpoint", 2)
		}
		if m.chance(30) {
			e["service"] = "s3"
		}
		w["vpcEndpoints"] = []any{e}
		m.keys["aws:SourceVpce"] = true
	}
	if m.chance(45) {
		root := object{"id": "r-1", "accounts": []any{object{"id": "111111111111"}, object{"id": "222222222222"}}}
		if m.chance(60) {
			root["serviceControlPolicies"] = []any{object{"name": "S", "document": made("scp", 2)}}
		}
		if m.chance(60) {
			root["resourceControlPolicies"] = []any{object{"name": "R", "document": made("rcp", 2)}}
		}
		w["organization"] = object{"id": "o-1", "managementAccount": "999999999999", "root": root}
	}
	return w, places
}

func (m *maker) resources(made func(string, int) object) []any {
	out := []any{}
	if m.chance(60) {
		r := object{"arn": "arn:aws:s3:::data", "account": pick(m, []string{"111111111111", "111111111111", "222222222222"})}
		if m.chance(85) {
			r["policy"] = made("resource", 3)
		}
		if m.chance(30) {
			r["tags"] = object{"team": "web"}
		}
		out = append(out, r)
	}
	if m.chance(30) {
		out = append(out, object{"arn": "arn:aws:sqs:us-east-1:222222222222:q", "account": "222222222222", "policy": made("resource", 2)})
	}
	if m.chance(30) {
		r := object{"arn": "arn:aws:kms:us-east-1:111111111111:key/k1", "account": "111111111111", "policy": made("resource", 2)}
		if m.chance(50) {
			g := object{"grantee": pick(m, []string{"arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:role/App"}), "operations": []string{"Decrypt"}}
			if m.chance(50) {
				g["encryptionContextEquals"] = object{"app": "a"}
				m.keys["kms:EncryptionContext:app"] = true
			}
			r["grants"] = []any{g}
		}
		out = append(out, r)
	}
	return out
}

// pair makes two worlds of which the second has some statements changed, dropped or added.
func (m *maker) pair() (old, new string) {
	w, places := m.world()
	old = text(w)
	for range 1 + m.IntN(2) {
		p := pick(m, places)
		list := p.document["Statement"].([]any)
		i := m.IntN(len(list))
		switch {
		case m.chance(25) && len(list) > 1:
			p.document["Statement"] = append(append([]any{}, list[:i]...), list[i+1:]...)
		case m.chance(40):
			p.document["Statement"] = append(append([]any{}, list...), m.statement(p.kind))
		default:
			changed := append([]any{}, list...)
			changed[i] = m.changed(changed[i].(object), p.kind)
			p.document["Statement"] = changed
		}
	}
	return old, text(w)
}

// changed returns a statement that differs in one element.
func (m *maker) changed(s object, kind string) object {
	other := m.statement(kind)
	out := object{}
	for k, v := range s {
		out[k] = v
	}
	replace := func(names ...string) {
		for _, n := range names {
			delete(out, n)
			if v, ok := other[n]; ok {
				out[n] = v
			}
		}
	}
	switch m.IntN(4) {
	case 0:
		replace("Action", "NotAction")
	case 1:
		replace("Resource", "NotResource")
	case 2:
		replace("Condition")
	default:
		if kind == "rcp" {
			replace("Condition")
		} else {
			replace("Principal", "NotPrincipal", "Effect")
		}
	}
	return out
}

func text(w object) string {
	data, err := json.Marshal(w)
	if err != nil {
		panic(fmt.Sprintf("a world that is no JSON: %v", err))
	}
	return string(data)
}

// contexts lists the contexts of the universe for the keys that the policies name, at most limit of them.
func (m *maker) contexts(limit int) []*conditions.Context {
	values := map[string][]any{}
	var keys []string
	for _, c := range conditionKinds {
		if !m.keys[c.key] || c.universe == nil {
			continue
		}
		if values[c.key] == nil {
			keys = append(keys, c.key)
		}
		values[c.key] = append(values[c.key], c.universe...)
	}
	if m.keys["aws:CurrentTime"] && m.keys["aws:EpochTime"] {
		keys = remove(keys, "aws:EpochTime")
	}
	for _, extra := range []string{"x:key", "aws:SourceIdentity"} {
		if values[extra] == nil {
			keys = append(keys, extra)
			values[extra] = []any{nil, "a", "web", "alice", "k", "a/k"}
		}
	}
	var out []*conditions.Context
	for tries := 0; len(out) < limit && tries < 100; tries++ {
		c := conditions.NewContext()
		for _, key := range keys {
			switch v := pick(m, values[key]).(type) {
			case nil:
				c.SetAbsent(key)
			case string:
				c.Set(key, v)
			case []string:
				c.SetList(key, v...)
			}
		}
		if likely(c) {
			out = append(out, c)
		}
	}
	return out
}

func remove(list []string, one string) []string {
	var out []string
	for _, s := range list {
		if s != one {
			out = append(out, s)
		}
	}
	return out
}

// likely reports whether a request can hold the context ("What is not searched" in the package's documentation).
func likely(c *conditions.Context) bool {
	has := func(key string) bool {
		v, state := c.Lookup(key)
		return state == conditions.Present && len(v.Texts()) > 0
	}
	return !(has("aws:SourceIp") && has("aws:SourceVpce"))
}
