package eval

import (
	"strconv"

	"iamsim/conditions"
	"iamsim/model"
)

// layers reports what each layer that takes part said, in the order of E91.
func (ex *explainer) layers() []LayerReport {
	q, f := ex.q, &ex.e.facts
	if f.always || f.serviceRule {
		return nil
	}
	var out []LayerReport
	for i := range q.rcp {
		out = append(out, ex.level(layerRCP, i, q.rcp))
	}
	for i := range q.scp {
		out = append(out, ex.level(layerSCP, i, q.scp))
	}
	if q.endpoint != nil {
		out = append(out, ex.endpointLayer())
	}
	out = append(out, ex.resourceLayer())
	if f.grant != conditions.False {
		out = append(out, LayerReport{PolicyType: KMSGrantType, Outcome: "allowed", Name: q.target.row.ARN})
	}
	if !f.iam {
		return out
	}
	aside := f.sure.setAside()
	out = append(out, ex.identityLayer(aside.identity))
	if q.boundary.present {
		out = append(out, ex.callerLayer(layerBoundary, f.boundary, aside.boundary, q.boundary))
	}
	if q.limits.present {
		out = append(out, ex.callerLayer(layerSession, f.session, aside.session, q.limits))
	}
	return out
}

func outcome(allowed, denied bool) string {
	switch {
	case denied:
		return "denied"
	case allowed:
		return "allowed"
	}
	return "silent"
}

// applying lists the statements of a layer's level that apply, and whether one of them denies or allows.
func (ex *explainer) applying(l layer, lvl int) (refs []StatementRef, allowed, denied bool) {
	for _, v := range ex.visits {
		if v.layer != l || v.level != lvl || v.applies != conditions.True {
			continue
		}
		refs = append(refs, ex.ref(l, v.statement))
		if v.statement.source.Effect == model.Deny {
			denied = true
		} else {
			allowed = true
		}
	}
	return refs, allowed, denied
}

func (ex *explainer) level(l layer, i int, levels []level) LayerReport {
	refs, allowed, denied := ex.applying(l, i)
	r := LayerReport{PolicyType: ex.layerType(l), Level: &i, Name: levels[i].name, Statements: refs}
	if l == layerRCP {
		allowed = true // RCPFullAWSAccess
	}
	if len(levels[i].policies) == 0 && l == layerSCP {
		r.Note = "no policy is attached, so nothing is allowed here"
	}
	r.Outcome = outcome(allowed, denied)
	return r
}

func (ex *explainer) endpointLayer() LayerReport {
	refs, allowed, denied := ex.applying(layerVPCE, 0)
	r := LayerReport{PolicyType: EndpointPolicyType, Name: ex.q.endpoint.ID, Statements: refs}
	if ex.q.endpointPolicy == nil {
		allowed, r.Note = true, "default policy"
	}
	r.Outcome = outcome(allowed, denied)
	return r
}

func (ex *explainer) resourceLayer() LayerReport {
	q := ex.q
	refs, allowed, denied := ex.applying(layerResource, 0)
	r := LayerReport{PolicyType: ex.layerType(layerResource), Name: q.resource, Statements: refs, Outcome: outcome(allowed, denied)}
	switch {
	case q.target.far:
		r.Outcome, r.Note = "notEvaluated", "nothing is known of account "+q.target.account
	case q.resourcePolicy == nil:
		r.Note = "no policy"
	case denied && q.ownBucketPolicy():
		r.Note = "the owner's root user may always look after the bucket policy (E3)"
	case allowed && ex.e.facts.sure == kindAccount:
		r.Note = "names the account: the identity side must allow as well (E22)"
	}
	return r
}

func (ex *explainer) identityLayer(aside bool) LayerReport {
	q := ex.q
	switch {
	case ex.e.facts.root:
		return LayerReport{PolicyType: IdentityPolicyType, Name: q.caller.arn, Outcome: "allowed", Note: "the root user needs no identity policy"}
	case ex.e.facts.farPrincipal:
		return LayerReport{PolicyType: IdentityPolicyType, Name: q.caller.arn, Outcome: "notEvaluated",
			Note: "nothing is known of account " + q.caller.account}
	}
	return ex.callerLayer(layerIdentity, ex.e.facts.identity, aside, q.identity)
}

func (ex *explainer) callerLayer(l layer, allowed conditions.Truth, aside bool, set *policySet) LayerReport {
	refs, _, denied := ex.applying(l, 0)
	r := LayerReport{
		PolicyType: ex.layerType(l), Statements: refs,
		Outcome: outcome(allowed == conditions.True, denied),
	}
	if ex.q.caller.row != nil {
		r.Name = ex.q.caller.row.ARN
	}
	r.SetAside = r.Outcome == "silent" && aside && ex.decision.Allowed()
	switch {
	case len(set.missing) > 0:
		r.Note = "the document of " + list(set.missing) + " was not read"
	case len(set.policies) == 0:
		r.Note = "no policy"
	default:
		r.Note = plural(len(set.policies), "policy", "policies")
	}
	return r
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
