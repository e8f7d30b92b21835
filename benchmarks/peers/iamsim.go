package peers

import (
	"fmt"

	"iamsim/benchmarks/organization"
	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// simulator is this repository's engine. The statements stand in one managed
// policy that the role attaches.
type simulator struct {
	engine  *eval.Engine
	context *conditions.Context
}

func compileIamsim(statements []organization.Statement) (Compiled, error) {
	const policy = "arn:aws:iam::" + organization.FlatAccount + ":policy/App"
	trust := organization.Document(organization.Statement{
		Effect: "Allow", Principal: `{"Service":"ec2.amazonaws.com"}`, Actions: []string{"sts:AssumeRole"},
	})
	set := fmt.Sprintf(`{"policies":[{"arn":%q,"document":%s}],"roles":[{"arn":%q,"trustPolicy":%s,"attachedPolicies":[%q]}]}`,
		policy, organization.Document(statements...), organization.FlatRole, trust, policy)
	loader := inventory.NewLoader(inventory.OS(), inventory.Options{})
	loader.AddData("peers.json", []byte(set))
	inv, diagnostics := loader.Finish()
	if model.HasErrors(diagnostics) {
		return nil, fmt.Errorf("%v", diagnostics[0])
	}
	engine, err := eval.Compile(inv.Snapshot(), eval.Options{})
	if err != nil {
		return nil, err
	}
	context := conditions.NewContext()
	context.Set("aws:SourceIp", "203.0.113.7")
	context.Set("aws:SecureTransport", "true")
	return &simulator{engine, context}, nil
}

func (s *simulator) request(action, resource string) model.Request {
	return model.Request{Principal: organization.FlatRole, Action: action, Resource: resource, Context: s.context}
}

func (s *simulator) Decide(action, resource string) (bool, error) {
	decision, err := s.engine.Decide(s.request(action, resource))
	return decision.Result() == eval.Allowed, err
}

func (s *simulator) Prepare(action, resource string) (func() (bool, error), error) {
	query, err := s.engine.Prepare(s.request(action, resource))
	if err != nil {
		return nil, err
	}
	return func() (bool, error) {
		decision, err := query.Decide()
		return decision.Result() == eval.Allowed, err
	}, nil
}
