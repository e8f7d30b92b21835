package benchmarks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/benchmarks/organization"
	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
)

// BenchmarkWhoCan asks who of all users and roles can do something, of
// another action and resource in every round: what the hits of
// organization.Mix ask of a declared principal. The metric grantees is the mean
// number of those who can.
//
// roles=100000: the set of BenchmarkDecide/roles=100000 without conditions and
// variables in identity policies, asked with the region, which an SCP tests,
// about resources whose account is known. /unowned: the same about buckets
// that nobody declares, which every principal is taken to own, so that those of
// all accounts are in the answer. /conditions: with conditions and variables,
// and nothing known of the requests, so that many answers depend on keys.
func BenchmarkWhoCan(b *testing.B) {
	known := conditions.NewContext()
	known.Set("aws:RequestedRegion", "eu-west-1")
	known.Set("aws:SecureTransport", "true")
	plain := lazily(func(b *testing.B) *eval.Engine {
		e, err := eval.Compile(load(b, generate(b, manyRolesShape+",conditionShare=0,variableShare=0,rcps=0")), eval.Options{})
		require.NoError(b, err)
		return e
	})
	b.Run("roles=100000", func(b *testing.B) {
		whoCan(b, plain(b), known, func(q *eval.WhoQuery, conditional int) bool { return q.ResourceAccount() != "" && conditional == 0 })
	})
	b.Run("roles=100000/unowned", func(b *testing.B) {
		whoCan(b, plain(b), known, func(q *eval.WhoQuery, conditional int) bool { return q.ResourceAccount() == "" && conditional == 0 })
	})
	b.Run("roles=100000/conditions", func(b *testing.B) {
		e, _ := manyRoles(b)
		whoCan(b, e, nil, func(q *eval.WhoQuery, conditional int) bool { return q.ResourceAccount() != "" })
	})
}

func whoCan(b *testing.B, e *eval.Engine, context *conditions.Context, fits func(q *eval.WhoQuery, conditional int) bool) {
	questions := whoQuestions(b, e, context, fits)
	grantees, rounds := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		q, err := e.PrepareWho(questions[rounds%len(questions)])
		if err != nil {
			b.Fatal(err)
		}
		for range q.Grants() {
			grantees++
		}
		rounds++
	}
	b.ReportMetric(float64(grantees)/float64(rounds), "grantees/op")
}

// whoQuestions makes the questions, and logs what the index takes, which the
// first one makes. Every tenth grantee is asked about by itself as well.
func whoQuestions(b *testing.B, e *eval.Engine, context *conditions.Context, fits func(q *eval.WhoQuery, conditional int) bool) []eval.WhoQuestion {
	const most, atLeast = 100, 20
	var out []eval.WhoQuestion
	draws := organization.Mix(e.Snapshot(), 1, 10*most)
	before, start := liveHeap(), time.Now()
	_, err := e.PrepareWho(eval.WhoQuestion{Action: "s3:GetObject", Resource: "*"})
	require.NoError(b, err)
	b.Logf("the first question: %v, %d MB", time.Since(start).Round(time.Millisecond), (int64(liveHeap())-int64(before))>>20)
	for _, draw := range draws {
		q := eval.WhoQuestion{Action: draw.Request.Action, Resource: draw.Request.Resource, Context: context}
		_, declared := e.Snapshot().Principal(draw.Request.Principal)
		if draw.Aim != organization.Hit || !declared || len(out) == most {
			continue
		}
		query, err := e.PrepareWho(q)
		if err != nil {
			continue
		}
		n, conditional := 0, 0
		for principal, grant := range query.Grants() {
			if grant.Conditional() {
				conditional++
			}
			if n++; n%10 == 0 && grant.Unanswered == nil {
				requireGrant(b, e, q, principal, &grant)
			}
		}
		if fits(query, conditional) {
			out = append(out, q)
		}
	}
	require.GreaterOrEqual(b, len(out), atLeast)
	return out
}

func requireGrant(b *testing.B, e *eval.Engine, q eval.WhoQuestion, principal string, g *eval.Grant) {
	d, err := e.Decide(model.Request{Principal: principal, Action: q.Action, Resource: q.Resource, Context: q.Context})
	require.NoError(b, err)
	require.Equal(b, g.Decision, d, "%s %s %s", principal, q.Action, q.Resource)
}
