package organization

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// random draws what an organization is made of.
type random struct{ *rand.Rand }

// The streams of random numbers. Every entity has its own, so that another
// number of one kind of entity leaves the entities of the other kinds alone.
const (
	policyStream = iota + 1
	boundaryStream
	roleStream
	userStream
	resourceStream
	mixStream
)

func newRandom(seed uint64, stream, i int) random {
	return random{rand.New(rand.NewPCG(seed, uint64(stream)<<40|uint64(i)))}
}

// chance is true in the given share of draws.
func (r random) chance(share float64) bool { return r.Float64() < share }

func pick[T any](r random, list []T) T { return list[r.IntN(len(list))] }

// some draws n different elements, in the order of the list.
func some[T any](r random, list []T, n int) []T {
	chosen := make([]T, 0, n)
	for i := range list {
		if r.IntN(len(list)-i) < n-len(chosen) {
			chosen = append(chosen, list[i])
		}
	}
	return chosen
}

// kind draws a type of resource by weight.
func (r random) kind() *resourceKind {
	at := r.IntN(totalWeight)
	for i := range kinds {
		if at -= kinds[i].weight; at < 0 {
			return &kinds[i]
		}
	}
	panic("organization: the weights do not add up")
}

// maxNumber bounds the numbers that names end with: there are some seven million names.
const maxNumber = 9999

// name is a resource's name such as payments-invoices-prod-417.
func (r random) name() string {
	return pick(r, teams) + "-" + pick(r, purposes) + "-" + pick(r, environments) + fmt.Sprintf("-%d", r.IntN(maxNumber)+1)
}

// resource fills in an ARN. A name of "" is drawn.
func (r random) resource(k *resourceKind, account, name string) string {
	if name == "" {
		name = r.name()
	}
	team, _, _ := strings.Cut(name, "-")
	text := strings.NewReplacer("{region}", pick(r, regions), "{account}", account, "{name}", name, "{team}", team).Replace(k.arn)
	if strings.Contains(text, "{id}") {
		id := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Uint64N(1<<48))
		text = strings.Replace(text, "{id}", id, 1)
	}
	if strings.Contains(text, "{hex}") {
		text = strings.Replace(text, "{hex}", fmt.Sprintf("0%016x", r.Uint64()), 1)
	}
	if strings.Contains(text, "{suffix}") {
		text = strings.Replace(text, "{suffix}", fmt.Sprintf("%06x", r.IntN(1<<24)), 1)
	}
	return text
}

// pattern is what a statement says of the resources of a kind.
func (r random) pattern(k *resourceKind, account string, s *Shape) string {
	name := r.name()
	words := strings.SplitN(name, "-", 4)
	switch u := r.Float64(); {
	case u < s.VariableShare:
		name = pick(r, []string{
			"${aws:PrincipalTag/team}-" + words[1] + "-*", words[0] + "-" + words[1] + "-${aws:PrincipalTag/env}-*",
			words[0] + "-home-${aws:username}",
		})
	case u < s.VariableShare+s.MidWildcardShare:
		name = pick(r, []string{words[0] + "-*-" + words[2] + "-" + words[3], "*-" + words[1] + "-" + words[2] + "-*", words[0] + "-" + words[1] + "-*-" + words[3]})
	case r.chance(0.08):
		return "*"
	case r.chance(0.45):
	case r.chance(0.6):
		name = strings.Join(words[:3], "-") + "-*"
	case r.chance(0.8):
		name = strings.Join(words[:2], "-") + "-*"
	default:
		name = words[0] + "-*"
	}
	arn := r.resource(k, account, name)
	if r.chance(0.1) && !k.global {
		fields := strings.SplitN(arn, ":", 5)
		fields[3] = "*"
		arn = strings.Join(fields, ":")
	}
	if k.below == "" {
		return arn
	}
	if r.chance(0.7) {
		return arn + "/*"
	}
	return arn + "/" + pick(r, purposes) + "/" + pick(r, []string{"*", "2026/*", "*.json", "*/part-*"})
}

// actions are those of one statement: a few names, or what covers several.
func (r random) actions(k *resourceKind) []string {
	var names []string
	switch {
	case r.chance(0.6):
		names = some(r, k.actions, 1+r.IntN(5))
	case r.chance(0.85):
		names = append(some(r, k.patterns, 1), some(r, k.actions, r.IntN(3))...)
	default:
		names = []string{pick(r, k.patterns), pick(r, k.patterns)}
		if names[0] == names[1] {
			names = names[:1]
		}
	}
	for i := range names {
		names[i] = k.service + ":" + names[i]
	}
	return names
}

// identity is a statement of an identity policy.
func (r random) identity(account string, s *Shape) Statement {
	k := r.kind()
	st := Statement{Effect: "Allow", Actions: r.actions(k)}
	for range 1 + r.IntN(3)*r.IntN(2) {
		p := r.pattern(k, account, s)
		if p == "*" || len(st.Resources) > 0 && st.Resources[0] == "*" {
			st.Resources = []string{"*"}
			break
		}
		st.Resources = append(st.Resources, p)
	}
	if r.chance(s.NotShare) {
		r.negate(&st)
	} else if r.chance(s.DenyShare) {
		st.Effect = "Deny"
	}
	if r.chance(s.ConditionShare) {
		st.Conditions = r.conditions()
	}
	return st
}

// negate makes the three uses of NotAction and NotResource that are common: everything
// but the administration of identities, everything outside some places
// refused, everything but a few buckets allowed.
func (r random) negate(st *Statement) {
	switch r.IntN(3) {
	case 0:
		st.NotAction, st.Actions = true, []string{"iam:*", "organizations:*", "account:*"}
		st.Resources = []string{"*"}
	case 1:
		st.Effect, st.NotResource = "Deny", true
		st.Actions = []string{"s3:DeleteBucket", "s3:PutBucketPolicy"}
		st.Resources = []string{"arn:aws:s3:::" + pick(r, teams) + "-*"}
	default:
		st.NotResource = true
		st.Actions = []string{"s3:GetObject", "s3:ListBucket"}
		st.Resources = []string{"arn:aws:s3:::" + pick(r, teams) + "-audit-*", "arn:aws:s3:::" + pick(r, teams) + "-backups-*"}
	}
}

// conditions are one or two of those that policies of companies hold most.
func (r random) conditions() []Condition {
	list := []Condition{r.condition()}
	if r.chance(0.3) {
		if second := r.condition(); second.Key != list[0].Key {
			list = append(list, second)
		}
	}
	return list
}

func (r random) condition() Condition {
	team := pick(r, teams)
	switch r.IntN(9) {
	case 0:
		return Condition{"StringEquals", "aws:PrincipalTag/team", []string{team}}
	case 1:
		return Condition{"StringLike", "aws:PrincipalTag/team", []string{team[:3] + "*"}}
	case 2:
		return Condition{"IpAddress", "aws:SourceIp", []string{"203.0.113.0/24", fmt.Sprintf("10.%d.0.0/16", r.IntN(16))}}
	case 3:
		return Condition{"Bool", "aws:SecureTransport", []string{"true"}}
	case 4:
		return Condition{"StringEquals", "aws:RequestedRegion", some(r, regions, 2)}
	case 5:
		return Condition{"StringEquals", "aws:ResourceTag/env", []string{pick(r, environments)}}
	case 6:
		return Condition{"StringEquals", "aws:ResourceTag/team", []string{"${aws:PrincipalTag/team}"}}
	case 7:
		return Condition{"Bool", "aws:MultiFactorAuthPresent", []string{"true"}}
	default:
		return Condition{"ArnLike", "aws:PrincipalArn", []string{"arn:aws:iam::*:role/" + team + "/*"}}
	}
}
