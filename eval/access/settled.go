package access

import (
	"slices"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
)

// callerKeys follow from the caller, its session and what the question
// supplies, whatever is done and on what (D.2, D13, D20, D22).
var callerKeys = []string{
	"aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalorgid", "aws:principalorgpaths",
	"aws:userid", "aws:username", "aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist",
	"aws:sourceidentity", "aws:federatedprovider", "aws:tokenissuetime", "aws:multifactorauthpresent", "aws:multifactorauthage",
	"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths",
	// The time is one question's; the keys of an endpoint follow from aws:SourceVpce.
	"aws:currenttime", "aws:epochtime", "aws:sourceip", "aws:sourcevpc", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
}

// ownerKeys follow from the resource's owner.
var ownerKeys = []string{"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"}

// Tags of the caller, and of the resource itself. iam:ResourceTag is not
// settled: it belongs to requests of IAM and STS alone.
const (
	principalTags = "aws:principaltag/"
	resourceTags  = "aws:resourcetag/"
)

// settled returns the keys of a query's context that are the same for every
// request of the question: those supplied, and those that follow from the
// caller and the resource's owner. With exact, the question is about this very
// resource, and its tags are settled too.
func settled(q *eval.Query, supplied *conditions.Context, exact bool) *conditions.Context {
	out := conditions.NewContext()
	all := q.Context()
	for _, name := range all.Names() {
		folded := conditions.FoldKey(name)
		_, given := supplied.Lookup(name)
		keep := given != conditions.NotSupplied || slices.Contains(callerKeys, folded) || slices.Contains(ownerKeys, folded) ||
			strings.HasPrefix(folded, principalTags) || folded == "aws:viaawsservice" && forwarded(supplied) ||
			exact && strings.HasPrefix(folded, resourceTags)
		if !keep {
			continue
		}
		if value, state := all.Lookup(name); state == conditions.Present {
			out.SetValue(name, value)
		} else {
			out.SetAbsent(name)
		}
	}
	return out
}

// forwarded reports whether the question tells whether services stand between
// caller and resource, from which aws:ViaAWSService follows.
func forwarded(supplied *conditions.Context) bool {
	_, state := supplied.Lookup("aws:CalledVia")
	return state != conditions.NotSupplied
}
