package conditions

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLookupKey(t *testing.T) {
	for _, tt := range []struct {
		name, want  string
		keyType     KeyType
		multivalued bool
	}{
		{"aws:PrincipalArn", "aws:PrincipalArn", ARN, false},
		{"AWS:principalarn", "aws:PrincipalArn", ARN, false},
		{"aws:PrincipalOrgPaths", "aws:PrincipalOrgPaths", String, true},
		{"aws:PrincipalTag/Team", "aws:PrincipalTag/", String, false},
		{"aws:RequestTag/a:b/c", "aws:RequestTag/", String, false},
		{"aws:PrincipalTag/", "aws:PrincipalTag/", String, false},
		{"aws:SourceIp", "aws:SourceIp", IP, false},
		{"aws:CurrentTime", "aws:CurrentTime", Date, false},
		{"aws:SecureTransport", "aws:SecureTransport", Bool, false},
		{"aws:MultiFactorAuthAge", "aws:MultiFactorAuthAge", Numeric, false},
		{"aws:TagKeys", "aws:TagKeys", String, true},
		{"aws:CalledVia", "aws:CalledVia", String, true},
		{"kms:EncryptionContext:aws:s3:arn", "kms:EncryptionContext:", String, false},
		{"kms:EncryptionContext:a/b", "kms:EncryptionContext:", String, false},
		{"kms:EncryptionContextKeys", "kms:EncryptionContextKeys", String, true},
		{"sts:RequestContext/k", "sts:RequestContext/", String, false},
		{"token.actions.githubusercontent.com:sub", "PROVIDER:sub", String, false},
		{"oidc.eks.eu-west-1.amazonaws.com/id/X:aud", "PROVIDER:aud", String, false},
		{"cognito-identity.amazonaws.com:amr", "PROVIDER:amr", String, true},
		{"saml:edupersonaffiliation", "saml:edupersonaffiliation", String, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			info, ok := LookupKey(tt.name)
			require.True(t, ok)
			require.Equal(t, tt.want, info.Name)
			require.Equal(t, tt.keyType, info.Type)
			require.Equal(t, tt.multivalued, info.Multivalued)
		})
	}
	for _, name := range []string{
		"", "aws:", "aws:Nothing", "aws:PrincipalTag", "s3:prefix", "x", ":", "/", "provider.example:other", "aud", ":aud", "x:aud", "aws:SourceIp/x", "aws:SourceIp:x",
	} {
		_, ok := LookupKey(name)
		require.False(t, ok, name)
	}
}

func TestKnownKeys(t *testing.T) {
	keys := KnownKeys()
	require.True(t, slices.IsSortedFunc(keys, func(a, b KeyInfo) int { return strings.Compare(a.Name, b.Name) }))
	seen := map[string]bool{}
	for _, k := range keys {
		require.False(t, seen[FoldKey(k.Name)], k.Name)
		seen[FoldKey(k.Name)] = true
		require.NotEmpty(t, k.PresentWhen, k.Name)
		require.Contains(t, k.Name, ":")
	}
	keys[0].Name = "x"
	require.NotEqual(t, "x", KnownKeys()[0].Name)

	var multivalued []string
	for _, k := range KnownKeys() {
		if k.Multivalued {
			multivalued = append(multivalued, k.Name)
		}
	}
	require.Equal(t, strings.Fields(`PROVIDER:amr aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths
		aws:SourceOrgPaths aws:TagKeys aws:VpceOrgPaths kms:EncryptionContextKeys kms:GrantOperations saml:edupersonaffiliation
		sts:IdentityTokenAudience sts:RequestContextProviders sts:TransitiveTagKeys`), multivalued)
}

func TestKeyTypeString(t *testing.T) {
	var names []string
	for k := String; k <= Binary; k++ {
		names = append(names, k.String())
	}
	require.Equal(t, "String Bool Numeric Date IP ARN Binary", strings.Join(names, " "))
}
