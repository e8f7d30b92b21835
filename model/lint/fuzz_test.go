package lint

import (
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/catalog"
)

// No document makes the linter fail, whatever it is used as, and the same
// document gives the same findings, all with a place.
func FuzzCheck(f *testing.F) {
	for _, cases := range [][]lintCase{actionCases, resourceCases, keyCases, contradictionCases, trustCases, ownCases} {
		for _, c := range cases {
			text, _ := marks(c.document())
			f.Add(text, c.owner)
		}
	}
	f.Add(`"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A*%22%2C%22Resource%22%3A%22*%22%7D%7D"`, "")
	f.Fuzz(func(t *testing.T, text, owner string) {
		n, err := source.Parse("f.json", []byte(text))
		if err != nil {
			return
		}
		for kind := model.IdentityPolicy; kind <= model.ResourceControlPolicy; kind++ {
			p, _ := model.ReadPolicy(n, kind, model.ReadOptions{Lenient: true})
			first, second := New(Options{Catalog: catalog.Default()}), New(Options{Catalog: catalog.Default()})
			first.Check(n, p, owner)
			second.Check(n, p, owner)
			require.Equal(t, first.Findings(), second.Findings())
			for _, d := range first.Findings() {
				require.NotZero(t, d.Position.Line)
			}
		}
	})
}
