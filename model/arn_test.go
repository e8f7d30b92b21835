package model

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseARN(t *testing.T) {
	for text, want := range map[string]ARN{
		"arn:aws:s3:::b/k":                              {"aws", "s3", "", "", "b/k"},
		"arn:aws-cn:sqs:cn-north-1:111111111111:q":      {"aws-cn", "sqs", "cn-north-1", "111111111111", "q"},
		"arn:aws:sns:us-east-1:111111111111:t:uuid":     {"aws", "sns", "us-east-1", "111111111111", "t:uuid"},
		"arn:x:y:::*":                                   {"x", "y", "", "", "*"},
		"arn:aws:iam::aws:policy/AdministratorAccess":   {"aws", "iam", "", "aws", "policy/AdministratorAccess"},
		"arn:aws:logs:eu-west-1:1:log-group:/a/b:*::::": {"aws", "logs", "eu-west-1", "1", "log-group:/a/b:*::::"},
	} {
		got, err := ParseARN(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	for text, want := range map[string]string{
		"":                   `"" is not an ARN: it does not begin with "arn:"`,
		"*":                  `"*" is not an ARN: it does not begin with "arn:"`,
		"ARN:aws:s3:::b":     `"ARN:aws:s3:::b" is not an ARN: it does not begin with "arn:"`,
		" arn:aws:s3:::b":    `" arn:aws:s3:::b" is not an ARN: it does not begin with "arn:"`,
		"arn":                `"arn" is not an ARN: it has 1 of the six fields arn:partition:service:region:account:resource`,
		"arn:aws:s3::b":      `"arn:aws:s3::b" is not an ARN: it has 5 of the six fields arn:partition:service:region:account:resource`,
		"arn::s3:::b":        `"arn::s3:::b" is not an ARN: its partition is empty`,
		"arn:aws::::b":       `"arn:aws::::b" is not an ARN: its service is empty`,
		"arn:aws:s3:::":      `"arn:aws:s3:::" is not an ARN: its resource is empty`,
		"arn:aws:s3:::\x00":  "",
		"arn:aws:s3:::\xff:": "",
	} {
		_, err := ParseARN(text)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, want)
	}
}

func TestIsAccountID(t *testing.T) {
	for text, want := range map[string]bool{
		"111111111111": true, "012345670123": true, "11111111111": false, "1111111111111": false,
		"11111111111a": false, "": false, "１１１１": false, "*": false,
	} {
		require.Equal(t, want, IsAccountID(text), text)
	}
}

func TestARNPattern(t *testing.T) {
	for text, want := range map[string][]string{
		"arn:aws:s3:::b:c":           {"arn", "aws", "s3", "", "", "b:c"},
		"arn:aws:sqs:${aws:x}:1:q":   {"arn", "aws", "sqs", "${aws:x}", "1", "q"},
		"arn:aws:sqs:${aws:x":        {"arn", "aws", "sqs", "${aws", "x"},
		"arn:aws:s3:::${aws:x}/${y:": {"arn", "aws", "s3", "", "", "${aws:x}/${y:"},
		"*":                          {"*"},
	} {
		pattern := parseARNPattern(text)
		require.Equal(t, want, pattern.fields[:pattern.count], text)
		require.Equal(t, len(want) == arnFields, pattern.whole(), text)
		require.Equal(t, strings.Join(want[:min(len(want), arnFields-1)], ":"), pattern.head(), text)
	}
}

func FuzzARN(f *testing.F) {
	for _, s := range []string{"arn:aws:s3:::b", "arn:aws:iam::111111111111:role/x", "arn:::::", "*", "arn:a:b:c:d:e:f:g", "arn:aws:s3:::${x:y}", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		arn, err := ParseARN(text)
		pattern := parseARNPattern(text)
		require.Equal(t, text, strings.Join(pattern.fields[:pattern.count], ":"))
		if err != nil {
			require.Zero(t, arn)
			return
		}
		require.Equal(t, text, arn.String())
		again, err := ParseARN(arn.String())
		require.NoError(t, err)
		require.Equal(t, arn, again)
		require.GreaterOrEqual(t, strings.Count(text, ":"), 5)
		for _, field := range []string{arn.Partition, arn.Service, arn.Region, arn.Account} {
			require.NotContains(t, field, ":")
		}
	})
}
