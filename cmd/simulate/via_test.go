package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"iamsim/eval/chain"
)

// viaOf parses a command line and reads its chain.
func viaOf(args []string) ([]chain.Hop, error) {
	a := &app{stdout: io.Discard, stderr: io.Discard, color: colorFlag()}
	f := &canFlags{}
	cmd := &cobra.Command{}
	f.via.register(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		return nil, err
	}
	return a.hops(f)
}

func TestViaKeepsTheOrder(t *testing.T) {
	hops, err := viaOf([]string{
		"--via", "role/team/A,b=c", "--via-session-name=x,y=z", "--via-tag", "k=v=w", "--via-tag", "K=", "--via-transitive", "k",
		"--via=sts:GetSessionToken", "--via-mfa", "--via-context", "aws:TagKeys=a", "--via-context", "AWS:tagkeys=b",
		"--via", "role/team/A,b=c", "--via-external-id", "x1",
	})
	require.NoError(t, err)
	require.Len(t, hops, 3)
	require.Equal(t, "role/team/A,b=c", hops[0].Role)
	require.Equal(t, "x,y=z", hops[0].SessionName)
	require.Equal(t, map[string]string{"k": "v=w", "K": ""}, hops[0].Tags)
	require.Equal(t, []string{"k"}, hops[0].TransitiveTagKeys)
	require.Equal(t, chain.GetSessionToken, hops[1].Action)
	value, _ := hops[1].Context.Lookup("aws:TagKeys")
	require.Equal(t, []string{"a", "b"}, value.Texts())
	require.Empty(t, hops[0].ExternalID)
	require.Equal(t, "x1", hops[2].ExternalID)
	require.Nil(t, hops[2].Tags)
}

// FuzzVia: a command line of --via flags gives one hop for each --via, in
// order, or an error; never a panic.
func FuzzVia(f *testing.F) {
	f.Add("Hub\n-external-id=x1\n=Work")
	f.Add("a,b=c\n-tag=k=v\n-transitive=k\n-mfa=true\n-duration=900\n-context=a:b=c")
	f.Add("-tag=k=v")
	f.Add("=sts:GetFederationToken\n-name=temp\n-policy-arn=\x00")
	f.Add("=\n-mfa=perhaps\n-action=sts:AssumeRoleWithSAML")
	f.Fuzz(func(t *testing.T, text string) {
		var args, roles []string
		for i, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "-file") || strings.HasPrefix(line, "-policy=") || !strings.Contains(line, "=") && i > 0 {
				return
			}
			if i == 0 && !strings.HasPrefix(line, "-") {
				line = "=" + strings.TrimPrefix(line, "=")
			}
			args = append(args, "--via"+line)
			if role, begins := strings.CutPrefix(line, "="); begins {
				roles = append(roles, role)
			}
		}
		hops, err := viaOf(args)
		again, errAgain := viaOf(args)
		require.Equal(t, hops, again)
		if err != nil {
			require.EqualError(t, errAgain, err.Error())
			return
		}
		require.NoError(t, errAgain)
		require.Len(t, hops, len(roles))
		for i, role := range roles {
			if role != chain.GetSessionToken && role != chain.GetFederationToken {
				require.Equal(t, role, hops[i].Role)
			}
		}
	})
}
