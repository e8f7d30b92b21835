package eval_test

import (
	"regexp"
	"slices"
	"strings"
)

// fixedRules are E70 and the service rules; the result is a reason or empty.
func (r *refEval) fixedRules() string {
	const refused, always = "DENY_SERVICE_RULE", "ALLOW_ALWAYS"
	c, res := r.caller, r.req.resource
	action := lowered(r.req.action)
	prefix, name, _ := strings.Cut(action, ":")
	is := func(list ...string) bool { return slices.Contains(list, action) }
	if action == "sts:getcalleridentity" && c.kind != anonymous && c.kind != tokenCaller {
		return always
	}
	sessionType := ""
	if r.req.session != nil {
		sessionType = r.req.session.Type
	}
	text, _ := r.single(r.ctx, "aws:multifactorauthpresent")
	mfa := lowered(text) == "true"
	switch {
	case is("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext") &&
		(c.kind == anonymous || c.kind == rootUser): // B30, E64
		return refused
	case c.kind == federatedUser && (prefix == "iam" || prefix == "sts"): // E6B
		return refused
	case c.kind == roleSession && is("sts:getfederationtoken", "sts:getsessiontoken"):
		return refused
	case sessionType == "GetSessionToken" && (prefix == "iam" && !mfa || prefix == "sts" && name != "assumerole"):
		return refused
	case c.kind == tokenCaller && c.saml && !is("sts:assumerolewithsaml", "sts:tagsession"), // E67, E68
		c.kind == tokenCaller && !c.saml && !is("sts:assumerolewithwebidentity", "sts:tagsession"):
		return refused
	}
	if r.fixedTarget(action, res) {
		return refused
	}
	if is("sts:getsessiontoken") && (c.kind == iamUser || c.kind == rootUser) {
		return always
	}
	return ""
}

var (
	awsPolicy = regexp.MustCompile(`^arn:[^:]*:iam::aws:policy/`)
	awsAlias  = regexp.MustCompile(`^arn:[^:]*:kms:[^:]*:[^:]*:alias/aws/`)
)

// fixedTarget are the service rules E71 and E73.
func (r *refEval) fixedTarget(action, res string) bool {
	is := func(list ...string) bool { return slices.Contains(list, action) }
	if awsPolicy.MatchString(res) && is("iam:createpolicy", "iam:createpolicyversion", "iam:deletepolicy",
		"iam:deletepolicyversion", "iam:setdefaultpolicyversion", "iam:tagpolicy", "iam:untagpolicy") {
		return true
	}
	if awsAlias.MatchString(res) && is("kms:createalias", "kms:updatealias", "kms:deletealias") {
		return true
	}
	m := roleARN.FindStringSubmatch(res)
	if m == nil {
		return false
	}
	reserved := strings.HasPrefix(m[2], "aws-reserved/")
	linked := strings.HasPrefix(m[2], "aws-service-role/")
	switch {
	case is("iam:passrole"):
		return reserved || m[1] != r.caller.account
	case is("iam:attachrolepolicy", "iam:detachrolepolicy", "iam:putrolepolicy", "iam:deleterolepolicy",
		"iam:putrolepermissionsboundary", "iam:deleterolepermissionsboundary", "iam:updateassumerolepolicy",
		"iam:createrole", "iam:deleterole"):
		return reserved || linked
	case is("iam:updaterole", "iam:updateroledescription", "iam:tagrole", "iam:untagrole"):
		return reserved
	}
	return false
}

// rcpServices is the list of E36.
var rcpServices = strings.Fields(`appstream dsql clouddirectory cloudfront cloudsearch logs networkmonitor
	cognito-identity cognito-idp comprehend comprehendmedical firehose dynamodb dax autoscaling ecr ecr-public gamelift
	inspector-scan kendra kinesisvideo memorydb aoss personalize polly s3 swf sqs textract timestream-influxdb transcribe
	translate workspaces appconfig autoscaling-plans budgets servicediscovery cloudtrail-data codeartifact codebuild
	codecommit codepipeline compute-optimizer cost-optimization-hub events fms fis health rolesanywhere kms opensearch
	pricing pca-connector-ad resource-groups secretsmanager sts signin support transfer notifications wafv2 xray`)
