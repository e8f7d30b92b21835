package catalog

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
)

// sampleData is a catalogue of invented services with one of everything.
func sampleData() *Data {
	return &Data{
		Date: "2024-02-29", Source: "invented",
		Services: []ServiceData{
			{
				Prefix: "shop", Name: "Example Shop", RCP: true,
				Types: []TypeData{
					{Name: "store", ARN: "arn:${Partition}:shop:::${Name}", Keys: []string{"aws:ResourceTag/${TagKey}"}},
					{Name: "shelf", ARN: "arn:${Partition}:shop:::${Name}/${Shelf}"},
					{Name: "note", ARN: "arn:${Partition}:shop:${Region}:${Account}:note/${NoteNameWithPath}"},
					{Name: "ledger", ARN: "arn:${Partition}:shop:${Region}:${Account}:ledger/${Id}, arn:${Partition}:shop:${Region}:${Account}:book:${Id}"},
					{Name: "all notes", ARN: "arn:${Partition}:shop:*:*:note/*"},
				},
				Keys: []KeyData{
					{Name: "aws:RequestTag/${TagKey}"}, {Name: "aws:ResourceTag/${TagKey}"}, {Name: "aws:TagKeys", Multivalued: true},
					{Name: "shop:Price", Type: conditions.Numeric}, {Name: "shop:Label/${Key}"}, {Name: "shop:Label/${Key}/Owner", Type: conditions.ARN},
					{Name: "shop:Part/<part>"}, {Name: "depot:Zone"},
				},
				Actions: []ActionData{
					{Name: "OpenStore", AccessLevels: []string{"Permissions management", "Write"}, Resources: []UseData{
						{Type: "store", Required: true, Keys: []string{"shop:Price"}, DependentActions: []string{"depot:Reserve"}},
					}, Keys: []string{"aws:RequestTag/${TagKey}"}, DependentActions: []string{"shop:ListStores"}},
					{Name: "ListStores", AccessLevels: []string{"List"}},
					{Name: "GetShelf", AccessLevels: []string{"Read"}, Resources: []UseData{{Type: "shelf"}}},
					{Name: "MoveNote", AccessLevels: []string{"Write"}, Resources: []UseData{
						{Type: "note"}, {Type: "ledger", Required: true}, {Type: "note", Required: true, Keys: []string{"shop:Label/${Key}"}}, {Type: "all notes"},
					}},
				},
			},
			{
				Prefix: "depot", Name: "Example Depot",
				Keys:    []KeyData{{Name: "depot:Zone", Multivalued: true}},
				Actions: []ActionData{{Name: "Reserve", AccessLevels: []string{"Write"}, Keys: []string{"depot:Zone"}}},
			},
			{Prefix: "depot-admin", Name: "Example Depot Administration", Actions: []ActionData{{Name: "Close", AccessLevels: []string{"Write"}}}},
			{Prefix: "empty", Name: "Example Without Actions"},
		},
	}
}

func encoded(t testing.TB, d *Data) []byte {
	var b bytes.Buffer
	require.NoError(t, Encode(&b, d))
	return b.Bytes()
}

func sample(t testing.TB) *Catalog {
	c, err := Read(bytes.NewReader(encoded(t, sampleData())))
	require.NoError(t, err)
	return c
}

func action(t testing.TB, c *Catalog, name string) Action {
	a, ok := c.Action(name)
	require.True(t, ok, name)
	return a
}

func names[T interface{ Name() string }](all []T) []string {
	var texts []string
	for _, x := range all {
		texts = append(texts, x.Name())
	}
	return texts
}
