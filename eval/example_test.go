package eval_test

import (
	"fmt"
	"os"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// An account export and a policy set are read, compiled once, and asked.
func Example() {
	inv, diagnostics := inventory.Load(os.DirFS("../scenarios/examples"), "account.json", "organization.yaml")
	if model.HasErrors(diagnostics) {
		fmt.Println(diagnostics)
		return
	}
	engine, err := eval.Compile(inv.Snapshot(), eval.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}

	request := model.Request{
		Principal: "role/Deployer", Action: "s3:PutObject", Resource: "arn:aws:s3:::artifacts/app.zip",
	}
	decision, err := engine.Decide(request)
	fmt.Println(decision.Result(), decision.Reason, err)

	explanation, err := engine.Explain(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(explanation.NearMisses[0].Text)
	// Output:
	// implicitDeny DENY_IMPLICIT_IDENTITY <nil>
	// Condition StringEquals aws:PrincipalTag/team: request has "web", policy wants "data"
}
