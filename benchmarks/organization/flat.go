package organization

import "fmt"

// The statements of one role: what the benchmarks of a decision are fixed on.
// They are not drawn, so that other engines can be measured on the same ones.

// flatKind is what one of the statements of Flat is about.
type flatKind struct {
	// format takes a number; request is what stands behind it in the ARN that is asked about.
	format, request string
	actions         []string
	asked           string
}

var flatKinds = []flatKind{
	{"arn:aws:s3:::app-%d-data/*", "2026/report.json", []string{"s3:Get*", "s3:PutObject"}, "s3:GetObject"},
	{"arn:aws:dynamodb:eu-west-1:" + FlatAccount + ":table/app-%d-orders", "", []string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"}, "dynamodb:Query"},
	{"arn:aws:sqs:eu-west-1:" + FlatAccount + ":app-%d-*", "events", []string{"sqs:SendMessage"}, "sqs:SendMessage"},
	{"arn:aws:s3:::app-%d-logs/audit/*", "day-1/part-0", []string{"s3:PutObject", "s3:AbortMultipartUpload"}, "s3:PutObject"},
	{"arn:aws:lambda:eu-west-1:" + FlatAccount + ":function:app-%d-worker", "", []string{"lambda:Invoke*"}, "lambda:InvokeFunction"},
	{"arn:aws:secretsmanager:eu-west-1:" + FlatAccount + ":secret:app-%d/*", "db-a1b2c3", []string{"secretsmanager:GetSecretValue", "secretsmanager:Describe*"}, "secretsmanager:GetSecretValue"},
	{"arn:aws:kinesis:eu-west-1:" + FlatAccount + ":stream/app-%d-*", "clicks", []string{"kinesis:PutRecord*"}, "kinesis:PutRecords"},
	{"arn:aws:logs:eu-west-1:" + FlatAccount + ":log-group:/app/%d/*", "web", []string{"logs:CreateLogStream", "logs:Filter*"}, "logs:FilterLogEvents"},
}

const (
	// FlatAccount owns the role and the resources of Flat.
	FlatAccount = "111122223333"
	// FlatRole is the ARN of the role that holds the statements of Flat.
	FlatRole = "arn:aws:iam::" + FlatAccount + ":role/App"
)

// Flat returns statements number 0 to n-1, all Allow: each names one to three
// actions of one service, exactly or by a prefix, on resources that no other
// statement covers; five of eight of the resource patterns end in a star. No
// statement has a condition.
func Flat(n int) []Statement {
	statements := make([]Statement, n)
	for i := range statements {
		k := &flatKinds[i%len(flatKinds)]
		statements[i] = Statement{Effect: "Allow", Actions: k.actions, Resources: []string{k.resource(i)}}
	}
	return statements
}

func (k *flatKind) resource(i int) string { return fmt.Sprintf(k.format, i) }

// FlatRequest returns an action and a resource that statement i of Flat allows,
// and no other. Of an i that is not below the number of statements nothing allows them.
func FlatRequest(i int) (action, resource string) {
	k := &flatKinds[i%len(flatKinds)]
	resource = k.resource(i)
	if k.request != "" {
		resource = resource[:len(resource)-1] + k.request
	}
	return k.asked, resource
}

// FlatPolicies spreads n statements over policies as roles hold them: of ten
// statements each up to 100 statements, ten policies beyond. AWS would not
// take policies of more than a few dozen; the number of policies is kept small
// so that the figures are about statements.
func FlatPolicies(n int) [][]Statement {
	policies := min(10, (n+9)/10)
	all := Flat(n)
	var list [][]Statement
	for i := range policies {
		list = append(list, all[i*n/policies:(i+1)*n/policies])
	}
	return list
}
