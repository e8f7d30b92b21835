package conditions

// When keys are present, said once for the many keys that share it.
const (
	always        = "every request"
	signed        = "requests signed by an IAM identity"
	inOrg         = "the caller's account is in an organization"
	byService     = "a service principal calls directly"
	onBehalf      = "a service principal calls on behalf of a resource"
	viaEndpoint   = "the request comes through a VPC endpoint"
	viaEndpoint25 = "the request comes through a VPC endpoint of one of the services that support the key"
	onInstance    = "the credentials were delivered to an EC2 instance"
	ofWorkload    = "the session was issued to a workload of the service"
	namesResource = "most requests that name a resource"
	forwarded     = "a service makes the request with the caller's credentials"
	viaMCP        = "the request comes through an MCP server operated by AWS"
	passed        = "the caller passes it"
	webIdentity   = "sts:AssumeRoleWithWebIdentity, if the token has the claim"
	saml          = "sts:AssumeRoleWithSAML, if the assertion has it"
	kmsRequest    = "AWS KMS requests that the key applies to"
)

// knownKeys is the table of global keys and of those of STS, IAM and AWS KMS
// that policies of all kinds use (rules D.3, D.4). Keys of other services
// belong to the catalogue of services.
var knownKeys = []KeyInfo{
	// The caller.
	{"aws:PrincipalArn", ARN, false, signed},
	{"aws:PrincipalAccount", String, false, always},
	{"aws:PrincipalOrgID", String, false, inOrg},
	{"aws:PrincipalOrgPaths", String, true, inOrg},
	{"aws:PrincipalTag/", String, false, "the caller has the tag"},
	{"aws:PrincipalType", String, false, always},
	{"aws:PrincipalIsAWSService", Bool, false, "every signed request"},
	{"aws:PrincipalServiceName", String, false, byService},
	{"aws:PrincipalServiceNamesList", String, true, byService},
	{"aws:userid", String, false, always},
	{"aws:username", String, false, "the caller is an IAM user"},

	// The session.
	{"aws:AssumedRoot", Bool, false, "sessions of sts:AssumeRoot"},
	{"aws:FederatedProvider", String, false, "role sessions of an OIDC provider"},
	{"aws:TokenIssueTime", Date, false, "temporary credentials"},
	{"aws:MultiFactorAuthPresent", Bool, false, "temporary credentials, but not of federated callers"},
	{"aws:MultiFactorAuthAge", Numeric, false, "MFA was used"},
	{"aws:SourceIdentity", String, false, "the session, or one it was chained from, has a source identity"},
	{"aws:SignInSessionArn", ARN, false, "credentials of a sign-in session"},
	{"aws:ChatbotSourceArn", ARN, false, "requests made through Amazon Q Developer in chat applications"},
	{"aws:Ec2InstanceSourceVpc", String, false, onInstance},
	{"aws:Ec2InstanceSourcePrivateIPv4", IP, false, onInstance},
	{"ec2:RoleDelivery", Numeric, false, onInstance},
	{"ec2:SourceInstanceArn", ARN, false, onInstance},
	{"lambda:SourceFunctionArn", ARN, false, ofWorkload},
	{"glue:RoleAssumedBy", String, false, ofWorkload},
	{"glue:CredentialIssuingService", String, false, ofWorkload},
	{"codebuild:BuildArn", ARN, false, ofWorkload},
	{"codebuild:ProjectArn", ARN, false, ofWorkload},
	{"ssm:SourceInstanceArn", ARN, false, ofWorkload},
	{"identitystore:UserId", String, false, ofWorkload},

	// The network.
	{"aws:SourceIp", IP, false, "the request comes neither through a VPC endpoint nor from a service principal"},
	{"aws:SourceVpc", String, false, viaEndpoint},
	{"aws:SourceVpce", String, false, viaEndpoint},
	{"aws:SourceVpcArn", ARN, false, viaEndpoint25},
	{"aws:VpceAccount", String, false, viaEndpoint25},
	{"aws:VpceOrgID", String, false, viaEndpoint25},
	{"aws:VpceOrgPaths", String, true, viaEndpoint25},
	{"aws:VpcSourceIp", IP, false, viaEndpoint},

	// The resource.
	{"aws:ResourceAccount", String, false, namesResource},
	{"aws:ResourceOrgID", String, false, namesResource + " of an account in an organization"},
	{"aws:ResourceOrgPaths", String, true, namesResource + " of an account in an organization"},
	{"aws:ResourceTag/", String, false, "the resource has the tag and the action supports the key"},

	// The request.
	{"aws:RequestTag/", String, false, "the request passes the tag"},
	{"aws:TagKeys", String, true, "the request passes tags or tag keys"},
	{"aws:RequestedRegion", String, false, always},
	{"aws:CurrentTime", Date, false, always},
	{"aws:EpochTime", Date, false, always},
	{"aws:SecureTransport", Bool, false, always},
	{"aws:UserAgent", String, false, "the client sends it"},
	{"aws:referer", String, false, "the client sends it"},
	{"aws:CalledVia", String, true, forwarded},
	{"aws:CalledViaFirst", String, false, forwarded},
	{"aws:CalledViaLast", String, false, forwarded},
	{"aws:ViaAWSService", Bool, false, always},
	{"aws:ViaAWSMCPService", Bool, false, viaMCP},
	{"aws:CalledViaAWSMCP", String, false, viaMCP},
	{"aws:IsMcpServiceAction", Bool, false, viaMCP},
	{"aws:SourceArn", ARN, false, onBehalf},
	{"aws:SourceAccount", String, false, onBehalf},
	{"aws:SourceOrgID", String, false, onBehalf + " of an account in an organization"},
	{"aws:SourceOrgPaths", String, true, onBehalf + " of an account in an organization"},
	{"aws:SourceOwner", String, false, "some older ways of Amazon SNS and Amazon SES"},

	// STS.
	{"sts:ExternalId", String, false, "sts:AssumeRole, if " + passed},
	{"sts:RoleSessionName", String, false, "sts:AssumeRole, if " + passed},
	{"sts:SourceIdentity", String, false, "sts:AssumeRole, AssumeRoleWithSAML and AssumeRoleWithWebIdentity, if " + passed},
	{"sts:TransitiveTagKeys", String, true, "sts:AssumeRole, AssumeRoleWithSAML and AssumeRoleWithWebIdentity, if " + passed},
	{"sts:DurationSeconds", Numeric, false, passed},
	{"sts:AWSServiceName", String, false, "sts:GetServiceBearerToken"},
	{"sts:RequestContext/", String, false, "sts:AssumeRole with provided contexts"},
	{"sts:RequestContextProviders", ARN, true, "sts:AssumeRole with provided contexts"},
	{"sts:TaskPolicyArn", ARN, false, "sts:AssumeRoot"},
	{"sts:IdentityTokenAudience", String, true, "sts:GetWebIdentityToken"},
	{"sts:SigningAlgorithm", String, false, "sts:GetWebIdentityToken"},
	{"sts:RoleAuthorizedByIdp", Bool, false, "sts:AssumeRoleWithWebIdentity, if the token lists roles"},

	// Identity providers.
	{provider + "aud", String, false, webIdentity},
	{provider + "oaud", String, false, webIdentity},
	{provider + "sub", String, false, webIdentity},
	{provider + "amr", String, true, webIdentity},
	{"saml:aud", String, false, saml},
	{"saml:iss", String, false, saml},
	{"saml:sub", String, false, saml},
	{"saml:sub_type", String, false, saml},
	{"saml:namequalifier", String, false, saml},
	{"saml:doc", String, false, saml},
	{"saml:edupersonaffiliation", String, true, saml},

	// IAM.
	{"iam:PassedToService", String, false, "iam:PassRole"},
	{"iam:AssociatedResourceArn", ARN, false, "iam:PassRole"},
	{"iam:PermissionsBoundary", ARN, false, "calls that make a user or role or set its boundary"},
	{"iam:PolicyARN", ARN, false, "calls that attach or detach a policy"},
	{"iam:ResourceTag/", String, false, "the IAM resource has the tag"},
	{"iam:AWSServiceName", String, false, "iam:CreateServiceLinkedRole"},
	{"iam:OrganizationsPolicyId", String, false, "service last accessed reports for AWS Organizations"},

	// AWS KMS.
	{"kms:ViaService", String, false, kmsRequest},
	{"kms:CallerAccount", String, false, kmsRequest},
	{"kms:EncryptionContext:", String, false, "AWS KMS requests whose encryption context has the pair"},
	{"kms:EncryptionContextKeys", String, true, "AWS KMS requests with an encryption context"},
	{"kms:GrantIsForAWSResource", Bool, false, kmsRequest},
	{"kms:GrantOperations", String, true, kmsRequest},
	{"kms:KeyOrigin", String, false, kmsRequest},
}
