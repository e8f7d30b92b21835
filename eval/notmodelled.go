package eval

import "strings"

// notModelled lists what AWS would look at for this request besides policies
// and what the program does not model ("Not modelled" in docs/semantics.md).
func (ex *explainer) notModelled() []string {
	q := ex.q
	var out []string
	note := func(text string) { out = append(out, "not modelled: "+text) }
	switch q.service {
	case "s3":
		if strings.Contains(q.target.arn.Resource, "accesspoint") {
			note("access points, whose policy and whose bucket's policy must both admit the request (rule E87)")
		}
		public := ex.e.facts.sure&kindWildcard != 0
		if ex.decision.Allowed() && public && (q.caller.kind == callerAnonymous || !ex.e.facts.same) {
			note("Block Public Access, which may cut off access by a public bucket policy (rules E85, E86)")
		}
		if ex.decision.Result() == ImplicitDeny && !ex.e.facts.same {
			note("S3 ACLs, which may grant access where object ownership allows them (rule E85)")
		}
	case "kms":
		if awsAlias.MatchString(q.resource) {
			note("the policies of AWS managed keys (rule E83)")
		}
	case "sts":
		if q.operation == "assumeroot" {
			note("the task policies of sts:AssumeRoot (rule E46)")
		}
	case "aoss":
		if q.operation == "apiaccessall" || q.operation == "dashboardsaccessall" {
			note("data access policies of OpenSearch Serverless, which must admit the caller as well (rule E88)")
		}
	}
	return out
}
