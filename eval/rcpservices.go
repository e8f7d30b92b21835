package eval

// RCPServicesDate is the day of the list of services that resource control
// policies apply to (E36).
const RCPServicesDate = "2026-09-26"

// rcpServices are the action prefixes that resource control policies apply to.
var rcpServices = set(
	"appstream", "dsql", "clouddirectory", "cloudfront", "cloudsearch", "logs", "networkmonitor",
	"cognito-identity", "cognito-idp", "comprehend", "comprehendmedical", "firehose", "dynamodb", "dax",
	"autoscaling", "ecr", "ecr-public", "gamelift", "inspector-scan", "kendra", "kinesisvideo", "memorydb",
	"aoss", "personalize", "polly", "s3", "swf", "sqs", "textract", "timestream-influxdb", "transcribe",
	"translate", "workspaces", "appconfig", "autoscaling-plans", "budgets", "servicediscovery",
	"cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "compute-optimizer",
	"cost-optimization-hub", "events", "fms", "fis", "health", "rolesanywhere", "kms", "opensearch",
	"pricing", "pca-connector-ad", "resource-groups", "secretsmanager", "sts", "signin", "support",
	"transfer", "notifications", "wafv2", "xray",
)

// rcpApplies reports whether RCPs of the resource's account take part at all
// (E36); whether the account has any is another matter.
func rcpApplies(q *frame) bool {
	switch {
	case !rcpServices[q.service], q.caller.serviceLinked():
		return false
	case q.service == "kms" && (q.operation == "retiregrant" || awsAlias.MatchString(q.resource)):
		return false
	}
	return true
}
