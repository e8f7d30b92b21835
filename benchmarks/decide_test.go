package benchmarks

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/benchmarks/organization"
	"iamsim/eval"
	"iamsim/model"
)

// BenchmarkDecide measures one decision, by name with a ready context: the
// request is resolved and decided in every round. The variant /handle decides
// a request that was resolved before.
//
// statements=N: one role with N statements (organization.Flat) in ceil(N/10)
// policies up to 100 statements, in ten larger ones beyond; they name
// resources of eight types, each others than the rest. The statement that
// allows is the last. /random asks about another statement in every round, so
// that little of what it touches is in the caches.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1, 100, 1000, 10_000, 1_000_000} {
		statements(b, n)
	}
	decideConditions(b)
	decideLayers(b)
	decideRoles(b)
}

func statements(b *testing.B, n int) {
	e := lazily(func(b *testing.B) *eval.Engine { return flat(b, n, world{}) })
	name := fmt.Sprintf("statements=%d", n)
	decide(b, name, e, flatRequest(n-1), eval.AllowIdentity)
	b.Run(name+"/answer=implicitDeny", func(b *testing.B) {
		byName(b, e(b), flatRequest(n), eval.DenyImplicitIdentity)
	})
	if n < 10_000 {
		return
	}
	b.Run(name+"/random", func(b *testing.B) {
		engine := e(b)
		random := rand.New(rand.NewPCG(1, 2))
		requests := make([]model.Request, 1<<16)
		for i := range requests {
			requests[i] = flatRequest(random.IntN(n))
			if i < 8 {
				requireDecision(b, engine, requests[i], eval.AllowIdentity)
			}
		}
		decideEach(b, engine, requests)
	})
}

// decide measures a request by name and by handle.
func decide(b *testing.B, name string, e func(*testing.B) *eval.Engine, r model.Request, want eval.Code) {
	b.Run(name, func(b *testing.B) { byName(b, e(b), r, want) })
	b.Run(name+"/handle", func(b *testing.B) {
		query, err := e(b).Prepare(r)
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if d, err := query.Decide(); err != nil || d.Reason.Code != want {
				b.Fatalf("%v %v", d.Reason, err)
			}
		}
	})
}

func byName(b *testing.B, e *eval.Engine, r model.Request, want eval.Code) {
	requireDecision(b, e, r, want)
	b.ReportAllocs()
	for b.Loop() {
		if d, err := e.Decide(r); err != nil || d.Reason.Code != want {
			b.Fatalf("%v %v", d.Reason, err)
		}
	}
}

// decideEach decides one request after the other, from the first again after the last.
func decideEach(b *testing.B, e *eval.Engine, requests []model.Request) {
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := e.Decide(requests[i]); err != nil {
			b.Fatal(err)
		}
		if i++; i == len(requests) {
			i = 0
		}
	}
}

// requireDecision asks for a reason, of the decision and of its explanation.
func requireDecision(b testing.TB, e *eval.Engine, r model.Request, want eval.Code) {
	b.Helper()
	d, err := e.Decide(r)
	require.NoError(b, err)
	require.Equal(b, want, d.Reason.Code, "%s: %s %s", d.Reason, r.Action, r.Resource)
	requireExplained(b, e, r, d)
}

func requireExplained(b testing.TB, e *eval.Engine, r model.Request, d eval.Decision) {
	b.Helper()
	x, err := e.Explain(r)
	require.NoError(b, err)
	require.Equal(b, d.Reason.String(), x.Reason, "%s %s %s", r.Principal, r.Action, r.Resource)
}

// decideConditions adds conditions and policy variables to every statement of 100.
func decideConditions(b *testing.B) {
	conditions := []organization.Condition{
		{Operator: "StringLike", Key: "aws:PrincipalTag/team", Values: []string{"data-*"}},
		{Operator: "IpAddress", Key: "aws:SourceIp", Values: []string{"203.0.113.0/24"}},
	}
	for _, n := range []int{1, 100} {
		name := fmt.Sprintf("statements=%d/conditions=StringLike+IpAddress", n)
		e := lazily(func(b *testing.B) *eval.Engine { return flat(b, n, world{conditions: conditions}) })
		decide(b, name, e, flatRequest(n-1), eval.AllowIdentity)
	}
	e := lazily(func(b *testing.B) *eval.Engine { return flat(b, 100, world{variables: true}) })
	r := flatRequest(99)
	r.Action, r.Resource = "s3:GetObject", "arn:aws:s3:::app-99-data-eu/report.json"
	decide(b, "statements=100/variables", e, r, eval.AllowIdentity)
}

// decideLayers adds each layer to 100 identity statements, then all of them:
// boundary, three levels of SCPs (root, unit, account), an RCP and the
// bucket's policy.
func decideLayers(b *testing.B) {
	s3 := flatRequest(96)
	for _, l := range layers {
		e := lazily(func(b *testing.B) *eval.Engine { return flat(b, 100, l.world) })
		decide(b, "layer="+l.name, e, l.request(b, s3), eval.AllowIdentity)
	}
	e := lazily(func(b *testing.B) *eval.Engine { return flat(b, 100, fullStack) })
	decide(b, "stack=full", e, s3, eval.AllowIdentity)
}

// decideRoles asks for a random role of 100,000 in every round; see
// organization.Mix for what it is asked. The roles share 20,000 policies with
// 200,000 statements. /mix is the whole mix, with the calls of users and
// services, and those that a trust policy decides.
func decideRoles(b *testing.B) {
	e := lazily(func(b *testing.B) *eval.Engine { e, _ := manyRoles(b); return e })
	b.Run("roles=100000", func(b *testing.B) {
		decideEach(b, e(b), drawn(b, e(b), func(r *model.Request) bool {
			return strings.Contains(r.Principal, ":role/") && !strings.HasPrefix(r.Action, "sts:")
		}))
	})
	b.Run("roles=100000/mix", func(b *testing.B) {
		decideEach(b, e(b), drawn(b, e(b), func(*model.Request) bool { return true }))
	})
}

// drawn is what the engine answers of a mix, after a look at the answers.
func drawn(b *testing.B, e *eval.Engine, wanted func(*model.Request) bool) []model.Request {
	b.Helper()
	mix := organization.Mix(e.Snapshot(), 1, 1<<17)
	requests := make([]model.Request, 0, len(mix))
	results := map[eval.Result]int{}
	for i, draw := range mix {
		if !wanted(&draw.Request) {
			continue
		}
		d, err := e.Decide(draw.Request)
		if err != nil {
			continue
		}
		requests = append(requests, draw.Request)
		results[d.Result()]++
		if i%512 == 0 {
			requireExplained(b, e, draw.Request, d)
		}
	}
	for _, r := range []eval.Result{eval.Allowed, eval.ImplicitDeny, eval.ExplicitDeny} {
		require.Greater(b, results[r], len(mix)/200, "%s", r)
	}
	require.Greater(b, len(requests), len(mix)*9/10)
	return requests
}

// BenchmarkGrowth tells in one process how much longer a decision among 10,000
// statements takes than one among 100: the metric 10000/100, of the shortest
// of many turns of each.
func BenchmarkGrowth(b *testing.B) {
	few, many := flat(b, 100, world{}), flat(b, 10_000, world{})
	ofFewLast, ofManyLast := flatRequest(99), flatRequest(9999)
	requireDecision(b, few, ofFewLast, eval.AllowIdentity)
	requireDecision(b, many, ofManyLast, eval.AllowIdentity)
	const turn = 2000
	shortest := func(best time.Duration, e *eval.Engine, r model.Request) time.Duration {
		start := time.Now()
		for range turn {
			if _, err := e.Decide(r); err != nil {
				b.Fatal(err)
			}
		}
		return min(best, time.Since(start))
	}
	ofFew, ofMany := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for b.Loop() {
		ofFew, ofMany = shortest(ofFew, few, ofFewLast), shortest(ofMany, many, ofManyLast)
	}
	b.ReportMetric(float64(ofMany)/float64(ofFew), "10000/100")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkExplain shows what the reasons cost beside the bare answer.
func BenchmarkExplain(b *testing.B) {
	query, err := flat(b, 100, world{}).Prepare(flatRequest(99))
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if x := query.Explain(); x.Answer != eval.Allowed.String() {
			b.Fatal(x.Headline)
		}
	}
}
