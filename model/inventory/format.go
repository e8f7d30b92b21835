package inventory

import "iamsim/internal/source"

// policyDocument is a policy written where it is used.
func policyDocument(hint string) *shape {
	return &shape{
		name: "policy document", form: documentForm, hint: hint,
		about: "An IAM policy document, with AWS's own element names.",
	}
}

// fileName names a file that holds a policy.
var fileName = &shape{
	name: "file name", verify: nonEmpty, pattern: `.`,
	about: "A file that holds a policy document, or an answer of the AWS CLI that wraps one; relative to the file that names it.",
}

// fileReference stands for a document in a mapping.
var fileReference = &shape{
	name: "reference to a file", form: objectForm,
	about: "A policy document that is kept in a file.",
	fits: func(n *source.Node) bool {
		return n.Kind == source.Object && n.Get("file") != nil && n.Get("Statement") == nil
	},
	fields: []field{{name: "file", of: fileName, required: true}},
}

// inlinePolicies are the inline policies of a user, group or role.
var inlinePolicies = func() *shape {
	entry := *fileReference
	entry.or = policyDocument("to read the policy from a file, write {file: NAME}")
	return mappingOf(&entry, true)
}()

var permissionsBoundary = func() *shape {
	s := *iamPolicyARN
	s.fits = func(n *source.Node) bool { return n.Scalar() && !holdsDocument(n.Text) }
	s.or = policyDocument("")
	return &s
}()

var tags = func() *shape {
	s := mappingOf(plainText, true)
	s.hint = "write tags as NAME: VALUE"
	return s
}()

var stringMapping = mappingOf(plainText, false)

// principalFields are common to roles and users.
var principalFields = []field{
	{name: "inlinePolicies", of: inlinePolicies, removable: true, about: "Inline policies by name. An overlay adds to them and replaces those of the same name."},
	{name: "attachedPolicies", of: listOf(iamPolicyARN), removable: true, about: "ARNs of attached managed policies. An overlay adds to them."},
	{name: "permissionsBoundary", of: permissionsBoundary, removable: true, about: "The permissions boundary: the ARN of a managed policy, or a document."},
	{name: "tags", of: tags, removable: true, about: "Tags. An overlay adds to them and replaces those of the same name."},
}

var roleShape = &shape{
	name: "role", form: objectForm, entity: true,
	about: "An IAM role.",
	fields: append([]field{
		{name: "arn", of: roleARN, key: true},
		{name: "roleId", of: nameText, removable: true, about: "The unique id (AROA...); policies may name it, and it is part of aws:userid."},
		{name: "trustPolicy", of: policyDocument("to read the policy from a file, use trustPolicyFile"), about: "The trust policy."},
		{name: "trustPolicyFile", of: fileName, about: "A file that holds the trust policy."},
		{name: "maxSessionDuration", of: sessionDuration, removable: true, about: "The longest session in seconds."},
	}, principalFields...),
	choices: []choice{{fields: []string{"trustPolicy", "trustPolicyFile"}, needed: true}},
}

var userShape = &shape{
	name: "user", form: objectForm, entity: true,
	about: "An IAM user.",
	fields: append([]field{
		{name: "arn", of: userARN, key: true},
		{name: "userId", of: nameText, removable: true, about: "The unique id (AIDA...); policies may name it, and it is aws:userid."},
		{name: "groups", of: listOf(nameText), removable: true, about: "Names of groups of the same account. An overlay adds to them."},
	}, principalFields...),
}

var groupShape = &shape{
	name: "group", form: objectForm, entity: true,
	about: "An IAM user group.",
	fields: []field{
		{name: "arn", of: groupARN, key: true},
		principalFields[0],
		principalFields[1],
	},
}

var policyShape = &shape{
	name: "policy", form: objectForm, entity: true,
	about: "A managed policy, a service control policy or a resource control policy.",
	fields: []field{
		{name: "arn", of: policyARN, about: "The policy's ARN. Only service and resource control policies may go without."},
		{name: "name", of: nameText, about: "The policy's name, by which an organization may attach it."},
		{name: "document", of: policyDocument("to read the policy from a file, use file"), about: "The policy document."},
		{name: "file", of: fileName, about: "A file that holds the policy document."},
	},
	choices: []choice{
		{fields: []string{"arn", "name"}, needed: true, together: true},
		{fields: []string{"document", "file"}, needed: true},
	},
}

// grantOperations are the operations that a KMS grant may allow.
var grantOperations = []string{
	"CreateGrant", "Decrypt", "DeriveSharedSecret", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair",
	"GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "GenerateMac", "GetPublicKey",
	"ReEncryptFrom", "ReEncryptTo", "RetireGrant", "Sign", "Verify", "VerifyMac",
}

var grantShape = &shape{
	name: "grant", form: objectForm,
	about: "A grant on a KMS key.",
	fields: []field{
		{name: "grantee", of: granteeText, required: true},
		{name: "operations", of: listOf(&shape{name: "operation", values: grantOperations}), required: true, about: "What the grant allows."},
		{name: "encryptionContextEquals", of: stringMapping, about: "The request's encryption context must be this one."},
		{name: "encryptionContextSubset", of: stringMapping, about: "The request's encryption context must contain these pairs."},
	},
}

var resourceShape = &shape{
	name: "resource", form: objectForm, entity: true,
	about: "A resource that has a resource-based policy, tags or grants, or is known to have none.",
	fields: []field{
		{name: "arn", of: resourceARN, key: true},
		{name: "account", of: accountID, removable: true, about: "The owner; needed where the ARN names no account, as S3's do not."},
		{name: "policy", of: policyDocument("to read the policy from a file, use policyFile"), removable: true, about: "The resource-based policy; left out means that the resource is known to have none."},
		{name: "policyFile", of: fileName, removable: true, about: "A file that holds the resource-based policy."},
		{name: "tags", of: tags, removable: true, about: "Tags of exactly this resource. An overlay adds to them and replaces those of the same name."},
		{name: "grants", of: listOf(grantShape), removable: true, about: "Grants on a KMS key. An overlay's grants replace them."},
	},
	choices: []choice{{fields: []string{"policy", "policyFile"}}},
}

var providerShape = &shape{
	name: "identity provider", article: "an", form: objectForm, entity: true,
	about:  "A SAML or OIDC provider.",
	fields: []field{{name: "arn", of: providerARN, key: true}},
}

var endpointShape = &shape{
	name: "VPC endpoint", form: objectForm, entity: true,
	about: "A VPC endpoint.",
	fields: []field{
		{name: "id", of: endpointID, key: true},
		{name: "vpc", of: vpcID, removable: true, about: "The VPC; gives aws:SourceVpc."},
		{name: "account", of: accountID, removable: true, about: "The owner; gives aws:VpceAccount and aws:VpceOrgID."},
		{name: "type", of: &shape{name: "type", values: []string{"Interface", "Gateway"}}, removable: true, about: "Interface where left out."},
		{name: "service", of: servicePrefix, removable: true, about: "The service behind the endpoint; left out means every service."},
		{name: "policy", of: policyDocument("to read the policy from a file, use policyFile"), removable: true, about: "The endpoint policy; left out means full access, as in AWS."},
		{name: "policyFile", of: fileName, removable: true, about: "A file that holds the endpoint policy."},
	},
	choices: []choice{{fields: []string{"policy", "policyFile"}}},
}

// controlPolicies is a list of SCPs or RCPs.
var controlPolicies = func() *shape {
	reference := *nameText
	reference.name = "name or ARN of a policy"
	reference.about = "The name or ARN of an entry of policies, or the built-in FullAWSAccess."
	reference.or = &shape{
		name: "policy with name and document", form: objectForm,
		about: "A policy that is declared where it is attached.",
		fields: []field{
			{name: "name", of: nameText, required: true},
			{name: "document", of: policyDocument(""), required: true},
		},
	}
	return listOf(&reference)
}()

// nodeName is the name of an account or organizational unit.
var nodeName = field{name: "name", of: nameText, removable: true}

// levelFields are common to all levels of an organization.
var levelFields = []field{
	{
		name: "serviceControlPolicies", of: controlPolicies, removable: true,
		about: "The attached SCPs. Left out means FullAWSAccess alone; an empty list means that nothing is allowed here. An overlay adds to them.",
	},
	{
		name: "resourceControlPolicies", of: controlPolicies, removable: true,
		about: "The attached RCPs besides RCPFullAWSAccess, which is always attached. An overlay adds to them.",
	},
}

var accountShape = func() *shape {
	s := *accountID
	s.or = &shape{
		name: "account", article: "an", form: objectForm, entity: true,
		about:  "An account with its own policies.",
		fields: append([]field{{name: "id", of: accountID, key: true}, nodeName}, levelFields...),
	}
	return &s
}()

var unitShape = func() *shape {
	s := &shape{
		name: "organizational unit", article: "an", form: objectForm, entity: true,
		about: "An organizational unit.",
	}
	s.fields = append(append([]field{{name: "id", of: unitID, key: true}, nodeName}, levelFields...), treeFields(s)...)
	return s
}()

// treeFields are what stands below the root or an organizational unit.
func treeFields(unit *shape) []field {
	return []field{
		{name: "accounts", of: listOf(accountShape), about: "The accounts of this level: ids, or objects with more."},
		{name: "organizationalUnits", of: listOf(unit), about: "The organizational units of this level."},
	}
}

var rootShape = &shape{
	name: "root", form: objectForm, entity: true,
	about:  "The organization's root.",
	fields: append(append([]field{{name: "id", of: rootID, required: true}}, levelFields...), treeFields(unitShape)...),
}

var organizationShape = &shape{
	name: "organization", article: "an", form: objectForm, entity: true,
	about: "An organization with SCPs and RCPs enabled.",
	fields: []field{
		{name: "id", of: organizationID, required: true},
		{name: "managementAccount", of: accountID, required: true, about: "The management account, which SCPs and RCPs never limit. It need not appear in the tree."},
		{name: "root", of: rootShape, required: true},
	},
}

// policySetShape is the policy set: what exists.
var policySetShape = &shape{
	name: "policy set", form: objectForm,
	about: "What exists: principals, policies, resources and the organization.",
	fields: []field{
		{name: "organization", of: organizationShape, removable: true, about: "Without it no SCP and no RCP takes part."},
		{name: "policies", of: listOf(policyShape), about: "Managed policies, SCPs and RCPs."},
		{name: "roles", of: listOf(roleShape)},
		{name: "users", of: listOf(userShape)},
		{name: "groups", of: listOf(groupShape)},
		{name: "resources", of: listOf(resourceShape), about: "Whatever has a resource-based policy, tags or grants."},
		{name: "identityProviders", of: listOf(providerShape), about: "SAML and OIDC providers that trust policies name."},
		{name: "vpcEndpoints", of: listOf(endpointShape)},
	},
}
