package diff

import (
	"errors"
	"fmt"

	"iamsim/eval"
	"iamsim/internal/source"
	"iamsim/model"
	"iamsim/model/inventory"
)

// Documents makes the side of one identity-based policy document, attached to
// somebody of whom nothing else is known, and the Options that compare such
// sides: with AnyCaller, over every request that the document could be asked.
// The error joins what is wrong with the document.
func Documents(document *source.Node, read inventory.Options, o eval.Options) (Side, error) {
	inner, _, err := model.UnwrapDocument(document)
	if err != nil {
		return Side{}, err
	}
	loader := inventory.NewLoader(inventory.OS(), read)
	loader.AddPolicySet(holder(inner), ".")
	inv, diagnostics := loader.Finish()
	if inv == nil {
		var all []error
		for _, d := range diagnostics {
			if d.Severity == model.Error {
				all = append(all, d)
			}
		}
		return Side{}, errors.Join(all...)
	}
	engine, err := eval.Compile(inv.Snapshot(), o)
	if err != nil {
		return Side{}, fmt.Errorf("the document cannot be used: %w", err)
	}
	return Side{Engine: engine}, nil
}

// documentHolder is who the document of Documents is attached to.
const documentHolder = "arn:aws:iam::123456789012:role/anyone"

// DocumentOptions returns options under which two sides of Documents are compared.
func DocumentOptions(o Options) Options {
	o.AnyCaller, o.Callers = true, []Caller{{Principal: documentHolder}}
	return o
}

// holder is a policy set with one role that has the document.
func holder(document *source.Node) *source.Node {
	file := "document"
	text := func(s string) *source.Node { return &source.Node{Kind: source.String, Text: s, File: &file} }
	list := func(items ...*source.Node) *source.Node {
		return &source.Node{Kind: source.List, Items: items, File: &file}
	}
	mapping := func(fields ...source.Field) *source.Node {
		return &source.Node{Kind: source.Object, Fields: fields, File: &file}
	}
	field := func(name string, value *source.Node) source.Field { return source.Field{Name: name, Value: value} }
	trust := mapping(
		field("Version", text("2012-10-17")),
		field("Statement", list(mapping(
			field("Effect", text("Deny")),
			field("Principal", text("*")),
			field("Action", text("sts:AssumeRole")),
		))),
	)
	role := mapping(
		field("arn", text(documentHolder)),
		field("trustPolicy", trust),
		field("inlinePolicies", mapping(field("document", document))),
	)
	return mapping(field("roles", list(role)))
}
