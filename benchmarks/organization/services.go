package organization

// resourceKind is one type of resource with what policies say of it. In the
// ARN, {region}, {account} and {name} are filled in; {id} is a UUID.
type resourceKind struct {
	service string
	arn     string
	// below is what stands behind the ARN of a resource's content, such as
	// an object of a bucket; empty where there is none.
	below string
	// actions are names without the prefix; patterns are what administrators
	// write to cover several.
	actions, patterns []string
	// weight is how often the kind occurs beside the others.
	weight int
	// global is set where the resource lies in no region, open where its ARN names no account.
	global, open bool
}

// kinds are the types of resources that the policies of an organization are about.
var kinds = []resourceKind{
	{service: "s3", arn: "arn:aws:s3:::{name}", below: "/{key}", open: true, global: true, weight: 18,
		actions: []string{
			"GetObject", "PutObject", "DeleteObject", "GetObjectVersion", "GetObjectTagging", "PutObjectTagging", "AbortMultipartUpload",
			"ListMultipartUploadParts", "GetObjectAcl", "PutObjectAcl", "DeleteObjectVersion", "RestoreObject",
		},
		patterns: []string{"GetObject*", "Get*", "PutObject*", "*Object", "*"}},
	{service: "s3", arn: "arn:aws:s3:::{name}", open: true, global: true, weight: 8,
		actions: []string{
			"ListBucket", "GetBucketLocation", "GetBucketPolicy", "ListBucketVersions", "GetBucketTagging", "GetEncryptionConfiguration",
			"PutLifecycleConfiguration", "GetBucketAcl", "ListBucketMultipartUploads", "PutBucketTagging",
		},
		patterns: []string{"List*", "GetBucket*"}},
	{service: "dynamodb", arn: "arn:aws:dynamodb:{region}:{account}:table/{name}", weight: 12,
		actions: []string{
			"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "DescribeTable",
			"ConditionCheckItem", "UpdateTable", "DescribeTimeToLive",
		},
		patterns: []string{"BatchGet*", "Get*", "Describe*", "*Item", "*"}},
	{service: "sqs", arn: "arn:aws:sqs:{region}:{account}:{name}", weight: 10,
		actions: []string{
			"SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ChangeMessageVisibility",
			"PurgeQueue", "SetQueueAttributes", "ListQueueTags",
		},
		patterns: []string{"*Message", "Get*", "List*", "*"}},
	{service: "sns", arn: "arn:aws:sns:{region}:{account}:{name}", weight: 6,
		actions: []string{
			"Publish", "Subscribe", "GetTopicAttributes", "ListSubscriptionsByTopic", "SetTopicAttributes", "ListTagsForResource",
		},
		patterns: []string{"Get*", "List*"}},
	{service: "lambda", arn: "arn:aws:lambda:{region}:{account}:function:{name}", weight: 9,
		actions: []string{
			"InvokeFunction", "GetFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration", "GetFunctionConfiguration",
			"ListVersionsByFunction", "PublishVersion", "AddPermission", "CreateAlias", "ListTags",
		},
		patterns: []string{"Get*", "Invoke*", "UpdateFunction*", "List*"}},
	{service: "kms", arn: "arn:aws:kms:{region}:{account}:key/{id}", weight: 7,
		actions: []string{
			"Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "DescribeKey", "ReEncryptFrom", "ReEncryptTo", "CreateGrant",
		},
		patterns: []string{"GenerateDataKey*", "ReEncrypt*", "Describe*"}},
	{service: "secretsmanager", arn: "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{suffix}", weight: 6,
		actions:  []string{"GetSecretValue", "DescribeSecret", "PutSecretValue", "ListSecretVersionIds", "UpdateSecret", "RotateSecret"},
		patterns: []string{"Get*", "Describe*"}},
	{service: "ssm", arn: "arn:aws:ssm:{region}:{account}:parameter/{team}/{name}", weight: 6,
		actions:  []string{"GetParameter", "GetParameters", "GetParametersByPath", "PutParameter", "DeleteParameter", "GetParameterHistory"},
		patterns: []string{"GetParameter*", "Get*"}},
	{service: "logs", arn: "arn:aws:logs:{region}:{account}:log-group:/aws/{team}/{name}", weight: 8,
		actions: []string{
			"CreateLogGroup", "DeleteLogGroup", "DescribeLogStreams", "FilterLogEvents", "GetLogRecord", "PutRetentionPolicy", "StartQuery",
		},
		patterns: []string{"Create*", "Describe*", "Get*", "*"}},
	{service: "ec2", arn: "arn:aws:ec2:{region}:{account}:instance/i-{hex}", weight: 7,
		actions: []string{
			"StartInstances", "StopInstances", "RebootInstances", "TerminateInstances", "ModifyInstanceAttribute", "CreateTags", "GetConsoleOutput",
		},
		patterns: []string{"Describe*", "Get*", "*Instances"}},
	{service: "iam", arn: "arn:aws:iam::{account}:role/{team}/{name}", global: true, weight: 5,
		actions:  []string{"PassRole", "GetRole", "ListRolePolicies", "ListAttachedRolePolicies", "GetRolePolicy", "TagRole", "UpdateRole"},
		patterns: []string{"Get*", "List*", "Get*Role*"}},
	{service: "kinesis", arn: "arn:aws:kinesis:{region}:{account}:stream/{name}", weight: 4,
		actions:  []string{"GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "DescribeStreamSummary", "ListShards"},
		patterns: []string{"Get*", "PutRecord*", "Describe*"}},
	{service: "ecr", arn: "arn:aws:ecr:{region}:{account}:repository/{team}/{name}", weight: 4,
		actions: []string{
			"BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability", "PutImage", "InitiateLayerUpload", "DescribeImages",
		},
		patterns: []string{"BatchGet*", "Describe*", "*Layer*"}},
	{service: "states", arn: "arn:aws:states:{region}:{account}:stateMachine:{name}", weight: 3,
		actions:  []string{"StartExecution", "DescribeStateMachine", "ListExecutions", "UpdateStateMachine", "StartSyncExecution"},
		patterns: []string{"Start*", "Describe*", "List*"}},
	{service: "glue", arn: "arn:aws:glue:{region}:{account}:job/{name}", weight: 3,
		actions:  []string{"StartJobRun", "GetJob", "GetJobRun", "GetJobRuns", "BatchStopJobRun", "UpdateJob"},
		patterns: []string{"GetJob*", "BatchGet*", "Start*"}},
}

// totalWeight is the sum of the weights of kinds.
var totalWeight = func() (n int) {
	for i := range kinds {
		n += kinds[i].weight
	}
	return n
}()

// The words that names are made of.
var (
	teams = []string{
		"payments", "orders", "search", "identity", "shipping", "billing", "catalog", "ledger", "media", "mobile", "pricing", "risk",
		"data", "platform", "security", "support",
	}
	purposes = []string{
		"events", "invoices", "exports", "uploads", "audit", "archive", "reports", "sessions", "images", "models", "staging", "backups",
		"metrics", "config", "cache", "ingest", "cdc", "ledger", "snapshots", "documents",
	}
	environments = []string{"prod", "stage", "dev"}
	regions      = []string{"eu-west-1", "eu-central-1", "us-east-1", "us-west-2"}
	callers      = []string{"ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com", "glue.amazonaws.com"}
)
