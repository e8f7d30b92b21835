package catalog

import (
	"strings"

	"iamsim/internal/spelling"
)

// operations are names of API operations, or of actions that people expect,
// under which no action goes, with the action that is asked for them (rule B6).
// All are in lower case.
var operations = map[string]string{
	"bedrock:importmodel":                "bedrock:CreateModelImportJob",
	"dynamodb:transactgetitems":          "dynamodb:GetItem",
	"dynamodb:transactwriteitems":        "dynamodb:PutItem",
	"lambda:invoke":                      "lambda:InvokeFunction",
	"s3:completemultipartupload":         "s3:PutObject",
	"s3:copyobject":                      "s3:PutObject",
	"s3:createmultipartupload":           "s3:PutObject",
	"s3:deletebucketcors":                "s3:PutBucketCORS",
	"s3:deletebucketencryption":          "s3:PutEncryptionConfiguration",
	"s3:deletebucketlifecycle":           "s3:PutLifecycleConfiguration",
	"s3:deletebucketreplication":         "s3:PutReplicationConfiguration",
	"s3:deletebuckettagging":             "s3:PutBucketTagging",
	"s3:deleteobjects":                   "s3:DeleteObject",
	"s3:deletepublicaccessblock":         "s3:PutBucketPublicAccessBlock",
	"s3:getbucketencryption":             "s3:GetEncryptionConfiguration",
	"s3:getbucketlifecycle":              "s3:GetLifecycleConfiguration",
	"s3:getbucketlifecycleconfiguration": "s3:GetLifecycleConfiguration",
	"s3:getbucketreplication":            "s3:GetReplicationConfiguration",
	"s3:getobjectlockconfiguration":      "s3:GetBucketObjectLockConfiguration",
	"s3:getpublicaccessblock":            "s3:GetBucketPublicAccessBlock",
	"s3:headbucket":                      "s3:ListBucket",
	"s3:headobject":                      "s3:GetObject",
	"s3:listbuckets":                     "s3:ListAllMyBuckets",
	"s3:listmultipartuploads":            "s3:ListBucketMultipartUploads",
	"s3:listobjects":                     "s3:ListBucket",
	"s3:listobjectsv2":                   "s3:ListBucket",
	"s3:listobjectversions":              "s3:ListBucketVersions",
	"s3:listparts":                       "s3:ListMultipartUploadParts",
	"s3:putbucketencryption":             "s3:PutEncryptionConfiguration",
	"s3:putbucketlifecycleconfiguration": "s3:PutLifecycleConfiguration",
	"s3:putbucketreplication":            "s3:PutReplicationConfiguration",
	"s3:putobjectlockconfiguration":      "s3:PutBucketObjectLockConfiguration",
	"s3:putpublicaccessblock":            "s3:PutBucketPublicAccessBlock",
	"s3:uploadpart":                      "s3:PutObject",
}

// prefixes are names that people give to services, in lower case, with the
// prefix of their actions.
var prefixes = map[string]string{
	"alb":              "elasticloadbalancing",
	"api-gateway":      "apigateway",
	"cloudwatch-logs":  "logs",
	"cloudwatchevents": "events",
	"cloudwatchlogs":   "logs",
	"cognito":          "cognito-idp",
	"efs":              "elasticfilesystem",
	"elasticsearch":    "es",
	"elb":              "elasticloadbalancing",
	"elbv2":            "elasticloadbalancing",
	"emr":              "elasticmapreduce",
	"eventbridge":      "events",
	"keyspaces":        "cassandra",
	"msk":              "kafka",
	"parameter-store":  "ssm",
	"parameterstore":   "ssm",
	"step-functions":   "states",
	"stepfunctions":    "states",
	"systems-manager":  "ssm",
}

// SuggestAction returns the action that name, which is none, was probably
// meant to be: the same in another spelling of its letters, the action behind
// an API operation of that name, the nearest name of the service, or the only
// action of that name in another service.
func (c *Catalog) SuggestAction(name string) (string, bool) {
	if a, ok := c.Action(name); ok {
		return otherSpelling(name, a.Name())
	}
	if a, ok := c.Action(operations[foldText(name)]); ok {
		return a.Name(), true
	}
	prefix, operation, ok := strings.Cut(name, ":")
	if !ok {
		return c.onlyAction(name)
	}
	if s, known := c.Service(prefix); known {
		if near, ok := s.nearestAction(operation); ok {
			return near, true
		}
		return c.onlyAction(operation)
	}
	if meant, ok := c.SuggestService(prefix); ok {
		s, _ := c.Service(meant)
		if near, ok := s.nearestAction(operation); ok {
			return near, true
		}
	}
	return c.onlyAction(operation)
}

// otherSpelling suggests the right spelling of a name that is known, if its
// letters are of another case.
func otherSpelling(name, right string) (string, bool) {
	if name == right {
		return "", false
	}
	return right, true
}

// nearestAction finds the action of the service whose name is nearest to
// operation.
func (s Service) nearestAction(operation string) (string, bool) {
	n := spelling.NewNearest(operation)
	var best Action
	for a := range s.Actions() {
		if n.Try(a.Name()[len(s.Prefix())+len(":"):]) {
			best = a
		}
	}
	if _, ok := n.Best(); !ok {
		return "", false
	}
	return best.Name(), true
}

// onlyAction finds the one action of that name, whatever its service.
func (c *Catalog) onlyAction(operation string) (string, bool) {
	only := ""
	for s := range c.Services() {
		if a, ok := s.Action(operation); ok {
			if only != "" {
				return "", false
			}
			only = a.Name()
		}
	}
	return only, only != ""
}

// SuggestService returns the prefix of the service that prefix, which is none,
// was probably meant to be.
func (c *Catalog) SuggestService(prefix string) (string, bool) {
	if s, ok := c.Service(prefix); ok {
		return otherSpelling(prefix, s.Prefix())
	}
	if s, ok := c.Service(prefixes[foldText(prefix)]); ok {
		return s.Prefix(), true
	}
	n := spelling.NewNearest(prefix)
	best := ""
	for s := range c.Services() {
		if n.Try(s.Prefix()) {
			best = s.Prefix()
		}
	}
	return best, best != ""
}

// SuggestKey returns the condition key that name, which is none, was probably
// meant to be. Of a family of keys, such as aws:PrincipalTag/, the part that
// names the family is compared and the rest kept.
func (c *Catalog) SuggestKey(name string) (string, bool) {
	if k, ok := c.Key(name); ok {
		if isOpen(k.Name()) || strings.HasPrefix(k.Name(), anyProvider) {
			return "", false
		}
		return otherSpelling(name, k.Name())
	}
	whole := spelling.NewNearest(name)
	head, rest, hasRest := strings.Cut(name, "/")
	family := spelling.NewNearest(head)
	best, bestFamily := "", ""
	for k := range c.Keys() {
		if before, _, slash := strings.Cut(k.Name(), "/"); slash && hasRest && rest != "" {
			if family.Try(before) {
				bestFamily = before
			}
		} else if !slash && !isOpen(k.Name()) && !strings.HasPrefix(k.Name(), anyProvider) && whole.Try(k.Name()) {
			best = k.Name()
		}
	}
	farFamily, ok := family.Best()
	if far, found := whole.Best(); ok && (!found || farFamily <= far) {
		return bestFamily + "/" + rest, true
	}
	return best, best != ""
}
