package benchmarks

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"iamsim/benchmarks/organization"
	"iamsim/eval"
	"iamsim/eval/access"
	"iamsim/eval/batch"
	"iamsim/model"
	"iamsim/model/inventory"
)

// BenchmarkLoad measures the way from the text of a policy set to an engine
// that decides; the parts are metrics of their own, in ms.
//
// documents=100000: 50,000 roles with a trust policy each, and 50,000 managed
// policies of four statements: 250,000 statements. roles=100000: the set of
// BenchmarkDecide/roles=100000.
func BenchmarkLoad(b *testing.B) {
	for _, set := range []struct{ name, shape string }{
		{"documents=100000", "accounts=50,roles=50000,users=0,policies=50000,statementsPerPolicy=4,inlineShare=0,boundaries=0,boundaryShare=0,resourcePolicies=0,scpDepth=0,rcps=0"},
		{"roles=100000", manyRolesShape},
	} {
		b.Run(set.name, func(b *testing.B) {
			text := generate(b, set.shape)
			requireDocuments(b, load(b, text))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var parse, rows, compile time.Duration
			for b.Loop() {
				start := time.Now()
				loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
				loader.AddData("benchmark.json", text)
				parsed := time.Now()
				inv, diagnostics := loader.Finish()
				if model.HasErrors(diagnostics) {
					b.Fatal(diagnostics[0])
				}
				stored := time.Now()
				if _, err := eval.Compile(inv.Snapshot(), eval.Options{}); err != nil {
					b.Fatal(err)
				}
				parse, rows, compile = parse+parsed.Sub(start), rows+stored.Sub(parsed), compile+time.Since(stored)
			}
			part := func(d time.Duration, name string) {
				b.ReportMetric(float64(d.Microseconds())/1000/float64(b.N), name)
			}
			part(parse, "parse-ms/op")
			part(rows, "inventory-ms/op")
			part(compile, "compile-ms/op")
		})
	}
}

// requireDocuments asks for some hundred thousand documents, and a decision of a known role.
func requireDocuments(b *testing.B, s *inventory.Snapshot) {
	b.Helper()
	documents := 0
	for p := range s.Principals() {
		if p.Trust != nil {
			documents++
		}
	}
	for range s.Policies() {
		documents++
	}
	require.GreaterOrEqual(b, documents, 100_000)
	_, ok := s.Principal(organization.RoleARN(49_999, 50))
	require.True(b, ok)
}

// BenchmarkCompile measures eval.Compile alone. B/statement is by how much the
// live heap grows by the engine, with the inventory and the text apart.
func BenchmarkCompile(b *testing.B) {
	b.Run("roles=100000", func(b *testing.B) { compile(b, load(b, generate(b, manyRolesShape))) })
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) { compile(b, flat(b, n, world{}).Snapshot()) })
	}
}

func compile(b *testing.B, s *inventory.Snapshot) {
	before := liveHeap()
	e, err := eval.Compile(s, eval.Options{})
	require.NoError(b, err)
	grown := int64(liveHeap()) - int64(before)
	runtime.KeepAlive(e)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eval.Compile(s, eval.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(grown)/float64(statementCount(s)), "B/statement")
}

// liveHeap is the number of bytes that live objects take.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// statementCount counts the statements of identity policies, boundaries, trust policies and resource-based policies.
func statementCount(s *inventory.Snapshot) int {
	n := 0
	for p := range s.Principals() {
		for _, document := range append([]*model.Policy{p.Trust, p.BoundaryPolicy}, p.Inline...) {
			if document != nil {
				n += len(document.Statements)
			}
		}
	}
	for p := range s.Policies() {
		if document := p.Document(model.IdentityPolicy); document != nil {
			n += len(document.Statements)
		}
	}
	for r := range s.Resources() {
		if r.Policy != nil {
			n += len(r.Policy.Statements)
		}
	}
	return n
}

// BenchmarkBatch answers requests written as JSON, one a line, as `simulate
// batch` does: requests/s includes reading and writing the JSON.
func BenchmarkBatch(b *testing.B) {
	b.Run("roles=100000", func(b *testing.B) {
		e, snapshot := manyRoles(b)
		const n = 100_000
		var lines bytes.Buffer
		for _, draw := range organization.Mix(snapshot, 1, n) {
			writeRequest(&lines, draw.Request)
		}
		summary, err := batch.Run(e, bytes.NewReader(lines.Bytes()), io.Discard, batch.Options{})
		require.NoError(b, err)
		require.Equal(b, n, summary.Lines)
		require.Zero(b, summary.Faulty, "%v", summary.Problems)
		b.SetBytes(int64(lines.Len()))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := batch.Run(e, bytes.NewReader(lines.Bytes()), io.Discard, batch.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	})
}

// writeRequest writes a request as a line of batch. The contexts of a mix hold single values.
func writeRequest(w *bytes.Buffer, r model.Request) {
	fmt.Fprintf(w, `{"principal":%q,"action":%q,"resource":%q,"context":{`, r.Principal, r.Action, r.Resource)
	separator := ""
	for _, key := range r.Context.Names() {
		value, _ := r.Context.Lookup(key)
		if texts := value.Texts(); len(texts) == 1 {
			fmt.Fprintf(w, "%s%q:%q", separator, key, texts[0])
			separator = ","
		}
	}
	w.WriteString("}}\n")
}

// BenchmarkWhatCan asks for the effective access of a role: of another one of
// the default organization in every round, and of those of the flat sets.
func BenchmarkWhatCan(b *testing.B) {
	b.Run("organization=default", func(b *testing.B) {
		shape := organization.DefaultShape()
		e := engine(b, string(generate(b, shape.String())))
		i := 0
		whatCan(b, e, func() string { i++; return organization.RoleARN(i%shape.Roles, shape.Accounts) })
	})
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			whatCan(b, flat(b, n, world{}), func() string { return organization.FlatRole })
		})
	}
}

func whatCan(b *testing.B, e *eval.Engine, principal func() string) {
	_, err := access.WhatCan(e, access.Question{Request: model.Request{Principal: principal()}})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := access.WhatCan(e, access.Question{Request: model.Request{Principal: principal()}}); err != nil {
			b.Fatal(err)
		}
	}
}
