package catalog

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/conditions"
)

func TestKey(t *testing.T) {
	own, aws := sample(t), Default()
	for _, test := range []struct {
		c          *Catalog
		name, want string
		typ        conditions.KeyType
		several    bool
	}{
		{own, "shop:price", "shop:Price", conditions.Numeric, false},
		{own, "shop:Label/x", "shop:Label/${Key}", conditions.String, false},
		{own, "SHOP:label/x/y", "shop:Label/${Key}", conditions.String, false},
		{own, "shop:Label/x/owner", "shop:Label/${Key}/Owner", conditions.ARN, false},
		{own, "shop:Label/${Key}", "shop:Label/${Key}", conditions.String, false},
		{own, "shop:Part/p", "shop:Part/<part>", conditions.String, false},
		{own, "shop:Label/", "", 0, false},
		{own, "shop:Other", "", 0, false},
		{own, "", "", 0, false},
		// Two services disagree: the one that the key is named for is believed.
		{own, "depot:Zone", "depot:Zone", conditions.String, true},
		{own, "aws:TagKeys", "aws:TagKeys", conditions.String, true},
		{own, "aws:sourceip", "aws:SourceIp", conditions.IP, false},
		{own, "aws:PrincipalTag/t", "aws:PrincipalTag/${TagKey}", conditions.String, false},
		{own, "kms:EncryptionContext:a", "kms:EncryptionContext:${Name}", conditions.String, false},
		{own, "idp.example.com/x:amr", "PROVIDER:amr", conditions.String, true},
		{aws, "aws:RequestTag/t", "aws:RequestTag/${TagKey}", conditions.String, false},
		{aws, "s3:ExistingObjectTag/t", "s3:ExistingObjectTag/<key>", conditions.String, false},
		{aws, "s3:max-keys", "s3:max-keys", conditions.Numeric, false},
		{aws, "kms:EncryptionContext:a", "kms:EncryptionContext:${EncryptionContextKey}", conditions.String, false},
		{aws, "cognito-identity.amazonaws.com:amr", "cognito-identity.amazonaws.com:amr", conditions.String, true},
		{aws, "secretsmanager:ResourceTag/aws:secretsmanager:owningService", "secretsmanager:ResourceTag/${TagKey}", conditions.String, false},
		{aws, "s3:nosuchkey", "", 0, false},
	} {
		k, ok := test.c.Key(test.name)
		require.Equal(t, test.want != "", ok, test.name)
		require.Equal(t, test.want, k.Name(), test.name)
		require.Equal(t, test.typ, k.Type(), test.name)
		require.Equal(t, test.several, k.Multivalued(), test.name)
	}
}

// What conditions are decided by and what is said of a key must not differ.
func TestKeysAgreeWithConditions(t *testing.T) {
	for k := range Default().Keys() {
		if info, ok := conditions.LookupKey(k.Name()); ok {
			require.Equal(t, info.Type, k.Type(), k.Name())
			require.Equal(t, info.Multivalued, k.Multivalued(), k.Name())
		}
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []*Catalog{sample(t), Default()} {
		all := names(slices.Collect(c.Keys()))
		require.IsIncreasing(t, sortable(all))
		require.Subset(t, all, []string{"aws:SourceIp", "aws:PrincipalTag/${TagKey}", "aws:RequestTag/${TagKey}"})
		require.NotContains(t, all, "aws:RequestTag/")
		for _, name := range all {
			k, ok := c.Key(name)
			require.True(t, ok, name)
			require.Equal(t, name, k.Name())
		}
	}
}

func sortable(all []string) []string {
	folded := make([]string, len(all))
	for i, s := range all {
		folded[i] = foldText(s)
	}
	return folded
}

func TestGlobalKeys(t *testing.T) {
	all := names(GlobalKeys())
	require.Subset(t, all, []string{"aws:SourceIp", "aws:PrincipalTag/${TagKey}", "ec2:SourceInstanceArn"})
	for _, name := range []string{"aws:ResourceTag/${TagKey}", "aws:RequestTag/${TagKey}", "aws:TagKeys", "sts:ExternalId", "kms:ViaService"} {
		require.NotContains(t, all, name)
	}
	for _, name := range sessionKeys {
		_, ok := conditions.LookupKey(name)
		require.True(t, ok, name)
	}
}

func TestAdmitsKey(t *testing.T) {
	own, aws := sample(t), Default()
	for _, test := range []struct {
		c           *Catalog
		action, key string
		want        bool
	}{
		{own, "shop:OpenStore", "shop:Price", true},
		{own, "shop:OpenStore", "SHOP:PRICE", true},
		{own, "shop:OpenStore", "aws:ResourceTag/x", true},
		{own, "shop:OpenStore", "aws:RequestTag/x", true},
		{own, "shop:OpenStore", "aws:TagKeys", false},
		{own, "shop:OpenStore", "shop:Label/x", false},
		{own, "shop:MoveNote", "shop:Label/x", true},
		{own, "shop:MoveNote", "shop:Label/", false},
		{own, "shop:MoveNote", "shop:Price", false},
		{own, "shop:MoveNote", "aws:ResourceTag/x", false},
		{own, "shop:ListStores", "aws:RequestTag/x", false},
		{own, "shop:ListStores", "aws:SourceIp", true},
		{own, "shop:ListStores", "AWS:principaltag/x", true},
		{own, "shop:ListStores", "aws:NoSuchKey", false},
		{own, "shop:ListStores", "ec2:SourceInstanceArn", true},
		{own, "shop:ListStores", "idp.example.com:sub", true},
		{own, "shop:ListStores", "saml:sub", true},
		{own, "shop:ListStores", "sts:ExternalId", false},
		{own, "shop:ListStores", "", false},
		{aws, "s3:ListBucket", "s3:prefix", true},
		{aws, "s3:GetObject", "s3:prefix", false},
		{aws, "s3:GetObject", "s3:ExistingObjectTag/team", true},
		{aws, "sts:AssumeRole", "sts:ExternalId", true},
		{aws, "sqs:SendMessage", "sts:ExternalId", false},
		{aws, "iam:PassRole", "iam:PassedToService", true},
		{aws, "iam:GetRole", "iam:PassedToService", false},
		{aws, "kms:Decrypt", "kms:EncryptionContext:purpose", true},
		{aws, "ec2:TerminateInstances", "ec2:ResourceTag/team", true},
		{aws, "ec2:TerminateInstances", "aws:ResourceTag/team", true},
		{aws, "ec2:DescribeInstances", "aws:ResourceTag/team", false},
	} {
		require.Equal(t, test.want, action(t, test.c, test.action).AdmitsKey(test.key), "%s %s", test.action, test.key)
	}
}

// slowMatchKey matches as matchKey does, by trying every way.
func slowMatchKey(pattern, name string) bool {
	if pattern == "" {
		return name == ""
	}
	if n := keyPlaceholder(pattern); n > 0 {
		for i := 1; i <= len(name); i++ {
			if slowMatchKey(pattern[n:], name[i:]) {
				return true
			}
		}
		return false
	}
	return name != "" && lower(pattern[0]) == lower(name[0]) && slowMatchKey(pattern[1:], name[1:])
}

func TestMatchKey(t *testing.T) {
	parts := []string{"", "a", "B", "/", "${x}", "<y>", "$", "<", "${"}
	subjects := texts("ab/", 5)
	for _, p := range parts {
		for _, q := range parts {
			for _, r := range parts {
				for _, s := range parts[:6] {
					pattern := p + q + r + s
					for _, name := range subjects {
						if slowMatchKey(pattern, name) != matchKey(pattern, name) {
							require.Failf(t, "matchKey", "%q %q", pattern, name)
						}
					}
				}
			}
		}
	}
}
