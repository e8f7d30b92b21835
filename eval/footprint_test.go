package eval_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFootprint counts documents of equal content once.
func TestFootprint(t *testing.T) {
	w := newGenerator(3).world()
	e, err := w.engine(false)
	require.NoError(t, err)
	f := e.Footprint()
	require.Equal(t, len(w.users)+len(w.roles), f.Principals)
	require.LessOrEqual(t, f.Distinct, f.Documents)
	require.Positive(t, f.Statements)
	require.Greater(t, f.IndexBytes, 20*f.Statements)
	require.Greater(t, f.PlanBytes, 100*f.Principals)
}
