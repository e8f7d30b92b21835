package catalog

import (
	"slices"
	"strings"
)

// severalPages are services that the Service Authorization Reference has on
// several pages, by generation of their API or under an old and a new name. The
// data keeps the resources of an action from one page alone, so that any ARN of
// these services may be right for any of their actions.
var severalPages = map[string][]string{
	"apigateway":           {"apigateway"},
	"aws-marketplace":      {"aws-marketplace"},
	"codeconnections":      {"codeconnections", "codestar-connections"},
	"codestar-connections": {"codeconnections", "codestar-connections"},
	"elasticloadbalancing": {"elasticloadbalancing"},
	"greengrass":           {"greengrass"},
	"kinesisanalytics":     {"kinesisanalytics"},
	"lex":                  {"lex"},
	"ses":                  {"ses"},
}

// MayTake reports whether the action may be authorised on a resource that the
// catalogue does not list for it, because the data is known to have gaps there.
// The resource is an ARN or a pattern of one.
func (a Action) MayTake(resource string) bool {
	fields := strings.SplitN(resource, ":", 4)
	service := ""
	if len(fields) > 2 {
		service = fields[2]
	}
	// Denials of this action name a log group, of which the reference says nothing.
	if a.Name() == "logs:DescribeLogGroups" {
		return service == "logs"
	}
	return slices.Contains(severalPages[a.Service().Prefix()], service)
}

// MayCarry reports whether requests of the action may carry a key that the
// catalogue does not list for it, because the data is known to have gaps there.
func (a Action) MayCarry(key string) bool {
	prefix := a.Service().Prefix()
	namespace, _, _ := strings.Cut(key, ":")
	return severalPages[prefix] != nil && (strings.EqualFold(namespace, prefix) || strings.EqualFold(namespace, "aws"))
}
