package chain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"iamsim/conditions"
	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

// parameters are the keys that a call has by its parameters (D.4), folded,
// with the field of a hop that gives each. A name that ends in '/' stands for a family.
var parameters = []struct{ key, field string }{
	{"sts:externalid", "externalId"}, {"sts:rolesessionname", "sessionName"}, {"sts:sourceidentity", "sourceIdentity"},
	{"sts:durationseconds", "durationSeconds"}, {"sts:transitivetagkeys", "transitiveTagKeys"},
	{"aws:requesttag/", "tags"}, {"aws:tagkeys", "tags"},
}

// ofCaller are the keys that the caller's identity or session settles,
// whatever the call is, folded.
var ofCaller = []string{
	"aws:principalarn", "aws:principaltype", "aws:principalaccount", "aws:username", "aws:sourceidentity",
	"aws:tokenissuetime", "aws:federatedprovider", "aws:assumedroot", "aws:principalisawsservice", "aws:principalservicename",
	"aws:principalservicenameslist",
}

// settledIfKnown are keys that follow from the caller or from the role as far
// as the inventory tells (D22), folded. A name that ends in '/' stands for a family.
var settledIfKnown = []string{
	keyUserID, principalTag, "aws:principalorgid", "aws:principalorgpaths",
	"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "aws:resourcetag/", "iam:resourcetag/",
	"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths",
}

// ofWorkload are the keys of sessions that a service handed to a workload (D.3), folded.
var ofWorkload = []string{
	"aws:ec2instancesourcevpc", "aws:ec2instancesourceprivateipv4", "ec2:roledelivery", "ec2:sourceinstancearn",
	"lambda:sourcefunctionarn", "glue:roleassumedby", "glue:credentialissuingservice", "codebuild:buildarn", "codebuild:projectarn",
	"ssm:sourceinstancearn", "identitystore:userid",
}

func among(list []string, folded string) bool {
	return slices.ContainsFunc(list, func(name string) bool {
		return folded == name || strings.HasSuffix(name, "/") && strings.HasPrefix(folded, name)
	})
}

// parameterOf is the field of a hop by which a key comes into its call; empty for other keys.
func parameterOf(folded string) string {
	for _, p := range parameters {
		if among([]string{p.key}, folded) {
			return p.field
		}
	}
	return ""
}

// claimOf tells whose claim a key is: "saml", or an OIDC provider's host and path.
func claimOf(folded string) (issuer string, claim bool) {
	if strings.HasPrefix(folded, "saml:") {
		return "saml", true
	}
	end := strings.IndexAny(folded, ":/")
	if end < 0 || !strings.Contains(folded[:end], ".") {
		return "", false
	}
	return folded[:max(strings.LastIndexByte(folded, ':'), end)], true
}

// issuerOf is whose claims the bearer of a token brings, spelled as claimOf does.
func issuerOf(principal string) string {
	if strings.Contains(principal, ":saml-provider/") {
		return "saml"
	}
	_, url, found := strings.Cut(principal, ":oidc-provider/")
	if !found {
		url = principal
	}
	return conditions.FoldKey(url)
}

// bringsToken reports whether a principal that calls is the bearer of a token.
// Who is not is let in by no trust policy, whatever claims are given (E67).
func bringsToken(principal string) bool {
	return strings.Contains(principal, "-provider/") || slices.Contains(wellKnownProviders, principal)
}

// carrier is a call and its caller, as far as they tell which keys can come with it.
type carrier struct {
	action    string
	principal string
	// workload is set for a session that a service may have handed to a workload.
	workload bool
}

// never tells why no such call carries a key; empty where some do.
func (c carrier) never(folded string) string {
	issuer, claim := claimOf(folded)
	namespace, _, _ := strings.Cut(folded, ":")
	switch {
	case parameterOf(folded) != "":
		return "it is what the call passes as " + parameterOf(folded)
	case among(ofCaller, folded):
		return "it follows from the caller"
	case claim && (c.action != AssumeRoleWithSAML && c.action != AssumeRoleWithWebIdentity):
		return "a token's claims come with " + AssumeRoleWithSAML + " and " + AssumeRoleWithWebIdentity + " alone"
	case claim && bringsToken(c.principal) && issuer != issuerOf(c.principal):
		return "it is no claim of a token of " + c.principal
	case claim:
		return ""
	case among(ofWorkload, folded):
		if c.workload {
			return ""
		}
		return "it comes with credentials that a service handed to a workload"
	case folded == "sts:roleauthorizedbyidp" && c.action == AssumeRoleWithWebIdentity:
		return ""
	case strings.HasPrefix(folded, "sts:requestcontext"):
		return "provided contexts need sts:SetContext, which no hop asks for"
	case namespace != "aws" && !strings.HasPrefix(folded, "iam:resourcetag/"):
		return "no such call carries it"
	}
	return ""
}

// checkContext refuses keys in a hop's context that the call cannot carry, or
// that are settled otherwise: a value given there would pass unchecked what
// E68, E6A and D.3 have checked.
func (w *walk) checkContext(h *Hop) error {
	carries := carrier{h.action(), w.caller.Principal, w.workload}
	var settled *conditions.Context
	for _, key := range h.Context.Names() {
		folded := conditions.FoldKey(key)
		if why := carries.never(folded); why != "" {
			return refusedKey(key, why, hintFor(folded))
		}
		if !among(settledIfKnown, folded) {
			continue
		}
		if settled == nil {
			settled = w.derived(h)
		}
		if _, state := settled.Lookup(key); state != conditions.NotSupplied {
			return refusedKey(key, "it follows from the caller and the role", "the policy set tells it, and the call before what its session has")
		}
		if value, state := h.Context.Lookup(key); folded == keyUserID && state == conditions.Present && !w.mayHave(value.Texts()) {
			return refusedKey(key, "the caller cannot have this unique id", "a role session's is the role's id, a colon and the session's name")
		}
	}
	return checkFactor(h.Context)
}

func refusedKey(key, why, hint string) error {
	return &eval.RequestError{Field: "context", Message: key + " cannot be given here: " + why, Hint: hint}
}

// hintFor tells where a key that a hop's context cannot give is told instead.
func hintFor(folded string) string {
	if field := parameterOf(folded); field != "" {
		return "give " + field + " instead"
	}
	switch {
	case folded == "aws:sourceidentity":
		return "give sourceIdentity to the call before, or tell it with the session that the chain starts with"
	case among(ofCaller, folded):
		return "the principal that the chain starts with, its session, and the calls before tell it"
	}
	return ""
}

// derived is the context of the call with nothing given.
func (w *walk) derived(h *Hop) *conditions.Context {
	bare := *h
	bare.Context = nil
	if call, err := w.call(&bare); err == nil {
		if q, err := w.engine.Prepare(call); err == nil {
			return q.Context()
		}
	}
	return conditions.NewContext()
}

var (
	userIDText = regexp.MustCompile(`^AIDA\w+$`)
	roleIDText = regexp.MustCompile(`^AROA\w+$`)
)

// mayHave reports whether a caller of whom no unique id was read may have one.
func (w *walk) mayHave(texts []string) bool {
	if len(texts) != 1 {
		return false
	}
	id, name, session := strings.Cut(texts[0], ":")
	if _, declared := w.engine.Snapshot().PrincipalByID(id); declared {
		return false
	}
	if session {
		return roleIDText.MatchString(id) && name == sessionNameOf(w.caller.Principal)
	}
	return userIDText.MatchString(id)
}

// sessionNameOf is the name of the session that a role or one of its sessions calls with.
func sessionNameOf(principal string) string {
	if _, session, ok := strings.Cut(principal, ":assumed-role/"); ok {
		return session[strings.LastIndexByte(session, '/')+1:]
	}
	return defaultSessionName
}

// checkFactor refuses what cannot be said of a second factor.
func checkFactor(c *conditions.Context) error {
	value, present := c.Lookup(keyFactor)
	if present == conditions.Present && (len(value.Texts()) != 1 || !strings.EqualFold(value.Texts()[0], "true") && !strings.EqualFold(value.Texts()[0], "false")) {
		return refusedKey(keyFactor, "it is true or false", "")
	}
	age, given := c.Lookup(keyFactorAge)
	if given != conditions.Present {
		return nil
	}
	if len(age.Texts()) != 1 {
		return refusedKey(keyFactorAge, "it is a number of seconds", "")
	}
	if n, err := strconv.ParseFloat(age.Texts()[0], 64); err != nil || n < 0 {
		return refusedKey(keyFactorAge, "it is a number of seconds", "")
	}
	if present != conditions.NotSupplied && !truth(c, keyFactor) {
		return refusedKey(keyFactorAge, "no second factor is given", "leave "+keyFactor+" out or give true")
	}
	return nil
}

// givesFactor reports whether a hop says that a second factor is given.
func givesFactor(c *conditions.Context) bool {
	_, age := c.Lookup(keyFactorAge)
	return truth(c, keyFactor) || age == conditions.Present
}

// isRole reports whether a principal is a role or a session of one; short names are looked up.
func isRole(s *inventory.Snapshot, principal string) bool {
	if arn, err := model.ParseARN(principal); err == nil {
		return arn.Service == "iam" && strings.HasPrefix(arn.Resource, "role/") || arn.Service == "sts" && strings.HasPrefix(arn.Resource, "assumed-role/")
	}
	found := s.FindPrincipals(principal)
	return len(found) == 1 && found[0].Kind == inventory.Role
}

// isUser reports whether an ARN is that of an IAM user or a root user, who can have a second factor.
func isUser(principal string) bool {
	arn, err := model.ParseARN(principal)
	return err == nil && arn.Service == "iam" && (strings.HasPrefix(arn.Resource, "user/") || arn.Resource == "root")
}

// isService reports whether a principal that calls is an AWS service.
func isService(principal string) bool {
	return strings.ContainsRune(principal, '.') && !strings.HasPrefix(principal, "arn:") && !slices.Contains(wellKnownProviders, principal)
}
