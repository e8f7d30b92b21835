//go:build !race

// The race detector makes sync.Pool drop items at random: allocations are
// counted without it.

package batch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/eval"
	"iamsim/model"
)

// TestAllocations bounds what reading a request and writing its answer
// allocate, the decision apart, once the names in it were met: the resource is
// all that a request has of its own.
func TestAllocations(t *testing.T) {
	d := newDecoder(model.ReadOptions{})
	for _, c := range []struct {
		name, line string
		most       float64
	}{
		{"names alone", head + `,"id":"a","resourceAccount":"111122223333","at":"2026-11-22T10:00:00Z"}`, 0},
		{"resource", head + `,"resource":"arn:aws:s3:::artifacts/app.zip"}`, 1},
		{"context", head + `,"context":{"aws:SourceIp":"203.0.113.7","aws:TagKeys":["a","b"]}}`, 0},
		{"session policy", head + `,"sessionPolicy":{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}`, 0},
	} {
		line := []byte(c.line)
		got := testing.AllocsPerRun(100, func() { d.decode(line) })
		require.Empty(t, d.faults)
		require.LessOrEqual(t, got, c.most, c.name)
	}
	out := make([]byte, 0, 1<<10)
	for _, decision := range []eval.Decision{{}, {Reason: eval.Reason{Code: eval.AllowIdentity}, FarSide: true}} {
		require.Zero(t, testing.AllocsPerRun(100, func() { out = appendDecision(out[:0], decision) }))
	}
}
