package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBadBytes tries inputs that a transcript cannot hold: in every use they
// end in one error with a place, exit code 2 and no answer.
func TestBadBytes(t *testing.T) {
	policy := func(sid string) string {
		return `{"Version": "2012-10-17", "Statement": [{"Sid": "` + sid + `", "Effect": "Allow", "Action": "*", "Resource": "*"}]}`
	}
	export := func(document string) string {
		return `{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/alice", "UserPolicyList": [` +
			`{"PolicyName": "P", "PolicyDocument": ` + document + `}]}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}`
	}
	const depth = 10_000
	deep := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	for _, test := range []struct{ name, document, message string }{
		{"invalid UTF-8", policy("a\xffb"), "UTF-8"},
		{"a NUL byte", policy("a\x00b"), "not valid JSON"},
		{"10,000 levels", deep, "nested deeper than"},
		{"10,000 levels of objects", strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth), "nested deeper than"},
		{"10,000 levels that never end", strings.Repeat("[", depth), "nested deeper than"},
		{"truncated", policy("a")[:60], "not valid JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "input.json")
			for _, use := range []struct {
				text string
				args []string
				code int
			}{
				{export(test.document), []string{"can", "alice", "s3:GetObject", "-f", file}, exitUnusable},
				{export(test.document), []string{"list", "principals", "-f", file}, exitUnusable},
				{test.document, []string{"can", "*", "s3:GetObject", "-f", file, "--session-policy", file}, exitUnusable},
				{test.document, []string{"can", "*", "s3:GetObject", "-f", file, "--context-file", file}, exitUnusable},
				{test.document, []string{"test", file}, exitUnusable},
				{test.document, []string{"validate", file}, exitNo},
			} {
				require.NoError(t, os.WriteFile(file, []byte(use.text), 0o600))
				var stdout, stderr strings.Builder
				require.Equal(t, use.code, run(use.args, strings.NewReader(""), &stdout, &stderr), use.args)
				if use.args[0] == "can" || use.args[0] == "list" {
					require.Empty(t, stdout.String(), use.args)
				}
				require.Contains(t, stdout.String()+stderr.String(), test.message, use.args)
				require.Regexp(t, `input\.json:1:[0-9]+: `, stdout.String()+stderr.String(), use.args)
			}
		})
	}
}

// TestStandardInput gives the same bytes as a file and through standard input.
func TestStandardInput(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile(accountFile)
	require.NoError(t, err)
	question := []string{"can", "bob", "sts:AssumeRole", "arn:aws:iam::111122223333:role/Deployer", "-f"}
	var fromFile, fromInput, errors strings.Builder
	require.Equal(t, exitYes, run(append(question, accountFile), strings.NewReader(""), &fromFile, &errors))
	require.Equal(t, exitYes, run(append(question, "-"), strings.NewReader(string(text)), &fromInput, &errors))
	require.Empty(t, errors.String())
	require.Equal(t, fromFile.String(), strings.ReplaceAll(fromInput.String(), standardInput, accountFile))
}
