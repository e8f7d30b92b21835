package chain_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// openKey is a key whose values a hop may choose, with the value that the
// policies of a world mention.
type openKey struct{ name, value, positive, negative string }

var openKeys = []openKey{
	{"sts:ExternalId", "e1", "StringEquals", "StringNotEquals"},
	{"aws:SourceIp", "203.0.113.7", "IpAddress", "NotIpAddress"},
	{"aws:MultiFactorAuthPresent", "true", "Bool", ""},
	{"sts:RoleSessionName", "deploy", "StringEquals", "StringNotLike"},
	{"aws:RequestTag/team", "data", "StringEquals", "StringNotEquals"},
	{"aws:PrincipalTag/team", "data", "StringEquals", "StringNotEquals"},
	{"sts:SourceIdentity", "alice", "StringLike", "StringNotEquals"},
	{"aws:SourceIdentity", "alice", "StringEquals", "StringNotEquals"},
}

type object = map[string]any

// What chains must end up able to do.
const (
	finalAction   = "s3:GetObject"
	finalResource = "arn:aws:s3:::bucket/data"
)

// randomWorld is a random inventory.
type randomWorld struct {
	r     *rand.Rand
	keys  []openKey
	users []string
	roles []string
	set   object
	// foreign are the keys under which another value than the one mentioned can matter.
	foreign map[string]bool
	// sessions is set where a trust policy names a session by its name.
	sessions bool
	// template is set where a resource is made of the caller's tag.
	template bool
	// generous worlds allow most of what no condition stands against, so that chains are long.
	generous bool
}

func newRandomWorld(seed uint64) *randomWorld {
	w := &randomWorld{r: rand.New(rand.NewPCG(seed, 4)), foreign: map[string]bool{}, generous: seed%8 > 3}
	for _, i := range w.r.Perm(len(openKeys))[:pick(w.r, 0, 1, 1, 2, 2, 3, 4, 5, 6)] {
		w.keys = append(w.keys, openKeys[i])
	}
	most := 4
	switch {
	case len(w.keys) < 3 && !w.generous && w.chance(8):
		most = 10
	case len(w.keys) > 4:
		most = 3
	}
	for i := range 1 + w.r.IntN(2) {
		w.users = append(w.users, fmt.Sprintf("arn:aws:iam::%s:user/U%d", w.account(), i))
	}
	for i := range 1 + w.r.IntN(most) {
		w.roles = append(w.roles, fmt.Sprintf("arn:aws:iam::%s:role/%sR%d", w.account(), pick(w.r, "", "team/"), i))
	}
	w.build()
	return w
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (w *randomWorld) chance(n int) bool { return w.r.IntN(n) == 0 }

func (w *randomWorld) account() string { return pick(w.r, "111111111111", "222222222222") }

func (w *randomWorld) build() {
	var users, roles []object
	for _, arn := range w.users {
		users = append(users, w.principal(arn))
	}
	for _, arn := range w.roles {
		role := w.principal(arn)
		var statements []object
		for range 1 + w.r.IntN(2) {
			statements = append(statements, w.trust())
		}
		role["trustPolicy"] = document(statements...)
		roles = append(roles, role)
	}
	w.set = object{"users": users, "roles": roles}
	bucket := object{"arn": "arn:aws:s3:::bucket", "account": "111111111111"}
	if w.chance(2) {
		s := w.trust()
		s["Action"], s["Resource"] = "s3:*", pick(w.r, "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/${aws:PrincipalTag/team}")
		w.template = w.template || s["Resource"] != "arn:aws:s3:::bucket/*"
		bucket["policy"] = document(s)
	}
	w.set["resources"] = []any{bucket}
	if w.chance(3) {
		node := object{"id": "r-root", "accounts": []any{object{"id": "111111111111"}, object{"id": "222222222222"}}}
		if w.chance(2) {
			deny := w.identity("Deny")
			node["serviceControlPolicies"] = []any{"FullAWSAccess", object{"name": "SCP", "document": document(deny)}}
		}
		if w.chance(3) {
			deny := w.identity("Deny")
			deny["Principal"], deny["Resource"], deny["Action"] = "*", "*", "sts:AssumeRole"
			delete(deny, "NotResource")
			node["resourceControlPolicies"] = []any{object{"name": "RCP", "document": document(deny)}}
		}
		w.set["organization"] = object{"id": "o-1", "managementAccount": "999999999999", "root": node}
	}
}

func document(statements ...object) object {
	return object{"Version": "2012-10-17", "Statement": statements}
}

func (w *randomWorld) principal(arn string) object {
	p := object{"arn": arn}
	if name := lastPart(arn); name[0] == 'R' {
		p["roleId"] = "AROAEXAMPLE" + name
	} else {
		p["userId"] = "AIDAEXAMPLE" + name
	}
	inline := object{}
	if w.generous {
		s := object{"Effect": "Allow", "Action": "*", "Resource": "*"}
		w.condition(s)
		inline["Generous"] = document(s)
	}
	for i := range w.r.IntN(3) {
		inline[fmt.Sprintf("P%d", i)] = document(w.identity(pick(w.r, "Allow", "Allow", "Allow", "Deny")))
	}
	p["inlinePolicies"] = inline
	if w.chance(4) {
		p["tags"] = object{"team": pick(w.r, "data", "R1")}
	}
	if w.chance(8) {
		p["permissionsBoundary"] = document(w.identity("Allow"))
	}
	return p
}

func (w *randomWorld) trust() object {
	role := pick(w.r, w.roles...)
	arn, _ := model.ParseARN(role)
	session := "arn:aws:sts::" + arn.Account + ":assumed-role/" + lastPart(role) + "/deploy"
	var aws any = pick(w.r, pick(w.r, w.users...), role, "arn:aws:iam::111111111111:root", "222222222222", "*")
	if w.chance(10) {
		aws, w.sessions = session, true
	}
	s := object{
		"Effect": pick(w.r, "Allow", "Allow", "Allow", "Allow", "Deny"), "Principal": object{"AWS": aws},
		"Action": pick[any](w.r, "sts:AssumeRole", "sts:*", []string{"sts:AssumeRole", "sts:TagSession"}, []string{"sts:AssumeRole", "sts:SetSourceIdentity"}),
	}
	if w.generous && !w.chance(4) {
		s["Effect"], s["Action"] = "Allow", "sts:*"
	}
	w.condition(s)
	return s
}

func lastPart(arn string) string {
	for i := len(arn) - 1; i >= 0; i-- {
		if arn[i] == '/' {
			return arn[i+1:]
		}
	}
	return arn
}

func (w *randomWorld) identity(effect string) object {
	s := object{
		"Effect": effect, "Action": pick(w.r, "sts:AssumeRole", "sts:*", "*", "sts:Assume*", "sts:TagSession", "s3:*"),
		"Resource": pick(w.r, "*", pick(w.r, w.roles...), "arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:role/R1*",
			"arn:aws:iam::222222222222:role/team/?1", "arn:aws:s3:::bucket/*"),
	}
	if w.chance(12) && len(w.roles) < 5 {
		s["Resource"], w.template = "arn:aws:iam::*:role/${aws:PrincipalTag/team}", true
	}
	if w.chance(10) {
		s["NotResource"] = s["Resource"]
		delete(s, "Resource")
	}
	w.condition(s)
	return s
}

func (w *randomWorld) condition(s object) {
	block := object{}
	for range w.r.IntN(3) {
		switch {
		case w.chance(8):
			block["ArnLike"] = object{"aws:PrincipalArn": pick(w.r, "arn:aws:iam::*:role/R*", "arn:aws:iam::111111111111:*")}
		case w.chance(12):
			block["StringEquals"] = object{"aws:username": "U0"}
		case w.chance(16):
			block[pick(w.r, "StringLike", "StringNotLike")], w.sessions = object{"aws:userid": "*:deploy"}, true
		case len(w.keys) > 0:
			k := pick(w.r, w.keys...)
			operator := k.positive
			if k.negative != "" && w.chance(4) {
				operator = k.negative
				w.foreign[k.name] = true
			}
			if s["Effect"] == "Deny" {
				w.foreign[k.name] = true
			}
			if w.chance(5) {
				operator += "IfExists"
				w.foreign[k.name] = true
			}
			block[operator] = object{k.name: k.value}
		}
	}
	if len(block) > 0 {
		s["Condition"] = block
	}
}

func (w *randomWorld) text() []byte {
	data, err := json.MarshalIndent(w.set, "", " ")
	if err != nil {
		panic(err)
	}
	return data
}

func (w *randomWorld) engine(t testing.TB) *eval.Engine {
	t.Helper()
	return compile(t, w.text())
}

func compile(t testing.TB, data []byte) *eval.Engine {
	t.Helper()
	l := inventory.NewLoader(fstest.MapFS{}, inventory.Options{})
	l.AddData("world.yaml", data)
	inv, problems := l.Finish()
	for _, d := range problems {
		require.NotEqual(t, model.Error, d.Severity, "%s\n%s", d.Error(), data)
	}
	e, err := eval.Compile(inv.Snapshot(), eval.Options{})
	require.NoError(t, err)
	return e
}
