package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// TestCheckedInSchemas: scenarios/schema holds what `simulate schema` prints of each format.
func TestCheckedInSchemas(t *testing.T) {
	t.Chdir("../..")
	for _, s := range schemas {
		var stdout, stderr strings.Builder
		require.Equal(t, exitYes, run([]string{"schema", s.name}, strings.NewReader(""), &stdout, &stderr), stderr.String())
		written, err := os.ReadFile("scenarios/schema/" + s.name + ".schema.json")
		require.NoError(t, err)
		require.Equal(t, stdout.String(), string(written), "run make schema")
	}
}

// TestBatchAnswersAsCan: a line of batch gets what can says of the same question.
func TestBatchAnswersAsCan(t *testing.T) {
	t.Chdir("../..")
	const at = "2026-11-22T10:00:00Z"
	files := []string{"-f", accountFile, "-f", organizationFile}
	for _, c := range []struct {
		line string
		can  []string
	}{
		{`{"principal":"role/Deployer","action":"s3:PutObject","resource":"arn:aws:s3:::artifacts/app.zip"}`,
			[]string{"role/Deployer", "s3:PutObject", "arn:aws:s3:::artifacts/app.zip"}},
		{`{"principal":"role/Deployer","action":"s3:PutObject","resource":"arn:aws:s3:::artifacts/app.zip","context":{"aws:PrincipalTag/team":"data"}}`,
			[]string{"role/Deployer", "s3:PutObject", "arn:aws:s3:::artifacts/app.zip", "--context", "aws:PrincipalTag/team=data"}},
		{`{"principal":"role/Deployer","action":"s3:PutObject","resource":"arn:aws:s3:::artifacts/app.zip","session":{"type":"AssumeRole","mfa":true,"tags":{"team":"data"},"sourceIdentity":"bob"}}`,
			[]string{"role/Deployer", "s3:PutObject", "arn:aws:s3:::artifacts/app.zip", "--session-type", "AssumeRole", "--mfa", "--session-tag", "team=data", "--source-identity", "bob"}},
		{`{"principal":"role/Deployer","action":"s3:DeleteBucket","resource":"arn:aws:s3:::artifacts"}`,
			[]string{"role/Deployer", "s3:DeleteBucket", "arn:aws:s3:::artifacts"}},
		{`{"principal":"alice","action":"s3:GetObject","resource":"arn:aws:s3:::partner-data/x","resourceAccount":222222222222}`,
			[]string{"alice", "s3:GetObject", "arn:aws:s3:::partner-data/x", "--resource-account", "222222222222"}},
		{`{"principal":"bob","action":"iam:ListUsers","context":{"aws:MultiFactorAuthPresent":null,"aws:TagKeys":["a","b"]}}`,
			[]string{"bob", "iam:ListUsers", "--context-absent", "aws:MultiFactorAuthPresent", "--context", "aws:TagKeys=a", "--context", "aws:TagKeys=b"}},
		{`{"principal":"lambda.amazonaws.com","action":"s3:GetObject"}`,
			[]string{"lambda.amazonaws.com", "s3:GetObject"}},
	} {
		var short, long, asked, stderr strings.Builder
		code := run(append([]string{"batch", "--at", at}, files...), strings.NewReader(c.line), &short, &stderr)
		require.Equal(t, code, run(append([]string{"batch", "--at", at, "--explain"}, files...), strings.NewReader(c.line), &long, &stderr))
		canCode := run(append(append([]string{"can", "--output", "json", "--at", at}, files...), c.can...), strings.NewReader(""), &asked, &stderr)
		require.Equal(t, canCode == exitUnusable, code == exitUnusable, c.line)

		var answer, explained struct {
			Answer, Reason string
			FarSide        bool
			Explanation    json.RawMessage
		}
		var want struct{ Results []json.RawMessage }
		require.NoError(t, json.Unmarshal([]byte(short.String()), &answer))
		require.NoError(t, json.Unmarshal([]byte(long.String()), &explained))
		require.NoError(t, json.Unmarshal([]byte(asked.String()), &want))
		require.Len(t, want.Results, 1)
		require.JSONEq(t, string(want.Results[0]), string(explained.Explanation))
		var result struct{ Answer, Reason string }
		require.NoError(t, json.Unmarshal(want.Results[0], &result))
		require.Equal(t, result.Answer, answer.Answer)
		require.Equal(t, result.Reason, answer.Reason)
		require.Nil(t, answer.Explanation)
		explained.Explanation = nil
		require.Equal(t, explained, answer)
	}
}

// TestBatchBrokenInput: an input that cannot be read is an error, behind the answers to what was read.
func TestBatchBrokenInput(t *testing.T) {
	t.Chdir("../..")
	var stdout, stderr strings.Builder
	in := io.MultiReader(strings.NewReader(`{"principal":"alice","action":"iam:ListUsers"}`+"\n"), iotest.ErrReader(errors.New("the disk is gone")))
	require.Equal(t, exitUnusable, run([]string{"batch", "-f", accountFile}, in, &stdout, &stderr))
	require.Contains(t, stdout.String(), `{"answer":"`)
	require.Equal(t, "error: standard input cannot be read: the disk is gone\n", stderr.String())
}
