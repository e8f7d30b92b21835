package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/model/catalog"
)

func TestCheckPattern(t *testing.T) {
	for pattern, good := range map[string]bool{
		"*": true, "s3:Get*": true, "s3:*": true, "*:Get?bject": true, "s3*:Get*": true, "nosuch:Action": true,
		"": false, "s3": false, "s3:": false, ":": false, ":Get": false, "a:b:c": false, "**": false,
		"s3:Get, s3:Put": false, "s3:Get\n": false, "s3:\xff": false,
	} {
		require.Equal(t, good, checkPattern(pattern, "") == nil, "%q", pattern)
	}
}

func small(t *testing.T) *catalog.Catalog {
	var file bytes.Buffer
	require.NoError(t, catalog.Encode(&file, smallCatalog()))
	c, err := catalog.Read(&file)
	require.NoError(t, err)
	return c
}

func TestSuggestPattern(t *testing.T) {
	c := small(t)
	for pattern, want := range map[string]string{
		"shelf:Gte*":       "shelf:Get*",
		"shelf:GetBok*":    "shelf:GetBook*",
		"SHELF:Gte*":       "SHELF:Get*",
		"shelf:ListBoks":   "shelf:ListBooks",
		"shlf:Get*":        "shelf:Get*",
		"shelf:Xylophone*": "",
		"shelf:*Gte*":      "",
		"nowhere:*":        "",
		"shlf:Xylophone*":  "",
		"*:Gte*":           "",
	} {
		got := suggestPattern(c, pattern)
		require.Equal(t, want, got, pattern)
		require.False(t, c.Matches(pattern), pattern)
		require.True(t, got == "" || c.Matches(got), "%s suggests what covers nothing: %s", pattern, got)
	}
}

func TestGoOn(t *testing.T) {
	one := arnValues{"${Partition}": {"aws"}, "${Account}": {"111122223333"}}
	two := arnValues{"${Partition}": {"aws", "aws-cn"}, "${Account}": {"111111111111", "222222222222"}}
	none := arnValues{"${Partition}": {"aws"}}
	const object, key, role = "arn:${Partition}:s3:::${Bucket}/${Key}", "arn:${Partition}:kms:${Region}:${Account}:key/${Id}", "arn:${Partition}:iam::${Account}:role/${Name}"
	for _, test := range []struct {
		name          string
		known         arnValues
		format, typed string
		want          []string
	}{
		{"from nothing", one, object, "", []string{"arn:aws:s3:::"}},
		{"up to the region", one, key, "", []string{"arn:aws:kms:"}},
		{"behind the region", one, key, "arn:aws:kms:eu-west-1:", []string{"arn:aws:kms:eu-west-1:111122223333:key/"}},
		{"within the region", one, key, "arn:aws:kms:eu-w", nil},
		{"no account known", none, role, "", []string{"arn:aws:iam::"}},
		{"no account known, typed", none, role, "arn:aws:iam::9:r", []string{"arn:aws:iam::9:role/"}},
		{"several accounts", two, role, "arn:aws:iam::", []string{"arn:aws:iam::111111111111:role/", "arn:aws:iam::222222222222:role/"}},
		{"begun account", two, role, "arn:aws:iam::2", []string{"arn:aws:iam::222222222222:role/"}},
		{"several partitions", two, object, "arn:", []string{"arn:aws:s3:::", "arn:aws-cn:s3:::"}},
		{"another partition typed", one, object, "arn:aws-cn:", []string{"arn:aws-cn:s3:::"}},
		{"another service typed", one, object, "arn:aws:sqs:", nil},
		{"begun service", one, object, "arn:aws:s", []string{"arn:aws:s3:::"}},
		{"a region where none is", one, object, "arn:aws:s3:eu-west-1:", nil},
		{"all typed that is fixed", one, role, "arn:aws:iam::111122223333:role/", nil},
		{"more typed", one, role, "arn:aws:iam::111122223333:role/a", nil},
		{"no ARN", one, object, "bucket", nil},
		{"a format with a star", one, "arn:${Partition}:x:::a/*", "arn:aws:x:::", []string{"arn:aws:x:::a/"}},
		{"a fixed resource", one, "arn:${Partition}:x:::all", "arn:aws:x:::a", []string{"arn:aws:x:::all"}},
		{"too few fields", one, "arn:${Partition}:x", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.known.goOn(test.format, test.typed)
			require.ElementsMatch(t, test.want, got)
			for _, word := range got {
				require.True(t, strings.HasPrefix(word, test.typed))
			}
		})
	}
}
