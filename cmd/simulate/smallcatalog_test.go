package main

import (
	"os"

	"iamsim/conditions"
	"iamsim/model/catalog"
)

// writeSmallCatalog writes a catalogue of services that do not exist, so that
// transcripts about it do not depend on the date of AWS's data.
func writeSmallCatalog(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := catalog.Encode(file, smallCatalog()); err != nil {
		return err
	}
	return file.Close()
}

func smallCatalog() *catalog.Data {
	const arn = "arn:${Partition}:shelf:${Region}:${Account}:"
	return &catalog.Data{
		Date: "2020-02-02", Source: "the tests",
		Services: []catalog.ServiceData{
			{
				Prefix: "shelf", Name: "Example Shelves",
				Types: []catalog.TypeData{
					{Name: "board", ARN: arn + "board/${BoardId}, " + arn + "plank/${BoardId}", Keys: []string{"shelf:Wood"}},
					{Name: "book", ARN: arn + "book/${BookName}", Keys: []string{"aws:ResourceTag/${TagKey}", "shelf:Genre"}},
					{Name: "catalog", ARN: "arn:${Partition}:shelf::${Account}:catalog"},
					{Name: "reader", ARN: "arn:${Partition}:shelf:::reader/*"},
					{Name: "visitor", ARN: arn + "visitor/${Name}"},
				},
				Keys: []catalog.KeyData{
					{Name: "aws:ResourceTag/${TagKey}"}, {Name: "aws:TagKeys", Multivalued: true},
					{Name: "shelf:Authors", Multivalued: true}, {Name: "shelf:Genre"}, {Name: "shelf:Lent", Type: conditions.Bool},
					{Name: "shelf:Note/<name>"}, {Name: "shelf:Pages", Type: conditions.Numeric}, {Name: "shelf:Wood"},
				},
				Actions: []catalog.ActionData{
					{Name: "GetBook", AccessLevels: []string{"Read"}, Keys: []string{"shelf:Pages"},
						Resources: []catalog.UseData{{Type: "book", Required: true, Keys: []string{"shelf:Lent"}}}},
					{Name: "GetBookCover", AccessLevels: []string{"Read"}, Resources: []catalog.UseData{{Type: "book", Required: true}}},
					{Name: "ListBooks", AccessLevels: []string{"List"}},
					{Name: "PutBook", AccessLevels: []string{"Tagging", "Write"}, Keys: []string{"aws:TagKeys", "shelf:Authors", "shelf:Note/<name>"},
						Resources: []catalog.UseData{
							{Type: "board", DependentActions: []string{"iam:PassRole", "shelf:GetBook"}},
							{Type: "book", Required: true, Keys: []string{"shelf:Lent"}},
						},
						DependentActions: []string{"iam:PassRole"}},
					{Name: "SellEverything", AccessLevels: []string{"Write"}, Resources: []catalog.UseData{
						{Type: "board"}, {Type: "book"}, {Type: "catalog"}, {Type: "reader"}, {Type: "visitor"},
					}},
				},
			},
			{
				Prefix: "shelf-mark", Name: "Example Shelf Marks",
				Actions: []catalog.ActionData{{Name: "GetMark", AccessLevels: []string{"Read"}}},
			},
		},
	}
}
