package catalog

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func typeNamed(t testing.TB, c *Catalog, service, name string) ResourceType {
	s, ok := c.Service(service)
	require.True(t, ok, service)
	for r := range s.ResourceTypes() {
		if r.Name() == name {
			return r
		}
	}
	require.Failf(t, "no resource type", "%s of %s", name, service)
	return ResourceType{}
}

func TestFits(t *testing.T) {
	own, aws := sample(t), Default()
	for _, test := range []struct {
		c             *Catalog
		service, name string
		arn           string
		want          bool
	}{
		{own, "shop", "store", "arn:aws:shop:::s", true},
		{own, "shop", "store", "arn:aws-cn:shop:::s", true},
		{own, "shop", "store", "arn:aws:shop:::s:t", true},
		{own, "shop", "store", "arn:aws:shop:::s/1", false},
		{own, "shop", "store", "arn:aws:shop:::", false},
		{own, "shop", "store", "arn::shop:::s", false},
		{own, "shop", "store", "arn:aws:shop:eu:::s", false},
		{own, "shop", "store", "arn:aws:shop:eu-west-1::s", false},
		{own, "shop", "store", "arn:aws:Shop:::s", false},
		{own, "shop", "store", "*", false},
		{own, "shop", "store", "", false},
		{own, "shop", "shelf", "arn:aws:shop:::s/1", true},
		{own, "shop", "shelf", "arn:aws:shop:::s/1/2", true},
		{own, "shop", "shelf", "arn:aws:shop:::s/", false},
		{own, "shop", "shelf", "arn:aws:shop:::s", false},
		{own, "shop", "note", "arn:aws:shop:r:1:note/a/b:c", true},
		{own, "shop", "note", "arn:aws:shop:r:1:notes/a", false},
		{own, "shop", "note", "arn:aws:shop::1:note/a", false},
		{own, "shop", "note", "arn:aws:shop:r::note/a", true},
		{own, "shop", "ledger", "arn:aws:shop:r:1:ledger/a", true},
		{own, "shop", "ledger", "arn:aws:shop:r:1:book:a", true},
		{own, "shop", "ledger", "arn:aws:shop:r:1:book/a", false},
		{own, "shop", "ledger", "arn:aws:shop:r:1:ledger/a, arn:aws:shop:r:1:book:a", true},
		{own, "shop", "all notes", "arn:aws:shop:::note/", true},
		{own, "shop", "all notes", "arn:aws:shop:a:b:note/*", true},
		{own, "shop", "all notes", "arn:aws:shop:a:b:c:note/*", false},
		{aws, "s3", "bucket", "arn:aws:s3:::b", true},
		{aws, "s3", "bucket", "arn:aws:s3:::b/k", false},
		{aws, "s3", "bucket", "arn:aws:s3:::b/", false},
		{aws, "s3", "object", "arn:aws:s3:::b/k", true},
		{aws, "s3", "object", "arn:aws:s3:::b/k/l:m", true},
		{aws, "s3", "object", "arn:aws:s3:::b", false},
		{aws, "s3", "object", "arn:aws:s3:::b/", false},
		{aws, "s3", "accesspointobject", "arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/k", true},
		{aws, "s3", "accesspointobject", "arn:aws:s3::111122223333:accesspoint/p.mrap/object/k", true},
		{aws, "iam", "role", "arn:aws:iam::111122223333:role/service/x", true},
		{aws, "iam", "role", "arn:aws:iam::111122223333:user/x", false},
		{aws, "sqs", "queue", "arn:aws:sqs:eu-west-1:111122223333:q.fifo", true},
		{aws, "kms", "key", "arn:aws:kms:eu-west-1:111122223333:alias/a", false},
		{aws, "dynamodb", "table", "arn:aws:dynamodb:eu-west-1:111122223333:table/t", true},
		{aws, "dynamodb", "table", "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", false},
		{aws, "logs", "log-group", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f:*", true},
		{aws, "ssm", "parameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b/c", true},
		{aws, "execute-api", "execute-api-general", "arn:aws:execute-api:eu-west-1:111122223333:api/prod/GET/", true},
		{aws, "execute-api", "execute-api-general", "arn:aws:execute-api:eu-west-1:111122223333:api/prod/$connect", true},
	} {
		require.Equal(t, test.want, typeNamed(t, test.c, test.service, test.name).Fits(test.arn), "%s %s: %s", test.service, test.name, test.arn)
	}
}

// instances fills the placeholders of a format with texts of several kinds.
func instances(format string) []string {
	var all []string
	for one := range strings.SplitSeq(format, betweenFormats) {
		for _, text := range []string{"x", "a-b_c.d", "with$odd}chars", "\xff"} {
			var b strings.Builder
			for i := 0; i < len(one); i++ {
				if n := placeholder(one[i:]); n > 0 {
					b.WriteString(text)
					i += n - 1
				} else {
					b.WriteByte(one[i])
				}
			}
			all = append(all, b.String())
		}
	}
	return all
}

// Whatever is made from a format has it; the account that one documented
// format lacks is the exception.
func TestEveryFormatFitsItself(t *testing.T) {
	checked := 0
	for s := range Default().Services() {
		for r := range s.ResourceTypes() {
			for _, arn := range instances(r.ARNFormat()) {
				if strings.Count(r.ARNFormat(), ":") < arnColons+1 && widened[r.ARNFormat()] != "" && strings.Contains(r.ARNFormat(), "}:offering:") {
					continue
				}
				require.True(t, r.Fits(arn), "%s %s: %s", s.Prefix(), r.Name(), arn)
				checked++
			}
		}
	}
	require.Greater(t, checked, 8000)
}

// A pattern that is an instance, and the one with a wildcard for each
// placeholder, meets the actions that take the type.
func TestEveryFormatIsMet(t *testing.T) {
	fill := regexp.MustCompile(`\$\{[^}]*\}`)
	for a := range Default().Actions() {
		for _, u := range a.Resources() {
			one, _ := nextAlternative(u.Type.ARNFormat())
			if wide, ok := widened[one]; ok {
				one = wide
			}
			for _, with := range []string{"*", "x", "${aws:PrincipalTag/x}"} {
				pattern := fill.ReplaceAllLiteralString(one, with)
				require.True(t, a.CanMeet(pattern), "%s on %s", a.Name(), pattern)
			}
		}
	}
}

func TestFittingTypes(t *testing.T) {
	c := sample(t)
	move := action(t, c, "shop:MoveNote")
	require.Equal(t, []string{"note", "all notes"}, names(move.FittingTypes("arn:aws:shop:eu-west-1:111122223333:note/n")))
	require.Equal(t, []string{"ledger"}, names(move.FittingTypes("arn:aws:shop:eu-west-1:111122223333:book:n")))
	require.Empty(t, move.FittingTypes("arn:aws:shop:::s"))
	require.Empty(t, move.FittingTypes("*"))
	require.Empty(t, action(t, c, "shop:ListStores").FittingTypes("arn:aws:shop:::s"))
	require.Equal(t, []string{"object"}, names(action(t, Default(), "s3:GetObject").FittingTypes("arn:aws:s3:::b/k")))
	require.Empty(t, action(t, Default(), "s3:GetObject").FittingTypes("arn:aws:s3:::b"))
}

func TestCanMeet(t *testing.T) {
	own, aws := sample(t), Default()
	for _, test := range []struct {
		c               *Catalog
		action, pattern string
		want            bool
	}{
		{own, "shop:OpenStore", "*", true},
		{own, "shop:OpenStore", "**", true},
		{own, "shop:OpenStore", "", false},
		{own, "shop:ListStores", "*", true},
		{own, "shop:ListStores", "***", true},
		{own, "shop:ListStores", "arn:aws:shop:::*", false},
		{own, "shop:ListStores", "arn:*", false},
		{own, "shop:OpenStore", "arn:aws:shop:::s*", true},
		{own, "shop:OpenStore", "arn:aws:shop:::s/*", false},
		{own, "shop:GetShelf", "arn:aws:shop:::s", false},
		{own, "shop:GetShelf", "arn:aws:shop:::s*", true},
		{own, "shop:GetShelf", "arn:aws:shop:::s/?", true},
		{own, "shop:GetShelf", "arn:aws:shop:::?", false},
		{own, "shop:GetShelf", "arn:aws:shop:::???", true},
		{own, "shop:GetShelf", "arn:aws:shop:::${aws:username}", true},
		{own, "shop:OpenStore", "arn:aws:shop:::a${*}b", true},
		{own, "shop:OpenStore", "arn:aws:shop:::a${/}b", true},
		{own, "shop:OpenStore", "arn:aws:shop:::${", true},
		// B14: a `*` at the end of a field reaches across colons, one inside not.
		{own, "shop:MoveNote", "arn:aws:shop:*:book:x", true},
		{own, "shop:MoveNote", "arn:aws:shop:*x:book:x", false},
		{own, "shop:MoveNote", "arn:aws:sh*p:r:1:book:x", true},
		{own, "shop:MoveNote", "arn:aws:*:book:x", true},
		{own, "shop:MoveNote", "arn:aws:shop:*:*:b", true},
		{own, "shop:MoveNote", "arn:aws:shop:*:x:b", false},
		{own, "shop:MoveNote", "arn:aws:shop:*:*:note/b:c", true},
		{own, "shop:GetShelf", "arn:aws:shop:*:*:note/n", true},
		{own, "shop:GetShelf", "arn:aws:shop:*:111122223333:note/n", false},
		{own, "shop:MoveNote", "arn:aws:shop:*::note/n", true},
		{aws, "ssm:GetDocument", "arn:aws:ssm:*::document/AWS-*", true},
		{own, "shop:MoveNote", "arn:aws:shop:?:?:book:x", true},
		{own, "shop:MoveNote", "arn:aws:shop:r??:book:x", false},
		// B15: missing fields are any.
		{own, "shop:OpenStore", "arn:aws:shop", true},
		{own, "shop:OpenStore", "arn:aws:shop:", true},
		{own, "shop:OpenStore", "arn:aws:sho", false},
		{own, "shop:OpenStore", "arn:aws:shop:eu-west-1", false},
		{own, "shop:MoveNote", "arn:aws:shop:eu-west-1", true},
		{own, "shop:OpenStore", "arn", true},
		// The text of a variable may hold colons.
		{own, "shop:OpenStore", "arn:aws:shop:${aws:PrincipalTag/region}:x:y", true},
		{own, "shop:OpenStore", "arn:aws:shop:x:${aws:PrincipalTag/region}", false},
		// B16.
		{own, "shop:OpenStore", "arn:aws:SHOP:::s", false},
		// B18.
		{aws, "s3:ListAllMyBuckets", "arn:aws:s3:::*", true},
		{aws, "s3:ListAllMyBuckets", "arn:aws-cn:s3:::*", true},
		{aws, "s3:ListAllMyBuckets", "arn:aws:s3:::b*", false},
		{aws, "s3:ListAllMyBuckets", "arn:aws:s3:::", false},
		{aws, "ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/*", false},
		{aws, "ec2:DescribeInstances", "arn:aws:s3:::*", false},
		{aws, "s3:GetObject", "arn:aws:s3:::bucket", false},
		{aws, "s3:GetObject", "arn:aws:s3:::bucket*", true},
		{aws, "s3:GetObject", "arn:aws:s3:::bucket/*", true},
		{aws, "s3:ListBucket", "arn:aws:s3:::bucket/*", false},
		{aws, "s3:ListBucket", "arn:aws:s3:::bucket", true},
		{aws, "s3:ListBucket", "arn:aws:s3:::*", true},
		{aws, "ec2:RunInstances", "arn:aws:ec2:*::image/ami-*", true},
		{aws, "ec2:RunInstances", "arn:aws:ec2:*:*:vpc/*", false},
		{aws, "execute-api:Invoke", "execute-api:/*", true},
		{aws, "execute-api:Invoke", "execute-api:/prod/GET/pets", true},
		{own, "shop:OpenStore", "execute-api:/*", false},
		{aws, "sts:AssumeRole", "arn:aws:iam::*:user/*", false},
	} {
		require.Equal(t, test.want, action(t, test.c, test.action).CanMeet(test.pattern), "%s on %s", test.action, test.pattern)
	}
}
