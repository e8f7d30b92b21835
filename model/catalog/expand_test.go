package catalog

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpand(t *testing.T) {
	c := sample(t)
	for pattern, want := range map[string][]string{
		"shop:GetShelf":  {"shop:GetShelf"},
		"SHOP:getSHELF":  {"shop:GetShelf"},
		"shop:*":         {"shop:GetShelf", "shop:ListStores", "shop:MoveNote", "shop:OpenStore"},
		"Shop:*STORE*":   {"shop:ListStores", "shop:OpenStore"},
		"shop:?etShelf":  {"shop:GetShelf"},
		"shop:Get*Shelf": {"shop:GetShelf"},
		"shop:GetShelf?": nil,
		"*:*e":           {"depot:Reserve", "depot-admin:Close", "shop:MoveNote", "shop:OpenStore"},
		"depot*":         {"depot:Reserve", "depot-admin:Close"},
		"depot:*":        {"depot:Reserve"},
		"*close":         {"depot-admin:Close"},
		"empty:*":        nil,
		"nothing:*":      nil,
		"":               nil,
		"shop":           nil,
		"shop:GetShelf ": nil,
		"*\xff":          nil,
	} {
		require.Equal(t, want, names(c.Expand(pattern)), pattern)
		require.Equal(t, want != nil, c.Matches(pattern), pattern)
	}
	require.Len(t, c.Expand("*"), c.NumActions())
}

func TestSuggestAction(t *testing.T) {
	own, aws := sample(t), Default()
	for _, test := range []struct {
		c          *Catalog
		name, want string
	}{
		{own, "shop:GetShelf", ""},
		{own, "shop:getShelf", "shop:GetShelf"},
		{own, "shop:GetShelfs", "shop:GetShelf"},
		{own, "shop:GteShelf", "shop:GetShelf"},
		{own, "shop:OpenStores", "shop:OpenStore"},
		{own, "shpo:GetShelf", "shop:GetShelf"},
		{own, "shpo:GetShelv", "shop:GetShelf"},
		{own, "shop:Reserve", "depot:Reserve"},
		{own, "nothingofthekind:Reserve", "depot:Reserve"},
		{own, "Reserve", "depot:Reserve"},
		{own, "shop:Unrelated", ""},
		{own, "nothingofthekind:Unrelated", ""},
		{own, "", ""},
		{own, ":", ""},
		{own, "lambda:Invoke", ""},
		{aws, "s3:ListBuckets", "s3:ListAllMyBuckets"},
		{aws, "S3:headobject", "s3:GetObject"},
		{aws, "lambda:Invoke", "lambda:InvokeFunction"},
		{aws, "s3:GetObjct", "s3:GetObject"},
		{aws, "sqs:SendMesage", "sqs:SendMessage"},
		{aws, "sts:PassRole", "iam:PassRole"},
		{aws, "eventbridge:PutEvents", "events:PutEvents"},
	} {
		got, ok := test.c.SuggestAction(test.name)
		require.Equal(t, test.want, got, test.name)
		require.Equal(t, test.want != "", ok, test.name)
	}
}

// Whatever an operation is said to mean must be an action, and the operation
// must not be one.
func TestOperationsAndPrefixes(t *testing.T) {
	c := Default()
	for operation, name := range operations {
		require.Equal(t, foldText(operation), operation)
		require.Equal(t, name, action(t, c, name).Name())
		_, ok := c.Action(operation)
		require.False(t, ok, operation)
	}
	for name, prefix := range prefixes {
		require.Equal(t, foldText(name), name)
		s, ok := c.Service(prefix)
		require.True(t, ok, prefix)
		require.Equal(t, prefix, s.Prefix())
		_, ok = c.Service(name)
		require.False(t, ok, name)
	}
}

func TestSuggestService(t *testing.T) {
	c := Default()
	for prefix, want := range map[string]string{
		"s3": "", "S3": "s3", "ec22": "ec2", "dynamdb": "dynamodb", "stepfunctions": "states", "EFS": "elasticfilesystem",
		"": "", "nothing-like-any-service": "",
	} {
		got, ok := c.SuggestService(prefix)
		require.Equal(t, want, got, prefix)
		require.Equal(t, want != "", ok, prefix)
	}
}

func TestSuggestKey(t *testing.T) {
	own, aws := sample(t), Default()
	for _, test := range []struct {
		c          *Catalog
		name, want string
	}{
		{own, "shop:Price", ""},
		{own, "shop:price", "shop:Price"},
		{own, "shop:Prise", "shop:Price"},
		{own, "shop:Label/x", ""},
		{own, "shop:Lable/x", "shop:Label/x"},
		{own, "aws:SuorceIp", "aws:SourceIp"},
		{own, "aws:PrincipleTag/Team", "aws:PrincipalTag/Team"},
		{own, "aws:PrincipalTag/Team", ""},
		{own, "aws:PrincipleOrgID", "aws:PrincipalOrgID"},
		{own, "unlike:anything", ""},
		{own, "", ""},
		{own, "/", ""},
		{aws, "s3:Prefix", "s3:prefix"},
		{aws, "s3:perfix", "s3:prefix"},
		{aws, "iam:PassToService", "iam:PassedToService"},
		{aws, "idp.example.com:aud", ""},
	} {
		got, ok := test.c.SuggestKey(test.name)
		require.Equal(t, test.want, got, test.name)
		require.Equal(t, test.want != "", ok, test.name)
	}
}
